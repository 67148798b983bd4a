"""Whether a read that matches a listed plate is a misread: weighed with what else passes here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from workbench.analysis import geo
from workbench.analysis.caveats import misread_caveats
from workbench.analysis.misread import (
    PRIOR,
    Listed,
    Sighting,
    Traffic,
    explain_hit,
    neighbors,
)
from workbench.analysis.plates import normalize, state_code
from workbench.errors import BadInput
from workbench.models import Extent, Window
from workbench.queries.reads import Answer, Source, chunks, fetch_reads, notices
from workbench.records.tables import camera_days, cameras, reads, to_micros

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Misread"]

_SAME_PASSING = dt.timedelta(seconds=60)
_SAMPLE_HOURS = 6
_SAMPLE = 2_000
_STEADY = 50.0
_UNKNOWN = 0.3  # until enough reads are known, which part has no other of its plate


@dataclass(frozen=True)
class Misread:
    """A hit in question.

    Parameters
    ----------
    read_id : int
        The read that matched.
    listed : str
        The plate on the list.
    window : Window
        Holds the read; vehicles read in it are what is known of those that pass here.
    state, make, model, color, body : str
        What the list says; empty where it says nothing.
    prior : float
        Which part of passing vehicles bears the listed plate.
    """

    read_id: int
    listed: str
    window: Window
    state: str = ""
    make: str = ""
    model: str = ""
    color: str = ""
    body: str = ""
    prior: float = PRIOR
    action: str = "query.misread"

    def __post_init__(self) -> None:
        plain = normalize(self.listed)
        if not plain:
            raise BadInput(
                "The listed plate holds no letter and no digit.", "Give the plate as listed."
            )
        if isinstance(self.read_id, bool) or not isinstance(self.read_id, int):
            raise BadInput("The read is not given by its number.", "Give its read_id.")
        if not 0.0 < self.prior < 1.0:
            raise BadInput("The prior is not between 0 and 1.", "Leave it out, or give 1e-6, say.")
        state = state_code(self.state)
        if self.state and not state:
            raise BadInput("The state is not known.", "Give its postal code or name, such as CA.")
        object.__setattr__(self, "listed", plain)
        object.__setattr__(self, "state", state)

    def extent(self) -> Extent:
        """Say how wide the query is."""
        return Extent(window=self.window, known_characters=len(self.listed))

    def elements(self) -> dict[str, Any]:
        """Return the data elements of the query."""
        described = {
            name: value
            for name in ("state", "make", "model", "color", "body")
            if (value := getattr(self, name))
        }
        start, end = self.window.start.isoformat(), self.window.end.isoformat()
        given = {"read_id": self.read_id, "listed": self.listed, **described, "prior": self.prior}
        return {**given, "start": start, "end": end}

    def fetch(self, source: Source) -> Answer:
        """Find the read and the vehicles that could be read so, and weigh what it may be."""
        found = fetch_reads(source, self.window, reads.c.id == self.read_id)
        if not len(found):
            raise BadInput(
                "There is no such read in this window.", "Give start and end around the read."
            )
        read = found.iloc[0]
        others, truncated = self._others(source, read)
        known = _vehicles(others, read, Listed(self.listed, self.state))
        entry = Listed(
            self.listed, self.state, self.make, self.model, self.color, self.body, self.prior
        )
        frame = explain_hit(
            _sighting(read), entry, known, self._traffic(source, read), camera=source.camera
        )
        caveats = [
            *misread_caveats(self.prior, learned=source.camera is not None),
            *notices(source, truncated=truncated),
        ]
        attrs = {
            **{str(k): v for k, v in frame.attrs.items()},
            "read": _told(read),
            "caveats": caveats,
            "coverage": [],
        }
        return Answer(frame, truncated, attrs)

    def _others(self, source: Source, read: pd.Series) -> tuple[pd.DataFrame, bool]:
        """Return all other reads of plates that may have been read so, and whether there were more."""
        import pandas as pd

        names = sorted({*neighbors(read["plate"], source.camera), self.listed, *_offered(read)})
        most = source.max_rows
        parts = [
            fetch_reads(source, self.window, reads.c.plate.in_(some), limit=most + 1)
            for some in chunks(names)
        ]
        frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        truncated = any(len(part) > most for part in parts)
        apart = (frame["captured_at"] - read["captured_at"]).abs() > _SAME_PASSING
        same = (frame["camera"] == read["camera"]) & (frame["plate"] == read["plate"]) & ~apart
        return frame[~same & (frame["read_id"] != self.read_id)].reset_index(drop=True), truncated

    def _traffic(self, source: Source, read: pd.Series) -> Traffic:
        kept = source.clip(self.window) or self.window
        first, last = (each.astimezone(source.zone).date() for each in (kept.start, kept.end))
        days = sa.and_(
            camera_days.c.day >= first.isoformat(), camera_days.c.day <= last.isoformat()
        )
        counted = sa.select(sa.func.coalesce(sa.func.sum(camera_days.c.reads), 0)).where(days)
        here = counted.join(cameras, cameras.c.id == camera_days.c.camera_id)
        here = here.where(cameras.c.code == read["camera"])
        unknown, states = _passing(source, kept, read)
        return Traffic(
            here=int(source.connection.execute(here).scalar_one()),
            everywhere=int(source.connection.execute(counted).scalar_one()),
            minutes=(kept.end - kept.start).total_seconds() / 60.0,
            unknown=unknown,
            states=states,
        )


def _passing(source: Source, window: Window, read: pd.Series) -> tuple[float, dict[str, float]]:
    """Return which part of the reads in the hours before has no other of its plate in the window; and their states."""
    moment = read["captured_at"].to_pydatetime()
    before = Window(moment - dt.timedelta(hours=_SAMPLE_HOURS), moment)
    sample = fetch_reads(source, before, limit=_SAMPLE)
    at = sa.type_coerce(reads.c.captured_at, sa.BigInteger)
    within = (at >= to_micros(window.start), at < to_micros(window.end))
    times: dict[str, int] = {}
    for some in chunks(sorted(set(sample["plate"]))):
        query = sa.select(reads.c.plate, sa.func.count()).where(reads.c.plate.in_(some), *within)
        rows = source.connection.execute(query.group_by(reads.c.plate)).all()
        times |= {str(row[0]): int(row[1]) for row in rows}
    alone = int((sample["plate"].map(times).fillna(1) <= 1).sum())
    unknown = (alone + _UNKNOWN * _STEADY) / (len(sample) + _STEADY)
    told = sample.loc[sample["state"] != "", "state"]
    return unknown, {str(k): float(v) for k, v in told.value_counts(normalize=True).items()}


def _vehicles(frame: pd.DataFrame, read: pd.Series, listed: Listed) -> pd.DataFrame:
    """Gather reads by plate; the listed plate in another state is a vehicle of its own."""
    import pandas as pd

    rows = []
    elsewhere = (
        (frame["plate"] == listed.plate)
        & ~frame["state"].isin(("", listed.state))
        & bool(listed.state)
    )
    keys = frame["plate"].where(~elsewhere, frame["plate"] + "/" + frame["state"])
    for _, group in frame.groupby(keys, sort=True):
        minutes = (group["captured_at"] - read["captured_at"]).dt.total_seconds() / 60.0
        nearest = group.loc[minutes.abs().idxmin()]
        gap = geo.distance_m(
            read["latitude"], read["longitude"], nearest["latitude"], nearest["longitude"]
        )
        described = {
            name: _commonest(group[name]) for name in ("state", "make", "model", "color", "body")
        }
        rows.append(
            {
                "plate": group["plate"].iloc[0],
                **described,
                "reads": len(group),
                "reads_here": int((group["camera"] == read["camera"]).sum()),
                "first_seen": group["local_time"].min(),
                "last_seen": group["local_time"].max(),
                "nearest_minutes": float(minutes.loc[nearest.name]),
                "nearest_gap_m": float(gap),
            }
        )
    columns = ["plate", "state", "reads", "reads_here", "make", "model", "color", "body"]
    return pd.DataFrame(rows, columns=None if rows else columns)


def _commonest(values: pd.Series) -> str:
    told = values[values != ""]
    return str(told.mode().iloc[0]) if len(told) else ""


def _offered(read: pd.Series) -> list[str]:
    return [normalize(str(plate)) for plate, _ in read["candidates"]]


def _sighting(read: pd.Series) -> Sighting:
    import math

    sure = float(read["confidence"])
    described = (str(read[name]) for name in ("make", "model", "color", "body"))
    return Sighting(
        read["plate"], read["state"], None if math.isnan(sure) else sure, _offered(read), *described
    )


def _told(read: pd.Series) -> dict[str, Any]:
    """Return the read in question, as plain JSON."""
    told = {
        name: str(read[name]) for name in ("plate", "plate_raw", "state", "camera", "camera_name")
    }
    told |= {name: str(read[name]) for name in ("make", "model", "color", "body", "image")}
    return {
        **told,
        "read_id": int(read["read_id"]),
        "captured_at": read["captured_at"].isoformat(),
        "confidence": None
        if read["confidence"] != read["confidence"]
        else float(read["confidence"]),
        "candidates": [[str(plate), float(sure)] for plate, sure in read["candidates"]],
    }
