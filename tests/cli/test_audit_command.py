"""``workbench audit``: on a small agency with its record on disk."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner, Result
from world import REASON, World

from workbench.cli import main
from workbench.errors import Refused
from workbench.keeping import keep_token


@pytest.fixture
def world(tmp_path, monkeypatch):
    """An agency whose analyst searched twice and was refused once, in October; its supervisor is logged in."""
    world = World(tmp_path / "home", now="2026-10-12 12:00")
    world.camera("C4")
    world.read("7ABX123", camera="C4", at="2026-10-05 21:12")
    bench = world.desk("rivera")
    window = {"start": "2026-10-05 21:00", "end": "2026-10-05 22:00"}
    case = bench.case(world.case_number, purpose="homicide", reason=REASON)
    case.history("7ABX123", **window)
    case.canvass(scene=(36.58, -120.25), radius_m=500, **window)
    with pytest.raises(Refused):
        bench.case(world.case_number, purpose="homicide", reason="check").history(
            "7ABX123", **window
        )
    world.member("alvarez", "supervisor")
    monkeypatch.setenv("WORKBENCH_SESSION_FILE", str(tmp_path / "session"))
    monkeypatch.setenv("COLUMNS", "250")
    keep_token(world.settings, world.login("alvarez"))
    return world


@pytest.fixture
def ask(world, monkeypatch):
    """Run a command as the terminal would, with the world's own clock."""
    from workbench.service import Service

    opened = Service.open
    monkeypatch.setattr(Service, "open", lambda home: opened(home, clock=world.clock))

    def run(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--home", str(world.settings.home), "audit", *words])
        assert result.exit_code == code, result.output + str(result.exception)
        return result

    return run


def test_a_whole_record_is_said_to_be_whole(world, ask):
    head = world.service.chain_head()
    words = ask("verify").output
    assert "The access record is whole" in words
    assert f"{head['seq']:,} records" in words
    assert head["hash"] in words
    assert json.loads(ask("verify", "--json").output)["head_hash"] == head["hash"]


def test_verifying_needs_no_log_in(world, ask, tmp_path):
    (tmp_path / "session").unlink()
    assert "whole" in ask("verify").output


def test_an_altered_record_is_named_and_the_exit_code_says_so(world, ask):
    with world.service.database.engine.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_records_no_update")
        connection.exec_driver_sql("UPDATE audit_records SET reason = 'x' WHERE seq = 5")
        connection.commit()
    words = ask("verify", code=1).output
    assert "The access record is broken: Record 5 was altered" in words
    assert "whole" not in words
    verdict = json.loads(ask("verify", "--json", code=1).output)
    assert (verdict["ok"], verdict["kind"], verdict["seq"]) == (False, "altered", 5)


def test_showing_the_record_is_on_the_record(world, ask):
    words = ask("show", "--user", "rivera", "--action", "query.*").output
    assert "query.history" in words
    assert "ok, 1 row" in words
    assert "refused" in words
    assert "3 lines" in words
    intent, outcome = world.record(action="audit.show")
    assert (intent.phase, intent.username, outcome.rows) == ("intent", "alvarez", 3)
    assert json.loads(intent.elements)["username"] == "rivera"


def test_filters_and_json(world, ask):
    rows = json.loads(ask("show", "--outcome", "refused", "--json").output)
    assert [row["action"] for row in rows] == ["query.history"]
    assert rows[0]["rows"] is None
    assert rows[0]["at"] == "2026-10-12T19:00:00+00:00"
    assert (
        json.loads(ask("show", "--plate", "7abx 123", "--json").output)[0]["elements"]["plate"]
        == "7ABX123"
    )
    assert json.loads(ask("show", "--from", "2026-10-13", "--json").output) == []


def test_the_screen_shows_the_newest_and_says_that_there_are_more(world, ask):
    words = ask("show", "--limit", "2").output
    assert "There are more" in words
    assert "login" in words


def test_a_csv_file_is_written_for_its_owner(world, ask, tmp_path):
    path = tmp_path / "october.csv"
    words = ask("show", "--action", "query.*", "--csv", str(path)).output
    assert "3 lines of the record" in words
    assert path.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["outcome"] for row in rows] == ["ok", "ok", "refused"]
    assert REASON not in words


def test_what_was_typed_into_the_record_cannot_act_on_the_terminal(world, ask):
    from workbench.audit.chain import Entry

    entry = Entry("event", "login", "refused", username="[bold red]eve\x1b[2J", detail="[/]")
    world.service.chain.append(entry)
    words = ask("show", "--limit", "3").output
    assert "[bold red]eve" in words
    assert "\x1b" not in words


def test_who_may_not_look_is_refused(world, ask):
    keep_token(world.settings, world.login("rivera"))
    assert "Refused" in ask("show", code=3).output
    assert "Refused" in ask("review", code=3).output
    assert "Refused" in ask("checkpoint", code=3).output
    assert {line.outcome for line in world.record(username="rivera", action="audit.show")} == {
        "refused"
    }


def test_options_that_contradict_are_refused(ask, tmp_path):
    assert (
        "Give one of them" in ask("show", "--json", "--csv", str(tmp_path / "x.csv"), code=2).output
    )
    assert "Give both" in ask("review", "--from", "2026-10-01", code=2).output


def test_a_checkpoint_can_be_kept_elsewhere_and_held_against_the_record(world, ask):
    keep_token(world.settings, world.login("okafor"))
    anchor = json.loads(ask("checkpoint", "--json").output)
    assert (anchor["seq"], anchor["hash"]) == tuple(world.service.chain_head().values())
    words = ask("checkpoint").output
    assert anchor["key_id"] in words
    kept = world.settings.record / "checkpoints.jsonl"
    assert json.dumps(anchor) in kept.read_text().splitlines()


def test_a_review_of_the_last_month_in_short(world, ask):
    world.clock.forward(days=21)
    keep_token(world.settings, world.login("alvarez"))
    words = ask("review").output
    assert "2026-10-01 00:00 to 2026-11-01 00:00" in words
    assert "3 accesses by 1 account under 1 case" in words
    assert "1 refused" in words
    assert "whole" in words
    found = json.loads(ask("review", "--json", "--sample", "2", "--seed", "7").output)
    assert found["population"]["accesses"] == 3
    assert len(found["sample"]) == 2
    assert found["chain"]["ok"] is True
    assert {row["username"] for row in found["by_member"]} == {"rivera"}
    assert [line.phase for line in world.record(action="audit.review")] == ["intent", "outcome"] * 2


def test_a_review_prints_what_a_reviewer_should_look_at(world, ask):
    bench = world.desk("rivera")
    case = bench.case(
        world.case_number, purpose="homicide", reason="Shooting, suspect named John Miller"
    )
    case.history("7ABX123", start="2026-10-05 21:00", end="2026-10-05 22:00")
    words = ask("review", "--from", "2026-10-01", "--to", "2026-11-01").output
    assert "REASON-PERSONAL-DATA" in words
    assert "Miller" not in words


def test_a_finding_is_decided_on_and_a_review_signed_by_two(world, ask):
    bench = world.desk("rivera")
    case = bench.case(
        world.case_number, purpose="homicide", reason="Shooting, suspect named John Miller"
    )
    case.history("7ABX123", start="2026-10-05 21:00", end="2026-10-05 22:00")
    world.member("whitfield", "supervisor")
    world.clock.forward(days=21)
    keep_token(world.settings, world.login("alvarez"))
    found = json.loads(ask("review", "--period", "last-month", "--json").output)
    keys = [each["key"] for each in found["indicators"]]
    assert all(each["disposition"] is None for each in found["indicators"])
    assert "are not decided" in ask(
        "sign", "--as", "reviewer", "--outcome", "no-misuse", code=3
    ).output.replace("is not", "are not")
    for key in keys:
        said = ("--as", "explained", "--note", "Name left out from now on")
        assert "on the record as #" in ask("dispose", key[:8], *said).output
    words = ask("review").output
    assert "explained, Alvarez, 2026-11-02: Name left out from now on" in words
    assert "workbench audit dispose KEY" not in words
    signed = ("sign", "--period", "2026-10", "--as")
    assert "Signed by Alvarez" in ask(*signed, "reviewer", "--outcome", "no-misuse").output
    assert "yourself" in ask(*signed, "approver", "--outcome", "approved", code=3).output
    keep_token(world.settings, world.login("whitfield"))
    made = json.loads(ask(*signed, "approver", "--outcome", "approved", "--json").output)
    assert (made["username"], made["stands"]) == ("whitfield", True)
    words = ask("review", "--period", "2026-10").output
    assert "Signed as approver by Whitfield on 2026-11-02: approved." in words


def test_searches_made_elsewhere_are_reviewed(world, ask, tmp_path):
    path = tmp_path / "org-audit.csv"
    titles = (
        "ID,Name,Org Name,Total Networks Searched,Time Frame,License Plate,Reason,Case #,Filters,Search Time,"
        "Search Type,Text Prompt,Moderation"
    )
    cells = '"Dana [red]Okafor",Santa Lucera CA PD,12,"10/01/2026, 07:00:00 AM UTC\n10/05/2026, 07:00:00 AM UTC"'
    rows = [
        f'a1,{cells},7ABX123,.,,,"10/05/2026, 05:30:00 PM UTC",search,,',
        f"a2,{cells},7ABX123,.,,,yesterday,search,,",
    ]
    path.write_text("\ufeff" + "\n".join([titles, *rows]))
    org = ("--org", "Santa Lucera CA PD")
    words = ask("elsewhere", str(path), *org, code=1).output
    assert (
        "1 search, 2026-10-05 to 2026-10-05: 1 by this agency, 0 automatic; 1 row rejected."
        in words
    )
    assert "REASON-VAGUE" in words
    assert "[red]" in words
    assert "7ABX123" not in words
    found = json.loads(ask("elsewhere", str(path), *org, "--json", code=1).output)
    assert {each["id"] for each in found["findings"]} == {"REASON-VAGUE", "CASE-UNKNOWN"}
    assert found["findings"][0]["searches"] == [{"id": "a1", "line": 2}]
    assert found["import"]["rejected"][0]["line"] == 4
