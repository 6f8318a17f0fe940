"""People take turns: whatever the requests, nobody is passed more than twice while they wait."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from evals import turns
from evals.turns import Request, Service
from tests.conftest import NOON

PEOPLE = ("ada", "bob", "eve", "kim")
REQUESTS = st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(1, 3)), min_size=1, max_size=25)


def request(number: int, person: str, base: int = 1) -> Request:
    return Request(number, person, NOON + timedelta(seconds=number), base)


def serve(served: dict[str, Service], person: str, number: int) -> None:
    served[person] = Service(number, served[person].latest if person in served else -1)


class TestOrder:
    def test_lets_the_second_person_go_before_the_hundredth_request_of_the_first(self) -> None:
        waiting = [*(request(n, "ada") for n in range(3)), request(9, "bob")]

        assert [each.run_id for each in turns.order(waiting, {})] == [0, 9, 1, 2]

    def test_begins_with_who_was_served_longest_ago(self) -> None:
        waiting = [request(1, "ada"), request(2, "bob"), request(3, "eve")]
        served = {"ada": Service(7), "bob": Service(5)}

        assert [each.person for each in turns.order(waiting, served)] == ["eve", "bob", "ada"]

    @given(REQUESTS)
    def test_keeps_everybody_s_own_order_and_loses_nothing(
        self, asked: list[tuple[str, int]]
    ) -> None:
        waiting = [request(n, person, base) for n, (person, base) in enumerate(asked)]

        found = turns.order(waiting, {})

        assert sorted(each.run_id for each in found) == list(range(len(waiting)))
        for person in PEOPLE:
            own = [each.run_id for each in found if each.person == person]
            assert own == sorted(own)


class TestBatch:
    def test_of_one_person_alone_is_everything_on_the_base(self) -> None:
        waiting = [request(1, "ada", 1), request(2, "ada", 2), request(3, "ada", 1)]

        assert [each.run_id for each in turns.batch(waiting, {})] == [1, 3]

    def test_takes_others_along_on_the_same_base(self) -> None:
        waiting = [request(1, "ada", 1), request(2, "bob", 2), request(3, "eve", 1)]

        assert [each.run_id for each in turns.batch(waiting, {})] == [1, 3]

    def test_of_nothing_is_nothing(self) -> None:
        assert turns.batch([], {}) == []

    @given(REQUESTS, st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(1, 3)), max_size=25))
    def test_never_serves_anybody_more_than_twice_while_another_waits(
        self, first: list[tuple[str, int]], later: list[tuple[str, int]]
    ) -> None:
        waiting = [request(n, person, base) for n, (person, base) in enumerate(first)]
        served: dict[str, Service] = {}
        passed: dict[str, Counter[str]] = {each.person: Counter() for each in waiting}
        moment, number = 0, len(waiting)

        while waiting:
            for each in turns.batch(waiting, served):
                waiting.remove(each)
                serve(served, each.person, moment := moment + 1)
                passed.pop(each.person, None)
                for counted in passed.values():
                    counted[each.person] += 1
                if any(left.person == each.person for left in waiting):
                    passed[each.person] = Counter()
                assert all(max(counted.values(), default=0) <= 2 for counted in passed.values())
            if later:
                person, base = later.pop()
                waiting.append(request(number := number + 1, person, base))
                passed.setdefault(person, Counter())
