"""Portions of exported rows as the bytes of a file: JSON lines or Parquet, piece by piece."""

import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from arena.exports import Row
from arena.pipes import Pipe

COLUMNS = [
    ("question_id", pa.string()),
    ("model_a", pa.string()),
    ("model_b", pa.string()),
    ("winner", pa.string()),
    ("judge", pa.string()),
    ("anony", pa.bool_()),
    ("tstamp", pa.float64()),
    ("propensity", pa.float64()),
    ("policy", pa.string()),
    ("exclusion", pa.string()),
]
SAID = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
SCHEMAS = {
    "votes": pa.schema(COLUMNS),
    "conversations": pa.schema([*COLUMNS, ("conversation_a", SAID), ("conversation_b", SAID)]),
}
TYPES = {"jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}


def pieces(portions: Iterator[list[Row]], *, what: str, form: str) -> Iterator[bytes]:
    """Yield a file of `what` (votes, conversations) in `form` (jsonl, parquet)."""
    return _jsonl(portions) if form == "jsonl" else _parquet(portions, SCHEMAS[what])


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
