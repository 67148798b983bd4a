"""How the fictional city's cameras misread plates: a known truth to hold a search against.

A camera confuses shapes, drops characters and adds some; it never swaps neighbors. Each kind of camera has a
confusion matrix of its own, for a clean plate by day; at night and with dirt every mistake is as many times as
likely as the model says.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.training.geo import Floats

__all__ = ["ALPHABET", "MODELS", "WIDTH", "CameraModel", "Misreader", "confusion_matrix", "truth"]

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WIDTH = 9
"""Bytes that hold a plate as read: eight characters and one that was added."""

Bytes = NDArray[np.uint8]

_FIRST = ("0ODQ", "1IL", "2Z", "5S", "8B", "6G")
_SECOND = (
    "CG", "38", "68", "53", "39", "49", "A4", "VY", "VU", "VW", "KX", "PR", "FE", "MW", "NH",
)  # fmt: skip
_RARE = ("37", "27", "17", "T7")
_ANY = 0.0015


@dataclass(frozen=True, slots=True)
class CameraModel:
    """How often a kind of camera errs.

    Parameters
    ----------
    substitute : float
        Mean probability that a character is read as another one, by day, on a clean plate.
    drop, add : float
        Probability per read that a character is lost, or one is added.
    night, dirt : float
        How many times likelier all of it is at night, and on the dirtiest plates.
    second : float
        Weight of the second rank of confusions (C/G, 3/8 …) beside the first (0/O, 8/B …).
    """

    substitute: float
    drop: float
    add: float
    night: float
    dirt: float
    second: float


MODELS: Mapping[str, CameraModel] = {
    "fixed": CameraModel(0.0055, 0.006, 0.003, 1.5, 5.0, 0.30),
    "fixed-old": CameraModel(0.0120, 0.012, 0.007, 1.9, 5.0, 0.45),
    "lot": CameraModel(0.0035, 0.003, 0.002, 1.2, 4.0, 0.25),
    "mobile": CameraModel(0.0080, 0.010, 0.006, 1.4, 5.0, 0.35),
    "county": CameraModel(0.0100, 0.009, 0.005, 1.7, 5.0, 0.40),
}


@functools.cache
def confusion_matrix(model: str) -> Floats:
    """Return what each true character is read as, by day on a clean plate.

    Returns
    -------
    numpy.ndarray, shape (36, 36)
        Rows are true characters, columns are characters read, both in the order of `ALPHABET`; rows sum to 1.
    """
    rates = MODELS[model]
    weights = np.full((36, 36), _ANY)
    for pairs, weight in ((_RARE, 0.08), (_SECOND, rates.second), (_FIRST, 1.0)):
        for group in pairs:
            at = [ALPHABET.index(character) for character in group]
            for a in at:
                for b in at:
                    weights[a, b] = max(weights[a, b], weight)
    np.fill_diagonal(weights, 0.0)
    mean = weights.sum(axis=1).mean()
    matrix: Floats = rates.substitute * weights / mean
    np.fill_diagonal(matrix, 1.0 - matrix.sum(axis=1))
    return matrix


def truth() -> dict[str, Any]:
    """Return every model with its matrix, for the file of the truth."""
    return {
        "alphabet": ALPHABET,
        "condition": "clean plate by day; multiply the chance of a mistake by night and dirt",
        "swaps": 0.0,
        "models": {
            name: {
                "substitute_mean": rates.substitute,
                "drop": rates.drop,
                "add": rates.add,
                "night": rates.night,
                "dirt": rates.dirt,
                "matrix": np.round(confusion_matrix(name), 8).tolist(),
            }
            for name, rates in MODELS.items()
        },
    }


class Misreader:
    """Applies one camera model to many plates at once."""

    def __init__(self, model: str) -> None:
        self.rates = MODELS[model]
        matrix = confusion_matrix(model).copy()
        self._error = 1.0 - np.diag(matrix)
        np.fill_diagonal(matrix, 0.0)
        self._next = np.cumsum(matrix / matrix.sum(axis=1, keepdims=True), axis=1)

    def read(
        self, plates: Bytes, night: NDArray[np.bool_], dirt: Floats, rng: np.random.Generator
    ) -> tuple[Bytes, NDArray[np.bool_]]:
        """Read plates.

        Parameters
        ----------
        plates : numpy.ndarray of uint8, shape (n, WIDTH)
            True plates as characters, filled up with zeros.
        night : numpy.ndarray of bool, shape (n,)
        dirt : numpy.ndarray, shape (n,)
            0 (clean) to 1.

        Returns
        -------
        read : numpy.ndarray of uint8, shape (n, WIDTH)
        correct : numpy.ndarray of bool, shape (n,)
        """
        result = plates.copy()
        worse = np.where(night, self.rates.night, 1.0) * (1.0 + (self.rates.dirt - 1.0) * dirt)
        codes = _codes(plates)
        chance = np.where(codes >= 0, self._error[codes], 0.0) * worse[:, None]
        row, column = np.nonzero(rng.random(plates.shape) < chance)
        result[row, column] = _letters(self.likely(codes[row, column], rng))
        length = (plates > 0).sum(axis=1)
        draw = rng.random((2, len(plates)))
        dropped = np.flatnonzero((draw[0] < self.rates.drop * worse) & (length > 4))
        _drop(result, dropped, rng)
        added = np.flatnonzero((draw[1] < self.rates.add * worse) & (length < WIDTH - 1))
        _add(result, added, rng)
        return result, (result == plates).all(axis=1)

    def likely(self, codes: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """Return for each character one that it is likely to be taken for."""
        rows = self._next[codes]
        found: NDArray[np.int64] = (rows < rng.random(len(codes))[:, None]).sum(axis=1)
        return np.minimum(found, 35)


def _codes(plates: Bytes) -> NDArray[np.int64]:
    table = np.full(256, -1, dtype=np.int64)
    for code, character in enumerate(ALPHABET):
        table[ord(character)] = code
    result: NDArray[np.int64] = table[plates]
    return result


def _letters(codes: NDArray[np.int64]) -> Bytes:
    return np.frombuffer(ALPHABET.encode(), dtype=np.uint8)[codes]


def _drop(plates: Bytes, rows: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Lose one character of these plates, an end one a little more often."""
    length = (plates[rows] > 0).sum(axis=1)
    at = np.minimum((rng.random(len(rows)) ** 0.8 * length).astype(np.int64), length - 1)
    for offset in range(WIDTH - 1):
        move = at <= offset
        plates[rows[move], offset] = plates[rows[move], offset + 1]
    plates[rows, WIDTH - 1] = 0


def _add(plates: Bytes, rows: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Add one character to these plates: a bolt or the frame read as 1 or I, or any other."""
    length = (plates[rows] > 0).sum(axis=1)
    at = rng.integers(0, length + 1) if len(rows) else np.zeros(0, dtype=np.int64)
    for offset in range(WIDTH - 1, 0, -1):
        move = at < offset
        plates[rows[move], offset] = plates[rows[move], offset - 1]
    which = rng.random(len(rows))
    other = rng.integers(0, 36, len(rows))
    codes = np.where(which < 0.6, 1, np.where(which < 0.75, ALPHABET.index("I"), other))
    plates[rows, at] = _letters(codes)
