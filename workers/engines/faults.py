"""Why something outside failed: one code, one sentence, one next step.

`UserFault` is for whoever asked and is never retried; `PlatformFault` is ours and is.
Every failed run carries one of these codes; anything else that is raised is a bug.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The closed list of reasons that a person can read on a page."""

    NOT_FOUND = "NOT_FOUND"
    GATED = "GATED"
    CORRUPT_WEIGHTS = "CORRUPT_WEIGHTS"
    BAD_CONFIG = "BAD_CONFIG"
    REMOTE_CODE = "REMOTE_CODE"
    ADAPTER_MISFIT = "ADAPTER_MISFIT"
    ADAPTER_NOT_APPLIED = "ADAPTER_NOT_APPLIED"
    RANK_TOO_HIGH = "RANK_TOO_HIGH"
    CONTEXT_TOO_SHORT = "CONTEXT_TOO_SHORT"
    UNKNOWN_BENCHMARK = "UNKNOWN_BENCHMARK"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    INVALID_METRIC = "INVALID_METRIC"
    EMPTY_COMPLETION = "EMPTY_COMPLETION"
    CANCELLED = "CANCELLED"
    TIME_LIMIT = "TIME_LIMIT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    DISK_FULL = "DISK_FULL"
    WORKER_LOST = "WORKER_LOST"
    HARNESS_CRASHED = "HARNESS_CRASHED"
    ENGINE_START_FAILED = "ENGINE_START_FAILED"
    ENGINE_LOST = "ENGINE_LOST"
    ENGINE_TIMEOUT = "ENGINE_TIMEOUT"
    ENGINE_NONSENSE = "ENGINE_NONSENSE"
    ENGINE_REFUSED = "ENGINE_REFUSED"
    BASELINE_UNREACHABLE = "BASELINE_UNREACHABLE"
    BASELINE_REFUSED = "BASELINE_REFUSED"
    HUB_UNREACHABLE = "HUB_UNREACHABLE"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means and what its reader can do about it."""

    cause: str
    next_step: str


EXPLANATIONS: dict[Code, Explanation] = {
    Code.NOT_FOUND: Explanation(
        "The repository, revision or file does not exist.",
        "Check the name and the revision, then submit again.",
    ),
    Code.GATED: Explanation(
        "The repository asks for access that this site does not have.",
        "Make it public, or ask the site's operator to accept its terms.",
    ),
    Code.CORRUPT_WEIGHTS: Explanation(
        "A weight file is damaged or incomplete.",
        "Upload the file again and submit the new revision.",
    ),
    Code.BAD_CONFIG: Explanation(
        "A configuration file is missing or cannot be used.",
        "Correct the file and submit the new revision.",
    ),
    Code.REMOTE_CODE: Explanation(
        "The repository needs its own code to load, which is never run here.",
        "Publish it with an architecture that transformers contains.",
    ),
    Code.ADAPTER_MISFIT: Explanation(
        "The adapter does not fit the model below it.",
        "Submit it on the model that it was trained on.",
    ),
    Code.ADAPTER_NOT_APPLIED: Explanation(
        "The adapter changed nothing when it was loaded.",
        "Check that its weights are trained and that it names the right modules.",
    ),
    Code.RANK_TOO_HIGH: Explanation(
        "The stack's total LoRA rank is above what the engine can serve.",
        "Submit an adapter of a lower rank, or a merged model.",
    ),
    Code.CONTEXT_TOO_SHORT: Explanation(
        "The model's context is too short for this benchmark.",
        "Choose a suite with shorter questions.",
    ),
    Code.UNKNOWN_BENCHMARK: Explanation(
        "The harness does not know this benchmark.",
        "Ask the site's operator to correct the suite.",
    ),
    Code.NOT_APPLICABLE: Explanation(
        "This benchmark needs log-probabilities, which this contender does not give.",
        "Nothing: it is shown as not applicable, never as zero.",
    ),
    Code.INVALID_METRIC: Explanation(
        "The harness gave no finite value for this metric.",
        "Ask the site's operator to correct the suite.",
    ),
    Code.EMPTY_COMPLETION: Explanation(
        "The model's server answered without any completion.",
        "Run again; if it repeats, the server or the model is at fault.",
    ),
    Code.CANCELLED: Explanation("It was cancelled.", "Submit again whenever you like."),
    Code.TIME_LIMIT: Explanation(
        "It took longer than a run may take.",
        "Submit a smaller model, or ask the site's operator for more time.",
    ),
    Code.OUT_OF_MEMORY: Explanation(
        "The machine's memory was not enough.",
        "Submit a smaller model, or ask the site's operator for a larger machine.",
    ),
    Code.DISK_FULL: Explanation(
        "The machine's disk is full.",
        "The site's operator must free some space; then run again.",
    ),
    Code.WORKER_LOST: Explanation(
        "The worker disappeared several times while running it.",
        "Run again; if it repeats, tell the site's operator.",
    ),
    Code.HARNESS_CRASHED: Explanation(
        "The harness stopped unexpectedly.",
        "Run again; the site's operator finds the reason in the harness's log.",
    ),
    Code.ENGINE_START_FAILED: Explanation(
        "The model's server did not start.",
        "Check that vLLM supports the architecture; the operator finds the log.",
    ),
    Code.ENGINE_LOST: Explanation(
        "The model's server went away while answering.", "It is retried by itself."
    ),
    Code.ENGINE_TIMEOUT: Explanation(
        "The model's server stopped answering in time.", "It is retried by itself."
    ),
    Code.ENGINE_NONSENSE: Explanation(
        "The model's server sent an answer that makes no sense.",
        "Run again; if it repeats, tell the site's operator.",
    ),
    Code.ENGINE_REFUSED: Explanation(
        "The model's server refused the request.",
        "Run again; if it repeats, tell the site's operator.",
    ),
    Code.BASELINE_UNREACHABLE: Explanation(
        "The baseline's API cannot be reached or is overloaded.", "It is retried by itself."
    ),
    Code.BASELINE_REFUSED: Explanation(
        "The baseline's API refused the request.",
        "Check its address, its key and the model's name.",
    ),
    Code.HUB_UNREACHABLE: Explanation(
        "The model hub cannot be reached.", "It is retried by itself."
    ),
}


class Fault(Exception):
    """Something outside failed in a way that has a code."""

    is_retryable = False

    def __init__(self, code: Code | str, sentence: str = "") -> None:
        self.code = Code(code)
        self.sentence = sentence or EXPLANATIONS[self.code].cause
        super().__init__(self.sentence)

    @property
    def next_step(self) -> str:
        """Return what the reader of this fault can do."""
        return EXPLANATIONS[self.code].next_step


class UserFault(Fault):
    """The fault lies in what was asked: shown, never retried, never an alert."""


class PlatformFault(Fault):
    """The fault is ours or an engine's: logged and retried."""

    is_retryable = True


USER_CODES = frozenset(
    {
        Code.NOT_FOUND,
        Code.GATED,
        Code.CORRUPT_WEIGHTS,
        Code.BAD_CONFIG,
        Code.REMOTE_CODE,
        Code.ADAPTER_MISFIT,
        Code.ADAPTER_NOT_APPLIED,
        Code.RANK_TOO_HIGH,
        Code.CONTEXT_TOO_SHORT,
        Code.UNKNOWN_BENCHMARK,
        Code.NOT_APPLICABLE,
        Code.INVALID_METRIC,
        Code.CANCELLED,
        Code.TIME_LIMIT,
        Code.BASELINE_REFUSED,
    }
)


def fault_of(code: Code | str, sentence: str = "") -> Fault:
    """Return the fault that a code stands for; one we do not know is a harness crash."""
    known = Code(code) if code in Code.__members__ else Code.HARNESS_CRASHED
    kind = UserFault if known in USER_CODES else PlatformFault
    return kind(known, sentence)
