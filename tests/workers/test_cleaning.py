"""Control tokens vanish, whole or in pieces; everything else stays."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.cleaning import Cleaner

SPOILED = "<|im_start|>Hello</s> [INST]there[/INST]<|eot_id|> a < b <end_of_turn>\x00!\ud83d"


def clean(*pieces: str) -> str:
    cleaner = Cleaner()
    return "".join(map(cleaner.feed, pieces)) + cleaner.finish()


class TestCleaner:
    def test_removes_control_tokens_and_what_is_no_text(self) -> None:
        assert clean(SPOILED) == "Hello there a < b !"

    @pytest.mark.parametrize(
        "text", ["if a < b: print([1, 2])", "[link](http://x.example)", "<think>so</think>", "<"]
    )
    def test_leaves_everything_else(self, text: str) -> None:
        assert clean(text) == text

    def test_drops_blanks_before_the_first_word(self) -> None:
        assert clean("", "  \n", " word ", " more") == "word  more"

    @given(st.lists(st.integers(0, len(SPOILED)), max_size=10))
    def test_does_not_care_how_the_text_was_cut(self, cuts: list[int]) -> None:
        edges = [0, *sorted(cuts), len(SPOILED)]

        pieces = [SPOILED[start:end] for start, end in itertools.pairwise(edges)]

        assert clean(*pieces) == clean(SPOILED)

    def test_holds_back_only_what_might_be_a_token(self) -> None:
        cleaner = Cleaner()

        assert [cleaner.feed("see <|eot"), cleaner.feed("_id|> you")] == ["see ", " you"]
