"""``workbench schedule audit | verify``: the cron line or the systemd timer of a job, to be installed by hand."""

from __future__ import annotations

import getpass
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import click
import sqlalchemy as sa

from workbench.cli.common import Desk, pass_desk
from workbench.cli.timers import Every, Job, cron_line, service_unit, timer_unit
from workbench.errors import BadInput, NotSetUp
from workbench.keeping import require_private

__all__ = ["schedule"]

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NAME = re.compile(r"[a-z][a-z0-9._-]{0,39}")


@click.group()
def schedule() -> None:
    """Write what makes a job run by itself: a line for cron, or with --systemd a service and its timer.

    Nothing is installed and nothing is run: read what is printed, then put it in place. A report runs as a service
    member, by its key file; the file's path stands on the command line, never what is in it. The member logs in for the
    run and out at its end, and every run is on the record, marked as automatic.
    """


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.option("--at", default="05:30", show_default=True, metavar="HH:MM"),
        click.option(
            "--systemd", is_flag=True, help="A service and a timer instead of a line for cron."
        ),
        click.option(
            "--into",
            type=click.Path(path_type=Path, file_okay=False),
            help="With --systemd: write the two files into this folder, new files only.",
        ),
        click.option(
            "--user", default="", help="The machine's user that it runs as; by default you."
        ),
        pass_desk,
    )
    for option in reversed(options):
        command = option(command)
    return command


@schedule.command("audit")
@click.option("--as", "username", required=True, metavar="NAME", help="The service member.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Its key file; by default the one in the home's keys.",
)
@click.option(
    "--every",
    type=click.Choice(["month", "quarter", "year"]),
    default="month",
    show_default=True,
    help="Each run audits the last whole one.",
)
@click.option("--day", type=click.IntRange(1, 28), default=2, show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that holds reports; by default reports in the home.",
)
@click.option("--reviewer", default="", help="Printed where the reviewer signs.")
@click.option("--approver", default="", help="Printed where the approver signs.")
@_options
def schedule_audit(
    desk: Desk,
    *,
    username: str,
    key_file: Path | None,
    every: str,
    day: int,
    out: Path | None,
    reviewer: str,
    approver: str,
    at: str,
    systemd: bool,
    into: Path | None,
    user: str,
) -> None:
    """Have the audit report of the last month, quarter or year made by itself.

    \b
    Examples:
      workbench schedule audit --as nightly
      workbench schedule audit --as nightly --every quarter --systemd --into /tmp/units
    """  # noqa: D301
    home = desk.settings.home.resolve()
    name = _checked_name(username)
    key = require_private(key_file or desk.settings.keys / f"service-{name}.key").resolve()
    reports = (out or home / "reports").resolve()
    named = [("--reviewer", reviewer), ("--approver", approver)]
    command = [
        *_program(),
        *("--home", str(home), "--as", name, "--key-file", str(key)),
        *("report", "audit", "--period", f"last-{every}", "--out", str(reports)),
        *(part for option, words in named if words for part in (option, _line(words))),
    ]
    job = _job(desk, "audit", f"ALPR access audit of the last {every}", command, every, at, day)
    _write(_with_folder(job, reports), systemd=systemd, into=into, user=user)
    _notes(
        f"Reports go to {reports}, readable by their owner alone; make the folder first. Who reviews them decides on "
        "findings and signs with `workbench audit dispose` and `workbench audit sign`; no scheduled job can."
    )


@schedule.command("verify")
@click.option("--every", type=click.Choice(["day", "week"]), default="day", show_default=True)
@_options
def schedule_verify(
    desk: Desk, *, every: str, at: str, systemd: bool, into: Path | None, user: str
) -> None:
    """Have the access record checked for alterations by itself; it needs no member.

    \b
    Examples:
      workbench schedule verify
      workbench schedule verify --every week --systemd
    """  # noqa: D301
    command = [*_program(), "--home", str(desk.settings.home.resolve()), "audit", "verify"]
    job = _job(desk, "verify", "Check of the ALPR access record", command, every, at, 1)
    _write(job, systemd=systemd, into=into, user=user)
    _notes(
        "It exits with 1 where the record was altered, reordered or cut: have cron mail its output, or systemd call a "
        "service by OnFailure=, to somebody who does not administer this machine."
    )


def _program() -> tuple[str, ...]:
    """Return how this very installation is called, whatever the path of a scheduled job is."""
    beside = Path(sys.executable).with_name("workbench")
    found = str(beside) if beside.exists() else shutil.which("workbench")
    if found is None:
        raise NotSetUp(
            "The workbench command is not installed.", "Install the package: pip install ."
        )
    return (found,)


def _job(
    desk: Desk, name: str, title: str, command: list[str], every: str, at: str, day: int
) -> Job:
    match = _TIME.fullmatch(at)
    if match is None:
        raise BadInput("The time of day cannot be read.", "Write it like 05:30.")
    settings = desk.settings
    url = sa.make_url(settings.url)
    return Job(
        name=f"workbench-{name}",
        title=f"{title}, {_line(settings.agency)}",
        command=tuple(command),
        every=cast("Every", every),
        hour=int(match[1]),
        minute=int(match[2]),
        day=day,
        zone=settings.zone.key,
        writes=(settings.home.resolve(),),
        local=url.get_backend_name() == "sqlite",
    )


def _with_folder(job: Job, folder: Path) -> Job:
    inside = any(folder.is_relative_to(each) for each in job.writes)
    return job if inside else replace(job, writes=(*job.writes, folder))


def _write(job: Job, *, systemd: bool, into: Path | None, user: str) -> None:
    user = user or getpass.getuser()
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9._-]{0,31}\$?", user):
        raise BadInput("That is no user of a machine.", "Give its log-in name.")
    if not systemd:
        if into is not None:
            raise BadInput("A line for cron goes into no file.", "Add --systemd, or leave --into.")
        click.echo(cron_line(job))
        _notes(
            f"Put it into the crontab of {user}: crontab -e. Cron takes the machine's own zone, which may not be "
            f"{job.zone}: a run on the 2nd asks for the last whole period in either.",
            "Its output is mailed to whoever MAILTO= names in the crontab; without a mailer nobody hears of a failure.",
        )
        return
    units = {f"{job.name}.service": service_unit(job, user), f"{job.name}.timer": timer_unit(job)}
    for name, text in units.items():
        if into is None:
            click.echo(f"# {name}\n{text}")
        else:
            click.echo(str(_new_file(into / name, text)))
    _notes(
        f"To install: put both into /etc/systemd/system, then systemctl daemon-reload and "
        f"systemctl enable --now {job.name}.timer. The times are {job.zone}'s; a run that was missed is made up for.",
        f"What it printed: journalctl -u {job.name}.service. It may write to "
        f"{', '.join(str(each) for each in job.writes)} and nowhere else"
        f"{', and reaches no network' if job.local else ''}.",
    )


def _new_file(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise BadInput(
            f"There is a {path.name} in that folder already.", "Remove it, or choose another."
        ) from None
    return path.resolve()


def _notes(*sentences: str) -> None:
    """Say something beside the lines themselves, on standard error: what is printed can go into a file."""
    for sentence in sentences:
        click.echo(f"# {sentence}", err=True)


def _checked_name(username: str) -> str:
    name = username.strip().lower()
    if not _NAME.fullmatch(name):
        raise BadInput("That is no username.", "Add the service member: workbench member add --service")  # fmt: skip
    return name


def _line(text: str) -> str:
    words = " ".join(text.split())
    if not words.isprintable():
        raise BadInput("A name holds characters that cannot be kept.", "Write it in plain letters.")
    return words
