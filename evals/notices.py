"""Tell people that their run has ended: by webhook and by e-mail, out of rows that are kept.

`announce` writes the rows in the transaction that ends the run; `deliver_due` sends them, several
times if it must. A receiver may thus hear of one end twice, with the same id, and never not at all.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

import httpx
from django.conf import settings
from django.core import mail
from django.utils.crypto import salted_hmac

from evals import addresses
from evals.models import EvalRun, Notice, Submission
from evals.problems import Refused

logger = logging.getLogger(__name__)

SALT = "evals.notices"
PAUSES_S = (10, 60, 600, 3600, 6 * 3600, 24 * 3600)  # after each failed try; then it is given up
CLAIM_S = 60  # a sender that died leaves its notice to the next
TIMEOUT_S = 10
AT_ONCE = 20
ENDED = (EvalRun.State.SUCCEEDED, EvalRun.State.FAILED, EvalRun.State.CANCELLED)
Post = Callable[[Notice], None]


class NotDelivered(Exception):
    """The receiver could not be reached or did not take the notice."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a submitter wants to be told."""

    webhook_url: str = ""
    wants_email: bool = False


def secret_of(submission: Submission) -> str:
    """Return the key that signs this submission's webhooks; its owner is shown it."""
    return salted_hmac(SALT, str(submission.pk), algorithm="sha256").hexdigest()


def signature(submission: Submission, body: bytes) -> str:
    """Return what the receiver compares: HMAC-SHA256 of the body under the secret."""
    return addresses.sign(secret_of(submission), body)


def announce(*, run: EvalRun, now: datetime) -> None:
    """Write a notice for everybody who wants to hear of this run, if it has ended."""
    ended = EvalRun.objects.filter(pk=run.pk, state__in=ENDED).select_related("suite").first()
    if ended is None:
        return
    for submission in run.submissions.select_related("submitter", "contender"):
        for kind, address in _targets(submission):
            Notice.objects.create(
                submission=submission,
                kind=kind,
                address=address,
                payload=_payload(submission, ended),
                created_at=now,
                due_at=now,
            )


def deliver_due(*, now: datetime, posts: dict[str, Post] | None = None) -> int:
    """Send what is due; return how many arrived. Several workers may do it side by side."""
    posts = posts or {Notice.Kind.WEBHOOK: post_webhook, Notice.Kind.EMAIL: post_email}
    due = Notice.objects.due(now=now).order_by("due_at", "pk")[:AT_ONCE]
    return sum(_deliver(notice, posts[notice.kind], now) for notice in due)


def post_webhook(notice: Notice) -> None:
    """Send one signed POST, to the address that was checked and to no other."""
    body = json.dumps(notice.payload | {"notice": notice.pk}, sort_keys=True).encode()
    try:
        pinned = addresses.pin(notice.address, allowed=settings.WEBHOOK_HOSTS_ALLOWED)
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                pinned.url,
                content=body,
                headers={
                    **pinned.headers,
                    "content-type": "application/json",
                    "user-agent": "pound-for-pound",
                    "x-p4p-notice": str(notice.pk),
                    "x-p4p-signature": f"sha256={signature(notice.submission, body)}",
                },
                extensions=pinned.extensions,
            ) as response,
        ):
            if not response.is_success:  # its body is never read
                raise NotDelivered(f"It answered {response.status_code}.")
    except Refused as refusal:
        raise NotDelivered(str(refusal)) from refusal
    except httpx.HTTPError as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error


def post_email(notice: Notice) -> None:
    """Send one e-mail."""
    told = notice.payload
    try:
        mail.send_mail(
            subject=f"{told['contender']}: {told['state'].lower()}",
            message=f"{told['sentence']}\n\n{told['page']}\n",
            from_email=None,
            recipient_list=[notice.address],
        )
    except (OSError, SMTPException) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error


def _deliver(notice: Notice, post: Post, now: datetime) -> bool:
    """Send one notice that no other worker has taken."""
    taken = Notice.objects.due(now=now).filter(pk=notice.pk, tries=notice.tries)
    if not taken.update(tries=notice.tries + 1, due_at=now + timedelta(seconds=CLAIM_S)):
        return False
    ours = Notice.objects.filter(pk=notice.pk, tries=notice.tries + 1, state=Notice.State.WAITING)
    try:
        post(notice)
    except NotDelivered as error:
        logger.warning("Notice %s has not arrived: %s", notice.pk, error)
        ours.update(problem=str(error)[:300], **_after_failure(notice.tries, now))
        return False
    return bool(ours.update(state=Notice.State.SENT, sent_at=now, problem=""))


def _after_failure(tries: int, now: datetime) -> dict[str, object]:
    if tries < len(PAUSES_S):
        return {"due_at": now + timedelta(seconds=PAUSES_S[tries])}
    return {"state": Notice.State.GIVEN_UP}


def _targets(submission: Submission) -> list[tuple[Notice.Kind, str]]:
    targets = []
    if submission.webhook_url:
        targets.append((Notice.Kind.WEBHOOK, submission.webhook_url))
    email = submission.submitter.email if submission.submitter else ""
    if submission.wants_email and email:
        targets.append((Notice.Kind.EMAIL, email))
    return targets


def _payload(submission: Submission, run: EvalRun) -> dict[str, object]:
    said = {
        EvalRun.State.SUCCEEDED: "Measured. Its scores are on the board.",
        EvalRun.State.CANCELLED: "Stopped before it was finished.",
    }
    return {
        "submission": str(submission.pk),
        "contender": submission.contender.slug,
        "suite": run.suite.key,
        "state": run.state,
        "code": run.error_code,
        "sentence": said.get(EvalRun.State(run.state), run.error_sentence),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "page": f"{settings.SITE_URL}/submissions/{submission.pk}/",
    }
