"""What ``workbench doctor`` asks of the policy in force: which it is, and whether another text waits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

from workbench.adoption.force import digest, newest, text_of
from workbench.cli.machine_checks import Finding
from workbench.errors import Failed
from workbench.policy.profile import load
from workbench.records.unit_tables import policy_versions

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["examine_adoption"]

_CHECK = "policy in force"


def examine_adoption(connection: sa.Connection) -> Iterator[Finding]:
    """Say which policy is in force, and whether its source has another text by now or a proposal waits."""
    row = newest(connection)
    if row is None:
        yield Finding(
            _CHECK, "note", "None was adopted yet", "Any command that opens the home adopts it."
        )
        return
    yield Finding(_CHECK, "ok", f"{row.profile}@{row.version}, version {row.number} of this home")
    with contextlib.suppress(Failed):  # its file may be gone: the home keeps the adopted text
        if digest(text_of(row.source)) != row.sha256:
            yield Finding(
                _CHECK,
                "note",
                f"{_named(row.source)} has another text by now; it is not in force",
                f"Read what differs: workbench policy adopt {row.source} --diff; adopt it if it is to be.",
            )
    waiting = connection.execute(
        sa.select(policy_versions.c.id).where(policy_versions.c.status == "proposed")
    ).scalars()
    if listed := ", ".join(str(each) for each in waiting):
        yield Finding(
            _CHECK,
            "note",
            f"A change of policy waits for a decision: proposal {listed}",
            "Another member than who proposed it runs: workbench policy approve, or reject",
        )


def _named(source: str | Path) -> str:
    """Return a source with the version it has now."""
    with contextlib.suppress(Failed):
        found = load(source)
        return f"{source} (version {found.version})"
    return str(source)
