"""The shipped finder and reader together, on pictures made here: from a file to a verdict and to a pattern."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

pytest.importorskip("cv2", reason="OpenCV is not installed")
pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")

import cv2

from workbench import recognition
from workbench.errors import Failed
from workbench.recognition.batch import Job, read_all
from workbench.recognition.engines import ENGINES, Engine
from workbench.recognition.training import strokes

DIE = strokes.Die(0.46, 0.125, 0.85, {"1": 1, "W": 1, "M": 1})


def plate(text: str) -> npt.NDArray[np.uint8]:
    """A plain plate, 288 by 144 pixels."""
    image = np.full((144, 288), 215, np.uint8)
    masks = [strokes.stroke_glyph(c, DIE, 66) for c in text]
    x = max(4, (288 - sum(m.shape[1] for m in masks) - 6 * (len(masks) - 1)) // 2)
    for mask in masks:
        part = image[40:106, x : x + mask.shape[1]]
        share = mask[:, : part.shape[1]] / 255
        part[:] = (part * (1 - share) + 30 * share).astype(np.uint8)
        x += mask.shape[1] + 6
    cv2.putText(image, "SANTA LUCERA", (80, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 2)
    cv2.putText(image, "farmland", (100, 134), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 2)
    return image


def photograph(text: str, *, width: int = 150, blur: float = 0.6) -> npt.NDArray[np.uint8]:
    """A dark car's rear with its plate, seen a little from the side; 640 by 360."""
    scene = np.full((360, 640), 150, np.uint8)
    scene[260:] = 90
    cv2.rectangle(scene, (170, 70), (470, 300), 50, -1)
    cv2.rectangle(scene, (200, 85), (440, 150), 110, -1)
    for x in (175, 435):
        cv2.rectangle(scene, (x, 170), (x + 30, 200), 30, -1)
    tall = width // 2
    corner = np.array([320 - width // 2, 190])
    aim = np.array([[0, 0], [width, 4], [width - 2, tall + 4], [2, tall]]) + corner
    source = np.float32([[0, 0], [288, 0], [288, 144], [0, 144]])
    turn = cv2.getPerspectiveTransform(source, aim.astype(np.float32))
    seen = cv2.warpPerspective(plate(text), turn, (640, 360), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((144, 288), 255, np.uint8), turn, (640, 360))
    scene = np.where(mask > 127, seen, scene)
    noise = np.random.default_rng(1).normal(0, 3, scene.shape)
    scene = cv2.GaussianBlur(scene, (0, 0), blur)
    return cv2.cvtColor(np.clip(scene + noise, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)


@pytest.fixture(scope="module", params=[name for name in ENGINES if name != "easyocr-english"])
def engine(request: pytest.FixtureRequest) -> Engine:
    try:
        return recognition.engine(request.param)
    except Failed as missing:
        if request.param == "opencv":
            raise
        pytest.skip(f"{request.param}: {missing.problem}")


def test_the_plate_is_found_where_it_is_and_read(engine: Engine) -> None:
    seen = engine.read(photograph("7KBX348"))[0]
    assert seen.reading.text == "7KBX348"
    left, top, right, bottom = seen.box
    assert abs(left - 245) < 12
    assert abs(right - 395) < 12
    assert abs(top - 190) < 12
    assert abs(bottom - 269) < 12
    assert 0 < seen.score <= 1
    assert 0 <= seen.reading.probability <= seen.reading.alike <= 1


def test_crops_are_what_is_read(engine: Engine) -> None:
    image = photograph("7KBX348")
    crop = engine.crops(image)[0]
    (reading,) = engine.read_crops([crop])
    assert reading == engine.read(image)[0].reading
    assert crop.shape[1] > crop.shape[0] > 20


def test_a_picture_without_a_plate_has_none(engine: Engine) -> None:
    road = np.random.default_rng(2).normal(120, 4, (360, 640, 3)).clip(0, 255).astype(np.uint8)
    assert engine.read(road) == []
    assert engine.crops(road) == []


def test_the_same_picture_reads_the_same_each_time(engine: Engine) -> None:
    image = photograph("583PNW")
    assert engine.read(image) == engine.read(image)


def test_positions_are_probabilities_and_make_a_pattern(engine: Engine) -> None:
    seen = engine.read(photograph("7KBX348", width=80, blur=1.2))[0]
    for row in seen.reading.positions:
        assert 0 < sum(row.values()) <= 1.0001
    assert recognition.to_pattern(seen.reading).bounds[1] == len(seen.reading.text)


def test_the_verdict_on_the_right_plate_and_on_one_that_looks_alike() -> None:
    image = photograph("7KBX348")
    assert recognition.verify(image, "7KBX348").answer == "agree"
    found = recognition.verify(image, "7KBX343")
    assert found.answer == "disagree"
    assert "character 7 is 8, not 3" in found.words
    assert (
        recognition.verify(photograph("7KBX348", width=40, blur=3), "7KBX348").answer != "disagree"
    )


def test_workers_read_what_this_process_reads(tmp_path: Path) -> None:
    for text in ("7KBX348", "583PNW"):
        stream = io.BytesIO()
        Image.fromarray(photograph(text)).save(stream, "PNG")
        (tmp_path / f"{text}.png").write_bytes(stream.getvalue())
    jobs = [Job(path) for path in sorted(tmp_path.iterdir())]
    found = list(read_all(jobs, recognition.engine, workers=1))
    assert [file.looks[0].plates[0].reading.text for file in found] == ["583PNW", "7KBX348"]
    assert found == list(read_all(jobs, recognition.engine))
