"""The reads that a case's holds cover, through the one function that returns reads to people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from workbench.custody.holds import Hold, in_force
from workbench.custody.kept import covered
from workbench.models import Extent, Window
from workbench.queries.reads import Answer, Source, fetch_reads, notices
from workbench.records.tables import reads, to_micros

__all__ = ["HeldReads", "holds_of"]

_AT_ONCE = 500
_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class _Unclipped(Source):
    """A source that also shows what is past its longest time: a hold suspends that."""

    def clip(self, window: Window) -> Window | None:
        """Return the whole window."""
        return window


@dataclass(frozen=True)
class HeldReads:
    """Every read that a hold of the case covers, however old, in time order."""

    case_number: str
    action: str = "evidence.package"
    window: Window | None = None

    def extent(self) -> Extent:
        """Say how wide it is: as wide as the holds are."""
        return Extent()

    def elements(self) -> dict[str, Any]:
        """Return the data elements: the case whose holds are meant."""
        return {"held_for": self.case_number}

    def fetch(self, source: Source) -> Answer:
        """Find the reads."""
        import pandas as pd

        until = source.now + dt.timedelta(days=1)
        span = (0, to_micros(until))
        numbers: set[int] = set()
        for hold in holds_of(in_force(source.connection, source.now), self.case_number, source):
            numbers |= covered(source.connection, hold, span)
        free = _Unclipped(**{each.name: getattr(source, each.name) for each in fields(Source)})
        ordered = sorted(numbers)
        parts = [
            fetch_reads(
                free, Window(_EVER, until), reads.c.id.in_(ordered[first : first + _AT_ONCE])
            )
            for first in range(0, max(1, len(ordered)), _AT_ONCE)
        ]
        frame = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        frame = frame.sort_values(["captured_at", "read_id"], ignore_index=True)
        return Answer(frame, False, {"caveats": notices(source, truncated=False), "coverage": []})


def holds_of(held: list[Hold], case_number: str, source: Source) -> list[Hold]:
    """Return the holds of a case that suspend a purge under the policy in force."""
    suspends = source.profile.retention.suspends
    return [each for each in held if each.case_number == case_number and each.basis in suspends]
