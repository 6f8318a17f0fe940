"""Headers of safetensors files are read, and believed only where they agree with the file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import headers
from evals.headers import Tensor
from evals.problems import Refused
from tests.evals import trees


def read(content: bytes) -> list[Tensor]:
    return headers.read(
        path="m.safetensors",
        size=len(content),
        fetch=lambda start, length: content[start : start + length],
    )


def header(**entries: object) -> bytes:
    return trees.with_header(json.dumps(entries).encode())


def entry(begin: int, end: int, *, shape: tuple[int, ...] = (4,), dtype: str = "U8") -> object:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


class TestRead:
    def test_lists_tensors_with_shapes_and_places(self) -> None:
        content = trees.weights({"a": (2, 3), "b": (5,)})

        tensors = read(content)

        assert [(each.name, each.shape, each.elements) for each in tensors] == [
            ("a", (2, 3), 6),
            ("b", (5,), 5),
        ]
        assert tensors[-1].end == len(content)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x00" * 8,
            (2**63).to_bytes(8, "little") + b"{}",
            (200_000_000).to_bytes(8, "little") + b"{}",
            trees.with_header(b"not json"),
            trees.with_header(b"[]"),
            trees.with_header(b"[" * 100_000),
            trees.with_header(b'{"a": 1}'),
            header(a=entry(0, 4)),
            header(a=entry(0, 4)) + b"12345",
            header(a=entry(0, 4), b=entry(2, 6)) + b"123456",
            header(a=entry(0, 4), b=entry(5, 9)) + b"123456789",
            header(a=entry(4, 0)) + b"1234",
            header(a=entry(0, 4, shape=(5,))) + b"1234",
            header(a=entry(0, 4, shape=(-2, -2))) + b"1234",
            header(a=entry(0, 2**62)) + b"1234",
        ],
        ids=[
            "empty", "zeroes", "header of 2^63", "header of 200 MB", "no JSON", "a list",
            "a deep list", "no entry", "beyond the end", "too long", "overlap", "gap",
            "backwards", "wrong size", "negative shape", "offset beyond the end",
        ],
    )  # fmt: skip
    def test_refuses_a_corrupt_file(self, content: bytes) -> None:
        with pytest.raises(Refused) as refused:
            read(content)

        assert refused.value.problems[0].code == "CORRUPT_WEIGHTS"

    @given(st.binary(max_size=300))
    def test_either_reads_or_refuses_whatever_it_meets(self, content: bytes) -> None:
        try:
            tensors = read(content)
        except Refused:
            return

        assert all(tensor.end <= len(content) for tensor in tensors)
