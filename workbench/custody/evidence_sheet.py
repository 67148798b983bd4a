"""The sheet on top of a package of evidence: what it is, for whoever receives it at a court's counter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.audit.export import one_line
from workbench.custody.holds import Hold
from workbench.custody.house import House
from workbench.models import Grounds, Session

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["sheet"]

_TEXT = """\
LICENSE PLATE READS HELD AS EVIDENCE

Agency:          {agency}
Case:            {case}
Crime, incident: {crime}
Package:         {name}, for {media}
Made:            {made} by {who} ({role})
Under:           {clause}
Reads:           {reads}, captured {span}
Booking number:  ____________________

WHY IT IS HELD

{holds}

WHAT IS IN IT

data/reads/      every read that those holds cover, as tables (CSV, opens in any spreadsheet)
data/images/     their pictures, where the agency keeps any
data/access/     who looked at reads for this case, when, why, and with what outcome
data/reports/    reports that were made for this case

WHAT A READ DOES NOT SHOW

A read says that a camera took certain characters for a plate at a place and a time. It may be misread, the clock or the
position may be off, and it says nothing of who drove. {notice}

HOW TO SEE THAT NOTHING WAS CHANGED

With Python on any computer:   python3 verify.py
With any BagIt program:        this folder is a BagIt bag (RFC 8493)
The list of files is signed with the agency's key number {key}. Ask the agency by telephone whether that is its own.
"""


def sheet(
    house: House,
    grounds: Grounds,
    held: Sequence[Hold],
    session: Session,
    frame: pd.DataFrame,
    *,
    media: str,
    name: str,
    now: dt.datetime,
) -> str:
    """Return the sheet as text; the list of files follows it."""
    zone = house.settings.zone
    keep = house.profile.retention
    times = frame["captured_at"]
    case = house.cases.get(grounds.case_number)
    crime = ", ".join(
        part
        for part in (
            grounds.crime_type or (case.crime_type if case else ""),
            grounds.incident_number or (case.incident_number if case else ""),
        )
        if part
    )
    local = f"{now.astimezone(zone):%Y-%m-%d %H:%M} ({house.settings.timezone})"
    span = "–"
    if len(frame):
        ends = [moment.astimezone(zone) for moment in (times.min(), times.max())]
        span = f"{ends[0]:%Y-%m-%d %H:%M} to {ends[1]:%Y-%m-%d %H:%M}"
    return _TEXT.format(
        agency=one_line(house.settings.agency),
        case=one_line(grounds.case_number),
        crime=one_line(crime) or "not given",
        name=name,
        media=media,
        made=local,
        who=one_line(session.member.name),
        role=", ".join(sorted(session.member.roles)),
        clause=house.profile.cite(keep.media_clause or keep),
        reads=f"{len(frame):,}",
        span=span,
        holds="\n".join(_hold(each) for each in held),
        notice=house.profile.state_database.notice,
        key=house.key.id,
    )


def _hold(hold: Hold) -> str:
    dated = f", dated {hold.dated_on}" if hold.dated_on else ""
    order = f"; court order {one_line(hold.court_order)}" if hold.court_order else ""
    who = one_line(", ".join(part for part in (hold.requester, hold.requester_agency) if part))
    basis = hold.basis.replace("-", " ")
    return f"Hold {hold.id}: {basis}: {one_line(hold.authority)}{dated}{order}; asked for by {who}."
