"""Battles are answered ahead, many at once, for whoever comes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command
from pytest_django import Settings

from arena import battles
from arena.models import Battle, Prompt, PromptSet
from tests.workers import stub_llm
from tests.workers.stub_llm import Script, Stub
from tests.workers.turns import deployed
from workers import preparation

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    scripts = {
        "owl": Script(("Once upon ", "a time"), pause_s=0.05),
        "hen": Script(("There was",)),
        "mute": Script(()),
        "broken": Script(("half",), finish_reason=None),
    }
    with stub_llm.serve(scripts) as serving:
        yield serving


@pytest.fixture(autouse=True)
def story() -> Prompt:
    prompt_set = PromptSet.objects.create(key="set", title="Set")
    return Prompt.objects.create(prompt_set=prompt_set, theme="stories", text="Tell me a story.")


def prepare(count: int) -> list[Battle]:
    return preparation.prepare(count=count, random=Random(1), clock=lambda: NOON)


class TestPrepare:
    def test_keeps_answered_battles_for_nobody_yet(self, stub: Stub, story: Prompt) -> None:
        owl, hen = deployed(stub, "owl"), deployed(stub, "hen")

        [battle] = prepare(1)

        turn = battle.turns.get()
        by_side = dict(turn.responses.values_list("side", "text"))
        said = {battle.contender_a: by_side["A"], battle.contender_b: by_side["B"]}
        assert said == {owl: "Once upon a time", hen: "There was"}
        assert (battle.voter, battle.state, battle.is_prepared) == ("", Battle.State.READY, True)
        assert (turn.prompt, turn.source, battle.propensity) == (story.text, story, 0.5)

    def test_gives_them_to_voters(self, stub: Stub) -> None:
        deployed(stub, "owl")
        deployed(stub, "hen")
        prepare(2)

        taken = [battles.take_prepared(voter=voter, now=NOON) for voter in "abc"]

        assert [battle.voter if battle else None for battle in taken] == ["a", "b", None]

    @pytest.mark.parametrize("faulty", ["mute", "broken", "unknown"])
    def test_leaves_out_what_failed(self, stub: Stub, faulty: str) -> None:
        deployed(stub, "owl")
        deployed(stub, faulty)

        assert prepare(2) == []
        assert not Battle.objects.exists()

    def test_answers_many_at_once(self, stub: Stub) -> None:
        deployed(stub, "owl")
        deployed(stub, "hen")

        assert len(prepare(40)) == 40

    def test_prepares_nothing_without_opponents(self, stub: Stub) -> None:
        deployed(stub, "owl")

        assert prepare(3) == []


class TestTopUp:
    def test_prepares_what_is_missing(self, stub: Stub, settings: Settings) -> None:
        settings.PREPARED_BATTLES_TARGET = 3
        deployed(stub, "owl")
        deployed(stub, "hen")
        prepare(1)

        made = [len(preparation.top_up(random=Random(1), clock=lambda: NOON)) for _ in range(2)]

        assert made == [2, 0]


class TestCommand:
    def test_says_how_many_there_are(self) -> None:
        said = StringIO()

        call_command("prepare_battles", count=5, stdout=said)

        assert said.getvalue() == "0 battles prepared.\n"
