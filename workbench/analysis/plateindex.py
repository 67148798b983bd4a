"""Every distinct plate in sixteen bytes: an index that a search scans whole, shared between processes.

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

from workbench.analysis.plates import ALPHABET, MAX_LENGTH, STATES
from workbench.analysis.scoring import PlateSet, fits_series

__all__ = ["DAY_US", "PlateIndex", "Shelf"]

DAY_US = 86_400_000_000
"""Microseconds in a day."""

_MAGIC = b"ALPR plates 1\n"
_NARROW = 8
_ODD = 0x80
_MOST = 255
_CODES = ["", *STATES]
_STATES = np.array(_CODES, dtype=object)
_BY_STATE = {state: number for number, state in enumerate(_CODES)}
_TEXT = np.frombuffer(ALPHABET.encode() + b"\0", dtype=np.uint8)

Bytes = npt.NDArray[np.uint8]
Days = npt.NDArray[np.uint16]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Shelf:
    """Plates of one width, sorted, and by the side of each what a search wants to know first.

    Parameters
    ----------
    codes : array (N, width) of uint8
        Characters as :class:`~workbench.analysis.scoring.PlateSet` has them; width 8 or 12.
    lengths, shared : array (N,) of uint8
        Characters of each; leading characters shared with the one before.
    marks : array (N,) of uint8
        The state's number; the highest bit is set where the plate fits no series of its state.
    reads : array (N,) of uint8
        How often it was read; 255 stands for that or more.
    first, last : array (N,) of uint16
        Days since 1970-01-01, UTC, of the first and the last read.
    """

    codes: Bytes
    lengths: Bytes
    shared: Bytes
    marks: Bytes
    reads: Bytes
    first: Days
    last: Days

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def plates(self) -> PlateSet:
        """The plates, for the scan."""
        return PlateSet(self.codes, self.lengths, self.shared)

    @functools.cached_property
    def odd(self) -> npt.NDArray[np.bool_]:
        """Which plates fit no series of their state."""
        return np.asarray(self.marks >= _ODD)

    @functools.cached_property
    def state_counts(self) -> dict[str, float]:
        """How many of the plates each state has."""
        counts = np.bincount(self.marks & ~np.uint8(_ODD), minlength=len(_CODES))
        return {state: float(n) for state, n in zip(_CODES, counts, strict=True) if n}

    def within(self, start: int, end: int) -> npt.NDArray[np.bool_]:
        """Return which plates may have been read from ``start`` to ``end`` (microseconds since 1970, end excluded)."""
        lowest, highest = _days(np.array([start, max(start, end - 1)], dtype=np.int64)).tolist()
        return np.asarray((self.last >= lowest) & (self.first <= highest))

    def texts(self, rows: Rows) -> list[str]:
        """Return the plates at some places as text."""
        return [bytes(row).rstrip(b"\0").decode() for row in _TEXT[self.codes[rows]]]

    def states(self, rows: Rows) -> npt.NDArray[np.object_]:
        """Return the states at some places."""
        return np.asarray(_STATES[self.marks[rows] & ~np.uint8(_ODD)])

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """All arrays, in the order of the file."""
        return (
            self.codes,
            self.first,
            self.last,
            self.lengths,
            self.shared,
            self.marks,
            self.reads,
        )

    @classmethod
    def of(cls, columns: Mapping[str, npt.NDArray[Any]], width: int) -> Shelf:
        """Build a shelf of plates that are all different (with their state), in any order.

        Parameters
        ----------
        columns : mapping
            ``codes``, ``marks``, ``reads``, ``first`` and ``last``.
        """
        rows = np.lexsort((columns["marks"] & ~np.uint8(_ODD), *columns["codes"].T[::-1]))
        return cls._of_sorted({name: values[rows] for name, values in columns.items()}, width)

    @classmethod
    def _of_sorted(cls, columns: Mapping[str, npt.NDArray[Any]], width: int) -> Shelf:
        codes = np.ascontiguousarray(columns["codes"], dtype=np.uint8).reshape(-1, width)
        plates = PlateSet.from_sorted(codes)
        marks, reads, first, last = (columns[name] for name in ("marks", "reads", "first", "last"))
        return cls(codes, plates.lengths, plates.shared, marks, reads, first, last)

    def with_more(self, more: Shelf) -> Shelf:
        """Return a shelf with the plates of another put in; those on both have their reads added up."""
        if not len(more):
            return self
        if not len(self):
            return more
        own, new = self._keys(), more._keys()
        place = np.searchsorted(own, new)
        known = own[np.minimum(place, len(own) - 1)] == new
        at, fresh = place[known], ~known
        reads, first, last = self.reads.copy(), self.first.copy(), self.last.copy()
        reads[at] = np.minimum(reads[at].astype(np.int64) + more.reads[known], _MOST)
        first[at] = np.minimum(first[at], more.first[known])
        last[at] = np.maximum(last[at], more.last[known])
        columns: dict[str, npt.NDArray[Any]] = {
            "codes": np.insert(self.codes, place[fresh], more.codes[fresh], axis=0),
            "marks": np.insert(self.marks, place[fresh], more.marks[fresh]),
            "reads": np.insert(reads, place[fresh], more.reads[fresh]),
            "first": np.insert(first, place[fresh], more.first[fresh]),
            "last": np.insert(last, place[fresh], more.last[fresh]),
        }
        return self._of_sorted(columns, self.codes.shape[1])

    def _keys(self) -> npt.NDArray[np.bytes_]:
        """Return plate and state as bytes that sort as the shelf does."""
        marks = self.marks & ~np.uint8(_ODD)
        joined = np.ascontiguousarray(np.column_stack([self.codes, marks]))
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
        odd = ~fits_series(known, [_CODES[number] for number in marks.tolist()])
        rows = known.places()
        whole = {
            "codes": known.codes,
            "marks": (marks | np.where(odd, _ODD, 0).astype(np.uint8))[rows],
            "reads": np.clip(reads, 0, _MOST).astype(np.uint8)[rows],
            "first": _days(first_at)[rows],
            "last": _days(last_at)[rows],
        }
        longer, some = known.lengths > _NARROW, known.lengths > 0
        narrow = {name: values[some & ~longer] for name, values in whole.items()}
        narrow["codes"] = narrow["codes"][:, :_NARROW]
        wide = {name: values[longer] for name, values in whole.items()}
        if not longer.any():
            wide["codes"] = np.zeros((0, MAX_LENGTH), dtype=np.uint8)
        return cls(Shelf.of(narrow, _NARROW), Shelf.of(wide, MAX_LENGTH), dict(about or {}))

    def with_more(self, more: PlateIndex) -> PlateIndex:
        """Return an index with the plates of another put in, which says what that one was built from."""
        narrow, wide = self.narrow.with_more(more.narrow), self.wide.with_more(more.wide)
        return PlateIndex(narrow, wide, more.about)

    def save(self, path: Path) -> None:
        """Write the index in one step, readable by its owner alone."""
        header = json.dumps({**self.about, "narrow": len(self.narrow), "wide": len(self.wide)})
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with os.fdopen(
                os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as file:
                start = _MAGIC + header.encode() + b"\n"
                file.write(start + b"\0" * (-len(start) % 8))
                for shelf in (self.narrow, self.wide):
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
            narrow, wide = int(about.pop("narrow")), int(about.pop("wide"))
        except (ValueError, KeyError, TypeError):
            return None
        start = end + 1
        start += -start % 8
        size = narrow * (_NARROW + 8) + wide * (MAX_LENGTH + 8)
        if min(narrow, wide) < 0 or len(content) != start + size:
            return None
        first, start = _shelf(content, start, narrow, _NARROW)
        return cls(first, _shelf(content, start, wide, MAX_LENGTH)[0], about)


def _shelf(content: Bytes, start: int, count: int, width: int) -> tuple[Shelf, int]:
    """Return a shelf that lies in the bytes of a file, and where it ends."""

    def cut(size: int) -> Bytes:
        nonlocal start
        start += size * count
        return content[start - size * count : start]

    codes = cut(width).reshape(count, width)
    first, last = cut(2).view(np.uint16), cut(2).view(np.uint16)
    lengths, shared, marks, reads = (cut(1) for _ in range(4))
    return Shelf(codes, lengths, shared, marks, reads, first, last), start


def _days(instants: npt.NDArray[np.int64]) -> Days:
    """Return days since 1970 of microseconds since then, as far as they fit."""
    return np.clip(np.asarray(instants, dtype=np.int64) // DAY_US, 0, 0xFFFF).astype(np.uint16)
