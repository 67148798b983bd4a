"""One plate's reads in a time window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.analysis.caveats import history_caveats
from workbench.analysis.plates import normalize
from workbench.errors import BadInput
from workbench.models import Extent, Window
from workbench.queries.reads import Answer, Source, fetch_reads, notices
from workbench.records.tables import reads

__all__ = ["History"]


@dataclass(frozen=True)
class History:
    """The reads of one plate.

    Parameters
    ----------
    plate : str
        The whole plate; spaces and hyphens do not matter.
    state : str
        Two letters, or empty for any; reads whose state is not known are always among the results.
    """

    plate: str
    window: Window
    state: str = ""
    action: str = "query.history"

    def __post_init__(self) -> None:
        plain = normalize(self.plate)
        if not plain:
            raise BadInput(
                "The plate holds no letter and no digit.",
                "Give the whole plate; for a part of one use partial().",
            )
        object.__setattr__(self, "plate", plain)
        object.__setattr__(self, "state", self.state.strip().upper())

    def extent(self) -> Extent:
        """Say how wide the query is."""
        return Extent(window=self.window, known_characters=len(self.plate))

    def elements(self) -> dict[str, Any]:
        """Return the data elements of the query."""
        start, end = self.window.start.isoformat(), self.window.end.isoformat()
        return {"plate": self.plate, "state": self.state, "start": start, "end": end}

    def fetch(self, source: Source) -> Answer:
        """Find the reads in time order."""
        where = [reads.c.plate == self.plate]
        if self.state:
            where.append(reads.c.state.in_((self.state, "")))
        frame = fetch_reads(source, self.window, *where, limit=source.max_rows + 1)
        truncated = len(frame) > source.max_rows
        frame = frame.head(source.max_rows)
        caveats = [*history_caveats(), *notices(source, truncated=truncated)]
        return Answer(frame, truncated, {"caveats": caveats, "coverage": []})
