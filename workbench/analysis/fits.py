"""How well plates fit what was said, once the camera's own mistakes are allowed for.

What stands in the records is what a camera made of a plate. So each is weighed two ways: as it was read, and as any
plate that the camera's table says it may have been.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis.errormodels import ErrorModel
from workbench.analysis.pattern import Pattern
from workbench.analysis.plateset import PlateSet
from workbench.analysis.scoring import fitting, scores

__all__ = ["MANY", "REPEATED", "Odd", "PlateFits", "chance_misread", "plate_fits", "threshold_for"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

MANY = 50_000
"""Above so many plates, those that fit far worse than one at random are not weighed."""

REPEATED = 0.35
"""The chance that a misread, once made, is made again at the next read."""

_FAR_WORSE = 0.1  # what is left out holds less than one part in a hundred, whatever the pattern
_ODD = 6.0  # how many times more often a plate of no known series is a misread


@dataclass(frozen=True, eq=False)
class PlateFits:
    """The plates that fit at all.

    Parameters
    ----------
    rows : array (K,) of int
        Which they are, in the order of the set.
    as_read, as_misread : array (K,)
        The likelihood of what was said, if the plate is what the camera read, and through the camera's table.
    """

    rows: Rows
    as_read: Floats
    as_misread: Floats

    def likelihood(self, misread: Floats) -> Floats:
        """Return the likelihood of what was said, for the chance (K,) that each plate was misread."""
        return np.asarray((1.0 - misread) * self.as_read + misread * self.as_misread)

    def of(self, chosen: npt.NDArray[np.bool_]) -> PlateFits:
        """Return some of them."""
        return PlateFits(self.rows[chosen], self.as_read[chosen], self.as_misread[chosen])


@dataclass(frozen=True, eq=False)
class Odd:
    """The plates of a set that fit no series of their state: misread more probably.

    Parameters
    ----------
    rows : array of int
        Which they are, in the order of the set, ascending.
    plates : PlateSet
        Themselves.
    """

    rows: Rows
    plates: PlateSet

    @classmethod
    def of(cls, plates: PlateSet, odd: npt.NDArray[np.bool_]) -> Odd:
        """Take them out of a set, by whether each plate of it is one."""
        rows = np.flatnonzero(odd)
        return cls(rows, plates.only(rows))


def plate_fits(
    pattern: Pattern,
    plates: PlateSet,
    odd: Odd,
    *,
    witness: ErrorModel,
    camera: ErrorModel,
    threshold: float = 0.0,
) -> PlateFits:
    """Weigh plates by a pattern.

    Parameters
    ----------
    odd : Odd
        Those of them that are of no known series.
    witness, camera : ErrorModel
        The mistakes of who said it, and of the cameras.
    threshold : float
        Plates whose likelihood through the camera's table is below it are left out.
    """
    through, oddly = _through(camera, witness)
    every = fitting(pattern, plates, through, threshold=threshold)
    strange = fitting(pattern, odd.plates, oddly, threshold=threshold)
    is_odd = np.zeros(len(plates), dtype=bool)
    is_odd[odd.rows] = True
    regular = ~is_odd[every.rows]
    rows = np.concatenate([every.rows[regular], odd.rows[strange.rows]])
    values = np.concatenate([every.values[regular], strange.values])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    return PlateFits(rows, scores(pattern, plates.only(rows), witness), values[order])


@functools.lru_cache(maxsize=8)
def _through(camera: ErrorModel, witness: ErrorModel) -> tuple[ErrorModel, ErrorModel]:
    """Return what is said of a plate that a camera may have misread: of a regular one, and of an odd one."""
    oddly = camera.scaled(_ODD)
    return camera.turned_around().then(witness), oddly.turned_around().then(witness)


def chance_misread(reads: npt.NDArray[np.generic]) -> Floats:
    """Return the chance that a plate read so often was misread each time, given that it was the first time."""
    counts: Floats = np.maximum(np.asarray(reads, dtype=np.float64), 1.0)
    return np.asarray(REPEATED ** (counts - 1.0), dtype=np.float64)


def threshold_for(count: int, by_chance: float) -> float:
    """Return the likelihood below which plates need not be weighed: 0 for few of them."""
    return _FAR_WORSE * by_chance if count > MANY else 0.0
