"""Pictures with their plates drawn in: outline, what was read, and how probable it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import Failed
from workbench.recognition.seen import PlateSeen, readable

__all__ = ["annotated", "label", "save_annotated"]

_SURE = 0.9
_GREEN, _AMBER, _RED = (60, 160, 20), (0, 150, 240), (40, 40, 210)  # blue-green-red
_QUALITY = 92


def label(seen: PlateSeen) -> str:
    """Return what stands beside a plate: its text and probability, or that it cannot be read."""
    if not readable(seen.reading):
        return "cannot read"
    return f"{seen.reading.text} {seen.reading.alike:.0%}"


def annotated(pixels: npt.NDArray[Any], plates: Iterable[PlateSeen]) -> npt.NDArray[np.uint8]:
    """Return a copy of a picture with outlines and labels."""
    import cv2

    image = np.array(pixels, np.uint8)
    unit = max(image.shape[:2]) / 1000
    thick, size = max(1, round(2 * unit)), max(0.4, 0.7 * unit)
    for seen in plates:
        color = _color(seen)
        corners = np.rint(np.asarray(seen.corners)).astype(np.int32)
        cv2.polylines(image, [corners], isClosed=True, color=color, thickness=thick)
        text = label(seen)
        (width, height), base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
        left, top, _, bottom = seen.box
        left = int(min(max(left, 0), max(0, image.shape[1] - width)))
        foot = top - base if top > height + 2 * base else bottom + height + base
        cv2.rectangle(image, (left, foot - height - base), (left + width, foot + base), color, -1)
        cv2.putText(
            image,
            text,
            (left, foot),
            cv2.FONT_HERSHEY_SIMPLEX,
            size,
            (255,) * 3,
            thick,
            cv2.LINE_AA,
        )
    return image


def _color(seen: PlateSeen) -> tuple[int, int, int]:
    if not readable(seen.reading):
        return _RED
    return _GREEN if seen.reading.alike >= _SURE else _AMBER


def save_annotated(
    path: Path, pixels: npt.NDArray[Any], plates: Iterable[PlateSeen], frame: int | None = None
) -> None:
    """Write an annotated picture as JPEG, readable by its owner alone; of a video's frame with its number.

    Raises
    ------
    Failed
        It cannot be written.
    """
    import cv2

    target = path if frame is None else path.with_name(f"{path.stem}-{frame:06d}{path.suffix}")
    _, packed = cv2.imencode(
        ".jpg", annotated(pixels, plates), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_bytes(packed.tobytes())
    except OSError as error:
        raise Failed(
            "The annotated picture cannot be written.", "See that there is room, and who may write."
        ) from error
