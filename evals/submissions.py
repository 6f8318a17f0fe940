"""Submit a contender: every check first, against the real files, then one transaction.

The same contender again returns the submission that exists. The caller rings the workers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from evals import candidates, names, orders, runs, suites
from evals.candidates import Candidate
from evals.models import Contender, EvalRun, Submission, Suite
from evals.orders import Order
from evals.problems import Problem, Refused, refuse

__all__ = ["Accepted", "Order", "Problem", "Refused", "submit"]

SLUG_TRIES = 5
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The submission that stands for an order, and what its submitter should know."""

    submission: Submission
    is_new: bool
    warnings: tuple[str, ...] = ()


def submit(
    *,
    order: Order,
    submitter: User | None,
    submitter_key: str,
    now: datetime,
    suite: Suite | None = None,
    is_operator: bool = False,
) -> Accepted:
    """Rank a contender; raise `Refused` with a sentence for every problem."""
    order = order.trimmed()
    orders.check_permission(order, submitter=submitter, is_operator=is_operator)
    orders.check_form(order)
    suite = suite or _default_suite()
    candidate = candidates.examine(order)
    is_limited = not (is_operator or (submitter is not None and submitter.is_staff))
    for _ in range(SLUG_TRIES):
        try:
            with transaction.atomic():
                submission, is_new = _record(candidate, suite, submitter, submitter_key, now)
                if is_new and is_limited:
                    _check_limit(submitter, submitter_key, now)
            return Accepted(submission, is_new, candidate.warnings)
        except IntegrityError:  # somebody took the slug, or made the same contender, just now
            continue
    raise refuse("name", "NAME_TAKEN", "Give it another name: that one is in use.")


def _default_suite() -> Suite:
    try:
        return suites.default()
    except suites.SuiteMissing as error:
        problem = Problem("suite", "SUITE_MISSING", str(error))
        raise Refused(problem, status=503) from error


def _record(
    candidate: Candidate,
    suite: Suite,
    submitter: User | None,
    submitter_key: str,
    now: datetime,
) -> tuple[Submission, bool]:
    """Return the submission of the contender's latest run; make what does not exist yet."""
    contender = _contender(candidate, now)
    run = _standing_run(contender, suite)
    if run is not None:
        standing = run.submissions.order_by("created_at", "pk").first()
        if standing is not None:
            return standing, False
    submission = Submission.objects.create(
        contender=contender,
        run=run or runs.enqueue(contender=contender, suite=suite, now=now),
        submitter=submitter,
        submitter_key=submitter_key,
        created_at=now,
    )
    return submission, True


def _contender(candidate: Candidate, now: datetime) -> Contender:
    """Return the one contender of this identity, locked so that its submissions queue up."""
    locked = Contender.objects.select_for_update(of=("self",))
    contender = locked.filter(**candidate.identity).first()
    if contender is not None:
        return contender
    name = candidate.name or _free_name(candidate)
    slug = names.slug_for(name, revision=str(candidate.identity["revision"]))
    return Contender.objects.create(
        **candidate.identity, **candidate.fields, name=name, slug=slug, created_at=now
    )


def _free_name(candidate: Candidate) -> str:
    """Return the default name; a second revision of the same place says which one it is."""
    if not Contender.objects.filter(name=candidate.default_name).exists():
        return candidate.default_name
    revision = str(candidate.identity["revision"]).removeprefix("sha256:")[:7]
    return f"{candidate.default_name[: names.NAME_MAX - 10]} ({revision or 'again'})"


def _standing_run(contender: Contender, suite: Suite) -> EvalRun | None:
    """Return the run that a repeated order gets: any that has neither failed nor been stopped."""
    standing = (*EvalRun.UNFINISHED, EvalRun.State.SUCCEEDED)
    return contender.runs.filter(suite=suite, state__in=standing).order_by("-pk").first()


def _check_limit(submitter: User | None, submitter_key: str, now: datetime) -> None:
    mine = Submission.objects.filter(created_at__gt=now - DAY, created_at__lte=now)
    mine = (
        mine.filter(submitter=submitter) if submitter else mine.filter(submitter_key=submitter_key)
    )
    if mine.count() <= settings.SUBMISSIONS_PER_DAY:
        return
    first = mine.order_by("created_at").values_list("created_at", flat=True)[0]
    raise refuse(
        "kind",
        "TOO_MANY_SUBMISSIONS",
        f"{settings.SUBMISSIONS_PER_DAY} submissions a day are taken from one person: "
        f"the next is free at {first + DAY:%Y-%m-%d %H:%M} UTC.",
        status=429,
    )
