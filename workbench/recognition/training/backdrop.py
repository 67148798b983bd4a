"""What stands around synthetic plates in gray pictures: textures, shapes, streets, signs with words, clutter."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Gray", "Pen", "add_text", "backdrop", "sign", "texture", "tone"]

Gray = npt.NDArray[Any]
_Points = Sequence[Sequence[float]] | npt.NDArray[Any]

_FACES = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)
_SAID = """
TAXI POLICE SHERIFF SALE OPEN EXIT STOP YIELD SPEED LIMIT PARKING ONLY TOW AWAY FORD RANGER TUNDRA GMC DODGE
RAM HYBRID LIMITED SPORT TURBO AWD 4X4 V6 V8 XLE LX SE EX-L PHARMACY MOTEL PIZZA BANK AVENUE MAIN ST NORTH
ROUTE CAUTION WIDE TURNS HOW IS MY DRIVING CALL PLUMBING ELECTRIC RENTAL BABY ON BOARD VOTE COEXIST DEALER
MOTORS FOR LEASE ONE WAY DO NOT ENTER FIRE LANE VISITOR HANDICAP RESERVED School Bus Diesel Corolla Accord
Civic Camry
"""
_WORDS = tuple(_SAID.split())


@dataclass(slots=True)
class Pen:
    """Draws on a gray picture in units of a plate's width, from a place of its own, slanted or not.

    Parameters
    ----------
    image : ndarray, (height, width), uint8
        What is drawn on.
    place : tuple of float
        Where (0, 0) lies, in pixels.
    unit : float
        Pixels of one unit.
    slant : ndarray, (2, 2)
        What points are multiplied with.
    """

    image: Gray
    place: tuple[float, float]
    unit: float
    slant: npt.NDArray[Any]

    def at(self, points: _Points) -> npt.NDArray[np.int32]:
        """Return points of the picture."""
        moved = np.asarray(points, np.float64) @ self.slant.T * self.unit + np.array(self.place)
        return np.asarray(np.round(np.clip(moved, -4000, 4000)), np.int32)

    def shape(self, points: _Points, value: int) -> None:
        """Fill a polygon."""
        cv2.fillPoly(self.image, [self.at(points)], int(value), cv2.LINE_AA)

    def box(self, left: float, top: float, right: float, bottom: float, value: int) -> None:
        """Fill a box."""
        self.shape([[left, top], [right, top], [right, bottom], [left, bottom]], value)

    def line(self, points: _Points, value: int, width: float = 0.03) -> None:
        """Draw a line of a width in units."""
        thick = max(1, round(width * self.unit))
        cv2.polylines(self.image, [self.at(points)], False, int(value), thick, cv2.LINE_AA)

    def oval(
        self, x: float, y: float, wide: float, tall: float, value: int, *, thick: float = -1
    ) -> None:
        """Draw an ellipse, filled or as a ring of a thickness in units."""
        angles = np.linspace(0, 2 * np.pi, 20)
        points = np.column_stack([x + wide * np.cos(angles), y + tall * np.sin(angles)])
        if thick < 0:
            self.shape(points, value)
        else:
            self.line(points, value, thick)


def tone(rng: np.random.Generator) -> int:
    """Return a gray by lot, dark and light ones more often than those between."""
    return int(255 * rng.beta(0.8, 0.9))


@functools.cache
def _textures() -> tuple[npt.NDArray[np.float32], ...]:
    """Return noises from soft clouds to coarse grain, 640 by 640, mean 0 and spread 1."""
    rng = np.random.default_rng(99)
    result = []
    for power in (0.4, 0.7, 0.9, 1.1, 1.3, 1.6, 1.9, 2.3):
        across = np.fft.rfftfreq(640)[None] * rng.uniform(0.4, 2.5)
        down = np.fft.fftfreq(640)[:, None]
        strength = np.maximum(np.hypot(across, down), 1 / 640) ** -power
        phase = rng.normal(size=strength.shape) + 1j * rng.normal(size=strength.shape)
        values = np.fft.irfft2(phase * strength, (640, 640))
        result.append(((values - values.mean()) / values.std()).astype(np.float32))
    return tuple(result)


def texture(rng: np.random.Generator, height: int, width: int) -> npt.NDArray[np.float32]:
    """Return a noise by lot, mean about 0 and spread about 1."""
    whole = _textures()[rng.integers(8)]
    if height > 600 or width > 600:
        factor = max(height, width) / 600
        part = texture(rng, max(1, int(height / factor)), max(1, int(width / factor)))
        return np.asarray(cv2.resize(part, (width, height)), np.float32)
    y, x = int(rng.integers(640 - height)), int(rng.integers(640 - width))
    part = whole[y : y + height, x : x + width]
    return part[:, ::-1] if rng.random() < 0.5 else part


def backdrop(rng: np.random.Generator, height: int, width: int) -> Gray:
    """Return a picture of nothing in particular: a street, a wall, leaves, shapes upon shapes."""
    top, bottom = tone(rng), tone(rng)
    rows = np.linspace(top, bottom, height) if rng.random() < 0.5 else np.full(height, float(top))
    image: Gray = np.repeat(rows[:, None], width, axis=1).astype(np.uint8)
    rough = np.full((height, width), int(rng.integers(0, 30)), np.uint8)
    kind = rng.random()
    if kind < 0.45:
        _street(rng, image, rough)
    elif kind < 0.9:
        _leaves(rng, image, rough, int(rng.integers(10, 120)))
    for _ in range(int(rng.integers(0, 3))):
        _rows(rng, image)
    grain = texture(rng, height, width)
    return np.asarray(np.clip(image + grain * rough, 0, 255), np.uint8)


def _leaves(rng: np.random.Generator, image: Gray, rough: Gray, count: int) -> None:
    """Lay shapes of all sizes one upon the other, each smooth or rough in itself."""
    height, width = image.shape
    sizes = np.sort(4 * (1 + rng.pareto(1.2, count)))[::-1]
    for size in np.minimum(sizes, width / 2):
        x, y = rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.1, 1.1) * height
        angle = rng.normal(0, 0.12) if rng.random() < 0.7 else rng.uniform(0, np.pi)
        slant = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        value, grain = tone(rng), int(rng.integers(0, 35))
        for layer, paint in ((image, value), (rough, grain)):
            pen = Pen(layer, (x, y), size, slant)
            _leaf(np.random.default_rng(int(size * 1000)), pen, paint)


def _leaf(rng: np.random.Generator, pen: Pen, value: int) -> None:
    kind, tall = rng.random(), float(np.exp(rng.normal(-0.4, 0.6)))
    if kind < 0.5:
        pen.box(-1, -tall, 1, tall, value)
    elif kind < 0.7:
        pen.oval(0, 0, 1, tall, value)
    elif kind < 0.85:
        points = rng.uniform(-1, 1, (int(rng.integers(3, 8)), 2))
        order = np.argsort(np.arctan2(points[:, 1], points[:, 0]))
        pen.shape(points[order], value)
    else:
        pen.line(rng.uniform(-2, 2, (2, 2)), value, rng.uniform(0.05, 0.3))


def _street(rng: np.random.Generator, image: Gray, rough: Gray) -> None:
    """Sky or houses or trees above, a road with its lines below."""
    height, width = image.shape
    horizon = int(height * rng.uniform(-0.2, 0.7))
    if horizon > 0:
        _leaves(rng, image[:horizon], rough[:horizon], int(rng.integers(5, 60)))
        if rng.random() < 0.5:
            rough[: int(horizon * rng.uniform(0.4, 1))] = int(rng.integers(10, 60))
    ground = max(0, horizon)
    image[ground:] = int(rng.integers(30, 220))
    rough[ground:] = int(rng.integers(2, 25))
    middle = width * rng.uniform(0, 1)
    for _ in range(int(rng.integers(0, 4))):
        x = width * rng.uniform(-1, 2)
        line = np.array(
            [[middle, horizon], [x, height], [x + width * rng.uniform(0.02, 0.12), height]]
        )
        cv2.fillPoly(image, [line.astype(np.int32)], int(rng.integers(120, 256)), cv2.LINE_AA)


def _rows(rng: np.random.Generator, image: Gray) -> None:
    """Draw slats, bars, bricks, windows of a house or a grille."""
    height, width = image.shape
    pen = Pen(
        image,
        (rng.uniform(0, width), rng.uniform(0, height)),
        rng.uniform(0.1, 0.6) * width,
        np.array([[1, rng.normal(0, 0.1)], [rng.normal(0, 0.05), 1]]),
    )
    tall, count = rng.uniform(0.15, 1.0), int(rng.integers(3, 16))
    first, second = tone(rng), tone(rng)
    if rng.random() < 0.5:
        pen.box(-0.5, -tall / 2, 0.5, tall / 2, first)
    share, kind = rng.uniform(0.2, 0.8), rng.integers(3)
    across = int(rng.integers(2, 12))
    for i in range(count):
        y = (i / count - 0.5) * tall
        x = i / count - 0.5
        if kind == 0:
            pen.box(-0.48, y, 0.48, y + tall / count * share, second)
        elif kind == 1:
            pen.box(x, -tall / 2, x + share / count, tall / 2, second)
        else:
            for j in range(across):
                x = (j + 0.3 * (i % 2)) / across - 0.5
                pen.box(x, y, x + share / across, y + tall / count * share, second)


def add_text(
    rng: np.random.Generator,
    image: Gray,
    middle: tuple[float, float],
    height: float,
    value: int,
    *,
    words: int = 1,
) -> tuple[float, float]:
    """Write words or numbers by lot; return their width and height in pixels."""
    text = " ".join(_text(rng) for _ in range(words))
    face, thick = _FACES[rng.integers(len(_FACES))], max(1, round(height * rng.uniform(0.06, 0.24)))
    (wide, tall), _ = cv2.getTextSize(text, face, 1.0, 1)
    scale = height / max(tall, 1)
    x, y = round(middle[0] - wide * scale / 2), round(middle[1] + height / 2)
    cv2.putText(image, text, (x, y), face, scale, int(value), thick, cv2.LINE_AA)
    return wide * scale, height


def _text(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.65:
        return str(_WORDS[rng.integers(len(_WORDS))])
    digits = "".join(str(d) for d in rng.integers(0, 10, int(rng.integers(2, 8))))
    if kind < 0.8:
        return digits[:4]
    return f"{digits[:3]}-{digits[3:]}" if kind < 0.9 else f"${digits}"


def sign(rng: np.random.Generator, image: Gray, middle: tuple[float, float], wide: float) -> None:
    """Put up what is no plate: a traffic sign, a sticker, a shop's sign, a badge, words without a ground."""
    tall = wide * float(np.exp(rng.normal(-0.3, 0.6)))
    if 1.5 < wide / tall < 2.9:
        tall = wide * (0.2 if rng.random() < 0.5 else 0.95)
    ground, ink = tone(rng), tone(rng)
    if abs(ground - ink) < 70:
        ink = (ground + 128) % 256
    pen = Pen(image, middle, wide, np.array([[1, rng.normal(0, 0.05)], [rng.normal(0, 0.05), 1]]))
    half, kind = tall / wide / 2, rng.random()
    if kind < 0.55:
        pen.box(-0.5, -half, 0.5, half, ground)
        if rng.random() < 0.4:
            pen.line(
                [
                    [-0.46, -half * 0.9],
                    [0.46, -half * 0.9],
                    [0.46, half * 0.9],
                    [-0.46, half * 0.9],
                ],
                ink,
                0.02,
            )
    elif kind < 0.75:
        pen.oval(0, 0, 0.5, half, ground)
    lines = 1 if tall < 0.35 * wide else int(rng.integers(1, 5))
    size = tall / lines * rng.uniform(0.25, 0.75)
    for i in range(lines):
        y = middle[1] + tall * ((i + 0.5) / lines - 0.5)
        add_text(rng, image, (middle[0], y), min(size, wide / 3), ink)
