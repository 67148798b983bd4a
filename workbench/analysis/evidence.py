"""Factors: how much more or less probable what was said is for one vehicle than for vehicles at large.

A factor is a likelihood ratio, P(said | this vehicle) / P(said | any vehicle): above 1 it speaks for the
vehicle, below 1 against it, and 1 says nothing. What a camera recorded of a vehicle is itself uncertain, so its own
mistakes and its confidence go in. Tables and their sources are in ``evidence.yaml``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.errormodels import SeenBy
from workbench.analysis.geo import travel_plausibility
from workbench.errors import BadInput

__all__ = [
    "TOLD_SECONDS",
    "Factor",
    "confusions",
    "described",
    "placed",
    "read_often",
    "said_value",
    "unread_chance",
    "vocabulary",
]

Floats = npt.NDArray[np.float64]

_OWN_WEIGHT = 100.0  # how many vehicles of the search the shipped shares weigh
_NEW_SHARE = 0.01  # the share of a value that no table names
_NEAR_M = 500.0
_NOT_NEAR = 0.08
_THROUGH_KMH = 30.0  # how fast traffic gets on in a town, stops included
_SOON_MIN = 5.0
_DETOUR = 1.3
_OFTEN = 20
_STAYS = 0.25  # the part of vehicles that stay around, and of times told quite wrongly


TOLD_SECONDS = 180.0
"""How far off the time is, at the least, that somebody tells."""


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
    name: str,
    said: str,
    recorded: pd.Series,
    confidence: pd.Series | None,
    seen_by: SeenBy,
    *,
    everybody: Mapping[str, float] | None = None,
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
    everybody : mapping of str to float, optional
        Where the candidates were chosen by this very thing: how many of all vehicles have each value.

    Raises
    ------
    BadInput
        If the color or body is no word that is known.
    """
    table = _table(name)
    word = said_value(name, said)
    numbers, different = pd.factorize(recorded.astype(object), use_na_sentinel=True)
    known = [_word(table, value) for value in different]
    counts = dict.fromkeys([*known, word], 0.0)
    if everybody is not None:
        counts |= {_word(table, value): float(count) for value, count in everybody.items()}
    else:
        for number, count in enumerate(np.bincount(numbers[numbers >= 0], minlength=len(known))):
            counts[known[number]] += float(count)
    at_large = _AtLarge.of(table, counts)
    chance_said = at_large.chance_of(word, _matrix(table, seen_by, at_large.names, at_large.share))
    recording = _matrix(table, "camera", at_large.names, at_large.share)  # [true, recorded]
    # For each word recorded: the true values behind it, and how probable they make what was said.
    ratio = np.ones(len(known) + 1)
    for number, told in enumerate(known):
        if told:
            behind = at_large.chance_of(told, recording) * at_large.share
            ratio[number] = float(chance_said @ behind) / float(behind.sum())
            ratio[number] /= float(chance_said @ at_large.share)
    factors = ratio[numbers]
    if confidence is not None:
        sure = pd.to_numeric(confidence).clip(0.0, 1.0).to_numpy(dtype=np.float64)
        # The table holds for a camera that is as sure as it is right; one that is less so says less.
        weight = np.minimum(1.0, np.nan_to_num(sure, nan=1.0) / float(table["right"]["camera"]))
        factors = weight * factors + (1.0 - weight)
    blank = recorded.isna().to_numpy()
    shown = [_shown(name, table, text) for text in (*different, said)]
    agree = [
        bool({told, *_members(table, told)} & {word, *_members(table, word)}) for told in known
    ]

    def words(i: int) -> str:
        if blank[i] or not known[numbers[i]]:
            return "" if blank[i] else f"{name} not recorded"
        if agree[numbers[i]] and len(_members(table, known[numbers[i]])) == 1:
            return f"{name} {shown[-1]} as said"
        return f"{name} {shown[numbers[i]]} recorded, {shown[-1]} said"

    return Factor(name, np.asarray(factors, dtype=np.float64), words)


@dataclass(frozen=True, eq=False)
class _AtLarge:
    """The values there are, and how frequent each is among the vehicles of the search.

    Parameters
    ----------
    names : list of str
        The last, empty one stands for any value that nobody named.
    share : array (len(names),)
        Adds up to 1.
    """

    table: dict[str, Any]
    names: list[str]
    share: Floats

    @classmethod
    def of(cls, table: dict[str, Any], counts: Mapping[str, float]) -> _AtLarge:
        """Blend the table's shares with those of the vehicles; ``counts`` says how many go by each word."""
        values = {value for word in counts for value in _members(table, word) if value}
        names = [*table["share"], *sorted(values - set(table["share"])), ""]
        share = np.array([table["share"].get(value, _NEW_SHARE) for value in names])
        share /= share.sum()
        large = cls(table, names, share)
        blended = _OWN_WEIGHT * share
        for word, count in counts.items():
            if word and count:  # a word for several values counts for each by its share
                among = share * large._places(word)
                blended = blended + count * among / among.sum()
        return cls(table, names, np.asarray(blended / blended.sum()))

    def _places(self, word: str) -> Floats:
        members = _members(self.table, word)
        return np.array([float(name in members) for name in self.names])

    def chance_of(self, word: str, matrix: Floats) -> Floats:
        """Return for each true value the chance that it goes by this word (rows of a matrix are true values)."""
        return np.asarray(matrix @ self._places(word), dtype=np.float64)


def _members(table: dict[str, Any], word: str) -> list[str]:
    """Return the values that a word stands for: several for a group, else itself."""
    members: list[str] = table["group"].get(word, [word])
    return members


def _shown(name: str, table: dict[str, Any], text: object) -> str:
    """Return how a value is written in an explanation."""
    if name == "state":
        return str(text).strip().upper()
    plain = " ".join(str(text).replace("_", " ").strip().lower().split())
    return plain if table.get("joined") else _word(table, text)


def said_value(name: str, said: str) -> str:
    """Return the word of the tables for something said, such as "gray" for "Grey".

    Raises
    ------
    BadInput
        If the color or body is no word that is known.
    """
    table = _table(name)
    word = _word(table, said)
    known = [*table["share"], *table["group"]]
    if not word or (name in ("color", "body") and word not in known):
        raise BadInput(
            f"The {name} is not a word that is known.", f"Say one of {', '.join(known)}."
        )
    return word


def vocabulary(name: str) -> list[str]:
    """Return the words that are known for a color, make or body, the most frequent first, then those for several.

    >>> vocabulary("body")[:2], vocabulary("color")[-4:-2]
    (['sedan', 'suv'], ['dark', 'light'])
    """
    table = _table(name)
    return [*sorted(table["share"], key=lambda word: -table["share"][word]), *table["group"]]


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


def _word(table: dict[str, Any], text: object) -> str:
    """Return the table's word for a value or a group of values; empty for none."""
    if not isinstance(text, str):
        return ""
    word = " ".join(text.replace("_", " ").strip().lower().split())
    if table.get("joined"):
        return word.replace(" ", "").replace("-", "")
    if word in table["group"]:
        return word
    alias: dict[str, str] = table["alias"]
    return alias.get(word, word)


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


def placed(nearest_m: pd.Series, minutes: pd.Series | None = None) -> Factor:
    """Return the factor of place and time: how near to the scene a candidate was read.

    Parameters
    ----------
    nearest_m : Series of float
        Distance in metres of its nearest read from the scene; missing if it was read nowhere near.
    minutes : Series of float, optional
        How long before or after the incident that read was. With it, a vehicle counts the more the better
        its read goes with driving by, and as not near if it would have had to go too fast. What somebody tells of
        a time is taken as a few minutes off.
    """
    metres = pd.to_numeric(nearest_m).to_numpy(dtype=np.float64)
    known = np.isfinite(metres)
    near = np.where(known, np.exp(-np.nan_to_num(metres) / _NEAR_M), 0.0)
    times: Floats = np.full(len(metres), np.nan)
    in_time: Floats = np.ones(len(metres))
    if minutes is not None:
        times = np.asarray(pd.to_numeric(minutes), dtype=np.float64)
        both = known & np.isfinite(times)
        off = np.abs(times[both])
        near[both] *= travel_plausibility(metres[both], off * 60.0 + TOLD_SECONDS)
        on_the_way = metres[both] * _DETOUR / (_THROUGH_KMH / 0.06)
        soon = np.exp(-np.maximum(0.0, off - on_the_way) / _SOON_MIN)
        in_time[both] = _STAYS + (1.0 - _STAYS) * soon / _mean(soon, 0.3)
    weight = (_NOT_NEAR + (1.0 - _NOT_NEAR) * near) * in_time
    factors = weight / _mean(weight, 0.3)

    def words(i: int) -> str:
        if not known[i]:
            return "not read near the scene"
        away = f"read {_metres(metres[i])} from the scene"
        return f"{away}, {abs(times[i]):.0f} min off" if np.isfinite(times[i]) else away

    return Factor("place", factors, words)


def read_often(reads: pd.Series) -> Factor:
    """Return the factor of how often a candidate was read: who is here more was more probably seen here.

    It grows with the square root of the number of reads only, since who is sought is not always everyday traffic,
    and no further after twenty.
    """
    counts = pd.to_numeric(reads).fillna(1).clip(lower=1).to_numpy(dtype=np.int64)
    weight = np.sqrt(1.0 + np.minimum(counts, _OFTEN))

    def words(i: int) -> str:
        return "read once" if counts[i] == 1 else f"read {counts[i]} times"

    return Factor("reads", weight / _mean(weight, 1.5), words)


def unread_chance(reads: pd.Series, at_most: float) -> float:
    """Return the chance that a vehicle seen somewhere, at some time of the window, was never read in it.

    A read may be of any of its drives. How many vehicles are about that were never read is told by those that were
    read but once: of all reads, the part that are their vehicle's only one (after Good and Turing). A third of
    ``at_most`` is kept, since who is sought is a stranger more often than traffic is.

    Parameters
    ----------
    reads : Series of int
        How often each candidate was read.
    at_most : float
        The chance that one drive past the cameras goes unread.
    """
    counts = pd.to_numeric(reads).fillna(1).clip(lower=1)
    if not len(counts):
        return at_most
    single = (float((counts == 1).sum()) + 1.0) / (float(counts.sum()) + 1.0)
    return float(np.clip(single, at_most / 3.0, at_most))


def _mean(weight: Floats, at_large: float) -> float:
    """Return the mean over the candidates, steadied by a value at large where they are few."""
    steady = 10.0
    return float((weight.sum() + steady * at_large) / (len(weight) + steady))


def _metres(distance: float) -> str:
    return f"{distance:.0f} m" if distance < 1000 else f"{distance / 1000:.1f} km"
