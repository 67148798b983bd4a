"""What a request must show before it is on file: what the policy has it hold, and that it could be fulfilled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.audit.chain import Entry
from workbench.custody.house import House, refuse
from workbench.errors import BadInput
from workbench.models import Session
from workbench.policy.findings import Decision
from workbench.policy.grounds import check_extent, check_purpose, check_reason
from workbench.queries import build
from workbench.times import parse_time

__all__ = ["QUERIES", "complete", "one_of", "sound"]

QUERIES = ("query.history", "query.canvass")
"""What can be asked for: one plate's reads, or the reads around a place."""


def complete(
    house: House,
    session: Session,
    elements: Mapping[str, Any],
    named: Mapping[str, str],
    scan: Path | None,
) -> None:
    """Refuse a request without what the policy asks it to hold."""
    rules = house.profile.releases
    missing: list[str] = [name for name in rules.request_holds if not named[name].strip()]
    if rules.written_request and scan is None:
        missing.append("written request itself")
    if missing:
        refuse(
            house,
            session,
            "release.request",
            elements,
            code="release.incomplete",
            reason=f"The request lacks the {' and the '.join(missing)}.",
            basis=rules.request_clause or rules,
            remedy="Have the agency write it down, and attach the scan.",
        )


def sound(
    house: House, session: Session, elements: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """See that a request could be fulfilled: query, limits, purpose, words, case. Its times get their offset.

    Raises
    ------
    BadInput
        The query cannot be understood, or the case is not in the register.
    Refused
        Purpose or words do not stand, or the query is wider than the policy's limits.
    """
    profile, zone = house.profile, house.settings.zone
    name, given = values["query"], values["parameters"]
    if name not in QUERIES:
        raise BadInput("That cannot be released.", f"Ask for one of: {', '.join(QUERIES)}.")
    query = build(name, given, zone)
    for key in ("start", "end"):
        given[key] = parse_time(given[key], zone).isoformat()
    if house.cases.get(values["case_number"]) is None:
        raise BadInput(
            "The case is not in the register.",
            "A release is an access: register a case for it with workbench case add.",
        )
    found = [
        *check_purpose(profile, values["purpose"]),
        *check_reason(profile, values["purpose_text"]),
        *check_extent(profile, name, query.extent(), house.clock().astimezone(zone)),
    ]
    refusals = tuple(each for each in found if each.severity == "refuse")
    if refusals:
        entry = Entry(
            "event",
            "release.request",
            outcome="refused",
            session=session,
            elements=elements,
            clause=refusals[0].clause,
            detail=" ".join(each.code for each in refusals),
        )
        house.chain.append(entry)
        Decision(allowed=False, findings=refusals).raise_if_refused()


def one_of(value: str, known: tuple[str, ...], what: str) -> str:
    """Return a word of a list; raises BadInput for any other."""
    if value not in known:
        raise BadInput(f"There is no such {what}.", f"Give one of: {', '.join(known)}.")
    return value
