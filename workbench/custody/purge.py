"""The purge itself: step by step, each step whole or not at all; a purge that was killed goes on where it stopped.

The order is: wait for whoever is loading; take up the purge that was broken off, or begin one; destroy span by span,
looking at the holds anew in each; remove the files that went with the reads; have the database rewritten; certify.
Until the certificate stands the purge is not over, and the next run of the same order goes on with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.audit.chain import Chain, Entry
from workbench.custody.due import Due
from workbench.custody.erase import Erased, erase
from workbench.custody.files import Doomed, destroy, due_rejects
from workbench.custody.holds import in_force
from workbench.custody.kept import Span, gather, make_room
from workbench.custody.orders import Order
from workbench.custody.plan import Plan, span_of
from workbench.custody.steps import Taken, spans, take, take_hits
from workbench.errors import Failed
from workbench.ingest.transfers import turn, undo_interrupted
from workbench.models import Session
from workbench.policy.profile import Profile
from workbench.queries.plates import Plates
from workbench.records.barrier import keep_searches_out
from workbench.records.custody_tables import holds, purge_files, purge_steps, purges
from workbench.records.database import Database
from workbench.records.tables import from_micros, to_micros, transfers
from workbench.settings import Settings

__all__ = ["Progress", "Purge", "unfinished"]

Progress = Callable[[int, int], None]
"""Told after each step how many are done and how many there are."""

_log = logging.getLogger(__name__)
_WAIT_S = 600.0


@dataclass
class Purge:
    """One run of an order.

    Parameters
    ----------
    plates : Plates
        The plate index, which is destroyed with the reads and built anew.
    """

    database: Database
    chain: Chain
    settings: Settings
    profile: Profile
    clock: Callable[[], dt.datetime]
    plates: Plates

    @property
    def pictures(self) -> Path:
        """The folder of pictures, where a site keeps them."""
        return self.settings.home / "images"

    def run(
        self,
        order: Order,
        due: Due,
        plan: Plan,
        certify: Callable[[dict[str, Any]], dict[str, Any]],
        *,
        by: Session,
        destroying: bool = True,
        progress: Progress | None = None,
        wait_s: float = _WAIT_S,
    ) -> tuple[int, dict[str, Any]]:
        """Destroy what is due and return the purge's number and certificate.

        Parameters
        ----------
        due : Due
            What is due now, within the order.
        certify : callable
            Makes the certificate out of what was done.
        destroying : bool
            False to destroy nothing more and only bring to its end what a purge that was broken off has begun.
        """
        with turn(self.database, self.settings, wait_s):
            undo_interrupted(self.database, self.settings, self.clock)
            purge_id, due = self._begin(order, due, by)
            ways = self._spans(due) if destroying else []
            for number, span in enumerate(ways, 1):
                try:
                    self._step(purge_id, span, due, by)
                except sa.exc.ProgrammingError as error:  # not the owner of the tables
                    raise Failed(
                        f"The database does not let this role replace partitions ({type(error.orig).__name__}).",
                        "Run it with WORKBENCH_DATABASE_URL set to the role that owns the tables.",
                    ) from None
                if progress:
                    progress(number, len(ways))
            if destroying:
                self._sweep_hits(purge_id, due)
                self._list_rejects(purge_id, due)
            self._mark(purge_id, "cleaning")
            self._remove_files(purge_id)
            self._strike_ended()
            erased = self._erase()
            self.plates.forget()
            done = self._done(purge_id) | {"method": erased.method, "left_to_do": erased.left_to_do}
            certificate = certify(done | {"purge": purge_id, "plan": plan})
            self._finish(purge_id, certificate, by)
        return purge_id, certificate

    def _begin(self, order: Order, due: Due, by: Session) -> tuple[int, Due]:
        """Return the purge to go on with and what it reaches: the one that was broken off, or a new one."""
        with self.database.write() as connection:
            left = connection.execute(
                sa.select(purges).where(purges.c.status != "done").order_by(purges.c.id)
            ).first()
            if left is not None and left.order_id != order.id:
                raise Failed(
                    f"A purge under order {left.order_id} was broken off and is not certified yet.",
                    f"Run: workbench retention run {left.order_id}",
                )
            if left is not None:
                _log.info("purge %d goes on", left.id)
                reach = Due(left.cutoff, left.unrelated_cutoff, due.overdue, due.youngest)
                return left.id, reach.through(due.youngest) if due.youngest else reach
            now = self.clock()
            values = {
                "order_id": order.id,
                "status": "running",
                "run_by": by.member.username,
                "began_at": now,
                "cutoff": due.reads or from_micros(0),
                "unrelated_cutoff": due.unrelated,
            }
            query = purges.insert().values(**values).returning(purges.c.id)
            return connection.execute(query).scalar_one(), due

    def _spans(self, due: Due) -> list[Span]:
        span = span_of(due)
        if span is None:
            return []
        with self.database.read() as connection:
            self._gather(connection, span, due)
            return spans(connection, span, self.settings.zone)

    def _gather(self, connection: sa.Connection, span: Span, due: Due) -> None:
        make_room(connection)
        held = in_force(connection, self.clock())
        reads_due = to_micros(due.reads) if due.reads else 0
        gather(connection, held, self.profile.retention.suspends, span, reads_due)

    def _step(self, purge_id: int, span: Span, due: Due, by: Session) -> Taken:
        """Destroy a span, count it, list its files and put it on the record: all of it, or nothing."""
        with self.database.write() as connection:
            keep_searches_out(connection)
            self._gather(connection, span, due)
            taken = take(connection, span, self.settings.zone, self.settings.home, self.pictures)
            connection.execute(
                purge_steps.insert().values(
                    purge_id=purge_id,
                    at=self.clock(),
                    start_at=from_micros(span[0]),
                    end_at=from_micros(span[1]),
                    first_at=None if taken.first is None else from_micros(taken.first),
                    last_at=None if taken.last is None else from_micros(taken.last),
                    reads=taken.reads,
                    held=taken.held,
                    plates=taken.plates,
                    hits=taken.hits,
                )
            )
            self._list_files(connection, purge_id, taken.pictures)
            said = {
                "purge": purge_id,
                "from": from_micros(span[0]).isoformat(),
                "to": from_micros(span[1]).isoformat(),
                "held": taken.held,
            }
            entry = Entry(
                "event", "retention.step", outcome="ok", session=by, elements=said,
                rows=taken.reads, clause=self.profile.retention.purge_clause,
            )  # fmt: skip
            self.chain.append(entry, connection)
        return taken

    def _sweep_hits(self, purge_id: int, due: Due) -> None:
        """Destroy hits that were raised while their reads were being destroyed, or whose reads are long gone."""
        span = span_of(due)
        if span is None:
            return
        with self.database.write() as connection:
            self._gather(connection, span, due)
            if gone := take_hits(connection, span):
                ends = {"start_at": from_micros(span[0]), "end_at": from_micros(span[1])}
                connection.execute(
                    purge_steps.insert().values(
                        purge_id=purge_id,
                        at=self.clock(),
                        reads=0,
                        held=0,
                        plates=0,
                        hits=gone,
                        **ends,
                    )
                )

    def _list_rejects(self, purge_id: int, due: Due) -> None:
        """List the reject files that are due, and take their names out of the register of transfers."""
        home = self.settings.home
        with self.database.write() as connection:
            held = in_force(connection, self.clock())
            going = due_rejects(connection, self.profile, due, held, self.settings.rejects)
            files = [Doomed.at(home, path, "rejects") for _, path in going if path.is_file()]
            self._list_files(connection, purge_id, files)
            for transfer, _ in going:
                connection.execute(
                    transfers.update().where(transfers.c.id == transfer).values(reject_file="")
                )

    @staticmethod
    def _list_files(
        connection: sa.Connection, purge_id: int, files: tuple[Doomed, ...] | list[Doomed]
    ) -> None:
        for each in files:
            connection.execute(
                purge_files.insert().values(
                    purge_id=purge_id,
                    kind=each.kind,
                    path=each.path,
                    size=each.size,
                    sha256=each.sha256,
                    status="due",
                )
            )

    def _remove_files(self, purge_id: int) -> None:
        """Destroy the files that are listed, and say so of each; one that is half gone is finished."""
        query = sa.select(purge_files.c.id, purge_files.c.path).where(
            purge_files.c.purge_id == purge_id, purge_files.c.status == "due"
        )
        with self.database.read() as connection:
            left = connection.execute(query).all()
        for row in left:
            try:
                destroy(self.settings.home, row.path)
            except OSError as error:
                raise Failed(
                    f"A file that goes with purged reads cannot be removed ({error.strerror or 'not in the home'}).",
                    "See who owns the files in the home's folders rejects and images, then run the order again.",
                ) from None
            with self.database.write() as connection:
                connection.execute(
                    purge_files.update()
                    .where(purge_files.c.id == row.id)
                    .values(status="destroyed", destroyed_at=self.clock())
                )

    def _strike_ended(self) -> None:
        """Take the plates out of holds that were released or have lapsed: they keep nothing but those plates."""
        lapses = sa.type_coerce(holds.c.lapses_at, sa.BigInteger)
        ended = sa.or_(holds.c.status == "released", lapses <= to_micros(self.clock()))
        with self.database.write() as connection:
            connection.execute(
                holds.update()
                .where(ended, holds.c.struck_at.is_(None))
                .values(plates="", area="", struck_at=self.clock())
            )

    def _mark(self, purge_id: int, status: str) -> None:
        with self.database.write() as connection:
            connection.execute(purges.update().where(purges.c.id == purge_id).values(status=status))

    def _erase(self) -> Erased:
        try:
            return erase(self.database)
        except (sqlite3.Error, sa.exc.SQLAlchemyError) as error:
            raise Failed(
                f"What was destroyed is not yet beyond recovery: the database's files could not be rewritten "
                f"({type(getattr(error, 'orig', None) or error).__name__}).",
                "See that the disk has room for the database once more, then run the same order again.",
            ) from None

    def _done(self, purge_id: int) -> dict[str, Any]:
        with self.database.read() as connection:
            purge = connection.execute(sa.select(purges).where(purges.c.id == purge_id)).one()
            steps = connection.execute(
                sa.select(purge_steps)
                .where(purge_steps.c.purge_id == purge_id)
                .order_by(purge_steps.c.start_at)
            ).all()
            files = connection.execute(
                sa.select(purge_files)
                .where(purge_files.c.purge_id == purge_id)
                .order_by(purge_files.c.id)
            ).all()
        return {"row": purge, "steps": steps, "files": files}

    def _finish(self, purge_id: int, certificate: dict[str, Any], by: Session) -> None:
        text = json.dumps(certificate, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        with self.database.write() as connection:
            connection.execute(
                purges.update()
                .where(purges.c.id == purge_id)
                .values(
                    status="done",
                    ended_at=self.clock(),
                    certificate=text,
                    certificate_sha256=digest,
                )
            )
            said = {"purge": purge_id, "certificate_sha256": digest, **certificate["destroyed"]}
            entry = Entry(
                "event", "retention.certificate", outcome="ok", session=by, elements=said,
                rows=certificate["destroyed"]["reads"], clause=self.profile.retention.purge_clause,
            )  # fmt: skip
            self.chain.append(entry, connection)


def unfinished(connection: sa.Connection) -> int | None:
    """Return the number of the order whose purge was broken off and is not certified, or None."""
    query = sa.select(purges.c.order_id).where(purges.c.status != "done").order_by(purges.c.id)
    found: int | None = connection.execute(query).scalars().first()
    return found
