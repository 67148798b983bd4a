"""The vehicles of a long window that are worth looking up, found by their plates alone.

With months of reads, a search first weighs every distinct plate, in the plate index; only of the best ones are the
reads fetched, for make, color, place and the rest. What the others weigh together is kept, so that the probabilities
of the final ranking are shares of all vehicles and not of a short list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis import evidence
from workbench.analysis.errormodels import ErrorModel, SeenBy, error_model
from workbench.analysis.fits import PlateFits, chance_misread, plate_fits, threshold_for
from workbench.analysis.partial import Among, said_state
from workbench.analysis.pattern import Pattern
from workbench.analysis.plateindex import PlateIndex, Shelf
from workbench.analysis.scoring import PlateSet, at_random

__all__ = ["Shortlist", "shortlist"]

_ENOUGH = 0.999  # of what all plates weigh
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
    by_chance = at_random(pattern, witness, {said: 1.0} if said else _mix(shelves))
    weigh = _Weigher(pattern, witness, camera, by_chance, threshold_for(count, by_chance))
    parts = [weigh(shelf, inside) for shelf, inside in shelves]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"weight": []})
    among = Among(count, by_chance, 0.0)
    if found.empty:
        return Shortlist((), (), among)
    weights = found["weight"].to_numpy(copy=True)
    if said:
        weights *= evidence.described("state", said, found["state"], None, seen_by).ratios
    weights *= evidence.read_often(found["reads"]).ratios
    order = np.argsort(-weights, kind="stable")
    sums = np.cumsum(weights[order])
    enough = int(np.searchsorted(sums, _ENOUGH * sums[-1])) + 1
    chosen = order[: min(enough, most)]
    plates, states = _texts([shelf for shelf, _ in shelves], found.iloc[chosen])
    left = float(sums[-1] - sums[len(chosen) - 1])
    return Shortlist(plates, states, Among(count, by_chance, left / count))


@dataclass(frozen=True, eq=False)
class _Weigher:
    """Weighs the plates of a shelf by a pattern."""

    pattern: Pattern
    witness: ErrorModel
    camera: ErrorModel
    by_chance: float
    threshold: float

    def __call__(self, shelf: Shelf, inside: npt.NDArray[np.bool_]) -> pd.DataFrame:
        """Return shelf row, weight, reads and state of the plates that fit."""
        if inside.mean() > _MOST_OF_THEM:
            fits = self._fits(shelf.plates, shelf.odd)
            fits = fits.of(inside[fits.rows])
        else:
            rows = np.flatnonzero(inside)
            fits = self._fits(shelf.plates.only(rows), shelf.odd[rows])
            fits = PlateFits(rows[fits.rows], fits.as_read, fits.as_misread)
        reads = shelf.reads[fits.rows]
        weight = fits.likelihood(chance_misread(reads)) / self.by_chance
        states = shelf.states(fits.rows)
        return pd.DataFrame(
            {"row": fits.rows, "width": shelf.codes.shape[1], "weight": weight, "reads": reads}
        ).assign(state=pd.Series(states, dtype=object))

    def _fits(self, plates: PlateSet, odd: npt.NDArray[np.bool_]) -> PlateFits:
        return plate_fits(
            self.pattern,
            plates,
            odd,
            witness=self.witness,
            camera=self.camera,
            threshold=self.threshold,
        )


def _mix(shelves: list[tuple[Shelf, npt.NDArray[np.bool_]]]) -> dict[str, float]:
    """Return the share of each state among the plates of the window."""
    total: dict[str, float] = {}
    for shelf, inside in shelves:
        for state, number in shelf.state_counts(inside).items():
            total[state] = total.get(state, 0.0) + number
    return total


def _texts(shelves: list[Shelf], chosen: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return plates and states in the order of the rows that were chosen."""
    plates = np.empty(len(chosen), dtype=object)
    for shelf in shelves:
        here = (chosen["width"] == shelf.codes.shape[1]).to_numpy()
        plates[here] = shelf.texts(chosen["row"].to_numpy()[here])
    return tuple(plates), tuple(chosen["state"])
