"""Acts on hits: listed, shown, taken through the policy's steps, closed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from workbench.audit.access import access
from workbench.audit.chain import Entry as Line
from workbench.errors import BadInput, Refused
from workbench.hotlists.entries import text
from workbench.hotlists.hits import Hit
from workbench.hotlists.shared import Shared, Time, completed, words
from workbench.hotlists.views import HitView, view
from workbench.models import Grounds, Session, Window
from workbench.policy.hit_parts import HitStep
from workbench.queries.plates import Plates
from workbench.queries.reads import Source, fetch_reads
from workbench.records.barrier import keep_purges_out
from workbench.records.tables import reads
from workbench.times import parse_time

__all__ = ["HitActs"]

_SAW = ("image", "plate")


class HitActs(Shared):
    """What members do with hits; each method takes their session token first."""

    def hits(
        self, token: str, *, open_only: bool = True, status: str | None = None
    ) -> list[dict[str, Any]]:
        """Return hits, the newest first, without plate, entry or read; each with the list and camera it is of."""
        session = self.permit(token, "hit.list", {"open": open_only, "status": status or ""})
        with access(
            self.chain, "hit.list", session=session, elements={"open": open_only}
        ) as under_way:
            found = self.hits_kept.list(open_only=open_only, status=status)
            under_way.rows = len(found)
        return found

    def show(self, token: str, hit_id: int, grounds: Grounds | None = None) -> HitView:
        """Return a hit with its read and its entry.

        An open hit is its own grounds; a closed one needs the member's, which are checked as those of a query. A read
        past the longest time that the policy has it kept and shown is not shown as a hit either, held or not.
        """
        session = self.permit(token, "hit.show", {"hit": hit_id})
        hit = self.hits_kept.get(hit_id)
        elements = {"hit": hit_id, "read_id": hit.read_id}
        action, why = "hit.show", self._grounds(hit)
        if hit.plan.closed:
            action = "hit.review"
            session, why = self._decided(token, action, elements, grounds, None)
        with self._refusals(action, session, why, elements):
            self._within_time(hit)
        with access(
            self.chain, action, session=session, elements=elements, grounds=why
        ) as under_way:
            read = self._read(hit)
            under_way.rows = 0 if read is None else 1
            return self._view(hit, read, under_way.id)

    def rule_out(self, token: str, hit_id: int, *, outcome: str, saw: str, note: str = "") -> Hit:
        """Say after looking at the image or the plate whether the hit is a misread.

        Parameters
        ----------
        outcome : {"right", "misread", "wrong-state"}
            What was seen.
        saw : {"image", "plate"}
            The picture of the read, or the plate on the vehicle.
        """

        def check(step: HitStep, _session: Session) -> None:
            if saw not in _SAW:
                raise BadInput("It is not said what was seen.", f"Give one of: {', '.join(_SAW)}.")
            if step.seen not in ("either", saw):
                raise Refused(
                    "The policy asks that the plate on the vehicle itself was seen."
                    if step.seen == "plate"
                    else "The policy asks that the image was seen.",
                    clause=step.clause,
                    remedy=step.what,
                )

        return self._act(
            token, "hit.rule-out", hit_id, "rule-out", outcome, {"saw": saw, "note": note}, check
        )

    def broadcast(self, token: str, hit_id: int, *, note: str = "") -> Hit:
        """Record that the hit was broadcast, or after its confirmation what the state database said."""
        self.permit(token, "hit.broadcast", {"hit": hit_id})
        done = {act.step for act in self.hits_kept.get(hit_id).acts}
        step = "announce" if "broadcast" in done else "broadcast"
        return self._act(token, "hit.broadcast", hit_id, step, "made", {"note": note})

    def confirm(
        self,
        token: str,
        hit_id: int,
        *,
        outcome: str,
        at: Time | None = None,
        reference: str = "",
        dispatcher: str = "",
        why: str = "",
    ) -> Hit:
        """Record what the state database said, as the member attests: the workbench has no connection to it.

        Parameters
        ----------
        outcome : {"current", "not-current", "impracticable"}
            Whether the listing stands, or that the check was not practicable, which some policies allow.
        at : str or datetime
            When it answered.
        reference : str
            The answer's reference there.
        dispatcher : str
            Who at dispatch made the check, where the policy wants it made through dispatch.
        why : str
            Why it was not practicable.
        """
        said: dict[str, Any] = {"database": self.profile.state_database.name}

        def check(step: HitStep, session: Session) -> None:
            if outcome == "impracticable":
                said["why"] = words(why, "why it was not practicable")
                return
            if at is None or not reference.strip():
                raise BadInput(
                    "An attestation needs the time and the reference of the answer.",
                    "Give both: --at '2026-03-02 21:20' --reference NUMBER.",
                )
            said["at"] = self._moment(hit_id, at).isoformat()
            said["reference"] = text(reference, most=80)
            who = text(dispatcher, most=80)
            if step.through_dispatch and not who and "dispatcher" not in session.member.roles:
                raise Refused(
                    "The policy wants this check made through dispatch.",
                    clause=step.clause,
                    remedy="Name who at dispatch made it, or have dispatch record it.",
                )
            if who:
                said["dispatcher"] = who

        return self._act(token, "hit.confirm", hit_id, "confirm", outcome, said, check)

    def locate(
        self,
        token: str,
        hit_id: int,
        *,
        outcome: str,
        at: Time | None = None,
        note: str = "",
        why: str = "",
    ) -> Hit:
        """Record that the vehicle was located, and whether it matches the hit.

        Parameters
        ----------
        outcome : {"matches", "differs", "impracticable"}
            What was found, or that it could not be located.
        """
        said: dict[str, Any] = {"note": note}

        def check(_step: HitStep, _session: Session) -> None:
            if outcome == "impracticable":
                said["why"] = words(why, "why it could not be located")
            elif at is None:
                raise BadInput("It is not said when the vehicle was located.", "Give --at.")
            else:
                said["at"] = self._moment(hit_id, at).isoformat()

        return self._act(token, "hit.locate", hit_id, "locate", outcome, said, check)

    def close(
        self, token: str, hit_id: int, *, disposition: str, closing: str = "none", note: str = ""
    ) -> Hit:
        """Close a hit with its disposition: correct, wrong-state, wrong-plate or dismissed.

        Parameters
        ----------
        closing : {"none", "broadcast", "acted-on"}
            What came after a correct one.
        note : str
            In words; needed where a hit is dismissed.
        """
        said = {"closing": closing, "note": note}
        if disposition == "dismissed":
            said["note"] = words(note, "why it is dismissed")
        return self._act(token, "hit.close", hit_id, "close", disposition, said)

    def _act(
        self,
        token: str,
        action: str,
        hit_id: int,
        step: str,
        outcome: str,
        said: Mapping[str, Any],
        check: Callable[[HitStep, Session], None] | None = None,
    ) -> Hit:
        elements = {"hit": hit_id, "step": step, "found": outcome}
        session = self.permit(token, action, elements)
        hit = self.hits_kept.get(hit_id)
        grounds = self._grounds(hit)
        with self._refusals(action, session, grounds, elements):
            if step == "close":
                hit.plan.allow_closing(outcome, str(said.get("closing", "none")))
            else:
                allowed = hit.plan.allow(step, outcome, session.member.roles)
                if check is not None:
                    check(allowed, session)
            plain = {
                name: text(value) if isinstance(value, str) else value
                for name, value in said.items()
            }
            return self.hits_kept.act(
                hit_id,
                step,
                outcome,
                {name: value for name, value in plain.items() if value},
                session=session,
                at=self.clock(),
                clause=self.profile.state_database.clause,
                grounds=grounds,
            )

    @contextmanager
    def _refusals(
        self, action: str, session: Session, grounds: Grounds, elements: Mapping[str, Any]
    ) -> Iterator[None]:
        """Put a refusal on the record, and cite its clause in full."""
        try:
            yield
        except Refused as error:
            self.chain.append(
                Line(
                    "event", action, outcome="refused", session=session, grounds=grounds,
                    elements=elements, clause=error.clause, detail="hit.step",
                )
            )  # fmt: skip
            citation = self.profile.cite(error.clause) if error.clause else ""
            raise Refused(
                error.reason, clause=error.clause, citation=citation, remedy=error.remedy
            ) from None

    def _within_time(self, hit: Hit) -> None:
        keep = self.profile.retention
        horizon = keep.horizon(self.clock().astimezone(self.settings.zone))
        if horizon is not None and hit.captured_at < horizon:
            raise Refused(
                f"The hit's read is past the {keep.reads_max} that reads are kept and shown.",
                clause=keep.purge_clause or keep.clause,
                remedy="It goes with the next purge; what is held leaves in a package of evidence.",
            )

    def _grounds(self, hit: Hit) -> Grounds:
        """Return the grounds that an open hit itself is."""
        case = self.cases.get(hit.case_number) if hit.case_number else None
        reason = f"Hit {hit.id} of the hot list {hit.of_list['code']}"
        grounds = Grounds(case.number if case else "", str(hit.of_list["purpose"]), reason)
        return completed(grounds, case)

    def _moment(self, hit_id: int, at: Time) -> dt.datetime:
        """Return when something about a hit was: after its read, and not in the future."""
        moment = parse_time(at, self.settings.zone)
        hit = self.hits_kept.get(hit_id)
        if moment > self.clock() or moment < hit.captured_at:
            raise BadInput(
                "That time is to come, or before the read.",
                "Give the time at which it was, in the agency's zone.",
            )
        return moment

    def _read(self, hit: Hit) -> dict[str, Any] | None:
        window = Window(hit.captured_at, hit.captured_at + dt.timedelta(microseconds=1))
        with self.database.read() as connection:
            keep_purges_out(connection)
            source = Source(
                connection,
                self.profile,
                self.settings.zone,
                self.clock(),
                Plates(self.settings.plate_index),
            )
            found = fetch_reads(source, window, reads.c.id == hit.read_id)
        if not len(found):
            return None
        row = found.iloc[0].to_dict()
        row["captured_at"] = row["captured_at"].to_pydatetime()
        row["local_time"] = row["local_time"].to_pydatetime()
        plain = {str(name): value for name, value in row.items()}
        absent = [
            name for name, value in plain.items() if isinstance(value, float) and math.isnan(value)
        ]
        return plain | dict.fromkeys(absent)

    def _view(self, hit: Hit, read: Mapping[str, Any] | None, access_id: int) -> HitView:
        of = next(each for each in self.register.all() if each.id == hit.list_id)
        return view(
            hit,
            read,
            of,
            profile=self.profile,
            agency=self.settings.agency,
            zone=self.settings.zone,
            now=self.clock(),
            access_id=access_id,
        )
