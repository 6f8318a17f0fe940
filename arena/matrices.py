"""The matrices of a fit, and their factors: symmetric, positive definite, a few hundred wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evals import lazily

if TYPE_CHECKING:
    from scipy.linalg import lapack
else:
    lapack = lazily.Module("scipy.linalg.lapack")

Floats: TypeAlias = NDArray[np.float64]


class NotPositive(ArithmeticError):
    """Some direction is not determined."""


def penalties(share: Floats, prior: float, *, hold: float) -> Floats:
    """Return the prior's second derivative, and a term that holds the vote-weighted mean at 0.

    Adding the same to everybody changes nothing in the likelihood or the prior, so the term
    decides that one direction and no other.
    """
    held: Floats = (share * (prior * len(share) + hold) - prior)[:, None] * share
    held -= prior * share[:, None]
    held[np.diag_indices_from(held)] += prior
    return held


def centring(share: Floats) -> Floats:
    """Return P'P, where P subtracts the vote-weighted mean."""
    return penalties(share, 1, hold=0)


def laplacian(weights: Floats) -> Floats:
    """Return the matrix whose quadratic form sums weight times squared difference over pairs."""
    matrix: Floats = -weights
    matrix[np.diag_indices_from(matrix)] += weights.sum(axis=1)
    return matrix


def cholesky(matrix: Floats) -> Floats:
    """Return the lower factor of a positive definite matrix."""
    if not matrix.size:
        return matrix
    factor, trouble = lapack.dpotrf(matrix.T, lower=1, clean=0, overwrite_a=1)
    if trouble:
        raise NotPositive("The matrix is not positive definite.")
    return np.asarray(factor)


def solved(factor: Floats, right: Floats) -> Floats:
    """Return the solution of a system whose Cholesky factor is known."""
    if not factor.size:
        return right
    return np.asarray(lapack.dpotrs(factor, right, lower=1)[0]).reshape(right.shape)


def inverse(factor: Floats) -> Floats:
    """Return the inverse of the matrix whose Cholesky factor is given."""
    if not factor.size:
        return factor
    lower = np.tril(lapack.dpotri(factor, lower=1)[0])
    full: Floats = lower + lower.T
    full[np.diag_indices_from(full)] /= 2
    return full
