"""Verification of the access record: finds and names the first record that was changed, and a cut-off end."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.audit import breaks
from workbench.audit.breaks import Break
from workbench.audit.chain import COLUMNS, GENESIS, Anchor, iterate
from workbench.audit.keys import RecordKey
from workbench.records.database import Database
from workbench.records.tables import audit_checkpoints

__all__ = ["Verdict", "verify"]

_SEQ = COLUMNS.index("seq")
_PREV = COLUMNS.index("prev_hash")
_HASH = COLUMNS.index("hash")


@dataclass(frozen=True)
class Verdict:
    """What a verification found.

    ``kind`` is empty when the record is whole, else ``altered``, ``removed``, ``reordered``, ``inserted``, ``cut``,
    ``rewritten``, ``checkpoint`` or ``unreadable``; ``seq`` is the first record concerned and ``finding`` says it in
    words. ``notes`` are things that weaken the proof without breaking it, such as a missing head file.
    """

    ok: bool
    records: int
    head_seq: int
    head_hash: str
    checkpoints: int
    kind: str = ""
    seq: int | None = None
    finding: str = ""
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as plain JSON."""
        return {**asdict(self), "notes": list(self.notes)}


@dataclass
class _Walk:
    """Where the walk along the chain stands; ``trusted`` is the newest record that a signature agreed with."""

    records: int = 0
    seq: int = 0
    hash: str = GENESIS
    trusted: int = 0


@dataclass
class _Outside:
    """What is kept beside the database."""

    head: list[Anchor] = field(default_factory=list)
    checkpoints: list[Anchor] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    @property
    def anchors(self) -> list[Anchor]:
        return [*self.head, *self.checkpoints]


def verify(
    database: Database,
    folder: Path,
    key: RecordKey,
    *,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Check every record, every checkpoint, and the end of the record.

    Parameters
    ----------
    folder : Path
        Where ``head.json`` and ``checkpoints.jsonl`` are.
    progress : callable, optional
        Called with the number of records checked so far.

    Returns
    -------
    Verdict
        Never raises for a broken record: the verdict names it.
    """
    outside = _read_outside(folder)  # before the records: whatever it signs must be among them
    inside, lost = _read_inside(database)
    anchors, forged = _sound([*inside, *outside.anchors], key)
    walk = _Walk()
    broken = _walk(database, walk, anchors, progress) or lost
    if broken is None and forged:
        finding = f"Checkpoint {forged[0]} does not bear this key's signature."
        broken = Break("checkpoint", forged[0], finding)
    broken = broken or _cut(walk, anchors)
    kind, seq, finding = broken or ("", None, "")
    return Verdict(
        ok=broken is None,
        records=walk.records,
        head_seq=walk.seq,
        head_hash=walk.hash,
        checkpoints=len(anchors),
        kind=kind,
        seq=seq,
        finding=finding,
        notes=tuple(_notes(folder, key, walk, inside, outside)),
    )


_CHECKPOINTS = sa.select(
    audit_checkpoints.c.seq,
    audit_checkpoints.c.hash,
    audit_checkpoints.c.at,
    audit_checkpoints.c.key_id,
    audit_checkpoints.c.signature,
)


def _read_inside(database: Database) -> tuple[list[Anchor], Break | None]:
    """Return the checkpoints in the database, or what is wrong with their table."""
    try:
        with database.read() as connection:
            return [Anchor(*row) for row in connection.execute(_CHECKPOINTS)], None
    except sa.exc.DatabaseError as error:
        if not _damage(database, error):
            raise
        return [], Break("checkpoint", 0, "The table of checkpoints cannot be read from row 0 on.")


def _damage(database: Database, error: sa.exc.DatabaseError) -> bool:
    """Tell a database that is damaged from one that cannot be reached."""
    return database.dialect == "sqlite" or not isinstance(error, sa.exc.OperationalError)


def _walk(
    database: Database,
    walk: _Walk,
    anchors: dict[int, set[str]],
    progress: Callable[[int], None] | None,
) -> Break | None:
    """Follow the chain to its end or to the first break."""
    try:
        with (
            database.read() as connection,
            contextlib.closing(_rows(connection, walk)) as batches,
        ):
            for rows in batches:
                for row in rows:
                    if broken := _step(connection, walk, anchors, row):
                        return broken
                if progress:
                    progress(walk.records)
    except sa.exc.DatabaseError as error:
        if not _damage(database, error):
            raise
        finding = f"The database is damaged: it cannot be read from record {walk.seq + 1} on."
        return Break("unreadable", walk.seq + 1, finding)
    return None


def _step(
    connection: sa.Connection, walk: _Walk, anchors: dict[int, set[str]], row: tuple[Any, ...]
) -> Break | None:
    """Go on to a record, or return why it does not follow."""
    if row[_SEQ] != walk.seq + 1 or row[_PREV] != walk.hash or not breaks.holds(row):
        return breaks.name(connection, walk.seq, walk.hash, row)
    walk.seq, walk.hash = row[_SEQ], row[_HASH]
    walk.records += 1
    if walk.seq in anchors:
        if anchors[walk.seq] != {walk.hash}:
            return _rewritten(walk.trusted + 1, walk.seq)
        walk.trusted = walk.seq
    return None


def _rows(connection: sa.Connection, walk: _Walk) -> Generator[list[tuple[Any, ...]]]:
    """Give the records; where SQLite stumbles over damage, go on from there one by one, whatever the text."""
    try:
        yield from iterate(connection)
    except sa.exc.DatabaseError:
        driver = connection.connection.driver_connection
        if connection.dialect.name != "sqlite" or driver is None:
            raise
        kept = driver.text_factory
        driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            yield from iterate(connection, after=walk.seq, batch=1)
        finally:
            driver.text_factory = kept


def _rewritten(first: int, last: int) -> Break:
    return Break(
        "rewritten",
        first,
        f"Between record {first} and {last} the record was rewritten: the signature over record {last} "
        "does not agree with it.",
    )


def _cut(walk: _Walk, anchors: dict[int, set[str]]) -> Break | None:
    newest = max(anchors, default=0)
    if newest <= walk.seq:
        return None
    gone = newest - walk.seq
    return Break(
        "cut",
        walk.seq + 1,
        f"The end is cut off: {gone} record{'s' if gone != 1 else ''} from {walk.seq + 1} on "
        f"{'are' if gone != 1 else 'is'} missing; a signature shows that record {newest} existed.",
    )


def _read_outside(folder: Path) -> _Outside:
    found = _Outside()
    for path, anchors in (
        (folder / "head.json", found.head),
        (folder / "checkpoints.jsonl", found.checkpoints),
    ):
        if not path.exists():
            continue
        for number, line in enumerate(path.read_bytes().splitlines() or [b""], start=1):
            try:
                anchors.append(Anchor(**json.loads(line)))
            except (ValueError, TypeError):
                found.damaged.append(f"Line {number} of {path.name} is damaged: it proves nothing.")
    return found


def _sound(anchors: Iterable[Anchor], key: RecordKey) -> tuple[dict[int, set[str]], list[int]]:
    """Split anchors into those that verify (number → hashes) and the numbers of those that do not."""
    good: dict[int, set[str]] = {}
    forged: list[int] = []
    for anchor in anchors:
        if anchor.verifies(key):
            good.setdefault(anchor.seq, set()).add(anchor.hash)
        else:
            forged.append(anchor.seq)
    return good, forged


def _notes(
    folder: Path, key: RecordKey, walk: _Walk, inside: list[Anchor], outside: _Outside
) -> Iterator[str]:
    """Say what weakens the proof. Files are read again, for others may write while we read."""
    later = _read_outside(folder)
    yield from later.damaged
    if walk.records and not later.anchors:
        yield "No signature is kept outside the database: a cut-off end could not be seen."
    elif walk.records and not later.head:
        yield "head.json is missing: an end cut off after the last checkpoint could not be seen."
    kept, copied = {a.seq for a in inside}, {a.seq for a in later.checkpoints}
    for seq in sorted({a.seq for a in outside.checkpoints} - kept):
        yield f"Checkpoint {seq} is missing in the database."
    for seq in sorted(kept - copied):
        yield f"Checkpoint {seq} is missing in checkpoints.jsonl."
    newest = max(_sound([*inside, *later.anchors], key)[0], default=0)
    if later.anchors and newest < walk.seq:
        yield f"The records after {newest} are not signed yet: the next entry signs them."
