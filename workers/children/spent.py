"""What answers took: tokens and seconds, added up over a benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Spent:
    """What the answers took."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def add(self, body: dict[str, Any]) -> None:
        """Count one response's usage; a server that gives none is no fault."""
        usage = body.get("usage")
        if isinstance(usage, dict):
            self.prompt_tokens += int(usage.get("prompt_tokens") or 0)
            self.completion_tokens += int(usage.get("completion_tokens") or 0)
