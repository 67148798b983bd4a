"""Hot lists: made, brought in from files, entered by hand, and emptied of what has expired.

An import is taken in as a whole or not at all: its entries are out of sight until all of them are there, then they
count in one transaction, and with a complete list the entries before it stop counting in that same moment.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from filelock import FileLock, Timeout

from workbench.errors import BadInput, BadTransfer, Failed
from workbench.hotlists.entries import Entry
from workbench.hotlists.keyring import Keyring
from workbench.hotlists.layouts import Layout
from workbench.hotlists.reading import Line, read_list
from workbench.hotlists.rejected import Rejects
from workbench.hotlists.rows import list_place, open_entry
from workbench.hotlists.staging import Staging, drop, drop_older, visible
from workbench.ingest.formats.base import Problem
from workbench.ingest.source import fingerprint, reading
from workbench.records.database import Database
from workbench.records.hotlist_tables import hot_list_entries, hot_list_imports, hot_lists

__all__ = ["NEAR_BY_HAND", "NEAR_FROM", "HotList", "ListImport", "Lists", "Mode"]

Mode = Literal["complete", "incremental"]

NEAR_FROM = 0.02
"""From which probability on a read that is nearly a listed plate is a hit, on a list that is brought in."""

NEAR_BY_HAND = 0.005
"""The same for a list that is kept by hand: it is short, and somebody waits for each vehicle on it."""

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_STALE_HOURS = 24
_ROWS_AT_ONCE = 20_000
_INTERRUPTED = "Interrupted: the process ended before the import did."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HotList:
    """A hot list, without its entries.

    Parameters
    ----------
    code : str
        Its handle.
    kind : {"file", "hand"}
        Brought in from files, or kept by hand.
    stale_after_hours : int
        How old it may be before every hit says that it is too old.
    near_from : float or None
        From which probability on a near miss is a hit; None for exact matches alone.
    as_of : datetime or None
        How things stood when it was last brought in; None before that.
    entries : int
        How many count.
    title, source, purpose : str
        What it is, whose, and for which of the policy's purposes it is matched.
    """

    id: int
    code: str
    kind: str
    stale_after_hours: int
    near_from: float | None
    active: bool
    created_at: dt.datetime
    as_of: dt.datetime | None
    entries: int
    title: str
    source: str
    purpose: str

    def age_hours(self, at: dt.datetime) -> float | None:
        """Return how old the list is at a moment, in hours; None where nothing was ever brought in."""
        return None if self.as_of is None else (at - self.as_of).total_seconds() / 3600

    def stale(self, at: dt.datetime) -> bool:
        """Say whether the list is older than it should be. One that is kept by hand is as new as its entries."""
        age = self.age_hours(at)
        return self.kind == "file" and (age is None or age > self.stale_after_hours)


@dataclass(frozen=True, slots=True)
class ListImport:
    """What an import did: rows added, removed, rejected, and how many entries count now."""

    import_id: int
    code: str
    file: str
    sha256: str
    mode: str
    as_of: dt.datetime
    added: int
    removed: int
    rejected: int
    entries: int
    reject_file: Path | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)


class Lists:
    """The hot lists of a home.

    Parameters
    ----------
    home : Path
        Its lock file is there.
    rejects : Path
        Where reject files go.
    zone : ZoneInfo
        The agency's: dates are its days.
    clock : callable
        Gives the present time, aware.
    """

    def __init__(
        self,
        database: Database,
        ring: Keyring,
        *,
        home: Path,
        rejects: Path,
        zone: ZoneInfo,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.database = database
        self.ring = ring
        self.home = home
        self.rejects = rejects
        self.zone = zone
        self.clock = clock

    def all(self) -> list[HotList]:
        """Return every list, by code."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(hot_lists).order_by(hot_lists.c.code)).all()
        return [self._of(row) for row in rows]

    def get(self, code: str) -> HotList:
        """Return a list; raises BadInput where there is none of that code."""
        with self.database.read() as connection:
            row = connection.execute(sa.select(hot_lists).where(hot_lists.c.code == code)).first()
        if row is None:
            raise BadInput("There is no hot list of that code.", "See: workbench hotlist list")
        return self._of(row)

    def create(
        self,
        code: str,
        *,
        title: str,
        source: str,
        purpose: str,
        kind: Literal["file", "hand"] = "file",
        stale_after_hours: int = _STALE_HOURS,
        near_from: float | None = NEAR_FROM,
        by: str,
    ) -> HotList:
        """Make an empty list.

        Raises
        ------
        BadInput
            The code is taken or is none, or a figure makes no sense.
        """
        if not _CODE.fullmatch(code):
            raise BadInput(
                "That is no code of a list.", "Such as svs: small letters, digits, hyphens."
            )
        if stale_after_hours < 1 or (near_from is not None and not 0.0 < near_from < 1.0):
            raise BadInput(
                "A figure of the list makes no sense.", "Hours from 1 on; near from 0.001 to 0.999."
            )
        values = {
            "code": code,
            "kind": kind,
            "stale_after_hours": stale_after_hours,
            "near_from": near_from,
            "active": True,
            "created_at": self.clock(),
            "created_by": by,
            "key_id": "",
            "sealed": b"",
        }
        with self.database.write() as connection:
            self.ring.refresh()
            if connection.execute(
                sa.select(hot_lists.c.id).where(hot_lists.c.code == code)
            ).first():
                raise BadInput(
                    "There is a hot list of that code already.", "See: workbench hotlist list"
                )
            list_id = int(
                connection.execute(
                    hot_lists.insert().returning(hot_lists.c.id), values
                ).scalar_one()
            )
            said = {"title": title.strip() or code, "source": source.strip(), "purpose": purpose}
            sealed = self.ring.seal(said, list_place(list_id, code))
            connection.execute(
                hot_lists.update()
                .where(hot_lists.c.id == list_id)
                .values(key_id=self.ring.current, sealed=sealed)
            )
        return self.get(code)

    def import_file(
        self,
        path: Path,
        code: str,
        *,
        mode: Mode = "complete",
        layout: Layout | None = None,
        as_of: dt.datetime | None = None,
        by: str,
    ) -> ListImport:
        """Bring in a list: all of it in place of what was there, or additions and removals.

        Parameters
        ----------
        as_of : datetime, optional
            How things stood when the file was made; now where left out.

        Raises
        ------
        BadTransfer
            The file cannot be read, or not one of its rows is any good: nothing of it was kept.
        """
        wanted = self.get(code)
        now = self.clock()
        if as_of is not None and as_of > now:
            raise BadInput(
                "The list is said to be of the future.", "Give --as-of, or leave it out."
            )
        with reading(path):
            sha256, _ = fingerprint(path)
        with self.turn():
            self.recover()
            details = {"file_name": path.name, "sha256": sha256, "mode": mode, "made_by": by}
            staging = Staging.begin(
                self.database, self.ring, wanted.id, details, as_of=as_of or now, now=now
            )
            rejects = Rejects(self.rejects, staging.import_id, path.name, self.ring)
            with self._under_way(staging, rejects):
                reasons = self._stage(staging, rejects, read_list(path, layout, self.zone), mode)
                if rejects.count and not (staging.added or staging.removed):
                    raise BadTransfer(
                        f"None of its {rejects.count:,} rows can be taken in: {next(iter(reasons))}",
                        "Nothing of it was kept; see which layout fits it (--layout).",
                    )
                reject_file = rejects.finish()
                entries = staging.finish(
                    self.clock(),
                    complete=mode == "complete",
                    rejected=rejects.count,
                    reject_file=reject_file,
                )
            if mode == "complete":
                drop_older(self.database, wanted.id)
        return ListImport(
            import_id=staging.import_id,
            code=code,
            file=path.name,
            sha256=sha256,
            mode=mode,
            as_of=as_of or now,
            added=staging.added,
            removed=staging.removed,
            rejected=rejects.count,
            entries=entries,
            reject_file=self.rejects / reject_file if reject_file else None,
            reasons=dict(reasons.most_common()),
        )

    def add(self, code: str, entry: Entry, *, by: str) -> ListImport:
        """Enter a vehicle by hand; the same listing entered before is replaced."""
        return self._by_hand(code, "add", [Line(0, "", removes=False, entry=entry)], by)

    def remove(self, code: str, plate: str, *, state: str = "", by: str) -> ListImport:
        """Take a vehicle off by hand: every listing of the plate, of one state where that is given."""
        lines = [Line(0, "", removes=True, entry=Entry(plate, state))]
        return self._by_hand(code, "remove", lines, by)

    def _by_hand(self, code: str, mode: str, lines: list[Line], by: str) -> ListImport:
        wanted, now = self.get(code), self.clock()
        with self.turn():
            self.recover()
            details = {"mode": mode, "made_by": by}
            staging = Staging.begin(
                self.database, self.ring, wanted.id, details, as_of=now, now=now
            )
            rejects = Rejects(self.rejects, staging.import_id, "by-hand", self.ring)
            with self._under_way(staging, rejects):
                self._stage(staging, rejects, iter(lines), "incremental")
                if rejects.count:
                    raise BadInput(
                        "That plate is not on the list.", "See that plate and list are right."
                    )
                entries = staging.finish(now, complete=False, rejected=0, reject_file="")
        return ListImport(
            staging.import_id, code, "", "", mode, now, staging.added, staging.removed, 0, entries
        )

    def expire(self, *, by: str) -> dict[str, int]:
        """Take expired entries off every list; return how many went, by list."""
        now, gone = self.clock(), {}
        with self.turn():
            self.recover()
            for each in self.all():
                ids = list(self._expired(each.id, now))
                if not ids:
                    continue
                details = {"mode": "expire", "made_by": by}
                staging = Staging.begin(
                    self.database, self.ring, each.id, details, as_of=each.as_of or now, now=now
                )
                staging.leaving.update(ids)
                staging.finish(now, complete=False, rejected=0, reject_file="")
                gone[each.code] = len(ids)
        return gone

    def entries(self, list_id: int) -> Iterator[tuple[int, Entry]]:
        """Yield the entries of a list that count, with their numbers."""
        after = 0
        while True:
            with self.database.read() as connection:
                rows = connection.execute(
                    visible(sa.select(hot_list_entries))
                    .where(hot_list_entries.c.list_id == list_id, hot_list_entries.c.id > after)
                    .order_by(hot_list_entries.c.id)
                    .limit(_ROWS_AT_ONCE)
                ).all()
            if not rows:
                return
            after = rows[-1].id
            for row in rows:
                yield row.id, open_entry(self.ring, row)

    def recover(self) -> None:
        """Undo what an interrupted import left behind; finish taking out what a complete list replaced."""
        with self.database.read() as connection:
            left = connection.execute(
                sa.select(hot_list_imports.c.id, hot_list_imports.c.list_id).where(
                    hot_list_imports.c.status == "loading"
                )
            ).all()
            lists = connection.execute(sa.select(hot_lists.c.id)).scalars().all()
        for import_id, _ in left:
            drop(self.database, import_id, error=_INTERRUPTED, now=self.clock())
            _log.warning("import %d of a hot list had been interrupted and was undone", import_id)
        for list_id in lists:
            drop_older(self.database, list_id)

    def _expired(self, list_id: int, now: dt.datetime) -> Iterator[int]:
        return (number for number, entry in self.entries(list_id) if entry.expired(now))

    def _stage(
        self, staging: Staging, rejects: Rejects, lines: Iterator[Line | Problem], mode: str
    ) -> Counter[str]:
        reasons: Counter[str] = Counter()

        def reject(problem: Problem) -> None:
            rejects.write(problem)
            reasons[problem.reason] += 1

        for line in lines:
            if isinstance(line, Problem):
                reject(line)
            elif line.removes and mode == "complete":
                reject(Problem(line.line, "A complete list removes nothing.", line.text))
            elif line.removes:
                if not staging.remove(line.entry):
                    reject(Problem(line.line, "Nothing like it is on the list.", line.text))
            else:
                staging.add(line.entry, replacing=mode != "complete")
        staging.flush()
        return reasons

    @contextmanager
    def _under_way(self, staging: Staging, rejects: Rejects) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            rejects.discard()
            said = getattr(error, "problem", "") or type(error).__name__
            drop(self.database, staging.import_id, error=said, now=self.clock())
            if isinstance(error, (sqlite3.Error, sa.exc.SQLAlchemyError, OSError)):
                raise Failed(
                    f"The list could not be stored ({type(error).__name__}).",
                    "See that the disk is not full and the database is up, then bring it in again.",
                ) from error
            raise

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until nobody else changes the lists or their key."""
        try:
            with FileLock(self.home / "hotlists.lock", timeout=600, mode=0o600):
                yield
        except Timeout:
            raise Failed(
                "Somebody else is changing the hot lists.", "Try again in a while."
            ) from None

    def _of(self, row: Any) -> HotList:
        said = self.ring.open_(row.sealed, row.key_id, list_place(row.id, row.code))
        return HotList(
            id=row.id,
            code=row.code,
            kind=row.kind,
            stale_after_hours=row.stale_after_hours,
            near_from=row.near_from,
            active=row.active,
            created_at=row.created_at,
            as_of=row.as_of,
            entries=row.entries,
            title=said["title"],
            source=said["source"],
            purpose=said["purpose"],
        )
