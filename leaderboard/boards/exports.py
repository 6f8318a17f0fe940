"""The board as a file: the lines of a view in their order, with its columns, in pieces.

A cell of text that a spreadsheet would take for a formula gets an apostrophe before it, in CSV
alone: JSON and Parquet have types. Missing values are empty, null; never zero.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from arena.pipes import Pipe
from evals import lazily
from leaderboard.boards import arrangement, columns
from leaderboard.boards.arrangement import Line
from leaderboard.boards.board import Board
from leaderboard.boards.column import Column
from leaderboard.boards.viewing import View

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    pa = lazily.Module("pyarrow")
    pq = lazily.Module("pyarrow.parquet")

PIECE_LINES = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
Cells = dict[str, str | float | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file."""

    content_type: str
    write: Callable[[Board, View], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    read: Callable[[Line], str | float | None]
    is_number: bool


def safe(value: str) -> str:
    """Return a text that no spreadsheet runs."""
    return f"'{value}" if value.startswith(FORMULA) else value


def fields(board: Board, view: View) -> list[_Field]:
    """Return what is written of every line: who it is, then each column with its error."""
    found = [
        _Field("place", lambda line: line.place, True),
        _Field("slug", lambda line: line.row.slug, False),
        _Field("name", lambda line: line.row.name, False),
        _Field("kind", lambda line: line.row.kind, False),
        _Field("parent", lambda line: line.row.parent or None, False),
        _Field("base", lambda line: line.row.base, False),
        _Field("licence", lambda line: line.row.licence or None, False),
    ]
    for column in columns.shown(board, view.columns)[1:]:
        found += _of_column(column)
    return found


def _of_column(column: Column) -> Iterator[_Field]:
    yield _Field(column.key, lambda line: _finite(column.value(line.row)), column.group != "text")
    if (stderr := column.stderr) is not None:
        yield _Field(f"{column.key}_stderr", lambda line: _finite(stderr(line.row)), True)


def _finite(value: str | float | None) -> str | float | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _pieces(board: Board, view: View) -> Iterator[list[list[Any]]]:
    wanted = fields(board, view)
    lines = arrangement.arrange(board, view)
    for start in range(0, len(lines), PIECE_LINES):
        some = [line for line in lines[start : start + PIECE_LINES] if not line.is_context]
        if some:
            yield [[field.read(line) for field in wanted] for line in some]


def _csv(board: Board, view: View) -> Iterator[bytes]:
    yield _csv_lines([[field.name for field in fields(board, view)]])
    for piece in _pieces(board, view):
        yield _csv_lines(piece)


def _csv_lines(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows(
        [safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue().encode()


def _json(board: Board, view: View) -> Iterator[bytes]:
    names = [field.name for field in fields(board, view)]
    suite = board.suite
    about = {
        "suite": suite.key if suite else None,
        "version": suite.version if suite else None,
        "view": view.pairs(),
    }
    yield json.dumps(about)[:-1].encode() + b', "rows": ['
    is_first = True
    for piece in _pieces(board, view):
        text = ",\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in piece)
        yield (("\n" if is_first else ",\n") + text).encode()
        is_first = False
    yield b"\n]}\n"


def _parquet(board: Board, view: View) -> Iterator[bytes]:
    wanted = fields(board, view)
    schema = pa.schema(
        [(field.name, pa.float64() if field.is_number else pa.string()) for field in wanted]
    )
    sink = Pipe()
    with pq.ParquetWriter(sink, schema) as writer:
        for piece in _pieces(board, view):
            cells = [list(column) for column in zip(*piece, strict=True)]
            arrays = [
                pa.array(values, type=kind)
                for values, kind in zip(cells, schema.types, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


KINDS = MappingProxyType(
    {
        "csv": Kind("text/csv; charset=utf-8", _csv),
        "json": Kind("application/json", _json),
        "parquet": Kind("application/vnd.apache.parquet", _parquet),
    }
)
