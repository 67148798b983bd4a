"""Acts on hot lists: made, brought in, entered by hand, expired, given a new key, and matched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.analysis.plates import MAX_LENGTH, normalize, state_code
from workbench.audit.access import access
from workbench.audit.chain import Entry as Line
from workbench.errors import BadInput, Refused, WorkbenchError
from workbench.hotlists.entries import FIELDS, Entry, text
from workbench.hotlists.layouts import load_layout
from workbench.hotlists.lists import NEAR_BY_HAND, HotList, ListImport, Mode
from workbench.hotlists.rejected import opened, reseal
from workbench.hotlists.rotation import Rotation, rotate
from workbench.hotlists.runs import Run
from workbench.hotlists.shared import Shared, Time, words
from workbench.ingest.formats.base import Problem
from workbench.models import CaseRecord, Extent, Grounds, Session, Window
from workbench.records.hotlist_tables import hot_lists
from workbench.times import parse_time

__all__ = ["BY_HAND", "ListActs"]

BY_HAND = "bolo"
"""The list of vehicles that are entered by hand, made with the first of them."""


class ListActs(Shared):
    """What members do with hot lists; each method takes their session token first."""

    def lists(self, token: str) -> list[HotList]:
        """Return the lists with counts and currency, without an entry."""
        self.permit(token, "hotlist.list", None)
        return self.register.all()

    def create(self, token: str, code: str, *, purpose: str, **fields: Any) -> HotList:
        """Make an empty list that is brought in from files; see :meth:`Lists.create`."""
        elements = {"list": code, "purpose": purpose}
        session = self.permit(token, "hotlist.import", elements)
        self._check_purpose(purpose, session, "hotlist.import", elements)
        with access(self.chain, "hotlist.import", session=session, elements=elements) as under_way:
            made = self.register.create(code, purpose=purpose, by=session.member.username, **fields)
            under_way.detail = "made"
        return made

    def import_file(
        self,
        token: str,
        path: Path,
        code: str,
        *,
        mode: Mode = "complete",
        layout: Path | None = None,
        as_of: Time | None = None,
    ) -> ListImport:
        """Bring in a list from a file; see :meth:`Lists.import_file`."""
        elements = {"list": code, "file": path.name, "mode": mode}
        session = self.permit(token, "hotlist.import", elements)
        plan = load_layout(layout) if layout else None
        stood = parse_time(as_of, self.settings.zone) if as_of is not None else None
        with access(self.chain, "hotlist.import", session=session, elements=elements) as under_way:
            done = self.register.import_file(
                path, code, mode=mode, layout=plan, as_of=stood, by=session.member.username
            )
            under_way.rows = done.added
            counts = f"removed {done.removed} rejected {done.rejected}"
            under_way.detail = f"import {done.import_id} sha256 {done.sha256} {counts}"
        return done

    def rejects(self, token: str, name: str) -> list[Problem]:
        """Return the rows of a reject file in clear, which is an access."""
        session = self.permit(token, "hotlist.import", {"rejects": name})
        path = self.settings.rejects / Path(name).name
        if not path.name.startswith("hotlist-") or not path.is_file():
            raise BadInput(
                "There is no reject file of that name.", "Its name is in the import's result."
            )
        elements = {"rejects": path.name}
        with access(self.chain, "hotlist.import", session=session, elements=elements) as under_way:
            found = list(opened(path, self.ring))
            under_way.rows = len(found)
        return found

    def add(
        self,
        token: str,
        plate: str,
        *,
        case: str,
        requester: str,
        source: str,
        expires: Time,
        purpose: str,
        code: str = BY_HAND,
        **fields: Any,
    ) -> ListImport:
        """Enter a wanted vehicle by hand; whose plate it is stands on the record, as with a search for it.

        Parameters
        ----------
        case : str
            An open case of the register.
        requester, source : str
            Who asks for it, and on whose word.
        expires : str or datetime
            When it comes off by itself; there is no entry by hand without.
        purpose : str
            One of the policy's purposes.
        code : str
            The list; that of entries by hand by default.
        """
        elements = {"list": code, "case": case, "purpose": purpose}
        elements["plate"] = normalize(plate)[:MAX_LENGTH]
        session = self.permit(token, "hotlist.add", elements)
        self._check_purpose(purpose, session, "hotlist.add", elements)
        entry = self._by_hand(plate, case, requester, source, expires, fields)
        found = self._open_case(case)
        reason = f"Wanted vehicle entered on the hot list {code}"
        grounds = Grounds(case, purpose, reason, found.crime_type, found.incident_number)
        said = {"list": code, "plate": entry.plate}
        with access(
            self.chain, "hotlist.add", session=session, elements=said, grounds=grounds
        ) as under_way:
            self._make_by_hand(code, purpose, session)
            done = self.register.add(code, entry, by=session.member.username)
            under_way.rows, under_way.detail = done.added, f"import {done.import_id}"
        return done

    def remove(
        self, token: str, plate: str, *, code: str = BY_HAND, state: str = "", why: str
    ) -> ListImport:
        """Take a vehicle off a list by hand, and say why."""
        session = self.permit(token, "hotlist.add", {"list": code})
        said = words(why, "why it comes off")
        self._check_words(said)
        gone = _plate(plate)
        with access(
            self.chain,
            "hotlist.add",
            session=session,
            elements={"list": code, "plate": gone, "remove": True, "why": said},
        ) as under_way:
            done = self.register.remove(
                code, gone, state=state_code(state), by=session.member.username
            )
            under_way.rows, under_way.detail = done.removed, f"import {done.import_id}"
        return done

    def expire(self, token: str) -> dict[str, int]:
        """Take expired entries off every list."""
        session = self.permit(token, "hotlist.expire", None)
        with access(self.chain, "hotlist.expire", session=session, elements={}) as under_way:
            gone = self.register.expire(by=session.member.username)
            under_way.rows = sum(gone.values())
        return gone

    def rotate_key(
        self, token: str, progress: Callable[[int, int], None] | None = None
    ) -> Rotation:
        """Seal everything with a new key, and destroy the old ones; see :mod:`workbench.hotlists.rotation`."""
        session = self.permit(token, "hotlist.key", None)
        with (
            access(self.chain, "hotlist.key", session=session, elements={}) as under_way,
            self.register.turn(),
        ):
            done = rotate(
                self.database,
                self.ring,
                progress=progress,
                before_end=lambda: reseal(self.settings.rejects, self.ring),
            )
            under_way.rows = done.rows
            under_way.detail = f"key {done.key_id} retired {done.retired}"
        return done

    # --- matching -----------------------------------------------------------------------------------------

    def after_transfer(self, session: Session, transfer_id: int) -> Run | None:
        """Match a transfer that has just come in, and those whose matching failed before; None where there is no list.

        Never raises for what goes wrong in matching: the reads are in, and the next transfer tries again.

        Raises
        ------
        RecordUnwritable
            The access record could not be written.
        """
        try:
            with self.database.read() as connection:
                if connection.execute(sa.select(hot_lists.c.id).limit(1)).first() is None:
                    return None
            waiting = self.matching.pending()
        except (WorkbenchError, sa.exc.SQLAlchemyError, OSError) as error:
            said = type(error).__name__
            self._matched(session, {"transfer": transfer_id}, said, 0)
            return Run(0, "failed", 0, (), (), said)
        runs = {each: self._match_transfer(session, each) for each in waiting}
        return runs.get(transfer_id)

    def match_pending(self, token: str) -> list[Run]:
        """Match the transfers whose matching failed or was broken off, however often it was tried."""
        session = self.permit(token, "ingest", {"hotlist": "pending"})
        return [
            self._match_transfer(session, each) for each in self.matching.pending(most_tries=None)
        ]

    def _match_transfer(self, session: Session, transfer_id: int) -> Run:
        def record(connection: sa.Connection, run: Run) -> None:
            elements = {
                "transfer": transfer_id,
                "lists": list(run.lists),
                "reads": run.reads,
                "hits": _span(run.hits),
            }
            self._matched(session, elements, run.error, len(run.hits), connection)

        return self.matching.transfer(transfer_id, by=session.member.username, record=record)

    def _matched(
        self,
        session: Session,
        elements: Mapping[str, Any],
        error: str,
        count: int,
        connection: sa.Connection | None = None,
    ) -> None:
        """Put a matching that nobody asked for on the record."""
        line = Line(
            "event",
            "hotlist.match",
            outcome="failed" if error else "ok",
            session=session,
            elements=elements,
            rows=count,
            detail=error,
            automatic=True,
        )
        self.chain.append(line, connection)

    def match(
        self, token: str, *, start: Time, end: Time, grounds: Grounds, codes: Sequence[str] = ()
    ) -> Run:
        """Hold stored reads of a period against the lists; raises hits, and returns how many and which."""
        zone = self.settings.zone
        window = Window(parse_time(start, zone), parse_time(end, zone))
        elements = {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "lists": list(codes),
        }
        session, grounds = self._decided(
            token, "hotlist.match", elements, grounds, Extent(window=window)
        )
        with access(
            self.chain, "hotlist.match", session=session, elements=elements, grounds=grounds
        ) as under_way:
            run = self.matching.window(window, codes=codes, by=session.member.username)
            under_way.rows, under_way.detail = (
                len(run.hits),
                f"reads {run.reads} hits {_span(run.hits)}",
            )
        return run

    # --- parts of these ---

    def _open_case(self, number: str) -> CaseRecord:
        found = self.cases.get(number)
        if found is None or found.status != "open":
            raise Refused(
                "A vehicle is entered by hand for an open case of the register alone.",
                clause=self.profile.case.clause,
                citation=self.profile.cite(self.profile.case),
                remedy="Have the case registered first: workbench case add.",
            )
        return found

    def _by_hand(
        self,
        plate: str,
        case: str,
        requester: str,
        source: str,
        expires: Time,
        fields: Mapping[str, Any],
    ) -> Entry:
        unknown = set(fields) - set(FIELDS)
        if unknown:
            raise BadInput(
                f"An entry has no field {min(unknown)}.", f"There are: {', '.join(FIELDS)}."
            )
        if not requester.strip() or not source.strip():
            raise BadInput("Requester or source is missing.", "Say who asks, and on whose word.")
        zone = self.settings.zone
        values = {
            name: text(value)
            for name, value in fields.items()
            if name not in ("state", "effective")
        }
        state = str(fields.get("state") or "")
        if state and not state_code(state):
            raise BadInput("The state is not known.", "Give its postal code or name, such as CA.")
        over = parse_time(expires, zone)
        if over <= self.clock():
            raise BadInput("The entry would have expired already.", "Give a time to come.")
        effective = (
            parse_time(fields["effective"], zone) if fields.get("effective") else self.clock()
        )
        return Entry(
            plate=_plate(plate),
            state=state_code(state),
            case=case,
            requester=text(requester),
            source=text(source),
            effective=effective,
            expires=over,
            **values,  # type: ignore[arg-type]
        )

    def _make_by_hand(self, code: str, purpose: str, session: Session) -> None:
        if code == BY_HAND and all(each.code != BY_HAND for each in self.register.all()):
            self.register.create(
                BY_HAND,
                title="Be on the lookout",
                source=self.settings.agency,
                purpose=purpose,
                kind="hand",
                near_from=NEAR_BY_HAND,
                by=session.member.username,
            )


def _plate(plate: str) -> str:
    found = normalize(plate)
    if not found or len(found) > MAX_LENGTH:
        raise BadInput("That is no plate.", f"Letters and digits, {MAX_LENGTH} at most.")
    return found


def _span(numbers: Sequence[int]) -> str:
    """Return hit numbers in short: 12-17, 20."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in spans)
