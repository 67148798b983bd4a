"""Plates: normalizing, states, and the formats that states issue.

Formats are data (``formats.yaml``), each with its source. They are a prior that can be overruled: a plate
outside every format may be a personalized one, an older one, or a camera's mistake.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import Any

__all__ = [
    "ALPHABET",
    "DIGITS",
    "LETTERS",
    "MAX_LENGTH",
    "STATES",
    "PlateFormat",
    "formats",
    "is_plausible",
    "mask",
    "matching_formats",
    "normalize",
    "state_code",
]

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABET = DIGITS + LETTERS

MAX_LENGTH = 12
"""The longest plate that is taken in: no state issues more than eight, a few systems add a prefix."""

STATES: dict[str, str] = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
    "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
}  # fmt: skip
"""States, the federal district and territories: postal code to name."""

_CODES = {name.casefold(): code for code, name in STATES.items()}
_KEPT = frozenset(ALPHABET)


def normalize(raw: str) -> str:
    """Return a plate as it is searched: capitals and digits, without spaces, hyphens and symbols.

    Full-width characters are folded; no letter is ever turned into a digit or back. Keep the raw string
    beside it.

    Examples
    --------
    >>> normalize(" 8abc-o12 ")
    '8ABCO12'
    """
    if raw.isascii():
        return "".join(c for c in raw.upper() if c in _KEPT)
    folded = unicodedata.normalize("NFKC", raw)
    return "".join(c.upper() for c in folded if c.isascii() and c.upper() in _KEPT)


def state_code(text: str | None) -> str:
    """Return the two-letter code for ``CA``, ``us-ca`` or ``California``; empty for anything else.

    Examples
    --------
    >>> state_code("us-ca"), state_code("Utah"), state_code("mx-bc")
    ('CA', 'UT', '')
    """
    word = (text or "").strip().casefold()
    if word in _CODES:
        return _CODES[word]
    code = word.removeprefix("us-").upper()
    return code if code in STATES else ""


def mask(plate: str, *, keep: int = 2) -> str:
    """Return the plate with all but its first characters hidden, for places where it must not stand.

    Examples
    --------
    >>> mask("7ABX123")
    '7A*****'
    """
    kept = min(keep, max(0, len(plate) - 2))
    return plate[:kept] + "*" * (len(plate) - kept)


@dataclass(frozen=True, slots=True)
class PlateFormat:
    """One series that a state issues.

    Parameters
    ----------
    state : str
        Postal code.
    name : str
        What it is for, such as "passenger".
    positions : tuple of str
        For each position the characters it may hold.
    share : float
        Roughly which part of the state's plates has it, 0 to 1.
    source : str
        Where it is from.
    """

    state: str
    name: str
    positions: tuple[str, ...]
    share: float
    source: str

    def matches(self, plate: str) -> bool:
        """Whether a normalized plate fits, position by position."""
        return len(plate) == len(self.positions) and all(
            character in allowed for character, allowed in zip(plate, self.positions, strict=True)
        )


@functools.cache
def formats(state: str = "") -> tuple[PlateFormat, ...]:
    """Return the formats of a state, or of all states; empty for one without any on file."""
    every = _load()
    return tuple(f for f in every if f.state == state) if state else every


def matching_formats(plate: str, state: str = "") -> tuple[PlateFormat, ...]:
    """Return the series, of this state or of any, that a normalized plate fits."""
    return tuple(f for f in formats(state) if f.matches(plate))


@functools.lru_cache(maxsize=1 << 16)
def is_plausible(plate: str, state: str = "") -> bool:
    """Whether a normalized plate fits a regular series of the state, or of any state if none is given.

    A personalized plate may fit none: implausible never means impossible. A state without a format on
    file accepts whatever fits any state's.

    Examples
    --------
    >>> is_plausible("7ABC123", "CA"), is_plausible("7IBC123", "CA"), is_plausible("0ABC123", "CA")
    (True, False, False)
    """
    return bool(matching_formats(plate, state if formats(state) else ""))


@functools.cache
def _load() -> tuple[PlateFormat, ...]:
    from ruamel.yaml import YAML

    text = resources.files("workbench.analysis").joinpath("formats.yaml").read_text("utf-8")
    document = YAML(typ="safe", pure=True).load(text)
    sources: dict[str, str] = document["sources"]
    return tuple(
        _format(state, entry, sources)
        for state, entries in document["formats"].items()
        for entry in entries
    )


def _format(state: str, entry: dict[str, Any], sources: dict[str, str]) -> PlateFormat:
    except_at: dict[int, str] = entry.get("except", {})
    only_at: dict[int, str] = entry.get("only", {})
    positions = []
    for number, sign in enumerate(entry["series"], start=1):
        allowed = {"#": DIGITS, "@": LETTERS}.get(sign, sign)
        allowed = only_at.get(number, allowed)
        positions.append("".join(c for c in allowed if c not in except_at.get(number, "")))
    return PlateFormat(
        state, entry["name"], tuple(positions), float(entry["share"]), sources[entry["source"]]
    )
