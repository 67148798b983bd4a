"""Engines: a picture in, the plates in it out. What finds plates and what reads them can be changed apart.

``opencv``, the default, is the workbench's own finder and reader; ``rapidocr`` puts a reader that others trained, on
other pictures, in the place of ours: a second opinion. Both run on the processor, offline.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from workbench.errors import BadInput, Failed
from workbench.recognition.easy import EasyOcrEnglish, EasyOcrReader
from workbench.recognition.finder import PlateFinder, straighten
from workbench.recognition.reader import PlateReader, Reading
from workbench.recognition.second import RapidOcrReader
from workbench.recognition.seen import Corners, PlateSeen

__all__ = [
    "DEFAULT",
    "ENGINES",
    "Engine",
    "Finder",
    "PlateEngine",
    "Reader",
    "Spot",
    "Straighten",
    "engine",
    "whole",
]

DEFAULT = "opencv"
MARGIN = 0.05
"""How much wider than the plate on each side a crop is cut, as a share of its width and height."""

_SURELY_FOUND, _HARDLY_READ = 0.6, 0.001  # no synthetic plate of 117 had less of both
Image = npt.NDArray[Any]


class Spot(Protocol):
    """What a finder found: ``corners`` four (x, y) clockwise from top left, ``score`` 0 to 1."""

    @property
    def corners(self) -> Any:
        """Four (x, y) in pixels, clockwise from the plate's own top left."""

    @property
    def score(self) -> float:
        """The finder's engine score."""


class Finder(Protocol):
    """Finds plates in a picture."""

    def find(self, image: Image) -> Sequence[Any]:
        """Return the plates in a blue-green-red picture, as :class:`Spot` describes them."""


class Reader(Protocol):
    """Reads crops of plates."""

    def read(self, crops: Sequence[Image]) -> list[Reading]:
        """Return a reading of each crop."""


class Engine(Protocol):
    """Finds and reads plates."""

    @property
    def name(self) -> str:
        """The word for ``--engine``."""

    def read(self, image: Image) -> list[PlateSeen]:
        """Return the plates in a picture ``(height, width, 3)``, blue-green-red, uint8; the surest first."""

    def read_crops(self, crops: Sequence[Image]) -> list[Reading]:
        """Return a reading of each crop of a plate."""

    def crops(self, image: Image) -> list[Image]:
        """Return all that was found in a picture, cut out and straightened, the surest found first."""


Straighten = Callable[[Image, Any, float], Image]


class PlateEngine:
    """A finder and a reader made one.

    Parameters
    ----------
    name : str
        What it is called.
    finder : Finder
        Finds plates.
    straighten : callable
        Cuts a found plate out of a picture, straight, with a margin around it.
    reader : Reader
        Reads crops.
    """

    def __init__(self, name: str, finder: Finder, straighten: Straighten, reader: Reader) -> None:
        self.name = name
        self._finder = finder
        self._straighten = straighten
        self._reader = reader

    def read(self, image: Image) -> list[PlateSeen]:
        """Return the plates in a picture, the surest found first.

        What the finder is not sure of and the reader makes nothing of is none: a lamp, a badge.
        """
        spots = self._spots(image)
        readings = self._reader.read([self._cut(image, spot) for spot in spots]) if spots else []
        return [
            PlateSeen(_corners(spot.corners), float(spot.score), reading)
            for spot, reading in zip(spots, readings, strict=True)
            if spot.score >= _SURELY_FOUND or reading.alike >= _HARDLY_READ
        ]

    def read_crops(self, crops: Sequence[Image]) -> list[Reading]:
        """Return a reading of each crop."""
        return self._reader.read(crops)

    def crops(self, image: Image) -> list[Image]:
        """Return the plates cut out and straightened."""
        return [self._cut(image, spot) for spot in self._spots(image)]

    def _spots(self, image: Image) -> list[Any]:
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise BadInput(
                "The picture is not an array of height, width and three colors, uint8.",
                "Open it with workbench.recognition.open_picture(path).pixels.",
            )
        return sorted(self._finder.find(image), key=lambda spot: -float(spot.score))

    def _cut(self, image: Image, spot: Any) -> Image:
        return self._straighten(image, spot, MARGIN)


def whole(engine: Engine, image: Image) -> list[PlateSeen]:
    """Read a picture that is a plate and nothing else."""
    height, width = image.shape[:2]
    corners = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
    return [PlateSeen(corners, 1.0, engine.read_crops([image])[0])]


def _corners(corners: Any) -> Corners:
    return tuple((float(x), float(y)) for x, y in np.asarray(corners, np.float64).reshape(4, 2))


def engine(name: str = DEFAULT) -> Engine:
    """Return an engine by its name; make one and keep it, for its weights are read anew each time.

    Raises
    ------
    BadInput
        There is no such engine.
    Failed
        Something that it needs is not installed: the message names what to install.
    """
    if name not in ENGINES:
        raise BadInput(f"There is no engine {name!r}.", f"There are: {', '.join(ENGINES)}.")
    return ENGINES[name]()


def _with(name: str, reader: Callable[[], Reader]) -> Callable[[], Engine]:
    def make() -> Engine:
        _require("cv2", "OpenCV", "recognition")
        return PlateEngine(name, PlateFinder(), straighten, reader())

    return make


def _require(module: str, what: str, extra: str) -> None:
    try:
        import_module(module)
    except ImportError as error:
        raise Failed(
            f"This engine needs {what}.", f"Install it: pip install 'alpr-workbench[{extra}]'."
        ) from error


ENGINES: dict[str, Callable[[], Engine]] = {
    DEFAULT: _with(DEFAULT, PlateReader),
    "rapidocr": _with("rapidocr", RapidOcrReader),
    "easyocr": _with("easyocr", EasyOcrReader),
    "easyocr-english": _with("easyocr-english", EasyOcrEnglish),
}
"""Engine names with what makes one."""
