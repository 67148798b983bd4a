"""A plate seen in a picture: where, how it reads, what else it may read, and the pattern to search with."""

from __future__ import annotations

import dataclasses
import heapq
import math
from dataclasses import dataclass

from workbench.analysis.pattern import Pattern
from workbench.errors import BadInput
from workbench.recognition.reader import Reading

__all__ = ["CANNOT_READ", "Corners", "PlateSeen", "alternatives", "readable", "to_pattern"]

Corners = tuple[tuple[float, float], ...]

CANNOT_READ = 0.2
"""A reading less probable than this, O and 0 taken as one, is none: its pattern can still be searched with."""

_MAYBE_MISSING = 0.1
_FLOOR = 0.01
_BREADTH = 64


@dataclass(frozen=True, slots=True)
class PlateSeen:
    """A plate in a picture.

    Parameters
    ----------
    corners : tuple of (x, y)
        Four, in pixels, clockwise from the plate's own top left.
    score : float
        The finder's engine score, 0 to 1: it orders, it is no probability.
    reading : Reading
        Its characters with their alternatives.
    """

    corners: Corners
    score: float
    reading: Reading

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the upright box around the corners, in pixels."""
        xs, ys = zip(*self.corners, strict=True)
        return math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))

    def __repr__(self) -> str:
        return f"<PlateSeen at {self.box}, {self.reading!r}>"


def readable(reading: Reading) -> bool:
    """Tell whether a reading is one, or the honest answer is "cannot read"."""
    return bool(reading.text) and reading.alike >= CANNOT_READ


def alternatives(
    reading: Reading, *, most: int = 10, floor: float = _FLOOR
) -> list[tuple[str, float]]:
    """Return the most probable texts with their probabilities, best first; in all never more than 1.

    The text itself has its own probability; the others follow from their characters, and share at most what it leaves.

    Parameters
    ----------
    most : int
        How many at most.
    floor : float
        Leave out what is less probable.

    Examples
    --------
    >>> found = alternatives(Reading("8", 0.7, 0.7, ({"8": 0.7, "B": 0.2},)))
    >>> [(text, round(p, 6)) for text, p in found]
    [('8', 0.7), ('B', 0.2)]
    """
    if not reading.text:
        return []
    beam, others = [("", 1.0)], 1.0
    for row, best in zip(reading.positions, reading.text, strict=True):
        others *= sum(row.values()) / row[best]
        longer = ((text + c, p * q / row[best]) for text, p in beam for c, q in row.items())
        beam = heapq.nlargest(max(most, _BREADTH), longer, key=lambda pair: pair[1])
    left = (1 - reading.probability) / max(others - 1, 1e-9)
    share = min(reading.probability, left)
    found = [(t, share * p) for t, p in beam if t != reading.text]
    return [
        (text, p) for text, p in [(reading.text, reading.probability), *found][:most] if p >= floor
    ]


def to_pattern(reading: Reading) -> Pattern:
    """Return the pattern of a reading, for a search with ``seen_by="camera"``.

    Each place holds its characters with their weights; one that may hold no character at all may be missing.

    Raises
    ------
    BadInput
        Nothing was read.

    Examples
    --------
    >>> str(to_pattern(Reading("8A", 0.63, 0.63, ({"8": 0.7, "B": 0.3}, {"A": 0.9}))))
    '[8{0.7}B{0.3}]A{0.9}'
    """
    if not reading.text:
        raise BadInput(
            "No character was read.", "Take a sharper picture, or type what can be made out."
        )
    pattern = Pattern.from_probabilities(reading.positions, floor=_FLOOR)
    items = [
        dataclasses.replace(item, certainty=1.0, optional=True)
        if item.characters and sum(row.values()) < 1 - _MAYBE_MISSING
        else item
        for item, row in zip(pattern.items, reading.positions, strict=True)
    ]
    return dataclasses.replace(pattern, items=tuple(items))
