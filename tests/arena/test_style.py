"""Style control recovers what was put in, and one step follows new votes."""

from dataclasses import replace

import numpy as np
import pytest

from arena import bradley_terry as bt
from arena import style
from arena.ballots import Ballots
from arena.matrices import Floats

PRIOR = 0.3
TRUTH = np.array([0.6, 0.0, -0.6, 0.3])  # natural-log units a mark


def votes(
    seed: int, count: int, contenders: int = 20, truth: Floats = TRUTH
) -> tuple[Ballots, Floats, Floats]:
    """Return ballots with style, and the strengths behind them; stronger ones write longer."""
    random = np.random.default_rng(seed)
    strengths = random.normal(0, 0.5, contenders)
    a = random.integers(0, contenders, count)
    b = (a + random.integers(1, contenders, count)) % contenders
    marks = np.clip(random.normal(0, 0.4, (count, 4)), -1, 1)
    marks[:, 0] = np.clip(marks[:, 0] + 0.2 * (strengths[a] - strengths[b]), -1, 1)
    chance = 1 / (1 + np.exp(-(strengths[a] - strengths[b] + marks @ truth)))
    score = (random.random(count) < chance).astype(float)
    return Ballots.of(np.arange(count), a, b, score), marks, strengths


def fitted(ballots: Ballots, marks: Floats, contenders: int = 20) -> style.Controlled:
    counts = ballots.tally(contenders)
    base = style.ground(ballots, marks, counts, prior=PRIOR)
    nothing = Ballots.of(ballots.voter[:0], ballots.a[:0], ballots.b[:0], ballots.score[:0])
    return style.moved(base, nothing, marks[:0], counts, prior=PRIOR, anchor=1000)


class TestGround:
    def test_recovers_what_style_is_worth(self) -> None:
        ballots, marks, _ = votes(1, 60_000)

        found = fitted(ballots, marks)

        apart = np.abs(found.coefficients / bt.SCALE - TRUTH)
        assert (apart < 4 * found.errors / bt.SCALE).all()
        assert apart.max() < 0.06

    def test_takes_style_out_of_the_strengths(self) -> None:
        ballots, marks, strengths = votes(2, 60_000)
        plain = bt.fit(ballots.tally(20), prior=PRIOR, anchor=1000)
        centred = bt.SCALE * (strengths - strengths.mean())

        found = fitted(ballots, marks)

        def error(fit: bt.Fit) -> float:
            return float(np.abs(fit.values - fit.values.mean() - centred).max())

        assert error(found.fit) < error(plain)

    def test_equals_the_plain_fit_where_nobody_has_style(self) -> None:
        ballots, marks, _ = votes(3, 4_000)
        plain = bt.fit(ballots.tally(20), prior=PRIOR, anchor=1000)

        found = fitted(ballots, 0 * marks)

        assert np.allclose(found.fit.values, plain.values, atol=1e-6)
        assert np.allclose(found.fit.upper, plain.upper, atol=1e-3)

    def test_widens_the_intervals_of_voters_with_tastes(self) -> None:
        ballots, marks, _ = votes(4, 4_000)
        same = Ballots.of(ballots.voter // 50, ballots.a, ballots.b, ballots.score)

        base = style.ground(same, marks, same.tally(20), prior=PRIOR)

        assert (base.widening >= 1).all()
        assert base.widening.max() > 1


class TestMoved:
    def test_follows_a_hundredth_more_votes_to_a_tenth_of_a_point(self) -> None:
        ballots, marks, _ = votes(5, 40_400)
        old, new = ballots.at(slice(40_000)), ballots.at(slice(40_000, None))
        base = style.ground(old, marks[:40_000], old.tally(20), prior=PRIOR)
        counts = ballots.tally(20)

        step = style.moved(base, new, marks[40_000:], counts, prior=PRIOR, anchor=1000)

        whole = fitted(ballots, marks)
        assert np.abs(step.fit.values - whole.fit.values).max() < 0.1
        assert np.abs(step.fit.upper - whole.fit.upper).max() < 0.1

    def test_makes_room_for_a_newcomer(self) -> None:
        ballots, marks, _ = votes(6, 2_000, contenders=3)
        base = style.ground(ballots, marks, ballots.tally(3), prior=PRIOR)
        new = Ballots.of(np.array([0]), np.array([3]), np.array([0]), np.array([1.0]))
        places = np.array([0.0, 1.0, 2.0])
        roomy = style.widened_to(base, places, 4)
        together = Ballots.of(
            np.append(ballots.voter, 0),
            np.append(ballots.a, 3),
            np.append(ballots.b, 0),
            np.append(ballots.score, 1.0),
        )

        step = style.moved(
            roomy, new, np.zeros((1, 4)), together.tally(4), prior=PRIOR, anchor=1000
        )

        assert step.fit.values[3] > step.fit.values[0]
        assert step.fit.upper[3] - step.fit.lower[3] > 3 * (step.fit.upper[0] - step.fit.lower[0])

    @pytest.mark.parametrize("sign", [1.0, -1.0])
    def test_takes_a_vote_back_as_it_added_it(self, sign: float) -> None:
        ballots, marks, _ = votes(7, 3_000)
        base = style.ground(ballots, marks, ballots.tally(20), prior=PRIOR)
        some = replace(ballots.at(slice(40)), sign=np.full(40, sign))

        step = style.moved(base, some, marks[:40], ballots.tally(20), prior=PRIOR, anchor=0)

        both = replace(some.at(np.tile(np.arange(40), 2)), sign=np.repeat([sign, -sign], 40))
        back = style.moved(
            base, both, np.concatenate([marks[:40]] * 2), ballots.tally(20), prior=PRIOR, anchor=0
        )
        still = fitted(ballots, marks)
        assert np.allclose(back.fit.values, still.fit.values - 1000, atol=1e-6)
        assert not np.allclose(step.fit.values, back.fit.values, atol=1e-6)
