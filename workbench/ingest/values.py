"""Columns of whatever a vendor wrote, turned into clean numbers and words; what cannot be understood becomes nothing.

Everything here works on whole columns and never raises on a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.plates import MAX_LENGTH, normalize, state_code

__all__ = [
    "Bools",
    "Floats",
    "Numbering",
    "Places",
    "candidates",
    "compass",
    "given",
    "key",
    "nullable",
    "numbered",
    "numbers",
    "plates",
    "shares",
    "states",
    "texts",
    "truths",
    "words",
]

T = TypeVar("T")
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.int64]

_WRITTEN = [f"{share / 10_000:g}" for share in range(10_001)]
_RAW_LENGTH = 40
_TEXT_LENGTH = 300
_WORD_LENGTH = 60
_NOTHING = frozenset(
    {"", "unknown", "none", "null", "nan", "n/a", "na", "-", "missing", "undefined"}
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_YES = frozenset({"true", "yes", "y", "t", "1"})
_NO = frozenset({"false", "no", "n", "f", "0"})
_POINTS = (
    "N",
    "NNE",
    "NE",
    "ENE",
    "E",
    "ESE",
    "SE",
    "SSE",
    "S",
    "SSW",
    "SW",
    "WSW",
    "W",
    "WNW",
    "NW",
    "NNW",
)
_COMPASS = {point: place * 22.5 for place, point in enumerate(_POINTS)}
_SPELLED = {"NORTH": "N", "EAST": "E", "SOUTH": "S", "WEST": "W"}


def numbers(values: Sequence[Any]) -> Floats:
    """Return numbers; NaN for what is no number, absent or infinite."""
    try:
        found = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.array([_number(value) for value in values], dtype=np.float64)
    if found.ndim != 1:
        found = np.array([_number(value) for value in values], dtype=np.float64)
    found[np.isinf(found)] = np.nan
    return found


def _number(value: object) -> float:
    if not isinstance(value, (str, int, float)):
        return np.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return np.nan


def given(values: Sequence[Any]) -> Bools:
    """Tell which values are there at all, whether they make sense or not."""
    return np.array([value is not None and value != "" for value in values], dtype=np.bool_)


def shares(values: Sequence[Any], scale: str) -> tuple[Floats, int]:
    """Return confidences from 0 to 1, and how many of those given made no sense.

    Parameters
    ----------
    values : sequence
        As the source wrote them.
    scale : {"percent", "fraction", "auto"}
        ``auto`` takes a number above 1 for a percentage.
    """
    found = numbers(values)
    with np.errstate(invalid="ignore"):
        if scale == "percent":
            found = found / 100.0
        elif scale == "auto":
            found = np.where(found > 1.0, found / 100.0, found)
        wrong = ~((found >= 0.0) & (found <= 1.0))
    found[wrong] = np.nan
    if not wrong.any():
        return found, 0
    return found, int((wrong & given(values)).sum())


def nullable(values: Floats) -> list[float | None]:
    """Return a list with None where a number is NaN."""
    listed: list[Any] = values.tolist()
    if np.isnan(values).any():
        return [None if value != value else value for value in listed]  # noqa: PLR0124 - NaN
    return listed


def clean(text: str, limit: int) -> str:
    """Return text without control characters and half characters, cut to ``limit``."""
    if not (text.isascii() and text.isprintable()):
        text = _CONTROL.sub(" ", text)
    return text.strip()[:limit]


def plates(values: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Return the normalized plates (empty where there is none) and the plates as read."""
    if _are_simple(values):
        raw = list(values)
        return "\n".join(raw).upper().split("\n"), raw
    raw = [_text(value, _RAW_LENGTH) for value in values]
    return [_normal(text) for text in raw], raw


def _are_simple(values: Sequence[Any]) -> bool:
    """Tell whether all are words of letters and digits alone, which is the usual case."""
    try:
        joined = "".join(values)
        return joined.isascii() and joined.isalnum() and max(map(len, values)) <= _RAW_LENGTH
    except TypeError:
        return False


def _normal(text: str) -> str:
    return text.upper() if text.isascii() and text.isalnum() else normalize(text)


def _text(value: object, limit: int) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    try:
        return clean(str(value), limit)
    except ValueError:  # a number of more than 4,300 digits
        return ""


def texts(values: Sequence[Any]) -> list[str | None]:
    """Return texts of any kind, numbers included; None for nothing."""
    return [
        value
        if value.__class__ is str
        and value.isascii()
        and value.isprintable()
        and 0 < len(value) < _TEXT_LENGTH
        else _text(value, _TEXT_LENGTH) or None
        for value in values
    ]


class Numbering(dict[Any, int]):
    """Numbers what it is asked for, from 0, in the order in which each is first asked for."""

    def __missing__(self, key: Any) -> int:
        place = self[key] = len(self)
        return place


def numbered(values: Sequence[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], Places]:
    """Return the distinct ones of some tuples, and for each tuple its place among them."""
    known = Numbering()
    try:
        which = np.fromiter(map(known.__getitem__, values), dtype=np.int64, count=len(values))
    except TypeError:  # a list or an object stands in one of them
        return list(values), np.arange(len(values))
    return list(known), which


def _each(values: Sequence[Any], turn: Callable[[Any], T]) -> list[T]:
    """Turn every value, each distinct one once: these columns have few."""
    try:
        known = {value: turn(value) for value in set(values)}
    except TypeError:  # a list or an object stands among them
        return [turn(value) for value in values]
    return list(map(known.__getitem__, values))


def key(value: object) -> str:
    """Return what a vendor calls a camera: numbers and words alike as text; empty for nothing."""
    whole = isinstance(value, float) and value.is_integer()
    return _text(int(value) if whole else value, _WORD_LENGTH)  # type: ignore[call-overload]


def words(values: Sequence[Any]) -> list[str | None]:
    """Return makes, models, colors and bodies in lower case; None for nothing and for "unknown"."""
    return _each(values, _word)


def _word(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    word = " ".join(clean(value, _WORD_LENGTH).lower().replace("_", " ").split())
    return None if word in _NOTHING else word


def states(values: Sequence[Any]) -> list[str]:
    """Return two-letter codes of states; empty for anything else."""
    return _each(values, lambda value: state_code(value) if isinstance(value, str) else "")


def truths(values: Sequence[Any], default: bool) -> list[bool]:  # noqa: FBT001
    """Return yes and no in any of their spellings; ``default`` for anything else."""
    return _each(values, lambda value: _truth(value, default))


def _truth(value: object, default: bool) -> bool:  # noqa: FBT001
    word = str(value).strip().lower() if isinstance(value, (str, bool, int)) else ""
    return True if word in _YES else False if word in _NO else default


def compass(values: Sequence[Any]) -> list[Any]:
    """Return headings in degrees where they are written as words: ``NE``, ``northbound``, ``NB``."""
    return _each(values, _degrees)


def _degrees(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    word = value.upper().replace("BOUND", "").replace("-", "").replace(" ", "")
    for spelled, point in _SPELLED.items():
        word = word.replace(spelled, point)
    return _COMPASS.get(word, _COMPASS.get(word.removesuffix("B"), value))


def candidates(values: Sequence[Any], best: Sequence[str], scale: str) -> list[str | None]:
    """Return alternatives as JSON text, ``[["8ABC123", 0.91], …]``, without the best and without repeats.

    Parameters
    ----------
    values : sequence
        A list of (plate, confidence) for each row, or None.
    best : sequence of str
        The plate that was read.
    scale : {"percent", "fraction", "auto"}
        Of the confidences.
    """
    return [
        _candidates(pairs, plate, scale) if pairs else None
        for pairs, plate in zip(values, best, strict=True)
    ]


def _candidates(pairs: list[tuple[Any, Any]], best: str, scale: str) -> str | None:
    seen = [best, ""]
    parts = []
    for plate, sure in pairs:
        if plate == best:
            continue
        simple = plate.__class__ is str and plate.isascii() and plate.isalnum()
        normal = plate.upper() if simple else _normal(_text(plate, _RAW_LENGTH))
        if normal in seen or len(normal) > MAX_LENGTH:
            continue
        seen.append(normal)
        share = sure if sure.__class__ is float else _number(sure)
        steps = share * (
            100.0 if scale == "percent" or (scale == "auto" and share > 1.0) else 10_000.0
        )
        written = _WRITTEN[int(steps + 0.5)] if 0.0 <= steps <= 10_000.0 else "null"
        parts.append(f'["{normal}", {written}]')
    return f"[{', '.join(parts)}]" if parts else None
