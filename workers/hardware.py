"""What this machine's servers compute on, by the name that a table of prices knows."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache

from workers.energy import NVML

PROCESSOR = "CPU"
NAME_MAX = 96  # of NVIDIA's library


@cache
def name(library: str = NVML) -> str:
    """Return the first card's name, as NVIDIA's library tells it; CPU where there is none."""
    with suppress(OSError, AttributeError):
        nvml = ctypes.CDLL(library)
        card, told = ctypes.c_void_p(), ctypes.create_string_buffer(NAME_MAX)
        failed = (
            nvml.nvmlInit_v2()
            or nvml.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(card))
            or nvml.nvmlDeviceGetName(card, told, NAME_MAX)
        )
        if not failed:
            return told.value.decode(errors="replace")
    return PROCESSOR
