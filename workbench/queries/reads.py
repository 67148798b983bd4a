"""Fetching reads: bound parameters, complete transfers only, never past the policy's retention."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.analysis.errormodels import ErrorModel
from workbench.models import Extent, Window
from workbench.policy.profile import Profile
from workbench.queries.plates import Plates
from workbench.records.tables import cameras, reads, to_micros, transfers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Answer", "Query", "Source", "chunks", "fetch_reads", "notices"]

_PLATES_AT_ONCE = 500


@dataclass(frozen=True)
class Source:
    """What a query may use: a connection on one snapshot, the policy, the agency's zone, the time.

    ``plates`` is the index of all plates; ``camera`` the mistakes of the agency's own cameras where they were learned.
    """

    connection: sa.Connection
    profile: Profile
    zone: ZoneInfo
    now: dt.datetime
    plates: Plates
    baseline_days: int = 60
    camera: ErrorModel | None = None

    @property
    def max_rows(self) -> int:
        """The most reads that one query returns."""
        return self.profile.limits.max_rows

    def clip(self, window: Window) -> Window | None:
        """Return the part of a window that the policy's retention leaves, or None."""
        horizon = self.profile.retention.horizon(self.now.astimezone(self.zone))
        if horizon is None or horizon <= window.start:
            return window
        return Window(horizon, window.end) if horizon < window.end else None


@dataclass(frozen=True)
class Answer:
    """What a query found. ``attrs`` is plain JSON and travels with the frame."""

    frame: pd.DataFrame
    truncated: bool = False
    attrs: dict[str, Any] = field(default_factory=dict)


class Query(Protocol):
    """A question about reads. ``action`` is its name in the policy, ``query.…``."""

    @property
    def action(self) -> str:
        """The name of the action that the policy decides on."""

    @property
    def window(self) -> Window | None:
        """The time window; None where none is searched."""

    def extent(self) -> Extent:
        """Say how wide the query is, for the policy's limits."""

    def elements(self) -> dict[str, Any]:
        """Return the data elements of the query, for the access record."""

    def fetch(self, source: Source) -> Answer:
        """Find the answer; called by the runner alone, after the intent is on the record."""


_COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    reads.c.id.label("read_id"),
    reads.c.plate,
    reads.c.plate_raw,
    reads.c.state,
    reads.c.confidence,
    sa.type_coerce(reads.c.captured_at, sa.BigInteger).label("captured_at"),
    cameras.c.code.label("camera"),
    cameras.c.name.label("camera_name"),
    cameras.c.kind,
    reads.c.latitude,
    reads.c.longitude,
    reads.c.heading,
    reads.c.make,
    reads.c.model,
    reads.c.color,
    reads.c.body,
    reads.c.candidates,
    reads.c.image,
    reads.c.source_agency,
    reads.c.governmental,
    reads.c.transfer_id,
)
_complete = reads.c.transfer_id.not_in(
    sa.select(transfers.c.id).where(transfers.c.status != "complete")
)


def fetch_reads(
    source: Source,
    window: Window,
    *where: sa.ColumnElement[bool],
    limit: int | None = None,
    also: Sequence[sa.ColumnElement[Any]] = (),
) -> pd.DataFrame:
    """Return the reads of a window that meet every condition, in time order.

    Parameters
    ----------
    limit : int, optional
        The most reads.
    also : sequence of columns
        What else to return of each read.

    Returns
    -------
    DataFrame
        The columns of a reads frame (see :mod:`workbench.client`) without geometry; ``captured_at`` in UTC and
        ``local_time`` in the agency's zone.
    """
    import pandas as pd

    rows: Sequence[Any] = ()
    if (kept := source.clip(window)) is not None:
        at = sa.type_coerce(reads.c.captured_at, sa.BigInteger)
        query = (
            sa.select(*_COLUMNS, *also)
            .join(cameras, cameras.c.id == reads.c.camera_id)
            .where(at >= to_micros(kept.start), at < to_micros(kept.end), _complete, *where)
            .order_by(reads.c.captured_at, reads.c.id)
        )
        found = source.connection.execute(query if limit is None else query.limit(limit))
        rows = [
            tuple(row) for row in found.all()
        ]  # pandas asks each SQLAlchemy row for what it is not
    frame = pd.DataFrame(rows, columns=[column.key for column in (*_COLUMNS, *also)])
    instants = pd.to_datetime(frame["captured_at"].astype("int64"), unit="us", utc=True)
    frame["captured_at"] = instants
    frame.insert(6, "local_time", instants.dt.tz_convert(source.zone))
    candidates = [
        json.loads(text) if isinstance(text, str) and text else [] for text in frame["candidates"]
    ]
    frame["candidates"] = pd.Series(candidates, index=frame.index, dtype="object")
    for name in ("confidence", "latitude", "longitude", "heading"):
        frame[name] = frame[name].astype("float64")
    for name in ("make", "model", "color", "body", "image"):
        frame[name] = frame[name].astype("object").where(frame[name].notna(), "")
    frame["governmental"] = frame["governmental"].astype("bool")
    return frame


def chunks(values: Sequence[str], size: int = _PLATES_AT_ONCE) -> Iterator[Sequence[str]]:
    """Cut a list into pieces that fit one statement's parameters."""
    for first in range(0, len(values), size):
        yield values[first : first + size]


def notices(source: Source, *, truncated: bool) -> list[str]:
    """Return what the policy asks every result to say, and whether it is cut short."""
    cut = (
        f"There were more reads than the {source.max_rows:,} shown: narrow the window or the place."
    )
    return [*([cut] if truncated else []), source.profile.state_database.notice]
