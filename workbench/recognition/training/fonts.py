"""Where the faces of synthetic plates come from, and their glyphs as masks."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import Failed
from workbench.recognition.training.strokes import Mask

__all__ = ["Faces", "caption", "face_glyph", "find_faces", "read_data"]

_DRAWN = 96


@dataclass(frozen=True, slots=True)
class Faces:
    """The font files found: for plate numbers, for the words around them, and for numbers with serifs."""

    characters: tuple[str, ...]
    captions: tuple[str, ...]
    serifs: tuple[str, ...] = ()


@functools.cache
def read_data(name: str) -> Any:
    """Return a data file of this package."""
    from ruamel.yaml import YAML

    text = resources.files("workbench.recognition.training").joinpath(name).read_text("utf-8")
    return YAML(typ="safe", pure=True).load(text)


def find_faces(folder: Path) -> Faces:
    """Return the faces of ``fonts.yaml`` that lie anywhere below a folder.

    Raises
    ------
    Failed
        Fewer than half of them are there.
    """
    there = {path.name: str(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    table: list[dict[str, Any]] = read_data("fonts.yaml")
    wanted = [name for row in table for name in row.get("characters", [])]
    words = [name for row in table for name in row.get("captions", [])]
    serifs = [name for row in table for name in row.get("serifs", [])]
    faces = Faces(
        tuple(there[name] for name in wanted if name in there),
        tuple(there[name] for name in words if name in there),
        tuple(there[name] for name in serifs if name in there),
    )
    if 2 * len(faces.characters) < len(wanted) or 2 * len(faces.captions) < len(words):
        raise Failed(
            f"Of {len(wanted) + len(words)} font faces only {len(faces.characters) + len(faces.captions)} are there.",
            "Unpack the packages of workbench/recognition/training/fonts.yaml below that folder.",
        )
    return faces


@functools.lru_cache(maxsize=8192)
def face_glyph(path: str, character: str) -> Mask:
    """Return a character of a face as a mask, cut to its paint; about 70 pixels high."""
    mask = caption(path, character, _DRAWN)
    rows, columns = np.flatnonzero(mask.max(1) > 40), np.flatnonzero(mask.max(0) > 40)
    if not len(rows):
        return np.full((4, 4), 255, np.uint8)
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@functools.lru_cache(maxsize=4096)
def caption(path: str, text: str, size: int) -> Mask:
    """Return words as a mask, 255 where the paint is; ``size`` is the em in pixels."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(path, size)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (max(1, int(right - left)), max(1, int(bottom - top))), 0)
    ImageDraw.Draw(image).text((-left, -top), text, fill=255, font=font)
    return np.asarray(image, np.uint8)
