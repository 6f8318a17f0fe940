"""Places are shared by those whom a test does not separate from the best one there."""

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards import places

ERRORS = st.one_of(st.none(), st.floats(0, 20))
STANDINGS = st.lists(st.tuples(st.floats(-100, 100), ERRORS), max_size=30).map(
    lambda pairs: [
        (str(at), *pair) for at, pair in enumerate(sorted(pairs, key=lambda each: -each[0]))
    ]
)


class TestShared:
    def test_solved_by_hand(self) -> None:
        found = places.shared([("a", 80, 2.0), ("b", 75, 2.0), ("c", 70, 2.0), ("d", 60, 0.0)])

        # a and b: 5 < 1.96 * sqrt(8) = 5.54; a and c: 10 > 5.54; c and d: 10 > 3.92
        assert found == {"a": (1, True), "b": (1, True), "c": (3, False), "d": (4, False)}

    def test_takes_values_without_error_as_exact(self) -> None:
        assert places.shared([("a", 2, None), ("b", 2, None), ("c", 1, None)]) == {
            "a": (1, True),
            "b": (1, True),
            "c": (3, False),
        }

    @given(STANDINGS)
    def test_never_puts_a_lower_value_higher(self, standings: list[places.Standing[str]]) -> None:
        found = places.shared(standings)

        numbers = [found[slug][0] for slug, _value, _stderr in standings]
        assert numbers == sorted(numbers)

    @given(STANDINGS)
    def test_counts_everybody_above(self, standings: list[places.Standing[str]]) -> None:
        found = places.shared(standings)

        for at, (slug, _value, _stderr) in enumerate(standings):
            place = found[slug][0]
            assert place <= at + 1
            assert found[standings[place - 1][0]][0] == place
