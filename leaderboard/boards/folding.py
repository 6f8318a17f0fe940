"""Stacks as a tree: each family where its best member stands, every layer under its parent.

Arithmetic over the columns of a board; what is drawn of one line is found when it is shown.
"""

from dataclasses import dataclass

import numpy as np

from leaderboard.boards.frame import Frame, Mask, Whole


@dataclass(frozen=True, slots=True)
class Tree:
    """The rows of a view in the order of a tree, and what each line must draw."""

    frame: Frame
    order: Whole  # the rows that are seen
    layers: Whole  # of every row: how many known ones hang from it
    is_last: Mask  # of every row: whether it is the lowest under its parent

    def branches(self, at: int) -> tuple[str, ...]:
        """Return the trunk before a row: through or gap for those above it, then tee or elbow."""
        depth = self.frame.rows[at].depth
        drawn: list[str] = []
        for level in range(1, depth + 1):
            is_last = self.is_last[self.frame.ancestors[level][at]]
            if level == depth:
                drawn.append("elbow" if is_last else "tee")
            else:
                drawn.append("gap" if is_last else "through")
        return tuple(drawn)


def tree(frame: Frame, order: Whole, found: Mask, folded: Mask) -> Tree:
    """Return the tree of what was found and of all that this stands on."""
    known = _with_below(frame, found)
    places = np.empty(len(frame), dtype=np.int64)
    places[order] = np.arange(len(frame))
    return Tree(
        frame=frame,
        order=_seen(frame, places, known & ~_hidden(frame, folded), known),
        layers=_layers(frame, known),
        is_last=_last(frame, places, known),
    )


def _with_below(frame: Frame, found: Mask) -> Mask:
    """Return what was found with everything below it."""
    known = found.copy()
    for level in reversed(frame.levels[1:]):
        known[frame.parents[level[known[level]]]] = True
    return known


def _hidden(frame: Frame, folded: Mask) -> Mask:
    """Return what hangs from a folded row."""
    hidden = np.zeros(len(frame), dtype=np.bool_)
    for level in frame.levels[1:]:
        below = frame.parents[level]
        hidden[level] = hidden[below] | folded[below]
    return hidden


def _layers(frame: Frame, known: Mask) -> Whole:
    """Count what hangs from each row."""
    counts = np.zeros(len(frame), dtype=np.int64)
    for level in reversed(frame.levels[1:]):
        some = level[known[level]]
        np.add.at(counts, frame.parents[some], 1 + counts[some])
    return counts


def _last(frame: Frame, places: Whole, known: Mask) -> Mask:
    """Return which rows stand lowest among the layers on the same parent."""
    layers = np.flatnonzero(known & (frame.parents >= 0))
    lowest = np.full(len(frame), -1, dtype=np.int64)
    np.maximum.at(lowest, frame.parents[layers], places[layers])
    last = np.zeros(len(frame), dtype=np.bool_)
    last[layers] = places[layers] == lowest[frame.parents[layers]]
    return last


def _seen(frame: Frame, places: Whole, seen: Mask, known: Mask) -> Whole:
    """Return the rows that are seen, family by family and each parent before its layers."""
    best = np.full(len(frame), len(frame), dtype=np.int64)
    members = np.flatnonzero(known)
    np.minimum.at(best, frame.roots[members], places[members])
    rows = np.flatnonzero(seen)
    padded = np.append(places, -1)  # nobody's place comes before everybody's
    path = [padded[level[rows]] for level in reversed(frame.ancestors[1:])]
    order: Whole = np.lexsort((*path, best[frame.roots[rows]]))
    return rows[order]
