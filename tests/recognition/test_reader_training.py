"""The training command takes what its course needs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
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


def test_batches_are_photographs_of_the_shards_and_new_shards_join(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shard(number: int, text: str) -> None:
        rng = np.random.default_rng(number)
        scenes = rng.integers(0, 255, (3, 192, 368), np.uint8)
        np.save(tmp_path / "corpus" / f"{number:03d}.npy", scenes)
        (tmp_path / "corpus" / f"{number:03d}.json").write_text(json.dumps([text] * 3))

    (tmp_path / "corpus").mkdir()
    monkeypatch.setattr(reader, "_LOOK_EVERY", 1)
    shard(0, "A1")
    batches = reader._batches(reader.Course(tmp_path, tmp_path, shards=2, batch=4))
    x, y = next(batches)
    assert x.shape == (4, 1, 64, 192)
    assert y.tolist() == reader.targets(["A1"] * 4).tolist()
    shard(1, "B2")
    later = [next(batches)[1][:, 0].tolist() for _ in range(30)]
    assert {11, 12} == {code for codes in later for code in codes}
