"""Reads made by a private party: the warrants and court orders they need, and the guard that lets none in without.

A profile that asks for one has ``private_reads.requires``. A private read is one whose transfer, row or camera is not a
government's. It comes in only where an order on record names its source and covers its time of capture, on a day on
which the order may be carried out; otherwise the whole file is refused, before a row of it is stored.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import sqlalchemy as sa

from workbench.audit.chain import Entry
from workbench.audit.permit import Register
from workbench.errors import BadInput, TransferRefused
from workbench.models import Session
from workbench.policy.data_parts import OrderKind
from workbench.records.database import Database
from workbench.records.tables import members, to_micros, transfers
from workbench.records.unit_tables import transfer_warrants, warrants
from workbench.records.words import line, paper_hash

__all__ = ["PrivateGuard", "Warrant", "Warrants"]

_LONGEST = 500
_SEE = "See: workbench warrant list"


@dataclass(frozen=True, slots=True)
class Warrant:
    """A warrant or court order on record.

    Parameters
    ----------
    kind : str
        ``warrant`` or ``court-order``.
    court, number : str
        Who issued it, under which number.
    issued_on, expires_on : date
        The last day on which it may be carried out is ``expires_on``; None for no end.
    source_agency : str
        The private party whose reads it is about, as transfers name their source.
    start_at, end_at : datetime
        Which times of capture it covers, the end excluded.
    sha256 : str
        Of the file with the order itself.
    reads : int
        How many reads have come in under it.
    """

    id: int
    kind: str
    court: str
    number: str
    issued_on: dt.date
    expires_on: dt.date | None
    source_agency: str
    start_at: dt.datetime
    end_at: dt.datetime
    scope: str
    case_number: str
    file_name: str
    sha256: str
    entered_by: str
    entered_at: dt.datetime
    withdrawn_at: dt.datetime | None = None
    withdrawn_why: str = ""
    reads: int = 0

    def stands(self, day: dt.date) -> bool:
        """Say whether it may be carried out on a day of the agency's calendar."""
        in_time = self.issued_on <= day and (self.expires_on is None or day <= self.expires_on)
        return in_time and self.withdrawn_at is None


class PrivateGuard:
    """Looks at the rows of a transfer and refuses it where one is private and no order covers it.

    Parameters
    ----------
    orders : sequence of Warrant
        Those that may be carried out today.
    refusal : callable
        Makes the refusal out of what is missing.
    """

    def __init__(
        self, orders: Sequence[Warrant], refusal: Callable[[str], TransferRefused]
    ) -> None:
        self._orders: dict[str, list[Warrant]] = {}
        for order in orders:
            self._orders.setdefault(_same(order.source_agency), []).append(order)
        self._refusal = refusal
        self.under: Counter[int] = Counter()

    def look(self, columns: Mapping[str, Sequence[Any]], *, unusable: int = 0) -> None:
        """Look at checked rows; counts in ``under`` which order each private one comes in under.

        Parameters
        ----------
        columns : mapping
            The good rows.
        unusable : int
            How many private rows will not do: they would go to the reject file, and without any order they may not.

        Raises
        ------
        TransferRefused
            A private row that no order covers.
        """
        if unusable and not self._orders:
            raise self._refusal("there is none")
        public = np.asarray(columns.get("governmental", ()), dtype=bool)
        if public.all():
            return
        times = np.asarray(columns["captured_at"], dtype=np.int64)
        sources = np.asarray([_same(each or "") for each in columns["source_agency"]])
        for source in np.unique(sources[~public]):
            self._settle(str(source), times[~public & (sources == source)])

    def _settle(self, source: str, times: Any) -> None:
        orders = self._orders.get(source, [])
        if not orders:
            raise self._refusal("none names the source of these reads")
        left = np.ones(len(times), dtype=bool)
        for order in orders:
            begin, end = to_micros(order.start_at), to_micros(order.end_at)
            covered = left & (times >= begin) & (times < end)
            self.under[order.id] += int(covered.sum())
            left &= ~covered
        if left.any():
            raise self._refusal(
                f"{int(left.sum()):,} reads were captured outside of the times that they cover"
            )

    def keep(self, database: Database, transfer_id: int) -> None:
        """Note under which orders a transfer's private reads came in."""
        rows = [
            {"transfer_id": transfer_id, "warrant_id": order, "reads": count}
            for order, count in self.under.items()
            if count
        ]
        if rows:
            with database.write() as connection:
                connection.execute(transfer_warrants.insert(), rows)


class Warrants(Register):
    """The register of warrants and court orders for reads made by a private party.

    The profile says whether private reads need an order; one expires at the end of its day in the agency's zone.
    """

    def list(self, token: str) -> list[Warrant]:
        """Return every order, withdrawn ones included, the newest first."""
        self.permit(token, "warrant.list")
        return [*self._all()]

    def add(
        self,
        token: str,
        *,
        kind: str,
        court: str,
        number: str,
        issued_on: dt.date,
        source_agency: str,
        start: dt.datetime,
        end: dt.datetime,
        file: Path,
        expires_on: dt.date | None = None,
        scope: str = "",
        case_number: str = "",
    ) -> Warrant:
        """Enter an order.

        Parameters
        ----------
        kind : str
            ``warrant`` or ``court-order``.
        source_agency : str
            The private party, as its transfers name it (``workbench ingest --source-agency``).
        start, end : datetime
            Which times of capture it covers, aware, the end excluded.
        file : Path
            The order itself, such as a PDF: its SHA-256 is kept, not the file.
        """
        session = self.permit(token, "warrant.add", {"number": number})
        if kind not in get_args(OrderKind):
            raise BadInput(
                "That is no kind of order.", f"Write {' or '.join(get_args(OrderKind))}."
            )
        now = self.clock()
        values: dict[str, Any] = {
            "kind": kind,
            "court": line(court, "court", longest=_LONGEST, needed=True),
            "number": line(number, "number", longest=_LONGEST, needed=True),
            "issued_on": issued_on,
            "expires_on": expires_on,
            "source_agency": line(source_agency, "source", longest=_LONGEST, needed=True),
            "start_at": start,
            "end_at": end,
            "scope": line(scope, "scope", longest=_LONGEST),
            "case_number": line(case_number, "case", longest=_LONGEST),
            "file_name": file.name,
            "sha256": paper_hash(file, "order"),
            "entered_by": session.member.id,
            "entered_at": now,
        }
        if issued_on > now.astimezone(self.zone).date() or (expires_on and expires_on < issued_on):
            raise BadInput(
                "The dates of the order do not hold.", "It is issued first, then it ends."
            )
        if end <= start:
            raise BadInput("The times of capture end before they start.", "Swap start and end.")
        with self.database.write() as connection:
            same = sa.select(warrants.c.id).where(
                warrants.c.court == values["court"], warrants.c.number == values["number"]
            )
            if connection.execute(same).first():
                raise BadInput("That order is on record already.", _SEE)
            connection.execute(warrants.insert(), values)
            kept = ("kind", "court", "number", "source_agency", "case_number", "sha256")
            elements = {name: values[name] for name in kept}
            elements |= {
                "issued_on": issued_on.isoformat(),
                "start": start.isoformat(),
                "end": end.isoformat(),
            }
            elements["expires_on"] = expires_on.isoformat() if expires_on else ""
            entry = Entry(
                "event", "warrant.added", outcome="ok", session=session, elements=elements, detail=values["scope"],
            )  # fmt: skip
            self.chain.append(entry, connection)
        return next(each for each in self._all() if each.sha256 and each.number == values["number"]
                    and each.court == values["court"])  # fmt: skip

    def withdraw(self, token: str, number: str, why: str) -> Warrant:
        """Note that an order stands no longer: quashed, recalled, or entered by mistake. What came in stays."""
        session = self.permit(token, "warrant.add", {"number": number})
        why = line(why, "reason", longest=_LONGEST, needed=True)
        found = [each for each in self._all() if each.number == number.strip()]
        if len(found) != 1:
            raise BadInput("There is no such order, or more than one of that number.", _SEE)
        with self.database.write() as connection:
            stands = (warrants.c.id == found[0].id) & warrants.c.withdrawn_at.is_(None)
            changed = connection.execute(
                warrants.update().where(stands).values(withdrawn_at=self.clock(), withdrawn_why=why)
            )
            if not changed.rowcount:
                raise BadInput("That order is withdrawn already.", "Nothing is left to do.")
            kept = {"court": found[0].court, "number": found[0].number}
            entry = Entry(
                "event",
                "warrant.withdrawn",
                outcome="ok",
                session=session,
                elements=kept,
                detail=why,
            )
            self.chain.append(entry, connection)
        return next(each for each in self._all() if each.id == found[0].id)

    def guard(self) -> PrivateGuard | None:
        """Return what a transfer is held against; None where the policy asks for no order."""
        if not self.profile.private_reads.requires:
            return None
        today = self.clock().astimezone(self.zone).date()
        wanted = self.profile.private_reads.requires
        orders = [each for each in self._all() if each.stands(today) and each.kind in wanted]
        return PrivateGuard(orders, self._refusal)

    def refused(self, session: Session, file: Path, refusal: TransferRefused) -> None:
        """Put on the record that a file was not even shown."""
        entry = Entry(
            "event",
            "ingest",
            outcome="refused",
            session=session,
            elements={"file": file.name, "dry_run": True},
            clause=refusal.clause,
            detail=type(refusal).__name__,
        )
        self.chain.append(entry)

    def _refusal(self, missing: str) -> TransferRefused:
        rules = self.profile.private_reads
        kinds = " or ".join(each.replace("-", " ") for each in rules.requires)
        return TransferRefused(
            f"It holds reads made by a private party, which come in only under a {kinds} on record: {missing}. "
            "Nothing of the file was kept.",
            clause=rules.clause,
            citation=self.profile.cite(rules),
            remedy="Have the order entered (workbench warrant add), name the source as the order does "
            "(--source-agency), and load the file again.",
        )

    def _all(self) -> tuple[Warrant, ...]:
        counted = (
            sa.select(
                transfer_warrants.c.warrant_id,
                sa.func.sum(transfer_warrants.c.reads).label("reads"),
            )
            .join(transfers, transfers.c.id == transfer_warrants.c.transfer_id)
            .where(transfers.c.status == "complete")
            .group_by(transfer_warrants.c.warrant_id)
            .subquery()
        )
        query = (
            sa.select(warrants, members.c.username, counted.c.reads)
            .join(members, members.c.id == warrants.c.entered_by)
            .outerjoin(counted, counted.c.warrant_id == warrants.c.id)
            .order_by(warrants.c.id.desc())
        )
        with self.database.read() as connection:
            return tuple(_warrant(row) for row in connection.execute(query))


def _warrant(row: Any) -> Warrant:
    names = (
        "id", "kind", "court", "number", "issued_on", "expires_on", "source_agency", "start_at", "end_at", "scope",
        "case_number", "file_name", "sha256", "entered_at", "withdrawn_at", "withdrawn_why",
    )  # fmt: skip
    values = {name: getattr(row, name) for name in names}
    return Warrant(**values, entered_by=row.username, reads=int(row.reads or 0))


def _same(source: str) -> str:
    """Return a source's name as it is compared: without regard to case and spaces."""
    return " ".join(source.split()).casefold()
