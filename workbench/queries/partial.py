"""A partly known plate: every vehicle that was read in the window, ranked by how probable it is the one meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from workbench.analysis import geo
from workbench.analysis.caveats import coverage_caveats, partial_caveats
from workbench.analysis.partial import rank
from workbench.analysis.pattern import Pattern
from workbench.errors import BadInput
from workbench.models import Extent, Scene, Window
from workbench.queries.canvass import in_scene
from workbench.queries.coverage import cameras_at, coverage_of
from workbench.queries.reads import Answer, Source, chunks, fetch_reads, notices
from workbench.records.tables import plates, reads, to_micros

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Partial"]

SHORT_HOURS = 48
_SHORTLIST = 500
_MOST = 500
_KEY = ["plate", "state"]


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
    limit: int = 50
    action: str = "query.partial"

    def __post_init__(self) -> None:
        if self.seen_by not in ("witness", "camera"):
            raise BadInput(
                "seen_by is neither witness nor camera.", "Say whose mistakes to allow for."
            )
        if not 1 <= self.limit <= _MOST:
            raise BadInput(f"The limit is not between 1 and {_MOST}.", "Ask for 50, say.")

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
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
        }

    def fetch(self, source: Source) -> Answer:
        """Gather the vehicles of the window and rank them."""
        attrs: dict[str, Any] = {"coverage": []}
        truncated = False
        if self.near is not None:
            frame, truncated = in_scene(source, self.near, self.window)
            found = cameras_at(source, self.near, self.window)
            attrs["coverage"] = coverage_of(source, found, self.window, frame)
            considered = _vehicles(frame)
        elif self.window.hours <= SHORT_HOURS:
            frame = fetch_reads(source, self.window, limit=source.max_rows + 1)
            truncated = len(frame) > source.max_rows
            considered = _vehicles(frame.head(source.max_rows))
        else:
            considered = self._shortlist(source)
        ranked = self._rank(considered, self.limit)
        about = coverage_caveats(attrs["coverage"], self.window, timezone=str(source.zone))
        attrs["caveats"] = [
            *(about if self.near else ()),
            *partial_caveats(self.seen_by),
            *notices(source, truncated=truncated),
        ]
        attrs["considered"] = len(considered)
        return Answer(ranked, truncated, attrs)

    def _rank(self, vehicles: pd.DataFrame, limit: int) -> pd.DataFrame:
        return rank(
            self.pattern,
            vehicles,
            seen_by=self.seen_by,
            state=self.state or None,
            make=self.make or None,
            model=self.model or None,
            color=self.color or None,
            body=self.body or None,
            limit=limit,
            near=self.near is not None,
        )

    def _shortlist(self, source: Source) -> pd.DataFrame:
        """Return the vehicles whose plates fit best among all of a long window, with their reads in it."""
        kept = source.clip(self.window)
        if kept is None:
            return _vehicles(fetch_reads(source, self.window, limit=0))
        query = sa.select(plates.c.plate, plates.c.state).where(
            sa.type_coerce(plates.c.last_at, sa.BigInteger) >= to_micros(kept.start),
            sa.type_coerce(plates.c.first_at, sa.BigInteger) < to_micros(kept.end),
        )
        best = self._rank(_plates_only(source.connection.execute(query).all()), _SHORTLIST)
        names = sorted(set(best["plate"]))
        import pandas as pd

        parts = [
            fetch_reads(source, self.window, reads.c.plate.in_(some)) for some in chunks(names)
        ]
        if not parts:
            return _vehicles(fetch_reads(source, self.window, limit=0))
        return _vehicles(pd.concat(parts, ignore_index=True))


def _plates_only(rows: Any) -> pd.DataFrame:
    """Return candidates of which nothing but plate and state is known yet."""
    import pandas as pd

    frame = pd.DataFrame(rows, columns=["plate", "state"])
    for name in ("make", "model", "color", "body", "last_camera"):
        frame[name] = ""
    frame["reads"] = 1
    frame["nearest_m"] = float("nan")
    frame["first_seen"] = pd.NaT
    frame["last_seen"] = pd.NaT
    frame["alternates"] = pd.Series([[] for _ in range(len(frame))], dtype="object")
    return frame


def _vehicles(frame: pd.DataFrame) -> pd.DataFrame:
    """Gather reads by plate and state: how often, when, where nearest, make and color, what else it read as."""
    import pandas as pd

    if "distance_m" not in frame:
        frame = frame.assign(distance_m=float("nan"))
    vehicles = (
        frame.groupby(_KEY, sort=True)
        .agg(
            reads=("read_id", "size"),
            first_seen=("local_time", "min"),
            last_seen=("local_time", "max"),
            nearest_m=("distance_m", "min"),
            last_camera=("camera", "last"),
            confidence=("confidence", "max"),
        )
        .reset_index()
    )
    for name in ("make", "model", "color", "body"):
        vehicles = vehicles.merge(_commonest(frame, name), on=_KEY, how="left")
        vehicles[name] = vehicles[name].astype("object").where(vehicles[name].notna(), "")
    alternates = _alternates(frame)
    keys = zip(vehicles["plate"], vehicles["state"], strict=True)
    vehicles["alternates"] = pd.Series(
        [alternates.get(key, []) for key in keys], index=vehicles.index, dtype="object"
    )
    return vehicles


def _commonest(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the most frequent non-empty value of a column for each vehicle, the first by alphabet of equals."""
    known = frame[frame[name] != ""]
    counts = known.groupby([*_KEY, name]).size().reset_index(name="times")
    counts = counts.sort_values([*_KEY, "times", name], ascending=[True, True, False, True])
    return counts.drop_duplicates(_KEY)[[*_KEY, name]]


def _alternates(frame: pd.DataFrame) -> dict[tuple[str, str], list[list[Any]]]:
    """Return the best confidence of each other plate that a camera offered for a vehicle's reads."""
    best: dict[tuple[str, str], dict[str, float]] = {}
    for plate, state, candidates in zip(
        frame["plate"], frame["state"], frame["candidates"], strict=True
    ):
        if not candidates:
            continue
        of_vehicle = best.setdefault((plate, state), {})
        for other, confidence in candidates:
            of_vehicle[other] = max(of_vehicle.get(other, 0.0), float(confidence))
    return {
        key: [[plate, confidence] for plate, confidence in sorted(values.items())]
        for key, values in best.items()
    }
