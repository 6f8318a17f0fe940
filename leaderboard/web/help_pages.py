"""The explanations of docs/ as pages of the site, so that each page can lead to its own.

The files are ours and read as they are; `make docs` builds the same ones with search.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import count

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TOPICS = {
    "tutorial": "tutorial.md",
    "rank-your-adapter": "how-to/rank-your-adapter.md",
    "host-it-for-a-lab": "how-to/host-it-for-a-lab.md",
    "add-a-suite": "how-to/add-a-suite.md",
    "import-results": "how-to/import-results.md",
    "moderate": "how-to/moderate.md",
    "read-the-intervals": "how-to/read-the-intervals.md",
    "translate": "how-to/translate.md",
    "command-line": "reference/cli.md",
    "api": "reference/api.md",
    "metrics": "reference/metrics.md",
    "configuration": "configuration.md",
    "scoring": "scoring.md",
    "ratings": "ratings.md",
    "anonymity": "explanation/anonymity.md",
    "cost": "explanation/cost.md",
    "peers": "explanation/peers.md",
}
# Which explanation belongs to which part of the site: the longest beginning of an address wins.
OF_PAGES = {
    "/": "read-the-intervals",
    "/contenders/": "scoring",
    "/compare/": "read-the-intervals",
    "/charts/": "cost",
    "/arena/": "anonymity",
    "/moderation/": "moderate",
    "/ratings/": "ratings",
    "/submissions/": "rank-your-adapter",
    "/queue/": "rank-your-adapter",
    "/me/": "anonymity",
    "/accounts/": "anonymity",
    "/api/": "api",
}
TABLE = '<div class="scroller" tabindex="0" role="region" aria-label="Table {}">'
TABLE += '<table class="table">'
TABLE_END = "</table></div>"
ALIGNED = re.compile(r'style="text-align:(left|center|right)"')
LINK = re.compile(r'href="([^":]*/)?([a-z0-9-]+)\.md(?:#[^"]*)?"')


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One explanation."""

    topic: str
    title: str
    html: SafeString


@cache
def read(topic: str) -> HelpPage | None:
    """Return an explanation as a page, or None where there is none of that name."""
    if topic not in TOPICS:
        return None
    text = (settings.BASE_DIR / "docs" / TOPICS[topic]).read_text(encoding="utf-8")
    title, _, rest = text.partition("\n")
    html = MarkdownIt("commonmark").enable("table").render(rest)
    linked = LINK.sub(_address, html).replace("</table>", TABLE_END)
    numbers = count(1)
    linked = re.sub("<table>", lambda _table: TABLE.format(next(numbers)), linked)
    linked = linked.replace("<pre>", '<pre tabindex="0">')
    linked = ALIGNED.sub(r'class="align-\1"', linked)  # our policy forbids styles in attributes
    return HelpPage(topic, title.lstrip("# ").strip(), mark_safe(linked))  # noqa: S308 - ours


def of_page(path: str) -> str:
    """Return the topic that explains the page at an address."""
    parts = [begin for begin in OF_PAGES if path.startswith(begin)]
    return OF_PAGES[max(parts, key=len)]


def titles() -> list[HelpPage]:
    """Return every explanation."""
    return [page for topic in TOPICS if (page := read(topic))]


def _address(link: re.Match[str]) -> str:
    """Lead from file to file as from page to page; what is no page leads to the list."""
    found = [topic for topic, file in TOPICS.items() if file.endswith(f"{link[2]}.md")]
    place = reverse("help-detail", args=[found[0]]) if found else reverse("help-list")
    return f'href="{place}"'
