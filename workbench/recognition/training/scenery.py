"""What is painted on a plate beside letters: grounds, landscapes, emblems, bolts, relief."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from workbench.recognition.training.strokes import Mask

__all__ = [
    "Color", "Image", "bolt", "contrasting", "emblem", "emboss", "gradient", "landscape", "opposite", "paint",
    "random_color", "rgb", "shade", "stamp",
]  # fmt: skip

Image = npt.NDArray[Any]
Color = tuple[int, int, int]
_VIVID = ("#c8202c", "#1f49b0", "#f0c020", "#1f8a4a", "#e87020", "#7a2a90", "#111111", "#ffffff", "#d8d8d8",
          "#20a0c0", "#f2f2e8", "#e0408a")  # fmt: skip


def rgb(text: str) -> Color:
    """Return ``#rrggbb`` as blue, green, red."""
    return int(text[5:7], 16), int(text[3:5], 16), int(text[1:3], 16)


def random_color(rng: np.random.Generator) -> Color:
    """Return a color as printers like them."""
    base = np.array(rgb(_VIVID[rng.integers(len(_VIVID))])) + rng.normal(0, 12, 3)
    blue, green, red = (int(v) for v in np.clip(base, 0, 255))
    return blue, green, red


def opposite(color: Any) -> Color:
    """Return black or white, whichever is read better on a color."""
    light = 0.114 * color[0] + 0.587 * color[1] + 0.299 * color[2]
    return (15, 15, 15) if light > 125 else (245, 245, 245)


def contrasting(rng: np.random.Generator, ground: Image, ink: Color) -> Color:
    """Return an ink for words on a ground: often the plate's own, else any that can be seen there."""
    behind = ground.reshape(-1, 3).mean(0)
    for color in (ink if rng.random() < 0.55 else random_color(rng), ink, random_color(rng)):
        if np.abs(np.array(color) - behind).max() > 70:
            return color
    return opposite(behind)


def gradient(rng: np.random.Generator, text: str, height: int, width: int) -> Image:
    """Return a ground: one color or, for ``a>b``, from a at the top to b at the bottom."""
    first, _, second = text.partition(">")
    top, bottom = rgb(first) + rng.normal(0, 8, 3), rgb(second or first) + rng.normal(0, 8, 3)
    curve = np.linspace(0, 1, height) ** rng.uniform(0.6, 1.8)
    rows = top + (bottom - top) * curve[:, None]
    return np.repeat(np.clip(rows, 0, 255).astype(np.uint8)[:, None], width, axis=1)


def paint(image: Image, mask: Mask, middle: tuple[float, float], color: Any) -> None:
    """Paint a color through a mask whose middle is put at a point; what falls outside is left out."""
    view, part = _overlap(image, mask, middle)
    if part.size:
        share = (part.astype(np.float32) / 255)[..., None]
        view[:] = (view * (1 - share) + np.array(color, np.float32) * share).astype(np.uint8)


def stamp(relief: Mask, mask: Mask, middle: tuple[float, float]) -> None:
    """Add a mask to another, its middle at a point."""
    view, part = _overlap(relief, mask, middle)
    if part.size:
        np.maximum(view, part, out=view)


def _overlap(image: Any, mask: Mask, middle: tuple[float, float]) -> tuple[Any, Mask]:
    h, w = mask.shape
    x, y = round(middle[0] - w / 2), round(middle[1] - h / 2)
    left, top = max(0, -x), max(0, -y)
    part = mask[top : max(top, image.shape[0] - y), left : max(left, image.shape[1] - x)]
    return image[y + top : y + top + part.shape[0], x + left : x + left + part.shape[1]], part


def shade(image: Image, light: npt.NDArray[Any]) -> None:
    """Make an image lighter or darker, in place."""
    image[:] = np.clip(image + light[..., None], 0, 255).astype(np.uint8)


def emboss(rng: np.random.Generator, image: Image, relief: Mask, ink: Color) -> None:
    """Paint the number and give it the light and shadow of pressed metal."""
    color = np.clip(np.array(ink) + rng.normal(0, 10, 3), 0, 255)
    faded = rng.random() < 0.12
    if faded:  # paint that is nearly gone, or hardly another tone than the ground
        part = rng.uniform(0.35, 0.75)
        color = color * (1 - part) + part * image[image.shape[0] // 4 :].reshape(-1, 3).mean(0)
    mask = relief
    if rng.random() < 0.3:
        mask = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.4, 1.0)))
    if rng.random() < 0.1:  # a rim in another tone, or a drop shadow
        rim = cv2.dilate(mask, np.ones((3, 3), np.uint8))
        paint(image, rim, (image.shape[1] / 2 + rng.integers(3), image.shape[0] / 2 + rng.integers(3)),
              opposite(color) if rng.random() < 0.7 else random_color(rng))  # fmt: skip
    share = float(rng.uniform(0.75, 1.0))
    paint(image, (mask * share).astype(np.uint8), (image.shape[1] / 2, image.shape[0] / 2), color)
    if faded or rng.random() < 0.7:
        soft = cv2.GaussianBlur(relief, (0, 0), float(rng.uniform(0.8, 2.0))).astype(np.float32)
        dx, dy = rng.normal(0, 1.2, 2)
        moved = cv2.warpAffine(
            soft, np.array([[1, 0, dx], [0, 1, dy]], np.float32), soft.shape[::-1]
        )
        shade(image, ((moved - soft) * rng.uniform(0.2, 0.9)).astype(np.float32))
    if rng.random() < 0.12:  # paint worn off
        wear = cv2.resize(
            rng.random((18, 36)).astype(np.float32),
            image.shape[1::-1],
            interpolation=cv2.INTER_CUBIC,
        )
        worn = ((wear > rng.uniform(0.75, 0.9)) * (mask > 128) * 150).astype(np.uint8)
        paint(image, worn, (image.shape[1] / 2, image.shape[0] / 2), (200, 200, 200))


def landscape(rng: np.random.Generator, image: Image, kind: int) -> None:
    """Paint hills, a rainbow, rays, stripes or blots behind the number, fainter than it."""
    height, width = image.shape[:2]
    layer = image.copy()
    chosen = kind if kind and rng.random() < 0.6 else int(rng.integers(1, 7))
    if chosen == 1:
        for _ in range(int(rng.integers(1, 4))):
            level, rough = rng.uniform(0.2, 0.85) * height, rng.uniform(3, 22)
            xs = np.linspace(0, width, int(rng.integers(5, 26)))
            ys = level + rng.normal(0, rough, len(xs))
            outline = np.vstack([np.column_stack([xs, ys]), [[width, height], [0, height]]])
            cv2.fillPoly(
                layer, [np.round(outline).astype(np.int32)], random_color(rng), cv2.LINE_AA
            )
    elif chosen == 2:
        at, radius = (
            (round(width * rng.uniform(0.2, 0.8)), round(height * rng.uniform(0.9, 1.6))),
            height * rng.uniform(0.7, 1.3),
        )
        for i in range(6):
            cv2.circle(layer, at, round(radius - 4 * i), rgb(_VIVID[i]), 4, cv2.LINE_AA)
    elif chosen == 3:
        source = np.array([width * rng.uniform(0.2, 0.8), height * rng.uniform(0, 1)])
        for angle in np.linspace(0, 2 * np.pi, int(rng.integers(8, 30))):
            end = source + 400 * np.array([np.cos(angle), np.sin(angle)])
            cv2.line(
                layer,
                source.astype(int).tolist(),
                end.astype(int).tolist(),
                random_color(rng),
                int(rng.integers(1, 8)),
                cv2.LINE_AA,
            )
    elif chosen == 4:
        step, color = int(rng.integers(4, 26)), random_color(rng)
        slope = int(rng.integers(-80, 80))
        for x in range(-80, width + 80, step):
            cv2.line(
                layer, (x, 0), (x + slope, height), color, int(rng.integers(1, 3)), cv2.LINE_AA
            )
    elif chosen == 5:
        clouds = rng.uniform(0, 255, (int(rng.integers(3, 9)), int(rng.integers(4, 18)), 3)).astype(
            np.float32
        )
        layer[:] = np.clip(
            cv2.resize(clouds, (width, height), interpolation=cv2.INTER_CUBIC), 0, 255
        )
    else:
        for _ in range(int(rng.integers(1, 9))):
            _blot(
                rng,
                layer,
                rng.uniform(0, width),
                rng.uniform(0, height),
                rng.uniform(6, 60),
                random_color(rng),
            )
    share = float(rng.uniform(0.1, 0.5))
    image[:] = cv2.addWeighted(layer, share, image, 1 - share, 0)


def _blot(
    rng: np.random.Generator, image: Image, x: float, y: float, size: float, color: Color
) -> None:
    count = int(rng.integers(5, 14))
    angles = np.sort(rng.uniform(0, 2 * np.pi, count))
    reach = size * rng.uniform(0.35, 1.0, count)
    outline = np.column_stack([x + reach * np.cos(angles), y + reach * np.sin(angles)])
    cv2.fillPoly(image, [np.round(outline).astype(np.int32)], color, cv2.LINE_AA)


def emblem(
    rng: np.random.Generator, image: Image, x: float, y: float, height: float, width: float
) -> None:
    """Paint a seal, shield, star, tree, fruit or the outline of a state; it may reach behind its neighbors."""
    size = max(4.0, min(height, width * rng.uniform(0.7, 1.5)) / 2 * rng.uniform(0.75, 1.1))
    color = random_color(rng)
    at = (round(x), round(y))
    kind = int(rng.integers(9))
    if kind == 0:
        cv2.circle(image, at, round(size), color, -1, cv2.LINE_AA)
        cv2.circle(
            image, at, round(size * 0.8), random_color(rng), max(1, round(size / 8)), cv2.LINE_AA
        )
    elif kind == 1:
        reach = np.where(np.arange(10) % 2, 0.42, 1.0) * size
        angles = np.arange(10) * np.pi / 5 - np.pi / 2
        points = np.column_stack([x + reach * np.cos(angles), y + reach * np.sin(angles)])
        cv2.fillPoly(image, [np.round(points).astype(np.int32)], color, cv2.LINE_AA)
    elif kind == 2:
        tall = height * rng.uniform(0.5, 0.75)
        for i in range(5):
            base, top = y - tall + 2 * tall * (i + 1) / 5, y - tall + 2 * tall * i / 5.6
            half = size * (0.35 + 0.16 * i)
            points = np.array([[x, top], [x - half, base], [x + half, base]])
            cv2.fillPoly(image, [np.round(points).astype(np.int32)], color, cv2.LINE_AA)
    elif kind == 3:
        points = np.array([[-1, -1], [1, -1], [1, 0.3], [0, 1.2], [-1, 0.3]]) * size * 0.8 + (x, y)
        cv2.fillPoly(image, [np.round(points).astype(np.int32)], color, cv2.LINE_AA)
        cv2.line(
            image,
            (at[0], round(y - size * 0.8)),
            (at[0], round(y + size)),
            random_color(rng),
            2,
            cv2.LINE_AA,
        )
    elif kind == 4:
        for _ in range(int(rng.integers(2, 5))):
            dx, dy = rng.normal(0, size * 0.35, 2)
            cv2.circle(
                image,
                (round(x + dx), round(y + dy)),
                round(size * rng.uniform(0.3, 0.6)),
                random_color(rng),
                -1,
                cv2.LINE_AA,
            )
    elif kind == 5:
        w, h = size, size * rng.uniform(0.6, 1.3)
        cv2.rectangle(image, (round(x - w), round(y - h)), (round(x + w), round(y + h)), color, -1)
        _blot(rng, image, x, y, size * 0.8, random_color(rng))
    elif kind == 6:
        _tower(rng, image, x, y, height)
    elif kind == 7:
        _drawing(rng, image, x, y, size)
    else:
        _blot(rng, image, x, y, size, color)
        if rng.random() < 0.5:
            _blot(
                rng,
                image,
                x + rng.normal(0, 2),
                y + rng.normal(0, 2),
                size * 0.6,
                random_color(rng),
            )


def _tower(rng: np.random.Generator, image: Image, x: float, y: float, height: float) -> None:
    """Paint something tall and thin: a lighthouse, a trunk, a flower's stem."""
    tall, foot, top = (
        height * rng.uniform(0.3, 0.6),
        height * rng.uniform(0.04, 0.16),
        height * rng.uniform(0.02, 0.1),
    )
    points = np.array(
        [[x - top, y - tall], [x + top, y - tall], [x + foot, y + tall], [x - foot, y + tall]]
    )
    color = random_color(rng)
    cv2.fillPoly(image, [np.round(points).astype(np.int32)], color, cv2.LINE_AA)
    if rng.random() < 0.6:
        cv2.circle(
            image,
            (round(x), round(y - tall)),
            round(height * rng.uniform(0.05, 0.25)),
            random_color(rng),
            -1,
            cv2.LINE_AA,
        )
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(2, 7))):
            end = x + rng.normal(0, 0.25) * height, y + rng.uniform(-0.5, 0.3) * height
            cv2.line(
                image, (round(x), round(y)), (round(end[0]), round(end[1])), color, 2, cv2.LINE_AA
            )


def _drawing(rng: np.random.Generator, image: Image, x: float, y: float, size: float) -> None:
    """Paint a figure of many lines: a head, an animal, a coat of arms."""
    for _ in range(int(rng.integers(2, 6))):
        walk = np.cumsum(rng.normal(0, size * 0.3, (int(rng.integers(4, 16)), 2)), axis=0)
        walk = walk - walk.mean(0)
        walk *= size / max(size * 0.5, float(np.abs(walk).max()))
        line = np.round(walk + np.array([x, y])).astype(np.int32)
        cv2.polylines(
            image,
            [line],
            bool(rng.integers(2)),
            random_color(rng),
            int(rng.integers(1, 4)),
            cv2.LINE_AA,
        )


def bolt(rng: np.random.Generator, image: Image, x: float, y: float, height: int) -> None:
    """Paint a bolt, an empty hole or a slot."""
    radius = height * float(rng.uniform(0.02, 0.05))
    at, kind = (round(x), round(y)), rng.random()
    tone = int(rng.integers(20, 90)) if kind < 0.6 else int(rng.integers(120, 235))
    if kind < 0.3:
        reach = round(radius * rng.uniform(0.5, 2))
        cv2.line(
            image,
            (at[0] - reach, at[1]),
            (at[0] + reach, at[1]),
            (tone,) * 3,
            max(2, round(radius * 1.3)),
            cv2.LINE_AA,
        )
        return
    cv2.circle(
        image,
        (at[0] + 1, at[1] + 1),
        round(radius * 1.15),
        (max(0, tone - 60),) * 3,
        -1,
        cv2.LINE_AA,
    )
    cv2.circle(
        image,
        at,
        max(1, round(radius)),
        (tone, tone, min(255, tone + int(rng.integers(40)))),
        -1,
        cv2.LINE_AA,
    )
    if kind > 0.8:
        cv2.circle(
            image, (at[0] - 1, at[1] - 1), max(1, round(radius * 0.4)), (250,) * 3, -1, cv2.LINE_AA
        )
