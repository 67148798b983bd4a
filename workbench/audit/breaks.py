"""What happened at the first record that does not follow from the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from workbench.audit.chain import COLUMNS, digest
from workbench.records.tables import audit_records

__all__ = ["Break", "holds", "name"]

_SEQ = COLUMNS.index("seq")
_PHASE = COLUMNS.index("phase")
_ACCESS = COLUMNS.index("access_id")
_PREV = COLUMNS.index("prev_hash")
_HASH = COLUMNS.index("hash")
_REACH = 100  # how far a renumbered record is looked for
_NEIGHBORS = 1000  # how far the record whose content another one bears is looked for


class Break(NamedTuple):
    """Where the record is broken: a word for it, the first record concerned, and a sentence."""

    kind: str
    seq: int
    finding: str


def holds(row: Sequence[Any]) -> bool:
    """Tell whether a record's hash is the hash of its fields."""
    try:
        return bool(digest(row[:-1]) == row[_HASH])
    except TypeError:  # a value of a type that no record ever holds, such as bytes
        return False


def name(connection: sa.Connection, last: int, last_hash: str, row: tuple[Any, ...]) -> Break:
    """Say what happened to ``row``, which should follow record ``last`` and does not."""
    seq, due = row[_SEQ], last + 1
    if row[_PREV] == last_hash and seq == due:
        return _altered(connection, row)
    follower = connection.execute(
        sa.select(audit_records.c.seq)
        .where(audit_records.c.prev_hash == last_hash, audit_records.c.seq != due)
        .order_by(audit_records.c.seq)
    ).scalar()
    shift = _shift(connection, row)
    if seq < due:
        return _before_the_first(seq, shift)
    if follower is not None:
        return _out_of_place(due, follower, inserted=seq == due and shift is None)
    if seq > due:
        return Break("removed", due, f"{_span(due, seq - 1)} removed.")
    if shift is not None:
        return _renumbered(due, shift)
    return _foreign(row, last)


def _before_the_first(seq: int, shift: int | None) -> Break:
    """Name a record whose number is too low for any place."""
    if shift is None:
        return Break("inserted", seq, f"Record {seq} was inserted before the first.")
    finding = f"Record {seq + shift} is out of place: it now stands at {seq}."
    return Break("reordered", seq + shift, finding)


def _out_of_place(due: int, follower: int, *, inserted: bool) -> Break:
    """Name a record whose place another one has."""
    kind, verb = ("inserted", "was inserted") if inserted else ("reordered", "is out of place")
    return Break(kind, due, f"Record {due} {verb}: what belongs there now stands at {follower}.")


def _foreign(row: tuple[Any, ...], last: int) -> Break:
    """Name a record in its place that follows from no record there is."""
    seq = row[_SEQ]
    if holds(row) and last:
        finding = (
            f"Record {last} was altered and given a new hash: record {seq} does not follow from it."
        )
        return Break("altered", last, finding)
    return Break("altered", seq, f"Record {seq} was altered after it was written.")


def _altered(connection: sa.Connection, row: tuple[Any, ...]) -> Break:
    """Name a record in its place whose fields are not those it was written with."""
    seq = row[_SEQ]
    other = _content_of(connection, row)
    if other is None:
        return Break("altered", seq, f"Record {seq} was altered after it was written.")
    return Break(
        "reordered", seq, f"Record {seq} is out of place: it bears the content of record {other}."
    )


def _renumbered(due: int, shift: int) -> Break:
    if shift > 0:
        span = _span(due, due + shift - 1)
        return Break("removed", due, f"{span} removed and the ones after renumbered.")
    span = _span(due + shift, due - 1)
    return Break("inserted", due + shift, f"{span} inserted and the ones after renumbered.")


def _span(first: int, last: int) -> str:
    return f"Record {first} was" if first == last else f"Records {first} to {last} were"


def _askable(value: Any) -> str:
    """Return a damaged field as a text that a database can be asked for; no record's hash is like it then."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _shift(connection: sa.Connection, row: tuple[Any, ...]) -> int | None:
    """Return what must be added to the row's number for its hash to hold; None where nothing does."""
    before = connection.execute(
        sa.select(audit_records.c.seq).where(audit_records.c.hash == _askable(row[_PREV]))
    ).scalar()
    shifts = [each for n in range(1, _REACH + 1) for each in (n, -n)]
    if before is not None and before + 1 != row[_SEQ]:
        shifts.insert(0, before + 1 - row[_SEQ])
    for shift in shifts:
        if any(holds(each) for each in _moved(row, row[_SEQ] + shift)):
            return shift
    return None


def _moved(row: Sequence[Any], seq: int) -> Iterator[list[Any]]:
    """Give the row under another number, with each access id that it may have had there."""
    access_ids = {row[_ACCESS]}
    if row[_PHASE] == "intent":
        access_ids.add(seq)
    if isinstance(row[_ACCESS], int):
        access_ids.add(row[_ACCESS] + seq - row[_SEQ])
    for access_id in access_ids:
        moved = list(row)
        moved[_SEQ], moved[_ACCESS] = seq, access_id
        yield moved


def _content_of(connection: sa.Connection, row: tuple[Any, ...]) -> int | None:
    """Return the number of the near record whose content this row bears; None for none."""
    seq = row[_SEQ]
    records = audit_records.c
    near = connection.execute(
        sa.select(records.seq, records.prev_hash, records.hash).where(
            records.seq.between(seq - _NEIGHBORS, seq + _NEIGHBORS), records.seq != seq
        )
    )
    for other, prev_hash, record_hash in near:
        for moved in _moved(row, other):
            moved[_PREV], moved[_HASH] = prev_hash, record_hash
            if holds(moved):
                return int(other)
    return None
