"""What an address of the comparison says: who, which benchmark's questions, which of them."""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from leaderboard.comparing.flips import WAYS

AT_MOST = 4


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a comparison."""

    slugs: tuple[str, ...] = ()
    benchmark: str = ""
    way: str = "flipped"
    page: int = 1
    suite: str = ""

    @classmethod
    def asked(cls, query: QueryDict) -> Self:
        """Read it from an address; what makes no sense is as if it had not been said."""
        way, page = query.get("show", "flipped"), query.get("page", "")
        slugs = dict.fromkeys(each for each in query.getlist("c") if each)
        return cls(
            slugs=tuple(slugs)[:AT_MOST],
            benchmark=query.get("benchmark", ""),
            way=way if way in WAYS else "flipped",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
            suite=query.get("suite", ""),
        )

    @property
    def is_full(self) -> bool:
        """Say whether nobody more can be added."""
        return len(self.slugs) >= AT_MOST

    def with_slugs(self, slugs: tuple[str, ...]) -> Self:
        """Return the same view of others."""
        return replace(self, slugs=slugs)

    def opened(self, benchmark: str) -> Self:
        """Return the same view with a benchmark's questions open."""
        return replace(self, benchmark=benchmark)

    def address(
        self,
        *,
        slugs: tuple[str, ...] | None = None,
        benchmark: str | None = None,
        way: str | None = None,
        page: int | None = None,
    ) -> str:
        """Return the query of an address that shows the same but for some changes."""
        way = self.way if way is None else way
        page = self.page if page is None else page
        said = [
            ("suite", self.suite),
            ("benchmark", self.benchmark if benchmark is None else benchmark),
            ("show", "" if way == "flipped" else way),
            ("page", "" if page <= 1 else str(page)),
        ]
        chosen = [("c", slug) for slug in (self.slugs if slugs is None else slugs)]
        return "?" + urlencode([*chosen, *((name, value) for name, value in said if value)])
