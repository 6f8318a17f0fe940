"""Both sides advance together, whatever their engines do."""

from hypothesis import given
from hypothesis import strategies as st

from workers.pacing import Pacer


def pacer(tail_ticks: int = 20) -> Pacer:
    return Pacer(tail_ticks=tail_ticks)


class TestPacer:
    def test_releases_nothing_until_both_have_text(self) -> None:
        paced = pacer()
        paced.add("A", "quick")

        assert paced.release() == {}

    def test_does_not_show_that_one_is_done_before_the_other_began(self) -> None:
        paced = pacer()
        paced.add("A", "quick")
        paced.end("A")

        assert paced.release() == {}

    def test_advances_both_by_the_same_and_never_past_the_slower_one(self) -> None:
        paced = pacer()
        paced.add("A", "a" * 500)
        shown = {"A": 0, "B": 0}

        for _ in range(60):
            paced.add("B", "bbbbb")
            for side, text in paced.release().items():
                shown[side] += len(text)

        assert shown["A"] == shown["B"]
        assert 200 <= shown["B"] < 300

    def test_shows_the_first_text_on_the_first_tick(self) -> None:
        paced = pacer()
        paced.add("A", "quick")
        paced.add("B", "slow")

        assert paced.release() == {"A": "qu", "B": "sl"}

    def test_keeps_up_with_two_quick_ones(self) -> None:
        paced, ticks = pacer(), 0
        for _ in range(12):
            for side in "AB":
                paced.add(side, "x" * 100)
            paced.release()
        for side in "AB":
            paced.end(side)

        while not paced.is_drained:
            paced.release()
            ticks += 1

        assert ticks <= 12

    def test_does_not_hurry_when_the_slower_one_is_done(self) -> None:
        paced, steps = pacer(tail_ticks=1000), []
        paced.add("A", "a" * 300)
        for _ in range(40):
            paced.add("B", "bbbbb")
            paced.release()
        for side in "AB":
            paced.end(side)

        while not paced.is_drained:
            steps.append(len(paced.release().get("A", "")))

        assert max(steps) <= 5

    def test_shows_a_long_rest_within_its_bound(self) -> None:
        paced = pacer(tail_ticks=10)
        paced.add("A", "a" * 1000)
        paced.add("B", "bb")
        paced.release()
        paced.end("A")
        paced.end("B")

        ticks = 0
        while not paced.is_drained:
            paced.release()
            ticks += 1

        assert ticks == 10

    def test_shows_all_that_came_beside_an_empty_answer(self) -> None:
        paced = pacer()
        paced.add("B", "something")
        paced.end("A")
        paced.end("B")

        assert paced.release() == {"B": "something"}

    @given(
        st.lists(st.tuples(st.sampled_from("AB"), st.text(max_size=9), st.booleans()), max_size=40)
    )
    def test_shows_everything_once_and_in_order(self, came: list[tuple[str, str, bool]]) -> None:
        paced, shown = pacer(), {"A": "", "B": ""}

        for side, text, is_tick in came:
            paced.add(side, text)
            for each, more in (paced.release() if is_tick else {}).items():
                shown[each] += more
        paced.end("A")
        paced.end("B")
        for _ in range(1000):
            for each, more in paced.release().items():
                shown[each] += more

        assert paced.is_drained
        assert shown == {
            side: "".join(text for each, text, _ in came if each == side) for side in "AB"
        }
