"""Mapping files: which column of a site's own CSV export is what, in which zone and unit.

::

    name: learn-export
    columns:
      plate: Plate Number
      captured_at: [Scan Date, Scan Time]     # several columns are joined with a blank
      camera: Camera Name
      latitude: Lat
      longitude: Long
      confidence: Score
    time:
      format: "%m/%d/%Y %I:%M:%S %p"          # iso, epoch, or a strptime format; a list is tried in order
      zone: America/Los_Angeles               # the agency's own where left out
    units:
      confidence: percent                     # percent, fraction or auto
      heading: compass                        # degrees or compass
      position: degrees                       # degrees, microdegrees, or a projected grid such as EPSG:2227
    constants:
      state: CA
    file:
      delimiter: ";"
      encoding: utf-8
      skip_lines: 0
"""

from __future__ import annotations

import codecs
import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.errors import BadInput
from workbench.ingest.formats.base import FIELDS, Conventions

__all__ = ["ColumnMapping", "load_mapping"]

_SECTIONS = ("name", "columns", "time", "units", "constants", "file")
_NEEDED = ("plate", "captured_at")
_NOT_CONSTANT = frozenset({"plate", "captured_at", "candidates", "source_id"})
_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_UNITS: dict[str, tuple[str, ...]] = {
    "confidence": ("percent", "fraction", "auto"),
    "heading": ("degrees", "compass"),
    "position": ("degrees", "microdegrees"),
}
_GRID = re.compile(r"EPSG:\d{4,6}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """A mapping file, checked.

    Parameters
    ----------
    name : str
        What the export is called; it stands as the transfer's format.
    columns : dict
        Canonical field to the names of its source columns.
    constants : dict
        Canonical field to the value that every row has.
    conventions : Conventions
        Times, confidences, headings.
    position : str
        ``degrees``, ``microdegrees`` or a projected grid (``EPSG:2227``: x is longitude, y is latitude).
    delimiter, encoding : str
        Empty to find them in the file.
    skip_lines : int
        Lines above the header.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, Any] = field(default_factory=dict)
    conventions: Conventions = field(default_factory=Conventions)
    position: str = "degrees"
    delimiter: str = ""
    encoding: str = ""
    skip_lines: int = 0


def load_mapping(path: Path) -> ColumnMapping:
    """Read and check a mapping file.

    Raises
    ------
    BadInput
        It does not hold together: says the line and how to mend it.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        found = YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(
            f"The mapping file {path} cannot be read: {error.strerror}.",
            "Give its path with --mapping.",
        ) from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise BadInput(
            f"The mapping file {path.name} is not valid YAML{where}.",
            "Mend its indents and quotes.",
        ) from None
    return _Reader(path.name).read(found, default=path.stem)


class _Reader:
    """Reads a mapping and says line and mend where it does not hold."""

    def __init__(self, file: str) -> None:
        self._file = file

    def read(self, found: object, *, default: str) -> ColumnMapping:
        whole = self._section(found, "the file", _SECTIONS, None, "")
        columns = self._columns(whole)
        units = self._sub(whole, "units", _UNITS)
        time = self._sub(whole, "time", ("format", "zone"))
        file = self._sub(whole, "file", ("delimiter", "encoding", "skip_lines"))
        kind, formats = self._formats(time)
        name = whole.get("name", default)
        if not isinstance(name, str) or not name.strip():
            self._refuse(whole, "name", "The name is not a word.", "Give the export a name.")
        return ColumnMapping(
            name=name.strip(),
            columns=columns,
            constants=self._constants(whole, columns),
            conventions=Conventions(
                time=kind,
                time_formats=formats,
                zone=self._zone(time),
                confidence=cast("Any", self._unit(units, "confidence", "auto")),
                heading=cast("Any", self._unit(units, "heading", "degrees")),
            ),
            position=self._position(units, columns),
            delimiter=self._delimiter(file),
            encoding=self._encoding(file),
            skip_lines=self._skip_lines(file),
        )

    def _refuse(self, where: object, key: str | None, problem: str, mend: str) -> NoReturn:
        marks = getattr(where, "lc", None)
        line = 1
        if marks is not None:
            try:
                line = (marks.key(key)[0] if key is not None else marks.line) + 1
            except (KeyError, TypeError):
                line = (marks.line or 0) + 1
        raise BadInput(f"The mapping file {self._file}, line {line}: {problem}", mend)

    def _section(
        self, found: object, name: str, known: Iterable[str], parent: object, key: str
    ) -> dict[str, Any]:
        if not isinstance(found, dict):
            self._refuse(
                parent, key or None, f"{name} is not a list of names and values.", _EXAMPLE
            )
        for word in found:
            if word not in known:
                near = difflib.get_close_matches(str(word), list(known), n=1)
                hint = f"Did you mean {near[0]}? " if near else ""
                self._refuse(
                    found, word, f"{word} is not known here.", f"{hint}Known: {', '.join(known)}."
                )
        return found

    def _sub(self, whole: dict[str, Any], name: str, known: Iterable[str]) -> dict[str, Any]:
        return self._section(whole[name], name, known, whole, name) if name in whole else {}

    def _columns(self, whole: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        found = self._sub(whole, "columns", FIELDS)
        for needed in _NEEDED:
            if needed not in found:
                self._refuse(
                    found or whole,
                    None,
                    f"columns has no {needed}.",
                    f"Add: {needed}: <source column>",
                )
        columns: dict[str, tuple[str, ...]] = {}
        for field_, source in found.items():
            names = source if isinstance(source, list) else [source]
            if not names or not all(isinstance(name, str) and name.strip() for name in names):
                self._refuse(
                    found, field_, f"{field_} names no column.", "Give the header's own words."
                )
            if len(names) > 1 and field_ != "captured_at":
                self._refuse(
                    found,
                    field_,
                    f"{field_} names several columns.",
                    "Only captured_at may have several.",
                )
            columns[field_] = tuple(name.strip() for name in names)
        return columns

    def _constants(self, whole: dict[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
        known = [name for name in FIELDS if name not in _NOT_CONSTANT]
        found = self._sub(whole, "constants", known)
        for name, value in found.items():
            if name in columns:
                self._refuse(
                    found, name, f"{name} is a column and a constant.", "Keep one of the two."
                )
            if not isinstance(value, (str, int, float)):
                self._refuse(
                    found, name, f"{name} is not a single value.", "Give a word or a number."
                )
        return {
            name: str(value) if isinstance(value, str) else value for name, value in found.items()
        }

    def _formats(self, time: dict[str, Any]) -> tuple[Literal["epoch", "text"], tuple[str, ...]]:
        found = time.get("format", "iso")
        formats = found if isinstance(found, list) else [found]
        for one in formats:
            if one in ("iso", "epoch"):
                continue
            if not isinstance(one, str) or "%" not in one or not _is_format(one):
                self._refuse(
                    time,
                    "format",
                    f"{one} is not a time format.",
                    'Give iso, epoch, or a strptime format such as "%m/%d/%Y %H:%M:%S".',
                )
        if "epoch" in formats:
            if len(formats) > 1:
                self._refuse(time, "format", "epoch stands beside other formats.", "Give it alone.")
            return "epoch", ()
        return "text", tuple(str(one) for one in formats)

    def _zone(self, time: dict[str, Any]) -> str:
        zone = time.get("zone", "")
        if zone:
            try:
                ZoneInfo(str(zone))
            except (ZoneInfoNotFoundError, ValueError):
                self._refuse(
                    time,
                    "zone",
                    f"{zone} is no time zone.",
                    "Use an IANA name: America/Denver, UTC.",
                )
        return str(zone)

    def _unit(self, units: dict[str, Any], name: str, default: str) -> str:
        found = units.get(name, default)
        if found not in _UNITS[name]:
            self._refuse(
                units, name, f"{found} is not a unit of {name}.", f"Use {', '.join(_UNITS[name])}."
            )
        return str(found)

    def _position(self, units: dict[str, Any], columns: Mapping[str, Any]) -> str:
        found = str(units.get("position", "degrees"))
        if found in _UNITS["position"]:
            return found
        if not _GRID.fullmatch(found):
            self._refuse(
                units,
                "position",
                f"{found} is not a unit of position.",
                "Use degrees, microdegrees, or a grid such as EPSG:2227.",
            )
        if not {"latitude", "longitude"} <= columns.keys():
            self._refuse(
                units,
                "position",
                "A grid needs both of its columns.",
                "Map longitude to x (easting) and latitude to y (northing).",
            )
        from pyproj import CRS
        from pyproj.exceptions import CRSError

        try:
            CRS.from_user_input(found.upper())
        except CRSError:
            self._refuse(
                units, "position", f"{found} is no known grid.", "Look up its EPSG number."
            )
        return found.upper()

    def _delimiter(self, file: dict[str, Any]) -> str:
        found = file.get("delimiter", "")
        found = _DELIMITERS.get(found, found) if isinstance(found, str) else "??"
        if len(found) > 1 or found in ('"', "\n", "\r"):
            self._refuse(
                file, "delimiter", "The delimiter is not one character.", 'Use "," ";" "|" or tab.'
            )
        return found

    def _encoding(self, file: dict[str, Any]) -> str:
        found = str(file.get("encoding", ""))
        if found:
            try:
                known = codecs.lookup(found)
            except LookupError:
                known = None
            if known is None or not getattr(known, "_is_text_encoding", True):
                self._refuse(
                    file,
                    "encoding",
                    f"{found} is no encoding.",
                    "Use utf-8, utf-16 or windows-1252.",
                )
        return found

    def _skip_lines(self, file: dict[str, Any]) -> int:
        found = file.get("skip_lines", 0)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= 1000:
            self._refuse(file, "skip_lines", "skip_lines is not a small number.", "Give 0 to 1000.")
        return found


_EXAMPLE = "See docs/ingest.md for a whole example."


def _is_format(text: str) -> bool:
    """Tell whether a format holds a date and a time of day: what it writes it must read."""
    import pandas as pd

    moment = dt.datetime(2026, 3, 2, 21, 10, tzinfo=dt.UTC)
    try:
        found = pd.to_datetime(moment.strftime(text), format=text, utc=True)
    except (ValueError, TypeError, re.error):
        return False
    return bool(found == moment)
