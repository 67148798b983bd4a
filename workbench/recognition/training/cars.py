"""Rears and fronts of synthetic cars in gray pictures, in the way of those that plates are mounted on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from workbench.recognition.training.backdrop import Gray, Pen, add_text, texture, tone

__all__ = ["draw_car"]


@dataclass(slots=True)
class _Car:
    """What was drawn by lot for a car; lengths in plate widths, downward from the plate's middle."""

    rng: np.random.Generator
    pen: Pen
    body: int
    half: float
    deck: float
    sill: float
    ground: float
    roof: float

    def near(self, value: float, spread: float = 0.12) -> float:
        return value * float(np.exp(self.rng.normal(0, spread)))


def draw_car(
    rng: np.random.Generator, image: Gray, place: tuple[float, float], unit: float
) -> None:
    """Draw a car whose plate will hang at a place.

    Parameters
    ----------
    rng : Generator
        Where all its chance comes from.
    image : ndarray, (height, width), uint8
        What it is drawn on.
    place : tuple of float
        The middle of its plate, in pixels.
    unit : float
        The plate's width in pixels.
    """
    slant = np.array([[rng.uniform(0.75, 1.0), 0], [rng.normal(0, 0.06), 1]])
    low = bool(rng.random() < 0.4)
    ground = rng.uniform(1.4, 2.2) if low else rng.uniform(2.2, 3.4)
    deck = -rng.uniform(0.7, 3.2) if low else -rng.uniform(0.6, 1.6)
    car = _Car(
        rng,
        Pen(image, place, unit, slant),
        tone(rng),
        rng.uniform(2.5, 3.3),
        deck,
        ground - rng.uniform(0.5, 0.9),
        ground,
        deck - rng.uniform(1.0, 2.0),
    )
    before = image.copy()
    _shadow_and_wheels(car)
    _cabin(car)
    _shell(car)
    front = bool(rng.random() < 0.45)
    if front:
        _grille(car)
    _lights(car, front=front)
    _lettering(car)
    _around_plate(car)
    if rng.random() < 0.06:  # another car's fender, a post or a person in front of a part of it
        x = int(place[0] + unit * rng.choice([-1, 1]) * rng.uniform(0.8, 2.5))
        wide = max(1, int(unit * rng.uniform(0.1, 1.5)))
        image[:, max(0, x) : max(0, x + wide)] = before[:, max(0, x) : max(0, x + wide)]


def _shadow_and_wheels(car: _Car) -> None:
    rng, pen = car.rng, car.pen
    pen.box(
        -car.half * 1.05,
        car.sill - 0.1,
        car.half * 1.05,
        car.ground + 0.15,
        int(rng.integers(0, 70)),
    )
    for side in (-1, 1):
        inner, outer = side * (car.half - car.near(0.75)), side * (car.half - 0.08)
        pen.box(inner, car.sill - 0.5, outer, car.ground + 0.1, int(rng.integers(5, 60)))


def _cabin(car: _Car) -> None:
    """Draw the roof, the window with what it mirrors, and mirrors."""
    rng, pen = car.rng, car.pen
    top, bottom = car.half * rng.uniform(0.6, 0.9), car.half * rng.uniform(0.85, 1.0)
    outline = [[-top, car.roof], [top, car.roof], [bottom, car.deck], [-bottom, car.deck]]
    pen.shape(outline, car.body)
    mask = np.zeros_like(pen.image)
    glass = Pen(mask, pen.place, pen.unit, pen.slant)
    a, b = rng.uniform(0.1, 0.25), rng.uniform(0.0, 0.15)
    top, bottom = top * rng.uniform(0.85, 0.97), bottom * rng.uniform(0.8, 0.97)
    glass.shape(
        [
            [-top, car.roof + a],
            [top, car.roof + a],
            [bottom, car.deck - b],
            [-bottom, car.deck - b],
        ],
        255,
    )
    dark = rng.uniform(8, 110) + texture(rng, *mask.shape) * rng.uniform(3, 40)
    inside = mask > 127
    pen.image[inside] = np.clip(dark, 0, 255)[inside]
    if rng.random() < 0.3:
        pen.line(
            [[-bottom * 0.8, car.deck - b - 0.1], [rng.uniform(-1, 1), car.deck - b - 0.3]],
            15,
            0.04,
        )
    if rng.random() < 0.25:
        for side in (-1, 1):
            pen.oval(side * (car.half + 0.2), car.deck - 0.2, 0.3, 0.2, int(rng.integers(5, 160)))


def _shell(car: _Car) -> None:
    """Draw the body with light and dark along its height, its edges and bumper."""
    rng, pen = car.rng, car.pen
    mask = np.zeros_like(pen.image)
    shape = Pen(mask, pen.place, pen.unit, pen.slant)
    cut = rng.uniform(0.05, 0.4)
    shape.shape(
        [
            [-car.half + cut, car.deck],
            [car.half - cut, car.deck],
            [car.half, car.deck + cut * 2],
            [car.half * 0.99, car.sill - cut],
            [car.half - cut, car.sill],
            [-car.half + cut, car.sill],
            [-car.half * 0.99, car.sill - cut],
            [-car.half, car.deck + cut * 2],
        ],
        255,
    )
    height, width = mask.shape
    steps = np.cumsum(rng.normal(0, 0.35, 24)) if rng.random() < 0.7 else rng.normal(0, 0.4, 24)
    column = np.asarray(cv2.resize(np.asarray(steps, np.float32)[:, None], (1, 480)), np.float32)[
        :, 0
    ]
    along = (np.arange(height) - pen.place[1]) / pen.unit
    light = np.interp(along, np.linspace(car.deck, car.sill, 480), column)
    shine = rng.uniform(5, 45)
    across = texture(rng, height, width) * rng.uniform(0, 10)
    surface = np.clip(car.body + (light * shine)[:, None] + across, 0, 255)
    inside = mask > 127
    pen.image[inside] = surface[inside]
    for _ in range(int(rng.integers(1, 6))):
        y = rng.uniform(car.deck, car.sill)
        bow = rng.normal(0, 0.08)
        points = [
            [-car.half, y + bow],
            [-car.half * 0.5, y],
            [car.half * 0.5, y],
            [car.half, y + bow],
        ]
        pen.line(points, tone(rng), rng.uniform(0.01, 0.08))
    if rng.random() < 0.45:
        y = rng.uniform(0.2, max(0.3, car.sill - 0.2))
        pen.box(
            -car.half,
            y,
            car.half,
            car.sill,
            tone(rng) if rng.random() < 0.6 else int(rng.integers(10, 60)),
        )


def _grille(car: _Car) -> None:
    rng, pen = car.rng, car.pen
    left = car.half * rng.uniform(0.35, 0.7)
    top = rng.uniform(max(car.deck, -1.6), -0.4)
    for low, high in ((top, top + rng.uniform(0.3, 1.0)), (0.35, car.sill - 0.1)):
        if high <= low or rng.random() < 0.2:
            continue
        pen.box(-left, low, left, high, int(rng.integers(5, 70)))
        count, value, upright = int(rng.integers(2, 10)), tone(rng), rng.random() < 0.3
        for i in range(1, count):
            if upright:
                x = -left + 2 * left * i / count
                pen.line([[x, low], [x, high]], value, rng.uniform(0.02, 0.06))
            else:
                y = low + (high - low) * i / count
                pen.line([[-left, y], [left, y]], value, rng.uniform(0.02, 0.06))
    if rng.random() < 0.7:
        pen.oval(
            0,
            top + 0.3,
            car.near(0.25),
            car.near(0.2),
            tone(rng),
            thick=float(rng.choice([-1.0, 0.06])),
        )


def _lights(car: _Car, *, front: bool) -> None:
    rng, pen = car.rng, car.pen
    inner = car.half * rng.uniform(0.5, 0.85)
    top = rng.uniform(max(car.deck, -1.4), -0.1)
    tall = rng.uniform(0.3, 1.4) if not front else rng.uniform(0.3, 0.8)
    value = tone(rng)
    for side in (-1, 1):
        slope = rng.uniform(0, 0.3)
        points = [
            [side * inner, top + slope],
            [side * car.half * 0.99, top],
            [side * car.half * 0.99, top + tall],
            [side * (inner + 0.1), top + tall * 0.8],
        ]
        pen.shape(points, value)
        x = side * (inner + car.half) / 2
        for _ in range(int(rng.integers(0, 4))):
            y = top + tall * rng.uniform(0.2, 0.8)
            wide = (car.half - inner) * rng.uniform(0.1, 0.4)
            if rng.random() < 0.5:
                pen.oval(x, y, wide, wide * rng.uniform(0.5, 1), tone(rng))
            else:
                pen.box(x - wide, y - 0.08, x + wide, y + 0.08, tone(rng))
        if rng.random() < 0.35:  # lamps or reflectors in the bumper
            y = rng.uniform(0.3, max(0.4, car.sill - 0.1))
            pen.box(side * car.half * 0.75, y, side * car.half * 0.92, y + 0.12, tone(rng))


def _lettering(car: _Car) -> None:
    """Put badges, words and stickers on the body."""
    rng, pen = car.rng, car.pen
    for _ in range(int(rng.integers(0, 5))):
        x = rng.uniform(0.8, 2.3) * rng.choice([-1, 1])
        y = rng.uniform(max(car.deck, -1.5), car.sill)
        (at,) = pen.at([[x, y]])
        height = pen.unit * rng.uniform(0.08, 0.22)
        middle = (float(at[0]), float(at[1]))
        if rng.random() < 0.3:
            pen.box(x - 0.5, y - 0.15, x + 0.5, y + 0.15, tone(rng))
        add_text(rng, pen.image, middle, height, tone(rng))
    if rng.random() < 0.35:
        y = rng.uniform(-0.75, -0.45) if rng.random() < 0.5 else rng.uniform(car.deck, -0.5)
        (at,) = pen.at([[0.0, y]])
        add_text(
            rng,
            pen.image,
            (float(at[0]), float(at[1])),
            pen.unit * rng.uniform(0.15, 0.5),
            tone(rng),
        )


def _around_plate(car: _Car) -> None:
    """Draw the recess, its lamp and handle, and the bracket."""
    rng, pen = car.rng, car.pen
    if rng.random() < 0.6:
        wide, up, down = rng.uniform(0.55, 1.2), rng.uniform(0.3, 0.6), rng.uniform(0.28, 0.5)
        value = (
            int(np.clip(car.body + rng.normal(0, 50), 0, 255)) if rng.random() < 0.6 else tone(rng)
        )
        flare = rng.uniform(-0.1, 0.25)
        pen.shape([[-wide - flare, -up], [wide + flare, -up], [wide, down], [-wide, down]], value)
        if rng.random() < 0.5:
            pen.box(
                -wide, -up, wide, -up + rng.uniform(0.04, 0.15), int(value * rng.uniform(0.2, 0.7))
            )
    if rng.random() < 0.4:
        y = -rng.uniform(0.33, 0.6)
        pen.box(-rng.uniform(0.3, 1.6), y - 0.06, rng.uniform(0.3, 1.6), y + 0.04, tone(rng))
    if rng.random() < 0.3:
        pen.box(-0.53, -0.29, 0.53, 0.29, int(rng.integers(5, 90)))
