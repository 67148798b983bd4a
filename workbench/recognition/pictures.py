"""A crop of a plate as the reader's network takes it: gray, 64 by 192, evenly lit on the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["HEIGHT", "WIDTH", "shrink", "standardize"]

HEIGHT, WIDTH = 64, 192


def shrink(crop: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return a crop, gray or blue-green-red, of any size as a gray one of 64 by 192 pixels."""
    import cv2

    gray = crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    way = cv2.INTER_AREA if gray.shape[1] > WIDTH else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(gray, (WIDTH, HEIGHT), interpolation=way), np.uint8)


def standardize(pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return pictures ``(n, 64, 192)`` as the network's input ``(n, 1, 64, 192)``: mean 0, spread 1 each."""
    values = pictures.astype(np.float32)
    mean = values.mean((1, 2), keepdims=True)
    spread = np.maximum(values.std((1, 2), keepdims=True), 6.0)
    return np.asarray((values - mean) / spread, np.float32)[:, None]
