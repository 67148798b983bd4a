"""Plates of one list that may be one vehicle: the same in two states, or one character apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

__all__ = ["alike"]

_SHORTEST = 5


def alike(plates: Sequence[str]) -> list[list[int]]:
    """Return for each plate the positions of those that differ from it by one character at most.

    A character read wrong, left out, or added makes one vehicle look like two. That two plates are alike does not
    make them one; it is a hint to look at both images. Plates of fewer than five characters are only compared whole.

    Examples
    --------
    >>> alike(["8MXP646", "8MXP46", "5KLM456", "8MXP646"])
    [[1, 3], [0, 3], [], [0, 1]]
    """
    near: dict[str, list[int]] = defaultdict(list)
    for at, plate in enumerate(plates):
        for key in _keys(plate):
            near[key].append(at)
    result: list[set[int]] = [set() for _ in plates]
    for group in near.values():
        for at in group:
            result[at].update(
                other for other in group if other != at and _close(plates[at], plates[other])
            )
    return [sorted(found) for found in result]


def _keys(plate: str) -> set[str]:
    """Return the plate and all that is left of it without one character: plates one edit apart share one."""
    if len(plate) < _SHORTEST:
        return {plate}
    return {plate, *(plate[:at] + plate[at + 1 :] for at in range(len(plate)))}


def _close(first: str, second: str) -> bool:
    if first == second:
        return True
    if min(len(first), len(second)) < _SHORTEST:
        return False
    if len(first) == len(second):
        return sum(a != b for a, b in zip(first, second, strict=True)) == 1
    short, long = sorted((first, second), key=len)
    return len(long) - len(short) == 1 and any(
        long[:at] + long[at + 1 :] == short for at in range(len(long))
    )
