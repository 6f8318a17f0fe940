"""What the benchmark half remembers: one module a noun."""

from evals.models.attempts import Attempt, RunLine
from evals.models.contenders import Contender
from evals.models.deployments import Deployment
from evals.models.notices import Notice
from evals.models.proofs import Proof
from evals.models.runs import Checkpoint, EvalRun
from evals.models.scores import Score
from evals.models.submissions import Submission
from evals.models.suites import Benchmark, Suite

__all__ = [
    "Attempt",
    "Benchmark",
    "Checkpoint",
    "Contender",
    "Deployment",
    "EvalRun",
    "Notice",
    "Proof",
    "RunLine",
    "Score",
    "Submission",
    "Suite",
]
