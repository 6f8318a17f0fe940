"""The lines of a contender's page that come once a benchmark, written as text: there are forty."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from evals.models import Benchmark
from leaderboard.boards.rows import Cell, Gain
from leaderboard.contenders.changes import Change
from leaderboard.contenders.contender_page import ContenderPage, Layer, StepCell
from leaderboard.templatetags import board_cells, drawings, figures
from leaderboard.templatetags.board_cells import MISSING
from leaderboard.templatetags.figures import phrase

register = template.Library()
NOT_APPLICABLE, NO_CHANCES = gettext_noop("n/a"), gettext_noop("Its API gives no log-probabilities")
READ = gettext_noop("Read every question and answer")
FLIPPED = gettext_noop("%(raised)s up, %(lowered)s down")
UNPAIRED = gettext_noop("unpaired: the questions are not kept")
CHAT = gettext_noop("chat")
SURE = 0.001  # smaller p-values are written as smaller than this


@register.simple_tag
def score_lines(page: ContenderPage) -> SafeString:
    """Write the table of scores, beside those of the parent where there is one."""
    samples = reverse("sample-list", args=[page.row.slug])
    asked = {"suite": page.board.suite.key if page.board.suite else ""}
    return SafeString(
        "".join(
            _score_line(
                page, each, f"{samples}?{escape(urlencode(asked | {'benchmark': each.key}))}"
            )
            for each in page.board.benchmarks
        )
    )


@register.simple_tag
def layer_steps(layer: Layer) -> SafeString:
    """Write one layer's step on every benchmark."""
    return SafeString("".join(_step(each, layer.row.parent_name) for each in layer.steps))


@register.simple_tag
def change_line(each: Change) -> SafeString:
    """Write what a layer did to one benchmark."""
    change = figures.change_in_unit(each.difference, each.benchmark.is_percent)
    error = figures.in_unit(each.stderr, each.benchmark.is_percent)
    return SafeString(
        f'<div class="change"><p><strong>{escape(each.benchmark.title)}</strong>'
        f' <span class="{each.verdict}">{change}</span>'
        f' <small class="muted">± {error}</small></p>'
        f'<p class="muted">{_tested(each)}</p></div>\n'
    )


def _score_line(page: ContenderPage, benchmark: Benchmark, samples: str) -> str:
    ours, parent = page.row.scores[benchmark.key], page.parent
    theirs = difference = ""
    if parent is not None:
        theirs = f'<td class="tale-theirs">{_value(parent.scores[benchmark.key], benchmark)}</td>'
        difference = f"<td>{_difference(ours.gain, benchmark)}</td>"
    share = page.percentiles.get(benchmark.key)
    return (
        f'<tr>{theirs}<th scope="row" class="col-text tale-what">{escape(benchmark.title)}'
        f'<span class="who-meta">{escape(benchmark.description)}</span></th>'
        f"<td>{_value(ours, benchmark)}</td>{difference}"
        f"<td>{MISSING if share is None else f'{share} %'}</td>"
        f"<td>{_questions(ours, samples)}</td>"
        f'<td class="muted">{_asked(benchmark)}</td></tr>\n'
    )


def _value(cell: Cell, benchmark: Benchmark) -> str:
    if not cell.is_applicable:
        hint = escape(phrase(NO_CHANCES))
        return f'<abbr class="missing" title="{hint}">{escape(phrase(NOT_APPLICABLE))}</abbr>'
    if cell.value is None:
        return MISSING
    value = figures.in_unit(cell.value, benchmark.is_percent)
    error = figures.in_unit(cell.stderr, benchmark.is_percent)
    return board_cells.with_error(value, error)


def _difference(gain: Gain | None, benchmark: Benchmark) -> str:
    if gain is None:
        return MISSING
    change = figures.change_in_unit(gain.difference, benchmark.is_percent)
    error = figures.in_unit(gain.stderr, benchmark.is_percent)
    arrow = figures.arrow(gain.difference)
    return f'<span class="{gain.verdict}">{arrow} {change}</span> <small>±{error}</small>'


def _questions(cell: Cell, samples: str) -> str:
    if not cell.samples:
        return figures.MISSING
    return f'<a href="{samples}" title="{escape(phrase(READ))}">{figures.whole(cell.samples)}</a>'


def _asked(benchmark: Benchmark) -> str:
    low = "" if benchmark.is_higher_better else " ↓"
    chat = f" · {escape(phrase(CHAT))}" if benchmark.is_chat else ""
    shots = figures.plural(benchmark.shots, "shot")
    return f"{escape(benchmark.metric)}{low} · {escape(shots)}{chat}"


def _step(each: StepCell, parent: str) -> str:
    if each.start is None or each.end is None:
        missing = figures.MISSING if each.cell.is_applicable else escape(phrase(NOT_APPLICABLE))
        return f'<td><span class="missing">{missing}</span></td>'
    value = figures.in_unit(each.cell.value, each.is_percent)
    return (
        f'<td><span class="value">{value}</span>'
        f"{drawings.step(each.start, each.end, each.verdict)}"
        f"{drawings.change(each.cell.gain, each.unit, parent)}</td>"
    )


def _tested(each: Change) -> str:
    if not each.is_paired:
        return escape(phrase(UNPAIRED))
    counts = {"raised": figures.plural(each.raised, "question"), "lowered": each.lowered}
    text = escape(phrase(FLIPPED) % counts)
    if each.p_value is None:
        return text
    sign = "&lt;" if each.p_value < SURE else "="
    return f"{text}; McNemar p {sign} {figures.points(max(SURE, each.p_value), 3)}"
