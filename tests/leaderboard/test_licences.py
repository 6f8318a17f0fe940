"""A stack is as open as its strictest part, and memory decides the weight class."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards import licences, weight_classes
from leaderboard.boards.licences import Terms

NAMES = st.sampled_from([*licences.TERMS_OF, "", "my-own-licence"])


class TestInherited:
    @pytest.mark.parametrize(
        ("stack", "terms", "decides"),
        [
            (("apache-2.0", "mit"), Terms.OPEN, "apache-2.0"),
            (("Apache-2.0", "cc-by-nc-4.0", "mit"), Terms.NON_COMMERCIAL, "cc-by-nc-4.0"),
            (("llama3.1", "apache-2.0"), Terms.CONDITIONS, "llama3.1"),
            (("mit", ""), Terms.UNKNOWN, ""),
            ((), Terms.UNKNOWN, ""),
        ],
    )
    def test_is_the_strictest(self, stack: tuple[str, ...], terms: Terms, decides: str) -> None:
        assert licences.inherited(stack) == licences.Inherited(terms, decides)

    @given(st.lists(NAMES, min_size=1, max_size=5), NAMES)
    def test_never_opens_up_by_another_layer(self, stack: list[str], layer: str) -> None:
        assert licences.inherited([*stack, layer]).terms >= licences.inherited(stack).terms


class TestWeightClass:
    @pytest.mark.parametrize(
        ("held", "name"),
        [(None, ""), (900_000_000, "Atomweight"), (8_000_000_000, "Featherweight"),
         (8_000_000_001, "Lightweight"), (80_000_000_000, "Heavyweight")],
    )  # fmt: skip
    def test_is_decided_by_memory(self, held: int | None, name: str) -> None:
        assert weight_classes.weight_class(held) == name

    def test_says_its_limits(self) -> None:
        assert [weight_classes.limits(name) for name in weight_classes.NAMES][:2] == [
            "up to 1 GB",
            "1 to 2 GB",
        ]
        assert weight_classes.limits(weight_classes.HEAVIEST) == "over 48 GB"
