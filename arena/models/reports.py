"""What people say about an answer, what is held back, and whose conversations may be published."""

from django.db import models

from arena.models.battles import Response


class Report(models.Model):
    """One reader's complaint about one answer, until staff have dealt with it."""

    class Reason(models.TextChoices):
        HARMFUL = "HARMFUL", "Dangerous or hateful"
        PERSONAL = "PERSONAL", "Personal data"
        ILLEGAL = "ILLEGAL", "Against the law"
        OTHER = "OTHER", "Something else"

    class State(models.TextChoices):
        OPEN = "OPEN", "waits for staff"
        UPHELD = "UPHELD", "the answer is held back"
        DISMISSED = "DISMISSED", "dismissed"

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="reports")
    reporter = models.CharField(max_length=64)  # a voter's key
    reason = models.CharField(max_length=8, choices=Reason.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "reporter"], name="report_once_per_reporter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.response}"


class Hold(models.Model):
    """An answer that is shown to nobody until staff release it; its text stays."""

    class Reason(models.TextChoices):
        BLOCK_LIST = "BLOCK_LIST", "it matches the block list"
        MODERATION = "MODERATION", "the moderation service refused it"
        UNCHECKED = "UNCHECKED", "the moderation service did not answer"
        REPORTED = "REPORTED", "a report was upheld"

    response = models.OneToOneField(Response, on_delete=models.CASCADE, related_name="hold")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    held_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.response}: {self.get_reason_display()}"


class Consent(models.Model):
    """A voter's word that their conversations may be part of the published data set."""

    voter = models.CharField(max_length=64, unique=True)
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"given {self.given_at:%Y-%m-%d}"
