"""What the human half remembers: one module a noun."""

from arena.models.battles import Battle, Response, Side, Turn
from arena.models.consents import Consent
from arena.models.events import PublicEvent
from arena.models.feedback import Feedback
from arena.models.ledger import (
    Groundwork,
    LedgerEntry,
    LedgerHead,
    StyleGround,
    TallyCheckpoint,
)
from arena.models.prompts import Prompt, PromptSet
from arena.models.ratings import Rating, RatingSnapshot, VoteEffect
from arena.models.reports import Report, Ruling
from arena.models.sharing import SharedBattle
from arena.models.suspicions import Suspicion
from arena.models.votes import Vote

__all__ = [
    "Battle",
    "Consent",
    "Feedback",
    "Groundwork",
    "LedgerEntry",
    "LedgerHead",
    "Prompt",
    "PromptSet",
    "PublicEvent",
    "Rating",
    "RatingSnapshot",
    "Report",
    "Response",
    "Ruling",
    "SharedBattle",
    "Side",
    "StyleGround",
    "Suspicion",
    "TallyCheckpoint",
    "Turn",
    "Vote",
    "VoteEffect",
]
