"""Pictures for tests, made on the spot; and readers that say what the test wants."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from workbench.recognition.engines import PlateEngine
from workbench.recognition.reader import Reading
from workbench.recognition.seen import PlateSeen


def pixels(width: int = 320, height: int = 240, seed: int = 7) -> np.ndarray[Any, Any]:
    """A picture with something in it: blue-green-red."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 16 + 1, width // 16 + 1, 3), dtype=np.uint8)
    return np.repeat(np.repeat(coarse, 16, 0), 16, 1)[:height, :width].copy()


def encoded(kind: str = "JPEG", size: tuple[int, int] = (320, 240), **options: Any) -> bytes:
    """A picture as a file of that kind holds it."""
    stream = io.BytesIO()
    Image.fromarray(pixels(*size)[..., ::-1]).save(stream, kind, **options)
    return stream.getvalue()


def exif(**tags: Any) -> Image.Exif:
    """Tags as a camera writes them: when, offset, turned, latitude, longitude."""
    made = Image.Exif()
    if "turned" in tags:
        made[0x0112] = tags["turned"]
    if "when" in tags:
        inner = made.get_ifd(0x8769)
        inner[0x9003] = tags["when"]
        if "offset" in tags:
            inner[0x9011] = tags["offset"]
    if "latitude" in tags:
        place = made.get_ifd(0x8825)
        for reference, value, letters in (
            (1, tags["latitude"], "NS"),
            (3, tags["longitude"], "EW"),
        ):
            whole, rest = divmod(abs(value), 1)
            place[reference] = letters[value < 0]
            place[reference + 1] = (whole, rest * 60, 0.0)
    return made


def a_reading(
    text: str, sure: float = 0.95, unsure: dict[int, dict[str, float]] | None = None
) -> Reading:
    """A reading whose characters are all as sure, but for those that the test names."""
    rows = [dict((unsure or {}).get(place, {c: sure})) for place, c in enumerate(text)]
    whole = float(np.prod([row[c] for row, c in zip(rows, text, strict=True)])) if text else 0.0
    alike = 1.0
    for row, c in zip(rows, text, strict=True):
        alike *= sum(row.get(o, 0.0) for o in "0O") if c in "0O" else row[c]
    return Reading(text, whole, alike if text else 0.0, tuple(rows))


@dataclass(frozen=True)
class Spotted:
    """What a finder gives."""

    corners: Any
    box: Any = (0, 0, 0, 0)
    score: float = 0.9


class StandInFinder:
    """Finds plates where it is told to."""

    def __init__(self, *boxes: tuple[int, int, int, int], score: float = 0.9) -> None:
        self.boxes = boxes
        self.score = score

    def find(self, image: np.ndarray[Any, Any]) -> list[Spotted]:
        del image
        return [
            Spotted(
                np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.float32),
                score=self.score,
            )
            for x, y, w, h in self.boxes
        ]


def cut(image: np.ndarray[Any, Any], found: Any, margin: float) -> np.ndarray[Any, Any]:
    """Straighten nothing: cut out the box."""
    del margin
    (left, top), _, (right, bottom), _ = np.asarray(found.corners, int)
    return image[top:bottom, left:right]


class StandInReader:
    """Reads what it is told to, one after the other, then the last again and again."""

    def __init__(self, *readings: Reading) -> None:
        self.readings = list(readings)
        self.crops: list[tuple[int, ...]] = []

    def read(self, crops: Sequence[np.ndarray[Any, Any]]) -> list[Reading]:
        self.crops += [crop.shape for crop in crops]
        return [self.readings.pop(0) if len(self.readings) > 1 else self.readings[0] for _ in crops]


def stand_in() -> PlateEngine:
    """An engine that sees one plate in every picture; worker processes can make it too."""
    finder = StandInFinder((10, 20, 60, 30))
    return PlateEngine("stand-in", finder, cut, StandInReader(a_reading("8ABC123", 0.99)))


class Fragile:
    """An engine that a dark picture takes the whole process down with, and a white one keeps for ever."""

    name = "fragile"

    def read(self, image: np.ndarray[Any, Any]) -> list[PlateSeen]:
        if image.mean() < 1:
            os._exit(3)
        if image.mean() > 254:
            time.sleep(3600)
        return stand_in().read(image)


def fragile() -> Any:
    return Fragile()


def folder_of(path: Path, **files: bytes) -> Path:
    """A folder with files: a__b_jpg is a/b.jpg."""
    for name, data in files.items():
        stem, _, suffix = name.rpartition("_")
        file = path / f"{stem.replace('__', '/')}.{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return path
