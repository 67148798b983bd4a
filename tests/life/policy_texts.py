"""What the five policy texts make of the same two years: an expectation for each thing that was tried.

Written from the texts alone, with the words that each rests on. Clauses are numbered as the texts number them;
``proves`` gives the number under which a profile lists the duty, where the text has several under one number.
"""

from __future__ import annotations

from expectations import Text
from text_claremont import CLAREMONT
from text_clinton import CLINTON
from text_clovis import CLOVIS
from text_piedmont import PIEDMONT
from text_seal_beach import SEAL_BEACH

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

__all__ = ["OLDEST", "TEXTS"]
