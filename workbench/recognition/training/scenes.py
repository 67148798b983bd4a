"""Synthetic photographs in gray, with plates on cars and elsewhere, and where the plates' corners are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from workbench.recognition.training.backdrop import Gray, Pen, add_text, backdrop, sign
from workbench.recognition.training.cars import draw_car

__all__ = ["Scene", "compose"]

Plates = Callable[[np.random.Generator], Gray]
_Floats = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and its plates.

    Parameters
    ----------
    image : ndarray, (height, width), uint8
        Gray.
    corners : ndarray, (plates, 4, 2), float32
        Pixels, clockwise from the top left as the plate is read.
    unclear : ndarray, (plates, 4, 2), float32
        Plates cut by the picture's edge, too small or too large to be asked for.
    """

    image: Gray
    corners: npt.NDArray[np.float32]
    unclear: npt.NDArray[np.float32]


def compose(
    rng: np.random.Generator,
    plates: Plates,
    *,
    height: int,
    width: int,
    sizes: tuple[float, float],
    most: int = 3,
) -> Scene:
    """Compose a picture.

    Parameters
    ----------
    rng : Generator
        Where all its chance comes from.
    plates : callable
        Gives a flat plate by lot, gray, uint8.
    height, width : int
        Of the picture, in pixels.
    sizes : tuple of float
        Least and largest width of a plate, in pixels; a few are drawn beyond and count as unclear.
    most : int
        Most plates in a picture. One picture in six has none.
    """
    image = backdrop(rng, height, width)
    low, high = sizes
    for _ in range(int(rng.integers(0, 4))):
        middle = (rng.uniform(0, width), rng.uniform(0, height))
        sign(rng, image, middle, low * 1.5 * float(np.exp(rng.uniform(0, 2))))
    count = 0 if rng.random() < 0.17 else 1 + int(rng.binomial(most - 1, 0.25))
    placed: list[_Floats] = []
    if count == 0 and rng.random() < 0.6:
        _car_without_plate(rng, image, sizes)
    for _ in range(count):
        size = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        if rng.random() < 0.05:
            size = low * rng.uniform(0.4, 0.9) if rng.random() < 0.4 else high * rng.uniform(1.2, 3)
        place = _free_place(rng, image, size, placed)
        if place is not None:
            placed.append(_car_with_plate(rng, image, plates(rng), place, size))
    for _ in range(int(rng.integers(0, 3))):
        _sign_beside(rng, image, placed, low)
    if rng.random() < 0.08:  # the camera's own words
        y = float(rng.choice([0.03, 0.96])) * height
        add_text(rng, image, (width * rng.uniform(0.2, 0.8), y), height * 0.03, 255, words=3)
    seen = _photograph(rng, image, placed)
    return _labeled(seen, placed, sizes)


def _free_place(
    rng: np.random.Generator, image: Gray, size: float, placed: list[_Floats]
) -> tuple[float, float] | None:
    height, width = image.shape
    for _ in range(8):
        x = rng.uniform(size * 0.52, max(size * 0.53, width - size * 0.52))
        y = rng.uniform(size * 0.28, max(size * 0.29, height - size * 0.28))
        if rng.random() < 0.04:
            x = rng.uniform(-0.2, 0.3) * size
        if all(
            np.abs(other.mean(0) - (x, y))[0] > 2 * size + np.ptp(other[:, 0]) * 2
            or np.abs(other.mean(0) - (x, y))[1] > 2 * size + np.ptp(other[:, 1]) * 4
            for other in placed
        ):
            return x, y
    return None


def _car_without_plate(rng: np.random.Generator, image: Gray, sizes: tuple[float, float]) -> None:
    height, width = image.shape
    place = rng.uniform(0, width), rng.uniform(0.3, 1) * height
    draw_car(rng, image, place, float(rng.uniform(sizes[0], sizes[1])))
    if rng.random() < 0.4:
        sign(rng, image, place, float(rng.uniform(*sizes)))


def _sign_beside(rng: np.random.Generator, image: Gray, placed: list[_Floats], low: float) -> None:
    """Put a sign anywhere that covers no plate."""
    height, width = image.shape
    middle, wide = (
        (rng.uniform(0, width), rng.uniform(0, height)),
        low * float(np.exp(rng.uniform(0, 2))),
    )
    for corners in placed:
        gap = np.abs(corners.mean(0) - middle) - np.ptp(corners, axis=0) / 2
        if (gap < (wide * 0.6, wide * 1.2)).all():
            return
    sign(rng, image, middle, wide)


def _car_with_plate(
    rng: np.random.Generator, image: Gray, plate: Gray, place: tuple[float, float], size: float
) -> _Floats:
    """Draw a car, or nothing but a board, hang the plate and return its corners."""
    if rng.random() < 0.85:
        draw_car(rng, image, place, size)
    corners: _Floats = _corners(rng, size) + np.array(place)
    _hang(rng, image, plate, corners, size)
    return corners


def _corners(rng: np.random.Generator, size: float) -> _Floats:
    """Return the corners of a plate of that width around (0, 0): turned, slanted, in perspective."""
    tall = size * (rng.uniform(0.46, 0.56) if rng.random() < 0.8 else rng.uniform(0.4, 0.68))
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * (size, tall)
    spread = 0.012 if rng.random() < 0.6 else 0.035
    corners += rng.normal(0, spread, (4, 2)) * (size, tall)
    side = rng.normal(0, 0.05) * tall
    corners[:, 1] += np.sign(corners[:, 0]) * np.sign(corners[:, 1]) * side
    corners[:, 1] += corners[:, 0] * rng.normal(0, 0.05)
    corners[:, 0] += corners[:, 1] * rng.normal(0, 0.08)
    angle = np.radians(rng.normal(0, 2.5 if rng.random() < 0.8 else 9))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(corners @ turn.T)


def _hang(
    rng: np.random.Generator, image: Gray, plate: Gray, corners: _Floats, size: float
) -> None:
    """Put a plate on the picture: its shadow, its frame, itself in the place's light."""
    middle = corners.mean(0)
    pen = Pen(image, (0.0, 0.0), 1.0, np.eye(2))
    if rng.random() < 0.5:
        drop = np.array([rng.normal(0, 0.02), rng.uniform(0, 0.08)]) * size
        pen.shape(middle + (corners - middle) * 1.03 + drop, int(rng.integers(0, 60)))
    if rng.random() < 0.3:
        outer = middle + (corners - middle) * (1 + rng.uniform(0.02, 0.09))
        pen.shape(
            outer, int(rng.integers(0, 70)) if rng.random() < 0.65 else int(rng.integers(120, 256))
        )
    lit = plate.astype(np.float32)
    if rng.random() < 0.5:
        gain, lift = rng.uniform(0.35, 1.25), rng.uniform(-20, 40)
        lit = lit * gain + lift
    h, w = plate.shape
    if rng.random() < 0.4:  # the shadow of the recess or a bumper
        edge, soft = rng.uniform(0.05, 0.7) * h, rng.uniform(1, 20)
        rows = np.arange(h) if rng.random() < 0.7 else np.arange(h)[::-1]
        dark = 1 - rng.uniform(0.2, 0.7) / (1 + np.exp((rows - edge) / soft))
        lit *= dark[:, None].astype(np.float32)
    if rng.random() < 0.12:
        xs, ys = np.arange(w) - rng.uniform(0, w), np.arange(h) - rng.uniform(0, h)
        lit += 150 * np.exp(
            -(xs[None] ** 2 + ys[:, None] ** 2) / (2 * (rng.uniform(0.1, 0.3) * w) ** 2)
        )
    _warp(rng, image, np.clip(lit, 0, 255).astype(np.uint8), corners, size)


def _warp(
    rng: np.random.Generator, image: Gray, plate: Gray, corners: _Floats, size: float
) -> None:
    """Paint a plate between its corners, smoothly when it is small."""
    height, width = image.shape
    left, top = np.floor(corners.min(0) - 2).astype(int)
    right, bottom = np.ceil(corners.max(0) + 2).astype(int)
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if right <= left or bottom <= top:
        return
    times = 4 if size < 60 else 2 if size < 140 else 1
    h, w = plate.shape
    near = (round(min(w, size * times)), round(min(w, size * times) * h / w))
    flat = cv2.resize(plate, near, interpolation=cv2.INTER_AREA)
    shape = np.zeros((near[1], near[0]), np.uint8)
    radius = max(1, round(near[0] * rng.uniform(0.005, 0.05)))
    for a, b in (((radius, 0), (-radius - 1, -1)), ((0, radius), (-1, -radius - 1))):
        cv2.rectangle(shape, a, (near[0] + b[0], near[1] + b[1]), 255, -1)
    for x in (radius, near[0] - 1 - radius):
        for y in (radius, near[1] - 1 - radius):
            cv2.circle(shape, (x, y), radius, 255, -1)
    source = np.array([[0, 0], [near[0], 0], [near[0], near[1]], [0, near[1]]], np.float32)
    target = ((corners - (left, top)) * times).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    large = ((right - left) * times, (bottom - top) * times)
    small = (right - left, bottom - top)
    seen = cv2.warpPerspective(flat, matrix, large, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(shape, matrix, large)
    seen = np.asarray(cv2.resize(seen, small, interpolation=cv2.INTER_AREA), np.float32)
    share = np.asarray(cv2.resize(mask, small, interpolation=cv2.INTER_AREA), np.float32) / 255
    part = image[top:bottom, left:right]
    part[:] = (part * (1 - share) + seen * share).astype(np.uint8)


def _photograph(rng: np.random.Generator, image: Gray, placed: list[_Floats]) -> Gray:
    """Return what a camera makes of it: light, shadows, night, blur, noise, JPEG."""
    height, width = image.shape
    light: _Floats = image.astype(np.float32)
    if rng.random() < 0.3:
        shadow = np.zeros_like(image)
        points = rng.uniform(-0.2, 1.2, (int(rng.integers(3, 7)), 2)) * (width, height)
        cv2.fillPoly(shadow, [points.astype(np.int32)], 255)
        soft = cv2.GaussianBlur(shadow, (0, 0), float(rng.uniform(0.5, 5))).astype(np.float32)
        light *= 1 - soft * np.float32(rng.uniform(0.2, 0.65) / 255)
    if rng.random() < 0.07 and placed:  # night: lamps or infrared light the plates up
        light *= np.float32(rng.uniform(0.08, 0.5))
        for corners in placed:
            left, top = np.maximum(corners.min(0), 0).astype(int)
            right, bottom = np.ceil(corners.max(0)).astype(int)
            part = light[top:bottom, left:right]
            part *= np.float32(rng.uniform(1.5, 6))
    light = 255 * (np.clip(light, 0, 255) / 255) ** np.float32(np.exp(rng.normal(0, 0.35)))
    low, high = rng.uniform(0, 60), rng.uniform(150, 275)
    light = low + light * np.float32((high - low) / 255)
    light = _blurred(rng, light)
    if rng.random() < 0.6:
        light += rng.standard_normal(light.shape, dtype=np.float32) * np.float32(
            rng.uniform(0.5, 9)
        )
    seen: Gray = np.clip(light, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:  # an enlarged picture
        factor = rng.uniform(0.4, 0.85)
        seen = cv2.resize(seen, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        seen = cv2.resize(seen, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))]
        seen = np.asarray(
            cv2.imdecode(cv2.imencode(".jpg", seen, quality)[1], cv2.IMREAD_GRAYSCALE)
        )
    if rng.random() < 0.15:
        seen = cv2.addWeighted(seen, 1.7, cv2.GaussianBlur(seen, (0, 0), 1.0), -0.7, 0)
    return seen


def _blurred(rng: np.random.Generator, light: _Floats) -> _Floats:
    kind = rng.random()
    if kind < 0.4:
        return cv2.GaussianBlur(light, (0, 0), float(rng.uniform(0.3, 1.3)))
    if kind < 0.52:
        length = int(rng.integers(2, 6)) | 1
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1
        if rng.random() < 0.3:
            kernel = kernel.T
        return cv2.filter2D(light, -1, kernel / kernel.sum())
    return light


def _labeled(image: Gray, placed: list[_Floats], sizes: tuple[float, float]) -> Scene:
    height, width = image.shape
    clear: list[_Floats] = []
    unclear: list[_Floats] = []
    for corners in placed:
        wide = np.linalg.norm(corners[1] - corners[0])
        inside = (corners > -0.06 * wide).all() and (
            corners < np.array([width, height]) + 0.06 * wide
        ).all()
        fits = 0.95 * sizes[0] <= wide <= 1.1 * sizes[1]
        (clear if inside and fits else unclear).append(corners)
    shape = (-1, 4, 2)
    return Scene(
        image,
        np.asarray(clear, np.float32).reshape(shape),
        np.asarray(unclear, np.float32).reshape(shape),
    )
