"""What the text makes of it: Clovis Police Department, Policy 462."""

from __future__ import annotations

from expectations import (
    DONE,
    NO_LAPSE,
    NOT_IN_PUBLIC,
    ON_FILE,
    PRIVATE_SILENT,
    Expected,
    Text,
    california,
    decided,
    holds,
    others,
    package,
    standard,
    statement,
    written,
)

CLOVIS = Text(
    expected=(
        *standard(
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
            holds("462.4", "evidence", "likely-evidence", "discovery", "lawful-action"),
            ("462.4[4]",),
            "evidence in a criminal or civil action or is subject to a discovery request or other lawful action",
        ),
        Expected(
            package(4),
            ("462.4[5]",),
            "downloaded from the server onto portable media and booked into evidence",
        ),
        Expected(
            written("462.7(a)"),
            ("462.7(a)(1)", "462.7(a)(2)", "462.7(a)(3)"),
            "written request ... name of the agency. ... name of the person requesting. ... intended purpose",
        ),
        Expected(
            decided("462.7(b)"),
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
            others("462.7", "Records Maintenance and Release Policy"),
            ("462.7[2]",),
            "will be processed as provided in the Records Maintenance and Release Policy",
        ),
        Expected(
            statement(
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
    left=california(
        {"keep": "462.4[3]", "purge": "462.4[4]"},
        ("7EVID01", "7LIKE01", "7DISC01", "7LAWF01"),
        {
            "keep": "stored for a minimum of one year",
            "purge": "Thereafter, ALPR data should be purged unless",
        },
    ),
)

__all__ = ["CLOVIS"]
