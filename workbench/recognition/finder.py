"""The plate finder: a picture in, the plates' corners out, and each plate straightened for the reader.

The network was trained on synthetic scenes alone (``docs/models/plate-finder.md``) and runs in ONNX Runtime on
one thread. It looks at the picture at three sizes, then once more, closely, at what it took for plates. Weights
are part of the package and checked against their SHA-256 before they are used.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import BadInput
from workbench.recognition.shipped import open_session, weights

__all__ = [
    "STRIDE", "UNIT", "Found", "PlateFinder", "Quad", "decode", "overlap", "straighten", "suppress",
]  # fmt: skip

Quad = npt.NDArray[np.float64]
"""Four corners ``(4, 2)`` in pixels, clockwise from the top left."""

STRIDE, UNIT = 8, 32.0
"""Pixels between two cells of the network's map, and of one unit of its corners."""

_LONGEST = 2048
_LEVELS = (704 * 396, 320 * 180, 128 * 72)
_FAINT = 0.12
_LOOKS = 20
_CLOSE = (144, 192)
_CLOSE_WIDTH = 88.0
_LARGEST_CROP = 480


@dataclass(frozen=True, slots=True)
class Found:
    """A plate in a picture.

    Parameters
    ----------
    corners : tuple of four (float, float)
        x and y in pixels, clockwise from the top left; slightly outside the picture where the plate is cut.
    box : tuple of float
        The upright box around it inside the picture: x, y, width and height in pixels.
    score : float
        The engine's score, 0 to 1. Not a probability.
    """

    corners: tuple[tuple[float, float], ...]
    box: tuple[float, float, float, float]
    score: float


class PlateFinder:
    """Finds plates in pictures.

    Parameters
    ----------
    folder : Path, optional
        Where ``plate-finder.onnx`` and ``plate-finder.json`` lie; the package's own weights if not given.

    Raises
    ------
    Failed
        The weights are missing or not those that were named, or ONNX Runtime is not installed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        described, content = weights("plate-finder", folder)
        self._threshold = float(described["threshold"])
        self._session = open_session(content)

    def find(self, image: npt.NDArray[Any]) -> list[Found]:
        """Return the plates of a picture, best first; of pictures under 24 pixels a side none.

        Parameters
        ----------
        image : ndarray, uint8
            Gray ``(h, w)`` or blue-green-red ``(h, w, 3)``, of any size: what is longer than 2048 pixels is
            looked at smaller.

        Raises
        ------
        BadInput
            It is not such an array.
        """
        return [found for found in self.candidates(image) if found.score >= self._threshold]

    def candidates(self, image: npt.NDArray[Any]) -> list[Found]:
        """Return plates and what might be one, best first, whatever the threshold is."""
        gray, factor = _base(image)
        if min(gray.shape) < 24:
            return []
        seen = suppress([pair for area in _LEVELS for pair in self._level(gray, area)])
        looked = suppress(self._closely(gray, seen[:_LOOKS]))
        height, width = image.shape[:2]
        return [_found(quad / factor, score, (height, width)) for quad, score in looked]

    def _level(self, gray: npt.NDArray[np.uint8], area: int) -> list[tuple[Quad, float]]:
        """Return what is found at one size, in pixels of the picture given."""
        import cv2

        height, width = gray.shape
        factor = min(1.0, (area / (height * width)) ** 0.5)
        size = max(16, round(width * factor)), max(16, round(height * factor))
        small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        right, below = -size[0] % 16, -size[1] % 16
        padded = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_REPLICATE)
        heat, corners = self._run(np.asarray(padded, np.uint8)[None])
        scale = np.array([width / size[0], height / size[1]])
        return [(quad * scale, score) for quad, score in decode(heat[0], corners[0], _FAINT)]

    def _closely(
        self, gray: npt.NDArray[np.uint8], seen: list[tuple[Quad, float]]
    ) -> list[tuple[Quad, float]]:
        """Look again at each with its plate 88 pixels wide: the corners from there, the mean of both scores."""
        import cv2

        if not seen:
            return []
        tall, wide = _CLOSE
        views, frames = [], []
        for quad, _ in seen:
            factor = min(2.0, _CLOSE_WIDTH / max(8.0, float(np.ptp(quad[:, 0]))))
            x, y = quad.mean(0) - np.array([wide, tall]) / factor / 2
            views.append(_view(cv2, gray, (x, y), factor))
            frames.append((x, y, factor))
        heat, corners = self._run(np.stack(views))
        result = []
        for (quad, score), (x, y, factor), row, aims in zip(
            seen, frames, heat, corners, strict=True
        ):
            near = [
                (at / factor + (x, y), again)
                for at, again in decode(row, aims, _FAINT)
                if overlap(at / factor + (x, y), quad) > 0.25
            ]
            if near:
                closer, again = max(near, key=lambda pair: pair[1])
                result.append((closer, (score + again) / 2))
            else:
                result.append((quad, score / 2))
        return result

    def _run(
        self, pictures: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        x = (pictures[:, None].astype(np.float32) - 127.5) / 127.5
        heat, corners = self._session.run(["heat", "corners"], {"pictures": x})
        return heat[:, 0], corners


def decode(
    heat: npt.NDArray[np.float32], corners: npt.NDArray[np.float32], least: float
) -> list[tuple[Quad, float]]:
    """Return the peaks of the network's map: corners in its pixels, and scores.

    Parameters
    ----------
    heat : ndarray, (h, w)
        0 to 1.
    corners : ndarray, (8, h, w)
        From each cell's middle, in units of 32 pixels.
    least : float
        Peaks below are left out.
    """
    padded = np.pad(heat, 1)
    high = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    high = np.maximum(np.maximum(high[:, :-2], high[:, 1:-1]), high[:, 2:])
    rows, columns = np.nonzero((heat >= high) & (heat >= least))
    result = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        middle = np.array([column + 0.5, row + 0.5]) * STRIDE
        quad = corners[:, row, column].reshape(4, 2).astype(np.float64) * UNIT + middle
        result.append((quad, float(heat[row, column])))
    return result


def overlap(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Return the intersection over the union of the upright boxes around two plates' corners."""
    return _shares(first, second)[0]


def suppress(found: list[tuple[Quad, float]]) -> list[tuple[Quad, float]]:
    """Return what is found, best first, without what lies mostly over a better one."""
    kept: list[tuple[Quad, float]] = []
    for quad, score in sorted(found, key=lambda pair: -pair[1]):
        if len(kept) >= 2 * _LOOKS:
            break
        shares = [_shares(quad, other) for other, _ in kept]
        if all(union < 0.3 and inside < 0.6 for union, inside in shares):
            kept.append((quad, score))
    return kept


def _shares(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> tuple[float, float]:
    """Return intersection over union, and over the smaller of both."""
    low = np.maximum(first.min(0), second.min(0))
    high = np.minimum(first.max(0), second.max(0))
    both = float(np.prod(np.maximum(high - low, 0)))
    areas = [float(np.prod(np.ptp(quad, axis=0))) for quad in (first, second)]
    return both / max(sum(areas) - both, 1e-9), both / max(min(areas), 1e-9)


def straighten(
    image: npt.NDArray[Any], found: Found, margin: float = 0.05
) -> npt.NDArray[np.uint8]:
    """Return a found plate as if seen straight on, gray or in color as the picture is.

    Parameters
    ----------
    image : ndarray, uint8
        The picture that it was found in.
    found : Found
        The plate.
    margin : float
        How much around it is kept, in parts of its width and height.

    Returns
    -------
    ndarray, uint8
        As wide as the plate's longer edge in the picture with the margin, 480 pixels at most.
    """
    import cv2

    quad = np.array(found.corners)
    wide = max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))
    tall = max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))
    factor = min(1.0, _LARGEST_CROP / max(1.0, float(wide) * (1 + 2 * margin)))
    width = max(8, round(float(wide) * (1 + 2 * margin) * factor))
    height = max(8, round(float(tall) * (1 + 2 * margin) * factor))
    # OpenCV warps from pictures under 32,768 pixels a side only: cut the plate's surroundings out first.
    rim = 0.5 * np.ptp(quad, axis=0) + 4
    left, top = np.clip(np.floor(quad.min(0) - rim), 0, None).astype(int)
    right, bottom = np.ceil(quad.max(0) + rim).astype(int)
    part = image[top : max(bottom, top + 1), left : max(right, left + 1)]
    a, b = margin / (1 + 2 * margin) * width, margin / (1 + 2 * margin) * height
    target = np.array(
        [[a, b], [width - a, b], [width - a, height - b], [a, height - b]], np.float32
    )
    matrix = cv2.getPerspectiveTransform((quad - (left, top)).astype(np.float32), target)
    if factor < 0.7:
        part = cv2.GaussianBlur(part, (0, 0), 0.35 / factor)
    seen = cv2.warpPerspective(part, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8)


def _base(image: npt.NDArray[Any]) -> tuple[npt.NDArray[np.uint8], float]:
    """Return the picture in gray, at most 2048 pixels a side, and how much smaller it is."""
    import cv2

    if image.dtype != np.uint8 or not (
        image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)
    ):
        raise BadInput(
            "This is no picture: 8-bit gray or blue-green-red is wanted.",
            "Read the file with workbench, or convert the array.",
        )
    if min(image.shape[:2]) == 0:
        return np.zeros((0, 0), np.uint8), 1.0
    height, width = image.shape[:2]
    factor = min(1.0, _LONGEST / max(height, width))
    if factor < 1:
        size = max(1, round(width * factor)), max(1, round(height * factor))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(gray, np.uint8), factor


def _view(
    cv2: Any, gray: npt.NDArray[np.uint8], place: tuple[float, float], factor: float
) -> npt.NDArray[np.uint8]:
    """Return a part of the picture from a place on, at a scale, 144 by 192 pixels."""
    tall, wide = _CLOSE
    height, width = gray.shape
    left, top = max(0, int(place[0])), max(0, int(place[1]))
    right, bottom = (
        min(width, int(place[0] + wide / factor) + 2),
        min(height, int(place[1] + tall / factor) + 2),
    )
    part = gray[top : max(bottom, top + 1), left : max(right, left + 1)]
    if factor < 0.8:
        size = max(1, round(part.shape[1] * factor)), max(1, round(part.shape[0] * factor))
        matrix = np.array(
            [[part.shape[1] / size[0] * factor, 0, 0], [0, part.shape[0] / size[1] * factor, 0]]
        )
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        matrix = np.array([[factor, 0, 0], [0, factor, 0]])
    matrix[:, 2] = (left - place[0]) * factor, (top - place[1]) * factor
    seen = cv2.warpAffine(part, matrix, (wide, tall), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8)


def _found(quad: Quad, score: float, size: tuple[int, int]) -> Found:
    limit = np.array([size[1], size[0]], np.float64)
    low, high = np.clip(quad.min(0), 0, limit), np.clip(quad.max(0), 0, limit)
    corners = tuple((float(x), float(y)) for x, y in quad)
    wide, tall = high - low
    return Found(corners, (float(low[0]), float(low[1]), float(wide), float(tall)), score)
