"""Frames out of videos: every so many, no more than asked for, nothing but real videos."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import BadInput, Failed
from workbench.recognition.video import frames

cv2 = pytest.importorskip("cv2")


def video(
    path: Path, count: int = 30, size: tuple[int, int] = (160, 96), codec: str = "MJPG"
) -> Path:
    """A video whose frames get lighter one by one."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), 10.0, size)
    for number in range(count):
        writer.write(np.full((size[1], size[0], 3), 8 * number, np.uint8))
    writer.release()
    return path


def test_every_tenth_frame_with_its_time(tmp_path: Path) -> None:
    found = list(frames(video(tmp_path / "shop.avi"), every=10))
    assert [frame.number for frame in found] == [0, 10, 20]
    assert [round(frame.seconds, 1) for frame in found] == [0.0, 1.0, 2.0]
    for frame in found:
        assert frame.picture.size == (160, 96)
        assert frame.picture.pixels.mean() == pytest.approx(8 * frame.number, abs=4)


def test_no_more_than_asked_for(tmp_path: Path) -> None:
    assert len(list(frames(video(tmp_path / "shop.avi"), every=1, most=7))) == 7


def test_a_video_cut_off_gives_what_is_there_or_says_so(tmp_path: Path) -> None:
    whole = video(tmp_path / "whole.avi").read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole[: len(whole) // 2])
    found = 0
    with contextlib.suppress(BadInput):  # without its index the whole of it may be lost
        found = len(list(frames(cut, every=1)))
    assert found < 30


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXTINF:1,\nhttp://192.0.2.1/a.ts\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_a_playlist_is_no_video(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "list.mp4"
    path.write_bytes(data)
    with pytest.raises(BadInput, match="not a video"):
        list(frames(path))


def test_rubbish_behind_a_good_beginning(tmp_path: Path) -> None:
    path = tmp_path / "bad.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(range(256)) * 40)
    with pytest.raises(BadInput, match="cannot be read"):
        list(frames(path))


@pytest.mark.parametrize("suffix", ["avi", "mp4"])
def test_damaged_videos_end_in_frames_or_in_a_sentence(tmp_path: Path, suffix: str) -> None:
    codec = {"avi": "MJPG", "mp4": "mp4v"}[suffix]
    whole = video(tmp_path / f"whole.{suffix}", codec=codec).read_bytes()
    rng = np.random.default_rng(5)
    ends = set()
    for number in range(40):
        data = bytearray(whole)
        for at in rng.integers(0, len(data) if number % 2 else 400, 20):
            data[at] ^= 1 << int(rng.integers(8))
        path = tmp_path / f"{number}.{suffix}"
        path.write_bytes(data[: int(rng.integers(len(data) // 2, len(data)))])
        try:
            ends.add(len([frame.number for frame in frames(path, every=3, most=20)]) <= 20)
        except BadInput as error:
            ends.add(error.problem)
    assert False not in ends
    assert len(ends) > 1


def test_missing_file_and_senseless_numbers(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="cannot be read"):
        list(frames(tmp_path / "none.mp4"))
    with pytest.raises(BadInput, match="above 0"):
        list(frames(tmp_path / "none.mp4", every=0))
