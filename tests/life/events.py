"""What happens at an agency from January 2024 to March 2026: the same days and the same people under every policy.

Nothing here knows a policy. Everybody tries the same, allowed or not; what came of it stands in ``Agency.facts``, and
what should have come of it in :mod:`policy_texts`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from agency import YEARLY, Agency
from world import local

from workbench.custody.offices import titles
from workbench.custody.verify_bag import problems
from workbench.records import tables
from workbench.reporting.public_page import public_html

WATCHED = ("7PLAIN1", "7EVID01", "7LIKE01", "7DISC01", "7LAWF01", "7WARR01", "7ORDR01", "7ABX123")
"""Read on 1 February 2024; every one but the first and the last is held on a ground of its own, where the text knows it.
The last is on a hot list, and the hit is found to be right."""

GROUNDS = {
    "7EVID01": "evidence",
    "7LIKE01": "likely-evidence",
    "7DISC01": "discovery",
    "7LAWF01": "lawful-action",
    "7WARR01": "warrant",
    "7ORDR01": "disclosure-order",
}
LIST = (
    "Hot Plate;State;Alert;VMA;VCO;VIN;NIC;OCA;ExpiryDate;Informant\n"
    "7ABX123;CA;Theft 10851;TOYT;SIL;VIN4T1BE32K25U056382;NICV881203;OCA99-55123;2026-12-31;Jessamy Quill\n"
    "5XYZ100;CA;Felony 487;HOND;BLK;VIN1HGCM82633A004352;NICV771144;OCA88-10077;2026-12-31;Piers Odell\n"
    "6TRK555;CA;Theft 10851;FORD;RED;VIN1FTFW1ET5DFC10312;NICV660001;OCA77-20201;2026-12-31;Jessamy Quill\n"
)
SECRETS = (b"Jessamy Quill", b"VIN4T1BE32K25U056382", b"NICV771144", b"Felony 487")
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
CONFIRMED = {"outcome": "current", "at": "2024-02-01 09:45", "reference": "8842-1"}


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


def hot_list(agency: Agency) -> None:
    lists = agency.service.hotlists
    path = agency.folder / "stolen.csv"
    path.write_text(LIST, encoding="utf-8")
    lists.create(
        agency.as_("ruiz"), "svs", title="Vehicles taken by theft", source="Statewide theft desk",
        purpose="stolen-vehicle",
    )  # fmt: skip
    lists.import_file(agency.as_("ruiz"), path, "svs")
    database = agency.service.database
    if database.dialect == "sqlite":
        home = agency.settings.home
        stored = b"".join(each.read_bytes() for each in home.rglob("workbench.db*"))
        assert stored
        agency.facts["fields of the hot list readable in the files"] = [
            secret.decode() for secret in SECRETS if secret in stored
        ]


def watched_reads(agency: Agency) -> None:
    agency.attempt(
        "a contractor without Live Scan and waiver brings reads in",
        lambda: agency.brings({"4VNC001": "2024-02-01 08:00:00"}, by="vance"),
    )
    agency.brings({plate: f"2024-02-01 09:0{k}:00" for k, plate in enumerate(WATCHED)})
    agency.brings({"6TRK555": "2024-02-01 09:10:00", "7A8X123": "2024-02-01 09:20:00"})
    agency.brings({"5XYZ100": "2024-02-01 09:15:00"}, camera="M1", unit="unit-1")


def _hit(agency: Agency, plate: str) -> int:
    """Return the number of the hit whose read is of a plate."""
    for each in agency.service.hotlists.hits(agency.as_("moss")):
        view = agency.service.hotlists.show(agency.as_("moss"), each["id"])
        if view.read is not None and view.read["plate"] == plate:
            return int(each["id"])
    raise AssertionError("there is no such hit")


def hit_of_a_fixed_reader(agency: Agency) -> None:
    lists, moss, dana = agency.service.hotlists, agency.as_("moss"), agency.as_("dana")
    hit = _hit(agency, "7ABX123")
    right: dict[str, Any] = {"disposition": "correct", "closing": "acted-on"}
    tried = agency.attempt
    tried("fixed: acted on at once", lambda: lists.close(moss, hit, **right))
    tried("fixed: an officer rules out a misread by the image",
          lambda: lists.rule_out(moss, hit, outcome="right", saw="image"))  # fmt: skip
    if agency.facts["fixed: an officer rules out a misread by the image"] != "done":
        tried("fixed: the dispatcher rules it out",
              lambda: lists.rule_out(dana, hit, outcome="right", saw="image"))  # fmt: skip
    tried("fixed: acted on after that", lambda: lists.close(moss, hit, **right))
    tried("fixed: confirmed before any broadcast",
          lambda: lists.confirm(dana, hit, **CONFIRMED))  # fmt: skip
    tried("fixed: broadcast", lambda: lists.broadcast(dana, hit))
    if agency.facts["fixed: confirmed before any broadcast"] != "done":
        tried("fixed: confirmed after it", lambda: lists.confirm(dana, hit, **CONFIRMED))
    tried("fixed: acted on once confirmed", lambda: lists.close(moss, hit, **right))
    tried("fixed: what the database said is broadcast", lambda: lists.broadcast(dana, hit))
    tried("fixed: the vehicle is located",
          lambda: lists.locate(moss, hit, outcome="matches", at="2024-02-01 09:50"))  # fmt: skip
    if agency.facts["fixed: acted on once confirmed"] != "done":
        tried("fixed: acted on at last", lambda: lists.close(moss, hit, **right))


def hit_of_a_mobile_reader(agency: Agency) -> None:
    lists, moss, dana = agency.service.hotlists, agency.as_("moss"), agency.as_("dana")
    hit = _hit(agency, "5XYZ100")
    tried = agency.attempt
    tried("mobile: a misread is ruled out by the image alone",
          lambda: lists.rule_out(moss, hit, outcome="right", saw="image"))  # fmt: skip
    if agency.facts["mobile: a misread is ruled out by the image alone"] != "done":
        tried("mobile: the plate on the vehicle is seen",
              lambda: lists.rule_out(moss, hit, outcome="right", saw="plate"))  # fmt: skip
    tried(
        "mobile: the officer confirms without dispatch",
        lambda: lists.confirm(moss, hit, **CONFIRMED),
    )
    if agency.facts["mobile: the officer confirms without dispatch"] != "done":
        tried("mobile: dispatch confirms", lambda: lists.confirm(dana, hit, **CONFIRMED))


def hit_that_cannot_be_confirmed(agency: Agency) -> None:
    lists, dana = agency.service.hotlists, agency.as_("dana")
    hit = _hit(agency, "6TRK555")
    ruled = lists.rule_out(dana, hit, outcome="right", saw="image")
    if ruled.plan.next.step == "broadcast":
        lists.broadcast(dana, hit)
    agency.attempt(
        "not practicable: the state database is not asked",
        lambda: lists.confirm(
            dana, hit, outcome="impracticable", why="Radio down, vehicle fleeing at speed"
        ),
    )


def near_miss(agency: Agency) -> None:
    lists, dana = agency.service.hotlists, agency.as_("dana")
    hit = _hit(agency, "7A8X123")
    agency.facts["the near miss is marked as one"] = bool(lists.show(dana, hit).near)
    lists.rule_out(dana, hit, outcome="misread", saw="image")
    agency.attempt(
        "near miss: acted on although it is a misread",
        lambda: lists.close(agency.as_("moss"), hit, disposition="correct", closing="acted-on"),
    )
    agency.attempt(
        "near miss: closed as the wrong plate",
        lambda: lists.close(dana, hit, disposition="wrong-plate"),
    )


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


__all__ = ["EVENTS", "GROUNDS", "WATCHED", "run"]
