"""Names on the desk's maps: streets along their course, parks, districts, and the codes of cameras.

Browsers' maps cannot write along a line, so the names of one view are one picture (SVG in a ``data:`` address) that
lies over the map. It is drawn for a zoom and an area somewhat larger than what is seen, and again when the map moves
beyond it. No name covers another, or a camera.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote

import numpy as np

from workbench.widgets.layers import GROUND, Name
from workbench.widgets.projection import Bounds, pixels

__all__ = ["Mark", "Picture", "labels"]

_INK, _STREET, _PARK, _WATER, _DISTRICT = "#1d2126", "#57534b", "#5f7a4a", "#4d7590", "#8a8478"
# From which zoom on a kind is named, its size in pixels, and the most names of it in one view.
_KINDS = {
    "freeway": (11.0, 10.5, 6),
    "arterial": (12.0, 10.5, 26),
    "collector": (13.9, 10.0, 26),
    "local": (15.4, 9.5, 60),
    "district": (12.5, 10.5, 12),
    "park": (13.5, 9.5, 16),
    "water": (13.0, 9.5, 6),
}
_WIDE = 0.56  # of the size: how wide a letter is on average
_BENT = math.radians(22)
_AGAIN = 650.0  # pixels between two names of one street


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that a name may not cover, with its own name beside it where it has one."""

    latitude: float
    longitude: float
    words: str = ""
    size: float = 9.0
    color: str = _INK


@dataclass(frozen=True, slots=True)
class Picture:
    """The names of a view: an address for the browser, and where it lies."""

    url: str = field(repr=False)
    bounds: Bounds
    zoom: float
    shown: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sheet:
    """A picture in the making: what is written, and where nothing more can be."""

    left: float
    top: float
    width: float
    height: float
    zoom: float
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def xy(self, latitude: Any, longitude: Any) -> tuple[Any, Any]:
        x, y = pixels(latitude, longitude, self.zoom)
        return x - self.left, y - self.top

    def take(self, *boxes: tuple[float, float, float, float]) -> bool:
        """Take boxes (left, top, right, bottom) if all of them are free and inside."""
        for left, top, right, bottom in boxes:
            if left < 2 or top < 2 or right > self.width - 2 or bottom > self.height - 2:
                return False
            for l2, t2, r2, b2 in self.taken:
                if left < r2 and l2 < right and top < b2 and t2 < bottom:
                    return False
        self.taken.extend(boxes)
        return True

    def write(self, words: str, x: float, y: float, size: float, color: str, **look: str) -> None:
        more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in look.items())
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}"{more}>{escape(words)}</text>'
        )
        self.shown.append(words)


def labels(
    names: Sequence[Name], marks: Iterable[Mark], view: Bounds, zoom: float, *, halo: str = GROUND
) -> Picture:
    """Return the names of a view.

    Parameters
    ----------
    names : sequence of Name
        The larger first, as :func:`workbench.widgets.layers.ground` gives them.
    marks : iterable of Mark
        What is never covered; their own words are written first.
    view : Bounds
        The area to draw.
    zoom : float
        The map's zoom: letters have their size at it.
    """
    left, top = (float(value) for value in pixels(view.north, view.west, zoom))
    right, bottom = (float(value) for value in pixels(view.south, view.east, zoom))
    sheet = _Sheet(left, top, right - left, bottom - top, zoom)
    _marks(sheet, marks)
    for kind, (least, size, most) in _KINDS.items():
        if zoom >= least:
            own = [name for name in names if name.kind == kind]
            _kind(sheet, own, kind, size, most)
    body = "".join(sheet.parts)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width:.0f}" height="{sheet.height:.0f}" '
        f'viewBox="0 0 {sheet.width:.1f} {sheet.height:.1f}" font-family="Helvetica Neue,Helvetica,Arial,'
        f'Liberation Sans,sans-serif" paint-order="stroke" stroke="{halo}" stroke-width="2.6" '
        f'stroke-linejoin="round">{body}</svg>'
    )
    return Picture(f"data:image/svg+xml,{quote(svg)}", view, zoom, tuple(sheet.shown))


def _marks(sheet: _Sheet, marks: Iterable[Mark]) -> None:
    """Keep marks free and write their names beside them, those at one place together."""
    places: dict[tuple[int, int], list[tuple[float, float, Mark]]] = {}
    for mark in marks:
        x, y = (float(value) for value in sheet.xy(mark.latitude, mark.longitude))
        if -50 < x < sheet.width + 50 and -50 < y < sheet.height + 50:
            places.setdefault((round(x / 9), round(y / 9)), []).append((x, y, mark))
    for here in places.values():
        for x, y, mark in here:
            half = mark.size / 2 + 1
            sheet.taken.append((x - half, y - half, x + half, y + half))
    for here in places.values():
        x, y, first = here[0]
        words = _together([mark.words for _, _, mark in here if mark.words])
        if words:
            _beside(sheet, words, x, y, first)


def _together(words: list[str]) -> str:
    unique = list(dict.fromkeys(words))
    return "/".join(unique[:3]) + (" …" if len(unique) > 3 else "")


def _beside(sheet: _Sheet, words: str, x: float, y: float, mark: Mark) -> None:
    size = 10.0
    wide, gap = len(words) * size * 0.6, mark.size / 2 + 3
    spots = (
        (x + gap, y + 3.5, "start"), (x - gap, y + 3.5, "end"), (x, y - gap, "middle"),
        (x, y + gap + 8, "middle"), (x + gap - 2, y - 6, "start"), (x + gap - 2, y + 13, "start"),
        (x - gap + 2, y - 6, "end"), (x - gap + 2, y + 13, "end"),
    )  # fmt: skip
    for at, base, anchor in spots:
        left = at - (wide if anchor == "end" else wide / 2 if anchor == "middle" else 0)
        if sheet.take((left, base - 8.5, left + wide, base + 2.5)):
            sheet.write(
                words,
                at,
                base,
                size,
                mark.color,
                text_anchor=anchor,
                font_weight="bold",
                stroke="#ffffff",
            )
            return


def _kind(sheet: _Sheet, names: Sequence[Name], kind: str, size: float, most: int) -> None:
    written = 0
    for name in names:
        if written >= most:
            return
        if kind in ("district", "park", "water"):
            written += _area(sheet, name, kind, size)
        else:
            written += sum(1 for _ in _street(sheet, name, size))


def _area(sheet: _Sheet, name: Name, kind: str, size: float) -> int:
    (longitude, latitude) = name.lines[0][0]
    x, y = (float(value) for value in sheet.xy(latitude, longitude))
    words = name.words.upper() if kind == "district" else name.words
    wide = len(words) * size * (0.74 if kind == "district" else _WIDE)
    if not sheet.take((x - wide / 2, y - size, x + wide / 2, y + 3)):
        return 0
    color = {"district": _DISTRICT, "park": _PARK, "water": _WATER}[kind]
    look = {"letter_spacing": "1"} if kind == "district" else {"font_style": "italic"}
    sheet.write(words, x, y, size, color, text_anchor="middle", **look)
    return 1


def _street(sheet: _Sheet, name: Name, size: float) -> Iterator[None]:
    """Write a street's name where it runs straight for long enough, again after a while."""
    wide = len(name.words) * size * _WIDE + 10
    written: list[tuple[float, float]] = []
    for line in name.lines:
        x, y = sheet.xy(line[:, 1], line[:, 0])
        for at_x, at_y, angle in _straight(np.asarray(x), np.asarray(y), wide, sheet):
            if any(math.hypot(at_x - a, at_y - b) < _AGAIN for a, b in written):
                continue
            if sheet.take(*_boxes(at_x, at_y, angle, wide, size)):
                turn = f"rotate({math.degrees(angle):.1f} {at_x:.1f} {at_y:.1f})"
                base = at_y + size * 0.36
                sheet.write(
                    name.words, at_x, base, size, _STREET, text_anchor="middle", transform=turn
                )
                written.append((at_x, at_y))
                yield


def _straight(x: Any, y: Any, wide: float, sheet: _Sheet) -> Iterator[tuple[float, float, float]]:
    """Yield middles and angles of stretches that are long and straight enough for a name, nearest the middle first."""
    inside = (x > -wide) & (x < sheet.width + wide) & (y > -wide) & (y < sheet.height + wide)
    if not inside.any():
        return
    steps = np.hypot(np.diff(x), np.diff(y))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    if along[-1] < wide:
        return
    places = np.arange(wide / 2, along[-1] - wide / 2 + 1, max(40.0, wide / 2))
    start, end = places - wide / 2, np.minimum(places + wide / 2, along[-1])
    x1, y1 = np.interp(start, along, x), np.interp(start, along, y)
    x2, y2 = np.interp(end, along, x), np.interp(end, along, y)
    xm, ym = np.interp(places, along, x), np.interp(places, along, y)
    bent = np.hypot(xm - (x1 + x2) / 2, ym - (y1 + y2) / 2)
    fits = (np.hypot(x2 - x1, y2 - y1) > wide * math.cos(_BENT)) & (bent < 3.0)
    fits &= (xm > 0) & (xm < sheet.width) & (ym > 0) & (ym < sheet.height)
    order = np.argsort(np.hypot(xm - sheet.width / 2, ym - sheet.height / 2))
    for at in order:
        if fits[at]:
            angle = math.atan2(y2[at] - y1[at], x2[at] - x1[at])
            if angle > math.pi / 2 + 0.05 or angle <= -math.pi / 2 + 0.05:
                angle += math.pi if angle < 0 else -math.pi
            yield float((x1[at] + x2[at]) / 2), float((y1[at] + y2[at]) / 2), float(angle)


def _boxes(
    x: float, y: float, angle: float, wide: float, size: float
) -> list[tuple[float, float, float, float]]:
    """Return small boxes along a slanted name, so that only what it really covers is taken."""
    count = max(1, math.ceil(wide / (size * 1.6)))
    half = size * 0.72
    middles = [(step + 0.5) / count - 0.5 for step in range(count)]
    return [
        (
            x + share * wide * math.cos(angle) - half,
            y + share * wide * math.sin(angle) - half,
            x + share * wide * math.cos(angle) + half,
            y + share * wide * math.sin(angle) + half,
        )
        for share in middles
    ]
