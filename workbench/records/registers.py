"""Registers that come in as CSV (cases, cameras, outages): rows with their line and text, and what became of them.

Nothing of a file is lost: every row is taken in, left as it was, or written to a reject file with its line, the
reason, and its text.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import hashlib
import io
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import BadInput

__all__ = [
    "BadRow",
    "Imported",
    "RegisterFile",
    "Rejected",
    "Row",
    "Tally",
    "day",
    "number",
    "read_register",
    "storable",
    "yes_or_no",
]

_LARGEST = 64 * 1024 * 1024
_MOST_LINES = (
    20  # of one row with line breaks in quotes; a quote open for longer was never meant as one
)
_LONGEST = 4000
_YES = {"yes", "y", "true", "t", "1"}
_NO = {"no", "n", "false", "f", "0"}


class BadRow(ValueError):
    """A row that cannot be taken in; its message is the reason in the reject file."""


@dataclass(frozen=True)
class Row:
    """A row: its first line in the file, its text, and its cells by column, without space around them."""

    line: int
    text: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken in."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class RegisterFile:
    """A file as read: good rows, rows that are no rows of a table, and what it hashes to."""

    name: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True)
class Imported:
    """What an import did.

    ``accepted`` counts new rows, ``updated`` rows that changed what was there, ``unchanged`` the others; ``changes``
    says in words what was updated. ``reject_file`` is None where nothing was rejected.
    """

    file: str
    sha256: str
    accepted: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    changes: tuple[str, ...]
    reject_file: Path | None

    def counts(self) -> dict[str, Any]:
        """Return what the access record keeps: the file, its hash, and how many rows went which way."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "accepted": self.accepted,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": len(self.rejected),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON; of the rejected rows their number, line and reason."""
        plain = asdict(self)
        plain["rejected"] = [{"line": r.line, "reason": r.reason} for r in self.rejected]
        plain["reject_file"] = str(self.reject_file) if self.reject_file else None
        return plain


@dataclass
class Tally:
    """Counts while an import is under way."""

    accepted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    def reject(self, row: Row, reason: str) -> None:
        """Note a row that is not taken in."""
        self.rejected.append(Rejected(row.line, reason, row.text))

    def note(self, what: str, changed: Collection[str]) -> None:
        """Note a row that was known: with the columns it changed, if any."""
        if not changed:
            self.unchanged += 1
            return
        self.updated += 1
        self.changes.append(f"{what}: {', '.join(changed)}")

    def finish(self, file: RegisterFile, folder: Path, now: dt.datetime) -> Imported:
        """Write the reject file, before anything is committed, and return the result."""
        rejected = tuple(sorted((*file.rejected, *self.rejected), key=lambda each: each.line))
        path = _write_rejects(folder, file, rejected, now) if rejected else None
        return Imported(
            file.name,
            file.sha256,
            self.accepted,
            self.updated,
            self.unchanged,
            rejected,
            tuple(self.changes),
            path,
        )


def read_register(
    path: Path,
    *,
    columns: Sequence[str],
    required: Sequence[str],
    ignore: Collection[str] = (),
) -> RegisterFile:
    """Read a CSV file with a header.

    Parameters
    ----------
    columns : sequence of str
        Every column that the register knows; they may stand in any order.
    required : sequence of str
        Those that must be there.
    ignore : collection of str
        Columns of the file that are passed over.

    Raises
    ------
    BadInput
        The file cannot be read, is no CSV, or has columns that the register does not know.
    """
    raw = _bytes(path)
    records = _records(_decode(raw))
    header = next(records, None)
    if header is None:
        raise BadInput("The file is empty.", f"Its first line names columns: {', '.join(columns)}.")
    _, _, titles, problem = header
    if problem:
        raise BadInput(f"The first line cannot be read: {problem}.", "Save the file as CSV again.")
    names = [re.sub(r"[\s-]+", "_", title.strip().lower()) for title in titles]
    _check_columns(names, columns, required, {each.strip().lower() for each in ignore})
    rows: list[Row] = []
    rejected: list[Rejected] = []
    for line, text, cells, problem in records:
        reason = problem or _unusable(cells, names)
        if reason:
            rejected.append(Rejected(line, reason, text))
        else:
            known = {n: c.strip() for n, c in zip(names, cells, strict=True) if n in columns}
            rows.append(Row(line, text, known))
    present = tuple(name for name in columns if name in names)
    digest = hashlib.sha256(raw).hexdigest()
    return RegisterFile(path.name, digest, present, tuple(rows), tuple(rejected))


def day(text: str) -> dt.date | None:
    """Return a day written as 2026-03-02; None for nothing."""
    if not text:
        return None
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise BadRow("a day is not written like 2026-03-02") from None


def storable(text: str) -> bool:
    """Tell whether every database keeps a text: it has no NUL and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def yes_or_no(text: str) -> bool | None:
    """Return whether a cell says yes; None for nothing."""
    if not text:
        return None
    if text.lower() not in _YES | _NO:
        raise BadRow("a cell says neither yes nor no")
    return text.lower() in _YES


def number(text: str, low: float, high: float, what: str) -> float | None:
    """Return a number between two bounds, both allowed; None for nothing."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise BadRow(f"the {what} is not a number") from None
    if not low <= value <= high:
        raise BadRow(f"the {what} is not between {low:g} and {high:g}")
    return value


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput("The file is larger than 64 MiB.", "Cut it into several.")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"The file cannot be read ({type(error).__name__}).", "Check its path and permissions."
        ) from None


def _decode(raw: bytes) -> str:
    """Return the text; bytes that are not UTF-8 are kept as they are, for their row to be rejected."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _utf16(raw)
    if raw.startswith(b"PK\x03\x04") or b"\0" in raw[:4096]:
        raise BadInput("The file is no CSV.", "Save the table as “CSV UTF-8” and give that file.")
    return raw.decode("utf-8-sig", "surrogateescape")


def _utf16(raw: bytes) -> str:
    try:
        return raw.decode("utf-16", "surrogatepass")
    except UnicodeDecodeError:
        raise BadInput("The file's text is damaged.", "Save it as “CSV UTF-8” again.") from None


_Record = tuple[int, str, list[str], str]  # first line, text, cells, problem


def _records(text: str) -> Iterator[_Record]:
    """Give the table's rows, blank lines left out."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z", text)
    at = 0
    while at < len(lines):
        cells, used, problem = _record(lines, at)
        whole = "".join(lines[at : at + used])
        if whole.strip():
            yield at + 1, whole.rstrip("\r\n"), cells, problem
        at += used


def _record(lines: Sequence[str], at: int) -> tuple[list[str], int, str]:
    """Return the cells of the row that begins at a line, how many lines it takes, and what is wrong with it."""
    problem = ""
    for used in range(1, min(_MOST_LINES, len(lines) - at) + 1):
        try:
            cells = next(csv.reader(io.StringIO("".join(lines[at : at + used]), ""), strict=True))
        except StopIteration:
            return [], 1, ""
        except csv.Error as error:
            problem = problem or str(error)
            if "unexpected end" not in str(error):
                break
        else:
            return cells, used, ""
    return [], 1, f"not a row of CSV: {problem}"


def _check_columns(
    names: Sequence[str], columns: Sequence[str], required: Sequence[str], ignored: set[str]
) -> None:
    known = f"The register knows: {', '.join(columns)}."
    if twice := {name for name in names if names.count(name) > 1}:
        raise BadInput(f"A column stands in the file twice: {', '.join(sorted(twice))}.", known)
    if missing := [name for name in required if name not in names]:
        raise BadInput(f"The file lacks a column: {', '.join(missing)}.", known)
    unknown = [name for name in names if name not in columns and name not in ignored]
    if unknown:
        near = difflib.get_close_matches(unknown[0], columns, n=1)
        guess = f" Did you mean {near[0]}?" if near else ""
        shown = ", ".join(name or "(no name)" for name in unknown)
        raise BadInput(
            f"The file has columns that the register does not know: {shown}.{guess}",
            f"{known} Rename or remove the others, or name them as ones to ignore.",
        )


def _unusable(cells: Sequence[str], names: Sequence[str]) -> str:
    if len(cells) != len(names):
        return f"{len(cells)} cells under {len(names)} columns"
    if not any(cell.strip() for cell in cells):
        return "no cell holds anything"
    if not storable("".join(cells)):
        return "not UTF-8, or holds a NUL character"
    if max(map(len, cells)) > _LONGEST:
        return f"a cell is longer than {_LONGEST} characters"
    return ""


def _write_rejects(
    folder: Path, file: RegisterFile, rejected: Iterable[Rejected], now: dt.datetime
) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", Path(file.name).stem)[:60]
    path = folder / f"{stem}-{now:%Y%m%dT%H%M%S}-{file.sha256[:8]}.rejects.csv"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("line", "reason", "text"))
        writer.writerows((each.line, each.reason, each.text) for each in rejected)
        stream.flush()
        os.fsync(stream.fileno())
    return path
