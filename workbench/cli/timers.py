"""What a job looks like to cron and to systemd: one line, or a service with its timer. Nothing is installed here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Every", "Job", "cron_line", "service_unit", "timer_unit"]

Every = Literal["day", "week", "month", "quarter", "year"]
_MONTHS: dict[str, str] = {"month": "*", "quarter": "1,4,7,10", "year": "1"}
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")


@dataclass(frozen=True, slots=True)
class Job:
    """A command that is run again and again.

    Parameters
    ----------
    name : str
        Of the unit files, such as ``workbench-audit``.
    title : str
        What it does, in words.
    command : tuple of str
        The program and its arguments, paths absolute.
    every : {"day", "week", "month", "quarter", "year"}
    hour, minute : int
    day : int
        Day of the month, 1 to 28; a week's job runs on Mondays.
    zone : str
        The agency's time zone.
    writes : tuple of Path
        Folders that it writes to.
    local : bool
        Whether it can do without any network: its database is in a file.
    """

    name: str
    title: str
    command: tuple[str, ...]
    every: Every
    hour: int
    minute: int
    day: int
    zone: str
    writes: tuple[Path, ...]
    local: bool


def cron_line(job: Job) -> str:
    """Return the job as a line of a crontab.

    Examples
    --------
    >>> job = Job("w", "t", ("/opt/w", "audit", "verify"), "week", 5, 30, 2, "UTC", (), True)
    >>> cron_line(job)
    '30 5 * * 1 umask 077; /opt/w audit verify'
    """
    days = {"day": "* * *", "week": "* * 1"}.get(job.every)
    when = days or f"{job.day} {_MONTHS[job.every]} *"
    command = shlex.join(job.command).replace("%", r"\%")  # cron takes a bare % for a line break
    return f"{job.minute} {job.hour} {when} umask 077; {command}"


def service_unit(job: Job, user: str) -> str:
    """Return the systemd service that runs the job once."""
    lines = [
        "[Unit]",
        f"Description={job.title}",
        "",
        "[Service]",
        "Type=oneshot",
        f"User={user}",
        f"ExecStart={_exec(job.command)}",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectSystem=strict",
        "ProtectHome=read-only",
        *(f"ReadWritePaths={_path(folder)}" for folder in job.writes),
        *(["PrivateNetwork=yes"] if job.local else []),
        "",
    ]
    return "\n".join(lines)


def timer_unit(job: Job) -> str:
    """Return the systemd timer that starts the service; a run that was missed is made up for."""
    days = {"day": "*-*-*", "week": "Mon *-*-*"}.get(job.every)
    when = days or f"*-{_months(_MONTHS[job.every])}-{job.day:02d}"
    lines = [
        "[Unit]",
        f"Description={job.title}",
        "",
        "[Timer]",
        f"OnCalendar={when} {job.hour:02d}:{job.minute:02d}:00 {job.zone}",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]
    return "\n".join(lines)


def _months(given: str) -> str:
    return given if given == "*" else ",".join(f"{int(month):02d}" for month in given.split(","))


def _exec(command: Sequence[str]) -> str:
    """Return a command as systemd reads it: ``%`` and ``$`` doubled, what is not plain in double quotes."""
    return " ".join(_word(part) for part in command)


def _word(text: str) -> str:
    escaped = text.replace("%", "%%").replace("$", "$$")
    if _PLAIN.fullmatch(text):
        return escaped
    inside = escaped.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


def _path(folder: Path) -> str:
    return _word(str(folder))
