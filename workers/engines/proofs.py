"""What the harness is told to prove of an adapter, and what it found.

All differences are means over probes, in nats of a next token's log-probability.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from workers.engines.orders import Target


@dataclass(frozen=True, slots=True)
class ProofOrder:
    """A stack that is served, with the files that it is made of."""

    target: Target  # the stack
    layers: tuple[str, ...]  # directories, from the model up
    base_name: str = ""  # what the same server calls the model without adapters; "" if elsewhere

    def as_fields(self) -> dict[str, Any]:
        """Return its fields for a line."""
        return asdict(self)

    @classmethod
    def of_fields(cls, fields: dict[str, Any]) -> Self:
        """Return the order that a line held."""
        return cls(
            target=Target.of_fields(fields["target"]),
            layers=tuple(fields["layers"]),
            base_name=fields["base_name"],
        )


@dataclass(frozen=True, slots=True)
class Proven:
    """What the probes showed; None: it could not be compared here."""

    probes: int
    moved: float | None  # the stack from its parent, both computed with PEFT
    gap_to_peft: float | None  # the stack as served from the stack computed with PEFT
    gap_to_parent: float | None  # the stack as served from its parent computed with PEFT
    gap_to_base: float | None  # the stack as served from the base as served
    base_drift: float | None  # the base while the stack is asked, from the base computed alone
    note: str = ""  # why something could not be compared

    def as_fields(self) -> dict[str, Any]:
        """Return its fields for an event."""
        return asdict(self)
