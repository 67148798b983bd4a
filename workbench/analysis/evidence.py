"""Factors: how much more or less probable what was said is for one vehicle than for vehicles at large.

A factor is a likelihood ratio, P(said | this vehicle) / P(said | any vehicle): above 1 it speaks for the
vehicle, below 1 against it, and 1 says nothing. What a camera recorded of a vehicle is itself uncertain, so its own
mistakes and its confidence go in. Tables and their sources are in ``evidence.yaml``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.errormodels import SeenBy
from workbench.analysis.geo import travel_plausibility
from workbench.errors import BadInput

__all__ = ["Factor", "confusions", "described", "placed", "read_often", "said_value"]

Floats = npt.NDArray[np.float64]

_OWN_WEIGHT = 100.0  # how many vehicles of the search the shipped shares weigh
_NEW_SHARE = 0.01  # the share of a value that no table names
_NEAR_M = 500.0
_NOT_NEAR = 0.08


@dataclass(frozen=True, eq=False)
class Factor:
    """One kind of evidence: a factor for each candidate, and words for it.

    Parameters
    ----------
    name : str
        "color", "place" …
    ratios : array (N,)
        The factor of each candidate.
    words : callable
        From a candidate's number to words without the factor, such as "gray recorded for silver".
    """

    name: str
    ratios: Floats
    words: Callable[[int], str]


def described(
    name: str, said: str, recorded: pd.Series, confidence: pd.Series | None, seen_by: SeenBy
) -> Factor:
    """Return the factor of something said of a vehicle: its color, make, model, body or state.

    Parameters
    ----------
    name : {"color", "make", "model", "body", "state"}
        What it is.
    said : str
        The value that was said.
    recorded : Series of str
        What the cameras recorded of each candidate; empty where nothing; missing where it is of no
        account (factor 1, no words).
    confidence : Series of float, optional
        The camera's confidence in it, 0 to 1; missing where there is none.
    seen_by : {"witness", "camera"}
        Who said it.

    Raises
    ------
    BadInput
        If the color or body is no word that is known.
    """
    table = _table(name)
    word = said_value(name, said)
    numbers, different = pd.factorize(recorded.astype(object), use_na_sentinel=True)
    known = [_value(table, v) for v in different]
    names = _all_values(table, [*known, *([] if word in table["group"] else [word])])
    index = {value: i for i, value in enumerate(names)}
    codes = np.array([*(index[v] if v else -1 for v in known), -1], dtype=np.int64)[numbers]
    share = _shares(table, names, codes)
    chance_said = _chance_said(table, seen_by, names, share, word)
    recording = _matrix(table, "camera", names, share)  # [true, recorded]
    posterior = recording * share[:, None]
    posterior /= posterior.sum(axis=0)
    at_large = float(chance_said @ share)
    ratio = (chance_said @ posterior) / at_large
    factors = np.where(codes >= 0, ratio[codes], 1.0)
    if confidence is not None:
        sure = pd.to_numeric(confidence).clip(0.0, 1.0).fillna(1.0).to_numpy(dtype=np.float64)
        factors = np.where(codes >= 0, sure * factors + (1.0 - sure), 1.0)
    members = {_value(table, m) for m in table["group"].get(word, [word])}
    shown = said.strip().lower() if name != "state" else said.strip().upper()

    blank = recorded.isna().to_numpy()

    def words(i: int) -> str:
        if codes[i] < 0:
            return "" if blank[i] else f"{name} not recorded"
        told = names[codes[i]]
        if told in members:
            return f"{name} {shown} as said"
        told = told.upper() if name == "state" else told
        return f"{name} {told} recorded, {shown} said"

    return Factor(name, np.asarray(factors, dtype=np.float64), words)


def said_value(name: str, said: str) -> str:
    """Return the word of the tables for something said, such as "gray" for "Grey".

    Raises
    ------
    BadInput
        If the color or body is no word that is known.
    """
    table = _table(name)
    word = " ".join(said.strip().lower().split())
    if word not in table["group"]:
        word = _value(table, word)
    known = [*table["share"], *table["group"]]
    if not word or (name in ("color", "body") and word not in known):
        raise BadInput(
            f"The {name} is not a word that is known.", f"Say one of {', '.join(known)}."
        )
    return word


def confusions(name: str, source: SeenBy) -> tuple[list[str], Floats, Floats]:
    """Return the values of a table, their shares, and the chances (true by row) that each is said.

    Parameters
    ----------
    name : {"color", "make", "body"}
        The table.
    source : {"witness", "camera"}
        Who says it.
    """
    table = _table(name)
    names = list(table["share"])
    share = np.array([float(table["share"][value]) for value in names])
    share /= share.sum()
    return names, share, _matrix(table, source, names, share)


@functools.cache
def _tables() -> dict[str, Any]:
    from ruamel.yaml import YAML

    text = resources.files("workbench.analysis").joinpath("evidence.yaml").read_text("utf-8")
    tables: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return tables


def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = _tables()[name]
    return table


def _value(table: dict[str, Any], word: object) -> str:
    """Return the table's word for a value; empty for none."""
    if not isinstance(word, str):
        return ""
    text = " ".join(word.replace("_", " ").strip().lower().split())
    alias: dict[str, str] = table["alias"]
    return alias.get(text, text)


def _all_values(table: dict[str, Any], seen: Sequence[str]) -> list[str]:
    more = sorted({value for value in seen if value} - set(table["share"]))
    return [*table["share"], *more, ""]  # the last: any value that nobody named


def _shares(table: dict[str, Any], names: list[str], codes: npt.NDArray[np.int64]) -> Floats:
    """Return how frequent each value is: the table's share, blended with the candidates'."""
    share = np.array([table["share"].get(value, _NEW_SHARE) for value in names])
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    blended = _OWN_WEIGHT * share / share.sum() + counts
    return np.asarray(blended / blended.sum(), dtype=np.float64)


def _matrix(table: dict[str, Any], source: str, names: list[str], share: Floats) -> Floats:
    """Return the chance, row by row of true values, that each value is said or recorded."""
    index = {value: i for i, value in enumerate(names)}
    close = np.zeros((len(names), len(names)))
    for pair, chance in table["close"][source].items():
        first, _, second = pair.partition("/")
        close[index[first], index[second]] = close[index[second], index[first]] = float(chance)
    right = float(table["right"][source])
    total = close.sum(axis=1, keepdims=True)
    close *= np.minimum(1.0, (1.0 - right) * 0.9 / np.maximum(total, 1e-300))
    rest = 1.0 - right - close.sum(axis=1, keepdims=True)
    return np.asarray(right * np.eye(len(names)) + close + rest * share[None, :], dtype=np.float64)


def _chance_said(
    table: dict[str, Any], seen_by: SeenBy, names: list[str], share: Floats, word: str
) -> Floats:
    """Return for each true value the chance of what was said; for a group, of any of its members."""
    matrix = _matrix(table, seen_by, names, share)
    members = table["group"].get(word, [word])
    return np.asarray(matrix[:, [names.index(member) for member in members]].sum(axis=1))


def placed(nearest_m: pd.Series, minutes: pd.Series | None = None) -> Factor:
    """Return the factor of place and time: how near to the scene a candidate was read.

    Parameters
    ----------
    nearest_m : Series of float
        Distance in metres of its nearest read from the scene; missing if it was read nowhere near.
    minutes : Series of float, optional
        How long before or after the incident that read was; with it, a vehicle that would have had to
        travel too fast counts as not near.
    """
    metres = pd.to_numeric(nearest_m).to_numpy(dtype=np.float64)
    known = np.isfinite(metres)
    near = np.where(known, np.exp(-np.nan_to_num(metres) / _NEAR_M), 0.0)
    times: Floats = np.full(len(metres), np.nan)
    if minutes is not None:
        times = np.asarray(pd.to_numeric(minutes), dtype=np.float64)
        both = known & np.isfinite(times)
        near[both] *= travel_plausibility(metres[both], times[both] * 60.0)
    weight = _NOT_NEAR + (1.0 - _NOT_NEAR) * near
    factors = weight / _mean(weight, 0.3)

    def words(i: int) -> str:
        if not known[i]:
            return "not read near the scene"
        away = f"read {_metres(metres[i])} from the scene"
        return f"{away}, {abs(times[i]):.0f} min off" if np.isfinite(times[i]) else away

    return Factor("place", factors, words)


def read_often(reads: pd.Series) -> Factor:
    """Return the factor of how often a candidate was read: who is here more was more probably seen here.

    It grows slowly, with the fourth root of the number of reads, and no further after eight.
    """
    counts = pd.to_numeric(reads).fillna(1).clip(lower=1).to_numpy(dtype=np.int64)
    weight = (1.0 + np.minimum(counts, 8)) ** 0.25

    def words(i: int) -> str:
        return "read once" if counts[i] == 1 else f"read {counts[i]} times"

    return Factor("reads", weight / _mean(weight, 1.2), words)


def _mean(weight: Floats, at_large: float) -> float:
    """Return the mean over the candidates, steadied by a value at large where they are few."""
    steady = 10.0
    return float((weight.sum() + steady * at_large) / (len(weight) + steady))


def _metres(distance: float) -> str:
    return f"{distance:.0f} m" if distance < 1000 else f"{distance / 1000:.1f} km"
