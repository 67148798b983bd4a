"""From the network's scores to a text, how sure it is, and what else each character may be.

The network reads a crop in two ways, place by place and column by column. A text's probability is the geometric
mean of what the two say of it: the text is the best by that mean among the two readings and those that differ from
the better one by a character. What is sure for one way and doubtful for the other is so never told as sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.plates import ALPHABET

__all__ = [
    "Calibration",
    "Decoded",
    "column_probability",
    "decode",
    "merged",
    "softmax",
    "whole_probability",
]

_Floats = npt.NDArray[np.float64]
_Texts = npt.NDArray[np.int64]
_ZERO, _LETTER = 1 + ALPHABET.index("0"), 1 + ALPHABET.index("O")
_OTHERS = 3
_SURE = 0.999
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns means of two readings into probabilities; set on held-back synthetic plates.

    Parameters
    ----------
    slope, offset : float
        Of the logit of a whole text's mean.
    alike_slope, alike_offset : float
        The same with O and 0 taken as one.
    sharpness : float
        Exponent of the characters' means at a position.
    """

    slope: float = 1.0
    offset: float = 0.0
    alike_slope: float = 1.0
    alike_offset: float = 0.0
    sharpness: float = 1.0

    def whole(self, mean: float) -> float:
        """Return the probability of a text with this mean."""
        return _moved(mean, self.slope, self.offset)

    def alike(self, mean: float) -> float:
        """Return the same where O and 0 were taken as one."""
        return _moved(mean, self.alike_slope, self.alike_offset)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text as classes 1 to 36, its two means, and for each position the probabilities of the 36 characters."""

    text: tuple[int, ...]
    mean: float
    alike_mean: float
    positions: _Floats


def softmax(scores: npt.NDArray[Any]) -> _Floats:
    """Return probabilities along the last axis."""
    raised = np.exp(np.asarray(scores, np.float64) - scores.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True), np.float64)


def merged(probabilities: _Floats) -> _Floats:
    """Return probabilities of classes with those of the letter O added to those of the digit 0."""
    result = probabilities.copy()
    result[..., _ZERO] += result[..., _LETTER]
    result[..., _LETTER] = 0
    return result


def column_probability(columns: _Floats, texts: _Texts) -> _Floats:
    """Return the probability of each text by the columns: the sum over all ways to lay it out.

    Parameters
    ----------
    columns : ndarray, (columns, classes)
        Probabilities; class 0 is "nothing".
    texts : ndarray, (texts, places)
        Classes, filled up with 0.
    """
    count, room = texts.shape
    room = min(room, max(1, int((texts > 0).sum(1).max())))
    texts = texts[:, :room]
    states = np.zeros((count, 2 * room + 1), np.int64)
    states[:, 1::2] = texts
    jump = np.zeros(states.shape)
    jump[:, 3::2] = texts[:, 1:] != texts[:, :-1]
    emitted = columns[:, states]
    here = np.zeros(states.shape)
    here[:, :2] = emitted[0, :, :2]
    for now in emitted[1:]:
        then = here.copy()
        then[:, 1:] += here[:, :-1]
        then[:, 2:] += jump[:, 2:] * here[:, :-2]
        here = then * now
    rows, ends = np.arange(count), 2 * (texts > 0).sum(1)
    before = np.where(ends > 0, here[rows, np.maximum(ends - 1, 0)], 0.0)
    return np.asarray(here[rows, ends] + before, np.float64)


def whole_probability(places: _Floats, columns: _Floats, texts: _Texts) -> _Floats:
    """Return the geometric mean of what places and columns say of each text."""
    by_place = places[np.arange(texts.shape[1]), texts].prod(1)
    return np.asarray(np.sqrt(by_place * column_probability(columns, texts)), np.float64)


def decode(places: _Floats, columns: _Floats, *, sharpness: float = 1.0) -> Decoded:
    """Return the best text of one crop.

    Parameters
    ----------
    places : ndarray, (places, classes)
        Probabilities by place.
    columns : ndarray, (columns, classes)
        Probabilities by column.
    sharpness : float
        See :class:`Calibration`.
    """
    best, other = _by_place(places), _by_column(columns, len(places))
    if (best != other).any():
        both = np.stack([best, other])
        best = both[int(whole_probability(places, columns, both).argmax())]
    while True:  # each round is of a better text, so it ends
        texts = _near(best, places, columns)
        means = whole_probability(places, columns, texts)
        if means[0] >= means.max():
            break
        best = texts[int(means.argmax())]
    length = int((best > 0).sum())
    alike = float(means[0])
    if (best == _LETTER).any() or (best == _ZERO).any():
        zeros = np.where(best == _LETTER, _ZERO, best)[None]
        alike = float(whole_probability(merged(places), merged(columns), zeros)[0])
    return Decoded(
        tuple(int(c) for c in best[:length]),
        float(means[0]),
        alike,
        _positions(texts, means, length, sharpness),
    )


def _by_place(places: _Floats) -> _Texts:
    text = np.asarray(places.argmax(1), np.int64)
    empty = np.flatnonzero(text == 0)
    if len(empty):
        text[empty[0] :] = 0
    return text


def _by_column(columns: _Floats, room: int) -> _Texts:
    best = columns.argmax(1)
    changes = np.flatnonzero((best > 0) & (best != np.concatenate([[0], best[:-1]])))[:room]
    text = np.zeros(room, np.int64)
    text[: len(changes)] = best[changes]
    return text


def _near(text: _Texts, places: _Floats, columns: _Floats) -> _Texts:
    """Return the text, then those where one character is another or left out, but where both ways are sure."""
    result = [text]
    surest = columns.argmax(0)
    for i in range(int((text > 0).sum())):
        column = columns[surest[text[i]]]
        if min(places[i, text[i]], column[text[i]]) > _SURE:
            continue
        likely = {
            *np.argsort(-places[i])[:_OTHERS].tolist(),
            *np.argsort(-column)[:_OTHERS].tolist(),
        }
        for other in sorted(likely - {0, int(text[i])}):
            changed = text.copy()
            changed[i] = other
            result.append(changed)
        result.append(np.concatenate([text[:i], text[i + 1 :], [0]]))
    return np.stack(result)


def _positions(texts: _Texts, means: _Floats, length: int, sharpness: float) -> _Floats:
    """Return what each position may be if the others are right; what is missing to 1 is that it is not there."""
    result = np.zeros((length, len(ALPHABET)))
    weights = (means / max(float(means[0]), 1e-300)) ** sharpness
    best, others = texts[0], texts[1:]
    same = (others > 0).sum(1) == length
    for i in range(length):
        here = same & (others[:, i] != best[i])
        left_out = (others == np.concatenate([best[:i], best[i + 1 :], [0]])).all(1) & ~same
        total = 1.0 + weights[1:][here].sum() + weights[1:][left_out].max(initial=0.0)
        result[i, best[i] - 1] = 1.0 / total
        np.add.at(result[i], others[here, i] - 1, weights[1:][here] / total)
    return result


def _moved(mean: float, slope: float, offset: float) -> float:
    inside = min(max(mean, _TINY), 1 - 1e-6)
    return float(1 / (1 + np.exp(-(slope * np.log(inside / (1 - inside)) + offset))))
