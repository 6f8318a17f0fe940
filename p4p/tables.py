"""How the board and a submission look in a terminal."""

from typing import Any

from rich.table import Table

MISSING = "–"  # noqa: RUF001 - the typographer's dash for "nothing here"


def board(read: dict[str, Any]) -> Table:
    """Return the board: parents before their layers, every value with its error."""
    table = Table(
        title=f"{read['suite'] or 'No suite'} v{read['version'] or 0}", title_justify="left"
    )
    table.add_column("Contender")
    for name in ("Average", *(each["title"] for each in read["benchmarks"]), "Rating", "$/M"):
        table.add_column(name, justify="right")
    for row in read["rows"]:
        table.add_row(*_cells(row, read["benchmarks"]))
    return table


def _cells(row: dict[str, Any], benchmarks: list[dict[str, Any]]) -> list[str]:
    layer = "└ " if row["parent"] else ""
    scores = [_score(row["scores"].get(each["key"])) for each in benchmarks]
    rating, cost = row["rating"], row["cost"]["usd_per_million_tokens"]
    return [
        f"{layer}{row['name']}",
        _valued(row["average"], 1),
        *scores,
        f"{rating['value']:.0f}" if rating else MISSING,
        MISSING if cost is None else f"{cost:.2f}",
    ]


def _score(score: dict[str, Any] | None) -> str:
    return _valued(score, 3)


def _valued(held: dict[str, Any] | None, digits: int) -> str:
    if held is None or held["value"] is None:
        return MISSING
    error = held["stderr"]
    return f"{held['value']:.{digits}f}" + ("" if error is None else f" ±{error:.{digits}f}")


def submission(read: dict[str, Any]) -> Table:
    """Return where a submission stands, benchmark by benchmark."""
    table = Table(title=f"{read['contender']}: {read['state'].lower()}", title_justify="left")
    for name in ("Benchmark", "State", "Value"):
        table.add_column(name, justify="right" if name == "Value" else "left")
    for each in read["benchmarks"]:
        table.add_row(each["key"], f"{each['state'].lower()} {each['percent']} %", _score(each))
    return table
