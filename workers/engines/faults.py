"""Why something outside failed: one code, one sentence, one next step.

`UserFault` is for whoever asked and is never retried; `PlatformFault` is ours and is.
Every failed run carries one of these codes; anything else that is raised is a bug.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for translators; Django's own wants the settings of a site."""
    return sentence


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
        gettext_noop("The repository, revision or file does not exist."),
        gettext_noop("Check the name and the revision, then submit again."),
    ),
    Code.GATED: Explanation(
        gettext_noop("The repository asks for access that this site does not have."),
        gettext_noop("Make it public, or ask the site's operator to accept its terms."),
    ),
    Code.CORRUPT_WEIGHTS: Explanation(
        gettext_noop("A weight file is damaged or incomplete."),
        gettext_noop("Upload the file again and submit the new revision."),
    ),
    Code.BAD_CONFIG: Explanation(
        gettext_noop("A configuration file is missing or cannot be used."),
        gettext_noop("Correct the file and submit the new revision."),
    ),
    Code.REMOTE_CODE: Explanation(
        gettext_noop("The repository needs its own code to load, which is never run here."),
        gettext_noop("Publish it with an architecture that transformers contains."),
    ),
    Code.ADAPTER_MISFIT: Explanation(
        gettext_noop("The adapter does not fit the model below it."),
        gettext_noop("Submit it on the model that it was trained on."),
    ),
    Code.ADAPTER_NOT_APPLIED: Explanation(
        gettext_noop("The adapter changed nothing when it was loaded."),
        gettext_noop("Check that its weights are trained and that it names the right modules."),
    ),
    Code.RANK_TOO_HIGH: Explanation(
        gettext_noop("The stack's total LoRA rank is above what the engine can serve."),
        gettext_noop("Submit an adapter of a lower rank, or a merged model."),
    ),
    Code.CONTEXT_TOO_SHORT: Explanation(
        gettext_noop("The model's context is too short for this benchmark."),
        gettext_noop("Choose a suite with shorter questions."),
    ),
    Code.UNKNOWN_BENCHMARK: Explanation(
        gettext_noop("The harness does not know this benchmark."),
        gettext_noop("Ask the site's operator to correct the suite."),
    ),
    Code.NOT_APPLICABLE: Explanation(
        gettext_noop("This benchmark needs log-probabilities, which this contender does not give."),
        gettext_noop("Nothing: it is shown as not applicable, never as zero."),
    ),
    Code.INVALID_METRIC: Explanation(
        gettext_noop("The harness gave no finite value for this metric."),
        gettext_noop("Ask the site's operator to correct the suite."),
    ),
    Code.EMPTY_COMPLETION: Explanation(
        gettext_noop("The model's server answered without any completion."),
        gettext_noop("Run again; if it repeats, the server or the model is at fault."),
    ),
    Code.CANCELLED: Explanation(
        gettext_noop("It was cancelled."), gettext_noop("Submit again whenever you like.")
    ),
    Code.TIME_LIMIT: Explanation(
        gettext_noop("It took longer than a run may take."),
        gettext_noop("Submit a smaller model, or ask the site's operator for more time."),
    ),
    Code.OUT_OF_MEMORY: Explanation(
        gettext_noop("The machine's memory was not enough."),
        gettext_noop("Submit a smaller model, or ask the site's operator for a larger machine."),
    ),
    Code.DISK_FULL: Explanation(
        gettext_noop("The machine's disk is full."),
        gettext_noop("The site's operator must free some space; then run again."),
    ),
    Code.WORKER_LOST: Explanation(
        gettext_noop("The worker disappeared several times while running it."),
        gettext_noop("Run again; if it repeats, tell the site's operator."),
    ),
    Code.HARNESS_CRASHED: Explanation(
        gettext_noop("The harness stopped unexpectedly."),
        gettext_noop("Run again; the site's operator finds the reason in the harness's log."),
    ),
    Code.ENGINE_START_FAILED: Explanation(
        gettext_noop("The model's server did not start."),
        gettext_noop("Check that vLLM supports the architecture; the operator finds the log."),
    ),
    Code.ENGINE_LOST: Explanation(
        gettext_noop("The model's server went away while answering."),
        gettext_noop("It is retried by itself."),
    ),
    Code.ENGINE_TIMEOUT: Explanation(
        gettext_noop("The model's server stopped answering in time."),
        gettext_noop("It is retried by itself."),
    ),
    Code.ENGINE_NONSENSE: Explanation(
        gettext_noop("The model's server sent an answer that makes no sense."),
        gettext_noop("Run again; if it repeats, tell the site's operator."),
    ),
    Code.ENGINE_REFUSED: Explanation(
        gettext_noop("The model's server refused the request."),
        gettext_noop("Run again; if it repeats, tell the site's operator."),
    ),
    Code.BASELINE_UNREACHABLE: Explanation(
        gettext_noop("The baseline's API cannot be reached or is overloaded."),
        gettext_noop("It is retried by itself."),
    ),
    Code.BASELINE_REFUSED: Explanation(
        gettext_noop("The baseline's API refused the request."),
        gettext_noop("Check its address, its key and the model's name."),
    ),
    Code.HUB_UNREACHABLE: Explanation(
        gettext_noop("The model hub cannot be reached."), gettext_noop("It is retried by itself.")
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


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Tell by its code that there was no room to write, whoever found it out."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise PlatformFault(Code.DISK_FULL) from error
