"""A synthetic plate seen straight on, in color: ground, words, number, stickers, bolts, frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from workbench.recognition.training import scenery
from workbench.recognition.training.fonts import Faces, caption, face_glyph, read_data
from workbench.recognition.training.numbers import SIGNS, Number, random_number
from workbench.recognition.training.scenery import Image, paint, shade
from workbench.recognition.training.strokes import Die, Mask, random_die, stroke_glyph

__all__ = ["HEIGHT", "WIDTH", "FlatPlate", "as_gray", "draw_plate"]

WIDTH, HEIGHT = 288, 144
"""Pixels of a flat plate: 12 by 6 inches."""

_STROKES = 0.6
_SERIFS = 0.04


@dataclass(frozen=True, slots=True)
class FlatPlate:
    """A plate and what is on it.

    Parameters
    ----------
    image : ndarray, (144, 288, 3), uint8
        Blue, green, red.
    number : Number
        What a reader must read of it, and how it is written.
    state : str
        Postal code of the state whose look it has.
    """

    image: Image
    number: Number
    state: str


@dataclass(slots=True)
class _Look:
    """What was drawn by lot for one plate."""

    rng: np.random.Generator
    faces: Faces
    design: dict[str, Any]
    data: dict[str, Any]
    colors: list[str] = field(default_factory=list)

    def one(self, values: Any) -> Any:
        return values[self.rng.integers(len(values))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)


def draw_plate(
    rng: np.random.Generator, faces: Faces, *, state: str = "", number: Number | None = None
) -> FlatPlate:
    """Draw one plate.

    Parameters
    ----------
    rng : Generator
        Where all its chance comes from.
    faces : Faces
        The fonts.
    state : str
        Whose look it has; drawn by lot if empty.
    number : Number, optional
        What stands on it; drawn by lot if not given.
    """
    data = read_data("designs.yaml")
    state = state or str(rng.choice(list(data["states"])))
    number = number or random_number(rng, state)
    look = _Look(rng, faces, data["states"][state], data)
    image = _ground(look)
    left, right = 0.0, float(WIDTH)
    if look.chance(look.design.get("logo", 0.06)) and len(number.pieces) <= 6:
        width = rng.uniform(0.17, 0.27) * WIDTH
        side = look.chance(0.85)
        x = (0.03 * WIDTH + width / 2) if side else 0.97 * WIDTH - width / 2
        _logo(look, image, x, width)
        left, right = (left + width * 1.02, right) if side else (left, right - width * 1.02)
    _words(look, image)
    _number(look, image, number, left, right)
    _stickers(look, image)
    _hardware(look, image)
    return FlatPlate(image, number, state)


def _ground(look: _Look) -> Image:
    rng = look.rng
    if look.chance(0.8):
        look.colors = [str(c) for c in look.one(look.design["looks"])]
    else:
        other = look.one(list(look.data["states"].values()))
        look.colors = [str(c) for c in look.one(other["looks"])]
    image = scenery.gradient(rng, look.colors[1], HEIGHT, WIDTH)
    kind = int(look.design.get("scenery", 0))
    if look.chance(0.55 if kind else 0.3):
        scenery.landscape(rng, image, kind)
    for at, color in enumerate(look.colors[2:4]):
        if look.chance(0.85):
            depth = round(rng.uniform(0.16, 0.26) * HEIGHT)
            top = 0 if at == 0 else HEIGHT - depth
            image[top : top + depth] = scenery.rgb(color)
    if look.chance(0.25):
        noise = rng.normal(0, rng.uniform(2, 9), (HEIGHT // 3, WIDTH // 3)).astype(np.float32)
        shade(image, cv2.resize(noise, (WIDTH, HEIGHT)))
    return image


def _word(
    look: _Look,
    image: Image,
    text: str,
    color: Any,
    middle: tuple[float, float],
    height: float,
    most: float,
) -> None:
    mask = caption(look.one(look.faces.captions), text, 40)
    factor = height / 40
    width = min(most, mask.shape[1] * factor)
    size = (max(3, round(width)), max(3, round(mask.shape[0] * factor)))
    paint(image, cv2.resize(mask, size, interpolation=cv2.INTER_AREA), middle, color)


def _words(look: _Look, image: Image) -> None:
    rng, design = look.rng, look.design
    ink = scenery.rgb(look.colors[0])
    top_ink = scenery.contrasting(rng, image[: HEIGHT // 6], ink)
    bottom_ink = scenery.contrasting(rng, image[-HEIGHT // 6 :], ink)
    name, slogan = str(design["name"]), str(look.one(design["slogans"]))
    special = str(look.one(look.data["specials"]))
    county = str(look.one(look.data["counties"]))
    upper = name if look.chance(0.85) else special if look.chance(0.5) else slogan
    if upper != name:
        lower = name
    elif look.chance(0.75 if design.get("county") else 0.08):
        lower = county
    else:
        lower = special if look.chance(0.15) else slogan
    tall = 1.45 if look.chance(0.12) else 1.0
    if look.chance(0.95):
        y = rng.uniform(0.09, 0.145) * HEIGHT
        _word(
            look,
            image,
            upper,
            top_ink,
            (WIDTH * rng.uniform(0.42, 0.58), y),
            HEIGHT * rng.uniform(0.13, 0.22) * tall,
            WIDTH * rng.uniform(0.35, 0.66) * tall,
        )
    if look.chance(0.88):
        y = HEIGHT * rng.uniform(0.86, 0.93)
        _word(
            look,
            image,
            lower,
            bottom_ink,
            (WIDTH * rng.uniform(0.42, 0.58), y),
            HEIGHT * rng.uniform(0.09, 0.16) * tall,
            WIDTH * rng.uniform(0.3, 0.75),
        )
    if look.chance(0.08):
        _word(
            look,
            image,
            special,
            ink,
            (WIDTH * rng.uniform(0.3, 0.7), HEIGHT * rng.uniform(0.2, 0.25)),
            HEIGHT * 0.08,
            WIDTH * 0.5,
        )


def _glyphs(look: _Look) -> tuple[Die | None, str]:
    """Return the family of the number: a die of strokes, or else a face; one with serifs as Virginia's, or not."""
    if look.faces.serifs and look.chance(look.design.get("serif", _SERIFS)):
        return None, str(look.one(look.faces.serifs))
    if look.chance(_STROKES):
        return random_die(look.rng), ""
    return None, str(look.one(look.faces.characters))


def _mask(die: Die | None, face: str, character: str, height: int, stretch: float) -> Mask:
    if die is not None:
        return stroke_glyph(character, die, height)
    mask = face_glyph(face, character)
    width = max(3, round(mask.shape[1] * height / max(8, mask.shape[0]) * stretch))
    if mask.shape[0] < 40:
        width = max(3, round(height * 0.2))
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)


def _number(look: _Look, image: Image, number: Number, left: float, right: float) -> None:
    rng = look.rng
    height = round(rng.uniform(0.38, 0.56) * HEIGHT)
    die, face = _glyphs(look)
    stretch = float(rng.uniform(0.75, 1.2))
    if face in look.faces.serifs:
        stretch *= float(rng.uniform(0.6, 0.95))
    bars = (
        not die and face not in look.faces.serifs and "I" not in number.text and look.chance(0.3)
    )  # a 1 that is a bar
    drawn = number.pieces.replace("1", "I") if bars else number.pieces
    masks = [_mask(die, face, c, height, stretch) if c not in SIGNS else None for c in drawn]
    widths = [
        m.shape[1] if m is not None else _room(rng, c, height)
        for m, c in zip(masks, number.pieces, strict=True)
    ]
    gap = float(rng.uniform(0.06, 0.2)) * height
    if look.chance(0.45):
        pitch = float(
            np.percentile([w for w, m in zip(widths, masks, strict=True) if m is not None], 75)
        )
        widths = [max(w, pitch) if m is not None else w for w, m in zip(widths, masks, strict=True)]
    stack_room = height * rng.uniform(0.38, 0.55) if number.stacked else 0.0
    total = sum(widths) + gap * (len(widths) - 1) + stack_room
    room = (right - left) * rng.uniform(0.82, 0.95)
    squeeze = min(1.0, room / total)
    if squeeze == 1.0 and look.chance(0.4):
        gap = min(gap + (room - total) / len(widths), 0.45 * height)
        total = sum(widths) + gap * (len(widths) - 1) + stack_room
    slack = (right - left) - total * squeeze
    x = left + slack * (0.5 if look.chance(0.7) else rng.uniform(0.15, 0.85))
    middle = HEIGHT * rng.uniform(0.48, 0.58)
    relief = np.zeros((HEIGHT, WIDTH), np.uint8)
    for i, (piece, mask, width) in enumerate(zip(number.pieces, masks, widths, strict=True)):
        if number.stacked and i == number.stacked_at:
            _stack(
                look,
                relief,
                number.stacked,
                (x + stack_room * squeeze / 2, middle),
                height,
                stack_room * squeeze,
            )
            x += stack_room * squeeze
        at = x + width * squeeze / 2
        if mask is not None:
            size = (max(2, round(mask.shape[1] * squeeze)), height)
            scenery.stamp(
                relief,
                cv2.resize(mask, size, interpolation=cv2.INTER_AREA),
                (at, middle + rng.normal(0, 0.4)),
            )
        elif piece == "*":
            reach = 1.7 if look.chance(0.3) else 1.0  # some stand behind their neighbors too
            scenery.emblem(rng, image, at, middle, height * reach, width * squeeze * reach)
            if look.chance(0.25):  # a sticker's figures, a date: never part of the number
                _word(
                    look,
                    image,
                    str(rng.integers(1, 100)),
                    scenery.random_color(rng),
                    (at, middle),
                    height * 0.35,
                    width * 0.6,
                )
        elif piece in "-.":
            _dash(look, relief, piece, (at, middle), height, width * squeeze)
        x += (width + gap) * squeeze
    if number.stacked and number.stacked_at == len(number.pieces):
        _stack(
            look,
            relief,
            number.stacked,
            (x + stack_room * squeeze / 2 - gap * squeeze / 2, middle),
            height,
            stack_room * squeeze,
        )
    scenery.emboss(rng, image, relief, scenery.rgb(look.colors[0]))


def _room(rng: np.random.Generator, sign: str, height: int) -> float:
    share = {" ": (0.2, 0.55), "-": (0.2, 0.38), ".": (0.1, 0.25), "*": (0.3, 0.75)}[sign]
    return float(rng.uniform(*share)) * height


def _dash(
    look: _Look, relief: Mask, sign: str, at: tuple[float, float], height: int, room: float
) -> None:
    thick = max(2, round(height * look.rng.uniform(0.08, 0.15)))
    half = (room * look.rng.uniform(0.3, 0.5)) if sign == "-" else 0.0
    a, b = (round(at[0] - half), round(at[1])), (round(at[0] + half), round(at[1]))
    cv2.line(relief, a, b, 255, thick, cv2.LINE_AA)


def _stack(
    look: _Look, relief: Mask, letters: str, middle: tuple[float, float], height: int, room: float
) -> None:
    die = random_die(look.rng)
    each = height * look.rng.uniform(0.86, 1.0) / max(2, len(letters))
    start = middle[1] - each * (len(letters) - 1) / 2
    for i, letter in enumerate(letters):
        mask = stroke_glyph(letter, die, max(7, round(each * 0.88)))
        width = max(2, min(mask.shape[1], round(room * 0.9)))
        scenery.stamp(
            relief,
            cv2.resize(mask, (width, mask.shape[0]), interpolation=cv2.INTER_AREA),
            (middle[0], start + i * each),
        )


def _logo(look: _Look, image: Image, x: float, width: float) -> None:
    rng = look.rng
    y = HEIGHT * rng.uniform(0.45, 0.58)
    height = width * rng.uniform(0.8, 1.5)
    scenery.emblem(rng, image, x, y, min(height, HEIGHT * 0.62), width)
    if look.chance(0.3):
        letter = str(look.one("ABCDEGIKMNOPSTUVW&"))
        _word(
            look,
            image,
            letter,
            scenery.random_color(rng),
            (x, y),
            height * rng.uniform(0.4, 0.7),
            width * 0.7,
        )
    elif look.chance(0.6):
        text = str(look.one(look.data["specials"])).split()[0]
        _word(
            look,
            image,
            text,
            scenery.random_color(rng),
            (x, y + rng.uniform(-0.3, 0.3) * height),
            HEIGHT * 0.1,
            width,
        )


def _stickers(look: _Look, image: Image) -> None:
    rng = look.rng
    for cx, cy in ((0.09, 0.12), (0.91, 0.12), (0.09, 0.88), (0.91, 0.88)):
        if not look.chance(0.42):
            continue
        w, h = rng.uniform(0.09, 0.15) * WIDTH, rng.uniform(0.11, 0.2) * HEIGHT
        x, y = (cx + rng.normal(0, 0.012)) * WIDTH, (cy + rng.normal(0, 0.012)) * HEIGHT
        fill = scenery.random_color(rng)
        bare = look.chance(0.2)
        if not bare:
            box = cv2.boxPoints(((x, y), (w, h), float(rng.normal(0, 2.5))))
            cv2.fillConvexPoly(image, np.round(box).astype(np.int32), fill, cv2.LINE_AA)
        ink = scenery.rgb(look.colors[0]) if bare else scenery.opposite(fill)
        text = (
            str(look.one(look.data["months"])) if look.chance(0.5) else f"{rng.integers(1, 32):02d}"
        )
        _word(look, image, text, ink, (x, y), h * rng.uniform(0.6, 0.95), w * 0.8)
        if look.chance(0.3):
            _word(
                look, image, str(rng.integers(1000000)), ink, (x, y + h * 0.38), h * 0.25, w * 0.8
            )


def _hardware(look: _Look, image: Image) -> None:
    rng = look.rng
    if look.chance(0.5):
        inset = round(rng.uniform(0.01, 0.03) * WIDTH)
        tone = scenery.rgb(look.colors[0]) if look.chance(0.5) else scenery.random_color(rng)
        cv2.rectangle(
            image,
            (inset, inset),
            (WIDTH - inset, HEIGHT - inset),
            tone,
            int(rng.integers(1, 4)),
            cv2.LINE_AA,
        )
    where = rng.uniform(0.17, 0.26), rng.uniform(0.06, 0.1)
    for cx, cy in (
        (where[0], where[1]),
        (1 - where[0], where[1]),
        (where[0], 1 - where[1]),
        (1 - where[0], 1 - where[1]),
    ):
        if look.chance(0.75):
            scenery.bolt(
                rng,
                image,
                (cx + rng.normal(0, 0.006)) * WIDTH,
                (cy + rng.normal(0, 0.01)) * HEIGHT,
                HEIGHT,
            )
    if look.chance(0.22):
        _frame(look, image)


def _frame(look: _Look, image: Image) -> None:
    rng = look.rng
    color = look.one(
        [(20, 20, 20), (40, 38, 36), (190, 190, 195), (120, 120, 125), scenery.random_color(rng)]
    )
    side = round(rng.uniform(0.01, 0.035) * WIDTH)
    top, bottom = (round(rng.uniform(0.02, 0.19) * HEIGHT) for _ in range(2))
    image[:top], image[HEIGHT - bottom :], image[:, :side], image[:, WIDTH - side :] = (color,) * 4
    shade(image[:top], np.linspace(25, -25, max(1, top), dtype=np.float32)[:, None])
    for y, depth in ((top / 2, top), (HEIGHT - bottom / 2, bottom)):
        if depth > 0.08 * HEIGHT and look.chance(0.7):
            _word(
                look,
                image,
                str(look.one(look.data["frames"])),
                scenery.opposite(color),
                (WIDTH / 2, y),
                depth * 0.7,
                WIDTH * 0.8,
            )


def as_gray(rng: np.random.Generator, image: Image) -> Image:
    """Return the image as a camera without color may see it: other weights of the colors, or infrared."""
    usual = np.array([0.114, 0.587, 0.299])
    weights = usual if rng.random() < 0.75 else rng.dirichlet([1.0, 1.5, 1.5])
    gray: Image = cv2.transform(image, weights[None].astype(np.float32))
    return gray.reshape(image.shape[:2])
