"""Pictures out of a video: every so many frames, one at a time, and no more than asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import BadInput, Failed
from workbench.recognition.images import MAX_PIXELS, Picture

__all__ = ["EVERY", "MOST_FRAMES", "Frame", "frames"]

EVERY = 15
"""Look at every 15th frame: twice a second of a usual video."""

MOST_FRAMES = 2_000
"""The most frames of one video that are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A frame of a video.

    Parameters
    ----------
    number : int
        Counted from 0.
    seconds : float
        Since the video's beginning, as the video says.
    picture : Picture
        What is on it.
    """

    number: int
    seconds: float
    picture: Picture


def frames(path: Path, *, every: int = EVERY, most: int = MOST_FRAMES) -> Iterator[Frame]:
    """Yield every ``every``-th frame of a video, at most ``most`` of them.

    Raises
    ------
    BadInput
        It is not a video (MP4, MOV, AVI, Matroska), has no frames, or frames that are too large.
    Failed
        OpenCV is not installed.
    """
    if every < 1 or most < 1:
        raise BadInput("The number of frames is not above 0.", "Give 15, say.")
    _check_container(path)
    video = _opened(path)
    try:
        yield from _frames(video, every, most)
    finally:
        video.release()


def _check_container(path: Path) -> None:
    """Let only real containers through: a playlist could name other files and addresses."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise Failed("The file cannot be read.", "See that it is there and may be read.") from error
    known = (
        head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
        or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
        or head[:4] == b"\x1a\x45\xdf\xa3"
    )
    if not known:
        raise BadInput(
            "The file is not a video (MP4, MOV, AVI or Matroska).",
            "Export it from the recorder as MP4.",
        )


def _opened(path: Path) -> Any:
    try:
        import cv2
    except ImportError as error:
        raise Failed(
            "Reading videos needs OpenCV.",
            "Install it: pip install 'alpr-workbench[recognition]'.",
        ) from error
    video = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    width, height = (
        int(video.get(name)) for name in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
    )
    if not video.isOpened() or width < 1 or height < 1:
        video.release()
        raise BadInput(
            "The video cannot be read: it is damaged, cut off, or of an unknown kind.",
            "Export it from the recorder again, as MP4.",
        )
    if width * height > MAX_PIXELS:
        video.release()
        raise BadInput("The video's frames are too large.", "Export it with a smaller picture.")
    return video


def _frames(video: Any, every: int, most: int) -> Iterator[Frame]:
    import cv2

    number = given = 0
    while given < most and video.grab():
        if number % every == 0:
            seconds = max(0.0, float(video.get(cv2.CAP_PROP_POS_MSEC)) / 1000)
            there, pixels = video.retrieve()
            if there and pixels is not None and pixels.ndim == 3:
                yield Frame(number, seconds, Picture(np.ascontiguousarray(pixels)))
                given += 1
        number += 1
    if not given:
        raise BadInput("The video holds no frame.", "Export it from the recorder again.")
