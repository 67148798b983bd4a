"""Many plates in few bytes, in the order that the scan wants.

A plate is taken apart after its fourth character. Heads are few, and plates that share one lie side by side; tails are
few too, since most series end in digits. So a head is kept once for all its plates, a tail once for all, and of each
plate just the number of its tail: whatever takes long is done for heads and for tails, not for plates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from workbench.analysis.plates import ALPHABET, MAX_LENGTH, normalize

__all__ = ["HEAD", "NARROW", "PAD", "PlateSet"]

HEAD = 4
"""Characters of a head."""

NARROW = 8
"""Plates up to so many characters have tails of four, longer ones of eight."""

PAD = 36
"""The code that fills up plates that are shorter than the set is wide."""

Codes = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]
_T = TypeVar("_T", bound=np.generic)

_LOOKUP = np.full(256, PAD, dtype=np.uint8)
for _code, _character in enumerate(ALPHABET):
    _LOOKUP[ord(_character)] = _code
_TEXT = np.frombuffer(ALPHABET.encode() + b"\0", dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class PlateSet:
    """Plates, sorted by their heads: some eleven bytes each, a little more where they are few.

    Parameters
    ----------
    heads : array (P, 4) of uint8
        Different beginnings, sorted; 0 to 35 a character, ``PAD`` behind the last.
    starts : array (P + 1,) of uint32
        Where the plates of each head begin; the last is the number of plates.
    tails : array (K, 4 or 8) of uint8
        Different ends, sorted.
    tail : array (N,) of uint32
        Which end each plate has.
    order : array (N,) of uint32, optional
        Where each stood among the plates that were given; None where they were given in this order.
    """

    heads: Codes
    starts: npt.NDArray[np.uint32]
    tails: Codes
    tail: npt.NDArray[np.uint32]
    order: npt.NDArray[np.uint32] | None = None

    @classmethod
    def of(cls, plates: Sequence[str]) -> PlateSet:
        """Sort plates into a set; one that is longer than ``MAX_LENGTH`` never fits any pattern."""
        codes = _codes(plates)
        order = _sorted(codes)
        return cls.from_sorted(codes[order], order.astype(np.uint32))

    @classmethod
    def from_sorted(cls, codes: Codes, order: npt.NDArray[np.uint32] | None = None) -> PlateSet:
        """Build a set of plates as codes (N, 8 or 12), sorted by their first four at least."""
        heads, head = _distinct(codes[:, :HEAD])
        tails, tail = _distinct(codes[:, HEAD:])
        starts = np.searchsorted(head, np.arange(len(heads) + 1))
        return cls(heads, starts.astype(np.uint32), tails, tail.astype(np.uint32), order)

    def only(self, rows: Rows) -> PlateSet:
        """Return some plates, by their places in the set, which must ascend."""
        head = np.searchsorted(self.starts, rows, side="right") - 1
        first = np.flatnonzero(np.diff(head, prepend=-1))
        tails, tail = self.tails, self.tail[rows]
        if len(rows) < len(tails):  # else most ends are in use anyway
            used, number = np.unique(tail, return_inverse=True)
            tails, tail = tails[used], number.astype(np.uint32)
        order = rows if self.order is None else self.order[rows]
        return PlateSet(
            self.heads[head[first]],
            np.append(first, len(rows)).astype(np.uint32),
            tails,
            tail,
            order.astype(np.uint32),
        )

    def __len__(self) -> int:
        return len(self.tail)

    @property
    def width(self) -> int:
        """Characters that a plate may have."""
        return HEAD + int(self.tails.shape[1])

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        arrays = (self.heads, self.starts, self.tails, self.tail, self.places())
        return sum(values.nbytes for values in arrays[: 4 if self.order is None else 5])

    def codes(self, rows: Rows | None = None) -> Codes:
        """Return the plates (or those in some places) as codes, one row for each."""
        if rows is None:
            head = np.repeat(np.arange(len(self.heads)), np.diff(self.starts).astype(np.int64))
            return np.hstack([self.heads[head], self.tails[self.tail]])
        head = np.searchsorted(self.starts, rows, side="right") - 1
        return np.hstack([self.heads[head], self.tails[self.tail[rows]]])

    def texts(self, rows: Rows) -> list[str]:
        """Return the plates in some places as text."""
        return [bytes(row).rstrip(b"\0").decode() for row in _TEXT[self.codes(rows)]]

    def places(self) -> npt.NDArray[np.uint32]:
        """Return where each stood among the plates that were given."""
        return np.arange(len(self), dtype=np.uint32) if self.order is None else self.order

    def as_given(self, values: npt.NDArray[_T]) -> npt.NDArray[_T]:
        """Return values of the set's plates in the order in which the plates were given."""
        if self.order is None:
            return values
        result = np.empty_like(values)
        result[self.order] = values
        return result


def _codes(plates: Sequence[str]) -> Codes:
    """Return plates as codes, eight to a row, or twelve where one is longer."""
    letters = f"S{MAX_LENGTH + 1}"
    try:
        text = np.asarray(plates, dtype=letters)
    except UnicodeEncodeError:
        text = np.asarray([normalize(plate) for plate in plates], dtype=letters)
    raw = text.reshape(-1).view(np.uint8).reshape(-1, MAX_LENGTH + 1)
    width = MAX_LENGTH if raw[:, NARROW:].any() else NARROW
    codes = _LOOKUP[raw[:, :width]]
    codes[raw[:, MAX_LENGTH] != 0] = PAD  # longer than any plate: no character, no match
    return codes


def _sorted(codes: Codes) -> Rows:
    return np.argsort(_as_words(codes), kind="stable")


def _distinct(codes: Codes) -> tuple[Codes, npt.NDArray[np.intp]]:
    """Return the different rows, sorted, and which of them each row is."""
    words, place = np.unique(_as_words(codes), return_inverse=True)
    return words.view(np.uint8).reshape(-1, codes.shape[1]), place


def _as_words(codes: Codes) -> npt.NDArray[Any]:
    """Return each row as one value that sorts as the row does."""
    width = codes.shape[1]
    kind = {4: ">u4", 8: ">u8"}.get(width, f"V{width}")
    return np.ascontiguousarray(codes).view(kind).reshape(-1)
