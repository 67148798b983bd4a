"""What the text makes of it: Seal Beach Police Department: headings and letters, no numbers."""

from __future__ import annotations

from expectations import (
    AUDITED,
    CANVASS,
    CASE_ASKED,
    DONE,
    NO_LAPSE,
    NOT_IN_PUBLIC,
    NOT_TAKEN,
    NOTHING_EXTRA_ON_CRIME,
    NOTHING_MORE,
    ON_RECORD,
    PASSWORD,
    PRIVATE_SILENT,
    Expected,
    Text,
    california,
    holds,
    others,
    package,
    purposes,
    refused,
    statement,
    trained,
    verified,
)

SEAL_BEACH = Text(
    expected=(
        Expected(
            purposes("OPERATION", DONE),
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
            trained("OPERATION(d)"),
            ("OPERATION(d)",),
            "without first completing department-approved training",
        ),
        Expected(NO_LAPSE),
        Expected(NOTHING_MORE),
        Expected(NOTHING_EXTRA_ON_CRIME),
        Expected(PRIVATE_SILENT),
        Expected(
            verified("OPERATION(f)")
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
            holds("RETENTION", "evidence", "likely-evidence", "lawful-action"),
            ("RETENTION[7]",),
            "evidence in a criminal or civil action or is subject to a lawful action to produce records",
        ),
        Expected(
            package(3),
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
            others("ACCOUNTABILITY(a)", "Records Supervisor")
            | {"a release to a prosecutor is approved": refused("ACCOUNTABILITY(a)")},
            ("ACCOUNTABILITY(a)",),
            "All non-law enforcement requests ... shall be referred to the Records Supervisor",
        ),
        Expected(
            statement("RETENTION", ("RETENTION", "ALPR Agency Manager")),
            ("RETENTION[3]",),
            "The ALPR Agency Manager is responsible to ensure proper collection and retention of ALPR data",
        ),
        Expected(NOT_IN_PUBLIC, ("RETENTION[1]",), "it is not open to public review"),
    ),
    left=california(
        {"keep": "RETENTION[6]", "purge": "RETENTION[7]"},
        ("7EVID01", "7LIKE01", "7LAWF01"),
        {"keep": "stored for a minimum of one year", "purge": "thereafter may be purged unless"},
    ),
)

__all__ = ["SEAL_BEACH"]
