"""Files that go with reads: pictures named by their hash, and reject files; listed, overwritten, removed."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from workbench.custody.due import Due
from workbench.custody.holds import Hold
from workbench.policy.profile import Profile
from workbench.records.tables import reads, transfers

__all__ = ["Doomed", "destroy", "due_rejects", "orphans", "pictures_of"]

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Doomed:
    """A file that is to go: what it is, where it lies below the home, its size and hash."""

    kind: str
    path: str
    size: int
    sha256: str

    @classmethod
    def at(cls, home: Path, path: Path, kind: str) -> Doomed:
        """Look at a file."""
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
        return cls(kind, str(path.relative_to(home)), path.stat().st_size, digest.hexdigest())


def pictures_of(connection: sa.Connection, where: sa.ColumnElement[bool], folder: Path) -> set[str]:
    """Return the names of the pictures in the home's folder that some reads have."""
    if not folder.is_dir():
        return set()
    there = {each.name for each in folder.iterdir() if each.is_file()}
    query = sa.select(reads.c.image).where(where, reads.c.image.is_not(None)).distinct()
    return there & {str(name) for name in connection.execute(query).scalars()} if there else set()


def orphans(connection: sa.Connection, names: Iterable[str]) -> set[str]:
    """Return those of some pictures that no read has any more."""
    left = set(names)
    for part in _parts(sorted(left)):
        query = sa.select(reads.c.image).where(reads.c.image.in_(part)).distinct()
        left -= set(connection.execute(query).scalars())
    return left


def due_rejects(
    connection: sa.Connection, profile: Profile, due: Due, holds: Sequence[Hold], folder: Path
) -> list[tuple[int, Path]]:
    """Return the reject files that are due, each with its transfer's number.

    Their rows' own times could not always be read. Where the policy sets a shortest time, a file waits until its whole
    transfer has passed it; where it sets only a longest, a file goes when the oldest read of its transfer is due. A
    hold that names one of its plates, or no plate and a time that it may hold, keeps it.
    """
    limit = due.reads
    if limit is None:
        return []
    query = sa.select(
        transfers.c.id,
        transfers.c.reject_file,
        transfers.c.began_at,
        transfers.c.first_at,
    ).where(transfers.c.reject_file != "", transfers.c.status != "loading")
    found = []
    for row in connection.execute(query):
        oldest = row.began_at if profile.retention.reads_min else row.first_at or row.began_at
        path = folder / Path(row.reject_file).name
        suspending = [hold for hold in holds if hold.basis in profile.retention.suspends]
        if oldest < limit and not any(
            _may_hold(hold, path, row.first_at, row.began_at) for hold in suspending
        ):
            found.append((row.id, path))
    return found


def _may_hold(hold: Hold, path: Path, first: dt.datetime | None, last: dt.datetime) -> bool:
    scope = hold.scope
    if scope.searches and not scope.named:
        return True
    if scope.start and scope.start > last:
        return False
    if scope.end and first and scope.end <= first:
        return False
    if not scope.plates:
        return True
    try:
        text = "".join(
            each for each in path.read_text("utf-8", "replace").upper() if each.isalnum()
        )
    except OSError:
        return False
    return any(plate in text for plate in scope.plates)


def destroy(home: Path, path: str) -> None:
    """Overwrite a file with zeros, have that written through, and remove it; nothing where it is gone already.

    Raises
    ------
    OSError
        It could not be overwritten or removed.
    """
    target = home / path
    if not target.resolve().is_relative_to(home.resolve()) or target.is_symlink():
        raise OSError("the file does not lie in the home folder")
    try:
        handle = os.open(target, os.O_WRONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        left = os.fstat(handle).st_size
        while left > 0:
            left -= os.write(handle, bytes(min(left, _BLOCK)))
        os.fsync(handle)
    finally:
        os.close(handle)
    target.unlink()
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _parts(names: list[str], size: int = 500) -> Iterable[list[str]]:
    for first in range(0, len(names), size):
        yield names[first : first + size]
