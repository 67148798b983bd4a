"""Letters and digits as a license plate's dies draw them: one stroke of even width with rounded corners.

A glyph is a few lines whose corners are rounded, in a cell of width ``w`` and height 1. A :class:`Die` says
how the family differs from the next: how narrow, how round, which form of the 1, the 0, the 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Die", "Mask", "random_die", "stroke_glyph"]

Mask = npt.NDArray[Any]
_Point = tuple[float, float]
_Corner = tuple[float, float, float]
_Lines = list[tuple[list[_Corner], bool]]

_SHIFT = 4
_STEPS = 6


@dataclass(frozen=True, slots=True)
class Die:
    """One family of embossed characters.

    Parameters
    ----------
    width : float
        Width of a common letter as part of its height, between the middles of its strokes.
    stroke : float
        Width of the stroke as part of the height.
    roundness : float
        0 for square bowls, 1 for bowls that are half circles.
    forms : dict of str to int
        Which of its forms a character has; 0 where none is named.
    """

    width: float
    stroke: float
    roundness: float
    forms: dict[str, int]


_FORMS = {"0": 3, "1": 4, "2": 2, "3": 2, "4": 2, "6": 2, "7": 3, "8": 2, "9": 2, "A": 3, "B": 3, "C": 3, "D": 3,
          "E": 5, "F": 3, "G": 2, "I": 2, "J": 2, "K": 2, "L": 2, "M": 3, "N": 1, "O": 2, "Q": 3, "R": 2, "S": 2,
          "V": 2, "W": 4, "Y": 2, "Z": 2}  # fmt: skip
_LIKELY = {"0": (0.80, 0.12, 0.08), "1": (0.36, 0.44, 0.10, 0.10), "I": (0.4, 0.6), "Z": (0.93, 0.07),
           "7": (0.7, 0.2, 0.1), "D": (0.6, 0.2, 0.2), "L": (0.7, 0.3), "O": (0.6, 0.4)}  # fmt: skip
_BARE_LETTER = 0.12


def random_die(rng: np.random.Generator) -> Die:
    """Return a family drawn at random from what is on the roads."""
    forms = {}
    for character, count in _FORMS.items():
        likely = _LIKELY.get(character)
        forms[character] = int(rng.choice(count, p=likely) if likely else rng.integers(count))
    if forms["1"] == 0:  # a state whose 1 is a bar gives its I serifs, if it issues one
        forms["I"] = int(rng.random() > _BARE_LETTER)
    width = float(rng.uniform(0.34, 0.58) if rng.random() < 0.85 else rng.uniform(0.55, 0.7))
    return Die(
        width=width,
        stroke=float(rng.uniform(0.09, min(0.175, 0.34 * width))),
        roundness=float(rng.choice([rng.uniform(0.45, 0.8), rng.uniform(0.8, 1.0)])),
        forms=forms,
    )


def stroke_glyph(character: str, die: Die, height: int) -> Mask:
    """Return the character as a mask of the given height in pixels, 255 where the paint is.

    The width follows from the die: a 1 is narrower, an M and a W are a little wider.
    """
    w = die.width * _relative_width(character, die)
    lines = _shape(character, w, die.roundness * die.width / 2, die.forms.get(character, 0))
    stroke = max(1.0, die.stroke * height)
    inner = height - stroke
    pad = stroke / 2
    mask = np.zeros((height, max(3, round(w * inner + stroke + 0.999))), np.uint8)
    for corners, closed in lines:
        points = np.array(_rounded(corners, closed=closed)) * inner + pad - 0.5
        fixed = np.round(points * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(mask, [fixed], closed, 255, max(1, round(stroke)), cv2.LINE_AA, _SHIFT)
    return mask


def _relative_width(character: str, die: Die) -> float:
    form = die.forms.get(character, 0)
    if character == "1":
        return (0.02, 0.42, 0.62, 0.2)[form]
    if character == "I":
        return (0.02, 0.62)[form]
    if character in "MW":
        return 1.05 + 0.12 * (die.forms.get("M", 0) + 1)
    if character == "O" and die.forms.get("O", 0):
        return 1.12
    return 0.85 if character in "LJEF" and die.forms.get("L", 0) else 1.0


def _rounded(corners: list[_Corner], *, closed: bool) -> list[_Point]:
    """Replace each corner by an arc of its radius, as far as its two sides leave room."""
    points = np.array([(x, y) for x, y, _ in corners])
    result: list[_Point] = []
    count = len(corners)
    for i, (x, y, radius) in enumerate(corners):
        if radius <= 0 or (not closed and i in (0, count - 1)):
            result.append((x, y))
            continue
        here = points[i]
        before, after = points[i - 1] - here, points[(i + 1) % count] - here
        a, b = float(np.hypot(*before)), float(np.hypot(*after))
        before, after = before / a, after / b
        half = np.arccos(np.clip(before @ after, -1, 1)) / 2
        first, last = i == 1 and not closed, i == count - 2 and not closed
        reach = min(radius / np.tan(half), a * (1.0 if first else 0.5), b * (1.0 if last else 0.5))
        start, end = here + before * reach, here + after * reach
        for t in np.linspace(0, 1, _STEPS + 1):
            # A conic that is a circle's arc at a right angle, near enough at any other.
            weight = np.sin(half)
            u = (1 - t) ** 2, 2 * weight * t * (1 - t), t**2
            p = (u[0] * start + u[1] * here + u[2] * end) / sum(u)
            result.append((float(p[0]), float(p[1])))
    return result


def _line(*points: _Point) -> tuple[list[_Corner], bool]:
    return [(x, y, 0.0) for x, y in points], False


def _open(*corners: _Corner) -> tuple[list[_Corner], bool]:
    return list(corners), False


def _box(
    left: float, top: float, right: float, bottom: float, *r: float
) -> tuple[list[_Corner], bool]:
    radii = r if len(r) == 4 else (r[0],) * 4
    return [
        (left, top, radii[0]), (right, top, radii[1]), (right, bottom, radii[2]), (left, bottom, radii[3])
    ], True  # fmt: skip


def _shape(character: str, w: float, r: float, form: int) -> _Lines:
    if character in _PLAIN:
        return [
            ([(x * w, y, q * r) for x, y, q in corners], closed)
            for corners, closed in _PLAIN[character]
        ]
    return _FORMED[character](w, r, form)


def _zero(w: float, r: float, form: int) -> _Lines:
    shape = [_box(0, 0, w, 1, r)]
    if form == 1:
        shape.append(_line((w * 0.12, 0.86), (w * 0.88, 0.14)))
    if form == 2:
        shape.append(_line((w / 2, 0.46), (w / 2, 0.54)))
    return shape


def _one(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001  # all glyphs are called alike
    if form == 0:
        return [_line((w / 2, 0), (w / 2, 1))]
    if form == 2:
        return [_line((0, 0.2), (w / 2, 0), (w / 2, 1)), _line((0, 1), (w, 1))]
    return [_line((0, 0.22 if form == 1 else 0.1), (w, 0), (w, 1))]


def _two(w: float, r: float, form: int) -> _Lines:
    knee = 0.48 if form else 0.36
    return [
        _open(
            (0, 0.28, 0),
            (0, 0, r),
            (w, 0, r),
            (w, knee, r),
            (0, 1 - 0.1 * form, 0),
            (0, 1, 0),
            (w, 1, 0),
        )
    ]


def _three(w: float, r: float, form: int) -> _Lines:
    if form:
        top: tuple[_Corner, ...] = ((0, 0, 0), (w, 0, 0), (w * 0.4, 0.42, 0.03))
        return [_open(*top, (w, 0.42, r), (w, 1, r), (0, 1, r), (0, 0.76, 0))]
    return [
        _open((0, 0.24, 0), (0, 0, r), (w, 0, r), (w, 0.47, r), (w * 0.35, 0.47, 0)),
        _open((w * 0.35, 0.47, 0), (w, 0.47, r), (w, 1, r), (0, 1, r), (0, 0.76, 0)),
    ]


def _four(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001
    if form:
        return [_line((w * 0.45, 0), (0, 0.7), (w, 0.7)), _line((w * 0.76, 0.42), (w * 0.76, 1))]
    return [_line((w * 0.76, 1), (w * 0.76, 0), (0, 0.72), (w, 0.72))]


def _five(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001
    top: tuple[_Corner, ...] = (
        (w * 0.95, 0, 0),
        (0.04, 0, 0),
        (0, 0.46, 0.02),
        (w * 0.2, 0.4, 0.1),
    )
    return [_open(*top, (w, 0.4, r), (w, 1, r), (0, 1, r), (0, 0.76, 0))]


def _six(w: float, r: float, form: int) -> _Lines:
    bowl = _box(0, 0.42, w, 1, r)
    if form:
        return [bowl, _open((0, 0.68, 0), (w * 0.05, 0.45, 0.25), (w * 0.68, 0, 0))]
    return [bowl, _open((0, 0.72, 0), (0, 0, r), (w, 0, r), (w, 0.24, 0))]


def _seven(w: float, r: float, form: int) -> _Lines:
    if form == 1:
        return [_open((0, 0, 0), (w, 0, 0), (w, 0.22, r), (w * 0.36, 0.6, r), (w * 0.36, 1, 0))]
    shape = [_line((0, 0), (w, 0), (w * 0.35, 1))]
    return [*shape, _line((0, 0.13), (0, 0))] if form == 2 else shape


def _nine(w: float, r: float, form: int) -> _Lines:
    return [
        ([(w - x, 1 - y, q) for x, y, q in corners], closed) for corners, closed in _six(w, r, form)
    ]


def _eight(w: float, r: float, form: int) -> _Lines:
    if form:
        return [_box(0, 0, w, 0.5, r), _box(0, 0.5, w, 1, r)]
    return [_box(w * 0.04, 0, w * 0.96, 0.47, r), _box(0, 0.47, w, 1, r)]


def _b(w: float, r: float, form: int) -> _Lines:
    waist, upper, left = ((0.47, 0.95, 0.0), (0.5, 1.0, 0.0), (0.47, 0.92, 0.25))[form]
    return [
        _box(0, 0, w * upper, waist, left * r, r, r, 0),
        _box(0, waist, w, 1, 0, r, r, left * r),
    ]


def _c(w: float, r: float, form: int) -> _Lines:
    tip = (0.29, 0.37, 0.2)[form]
    return [_open((w, tip, 0), (w, 0, r), (0, 0, r), (0, 1, r), (w, 1, r), (w, 1 - tip, 0))]


def _d(w: float, r: float, form: int) -> _Lines:
    left = (0.0, 0.2, 0.45)[form] * r
    return [_box(0, 0, w, 1, left, r, r, left)]


def _e(w: float, r: float, form: int) -> _Lines:
    arm = (0.78, 1.0, 0.62, 0.85, 0.8)[form]
    corner = 0.5 * r if form == 3 else 0.0
    back = _open((w, 0, 0), (0, 0, corner), (0, 1, corner), (w, 1, 0))
    shape = [back, _line((0, 0.48), (w * arm, 0.48))]
    if form == 4:  # arms that end in serifs
        shape += [_line((w, 0), (w, 0.13)), _line((w, 0.87), (w, 1))]
    return shape


def _f(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001
    arm, height = ((0.78, 0.49), (1.0, 0.5), (0.65, 0.46))[form]
    return [_line((w, 0), (0, 0), (0, 1)), _line((0, height), (w * arm, height))]


def _s(w: float, r: float, form: int) -> _Lines:
    tip = 0.2 if form else 0.26
    upper: tuple[_Corner, ...] = ((w, tip, 0), (w, 0, r), (0, 0, r), (0, 0.48, r))
    return [_open(*upper, (w, 0.48, r), (w, 1, r), (0, 1, r), (0, 1 - tip, 0))]


def _a(w: float, r: float, form: int) -> _Lines:
    if form == 2:
        return [_open((0, 1, 0), (0, 0, r), (w, 0, r), (w, 1, 0)), _line((0, 0.58), (w, 0.58))]
    top = 0.12 * form
    sides = _line((0, 1), (w * (0.5 - top), 0), (w * (0.5 + top), 0), (w, 1))
    return [sides, _line((w * 0.16, 0.68), (w * 0.84, 0.68))]


def _g(w: float, r: float, form: int) -> _Lines:
    bar = 0.5 if form else 0.3
    end: tuple[_Corner, ...] = ((w, 1, r), (w, 0.54, 0), (w * (1 - bar), 0.54, 0))
    return [_open((w, 0.28, 0), (w, 0, r), (0, 0, r), (0, 1, r), *end)]


def _i(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001
    shape = [_line((w / 2, 0), (w / 2, 1))]
    return [*shape, _line((0, 0), (w, 0)), _line((0, 1), (w, 1))] if form else shape


def _j(w: float, r: float, form: int) -> _Lines:
    shape = [_open((w, 0, 0), (w, 1, r), (0, 1, r), (0, 0.72, 0))]
    return [*shape, _line((w * 0.5, 0), (w, 0))] if form else shape


def _k(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001
    knee = (w * 0.33, 0.45) if form else (0.0, 0.56)
    return [_line((0, 0), (0, 1)), _line((w, 0), (0, 0.6)), _line(knee, (w, 1))]


def _m(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001
    return [_line((0, 1), (0, 0), (w / 2, (0.45, 0.7, 1.0)[form]), (w, 0), (w, 1))]


def _q(w: float, r: float, form: int) -> _Lines:
    start = ((0.5, 0.72), (0.62, 0.8), (0.5, 0.86))[form]
    end = ((1.02, 1.02), (1.05, 1.0), (0.62, 1.06))[form]
    return [_box(0, 0, w, 1, r), _line((w * start[0], start[1]), (w * end[0], end[1]))]


def _r(w: float, r: float, form: int) -> _Lines:
    leg = (
        _open((w * 0.5, 0.53, 0), (w, 0.53, r / 2), (w, 1, 0))
        if form
        else _line((w * 0.4, 0.53), (w, 1))
    )
    return [_line((0, 0), (0, 1)), _box(0, 0, w, 0.53, 0, r, r, 0), leg]


def _v(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001
    foot = 0.1 * form
    return [_line((0, 0), (w * (0.5 - foot), 1), (w * (0.5 + foot), 1), (w, 0))]


def _w(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001
    peak, lean = ((0.4, 0.0), (0.55, 0.0), (0.35, 0.16), (0.0, 0.2))[form]
    return [_line((0, 0), (w * lean, 1), (w / 2, peak), (w * (1 - lean), 1), (w, 0))]


def _y(w: float, r: float, form: int) -> _Lines:
    stem = _line((w / 2, 0.5), (w / 2, 1))
    if form:
        return [_open((0, 0, 0), (0, 0.5, r), (w, 0.5, r), (w, 0, 0)), stem]
    return [_line((0, 0), (w / 2, 0.5), (w, 0)), stem]


def _z(w: float, r: float, form: int) -> _Lines:  # noqa: ARG001
    shape = [_line((0, 0), (w, 0), (0, 1), (w, 1))]
    return [*shape, _line((w * 0.2, 0.5), (w * 0.8, 0.5))] if form else shape


_FORMED = {"0": _zero, "1": _one, "2": _two, "3": _three, "4": _four, "5": _five, "6": _six,
           "7": _seven, "8": _eight, "9": _nine, "A": _a, "B": _b, "C": _c, "D": _d, "E": _e, "F": _f,
           "G": _g, "I": _i, "J": _j, "K": _k, "M": _m, "Q": _q, "R": _r, "S": _s, "V": _v, "W": _w,
           "Y": _y, "Z": _z}  # fmt: skip

# Those of one form, in a cell of width 1 with a corner radius of 1 for a whole one.
_PLAIN: dict[str, _Lines] = {
    "H": [_line((0, 0), (0, 1)), _line((1, 0), (1, 1)), _line((0, 0.49), (1, 0.49))],
    "L": [_line((0, 0), (0, 1), (1, 1))],
    "N": [_line((0, 1), (0, 0), (1, 1), (1, 0))],
    "O": [_box(0, 0, 1, 1, 1)],
    "P": [_line((0, 0), (0, 1)), _box(0, 0, 1, 0.53, 0, 1, 1, 0)],
    "T": [_line((0, 0), (1, 0)), _line((0.5, 0), (0.5, 1))],
    "U": [_open((0, 0, 0), (0, 1, 1), (1, 1, 1), (1, 0, 0))],
    "X": [_line((0, 0), (1, 1)), _line((1, 0), (0, 1))],
}
