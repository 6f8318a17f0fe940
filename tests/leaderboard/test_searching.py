"""The search box: every text is understood somehow, and says what it did not understand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.models import Contender
from leaderboard.boards import board, searching
from leaderboard.boards.searching import Query
from tests import factories

WORDS = st.from_regex(r"[a-z0-9.+-]{1,10}", fullmatch=True)
NAMES = st.sampled_from(sorted(searching.FIELDS))


def found(typed: str) -> list[str]:
    """Return the names that a search finds, in their order of birth."""
    frame = board.read(suite=None).frame
    wanted = searching.understood(typed).found(frame)
    return [row.name for row, is_found in zip(frame.rows, wanted, strict=True) if is_found]


class TestUnderstood:
    @given(st.text(max_size=100))
    def test_never_fails(self, typed: str) -> None:
        assert isinstance(searching.understood(typed), Query)

    @given(st.lists(WORDS, max_size=4), st.lists(st.tuples(NAMES, WORDS), max_size=4))
    def test_tells_words_from_properties(
        self, words: list[str], properties: list[tuple[str, str]]
    ) -> None:
        typed = " ".join([*words, *(f"@{name}:{value}" for name, value in properties)])

        assert searching.understood(typed) == Query(tuple(words), tuple(properties))

    @given(st.from_regex(r"[a-z]+ [a-z]+", fullmatch=True))
    def test_keeps_quoted_words_together(self, value: str) -> None:
        assert searching.understood(f'@base:"{value}"').properties == (("base", value),)

    def test_names_what_it_does_not_know(self) -> None:
        query = searching.understood("@size:7b heron @Size:9b")

        assert (query.unknown, query.words) == (("@size",), ("heron",))

    def test_knows_american_spelling_and_forgives_an_empty_value(self) -> None:
        assert searching.understood("@license:MIT @base:").properties == (("licence", "mit"),)


@pytest.mark.django_db
class TestMatches:
    def stack(self) -> Contender:
        wren = factories.model("Wren", licence="mit", config={"dtype": "bfloat16"})
        factories.model("Heron", config={"quantisation": "int4"})
        return factories.adapter("Sums", parent=wren, licence="cc-by-nc-4.0")

    def test_looks_at_the_property_that_was_named(self) -> None:
        self.stack()

        assert found("@base:wren") == ["Wren", "Sums"]
        assert found("@kind:lora") == ["Sums"]
        assert found("@licence:mit") == ["Wren", "Sums"]
        assert found("@licence:non-commercial") == ["Sums"]
        assert found("@quant:bf16") == ["Wren", "Sums"]

    def test_takes_any_of_several_values_and_all_of_several_properties(self) -> None:
        self.stack()

        assert found("@quant:bf16 @quant:int4") == ["Wren", "Heron", "Sums"]
        assert found("@quant:bf16 @kind:model") == ["Wren"]
        assert found("sums @kind:model") == []
