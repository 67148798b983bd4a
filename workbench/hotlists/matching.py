"""Many reads held against many listed plates: equal ones, and those one camera mistake apart, with their probability.

Plates are numbers here, and whole columns of them are sorted and compared. A near miss is weighed by two explanations
alone: the vehicle bears the listed plate and the camera misread it, or it bears the plate as read. Both are taken to be
as frequent on the road, but for a plate that fits no series that any state issues; how sure the camera was, and whether
it offered the listed plate itself, go in. For everything else that is known of a hit see ``query.misread``.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from workbench.analysis.errormodels import ErrorModel, error_model
from workbench.analysis.neighbors import codes_of, value_of
from workbench.analysis.plates import ALPHABET, MAX_LENGTH, formats

__all__ = ["Listed", "Match", "Sightings", "match"]

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Values = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_SIZE = len(ALPHABET)
_PLACES = np.array(
    [(_SIZE + 1) ** (MAX_LENGTH - 1 - i) for i in range(MAX_LENGTH)], dtype=np.uint64
)
_ODD = 15.0
"""How much rarer on the road a plate is that fits no series than one that does; personalized ones are among them."""

_OFFERED = 5.0
"""How much more probable a listed plate is that the camera offered beside the one it chose."""

_USUAL = 0.95
"""The confidence at which a camera misreads as often as its table says."""

_DOUBT = (0.5, 4.0)


@dataclass(frozen=True, eq=False)
class Listed:
    """The distinct plates of a list, sorted: their characters as ``codes``, each as one of ``numbers``."""

    plates: npt.NDArray[np.bytes_]
    codes: Codes
    numbers: Values

    @classmethod
    def of(cls, plates: Sequence[str]) -> Listed:
        """Return the listed plates; each must be normalized and at most ``MAX_LENGTH`` long."""
        text = np.asarray(list(plates) or [""], dtype=f"S{MAX_LENGTH}")
        codes = codes_of(text)
        numbers, first = np.unique(value_of(codes), return_index=True)
        kept = numbers > 0
        return cls(text[first[kept]], codes[first[kept]], numbers[kept])

    def __len__(self) -> int:
        return len(self.numbers)

    @functools.cached_property
    def lengths(self) -> Ints:
        """Characters of each."""
        return np.asarray((self.codes >= 0).sum(axis=1), dtype=np.int64)

    def find(self, numbers: Values) -> Ints:
        """Return where each number stands among the listed plates; -1 where it does not."""
        if not len(self) or not len(numbers):
            return np.full(len(numbers), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.numbers, numbers), len(self) - 1)
        return np.where(self.numbers[at] == numbers, at, -1).astype(np.int64)


@dataclass(frozen=True)
class Sightings:
    """Some reads: plate, confidence (NaN for none), state, and the camera's other candidates as JSON text."""

    plates: Sequence[str]
    confidences: Sequence[float]
    states: Sequence[str] = ()
    candidates: Sequence[str | None] = ()


@dataclass(frozen=True, eq=False)
class Match:
    """Which read matched which listed plate: row of the read, the plate, whether nearly, how probable."""

    read: Ints
    plates: list[str]
    near: Bools
    probability: Floats

    def __len__(self) -> int:
        return len(self.read)


@dataclass
class _Found:
    """Pairs of a distinct plate as read and a listed one, with how much likelier the read is if the listed is true."""

    read: list[Ints] = field(default_factory=list)
    listed: list[Ints] = field(default_factory=list)
    ratio: list[Floats] = field(default_factory=list)

    def add(self, read: Ints, listed: Ints, ratio: Floats) -> None:
        self.read.append(read)
        self.listed.append(listed)
        self.ratio.append(ratio)

    def joined(self) -> tuple[Ints, Ints, Floats]:
        none = np.zeros(0, dtype=np.int64)
        return (
            np.concatenate([none, *self.read]),
            np.concatenate([none, *self.listed]),
            np.concatenate([none.astype(np.float64), *self.ratio]),
        )


def match(
    reads: Sightings,
    listed: Listed,
    *,
    near_from: float | None = None,
    camera: ErrorModel | None = None,
) -> Match:
    """Hold reads against listed plates.

    Parameters
    ----------
    near_from : float, optional
        From which probability on a near miss is returned, above 0 and below 1; None for exact matches alone.
    camera : ErrorModel, optional
        How this agency's cameras misread; the shipped table by default.

    Returns
    -------
    Match
        In the order of the reads, the exact matches before near ones.
    """
    codes = (
        codes_of(list(reads.plates))
        if len(reads.plates)
        else np.zeros((0, MAX_LENGTH), dtype=np.int8)
    )
    fine = (codes[:, 0] >= 0) & (codes >= -1).all(axis=1)
    numbers = np.where(fine, value_of(np.where(codes < -1, -1, codes)), 0).astype(np.uint64)
    at = np.where(fine, listed.find(numbers), -1)
    exact = np.flatnonzero(at >= 0)
    rows, found, chances = exact, at[exact], np.ones(len(exact))
    if near_from is not None and len(listed):
        model = camera or error_model("camera")
        near = _near(reads, codes, numbers, np.flatnonzero(fine), listed, model, near_from)
        rows = np.concatenate([rows, near[0]])
        found = np.concatenate([found, near[1]])
        chances = np.concatenate([chances, near[2]])
    order = np.lexsort((-chances, rows >= 0, rows))
    names = [plate.decode() for plate in listed.plates[found[order]]]
    is_near = np.concatenate([np.zeros(len(exact), bool), np.ones(len(rows) - len(exact), bool)])
    return Match(rows[order], names, is_near[order], chances[order])


def _near(
    reads: Sightings,
    codes: Codes,
    numbers: Values,
    rows: Ints,
    listed: Listed,
    model: ErrorModel,
    near_from: float,
) -> tuple[Ints, Ints, Floats]:
    """Return rows, listed plates and probabilities of near misses."""
    least = near_from / (1.0 - near_from)
    boost = _boosts(reads, codes, rows)
    offered = _offered(reads, listed, rows)
    # what the camera did not offer must come by the table alone: most reads cannot reach the probability that is asked
    most = max(_likeliest(model), 1e-12)
    hopeful = boost * most >= least
    some = rows[hopeful]
    distinct, first, which = np.unique(numbers[some], return_index=True, return_inverse=True)
    pairs = _pairs(
        codes[some][first], distinct, listed, model, least / max(1.0, float(boost.max(initial=1.0)))
    )
    found: dict[tuple[int, int], float] = {}
    _spread(found, pairs, which.ravel(), some, boost[hopeful], least)
    place = np.zeros(len(numbers), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    for row, plate, ratio in offered:
        if numbers[row] == listed.numbers[plate]:
            continue
        base = max(
            ratio,
            found.get((row, plate), 0.0) * _OFFERED,
            most * float(boost[place[row]]) * _OFFERED,
        )
        if base >= least:
            found[row, plate] = base
    keys = np.array(list(found), dtype=np.int64).reshape(-1, 2)
    ratios = np.array(list(found.values()), dtype=np.float64)
    return keys[:, 0], keys[:, 1], ratios / (1.0 + ratios)


def _spread(
    found: dict[tuple[int, int], float],
    pairs: tuple[Ints, Ints, Floats],
    which: Ints,
    some: Ints,
    boost: Floats,
    least: float,
) -> None:
    """Bring pairs of distinct plates to the reads that they stand for."""
    order = np.argsort(which, kind="stable")
    begins = np.searchsorted(which[order], np.arange(int(which.max(initial=-1)) + 2))
    for distinct, plate, ratio in zip(*(part.tolist() for part in pairs), strict=True):
        for at in order[begins[distinct] : begins[distinct + 1]].tolist():
            value = ratio * float(boost[at])
            if value >= least:
                key = (int(some[at]), plate)
                found[key] = max(value, found.get(key, 0.0))


def _boosts(reads: Sightings, codes: Codes, rows: Ints) -> Floats:
    """Return for each read how much likelier any misread is than the table says."""
    sure = np.asarray(reads.confidences, dtype=np.float64)[rows]
    with np.errstate(invalid="ignore"):
        doubt = np.sqrt((1.0 - np.clip(sure, 0.0, 1.0)) / (1.0 - _USUAL))
    doubt = np.where(np.isnan(doubt), 1.0, np.clip(doubt, *_DOUBT))
    states = list(reads.states) if len(reads.states) else [""] * len(reads.plates)
    odd = ~_regular(codes[rows], np.asarray(states, dtype="U2")[rows])
    return np.asarray(doubt * np.where(odd, _ODD, 1.0), dtype=np.float64)


def _regular(codes: Codes, states: npt.NDArray[np.str_]) -> Bools:
    """Return which plates fit a series of their state, or of any where it is not read or has none on file."""
    fits = np.zeros(len(codes), dtype=bool)
    lengths = (codes >= 0).sum(axis=1)
    for state in np.unique(states).tolist():
        rows = np.flatnonzero(states == state)
        for form in formats(state) or formats():
            size = len(form.positions)
            same = rows[(lengths[rows] == size) & ~fits[rows]]
            if len(same):
                fits[
                    same[_allowed(form.positions)[np.arange(size), codes[same, :size]].all(axis=1)]
                ] = True
    return fits


@functools.lru_cache(maxsize=1024)
def _allowed(positions: tuple[str, ...]) -> Bools:
    table = np.zeros((len(positions), _SIZE), dtype=bool)
    for place, characters in enumerate(positions):
        table[place, [ALPHABET.index(character) for character in characters]] = True
    return table


def _offered(reads: Sightings, listed: Listed, rows: Ints) -> list[tuple[int, int, float]]:
    """Return which reads have a listed plate among the camera's own candidates, with its confidence over the best's."""
    if not len(reads.candidates):
        return []
    owners: list[int] = []
    plates: list[str] = []
    shares: list[float] = []
    for row in rows.tolist():
        text = reads.candidates[row]
        if not text:
            continue
        for plate, share in json.loads(text):
            if isinstance(plate, str) and 0 < len(plate) <= MAX_LENGTH:
                owners.append(row)
                plates.append(plate)
                shares.append(float(share) if share is not None else math.nan)
    if not plates:
        return []
    codes = codes_of(plates)
    fine = (codes >= -1).all(axis=1)
    at = np.where(fine, listed.find(value_of(np.where(codes < -1, -1, codes))), -1)
    found = []
    for i in np.flatnonzero(at >= 0).tolist():
        best = float(reads.confidences[owners[i]])
        ratio = shares[i] / best if best > 0 and not math.isnan(shares[i]) else 0.0
        found.append((owners[i], int(at[i]), min(1.0, ratio)))
    return found


def _likeliest(model: ErrorModel) -> float:
    """Return the greatest ratio that one mistake of the table can have."""
    off = model.substitution / np.diag(model.substitution)[None, :]
    np.fill_diagonal(off, 0.0)
    return float(max(off.max(), model.missing.max(), (model.extra * model.extra_is).max()))


def _pairs(
    codes: Codes, numbers: Values, listed: Listed, model: ErrorModel, least: float
) -> tuple[Ints, Ints, Floats]:
    """Return distinct plates as read, and listed ones, that are one mistake apart."""
    found = _Found()
    lengths = (codes >= 0).sum(axis=1)
    ratios = model.substitution / np.diag(model.substitution)[None, :]
    for place in range(MAX_LENGTH):
        one, two = np.flatnonzero(lengths > place), np.flatnonzero(listed.lengths > place)
        _substituted(found, codes, numbers, one, listed, two, place, ratios, least)
        _shorter(found, numbers, listed, two, place, model, least)
        _longer(found, codes, numbers, one, listed, place, model, least)
    return found.joined()


def _substituted(
    found: _Found, codes: Codes, numbers: Values, one: Ints, listed: Listed, two: Ints,
    place: int, ratios: Floats, least: float,
) -> None:  # fmt: skip
    here, there = codes[one, place], listed.codes[two, place]
    left, right = _joined(
        _without(numbers[one], here, place), _without(listed.numbers[two], there, place)
    )
    seen, true = here[left], there[right]
    ratio = ratios[true, seen]
    kept = (seen != true) & (ratio >= least)
    found.add(one[left[kept]], two[right[kept]], ratio[kept])


def _shorter(
    found: _Found,
    numbers: Values,
    listed: Listed,
    two: Ints,
    place: int,
    model: ErrorModel,
    least: float,
) -> None:
    """Pair reads with listed plates of which the camera did not see the character in a place."""
    two = two[model.missing[listed.codes[two, place]] >= least]
    rows, values = _shortened(listed.codes, listed.numbers, two, place)
    left, right = _joined(numbers, values)
    ratio = model.missing[listed.codes[rows[right], place]]
    kept = ratio >= least
    found.add(left[kept], rows[right[kept]], ratio[kept])


def _longer(
    found: _Found,
    codes: Codes,
    numbers: Values,
    one: Ints,
    listed: Listed,
    place: int,
    model: ErrorModel,
    least: float,
) -> None:
    """Pair reads that hold a character too many with the listed plate without it."""
    rows, values = _shortened(codes, numbers, one, place)
    left, right = _joined(values, listed.numbers)
    ratio = model.extra * model.extra_is[codes[rows[left], place]]
    kept = ratio >= least
    found.add(rows[left[kept]], right[kept], ratio[kept])


def _without(numbers: Values, characters: Codes, place: int) -> Values:
    return np.asarray(numbers - (characters + 1).astype(np.uint64) * _PLACES[place])


def _shortened(codes: Codes, numbers: Values, rows: Ints, place: int) -> tuple[Ints, Values]:
    """Return plates without the character in a place, the last of its like: which, and as numbers."""
    after = codes[rows, place + 1] if place + 1 < MAX_LENGTH else np.int8(-1)
    rows = rows[(codes[rows, place] != after) & (codes[rows, 1] >= 0)]
    base, tail = np.uint64(_SIZE + 1), _PLACES[place]
    before, rest = np.divmod(numbers[rows], tail * base)
    return rows, before * (tail * base) + (rest % tail) * base


def _joined(left: Values, right: Values) -> tuple[Ints, Ints]:
    """Return all pairs of positions whose values are equal. The smaller side is sorted, the larger one looked up."""
    if len(left) < len(right):
        two, one = _joined(right, left)
        return one, two
    order = np.argsort(right, kind="stable")
    values = right[order]
    first = np.searchsorted(values, left, side="left")
    found = np.flatnonzero(first < len(values))
    found = found[values[first[found]] == left[found]]
    begin = first[found]
    count = np.searchsorted(values, left[found], side="right") - begin
    rows = np.repeat(found, count)
    start = (
        np.repeat(begin - np.concatenate([[0], np.cumsum(count)[:-1]]), count)
        if len(found)
        else begin
    )
    return rows.astype(np.int64), order[start + np.arange(len(rows))].astype(np.int64)
