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

__all__ = ["MAX_THREADS", "Found", "Tables", "prepare", "scan", "scan_positions"]

Floats = npt.NDArray[np.float64]

MAX_THREADS = 4
"""The most threads that a scan uses."""

_CHUNK = 1 << 17
_LANES = 4
_ROUNDING = 1.0 + 1e-9


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
    after = np.zeros((len(plates.tails), size + -size % _LANES))
    _compiled(_through_tails)(plates.tails, *model, *items, *pairs, after)
    best = after.max(axis=0, initial=0.0)
    last = _last_character(t, best, items, pairs)
    before = (*model, *items, *pairs, *last)
    return _joined(plates, _through_heads, before, after, best, threshold)


def _last_character(
    tables: Tables, best: Floats, items: tuple[int, int], pairs: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Return what the last character of a head and the best tail make of each item before it ``(36, m + 1)``.

    The first is for the item itself; the second for one character earlier, where that one and the last changed places.
    """
    rows = len(tables.along)
    ahead, pair = np.zeros(rows + 2), np.zeros(rows + 2)
    ahead[slice(*items)] = best[: items[1] - items[0]]
    pair[slice(*pairs)] = best[items[1] - items[0] :][: pairs[1] - pairs[0]]
    first, last = tables.band[HEAD].tolist()
    for i in range(last, first, -1):
        ahead[i - 1] += tables.along[i] * ahead[i]
    emission = np.pad(tables.emission, ((0, 0), (0, 2)))
    itself = tables.missing * ahead[:rows] + (emission * ahead)[:, 1:-1] + (emission * pair)[:, 2:]
    return itself, tables.swapped * ahead[:rows]


def scan_positions(plates: PlateSet, table: Floats, threshold: float = 0.0) -> Found:
    """Find the plates by the product over their positions of ``table[position, code]``.

    Parameters
    ----------
    table : array (width, 37)
        Factors, none negative; the column of ``PAD`` holds what the end of the plate there means.
    """
    after = table[np.arange(HEAD, plates.width), plates.tails].prod(axis=1)[:, None]
    best = after.max(axis=0, initial=0.0)
    return _joined(plates, _along_heads, (table,), after, best, threshold)


def _joined(
    plates: PlateSet,
    through: Callable[..., Any],
    model: tuple[Any, ...],
    after: Floats,
    best: Floats,
    threshold: float,
) -> Found:
    """Find plates by the product of the vector of their head, worked out here, and that of their tail."""
    kept = np.empty(len(plates.heads), dtype=np.int64)
    before = np.empty((len(plates.heads), after.shape[1]))  # of no cost where it is not written to
    count = _compiled(through)(plates.heads, *model, best, threshold, kept, before)
    kept, function = kept[:count], _compiled(_products)

    def work(span: tuple[int, int]) -> tuple[npt.NDArray[np.int64], Floats]:
        first, last = span
        room = int((plates.starts[kept[first:last] + 1] - plates.starts[kept[first:last]]).sum())
        rows, values = np.empty(room, dtype=np.int64), np.empty(room)
        cut = (kept[first:last], before[first:last], after)
        found = function(plates.starts, plates.tail, *cut, threshold, rows, values)
        return rows[:found].copy(), values[:found].copy()

    pieces = [piece for piece in _in_threads(work, _spans(plates.starts, kept)) if len(piece[0])]
    if not pieces:
        return Found(np.zeros(0, dtype=np.int64), np.zeros(0))
    rows, values = zip(*pieces, strict=True)
    return Found(np.concatenate(rows), np.concatenate(values))


def _cut(tables: Tables) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return which items can be reached behind a head, and which may end a pair that changed places there."""
    first, last = tables.band[HEAD].tolist()
    before = tables.band[HEAD - 1].tolist()
    rows = len(tables.along)
    pairs = (0, 0)
    if tables.swapped.any():
        pairs = (min(before[0] + 2, rows), min(before[1] + 3, rows))
    return (min(first, rows), min(last + 1, rows)), pairs


def prepare() -> None:
    """Compile everything now, into numba's cache: some seconds that a first search would wait."""
    for function in (_through_heads, _along_heads, _through_tails, _products):
        _compiled(function)


def _spans(starts: npt.NDArray[np.uint32], kept: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return pieces of the heads that were kept, with about as many plates each."""
    sums = np.cumsum(starts[kept + 1] - starts[kept])
    if not len(sums):
        return []
    cuts = np.searchsorted(sums, np.arange(_CHUNK, int(sums[-1]), _CHUNK)) + 1
    cuts = np.unique(np.concatenate([[0], cuts, [len(kept)]]))
    return list(itertools.pairwise(cuts.tolist()))


def _in_threads(work: Callable[[tuple[int, int]], Any], spans: list[tuple[int, int]]) -> list[Any]:
    threads = min(MAX_THREADS, os.cpu_count() or 1, len(spans))
    if threads <= 1:
        return [work(span) for span in spans]
    with ThreadPoolExecutor(threads, thread_name_prefix="plates") as pool:
        return list(pool.map(work, spans))


def _through_heads(  # noqa: PLR0912 - one loop, compiled as a whole
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
    itself: Floats,
    swapped_last: Floats,
    best: Floats,
    threshold: float,
    kept: npt.NDArray[np.int64],
    out: Floats,
) -> int:
    """List the heads that the best tail brings to the threshold; for each, how probable each item is behind it.

    Then, for each item, behind all but its last character, times that of this character if it is the first of two
    that changed places; and last, for a plate that is no longer than its head, its likelihood. To be compiled; returns
    how many there are.
    """
    rows = len(along)
    items, pairs = end_item - first_item, end_pair - first_pair
    # Two items and a character before the first, all zero, so that nothing needs to be asked below.
    columns = np.zeros((HEAD + 2, rows + 2))
    columns[1, 2] = 1.0
    for i in range(1, band[0, 1] + 1):
        columns[1, i + 2] = columns[1, i + 1] * along[i]
    count = 0
    for k in range(len(heads)):
        j = 0
        if k > 0:
            while j < HEAD and heads[k, j] == heads[k - 1, j] and heads[k, j] != PAD:
                j += 1
        while j < HEAD and heads[k, j] != PAD:
            t, u = heads[k, j], heads[k, max(j - 1, 0)]
            if (
                j == HEAD - 1 and threshold > 0.0
            ):  # with the best tail, before the last column is worked out
                most = 0.0
                for i in range(rows):
                    most += columns[j + 1, i + 2] * itself[t, i]
                    most += columns[j, i] * (emission[u, i] * swapped_last[t, i])
                if most * _ROUNDING < threshold:
                    break
            j += 1
            value = 0.0
            for i in range(band[j, 0], band[j, 1] + 1):  # all others stay at zero
                said = columns[j, i + 2] * missing[t, i] + columns[j, i + 1] * emission[t, i]
                said += columns[j - 1, i] * (swapped[t, i] * emission[u, i])
                value = said + value * along[i]
                columns[j + 1, i + 2] = value
        if j < HEAD and heads[k, j] != PAD:
            continue
        most = 0.0
        if j < HEAD:
            out[count] = 0.0
            out[count, pairs + items] = columns[j + 1, rows + 1] * length[j]
            most = out[count, pairs + items] * best[pairs + items]
        else:
            t = heads[k, HEAD - 1]
            for i in range(items):
                out[count, i] = columns[HEAD + 1, first_item + i + 2]
                most += out[count, i] * best[i]
            for i in range(pairs):
                value = columns[HEAD, first_pair + i] * emission[t, first_pair + i]
                out[count, items + i] = value
                most += value * best[items + i]
            for i in range(pairs + items, out.shape[1]):
                out[count, i] = 0.0
        if most >= threshold and most > 0.0:
            kept[count] = k
            count += 1
    return count


def _along_heads(
    heads: npt.NDArray[np.uint8],
    table: Floats,
    best: Floats,
    threshold: float,
    kept: npt.NDArray[np.int64],
    out: Floats,
) -> int:
    """List the heads that the best tail brings to the threshold, each with its product over positions."""
    count = 0
    for k in range(len(heads)):
        value = 1.0
        for j in range(HEAD):
            value *= table[j, heads[k, j]]
        if value * best[0] >= threshold and value * best[0] > 0.0:
            kept[count] = k
            out[count, 0] = value
            count += 1
    return count


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
    """Fill, for each tail, how probable the rest is from each item before it on.

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
    kept: npt.NDArray[np.int64],
    before: Floats,
    after: Floats,
    threshold: float,
    rows: npt.NDArray[np.int64],
    values: Floats,
) -> int:
    """List the plates of some heads that reach the threshold; return how many. To be compiled."""
    size = before.shape[1]
    count = 0
    for at in range(len(kept)):
        for k in range(starts[kept[at]], starts[kept[at] + 1]):
            value = 0.0
            for i in range(size):
                value += before[at, i] * after[tail[k], i]
            if value >= threshold and value > 0.0:
                rows[count] = k
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
    numbers = types.Array(types.int64, 1, "C")
    codes = types.Array(types.uint8, 2, "C", readonly=True)
    tables = (matrix, matrix, matrix, vector, vector, types.Array(types.int64, 2, "C"))
    cut = [types.int64] * 4
    keep = (vector, types.float64, numbers, matrix)
    if function is _products:
        whole = types.Array(types.uint32, 1, "C", readonly=True)
        given = (whole, whole, numbers, matrix, matrix, types.float64, numbers, vector)
        signature = types.int64(*given)
    elif function is _through_tails:
        signature = types.void(codes, *tables, *cut, matrix)
    elif function is _through_heads:
        signature = types.int64(codes, *tables, *cut, matrix, matrix, *keep)
    else:
        signature = types.int64(codes, matrix, *keep)
    # Sums may be added up in any order, always the same one: so a vector is multiplied several numbers at a time.
    compiled: Callable[..., Any] = numba.njit(
        signature, cache=cache, nogil=True, fastmath={"reassoc", "contract"}
    )(function)
    return compiled
