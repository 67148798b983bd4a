"""The demo home: the fictional city brought in through the importer, lived through, and three reports from it."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from workbench.errors import Failed, NotSetUp
from workbench.keeping import keep_token
from workbench.policy.profile import load
from workbench.service import Origin, Service, origin
from workbench.settings import Settings
from workbench.training.cameras import POLICE
from workbench.training.replay import Clock, Counts, Replay
from workbench.training.simulate import simulate

if TYPE_CHECKING:
    from workbench.reporting.runner import ReportResult

__all__ = ["ANALYST", "build", "log_in", "number_form", "reports"]

ANALYST = "rvega"
"""Who the running user is in the demo."""

Progress = Callable[[str, float, float], None]

_DAYS = 60
_SEARCH_DAYS = 90
_PASSWORDS = "demo-passwords.json"
_KEEP_FILES = 3_000_000
_AUDITOR = "svc-audit"


def build(
    home: Path | str,
    *,
    profile: str = "clovis-ca",
    reads: int = 500_000,
    seed: int = 7,
    days: int = _DAYS,
    searches: int | None = None,
    end: dt.date | None = None,
    progress: Progress | None = None,
) -> Counts:
    """Build the demo home.

    The city is simulated and written out in the vendors' formats; then its months are lived through with a clock that
    moves: members and cases are entered, transfers arrive, the earlier searches are made, each through the service.
    At the end the running user is logged in as the demo's analyst.

    Parameters
    ----------
    home : path
        A folder that is no home yet.
    profile : str
        A shipped profile's name, or the path of a site's own.
    reads, seed, days
        As for `simulate`.
    searches : int, optional
        About how many earlier searches; 1,500, and fewer for a small city.
    end : datetime.date, optional
        The last day; yesterday by default.
    progress : callable, optional
        Called with (step in words, done, total).

    Returns
    -------
    Counts
        Files and reads taken in, rows rejected, searches answered and refused.

    Raises
    ------
    NotSetUp
        There is a home in that folder already.
    """
    home = Path(home).resolve()
    if (home / "workbench.toml").exists():
        raise NotSetUp(
            f"{home} is a workbench home already.", "Build it anew with: workbench demo --fresh"
        )
    policy = load(profile)
    zone = ZoneInfo(policy.agency.timezone)
    now = dt.datetime.now(dt.UTC)
    last = end or now.astimezone(zone).date() - dt.timedelta(days=1)
    tell = progress or (lambda _step, _done, _total: None)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    delivery = simulate(
        home, seed=seed, reads=reads, days=days, end=last, timezone=zone.key,
        case_numbers=number_form(policy.case.example),
        searches=min(1_500, max(60, reads // 200)) if searches is None else searches,
        progress=lambda _what, done, total: tell("Simulating the city", done, total),
    )  # fmt: skip
    settings = Settings(home=home, agency=POLICE, profile=profile, timezone=zone.key)
    first = dt.datetime.combine(last - dt.timedelta(days=_SEARCH_DAYS), dt.time(7, 30), zone)
    clock = Clock(first.astimezone(dt.UTC))
    service = Service.create(settings, clock=clock, hasher=_quick_hasher())
    try:
        replay = Replay(service, delivery, clock, latest=now)
        replay.found()
        counts = replay.live(
            lambda done, total: tell("Transfers and earlier searches", done, total)
        )
    finally:
        service.close()
    _keep_passwords(home, replay.passwords)
    _fill_in(home)
    if reads > _KEEP_FILES:  # they are in the database now, and would take as much room again
        shutil.rmtree(home / "transfers")
    log_in(home)
    return counts


def log_in(home: Path | str) -> None:
    """Log the running user of this machine in as the demo's analyst.

    Raises
    ------
    Failed
        The home is not one that `build` made.
    """
    home = Path(home)
    try:
        passwords = json.loads((home / _PASSWORDS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Failed(f"{home} was not built as a demo.", "Log in with: workbench login") from None
    service = Service.open(home)
    try:
        keep_token(service.settings, service.login(ANALYST, passwords[ANALYST], origin()))
    finally:
        service.close()


def reports(
    home: Path | str, *, out: Path | str | None = None, progress: Progress | None = None
) -> list[ReportResult]:
    """Make the demo's three reports: the shooting's canvass, the hit and run's partial plate, the last month's audit.

    Parameters
    ----------
    home : path
        A home that `build` made; its analyst must be logged in, see `log_in`.
    out : path, optional
        The folder that holds reports; ``reports`` in the present folder by default.
    progress : callable, optional
        Called with (step in words, done, total).
    """
    from workbench.reporting.runner import run

    home = Path(home).resolve()
    plans = _plans(home)
    made = []
    for number, (name, parameters) in enumerate(plans.items()):
        if progress is not None:
            progress("Three reports", number, len(plans))
        with _acting(home, name):
            made.append(run(name, parameters, home=home, out=out))
    if progress is not None:
        progress("Three reports", len(plans), len(plans))
    return made


def _plans(home: Path) -> dict[str, dict[str, Any]]:
    """Return the parameters of each report."""
    return {"canvass": _canvass(home), "partial_plate": _partial(home), "audit": _audit(home)}


def _fill_in(home: Path) -> None:
    """Put the report notebooks into the home with the demo's own parameters, for whoever opens JupyterLab on it."""
    import nbformat
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    from workbench.reporting.runner import notebook_path

    folder = home / "notebooks"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, parameters in _plans(home).items():
        notebook = parameterize_notebook(load_notebook_node(str(notebook_path(name))), parameters)
        nbformat.write(notebook, folder / f"{name}.ipynb")  # type: ignore[no-untyped-call]
    shutil.copyfile(notebook_path("search_desk"), folder / "search_desk.ipynb")


def _canvass(home: Path) -> dict[str, Any]:
    story = _truth(home, "shooting")
    scene = story["scenes"][0]
    return {
        "case": story["case_number"], "purpose": story["purpose"], "start": scene["start"], "end": scene["end"],
        "reason": "Shooting at 5th and Main, dark sedan seen leaving toward the bridge",
        "latitude": scene["latitude"], "longitude": scene["longitude"], "radius_m": scene["radius_m"],
    }  # fmt: skip


def _partial(home: Path) -> dict[str, Any]:
    story = _truth(home, "hit-and-run")
    scene, witness = story["scenes"][0], story["witness"]
    at = dt.datetime.fromisoformat(scene["at"])
    return {
        "case": story["case_number"], "purpose": story["purpose"],
        "reason": "Hit and run at 9th and Fremont, witness gave part of the plate",
        "pattern": witness["pattern"], "seen_by": witness["seen_by"],
        "color": witness["color"], "body": witness["body"],
        "start": (at - dt.timedelta(hours=24)).isoformat(), "end": (at + dt.timedelta(hours=2)).isoformat(),
        "latitude": scene["latitude"], "longitude": scene["longitude"], "radius_m": 2_000.0,
        "at": at.isoformat(),
    }  # fmt: skip


def _audit(home: Path) -> dict[str, Any]:
    plan = json.loads((home / "truth" / "deliveries.json").read_text(encoding="utf-8"))
    zone = Settings.load(home).zone
    after = dt.date.fromisoformat(plan["end"]) + dt.timedelta(days=1)
    start, end = (
        dt.datetime.combine(date, dt.time(), zone).isoformat()
        for date in (after - dt.timedelta(days=30), after)
    )
    return {"start": start, "end": end, "seed": plan["seed"], "reviewer": "Lt. Glenn Ferris"}


def _truth(home: Path, key: str) -> dict[str, Any]:
    story: dict[str, Any] = json.loads((home / "truth" / f"{key}.json").read_text(encoding="utf-8"))
    return story


@contextmanager
def _acting(home: Path, report: str) -> Iterator[None]:
    """Let the audit run as the scheduled job that it would be; the others run as whoever is logged in."""
    if report != "audit":
        yield
        return
    before = os.environ.get("WORKBENCH_SESSION_FILE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_SESSION_FILE"] = str(Path(folder) / "session")
        try:
            service = Service.open(home)
            try:
                key = next(service.settings.keys.glob(f"*{_AUDITOR}*"))
                token = service.login_service(
                    _AUDITOR, key, Origin("127.0.0.1", "workbench-server")
                )
                keep_token(service.settings, token)
            finally:
                service.close()
            yield
        finally:
            del os.environ["WORKBENCH_SESSION_FILE"]
            if before is not None:
                os.environ["WORKBENCH_SESSION_FILE"] = before


def number_form(example: str) -> str:
    """Return the form of case numbers out of a profile's example.

    >>> number_form("24-01873"), number_form("24CL01873")
    ('YY-NNNNN', 'YYCLNNNNN')
    """
    runs = list(re.finditer(r"\d+", example))
    first, last = runs[0], runs[-1]
    return (
        example[: first.start()] + "Y" * len(first[0]) + example[first.end() : last.start()]
        + "N" * len(last[0]) + example[last.end() :]
    )  # fmt: skip


def _quick_hasher() -> Any:
    """Return a cheap password hasher for hundreds of simulated log-ins; a real one raises the cost again."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def _keep_passwords(home: Path, passwords: dict[str, str]) -> None:
    path = home / _PASSWORDS
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=1)
