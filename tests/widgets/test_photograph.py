"""A plate from a photograph: read on the record, shown, and its characters in the boxes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from partial_town import HOUR, PATIENCE_S, panel_of, searched, town
from PIL import Image
from world import World, local

from workbench.analysis.pattern import Pattern
from workbench.errors import BadInput
from workbench.recognition.reader import Reading
from workbench.recognition.seen import PlateSeen, to_pattern
from workbench.widgets import photograph
from workbench.widgets.desk import Desk
from workbench.widgets.partial_search import PartialPlateSearch
from workbench.widgets.photograph import Photograph, plate_choices, plates_seen

BOX = ((10.0, 20.0), (70.0, 20.0), (70.0, 50.0), (10.0, 50.0))


def reading(text: str, sure: float = 0.8, **unsure: dict[str, float]) -> Reading:
    """A reading whose characters are sure but for those that the test names: ``at2={"8": 0.7, "B": 0.3}``."""
    rows = tuple(unsure.get(f"at{at}", {c: 0.98}) for at, c in enumerate(text))
    return Reading(text, sure, sure, rows)


BLURRED = reading("7A8X123", at2={"8": 0.6, "B": 0.39})


class Told:
    """An engine that sees what it is told."""

    name = "told"

    def __init__(self, *readings: Reading) -> None:
        self.readings = readings

    def read(self, _image: np.ndarray[Any, Any]) -> list[PlateSeen]:
        return [PlateSeen(BOX, 0.8, each) for each in self.readings]


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (160, 90), (90, 80, 70)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = town(tmp_path)
    world.service.engine = Told(BLURRED)
    return world


def uploaded(panel: PartialPlateSearch, content: bytes | None = None) -> PartialPlateSearch:
    """Choose a file, as the browser's dialog does, and wait until it is read."""
    given = picture() if content is None else content
    file = {
        "name": "still.png",
        "type": "image/png",
        "size": len(given),
        "content": memoryview(given),
    }
    panel.photograph.upload.set_trait("value", ({**file, "last_modified": local("2026-03-02")},))
    assert panel.photograph.worker.wait(PATIENCE_S)
    return panel


def test_a_photograph_fills_the_boxes_with_what_each_character_may_be(world: World) -> None:
    panel = uploaded(panel_of(world))
    assert panel.boxes.texts[2] == "[8{0.6}B{0.39}]{0.99}"
    assert panel.boxes.pattern == Pattern.parse(str(to_pattern(BLURRED)))
    assert panel.seen_by.value == "camera"
    assert "as a camera read it" in panel.said.value
    assert panel.photograph.upload.value == ()
    assert len(world.record(action="recognition.read")) == 2


def test_the_picture_is_shown_with_its_plates_and_can_be_put_away(world: World) -> None:
    panel = uploaded(panel_of(world))
    assert "data:image/jpeg;base64," in panel.photograph.shown.value
    assert "7A8X123" in panel.photograph.shown.value
    panel.photograph.away.click()
    assert panel.photograph.shown.value == ""
    assert panel.photograph.shown not in panel.photograph.children
    assert panel.boxes.texts[0] == "7{0.98}"


def test_a_picture_is_put_away_for_another_case_and_stays_for_a_search(world: World) -> None:
    panel = searched(uploaded(panel_of(world)))
    assert panel.photograph.shown.value
    panel.desk.forget_results()
    assert panel.photograph.shown.value == ""
    assert panel.photograph.which.options == ()


def test_what_was_read_finds_the_vehicle(world: World) -> None:
    panel = searched(uploaded(panel_of(world)))
    assert panel.result.iloc[0]["plate"] == "7ABX123"
    assert panel.result.attrs["query"]["seen_by"] == "camera"


def test_of_several_plates_one_is_chosen(world: World) -> None:
    world.service.engine = Told(reading("6KLM456"), BLURRED)
    panel = uploaded(panel_of(world))
    which = panel.photograph.which
    assert [name for name, _ in which.options] == ["1. 6KLM456 (80%)", "2. 7A8X123 (80%)"]
    assert which in panel.photograph.children
    assert panel.boxes.texts[0] == "6{0.98}"
    which.value = which.options[1][1]
    assert panel.boxes.texts[2] == "[8{0.6}B{0.39}]{0.99}"


def test_a_picture_without_a_plate_says_so_and_leaves_the_boxes(world: World) -> None:
    world.service.engine = Told()
    panel = uploaded(panel_of(world, pattern="7A?X1*"))
    assert "No plate that can be read" in panel.photograph.status.html
    assert panel.pattern == "7A?X1*"


def test_a_file_that_is_no_picture_is_said_to_be_none(world: World) -> None:
    panel = uploaded(panel_of(world, pattern="7A?X1*"), b"no picture at all")
    assert 'role="alert"' in panel.photograph.status.html
    assert panel.pattern == "7A?X1*"
    assert panel.photograph.shown.value == ""


def test_no_picture_is_read_without_a_case(world: World) -> None:
    desk = Desk(bench=world.desk())
    part = Photograph(desk, lambda _: None)
    assert part.upload.disabled
    with pytest.raises(BadInput, match="No case"):
        part.read(picture())
    assert world.record(action="recognition.read") == []


def test_where_reading_is_not_installed_it_says_what_to_install(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photograph, "can_read", lambda: False)
    part = panel_of(world, pattern="7A?X1*", **HOUR).photograph
    assert part.upload.disabled
    assert "alpr-workbench[recognition]" in part.status.html


def test_a_frame_gives_back_the_plates_that_were_seen(world: World) -> None:
    unsure = reading("8TRW904", 0.05)
    world.service.engine = Told(BLURRED, unsure)
    frame = panel_of(world).desk.case.read(picture())
    first, second = plates_seen(frame)
    assert first.corners == BOX
    assert first.reading.text == "7A8X123"
    assert first.reading.positions == BLURRED.positions
    assert second.reading.text == "8TRW904"
    assert plate_choices(frame)[1][0] == "2. cannot be read for sure (5%)"
