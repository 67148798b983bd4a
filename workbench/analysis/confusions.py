"""From counts of a camera's mistakes, and the opportunities for them, to a table.

Counted are reads with one mistake beside reads with none, so each ratio is the odds of that mistake against a right
reading, whatever else a read with two mistakes would show. Mistakes that are seldom seen keep to their kind.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from workbench.analysis.errormodels import ErrorModel
from workbench.analysis.neighbors import Codes, Floats
from workbench.analysis.plates import ALPHABET

__all__ = ["log_factorial", "odds_of", "table_of"]

_SIZE = len(ALPHABET)
_STRENGTHS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_USUAL_STRENGTH = 8.0
_LEAST = 0.1  # never seen is not never: a tenth of what is usual of its like is left


def odds_of(model: ErrorModel) -> Floats:
    """Return the odds of each mistake against a right reading; the last row and column stand for no character."""
    right = np.diag(model.substitution)
    result = np.zeros((_SIZE + 1, _SIZE + 1))
    result[:-1, :-1] = model.substitution / right[:, None]
    result[:-1, -1] = model.missing / ((1.0 - model.missing) * right)
    result[-1, :-1] = model.extra * model.extra_is / (1.0 - model.extra)
    return np.maximum(result, 1e-12)


def table_of(counted: Floats, codes: Codes, chances: Floats, base: ErrorModel) -> ErrorModel:
    """Return the table that counts and opportunities make, each kind of mistake drawn to what is given of it.

    Parameters
    ----------
    counted : array (37, 37)
        Mistakes by true and seen character; the last row and column stand for no character.
    codes : array (N, 12) of int8
        The vehicles' plates.
    chances : array (N,)
        How many right reads of each count as opportunities.
    base : ErrorModel
        The table that is given.
    """
    weights = np.repeat(chances, codes.shape[1])
    right: Floats = np.bincount(codes.ravel() + 1, weights, minlength=_SIZE + 1)[1:].astype(float)
    gaps = float((chances * ((codes >= 0).sum(axis=1) + 1)).sum())
    given = odds_of(base)
    odds = np.zeros_like(given)
    others = ~np.eye(_SIZE, dtype=bool)
    chance = np.repeat(right[:, None], _SIZE, axis=1)
    odds[:-1, :-1][others] = _drawn(
        counted[:-1, :-1][others], chance[others], given[:-1, :-1][others]
    )
    odds[:-1, -1] = _drawn(counted[:-1, -1], right, given[:-1, -1])
    odds[-1, :-1] = _drawn(counted[-1, :-1], np.full(_SIZE, gaps), given[-1, :-1])
    seen = 1.0 / (1.0 + odds[:-1, :-1].sum(axis=1))
    substitution = odds[:-1, :-1] * seen[:, None]
    np.fill_diagonal(substitution, seen)
    missing = odds[:-1, -1] * seen
    extra = float(odds[-1, :-1].sum())
    return replace(
        base,
        substitution=substitution,
        missing=missing / (1.0 + missing),
        extra=extra / (1.0 + extra),
        extra_is=odds[-1, :-1] / extra,
    )


def _drawn(counted: Floats, chances: Floats, given: Floats) -> Floats:
    """Return rates of mistakes: those that the table holds alike are scaled together, then each drawn to that.

    How strongly, for each kind, is what makes the counts likeliest: as if every mistake had been seen some times
    already, at the rate of its like (a gamma distribution over them, after Robbins' empirical Bayes).
    """
    _, like = np.unique(np.round(np.log(given), 3), return_inverse=True)
    expected = given * chances
    scale = (np.bincount(like, counted) + 1.0) / (np.bincount(like, expected) + 1.0)
    mean = expected * scale[like]
    strength = np.ones(len(scale))
    for kind in range(len(scale)):
        same = (like == kind) & (mean > 0)
        strength[kind] = _likeliest_strength(counted[same], mean[same])
    drawn = strength[like]
    factor = np.maximum((counted + drawn) / (mean + drawn), _LEAST)
    return np.asarray(given * scale[like] * factor)


def _likeliest_strength(counted: Floats, mean: Floats) -> float:
    """Return the strength that makes counts likeliest, a middling one where they say little."""
    return max(
        _STRENGTHS,
        key=lambda strength: (
            _likelihood_of(counted, mean, strength) - abs(math.log(strength / _USUAL_STRENGTH))
        ),
    )


def _likelihood_of(counted: Floats, mean: Floats, strength: float) -> float:
    """Return the log-likelihood of counts whose means are spread around the expected (negative binomial)."""
    spread = log_factorial(counted + strength - 1.0) - math.lgamma(strength)
    odds = strength * np.log(strength / (strength + mean)) + counted * np.log(
        mean / (strength + mean)
    )
    return float((spread + odds).sum())


def log_factorial(values: Floats) -> Floats:
    """Return the logarithms of factorials, of numbers between whole ones too."""
    unique, back = np.unique(values, return_inverse=True)
    return np.array([math.lgamma(value + 1.0) for value in unique.tolist()])[back]
