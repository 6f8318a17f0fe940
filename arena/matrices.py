"""The matrices of a fit, and their factors: symmetric, positive definite, a few hundred wide."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

Floats: TypeAlias = NDArray[np.float64]


class NotPositive(ArithmeticError):
    """Some direction is not determined."""


def penalties(share: Floats, prior: float, *, hold: float) -> Floats:
    """Return the prior's second derivative, and a term that holds the vote-weighted mean at 0.

    Adding the same to everybody changes nothing in the likelihood or the prior, so the term
    decides that one direction and no other.
    """
    held: Floats = prior * centring(share) + hold * np.outer(share, share)
    return held


def centring(share: Floats) -> Floats:
    """Return P'P, where P subtracts the vote-weighted mean."""
    size = len(share)
    squared: Floats = np.eye(size) - share - share[:, None] + size * np.outer(share, share)
    return squared


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
    """Return the inverse of the matrix whose Cholesky factor is given, which is spent."""
    if not factor.size:
        return factor
    lower = np.tril(lapack.dpotri(factor, lower=1, overwrite_c=1)[0])
    full: Floats = lower + lower.T
    full[np.diag_indices_from(full)] /= 2
    return full
