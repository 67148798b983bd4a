"""The plan of a purge: what is due, why, by which clause, and what is held; counts and spans only."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.custody.due import Due
from workbench.custody.holds import RELATED, Hold, in_force
from workbench.custody.kept import Span, gather, kept, make_room
from workbench.policy.profile import Profile
from workbench.records.barrier import keep_purges_out
from workbench.records.custody_tables import holds as hold_rows
from workbench.records.database import Database
from workbench.records.hotlist_tables import hits
from workbench.records.tables import (
    audit_records,
    cases,
    from_micros,
    qualifications,
    reads,
    to_micros,
    transfers,
)

__all__ = ["ClassPlan", "HeldBy", "Plan", "doomed", "make_plan", "span_of"]

_at = sa.type_coerce(reads.c.captured_at, sa.BigInteger)
_hit_at = sa.type_coerce(hits.c.captured_at, sa.BigInteger)


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """One class of records: how long it is kept, by which clause, what is due and what of that is held."""

    name: str
    keep: str
    citation: str
    total: int
    due: int
    held: int
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    note: str = ""

    @property
    def to_go(self) -> int:
        """How many would be destroyed."""
        return self.due - self.held


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A hold and how many of the due reads it covers; ``notes`` are what somebody should look at."""

    hold: int
    basis: str
    authority: str
    state: str
    suspends: bool
    reads: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a purge would do at a moment."""

    at: dt.datetime
    profile: str
    due: Due
    classes: tuple[ClassPlan, ...]
    holds: tuple[HeldBy, ...]
    overdue: int
    warnings: tuple[str, ...]

    @property
    def reads(self) -> ClassPlan:
        """The class of the reads."""
        return self.classes[0]

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "at": self.at.isoformat(),
            "profile": self.profile,
            "due": {key: value and value.isoformat() for key, value in asdict(self.due).items()},
            "classes": [_plain(each) | {"to_go": each.to_go} for each in self.classes],
            "holds": [_plain(each) for each in self.holds],
            "overdue": self.overdue,
            "warnings": list(self.warnings),
        }

    def sha256(self) -> str:
        """Return the hash of its JSON, for the record."""
        text = json.dumps(self.plain(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def span_of(due: Due) -> Span | None:
    """Return the span of capture that a purge reaches, or None."""
    return (0, to_micros(due.end)) if due.end else None


def doomed(span: Span) -> sa.ColumnElement[bool]:
    """Return the condition of the reads of a span that go, once :func:`kept.gather` has been called."""
    stays = sa.exists().where(kept.c.id == reads.c.id)
    return sa.and_(_at >= span[0], _at < span[1], ~stays)


def make_plan(
    database: Database,
    profile: Profile,
    due: Due,
    *,
    now: dt.datetime,
    zone: ZoneInfo,
    rejects: Path,
) -> Plan:
    """Work out what a purge would destroy now; nothing is changed."""
    with database.read() as connection:
        keep_purges_out(connection)
        held = in_force(connection, now)
        counts = _gather(connection, profile, due, held)
        return Plan(
            now,
            f"{profile.id}@{profile.version}",
            due,
            tuple(_classes(connection, profile, due, held, rejects)),
            tuple(_held_by(connection, profile, held, counts, now, zone)),
            _overdue(connection, due),
            tuple(_warnings(connection, profile, due, now)),
        )


def _gather(
    connection: sa.Connection, profile: Profile, due: Due, held: list[Hold]
) -> dict[int, int]:
    """Gather once what stays of everything that the plan counts; return how many due reads each hold covers."""
    make_room(connection)
    moments = [to_micros(each) for each in (due.end, due.overdue) if each]
    first = max((to_micros(each) for each in (due.reads, due.overdue) if each), default=0)
    return gather(connection, held, profile.retention.suspends, (0, max(moments, default=0)), first)


def _classes(
    connection: sa.Connection, profile: Profile, due: Due, held: list[Hold], rejects: Path
) -> list[ClassPlan]:
    keep = profile.retention
    found = [_reads(connection, profile, due)]
    for each in keep.classes:
        citation = profile.cite(each)
        if each.name == "hits":
            found.append(_hits(connection, citation, due))
        elif each.name == "images":
            named = sa.select(sa.func.count()).where(
                reads.c.image.is_not(None), reads.c.image != ""
            )
            total = connection.execute(named).scalar_one()
            note = "Files go when the last read that names them does."
            found.append(ClassPlan("images", "with their reads", citation, total, 0, 0, note=note))
        else:
            total = _count(connection, qualifications)
            note = "Append-only: the workbench destroys none."
            kept_for = f"at least {each.keep}"
            found.append(ClassPlan("training records", kept_for, citation, total, 0, 0, note=note))
    found.append(_reject_files(connection, profile, due, held, rejects))
    record = profile.access_record
    found.append(
        ClassPlan(
            "access records", f"at least {record.keep}", profile.cite(record.keep_clause or record),
            _count(connection, audit_records), 0, 0,
            note="Append-only: what was asked stays on the record, the plates asked for among it.",
        )
    )  # fmt: skip
    return found


def _reads(connection: sa.Connection, profile: Profile, due: Due) -> ClassPlan:
    keep = profile.retention
    total = connection.execute(sa.select(sa.func.count()).select_from(reads)).scalar_one()
    period = " and ".join(
        part
        for part in (
            f"at least {keep.reads_min}" if keep.reads_min else "",
            f"at most {keep.reads_max}" if keep.reads_max else "",
            f"unrelated ones {keep.unrelated.after}"
            if keep.purge_unrelated and keep.unrelated
            else "",
        )
        if part
    )
    citation = profile.cite(keep.purge_clause or keep)
    if (span := span_of(due)) is None:
        return ClassPlan("reads", period, citation, total, 0, 0, note="Nothing is due.")
    within = sa.select(sa.func.count(), sa.func.min(_at), sa.func.max(_at))
    all_due, first, last = connection.execute(within.where(_at < span[1])).one()
    goes = connection.execute(
        sa.select(sa.func.count()).select_from(reads).where(doomed(span))
    ).scalar_one()
    return ClassPlan(
        "reads", period, citation, total, all_due, all_due - goes,
        from_micros(first) if all_due else None, from_micros(last) if all_due else None,
    )  # fmt: skip


def _hits(connection: sa.Connection, citation: str, due: Due) -> ClassPlan:
    total = _count(connection, hits)
    if (span := span_of(due)) is None:
        return ClassPlan("hits", "with their reads", citation, total, 0, 0)
    stays = sa.exists().where(kept.c.id == hits.c.read_id)
    base = sa.select(sa.func.count()).select_from(hits).where(_hit_at < span[1])
    count = connection.execute(base).scalar_one()
    held = connection.execute(base.where(stays)).scalar_one()
    return ClassPlan("hits", "with their reads", citation, total, count, held)


def _reject_files(
    connection: sa.Connection, profile: Profile, due: Due, held: list[Hold], rejects: Path
) -> ClassPlan:
    from workbench.custody.files import due_rejects

    total = connection.execute(
        sa.select(sa.func.count()).select_from(transfers).where(transfers.c.reject_file != "")
    ).scalar_one()
    late = due_rejects(connection, profile, due, [], rejects)
    going = due_rejects(connection, profile, due, held, rejects)
    note = "Rows that could not be taken in; a hold that may cover one keeps its file."
    citation = profile.cite(profile.retention)
    return ClassPlan(
        "reject files",
        "as long as reads",
        citation,
        total,
        len(late),
        len(late) - len(going),
        note=note,
    )


def _held_by(
    connection: sa.Connection,
    profile: Profile,
    held: list[Hold],
    counts: dict[int, int],
    now: dt.datetime,
    zone: ZoneInfo,
) -> list[HeldBy]:
    today = now.astimezone(zone).date()
    closed = set(
        connection.execute(sa.select(cases.c.number).where(cases.c.status == "closed")).scalars()
    )
    return [
        HeldBy(
            hold.id,
            hold.basis,
            hold.authority,
            hold.state(now),
            hold.basis in profile.retention.suspends,
            counts[hold.id],
            tuple(_notes(profile, hold, today, closed, zone)),
        )
        for hold in held
    ]


def _notes(
    profile: Profile, hold: Hold, today: dt.date, closed: set[str], zone: ZoneInfo
) -> list[str]:
    notes = []
    if hold.basis not in profile.retention.suspends and hold.basis != RELATED:
        notes.append("suspends nothing: the policy in force does not recognize its basis")
    if hold.review_by < today:
        notes.append(f"review overdue since {hold.review_by}")
    if hold.case_number in closed:
        need = "the policy lets it stand only as long as the action needs it; "
        only = need if profile.retention.only_as_long_as_needed else ""
        notes.append(f"its case is closed: {only}review or release it")
    if hold.lapses_at:
        last = (hold.lapses_at.astimezone(zone) - dt.timedelta(days=1)).date()
        notes.append(f"lapses after {last} unless a court order is entered")
    return notes


def _overdue(connection: sa.Connection, due: Due) -> int:
    """Return how many reads no hold suspends and the policy does not let be kept any longer."""
    if due.overdue is None:
        return 0
    query = sa.select(sa.func.count()).select_from(reads)
    return int(connection.execute(query.where(doomed((0, to_micros(due.overdue))))).scalar_one())


def _warnings(connection: sa.Connection, profile: Profile, due: Due, now: dt.datetime) -> list[str]:
    found = []
    if due.end is None:
        found.append("The profile sets no time after which reads are purged.")
    if profile.retention.purging is None:
        found.append("The profile does not say what a purge needs, so none can be run.")
    lapsed = (
        sa.select(sa.func.count())
        .select_from(hold_rows)
        .where(
            hold_rows.c.status != "released",
            sa.type_coerce(hold_rows.c.lapses_at, sa.BigInteger) <= to_micros(now),
        )
    )
    if count := connection.execute(lapsed).scalar_one():
        found.append(
            f"{count} preservation request{'s have' if count > 1 else ' has'} lapsed without a court order "
            "and hold nothing back: see workbench hold list."
        )
    return found


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _plain(value: Any) -> dict[str, Any]:
    return {
        key: each.isoformat() if isinstance(each, dt.datetime) else each
        for key, each in asdict(value).items()
    }
