"""``workbench report``: what is typed becomes checked parameters, and what is made is told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from world import REASON, World

from workbench.cli import main
from workbench.keeping import keep_token
from workbench.reporting.parameters import check
from workbench.reporting.references import external_references
from workbench.reporting.runner import ReportResult

ZONE = ZoneInfo("America/Los_Angeles")
CASE = ("--case", "26-00417", "--purpose", "homicide", "--reason", REASON)
WHEN = ("--from", "2026-10-13 21:10", "--to", "2026-10-13 22:10")
PLACE = ("--at", "36.58,-120.25", "--radius", "800")


class Asked:
    """Stands in for the runner and keeps what it was asked."""

    def __init__(self) -> None:
        self.report = ""
        self.parameters: dict[str, Any] = {}

    def __call__(
        self, report: str, parameters: dict[str, Any], *, home: Path, out: Path
    ) -> ReportResult:
        check(report, parameters)
        self.report, self.parameters = report, parameters
        folder = Path(out).resolve() / "26-00417"
        return ReportResult(report, folder / "r.html", folder / "r.ipynb", "ab" * 32, (7,), 9)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "home"
    World(folder).service.close()
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    stand_in = Asked()
    monkeypatch.setattr("workbench.reporting.runner.run", stand_in)
    return stand_in


def report(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "report", *words])


def test_a_canvass_is_asked_in_the_agencys_own_time(home: Path, asked: Asked) -> None:
    result = report(home, "canvass", *CASE, *PLACE, *WHEN)
    assert result.exit_code == 0, result.output
    assert asked.report == "canvass"
    assert asked.parameters["start"] == "2026-10-13T21:10:00-07:00"
    assert (asked.parameters["latitude"], asked.parameters["longitude"]) == (36.58, -120.25)
    assert asked.parameters["reason"] == REASON
    assert str(Path("reports").resolve() / "26-00417" / "r.html") in result.output
    assert "ab" * 32 in result.output


def test_a_polygon_takes_the_place_of_a_circle(home: Path, asked: Asked) -> None:
    corners = "36.58,-120.25 36.59,-120.25 36.59,-120.24"
    assert report(home, "canvass", *CASE, "--polygon", corners, *WHEN).exit_code == 0
    assert asked.parameters["polygon"] == [[36.58, -120.25], [36.59, -120.25], [36.59, -120.24]]
    assert "latitude" not in asked.parameters


def test_a_partial_plate_with_what_else_is_known(home: Path, asked: Asked) -> None:
    known = ("--pattern", "7A?X1*", "--seen-by", "camera", "--state", "ca", "--color", "dark")
    assert report(home, "partial-plate", *CASE, *known, *WHEN).exit_code == 0
    assert asked.report == "partial_plate"
    wanted = {"pattern": "7A?X1*", "seen_by": "camera", "state": "CA", "color": "dark"}
    assert wanted.items() <= asked.parameters.items()
    assert "make" not in asked.parameters


def test_a_partial_plate_with_the_time_of_the_incident(home: Path, asked: Asked) -> None:
    scene = ("--at", "36.58,-120.25", "--radius", "800", "--happened", "2026-10-13 21:15")
    given = ("partial-plate", *CASE, "--pattern", "7A?X1*", *WHEN)
    assert report(home, *given, *scene).exit_code == 0
    assert asked.parameters["at"] == "2026-10-13T21:15:00-07:00"
    assert report(home, *given).exit_code == 0
    assert "at" not in asked.parameters


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("2026-10", "2026-10-01T00:00:00-07:00", "2026-11-01T00:00:00-07:00"),
        ("2026-12", "2026-12-01T00:00:00-08:00", "2027-01-01T00:00:00-08:00"),
        ("2026-Q4", "2026-10-01T00:00:00-07:00", "2027-01-01T00:00:00-08:00"),
        ("2026", "2026-01-01T00:00:00-08:00", "2027-01-01T00:00:00-08:00"),
    ],
)
def test_audit_periods(home: Path, asked: Asked, period: str, start: str, end: str) -> None:
    assert report(home, "audit", "--period", period).exit_code == 0
    assert (asked.parameters["start"], asked.parameters["end"]) == (start, end)
    assert "sample_size" not in asked.parameters


@pytest.mark.parametrize(
    "words",
    [
        ("audit",),
        ("audit", "--period", "2026-13"),
        ("audit", "--period", "October"),
        ("audit", "--period", "2026-10", "--from", "2026-10-01"),
        ("audit", "--period", "2026-10", "--reviewer", "R. Alvarez", "--approver", "r. alvarez"),
        ("canvass", *CASE, *WHEN),
        ("canvass", *CASE, "--at", "here", "--radius", "800", *WHEN),
        ("canvass", *CASE, *PLACE, "--from", "2026-11-01 01:30", "--to", "2026-11-01 02:30"),
        ("partial-plate", *CASE, "--pattern", "7A;X", *WHEN),
    ],
)
def test_what_cannot_be_asked_ends_with_a_sentence(
    home: Path, asked: Asked, words: tuple[str, ...]
) -> None:
    result = report(home, *words)
    assert result.exit_code == 2
    assert result.output.startswith("Failed: ")
    assert "Traceback" not in result.output
    assert asked.report == ""


def test_a_script_gets_json(home: Path, asked: Asked) -> None:
    result = report(home, "audit", "--period", "2026-10", "--json")
    assert json.loads(result.stdout)["sha256"] == "ab" * 32


@pytest.mark.parametrize("name", ["canvass", "partial-plate", "audit"])
def test_help_teaches_with_an_example(home: Path, name: str) -> None:
    shown = report(home, name, "--help").output
    assert "Examples:" in shown
    assert f"workbench report {name}" in shown


# -- the whole way, with a real home, a real session and a real record ------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A home of today, with one camera, an outage, and reads of yesterday evening."""
    now = dt.datetime.now(ZONE)
    world = World(tmp_path_factory.mktemp("real") / "home", now=f"{now:%Y-%m-%d %H:%M}")
    world.member("alvarez", "auditor" if "auditor" in world.service.profile.roles else "supervisor")
    world.camera("C4")
    world.camera("C5", at=(36.585, -120.25))
    evening = f"{now - dt.timedelta(days=1):%Y-%m-%d}"
    world.outage("C5", f"{evening} 21:20", f"{evening} 21:40")
    for minute, plate in enumerate(["7ABX123", "7ABX128", "5KLM456"] * 4):
        world.read(
            plate, camera="C4", at=f"{evening} 21:{10 + minute * 4:02d}", color="gray", make="honda"
        )
    world.evening = evening  # type: ignore[attr-defined]
    yield world
    world.service.close()


def log_in(world: World, username: str) -> None:
    keep_token(world.settings, world.login(username))


def made(world: World, tmp_path: Path, *words: str) -> Result:
    return report(world.settings.home, *words, "--out", str(tmp_path / "reports"), "--json")


def test_a_canvass_from_the_door_to_the_page(site: World, tmp_path: Path) -> None:
    evening = site.evening  # type: ignore[attr-defined]
    log_in(site, "rivera")
    when = ("--from", f"{evening} 21:00", "--to", f"{evening} 22:00")
    result = made(site, tmp_path, "canvass", *CASE, *PLACE, *when)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    html = Path(told["html"]).read_text()
    assert external_references(html) == []
    for word in (
        "Case 26-00417",
        "5KLM456",
        "21:20–21:40 no power",
        f"#{told['access_ids'][0]}",
    ):
        assert word in html
    (line,) = site.record(action="report.canvass")
    assert line.outcome == "ok"
    assert told["sha256"] in json.dumps(line.elements)
    assert [row.action for row in site.record(phase="intent")][-1] == "query.canvass"


def test_a_refused_report_shows_the_clause_and_leaves_nothing(site: World, tmp_path: Path) -> None:
    evening = site.evening  # type: ignore[attr-defined]
    log_in(site, "rivera")
    when = ("--from", f"{evening} 21:00", "--to", f"{evening} 22:00")
    grounds = ("--case", "26-00417", "--purpose", "curiosity", "--reason", REASON)
    result = made(site, tmp_path, "canvass", *grounds, *PLACE, *when)
    assert result.exit_code == 3
    assert "Refused: " in result.output
    assert "Clovis PD Policy" in result.output
    assert not (tmp_path / "reports").exists()
    assert [line.outcome for line in site.record(action="report.canvass")][-1] == "failed"


def test_nobody_logged_in_is_told_before_a_kernel_starts(site: World, tmp_path: Path) -> None:
    site.settings.session_file.unlink(missing_ok=True)
    result = made(site, tmp_path, "audit", "--period", "2026-10")
    assert result.exit_code == 3
    assert "workbench login" in result.output


@pytest.mark.clause(
    "clovis-ca:462.5(c)", "claremont-ca:820.5[8]", "piedmont-ca:438.5(c)", "clinton-ut:426.4(d)",
    "seal-beach-ca:ACCOUNTABILITY(e)",
)  # fmt: skip
def test_an_audit_from_the_record_to_the_page(site: World, tmp_path: Path) -> None:
    log_in(site, "alvarez")
    now = dt.datetime.now(ZONE)
    when = (
        "--from",
        f"{now - dt.timedelta(days=2):%Y-%m-%d}",
        "--to",
        f"{now + dt.timedelta(days=1):%Y-%m-%d}",
    )
    result = made(site, tmp_path, "audit", *when, "--reviewer", "R. Alvarez")
    assert result.exit_code == 0, result.output
    html = Path(json.loads(result.stdout)["html"]).read_text()
    assert external_references(html) == []
    for word in (
        "The record is whole",
        "Rivera",
        "Sample to review",
        "Training currency",
        "R. Alvarez",
    ):
        assert word in html
