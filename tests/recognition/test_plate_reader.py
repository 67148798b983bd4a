"""The plate reader on plates drawn here: what it reads, how sure it says it is, and when it refuses."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import ALPHABET
from workbench.errors import Failed

pytest.importorskip("cv2", reason="OpenCV is not installed")

from workbench.recognition import pictures
from workbench.recognition.decoding import Calibration
from workbench.recognition.reader import PlateReader, Reading, reading_of
from workbench.recognition.training import strokes

WEIGHTS = resources.files("workbench.recognition").joinpath("weights")
DIE = strokes.Die(0.46, 0.125, 0.85, {"1": 1, "W": 1, "M": 1})


def plate(
    text: str, *, ink: int = 30, ground: int = 225, height: int = 60
) -> npt.NDArray[np.uint8]:
    """A plain gray plate, 300 by 150 pixels, the number in its middle."""
    image = np.full((150, 300), ground, np.uint8)
    masks = [strokes.stroke_glyph(c, DIE, height) for c in text]
    room = sum(m.shape[1] for m in masks) + 6 * (len(masks) - 1)
    x = (300 - room) // 2
    for mask in masks:
        part = image[45 : 45 + height, x : x + mask.shape[1]]
        part[:] = (part * (1 - mask / 255) + ink * (mask / 255)).astype(np.uint8)
        x += mask.shape[1] + 6
    return image


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")
    return PlateReader()


@pytest.mark.parametrize(
    "text", ["7ABX123", "GHK4821", "WHM1TL", "583PNW", "RE2E", "4V66SC", "128JDY"]
)
def test_plain_plates_are_read(reader: PlateReader, text: str) -> None:
    (reading,) = reader.read([plate(text)])
    assert reading.text == text
    assert reading.alike >= reading.probability > 0.5


def test_light_on_dark_color_and_any_size_are_read(reader: PlateReader) -> None:
    import cv2

    image = plate("KLM473", ink=235, ground=40)
    small = cv2.resize(image, (110, 55), interpolation=cv2.INTER_AREA)
    large = cv2.resize(image, (720, 360))
    crops = [image, cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), small, large]
    assert [reading.text for reading in reader.read(crops)] == ["KLM473"] * 4


def test_a_batch_reads_as_one_by_one(reader: PlateReader) -> None:
    crops = [plate(text) for text in ("7ABX123", "LMN842", "XYZ")] * 13
    together = reader.read(crops)
    alone = [reader.read([crop])[0] for crop in crops[:3]]
    assert [r.text for r in together] == [r.text for r in alone] * 13
    assert [r.probability for r in together[:3]] == pytest.approx(
        [r.probability for r in alone], abs=1e-4
    )
    assert reader.read([]) == []


def test_a_picture_of_nothing_is_not_read_with_certainty(reader: PlateReader) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 140), np.uint8)
    for reading in reader.read([noise, np.zeros((50, 100), np.uint8)]):
        assert reading.probability < 0.9


def test_a_reading_becomes_a_pattern(reader: PlateReader) -> None:
    (reading,) = reader.read([plate("7ABX123")])
    pattern = Pattern.from_probabilities(reading.positions)
    assert len(pattern.items) == 7
    assert pattern.known_characters >= 6


def test_a_smeared_character_has_alternatives(reader: PlateReader) -> None:
    import cv2

    image = plate("LMB742")
    (clear,) = reader.read([image])
    (blurred,) = reader.read([cv2.GaussianBlur(image, (0, 0), 6.5)])
    assert blurred.probability < clear.probability
    assert sum(len(row) for row in blurred.positions) > sum(len(row) for row in clear.positions)


def test_o_and_zero_are_told_apart_and_summed_beside() -> None:
    places, columns = np.zeros((9, 37)), np.zeros((24, 37))
    places[:, 0] = columns[:, 0] = 1.0
    for table, at in ((places, 0), (columns, 3)):
        table[at] = 0
        table[at, [1 + ALPHABET.index("0"), 1 + ALPHABET.index("O")]] = 0.6, 0.4
    reading = reading_of(places, columns, Calibration())
    assert reading.text == "0"
    assert reading.probability == pytest.approx(0.6)
    assert reading.alike == pytest.approx(1.0, abs=1e-3)
    assert [list(row) for row in reading.positions] == [["0", "O"]]
    assert reading.positions[0]["0"] == pytest.approx(0.6)


def test_its_repr_shows_no_characters() -> None:
    assert "7ABX123" not in repr(Reading("7ABX123", 0.9, 0.9, ({"7": 0.9},)))


def test_pictures_are_scaled_and_evened() -> None:
    rng = np.random.default_rng(1)
    shrunk = pictures.shrink(rng.integers(0, 256, (90, 300, 3), np.uint8))
    assert shrunk.shape == (64, 192)
    ready = pictures.standardize(np.stack([shrunk, np.full((64, 192), 9, np.uint8)]))
    assert ready.shape == (2, 1, 64, 192)
    assert ready[0].mean() == pytest.approx(0, abs=1e-4)
    assert ready[0].std() == pytest.approx(1, abs=1e-3)
    assert not ready[1].any()


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    weights = bytearray(WEIGHTS.joinpath("plate-reader.onnx").read_bytes())
    weights[5000] ^= 1
    (tmp_path / "plate-reader.onnx").write_bytes(weights)
    (tmp_path / "plate-reader.json").write_text(WEIGHTS.joinpath("plate-reader.json").read_text())
    with pytest.raises(Failed, match="SHA-256"):
        PlateReader(tmp_path)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="missing"):
        PlateReader(tmp_path)


def test_the_weights_ship_described() -> None:
    described = json.loads(WEIGHTS.joinpath("plate-reader.json").read_text())
    assert {"sha256", "calibration", "parameters", "held_back"} <= set(described)
    assert len(WEIGHTS.joinpath("plate-reader.onnx").read_bytes()) < 12_000_000
    card = Path(__file__).resolve().parents[2] / "docs" / "models" / "plate-reader.md"
    assert described["sha256"] in card.read_text("utf-8")
