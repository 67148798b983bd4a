"""What stands on a synthetic plate: numbers of the states' series, personalized ones, and what is between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.analysis.plates import ALPHABET, DIGITS, LETTERS, formats
from workbench.recognition.training.fonts import read_data

__all__ = ["MAX_CHARACTERS", "SIGNS", "Number", "random_number"]

MAX_CHARACTERS = 8
"""The longest number that is drawn."""

SIGNS = " -.*"
"""What may stand between two groups: a gap, a dash, a dot, an emblem."""

_CONFUSED = "111111ITTLLJ7WWHHMMNNVVYYUUXK00OODDQQCCG88BB55SS22ZZ66G3PRFFEEEE4A9"
_KEEPS_KIND = 0.75
_RARE = "IOQ"


@dataclass(frozen=True, slots=True)
class Number:
    """One plate's number.

    Parameters
    ----------
    text : str
        Its letters and digits: what a reader must read.
    pieces : str
        The same with the signs between.
    stacked : str
        Small letters one above the other; not part of the number.
    stacked_at : int
        Where they stand: before that many pieces.
    """

    text: str
    pieces: str
    stacked: str
    stacked_at: int


def random_number(rng: np.random.Generator, state: str) -> Number:
    """Return a number as it may stand on a plate of a state.

    Half are of the state's series; of the others most are random, so that a reader learns to look rather
    than to guess from the series.
    """
    design = read_data("designs.yaml")["states"][state]
    kind = rng.random()
    if kind < 0.52:
        text = _serial(rng, state, design)
    elif kind < 0.64:
        words: list[str] = read_data("designs.yaml")["words"]
        text = words[rng.integers(len(words))] if rng.random() < 0.35 else _spoken(rng)
        text = text[:MAX_CHARACTERS]
        if len(text) < 6 and rng.random() < 0.4:
            text += "".join(rng.choice(list(DIGITS), rng.integers(1, 3)))
    else:
        text = _scattered(rng)
    pieces = _grouped(rng, text, design)
    stacked, at = "", 0
    if rng.random() < design.get("stacked", 0.05) and len(text) <= 6:
        stacks: list[str] = read_data("designs.yaml")["stacks"]
        stacked = stacks[rng.integers(len(stacks))]
        places = [0, len(pieces), int(rng.integers(len(pieces) + 1))]
        at = places[rng.choice(3, p=[0.55, 0.3, 0.15])]
    return Number(text, pieces, stacked, at)


def _serial(rng: np.random.Generator, state: str, design: dict[str, Any]) -> str:
    known = formats(state)
    if known and rng.random() < 0.9:
        shares = np.array([f.share for f in known])
        chosen = known[rng.choice(len(known), p=shares / shares.sum())]
        return "".join(p[rng.integers(len(p))] for p in chosen.positions)
    every = formats()
    series: list[str] = design.get("series", [])
    if series:
        # Most states leave out the letters that look like digits.
        letters = "".join(c for c in LETTERS if c not in _RARE) if rng.random() < 0.8 else LETTERS
        sets = {"#": DIGITS, "@": letters}
        places = [sets[sign] for sign in series[rng.integers(len(series))]]
    else:
        places = list(every[rng.integers(len(every))].positions)
    return "".join(p[rng.integers(len(p))] for p in places)


def _spoken(rng: np.random.Generator) -> str:
    """Return what could be a word or two: consonants and vowels by turns, a digit for a sound now and then."""
    text, vowel = "", bool(rng.random() < 0.3)
    for _ in range(int(rng.integers(3, 9))):
        text += str(rng.choice(list("AAEEEIIOOU" if vowel else "BCDFGHJKLLMMNNPRRSSTTVWXYZ")))
        vowel = vowel != (rng.random() < 0.78)
    if rng.random() < 0.15:
        at = int(rng.integers(len(text)))
        text = text[:at] + str(rng.choice(list("24810"))) + text[at + 1 :]
    return text


def _scattered(rng: np.random.Generator) -> str:
    length = int(
        rng.choice([1, 2, 3, 4, 5, 6, 7, 8], p=[0.01, 0.02, 0.04, 0.07, 0.13, 0.29, 0.37, 0.07])
    )
    kind = rng.random()
    if kind < 0.55:
        at = int(rng.integers(length + 1))
        sets = [LETTERS] * at + [DIGITS] * (length - at)
        if rng.random() < 0.5:
            sets.reverse()
    elif kind < 0.75:
        sets = [LETTERS] * length
    elif kind < 0.85:
        sets = [DIGITS] * length
    else:
        sets = [ALPHABET] * length
    text = [s[rng.integers(len(s))] for s in sets]
    for i in range(length):
        if rng.random() < 0.3:
            other = _CONFUSED[rng.integers(len(_CONFUSED))]
            if other.isdigit() == text[i].isdigit() or rng.random() > _KEEPS_KIND:
                text[i] = other
        elif i and rng.random() < 0.06:
            text[i] = text[i - 1]
    return "".join(text)


def _grouped(rng: np.random.Generator, text: str, design: dict[str, Any]) -> str:
    if len(text) < 3 or rng.random() < 0.12:
        return text
    between: list[str] = design["between"]
    sign = (
        between[rng.integers(len(between))]
        if rng.random() < 0.75
        else str(rng.choice([*SIGNS, ""]))
    )
    if not sign:
        return text
    changes = [i for i in range(1, len(text)) if text[i].isdigit() != text[i - 1].isdigit()]
    chosen = changes if changes and rng.random() < 0.75 else range(1, len(text))
    at = int(chosen[rng.integers(len(chosen))])
    pieces = text[:at] + sign + text[at:]
    if len(text) >= 6 and rng.random() < 0.06:
        pieces = pieces[:2] + "-" + pieces[2:] if pieces[2] not in SIGNS else pieces
    return pieces
