"""A picture and what was read in it, as a notebook shows it."""

import base64
import re

import numpy as np
import pytest

from workbench.recognition.reader import Reading
from workbench.recognition.seen import PlateSeen

cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")

from workbench.recognition.display import show  # noqa: E402 - needs OpenCV

CORNERS = ((10.0, 10.0), (110.0, 12.0), (110.0, 42.0), (10.0, 40.0))


def seen(*rows, probability=0.95):
    text = "".join(max(row, key=row.get) for row in rows)
    return PlateSeen(CORNERS, 0.9, Reading(text, probability, probability, tuple(rows)))


def picture(width=300):
    return np.full((100, width, 3), 90, np.uint8)


def test_each_character_has_a_bar_and_its_alternatives():
    html = show(picture(), [seen({"8": 0.7, "B": 0.28, "6": 0.02}, {"A": 1.0})]).html
    assert re.findall(r'title="(.): ([\d.]+)%"', html) == [
        ("8", "70.0"), ("B", "28.0"), ("6", "2.0"), ("A", "100.0"),
    ]  # fmt: skip
    assert "8A 95%" in html
    assert "1 plate found" in html


def test_the_picture_is_in_the_page_and_nothing_is_fetched():
    html = show(picture(width=2000), [seen({"7": 1.0})])._repr_html_()
    assert re.findall(r"https?:|//|url\(", re.sub(r"base64,[^\"]+", "", html)) == []
    packed = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])
    drawn = cv2.imdecode(np.frombuffer(packed, np.uint8), cv2.IMREAD_COLOR)
    assert drawn.shape == (45, 900, 3)


def test_what_cannot_be_read_is_not_named():
    html = show(picture(), [seen({"7": 0.2, "1": 0.19}, probability=0.04)]).html
    assert "cannot read" in html
    assert "guesses" in html


def test_no_plate_is_said():
    assert "No plate was found." in show(picture(), []).html
