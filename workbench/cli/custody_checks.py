"""What ``workbench doctor`` asks of statements, titles, agreements, and the papers kept beside the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

from workbench.cli.machine_checks import Finding
from workbench.custody.agreements import standing_agreements
from workbench.custody.attestations import due
from workbench.custody.release_rules import deciders
from workbench.records.release_tables import agreements, attestations, offices, release_requests

if TYPE_CHECKING:
    from workbench.policy.profile import Profile
    from workbench.settings import Settings

__all__ = ["examine_custody"]

_SHOWN = 3


def examine_custody(
    connection: sa.Connection, settings: Settings, profile: Profile, now: dt.datetime
) -> Iterator[Finding]:
    """Look at what is stated, who decides, what ends, and whether every paper is there."""
    day = now.astimezone(settings.zone).date()
    if profile.attestations:
        yield _statements(connection, profile, day)
    yield from _titles(connection, profile, day)
    yield from _waiting(settings)
    yield from _agreements(connection, day)
    yield _papers(connection, settings)


def _statements(connection: sa.Connection, profile: Profile, day: dt.date) -> Finding:
    found = due(connection, profile, day)
    mend = "Have them given: workbench attest list"
    overdue = [each.citation for each in found if each.state == "overdue"]
    if overdue:
        return Finding("statements", "fail", f"Overdue: {', '.join(overdue)}", mend)
    waiting = [each.citation for each in found if each.state != "given"]
    if waiting:
        return Finding(
            "statements", "note", f"Not given yet or due soon: {', '.join(waiting)}", mend
        )
    return Finding("statements", "ok", f"{len(found)} statements of named people are current")


def _titles(connection: sa.Connection, profile: Profile, day: dt.date) -> Iterator[Finding]:
    named = deciders(profile)
    if not named:
        return
    held = connection.execute(
        sa.select(offices.c.title).where(
            offices.c.title.in_(named),
            offices.c.since <= day,
            offices.c.until.is_(None) | (offices.c.until > day),
        )
    ).first()
    if held is None:
        yield Finding(
            "releases",
            "note",
            f"Nobody holds a title that decides on releases: {', '.join(named)}",
            "Enter who does: workbench office assign",
        )
        return
    yield Finding("releases", "ok", "Somebody holds a title that decides on releases")


def _waiting(settings: Settings) -> Iterator[Finding]:
    packages = sorted((settings.home / "releases").glob("*.zip"))
    if packages:
        yield Finding(
            "packages",
            "note",
            f"{len(packages)} packages wait in the home: {', '.join(each.stem for each in packages)}",
            "Hand them over, so that no reads stay there: workbench release fulfil NUMBER --out FOLDER",
        )


def _agreements(connection: sa.Connection, day: dt.date) -> Iterator[Finding]:
    found = standing_agreements(connection, day)
    ending = [each for each in found if each.state in ("ends soon", "expired")]
    if ending:
        words = ", ".join(f"no. {each.id} {each.state}" for each in ending)
        mend = "Renew it and enter it anew, or end it: workbench agreement list"
        yield Finding("agreements", "note", words, mend)
    elif found:
        yield Finding("agreements", "ok", f"{len(found)} on the register")


def _papers(connection: sa.Connection, settings: Settings) -> Finding:
    """See that every paper that an entry names is there; its hash is checked when it is opened."""
    wanted = {
        sha256
        for column in (
            release_requests.c.scan_sha256,
            attestations.c.file_sha256,
            agreements.c.file_sha256,
        )
        for sha256 in connection.execute(sa.select(column).where(column != "")).scalars()
    }
    folder = settings.home / "papers"
    gone = sorted(each for each in wanted if not (folder / each).is_file())
    if gone:
        named = ", ".join(each[:16] for each in gone[:_SHOWN])
        return Finding(
            "papers",
            "fail",
            f"{len(gone)} of {len(wanted)} papers are gone from {folder}: {named}",
            "Restore the folder from its backup.",
        )
    return Finding("papers", "ok", f"All {len(wanted)} kept papers are there")
