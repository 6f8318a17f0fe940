"""Submit a contender: every check first, against the real files, then one transaction.

The same contender again returns the submission that exists. The caller rings the workers.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from evals import addresses, candidates, names, orders, quotas, runs, suites
from evals.candidates import Candidate
from evals.models import Contender, EvalRun, Submission, Suite
from evals.notices import Wishes
from evals.orders import Order
from evals.problems import Problem, Refused, refuse

__all__ = ["Accepted", "Order", "Problem", "Refused", "Wishes", "submit"]

SLUG_TRIES = 5
UNTOLD = Wishes()


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
    suite_key: str = "",
    wishes: Wishes = UNTOLD,
    is_operator: bool = False,
) -> Accepted:
    """Rank a contender; raise `Refused` with a sentence for every problem."""
    order = order.trimmed()
    orders.check_permission(order, submitter=submitter, is_operator=is_operator)
    orders.check_form(order)
    wishes = _checked(wishes)
    suite = suite or _suite(suite_key)
    candidate = candidates.examine(order)
    is_limited = not (is_operator or (submitter is not None and submitter.is_staff))
    for _ in range(SLUG_TRIES):
        try:
            with transaction.atomic():
                contender = _contender(candidate, now)
                by = Submitter(submitter, submitter_key, wishes)
                submission, is_new = _record(contender, suite, by, now)
                if is_new and is_limited:
                    quotas.check(owner=by.owner, now=now)
            return Accepted(submission, is_new, candidate.warnings)
        except IntegrityError:  # somebody took the slug, or made the same contender, just now
            continue
    raise refuse("name", "NAME_TAKEN", _("Give it another name: that one is in use."))


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who asks: an account, or a browser by its key; and how they want to be told."""

    user: User | None
    key: str
    wishes: Wishes = UNTOLD

    @property
    def owner(self) -> str:
        """Return whose turns and quota it uses."""
        return f"user-{self.user.pk}" if self.user else self.key


def record(*, contender: Contender, run: EvalRun, by: Submitter, now: datetime) -> Submission:
    """Write down that somebody asked for a run."""
    return Submission.objects.create(
        contender=contender,
        run=run,
        submitter=by.user,
        submitter_key=by.key,
        webhook_url=by.wishes.webhook_url,
        wants_email=by.wishes.wants_email,
        created_at=now,
    )


def _checked(wishes: Wishes) -> Wishes:
    """Return the wishes with an address that may be asked, or refuse it."""
    if not wishes.webhook_url:
        return wishes
    url = addresses.check(
        wishes.webhook_url,
        field="webhook_url",
        allowed=settings.WEBHOOK_HOSTS_ALLOWED,
        has_query=True,
    )
    return replace(wishes, webhook_url=url)


def _suite(key: str) -> Suite:
    try:
        return suites.named(key)
    except suites.SuiteMissing as error:
        if key:
            raise refuse("suite", "SUITE_UNKNOWN", str(error)) from error
        raise refuse("suite", "SUITE_MISSING", str(error), status=503) from error


def _record(
    contender: Contender, suite: Suite, by: Submitter, now: datetime
) -> tuple[Submission, bool]:
    """Return the submission of the contender's latest run; make what does not exist yet."""
    run = _standing_run(contender, suite)
    if run is not None:
        standing = run.submissions.order_by("created_at", "pk").first()
        if standing is not None:
            return standing, False
    run = run or runs.enqueue(contender=contender, suite=suite, owner=by.owner, now=now)
    return record(contender=contender, run=run, by=by, now=now), True


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
