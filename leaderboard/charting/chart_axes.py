"""What a chart of quality and cost can measure along its axes, and how each is read and written."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leaderboard.boards.rows import CONFIDENCE, BoardRow
from leaderboard.charting.chart_points import Cost, Interval, Quality
from leaderboard.templatetags.figures import bytes_, dollars, points, size, watt_hours, whole


def _average(row: BoardRow) -> Interval | None:
    """Return the average with its interval; a partial one is not comparable."""
    return None if row.average.is_partial else _any_average(row)


def _any_average(row: BoardRow) -> Interval | None:
    cell = row.average
    if cell.value is None:
        return None
    spread = CONFIDENCE * (cell.stderr or 0.0)
    return cell.value, cell.value - spread, cell.value + spread


def _asked_part(row: BoardRow) -> str:
    """Say where a baseline's average stands on fewer benchmarks than the others'."""
    cell = row.average
    if not cell.is_partial:
        return ""
    asked = {"measured": cell.measured, "all": cell.of}
    return " " + _("on %(measured)s of %(all)s benchmarks") % asked


def _rating(row: BoardRow) -> Interval | None:
    return (row.rating.value, row.rating.lower, row.rating.upper) if row.rating else None


def _training(row: BoardRow) -> float | None:
    total = row.cost.stack_training_usd
    return None if total is None else float(total)


QUALITIES = {
    each.key: each
    for each in (
        Quality(
            "average",
            gettext_noop("Average"),
            gettext_noop("Average over chance level"),
            _average,
            points,
            level=_any_average,
            caveat=_asked_part,
        ),
        Quality(
            "rating",
            gettext_noop("Rating"),
            gettext_noop("Rating in blind votes"),
            _rating,
            whole,
            level=_rating,
            caveat=lambda _row: "",
        ),
    )
}
COSTS = {
    each.key: each
    for each in (
        Cost(
            "parameters",
            gettext_noop("Parameters"),
            gettext_noop("Parameters served"),
            lambda row: row.parameters,
            size,
        ),
        Cost(
            "memory",
            gettext_noop("Memory"),
            gettext_noop("Memory that the server really used"),
            lambda row: row.cost.peak_memory_bytes,
            bytes_,
        ),
        Cost(
            "training",
            gettext_noop("Training cost"),
            gettext_noop("Training cost of the stack, $"),
            _training,
            dollars,
        ),
        Cost(
            "price",
            gettext_noop("$ per M tokens"),
            gettext_noop("Measured $ per million tokens"),
            lambda row: row.cost.usd_per_million_tokens,
            dollars,
        ),
        Cost(
            "speed",
            gettext_noop("Tokens/s"),
            gettext_noop("Measured tokens a second"),
            lambda row: row.cost.tokens_per_second,
            whole,
            is_high_better=True,
        ),
        Cost(
            "energy",
            gettext_noop("Energy"),
            gettext_noop("Measured watt-hours for a million tokens"),
            lambda row: row.cost.energy_wh_per_million_tokens,
            watt_hours,
            want=gettext_noop(
                "Energy is read from the meters of the machine that measures: NVML of an NVIDIA "
                "card, RAPL of a processor whose counters the worker may read. No run shown here "
                "met a meter, and nothing is estimated in its place."
            ),
        ),
    )
}
