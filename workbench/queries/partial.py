"""A partly known plate: every vehicle that was read in the window, ranked by how probable it is the one meant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.analysis import geo
from workbench.analysis.caveats import coverage_caveats, partial_caveats
from workbench.analysis.partial import Among, rank
from workbench.analysis.pattern import Pattern
from workbench.analysis.shortlist import shortlist
from workbench.analysis.vehicles import DESCRIPTION, KEY, candidates
from workbench.errors import BadInput
from workbench.models import Extent, Scene, Window
from workbench.queries.canvass import in_scene
from workbench.queries.coverage import cameras_at, coverage_of
from workbench.queries.reads import Answer, Source, chunks, fetch_reads, notices
from workbench.records.tables import reads, to_micros

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Partial"]

SHORT_HOURS = 48
_MOST = 500


@dataclass(frozen=True)
class Partial:
    """A search by a pattern.

    Parameters
    ----------
    pattern : Pattern
        What is known of the plate.
    seen_by : {"witness", "camera"}
        Whose mistakes to allow for.
    state, make, model, color, body : str
        What else is known; empty for unknown. All of it is evidence, none of it a filter.
    near : Scene, optional
        Only vehicles read inside this scene within the window are ranked.
    at : datetime, optional
        When it happened, aware: whether a vehicle could have been at the scene then counts.
    limit : int
        How many candidates to return.
    """

    pattern: Pattern
    window: Window
    seen_by: Literal["witness", "camera"] = "witness"
    state: str = ""
    make: str = ""
    model: str = ""
    color: str = ""
    body: str = ""
    near: Scene | None = None
    at: dt.datetime | None = None
    limit: int = 50
    action: str = "query.partial"

    def __post_init__(self) -> None:
        if self.seen_by not in ("witness", "camera"):
            raise BadInput(
                "seen_by is neither witness nor camera.", "Say whose mistakes to allow for."
            )
        if not 1 <= self.limit <= _MOST:
            raise BadInput(f"The limit is not between 1 and {_MOST}.", "Ask for 50, say.")
        if self.at is not None and self.near is None:
            raise BadInput(
                "A time of the incident says something only together with its place.",
                "Give the scene too, or leave the time out.",
            )

    def extent(self) -> Extent:
        """Say how wide the query is."""
        return Extent(
            window=self.window,
            area_km2=geo.area_km2(self.near) if self.near else None,
            known_characters=self.pattern.known_characters,
        )

    def elements(self) -> dict[str, Any]:
        """Return the data elements of the query."""
        described = {
            name: value
            for name in ("state", "make", "model", "color", "body")
            if (value := getattr(self, name))
        }
        return {
            "pattern": str(self.pattern),
            "seen_by": self.seen_by,
            **described,
            **({"near": self.near.elements()} if self.near else {}),
            **({"at": self.at.isoformat()} if self.at else {}),
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
        }

    def fetch(self, source: Source) -> Answer:
        """Gather the vehicles of the window and rank them."""
        attrs: dict[str, Any] = {"coverage": []}
        truncated, among = False, None
        if self.near is not None:
            frame, truncated = in_scene(source, self.near, self.window, also=_CONFIDENCES)
            found = cameras_at(source, self.near, self.window)
            attrs["coverage"] = coverage_of(source, found, self.window, frame)
        elif (every := self._every_read(source)) is not None:
            frame = every
        else:
            frame, among = self._shortlist(source)
        vehicles = candidates(frame, at=self.at)
        about = coverage_caveats(attrs["coverage"], self.window, timezone=str(source.zone))
        attrs["caveats"] = [
            *(about if self.near else ()),
            *partial_caveats(self.seen_by, learned=source.camera is not None),
            *notices(source, truncated=truncated),
        ]
        attrs["considered"] = among.vehicles if among else len(vehicles)
        ranked = rank(
            self.pattern,
            vehicles,
            seen_by=self.seen_by,
            state=self.state or None,
            make=self.make or None,
            model=self.model or None,
            color=self.color or None,
            body=self.body or None,
            limit=self.limit,
            near=self.near is not None,
            camera=source.camera,
            among=among,
        )
        attrs.update({str(name): value for name, value in ranked.attrs.items()})
        return Answer(ranked, truncated, attrs)

    def _every_read(self, source: Source) -> pd.DataFrame | None:
        """Return all reads of a short window; None where the window is long or there are too many."""
        if self.window.hours > SHORT_HOURS:
            return None
        most = source.max_rows
        frame = fetch_reads(source, self.window, limit=most + 1, also=_CONFIDENCES)
        return frame if len(frame) <= most else None

    def _shortlist(self, source: Source) -> tuple[pd.DataFrame, Among]:
        """Return the reads of the vehicles whose plates fit best among all of a long window."""
        window = source.clip(self.window)
        start, end = (to_micros(window.start), to_micros(window.end)) if window else (0, 0)
        found = shortlist(
            self.pattern,
            source.plates.at(source.connection),
            start,
            end,
            seen_by=self.seen_by,
            state=self.state or None,
            camera=source.camera,
        )
        import pandas as pd

        parts = [
            fetch_reads(source, self.window, reads.c.plate.in_(some), also=_CONFIDENCES)
            for some in chunks(sorted(set(found.plates)))
        ]
        if not parts:
            return fetch_reads(source, self.window, limit=0, also=_CONFIDENCES), found.among
        frame = pd.concat(parts, ignore_index=True)
        listed = pd.MultiIndex.from_arrays([found.plates, found.states])
        chosen = pd.MultiIndex.from_frame(frame[KEY])
        kept = chosen.isin(listed) | (frame["state"] == "").to_numpy()
        # The index knows a plate's first and last day: some were read before and after the window, not in it.
        part = chosen.intersection(listed).nunique() / len(listed)
        return frame[kept].reset_index(drop=True), found.among.thinned(part)


_CONFIDENCES = tuple(reads.c[f"{name}_confidence"] for name in DESCRIPTION)
