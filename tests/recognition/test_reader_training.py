"""The training command takes what its course needs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed")
pytest.importorskip("torch", reason="torch is not installed")

from workbench.recognition.training import reader


def test_the_command_makes_a_whole_course(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    courses: list[reader.Course] = []
    drawn: list[int] = []

    def train(course: reader.Course, say: reader.Say) -> dict[str, float]:
        courses.append(course)
        return {}

    monkeypatch.setattr(reader, "train", train)
    monkeypatch.setattr(reader, "draw_shard", lambda *a, **k: drawn.append(k["plates"]))
    words = ["--fonts", "f", "--work", str(tmp_path), "--shards", "2", "--steps", "7"]
    reader.main([*words, "--smoothing", "0.01", "--rate", "0.5"])
    assert dataclasses.replace(courses[0]) == reader.Course(
        work=tmp_path, fonts=Path("f"), shards=2, steps=7, rate=0.5, smoothing=0.01
    )
    assert len(drawn) == 3


def test_targets_are_classes_of_places() -> None:
    assert reader.targets(["A0"]).tolist() == [[11, 1, 0, 0, 0, 0, 0, 0, 0]]
