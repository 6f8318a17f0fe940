"""What is wrong with a request, in words and as a code: raised by checks, shown by pages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: the field it belongs to, a stable code, and what to do next."""

    field: str
    code: str
    sentence: str


class Refused(Exception):
    """A request that cannot be accepted, with every problem found."""

    def __init__(self, *problems: Problem, status: int = 400) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems
        self.status = status


class Unavailable(Exception):
    """A pinned contender's files cannot be had now; transient ones are worth another try."""

    def __init__(self, code: str, sentence: str, *, is_transient: bool = False) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.is_transient = is_transient


def refuse(field: str, code: str, sentence: str, *, status: int = 400) -> Refused:
    """Return the refusal for one problem, to be raised."""
    return Refused(Problem(field, code, sentence), status=status)
