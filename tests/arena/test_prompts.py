"""Prompt files are added whole or not at all, and once; every bad line is named."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from arena import prompts
from arena.models import Prompt, PromptSet
from tests.tree import ROOT

pytestmark = pytest.mark.django_db
GOOD = {"theme": "sums", "text": "2 + 2?"}


def file_of(*lines: object) -> bytes:
    told = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    return "\n".join(told).encode()


def load(*lines: object, key: str = "set") -> prompts.Loaded:
    return prompts.load(source=file_of(*lines), key=key, title="Set")


class TestLoad:
    def test_adds_every_prompt_once(self) -> None:
        lines = (GOOD, "", GOOD, {"theme": "stories", "text": "Tell me of an owl."})

        first, again = load(*lines), load(*lines)

        assert (first.added, first.known, again.added, again.known) == (2, 1, 0, 3)
        assert list(Prompt.objects.order_by("pk").values_list("theme", "text")) == [
            ("sums", "2 + 2?"),
            ("stories", "Tell me of an owl."),
        ]

    def test_reads_the_files_that_others_publish(self) -> None:
        load(
            {"question_id": 1, "category": "writing", "turns": ["Write a poem.", "Again."]},
            {"cluster": "code", "turns": [{"content": "Sort a list."}], "uid": "x"},
            {"category": "maths", "prompt": "What is 7 times 8?"},
        )

        assert set(Prompt.objects.values_list("theme", "text")) == {
            ("writing", "Write a poem."),
            ("code", "Sort a list."),
            ("maths", "What is 7 times 8?"),
        }

    def test_knows_the_built_in_set(self) -> None:
        source = (ROOT / "zoo" / "prompts.jsonl").read_bytes()

        loaded = prompts.load(source=source, key=prompts.BUILT_IN, title="Zoo")

        assert loaded.added == 40

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("no json", "This is not JSON."),
            ("[" * 100_000, "This is not JSON."),
            ("[]", "This is no JSON object."),
            ('"text"', "This is no JSON object."),
            ({"text": "x"}, "There is no theme"),
            ({"theme": "x"}, "There is no text"),
            ({"theme": 3, "text": "x"}, "There is no theme"),
            ({"theme": "x", "turns": []}, "There is no text"),
            ({"theme": "x", "turns": [{"role": "user"}]}, "There is no text"),
            ({"theme": "x", "text": " "}, "Write a prompt first."),
            ({"theme": "x", "text": "a\0b"}, "not text"),
            ({"theme": "x", "text": "a" * 5_000}, "at most 4,000"),
            ({"theme": "x", "text": "How to make a pipe bomb?"}, "weapon"),
            ({"theme": "", "text": "x"}, "A theme has 1 to 40"),
            ({"theme": "x" * 41, "text": "x"}, "A theme has 1 to 40"),
        ],
    )
    def test_adds_nothing_from_a_file_with_a_bad_line(self, line: object, why: str) -> None:
        with pytest.raises(prompts.BadPromptFile, match="Line 2: ") as refused:
            load(GOOD, line)

        assert why in str(refused.value)
        assert not PromptSet.objects.exists()

    def test_names_every_bad_line_and_counts_the_rest(self) -> None:
        with pytest.raises(prompts.BadPromptFile) as refused:
            load(GOOD, *["bad"] * 30)

        assert [each.line for each in refused.value.problems] == list(range(2, 22))
        assert str(refused.value).endswith("10 more lines are wrong.")

    @pytest.mark.parametrize(
        ("source", "key", "why"),
        [
            (b"", "set", "no prompts"),
            (b"\xff\xfe", "set", "not UTF-8"),
            (b"x" * 5_000_001, "set", "at most 5 MB"),
            (b"\n" * 20_001, "set", "at most 20000 lines"),
            (file_of(GOOD), "", "A key has"),
            (file_of(GOOD), "../x", "A key has"),
            (file_of(GOOD), "Set One", "A key has"),
        ],
    )
    def test_refuses_a_file_or_a_key_that_is_none(self, source: bytes, key: str, why: str) -> None:
        with pytest.raises(prompts.BadPromptFile, match=why):
            prompts.load(source=source, key=key, title="Set")

        assert not PromptSet.objects.exists()


class TestOffer:
    def test_holds_a_set_back_and_offers_it_again(self) -> None:
        held = load(GOOD).prompt_set

        prompts.offer(prompt_set=held, is_offered=False)
        assert not Prompt.objects.offered().exists()
        prompts.offer(prompt_set=held, is_offered=True)

        assert Prompt.objects.offered().count() == 1


class TestCommand:
    def test_says_how_many_were_new(self, tmp_path: Path) -> None:
        path, said = tmp_path / "mine.jsonl", StringIO()
        path.write_bytes(file_of(GOOD))

        call_command("load_prompts", path, stdout=said)
        call_command("load_prompts", path, stdout=said)

        assert said.getvalue().splitlines() == [
            "1 prompts added to zoo.",
            "0 prompts added to zoo.",
            "1 were there already.",
        ]

    def test_says_what_is_wrong_line_by_line(self, tmp_path: Path) -> None:
        path = tmp_path / "bad.jsonl"
        path.write_bytes(file_of("bad", GOOD, "worse"))

        with pytest.raises(CommandError, match=r"Line 1: .*\nLine 3: "):
            call_command("load_prompts", path)

    def test_says_which_file_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="nothing"):
            call_command("load_prompts", tmp_path / "nothing.jsonl")
