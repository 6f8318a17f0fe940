"""What a submission would become, asked while its form is still being filled in. Writes nothing."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from evals import candidates, orders
from evals.models import Contender
from evals.problems import Refused
from leaderboard.submitting.forms import UPLOAD, SubmissionForm


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend, under the name that the form gives its field."""

    label: str
    sentence: str
    code: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Every problem there is; without one, what would be listed."""

    findings: list[Finding]
    name: str = ""
    parameters: int | None = None
    rank: int | None = None
    serving: str = ""
    revision: str = ""
    warnings: tuple[str, ...] = ()
    is_early: bool = False  # nothing to look at yet


def check(form: SubmissionForm, *, submitter: User | None) -> Checked:
    """Look at the form, then at the files; the same checks as when it is submitted."""
    place = str(form.data.get("locator", "")).strip()
    if not place or form.data.get("source") == UPLOAD[0]:
        return Checked([], is_early=True)
    if not form.is_valid():
        return Checked(
            [
                Finding(_label(form, name), str(sentence), "REQUIRED")
                for name, sentences in form.errors.items()
                for sentence in sentences
            ]
        )
    try:
        order = form.order().trimmed()
        orders.check_permission(order, submitter=submitter, is_operator=False)
        orders.check_form(order)
        candidate = candidates.examine(order)
    except Refused as refusal:
        return Checked(
            [
                Finding(_label(form, each.field), each.sentence, each.code)
                for each in refusal.problems
            ]
        )
    return _listed(candidate.name or candidate.default_name, candidate)


def _listed(name: str, candidate: candidates.Candidate) -> Checked:
    fields: Any = candidate.fields
    return Checked(
        findings=[],
        name=name,
        parameters=fields.get("parameters"),
        rank=fields.get("rank"),
        serving=str(Contender.Serving(fields["serving"]).label),
        revision=str(candidate.identity["revision"]),
        warnings=candidate.warnings,
    )


def _label(form: SubmissionForm, name: str) -> str:
    return str(form.fields[name].label) if name in form.fields else ""
