"""An answer as HTML that can harm nobody: Markdown on a short list of tags, and nothing loaded.

Raw HTML in an answer is text. Images, styles, classes, ids and forms are not on the list, so an
answer can neither call home nor pretend to be part of the page. What a model says to itself
between <think> and </think> is folded. Text that only an attack would write is shown plain.
"""

import re

import nh3
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

MAX_MARKDOWN_CHARACTERS = 50_000
MAX_MARKDOWN_LINES = 5_000
MAX_MARKDOWN_LINE = 5_000
MAX_MARKS = 4_000  # brackets, stars and the like: what makes Markdown slow
MAX_THOUGHTS = 20
MARKS = re.compile(r"[\[\]*_`~<>|!\\&]")
TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"*": set[str](), "a": {"href"}, "ol": {"start"}}
LINK_REL = "nofollow noopener ugc"
SCHEMES = {"http", "https", "mailto"}
THOUGHT = re.compile(r"<think>(.*?)(?:</think>|\Z)", re.DOTALL)
HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}

_markdown = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .disable(["image", "html_block", "html_inline"])
)


def as_html(text: str) -> SafeString:
    """Return an answer as safe HTML."""
    pieces = THOUGHT.split(_opened(text), maxsplit=MAX_THOUGHTS)  # said, thought, said, …
    return format_html_join(
        "", "{}", ((_thought(piece) if n % 2 else _said(piece),) for n, piece in enumerate(pieces))
    )


def without_thoughts(text: str) -> str:
    """Return what an answer says aloud: what a contender is reminded of in the next turn."""
    return THOUGHT.sub("", _opened(text)).strip()


def _opened(text: str) -> str:
    """Return the text with its first thought opened: some templates do that before the answer."""
    is_thinking = "</think>" in text.partition("<think>")[0]
    return f"<think>{text}" if is_thinking else text


def _thought(text: str) -> SafeString:
    if not text.strip():
        return SafeString("")
    return format_html("<details><summary>Thinking</summary>{}</details>", _said(text))


def _said(text: str) -> SafeString:
    if not text.strip():
        return SafeString("")
    if _is_excessive(text):
        return format_html("<pre>{}</pre>", text)
    tokens = _markdown.parse(text)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)  # the page has its own h1 and h2
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        url_relative="deny",  # it would point into this site
        link_rel=LINK_REL,
    )
    return SafeString(clean)  # nh3 has just cleaned it


def _is_excessive(text: str) -> bool:
    lines = text.split("\n")
    return (
        len(text) > MAX_MARKDOWN_CHARACTERS
        or len(lines) > MAX_MARKDOWN_LINES
        or max(map(len, lines)) > MAX_MARKDOWN_LINE
        or sum(1 for _ in MARKS.finditer(text)) > MAX_MARKS
    )
