"""A battle that its voter chose to show: an address that nobody can guess, until it is revoked."""

from django.db import models

from arena.models.battles import Battle


class SharedBattle(models.Model):
    """One public address. Revoking deletes the row, so the address is gone for good."""

    battle = models.OneToOneField(Battle, on_delete=models.CASCADE, related_name="shared")
    key = models.CharField(max_length=43, unique=True)  # 128 random bits, not the battle's id
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"address of {self.battle_id}"
