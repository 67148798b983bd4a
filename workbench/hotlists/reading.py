"""Rows of a hot list's file: each an entry to add or to take off, or a row that cannot be taken in."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from workbench.analysis.plates import MAX_LENGTH, normalize, state_code
from workbench.errors import BadTime, BadTransfer
from workbench.hotlists.entries import FIELDS, Entry
from workbench.hotlists.layouts import Layout, recognized
from workbench.ingest.formats.base import MAX_TEXT, Problem
from workbench.ingest.formats.csvrows import Table
from workbench.ingest.source import guarded, open_text
from workbench.times import localize

__all__ = ["Line", "entry_of", "moment", "read_list"]

_ADD = frozenset(
    {"", "A", "ADD", "N", "NEW", "I", "INSERT", "U", "UPDATE", "M", "MODIFY", "E", "ENTER"}
)
_REMOVE = frozenset({"D", "DEL", "DELETE", "R", "REMOVE", "C", "CANCEL", "CLEAR", "X"})
_LONGEST = 400
_CLOCK = re.compile(r"%[HIMSfpzTX]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A row that could be read: its line, its text, whether it takes off, and the entry."""

    line: int
    text: str
    removes: bool
    entry: Entry


def read_list(path: Path, layout: Layout | None, zone: ZoneInfo) -> Iterator[Line | Problem]:
    """Yield the rows of a file, compressed with gzip or not.

    Parameters
    ----------
    layout : Layout, optional
        Where left out the file is delimited text with a header that is known.
    zone : ZoneInfo
        The agency's: dates are its days.

    Raises
    ------
    BadTransfer
        The file cannot be read, is empty, or has no column of plates.
    """
    plan = layout or Layout(path.stem)
    with open_text(path, plan.encoding) as source:
        cells = _fixed(source.stream, plan) if plan.fixed else _delimited(source.stream, plan)
        for row in guarded(path, cells):
            if isinstance(row, Problem):
                yield row
                continue
            line, found, text = row
            try:
                yield Line(line, text, _removes(found), entry_of(found, plan, zone))
            except ValueError as error:
                yield Problem(line, str(error), text[:MAX_TEXT])


_Cells = tuple[int, dict[str, str], str]


def _fixed(stream: TextIO, plan: Layout) -> Iterator[_Cells | Problem]:
    ignore = re.compile(plan.ignore) if plan.ignore else None
    plate = plan.spans["plate"]
    for number, raw in enumerate(stream, start=1):
        line = raw.rstrip("\r\n")
        if number <= plan.skip_lines or not line.strip() or (ignore and ignore.search(line)):
            continue
        if len(line) < plate.end and not line[plate.first :].strip():
            yield Problem(
                number, f"The line ends before the plate: {len(line)} characters.", line[:MAX_TEXT]
            )
            continue
        yield (
            number,
            {name: line[span.first : span.end].strip() for name, span in plan.spans.items()},
            line,
        )


def _delimited(stream: TextIO, plan: Layout) -> Iterator[_Cells | Problem]:
    table = Table(stream, delimiter=plan.delimiter, skip_lines=plan.skip_lines)
    places = _places(table, plan)
    ignore = re.compile(plan.ignore) if plan.ignore else None
    known = set(places.values())
    others = {name: at for at, name in enumerate(table.header) if at not in known and name}
    for row in table.rows():
        if isinstance(row, Problem):
            if not (ignore and ignore.search(row.text)):
                yield row
            continue
        line, cells, text = row
        if ignore and ignore.search(text):
            continue
        found = {name: cells[at].strip() for name, at in places.items()}
        found.update({f"other.{name}": cells[at].strip() for name, at in others.items()})
        yield line, found, text


def _places(table: Table, plan: Layout) -> dict[str, int]:
    if plan.columns:
        wanted = table.places(list(plan.columns.values()))
        for (name, header), place in zip(plan.columns.items(), wanted, strict=True):
            if place < 0:
                raise BadTransfer(
                    f"The file has no column {header!r}, which the layout names for {name}.",
                    f"Its columns are: {table.shown()}.",
                )
        return dict(zip(plan.columns, wanted, strict=True))
    places = recognized(table.header)
    if "plate" not in places:
        raise BadTransfer(
            "No column of the file is known to hold plates.",
            f"Write a layout file (--layout). The columns are: {table.shown()}.",
        )
    return places


def _removes(found: Mapping[str, str]) -> bool:
    word = found.get("action", "").upper()
    if word in _ADD:
        return False
    if word in _REMOVE:
        return True
    raise ValueError("The action is neither to add nor to remove.")


def entry_of(found: Mapping[str, str], plan: Layout, zone: ZoneInfo) -> Entry:
    """Return the entry of a row's cells.

    Raises
    ------
    ValueError
        With the reason in words: there is no plate, a field is too long, a date cannot be read.
    """
    plate = normalize(found.get("plate", ""))
    if not plate:
        raise ValueError("There is no plate.")
    if len(plate) > MAX_LENGTH:
        raise ValueError(f"The plate is longer than {MAX_LENGTH} characters.")
    values: dict[str, str] = {}
    other: dict[str, str] = {}
    for name, raw in (*plan.constants.items(), *found.items()):
        if not raw or name in ("plate", "action"):
            continue
        value = raw if raw.isascii() and raw.isprintable() else _CONTROL.sub(" ", raw).strip()
        if len(value) > _LONGEST:
            raise ValueError(f"A field is longer than {_LONGEST} characters.")
        if name.startswith("other."):
            other[name[6:]] = value
        else:
            values[name] = value
    state = values.pop("state", "")
    code = state_code(state)
    if state and not code:
        other["state"] = state  # no state of the union, such as a country's code: kept as it stands
    times = {
        name: moment(values.pop(name), plan.dates, zone, ends=name == "expires")
        for name in ("effective", "expires")
        if name in values
    }
    effective, expires = times.get("effective"), times.get("expires")
    if effective and expires and expires <= effective:
        raise ValueError("The entry expires before it takes effect.")
    text = {name: values[name] for name in FIELDS if name in values}
    return Entry(plate=plate, state=code, effective=effective, expires=expires, other=other, **text)


def moment(value: str, formats: tuple[str, ...], zone: ZoneInfo, *, ends: bool) -> dt.datetime:
    """Return a date or time as an aware moment; a date alone begins, or where it ends something, is over, at midnight.

    Raises
    ------
    ValueError
        It is in none of the formats, or a clock change makes it ambiguous.
    """
    return _reader(formats, zone, ends)(value)


@functools.lru_cache(maxsize=32)
def _reader(formats: tuple[str, ...], zone: ZoneInfo, ends: bool) -> Callable[[str], dt.datetime]:  # noqa: FBT001
    @functools.lru_cache(maxsize=65_536)
    def read(value: str) -> dt.datetime:
        for form in formats:
            found = _parsed(value, form)
            if found is None:
                continue
            naive, whole_day = found
            if whole_day and ends:
                naive += dt.timedelta(days=1)
            try:
                aware = naive if naive.tzinfo else localize(naive, zone)
            except BadTime as error:
                raise ValueError(error.problem) from None
            return aware.astimezone(dt.UTC)
        raise ValueError("A date cannot be read.")

    return read


def _parsed(value: str, form: str) -> tuple[dt.datetime, bool] | None:
    try:
        if form == "iso":
            plain = len(value) == 10 and value[4] == value[7] == "-"
            return (dt.datetime.fromisoformat(value), plain) if "-" in value else None
        found = dt.datetime.strptime(value, form)  # noqa: DTZ007 - the zone follows
        return found, not _CLOCK.search(form)
    except (ValueError, OverflowError):
        return None
