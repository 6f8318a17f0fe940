"""Telling people that a run has ended: nothing is lost, nothing leads into a private network."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator

import pytest
from django.core import mail
from django.db import connections
from pytest_django import Settings

from accounts.models import User
from evals import addresses, notices, runs
from evals.models import Notice, Submission
from evals.problems import Refused
from tests.conftest import NOON
from tests.evals.holding import after, claimed, queued
from tests.evals.receiving import Receiver, receive

State = Notice.State


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_HOSTS_ALLOWED = ["127.0.0.1"]
    with receive() as opened:
        yield opened


def ended(url: str = "", **fields: object) -> Submission:
    """Return a submission whose run has just failed."""
    run = claimed()
    asked = Submission.objects.create(
        contender=run.contender, run=run, webhook_url=url, created_at=NOON, **fields
    )
    runs.fail(run=run, code="BAD_CONFIG", sentence="Mend config.json.", now=after(9))
    return asked


@pytest.mark.django_db
class TestWebhook:
    def test_says_what_became_of_it_under_a_signature(self, receiver: Receiver) -> None:
        asked = ended(receiver.url)

        assert notices.deliver_due(now=after(9)) == 1

        body, headers = receiver.bodies[0], receiver.headers[0]
        told = json.loads(body)
        assert (told["state"], told["code"]) == ("FAILED", "BAD_CONFIG")
        assert told["page"].endswith(f"/submissions/{asked.pk}/")
        secret = notices.secret_of(asked).encode()
        assert headers["x-p4p-signature"] == (
            "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        )
        assert asked.notices.get().state == State.SENT

    def test_is_sent_again_until_it_is_taken(self, receiver: Receiver) -> None:
        receiver.statuses = [500, 503]
        notice = ended(receiver.url).notices

        sent = [notices.deliver_due(now=after(seconds)) for seconds in (9, 10, 19, 20, 79, 80)]

        assert sent == [0, 0, 0, 0, 1, 0]
        assert (notice.get().state, notice.get().tries, len(receiver.bodies)) == (State.SENT, 3, 3)

    def test_is_given_up_in_the_end_and_says_why(self, receiver: Receiver) -> None:
        receiver.statuses = [500] * 20
        notice = ended(receiver.url).notices

        for hour in range(40):
            notices.deliver_due(now=after(9 + 3600 * hour))

        assert (notice.get().state, notice.get().tries) == (State.GIVEN_UP, 7)
        assert "500" in notice.get().problem

    def test_follows_no_redirection(self, receiver: Receiver) -> None:
        receiver.statuses, receiver.location = [307], receiver.url
        notice = ended(receiver.url).notices

        notices.deliver_due(now=after(9))

        assert (len(receiver.bodies), notice.get().state) == (1, State.WAITING)

    def test_is_not_sent_into_a_private_network(
        self, receiver: Receiver, settings: Settings
    ) -> None:
        notice = ended(receiver.url).notices
        settings.WEBHOOK_HOSTS_ALLOWED = []

        notices.deliver_due(now=after(9))

        assert (receiver.bodies, notice.get().state) == ([], State.WAITING)
        assert "private network" in notice.get().problem

    def test_is_written_with_every_kind_of_end(self) -> None:
        for end in (runs.request_cancel, None):
            run = queued() if end else claimed()
            Submission.objects.create(
                contender=run.contender, run=run, webhook_url="https://a.example", created_at=NOON
            )
            if end:
                end(run=run, now=NOON)
            else:
                runs.request_cancel(run=run, now=NOON)
                assert not Notice.objects.filter(submission__run=run).exists()
                runs.stop(run=run, now=NOON)

            assert Notice.objects.get(submission__run=run).payload["state"] == "CANCELLED"

    def test_is_not_written_while_the_run_goes_on(self) -> None:
        run = claimed()
        Submission.objects.create(
            contender=run.contender, run=run, webhook_url="https://a.example", created_at=NOON
        )

        runs.requeue(run=run, code="ENGINE_LOST", sentence="Gone.", now=NOON)

        assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestDeliverDue:
    def test_sends_once_from_many_workers(self, receiver: Receiver) -> None:
        ended(receiver.url)

        def deliver() -> None:
            notices.deliver_due(now=after(9))
            connections.close_all()

        threads = [threading.Thread(target=deliver) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(receiver.bodies) == 1

    def test_leaves_the_notice_of_a_sender_that_died_to_the_next(self, receiver: Receiver) -> None:
        ended(receiver.url)

        def die(_: Notice) -> None:
            raise MemoryError

        with pytest.raises(MemoryError):
            notices.deliver_due(now=after(9), posts={Notice.Kind.WEBHOOK: die})

        assert notices.deliver_due(now=after(30)) == 0
        assert notices.deliver_due(now=after(70)) == 1


@pytest.mark.django_db
class TestEmail:
    def test_goes_to_the_address_of_the_account(self, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        ada = User.objects.create_user("ada", email="ada@example.org")
        ended(submitter=ada, wants_email=True)

        assert notices.deliver_due(now=after(9)) == 1

        sent = mail.outbox[-1]
        assert (sent.to, "Mend config.json." in sent.body) == (["ada@example.org"], True)


class TestPin:
    def test_asks_the_address_that_was_checked_under_its_name(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = [(2, 1, 6, "", ("93.184.216.34", 443))]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)

        pinned = addresses.pin("https://hooks.example/a?b=c", allowed=[])

        assert pinned.url == "https://93.184.216.34/a?b=c"
        assert pinned.headers == {"host": "hooks.example"}
        assert pinned.extensions == {"sni_hostname": "hooks.example"}

    def test_refuses_a_name_with_one_private_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        both = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: both)

        with pytest.raises(Refused):
            addresses.pin("https://hooks.example/", allowed=[])
