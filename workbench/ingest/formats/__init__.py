"""Source formats: one file each, found by the beginning of a file or named by the caller."""

from __future__ import annotations

from workbench.errors import BadInput, BadTransfer
from workbench.ingest.formats.alpr_alert import AlprAlert
from workbench.ingest.formats.alpr_group import AlprGroup
from workbench.ingest.formats.alpr_results import AlprResults
from workbench.ingest.formats.base import Batch, Conventions, Format, Options, Problem
from workbench.ingest.formats.elsag import Elsag
from workbench.ingest.formats.plate_recognizer import PlateRecognizer

__all__ = [
    "FORMATS",
    "Batch",
    "Conventions",
    "Format",
    "Options",
    "Problem",
    "by_name",
    "recognize",
]

FORMATS: tuple[Format, ...] = (
    AlprGroup(),
    AlprResults(),
    AlprAlert(),
    PlateRecognizer(),
    Elsag(),
)
"""The formats that are told apart by themselves; any other CSV goes through a mapping file."""

_SURE = 0.3


def by_name(name: str) -> Format:
    """Return the format of that name.

    Raises
    ------
    BadInput
        There is none.
    """
    for one in FORMATS:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in FORMATS)
    raise BadInput(f"There is no format called {name!r}.", f"There are: {names}; or use --mapping.")


def recognize(head: str, name: str) -> Format:
    """Return the format that a file is most likely of.

    Raises
    ------
    BadTransfer
        It looks like none of them.
    """
    certainty, best = max(((one.sniff(head, name), -place) for place, one in enumerate(FORMATS)))
    if certainty >= _SURE:
        return FORMATS[-best]
    if not head.strip("\ufeff \t\r\n\x00"):
        raise BadTransfer(f"{name} is empty.", "See that the export ran, then copy it again.")
    raise BadTransfer(
        f"{name} is of no format the workbench knows by itself.",
        "Name it with --format, or describe its columns with --mapping (docs/ingest.md).",
    )
