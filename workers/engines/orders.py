"""What the harness is told and what it tells back: one order is one benchmark for one contender.

Both sides of the pipe share these values; each travels as one JSON line.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class TargetKind(StrEnum):
    """How a contender is asked."""

    VLLM = "vllm"
    API = "api"


@dataclass(frozen=True, slots=True)
class BenchmarkSpec:
    """One lm-eval task and how it is asked."""

    task: str
    metric: str
    filter: str = "none"
    shots: int = 0
    is_chat: bool = False
    limit: int | None = None  # questions; None: all
    seed: int = 1234
    max_gen_tokens: int | None = None  # None: as the task says
    parts: dict[str, float] = field(default_factory=dict)  # chance level by subtask


@dataclass(frozen=True, slots=True)
class Target:
    """Where a contender answers."""

    kind: TargetKind
    url: str  # without /v1
    served_name: str
    tokenizer_dir: str = ""  # of a vLLM target: the directory with tokenizer and config.json
    host: str = ""  # of an API target: the name that its pinned address is asked under
    api_key_variable: str = ""  # the environment variable that holds the key: never the key
    priority: int = 0  # above 0: after those who wait for an answer; only for servers of our pool
    concurrency: int = 0  # requests in flight; 0: what suits the kind

    @classmethod
    def of_fields(cls, fields: dict[str, Any]) -> Self:
        """Return the target that a line held."""
        return cls(**{**fields, "kind": TargetKind(fields["kind"])})


@dataclass(frozen=True, slots=True)
class Order:
    """One benchmark for one contender."""

    run: str
    benchmark: BenchmarkSpec
    target: Target
    include_paths: tuple[str, ...] = ()  # directories with local task files
    samples_path: str = ""  # where the Parquet file of samples goes; "" for none
    memory_path: str = ""  # where answers are kept for another attempt; "" for nowhere
    made_by: str = ""  # the contender's content: whose answers the memory holds

    def as_fields(self) -> dict[str, Any]:
        """Return its fields for a line."""
        return asdict(self)

    @classmethod
    def of_fields(cls, fields: dict[str, Any]) -> Self:
        """Return the order that a line held."""
        return cls(
            **{
                **fields,
                "benchmark": BenchmarkSpec(**fields["benchmark"]),
                "target": Target.of_fields(fields["target"]),
                "include_paths": tuple(fields["include_paths"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one benchmark came to."""

    value: float
    stderr: float | None  # None: the harness reports none for this metric
    samples: int
    metric: str
    versions: dict[str, str]
    prompt_tokens: int
    completion_tokens: int
    answering_s: float  # while requests were in flight; building questions is not in it
    parts: dict[str, Any] = field(default_factory=dict)  # of a group: each subtask's own value
    provenance: dict[str, Any] = field(default_factory=dict)  # what was asked, by its hashes

    def as_fields(self) -> dict[str, Any]:
        """Return its fields for an event."""
        return asdict(self)
