"""No template has a text that only English readers can read."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.tree import ROOT, tracked

TEMPLATES = [path for path in tracked() if path.suffix == ".html" and "templates" in path.parts]
BLOCK = re.compile(
    r"\{% comment %\}.*?\{% endcomment %\}"
    r"|\{% blocktranslate.*?\{% endblocktranslate %\}"
    r"|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
    re.DOTALL,
)
READ = ("alt", "aria-label", "placeholder", "title")  # attributes that people read
LITERAL = {"code", "kbd", "pre", "script", "style"}  # what stands there is no language's
WORD = re.compile(r"[A-Za-z]{2,}")
NAMES = {  # of formats, programs and units, the same in every language
    "API", "Apache", "CSV", "Condor", "Elo", "JSON", "JavaScript", "LoRA", "McNemar", "PNG",
    "Parquet", "SVG", "Tok", "UTC", "Webhook", "Wren", "nbsp", "tok", "https", "lt", "amp",
}  # fmt: skip


class Reader(HTMLParser):
    """Collects the words that a template says by itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.words: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read what people read of an element."""
        if tag in LITERAL:
            self._inside.append(tag)
        for name, value in attrs:
            if name in READ:
                self._hear(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        """Read a text."""
        if not self._inside:
            self._hear(data)

    def _hear(self, text: str) -> None:
        self.words += [word for word in WORD.findall(text) if word not in NAMES]


def said_by(source: str) -> list[str]:
    """Return the words of a template that no translation replaces."""
    reader = Reader()
    reader.feed(BLOCK.sub("", source))
    return reader.words


class TestTemplates:
    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
    def test_say_nothing_but_through_translations(self, path: Path) -> None:
        assert said_by(path.read_text(encoding="utf-8")) == []


class TestSaidBy:
    def test_hears_texts_and_attributes(self) -> None:
        source = '<p title="Read me">{{ name }} won {% translate "Lost" %}</p><code>curl</code>'

        assert said_by(source) == ["Read", "me", "won"]
