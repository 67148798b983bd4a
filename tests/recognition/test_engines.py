"""Engines: finder, straightening and reader made one; what is missing is named with what to install."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from pictures_made import StandInFinder, StandInReader, a_reading, cut, pixels

from workbench.errors import BadInput, Failed
from workbench.recognition.engines import ENGINES, PlateEngine, engine, whole
from workbench.recognition.reader import Reading
from workbench.recognition.second import RapidOcrReader, installed, scored


def made(*boxes: tuple[int, int, int, int], says: tuple[str, ...] = ("8ABC123",)) -> PlateEngine:
    reader = StandInReader(*(a_reading(text) for text in says))
    return PlateEngine("stand-in", StandInFinder(*boxes), cut, reader)


def test_each_plate_found_is_cut_out_and_read() -> None:
    found = made((10, 20, 60, 30), (100, 50, 80, 40), says=("8ABC123", "7XYZ789")).read(pixels())
    assert [seen.reading.text for seen in found] == ["8ABC123", "7XYZ789"]
    assert [seen.box for seen in found] == [(10, 20, 70, 50), (100, 50, 180, 90)]
    assert [crop.shape for crop in made((10, 20, 60, 30)).crops(pixels())] == [(30, 60, 3)]


def test_a_picture_without_a_plate_asks_the_reader_nothing() -> None:
    assert made().read(pixels()) == []


@pytest.mark.parametrize(
    ("score", "alike", "count"), [(0.5, 0.0001, 0), (0.5, 0.01, 1), (0.7, 0.0001, 1)]
)
def test_what_is_neither_surely_found_nor_read_is_no_plate(
    score: float, alike: float, count: int
) -> None:
    reader = StandInReader(Reading("8", alike, alike, ({"8": 0.1},)))
    made = PlateEngine("stand-in", StandInFinder((10, 20, 60, 30), score=score), cut, reader)
    assert len(made.read(pixels())) == count
    assert len(made.crops(pixels())) == 1


def test_a_picture_that_is_a_plate() -> None:
    (seen,) = whole(made(), pixels(120, 60))
    assert seen.box == (0, 0, 120, 60)
    assert seen.reading.text == "8ABC123"


@pytest.mark.parametrize(
    "image", [np.zeros((20, 30), np.uint8), np.zeros((20, 30, 4), np.uint8), np.zeros((20, 30, 3))]
)
def test_an_array_of_another_shape_is_refused(image: np.ndarray) -> None:
    with pytest.raises(BadInput, match="three colors"):
        made().read(image)


def test_an_unknown_engine_names_the_known() -> None:
    with pytest.raises(BadInput, match="opencv, rapidocr"):
        engine("openalpr")


@pytest.mark.parametrize("name", ENGINES)
def test_without_opencv_the_extra_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(Failed, match=r"alpr-workbench\[recognition\]"):
        engine(name)


def test_without_the_second_reader_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    with pytest.raises(Failed, match=r"alpr-workbench\[second-opinion\]"):
        RapidOcrReader()


def test_one_score_is_spread_over_the_characters() -> None:
    reading = scored("7AO", 0.729)
    assert reading.text == "7AO"
    assert reading.probability == pytest.approx(0.729)
    assert reading.alike > reading.probability
    assert [round(row[c], 3) for row, c in zip(reading.positions, "7AO", strict=True)] == [0.9] * 3
    assert [sum(row.values()) for row in reading.positions] == pytest.approx([1.0] * 3)
    assert scored("", 0.9).text == ""


@pytest.mark.skipif(not installed(), reason="the extra second-opinion is not installed")
def test_the_second_reader_reads_large_print() -> None:
    import cv2

    crop = np.full((120, 420, 3), 255, np.uint8)
    cv2.putText(crop, "7ABX123", (20, 85), cv2.FONT_HERSHEY_SIMPLEX, 2.6, (0, 0, 0), 6, cv2.LINE_AA)
    read, blank = RapidOcrReader().read([crop, np.full((60, 180, 3), 128, np.uint8)])
    assert read.text == "7ABX123"
    assert read.probability > 0.5
    assert blank.text == ""
