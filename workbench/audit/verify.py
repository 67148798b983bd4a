"""Verification of the access record: finds and names the first record that was changed, and a cut-off end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.audit.chain import COLUMNS, GENESIS, Anchor, digest, iterate
from workbench.audit.keys import RecordKey
from workbench.records.database import Database
from workbench.records.tables import audit_checkpoints, audit_records

__all__ = ["Verdict", "verify"]

_SEQ = COLUMNS.index("seq")
_PREV = COLUMNS.index("prev_hash")
_HASH = COLUMNS.index("hash")


@dataclass(frozen=True)
class Verdict:
    """What a verification found.

    ``kind`` is empty when the record is whole, else ``altered``, ``removed``, ``reordered``, ``inserted``, ``cut``,
    ``rewritten`` or ``checkpoint``; ``seq`` is the first record concerned and ``finding`` says it in words.
    ``notes`` are things that weaken the proof without breaking it, such as a missing head file.
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
    """Where the walk along the chain stands."""

    records: int = 0
    seq: int = 0
    hash: str = GENESIS


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
    outside = list(_outside(folder))
    with database.read() as connection:
        inside = [
            Anchor(row.seq, row.hash, row.at, row.key_id, row.signature)
            for row in connection.execute(sa.select(audit_checkpoints))
        ]
        anchors, forged = _sound([*inside, *outside], key)
        walk = _Walk()
        broken = _walk(connection, walk, anchors, progress)
    notes = list(_notes(folder, outside))
    if broken is None and forged:
        broken = (
            "checkpoint",
            forged[0],
            f"Checkpoint {forged[0]} does not bear this key's signature.",
        )
    if broken is None:
        broken = _cut(walk, anchors)
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
        notes=tuple(notes),
    )


_Broken = tuple[str, int, str]


def _walk(
    connection: sa.Connection,
    walk: _Walk,
    anchors: dict[int, set[str]],
    progress: Callable[[int], None] | None,
) -> _Broken | None:
    """Follow the chain to its end or to the first break."""
    trusted = 0
    for rows in iterate(connection):
        for row in rows:
            if (
                row[_SEQ] != walk.seq + 1
                or row[_PREV] != walk.hash
                or digest(row[:-1]) != row[_HASH]
            ):
                return _name(connection, walk, row)
            walk.seq, walk.hash = row[_SEQ], row[_HASH]
            walk.records += 1
            if walk.seq in anchors:
                if anchors[walk.seq] != {walk.hash}:
                    return (
                        "rewritten",
                        trusted + 1,
                        f"The records from {trusted + 1} to {walk.seq} were rewritten: the signed checkpoint "
                        f"at record {walk.seq} does not agree with them.",
                    )
                trusted = walk.seq
        if progress:
            progress(walk.records)
    return None


def _name(connection: sa.Connection, walk: _Walk, row: tuple[Any, ...]) -> _Broken:
    """Say what happened at the first record that does not follow from the one before it."""
    seq, due = row[_SEQ], walk.seq + 1
    genuine = digest(row[:-1]) == row[_HASH]
    follower = connection.execute(
        sa.select(audit_records.c.seq)
        .where(audit_records.c.prev_hash == walk.hash)
        .order_by(audit_records.c.seq)
    ).first()
    if row[_PREV] == walk.hash and seq == due:
        return "altered", seq, f"Record {seq} was altered after it was written."
    if follower is not None and follower.seq != due:
        return (
            "reordered",
            due,
            f"Record {due} is out of place: what belongs there now stands at {follower.seq}.",
        )
    if seq > due:
        last = seq - 1
        which = f"Record {due} was" if last == due else f"Records {due} to {last} were"
        return "removed", due, f"{which} removed."
    if not genuine and _renumbered(row):
        return "removed", due, f"Record {due} was removed and the ones after it renumbered."
    if genuine and walk.seq:
        return (
            "altered",
            walk.seq,
            f"Record {walk.seq} was altered and given a new hash: record {seq} does not follow from it.",
        )
    return "altered", due, f"Record {due} was altered after it was written."


def _renumbered(row: tuple[Any, ...], reach: int = 100) -> bool:
    """Tell whether the row is genuine under a later number than it bears."""
    for shift in range(1, reach):
        moved = list(row[:-1])
        moved[_SEQ] += shift
        if moved[COLUMNS.index("phase")] == "intent":
            moved[COLUMNS.index("access_id")] = moved[_SEQ]
        if digest(moved) == row[_HASH]:
            return True
    return False


def _cut(walk: _Walk, anchors: dict[int, set[str]]) -> _Broken | None:
    newest = max(anchors, default=0)
    if newest <= walk.seq:
        return None
    gone = newest - walk.seq
    return (
        "cut",
        walk.seq + 1,
        f"The end is cut off: {gone} record{'s' if gone != 1 else ''} from {walk.seq + 1} on "
        f"{'are' if gone != 1 else 'is'} missing; a signature shows that record {newest} existed.",
    )


def _outside(folder: Path) -> Iterator[Anchor]:
    """Give the anchors kept outside the database; unreadable lines count as forged."""
    head, checkpoints = folder / "head.json", folder / "checkpoints.jsonl"
    texts: list[str] = []
    if head.exists():
        texts.append(head.read_text())
    if checkpoints.exists():
        texts.extend(checkpoints.read_text().splitlines())
    for text in texts:
        try:
            yield Anchor(**json.loads(text))
        except (ValueError, TypeError):
            yield Anchor(0, "", 0, "", "")


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


def _notes(folder: Path, outside: list[Anchor]) -> Iterator[str]:
    if not (folder / "head.json").exists() and outside:
        yield "head.json is missing: an end cut off after the last checkpoint could not be seen."
    if not outside:
        yield "No signature is kept outside the database: a cut-off end could not be seen."
