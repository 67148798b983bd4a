"""``workbench read``: pictures on disk, with and without a home."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from registers_desk import CommandLine

from workbench.cli import main
from workbench.errors import Failed
from workbench.keeping import forget_token
from workbench.recognition import engines, verdict
from workbench.recognition.reader import Reading
from workbench.recognition.seen import PlateSeen

BOX = ((10.0, 20.0), (70.0, 20.0), (70.0, 50.0), (10.0, 50.0))
SURE = Reading("8ABC123", 0.95, 0.96, tuple({c: 0.99} for c in "8ABC123"))
DIM = Reading("7X", 0.06, 0.06, ({"7": 0.3}, {"X": 0.2}))


class Told:
    """Sees a plate in every picture, in a dark one none, in a white one hardly any."""

    name = "told"

    def read(self, image: np.ndarray[Any, Any]) -> list[PlateSeen]:
        if image.mean() < 30:
            return []
        return [PlateSeen(BOX, 0.9, DIM if image.mean() > 250 else SURE)]

    def read_crops(self, crops: Any) -> list[Reading]:
        return [SURE for _ in crops]

    def crops(self, image: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
        return [image] if image.mean() > 30 else []


def picture(level: int = 120, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (160, 90), (level,) * 3).save(stream, kind)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "engine", lambda _name: Told())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "gate"
    folder.mkdir()
    (folder / "C04_20260302-211205.png").write_bytes(picture())
    (folder / "C04_20260302-211305.png").write_bytes(picture(0))
    (folder / "C05_20260302-211405.png").write_bytes(picture(255))
    (folder / "C05_20260302-211505.png").write_bytes(picture())
    (folder / "readme.txt").write_bytes(b"")
    return folder


def alone(*arguments: str | Path, ends: int = 0, at: Path | None = None) -> Result:
    """Run without a home: in a folder that has none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("WORKBENCH_HOME", raising=False)
        if at:
            patch.chdir(at)
        result = CliRunner().invoke(main, ["read", *map(str, arguments)], env={"COLUMNS": "200"})
    assert result.exit_code == ends, result.output
    return result


def test_a_picture_is_read_without_a_home(folder: Path, tmp_path: Path) -> None:
    result = alone(folder / "C04_20260302-211205.png", at=tmp_path)
    assert "8ABC123" in result.stdout
    assert "96%" in result.stdout
    assert "Verify each against the picture" in result.stdout
    assert result.stderr == ""


def test_a_folder_ends_in_files_and_pictures(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("cv2", reason="OpenCV is not installed")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    out, seen = tmp_path / "plates.csv", tmp_path / "seen"
    result = alone(folder, "--out", out, "--annotated", seen, ends=1, at=tmp_path)
    assert "3 plates in 5 files; 1 that are no pictures left out." in result.stdout
    assert "broken.jpg: The picture is damaged" in result.stderr
    assert "8ABC123" not in result.output
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert [row["plate"] for row in rows] == ["8ABC123", "", "", "8ABC123", ""]
    assert len(list(seen.iterdir())) == 4
    assert (seen / "C04_20260302-211205_png.jpg").stat().st_mode & 0o777 == 0o600


def test_resume_reads_only_what_is_new(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "plates.json"
    alone(folder, "--out", out, at=tmp_path)
    assert "there already" in alone(folder, "--out", out, ends=2, at=tmp_path).stderr
    (folder / "D.png").write_bytes(picture())
    result = alone(folder, "--out", out, "--resume", at=tmp_path)
    assert "2 files; 3 skipped that were read before" in result.stdout  # the last one is read again
    assert len(json.loads(out.read_text())) == 5


def test_reads_for_ingest_with_what_is_left_out(folder: Path, tmp_path: Path) -> None:
    reads = tmp_path / "gate.jsonl"
    given = ["--names", "{camera}_%Y%m%d-%H%M%S", "--zone", "America/Los_Angeles"]
    result = alone(folder, "--reads", reads, *given, ends=1, at=tmp_path)
    groups = [json.loads(line) for line in reads.read_text().splitlines()]
    assert [group["camera_id"] for group in groups] == ["C04", "C05"]
    assert "C05_20260302-211405.png: A plate is too uncertain to be a read." in result.stderr
    assert "workbench ingest" in result.stdout
    assert reads.stat().st_mode & 0o777 == 0o600
    assert "there already" in alone(folder, "--reads", reads, *given, ends=2, at=tmp_path).stderr


def test_names_from_strangers_do_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in (b"\x1b[31mred\n.png", b"not utf-8 \xff.png", b"=cmd.png"):
        (folder / os.fsdecode(name)).write_bytes(picture())
    (folder / os.fsdecode(b"bad \xff\x1b[2J.png")).write_bytes(b"")
    for kind in ("json", "csv"):
        out = tmp_path / f"plates.{kind}"
        first = alone(folder, "--out", out, ends=1, at=tmp_path)
        assert "\x1b" not in first.output
        assert "3 skipped" in alone(folder, "--out", out, "--resume", at=tmp_path).stdout
    assert "\x1b" not in alone(folder, "--json", ends=1, at=tmp_path).stdout


def test_annotated_pictures_of_one_name_stand_side_by_side(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("cv2", reason="OpenCV is not installed")
    seen = tmp_path / "seen"
    other = tmp_path / "other"
    other.mkdir()
    for place in (folder, other):
        (place / "a.png").write_bytes(picture())
    alone(folder / "a.png", other / "a.png", "--annotated", seen, at=tmp_path)
    assert sorted(path.name for path in seen.iterdir()) == ["a_png-2.jpg", "a_png.jpg"]
    inside = alone(folder, "--annotated", folder / "seen", ends=2, at=tmp_path)
    assert "outside of it" in inside.stderr


def test_as_json_and_as_crops(folder: Path, tmp_path: Path) -> None:
    said = json.loads(alone(folder, "--json", "--crops", at=tmp_path).stdout)
    assert (said["files"], said["plates"], said["problems"]) == (4, 4, [])
    assert said["results"][0]["plates"][0]["right"] == 160


@pytest.mark.parametrize(
    ("arguments", "ends", "words"),
    [
        (["--resume"], 2, "--resume needs --out"),
        (["--out", "x.txt"], 2, "neither .json nor .csv"),
        (["--reads", "x.csv"], 2, "not .jsonl"),
        (["--reads", "x.jsonl", "--at", "here"], 2, "LAT,LON"),
        (["--reads", "x.jsonl", "--at", "120,36"], 2, "not on the globe"),
        (["--reads", "x.jsonl", "--zone", "Mars/Olympus"], 2, "no such time zone"),
        (["--reads", "x.jsonl", "--taken", "2026-03-02 21:12"], 2, "--zone"),
        (["--reads", "x.jsonl", "--names", "%"], 2, "pattern of file names"),
        (["--out", "x.json", "--resume", "--reads", "x.jsonl"], 2, "do not go together"),
    ],
)
def test_what_does_not_go_is_said_and_nothing_is_left_behind(
    folder: Path, tmp_path: Path, arguments: list[str], ends: int, words: str
) -> None:
    assert words in alone(folder, *arguments, ends=ends, at=tmp_path).stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate"]


@pytest.mark.parametrize(
    ("plate", "ends", "words"),
    [
        ("8abc-123", 0, "The picture agrees with the plate"),
        ("8ABC128", 1, "character 7 is 3, not 8"),
        ("-", 2, "no letter or digit"),
    ],
)
def test_a_picture_against_a_plate(
    folder: Path, tmp_path: Path, plate: str, ends: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdict, "installed", lambda: False)
    picture = folder / "C04_20260302-211205.png"
    assert words in alone(picture, "--against", plate, ends=ends, at=tmp_path).output
    if ends < 2:
        said = json.loads(
            alone(picture, "--against", plate, "--json", ends=ends, at=tmp_path).stdout
        )
        assert said["answer"] == ("disagree" if ends else "agree")
    dark = folder / "C04_20260302-211305.png"
    if ends < 2:
        assert "no plate was found" in alone(dark, "--against", plate, ends=1).output
    assert "one picture" in alone(folder, "--against", plate, ends=2).output


def test_a_missing_place_and_a_missing_engine(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "does not exist" in alone(tmp_path / "none", ends=2).stderr

    def missing(_name: str) -> None:
        raise Failed("This engine needs OpenCV.", "Install it.")

    monkeypatch.setattr(engines, "engine", missing)
    assert "needs OpenCV" in alone(folder, "--out", "x.csv", ends=2, at=tmp_path).stderr
    assert not (tmp_path / "x.csv").exists()


def test_without_pillow_each_file_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert "alpr-workbench[recognition]" in alone(folder, ends=1, at=tmp_path).stderr


# --- in a home --------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


def test_a_run_is_on_the_record_with_numbers_and_no_plate(desk: CommandLine, folder: Path) -> None:
    desk.run("read", str(folder))
    intent, outcome = desk.world.record(action="recognition.files")
    assert json.loads(intent.elements) == {"files": 4, "engine": "opencv", "reads": False}
    assert (intent.phase, intent.username, outcome.outcome, outcome.rows) == (
        "intent",
        "okafor",
        "ok",
        3,
    )
    assert "8ABC123" not in str(intent) + str(outcome)


def test_where_nobody_is_logged_in_it_says_that_it_is_not_recorded(
    desk: CommandLine, folder: Path
) -> None:
    forget_token(desk.world.settings)
    assert "not on the access record" in desk.run("read", str(folder)).stderr
    assert desk.world.record(action="recognition.files") == []


def test_from_pictures_to_the_records_through_ingest(
    desk: CommandLine, folder: Path, tmp_path: Path
) -> None:
    desk.world.camera("C04")
    desk.world.camera("C05")
    reads = tmp_path / "gate.jsonl"
    names = "{camera}_%Y%m%d-%H%M%S"
    desk.run("read", str(folder), "--reads", str(reads), "--names", names, ends=1)
    desk.as_(desk.world.member("ives", "administrator"))
    (result,) = desk.json("ingest", str(reads))
    assert (result["accepted"], result["rejected"]) == (2, 0)
