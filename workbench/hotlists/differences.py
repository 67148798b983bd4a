"""What a read and the entry that it matched agree on, and what they do not: said on every hit, never passed over."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any, Literal
from zoneinfo import ZoneInfo

from workbench.analysis.evidence import said_value
from workbench.errors import BadInput
from workbench.hotlists.entries import LABELS, Entry
from workbench.hotlists.lists import HotList

__all__ = ["Point", "compare", "word_of"]

Standing = Literal["agrees", "differs", "unknown", "warns"]

_DESCRIBED = ("state", "make", "model", "color", "body")
_COVERS = {
    "truck": {"pickup", "heavy truck"},
    "car": {"sedan", "coupe", "hatchback", "wagon", "convertible"},
}
_UNSURE = 0.8
_OLD_HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Point:
    """One thing compared: it agrees, differs, is unknown (one side says nothing), or warns (of age or doubt)."""

    standing: Standing
    about: str
    words: str

    def plain(self) -> dict[str, str]:
        """Return plain JSON."""
        return asdict(self)


def compare(
    entry: Entry,
    read: Mapping[str, Any] | None,
    of: HotList,
    *,
    near: bool,
    probability: float,
    now: dt.datetime,
    zone: ZoneInfo,
) -> list[Point]:
    """Compare an entry with the read that matched it: plate, state, vehicle, and how current both are.

    Parameters
    ----------
    read : mapping or None
        A row of a reads frame; None where the read is no longer kept.
    near, probability
        Whether the plate read is only nearly the listed one, and how probably it shows it.
    now : datetime
        The moment of showing.
    """
    points: list[Point] = []
    if read is not None:
        points.append(_plate(entry, read, near=near, probability=probability))
        described = (_described(name, entry, read) for name in _DESCRIBED)
        points += [point for point in described if point is not None]
        points += _doubts(read, now)
    points += _currency(entry, read, of, now, zone)
    order = ("differs", "warns", "unknown", "agrees")
    return sorted(points, key=lambda point: order.index(point.standing))


def _plate(entry: Entry, read: Mapping[str, Any], *, near: bool, probability: float) -> Point:
    if not near:
        return Point("agrees", "plate", f"plate {entry.plate}: read as listed")
    return Point(
        "differs",
        "plate",
        f"plate: the list says {entry.plate}, the read says {read['plate']}; a near miss, {probability:.1%} probable "
        "that the read shows the listed plate, taking both as equally frequent",
    )


def _described(name: str, entry: Entry, read: Mapping[str, Any]) -> Point | None:
    label = LABELS[name]
    listed, seen = str(getattr(entry, name) or ""), str(read.get(name) or "")
    if not listed and not seen:
        return None
    if not listed or not seen:
        said = f"the list says {listed}" if listed else "the list says nothing"
        told = f"the read says {seen}" if seen else "the read says nothing"
        return Point("unknown", name, f"{label}: {said}, {told}")
    one, two = word_of(name, listed), word_of(name, seen)
    if one == two or two in _COVERS.get(one, ()) or one in _COVERS.get(two, ()):
        return Point("agrees", name, f"{label} {seen}: as listed")
    if name == "model" and (one.startswith(two) or two.startswith(one)):
        return Point("agrees", name, f"{label} {seen}: as listed ({listed})")
    code = f" ({listed})" if one != listed.casefold() else ""
    return Point(
        "differs",
        name,
        f"{label}: the list says {one.upper() if name == 'state' else one}{code}, the read says {seen}",
    )


def _doubts(read: Mapping[str, Any], now: dt.datetime) -> list[Point]:
    points = []
    sure = read.get("confidence")
    if sure is not None and sure < _UNSURE:
        points.append(
            Point("warns", "read", f"the camera was not sure of the plate: confidence {sure:.0%}")
        )
    hours = (now - read["captured_at"]).total_seconds() / 3600
    if hours > _OLD_HOURS:
        points.append(
            Point("warns", "read", f"the read is {_age(hours)} old: the vehicle may be elsewhere")
        )
    return points


def _currency(
    entry: Entry, read: Mapping[str, Any] | None, of: HotList, now: dt.datetime, zone: ZoneInfo
) -> list[Point]:
    points = []
    age = of.age_hours(now)
    if of.kind == "hand":
        points.append(Point("agrees", "list", f"the list {of.code} is kept by hand"))
    elif age is None or of.as_of is None:
        points.append(Point("warns", "list", f"the list {of.code} was never brought in whole"))
    else:
        said = f"the list {of.code} is as of {of.as_of.astimezone(zone):%Y-%m-%d %H:%M}, {_age(age)} ago"
        if of.stale(now):
            points.append(
                Point(
                    "warns",
                    "list",
                    f"{said}: older than the {of.stale_after_hours} hours that it may be",
                )
            )
        else:
            points.append(Point("agrees", "list", said))
    if entry.expired(now) and entry.expires:
        points.append(
            Point(
                "warns",
                "entry",
                f"the entry has expired, on {entry.expires.astimezone(zone):%Y-%m-%d %H:%M}",
            )
        )
    if entry.effective and read is not None and read["captured_at"] < entry.effective:
        when = f"{entry.effective.astimezone(zone):%Y-%m-%d %H:%M}"
        points.append(
            Point("warns", "entry", f"the read is from before the entry took effect, on {when}")
        )
    return points


def _age(hours: float) -> str:
    if hours < 1.0:
        return f"{max(0, round(hours * 60))} minutes"
    return f"{hours:.0f} hours" if hours < 48.0 else f"{hours / 24:.0f} days"


def word_of(name: str, value: str) -> str:
    """Return the word for a code or a word of a list or a camera, in small letters.

    Examples
    --------
    >>> word_of("color", "SIL"), word_of("make", "TOYT"), word_of("body", "4D"), word_of("color", "Grey")
    ('silver', 'toyota', 'sedan', 'gray')
    """
    text = " ".join(value.split())
    word = _codes().get(name, {}).get(text.upper(), text.casefold())
    if name == "color" and "/" in word:  # two colors, the upper one first
        word = word_of(name, word.partition("/")[0])
    try:
        return (
            said_value(name, word)
            if name in ("color", "make", "body")
            else word.replace(" ", "").replace("-", "")
        )
    except BadInput:
        return word


@functools.cache
def _codes() -> dict[str, dict[str, str]]:
    from ruamel.yaml import YAML

    text = resources.files("workbench.hotlists").joinpath("codes.yaml").read_text("utf-8")
    tables = YAML(typ="safe", pure=True).load(text)
    return {
        name: {str(code): str(word) for code, word in table.items()}
        for name, table in tables.items()
    }
