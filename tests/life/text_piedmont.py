"""What the text makes of it: Piedmont Police Department, Policy 438."""

from __future__ import annotations

from expectations import (
    DONE,
    LAPSE_AFTER,
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
    refused,
    standard,
    statement,
)

PIEDMONT = Text(
    expected=(
        *standard(
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
            holds("438.4", "evidence", "likely-evidence", "discovery", "lawful-action"),
            ("438.4[4]",),
            "evidence in a criminal or civil action or is subject to a discovery request or other lawful action",
        ),
        Expected(
            package(4),
            ("438.4[5]",),
            "downloaded from the server onto portable media and booked into evidence",
        ),
        Expected(
            decided("438.9"),
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
            others("438.9", "Records Maintenance and Release Policy"),
            ("438.9[2]",),
            "will be processed as provided in the Records Maintenance and Release Policy",
        ),
        Expected(
            statement(
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
    left=california(
        {"keep": "438.4[3]", "purge": "438.4[4]"},
        ("7EVID01", "7LIKE01", "7DISC01", "7LAWF01"),
        {
            "keep": "stored for a minimum of one year",
            "purge": "Thereafter, ALPR data should be purged unless",
        },
    ),
)

__all__ = ["PIEDMONT"]
