"""The scan: the likelihood of a pattern for each of millions of plates.

How a plate led to what was said is a path through a table of characters and items: a dynamic program over characters.
It runs forward through each head and backward through each tail (:mod:`workbench.analysis.plateset`), each once. What
comes out of a head and what goes into a tail are short vectors; a plate's likelihood is the product of its two. Where
not even the best tail brings a head to the threshold, all its plates are passed over. All of it is exact, and the same
however the plates are cut for threads.

The loops are plain Python, compiled by numba on first use and kept in its cache (beside the module, else in the user's
cache directory, else not at all). They release the GIL.
"""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.plateset import HEAD, PAD, PlateSet

__all__ = ["MAX_THREADS", "Found", "Tables", "prepare", "scan", "scan_products"]

Floats = npt.NDArray[np.float64]

MAX_THREADS = 4
"""The most threads that a scan uses."""

_CHUNK = 1 << 17
_LANES = 4


@dataclass(frozen=True, eq=False)
class Found:
    """What a scan found.

    Parameters
    ----------
    rows : array (K,) of int
        Where the plates stand, ascending.
    values : array (K,)
        Their likelihoods.
    """

    rows: npt.NDArray[np.int64]
    values: Floats


@dataclass(frozen=True, eq=False)
class Tables:
    """What the scan needs of a pattern under a model; ``m`` items, plates up to ``width`` characters.

    Parameters
    ----------
    emission : array (36, m + 1)
        For each true character, the chance of what item i says; column 0 is not used.
    missing : array (36, m + 1)
        For each true character, the chance that it is missing from what was said, behind item i; 1 in the
        column of a star, for all that the star stands for.
    swapped : array (36, m + 1)
        The chance that items i - 1 and i are two neighbors that changed places, times that of what item i - 1
        says of the character, the second of them. (What item i says of the first comes from ``emission``.)
    along : array (m + 1,)
        The chance that item i stands for no character of the plate: it was said of none, or is optional;
        1 for a star.
    length : array (width + 1,)
        A factor for each length of plate.
    band : array (width + 1, 2)
        For each number of characters read, the first and the last item that can be reached.
    """

    emission: Floats
    missing: Floats
    swapped: Floats
    along: Floats
    length: Floats
    band: npt.NDArray[np.int64]


def scan(plates: PlateSet, tables: Tables, threshold: float = 0.0) -> Found:
    """Find the plates whose likelihood is above zero and not below the threshold."""
    t = tables
    model = (t.emission, t.missing, t.swapped, t.along, t.length, t.band)
    items, pairs = _cut(t)
    size = (items[1] - items[0]) + (pairs[1] - pairs[0]) + 1
    size += -size % _LANES
    before, after = np.zeros((len(plates.heads), size)), np.zeros((len(plates.tails), size))
    _compiled(_through_heads)(plates.heads, *model, *items, *pairs, before)
    _compiled(_through_tails)(plates.tails, *model, *items, *pairs, after)
    return scan_products(plates, before, after, threshold)


def _cut(tables: Tables) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return which items can be reached behind a head, and which may end a pair that changed places there."""
    first, last = tables.band[HEAD].tolist()
    before = tables.band[HEAD - 1].tolist()
    rows = len(tables.along)
    pairs = (0, 0)
    if tables.swapped.any():
        pairs = (min(before[0] + 2, rows), min(before[1] + 3, rows))
    return (min(first, rows), min(last + 1, rows)), pairs


def scan_products(plates: PlateSet, before: Floats, after: Floats, threshold: float = 0.0) -> Found:
    """Find the plates by the product of a vector of their head and a vector of their tail.

    Parameters
    ----------
    before, after : array (P, n) and (K, n)
        A vector for each head and for each tail; nothing in them is negative.
    threshold : float
        Plates below it are left out, and those at zero.
    """
    best = after.max(axis=0, initial=0.0)
    function = _compiled(_products)

    def work(span: tuple[int, int]) -> tuple[npt.NDArray[np.int64], Floats]:
        first, last = span
        room = int(plates.starts[last]) - int(plates.starts[first])
        found, values = np.empty(room, dtype=np.int64), np.empty(room)
        vectors = (before, after, best, threshold)
        count = function(plates.starts, plates.tail, *vectors, first, last, found, values)
        return found[:count].copy(), values[:count].copy()

    pieces = [piece for piece in _in_threads(work, _spans(plates.starts)) if len(piece[0])]
    if not pieces:
        return Found(np.zeros(0, dtype=np.int64), np.zeros(0))
    rows, values = zip(*pieces, strict=True)
    return Found(np.concatenate(rows), np.concatenate(values))


def prepare() -> None:
    """Compile everything now, into numba's cache: some seconds that a first search would wait."""
    for function in (_through_heads, _through_tails, _products):
        _compiled(function)


def _spans(starts: npt.NDArray[np.uint32]) -> list[tuple[int, int]]:
    """Return pieces of heads that have about as many plates each."""
    cuts = np.searchsorted(starts, np.arange(0, int(starts[-1]) + _CHUNK, _CHUNK))
    cuts = np.unique(np.minimum(cuts, len(starts) - 1)).tolist()
    return list(itertools.pairwise(cuts))


def _in_threads(work: Callable[[tuple[int, int]], Any], spans: list[tuple[int, int]]) -> list[Any]:
    threads = min(MAX_THREADS, os.cpu_count() or 1, len(spans))
    if threads <= 1:
        return [work(span) for span in spans]
    with ThreadPoolExecutor(threads, thread_name_prefix="plates") as pool:
        return list(pool.map(work, spans))


def _through_heads(
    heads: npt.NDArray[np.uint8],
    emission: Floats,
    missing: Floats,
    swapped: Floats,
    along: Floats,
    length: Floats,
    band: npt.NDArray[np.int64],
    first_item: int,
    end_item: int,
    first_pair: int,
    end_pair: int,
    out: Floats,
) -> None:
    """Fill, for each head, how probable it is to be at each item behind it, to be compiled.

    Then, for each item, behind all but its last character, times that of this character if it is the first of two
    that changed places; and last, for a plate that is no longer than its head, its likelihood.
    """
    rows = len(along)
    items, pairs = end_item - first_item, end_pair - first_pair
    columns = np.zeros((HEAD + 1, rows))
    columns[0, 0] = 1.0
    for i in range(1, band[0, 1] + 1):
        columns[0, i] = columns[0, i - 1] * along[i]
    for k in range(len(heads)):
        j = 0
        if k > 0:
            while j < HEAD and heads[k, j] == heads[k - 1, j] and heads[k, j] != PAD:
                j += 1
        while j < HEAD and heads[k, j] != PAD:
            t = heads[k, j]
            j += 1
            value = 0.0
            for i in range(band[j, 0], band[j, 1] + 1):  # all others stay at zero
                value = columns[j - 1, i] * missing[t, i] + value * along[i]
                if i >= 1:
                    value += columns[j - 1, i - 1] * emission[t, i]
                if i >= 2 and j >= 2:
                    pair = swapped[t, i] * emission[heads[k, j - 2], i]
                    value += columns[j - 2, i - 2] * pair
                columns[j, i] = value
        if j < HEAD:
            out[k, pairs + items] = columns[j, rows - 1] * length[j]
            continue
        for i in range(items):
            out[k, i] = columns[HEAD, first_item + i]
        for i in range(pairs):
            item = first_pair + i
            out[k, items + i] = columns[HEAD - 1, item - 2] * emission[heads[k, HEAD - 1], item]


def _through_tails(  # noqa: PLR0912 - one loop, compiled as a whole
    tails: npt.NDArray[np.uint8],
    emission: Floats,
    missing: Floats,
    swapped: Floats,
    along: Floats,
    length: Floats,
    band: npt.NDArray[np.int64],
    first_item: int,
    end_item: int,
    first_pair: int,
    end_pair: int,
    out: Floats,
) -> None:
    """Fill, for each tail, how probable the rest is from each item before it on, to be compiled.

    Then, for each item, the same if its first character is the second of two that changed places; and last, 1 where
    there is no tail.
    """
    rows = len(along)
    items, pairs = end_item - first_item, end_pair - first_pair
    width = tails.shape[1]
    now, then, later = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    for k in range(len(tails)):
        n = 0
        while n < width and tails[k, n] != PAD:
            n += 1
        now[:] = 0.0
        then[:] = 0.0
        now[rows - 1] = length[HEAD + n]
        later_is = 0
        for step in range(n, 0, -1):
            j = HEAD + step
            t = tails[k, step - 1]
            first, last = band[j, 0], band[j, 1]
            # Back over what was said of no character, within the items that can be reached here.
            for i in range(rows):
                if i < first or i > last:
                    now[i] = 0.0
            for i in range(last, first, -1):
                now[i - 1] += along[i] * now[i]
            # Back over this character, and over it and the next one if they changed places.
            for i in range(rows):
                value = missing[t, i] * now[i]
                if i + 1 < rows:
                    value += emission[t, i + 1] * now[i + 1]
                if i + 2 < rows and step < n:
                    value += swapped[later_is, i + 2] * emission[t, i + 2] * later[i + 2]
                then[i] = value
            for i in range(rows):
                later[i] = now[i]
                now[i] = then[i]
            later_is = t
        for i in range(items):
            out[k, i] = now[first_item + i]
        for i in range(pairs):
            if n > 0:
                out[k, items + i] = swapped[later_is, first_pair + i] * later[first_pair + i]
        out[k, items + pairs] = 1.0 if n == 0 else 0.0


def _products(
    starts: npt.NDArray[np.uint32],
    tail: npt.NDArray[np.uint32],
    before: Floats,
    after: Floats,
    best: Floats,
    threshold: float,
    first: int,
    last: int,
    found: npt.NDArray[np.int64],
    values: Floats,
) -> int:
    """List the plates of some heads that reach the threshold; return how many, to be compiled."""
    size = before.shape[1]
    count = 0
    for head in range(first, last):
        most = 0.0
        for i in range(size):
            most += before[head, i] * best[i]
        if most < threshold or most == 0.0:
            continue
        for k in range(starts[head], starts[head + 1]):
            value = 0.0
            for i in range(size):
                value += before[head, i] * after[tail[k], i]
            if value >= threshold and value > 0.0:
                found[count] = k
                values[count] = value
                count += 1
    return count


@functools.cache
def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function with numba, from its cache where one can be kept."""
    import numba

    try:
        return _jit(numba, function, cache=True)
    except RuntimeError:  # numba: "cannot cache function: no locator available"
        return _jit(numba, function, cache=False)


def _jit(numba: Any, function: Callable[..., Any], *, cache: bool) -> Callable[..., Any]:
    types = numba.types
    matrix, vector = types.Array(types.float64, 2, "C"), types.Array(types.float64, 1, "C")
    if function is _products:
        numbers = types.Array(types.uint32, 1, "C", readonly=True)
        found = types.Array(types.int64, 1, "C")
        given = (numbers, numbers, matrix, matrix, vector, types.float64, types.int64, types.int64)
        signature = types.int64(*given, found, vector)
    else:
        codes = types.Array(types.uint8, 2, "C", readonly=True)
        band = types.Array(types.int64, 2, "C")
        tables = (matrix, matrix, matrix, vector, vector, band)
        signature = types.void(codes, *tables, *[types.int64] * 4, matrix)
    # Sums may be added up in any order, always the same one: so a vector is multiplied several numbers at a time.
    compiled: Callable[..., Any] = numba.njit(
        signature, cache=cache, nogil=True, fastmath={"reassoc", "contract"}
    )(function)
    return compiled
