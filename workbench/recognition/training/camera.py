"""A camera in front of a flat plate: where it stands, what light there is, what it does to the picture.

Works on gray pictures of a plate with its surroundings, a fraction of a millisecond each, so that every
plate is photographed anew in every pass of training.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["MARGIN_X", "MARGIN_Y", "photograph", "with_surroundings"]

Gray = npt.NDArray[Any]
_Floats = npt.NDArray[Any]

MARGIN_X, MARGIN_Y = 40, 24
"""Pixels of surroundings beside and above a flat plate."""


def with_surroundings(rng: np.random.Generator, plate: Gray) -> Gray:
    """Return the plate, corners rounded, in front of a bumper, a trunk lid, a shadow or nothing much."""
    h, w = plate.shape
    height, width = h + 2 * MARGIN_Y, w + 2 * MARGIN_X
    tone = rng.uniform(5, 235)
    rows = np.linspace(rng.normal(0, 30), rng.normal(0, 30), height)
    back = np.clip(
        tone + rows[:, None] + rng.normal(0, rng.uniform(0, 10), (height, width)), 0, 255
    )
    scene: Gray = np.ascontiguousarray(back.astype(np.uint8))
    for _ in range(int(rng.integers(0, 5))):
        y = int(rng.choice([rng.integers(0, MARGIN_Y), rng.integers(height - MARGIN_Y, height)]))
        cv2.line(
            scene,
            (0, y),
            (width, y + int(rng.integers(-6, 7))),
            int(rng.integers(256)),
            int(rng.integers(1, 9)),
        )
    if rng.random() < 0.15:
        x = int(rng.choice([rng.integers(0, MARGIN_X), rng.integers(width - MARGIN_X, width)]))
        cv2.line(
            scene,
            (x, 0),
            (x + int(rng.integers(-9, 10)), height),
            int(rng.integers(256)),
            int(rng.integers(1, 14)),
        )
    if rng.random() < 0.12:
        _lettering(rng, scene)
    radius = int(rng.integers(1, 13))
    shape = np.zeros((height, width), np.uint8)
    for inset, tall in ((0, radius), (radius, 0)):
        a, b = (
            (MARGIN_X + inset, MARGIN_Y + tall),
            (MARGIN_X + w - 1 - inset, MARGIN_Y + h - 1 - tall),
        )
        cv2.rectangle(shape, a, b, 255, -1)
    for x in (MARGIN_X + radius, MARGIN_X + w - 1 - radius):
        for y in (MARGIN_Y + radius, MARGIN_Y + h - 1 - radius):
            cv2.circle(shape, (x, y), radius, 255, -1, cv2.LINE_AA)
    if rng.random() < 0.6:
        cast = np.roll(
            cv2.GaussianBlur(shape, (0, 0), float(rng.uniform(2, 8))),
            int(rng.integers(0, 8)),
            axis=0,
        )
        scene = (scene * (1 - cast / 255 * rng.uniform(0.2, 0.8))).astype(np.uint8)
    placed = np.zeros_like(scene)
    placed[MARGIN_Y : MARGIN_Y + h, MARGIN_X : MARGIN_X + w] = plate
    return np.where(shape > 127, placed, scene)


def _lettering(rng: np.random.Generator, scene: Gray) -> None:
    """Put words beside the plate: a maker's name, a sticker, a frame wider than the plate; in place."""
    height, width = scene.shape
    said = "".join(rng.choice(list("ABCDEFGHIJKLMNOPRSTUVWXY0123456789"), rng.integers(3, 12)))
    size = rng.uniform(0.35, 0.75)
    x = int(rng.integers(MARGIN_X, width - 3 * MARGIN_X))
    y = MARGIN_Y - 3 if rng.random() < 0.5 else height - int(rng.integers(2, 8))
    face = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX]))
    tone, thick = int(rng.integers(256)), int(rng.integers(1, 4))
    cv2.putText(scene, said, (x, y), face, size, tone, thick, cv2.LINE_AA)


def photograph(rng: np.random.Generator, scene: Gray, size: tuple[int, int]) -> Gray:
    """Return the plate as a camera and somebody's crop of its picture give it.

    Parameters
    ----------
    rng : Generator
        Where all its chance comes from.
    scene : ndarray, uint8
        A plate in its surroundings.
    size : tuple of int
        Height and width of the picture returned.
    """
    narrow, wide = (56, 130) if rng.random() < 0.35 else (100, 330)
    width = int(np.exp(rng.uniform(np.log(narrow), np.log(wide))))
    height = max(16, int(width * rng.uniform(0.36, 0.56)))
    picture = _seen(rng, scene, width, height)
    light = picture.astype(np.float32)
    if rng.random() < 0.85:
        light = _lit(rng, light)
    if rng.random() < 0.08:
        _soil(rng, light)
    light = _blurred(rng, light)
    if rng.random() < 0.6:
        light += rng.standard_normal(light.shape, dtype=np.float32) * np.float32(
            rng.uniform(1, 12) * min(1.0, float(light.std()) / 45)
        )
    picture = np.clip(light, 0, 255).astype(np.uint8)
    if rng.random() < 0.55:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(24, 95))]
        packed = cv2.imencode(".jpg", picture, quality)[1]
        picture = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    if rng.random() < 0.14:
        picture = _enlarged(rng, picture)
    if rng.random() < 0.12:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.2)
        picture = cv2.addWeighted(picture, 1.8, soft, -0.8, 0)
    way = (
        cv2.INTER_AREA
        if width > size[1]
        else cv2.INTER_CUBIC
        if rng.random() < 0.3
        else cv2.INTER_LINEAR
    )
    return cv2.resize(picture, (size[1], size[0]), interpolation=way)


def _enlarged(rng: np.random.Generator, picture: Gray) -> Gray:
    """Return the picture as one that was kept small, or filmed, and enlarged again."""
    height, width = picture.shape
    small = max(46.0, width * rng.uniform(0.35, 0.8))
    size = (round(small), max(14, round(small * height / width)))
    if size[0] >= width:
        return picture
    kept = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 90))]
        packed = cv2.imencode(".jpg", kept, quality)[1]
        kept = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    way = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(kept, (width, height), interpolation=way), np.uint8)


def _seen(rng: np.random.Generator, scene: Gray, width: int, height: int) -> Gray:
    """Return the crop: turned, in perspective, too wide or too narrow on each side, sometimes bent."""
    w, h = scene.shape[1] - 2 * MARGIN_X, scene.shape[0] - 2 * MARGIN_Y
    if rng.random() < 0.35:
        left, right, top, bottom = rng.normal(0.0, 0.015, 4)
    else:
        left, right = rng.uniform(-0.045, 0.15, 2)
        top, bottom = rng.uniform(-0.16, 0.15, 2)
    corners = np.array(
        [[-left, -top], [1 + right, -top], [1 + right, 1 + bottom], [-left, 1 + bottom]]
    )
    spread = 0.01 if rng.random() < 0.5 else 0.036
    corners += rng.normal(0, spread, (4, 2)) * (0.7, 1.3)
    corners[[0, 3], 0] = np.minimum(corners[[0, 3], 0], 0.02)
    corners[[1, 2], 0] = np.maximum(corners[[1, 2], 0], 0.98)
    angle = np.radians(rng.normal(0, 1.5) if rng.random() < 0.6 else rng.normal(0, 5))
    middle = (corners - 0.5) * (w, h)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = middle @ turn.T
    if rng.random() < 0.3:
        middle[:, 0] += middle[:, 1] * rng.normal(0, 0.1)
    source = (middle + np.array([w / 2 + MARGIN_X, h / 2 + MARGIN_Y])).astype(np.float32)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    factor = width / w
    if factor < 0.6:
        scene = cv2.GaussianBlur(scene, (0, 0), 0.35 / factor)
    matrix = cv2.getPerspectiveTransform(source, target)
    seen = cv2.warpPerspective(
        scene, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    if rng.random() < 0.12:
        xs, ys = np.meshgrid(
            np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        )
        bend = height * rng.normal(0, 0.035)
        ys += (bend * np.sin(xs / width * np.pi * rng.uniform(0.7, 2) + rng.uniform(0, 6))).astype(
            np.float32
        )
        seen = cv2.remap(seen, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return seen


def _lit(rng: np.random.Generator, light: _Floats) -> _Floats:
    """Return the picture in another light: sun, shade, a lamp's glare, infrared at night."""
    height, width = light.shape
    gamma = float(np.exp(rng.normal(0, 0.35)))
    light = (255 * (np.clip(light, 0, 255) / 255) ** gamma).astype(np.float32)
    low, high = rng.uniform(0, 80), rng.uniform(140, 275)
    if rng.random() < 0.07:  # haze, a dirty window, dusk
        high = low + rng.uniform(25, 60)
    light = low + light * ((high - low) / 255)
    kind = rng.random()
    if kind < 0.35:
        slope = np.linspace(rng.uniform(0.45, 1.1), rng.uniform(0.6, 1.15), width)
        light *= slope[None]
        if rng.random() < 0.5:
            light *= np.linspace(rng.uniform(0.6, 1.1), rng.uniform(0.6, 1.1), height)[:, None]
    elif kind < 0.5:
        shadow = np.zeros((height, width), np.uint8)
        line = np.array(
            [
                [rng.uniform(-0.2, 1.2) * width, 0],
                [rng.uniform(-0.2, 1.2) * width, height],
                [width * 2, height],
                [width * 2, 0],
            ]
        )
        if rng.random() < 0.5:
            line = np.array(
                [
                    [0, rng.uniform(0, 1) * height],
                    [width, rng.uniform(0, 1) * height],
                    [width, 0],
                    [0, 0],
                ]
            )
        cv2.fillPoly(shadow, [line.astype(np.int32)], 255)
        soft = cv2.GaussianBlur(shadow, (0, 0), float(rng.uniform(0.5, 4)))
        light *= 1 - soft.astype(np.float32) * (rng.uniform(0.2, 0.65) / 255)
    elif kind < 0.6:
        x, y, reach = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.1, 0.45) * width
        xs, ys = np.arange(width) - x, np.arange(height) - y
        spot = np.exp(-(xs[None] ** 2 + ys[:, None] ** 2) / (2 * reach**2))
        light += (spot * rng.uniform(40, 130)).astype(np.float32)
    elif kind < 0.7:  # infrared: the ground shines back, the rest is dark
        xs = (np.arange(width) / width - rng.uniform(0.2, 0.8))[None]
        ys = (np.arange(height) / height - 0.5)[:, None]
        fall = np.exp(-(xs**2 + 0.5 * ys**2) / (2 * rng.uniform(0.4, 1.0) ** 2))
        light = light * fall * rng.uniform(0.7, 1.6) - rng.uniform(0, 25)
    return light.astype(np.float32)


def _soil(rng: np.random.Generator, light: _Floats) -> None:
    """Put dirt, snow or salt on the plate, in place."""
    height, width = light.shape
    spots = cv2.resize(
        rng.random((8, 18)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    cover = np.clip((spots - rng.uniform(0.62, 0.85)) * 6, 0, 1) * rng.uniform(0.25, 0.8)
    light[:] = light * (1 - cover) + cover * rng.uniform(20, 235)


def _blurred(rng: np.random.Generator, light: _Floats) -> _Floats:
    """Return the picture out of focus or moved."""
    width = light.shape[1]
    kind = rng.random()
    if kind < 0.38:
        return cv2.GaussianBlur(light, (0, 0), float(width * rng.uniform(0.0015, 0.009) + 0.15))
    if kind < 0.55:
        length = width * rng.uniform(0.008, 0.034)
        size = max(3, int(length) | 1)
        kernel = np.zeros((size, size), np.float32)
        angle = rng.uniform(0, np.pi) if rng.random() < 0.6 else rng.normal(0, 0.1)
        half = (size - 1) / 2
        reach = np.array([np.cos(angle), np.sin(angle)]) * half
        a, b = np.round(half - reach).astype(int), np.round(half + reach).astype(int)
        cv2.line(kernel, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 1.0, 1, cv2.LINE_AA)
        return cv2.filter2D(light, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return light
