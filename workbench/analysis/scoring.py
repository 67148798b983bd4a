"""The likelihood of a pattern for each plate of a set, under an error model.

Somebody looks at a plate and says a pattern. Reading the plate from left to right, each character is said as
itself or as another, or is missing from what is said; now and then a character is said that is not there, or
two neighbors change places. The likelihood adds up all ways in which the plate can have led to the pattern. A
star stands for any characters and costs nothing; where there are several, the places that they leave for the
rest are equally probable. Each unknown ``?`` says nothing but that there is a character.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from workbench.analysis import kernel
from workbench.analysis.errormodels import ErrorModel
from workbench.analysis.kernel import Found, Tables
from workbench.analysis.pattern import Item, Pattern
from workbench.analysis.plates import ALPHABET, MAX_LENGTH, PlateFormat, formats
from workbench.analysis.plateset import PAD, PlateSet

__all__ = [
    "at_random",
    "chance_of",
    "fits_series",
    "fitting",
    "likelihoods",
    "scores",
    "tables",
]

Floats = npt.NDArray[np.float64]

_SIZE = len(ALPHABET)
_OPTIONAL = 0.5
_MOST_OFF = 2
_PERSONAL_LENGTHS = {
    **dict.fromkeys(range(1, MAX_LENGTH + 1), 0.001),
    2: 0.01,
    3: 0.03,
    4: 0.07,
    5: 0.15,
    6: 0.25,
    7: 0.46,
    8: 0.025,
}


def likelihoods(
    pattern: Pattern, plates: Sequence[str] | PlateSet, model: ErrorModel, *, threshold: float = 0.0
) -> Floats:
    """Return the likelihood of a pattern for each plate, in the order that they were given.

    Parameters
    ----------
    pattern : Pattern
        What was said.
    plates : sequence of str, or PlateSet
        Normalized plates.
    model : ErrorModel
        Who said it, and the mistakes that such a one makes.
    threshold : float
        Plates below it are given as 0, which is faster.
    """
    chosen = plates if isinstance(plates, PlateSet) else PlateSet.of(plates)
    return chosen.as_given(scores(pattern, chosen, model, threshold=threshold))


def scores(
    pattern: Pattern, plates: PlateSet, model: ErrorModel, *, threshold: float = 0.0
) -> Floats:
    """Return the likelihood of a pattern for each plate of a set, in the set's own order."""
    values = np.zeros(len(plates))
    found = fitting(pattern, plates, model, threshold=threshold)
    values[found.rows] = found.values
    return values


def fitting(
    pattern: Pattern, plates: PlateSet, model: ErrorModel, *, threshold: float = 0.0
) -> Found:
    """Find the plates of a set whose likelihood is above zero and not below the threshold."""
    built = tables(pattern, model, plates.width)
    if not _only_substitutions(pattern, model):
        return kernel.scan(plates, built, threshold)
    return kernel.scan_positions(plates, _by_position(built, plates.width), threshold)


def _only_substitutions(pattern: Pattern, model: ErrorModel) -> bool:
    edits = model.extra or model.swapped or model.missing.any()
    return not edits and not any(item.star or item.optional for item in pattern.items)


def _by_position(built: Tables, width: int) -> Floats:
    """Return factors by position and code for a pattern that fixes every position."""
    items = len(built.along) - 1
    table = np.zeros((width, _SIZE + 1))
    table[items:, PAD] = 1.0
    table[: min(items, width), :_SIZE] = built.emission[:, 1 : width + 1].T
    table[0] *= built.length[items] if items <= width else 0.0
    return table


@functools.lru_cache(maxsize=16)
def tables(pattern: Pattern, model: ErrorModel, width: int) -> Tables:
    """Return what the scan needs of a pattern under a model, for plates up to ``width`` characters."""
    items = pattern.items
    rows = len(items) + 1
    star = np.array([False, *(item.star for item in items), False])
    emission, missing = np.zeros((_SIZE, rows)), np.zeros((_SIZE, rows))
    swapped, along = np.zeros((_SIZE, rows)), np.zeros(rows)
    stays = 1.0 - model.swapped
    for i, item in enumerate(items, start=1):
        present = _OPTIONAL if item.optional else 1.0
        along[i] = 1.0
        if not item.star:
            emission[:, i] = chance_of(item, model) * (1.0 - model.missing) * stays * present
            along[i] = 1.0 - present + model.extra * _said_of_nothing(item, model) * present
    for i in range(rows):
        # What a star stands for costs nothing; beside a star, nothing can be missing.
        if star[i]:
            missing[:, i] = 1.0
        elif not star[i + 1]:
            missing[:, i] = model.missing * stays
        if i >= 2 and not star[i] and not star[i - 1]:
            swapped[:, i] = model.swapped / stays**2 * emission[:, i - 1]
    length = _length_factors(pattern, model, width)
    return Tables(emission, missing, swapped, along, length, _band(pattern, width))


def _band(pattern: Pattern, width: int) -> npt.NDArray[np.int64]:
    """Return the items that can be reached at each column: at most ``_MOST_OFF`` missing or extra there."""
    last = len(pattern.items)
    if pattern.has_star:
        return np.array([[0, last]] * (width + 1), dtype=np.int64)
    optional = sum(item.optional for item in pattern.items)
    columns = np.arange(width + 1)
    first = np.clip(columns - _MOST_OFF, 0, last + 1)
    return np.stack([first, np.clip(columns + _MOST_OFF + optional, 0, last)], axis=1)


def chance_of(item: Item, model: ErrorModel) -> Floats:
    """Return for each true character the chance of what an item says, if it is seen at all."""
    said = item.distribution()
    sure = model.substitution @ said
    if item.certainty == 1.0 or item.unknown:
        return np.asarray(sure)
    return np.asarray(item.certainty * sure + (1.0 - item.certainty) * (model.when_unsure() @ said))


def _said_of_nothing(item: Item, model: ErrorModel) -> float:
    """Return the chance of what an item says where a character is said that is not there."""
    sure = float(model.extra_is @ item.distribution())
    return item.certainty * sure + (1.0 - item.certainty) / _SIZE


def _length_factors(pattern: Pattern, model: ErrorModel, width: int) -> Floats:
    """Return a factor per length: no extra character at its gaps, the stars' places, the length said."""
    stars = sum(item.star for item in pattern.items)
    fixed = len(pattern.items) - stars
    off_by_one = min(0.5, 2.0 * (model.extra + float(model.missing.mean())))
    factors = np.zeros(width + 1)
    for n in range(width + 1):
        places = math.comb(max(0, n - fixed) + stars - 1, stars - 1) if stars else 1
        factors[n] = (1.0 - model.extra) ** (n + 1) / places
        if pattern.length is not None:
            off = max(pattern.length[0] - n, n - pattern.length[1], 0)
            factors[n] *= off_by_one**off
    factors[0] = 0.0  # there is no empty plate
    return factors


def fits_series(plates: PlateSet, states: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which plates fit a series of their state, in the order that they were given.

    As :func:`workbench.analysis.plates.is_plausible`, for many at once. ``states`` has one for each plate.
    """
    names, inverse = np.unique(np.asarray(states, dtype=str), return_inverse=True)
    inverse = inverse[plates.places()]
    fits = np.zeros(len(plates), dtype=bool)
    every = plates.codes()
    each = (every != PAD).sum(axis=1)
    for number, state in enumerate(names):
        chosen = np.flatnonzero(inverse == number)
        codes, lengths = every[chosen], each[chosen]
        found = np.zeros(len(chosen), dtype=bool)
        for series in formats(state) or formats():
            size = len(series.positions)
            todo = np.flatnonzero((lengths == size) & ~found)
            allowed = _positions(series) > 0
            match = allowed[np.arange(size), codes[todo, :size]].all(axis=1)
            found[todo] = match
        fits[chosen] = found
    return plates.as_given(fits)


def at_random(pattern: Pattern, model: ErrorModel, states: Mapping[str, float]) -> float:
    """Return the mean likelihood of a pattern over plates as they are issued: what chance would give.

    Parameters
    ----------
    pattern, model
        As for :func:`likelihoods`.
    states : mapping of str to float
        How frequent each state is; one without formats on file counts as any state. Plates of which no state is
        known are taken to be of those that are.
    """
    states = {state: share for state, share in states.items() if state} or states
    built = tables(pattern, model, MAX_LENGTH)
    personalized = _personalized(built)
    total, weight = 0.0, 0.0
    for state, share in states.items():
        series = formats(state) or formats()
        whole = sum(f.share for f in series)
        states_mixed = 1.0 if formats(state) else len({f.state for f in series})
        regular = sum(f.share * _mean_over(built, _positions(f)) for f in series) / states_mixed
        regular += max(0.0, 1.0 - whole / states_mixed) * personalized
        total += share * regular
        weight += share
    return total / weight if weight else personalized


def _personalized(built: Tables) -> float:
    """Return the mean likelihood over plates of any characters, most of them five to seven."""
    anything = np.full((MAX_LENGTH, _SIZE), 1.0 / _SIZE)
    return sum(share * _mean_over(built, anything[:n]) for n, share in _PERSONAL_LENGTHS.items())


@functools.cache
def _positions(series: PlateFormat) -> Floats:
    """Return the probability of each character at each position of a series."""
    result = np.zeros((len(series.positions), _SIZE))
    for row, allowed in zip(result, series.positions, strict=True):
        row[[ALPHABET.index(character) for character in allowed]] = 1.0 / len(allowed)
    return result


def _mean_over(built: Tables, positions: Floats) -> float:
    """Return the mean of the scan's result over plates whose characters are independent."""
    rows, along = len(built.along), built.along
    emission, missing = positions @ built.emission, positions @ built.missing
    swapped = positions @ built.swapped
    columns = np.zeros((len(positions) + 1, rows))
    columns[0, 0] = 1.0
    for i in range(1, built.band[0, 1] + 1):
        columns[0, i] = columns[0, i - 1] * along[i]
    for j in range(1, len(positions) + 1):
        columns[j] = columns[j - 1] * missing[j - 1]
        columns[j, 1:] += columns[j - 1, :-1] * emission[j - 1, 1:]
        if j > 1:
            columns[j, 2:] += columns[j - 2, :-2] * swapped[j - 1, 2:] * emission[j - 2, 2:]
        for i in range(1, rows):
            columns[j, i] += columns[j, i - 1] * along[i]
        first, last = built.band[j]
        columns[j, :first] = columns[j, last + 1 :] = 0.0
    return float(columns[-1, -1] * built.length[len(positions)])
