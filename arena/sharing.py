"""Show a finished battle to others: its voter decides, and may take it back."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from arena import rulings
from arena.battles import BattleRefused, NotVotedYet
from arena.models import Battle, SharedBattle


def share(*, battle: Battle, voter: str, now: datetime) -> SharedBattle:
    """Give a judged battle a public address, the same one each time.

    Raises NotVotedYet, or BattleRefused for a battle that staff withdrew.
    """
    if battle.state != Battle.State.VOTED or not voter or battle.voter != voter:
        raise NotVotedYet(_("Vote first; then the battle can be shared."))
    if rulings.is_withdrawn(battle):
        sentence = _("Staff withdrew this battle from view: the public changelog says why.")
        raise BattleRefused("WITHDRAWN", sentence, 409)
    try:
        with transaction.atomic():
            return SharedBattle.objects.create(
                battle=battle, key=secrets.token_urlsafe(16), created_at=now
            )
    except IntegrityError:
        return SharedBattle.objects.get(battle=battle)


def revoke(*, battle: Battle, voter: str) -> None:
    """Take the public address away; nobody can read the battle there any more."""
    if voter and battle.voter == voter:
        SharedBattle.objects.filter(battle=battle).delete()


def address_of(battle: Battle) -> str:
    """Return the key of a battle's public address; "" when it has none."""
    return SharedBattle.objects.filter(battle=battle).values_list("key", flat=True).first() or ""
