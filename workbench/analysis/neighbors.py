"""Different plates of many reads, and which of them are one mistake apart.

All at once, by sorting: plates that are alike without one of their characters stand side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.plates import ALPHABET, MAX_LENGTH, formats

__all__ = ["OFTEN", "Pairs", "Plates", "codes_of", "find_pairs", "issued", "usual", "value_of"]

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Values = npt.NDArray[np.uint64]

OFTEN = 4
"""A plate read so often stands for a vehicle; one that is taken for its misread was read a fourth as often."""

_NONE = -1
_SIZE = len(ALPHABET)
_PLACES = np.array(
    [(_SIZE + 1) ** (MAX_LENGTH - 1 - i) for i in range(MAX_LENGTH)], dtype=np.uint64
)
_LOOKUP = np.full(256, -2, dtype=np.int8)
_LOOKUP[0] = _NONE
for _code, _character in enumerate(ALPHABET):
    _LOOKUP[ord(_character)] = _code


def codes_of(names: Any) -> Codes:
    """Return plates as numbers in ``ALPHABET``, -1 after the last character, -2 for what is none; shape (N, 12)."""
    text = np.asarray(names, dtype=f"S{MAX_LENGTH}")
    return np.asarray(_LOOKUP[text.view(np.uint8).reshape(-1, MAX_LENGTH)])


def value_of(codes: Codes) -> Values:
    """Return plates as one sortable number each."""
    return np.asarray(((codes + 1).astype(np.uint64) * _PLACES).sum(axis=1, dtype=np.uint64))


@dataclass(frozen=True, eq=False)
class Plates:
    """The different plates of some reads.

    Parameters
    ----------
    codes : array (N, 12) of int8
        Characters as numbers in ``ALPHABET``, -1 after the last.
    numbers : array (N,) of uint64
        The same as one sortable number.
    reads : array (N,)
        How often each was read.
    of_read : array (R,)
        The plate of each read.
    """

    codes: Codes
    numbers: Values
    reads: Ints
    of_read: Ints

    @classmethod
    def of(cls, column: pd.Series) -> Plates:
        """Return the plates of reads; every one must be normalized and at most ``MAX_LENGTH`` long."""
        of_read, names = pd.factorize(column)
        codes = codes_of(names)
        reads = np.bincount(of_read, minlength=len(codes)).astype(np.int64)
        return cls(codes, value_of(codes), reads, of_read.astype(np.int64))

    @property
    def lengths(self) -> Ints:
        """Characters of each."""
        return np.asarray((self.codes >= 0).sum(axis=1), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Plates read seldom, each beside one read often that is one mistake away.

    ``seldom`` and ``often`` are numbers of plates. ``true`` and ``seen`` are the characters of the mistake, -1 where
    one is missing or extra. ``ways`` is in how many places it can have happened, as with one of two like neighbors.
    """

    seldom: Ints
    often: Ints
    true: Codes
    seen: Codes
    ways: Codes

    def __len__(self) -> int:
        return len(self.seldom)

    def only(self, rows: Ints) -> Pairs:
        """Return these pairs, in this order."""
        return Pairs(
            self.seldom[rows], self.often[rows], self.true[rows], self.seen[rows], self.ways[rows]
        )


def find_pairs(plates: Plates) -> Pairs:
    """Return all pairs of plates one mistake apart whose one was read at least four times as often."""
    often = np.flatnonzero(plates.reads >= OFTEN)
    most = int(plates.reads.max(initial=0))
    seldom = np.flatnonzero(plates.reads * OFTEN <= most)
    found: list[Pairs] = []
    for place in range(MAX_LENGTH):
        found += [_substituted(plates, seldom, often, place)]
        found += [_missing(plates, seldom, often, place), _extra(plates, seldom, often, place)]
    joined = _joined(found)
    enough = plates.reads[joined.often] >= OFTEN * plates.reads[joined.seldom]
    joined = joined.only(np.flatnonzero(enough))
    return joined.only(np.lexsort((joined.often, joined.seldom)))


def _joined(parts: list[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([each.seldom for each in parts]),
        np.concatenate([each.often for each in parts]),
        np.concatenate([each.true for each in parts]),
        np.concatenate([each.seen for each in parts]),
        np.concatenate([each.ways for each in parts]),
    )


def _substituted(plates: Plates, seldom: Ints, often: Ints, place: int) -> Pairs:
    """Pair plates that are alike but for the character in one place."""
    here = plates.codes[:, place]
    without = plates.numbers - (here + 1).astype(np.uint64) * _PLACES[place]
    a, b = seldom[here[seldom] >= 0], often[here[often] >= 0]
    left, right = _matches(without[a], without[b])
    left, right = a[left], b[right]
    kept = here[left] != here[right]
    left, right = left[kept], right[kept]
    return Pairs(left, right, here[right], here[left], np.ones(len(left), dtype=np.int8))


def _missing(plates: Plates, seldom: Ints, often: Ints, place: int) -> Pairs:
    """Pair plates where one is the other without the character in a place, the last of its like."""
    long, values, ways = _shortened(plates, often, place)
    left, right = _matches(plates.numbers[seldom], values)
    right_rows = long[right]
    true = plates.codes[right_rows, place]
    none = np.full(len(left), _NONE, dtype=np.int8)
    return Pairs(seldom[left], right_rows, true, none, ways[right])


def _extra(plates: Plates, seldom: Ints, often: Ints, place: int) -> Pairs:
    long, values, ways = _shortened(plates, seldom, place)
    left, right = _matches(values, plates.numbers[often])
    rows = long[left]
    none = np.full(len(left), _NONE, dtype=np.int8)
    return Pairs(rows, often[right], none, plates.codes[rows, place], ways[left])


def _shortened(plates: Plates, rows: Ints, place: int) -> tuple[Ints, Values, Codes]:
    """Return plates without one character: which plates, their values, and the length of its run of like ones."""
    codes = plates.codes[rows]
    after = codes[:, place + 1] if place + 1 < MAX_LENGTH else np.full(len(rows), _NONE)
    kept = (codes[:, place] >= 0) & (codes[:, place] != after) & (plates.lengths[rows] > 1)
    rows, codes = rows[kept], codes[kept]
    ways, going = np.zeros(len(rows), dtype=np.int8), np.ones(len(rows), dtype=bool)
    for back in range(place, -1, -1):
        going &= codes[:, back] == codes[:, place]
        ways += going
    short = np.full_like(codes, _NONE)
    short[:, :place], short[:, place:-1] = codes[:, :place], codes[:, place + 1 :]
    return rows, value_of(short), ways


def _matches(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> tuple[Ints, Ints]:
    """Return all pairs of positions whose values are equal."""
    order = np.argsort(right, kind="stable")
    first = np.searchsorted(right[order], left, side="left")
    count = np.searchsorted(right[order], left, side="right") - first
    rows = np.repeat(np.arange(len(left)), count)
    start = np.repeat(first - np.concatenate([[0], np.cumsum(count)[:-1]]), count)
    return rows.astype(np.int64), order[start + np.arange(len(rows))].astype(np.int64)


def issued(plates: Plates, reads: pd.DataFrame) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return how probable each plate is among those issued, and whether it is of no known series.

    The state is the one recorded most often. Of no series: any characters, by how frequent the length is among such.
    Plates on the road crowd together, in series of the last years, say: how much more than if every plate of a series
    were as frequent is told by the vehicles that are one character apart and were read about as often.
    """
    states = usual(plates.of_read, reads["state"], len(plates.reads))
    share = reads["state"].value_counts(normalize=True).to_dict()
    lengths = plates.lengths
    chance, around = np.zeros(len(lengths)), np.zeros(len(lengths))
    for state in pd.unique(states):
        rows = np.flatnonzero(states == state)
        series = formats(str(state)) or formats()
        mixed = 1 if formats(str(state)) else len({form.state for form in series})
        weight = float(share.get(state, 0.0)) / mixed
        for form in series:
            allowed = np.zeros((len(form.positions), _SIZE + 1), dtype=bool)
            for place, characters in enumerate(form.positions):
                allowed[place, [ALPHABET.index(character) for character in characters]] = True
            size = len(form.positions)
            same = rows[lengths[rows] == size]
            fits = allowed[np.arange(size), plates.codes[same, :size]].all(axis=1)
            each = weight * form.share / float(allowed.sum(axis=1).prod())
            chance[same[fits]] += each
            around[same[fits]] += each * float((allowed.sum(axis=1) - 1).sum())
    odd = chance == 0.0
    chance *= _crowding(plates, around)
    by_length = np.bincount(lengths[odd], minlength=MAX_LENGTH + 1) / max(1, int(odd.sum()))
    chance[odd] = by_length[lengths[odd]] * float(_SIZE) ** -lengths[odd]
    return chance, odd


def _crowding(plates: Plates, around: Floats) -> float:
    """Return how many times more vehicles are one character apart than chance would have it; 1 at least."""
    often = np.flatnonzero((plates.reads >= OFTEN) & (around > 0))
    reads = plates.reads[often]
    other = reads[np.random.default_rng(0).permutation(len(reads))]
    alike = float(((reads < OFTEN * other) & (other < OFTEN * reads)).mean()) if len(reads) else 0.0
    expected = float(around[often].sum()) * len(often) * alike
    found = 0
    for place in range(MAX_LENGTH):
        pairs = _substituted(plates, often, often, place)
        left, right = plates.reads[pairs.seldom], plates.reads[pairs.often]
        found += int(((left < OFTEN * right) & (right < OFTEN * left)).sum())
    return max(1.0, (found + 2.0) / (expected + 2.0))


def usual(of_read: Ints, column: pd.Series, count: int) -> npt.NDArray[Any]:
    """Return for each plate what was recorded of it most often; empty where nothing was."""
    text = column.astype(object).where(column.notna(), "").astype(str)
    known = (text != "").to_numpy()
    frame = pd.DataFrame({"plate": of_read[known], "value": text.to_numpy()[known]})
    sizes = frame.value_counts(sort=False).rename("n").reset_index()
    best = sizes.sort_values(["plate", "n", "value"], ascending=[True, False, True])
    best = best.drop_duplicates("plate")
    result = np.full(count, "", dtype=object)
    result[best["plate"].to_numpy()] = best["value"].to_numpy()
    return result
