"""What safetensors files say about themselves: names, types and shapes, never the weights.

A header is the only part that is read, and it is not trusted: its length, every offset and
every size must agree with the file, or the file is corrupt.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from evals.problems import Refused, refuse

PREFIX_BYTES = 8  # the length of the header, little-endian
HEADER_BYTES_MAX = 10_000_000  # about 100 000 tensors in one file
WIDTHS = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1,
    "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4,
    "U64": 8, "I64": 8, "F64": 8, "C64": 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor as its header describes it; offsets count from the start of the file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def elements(self) -> int:
        """Return how many numbers it holds."""
        return math.prod(self.shape)


def read(*, path: str, size: int, fetch: Callable[[int, int], bytes]) -> list[Tensor]:
    """Return the tensors of one file in the order of their bytes; `fetch(start, length)` reads."""
    if size < PREFIX_BYTES + 2:
        raise _corrupt(path, _("is too short to be a safetensors file"))
    length = int.from_bytes(fetch(0, PREFIX_BYTES), "little")
    if length > HEADER_BYTES_MAX or PREFIX_BYTES + length > size:
        raise _corrupt(path, _("announces a header of %(length)s bytes") % {"length": length})
    start = PREFIX_BYTES + length
    tensors = sorted(
        (
            _tensor(path, name, entry, start)
            for name, entry in _entries(path, fetch(PREFIX_BYTES, length)).items()
            if name != "__metadata__"
        ),
        key=lambda tensor: (tensor.begin, tensor.end),
    )
    _check_layout(path, tensors, start, size)
    return tensors


def _entries(path: str, header: bytes) -> dict[str, object]:
    try:
        entries = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise _corrupt(path, _("has a header that is not JSON")) from error
    if not isinstance(entries, dict):
        raise _corrupt(path, _("has a header that is not a JSON object"))
    return entries


def _tensor(path: str, name: str, entry: object, start: int) -> Tensor:
    match entry:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [int(begin), int(end)]}:
            if all(type(side) is int and side >= 0 for side in shape) and 0 <= begin <= end:
                tensor = Tensor(name, dtype, tuple(shape), start + begin, start + end)
                width = WIDTHS.get(dtype)
                if width is None or tensor.elements * width == end - begin:
                    return tensor
    raise _corrupt(path, _("describes the tensor %(name)s wrongly") % {"name": repr(name[:100])})


def _check_layout(path: str, tensors: list[Tensor], start: int, size: int) -> None:
    """Demand what the format demands: the tensors fill the file, without gap or overlap."""
    reached = start
    for tensor in tensors:
        if tensor.begin != reached:
            raise _corrupt(
                path,
                _("has a gap or an overlap before the tensor %(name)s")
                % {"name": repr(tensor.name[:100])},
            )
        reached = tensor.end
    if reached != size:
        raise _corrupt(
            path,
            _("should end at byte %(reached)s and has %(size)s")
            % {"reached": reached, "size": size},
        )


def _corrupt(path: str, what: str) -> Refused:
    sentence = _(
        "%(path)s %(what)s: save the weights again with safetensors and submit the new revision."
    ) % {"path": path, "what": what}
    return refuse("locator", "CORRUPT_WEIGHTS", sentence)
