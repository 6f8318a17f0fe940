"""Answers become HTML that can harm nobody, in bounded time."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena import rendering
from tests.arena.xss import VECTORS

ALLOWED = rendering.TAGS | {"details", "summary"}


class Reader(HTMLParser):
    """Collects what a browser would see in a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def assert_harmless(text: str) -> None:
    seen = Reader(rendering.as_html(text))

    assert seen.tags <= ALLOWED
    assert {name for name, _ in seen.attributes} <= {"href", "rel", "start"}
    for name, value in seen.attributes:
        if name == "href":
            assert value.startswith(("https://", "http://", "mailto:"))


class TestAsHtml:
    def test_shows_markdown(self) -> None:
        html = rendering.as_html("# Title\n\n**bold** `code`\n\n- one\n- two\n\n```py\nx < 1\n```")

        assert "<h3>Title</h3>" in html
        assert "<strong>bold</strong> <code>code</code>" in html
        assert "<li>one</li>" in html
        assert "<pre><code>x &lt; 1\n</code></pre>" in html

    def test_shows_tables(self) -> None:
        html = rendering.as_html("| a | b |\n|---|---|\n| 1 | 2 |")

        assert "<th>a</th>" in html
        assert "<td>2</td>" in html

    def test_folds_what_a_model_thinks(self) -> None:
        html = rendering.as_html("<think>2 + 2…</think>It is **4**.")

        assert html.startswith("<details><summary>Thinking</summary><p>2 + 2…</p>")
        assert "</details><p>It is <strong>4</strong>.</p>" in html

    def test_folds_a_thought_without_an_end(self) -> None:
        assert rendering.as_html("<think>on and on").endswith("</details>")

    def test_folds_a_thought_that_the_template_opened(self) -> None:
        html = rendering.as_html("so it is four</think>4")

        assert html.startswith("<details>")
        assert html.endswith("</details><p>4</p>\n")

    def test_leaves_out_an_empty_thought(self) -> None:
        assert rendering.as_html("<think>\n\n</think>\nHello") == "<p>Hello</p>\n"

    def test_marks_links_as_not_ours(self) -> None:
        html = rendering.as_html("[here](https://example.org/)")

        assert html == (
            '<p><a href="https://example.org/" rel="nofollow noopener ugc">here</a></p>\n'
        )

    def test_never_loads_an_image(self) -> None:
        html = rendering.as_html("![x](https://t.example/x.png) <img src=https://t.example/y.png>")

        assert "<img" not in html

    def test_shows_a_false_vote_button_as_text(self) -> None:
        html = rendering.as_html("<form action=/arena/><button>A is better</button></form>")

        assert "&lt;form action=/arena/&gt;&lt;button&gt;" in html


class TestAttacks:
    @pytest.mark.parametrize("vector", VECTORS)
    def test_are_shown_as_text(self, vector: str) -> None:
        assert_harmless(vector)
        assert_harmless(f"<think>{vector}</think>{vector}")
        assert_harmless(f"[x]({vector})")

    def test_number_at_least_a_hundred(self) -> None:
        assert len(set(VECTORS)) >= 100

    @given(
        st.text(
            alphabet=st.sampled_from("<>[]()!*_`~#-|\\&;:\"'/ =\naxjs1thinkonerror"), max_size=200
        )
    )
    def test_find_nothing_at_random(self, text: str) -> None:
        assert_harmless(text)

    @pytest.mark.parametrize(
        "text",
        [
            ">" * 100_000,
            "[" * 100_000,
            "*" * 100_000,
            "`" * 100_000,
            "![" * 20_000,
            "> " * 3_900 + "x",
            "- " * 2_400,
            "*a_ " * 1_200,
            "[a](" * 1_900,
            "[a]: b\n" * 1_900,
            "a\n" * 24_000,
            "- a\n" * 12_000,
            "1. " * 1_600,
            "|a" * 1_900 + "\n" + "|-" * 1_900 + "\n" + ("|b" * 10 + "\n") * 9,
            "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 1_000_000,
            "<think>" * 30_000,
            "<think>a</think>b" * 30_000,
            "&#" * 3_900,
            "*" * 3_999,
            "_a" * 2_000,
            "~~" * 1_900,
            "\n".join("`" * n for n in range(1, 85)),
            "\n".join(">" * n + "a" for n in range(1, 85)),
            "\n".join(" " * n + "- a" for n in range(280)),
        ],
    )
    def test_end_within_a_second(self, text: str) -> None:
        started = time.process_time()

        rendering.as_html(text)

        assert time.process_time() - started <= 1
