"""The one door: who, may they, the intent on the record, the query, the outcome, the result."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from world import PASSWORD, REASON, SCENE, World

import workbench
from workbench.audit.verify import verify
from workbench.errors import NotLoggedIn, RecordUnwritable, Refused
from workbench.models import Grounds
from workbench.records import tables
from workbench.service import Service

HOUR = {"start": "2026-03-02 21:00", "end": "2026-03-02 22:00"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return furnished(World(tmp_path))


def furnished(world: World) -> World:
    world.camera("C4")
    for minute in (10, 12, 14):
        world.read("7ABX123", camera="C4", at=f"2026-03-02 21:{minute}")
    return world


def search(world: World, username: str = "rivera", **grounds: str) -> object:
    given = {"number": world.case_number, "purpose": "homicide", "reason": REASON, **grounds}
    return world.desk(username).case(given.pop("number"), **given).history("7ABX123", **HOUR)


@pytest.mark.clause(
    "clovis-ca:462.5(a)",
    "piedmont-ca:438.5(a)",
    "clinton-ut:426.4(a)",
    "seal-beach-ca:ACCOUNTABILITY(b)",
    "claremont-ca:820.5[3]",
    "claremont-ca:820.5[4]",
    "claremont-ca:820.5[5]",
    "claremont-ca:820.5[6]",
    "claremont-ca:820.5[7]",
)
def test_an_access_is_on_the_record_with_every_field(world: World) -> None:
    found = search(world)
    intent, outcome = world.record(action="query.history")
    assert (intent.phase, outcome.phase) == ("intent", "outcome")
    assert intent.access_id == outcome.access_id == intent.seq == found.attrs["access_id"]
    for line in (intent, outcome):
        assert line.username == "rivera"
        assert line.name == "Rivera"
        assert line.organization == "Santa Lucera Police Department"
        assert line.roles == "analyst"
        assert line.address == "10.0.0.7"
        assert line.host == "desk-7"
        assert line.case_number == world.case_number
        assert line.crime_type == "homicide"
        assert line.incident_number == "I26-01873"
        assert line.purpose == "homicide"
        assert line.reason == REASON
        assert line.at == tables.to_micros(world.clock())
        assert line.automatic == 0
        assert line.profile == "clovis-ca@2026.1"
    elements = json.loads(intent.elements)
    assert elements["plate"] == "7ABX123"
    assert elements["start"] == "2026-03-03T05:00:00+00:00"
    assert (outcome.outcome, outcome.rows, outcome.truncated) == ("ok", 3, 0)


@pytest.mark.clause("clinton-ut:426.4(c)")
def test_clinton_counts_searches_with_crime_type_and_incident_number(tmp_path: Path) -> None:
    world = furnished(World(tmp_path, profile="clinton-ut"))
    search(world)
    assert [line.incident_number for line in world.record(phase="intent")] == ["I26-01873"]
    world.case("26CL00500", crime_type="", incident_number="", assigned=["rivera"])
    with pytest.raises(Refused) as refusal:
        search(world, number="26CL00500")
    assert refusal.value.clause == "426.4(c)"
    search(world, number="26CL00500", crime_type="homicide", incident_number="I26-09999")


REFUSALS = {
    "no case": ({"number": ""}, ""),
    "unknown case": ({"number": "26-99999"}, ""),
    "unknown purpose": ({"purpose": "curiosity"}, "462.3"),
    "no reason": ({"reason": ""}, ""),
    "vague reason": ({"reason": "check"}, ""),
    "a number for a reason": ({"reason": "26-00417"}, ""),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_refusal_names_its_ground_and_is_on_the_record(world: World, what: str) -> None:
    grounds, clause = REFUSALS[what]
    with pytest.raises(Refused) as refusal:
        search(world, **grounds)
    assert refusal.value.reason
    assert refusal.value.remedy
    if clause:
        assert refusal.value.clause.startswith(clause)
    (line,) = world.record(outcome="refused")
    assert (line.action, line.phase, line.username) == ("query.history", "event", "rivera")
    assert line.clause == refusal.value.clause
    assert json.loads(line.elements)["plate"] == "7ABX123"
    assert not world.record(phase="intent")


def test_personal_data_in_a_reason_does_not_reach_the_record(world: World) -> None:
    with pytest.raises(Refused, match="social security number"):
        search(world, reason="Shooting suspect born 04/12/1988, SSN 123-45-6789")
    (line,) = world.record(outcome="refused")
    assert "1988" not in line.reason
    assert "6789" not in line.reason
    assert "personal data" in line.reason


@pytest.mark.clause(
    "clovis-ca:462.3(d)",
    "piedmont-ca:438.3(d)",
    "clinton-ut:426.2(d)",
    "seal-beach-ca:OPERATION(d)",
    "claremont-ca:820.4[8]",
)
@pytest.mark.parametrize(
    ("profile", "clause"),
    [
        ("clovis-ca", "462.3(d)"),
        ("piedmont-ca", "438."),
        ("clinton-ut", "426.2(d)"),
        ("seal-beach-ca", "OPERATION(d)"),
        ("claremont-ca", "820.4"),
    ],
)
def test_nobody_untrained_sees_a_read(tmp_path: Path, profile: str, clause: str) -> None:
    world = furnished(World(tmp_path, profile=profile))
    world.member("novak", "analyst", without=("training",))
    world.service.cases.assign(world.case_number, ["novak"], by=world.session(world.admin))
    with pytest.raises(Refused) as refusal:
        search(world, "novak")
    assert refusal.value.clause.startswith(clause)
    assert [line.username for line in world.record(outcome="refused")] == ["novak"]


@pytest.mark.clause("piedmont-ca:438.7[8]")
def test_training_older_than_a_year_locks_out_under_piedmont(tmp_path: Path) -> None:
    world = furnished(World(tmp_path, profile="piedmont-ca", now="2026-03-10 12:00"))
    for username, day in (("within", "2025-03-11"), ("beyond", "2025-03-08")):
        world.member(username, "analyst", completed={"training": day})
        world.service.cases.assign(world.case_number, [username], by=world.session(world.admin))
    assert len(search(world, "within")) == 3
    with pytest.raises(Refused) as refusal:
        search(world, "beyond")
    assert refusal.value.clause.startswith("438.7")


@pytest.mark.clause("claremont-ca:820.4[2]")
def test_without_clets_certification_nobody_searches_under_claremont(tmp_path: Path) -> None:
    world = furnished(World(tmp_path, profile="claremont-ca"))
    world.member("novak", "analyst", without=("clets",))
    world.service.cases.assign(world.case_number, ["novak"], by=world.session(world.admin))
    with pytest.raises(Refused) as refusal:
        search(world, "novak")
    assert "CLETS" in str(refusal.value)


def test_the_policy_limits_how_wide_a_query_may_be(world: World) -> None:
    case = world.desk().case(world.case_number, purpose="homicide", reason=REASON)
    for ask in (
        lambda: case.canvass(scene=SCENE, radius_m=150_000, **HOUR),
        lambda: case.history("7ABX123", start="2020-01-01 00:00", end="2026-03-01 00:00"),
        lambda: case.partial("7*", **HOUR),
    ):
        with pytest.raises(Refused):
            ask()
    assert len(world.record(outcome="refused")) == 3


@pytest.mark.clause("clinton-ut:426.3[6]")
def test_reads_older_than_nine_months_are_not_shown_under_clinton(tmp_path: Path) -> None:
    world = World(tmp_path, profile="clinton-ut", now="2026-12-31 12:00")
    world.camera("C4")
    for at in ("2026-03-02 21:10", "2026-06-02 21:10"):
        world.read("7ABX123", camera="C4", at=at)
    case = world.desk().case(world.case_number, purpose="homicide", reason=REASON)
    spans = [("2026-03-01 00:00", "2026-03-05 00:00"), ("2026-06-01 00:00", "2026-06-05 00:00")]
    shown = []
    for start, end in spans:
        try:
            shown.append(len(case.history("7ABX123", start=start, end=end)))
        except Refused:
            shown.append(0)
    assert shown == [0, 1]


def test_an_ended_session_sees_nothing(world: World) -> None:
    bench = world.desk()
    case = bench.case(world.case_number, purpose="homicide", reason=REASON)
    world.clock.forward(minutes=31)
    with pytest.raises(NotLoggedIn):
        case.history("7ABX123", **HOUR)


@pytest.mark.clause(
    "clovis-ca:462.6[2]",
    "piedmont-ca:438.8[2]",
    "clinton-ut:426.5[2]",
    "seal-beach-ca:RETENTION[1]",
    "claremont-ca:820.5[1]",
)
def test_an_administrator_does_not_see_reads_by_being_one(world: World) -> None:
    with pytest.raises(Refused):
        search(world, "okafor")


def test_a_failure_is_recorded_and_shows_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("SELECT secret", {}, Exception("disk"))

    monkeypatch.setattr("workbench.queries.history.fetch_reads", broken)
    with pytest.raises(sa.exc.OperationalError):
        search(world)
    intent, outcome = world.record(action="query.history")
    assert (outcome.outcome, outcome.detail) == ("failed", "OperationalError")
    assert outcome.access_id == intent.seq


UNWRITABLE = {
    "refused by a trigger": "CREATE TRIGGER full BEFORE INSERT ON audit_records "
    "BEGIN SELECT RAISE(ABORT, 'full'); END",
    "gone": "ALTER TABLE audit_records RENAME TO elsewhere",
    "refused for outcomes only": "CREATE TRIGGER full BEFORE INSERT ON audit_records "
    "WHEN NEW.phase = 'outcome' BEGIN SELECT RAISE(ABORT, 'full'); END",
}


@pytest.mark.parametrize("how", UNWRITABLE)
def test_without_a_writable_record_no_query_returns_a_row(
    world: World, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = world.desk()
    case = bench.case(world.case_number, purpose="homicide", reason=REASON)
    fetched: list[object] = []
    real = workbench.queries.history.fetch_reads
    monkeypatch.setattr(
        "workbench.queries.history.fetch_reads",
        lambda *given, **named: fetched.append(1) or real(*given, **named),
    )
    with world.service.database.write() as connection:
        connection.exec_driver_sql(UNWRITABLE[how])
    for ask in (
        lambda: case.history("7ABX123", **HOUR),
        lambda: case.canvass(scene=SCENE, radius_m=800, **HOUR),
        lambda: case.partial("7ABX1?3", **HOUR),
    ):
        with pytest.raises(RecordUnwritable):
            ask()
    assert bool(fetched) == ("outcomes" in how)


def test_a_database_that_cannot_be_written_shows_nothing(world: World) -> None:
    bench = world.desk()
    case = bench.case(world.case_number, purpose="homicide", reason=REASON)
    database = world.service.database

    @sa.event.listens_for(database.engine, "begin")
    def _read_only(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only=ON")

    with pytest.raises((RecordUnwritable, sa.exc.OperationalError)):
        case.history("7ABX123", **HOUR)


def test_errors_repeat_neither_plate_nor_reason(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        search(world, reason="test", purpose="curiosity")
    said = f"{refusal.value} {refusal.value.args} {refusal.value.remedy}"
    assert "7ABX123" not in said
    assert "Rivera" not in said


def _search_until_killed(home: str, token: str, shown: str) -> None:
    """Search on and on; after each result, note its access number as a screen would show it."""
    service = Service.open(home)
    grounds = Grounds("26-00417", "homicide", REASON)
    given = {"plate": "7ABX123", "start": "2026-03-02 21:00", "end": "2026-03-02 22:00"}
    handle = os.open(shown, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        frame = service.query(token, "query.history", given, grounds)
        os.write(handle, f"{frame.attrs['access_id']} {len(frame)}\n".encode())


def _count(shown: Path) -> int:
    return shown.read_bytes().count(b"\n")


def test_kill_at_random_points_never_shows_a_result_without_its_record(tmp_path: Path) -> None:
    """Over 200 queries in processes killed at random: whatever was shown is on the record."""
    home, shown = tmp_path / "home", tmp_path / "shown"
    shown.touch()
    world = furnished(World(home, now=time.strftime("%Y-%m-%d %H:%M")))
    token = world.login("rivera")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["workbench.service", "workbench.queries", "pandas"])
    dice = random.Random(20260302)
    rounds = 0
    while rounds < 10 or _count(shown) < 200:
        enough = _count(shown) + dice.randint(1, 40)
        child = context.Process(target=_search_until_killed, args=(str(home), token, str(shown)))
        child.start()
        while child.is_alive() and _count(shown) < enough:
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.03))
        assert child.pid
        assert child.is_alive()
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        rounds += 1
    outcomes = {
        line.access_id: line.rows for line in world.record(action="query.history", outcome="ok")
    }
    intents = {line.seq for line in world.record(action="query.history", phase="intent")}
    for line in shown.read_text().splitlines():
        access_id, rows = (int(number) for number in line.split())
        assert access_id in intents
        assert outcomes[access_id] == rows == 3
    verdict = verify(world.service.database, world.settings.record, world.service.key)
    assert verdict.ok, verdict.finding
    assert PASSWORD not in shown.read_text()
