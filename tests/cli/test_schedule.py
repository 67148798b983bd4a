"""``workbench schedule`` and ``workbench --as``: jobs that run by themselves, without a secret on any command line."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from world import World, local

import workbench
from workbench.cli import main
from workbench.cli.timers import Job, cron_line, service_unit, timer_unit
from workbench.client import keep_token
from workbench.errors import BadInput, LoginRefused, NotLoggedIn
from workbench.reporting.parameters import AuditParameters
from workbench.reporting.runner import notebook_path
from workbench.service import Service

WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30)


def job(*command: str, every: str = "month", local: bool = True) -> Job:
    program = ("/opt/w/bin/workbench", *command)
    return Job("workbench-x", "A job", program, every, 5, 30, 2, "America/Los_Angeles", (Path("/srv/home"),), local)  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def world(tmp_path, monkeypatch):
    made = World(tmp_path / "home", now="2026-11-02 09:00")
    made.service.add_member(
        made.admin, username="nightly", name="Nightly audit", roles=["service"], kind="service"
    )
    made.service.service_key(made.admin, "nightly")
    monkeypatch.setenv("WORKBENCH_SESSION_FILE", str(tmp_path / "session"))
    opened = Service.open
    monkeypatch.setattr(Service, "open", lambda home: opened(home, clock=made.clock))
    yield made
    made.service.close()


def run(world: World, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--home", str(world.settings.home), *words])
    assert result.exit_code == code, result.output + str(result.exception)
    return result


def key(world: World) -> Path:
    return world.settings.keys / "service-nightly.key"


# --- a member for one command ------------------------------------------------------------------------------


def test_a_service_member_acts_for_one_command_and_leaves_no_session(world, tmp_path):
    mine = world.login("okafor")
    keep_token(world.settings, mine)
    found = run(
        world, "--as", "nightly", "--key-file", str(key(world)), "audit", "review", "--json"
    )
    assert '"population"' in found.output
    (intent, _) = world.record(action="audit.review")
    assert (intent.username, intent.automatic) == ("nightly", 1)
    assert [line.action for line in world.record(username="nightly")][-1] == "logout"
    assert (tmp_path / "session").read_text() == mine
    assert world.service.session(mine).member.username == "okafor"


def test_it_is_logged_out_where_the_command_fails(world):
    run(world, "--as", "nightly", "--key-file", str(key(world)), "audit", "show", code=3)
    assert [line.action for line in world.record(username="nightly")][-1] == "logout"


def test_half_a_name_a_wrong_key_and_an_open_file_are_refused(world, tmp_path):
    run(world, "--as", "nightly", "audit", "review", code=2)
    run(world, "--key-file", str(key(world)), "audit", "review", code=2)
    wrong = tmp_path / "wrong.key"
    wrong.write_text("x" * 64)
    wrong.chmod(0o600)
    run(world, "--as", "nightly", "--key-file", str(wrong), "audit", "review", code=3)
    key(world).chmod(0o644)
    words = run(world, "--as", "nightly", "--key-file", str(key(world)), "audit", "review", code=2)
    assert "Others than its owner" in words.output
    assert world.record(action="audit.review") == []


# --- what is written --------------------------------------------------------------------------------------


def test_a_line_for_cron_names_the_key_file_and_holds_no_secret(world):
    result = run(world, "schedule", "audit", "--as", "nightly", "--reviewer", "Lt. R. Alvarez")
    (line,) = result.stdout.splitlines()
    assert line.startswith("30 5 2 * * umask 077; ")
    words = shlex.split(line.split("; ", 1)[1])
    assert words[words.index("--key-file") + 1] == str(key(world).resolve())
    assert words[words.index("--period") + 1] == "last-month"
    assert words[words.index("--reviewer") + 1] == "Lt. R. Alvarez"
    assert all(Path(word).is_absolute() for word in (words[0], words[words.index("--home") + 1]))
    assert key(world).read_text().strip() not in result.output
    assert "crontab -e" in result.stderr
    assert "no scheduled job can" in result.stderr


def test_the_line_is_a_command_that_this_release_knows(world, monkeypatch):
    asked = {}

    def made(report, parameters, *, home, out):
        asked.update(parameters, report=report, out=out)
        raise SystemExit(0)

    monkeypatch.setattr("workbench.reporting.runner.run", made)
    line = run(world, "schedule", "audit", "--as", "nightly", "--every", "quarter").stdout
    words = shlex.split(line.strip().split("; ", 1)[1])
    assert CliRunner().invoke(main, words[1:]).exit_code == 0
    assert (asked["report"], asked["start"][:10], asked["end"][:10]) == (
        "audit",
        "2026-07-01",
        "2026-10-01",
    )
    assert asked["out"] == world.settings.home.resolve() / "reports"


def test_units_are_written_where_they_are_asked_for_and_never_over_others(world, tmp_path):
    into = tmp_path / "units"
    asked = (
        "schedule",
        "audit",
        "--as",
        "nightly",
        "--systemd",
        "--into",
        str(into),
        "--user",
        "alpr",
    )
    result = run(world, *asked)
    assert [Path(line).name for line in result.stdout.splitlines()] == [
        "workbench-audit.service", "workbench-audit.timer",
    ]  # fmt: skip
    service = (into / "workbench-audit.service").read_text()
    assert "User=alpr" in service
    assert f"ReadWritePaths={world.settings.home.resolve()}" in service
    assert "PrivateNetwork=yes" in service
    timer = (into / "workbench-audit.timer").read_text()
    assert "OnCalendar=*-*-02 05:30:00 America/Los_Angeles" in timer
    run(world, *asked, code=2)
    if shutil.which("systemd-analyze"):
        checked = subprocess.run(
            ["systemd-analyze", "calendar", timer.split("OnCalendar=")[1].splitlines()[0]],
            capture_output=True, check=False, text=True,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stderr


def test_the_check_of_the_record_needs_no_member(world):
    line = run(world, "schedule", "verify", "--at", "3:05").stdout
    assert line.startswith("5 3 * * * ")
    assert line.strip().endswith("audit verify")
    assert "--key-file" not in line


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "--as", "nobody"),
        ("audit", "--as", "night ly; rm"),
        ("audit", "--as", "nightly", "--at", "25:00"),
        ("audit", "--as", "nightly", "--user", "al pr"),
        ("audit", "--as", "nightly", "--into", "x"),
        ("audit", "--as", "nightly", "--reviewer", "a\x07b"),
        ("audit", "--as", "nightly", "--day", "31"),
    ],
)
def test_what_cannot_be_scheduled_is_refused(world, words):
    run(world, "schedule", *words, code=2)


def test_a_key_that_others_can_read_is_refused(world):
    key(world).chmod(0o640)
    assert (
        "Others than its owner" in run(world, "schedule", "audit", "--as", "nightly", code=2).output
    )


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_cron_gives_the_shell_what_was_meant(words):
    line = cron_line(job(*words))
    command = line.split("umask 077; ", 1)[1]
    assert not re.search(r"(?<!\\)%", command)
    assert "\n" not in line
    assert shlex.split(command.replace(r"\%", "%"))[1:] == words


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_systemd_gives_the_program_what_was_meant(words):
    unit = service_unit(job(*words), "alpr")
    command = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    read = shlex.split(command.removeprefix("ExecStart=").replace("%%", "%").replace("$$", "$"))
    assert read[1:] == words


@pytest.mark.parametrize(
    ("every", "cron", "calendar"),
    [
        ("day", "30 5 * * * ", "*-*-* 05:30:00"),
        ("week", "30 5 * * 1 ", "Mon *-*-* 05:30:00"),
        ("month", "30 5 2 * * ", "*-*-02 05:30:00"),
        ("quarter", "30 5 2 1,4,7,10 * ", "*-01,04,07,10-02 05:30:00"),
        ("year", "30 5 2 1 * ", "*-01-02 05:30:00"),
    ],
)
def test_both_run_at_the_same_times(every, cron, calendar):
    assert cron_line(job("x", every=every)).startswith(cron)
    assert f"OnCalendar={calendar} America/Los_Angeles\n" in timer_unit(job("x", every=every))


def test_a_database_on_another_machine_keeps_its_network():
    assert "PrivateNetwork" not in service_unit(job("x", local=False), "alpr")


# --- a notebook on a schedule ------------------------------------------------------------------------------


def test_a_scheduled_notebook_acts_as_the_member_that_the_environment_names(world, monkeypatch):
    keep_token(world.settings, world.login("okafor"))
    monkeypatch.setenv("WORKBENCH_HOME", str(world.settings.home))
    monkeypatch.setenv("WORKBENCH_SERVICE", "nightly")
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(key(world)))
    leaving = []
    monkeypatch.setattr("atexit.register", lambda *call: leaving.append(call))
    bench = workbench.connect()
    assert bench.member.username == "nightly"
    ((log_out, *given_),) = leaving
    log_out(*given_)
    with pytest.raises(NotLoggedIn):
        bench.touch()
    log_out(*given_)  # a session that has ended is no fault
    bench.close()


@pytest.mark.parametrize("missing", ["WORKBENCH_SERVICE", "WORKBENCH_KEY_FILE"])
def test_a_half_named_member_is_refused_before_anything_is_opened(world, monkeypatch, missing):
    monkeypatch.setenv("WORKBENCH_SERVICE", "nightly")
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(key(world)))
    monkeypatch.delenv(missing)
    with pytest.raises(BadInput, match="half named"):
        workbench.connect(world.settings.home)


def test_a_named_member_whose_key_is_wrong_gets_nothing(world, monkeypatch, tmp_path):
    keep_token(world.settings, world.login("okafor"))
    wrong = tmp_path / "wrong.key"
    wrong.write_text("x" * 64)
    wrong.chmod(0o600)
    monkeypatch.setenv("WORKBENCH_SERVICE", "nightly")
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(wrong))
    with pytest.raises(LoginRefused):
        workbench.connect(world.settings.home)


def test_the_audit_notebook_is_as_a_scheduler_wants_it():
    """One cell tagged ``parameters``, of plain assignments, and the session from the environment alone."""
    notebook = nbformat.read(notebook_path("audit"), 4)
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    (cell,) = tagged
    names = {target.id for each in ast.parse(cell.source).body for target in each.targets}  # type: ignore[attr-defined]
    assert names == set(AuditParameters.model_fields)
    assert any("workbench.connect()" in each.source for each in notebook.cells)


def test_a_notebook_can_ask_for_the_last_period_by_name(world):
    world.member("sato", "auditor")
    bench = world.desk("sato")
    found = bench.audit_review(start="last-quarter")
    assert (found.start, found.end) == (local("2026-07-01 00:00"), local("2026-10-01 00:00"))
    with pytest.raises(BadInput):
        bench.audit_review(start="the other day")
