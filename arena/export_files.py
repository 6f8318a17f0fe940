"""Portions of exported rows as the bytes of a file: JSON lines or Parquet, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from arena.exports import Row
from arena.pipes import Pipe
from evals import lazily

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    pa = lazily.Module("pyarrow")
    pq = lazily.Module("pyarrow.parquet")

VOTES = (
    "question_id", "model_a", "model_b", "winner", "judge", "anony", "tstamp", "propensity",
    "policy", "exclusion", "turn", "language", "is_code", "category",
)  # fmt: skip
COLUMNS = {"votes": VOTES, "conversations": (*VOTES, "conversation_a", "conversation_b")}
TYPES = {"jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}


def pieces(portions: Iterator[list[Row]], *, what: str, form: str) -> Iterator[bytes]:
    """Yield a file of `what` (votes, conversations) in `form` (jsonl, parquet)."""
    return _jsonl(portions) if form == "jsonl" else _parquet(portions, schema_of(what))


def schema_of(what: str) -> pa.Schema:
    """Return the columns of a Parquet file with their types."""
    said = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    special = {
        "anony": pa.bool_(),
        "tstamp": pa.float64(),
        "propensity": pa.float64(),
        "turn": pa.int32(),
        "is_code": pa.bool_(),
        "category": pa.list_(pa.string()),
        "conversation_a": said,
        "conversation_b": said,
    }
    return pa.schema([(name, special.get(name, pa.string())) for name in COLUMNS[what]])


def _jsonl(portions: Iterator[list[Row]]) -> Iterator[bytes]:
    for rows in portions:
        yield b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _parquet(portions: Iterator[list[Row]], schema: pa.Schema) -> Iterator[bytes]:
    """Write one row group a portion, and hand on what the writer has written so far."""
    sink = Pipe()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for rows in portions:
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            yield sink.taken()
    yield sink.taken()
