"""What ``workbench doctor`` asks of a home folder: settings, permissions, disk, street layer, policy, learned table."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workbench.analysis.learned import stored
from workbench.cli.machine_checks import Finding
from workbench.errors import Failed
from workbench.policy.profile import load
from workbench.settings import Settings

__all__ = ["examine_site", "read_settings"]

_GIGABYTE = 10**9
_TOO_LITTLE = 0.5 * _GIGABYTE
_LITTLE = 5 * _GIGABYTE
_SHARED_DISKS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"}
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITING = stat.S_IWGRP | stat.S_IWOTH


def read_settings(home: Path) -> tuple[Settings | None, Finding]:
    """Read a home's settings; what is wrong with them is a finding, not an error."""
    try:
        settings = Settings.load(home)
    except Failed as failure:
        return None, Finding("home", "fail", failure.problem, failure.next_step)
    return settings, Finding(
        "home", "ok", f"{settings.home}: {settings.agency}, {settings.timezone}"
    )


def examine_site(settings: Settings) -> Iterator[Finding]:
    """Look at everything about a home folder but its database."""
    yield _policy(settings)
    yield from permissions(settings)
    yield _writable(settings.home)
    yield _disk(settings.home)
    if settings.url.startswith("sqlite"):
        yield _local(settings.home)
    yield _streets(settings)
    yield _confusions(settings)


def _policy(settings: Settings) -> Finding:
    try:
        profile = load(settings.profile)
    except Failed as failure:
        return Finding("policy", "fail", failure.problem, failure.next_step)
    return Finding("policy", "ok", f"{profile.id}, version {profile.version}")


def permissions(settings: Settings) -> Iterator[Finding]:
    """See that the home, its keys and sessions are their owner's alone, and its signatures their owner's to write."""
    if os.name != "posix":
        return
    guarded = dict(_guarded(settings))
    faults = [path for path, mask in guarded.items() if path.stat().st_mode & mask]
    for path in faults:
        found = stat.filemode(path.stat().st_mode)
        mend = f"chmod {'700' if path.is_dir() else '600'} '{path}'"
        yield Finding("permissions", "fail", f"Others reach {path} ({found})", mend)
    strangers = [path for path in guarded if path.stat().st_uid != os.geteuid()]
    for path in strangers:
        yield Finding(
            "permissions",
            "note",
            f"{path} belongs to another user than the one who runs doctor",
            "Run the workbench as the user who made the home.",
        )
    if not faults and not strangers:
        yield Finding(
            "permissions", "ok", "The home, its keys and sessions are their owner's alone"
        )


def _guarded(settings: Settings) -> Iterator[tuple[Path, int]]:
    """Give each path with the mode bits that it must not have."""
    yield settings.home, _OTHERS
    home = settings.home
    for folder in (settings.keys, home / "sessions", home / "papers", home / "releases"):
        if folder.is_dir():
            yield folder, _OTHERS
            yield from ((path, _OTHERS) for path in _files(folder) if path.suffix != ".pub")
    if settings.session_file.is_file():  # it may stand outside the home
        yield settings.session_file, _OTHERS
    if settings.plate_index.is_file():
        yield settings.plate_index, _OTHERS
    if settings.record.is_dir():
        yield settings.record, _OTHERS
        yield from ((path, _WRITING) for path in _files(settings.record))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _writable(home: Path) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=home, prefix=".doctor-"):
            pass
    except OSError as error:
        return Finding(
            "writing",
            "fail",
            f"Nothing can be written in {home}: {error.strerror}",
            "Give this user write access: without it there is no access record, and no result.",
        )
    return Finding("writing", "ok", "The home folder can be written")


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    found = f"{free / _GIGABYTE:,.1f} GB free"
    mend = "Free some space: a full disk stops the access record, and with it every query."
    if free < _TOO_LITTLE:
        return Finding("disk", "fail", found, mend)
    return Finding(
        "disk", "note" if free < _LITTLE else "ok", found, mend if free < _LITTLE else ""
    )


def _local(home: Path) -> Finding:
    kind = _file_system(home)
    if kind in _SHARED_DISKS:
        return Finding(
            "file system",
            "fail",
            f"The home is on a network disk ({kind}), where SQLite's locks do not hold",
            "Move the home to a local disk, or use PostgreSQL.",
        )
    return Finding("file system", "ok", kind or "local")


def _file_system(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the kind of the file system that a folder is on; empty where it cannot be told."""
    try:
        lines = [line.split() for line in mounts.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    under = [
        (len(fields[1]), fields[2])
        for fields in lines
        if folder.resolve().is_relative_to(fields[1])
    ]
    return max(under, default=(0, ""))[1]


def _confusions(settings: Settings) -> Finding:
    try:
        learned = stored(settings.camera_model)
    except Failed as failure:
        return Finding("camera errors", "fail", failure.problem, failure.next_step)
    if learned is None:
        return Finding("camera errors", "ok", "Searches go by the shipped table")
    return Finding("camera errors", "ok", learned.sources[-1])


def _streets(settings: Settings) -> Finding:
    names = ("streets.geojson", "streets.gpkg")
    found = next((settings.map / name for name in names if (settings.map / name).exists()), None)
    if found is not None:
        return Finding(
            "street layer", "ok", f"{found.name}, {found.stat().st_size / 10**6:,.1f} MB"
        )
    return Finding(
        "street layer",
        "note",
        "There is no street layer: maps show cameras and scenes on an empty ground",
        f"Put the agency's street centerlines into {settings.map} as {' or '.join(names)} (EPSG:4326).",
    )
