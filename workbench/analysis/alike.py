"""Plates of one list that may be one vehicle: a character apart, in two states, or one a misread of the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analysis import evidence
from workbench.analysis.errormodels import ErrorModel, error_model
from workbench.analysis.fits import REPEATED
from workbench.analysis.misread_weights import chance_read_as, issued
from workbench.errors import BadInput

__all__ = ["Twin", "alike", "twins"]

_SHORTEST = 5
_IN_SERIES = 100.0  # neighbors in a series go to one town: how many times likelier two are alike than by chance
_KNOWN = 5e-4  # less probable mistakes are none that cameras are known for
_NO_STATE = 0.15  # the part of reads whose state is not read
_PROBABLE = 0.5


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


@dataclass(frozen=True, slots=True)
class Twin:
    """A vehicle of a list that is probably another of the same list, misread.

    Parameters
    ----------
    of : int
        The position of the other, whose plate is the true one.
    probability : float
        That they are one vehicle.
    """

    of: int
    probability: float


def twins(
    vehicles: pd.DataFrame, *, among: int | None = None, camera: ErrorModel | None = None
) -> list[Twin | None]:
    """Return for each vehicle the one that it probably is, its plate misread.

    Weighed are how many misreads of the one are to be expected of its reads, against how many vehicles with just the
    other plate are to be expected among all that were read; and what the cameras recorded of both.

    Parameters
    ----------
    vehicles : DataFrame
        One row per vehicle: plate, state, reads; where there make, color, body.
    among : int, optional
        How many vehicles were read in all; by default those of the list.
    camera : ErrorModel, optional
        How the cameras misread; the shipped table by default.

    Returns
    -------
    list of Twin or None
        In the order of the list; None where a vehicle stands for itself.
    """
    model = camera or error_model("camera")
    rows = vehicles.reset_index(drop=True).to_dict("records")
    total = max(among or 0, len(rows))
    near = alike([str(row["plate"]) for row in rows])
    found: list[Twin | None] = [None] * len(rows)
    for at, others in enumerate(near):
        best = Twin(-1, _PROBABLE)
        for other in others:
            probability = _one_vehicle(rows[other], rows[at], total, model)
            if probability > best.probability:
                best = Twin(other, probability)
        found[at] = best if best.of >= 0 else None
    return _one_way(found)


def _one_vehicle(
    true: dict[Any, Any], read: dict[Any, Any], among: int, model: ErrorModel
) -> float:
    """Return the probability that reads of one plate are misreads of another."""
    times, again = max(1, int(true["reads"] or 1)), max(1, int(read["reads"] or 1))
    if read["plate"] == true["plate"]:  # one vehicle where the state was not read
        expected = 0.0 if read["state"] or not true["state"] else times * _NO_STATE
    else:
        misread = float(chance_read_as(str(read["plate"]), [str(true["plate"])], model)[0])
        expected = times * misread * REPEATED ** (again - 1) if misread >= _KNOWN else 0.0
    by_chance = among * issued(str(read["plate"]), str(read["state"] or "")) * _IN_SERIES
    odds = expected / max(by_chance, 1e-300)
    for name in ("make", "color", "body"):
        odds *= _alike_in(name, true.get(name), read.get(name))
    return odds / (1.0 + odds)


def _alike_in(name: str, true: object, read: object) -> float:
    if not (isinstance(true, str) and true and isinstance(read, str) and read):
        return 1.0
    try:
        factor = evidence.described(name, read, pd.Series([true], dtype=object), None, "camera")
    except BadInput:  # a word that no table knows
        return 1.0
    return float(factor.ratios[0])


def _one_way(found: list[Twin | None]) -> list[Twin | None]:
    """Let each lead to one that stands for itself; of two that are each other's, the more probable way is kept."""
    kept: list[Twin | None] = [None] * len(found)

    def top(at: int) -> int:
        while (twin := kept[at]) is not None:
            at = twin.of
        return at

    known = [(at, twin) for at, twin in enumerate(found) if twin is not None]
    for at, twin in sorted(known, key=lambda each: -each[1].probability):
        if top(twin.of) != at:
            kept[at] = twin
    return [twin and Twin(top(at), twin.probability) for at, twin in enumerate(kept)]
