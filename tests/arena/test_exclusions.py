"""Whether a vote counts: by rules at the vote, by one public operation afterwards."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from arena import exclusions, votes
from arena.models import Battle, Prompt, PromptSet, PublicEvent, Response, Suspicion, Vote
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(seconds=30)


def cast(battle: Battle, choice: str = "A") -> Vote:
    return votes.cast(battle=battle, voter=battle.voter, choice=choice, now=LATER)


class TestJudge:
    def test_counts_an_ordinary_vote(self) -> None:
        vote = cast(factories.battle())

        assert (vote.exclusion, vote.flags, vote.dwell_s) == ("", [], 30.0)

    def test_leaves_out_a_vote_after_an_answer_told_its_writer(self) -> None:
        heron = factories.model("Heron")
        battle = factories.battle(heron, answers=("I am Heron, an AI model.", "I cannot say."))

        vote = cast(battle)

        assert vote.exclusion == Vote.Exclusion.IDENTITY_LEAK
        assert not Vote.objects.counted().exists()

    def test_knows_the_names_of_the_whole_stack(self) -> None:
        heron = factories.model("Heron")
        sums = factories.adapter("Sums", parent=heron)

        vote = cast(factories.battle(sums, answers=("My base model is Heron.", "Four.")))

        assert vote.exclusion == Vote.Exclusion.IDENTITY_LEAK

    def test_counts_a_vote_when_the_prompt_brought_the_name_in(self) -> None:
        battle = factories.battle(prompt="Are you ChatGPT?", answers=("I am ChatGPT.", "Perhaps."))

        assert cast(battle).exclusion == ""

    def test_leaves_out_a_vote_about_a_contender_that_is_not_public(self) -> None:
        battle = factories.battle(factories.model(is_listed=False))

        assert cast(battle).exclusion == Vote.Exclusion.UNPUBLISHED

    def test_leaves_out_what_passes_the_day_s_count(self, settings: Settings) -> None:
        settings.VOTES_COUNTED_PER_DAY = 2

        cast_by_ada = [cast(factories.battle(prompt=f"Count to {n}.")) for n in range(3)]

        assert [each.exclusion for each in cast_by_ada] == ["", "", Vote.Exclusion.DAILY_CAP]

    def test_leaves_out_the_third_vote_on_the_same_prompt_and_pair(self) -> None:
        a, b = factories.model(), factories.model()

        alike = [cast(factories.battle(*pair)) for pair in ((a, b), (b, a), (a, b))]

        assert [each.exclusion for each in alike] == ["", "", Vote.Exclusion.DUPLICATE]

    def test_counts_a_prompt_that_everybody_sends_so_often(self, settings: Settings) -> None:
        settings.VOTES_COUNTED_PER_PROMPT = 2

        votes_ = [
            cast(factories.battle(voter=f"v{number}", prompt=prompt))
            for number, prompt in enumerate(("Hi", " hI ", "hi", "Hi there", "HI"))
        ]

        common = Vote.Exclusion.COMMON_PROMPT
        assert [each.exclusion for each in votes_] == ["", "", common, "", common]

    def test_counts_every_vote_on_a_prompt_of_a_set(self, settings: Settings) -> None:
        settings.VOTES_COUNTED_PER_PROMPT = 1
        made = PromptSet.objects.create(key="zoo", title="Zoo")
        source = Prompt.objects.create(prompt_set=made, theme="Sums", text="What is 2 plus 2?")
        cast_ = []
        for number in range(3):
            battle = factories.battle(voter=f"v{number}")
            battle.turns.update(source=source)
            cast_.append(cast(battle))

        assert [each.exclusion for each in cast_] == ["", "", ""]

    def test_holds_the_votes_of_a_suspect_until_cleared(self) -> None:
        suspicion = Suspicion.objects.create(voter="ada", p_value=1e-6, votes=40, found_at=NOON)
        held = cast(factories.battle())
        suspicion.state = Suspicion.State.CLEARED
        suspicion.save()

        assert held.exclusion == Vote.Exclusion.ANOMALOUS
        assert cast(factories.battle(prompt="Another?")).exclusion == ""


class TestFlags:
    def test_note_haste_and_count_the_vote(self) -> None:
        battle = factories.battle()

        vote = votes.cast(battle=battle, voter="ada", choice="A", now=NOON + timedelta(seconds=1.9))

        assert (vote.exclusion, vote.flags) == ("", [Vote.Flag.HASTY])

    def test_measure_from_when_a_prepared_battle_was_taken(self) -> None:
        battle = factories.battle(taken_at=LATER - timedelta(seconds=5))
        Response.objects.update(finished_at=NOON - timedelta(days=1))

        assert cast(battle).dwell_s == 5.0

    def test_note_a_prompt_that_its_voter_repeats(self) -> None:
        cast(factories.battle(prompt="Say A."))

        vote = cast(factories.battle(prompt="Say A."))

        assert (vote.exclusion, vote.flags) == ("", [Vote.Flag.REPEATED_PROMPT])

    def test_do_not_note_a_suggested_prompt(self) -> None:
        made = PromptSet.objects.create(key="zoo", title="Zoo")
        source = Prompt.objects.create(prompt_set=made, theme="Sums", text="What is 2 plus 2?")
        for _ in range(2):
            battle = factories.battle()
            battle.turns.update(source=source)
            vote = cast(battle)

        assert vote.flags == []


class TestChanging:
    def test_is_written_in_public_and_undone_in_public(self) -> None:
        for number in range(3):
            factories.vote(factories.battle(prompt=f"{number}"))
        mine = Vote.objects.of_voter("ada")

        left_out = exclusions.exclude(votes=mine, reason="STAFF", sentence="A test.", now=NOON)
        assert not Vote.objects.counted().exists()
        restored = exclusions.restore(votes=mine, reason="STAFF", sentence="Over.", now=LATER)

        assert (left_out, restored, Vote.objects.counted().count()) == (3, 3, 3)
        told = PublicEvent.objects.order_by("pk").values_list("kind", "reason", "count")
        assert list(told) == [("EXCLUSION", "STAFF", 3), ("RESTORATION", "STAFF", 3)]

    def test_leaves_votes_alone_that_another_rule_left_out(self) -> None:
        factories.vote(factories.battle(), exclusion="IDENTITY_LEAK")

        exclusions.exclude(votes=Vote.objects.all(), reason="STAFF", sentence="A test.", now=NOON)
        exclusions.restore(votes=Vote.objects.all(), reason="STAFF", sentence="Over.", now=NOON)

        assert Vote.objects.get().exclusion == "IDENTITY_LEAK"
        assert not PublicEvent.objects.exists()

    def test_has_a_sentence_for_every_reason(self) -> None:
        assert all(exclusions.because(code).endswith(".") for code in Vote.Exclusion.values)
        assert exclusions.because("") == ""
        assert exclusions.because("OF_OLD") == exclusions.NO_REASON


class TestSignIn:
    def test_can_be_asked_of_voters(self, settings: Settings) -> None:
        settings.SIGN_IN_TO_VOTE = True

        with pytest.raises(votes.SignInRequired) as refused:
            cast(factories.battle())
        kept = cast(factories.battle(voter="user-1"))

        assert (refused.value.code, refused.value.status) == ("SIGN_IN_REQUIRED", 403)
        assert Vote.objects.get() == kept
