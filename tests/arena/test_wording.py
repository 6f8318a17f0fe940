"""Which prompts are refused, and how."""

import pytest
from django.conf import settings

from arena import wording


class TestChecked:
    @pytest.mark.parametrize("prompt", ["", "  \n\t ", "\u200b\u200b", "\u3000"])
    def test_refuses_a_blank_one(self, prompt: str) -> None:
        with pytest.raises(wording.BadPrompt) as refused:
            wording.checked(prompt)

        assert (refused.value.code, refused.value.status) == ("EMPTY_PROMPT", 400)

    @pytest.mark.parametrize("factor", [1, 50])
    def test_refuses_a_long_one_with_the_limit(self, factor: int) -> None:
        with pytest.raises(wording.BadPrompt, match="4,000") as refused:
            wording.checked("a" * (settings.MAX_PROMPT_CHARACTERS * factor + 1))

        assert (refused.value.code, refused.value.status) == ("PROMPT_TOO_LONG", 413)

    @pytest.mark.parametrize("prompt", ["a\x00b", "a\ud800b", "\x1b[31mred", "a\x7f", "a\x85b"])
    def test_refuses_what_is_no_text(self, prompt: str) -> None:
        with pytest.raises(wording.BadPrompt) as refused:
            wording.checked(prompt)

        assert (refused.value.code, refused.value.status) == ("BAD_TEXT", 400)

    def test_keeps_lines_and_every_script(self) -> None:
        asked = wording.checked("  Здравствуй\r\n\t¿Qué? 👩‍🚀 你好  ")

        assert asked == "Здравствуй\n\t¿Qué? 👩‍🚀 你好"
