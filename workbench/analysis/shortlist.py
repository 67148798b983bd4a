"""The vehicles of a long window that are worth looking up, found by their plates alone.

With months of reads, a search first weighs every distinct plate, in the plate index; only of the best ones are the
reads fetched, for make, color, place and the rest. What the others weigh together is kept, so that the probabilities
of the final ranking are shares of all vehicles and not of a short list.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis import evidence
from workbench.analysis.errormodels import ErrorModel, SeenBy, error_model
from workbench.analysis.fits import Odd, PlateFits, chance_misread, plate_fits, threshold_for
from workbench.analysis.partial import Among, said_state
from workbench.analysis.pattern import Pattern
from workbench.analysis.plateindex import STATE_NUMBERS, PlateIndex, Shelf
from workbench.analysis.plateset import PlateSet
from workbench.analysis.scoring import at_random

__all__ = ["Shortlist", "shortlist"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_FEW = 300
_LISTED, _ALIKE = 1e-6, 1e-3  # of the best: what the first few must weigh at least, and all others
_MOST_OF_THEM = (
    0.5  # above this part inside the window, a scan of all is cheaper than picking them out
)


@dataclass(frozen=True, eq=False)
class Shortlist:
    """The plates to look up, the best first, and what the others weigh.

    Parameters
    ----------
    plates, states : tuple of str
        One for each vehicle.
    among : Among
        For :func:`~workbench.analysis.partial.rank`.
    """

    plates: tuple[str, ...]
    states: tuple[str, ...]
    among: Among


def shortlist(
    pattern: Pattern,
    index: PlateIndex,
    start: int,
    end: int,
    *,
    seen_by: SeenBy = "witness",
    state: str | None = None,
    camera: ErrorModel | None = None,
    most: int = 1000,
) -> Shortlist:
    """Find the plates of a window that fit best.

    Parameters
    ----------
    start, end : int
        The window, microseconds since 1970-01-01 UTC, its end excluded. By days: a plate counts if it may have
        been read in it.
    state : str, optional
        The state that was said. Evidence, no filter.
    camera : ErrorModel, optional
        The mistakes of the cameras; the shipped table if left out.
    most : int
        The longest list.

    Raises
    ------
    BadInput
        If the state is not known.
    """
    witness, camera = error_model(seen_by), camera or error_model("camera")
    said = said_state(state)
    shelves = [(shelf, shelf.within(start, end)) for shelf in index.shelves]
    count = sum(int(inside.sum()) for _, inside in shelves)
    counts = _states_of_all(index)
    by_chance = at_random(pattern, witness, {said: 1.0} if said else counts)
    weigh = _Weigher(pattern, witness, camera, threshold_for(count, by_chance))
    found = _Found.of([weigh(shelf, inside) for shelf, inside in shelves])
    among = Among(count, by_chance, 0.0, counts)
    if not len(found.rows):
        return Shortlist((), (), among)
    weights = found.likelihood / by_chance
    if said:
        different, which = np.unique(_states(index, found), return_inverse=True)
        recorded = pd.Series([STATE_NUMBERS[number] for number in different], dtype=object)
        factor = evidence.described("state", said, recorded, None, seen_by, everybody=counts)
        weights *= factor.ratios[which]
    best = (
        np.argpartition(-weights, most)[:most] if len(weights) > most else np.arange(len(weights))
    )
    best = best[np.argsort(-weights[best], kind="stable")]
    worth = np.where(np.arange(len(best)) < _FEW, _LISTED, _ALIKE) * weights[best[0]]
    best = best[weights[best] >= worth]
    chosen = found.only(best)
    left = max(0.0, float(weights.sum()) - float(weights[best].sum()))
    among = replace(among, others=left / count)
    states = tuple(STATE_NUMBERS[number] for number in _states(index, chosen))
    return Shortlist(tuple(_texts(index, chosen)), states, among)


@dataclass(frozen=True, eq=False)
class _Found:
    """Plates that fit at all: which shelf, where on it, the likelihood of what was said."""

    shelf: Rows
    rows: Rows
    likelihood: Floats

    @classmethod
    def of(cls, parts: list[tuple[Rows, Floats]]) -> _Found:
        """Put together what was found on each shelf."""
        if not parts:
            none = np.zeros(0, dtype=np.int64)
            return cls(none, none, np.zeros(0))
        rows, likelihood = (np.concatenate(column) for column in zip(*parts, strict=True))
        shelf = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
        return cls(shelf, rows, likelihood)

    def only(self, chosen: Rows) -> _Found:
        """Return some of them."""
        return _Found(self.shelf[chosen], self.rows[chosen], self.likelihood[chosen])


@dataclass(frozen=True, eq=False)
class _Weigher:
    """Weighs the plates of a shelf by a pattern."""

    pattern: Pattern
    witness: ErrorModel
    camera: ErrorModel
    threshold: float

    def __call__(self, shelf: Shelf, inside: npt.NDArray[np.bool_]) -> tuple[Rows, Floats]:
        """Return the places of the plates that fit, and the likelihood of each."""
        if inside.mean() > _MOST_OF_THEM:
            fits = self._fits(shelf.plates, shelf.odd_plates)
            fits = fits.of(inside[fits.rows])
        else:
            rows = np.flatnonzero(inside)
            some = shelf.plates.only(rows)
            fits = self._fits(some, Odd.of(some, shelf.odd[rows]))
            fits = PlateFits(rows[fits.rows], fits.as_read, fits.as_misread)
        return fits.rows, fits.likelihood(_MISREAD[shelf.reads[fits.rows]])

    def _fits(self, plates: PlateSet, odd: Odd) -> PlateFits:
        return plate_fits(
            self.pattern,
            plates,
            odd,
            witness=self.witness,
            camera=self.camera,
            threshold=self.threshold,
        )


_MISREAD = chance_misread(np.arange(256))


def _states_of_all(index: PlateIndex) -> dict[str, float]:
    """Return how many of all plates each state has."""
    total: Counter[str] = Counter()
    for shelf in index.shelves:
        total.update(shelf.state_counts)
    return dict(total)


def _texts(index: PlateIndex, found: _Found) -> list[str]:
    texts = np.empty(len(found.rows), dtype=object)
    for number, shelf in enumerate(index.shelves):
        here = found.shelf == number
        texts[here] = shelf.plates.texts(found.rows[here])
    return list(texts)


def _states(index: PlateIndex, found: _Found) -> npt.NDArray[np.uint8]:
    states = np.empty(len(found.rows), dtype=np.uint8)
    for number, shelf in enumerate(index.shelves):
        here = found.shelf == number
        states[here] = shelf.state_numbers(found.rows[here])
    return states
