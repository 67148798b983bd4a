"""Case, purpose and reason before anything is asked for under them: would they do, and taking up a case with them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from workbench.audit.chain import Chain, Entry
from workbench.models import CaseRecord, Extent, Grounds, Session, Window
from workbench.policy.actions import ACTIONS, is_query
from workbench.policy.decision import Decision, Request, decide
from workbench.policy.findings import GroundsCheck
from workbench.policy.profile import Profile

__all__ = ["check_grounds", "record_taken_up"]

QUERIES = tuple(action for action in ACTIONS if is_query(action))
_SHORTEST = dt.timedelta(minutes=1)


def check_grounds(
    profile: Profile,
    session: Session,
    grounds: Grounds,
    case: CaseRecord | None,
    now: dt.datetime,
    actions: Sequence[str] = QUERIES,
) -> GroundsCheck:
    """Say what the policy would answer to these grounds; no read is looked up, so nothing goes on the record.

    It is the runner's own decision, asked about the shortest window there is, so that only grounds and standing can
    be wrong.
    """
    extent = Extent(Window(now - _SHORTEST, now))
    asked = {
        action: decide(
            profile,
            Request(
                action=action,
                member=session.member,
                grounds=grounds,
                case=case,
                extent=extent,
                now=now,
                automatic=session.automatic,
            ),
        )
        for action in actions
    }
    found = dict.fromkeys(each for decision in asked.values() for each in decision.findings)
    ordered = sorted(found, key=lambda each: each.severity != "refuse")
    return GroundsCheck(
        tuple(action for action, decision in asked.items() if decision.allowed), tuple(ordered)
    )


def record_taken_up(chain: Chain, session: Session, grounds: Grounds, check: GroundsCheck) -> None:
    """Put on the record that a member takes up a case, or is refused it.

    Raises
    ------
    Refused
        No query would be allowed under these grounds.
    """
    decision = Decision(bool(check.allowed), () if check.allowed else check.refusals)
    if decision.withhold_reason:
        grounds = dataclasses.replace(grounds, reason="[withheld: personal data]")
    refusals = decision.refusals
    entry = Entry(
        "event",
        "case.taken-up",
        outcome="ok" if decision else "refused",
        session=session,
        grounds=grounds,
        clause=refusals[0].clause if refusals else "",
        detail=" ".join(finding.code for finding in refusals),
    )
    chain.append(entry)
    decision.raise_if_refused()
