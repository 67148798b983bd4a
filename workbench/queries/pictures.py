"""A picture, read for a case: the plates in it, on the record like every access. No read of the database is touched."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.plates import normalize
from workbench.errors import BadInput
from workbench.models import Extent, Window
from workbench.queries.reads import Answer, Source
from workbench.recognition.engines import Engine, whole
from workbench.recognition.images import MAX_PIXELS, Picture, open_picture
from workbench.recognition.seen import PlateSeen, alternatives, readable, to_pattern
from workbench.recognition.verdict import Verdict, verify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "OPINION_COLUMNS", "ReadPicture"]

COLUMNS = (
    "plate",
    "probability",
    "alternatives",
    "pattern",
    "corners",
    "left",
    "top",
    "right",
    "bottom",
    "score",
    "characters",
)

OPINION_COLUMNS = ("reader", "answer", "read", "probability", "differences")

_CAVEATS = [
    "Read by a machine from one picture. A lead and no more: look at the picture and verify the plate before "
    "anybody is stopped.",
    "O and 0 are taken as one in the probability: most plates draw them alike.",
    "The picture's own time and place are what its camera wrote into it; they can be wrong, and anybody can change "
    "them.",
]
_SOME_UNREADABLE = (
    "A plate that could not be read has no text; its pattern can still be searched with."
)


@dataclass(frozen=True)
class ReadPicture:
    """A picture to be read.

    Parameters
    ----------
    given : bytes or ndarray of uint8
        A picture as a file holds it, or its pixels ``(height, width, 3)``, blue-green-red.
    engine : callable
        Gives the engine; called when the intent is on the record.
    crop : bool
        The picture is a plate and nothing else.
    against : str
        A plate that the picture is held against; empty to read whatever is in it.
    """

    given: bytes | npt.NDArray[Any]
    engine: Callable[[], Engine]
    crop: bool = False
    against: str = ""
    action: str = "recognition.read"
    window: Window | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.given, bytes | np.ndarray):
            raise BadInput("This is no picture.", "Give a path, what is in a file, or pixels.")

    def extent(self) -> Extent:
        """Say how wide it is: it has no window, no area and no plate."""
        return Extent()

    def elements(self) -> dict[str, Any]:
        """Return what the record keeps: which picture it was, never what is in it."""
        file = isinstance(self.given, bytes)
        data = self.given if isinstance(self.given, bytes) else self.given.tobytes()
        return {
            "picture_sha256": hashlib.sha256(data).hexdigest(),
            "picture": "file" if file else "pixels",
            **({"plate": normalize(self.against)} if self.against else {}),
        }

    def fetch(self, source: Source) -> Answer:
        """Open the picture and read it."""
        del source
        picture = self._picture()
        engine = self.engine()
        if self.against:
            return self._verdict(picture, engine)
        seen = whole(engine, picture.pixels) if self.crop else engine.read(picture.pixels)
        unread = not all(readable(each.reading) for each in seen)
        taken = picture.taken
        attrs: dict[str, Any] = {
            "engine": engine.name,
            "size": list(picture.size),
            "taken_at": taken.at.isoformat() if taken.at else None,
            "position": None if taken.latitude is None else [taken.latitude, taken.longitude],
            "caveats": [*_CAVEATS, *([_SOME_UNREADABLE] if unread else []), *picture.notes],
        }
        return Answer(_frame(seen), attrs=attrs)

    def _verdict(self, picture: Picture, engine: Engine) -> Answer:
        found = verify(picture.pixels, self.against, crop=self.crop, by=engine)
        attrs: dict[str, Any] = {
            "answer": found.answer,
            "words": found.words,
            "engine": engine.name,
            "caveats": [*_CAVEATS[:2], *picture.notes],
        }
        return Answer(_opinions(found), attrs=attrs)

    def _picture(self) -> Picture:
        if isinstance(self.given, bytes):
            return open_picture(self.given)
        pixels = self.given
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
            raise BadInput(
                "The picture is not an array of height, width and three colors, uint8.",
                "Give its path instead.",
            )
        if pixels.shape[0] * pixels.shape[1] > MAX_PIXELS or min(pixels.shape) == 0:
            raise BadInput("The picture is empty or too large.", "Give a smaller one.")
        return Picture(np.ascontiguousarray(pixels))


def _frame(seen: list[PlateSeen]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([_row(each) for each in seen], columns=list(COLUMNS))


def _opinions(found: Verdict) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "reader": each.reader,
            "answer": each.answer,
            "read": each.text,
            "probability": each.probability,
            "differences": [dataclasses.asdict(place) for place in each.differences],
        }
        for each in found.opinions
    ]
    return pd.DataFrame(rows, columns=list(OPINION_COLUMNS))


def _row(seen: PlateSeen) -> dict[str, Any]:
    reading = seen.reading
    left, top, right, bottom = seen.box
    return {
        "plate": reading.text if readable(reading) else "",
        "probability": reading.alike,
        "alternatives": [[text, p] for text, p in alternatives(reading)],
        "pattern": str(to_pattern(reading)) if reading.text else "",
        "corners": [list(corner) for corner in seen.corners],
        "left": left,
        "top": top,
        "right": right,
        "bottom": bottom,
        "score": seen.score,
        "characters": [dict(row) for row in reading.positions],
    }
