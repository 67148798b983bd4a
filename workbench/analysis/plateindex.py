"""Every distinct plate in some eleven bytes: an index that a search scans whole, shared between processes.

The file is the arrays themselves behind a short header, so that opening it maps it into memory: processes that search
share one copy, and none of them reads what it does not need. It is never changed in place. An addition writes a new
file beside it and puts that in its place; who has the old one open goes on with the old one.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.fits import Odd
from workbench.analysis.plates import MAX_LENGTH, STATES
from workbench.analysis.plateset import HEAD, NARROW, PAD, PlateSet
from workbench.analysis.scoring import fits_series

__all__ = ["DAY_US", "STATE_NUMBERS", "PlateIndex", "Shelf"]

DAY_US = 86_400_000_000
"""Microseconds in a day."""

_MAGIC = b"ALPR plates 2\n"
_ALIGN = 8
_ODD = 0x80
_MOST = 255
STATE_NUMBERS = ("", *STATES)
"""Postal codes by the number that the index has for each; the first stands for no state."""

_BY_STATE = {state: number for number, state in enumerate(STATE_NUMBERS)}

Bytes = npt.NDArray[np.uint8]
Days = npt.NDArray[np.uint16]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Shelf:
    """Plates of one width, and by the side of each what a search wants to know first.

    Parameters
    ----------
    plates : PlateSet
        Sorted by plate, then by state.
    marks : array (N,) of uint8
        The state's number; the highest bit is set where the plate fits no series of its state.
    reads : array (N,) of uint8
        How often it was read; 255 stands for that or more.
    first, last : array (N,) of uint16
        Days since 1970-01-01, UTC, of the first and the last read.
    """

    plates: PlateSet
    marks: Bytes
    reads: Bytes
    first: Days
    last: Days

    def __len__(self) -> int:
        return len(self.plates)

    @property
    def odd(self) -> npt.NDArray[np.bool_]:
        """Which plates fit no series of their state."""
        return np.asarray(self.marks >= _ODD)

    @functools.cached_property
    def odd_plates(self) -> Odd:
        """Those plates, set apart: every search asks for them."""
        return Odd.of(self.plates, self.odd)

    @functools.cached_property
    def state_counts(self) -> dict[str, float]:
        """How many of the plates each state has."""
        counts = np.bincount(self.marks & ~np.uint8(_ODD), minlength=len(STATE_NUMBERS))
        return {state: float(n) for state, n in zip(STATE_NUMBERS, counts, strict=True) if n}

    def within(self, start: int, end: int) -> npt.NDArray[np.bool_]:
        """Return which plates may have been read from ``start`` to ``end`` (microseconds since 1970, end excluded)."""
        lowest, highest = _days(np.array([start, max(start, end - 1)], dtype=np.int64)).tolist()
        return np.asarray((self.last >= lowest) & (self.first <= highest))

    def state_numbers(self, rows: Rows) -> Bytes:
        """Return the numbers of the states at some places; ``STATE_NUMBERS`` has their postal codes."""
        return np.asarray(self.marks[rows] & ~np.uint8(_ODD))

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """All arrays, in the order of the file: the wider numbers first, so that each lies where it may."""
        p = self.plates
        numbers = (p.starts, p.tail, self.first, self.last)
        return (*numbers, p.heads, p.tails, self.marks, self.reads)

    @classmethod
    def of(cls, columns: Mapping[str, npt.NDArray[Any]]) -> Shelf:
        """Build a shelf of plates that are all different (with their state), in any order.

        Parameters
        ----------
        columns : mapping
            ``codes`` (N, 8 or 12), ``marks``, ``reads``, ``first`` and ``last``.
        """
        order = np.argsort(_keys(columns["codes"], columns["marks"]), kind="stable")
        return cls._of_sorted({name: values[order] for name, values in columns.items()})

    @classmethod
    def _of_sorted(cls, columns: Mapping[str, npt.NDArray[Any]]) -> Shelf:
        marks, reads, first, last = (columns[name] for name in ("marks", "reads", "first", "last"))
        return cls(PlateSet.from_sorted(columns["codes"]), marks, reads, first, last)

    def with_more(self, more: Shelf) -> Shelf:
        """Return a shelf with the plates of another put in; those on both have their reads added up."""
        if not len(more):
            return self
        if not len(self):
            return more
        codes, added = self.plates.codes(), more.plates.codes()
        own, new = _keys(codes, self.marks), _keys(added, more.marks)
        place = np.searchsorted(own, new)
        known = own[np.minimum(place, len(own) - 1)] == new
        at, fresh = place[known], ~known
        reads, first, last = self.reads.copy(), self.first.copy(), self.last.copy()
        reads[at] = np.minimum(reads[at].astype(np.int64) + more.reads[known], _MOST)
        first[at] = np.minimum(first[at], more.first[known])
        last[at] = np.maximum(last[at], more.last[known])
        columns: dict[str, npt.NDArray[Any]] = {
            "codes": np.insert(codes, place[fresh], added[fresh], axis=0),
            "marks": np.insert(self.marks, place[fresh], more.marks[fresh]),
            "reads": np.insert(reads, place[fresh], more.reads[fresh]),
            "first": np.insert(first, place[fresh], more.first[fresh]),
            "last": np.insert(last, place[fresh], more.last[fresh]),
        }
        return self._of_sorted(columns)


def _keys(codes: Bytes, marks: Bytes) -> npt.NDArray[np.bytes_]:
    """Return plate and state as bytes that sort as a shelf does."""
    joined = np.ascontiguousarray(np.column_stack([codes, marks & ~np.uint8(_ODD)]))
    return joined.view(f"S{joined.shape[1]}").ravel()


@dataclass(frozen=True, eq=False)
class PlateIndex:
    """All plates that were read: those of eight characters and fewer, and the few that are longer.

    Parameters
    ----------
    narrow, wide : Shelf
        Plates of up to 8, and of 9 to 12 characters.
    about : mapping
        What the index was built from; plain values.
    """

    narrow: Shelf
    wide: Shelf
    about: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.narrow) + len(self.wide)

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        """The shelves that hold anything."""
        return tuple(shelf for shelf in (self.narrow, self.wide) if len(shelf))

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return sum(values.nbytes for shelf in self.shelves for values in shelf.arrays)

    @classmethod
    def of(
        cls,
        plates: Sequence[str],
        states: Sequence[str],
        first_at: npt.NDArray[np.int64],
        last_at: npt.NDArray[np.int64],
        reads: npt.NDArray[np.int64],
        about: Mapping[str, Any] | None = None,
    ) -> PlateIndex:
        """Build an index.

        Parameters
        ----------
        plates, states : sequence of str
            Normalized plates and postal codes; each pair of them once. Plates of no characters, or more than
            twelve, are left out.
        first_at, last_at : array of int64
            When first and last read, microseconds since 1970-01-01 UTC.
        reads : array of int64
            How often.
        about : mapping, optional
            What it was built from.
        """
        known = PlateSet.of(plates)
        marks = np.array([_BY_STATE.get(state, 0) for state in states], dtype=np.uint8)
        odd = ~fits_series(known, [STATE_NUMBERS[number] for number in marks.tolist()])
        rows, codes = known.places(), known.codes()
        whole = {
            "codes": codes,
            "marks": (marks | np.where(odd, _ODD, 0).astype(np.uint8))[rows],
            "reads": np.clip(reads, 0, _MOST).astype(np.uint8)[rows],
            "first": _days(first_at)[rows],
            "last": _days(last_at)[rows],
        }
        lengths = (codes != PAD).sum(axis=1)
        narrow = {k: values[(lengths > 0) & (lengths <= NARROW)] for k, values in whole.items()}
        narrow["codes"] = narrow["codes"][:, :NARROW]
        wide = {k: values[lengths > NARROW] for k, values in whole.items()}
        if codes.shape[1] == NARROW:
            wide["codes"] = np.zeros((0, MAX_LENGTH), dtype=np.uint8)
        return cls(Shelf.of(narrow), Shelf.of(wide), dict(about or {}))

    def with_more(self, more: PlateIndex) -> PlateIndex:
        """Return an index with the plates of another put in, which says what that one was built from."""
        narrow, wide = self.narrow.with_more(more.narrow), self.wide.with_more(more.wide)
        return PlateIndex(narrow, wide, more.about)

    def save(self, path: Path) -> None:
        """Write the index in one step, readable by its owner alone."""
        shelves = (self.narrow, self.wide)
        sizes = [[len(s), len(s.plates.heads), len(s.plates.tails)] for s in shelves]
        header = json.dumps({**self.about, "sizes": sizes})
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with os.fdopen(
                os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as file:
                file.write(_MAGIC + header.encode() + b"\n")
                for shelf in shelves:
                    file.write(b"\0" * (-file.tell() % _ALIGN))
                    for values in shelf.arrays:
                        file.write(np.ascontiguousarray(values).data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def open(cls, path: Path) -> PlateIndex | None:
        """Map an index into memory; None where there is none, or none that is whole and of this form."""
        try:
            content = np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)
        except (FileNotFoundError, ValueError):  # none, or of no bytes
            return None
        end = bytes(content[: 1 << 22]).find(b"\n", len(_MAGIC))
        if bytes(content[: len(_MAGIC)]) != _MAGIC or end < 0:
            return None
        try:
            about = json.loads(bytes(content[len(_MAGIC) : end]))
            file = _Reader(content, end + 1)
            of_narrow, of_wide = about.pop("sizes")
            narrow, wide = file.shelf(of_narrow, NARROW), file.shelf(of_wide, MAX_LENGTH)
        except (ValueError, KeyError, TypeError):
            return None
        return cls(narrow, wide, about) if file.at == len(content) else None


@dataclass(eq=False)
class _Reader:
    """Cuts arrays out of the bytes of a file, one after the other."""

    content: Bytes
    at: int

    def shelf(self, sizes: list[int], width: int) -> Shelf:
        """Return the next shelf: so many plates, heads and tails."""
        self.at += -self.at % _ALIGN
        plates, heads, tails = sizes
        starts, tail = self._cut(heads + 1, np.uint32), self._cut(plates, np.uint32)
        first, last = self._cut(plates, np.uint16), self._cut(plates, np.uint16)
        head = self._cut(heads * HEAD, np.uint8).reshape(heads, HEAD)
        end = self._cut(tails * (width - HEAD), np.uint8).reshape(tails, width - HEAD)
        marks, reads = self._cut(plates, np.uint8), self._cut(plates, np.uint8)
        return Shelf(PlateSet(head, starts, end, tail), marks, reads, first, last)

    def _cut(self, count: int, kind: type[np.generic]) -> npt.NDArray[Any]:
        size = count * np.dtype(kind).itemsize
        values = self.content[self.at : self.at + size]
        if count < 0 or len(values) != size:
            raise ValueError("the file ends too soon")
        self.at += size
        return values.view(kind)


def _days(instants: npt.NDArray[np.int64]) -> Days:
    """Return days since 1970 of microseconds since then, as far as they fit."""
    return np.clip(np.asarray(instants, dtype=np.int64) // DAY_US, 0, 0xFFFF).astype(np.uint16)
