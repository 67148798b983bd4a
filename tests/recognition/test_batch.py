"""Many files: what cannot be read costs itself alone; what was read is written as it comes, and gone on with."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from pictures_made import encoded, exif, folder_of, fragile, pixels, stand_in
from PIL import Image

pytest.importorskip("cv2", reason="OpenCV is not installed")

from workbench.errors import BadInput, Failed
from workbench.recognition import annotate
from workbench.recognition.batch import FileRead, Job, Look, read_all, read_file
from workbench.recognition.outfile import COLUMNS, OutFile
from workbench.recognition.reader import Reading
from workbench.recognition.seen import PlateSeen


def some(path: Path) -> list[Path]:
    made = folder_of(
        path,
        a_jpg=encoded(exif=exif(when="2026:03:02 21:12:05", latitude=36.58, longitude=-120.25)),
        b_png=encoded("PNG"),
        c_jpg=b"no picture",
        d_jpg=encoded()[:500],
    )
    return sorted(made.iterdir())


def test_each_file_has_a_result_in_order(tmp_path: Path) -> None:
    found = list(read_all((Job(path) for path in some(tmp_path)), stand_in))
    assert [result.path.name for result in found] == ["a.jpg", "b.png", "c.jpg", "d.jpg"]
    assert [bool(result.problem) for result in found] == [False, False, True, True]
    assert "not a JPEG" in found[2].problem
    assert "cut off" in found[3].problem
    (look,) = found[0].looks
    assert look.plates[0].reading.text == "8ABC123"
    assert look.taken_at is not None
    assert look.position == pytest.approx((36.58, -120.25), abs=1e-4)


def test_an_engine_that_fails_costs_one_file(tmp_path: Path) -> None:
    class Failing:
        name = "failing"

        def read(self, image: object) -> list[PlateSeen]:
            raise ZeroDivisionError("8ABC123")

    result = read_file(Failing(), Job(some(tmp_path)[0]))
    assert "ZeroDivisionError" in result.problem
    assert "8ABC123" not in result.problem


def test_workers_give_the_same_in_the_same_order(tmp_path: Path) -> None:
    jobs = [Job(path) for path in some(tmp_path)]
    assert list(read_all(jobs, stand_in, workers=2)) == list(read_all(jobs, stand_in))


@pytest.mark.parametrize("how", ["takes it down", "never ends"])
def test_a_picture_that_takes_a_process_down_costs_itself_alone(how: str, tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.png").write_bytes(encoded("PNG"))
    level = {"takes it down": 0, "never ends": 255}[how]
    Image.fromarray(np.full((40, 40, 3), level, np.uint8)).save(tmp_path / "3.png")
    jobs = [Job(path, seconds=3 if level else 60) for path in sorted(tmp_path.iterdir())]
    found = list(read_all(jobs, fragile, workers=1))
    assert [result.path.name for result in found] == [job.path.name for job in jobs]
    assert [number for number, result in enumerate(found) if result.problem] == [3]
    assert "took the process down" in found[3].problem


def test_frames_of_a_video_that_show_a_plate(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    path = tmp_path / "gate.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (160, 96))
    for _ in range(30):
        writer.write(pixels(160, 96))
    writer.release()
    job = Job(path, every=10, annotated=tmp_path / "seen" / "gate_avi.jpg")
    result = read_file(stand_in(), job)
    assert [(look.frame, look.seconds) for look in result.looks] == [(0, 0.0), (10, 1.0), (20, 2.0)]
    assert len(result.sha256) == 64
    names = sorted(each.name for each in (tmp_path / "seen").iterdir())
    assert names == ["gate_avi-000000.jpg", "gate_avi-000010.jpg", "gate_avi-000020.jpg"]


# --- drawn in ----------------------------------------------------------------------------------------


def test_plates_are_drawn_where_they_are_and_the_picture_is_left_alone() -> None:
    before = np.full((240, 320, 3), 128, np.uint8)
    (seen,) = stand_in().read(before)
    after = annotate.annotated(before, [seen])
    assert (before == 128).all()
    changed = np.argwhere((after != 128).any(2))
    assert changed[:, 0].max() < 90
    assert (after[20, 10:70] != 128).any()
    assert annotate.label(seen) == "8ABC123 93%"
    unread = PlateSeen(seen.corners, 0.5, Reading("8", 0.1, 0.1, ({"8": 0.1},)))
    assert annotate.label(unread) == "cannot read"


@pytest.mark.parametrize("at", [(-20, -10), (300, 230), (0, 0), (310, 5)])
def test_a_plate_at_the_edge_is_drawn_too(at: tuple[int, int]) -> None:
    x, y = at
    corners = ((x, y), (x + 60, y), (x + 60, y + 30), (x, y + 30))
    seen = PlateSeen(corners, 0.5, stand_in().read(pixels())[0].reading)
    assert annotate.annotated(pixels(), [seen]).shape == (240, 320, 3)


def test_annotated_pictures_are_their_owners_alone(tmp_path: Path) -> None:
    target = tmp_path / "seen" / "a_jpg.jpg"
    read_file(stand_in(), Job(some(tmp_path / "in")[0], annotated=target))
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.parent.stat().st_mode & 0o077 == 0
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Failed, match="cannot be written"):
        annotate.save_annotated(tmp_path / "file" / "a.jpg", pixels(), [])


# --- the file of results -------------------------------------------------------------------------------


def results(tmp_path: Path) -> list[FileRead]:
    return list(read_all((Job(path) for path in some(tmp_path)), stand_in))


def test_json_is_one_array_with_everything(tmp_path: Path) -> None:
    path = tmp_path / "plates.json"
    with OutFile(path) as out:
        for result in results(tmp_path / "in"):
            out.add(result)
    rows = json.loads(path.read_text())
    assert [Path(row["file"]).name for row in rows] == ["a.jpg", "b.png", "c.jpg", "d.jpg"]
    assert rows[0]["plates"][0]["plate"] == "8ABC123"
    assert rows[0]["plates"][0]["pattern"].startswith("8{0.99}A{0.99}")
    assert rows[0]["taken_at"] == "2026-03-02T21:12:05"
    assert "cut off" in rows[3]["problem"]
    assert path.stat().st_mode & 0o777 == 0o600
    with OutFile(tmp_path / "none.json"):
        pass
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_csv_has_a_row_for_each_plate_and_each_file_without(tmp_path: Path) -> None:
    path = tmp_path / "plates.csv"
    with OutFile(path) as out:
        for result in results(tmp_path / "in"):
            out.add(result)
        twice = results(tmp_path / "in")[0]
        look = twice.looks[0]
        out.add(FileRead(Path("=two.jpg"), (Look(look.plates * 2, look.size),)))
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert [row["plate"] for row in rows] == ["8ABC123", "8ABC123", "", "", "8ABC123", "8ABC123"]
    assert [row["number"] for row in rows] == ["1", "1", "0", "0", "1", "2"]
    assert rows[4]["file"] == "'=two.jpg"


@pytest.mark.parametrize("kind", ["json", "csv"])
@pytest.mark.parametrize("torn", [0, 1, 7, 40])
def test_an_interrupted_run_goes_on_and_ends_like_one_in_one_go(
    kind: str, torn: int, tmp_path: Path
) -> None:
    every = results(tmp_path / "in")
    whole, part = tmp_path / f"whole.{kind}", tmp_path / f"part.{kind}"
    with OutFile(whole) as out:
        for result in every:
            out.add(result)
    with OutFile(part) as out:
        for result in every[:3]:
            out.add(result)
    text = part.read_text().removesuffix("\n]\n") if torn else part.read_text()
    part.write_text(text[: len(text) - torn])
    with OutFile(part, resume=True) as out:
        assert str(every[0].path) in out.done
        assert out.done <= {str(result.path) for result in every[:2]}
        for result in every:
            if str(result.path) not in out.done:
                out.add(result)
    assert part.read_text() == whole.read_text()


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "plates.json"
    path.write_text("[]")
    with pytest.raises(BadInput, match="there already"):
        OutFile(path)
    for text in ("plates are mine", "", '{"a": 1}'):
        path.write_text(text)
        if text:
            with pytest.raises(BadInput, match="not written by this command"):
                OutFile(path, resume=True)
        assert path.read_text() == text
    with pytest.raises(BadInput, match="neither"):
        OutFile(tmp_path / "plates.txt")
    with pytest.raises(BadInput, match="cannot be written"):
        OutFile(tmp_path / "nowhere" / "plates.json")
