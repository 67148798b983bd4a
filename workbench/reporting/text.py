"""Numbers, times, places and patterns in words.

Every function returns plain text; escaping for HTML happens where it is placed (`tables`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from workbench.analysis.pattern import Item, Pattern
from workbench.analysis.plates import ALPHABET, DIGITS, LETTERS

__all__ = [
    "chance",
    "clock",
    "count",
    "day",
    "degrees",
    "distance",
    "duration",
    "elements",
    "few",
    "heading",
    "humanize",
    "join",
    "local",
    "moment",
    "number",
    "pattern",
    "share",
    "span",
    "vehicle",
    "zone_name",
]

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_COMPASS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_BODIES = {"van mini": "minivan", "van full": "van", "sedan wagon": "station wagon"}
_SHOUT = {"suv", "bmw", "gmc", "ram", "mini", "vw"}


def number(value: float) -> str:
    """Return a whole number with thin grouping: 12,345."""
    return f"{round(value):,}"


def count(value: int, one: str, many: str = "") -> str:
    """Return a counted noun; small numbers as words: ``three cameras``, ``1,204 reads``."""
    noun = one if value == 1 else (many or f"{one}s")
    return f"{'no' if value == 0 else few(value)} {noun}"


def few(value: int) -> str:
    """Return a number in a sentence: words up to twelve, digits beyond."""
    return _SMALL[value] if 0 <= value < len(_SMALL) else number(value)


def share(value: float | None) -> str:
    """Return a fraction as a percentage that is never rounded to a false 0 or 100."""
    if value is None or math.isnan(value):
        return "unknown"
    if 0 < value < 0.01 and round(value * 100) == 0:
        return "under 1%"
    if value < 1 and round(value * 100) == 100:
        return "over 99%"
    return f"{value:.0%}"


def chance(value: float) -> str:
    """Return a probability as a percentage; small ones with a decimal: ``62%``, ``0.4%``, ``under 0.1%``."""
    if 0.001 <= value < 0.0095:
        return f"{value:.1%}"
    return "under 0.1%" if 0 < value < 0.001 else share(value)


def join(items: Iterable[str], last: str = "and") -> str:
    """Return a list in words: ``a, b and c``."""
    parts = [item for item in items if item]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def local(value: Any, timezone: str) -> dt.datetime:
    """Return a moment in the agency's zone; a naive one is already in it."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    elif hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime(warn=False)
    zone = ZoneInfo(timezone)
    result: dt.datetime = value
    return result.replace(tzinfo=zone) if result.tzinfo is None else result.astimezone(zone)


def clock(value: dt.datetime, *, seconds: bool = False) -> str:
    """Return the time of day: ``21:10`` or ``21:10:07``."""
    return value.strftime("%H:%M:%S" if seconds else "%H:%M")


def day(value: dt.date, *, weekday: bool = False, year: bool = True) -> str:
    """Return a date: ``Tue 10 Mar 2026``."""
    parts = [value.strftime("%a")] if weekday else []
    parts += [str(value.day), value.strftime("%b")]
    return " ".join([*parts, str(value.year)] if year else parts)


def moment(value: dt.datetime, *, seconds: bool = False) -> str:
    """Return date and time: ``10 Mar 2026, 21:10``."""
    return f"{day(value)}, {clock(value, seconds=seconds)}"


def zone_name(value: dt.datetime) -> str:
    """Return the zone's short name at that moment, with its offset: ``PDT, UTC−7``."""
    offset = value.utcoffset() or dt.timedelta()
    hours, minutes = divmod(abs(round(offset.total_seconds() / 60)), 60)
    sign = "−" if offset < dt.timedelta() else "+"
    shift = f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")
    name = value.tzname() or ""
    return f"{name}, {shift}" if name.isalpha() else shift


def span(start: dt.datetime, end: dt.datetime) -> str:
    """Return a window: within a day ``Tue 10 Mar 2026, 21:10–22:10``, else both dates."""
    if start.date() == end.date():
        return f"{day(start, weekday=True)}, {clock(start)}–{clock(end)}"
    if start.time() == end.time() == dt.time():
        last = end - dt.timedelta(microseconds=1)
        if start.date() == last.date():
            return f"{day(start, weekday=True)}, the whole day"
        return f"{day(start, year=start.year != last.year)} to {day(last)}"
    return f"{day(start)}, {clock(start)} to {day(end)}, {clock(end)}"


def duration(seconds: float) -> str:
    """Return a length of time: ``45 s``, ``12 min``, ``1 h 30 min``, ``60 days``."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{round(seconds)} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{round(hours / 24)} days"


def distance(metres: float | None) -> str:
    """Return a distance: ``40 m``, ``1.2 km``; a dash where unknown."""
    if metres is None or math.isnan(metres):
        return "–"
    if metres < 995:
        return f"{round(metres, -1) if metres >= 100 else round(metres):.0f} m"
    return f"{metres / 1000:.1f} km"


def degrees(latitude: float, longitude: float) -> str:
    """Return a position: ``36.58000, −120.25000``."""
    return f"{latitude:.5f}, {longitude:.5f}".replace("-", "−")


def heading(value: float | None) -> str:
    """Return a heading in words: ``east``; empty where there is none."""
    if value is None or math.isnan(value):
        return ""
    return _COMPASS[round((value % 360) / 45) % 8]


def vehicle(row: Mapping[Any, Any]) -> str:
    """Return a vehicle: ``gray Honda Civic, sedan``; says so where nothing was read."""
    name = _named(row.get("make"), row.get("model"))
    color = str(row["color"]) if _given(row.get("color")) else ""
    body = _body(row.get("body"))
    if body.casefold() in name.casefold():
        body = ""
    head = " ".join(part for part in (color, name) if part)
    if not head:
        return body or "not described"
    return f"{head}, {body}" if body else head


def humanize(name: str) -> str:
    """Return a field's name as a heading: ``sample_size`` is ``Sample size``."""
    return name.replace("_", " ").strip().capitalize()


def elements(given: Mapping[Any, Any], timezone: str) -> list[tuple[str, str]]:
    """Return what a query asked, as pairs of a word and a value."""
    pairs: list[tuple[str, str]] = []
    left = {key: value for key, value in given.items() if value not in (None, "", [], {})}
    center, radius = left.pop("center", None), left.pop("radius_m", None)
    if center:
        near = f"within {distance(float(radius))} of " if radius else ""
        pairs.append(("place", near + degrees(float(center[0]), float(center[1]))))
    corners = left.pop("polygon", None)
    if corners:
        pairs.append(("place", f"polygon of {len(corners)} corners"))
    ends = (left.pop("start", None), left.pop("end", None))
    window = left.pop("window", None) or ends
    if window[0] and window[1]:
        pairs.append(("window", span(local(window[0], timezone), local(window[1], timezone))))
    for key, value in left.items():
        pairs.append((humanize(key).lower(), _plain(value, timezone)))
    return pairs


def pattern(given: Pattern) -> str:
    """Return a plate pattern in words.

    >>> pattern(Pattern.parse("7A??[18]*"))
    '7, A, two unknown characters, 1 or 8, then anything or nothing'
    """
    words: list[str] = []
    for item, run in itertools.groupby(given.items, key=_group):
        times = len(list(run))
        if item == "?":
            words.append(
                "an unknown character" if times == 1 else f"{_SMALL[times]} unknown characters"
            )
        elif item == "*":
            words.append("then anything or nothing" if words else "anything or nothing")
        else:
            words += [item] * times
    if given.length:
        least, most = given.length
        size = _SMALL[least] if least == most else f"{_SMALL[least]} to {_SMALL[most]}"
        words.append(f"{size} characters in all")
    return ", ".join(words)


def _group(item: Item) -> str:
    if item.star:
        return "*"
    if item.unknown:
        return "a character that may be missing" if item.optional else "?"
    words = _one_of(item)
    if item.certainty < 0.75:
        words = f"{words} (not sure)"
    return f"{words}, if it is there at all" if item.optional else words


def _one_of(item: Item) -> str:
    if item.characters == DIGITS:
        return "a digit"
    if item.characters == LETTERS:
        return "a letter"
    if len(item.characters) > len(ALPHABET) // 2:
        return f"not {join((c for c in ALPHABET if c not in item.characters), 'or')}"
    return join(item.characters, "or")


def _plain(value: Any, timezone: str) -> str:
    if isinstance(value, (list, tuple)):
        return join(_plain(item, timezone) for item in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{word} {text}" for word, text in elements(value, timezone))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _given(value: Any) -> bool:
    return value is not None and value == value and value != ""  # noqa: PLR0124 -- nan is not itself


def _named(make: Any, model: Any) -> str:
    """Return make and model, the make once: some models begin with it."""
    words = [_cased(part) for part in (make, model) if _given(part)]
    if len(words) == 2 and words[1].casefold().startswith(words[0].casefold()):
        return words[1]
    return " ".join(words)


def _body(given: Any) -> str:
    """Return a body as a person says it: ``sedan-standard`` is a sedan."""
    if not _given(given):
        return ""
    name = str(given).removesuffix("-standard").replace("-", " ")
    return _BODIES.get(name, name).replace("suv", "SUV")


def _cased(value: Any) -> str:
    word = str(value)
    short = all(len(part) <= 3 for part in word.split("-")) and ("-" in word or len(word) <= 2)
    digits = any(character.isdigit() for character in word) and len(word) <= 5
    return word.upper() if short or digits or word in _SHOUT else word.title()
