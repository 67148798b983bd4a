"""Reading a picture for a case: on the record, within the policy, and from there to ranked vehicles."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from world import REASON, SCENE, World

import workbench
from workbench.analysis.pattern import Pattern
from workbench.errors import BadInput, Failed, Refused
from workbench.queries.pictures import COLUMNS, OPINION_COLUMNS
from workbench.recognition import verdict
from workbench.recognition.reader import Reading
from workbench.recognition.seen import PlateSeen, to_pattern

BOX = ((10.0, 20.0), (70.0, 20.0), (70.0, 50.0), (10.0, 50.0))
MONTH = {"start": "2026-02-10 00:00", "end": "2026-03-10 00:00"}
BLURRED = Reading(
    "8ABX123",
    0.6,
    0.6,
    tuple({"8": 0.7, "B": 0.29} if c == "8" else {c: 0.97, "Q": 0.02} for c in "8ABX123"),
)


class Told:
    """An engine that sees what it is told."""

    name = "told"

    def __init__(self, *readings: Reading) -> None:
        self.readings = readings

    def read(self, image: np.ndarray[Any, Any]) -> list[PlateSeen]:
        assert image.shape[2] == 3
        return [PlateSeen(BOX, 0.8, reading) for reading in self.readings]

    def read_crops(self, crops: Any) -> list[Reading]:
        return [self.readings[0] for _ in crops]

    def crops(self, image: Any) -> list[Any]:
        return [image]


def picture(kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (160, 90), (90, 80, 70)).save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "home")
    world.camera("C4", at=SCENE)
    world.service.engine = Told(BLURRED)
    return world


def the_case(world: World, username: str = "rivera", **changes: str) -> workbench.Case:
    given = {"purpose": "homicide", "reason": REASON, **changes}
    return world.desk(username).case(world.case_number, **given)


def test_a_picture_gives_plates_with_alternatives_and_a_pattern(world: World) -> None:
    found = the_case(world).read(picture())
    assert list(found.columns) == list(COLUMNS)
    (row,) = found.to_dict("records")
    assert (row["plate"], row["probability"], row["score"]) == ("8ABX123", 0.6, 0.8)
    assert [text for text, _ in row["alternatives"]][:2] == ["8ABX123", "BABX123"]
    assert Pattern.parse(row["pattern"]) == to_pattern(BLURRED)
    assert (row["left"], row["top"], row["right"], row["bottom"]) == (10, 20, 70, 50)
    assert row["characters"][0] == {"8": 0.7, "B": 0.29}
    assert found.attrs["engine"] == "told"
    assert found.attrs["size"] == [160, 90]
    assert found.attrs["window"] is None
    assert any("before anybody is stopped" in line for line in found.attrs["caveats"])
    json.dumps(found.attrs)


def test_path_bytes_and_pixels_are_all_taken(world: World, tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    path.write_bytes(picture())
    case = the_case(world)
    pixels = np.zeros((90, 160, 3), np.uint8)
    for image in (path, str(path), picture(), pixels, pixels[:, ::-1]):
        assert case.read(image)["plate"].to_list() == ["8ABX123"]
    assert case.read(pixels, crop=True)["right"].to_list() == [160]


def test_the_access_is_on_the_record_with_the_pictures_hash_and_no_plate(world: World) -> None:
    found = the_case(world).read(picture())
    intent, outcome = world.record(action="recognition.read")
    assert found.attrs["access_id"] == intent.seq == outcome.access_id
    assert (intent.phase, outcome.phase) == ("intent", "outcome")
    assert (outcome.outcome, outcome.rows) == ("ok", 1)
    elements = json.loads(intent.elements)
    assert elements == {
        "picture_sha256": hashlib.sha256(picture()).hexdigest(),
        "picture": "file",
    }
    assert intent.case_number == world.case_number
    assert intent.purpose == "homicide"
    assert "8ABX123" not in str(intent) + str(outcome)


def test_without_purpose_case_or_role_it_is_refused_and_the_refusal_recorded(world: World) -> None:
    world.member("tran", "trainer")
    for case in (
        the_case(world, purpose="curiosity"),
        the_case(world, reason="test"),
        world.desk().case("26-99999", purpose="homicide", reason=REASON),
        the_case(world, "tran"),
    ):
        with pytest.raises(Refused):
            case.read(picture())
    lines = world.record(action="recognition.read")
    assert [line.outcome for line in lines] == ["refused"] * 4


def test_a_member_without_training_is_refused(world: World) -> None:
    world.member("novak", "analyst", without=("training",))
    with pytest.raises(Refused, match="training"):
        the_case(world, "novak").read(picture())


def test_the_picture_is_not_opened_before_the_record_is_written(world: World) -> None:
    with pytest.raises(BadInput, match="not a JPEG"):
        the_case(world).read(b"no picture at all")
    intent, outcome = world.record(action="recognition.read")
    assert (intent.phase, outcome.outcome, outcome.detail) == ("intent", "failed", "BadInput")


def test_what_is_no_picture(world: World, tmp_path: Path) -> None:
    case = the_case(world)
    with pytest.raises(Failed, match="cannot be read"):
        case.read(tmp_path / "nowhere.jpg")
    for image in (7, np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(BadInput):
            case.read(image)


def test_what_cannot_be_read_has_no_text_but_a_pattern(world: World) -> None:
    dim = Reading("8AB", 0.05, 0.05, ({"8": 0.4, "B": 0.4}, {"A": 0.5, "4": 0.4}, {"B": 0.3}))
    world.service.engine = Told(dim, Reading("", 0.0, 0.0, ()))
    found = the_case(world).read(picture())
    assert found["plate"].to_list() == ["", ""]
    assert found["pattern"].to_list() == ["([8{0.4}B{0.4}])[4{0.4}A{0.5}]{0.9}(B)", ""]
    assert any("could not be read" in line for line in found.attrs["caveats"])


def test_a_picture_without_a_plate_is_an_empty_frame(world: World) -> None:
    world.service.engine = Told()
    found = the_case(world).read(picture())
    assert (list(found.columns), len(found)) == (list(COLUMNS), 0)


# --- is it a misread? -------------------------------------------------------------------------------


CLEAR = Reading("8ABX123", 0.97, 0.97, tuple({c: 0.995} for c in "8ABX123"))


@pytest.mark.parametrize(
    ("plate", "answer"), [("8abx-123", "agree"), ("8ABX128", "disagree"), ("BABX123", "disagree")]
)
def test_a_picture_is_held_against_a_plate_on_the_record(
    world: World, plate: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdict, "installed", lambda: False)
    world.service.engine = Told(CLEAR)
    found = the_case(world).verify(picture(), plate)
    assert list(found.columns) == list(OPINION_COLUMNS)
    assert found.attrs["answer"] == answer == found["answer"].iloc[0]
    assert ("disagrees: character" in found.attrs["words"]) == (answer == "disagree")
    assert [each["position"] for each in found["differences"].iloc[0]] == {
        "8abx-123": [], "8ABX128": [7], "BABX123": [1],
    }[plate]  # fmt: skip
    intent, outcome = world.record(action="recognition.read")
    assert json.loads(intent.elements)["plate"] == plate.upper().replace("-", "")
    assert outcome.outcome == "ok"
    json.dumps(found.attrs)


def test_a_verdict_needs_a_plate_and_the_same_right_as_reading(world: World) -> None:
    with pytest.raises(BadInput, match="No plate"):
        the_case(world).verify(picture(), " ")
    with pytest.raises(BadInput, match="letter or digit"):
        the_case(world).verify(picture(), "-")
    world.member("tran", "trainer")
    with pytest.raises(Refused):
        the_case(world, "tran").verify(picture(), "8ABX123")


# --- from the photograph to the vehicles ------------------------------------------------------------


def test_a_blurred_photograph_goes_straight_to_ranked_vehicles(world: World) -> None:
    for plate in ("8ABX123", "BABX123", "7ZZZ999"):
        world.read(plate, camera="C4", at="2026-03-02 21:12")
    case = the_case(world)
    pattern = case.read(picture())["pattern"].iloc[0]
    cars = case.partial(pattern, seen_by="camera", **MONTH)
    assert cars["plate"].to_list()[:2] == ["8ABX123", "BABX123"]
    ours = cars.set_index("plate")["probability"]
    assert ours["8ABX123"] > ours["BABX123"]
    assert "7ZZZ999" not in ours.index


def test_the_weights_of_a_pattern_count_through_the_audited_query(world: World) -> None:
    for plate in ("8ABX123", "BABX123"):
        world.read(plate, camera="C4", at="2026-03-02 21:12")
    case = the_case(world)

    def odds(pattern: str | Pattern) -> float:
        cars = case.partial(pattern, seen_by="camera", **MONTH).set_index("plate")["probability"]
        return float(cars["8ABX123"] / cars["BABX123"])

    even, leaning = odds("[8{0.5}B{0.5}]ABX123"), odds("[8{0.7}B{0.3}]ABX123")
    strongly = odds("[8{0.95}B{0.05}]ABX123")
    assert even < leaning < strongly
    assert odds("[8{0.3}B{0.7}]ABX123") < even
    assert odds(Pattern.parse("[8{0.7}B{0.3}]ABX123")) == pytest.approx(leaning)
    line = world.record(action="query.partial", phase="intent")[-1]
    assert json.loads(line.elements)["pattern"] == "[8{0.7}B{0.3}]ABX123"
