"""One transfer while it is being loaded: batch by batch, out of every query's sight, and out again on any error."""

from __future__ import annotations

import datetime as dt
import gc
import logging
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.errors import BadTransfer, Failed, WorkbenchError
from workbench.ingest.cameras import Register, insert_strangers
from workbench.ingest.check import Terms, check
from workbench.ingest.formats.base import Batch
from workbench.ingest.rejects import RejectFile
from workbench.ingest.store import Counts, Writer, finish, remove
from workbench.ingest.warrants import PrivateGuard
from workbench.records.database import Database
from workbench.records.tables import from_micros, transfers
from workbench.records.unit_tables import CUT_SHORT, transfer_notes
from workbench.settings import Settings

__all__ = ["WRITE_ROWS", "Loading", "TransferResult"]

WRITE_ROWS = 40_000
"""How many rows one transaction stores: about half a second during which no other writer gets in."""

_log = logging.getLogger(__name__)
_QUOTED = re.compile(r"'[^']*'|\d{4}-\d\d-\d\d[\d: ]*( UTC)?")
_AGAIN = "Nothing of it was kept; load it again once that is mended."


@dataclass(frozen=True, slots=True)
class TransferResult:
    """What came of a transfer.

    Parameters
    ----------
    transfer_id : int
        Its number in the register.
    file_name, sha256, format : str
        What was taken in.
    status : {"complete"}
        A transfer that fails raises instead.
    accepted, rejected, skipped : int
        Rows: together they are all the rows of the file.
    reject_file : Path or None
        Where the rejected rows are, with reasons.
    first_at, last_at : datetime or None
        The span of capture, UTC.
    duplicate : bool
        The same file had been taken in before, and nothing was changed; the numbers are that transfer's.
    hits : int or None
        How many hits on hot lists its reads raised; None where there is no list.
    matching : str
        How holding them against the lists ended: ``complete``, ``failed`` (it is tried again), or empty.
    reasons, skips, notes : mapping of str to int
        Why rows were rejected and skipped, and what was left empty or assumed, each with its number of rows.
    """

    transfer_id: int
    file_name: str
    sha256: str
    format: str
    status: str
    accepted: int
    rejected: int
    skipped: int
    reject_file: Path | None = None
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    duplicate: bool = False
    hits: int | None = None
    matching: str = ""
    reasons: Mapping[str, int] = field(default_factory=dict)
    skips: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)


class Loading:
    """One transfer while it is being loaded.

    Parameters
    ----------
    database, settings, register, terms
        As :func:`receive` has them.
    details : mapping
        What the register of transfers says of the file.
    preamble : mapping
        What the reject file must remember.
    guard : PrivateGuard, optional
        Looks at every row that is to be stored.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        register: Register,
        terms: Terms,
        details: Mapping[str, Any],
        preamble: Mapping[str, Any],
        guard: PrivateGuard | None = None,
    ) -> None:
        self._guard = guard
        self._last_good = self._last_bad = 0
        self._database = database
        self._settings = settings
        self._register = register
        self._terms = terms
        self._details = details
        self._preamble = preamble
        self.accepted = 0
        self.rejected = 0
        self.skips: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self._counts = Counts()

    @property
    def rows(self) -> int:
        """Rows of the source dealt with so far."""
        return self.accepted + self.rejected + self.skips.total()

    def begin(self, at: dt.datetime) -> None:
        """Enter the transfer in the register, as loading."""
        with self._database.write() as connection:
            key = connection.execute(
                transfers.insert().values(began_at=at, status="loading", **self._details)
            ).inserted_primary_key
        self.transfer_id = int(key[0]) if key else 0
        self._writer = Writer(self.transfer_id)
        self._rejects = RejectFile(
            self._settings.rejects,
            self.transfer_id,
            self._details["file_name"],
            dict(self._preamble),
        )

    def take(self, batch: Batch) -> None:
        """Check a batch; store what is good of it, with that of others, in a transaction of its own."""
        checked = check(batch, self._register, self._terms)
        if self._guard is not None:
            self._guard.look(checked.columns, unusable=checked.private_problems)
        if len(checked):
            self._last_good = checked.columns["line"][-1]
            self._settle(checked.columns)
            self._counts.add(checked.columns, self._terms.zone)
            self._writer.add(checked.columns)
        if len(self._writer.waiting) >= WRITE_ROWS:
            self._write()
        self._rejects.write(checked.problems)
        self._last_bad = max([self._last_bad, *(each.line for each in checked.problems)])
        self.accepted += len(checked)
        self.rejected += len(checked.problems)
        self.skips.update(checked.skipped)
        self.notes.update(checked.notes)
        self.reasons.update(_QUOTED.sub("…", problem.reason) for problem in checked.problems)

    def _settle(self, columns: dict[str, list[Any]]) -> None:
        """Add the cameras that rows bring to the register, and have the rows name them."""
        strangers = self._register.take_strangers()
        if not strangers:
            return
        with self._database.write() as connection:
            settled = insert_strangers(
                connection,
                strangers,
                owner=self._terms.source_agency,
                governmental=self._terms.governmental,
            )
        self._register.settle(settled)
        columns["camera_id"] = [settled.get(number, number) for number in columns["camera_id"]]

    def _write(self) -> None:
        with self._database.write() as connection:
            self._writer.write(connection)

    def finish(self, at: dt.datetime, *, open_end: bool = False) -> TransferResult:
        """Make the transfer visible.

        Parameters
        ----------
        at : datetime
            When it ended.
        open_end : bool
            The file's last line has no end: where that row will not do either, the file was cut short.

        Raises
        ------
        BadTransfer
            Not one row of the file was any good.
        """
        if self.rejected and not self.accepted:
            raise self._no_good()
        if self._writer.waiting:
            self._write()
        if open_end and self._last_bad > self._last_good:
            self._note_cut()
        if self._guard is not None:
            self._guard.keep(self._database, self.transfer_id)
        reject_file = self._rejects.finish()
        first, last = (
            (from_micros(at) for at in self._counts.span) if self._counts.span else (None, None)
        )
        outcome = {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "skipped": self.skips.total(),
            "reject_file": reject_file.name if reject_file else "",
            "first_at": first,
            "last_at": last,
            "ended_at": at,
        }
        finish(self._database, self.transfer_id, self._counts, outcome)
        _log.info(
            "transfer %d: %d accepted, %d rejected", self.transfer_id, self.accepted, self.rejected
        )
        return TransferResult(
            transfer_id=self.transfer_id,
            file_name=self._details["file_name"],
            sha256=self._details["sha256"],
            format=self._details["format"],
            status="complete",
            accepted=self.accepted,
            rejected=self.rejected,
            skipped=self.skips.total(),
            reject_file=reject_file,
            first_at=first,
            last_at=last,
            reasons=dict(self.reasons.most_common()),
            skips=dict(self.skips.most_common()),
            notes=dict(self.notes.most_common()),
        )

    def _note_cut(self) -> None:
        self.notes["the file ends in the middle of a row: the rest of it is missing"] += 1
        values = {"transfer_id": self.transfer_id, "kind": CUT_SHORT, "count": 1}
        with self._database.write() as connection:
            connection.execute(transfer_notes.insert(), values)

    def _no_good(self) -> BadTransfer:
        reasons = "; ".join(
            f"{reason} ({count:,} rows)" for reason, count in self.reasons.most_common(3)
        )
        return BadTransfer(
            f"{self._details['file_name']}: none of its {self.rejected:,} rows can be taken in. {reasons}",
            _AGAIN,
        )

    @contextmanager
    def under_way(self, clock: Callable[[], dt.datetime]) -> Iterator[None]:
        """Take everything out again where the block fails, an interrupt included.

        Python looks for no cycles meanwhile: there are none, and looking takes a third of the time.
        """
        was_on = gc.isenabled()
        gc.disable()
        try:
            yield
        except BaseException as error:
            self._undo(error, clock)
            if isinstance(error, (sqlite3.Error, sa.exc.SQLAlchemyError, OSError)):
                raise Failed(
                    f"The transfer could not be stored ({type(error).__name__}).",
                    f"See that the disk is not full and the database is up. {_AGAIN}",
                ) from error
            raise
        finally:
            if was_on:
                gc.enable()

    def _undo(self, error: BaseException, clock: Callable[[], dt.datetime]) -> None:
        """Remove what was stored; where even that fails, the next transfer does it."""
        said = getattr(error, "problem", "") if isinstance(error, WorkbenchError) else ""
        try:
            self._rejects.discard()
            remove(
                self._database,
                self.transfer_id,
                error=said or f"{type(error).__name__}.",
                ended_at=clock(),
            )
        except (sqlite3.Error, sa.exc.SQLAlchemyError, OSError) as failure:
            _log.warning(
                "transfer %d could not be undone now (%s); the next transfer does it",
                self.transfer_id,
                type(failure).__name__,
            )
