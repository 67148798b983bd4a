"""``workbench ingest``: on a small agency with its record on disk."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner, Result
from transfer_files import EXPORT, GROUPS, MAPPED, exported, passages, table
from world import World

from workbench.cli import ingest as command
from workbench.cli import main
from workbench.ingest.formats import FORMATS
from workbench.keeping import keep_token

MAPPING = """
name: learn-export
columns:
  plate: Plate Number
  captured_at: [Scan Date, Scan Time]
  camera: Camera Name
  latitude: Lat
  longitude: Long
time:
  format: "%m/%d/%Y %I:%M:%S %p"
"""


@pytest.fixture
def world(tmp_path, monkeypatch):
    """An agency with one camera, whose administrator is logged in."""
    world = World(tmp_path / "home", now="2026-11-20 12:00")
    world.camera("101")
    world.member("tanaka", "administrator")
    monkeypatch.setenv("WORKBENCH_SESSION_FILE", str(tmp_path / "session"))
    monkeypatch.setenv("COLUMNS", "250")
    keep_token(world.settings, world.login("tanaka"))
    return world


@pytest.fixture
def ask(world, monkeypatch):
    """Run the command as the terminal would, with the world's own clock."""
    from workbench.service import Service

    opened = Service.open
    monkeypatch.setattr(Service, "open", lambda home: opened(home, clock=world.clock))

    def run(*words: object, code: int = 0) -> Result:
        command = ["--home", str(world.settings.home), "ingest", *map(str, words)]
        result = CliRunner().invoke(main, command)
        assert result.exit_code == code, result.output + str(result.exception)
        return result

    return run


def reads(world) -> int:
    with world.service.database.read() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM reads").scalar_one()


def test_files_come_in_and_it_says_what_came_of_each(world, ask, tmp_path):
    good = GROUPS.write(tmp_path, passages(5), name="good")
    mixed = GROUPS.write(
        tmp_path, passages(3, start="2026-03-04 20:00"), name="mixed", tail="garbage\n"
    )
    words = ask(good, mixed).output
    assert "good.jsonl" in words
    assert "1 rejected: The line is not a JSON object." in words
    assert "000003-mixed.jsonl.rejects.jsonl" in words.replace("\n", "")
    assert "load the reject file" in words
    assert reads(world) == 8


def test_each_transfer_is_on_the_record_before_and_after(world, ask, tmp_path):
    ask(GROUPS.write(tmp_path, passages(5)))
    intent, outcome = world.record(action="ingest")
    assert (intent.phase, intent.username, json.loads(intent.elements)["file"]) == (
        "intent",
        "tanaka",
        "reads.jsonl",
    )
    assert (outcome.phase, outcome.outcome, outcome.rows) == ("outcome", "ok", 5)
    assert "sha256" in outcome.detail


def test_the_same_file_twice_says_so(world, ask, tmp_path):
    path = GROUPS.write(tmp_path, passages(5))
    ask(path)
    assert "loaded before; nothing changed" in ask(path).output
    assert reads(world) == 5


def test_a_file_that_fails_is_told_and_the_others_come_in(world, ask, tmp_path):
    bad = tmp_path / "notes.txt"
    bad.write_text("hello\n")
    good = GROUPS.write(tmp_path, passages(5))
    words = ask(bad, good, code=1).output
    assert "Failed: notes.txt" in words
    assert "--mapping" in words
    assert reads(world) == 5
    assert [row.outcome for row in world.record(action="ingest", phase="outcome")] == [
        "failed",
        "ok",
    ]


def test_json_is_for_scripts(ask, tmp_path):
    bad = tmp_path / "notes.txt"
    bad.write_text("hello\n")
    found = json.loads(ask(GROUPS.write(tmp_path, passages(2)), bad, "--json", code=1).output)
    assert (found[0]["accepted"], found[0]["status"], found[0]["duplicate"]) == (
        2,
        "complete",
        False,
    )
    assert found[0]["first_at"] == "2026-03-02T20:00:00+00:00"
    assert (found[1]["status"], found[1]["file_name"]) == ("failed", "notes.txt")


def test_a_member_who_may_not_is_refused_and_that_is_on_the_record(world, ask, tmp_path):
    keep_token(world.settings, world.login("rivera"))
    assert "Refused" in ask(GROUPS.write(tmp_path, passages(2)), code=3).output
    assert reads(world) == 0
    (refused,) = world.record(action="ingest")
    assert (refused.outcome, refused.username) == ("refused", "rivera")


def test_a_dry_run_shows_rows_and_stores_nothing(world, ask, tmp_path):
    rows = [exported(one) for one in passages(4)]
    rows[1][0] = ""
    path = tmp_path / "export.csv"
    path.write_text(table(EXPORT, rows))
    mapping = tmp_path / "learn.yaml"
    mapping.write_text(MAPPING)
    words = ask(path, "--mapping", mapping, "--dry-run").output
    assert "7ABX000" in words
    assert "2026-03-02 12:00:00-08:00" in words
    assert "There is no plate." in words
    assert "Nothing was stored" in words
    assert reads(world) == 0
    found = json.loads(ask(path, "--mapping", mapping, "--dry-run", "--rows", 2, "--json").output)
    assert len(found[0]["rows"]) == 2
    assert ask(path, "--mapping", mapping).output.count("learn-export") == 1
    assert reads(world) == 3


def test_a_mapping_that_does_not_hold_is_told_with_its_line(ask, tmp_path):
    mapping = tmp_path / "learn.yaml"
    mapping.write_text("columns:\n  plate: P\n  capturd_at: T\n")
    words = ask(MAPPED.write(tmp_path, passages(1)), "--mapping", mapping, code=2).output
    assert "line 3" in words
    assert "captured_at" in words


def test_the_command_knows_every_format():
    assert set(command._FORMATS) == {one.name for one in FORMATS}


def test_files_or_a_folder_must_be_given(ask, tmp_path):
    assert "Give files" in ask(code=2).output
    assert "together" in ask("--watch", tmp_path, "--service", "svc", code=2).output


def test_a_watched_folder_is_emptied_by_a_service_member_who_logs_in_again(
    world, ask, tmp_path, monkeypatch
):
    from workbench.ingest import watch as module

    by = world.session(world.admin)
    world.service.people.add(
        username="svc-ingest", name="Ingest", roles=["service"], organization="SLPD",
        kind="service", password=None, by=by,
    )  # fmt: skip
    key = world.service.service_key(world.admin, "svc-ingest")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    GROUPS.write(inbox, passages(2), name="one")
    (inbox / "notes.txt").write_text("hello\n")
    shutil.copy(inbox / "one.jsonl", inbox / "two.jsonl")
    real = module.watch

    def once(folder, take, *, report, **_):
        def end_session_first(path):
            with world.service.database.write() as connection:
                connection.exec_driver_sql("UPDATE sessions SET ended_at = 1, ended_why = 'test'")
            return take(path)

        real(folder, take, report=report, once=True, settle_s=0, every_s=0.01, notify=False)
        GROUPS.write(inbox, passages(3, start="2026-03-05 20:00"), name="three")
        real(
            folder,
            end_session_first,
            report=report,
            once=True,
            settle_s=0,
            every_s=0.01,
            notify=False,
        )

    monkeypatch.setattr(module, "watch", once)
    words = ask("--watch", inbox, "--service", "svc-ingest", "--key-file", key).output
    assert "one.jsonl: transfer 2; 2 accepted" in words
    assert "two.jsonl: loaded before" in words
    assert "three.jsonl: transfer 3; 3 accepted" in words
    assert "notes.txt: failed" in words
    assert reads(world) == 5
    outcomes = [
        (row.username, row.automatic) for row in world.record(action="ingest", phase="outcome")
    ]
    assert set(outcomes) == {("svc-ingest", 1)}
