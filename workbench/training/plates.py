"""Plates for the fictional fleet: each state's own series, and personalized ones that offend nobody."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.plates import PlateFormat, formats
from workbench.training.misreads import WIDTH

__all__ = ["STATES", "issue", "matching"]

STATES: tuple[str, ...] = (
    "CA", "NV", "AZ", "OR", "TX", "UT", "WA", "ID", "CO", "NM", "FL", "NY", "IL", "GA", "OH", "NH",
)  # fmt: skip

_PERSONALIZED = {"CA": 0.035, "UT": 0.06}
_COMMERCIAL = ("#@#####", "#####@#")
_SERIES_NOW = {"3": 0.01, "4": 0.03, "5": 0.07, "6": 0.12, "7": 0.22, "8": 0.30, "9": 0.25}
_VOWELS = b"AEIOUY"
_QUIET = "BCDGHJLMNPRSTVWXZ"

_STEMS = (
    "SUN", "SEA", "SKI", "RUN", "SURF", "JAZZ", "BIKE", "HIKE", "ROSE", "PINE", "OAK", "FERN",
    "LUNA", "TACO", "CHEF", "NANA", "PAPA", "GOLF", "FISH", "TENNIS", "CELLO", "TANGO",
    "PIANO", "CAMP", "SAIL", "KITE", "BAKE", "SEW", "KNIT", "BOOK", "MATH", "ATOM", "MAPS",
    "BIRD", "HAWK", "WREN", "OWL", "KOI", "BEES", "HONEY", "OLIVE", "ALMOND", "PEACH",
    "GRAPE", "FARM", "RANCH", "BARN", "FIELD", "RIVER", "LAKE", "HILL",
)  # fmt: skip
_FRONTS = ("LUV", "GO", "MY", "TOP", "1", "2", "HI", "I", "NO1", "PRO", "BIG", "ZEN", "MR", "MS")
_ENDS = ("FAN", "4U", "2", "7", "21", "77", "MOM", "DAD", "GUY", "GAL", "DAY", "CA", "LVR", "4ME")
_NUMBERS = (2, 3, 5, 7, 8, 9, 11, 12, 21, 22, 23, 33, 44, 55, 77, 99)


def issue(
    count: int, state: str, kind: str, rng: np.random.Generator, taken: set[bytes]
) -> NDArray[np.uint8]:
    """Issue plates that nobody has yet.

    Parameters
    ----------
    count : int
    state : str
        Two letters, one of `STATES`.
    kind : str
        ``commercial`` for a work vehicle (California has series for those), anything else for the others.
    rng : numpy.random.Generator
    taken : set of bytes
        Plates issued so far in this state; the new ones are added.

    Returns
    -------
    numpy.ndarray of uint8, shape (count, WIDTH)
        Characters, filled up with zeros.
    """
    series = _series(state, kind)
    shares = np.array([share for _, share in series])
    result = np.zeros((count, WIDTH), dtype=np.uint8)
    vanity = rng.random(count) < (0.0 if kind == "commercial" else _PERSONALIZED.get(state, 0.02))
    open_rows = np.arange(count)
    while len(open_rows):
        which = rng.choice(len(series), size=len(open_rows), p=shares / shares.sum())
        drawn = np.zeros((len(open_rows), WIDTH), dtype=np.uint8)
        for index, (form, _) in enumerate(series):
            mask = (which == index) & ~vanity[open_rows]
            drawn[mask] = _draw(form, int(mask.sum()), rng)
        mask = vanity[open_rows]
        drawn[mask] = _personalized(int(mask.sum()), rng)
        decent = _decent(drawn) | mask
        fresh = np.zeros(len(drawn), dtype=bool)
        fresh[decent] = _new(drawn[decent], taken)
        result[open_rows[fresh]] = drawn[fresh]
        open_rows = open_rows[~fresh]
        vanity[open_rows] = False
    return result


def matching(template: str, rng: np.random.Generator, taken: set[bytes]) -> bytes:
    """Issue one plate after a template, such as ``7A@X1##``: ``#`` a digit, ``@`` a letter, others as they stand."""
    while True:
        text = "".join(
            str(rng.integers(10)) if sign == "#"
            else _QUIET[rng.integers(len(_QUIET))] if sign == "@"
            else sign
            for sign in template
        ).encode()  # fmt: skip
        doubled = any(a == b and a > 57 for a, b in itertools.pairwise(text))
        if text not in taken and not doubled:
            taken.add(text)
            return text


def _series(state: str, kind: str) -> list[tuple[PlateFormat, float]]:
    found = [(form, form.share) for form in formats(state)]
    if state != "CA":
        return found
    commercial = kind == "commercial"
    return [pair for pair in found if ("commercial" in pair[0].name) == commercial]


def _draw(form: PlateFormat, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    drawn = np.zeros((count, WIDTH), dtype=np.uint8)
    for place, allowed in enumerate(form.positions):
        letters = np.frombuffer(allowed.encode(), dtype=np.uint8)
        drawn[:, place] = letters[rng.integers(0, len(letters), count)]
    if form.state == "CA" and form.name == "passenger":
        digits = np.frombuffer("".join(_SERIES_NOW).encode(), dtype=np.uint8)
        drawn[:, 0] = rng.choice(digits, size=count, p=list(_SERIES_NOW.values()))
    elif form.state == "CA" and form.name.startswith("passenger from"):
        # the first ones issued
        drawn[:, 0] = np.frombuffer(b"0123", dtype=np.uint8)[rng.integers(0, 4, count)]
    return drawn


def _personalized(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    drawn = np.zeros((count, WIDTH), dtype=np.uint8)
    for row in range(count):
        text = _STEMS[rng.integers(len(_STEMS))]
        style = rng.random()
        if style < 0.35:
            text = _FRONTS[rng.integers(len(_FRONTS))] + text
        elif style < 0.85:
            text += _ENDS[rng.integers(len(_ENDS))]
        if style > 0.7:
            text += str(_NUMBERS[rng.integers(len(_NUMBERS))])
        characters = text.encode()[:7]
        drawn[row, : len(characters)] = np.frombuffer(characters, dtype=np.uint8)
    return drawn


def _decent(plates: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Keep series plates whose letters spell nothing: no vowel between or after consonants, none thrice."""
    letter = (plates >= ord("A")) & (plates <= ord("Z"))
    vowel = np.isin(plates, np.frombuffer(_VOWELS, dtype=np.uint8))
    spelled = np.zeros(len(plates), dtype=bool)
    for place in range(WIDTH - 2):
        three = letter[:, place : place + 3].all(axis=1)
        middle = vowel[:, place + 1] & ~vowel[:, place]
        a, b, c = (plates[:, place + offset] for offset in range(3))
        doubled = (b == c) & ~vowel[:, place + 1]
        spelled |= three & (middle | doubled | ((a == b) & (b == c)))
    has_series = (letter.sum(axis=1) == 3) | (letter.sum(axis=1) == 4)
    digits = ((plates >= ord("0")) & (plates <= ord("9"))).sum(axis=1)
    decent: NDArray[np.bool_] = ~(spelled & has_series & (digits >= 2))
    return decent


def _new(plates: NDArray[np.uint8], taken: set[bytes]) -> NDArray[np.bool_]:
    fresh = np.zeros(len(plates), dtype=bool)
    for row, plate in enumerate(plates.view(f"S{WIDTH}").ravel().tolist()):
        if plate not in taken:
            taken.add(plate)
            fresh[row] = True
    return fresh
