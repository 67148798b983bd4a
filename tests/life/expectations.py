"""How an expectation of a policy text is written down, and what several of the texts say in the same words."""

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
    """Facts that a text foresees, the clauses that they prove, and the words that say so.

    Without words the text is silent: what it does not forbid or ask for is neither refused nor asked for.
    """

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


def purposes(clause: str, others: str) -> dict[str, Any]:
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


def trained(clause: str) -> dict[str, Any]:
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


def verified(clause: str) -> dict[str, Any]:
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


def holds(clause: str, *known: str) -> dict[str, Any]:
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


def written(clause: str) -> dict[str, Any]:
    parts = ("agency", "person", "purpose", "letter")
    return {f"a request without its {part}": refused(clause) for part in parts}


def decided(clause: str) -> dict[str, Any]:
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


def others(clause: str, to: str) -> dict[str, Any]:
    return {
        "a release to a newspaper is approved": refused(clause),
        "the newspaper is referred": DONE,
        "the newspaper's request ends as": "referred",
        "others are sent to": to,
    }


def package(vehicles: int) -> dict[str, Any]:
    return {
        "held data is put on media for evidence": DONE,
        "the package verifies": True,
        "held vehicles in the package": vehicles,
        "booked into evidence under": "E24-00871-1",
    }


def statement(clause: str, *wanted: tuple[str, str]) -> dict[str, Any]:
    return {
        "somebody without the title gives a statement": refused(clause),
        "statements wanted from": sorted(wanted),
        "statements not given again in two years are shown as late": True,
    }


def california(
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


def standard(n: dict[str, str]) -> tuple[Expected, ...]:
    """What Clovis's and Piedmont's texts say in the same words, each under its own numbers."""
    return (
        Expected(
            purposes(n["use"], DONE),
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
            trained(n["trained"]),
            (n["trained"],),
            "without first completing department-approved training",
        ),
        Expected(
            verified(n["verify"]),
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


__all__ = [
    "ALL",
    "AUDITED",
    "CANVASS",
    "CASE_ASKED",
    "DONE",
    "HELD",
    "LAPSE_AFTER",
    "NOTHING_EXTRA_ON_CRIME",
    "NOTHING_MORE",
    "NOT_IN_PUBLIC",
    "NOT_TAKEN",
    "NO_LAPSE",
    "ON_FILE",
    "ON_RECORD",
    "PASSWORD",
    "PLAIN",
    "PRIVATE_SILENT",
    "UNIT_SILENT",
    "Expected",
    "Left",
    "Text",
    "california",
    "decided",
    "holds",
    "others",
    "package",
    "purposes",
    "refused",
    "standard",
    "statement",
    "trained",
    "verified",
    "written",
]
