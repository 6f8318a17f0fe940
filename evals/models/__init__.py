"""What the benchmark half remembers: one module a noun."""

from evals.models.contenders import Contender
from evals.models.deployments import Deployment
from evals.models.runs import Checkpoint, EvalRun
from evals.models.scores import Score
from evals.models.submissions import Submission
from evals.models.suites import Benchmark, Suite

__all__ = [
    "Benchmark",
    "Checkpoint",
    "Contender",
    "Deployment",
    "EvalRun",
    "Score",
    "Submission",
    "Suite",
]
