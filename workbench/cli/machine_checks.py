"""What ``workbench doctor`` asks of the machine: Python, packages, widgets, kernel, clock and zones."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from workbench.errors import Failed
from workbench.version import __version__

__all__ = ["Finding", "State", "examine_machine"]

State = Literal["ok", "note", "fail"]

_DISTRIBUTION = "alpr-workbench"
_OLDEST_SQLITE = (3, 35)
_RELEASED = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
_REINSTALL = (
    "Install again from the lock: make clean demo, or pip install with requirements/lock.txt."
)
#: Lab's half of each widget package, by the folder it stands in, and the package that brings it.
_LAB_HALVES = {
    "@jupyter-widgets/jupyterlab-manager": ("ipywidgets", "jupyterlab_widgets"),
    "jupyter-leaflet": ("ipyleaflet", "jupyter-leaflet"),
    "anywidget": ("anywidget", "anywidget"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    ``state`` is ``ok``; ``note`` where nothing is broken but somebody should know; or ``fail``. ``mend`` says what
    to do about the last two.
    """

    check: str
    state: State
    found: str
    mend: str = ""


def examine_machine() -> Iterator[Finding]:
    """Look at everything that does not need a home folder."""
    yield _python()
    yield from packages()
    yield from widgets()
    yield _kernel()
    yield _sqlite()
    yield _clock()
    yield _recognition()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    try:
        wanted = metadata.metadata(_DISTRIBUTION)["Requires-Python"] or ""
    except metadata.PackageNotFoundError:
        wanted = ""
    if SpecifierSet(wanted).contains(version, prereleases=True):
        return Finding("python", "ok", f"Python {version}, workbench {__version__}")
    return Finding(
        "python",
        "fail",
        f"Python {version}; the workbench is tested on {wanted}",
        "Make the environment anew with a Python of that range: make clean demo",
    )


def packages() -> Iterator[Finding]:
    """Hold the installed packages against the tested ranges of this release."""
    try:
        wanted = [Requirement(line) for line in metadata.requires(_DISTRIBUTION) or []]
    except metadata.PackageNotFoundError:
        yield Finding("packages", "fail", "The workbench itself is not installed", _REINSTALL)
        return
    needed = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    faults = [fault for one in needed if (fault := _fault(one))]
    for fault in faults:
        yield Finding("packages", "fail", fault, _REINSTALL)
    if not faults:
        yield Finding("packages", "ok", f"{len(needed)} packages within their tested ranges")


def _fault(requirement: Requirement) -> str:
    """Say what is wrong with a requirement's package, or nothing."""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is missing"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} {version} is outside the tested range {requirement.specifier}"


def widgets() -> Iterator[Finding]:
    """Hold the kernel's half of each widget package against JupyterLab's half.

    The two are installed apart where Lab runs from another environment than the kernel; when they differ, widgets stay
    blank without an error.
    """
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    faults = []
    for place, (kernel_half, lab_half) in _LAB_HALVES.items():
        faults += [fault for fault in (_pairing(kernel_half, lab_half),) if fault]
        ours = _lab_version(Path(sys.prefix) / "share/jupyter/labextensions" / place)
        seen = next((v for folder in folders if (v := _lab_version(folder / place))), "")
        if not seen:
            faults.append(f"JupyterLab has no {place}, which {kernel_half} needs")
        elif ours and seen != ours:
            faults.append(f"JupyterLab finds {place} {seen} first, the kernel brings {ours}")
    for fault in faults:
        yield Finding(
            "widgets",
            "fail",
            fault,
            "Run Lab from this environment (workbench lab), or install the same release in Lab's own.",
        )
    if not faults:
        yield Finding("widgets", "ok", "The kernel's and JupyterLab's widget packages agree")


def _pairing(kernel_half: str, lab_half: str) -> str:
    """Hold the Lab package against the range that its kernel package asks for."""
    try:
        wanted = [Requirement(line) for line in metadata.requires(kernel_half) or []]
    except metadata.PackageNotFoundError:
        return ""  # reported among the packages
    plain = lab_half.replace("_", "-")
    return next((_fault(one) for one in wanted if one.name.replace("_", "-") == plain), "")


def _lab_version(folder: Path) -> str:
    try:
        return str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return ""


def _kernel() -> Finding:
    """See that the kernel called ``python3`` is this interpreter."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("kernel", "fail", "JupyterLab finds no Python kernel", _REINSTALL)
    bare = Path(program).name == program  # "python": Jupyter puts this interpreter in its place
    if bare or Path(program).absolute().parent == Path(sys.executable).absolute().parent:
        return Finding("kernel", "ok", "Notebooks run in this environment")
    return Finding(
        "kernel",
        "note",
        f"Outside `workbench lab`, notebooks run in another environment: {program}",
        "Start JupyterLab by `workbench lab`, or remove that kernel: jupyter kernelspec remove python3",
    )


def _sqlite() -> Finding:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= _OLDEST_SQLITE:
        return Finding("sqlite", "ok", f"SQLite {version}")
    oldest = ".".join(map(str, _OLDEST_SQLITE))
    return Finding(
        "sqlite",
        "fail",
        f"SQLite {version} is older than {oldest}",
        "Use a Python that was built with a newer SQLite.",
    )


def _clock() -> Finding:
    """See that the clock can be right and that time zones are known."""
    now = dt.datetime.now(dt.UTC)
    if now < _RELEASED:
        return Finding(
            "clock",
            "fail",
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, before this release was made",
            "Set the clock and keep it by NTP: the access record and every search depend on it.",
        )
    try:
        zoneinfo.ZoneInfo("America/Los_Angeles")
    except zoneinfo.ZoneInfoNotFoundError:
        return Finding("clock", "fail", "There is no time zone data", "pip install tzdata")
    return Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC; time zone data is there")


def _recognition() -> Finding:
    """See that plates in pictures can be read: what it needs is installed, its weights are whole."""
    needed = {"cv2": "OpenCV", "onnxruntime": "ONNX Runtime", "PIL": "Pillow"}
    missing = [name for module, name in needed.items() if util.find_spec(module) is None]
    if missing:
        return Finding(
            "recognition",
            "note",
            f"Pictures cannot be read: without {', '.join(missing)}",
            "pip install 'alpr-workbench[recognition]', where plates in pictures are to be read.",
        )
    from workbench.recognition import engine
    from workbench.recognition.second import installed

    try:
        engine()
    except Failed as error:
        return Finding("recognition", "fail", error.problem, error.next_step)
    second = "with" if installed() else "without"
    return Finding("recognition", "ok", f"Pictures can be read, {second} a second reader")
