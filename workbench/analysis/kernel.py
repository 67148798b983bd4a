"""The compiled scan: the likelihood of a pattern for each of millions of plates.

Plates lie sorted in one array of codes, beside it how many leading characters each shares with the one before. The
dynamic program runs over the characters of a plate, so plates that begin alike share its columns; and when no
way to go on from a beginning can reach the threshold, all plates that begin so are passed over. Both are exact: a
result does not depend on where the array was cut for threads.

Functions here are plain Python, compiled by numba on first use and kept in its cache (beside the module, else
in the user's cache directory, else not at all). They release the GIL.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_THREADS", "PAD", "Found", "Tables", "prepare", "scan", "scan_substitutions"]

Floats = npt.NDArray[np.float64]

PAD = 36
"""The code that fills up plates shorter than the array is wide."""

MAX_THREADS = 4
"""The most threads that a scan uses."""

_CHUNK = 1 << 17


Scanned = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Found:
    """What a scan found.

    Parameters
    ----------
    rows : array (K,) of int
        Where the plates stand, ascending.
    values : array (K,)
        Their likelihoods.
    passed : float
        The most that all those below the threshold add up to; not known (0) where only substitutions count.
    """

    rows: npt.NDArray[np.int64]
    values: Floats
    passed: float


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
    bound, bound_swap : array (width + 1, m + 1)
        The most that a path from here can still be multiplied by.
    band : array (width + 1, 2)
        For each number of characters read, the first and the last item that can be reached.
    open_ended : bool
        Whether the pattern has a star or an optional place.
    """

    emission: Floats
    missing: Floats
    swapped: Floats
    along: Floats
    length: Floats
    bound: Floats
    bound_swap: Floats
    band: npt.NDArray[np.int64]
    open_ended: bool


def _scan(  # noqa: PLR0912 - one loop, compiled as a whole
    codes: npt.NDArray[np.uint8],
    lengths: npt.NDArray[np.uint8],
    shared: npt.NDArray[np.uint8],
    emission: Floats,
    missing: Floats,
    swapped: Floats,
    along: Floats,
    length: Floats,
    bound: Floats,
    bound_swap: Floats,
    band: npt.NDArray[np.int64],
    swaps: int,
    threshold: float,
    out: Floats,
) -> float:
    """Fill ``out``; return the most that those below the threshold add up to."""
    rows = emission.shape[1]
    width = codes.shape[1]
    columns = np.zeros((width + 1, rows))
    columns[0, 0] = 1.0
    for i in range(1, band[0, 1] + 1):
        columns[0, i] = columns[0, i - 1] * along[i]
    passed = 0.0
    dead = width + 1  # the depth at which the current beginning was given up
    dead_bound = 0.0
    for k in range(len(out)):
        common = 0 if k == 0 else int(shared[k])
        if common >= dead:
            out[k] = 0.0
            passed += dead_bound
            continue
        dead = width + 1
        n = int(lengths[k])
        for j in range(common + 1, n + 1):
            t = codes[k, j - 1]
            first = band[j, 0]
            last = band[j, 1]
            value = 0.0
            if first == 0:
                value = columns[j - 1, 0] * missing[t, 0]
                columns[j, 0] = value
                first = 1
            if swaps != 0 and j > 1:
                before = codes[k, j - 2]
                if first == 1:
                    value = (
                        columns[j - 1, 0] * emission[t, 1]
                        + columns[j - 1, 1] * missing[t, 1]
                        + value * along[1]
                    )
                    columns[j, 1] = value
                    first = 2
                for i in range(first, last + 1):
                    value = (
                        columns[j - 1, i - 1] * emission[t, i]
                        + columns[j - 1, i] * missing[t, i]
                        + columns[j - 2, i - 2] * (swapped[t, i] * emission[before, i])
                        + value * along[i]
                    )
                    columns[j, i] = value
            else:
                for i in range(first, last + 1):
                    value = (
                        columns[j - 1, i - 1] * emission[t, i]
                        + columns[j - 1, i] * missing[t, i]
                        + value * along[i]
                    )
                    columns[j, i] = value
            if j < n and threshold > 0.0:
                best = 0.0
                for i in range(rows):
                    best += columns[j, i] * bound[j, i] + columns[j - 1, i] * bound_swap[j - 1, i]
                if best < threshold:
                    dead = j
                    dead_bound = best
                    break
        if dead <= width:
            out[k] = 0.0
            passed += dead_bound
        else:
            value = columns[n, rows - 1] * length[n]
            out[k] = value if value >= threshold else 0.0
            passed += value - out[k]
    return passed


def _pairs(
    pairs: npt.NDArray[np.uint16],
    table: Floats,
    threshold: float,
    out: Floats,
) -> None:
    """Fill ``out`` with the product over pairs of positions of ``table[place, pair]``."""
    if pairs.shape[1] == 4:  # eight characters, unrolled: twice as fast
        for k in range(len(out)):
            left = table[0, pairs[k, 0]] * table[1, pairs[k, 1]]
            value = left * (table[2, pairs[k, 2]] * table[3, pairs[k, 3]])
            out[k] = value if value >= threshold else 0.0
        return
    for k in range(len(out)):
        value = table[0, pairs[k, 0]] * table[1, pairs[k, 1]]
        for place in range(2, pairs.shape[1]):
            value *= table[place, pairs[k, place]]
        out[k] = value if value >= threshold else 0.0


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
    cube, matrix, vector = (types.Array(types.float64, n, "C") for n in (3, 2, 1))
    span = (types.float64, vector)
    if function is _pairs:
        pairs = types.Array(types.uint16, 2, "C", readonly=True)
        signature = types.void(pairs, matrix, *span)
    else:
        small = types.Array(types.uint8, 1, "C", readonly=True)
        plates = (types.Array(types.uint8, 2, "C", readonly=True), small, small)
        if function is _scan:
            band = types.Array(types.int64, 2, "C")
            tables = (matrix, matrix, matrix, vector, vector, matrix, matrix, band)
        else:
            tables = (cube, cube, cube, vector, matrix, matrix, vector, types.int64)
        signature = types.float64(*plates, *tables, types.int64, *span)
    compiled: Callable[..., Any] = numba.njit(signature, cache=cache, nogil=True)(function)
    return compiled


def prepare() -> None:
    """Compile everything now, into numba's cache: some five seconds that a first search would wait."""
    from workbench.analysis.diagonals import scan_diagonals

    for function in (_scan, _pairs, scan_diagonals):
        _compiled(function)


def scan(plates: Scanned, tables: Tables, threshold: float = 0.0) -> Found:
    """Find the plates whose likelihood is above zero and not below the threshold.

    Parameters
    ----------
    plates : tuple of arrays
        Codes (N, width) of sorted plates, 0 to 35 a character, ``PAD`` behind the last; characters of each (N,);
        leading characters shared with the plate before (N,). All of uint8.
    tables : Tables
        The pattern under a model.
    threshold : float
        Plates below it are left out.
    """
    t = tables
    model: tuple[Any, ...]
    if t.open_ended:
        function = _compiled(_scan)
        model = (t.emission, t.missing, t.swapped, t.along, t.length, t.bound, t.bound_swap, t.band)
    else:
        from workbench.analysis.diagonals import scan_diagonals, steps_of

        function = _compiled(scan_diagonals)
        s = steps_of(t)
        bounds = (s.bound, s.bound_swap, t.length, s.items)
        model = (s.step, s.swap_step, s.carry, s.first, *bounds)
    swaps = int(t.swapped.any())

    def fill(start: int, stop: int, out: Floats) -> float:
        some = [values[start:stop] for values in plates]
        return float(function(*some, *model, swaps, threshold, out))

    return _found(len(plates[0]), fill)


def scan_substitutions(
    codes: npt.NDArray[np.uint8], table: Floats, threshold: float = 0.0
) -> Found:
    """Find the plates by the product over their positions of ``table[position, code]``.

    Two positions are looked up at once.

    Parameters
    ----------
    codes : array (N, width) of uint8
        Plates in any order, ``PAD`` behind the last character; width even.
    table : array (width, 37)
        Factors; the column of ``PAD`` holds what the end of the plate there means.
    threshold : float
        Plates below it are left out.
    """
    function = _compiled(_pairs)
    size = PAD + 1
    joined = np.zeros((len(table) // 2, 256 * size))
    for place in range(len(joined)):
        both = np.outer(table[2 * place + 1], table[2 * place])  # the second is the high byte
        joined[place].reshape(size, 256)[:, :size] = both
    pairs = np.ascontiguousarray(codes).view("<u2").astype(np.uint16, copy=False)

    def fill(start: int, stop: int, out: Floats) -> float:
        function(pairs[start:stop], joined, threshold, out)
        return 0.0

    return _found(len(codes), fill)


def _found(count: int, fill: Callable[[int, int, Floats], float]) -> Found:
    """Run ``fill(start, stop, out)`` over the plates in pieces, in threads where there are many."""
    spans = [(start, min(count, start + _CHUNK)) for start in range(0, count, _CHUNK)]
    kept = threading.local()

    def work(span: tuple[int, int]) -> tuple[npt.NDArray[np.int64], Floats, float]:
        start, stop = span
        if not hasattr(kept, "out"):  # one piece of memory for each thread, which its cache holds
            kept.out = np.empty(_CHUNK)
        out = kept.out[: stop - start]
        passed = fill(start, stop, out)
        rows = np.flatnonzero(out)
        return rows + start, out[rows], passed

    threads = min(MAX_THREADS, os.cpu_count() or 1, len(spans))
    if threads <= 1:
        pieces = [work(span) for span in spans]
    else:
        with ThreadPoolExecutor(threads, thread_name_prefix="plates") as pool:
            pieces = list(pool.map(work, spans))
    if not pieces:
        return Found(np.zeros(0, dtype=np.int64), np.zeros(0), 0.0)
    rows, values, passed = zip(*pieces, strict=True)
    return Found(np.concatenate(rows), np.concatenate(values), sum(passed))
