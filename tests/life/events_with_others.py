"""Units, private parties, other agencies, prosecutors and a newspaper: what comes in, and what goes out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agency import Agency
from world import local

# --- units, and reads of others ---------------------------------------------------------------------------


def unit_is_late(agency: Agency) -> None:
    (unit,) = agency.service.units.standing(agency.as_("ruiz"))
    agency.facts["days since the unit's last transfer"] = unit.days_since
    agency.facts["the unit is overdue"] = unit.overdue


def unit_was_in_time(agency: Agency) -> None:
    (unit,) = agency.service.units.standing(agency.as_("ruiz"))
    agency.facts["the unit is overdue after thirty days"] = unit.overdue


def undocking(agency: Agency) -> None:
    units = agency.service.units
    agency.attempt(
        "a unit is undocked without permission", lambda: units.undock(agency.as_("ruiz"), "unit-1")
    )
    if agency.facts["a unit is undocked without permission"] == "done":
        agency.clock.forward(minutes=5)
        units.dock(agency.as_("ruiz"), "unit-1")
        return
    start, end = agency.clock(), agency.clock() + dt.timedelta(hours=4)
    agency.attempt(
        "a permission by somebody without the title is entered",
        lambda: units.allow(agency.as_("sato"), "unit-1", given_by="Lund", start=start, end=end),
    )
    units.allow(agency.as_("sato"), "unit-1", given_by="Chief", start=start, end=end)
    agency.attempt(
        "a unit is undocked with permission", lambda: units.undock(agency.as_("ruiz"), "unit-1")
    )
    agency.clock.forward(minutes=5)
    units.dock(agency.as_("ruiz"), "unit-1")


def private_reads(agency: Agency) -> None:
    plates = {"3PRV001": "2024-06-10 18:00:00", "3PRV002": "2024-06-10 18:01:00"}
    options: dict[str, Any] = {"governmental": False, "source_agency": "Mercado Plaza"}
    agency.attempt(
        "a private party's reads without an order", lambda: agency.brings(plates, **options)
    )
    agency.facts["private reads stored without an order"] = len(set(plates) & set(agency.left()))
    agency.service.warrants.add(
        agency.as_("sato"), kind="warrant", court="Second District Court", number="24-SW-0147",
        issued_on=dt.date(2024, 6, 12), source_agency="Mercado Plaza", start=local("2024-06-10"),
        end=local("2024-06-11"), file=agency.paper("warrant.pdf"),
    )  # fmt: skip
    agency.attempt(
        "a private party's reads under a warrant", lambda: agency.brings(plates, **options)
    )
    agency.facts["private reads stored under a warrant"] = len(set(plates) & set(agency.left()))


# --- releases ---------------------------------------------------------------------------------------------

ASKED = {"plate": "5BUA020", "start": "2025-02-15 00:00", "end": "2025-02-16 00:00"}


def _asked(asked: Agency, /, **changes: Any) -> Any:
    return asked.service.custody.releases.request(
        asked.as_("clerk"),
        **{
            "agency": "Fresno County Sheriff", "person": "Det. M. Ortega", "recipient": "law-enforcement",
            "purpose_text": "Homicide investigation, suspect car seen in both counties",
            "case_number": asked.number(101), "purpose": "homicide", "query": "query.history",
            "parameters": dict(ASKED), "scan": asked.paper("letter.pdf"), **changes,
        },
    )  # fmt: skip


def release_to_another_agency(agency: Agency) -> None:
    desk, tried = agency.service.custody.releases, agency.attempt
    for what, change in (
        ("agency", {"agency": " "}),
        ("person", {"person": ""}),
        ("purpose", {"purpose_text": ""}),
        ("letter", {"scan": None}),
    ):
        tried(f"a request without its {what}", lambda change=change: _asked(agency, **change))
    number = _asked(agency).number
    tried("fulfilled before it is approved",
          lambda: desk.fulfil(agency.as_("rivera"), number, agency.folder / "early"))  # fmt: skip
    tried(
        "whoever entered the request takes it up", lambda: desk.review(agency.as_("clerk"), number)
    )
    desk.review(agency.as_("chief"), number)
    tried(
        "approved by somebody without the title", lambda: desk.approve(agency.as_("lund"), number)
    )
    if agency.facts["approved by somebody without the title"] != "done":
        tried(
            "approved before the recipient is verified",
            lambda: desk.approve(agency.as_("chief"), number),
        )
    if agency.facts.get("approved before the recipient is verified", "").startswith("refused"):
        desk.verify(agency.as_("chief"), number, "Called back through the county's switchboard")
        desk.approve(agency.as_("chief"), number)
    done = tried("fulfilled once approved",
                 lambda: desk.fulfil(agency.as_("rivera"), number, agency.folder / "out"))  # fmt: skip
    agency.facts["reads released"] = done.rows
    agency.facts["the release as an access"] = ("rivera", agency.clock(), True)
    shown = desk.show(agency.as_("chief"), number)
    agency.facts["the request on file names"] = (shown.agency, shown.person, shown.purpose_text)
    agency.facts["the release"] = number


def release_to_a_prosecutor(agency: Agency) -> None:
    desk = agency.service.custody.releases
    number = _asked(agency, agency="District Attorney", recipient="prosecutor").number
    desk.review(agency.as_("chief"), number)
    if agency.service.profile.releases.recipient_verified:
        agency.attempt("the prosecutor is verified",
                       lambda: desk.verify(agency.as_("chief"), number, "Called back"))  # fmt: skip
    agency.attempt(
        "a release to a prosecutor is approved", lambda: desk.approve(agency.as_("chief"), number)
    )


def release_to_a_newspaper(agency: Agency) -> None:
    desk, tried, chief = agency.service.custody.releases, agency.attempt, agency.as_("chief")
    number = _asked(
        agency, agency="The Valley Courier", person="J. Editor", recipient="other"
    ).number
    desk.review(chief, number)
    tried("a release to a newspaper is approved", lambda: desk.approve(chief, number))
    tried("the newspaper is referred", lambda: desk.refer(chief, number))
    if agency.facts["the newspaper is referred"] != "done":
        desk.deny(chief, number, "Not for the public's review")
    agency.facts["the newspaper's request ends as"] = desk.show(chief, number).state
    agency.facts["others are sent to"] = agency.service.profile.releases.others_to or ""
    number = _asked(agency, use="commercial").number
    desk.review(chief, number)
    tried("a release for commercial use is approved", lambda: desk.approve(chief, number))


__all__ = [
    "private_reads",
    "release_to_a_newspaper",
    "release_to_a_prosecutor",
    "release_to_another_agency",
    "undocking",
    "unit_is_late",
    "unit_was_in_time",
]
