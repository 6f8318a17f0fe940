"""What the human half remembers: one module a noun."""

from arena.models.battles import Battle, Response, Side, Turn
from arena.models.prompts import Prompt, PromptSet
from arena.models.ratings import Rating, RatingSnapshot, VoteEffect
from arena.models.votes import Vote

__all__ = [
    "Battle",
    "Prompt",
    "PromptSet",
    "Rating",
    "RatingSnapshot",
    "Response",
    "Side",
    "Turn",
    "Vote",
    "VoteEffect",
]
