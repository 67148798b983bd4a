"""A picture and what was read in it, for a notebook: the plates outlined, each plate's characters with their bars.

The page holds the picture itself and nothing that is fetched from anywhere; it can be saved with the notebook, so a
notebook that shows pictures of plates is to be kept as the pictures are.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.recognition.annotate import annotated, label
from workbench.recognition.seen import PlateSeen, readable

__all__ = ["Shown", "show"]

_WIDEST = 900
_BARS = 3
_SURE, _UNSURE, _UNREAD = "#1d6b3a", "#a15c00", "#9b1c1c"


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture with its plates; a notebook shows it by itself, ``html`` fits ``ipywidgets.HTML`` too."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<Shown, {len(self.html):,} characters of HTML>"


def show(pixels: npt.NDArray[Any], plates: Sequence[PlateSeen]) -> Shown:
    """Return a picture with its plates outlined, and for each plate every character with what else it may be.

    Parameters
    ----------
    pixels : array (height, width, 3) of uint8
        Blue-green-red, as :func:`workbench.recognition.open_picture` gives it.
    plates : sequence of PlateSeen
        What an engine read in it.
    """
    found = f"{len(plates)} plates found" if len(plates) != 1 else "1 plate found"
    alt = f"The picture, {found}, outlined" if plates else "The picture; no plate was found in it"
    parts = [f'<img alt="{alt}" style="max-width:100%" src="{_inline(annotated(pixels, plates))}">']
    parts += [_plate(seen, number) for number, seen in enumerate(plates, start=1)]
    if not plates:
        parts.append("<p>No plate was found.</p>")
    style = "font-family:system-ui,sans-serif;color:#1a1a1a;background:#fff;padding:8px"
    return Shown(f'<div style="{style}">{"".join(parts)}</div>')


def _inline(pixels: npt.NDArray[np.uint8]) -> str:
    """Return a picture as a JPEG inside an address, no wider than a notebook."""
    import cv2

    height, width = pixels.shape[:2]
    if width > _WIDEST:
        size = (_WIDEST, max(1, round(height * _WIDEST / width)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return f"data:image/jpeg;base64,{base64.b64encode(packed.tobytes()).decode()}"


def _plate(seen: PlateSeen, number: int) -> str:
    cells = "".join(_position(row) for row in seen.reading.positions)
    table = f'<table role="presentation" style="border-collapse:collapse"><tr>{cells}</tr></table>'
    said = f"<b>{number}. {escape(label(seen))}</b>"
    if not readable(seen.reading):
        said += " – too unsure to be named; the characters below are guesses"
    return f'<div style="margin-top:10px">{said}{table if cells else ""}</div>'


def _position(row: dict[str, float]) -> str:
    """Return one place: its most probable characters, one under the other, each with a bar."""
    best = sorted(row.items(), key=lambda each: -each[1])[:_BARS]
    lines = "".join(_bar(character, chance) for character, chance in best)
    return f'<td style="vertical-align:top;padding:2px 4px;border:0">{lines}</td>'


def _bar(character: str, chance: float) -> str:
    color = _SURE if chance >= 0.9 else _UNSURE if chance >= 0.3 else _UNREAD
    track = "display:inline-block;width:36px;height:7px;background:#e6e6e6"
    fill = f"display:block;width:{chance:.0%};height:7px;background:{color}"
    name = f'<span style="font:600 15px monospace">{escape(character)}</span>'
    return (
        f'<div title="{escape(character)}: {chance:.1%}" style="white-space:nowrap">{name} '
        f'<span style="{track}"><span style="{fill}"></span></span> '
        f'<span style="font-size:11px;color:#555">{chance:.0%}</span></div>'
    )
