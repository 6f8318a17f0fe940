"""Prompt files are added whole or not at all, and once."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from arena import prompts
from arena.models import Prompt

pytestmark = pytest.mark.django_db


def written(path: Path, *lines: object) -> Path:
    file = path / "prompts.jsonl"
    file.write_text(
        "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    )
    return file


class TestLoad:
    def test_adds_every_prompt_once(self, tmp_path: Path) -> None:
        file = written(
            tmp_path,
            {"theme": "sums", "text": "2 + 2?"},
            "",
            {"theme": "sums", "text": "2 + 2?"},
            {"theme": "stories", "text": "Tell me of an owl."},
        )

        added = [prompts.load(path=file, key="set", title="Set") for _ in range(2)]

        assert added == [2, 0]
        assert list(Prompt.objects.order_by("pk").values_list("theme", "text")) == [
            ("sums", "2 + 2?"),
            ("stories", "Tell me of an owl."),
        ]

    @pytest.mark.parametrize(
        "line",
        [
            *("no json", "[]", '"text"', {"text": "x"}, {"theme": "x", "text": " "}),
            *({"theme": "", "text": "x"}, {"theme": "x" * 41, "text": "x"}),
        ],
    )
    def test_adds_nothing_from_a_file_with_a_bad_line(self, tmp_path: Path, line: object) -> None:
        file = written(tmp_path, {"theme": "sums", "text": "2 + 2?"}, line)

        with pytest.raises(prompts.BadPromptFile, match="Line 2"):
            prompts.load(path=file, key="set", title="Set")

        assert not Prompt.objects.exists()


class TestCommand:
    def test_says_how_many_were_new(self, tmp_path: Path) -> None:
        said = StringIO()

        call_command(
            "load_prompts", written(tmp_path, {"theme": "sums", "text": "2?"}), stdout=said
        )

        assert said.getvalue() == "1 prompts added to zoo.\n"

    def test_says_which_file_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="nothing"):
            call_command("load_prompts", tmp_path / "nothing.jsonl")
