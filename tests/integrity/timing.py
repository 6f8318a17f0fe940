"""A reader who only watches: what the pieces of two answers tell about who is slow.

Two stubs write words, one at 10 and one at 100 tokens a second, through the real pacer under a
simulated clock. The watcher sees the pieces and their ticks, and nothing else.
"""

import re
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from workers.pacing import Pacer
from workers.talking import TAIL_S

TICK_S = 0.1
TAIL_TICKS = round(TAIL_S / TICK_S)
WORDS = re.findall(
    r"\w+",
    """
    a the of and to in is was it for on with heron river small yellow quickly morning between
    understanding water mountain because nevertheless bird feather silence communication reeds
    slowly under bright evening I we they nothing extraordinary stones
    """,
)


@dataclass(frozen=True)
class Watched:
    """One battle: the pieces of each side by tick, and which side was slow."""

    pieces: dict[str, list[str]]  # "" where a side showed nothing
    slow: str


def battle(random: Random, *, slow_per_s: float = 10.0, fast_per_s: float = 100.0) -> Watched:
    """Play one battle."""
    slow = random.choice("AB")
    arrivals = sorted(
        arrival
        for side in "AB"
        for arrival in _writing(side, slow_per_s if side == slow else fast_per_s, random)
    )
    ends = {side: max(at for at, of, _ in arrivals if of == side) for side in "AB"}
    pacer = Pacer(tail_ticks=TAIL_TICKS, random=random)
    now, pieces = 0.0, dict[str, list[str]](A=[], B=[])
    ended: set[str] = set()
    while not pacer.is_drained:
        now += TICK_S
        while arrivals and arrivals[0][0] <= now:
            _, side, text = arrivals.pop(0)
            pacer.add(side, text)
        for side in {"A", "B"} - ended:
            if ends[side] <= now:
                pacer.end(side)
                ended.add(side)
        shown = pacer.release()
        for side in "AB":
            pieces[side].append(shown.get(side, ""))
    return Watched(pieces, slow)


def _writing(side: str, per_s: float, random: Random) -> list[tuple[float, str, str]]:
    at, told = random.uniform(0.05, 0.3), []
    for _ in range(random.randrange(40, 90)):
        at += random.expovariate(per_s) * 0.5 + 0.5 / per_s
        told.append((at, side, f" {random.choice(WORDS)}"))
    return told


def traits(pieces: list[str]) -> list[float]:
    """Return what of one side's pieces could tell that its engine is the slow one."""
    shown = [each for each in pieces if each]
    text = "".join(pieces)
    places = np.cumsum([len(each) for each in shown])[:-1]
    at_word = [place for place in places if text[place] == " "]
    words = np.array([len(each) for each in text.split()] or [0], dtype=float)
    sizes = np.array([float(len(each)) for each in shown])
    behind = np.array([text.rfind(" ", 0, place + 1) for place in places])
    last = np.array(
        [len(text[start + 1 : place]) for start, place in zip(behind, places, strict=True)]
    )
    return [
        len(at_word) / max(1, len(places)),  # pieces that end where a word ends
        float(sizes.std()),
        float(pieces.count("")),
        _correlation(sizes[:-1], last.astype(float)),  # size against the word being written
        _correlation(sizes[1:], _word_after(text, places)),
        float(len(text)),
        float(words.std()),
        float(np.max(sizes)),
    ]


def _word_after(text: str, places: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.array([float(len(text[place:].split(" ", 2)[0])) for place in places])


def _correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    if len(x) < 3 or not x.std() or not y.std():
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def auc(scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    """Return the chance that a slow A scores above a fast A; 0.5 is no knowledge."""
    above = scores[labels][:, None] - scores[~labels][None, :]
    return float(np.mean((above > 0) + 0.5 * (above == 0)))


def knowledge(battles: list[Watched]) -> dict[str, float]:
    """Return how well each trait alone, and all together out of sample, tell the slow side."""
    x = np.array([np.subtract(traits(w.pieces["A"]), traits(w.pieces["B"])) for w in battles])
    labels = np.array([w.slow == "A" for w in battles])
    x = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-9)
    names = (
        "word ends",
        "spread",
        "pauses",
        "word behind",
        "word ahead",
        "length",
        "words",
        "haste",
    )
    alone = {name: auc(x[:, i], labels) for i, name in enumerate(names)}
    halves = np.arange(len(battles)) % 2 == 0
    scores = np.zeros(len(battles))
    for train in (halves, ~halves):
        design = np.c_[x[train], np.ones(train.sum())]
        ridge = design.T @ design + 5 * np.eye(design.shape[1])
        weights = np.linalg.solve(ridge, design.T @ (labels[train] * 2.0 - 1.0))
        scores[~train] = np.c_[x[~train], np.ones((~train).sum())] @ weights
    return {name: max(value, 1 - value) for name, value in alone.items()} | {
        "all together": auc(scores, labels)
    }
