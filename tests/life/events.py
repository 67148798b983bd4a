"""What happens at an agency from January 2024 to March 2026: the same days and the same people under every policy.

Nothing here knows a policy. Everybody tries the same, allowed or not; what came of it stands in ``Agency.facts``, and
what should have come of it in :mod:`policy_texts`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

from agency import YEARLY, Agency
from events_of_hits import (
    WATCHED,
    hit_of_a_fixed_reader,
    hit_of_a_mobile_reader,
    hit_that_cannot_be_confirmed,
    hot_list,
    near_miss,
    watched_reads,
)
from events_with_others import (
    private_reads,
    release_to_a_newspaper,
    release_to_a_prosecutor,
    release_to_another_agency,
    undocking,
    unit_is_late,
    unit_was_in_time,
)
from world import local

from workbench.custody.offices import titles
from workbench.custody.verify_bag import problems
from workbench.records import tables
from workbench.reporting.public_page import public_html

GROUNDS = {
    "7EVID01": "evidence",
    "7LIKE01": "likely-evidence",
    "7DISC01": "discovery",
    "7LAWF01": "lawful-action",
    "7WARR01": "warrant",
    "7ORDR01": "disclosure-order",
}
RECORDED = (
    "name",
    "at",
    "address",
    "username",
    "organization",
    "purpose",
    "elements",
    "crime_type",
    "incident_number",
)


def run(agency: Agency) -> Agency:
    """Live through it all, in order."""
    for moment, event in EVENTS:
        agency.turn_to(moment)
        event(agency)
    return agency


# --- January 2024: the system is set up -------------------------------------------------------------------


def set_up(agency: Agency) -> None:
    agency.joins("ruiz", "administrator")
    for username in ("sato", "lund", "chief"):
        agency.joins(username, "supervisor")
    agency.joins("moss", "detective")
    agency.joins("hale", "detective", completed=dict.fromkeys(YEARLY, "2024-01-02"))
    agency.joins("nolan", "detective")
    agency.joins("kim", "detective", without=("clets",))
    agency.joins("green", "detective", without=("training",))
    agency.joins("reed", "detective", without=("policy-read",))
    agency.joins("dana", "dispatcher")
    agency.joins("avery", "auditor")
    # A records clerk is none of those whom Claremont's 820.4 lists: there a dispatcher enters requests.
    agency.joins(
        "clerk", "dispatcher" if agency.service.profile.id == "claremont-ca" else "records"
    )
    agency.joins("vance", "contractor", kind="contractor", without=("live-scan", "waiver"))
    agency.camera("C4")
    agency.camera("M1", kind="mobile")
    agency.service.units.add(
        agency.as_("ruiz"), code="unit-1", in_service_on=dt.date(2024, 1, 8), camera="M1"
    )
    for title in titles(agency.service.profile):
        agency.service.custody.offices.assign(agency.as_("ruiz"), title, "chief")
    for serial in (101, 102):
        agency.case(agency.number(serial), assigned=["moss", "rivera", "hale", "nolan"])
    agency.case(agency.number(103), crime_type="", incident_number="")


def statements(agency: Agency) -> None:
    """Whoever holds the title states what the text makes them answer for; others cannot."""
    wanted = agency.service.custody.attestations
    for number, each in enumerate(wanted.list(agency.as_("sato"))):
        if not number:
            agency.attempt(
                "somebody without the title gives a statement",
                lambda each=each: wanted.give(agency.as_("sato"), each.clause, "It is in place."),
            )
        wanted.give(agency.as_("chief"), each.clause, "Procedures are in place and followed.")
    agency.facts["statements wanted from"] = sorted(
        {(each.clause.partition("[")[0], each.by) for each in wanted.list(agency.as_("sato"))}
    )


def first_logins(agency: Agency) -> None:
    agency.attempt("a wrong password", lambda: agency.service.login("moss", "not-the-password"))
    agency.attempt("nobody's session", lambda: agency.service.session("guessed"))


def agreement(agency: Agency) -> None:
    agency.attempt(
        "the Chief's agreement with another agency is entered",
        lambda: agency.service.custody.agreements.register(
            agency.as_("chief"), kind="memorandum", party="Fresno County Sheriff",
            subject="share", signed_by="Chief of Police", signed_on=dt.date(2024, 1, 9),
            paper=agency.paper("mou.pdf"), meets_standards=True,
        ),
    )  # fmt: skip


# --- reads, month by month --------------------------------------------------------------------------------


def month(year: int, number: int, *, delivered: str = "") -> tuple[str, Callable[[Agency], None]]:
    """Reads of a month: eight vehicles, read on the 15th by the patrol car's unit."""
    plates = [f"{year % 10}{chr(64 + number)}U{chr(65 + k)}{number:02d}{k}" for k in range(8)]
    day = f"{year}-{number:02d}-15"

    def bring(agency: Agency) -> None:
        reads = {plate: f"{day} 10:{k:02d}:00" for k, plate in enumerate(plates)}
        agency.brings(reads, camera="M1", unit="unit-1")

    return delivered or f"{day} 13:00", bring


# --- searches ---------------------------------------------------------------------------------------------


def searches(agency: Agency) -> None:
    tried = agency.attempt
    window = {"start": "2024-02-01 08:30", "end": "2024-02-01 09:30"}
    for purpose in (
        "homicide",
        "shooting",
        "stolen-vehicle",
        "missing-person",
        "civil",
        "administrative",
    ):
        tried(f"a search for {purpose}", lambda p=purpose: agency.search("moss", purpose=p))
    tried("a search out of curiosity", lambda: agency.search("moss", purpose="curiosity"))
    tried("a search without a case", lambda: agency.search("moss", case_number=""))
    tried("a search without a reason", lambda: agency.search("moss", reason=""))
    tried("a search for a case without crime type and incident",
          lambda: agency.search("moss", case_number=agency.number(103)))  # fmt: skip
    found = tried("a canvass around a homicide", lambda: agency.canvass("moss", **window))
    agency.facts["vehicles found by the canvass"] = found["plate"].nunique()
    found = tried(
        "a partial plate of a major crime", lambda: agency.partial("moss", "7EV?D01", **window)
    )
    agency.facts["vehicle found by the partial plate"] = list(found["plate"])[:1]
    tried("an untrained member searches", lambda: agency.search("green"))
    tried("a member without CLETS certification searches", lambda: agency.search("kim"))
    tried("a member who has not read the policy searches", lambda: agency.search("reed"))
    tried("a contractor searches", lambda: agency.search("vance"))
    tried("an administrator of the system searches", lambda: agency.search("ruiz"))


def trained(agency: Agency) -> None:
    agency.completes("green", "training")
    agency.attempt("once trained, the member searches", lambda: agency.search("green"))
    agency.service.close_case(agency.as_("sato"), agency.number(102))
    agency.attempt(
        "a search for a case that is closed",
        lambda: agency.search("moss", case_number=agency.number(102)),
    )


# --- holds ------------------------------------------------------------------------------------------------


def holds(agency: Agency) -> None:
    desk = agency.service.custody.holds
    for plate, basis in GROUNDS.items():
        held = agency.attempt(
            f"a hold on the ground of {basis}",
            lambda plate=plate, basis=basis: desk.add(
                agency.as_("sato"), basis=basis, authority="Paper 24-118", requester="District Attorney",
                plates=[plate], case_number=agency.number(101),
            ),
        )  # fmt: skip
        if plate == "7EVID01" and held is not None:
            agency.facts["hold of evidence"] = held.id


def preservation(agency: Agency) -> None:
    desk = agency.service.custody.holds
    for plate in ("4PRES01", "4PRES02"):
        held = agency.attempt(
            f"a preservation request for {plate}",
            lambda plate=plate: desk.add(
                agency.as_("sato"), basis="preservation-request", authority="Written statement",
                requester="Public Defender", requester_kind="defendant", plates=[plate],
            ),
        )  # fmt: skip
        if held is not None and plate == "4PRES02":
            agency.facts["hold by request"] = held.id


def court_order(agency: Agency) -> None:
    if "hold by request" in agency.facts:
        agency.service.custody.holds.court_order(
            agency.as_("sato"), agency.facts["hold by request"], reference="2nd Dist. 240901",
            dated_on=dt.date(2024, 11, 28),
        )  # fmt: skip


def evidence_no_longer_needed(agency: Agency) -> None:
    """The case ends: one asks for the hold's release, another confirms it."""
    if "hold of evidence" not in agency.facts:
        return
    desk, hold = agency.service.custody.holds, agency.facts["hold of evidence"]
    desk.ask_release(agency.as_("sato"), hold, "The appeal has ended")
    agency.attempt(
        "who asked for a hold's release confirms it",
        lambda: desk.confirm_release(agency.as_("sato"), hold),
    )
    desk.confirm_release(agency.as_("lund"), hold)


def package(agency: Agency) -> None:
    evidence, sato = agency.service.custody.evidence, agency.as_("sato")
    made = agency.attempt(
        "held data is put on media for evidence",
        lambda: evidence.package(
            sato,
            agency.number(101),
            purpose="homicide",
            reason="Booked for the trial of the shooting",
        ),
    )
    agency.facts["the package verifies"] = [
        problems(bag) for bag in sorted(made.folder.iterdir())
    ] == [[]]
    agency.facts["held vehicles in the package"] = made.reads
    booked = evidence.book(sato, made.id, "E24-00871-1")
    agency.facts["the package is for"] = made.media
    agency.facts["booked into evidence under"] = booked.booking_number


# --- purges -----------------------------------------------------------------------------------------------


def purge(agency: Agency) -> None:
    """Somebody asks for a purge of everything up to today, others approve, and it is run: only what is due goes."""
    day = agency.clock().astimezone(agency.settings.zone).date().isoformat()
    retention, ruiz = agency.service.custody.retention, agency.as_("ruiz")
    order = retention.request(
        ruiz, why="Destruction by the records schedule", through=f"{day} 12:00"
    )
    agency.attempt(f"{day}: a purge without approvals", lambda: retention.run(ruiz, order.id))
    asked = agency.service.profile.retention.purging.approvals
    agency.attempt(
        f"{day}: whoever asks for a purge approves it",
        lambda: retention.approve(
            agency.as_("ruiz"), order.id, asked[0].id, reference="Res. 24-14", dated_on=dt.date.fromisoformat(day)
        ),
    )  # fmt: skip
    for who, each in zip(("sato", "lund"), asked, strict=True):
        retention.approve(
            agency.as_(who), order.id, each.id, reference="Res. 24-14", dated_on=dt.date.fromisoformat(day)
        )  # fmt: skip
    made = retention.run(ruiz, order.id)
    agency.facts[f"{day}: certificate"] = None if made is None else made["destroyed"]["reads"]
    left = agency.left()
    agency.facts[f"{day}: left"] = {
        plate: at.astimezone(agency.settings.zone) for plate, at in left.items()
    }
    database = agency.service.database
    if database.dialect == "sqlite":
        stored = b"".join(each.read_bytes() for each in agency.settings.home.rglob("workbench.db*"))
        agency.facts[f"{day}: purged vehicles whose bytes are in the files"] = [
            plate for plate in ("7PLAIN1", "4AUA010", "4AUB011") if plate not in left and plate.encode() in stored
        ]  # fmt: skip


def more_reads(agency: Agency) -> None:
    """Reads that a defendant will ask to be preserved, and one that is nobody's business."""
    agency.brings(
        {plate: f"2024-09-01 10:0{k}:00" for k, plate in enumerate(("4PRES01", "4PRES02"))}
    )


# --- the years turn ---------------------------------------------------------------------------------------


def yearly_training(agency: Agency) -> None:
    """Everybody is trained and reads the policy again, but hale."""
    for username in agency.staff:
        if username not in ("hale", "reed"):
            agency.completes(username, *YEARLY)


def training_a_year_old(agency: Agency) -> None:
    agency.attempt("a member whose training is a year and a day old searches",
                   lambda: agency.search("hale", start="2024-12-01 00:00", end="2024-12-20 00:00"))  # fmt: skip


def training_not_yet_a_year_old(agency: Agency) -> None:
    agency.attempt("a member whose training is a year old less a week searches",
                   lambda: agency.search("hale", start="2024-11-15 00:00", end="2024-11-16 00:00"))  # fmt: skip


def somebody_leaves(agency: Agency) -> None:
    open_session = agency.as_("nolan")
    agency.service.disable_member(agency.as_("okafor"), "nolan", "Left the department")
    agency.staff.remove("nolan")
    agency.attempt(
        "who has left goes on in an open session", lambda: agency.service.session(open_session)
    )
    agency.attempt("who has left logs in", lambda: agency.login("nolan"))


def breach(agency: Agency) -> None:
    said = agency.service.custody.breaches.report(agency.as_("moss"), "A laptop was left unlocked")
    agency.facts["a breach is led to"] = said.led_to


def contractor_checked(agency: Agency) -> None:
    agency.completes("vance", "live-scan", "waiver")
    agency.attempt(
        "a contractor with all checks brings reads in",
        lambda: agency.brings({"4VNC002": "2025-05-19 08:00:00"}, by="vance"),
    )


def audit(agency: Agency) -> None:
    """The audit of everything so far: what the record holds of searches, against what was tried."""
    start, end = local("2024-01-01").astimezone(dt.UTC), agency.clock()
    year = agency.clock().astimezone(agency.settings.zone).year
    found = agency.attempt(
        f"the audit of {year}",
        lambda: agency.service.audits.review(agency.as_("avery"), start=start, end=end),
    )
    agency.facts[f"{year}: searches by the audit"] = dict(
        zip(found.by_member["username"], found.by_member["searches"], strict=True)
    )
    agency.facts[f"{year}: indicators of misuse"] = sorted({each.id for each in found.indicators})


def public_page(agency: Agency) -> None:
    page = agency.attempt(
        "the public page is made",
        lambda: agency.service.custody.publication.page(agency.as_("chief"), period="2025"),
    )
    html = public_html(page)
    read = set(agency.left()) | set(WATCHED)
    people = {"Moss", "Rivera", "Jessamy Quill", "Ortega", "5th and Main"}
    agency.facts["on the public page of what is nobody's business"] = sorted(
        each for each in (*read, *people, agency.number(101)) if each in html
    )
    agency.facts["the public page has the special-use permits"] = page.permits is not None


def nine_months_old(agency: Agency) -> None:
    """Three hours after the watched reads are nine months old, and before the next purge."""
    found = agency.attempt(
        "a search of what is nine months and three hours old",
        lambda: agency.search("moss", start="2024-01-25 00:00", end="2024-02-02 00:00"),
    )
    agency.facts["reads of nine months and three hours that are shown"] = (
        0 if found is None else len(found)
    )


def after_the_last_purge(agency: Agency) -> None:
    agency.facts["oldest read that no hold suspends"] = min(
        at.astimezone(agency.settings.zone)
        for plate, at in agency.left().items()
        if plate not in GROUNDS and plate != "4PRES02"
    )


def record(agency: Agency) -> None:
    """What stands on the record of all searches, since the first day; a release that is fulfilled is one too."""
    lines = [line for line in agency.record() if line.action.startswith("query.")]
    answered = {line.access_id for line in lines if (line.phase, line.outcome) == ("outcome", "ok")}
    kept = sorted(
        {(line.username, tables.from_micros(line.at), line.access_id in answered) for line in lines}
    )
    agency.facts["searches that were made and are not on the record, or the other way round"] = (
        sorted(set(kept) ^ {*agency.searches, agency.facts.pop("the release as an access")})
    )
    agency.facts["searches on the record"] = len(kept)
    asked = [
        line
        for line in lines
        if line.access_id in answered and line.case_number != agency.number(103)
    ]
    agency.facts["lacking in the record of a search"] = sorted(
        {name for line in asked for name in RECORDED if not getattr(line, name)}
    )
    intents = [line for line in asked if (line.action, line.phase) == ("query.history", "intent")]
    plates = {json.loads(line.elements).get("plate") for line in intents}
    agency.facts["every search's plate is on the record"] = bool(plates) and None not in plates
    agency.facts["the record is whole"] = agency.service.audit_verify().ok
    release = agency.service.custody.releases.show(agency.as_("chief"), agency.facts["the release"])
    late = [each.late for each in agency.service.custody.attestations.list(agency.as_("sato"))]
    agency.facts["statements not given again in two years are shown as late"] = all(late)
    agency.facts["the release is on file as"] = release.state


def five_years_on(agency: Agency) -> None:
    """Days before the first search is five years old: another purge, and the record as it was."""
    if agency.service.profile.id != "clinton-ut":
        return  # no other text says for how long
    purge(agency)
    lines = [line for line in agency.record() if line.action.startswith("query.")]
    kept = {(line.username, line.at) for line in lines}
    agency.facts["searches on the record after five years less a day"] = len(kept)
    asked = [line for line in lines if line.outcome == "ok"]
    agency.facts["crime types and incidents after five years less a day"] = sorted(
        {(line.crime_type, line.incident_number) for line in asked}
    )
    agency.facts["the record is whole after five years less a day"] = (
        agency.service.audit_verify().ok
    )


_MONTHS = [month(year, number) for year in (2024, 2025) for number in range(2, 13)]
_MONTHS += [month(2025, 1), month(2024, 1), month(2026, 1), month(2026, 2)]
_LATE = month(2025, 7, delivered="2025-08-02 10:00")

EVENTS: list[tuple[str, Callable[[Agency], None]]] = sorted(
    [
        ("2024-01-08 09:00", set_up),
        ("2024-01-09 10:00", statements),
        ("2024-01-09 10:10", first_logins),
        ("2024-01-09 10:20", agreement),
        *(each for each in _MONTHS if not each[0].startswith("2025-07")),
        _LATE,
        ("2024-01-20 09:00", hot_list),
        ("2024-02-01 09:40", watched_reads),
        ("2024-02-01 09:46", hit_that_cannot_be_confirmed),
        ("2024-02-01 09:55", hit_of_a_fixed_reader),
        ("2024-02-01 10:05", hit_of_a_mobile_reader),
        ("2024-02-01 10:15", near_miss),
        ("2024-02-02 09:00", searches),
        ("2024-02-05 09:00", trained),
        ("2024-03-01 09:00", holds),
        ("2024-06-12 11:00", private_reads),
        ("2024-04-10 11:00", package),
        ("2024-05-21 12:00", purge),
        ("2024-09-01 12:00", more_reads),
        ("2024-10-31 12:00", purge),
        ("2024-11-01 12:00", nine_months_old),
        ("2024-11-02 12:00", purge),
        ("2024-11-20 12:00", preservation),
        ("2024-11-29 12:00", court_order),
        ("2024-12-02 12:00", purge),
        ("2024-12-02 14:00", yearly_training),
        ("2024-12-10 12:00", purge),
        ("2024-12-26 12:00", training_not_yet_a_year_old),
        ("2025-01-04 12:00", training_a_year_old),
        ("2025-01-31 12:00", purge),
        ("2025-02-02 12:00", purge),
        ("2025-03-10 12:00", release_to_another_agency),
        ("2025-03-11 12:00", release_to_a_prosecutor),
        ("2025-03-12 12:00", release_to_a_newspaper),
        ("2025-04-01 12:00", breach),
        ("2025-05-20 12:00", contractor_checked),
        ("2025-06-01 12:00", somebody_leaves),
        ("2025-07-15 12:00", unit_was_in_time),
        ("2025-07-16 12:00", unit_is_late),
        ("2025-08-04 12:00", undocking),
        ("2025-09-15 14:00", evidence_no_longer_needed),
        ("2025-10-01 12:00", purge),
        ("2025-11-20 12:00", audit),
        ("2025-12-01 12:00", yearly_training),
        ("2026-01-31 12:00", purge),
        ("2026-02-02 12:00", purge),
        ("2026-03-01 12:00", public_page),
        ("2026-03-09 12:00", purge),
        ("2026-03-09 14:00", after_the_last_purge),
        ("2026-03-10 12:00", record),
        ("2029-02-01 08:00", five_years_on),
    ],
    key=lambda each: each[0],
)


__all__ = ["EVENTS", "GROUNDS", "run"]
