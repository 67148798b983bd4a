"""What the text makes of it: Clinton Police Department, Utah, Policy 426."""

from __future__ import annotations

from expectations import (
    ALL,
    AUDITED,
    CANVASS,
    CASE_ASKED,
    DONE,
    NO_LAPSE,
    NOT_IN_PUBLIC,
    NOTHING_MORE,
    ON_FILE,
    ON_RECORD,
    PASSWORD,
    PLAIN,
    UNIT_SILENT,
    Expected,
    Left,
    Text,
    decided,
    holds,
    others,
    package,
    purposes,
    refused,
    statement,
    trained,
    verified,
    written,
)

CLINTON = Text(
    expected=(
        Expected(
            purposes("426.2", DONE),
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
            trained("426.2(d)"),
            ("426.2(d)",),
            "without first completing department-approved training",
        ),
        Expected(NO_LAPSE),
        Expected(NOTHING_MORE),
        Expected(UNIT_SILENT),
        Expected(
            verified("426.2(e)"),
            ("426.2(e)",),
            "verify an ALPR response through the appropriate law enforcement database before taking enforcement action",
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
            holds("426.3", "warrant", "disclosure-order", "preservation-request"),
            ("426.3[6]",),
            "unless it is subject to a warrant, preservation request, or disclosure order",
        ),
        Expected(
            package(2),
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
            written("426.6(a)"),
            ("426.6(a)(1)", "426.6(a)(2)", "426.6(a)(3)"),
            "written request ... name of the agency. ... name of the person requesting. ... intended purpose",
        ),
        Expected(
            decided("426.6(b)"),
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
            others("426.6", "Records Maintenance and Release Policy"),
            ("426.6[2]",),
            "will be processed as provided in the Records Maintenance and Release Policy",
        ),
        Expected(
            statement("426.3", ("426.3", "Administration Assistant Chief")),
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
            "not reasonably related to official law enforcement business purged ... as soon as practicable",
        ),
        (
            Left("2024-10-31", there=("7WARR01", "7ORDR01", "7ABX123")),
            ("426.3[5]",),
            "not reasonably related to official law enforcement business",  # a right hit is related, until nine months
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
            "preservation request",  # 14 days, then a court order follows or it lapses: Utah Code 41-6a-2005
        ),
        (
            Left("2026-03-09", there=("7WARR01", "7ORDR01", "4PRES02"), gone=PLAIN),
            ("426.3[6]",),
            "In no event ... longer than nine months unless",
        ),
    ),
)

__all__ = ["CLINTON"]
