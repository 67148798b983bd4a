"""How a file of a hot list is laid out: known headers of delimited text, or an agency's own layout file.

::

    name: state-stolen-vehicles
    fields:                         # fixed width: columns counted from 1
      plate:     {start: 1,  length: 10}
      state:     {start: 11, length: 2}
      make:      {start: 13, length: 4}
      color:     {start: 17, length: 3}
      reference: {start: 20, length: 10}
      expires:   {start: 30, length: 8}
      action:    {start: 38, length: 1}   # A adds, D removes: for incremental files
    constants: {category: stolen vehicle}
    dates: ["%Y%m%d"]               # iso, or strptime formats
    file: {encoding: windows-1252, skip_lines: 1, ignore: "^(HDR|TRL)"}

For delimited text a field names its column (``plate: Hot Plate``) and ``file`` may give a delimiter.
"""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from workbench.errors import BadInput
from workbench.hotlists.entries import FIELDS

__all__ = ["ALIASES", "Layout", "Span", "load_layout", "recognized"]

NAMES = (*FIELDS, "action")
_SECTIONS = ("name", "fields", "constants", "dates", "file")
_FILE = ("delimiter", "encoding", "skip_lines", "ignore")
_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_MOST = 10_000

ALIASES: dict[str, tuple[str, ...]] = {
    "plate": (
        "platenumber",
        "hotplate",
        "licenseplate",
        "licenseplatenumber",
        "lic",
        "plateno",
        "tag",
    ),
    "state": ("platestate", "lis", "stateofissue", "jurisdiction", "region"),
    "category": ("alert", "alerttype", "hottype", "type", "crimetype", "status"),
    "plate_type": ("lit", "platetype"),
    "plate_year": ("liy", "plateyear"),
    "make": ("vma", "vehiclemake"),
    "model": ("vmo", "vehiclemodel"),
    "color": ("vco", "colour", "vehiclecolor"),
    "body": ("vst", "bodystyle", "vehicletype", "style"),
    "year": ("vyr", "vehicleyear", "modelyear"),
    "vin": ("vehicleidentificationnumber",),
    "reference": ("nic", "nicnumber", "recordid", "fcn", "ref"),
    "case": ("oca", "casenumber", "caseno", "incident", "incidentnumber"),
    "agency": ("ori", "originatingagency"),
    "source": ("listsource",),
    "requester": ("requestedby", "officer"),
    "contact": ("phone", "contactphone"),
    "effective": ("effectivedate", "startdate", "dateentered", "doe", "begindate"),
    "expires": ("expirydate", "expirationdate", "enddate", "expiry"),
    "note": ("notes", "comments", "comment", "description", "info", "mis"),
    "action": ("operation", "transaction"),
}
"""Words of headers by which a column is known, in small letters and without marks; a field's own name is one too."""


@dataclass(frozen=True, slots=True)
class Span:
    """Columns of a fixed-width line: the first, counted from 0, and the one after the last."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out.

    Parameters
    ----------
    name : str
        What the file is called.
    spans : mapping
        Fixed width: field to its columns; empty for delimited text.
    columns : mapping
        Delimited: field to its header; empty to go by the headers that are known.
    constants : mapping
        Field to the value that every entry has.
    dates : tuple of str
        ``iso`` or strptime formats, tried in order.
    ignore : str
        Regular expression of lines that are none of the list: headers and trailers.
    """

    name: str
    spans: Mapping[str, Span] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ("iso", "%Y%m%d", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S")
    delimiter: str = ""
    encoding: str = ""
    skip_lines: int = 0
    ignore: str = ""

    @property
    def fixed(self) -> bool:
        """Whether the lines are of fixed width."""
        return bool(self.spans)


def recognized(header: Sequence[str]) -> dict[str, int]:
    """Return which columns of a header are which fields; the first where two would do.

    Examples
    --------
    >>> recognized(["PlateNumber", "Category", "PlateState", "ExpiryDate"])
    {'plate': 0, 'category': 1, 'state': 2, 'expires': 3}
    >>> recognized(["Hot Plate", "State", "Alert"])
    {'plate': 0, 'state': 1, 'category': 2}
    """
    words = [re.sub(r"[^a-z0-9]", "", cell.casefold()) for cell in header]
    found: dict[str, int] = {}
    taken: set[int] = set()
    for name in NAMES:
        for word in (name.replace("_", ""), *ALIASES.get(name, ())):
            if word in words and words.index(word) not in taken:
                found[name] = words.index(word)
                taken.add(found[name])
                break
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def load_layout(path: Path) -> Layout:
    """Read and check a layout file.

    Raises
    ------
    BadInput
        It does not hold together: says where and how to mend it.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        found = YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(
            f"The layout file {path.name} cannot be read: {error.strerror}.", "Give its path."
        ) from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise BadInput(
            f"The layout file {path.name} is not valid YAML{where}.", "Mend its indents and quotes."
        ) from None
    return _Reader(path.name).read(found, path.stem)


class _Reader:
    """Reads a layout and says what does not hold, with its line."""

    def __init__(self, file: str) -> None:
        self._file = file

    def read(self, found: Any, default: str) -> Layout:
        whole = self._block(found, _SECTIONS, found, "")
        given = self._block(whole.get("fields"), NAMES, whole, "fields")
        if "plate" not in given:
            self._refuse(whole, "fields", "fields has no plate.", "Say where the plate stands.")
        spans = {
            name: self._span(given, name) for name, each in given.items() if isinstance(each, dict)
        }
        columns = {
            name: str(each).strip() for name, each in given.items() if not isinstance(each, dict)
        }
        if spans and columns:
            self._refuse(
                whole, "fields", "Some fields have columns and some have headers.",
                "Give every field a start and a length, or every field the header of its column.",
            )  # fmt: skip
        constants = self._block(whole.get("constants", {}), FIELDS[1:], whole, "constants")
        file = self._block(whole.get("file", {}), _FILE, whole, "file")
        skip = file.get("skip_lines", 0)
        if not isinstance(skip, int) or isinstance(skip, bool) or not 0 <= skip <= 1000:
            self._refuse(file, "skip_lines", "skip_lines is no small number.", "Give 0 to 1000.")
        dates = {"dates": self._dates(whole)} if "dates" in whole else {}
        return Layout(
            name=str(whole.get("name", default)).strip() or default,
            spans=spans,
            columns=columns,
            constants={name: str(value) for name, value in constants.items()},
            delimiter=self._delimiter(file),
            encoding=self._encoding(file),
            skip_lines=skip,
            ignore=self._ignore(file),
            **dates,
        )

    def _refuse(self, where: Any, key: str, problem: str, mend: str) -> NoReturn:
        line = 1
        marks = getattr(where, "lc", None)
        if marks is not None:
            try:
                line = int(marks.key(key)[0]) + 1
            except (KeyError, TypeError):
                line = int(marks.line or 0) + 1
        raise BadInput(f"The layout file {self._file}, line {line}: {problem}", mend)

    def _block(self, found: Any, known: Sequence[str], parent: Any, key: str) -> dict[str, Any]:
        if not isinstance(found, dict):
            what = key or "the file"
            self._refuse(
                parent, key, f"{what} is no block of names and values.", "See docs/hot-lists.md."
            )
        for word in found:
            if word not in known:
                near = difflib.get_close_matches(str(word), known, n=1)
                hint = f"Did you mean {near[0]}? " if near else ""
                self._refuse(
                    found, word, f"{word} is not known here.", f"{hint}Known: {', '.join(known)}."
                )
        return found

    def _span(self, given: dict[str, Any], name: str) -> Span:
        block = self._block(given[name], ("start", "length"), given, name)
        numbers = [block.get("start"), block.get("length")]
        if not all(
            isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= _MOST for n in numbers
        ):
            self._refuse(
                given,
                name,
                f"{name} has no start and length.",
                "Count from 1: {start: 1, length: 10}.",
            )
        return Span(block["start"] - 1, block["start"] - 1 + block["length"])

    def _dates(self, whole: dict[str, Any]) -> tuple[str, ...]:
        found = whole["dates"]
        listed = found if isinstance(found, list) else [found]
        for one in listed:
            if not isinstance(one, str) or not (one == "iso" or "%" in one):
                self._refuse(
                    whole, "dates", f"{one} is no date format.", 'Give iso, or such as "%Y%m%d".'
                )
        return tuple(str(one) for one in listed)

    def _delimiter(self, file: dict[str, Any]) -> str:
        found = str(file.get("delimiter", ""))
        found = _DELIMITERS.get(found, found)
        if len(found) > 1:
            self._refuse(
                file, "delimiter", "The delimiter is not one character.", 'Give ";", or tab.'
            )
        return found

    def _encoding(self, file: dict[str, Any]) -> str:
        found = str(file.get("encoding", ""))
        try:
            codecs.lookup(found or "utf-8")
        except LookupError:
            self._refuse(
                file, "encoding", f"{found} is no encoding.", "Such as utf-8 or windows-1252."
            )
        return found

    def _ignore(self, file: dict[str, Any]) -> str:
        found = str(file.get("ignore", ""))
        try:
            re.compile(found)
        except re.error:
            self._refuse(
                file, "ignore", "ignore is no regular expression.", 'Such as "^(HDR|TRL)".'
            )
        return found
