"""``workbench camera learn``."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from registers_desk import CommandLine

from workbench.analysis.geo import cell
from workbench.analysis.learned import stored
from workbench.records import tables


@pytest.fixture
def desk(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


def drive(
    desk: CommandLine, vehicles: int = 150, passes: int = 25, wrong: float = 0.04
) -> set[str]:
    """Let vehicles pass two cameras again and again; an 8 is read as an X now and then. Return the plates read."""
    rng = np.random.default_rng(1)
    cameras = [
        desk.world.camera(code, at=(36.58 + 0.02 * i, -120.25))
        for i, code in enumerate(("C1", "C2"))
    ]
    now = desk.world.clock()
    rows: list[dict[str, Any]] = []
    for number in range(vehicles):
        plate = f"7A{'BCD'[number % 3]}{'KLM'[number // 3 % 3]}8{number % 90 + 10}"
        for _ in range(passes):
            at = now - dt.timedelta(seconds=int(rng.integers(86_400, 20 * 86_400)))
            for camera in range(2):
                seen = plate.replace("8", "X", 1) if rng.random() < wrong else plate
                latitude = 36.58 + 0.02 * camera
                rows.append(
                    {
                        "plate": seen,
                        "plate_raw": seen,
                        "state": "CA",
                        "captured_at": at + dt.timedelta(minutes=5 * camera),
                        "camera_id": cameras[camera],
                        "latitude": latitude,
                        "longitude": -120.25,
                        "cell": cell(latitude, -120.25),
                        "governmental": True,
                        "transfer_id": 1,
                        "candidates": json.dumps([[plate, 0.5]]) if seen != plate else None,
                    }
                )
    with desk.world.service.database.write() as connection:
        connection.execute(tables.reads.insert(), rows)
    return {row["plate"] for row in rows}


def test_learning_shows_what_was_learned_and_is_on_the_record(desk: CommandLine) -> None:
    plates = drive(desk)
    said = desk.run("camera", "learn").output
    assert "is used in partial-plate searches" in said
    assert "7,500" in said
    assert [line for line in said.splitlines() if "8" in line and " X " in line]
    assert not [plate for plate in plates if plate in said]
    model = stored(desk.world.settings.camera_model)
    assert model is not None
    assert model.probability("8", "X") == pytest.approx(0.04, rel=0.25)
    intent, outcome = desk.world.record(action="camera.learn")
    assert (intent.username, outcome.outcome, outcome.rows) == ("okafor", "ok", 7500)
    digest = desk.world.settings.camera_model.read_text().rsplit('"', 2)[1]
    assert digest in outcome.detail
    assert f"access_id: {intent.seq}" in desk.world.settings.camera_model.read_text()


def test_for_a_script(desk: CommandLine) -> None:
    drive(desk)
    said = desk.json("camera", "learn", "--newest", "5000")
    assert (said["reads"], said["better"]) == (5000, True)
    assert said["held_out"] > said["held_out_base"]
    assert ("8", "X") in [(each["true"], each["seen"]) for each in said["changes"]]


def test_what_a_few_vehicles_teach_is_kept_and_not_used(desk: CommandLine) -> None:
    drive(desk, vehicles=9, passes=60, wrong=0.0)
    said = desk.run("camera", "learn").output
    assert "not used in partial-plate searches" in said
    assert desk.world.settings.camera_model.exists()
    assert stored(desk.world.settings.camera_model) is None


def test_too_few_reads(desk: CommandLine) -> None:
    said = desk.run("camera", "learn", ends=2).output
    assert "too few reads" in said
    assert desk.world.record(action="camera.learn", phase="outcome")[0].outcome == "failed"
    assert not desk.world.settings.camera_model.exists()
    desk.run("camera", "learn", "--newest", "10", ends=2)


def test_an_analyst_is_refused(desk: CommandLine) -> None:
    desk.as_("rivera")
    said = desk.run("camera", "learn", ends=3).output
    assert "None of your roles" in said
    assert [line.outcome for line in desk.world.record(action="camera.change")] == ["refused"]
