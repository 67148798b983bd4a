"""What the five policy texts make of the same two years: an expectation per thing that was tried, with the words it rests on.

Written from the texts alone. Clauses are numbered as the texts number them; ``proves`` gives the number under which a profile
lists the duty where the text has several under one number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DONE = "done"
NOT_TAKEN = "not taken"


def refused(clause: str) -> str:
    return f"refused by {clause}"


@dataclass(frozen=True)
class Expected:
    """Facts that a text foresees, the clauses that they prove, and the words that say so (empty: the text is silent)."""

    facts: Mapping[str, Any]
    proves: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Left:
    """Which of the watched vehicles are still stored after the purge of a day, and which are not."""

    day: str
    there: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text:
    """What one agency's text makes of it all."""

    expected: tuple[Expected, ...]
    left: tuple[tuple[Left, tuple[str, ...], str], ...]


HELD = ("7EVID01", "7LIKE01", "7DISC01", "7LAWF01", "7WARR01", "7ORDR01")
PLAIN = ("7PLAIN1", "7ABX123")
ALL = (*PLAIN, *HELD)


def _purposes(clause: str, others: str) -> dict[str, Any]:
    return {
        "a search for homicide": DONE,
        "a search for shooting": DONE,
        "a search for stolen-vehicle": DONE,
        "a search for missing-person": DONE,
        "a search for civil": others,
        "a search for administrative": others,
        "a search out of curiosity": refused(clause),
    }


CANVASS = {
    "a canvass around a homicide": DONE,
    "vehicles found by the canvass": 11,
    "a partial plate of a major crime": DONE,
    "vehicle found by the partial plate": ["7EVID01"],
}


def _trained(clause: str) -> dict[str, Any]:
    return {
        "an untrained member searches": refused(clause),
        "once trained, the member searches": DONE,
    }


#: No other text than Claremont's asks for these; no other than Claremont's and Piedmont's lets a training lapse.
NOTHING_MORE = {
    "a member without CLETS certification searches": DONE,
    "a member who has not read the policy searches": DONE,
    "a contractor without Live Scan and waiver brings reads in": DONE,
}
NO_LAPSE = {
    "a member whose training is a year old less a week searches": DONE,
    "a member whose training is a year and a day old searches": DONE,
}
LAPSE_AFTER = "a member whose training is a year and a day old searches"
PASSWORD = {
    "a wrong password": "refused",
    "nobody's session": "refused",
    "who has left goes on in an open session": "refused",
    "who has left logs in": "refused",
}
ON_RECORD = {
    "searches that were made and are not on the record, or the other way round": [],
    "lacking in the record of a search": [],
    "every search's plate is on the record": True,
    "the record is whole": True,
}
AUDITED = {
    "the audit of 2025": DONE,
    "2025: searches by the audit": {
        "green": 2,
        "hale": 2,
        "kim": 1,
        "moss": 14,
        "reed": 1,
        "rivera": 1,
        "ruiz": 1,
        "vance": 1,
    },
}
CASE_ASKED = (
    "a search without a case",
    "a search without a reason",
    "a search for a case that is closed",
)
NOT_IN_PUBLIC = {"on the public page of what is nobody's business": []}
PRIVATE_SILENT = {
    "a private party's reads without an order": DONE,
    "private reads stored without an order": 2,
}
UNIT_SILENT = {
    "the unit is overdue after thirty days": False,
    "the unit is overdue": False,
    "a unit is undocked without permission": DONE,
}
NOTHING_EXTRA_ON_CRIME = {"a search for a case without crime type and incident": DONE}


def _verified(clause: str) -> dict[str, Any]:
    """A hit is verified through the state database before enforcement, if that is practicable."""
    return {
        "fixed: acted on at once": refused(clause),
        "fixed: acted on after that": refused(clause),
        "fixed: acted on once confirmed": DONE,
        "not practicable: the state database is not asked": DONE,
        "the near miss is marked as one": True,
        "near miss: acted on although it is a misread": refused(clause),
        "near miss: closed as the wrong plate": DONE,
    }


def _holds(clause: str, *known: str) -> dict[str, Any]:
    every = (
        "evidence",
        "likely-evidence",
        "discovery",
        "lawful-action",
        "warrant",
        "disclosure-order",
    )
    found: dict[str, Any] = {
        f"a hold on the ground of {each}": DONE if each in known else refused(clause)
        for each in every
    }
    asked = DONE if "preservation-request" in known else refused(clause)
    return found | {
        "a preservation request for 4PRES01": asked,
        "a preservation request for 4PRES02": asked,
    }


def _written(clause: str) -> dict[str, Any]:
    parts = ("agency", "person", "purpose", "letter")
    return {f"a request without its {part}": refused(clause) for part in parts}


def _decided(clause: str) -> dict[str, Any]:
    return {
        "fulfilled before it is approved": refused(clause),
        "approved by somebody without the title": refused(clause),
        "fulfilled once approved": DONE,
        "reads released": 1,
    }


ON_FILE = {
    "the request on file names": (
        "Fresno County Sheriff",
        "Det. M. Ortega",
        "Homicide investigation, suspect car seen in both counties",
    ),
    "the release is on file as": "fulfilled",
}


def _others(clause: str, to: str) -> dict[str, Any]:
    return {
        "a release to a newspaper is approved": refused(clause),
        "the newspaper is referred": DONE,
        "the newspaper's request ends as": "referred",
        "others are sent to": to,
    }


def _package(vehicles: int) -> dict[str, Any]:
    return {
        "held data is put on media for evidence": DONE,
        "the package verifies": True,
        "held vehicles in the package": vehicles,
        "booked into evidence under": "E24-00871-1",
    }


def _statement(clause: str, *wanted: tuple[str, str]) -> dict[str, Any]:
    return {
        "somebody without the title gives a statement": refused(clause),
        "statements wanted from": sorted(wanted),
    }


def _california(
    prefix: dict[str, str], held: tuple[str, ...], words: dict[str, str]
) -> tuple[Any, ...]:
    """A minimum of one year, then a purge but for what is held; the evidence goes when its hold is released."""
    not_held = tuple(each for each in ALL if each not in held)
    later = tuple(each for each in held if each != "7EVID01")
    keep, go = (prefix["keep"],), (prefix["purge"],)
    return (
        (Left("2024-05-21", there=ALL), keep, words["keep"]),
        (Left("2024-11-02", there=ALL), keep, words["keep"]),
        (Left("2025-01-31", there=ALL), keep, words["keep"]),
        (Left("2025-02-02", there=held, gone=not_held), go, words["purge"]),
        (Left("2025-10-01", there=later, gone=("7EVID01", *not_held)), go, words["purge"]),
        (Left("2026-03-09", there=later, gone=("4PRES01", "4PRES02")), go, words["purge"]),
    )


def _standard(n: dict[str, str]) -> tuple[Expected, ...]:
    """What Clovis's and Piedmont's texts say in the same words, each under its own numbers."""
    return (
        Expected(
            _purposes(n["use"], DONE),
            (n["use"], n["legitimate"]),
            "shall not use, or allow others to use the equipment or database records for any unauthorized purpose",
        ),
        Expected(
            dict.fromkeys(CASE_ASKED, refused(n["legitimate"])),
            (n["legitimate"],),
            "such as when the data relate to a specific criminal investigation",
        ),
        Expected(
            CANVASS,
            (n["canvass"],),
            "Partial license plates reported during major crimes should be entered",
        ),
        Expected(
            _trained(n["trained"]),
            (n["trained"],),
            "without first completing department-approved training",
        ),
        Expected(
            _verified(n["verify"]),
            (n["verify"],),
            "If practicable, the officer should verify an ALPR response through",
        ),
        Expected(
            PASSWORD, (n["login"],), "accessible only through a login/password-protected system"
        ),
        Expected(
            ON_RECORD,
            (n["login"],),
            "capable of documenting all access of information by name, date and time",
        ),
        Expected(AUDITED, (n["audits"],), "audits ... conducted on a regular basis"),
        Expected(NOTHING_EXTRA_ON_CRIME),
        Expected(NOTHING_MORE),
        Expected(UNIT_SILENT),
    )


CLOVIS = Text(
    expected=(
        *_standard(
            {
                "use": "462.3",
                "legitimate": "462.5(b)",
                "canvass": "462.3(c)",
                "trained": "462.3(d)",
                "verify": "462.3(f)",
                "login": "462.5(a)",
                "audits": "462.5(c)",
            }
        ),
        Expected(NO_LAPSE),
        Expected(PRIVATE_SILENT),
        Expected(
            _holds("462.4", "evidence", "likely-evidence", "discovery", "lawful-action"),
            ("462.4[4]",),
            "evidence in a criminal or civil action or is subject to a discovery request or other lawful action",
        ),
        Expected(
            _package(4),
            ("462.4[5]",),
            "downloaded from the server onto portable media and booked into evidence",
        ),
        Expected(
            _written("462.7(a)"),
            ("462.7(a)(1)", "462.7(a)(2)", "462.7(a)(3)"),
            "makes a written request ... The name of the agency. The name of the person requesting. The intended purpose",
        ),
        Expected(
            _decided("462.7(b)"),
            ("462.7(b)",),
            "reviewed by the Administration Division Commander or the authorized designee and approved before",
        ),
        Expected(ON_FILE, ("462.7(c)",), "The approved request is retained on file."),
        Expected(
            {"a release to a prosecutor is approved": DONE},
            ("462.7[1]",),
            "or prosecutorial agencies",
        ),
        Expected(
            _others("462.7", "Records Maintenance and Release Policy"),
            ("462.7[2]",),
            "will be processed as provided in the Records Maintenance and Release Policy",
        ),
        Expected(
            _statement(
                "462.2.1(f)",
                ("462.2.1(f)", "Administration Division Commander"),
                ("462.4", "Administration Division Commander"),
            ),
            ("462.2.1(f)", "462.4[1]"),
            "Working with the Custodian of Records on the retention and destruction of ALPR data.",
        ),
        Expected(
            {"a breach is led to": "Records Release and Maintenance Policy"},
            ("462.5[2]",),
            "For security or data breaches, see the Records Release and Maintenance Policy.",
        ),
        Expected(NOT_IN_PUBLIC, ("462.6[2]", "462.2.1(g)"), "it is not open to public review"),
    ),
    left=_california(
        {"keep": "462.4[3]", "purge": "462.4[4]"},
        ("7EVID01", "7LIKE01", "7DISC01", "7LAWF01"),
        {
            "keep": "stored for a minimum of one year",
            "purge": "Thereafter, ALPR data should be purged unless",
        },
    ),
)

PIEDMONT = Text(
    expected=(
        *_standard(
            {
                "use": "438.3",
                "legitimate": "438.5(b)",
                "canvass": "438.3(c)",
                "trained": "438.3(d)",
                "verify": "438.3(f)",
                "login": "438.5(a)",
                "audits": "438.5(c)",
            }
        ),
        Expected(
            {
                "a member whose training is a year old less a week searches": DONE,
                LAPSE_AFTER: refused("438.7"),
            },
            ("438.7[8]",),
            "In no case ... if he/she has not completed training in more than a year.",
        ),
        Expected(PRIVATE_SILENT),
        Expected(
            _holds("438.4", "evidence", "likely-evidence", "discovery", "lawful-action"),
            ("438.4[4]",),
            "evidence in a criminal or civil action or is subject to a discovery request or other lawful action",
        ),
        Expected(
            _package(4),
            ("438.4[5]",),
            "downloaded from the server onto portable media and booked into evidence",
        ),
        Expected(
            _decided("438.9"),
            ("438.9[3]",),
            "forward the request to the Support Services Division Commander",
        ),
        Expected(ON_FILE),
        Expected({"a request without its letter": DONE}),  # 438.9 asks for no letter
        Expected(
            {"a release to a prosecutor is approved": DONE},
            ("438.9[1]",),
            "or prosecutorial agencies",
        ),
        Expected(
            _others("438.9", "Records Maintenance and Release Policy"),
            ("438.9[2]",),
            "will be processed as provided in the Records Maintenance and Release Policy",
        ),
        Expected(
            _statement(
                "438.2.1(f)",
                ("438.2.1(f)", "Administration Operations Commander"),
                ("438.4", "Administration Operations Commander"),
                ("438.7", "Training Sergeant"),
            ),
            ("438.2.1(f)", "438.4[1]", "438.7[7]"),
            "Training shall be updated as ... changes ... occur.",
        ),
        Expected(
            {"a breach is led to": "Records Release and Maintenance Policy"},
            ("438.5[2]",),
            "For security or data breaches, see the Records Release and Maintenance Policy.",
        ),
        Expected(
            {"the Chief's agreement with another agency is entered": DONE},
            ("438.6",),
            "The Chief of Police may enter into an agreement ... through contract or memorandum of understanding",
        ),
        Expected(NOT_IN_PUBLIC, ("438.8[2]", "438.2.1(g)"), "it is not open to public review"),
    ),
    left=_california(
        {"keep": "438.4[3]", "purge": "438.4[4]"},
        ("7EVID01", "7LIKE01", "7DISC01", "7LAWF01"),
        {
            "keep": "stored for a minimum of one year",
            "purge": "Thereafter, ALPR data should be purged unless",
        },
    ),
)

SEAL_BEACH = Text(
    expected=(
        Expected(
            _purposes("OPERATION", DONE),
            ("OPERATION", "ACCOUNTABILITY(c)"),
            "shall not use, or allow others to use the equipment or database records for any unauthorized purpose",
        ),
        Expected(
            dict.fromkeys(CASE_ASKED, refused("ACCOUNTABILITY(c)")),
            ("ACCOUNTABILITY(c)",),
            "such as when the data relate to a specific criminal investigation",
        ),
        Expected(
            CANVASS,
            ("OPERATION(c)",),
            "Partial license plates reported during major crimes should be entered",
        ),
        Expected(
            _trained("OPERATION(d)"),
            ("OPERATION(d)",),
            "without first completing department-approved training",
        ),
        Expected(NO_LAPSE),
        Expected(NOTHING_MORE),
        Expected(NOTHING_EXTRA_ON_CRIME),
        Expected(PRIVATE_SILENT),
        Expected(
            _verified("OPERATION(f)")
            | {
                "fixed: acted on once confirmed": refused("OPERATION(f)"),
                "fixed: the vehicle is located": DONE,
                "fixed: acted on at last": DONE,
                "mobile: the officer confirms without dispatch": refused("OPERATION(f)"),
                "mobile: dispatch confirms": DONE,
            },
            ("OPERATION(f)",),
            "by confirming the CLETS hit through dispatch and locating the vehicle that matches the hit",
        ),
        Expected(
            {
                "a unit is undocked without permission": refused("OPERATION(g)"),
                "a permission by somebody without the title is entered": NOT_TAKEN,
                "a unit is undocked with permission": DONE,
            },
            ("OPERATION(g)",),
            "prohibited from undocking ... without permission of the Support Services Division Commander",
        ),
        Expected(
            {"the unit is overdue after thirty days": False, "the unit is overdue": True},
            ("RETENTION[4]", "RETENTION[5]"),
            "on a regular basis, not to exceed 30 days between transfers",
        ),
        Expected(
            _holds("RETENTION", "evidence", "likely-evidence", "lawful-action"),
            ("RETENTION[7]",),
            "evidence in a criminal or civil action or is subject to a lawful action to produce records",
        ),
        Expected(
            _package(3),
            ("RETENTION[8]",),
            "downloaded from the server onto portable media and booked into evidence",
        ),
        Expected(
            PASSWORD,
            ("ACCOUNTABILITY(b)",),
            "accessible only through a login/password-protected system",
        ),
        Expected(
            ON_RECORD,
            ("ACCOUNTABILITY(b)",),
            "capable of documenting all access of information by name, date and time",
        ),
        Expected(
            AUDITED,
            ("ACCOUNTABILITY(e)",),
            "ALPR system audits should be conducted on a regular basis.",
        ),
        Expected(
            {
                "approved before the recipient is verified": refused("ACCOUNTABILITY(d)"),
                "fulfilled once approved": DONE,
                "a request without its letter": DONE,
            },
            ("ACCOUNTABILITY(d)",),
            "released to other authorized and verified law enforcement officials and agencies",
        ),
        Expected(
            _others("ACCOUNTABILITY(a)", "Records Supervisor")
            | {"a release to a prosecutor is approved": refused("ACCOUNTABILITY(a)")},
            ("ACCOUNTABILITY(a)",),
            "All non-law enforcement requests ... shall be referred to the Records Supervisor",
        ),
        Expected(
            _statement("RETENTION", ("RETENTION", "ALPR Agency Manager")),
            ("RETENTION[3]",),
            "The ALPR Agency Manager is responsible to ensure proper collection and retention of ALPR data",
        ),
        Expected(NOT_IN_PUBLIC, ("RETENTION[1]",), "it is not open to public review"),
    ),
    left=_california(
        {"keep": "RETENTION[6]", "purge": "RETENTION[7]"},
        ("7EVID01", "7LIKE01", "7LAWF01"),
        {"keep": "stored for a minimum of one year", "purge": "thereafter may be purged unless"},
    ),
)

CLAREMONT = Text(
    expected=(
        Expected(
            _purposes("820.3", refused("820.3")),
            ("820.3[2]",),
            "for law enforcement purposes only and may not be used for any other purpose",
        ),
        Expected(
            dict.fromkeys(CASE_ASKED, refused("820.3")),
            ("820.3[2]",),
            "for law enforcement purposes only",
        ),
        Expected(CANVASS),
        Expected(NOTHING_EXTRA_ON_CRIME),
        Expected(PRIVATE_SILENT),
        Expected(UNIT_SILENT),
        Expected(
            _trained("820.4"),
            ("820.4[8]",),
            "No department personnel shall be given a username or password ... without being trained",
        ),
        Expected(
            {"a member without CLETS certification searches": refused("820.4")},
            ("820.4[2]",),
            "all must be CLETS certified prior to access of the system",
        ),
        Expected(
            {"a member who has not read the policy searches": refused("820.4")},
            ("820.4[8]",),
            "without being trained and having read the ALPR policy",
        ),
        Expected(
            {
                "a member whose training is a year old less a week searches": DONE,
                LAPSE_AFTER: refused("820.4"),
            },
            ("820.4[7]",),
            "This ALPR policy shall be reviewed by all ... on an annual basis.",
        ),
        Expected(
            {
                "a contractor without Live Scan and waiver brings reads in": refused("820.4"),
                "a contractor with all checks brings reads in": DONE,
            },
            ("820.4[3]", "820.4[4]"),
            "Live scanned and be free of any criminal convictions and shall be required to sign a waiver",
        ),
        Expected(
            {"fields of the hot list readable in the files": []},
            ("820.2[8]",),
            "All hot-list fields other than the license plate number itself are encrypted",
        ),
        Expected(
            {
                "fixed: an officer rules out a misread by the image": refused("820.8"),
                "fixed: the dispatcher rules it out": DONE,
                "fixed: confirmed before any broadcast": refused("820.8"),
                "fixed: broadcast": DONE,
                "fixed: confirmed after it": DONE,
                "fixed: acted on once confirmed": refused("820.8"),
                "fixed: what the database said is broadcast": DONE,
                "fixed: acted on at last": DONE,
                "not practicable: the state database is not asked": refused("820.8"),
                "the near miss is marked as one": True,
                "near miss: acted on although it is a misread": refused("820.8"),
            },
            ("820.8[5]", "820.8[6]"),
            "the dispatcher shall confirm that the plate is not a misread and then immediately broadcast ... then run the "
            "hit through ... CLETS and broadcast the results",
        ),
        Expected(
            {
                "mobile: a misread is ruled out by the image alone": refused("820.8"),
                "mobile: the plate on the vehicle is seen": DONE,
                "mobile: the officer confirms without dispatch": DONE,
            },
            ("820.8[7]",),
            "shall visually verify the license plate on the vehicle and confirm its status through CLETS",
        ),
        Expected(
            _holds("820.9", "evidence", "likely-evidence"),
            ("820.9[2]",),
            "unless it is evidence ... or there is a reasonable likelihood that it will become evidence",
        ),
        Expected(
            _package(2),
            ("820.9[4]",),
            "downloading the data onto a DVD and booking the DVD into evidence",
        ),
        Expected(
            PASSWORD,
            ("820.8[2]",),
            "All LPR data access requires a username and password for access.",
        ),
        Expected(
            ON_RECORD,
            tuple(f"820.5[{n}]" for n in (3, 4, 5, 6, 7)),
            "date and time ... IP address ... license plate number or other data elements ... username ... purpose",
        ),
        Expected(
            AUDITED, ("820.5[8]",), "LPR database audits shall be conducted on a regular basis."
        ),
        Expected(
            _written("820.6"),
            ("820.6[3]",),
            "a written request that includes the agency, name of the person requesting the data, and the reason",
        ),
        Expected(
            _decided("820.6"),
            ("820.6[4]",),
            "approved by the Watch Commander, Detective Bureau Lieutenant or a division Commander",
        ),
        Expected(ON_FILE, ("820.6[6]",), "Requests shall be maintained in the file"),
        Expected(
            {"a release to a prosecutor is approved": refused("820.6")},
            ("820.6[1]",),
            "may be shared with other law enforcement agencies",
        ),
        Expected(
            {
                "a release to a newspaper is approved": refused("820.6"),
                "the newspaper's request ends as": "denied",
            },
            ("820.6[2]",),
            "shall not be shared or open to the public for review",
        ),
        Expected(
            {"a release for commercial use is approved": refused("820.6")},
            ("820.6[7]",),
            "does NOT make the ALPR system or data it contains available to individuals for personal or commercial",
        ),
        Expected(NOT_IN_PUBLIC, ("820.5[1]",), "shall be treated as confidential information"),
    ),
    left=(
        (Left("2025-02-02", there=ALL), ("820.9[1]",), "retained for a period of two-years"),
        (Left("2025-10-01", there=ALL), ("820.9[1]",), "retained for a period of two-years"),
        (Left("2026-01-31", there=ALL), ("820.9[1]",), "retained for a period of two-years"),
        (
            Left("2026-02-02", there=("7LIKE01",), gone=tuple(e for e in ALL if e != "7LIKE01")),
            ("820.9[2]", "820.9[3]"),
            "at which time the LPR data shall be purged unless ... only be retained as long as it is necessary in the "
            "criminal or civil action",
        ),
        (
            Left("2026-03-09", there=("7LIKE01", "4PRES01", "4PRES02")),
            ("820.9[1]",),
            "retained for a period of two-years",
        ),
    ),
)

CLINTON = Text(
    expected=(
        Expected(
            _purposes("426.2", DONE),
            ("426.2", "426.4(b)"),
            "shall not use or allow others to use the equipment or database records for any unauthorized purpose",
        ),
        Expected(
            dict.fromkeys(CASE_ASKED, refused("426.4(b)")),
            ("426.4(b)",),
            "such as when the data relate to a specific criminal investigation",
        ),
        Expected(
            CANVASS,
            ("426.2(c)",),
            "Partial license plates reported during major crimes should be entered",
        ),
        Expected(
            _trained("426.2(d)"),
            ("426.2(d)",),
            "without first completing department-approved training",
        ),
        Expected(NO_LAPSE),
        Expected(NOTHING_MORE),
        Expected(UNIT_SILENT),
        Expected(
            _verified("426.2(e)"),
            ("426.2(e)",),
            "If practicable, the officer should verify an ALPR response through the appropriate law enforcement database",
        ),
        Expected(
            {
                "a private party's reads without an order": refused("426.3.1"),
                "private reads stored without an order": 0,
                "a private party's reads under a warrant": DONE,
                "private reads stored under a warrant": 2,
            },
            ("426.3.1",),
            "may only be obtained pursuant to a warrant or a court order",
        ),
        Expected(
            _holds("426.3", "warrant", "disclosure-order", "preservation-request"),
            ("426.3[6]",),
            "unless it is subject to a warrant, preservation request, or disclosure order",
        ),
        Expected(
            _package(2),
            ("426.3[7]",),
            "downloaded from the server onto portable media and booked into evidence",
        ),
        Expected(
            {"reads of nine months and three hours that are shown": 0},
            ("426.3[6]",),
            "In no event shall this data be maintained longer than nine months",
        ),
        Expected(
            {
                "2024-05-21: purged vehicles whose bytes are in the files": [],
                "2024-11-02: purged vehicles whose bytes are in the files": [],
            },
            ("426.3[5]",),
            "purged in an unrecoverable manner",
        ),
        Expected(
            PASSWORD, ("426.4(a)",), "accessible only through a login/password-protected system"
        ),
        Expected(
            ON_RECORD,
            ("426.4(a)",),
            "capable of documenting all access of information by name, date, and time",
        ),
        Expected(
            {
                "a search for a case without crime type and incident": refused("426.4(c)"),
                "searches on the record after five years less a day": 23,
                "crime types and incidents after five years less a day": [
                    ("homicide", "I26-01873")
                ],
                "the record is whole after five years less a day": True,
            },
            ("426.4(c)",),
            "number of ALPR data searches ... crime type and incident numbers ... preserved for at least five years",
        ),
        Expected(
            AUDITED, ("426.4(d)",), "ALPR system audits should be conducted on a regular basis."
        ),
        Expected(
            _written("426.6(a)"),
            ("426.6(a)(1)", "426.6(a)(2)", "426.6(a)(3)"),
            "makes a written request ... The name of the agency. The name of the person requesting. The intended purpose",
        ),
        Expected(
            _decided("426.6(b)"),
            ("426.6(b)",),
            "reviewed by the Administration Assistant Chief or the authorized designee and approved before",
        ),
        Expected(ON_FILE, ("426.6(c)",), "The approved request is retained on file."),
        Expected(
            {"a release to a prosecutor is approved": DONE},
            ("426.6[1]",),
            "or prosecutorial agencies",
        ),
        Expected(
            _others("426.6", "Records Maintenance and Release Policy"),
            ("426.6[2]",),
            "will be processed as provided in the Records Maintenance and Release Policy",
        ),
        Expected(
            _statement("426.3", ("426.3", "Administration Assistant Chief")),
            ("426.3[3]",),
            "The Administration Assistant Chief is responsible for ensuring systems and processes",
        ),
        Expected(
            NOT_IN_PUBLIC | {"the public page has the special-use permits": True},
            ("426.7[1]", "426.7[2]"),
            "This policy and any special use permits obtained for stationary ALPRs shall be published",
        ),
    ),
    left=(
        (
            Left(
                "2024-05-21",
                there=("7WARR01", "7ORDR01", "7ABX123"),
                gone=("7PLAIN1", "7EVID01", "7A8X123"),
            ),
            ("426.3[5]",),
            "all ALPR data that is not reasonably related to official law enforcement business purged ... as soon as practicable",
        ),
        (
            Left("2024-10-31", there=("7WARR01", "7ORDR01", "7ABX123")),
            ("426.3[5]",),
            "the hit on it was right: related to official business, and not yet nine months old",
        ),
        (
            Left(
                "2024-11-02",
                there=("7WARR01", "7ORDR01"),
                gone=tuple(e for e in ALL if e not in ("7WARR01", "7ORDR01")),
            ),
            ("426.3[6]",),
            "In no event ... longer than nine months unless it is subject to a warrant ... or disclosure order",
        ),
        (
            Left("2024-12-02", there=("4PRES01", "4PRES02")),
            ("426.3[6]",),
            "unless it is subject to a ... preservation request",
        ),
        (
            Left("2024-12-10", there=("4PRES02",), gone=("4PRES01",)),
            ("426.3[6]",),
            "a preservation request lasts 14 days, then a court order follows or it lapses (Utah Code 41-6a-2005)",
        ),
        (
            Left("2026-03-09", there=("7WARR01", "7ORDR01", "4PRES02"), gone=PLAIN),
            ("426.3[6]",),
            "In no event ... longer than nine months unless",
        ),
    ),
)

TEXTS: dict[str, Text] = {
    "clovis-ca": CLOVIS,
    "claremont-ca": CLAREMONT,
    "piedmont-ca": PIEDMONT,
    "clinton-ut": CLINTON,
    "seal-beach-ca": SEAL_BEACH,
}

#: The oldest that a read may be which no hold suspends, once everything due has gone: months, by the text.
OLDEST: dict[str, tuple[int, str, str]] = {
    "clovis-ca": (12, "462.4[4]", "Thereafter, ALPR data should be purged"),
    "claremont-ca": (24, "820.9[2]", "at which time the LPR data shall be purged"),
    "piedmont-ca": (12, "438.4[4]", "Thereafter, ALPR data should be purged"),
    "clinton-ut": (
        9,
        "426.3[6]",
        "In no event shall this data be maintained longer than nine months",
    ),
    "seal-beach-ca": (12, "RETENTION[7]", "thereafter may be purged"),
}

__all__ = ["OLDEST", "TEXTS", "Expected", "Left", "Text"]
