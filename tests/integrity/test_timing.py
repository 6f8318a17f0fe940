"""Nobody can tell from the pieces of two answers which engine is ten times slower."""

from random import Random

import pytest

from tests.integrity import timing

BATTLES = 200


class TestPace:
    @pytest.mark.parametrize("seed", [2, 3, 4])
    def test_tells_a_watcher_next_to_nothing(self, seed: int) -> None:
        random = Random(seed)

        known = timing.knowledge([timing.battle(random) for _ in range(BATTLES)])

        assert known["all together"] <= 0.60
        assert max(known.values()) <= 0.60

    def test_is_watched_by_someone_who_would_notice(self) -> None:
        random = Random(2)
        battles = [timing.battle(random) for _ in range(BATTLES)]
        for each in battles:  # as if the slow side's pieces ended where its words end
            each.pieces[each.slow] = [
                f" {word}" for word in "".join(each.pieces[each.slow]).split()
            ]

        assert timing.knowledge(battles)["all together"] >= 0.95
