"""Searches made in another system: its audit export, read strictly, as rows that the indicators can look at.

The form is that of a Flock Safety audit export: thirteen columns, times like ``01/02/2025, 10:00:01 AM UTC``, a time
frame of two lines in one cell, ``***`` where a cell is masked. What is masked is not known: it is never taken as a
reason that says nothing or as a missing case.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from workbench.analysis.plates import normalize
from workbench.records.registers import BadRow, Imported, Row, Tally, read_register

__all__ = ["AUTOMATIC", "COLUMNS", "ElsewhereSearch", "read_export"]

_TITLES = (
    "ID", "Name", "Org Name", "Total Networks Searched", "Time Frame", "License Plate", "Reason", "Case #", "Filters",
    "Search Time", "Search Type", "Text Prompt", "Moderation",
)  # fmt: skip
COLUMNS = tuple(title.lower().replace(" ", "_") for title in _TITLES)
"""The export's columns as they are read: in lower case, with underscores."""

AUTOMATIC = frozenset({"apiv1"})
"""Kinds of search (in lower case) that no person typed, unless the reviewer names others."""

_NEEDED = ("id", "name", "org_name", "license_plate", "reason", "case_#", "search_time")
_SHOWN = ("id", "name", "org_name", "license_plate", "reason", "case_#", "search_type")
_MASK = re.compile(r"\*{2,}|\[?redacted\]?", re.IGNORECASE)
_TIME = "%m/%d/%Y, %I:%M:%S %p UTC"
_SHAPE = re.compile(r"\d{2}/\d{2}/\d{4}, \d{2}:\d{2}:\d{2} [AP]M UTC")
_FIRST_YEAR = 2000
_LONGEST_PLATE = 12


@dataclass(frozen=True, slots=True)
class ElsewhereSearch:
    """A search as the export tells it; a masked cell is empty here and named in ``masked``.

    ``line`` is its first line in the file, ``start`` and ``end`` the time frame asked for, where there is one.
    """

    line: int
    id: str
    name: str
    organization: str
    plate: str
    reason: str
    case_number: str
    at: dt.datetime
    start: dt.datetime | None
    end: dt.datetime | None
    networks: int | None
    kind: str
    masked: frozenset[str]

    def is_automatic(self, kinds: Collection[str]) -> bool:
        """Say whether its kind is one of those that no person typed."""
        return self.kind.casefold() in kinds


def read_export(
    path: Path, *, rejects: Path, now: dt.datetime, ignore: Collection[str] = ()
) -> tuple[tuple[ElsewhereSearch, ...], Imported]:
    """Read an export; every row is taken, or written to a reject file with its line, the reason and its text.

    Parameters
    ----------
    rejects : Path
        The folder of reject files.
    now : datetime
        The present, aware: a search cannot have been made after it.
    ignore : collection of str
        Columns of the file that are passed over.

    Raises
    ------
    BadInput
        The file cannot be read, is no CSV, lacks a column or has one that is not known.
    """
    file = read_register(path, columns=COLUMNS, required=_NEEDED, ignore=ignore)
    tally = Tally()
    found: dict[str, ElsewhereSearch] = {}
    for row in file.rows:
        try:
            search = _search(row, now)
        except BadRow as problem:
            tally.reject(row, str(problem))
            continue
        if search.id in found:
            tally.reject(row, "the ID stands in the file twice")
        else:
            found[search.id] = search
    tally.accepted = len(found)
    return tuple(found.values()), tally.finish(file, rejects, now)


def _search(row: Row, now: dt.datetime) -> ElsewhereSearch:
    cells = dict.fromkeys(COLUMNS, "") | dict(row.cells)
    masked = frozenset(name for name, cell in cells.items() if _MASK.fullmatch(cell))
    known = {name: "" if name in masked else cell for name, cell in cells.items()}
    if not known["id"]:
        raise BadRow("there is no ID")
    known["reason"] = " ".join(known["reason"].split())
    if any(not known[name].isprintable() for name in _SHOWN):
        raise BadRow("a cell holds a line break or another control character")
    if not known["search_time"]:
        raise BadRow("there is no search time")
    at = _moment(known["search_time"])
    if at > now:
        raise BadRow("the search time lies in the future")
    plate = normalize(known["license_plate"])
    if bool(plate) != bool(known["license_plate"]) or len(plate) > _LONGEST_PLATE:
        raise BadRow("the plate is none")
    start, end = _frame(known["time_frame"])
    return ElsewhereSearch(
        line=row.line,
        id=known["id"],
        name=known["name"],
        organization=known["org_name"],
        plate=plate,
        reason=known["reason"],
        case_number=known["case_#"],
        at=at,
        start=start,
        end=end,
        networks=_number(known["total_networks_searched"]),
        kind=known["search_type"],
        masked=masked,
    )


def _moment(text: str) -> dt.datetime:
    if not _SHAPE.fullmatch(text):
        raise BadRow("a time is not written like 01/02/2025, 10:00:01 AM UTC")
    try:
        moment = dt.datetime.strptime(text, _TIME).replace(tzinfo=dt.UTC)
    except ValueError:
        raise BadRow("a time is none of the calendar") from None
    if moment.year < _FIRST_YEAR:
        raise BadRow("a time lies before the year 2000")
    return moment


def _frame(text: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    lines = [line.strip() for line in re.split(r"\r\n|\n|\r", text) if line.strip()]
    if not lines:
        return None, None
    if len(lines) != 2:
        raise BadRow("the time frame is not two times on two lines")
    start, end = (_moment(line) for line in lines)
    if end < start:
        raise BadRow("the time frame ends before it starts")
    return start, end


def _number(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text.replace(",", "")):
        raise BadRow("the number of networks is none")
    return int(text.replace(",", ""))
