"""Plates of members' own households, for the review of searches: kept as keyed hashes, never as plates.

Whoever searches for a colleague, a spouse or a neighbor rarely says so. A list of members' own plates lets the review
ask, and would itself be worth misusing: so only HMAC-SHA256 of each plate is in the database, and the key is a file
beside it. Who holds both can try every plate; SECURITY.md says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from workbench.analysis.plates import normalize
from workbench.audit.chain import Chain, Entry
from workbench.audit.permit import Permit
from workbench.errors import NotSetUp
from workbench.records.database import Database
from workbench.records.registers import BadRow, Imported, Row, Tally, read_register
from workbench.records.review_tables import member_plates
from workbench.records.tables import members

__all__ = ["COLUMNS", "FILE", "Households"]

COLUMNS = ("username", "plate")
"""The columns of the list as it comes in."""

FILE = "household.key"
"""The name of the key file among the home's keys."""

_BYTES = 32


class Households:
    """The list of members' own plates.

    Parameters
    ----------
    keys, rejects : Path
        The folders of the home's keys and of its reject files.
    """

    def __init__(
        self,
        database: Database,
        chain: Chain,
        permit: Permit,
        clock: Callable[[], dt.datetime],
        keys: Path,
        rejects: Path,
    ) -> None:
        self.database = database
        self.chain = chain
        self.permit = permit
        self.clock = clock
        self.key_file = keys / FILE
        self.rejects = rejects

    def import_csv(self, token: str, path: Path) -> Imported:
        """Replace the list by a CSV file with the columns ``username`` and ``plate``.

        The file is the whole list: what is not in it is forgotten. Delete it afterwards, it holds the plates in clear;
        a reject file too.
        """
        session = self.permit(token, "audit.household", {"file": path.name})
        file = read_register(path, columns=COLUMNS, required=COLUMNS)
        key = self._key(make=True)
        tally = Tally()
        with self.database.write() as connection:
            everybody = connection.execute(sa.select(members.c.username, members.c.id))
            numbers = {row.username: row.id for row in everybody}
            listed = connection.execute(
                sa.select(member_plates.c.member_id, member_plates.c.digest)
            )
            known = {(member, digest) for member, digest in listed}
            wanted: set[tuple[int, str]] = set()
            for row in file.rows:
                try:
                    wanted.add(_pair(row, numbers, key))
                except BadRow as problem:
                    tally.reject(row, str(problem))
            tally.accepted, tally.unchanged = len(wanted - known), len(wanted & known)
            result = tally.finish(file, self.rejects, self.clock())
            connection.execute(sa.delete(member_plates))
            now = self.clock()
            if wanted:
                rows = [
                    {"member_id": member, "digest": digest, "entered_at": now}
                    for member, digest in sorted(wanted)
                ]
                connection.execute(sa.insert(member_plates), rows)
            entry = Entry(
                "event",
                "audit.household",
                outcome="ok",
                session=session,
                elements={**result.counts(), "removed": len(known - wanted)},
            )
            self.chain.append(entry, connection)
        return result

    def counts(self, token: str) -> dict[str, int]:
        """Return how many plates each member has on the list, by user name."""
        self.permit(token, "audit.household")
        query = (
            sa.select(members.c.username, sa.func.count().label("plates"))
            .join(member_plates, member_plates.c.member_id == members.c.id)
            .group_by(members.c.username)
            .order_by(members.c.username)
        )
        with self.database.read() as connection:
            return {row.username: row.plates for row in connection.execute(query)}

    def lookup(self) -> Callable[[str], frozenset[str]]:
        """Return what says of a plate in whose household it is, by user names; for the review alone."""
        query = sa.select(member_plates.c.digest, members.c.username).join(
            members, member_plates.c.member_id == members.c.id
        )
        with self.database.read() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return lambda _plate: frozenset()
        found: dict[str, set[str]] = {}
        for digest, username in rows:
            found.setdefault(digest, set()).add(username)
        key = self._key(make=False)
        return lambda plate: frozenset(found.get(_digest(key, plate), ()))

    def _key(self, *, make: bool) -> bytes:
        try:
            return self.key_file.read_bytes()
        except FileNotFoundError:
            if not make:
                raise NotSetUp(
                    "The key of the household list is missing.",
                    f"Restore {FILE} from its backup, or import the list again: workbench audit household",
                ) from None
        key = secrets.token_bytes(_BYTES)
        handle = os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
        return key


def _pair(row: Row, numbers: dict[str, int], key: bytes) -> tuple[int, str]:
    member = numbers.get(row.cells["username"])
    if member is None:
        raise BadRow("there is no account of that name")
    plate = normalize(row.cells["plate"])
    if not plate:
        raise BadRow("there is no plate")
    return member, _digest(key, plate)


def _digest(key: bytes, plate: str) -> str:
    return hmac.new(key, normalize(plate).encode(), hashlib.sha256).hexdigest()
