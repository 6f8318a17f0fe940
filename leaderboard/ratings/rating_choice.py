"""What a reader of the ratings asked for: every field is one parameter of the address."""

from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from arena.categories import ALL, BY_KEY, CATEGORIES
from leaderboard.boards.weight_classes import NAMES, limits

Link = tuple[str, str, bool, str]  # label, address, whether it is chosen, what it means


@dataclass(frozen=True, slots=True)
class Choice:
    """A category, a weight class and whether style is controlled."""

    category: str = ALL
    weight: str = ""  # a class in small letters; "": all of them
    is_styled: bool = False

    def address(self, **changes: object) -> str:
        """Return the query string of this choice with some of it changed."""
        asked = asdict(self) | changes
        pairs = {
            "category": asked["category"] if asked["category"] != ALL else "",
            "class": asked["weight"],
            "style": "controlled" if asked["is_styled"] else "",
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value})

    @property
    def label(self) -> str:
        """Return what the board is about, for a heading."""
        return _("All votes") if self.category == ALL else BY_KEY[self.category].label

    @property
    def rule(self) -> str:
        """Return which battles are in the category, in a sentence."""
        return "" if self.category == ALL else BY_KEY[self.category].rule

    @property
    def categories(self) -> list[Link]:
        """Return every category to choose."""
        everything = (_("All votes"), self.address(category=ALL), self.category == ALL, "")
        return [
            everything,
            *(
                (each.label, self.address(category=each.key), each.key == self.category, each.rule)
                for each in CATEGORIES
            ),
        ]

    def classes(self, held: set[str]) -> list[Link]:
        """Return the weight classes that somebody is in, and the one chosen."""
        shown = [name for name in NAMES if name in held or name.casefold() == self.weight]
        every = (_("All"), self.address(weight=""), not self.weight, _("Whatever their memory"))
        return [
            every,
            *(
                (
                    _(name),
                    self.address(weight=name.casefold()),
                    name.casefold() == self.weight,
                    limits(name),
                )
                for name in shown
            ),
        ]

    @property
    def styles(self) -> list[Link]:
        """Return both ways to treat style."""
        return [
            (
                _("As voted"),
                self.address(is_styled=False),
                not self.is_styled,
                _("Votes as they are"),
            ),
            (
                _("Style controlled"),
                self.address(is_styled=True),
                self.is_styled,
                _("As if both answers had the same length, headers, bold and lists"),
            ),
        ]


def asked(query: QueryDict) -> Choice:
    """Read a choice out of an address; what it does not know is left at its default."""
    category, weight = query.get("category", ""), query.get("class", "").casefold()
    return Choice(
        category=category if category in BY_KEY else ALL,
        weight=weight if weight in {name.casefold() for name in NAMES} else "",
        is_styled=query.get("style", "") == "controlled",
    )
