"""Matching: the reads of a transfer as it comes in, or stored reads of a period, held against the lists that count."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sqlalchemy as sa

from workbench.analysis.errormodels import ErrorModel
from workbench.hotlists.entries import Entry
from workbench.hotlists.hits import Hits, Raised
from workbench.hotlists.lists import HotList, Lists
from workbench.hotlists.matching import Listed, Sightings, match
from workbench.hotlists.rows import open_entry
from workbench.models import Window
from workbench.policy.profile import Profile
from workbench.records.barrier import keep_purges_out
from workbench.records.database import Database
from workbench.records.hotlist_tables import (
    hits,
    hot_list_entries,
    hot_list_imports,
    hot_list_matches,
    hot_lists,
)
from workbench.records.tables import cameras, from_micros, reads, to_micros, transfers

__all__ = ["Matching", "Record", "Run"]

_READS_AT_ONCE = 1_000_000
_PLATES_AT_ONCE = 500
_TRIES = 3
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """What a matching did: how many reads were held against the lists, and the numbers of the hits it raised."""

    match_id: int
    status: str
    reads: int
    hits: tuple[int, ...]
    lists: tuple[str, ...]
    error: str = ""


Record = Callable[[sa.Connection, Run], None]
"""Puts what a matching did on the access record, in the transaction that says it is over."""


@dataclass
class _Index:
    """The listed plates of one list, as they stood at some state of the imports."""

    state: tuple[int, int] = (-1, -1)
    listed: dict[int, Listed] = field(default_factory=dict)


class Matching:
    """Holds reads against hot lists.

    Parameters
    ----------
    camera : callable
        Gives how this agency's cameras misread, or None for the shipped table.
    """

    def __init__(
        self,
        database: Database,
        lists: Lists,
        hits: Hits,
        profile: Profile,
        clock: Callable[[], dt.datetime],
        camera: Callable[[], ErrorModel | None],
    ) -> None:
        self.database = database
        self.lists = lists
        self.hits = hits
        self.profile = profile
        self.clock = clock
        self.camera = camera
        self._index = _Index()

    def pending(self, *, most_tries: int | None = _TRIES) -> list[int]:
        """Return transfers that came in since there are lists and were never matched to the end."""
        with self.database.read() as connection:
            began = connection.execute(sa.select(sa.func.min(hot_lists.c.created_at))).scalar_one()
            if began is None:
                return []
            done = sa.select(hot_list_matches.c.transfer_id).where(
                hot_list_matches.c.transfer_id.is_not(None),
                sa.or_(
                    hot_list_matches.c.status == "complete",
                    hot_list_matches.c.tries >= (most_tries or 1_000_000),
                ),
            )
            since = began if isinstance(began, dt.datetime) else from_micros(began)
            query = sa.select(transfers.c.id).where(
                transfers.c.status == "complete",
                transfers.c.ended_at >= since,
                transfers.c.id.not_in(done),
            )
            return [
                int(each) for each in connection.execute(query.order_by(transfers.c.id)).scalars()
            ]

    def transfer(self, transfer_id: int, *, by: str, record: Record) -> Run:
        """Match a transfer's reads; a failure is entered in the register of matchings, and nothing is raised.

        What an earlier try raised before it was broken off counts among the hits.
        """
        match_id = self._begin(transfer_id=transfer_id, by=by)
        window = None
        try:
            with self.database.read() as connection:
                row = connection.execute(
                    sa.select(transfers).where(transfers.c.id == transfer_id)
                ).one()
            where = [reads.c.transfer_id == transfer_id, reads.c.id >= (row.first_read_id or 0)]
            if row.first_at is None or not row.accepted:
                return self._over(Run(match_id, "complete", 0, (), ()), record)
            window = Window(row.first_at, row.last_at + dt.timedelta(microseconds=1))
            done = self._run(match_id, where, window, row.accepted)
            return self._over(replace(done, hits=self._raised(match_id, window)), record)
        except Exception as error:  # noqa: BLE001 - whatever it is, the reads are in and stay in
            said = type(error).__name__
            _log.warning("transfer %d was not matched against the hot lists: %s", transfer_id, said)
            raised = self._raised(match_id, window) if window else ()
            return self._over(Run(match_id, "failed", 0, raised, (), said), record)

    def window(self, window: Window, *, codes: Sequence[str] = (), by: str) -> Run:
        """Match stored reads of a period against some lists, or all."""
        wanted = [self.lists.get(code) for code in codes]
        match_id = self._begin(by=by, start_at=window.start, end_at=window.end)
        complete = reads.c.transfer_id.not_in(
            sa.select(transfers.c.id).where(transfers.c.status != "complete")
        )
        try:
            return self._over(self._run(match_id, [complete], window, None, wanted or None))
        except BaseException as error:
            self._over(Run(match_id, "failed", 0, (), (), type(error).__name__))
            raise

    # --- one run ------------------------------------------------------------------------------------------

    def _begin(self, *, by: str, transfer_id: int | None = None, **span: Any) -> int:
        values = {"status": "running", "began_at": self.clock(), "made_by": by, "tries": 1, **span}
        with self.database.write() as connection:
            if transfer_id is not None:
                same = hot_list_matches.c.transfer_id == transfer_id
                known = connection.execute(sa.select(hot_list_matches).where(same)).first()
                if known is not None:
                    values["tries"] = known.tries + 1
                    connection.execute(
                        hot_list_matches.update()
                        .where(hot_list_matches.c.id == known.id)
                        .values(error="", **values)
                    )
                    return int(known.id)
                values["transfer_id"] = transfer_id
            insert = hot_list_matches.insert().returning(hot_list_matches.c.id)
            return int(connection.execute(insert, values).scalar_one())

    def _over(self, run: Run, record: Record | None = None) -> Run:
        """Enter that a matching is over, and put it on the record in the same transaction."""
        with self.database.write() as connection:
            connection.execute(
                hot_list_matches.update()
                .where(hot_list_matches.c.id == run.match_id)
                .values(
                    status=run.status,
                    error=run.error,
                    ended_at=self.clock(),
                    reads=run.reads,
                    hits=len(run.hits),
                )
            )
            if record is not None:
                record(connection, run)
        return run

    def _raised(self, match_id: int, window: Window) -> tuple[int, ...]:
        """Return the numbers of the hits that a matching raised in this and earlier tries."""
        query = sa.select(hits.c.id).where(
            hits.c.captured_at >= window.start,
            hits.c.captured_at < window.end,
            hits.c.match_id == match_id,
        )
        with self.database.read() as connection:
            return tuple(connection.execute(query.order_by(hits.c.id)).scalars())

    def _run(
        self,
        match_id: int,
        where: list[sa.ColumnElement[bool]],
        window: Window,
        accepted: int | None,
        lists: list[HotList] | None = None,
    ) -> Run:
        now = self.clock()
        horizon = self.profile.retention.horizon(now.astimezone(self.lists.zone))
        if horizon is not None and horizon > window.start:
            if horizon >= window.end:
                return Run(match_id, "complete", 0, (), ())
            window = Window(horizon, window.end)
        chosen = [each for each in (lists or self.lists.all()) if each.active]
        index = self._listed(chosen)
        kinds = self._kinds()
        count, raised = 0, []
        for rows in self._reads(where, window, accepted):
            count += len(rows)
            for each in chosen:
                found = self._raise(each, index[each.id], rows, kinds, now)
                if found:
                    with self.database.write() as connection:
                        raised += self.hits.raise_(connection, found, match_id, now)
        codes = tuple(each.code for each in chosen)
        return Run(match_id, "complete", count, tuple(raised), codes)

    def _reads(
        self, where: list[sa.ColumnElement[bool]], window: Window, accepted: int | None
    ) -> Iterator[list[tuple[Any, ...]]]:
        at = sa.type_coerce(reads.c.captured_at, sa.BigInteger)
        columns = (
            reads.c.id, reads.c.plate, reads.c.state, reads.c.confidence, at, reads.c.camera_id,
            reads.c.transfer_id, reads.c.candidates,
        )  # fmt: skip
        within = (at >= to_micros(window.start), at < to_micros(window.end))
        after, left = 0, accepted
        while left is None or left > 0:
            most = _READS_AT_ONCE if left is None else min(left, _READS_AT_ONCE)
            query = sa.select(*columns).where(*where, *within, reads.c.id > after)
            with self.database.read() as connection:
                keep_purges_out(connection)
                rows = _plain(connection, query.order_by(reads.c.id).limit(most))
            if not rows:
                return
            after = rows[-1][0]
            left = None if left is None else left - len(rows)
            yield rows

    def _raise(
        self,
        of: HotList,
        listed: Listed,
        rows: list[tuple[Any, ...]],
        kinds: Mapping[int, str],
        now: dt.datetime,
    ) -> list[Raised]:
        if not len(listed):
            return []
        sightings = Sightings(
            plates=[row[1] for row in rows],
            confidences=np.array([np.nan if row[3] is None else row[3] for row in rows]),  # type: ignore[arg-type]
            states=[row[2] for row in rows],
            candidates=[row[7] for row in rows],
        )
        found = match(sightings, listed, near_from=of.near_from, camera=self.camera())
        entries = self._entries(of, sorted(set(found.plates)), now)
        about = {
            "code": of.code,
            "title": of.title,
            "source": of.source,
            "purpose": of.purpose,
            "kind": of.kind,
            "stale_after_hours": of.stale_after_hours,
            "as_of": of.as_of.isoformat() if of.as_of else None,
        }
        steps = {
            path: [step.model_dump(mode="json") for step in self.profile.hit_steps(path)]
            for path in ("fixed", "mobile")
        }
        raised = []
        for at, plate, near, chance in zip(
            found.read.tolist(),
            found.plates,
            found.near.tolist(),
            found.probability.tolist(),
            strict=True,
        ):
            standing = entries.get(plate)
            if not standing:
                continue
            row = rows[at]
            path = "mobile" if kinds.get(row[5]) == "mobile" else "fixed"
            kept = {
                "entries": [entry.sealed() for entry in standing],
                "list": about,
                "steps": steps[path],
            }
            raised.append(
                Raised(
                    row[0],
                    from_micros(row[4]),
                    row[5],
                    row[6],
                    of.id,
                    plate,
                    path,
                    bool(near),
                    float(chance),
                    kept,
                )
            )
        return raised

    # --- what is listed -----------------------------------------------------------------------------------

    def _listed(self, chosen: Sequence[HotList]) -> dict[int, Listed]:
        """Return the plates of lists; kept from one matching to the next while no import changes them."""
        with self.database.read() as connection:
            state = connection.execute(
                sa.select(
                    sa.func.coalesce(sa.func.max(hot_list_imports.c.id), 0),
                    sa.func.count().filter(hot_list_imports.c.status == "complete"),
                )
            ).one()
            if self._index.state != tuple(state):
                self._index = _Index((int(state[0]), int(state[1])))
            for each in chosen:
                if each.id not in self._index.listed:
                    query = sa.select(hot_list_entries.c.plate).where(
                        *_counting(connection, each.id)
                    )
                    plates = [row[0] for row in _plain(connection, query)]
                    self._index.listed[each.id] = Listed.of(plates)
        return self._index.listed

    def _entries(
        self, of: HotList, plates: Sequence[str], now: dt.datetime
    ) -> dict[str, list[Entry]]:
        """Return the entries of plates that are in effect now."""
        found: dict[str, list[Entry]] = defaultdict(list)
        with self.database.read() as connection:
            counting = _counting(connection, of.id)
            for first in range(0, len(plates), _PLATES_AT_ONCE):
                some = plates[first : first + _PLATES_AT_ONCE]
                query = sa.select(hot_list_entries).where(
                    *counting, hot_list_entries.c.plate.in_(some)
                )
                for row in connection.execute(query.order_by(hot_list_entries.c.id)):
                    entry = open_entry(self.lists.ring, row)
                    if entry.in_effect(now):
                        found[row.plate].append(entry)
        return found

    def _kinds(self) -> dict[int, str]:
        with self.database.read() as connection:
            rows = connection.execute(sa.select(cameras.c.id, cameras.c.kind)).all()
        return {int(row[0]): str(row[1]) for row in rows}


def _counting(connection: sa.Connection, list_id: int) -> list[sa.ColumnElement[bool]]:
    """Return the conditions under which entries of a list count, without a look at the list for each."""
    since = connection.execute(
        sa.select(hot_lists.c.since_import).where(hot_lists.c.id == list_id)
    ).scalar_one()
    out = connection.execute(
        sa.select(hot_list_imports.c.id).where(
            hot_list_imports.c.list_id == list_id, hot_list_imports.c.status != "complete"
        )
    ).scalars()
    return [
        hot_list_entries.c.list_id == list_id,
        hot_list_entries.c.import_id >= (since or 0),
        hot_list_entries.c.import_id.not_in(list(out)),
    ]


def _plain(connection: sa.Connection, query: sa.Select[Any]) -> list[tuple[Any, ...]]:
    """Return rows as the driver has them: a million of SQLAlchemy's own take twice as long."""
    cursor = connection.execute(query).cursor
    return list(cursor.fetchall()) if cursor is not None else []
