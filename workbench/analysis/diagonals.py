"""The scan for patterns without a star or an optional place: twice as fast, the same result.

At most two characters more or less are missing or extra at any place, so a column of the dynamic program holds
five values: item minus character from -2 to 2. One character takes five values to five values by a small matrix
that is made beforehand, with what may be said of no character folded in; the steps have no branch and no loop.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis.kernel import Tables

__all__ = ["Steps", "scan_diagonals", "steps_of"]

Floats = npt.NDArray[np.float64]

_WIDE = 5  # diagonals
_OFF = 2  # the middle one
_ROW = 8  # a row of a matrix, padded


@dataclass(frozen=True, eq=False)
class Steps:
    """A pattern's tables by diagonal: entry d of column j stands for item j + d - 2.

    Parameters
    ----------
    step : array (width + 1, 36, 40)
        For column j and a character, from each diagonal (rows of eight) of the column before to each of this.
    swap_step : array (width + 1, 36, 40)
        The same from what two neighbors that changed places carry over.
    carry : array (width + 2, 36, 8)
        What a character carries over to column j, if it changes places with the next.
    first : array (8,)
        The column before any character.
    bound, bound_swap : array (width + 1, 8)
        The most that a path from here can still be multiplied by.
    items : int
        Items of the pattern.
    """

    step: Floats
    swap_step: Floats
    carry: Floats
    first: Floats
    bound: Floats
    bound_swap: Floats
    items: int


@functools.lru_cache(maxsize=16)
def steps_of(tables: Tables) -> Steps:
    """Return a pattern's tables by diagonal; the pattern has no star and no optional place."""
    rows, width = len(tables.along), len(tables.length) - 1
    size = len(tables.emission)
    step = np.zeros((width + 1, size, _WIDE, _ROW))
    swap_step, carry = np.zeros_like(step), np.zeros((width + 2, size, _ROW))
    bound, bound_swap = np.zeros((width + 1, _ROW)), np.zeros((width + 1, _ROW))
    for j in range(width + 1):
        for e in range(_WIDE):
            item = j + e - _OFF
            if 0 <= item < rows:
                bound[j, e], bound_swap[j, e] = tables.bound[j, item], tables.bound_swap[j, item]
            if j >= 1 and 1 <= item < rows:
                step[j, :, e, e] += tables.emission[:, item]
            if j >= 1 and e >= 1 and 0 <= item - 1 < rows:
                step[j, :, e, e - 1] += tables.missing[:, item - 1]
            if 2 <= item < rows:
                swap_step[j, :, e, e] = tables.swapped[:, item]
                carry[j, :, e] = tables.emission[:, item]
        for d in range(1, _WIDE):  # what is said of no character
            item = j + d - _OFF
            if 1 <= item < rows:
                step[j, :, :, d] += step[j, :, :, d - 1] * tables.along[item]
                swap_step[j, :, :, d] += swap_step[j, :, :, d - 1] * tables.along[item]
    first = np.zeros(_ROW)
    for d in range(_OFF, min(_WIDE, rows + _OFF)):
        first[d] = first[d - 1] * tables.along[d - _OFF] if d > _OFF else 1.0
    flat = (width + 1, size, _WIDE * _ROW)
    shaped = step.reshape(flat), swap_step.reshape(flat)
    return Steps(*shaped, carry, first, bound, bound_swap, rows - 1)


def scan_diagonals(  # noqa: PLR0915 - one loop, compiled as a whole
    codes: npt.NDArray[np.uint8],
    lengths: npt.NDArray[np.uint8],
    shared: npt.NDArray[np.uint8],
    step: Floats,
    swap_step: Floats,
    carry: Floats,
    first: Floats,
    bound: Floats,
    bound_swap: Floats,
    length: Floats,
    items: int,
    swaps: int,
    threshold: float,
    out: Floats,
) -> float:
    """Fill ``out``; return the most that those below the threshold add up to. To be compiled."""
    width = codes.shape[1]
    columns = np.zeros((width + 1, _ROW))
    carried = np.zeros((width + 2, _ROW))
    columns[0] = first
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
            w = step[j, t]
            p = columns[j - 1]
            p0, p1, p2, p3, p4 = p[0], p[1], p[2], p[3], p[4]
            v0 = p0 * w[0] + p1 * w[8]
            v1 = p0 * w[1] + p1 * w[9] + p2 * w[17]
            v2 = p0 * w[2] + p1 * w[10] + p2 * w[18] + p3 * w[26]
            v3 = p0 * w[3] + p1 * w[11] + p2 * w[19] + p3 * w[27] + p4 * w[35]
            v4 = p0 * w[4] + p1 * w[12] + p2 * w[20] + p3 * w[28] + p4 * w[36]
            if swaps != 0:
                x = swap_step[j, t]
                q = carried[j]
                q0, q1, q2, q3, q4 = q[0], q[1], q[2], q[3], q[4]
                v0 += q0 * x[0]
                v1 += q0 * x[1] + q1 * x[9]
                v2 += q0 * x[2] + q1 * x[10] + q2 * x[18]
                v3 += q0 * x[3] + q1 * x[11] + q2 * x[19] + q3 * x[27]
                v4 += q0 * x[4] + q1 * x[12] + q2 * x[20] + q3 * x[28] + q4 * x[36]
                e = carry[j + 1, t]
                after = carried[j + 1]
                after[0], after[1], after[2] = p0 * e[0], p1 * e[1], p2 * e[2]
                after[3], after[4] = p3 * e[3], p4 * e[4]
            v = columns[j]
            v[0], v[1], v[2], v[3], v[4] = v0, v1, v2, v3, v4
            if j < n and threshold > 0.0:
                b = bound[j]
                s = bound_swap[j - 1]
                best = v0 * b[0] + v1 * b[1] + v2 * b[2] + v3 * b[3] + v4 * b[4]
                best += p0 * s[0] + p1 * s[1] + p2 * s[2] + p3 * s[3] + p4 * s[4]
                if best < threshold:
                    dead = j
                    dead_bound = best
                    break
        if dead <= width:
            out[k] = 0.0
            passed += dead_bound
            continue
        last = items - n + _OFF
        value = columns[n, last] * length[n] if 0 <= last < _WIDE else 0.0
        out[k] = value if value >= threshold else 0.0
        passed += value - out[k]
    return passed
