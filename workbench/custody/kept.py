"""Which reads a purge leaves: those that a hold covers, exactly, gathered by number before anything is destroyed."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import sqlalchemy as sa

from workbench.analysis import geo
from workbench.analysis.plates import normalize
from workbench.custody.holds import RELATED, Hold
from workbench.custody.scope import Scope, scene_of
from workbench.models import Scene
from workbench.records.hotlist_tables import hits
from workbench.records.tables import audit_records, cameras, reads, to_micros

__all__ = ["Span", "covered", "gather", "kept", "make_room"]

Span = tuple[int, int]
"""Times of capture in microseconds since 1970-01-01 UTC, the end excluded."""

_AT_ONCE = 20_000
_NUMBERS_AT_ONCE = 500
_UNNEST = sa.text(
    "INSERT INTO purge_kept (id) SELECT unnest(CAST(:numbers AS bigint[])) ON CONFLICT DO NOTHING"
)
_SEARCHES = ("query.history", "query.canvass")
_at = sa.type_coerce(reads.c.captured_at, sa.BigInteger)

kept = sa.Table(
    "purge_kept",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    prefixes=["TEMPORARY"],
)
"""The numbers of the reads that stay; lives as long as the transaction."""


def make_room(connection: sa.Connection) -> None:
    """Make the empty table :data:`kept`, for this transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.purge_kept")
        connection.exec_driver_sql(
            "CREATE TEMPORARY TABLE purge_kept (id BIGINT PRIMARY KEY) ON COMMIT DROP"
        )
        return
    connection.exec_driver_sql("DROP TABLE IF EXISTS temp.purge_kept")
    connection.exec_driver_sql("CREATE TEMPORARY TABLE purge_kept (id INTEGER PRIMARY KEY)")


def gather(
    connection: sa.Connection,
    holds: Iterable[Hold],
    suspends: Sequence[str],
    span: Span,
    due_to: int,
) -> dict[int, int]:
    """Put into :data:`kept` every read of a span that stays; return how many of it each hold covers.

    Parameters
    ----------
    holds : iterable of Hold
        Those in force.
    suspends : sequence of str
        The bases that the profile recognizes.
    span : Span
        What the purge would reach.
    due_to : int
        Reads captured before it are due whatever they are related to; later ones stay where they are related: a hold
        says so, or a hit that is open or was found to be correct.
    """
    late = (max(span[0], due_to), span[1])
    counts = {}
    for hold in holds:
        found = sorted(covered(connection, hold, late if hold.basis == RELATED else span))
        counts[hold.id] = len(found)
        if hold.basis in suspends or hold.basis == RELATED:
            _add(connection, found)
    if late[0] < late[1]:
        at = sa.type_coerce(hits.c.captured_at, sa.BigInteger)
        live = sa.select(hits.c.read_id).where(
            at >= late[0], at < late[1], hits.c.disposition.in_(("", "correct"))
        )
        _add(connection, connection.execute(live.distinct()).scalars())
    return counts


def covered(connection: sa.Connection, hold: Hold, span: Span) -> set[int]:
    """Return the numbers of the reads of a span that a hold covers."""
    found: set[int] = set()
    for scope in _scopes(connection, hold):
        found.update(_numbers(connection, scope, span))
    return found


def _add(connection: sa.Connection, numbers: Iterable[int]) -> None:
    found = list(numbers)
    for first in range(0, len(found), _AT_ONCE):
        part = found[first : first + _AT_ONCE]
        if connection.dialect.name == "sqlite":
            rows = [{"id": number} for number in part]
            connection.execute(sa.text("INSERT OR IGNORE INTO purge_kept (id) VALUES (:id)"), rows)
        else:
            connection.execute(_UNNEST, {"numbers": part})


def _scopes(connection: sa.Connection, hold: Hold) -> Iterator[Scope]:
    """Give what a hold names, and where it says so, what was searched for its case."""
    if hold.scope.named:
        yield replace(hold.scope, searches=False)
    if not hold.scope.searches:
        return
    asked = sa.select(audit_records.c.elements).where(
        audit_records.c.case_number == hold.case_number,
        audit_records.c.phase == "intent",
        audit_records.c.action.in_(_SEARCHES),
    )
    for text in set(connection.execute(asked).scalars()):
        elements = json.loads(text)
        start, end = (dt.datetime.fromisoformat(elements[key]) for key in ("start", "end"))
        if plate := normalize(str(elements.get("plate", ""))):
            yield Scope(plates=(plate,), start=start, end=end)
        elif "center" in elements or "polygon" in elements:
            yield Scope(area=scene_of(elements), start=start, end=end)


def _numbers(connection: sa.Connection, scope: Scope, span: Span) -> Iterator[int]:
    start = max(span[0], to_micros(scope.start) if scope.start else span[0])
    end = min(span[1], to_micros(scope.end) if scope.end else span[1])
    if start >= end:
        return
    where: list[sa.ColumnElement[bool]] = [_at >= start, _at < end]
    if scope.cameras:
        codes = sa.select(cameras.c.id).where(cameras.c.code.in_(scope.cameras))
        where.append(reads.c.camera_id.in_(codes))
    if not scope.plates:
        yield from _placed(connection, scope.area, where)
        return
    yield from _placed(connection, scope.area, [*where, reads.c.plate.in_(scope.plates)])
    others = list(_among_candidates(connection, scope.plates, where))
    for first in range(0, len(others), _NUMBERS_AT_ONCE):
        some = reads.c.id.in_(others[first : first + _NUMBERS_AT_ONCE])
        yield from _placed(connection, scope.area, [*where, some])


def _among_candidates(
    connection: sa.Connection, plates: Sequence[str], where: list[sa.ColumnElement[bool]]
) -> Iterator[int]:
    """Give the reads that have one of the plates among their other readings; a plate holds letters and digits only."""
    named = re.compile("|".join(f'"{plate}"' for plate in plates))
    query = sa.select(reads.c.id, reads.c.candidates).where(*where, reads.c.candidates.is_not(None))
    result = connection.execute(query.execution_options(yield_per=_AT_ONCE))
    for rows in result.partitions():
        yield from (number for number, text in rows if named.search(text))


def _placed(
    connection: sa.Connection, area: Scene | None, where: list[sa.ColumnElement[bool]]
) -> Iterator[int]:
    if area is None:
        yield from connection.execute(sa.select(reads.c.id).where(*where)).scalars()
    else:
        yield from _inside(connection, area, where)


def _inside(
    connection: sa.Connection, area: Scene, where: list[sa.ColumnElement[bool]]
) -> Iterator[int]:
    """Give the reads inside a scene; by the camera's place where the read has none, and those without either."""
    latitude = sa.func.coalesce(reads.c.latitude, cameras.c.latitude)
    longitude = sa.func.coalesce(reads.c.longitude, cameras.c.longitude)
    query = (
        sa.select(reads.c.id, latitude, longitude)
        .join(cameras, cameras.c.id == reads.c.camera_id)
        .where(*where)
    )
    if (cells := geo.cells(area)) is not None:
        query = query.where(sa.or_(reads.c.cell.in_(cells), reads.c.cell.is_(None)))
    result = connection.execute(query.execution_options(yield_per=_AT_ONCE))
    for rows in result.partitions():
        numbers, lats, lons = (list(column) for column in zip(*rows, strict=True))
        lat, lon = np.array(lats, dtype=float), np.array(lons, dtype=float)
        unknown = np.isnan(lat) | np.isnan(lon)
        inside = geo.contains(area, lat, lon) | unknown
        yield from (number for number, stays in zip(numbers, inside, strict=True) if stays)
