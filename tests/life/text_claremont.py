"""What the text makes of it: Claremont Police Department, Policy 820."""

from __future__ import annotations

from expectations import (
    ALL,
    AUDITED,
    CANVASS,
    CASE_ASKED,
    DONE,
    LAPSE_AFTER,
    NOT_IN_PUBLIC,
    NOTHING_EXTRA_ON_CRIME,
    ON_FILE,
    ON_RECORD,
    PASSWORD,
    PRIVATE_SILENT,
    UNIT_SILENT,
    Expected,
    Left,
    Text,
    decided,
    holds,
    package,
    purposes,
    refused,
    trained,
    written,
)

CLAREMONT = Text(
    expected=(
        Expected(
            purposes("820.3", refused("820.3")),
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
            trained("820.4"),
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
            "the dispatcher shall confirm that the plate is not a misread and then immediately broadcast ... run the "
            "“hit” through the California Law Enforcement Telecommunications System (CLETS) and broadcast the results",
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
            holds("820.9", "evidence", "likely-evidence"),
            ("820.9[2]",),
            "unless it is evidence ... or there is a reasonable likelihood that it will become evidence",
        ),
        Expected(
            package(2) | {"the package is for": "dvd"},
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
            written("820.6"),
            ("820.6[3]",),
            "a written request that includes the agency, name of the person requesting the data, and the reason",
        ),
        Expected(
            decided("820.6"),
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

__all__ = ["CLAREMONT"]
