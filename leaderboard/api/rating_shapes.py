"""What ratings, their history, matrices and pair weights look like as JSON."""

from datetime import datetime

from ninja import Field, Schema
from pydantic import ConfigDict


class RatingsWanted(Schema):
    """Which ratings to return."""

    model_config = ConfigDict(extra="forbid")

    category: str = Field(default="all", description="Key of a category; `all` is every vote.")
    style: str = Field(
        default="",
        pattern="^(controlled)?$",
        description="`controlled`: as if answers looked alike.",
    )
    weight_class: str = Field(default="", alias="class", description="Only this weight class.")


class CategoryWanted(Schema):
    """Which votes to count."""

    model_config = ConfigDict(extra="forbid")

    category: str = Field(default="all", description="Key of a category; `all` is every vote.")


class RatingOut(Schema):
    """A contender's strength with its 95 % interval; 400 points are odds of ten to one."""

    rank: int = Field(description="1 + contenders whose interval lies wholly above this one's.")
    rank_pairwise: int = Field(description="1 + contenders stronger by a test of the difference.")
    slug: str
    name: str
    kind: str
    weight_class: str
    value: float = Field(description="Bradley-Terry.")
    lower: float
    upper: float
    chance_best: float = Field(description="How often it is the strongest in draws, 0 to 1.")
    elo: float | None = Field(description="Online Elo over all votes, in their order.")
    votes: int
    wins: float = Field(description="A tie and both-bad are half a win each.")
    won: int
    lost: int
    ties: int
    both_bad: int
    group: int = Field(description="Ratings compare within a group only.")
    is_provisional: bool = Field(description="Too few votes to mean much.")


class EffectOut(Schema):
    """What a mark of style is worth to voters."""

    mark: str
    points: float = Field(description="For the side that has all of it.")
    stderr: float


class RatingsOut(Schema):
    """One fit over all counted votes of a category."""

    created_at: datetime | None = Field(description="Of the published snapshot; null before it.")
    category: str
    is_style_controlled: bool
    votes: int = Field(description="Counted votes in this fit.")
    ties: int
    both_bad: int
    length: int = Field(description="Entries of the vote ledger in this fit.")
    groundwork_length: int = Field(description="Entries that the intervals' widening comes from.")
    policy: str = Field(description="The versioned rule for ties and both-bad.")
    style: list[EffectOut]
    rows: list[RatingOut]


class MomentOut(Schema):
    """A contender's rating in one kept snapshot."""

    at: datetime
    value: float
    lower: float
    upper: float
    elo: float
    votes: int
    rank: int


class HistoryOut(Schema):
    """A contender's rating over time, oldest first."""

    slug: str
    name: str
    moments: list[MomentOut]


class MatrixOut(Schema):
    """Counts of a category: rows against columns, strongest first; both-bad and ties apart."""

    category: str
    votes: int
    slugs: list[str]
    battles: list[list[int]]
    wins: list[list[int]]
    ties: list[list[int]]
    both_bad: list[list[int]]
    win_rate: list[list[float | None]] = Field(description="Null where two never met.")


class PairOut(Schema):
    """How likely two contenders are to meet in the next battle."""

    one: str
    other: str
    chance: float = Field(description="In either order; each order has half of it.")
    is_parent: bool = Field(description="One is the other's parent.")


class PairsOut(Schema):
    """All pairs that could meet now, likeliest first; the chances sum to 1."""

    policy: str
    uniform_share: float
    parent_share: float
    pairs: list[PairOut]
