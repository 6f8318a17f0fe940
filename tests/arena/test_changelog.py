"""The public changelog: added to, chained, and final in the database itself."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from arena import changelog
from arena.models import PublicEvent
from evals.models import Contender
from tests import factories
from tests.conftest import NOON


def note(sentence: str = "A test.") -> PublicEvent:
    return changelog.append(kind=PublicEvent.Kind.POLICY, sentence=sentence, now=NOON)


@pytest.mark.django_db
class TestAppend:
    def test_chains_each_row_to_the_one_before(self) -> None:
        first, second = note("One."), note("Two.")

        assert (first.previous, second.previous) == (changelog.GENESIS, first.digest)
        assert changelog.verify() == 2

    @pytest.mark.parametrize("change", ["update", "delete"])
    def test_is_final_in_the_database(self, change: str) -> None:
        note("One.")
        newest = PublicEvent.objects.filter(pk=note("Two.").pk)

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            newest.update(sentence="Never.") if change == "update" else newest.delete()

        assert changelog.verify() == 2

    def test_shows_a_row_that_was_written_around_it(self) -> None:
        note()
        PublicEvent.objects.create(
            kind="POLICY", sentence="Slipped in.", at=NOON, previous="0" * 63 + "1", digest="1" * 64
        )

        with pytest.raises(changelog.Broken):
            changelog.verify()


@pytest.mark.django_db(transaction=True)
class TestConcurrentAppends:
    def test_form_one_chain(self) -> None:
        def write() -> None:
            try:
                note()
            finally:
                connection.close()

        threads = [threading.Thread(target=write) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert changelog.verify() == 8


@pytest.mark.django_db
class TestReconcile:
    def told(self) -> list[tuple[str, str]]:
        rows = PublicEvent.objects.exclude(kind="POLICY").order_by("pk")
        return list(rows.values_list("kind", "subject"))

    def test_notes_who_came_and_who_left(self) -> None:
        heron = factories.model("Heron")
        changelog.reconcile(now=NOON)
        Contender.objects.filter(pk=heron.pk).update(is_in_arena=False)
        changelog.reconcile(now=NOON)
        changelog.reconcile(now=NOON)

        assert self.told() == [("PUBLICATION", heron.slug), ("RETIREMENT", heron.slug)]

    def test_says_nothing_of_whoever_was_never_public(self) -> None:
        factories.model(is_listed=False)

        changelog.reconcile(now=NOON)

        assert self.told() == []

    def test_notes_the_rules_once(self) -> None:
        assert changelog.reconcile(now=NOON) == len(changelog.POLICIES)
        assert changelog.reconcile(now=NOON) == 0
