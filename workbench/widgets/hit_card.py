"""A hit as the queue shows it: the card, and which buttons there are now. No widget is made here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from workbench.widgets import look
from workbench.widgets.platedrawing import plate_svg

if TYPE_CHECKING:
    from workbench.hotlists import HitView

__all__ = ["Choice", "card", "choices", "fields_of", "listed_html", "queue_rows"]

_MARKS = {"differs": "differs", "warns": "caution", "unknown": "not known", "agrees": "agrees"}
_DISPOSITIONS = {
    "correct": "Correct",
    "wrong-state": "Wrong state",
    "wrong-plate": "Wrong plate",
    "dismissed": "Dismiss",
}
_AFTER = {"acted-on": "acted on", "broadcast": "broadcast", "none": "nothing done"}
_STEPS: dict[str, tuple[tuple[str, str], ...]] = {
    "rule-out": (("Read rightly", "right"), ("Misread", "misread"), ("Another state", "wrong-state")),
    "broadcast": (("Broadcast made", "made"),),
    "confirm": (("Current", "current"), ("No longer current", "not-current"), ("Not practicable", "impracticable")),
    "announce": (("Result broadcast", "made"),),
    "locate": (("Matches the hit", "matches"), ("Another vehicle", "differs"), ("Not found", "impracticable")),
}  # fmt: skip
_FIELDS = {
    "rule-out": ("saw", "note"),
    "broadcast": ("note",),
    "confirm": ("at", "reference", "dispatcher", "note"),
    "announce": ("note",),
    "locate": ("at", "note"),
    "close": ("note",),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what stands on it, the step, what it finds, and for closing what came after."""

    label: str
    step: str
    outcome: str
    closing: str = "none"


def queue_rows(hits: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> list[tuple[str, int]]:
    """Return hits as lines of a list with their numbers: no plate."""
    rows = []
    for each in hits:
        when = f"{each['captured_at'].astimezone(zone):%m-%d %H:%M}"
        near = f"near {each['probability']:.0%}" if each["near"] else ""
        parts = (str(each["id"]), when, each["camera"], each["list"], near, each["status"])
        rows.append((" · ".join(part for part in parts if part), int(each["id"])))
    return rows


def choices(view: HitView) -> list[Choice]:
    """Return what may be done with a hit now: the outcomes of its next step, and how it can be closed."""
    found = []
    for step in view.steps:
        if step.state == "next":
            found += [Choice(label, step.step, outcome) for label, outcome in _STEPS[step.step]]
    for disposition in view.dispositions:
        label = _DISPOSITIONS[disposition]
        if disposition == "correct":
            found += [
                Choice(f"Close: correct, {_AFTER[after]}", "close", disposition, after)
                for after in view.closings
            ]
        else:
            found.append(Choice(f"Close: {label.lower()}", "close", disposition))
    return found


def fields_of(view: HitView) -> tuple[str, ...]:
    """Return which boxes the buttons of now need."""
    step = next((each.step for each in view.steps if each.state == "next"), "close")
    return _FIELDS[step]


def card(view: HitView) -> Markup:
    """Return a hit: that it is no grounds for a stop, both plates drawn, what differs, and the steps."""
    zone = ZoneInfo(view.timezone)
    head = f"Hit {view.hit}: {view.status}" + (f" — {view.to_do}" if view.to_do else "")
    parts = [
        Markup('<h3 class="wbh-head">{}</h3>').format(head),
        Markup('<p class="wbh-stop" role="note"><b>{}</b> {}</p>').format(
            view.standing, view.notice
        ),
        _plates(view),
        _points(view),
        _steps(view, zone),
    ]
    return Markup('<div class="wbh-card">{}</div>').format(Markup("").join(parts))


def _plates(view: HitView) -> Markup:
    listed = plate_svg(view.listed, view.entries[0].state)
    if view.read is None:
        seen = Markup("<p>The read is no longer kept.</p>")
    else:
        read = view.read
        plate = str(read["plate"])
        differs = _differing(plate, view.listed)
        when = read["captured_at"].astimezone(ZoneInfo(view.timezone))
        picture = f"image {read['image']}" if read.get("image") else "no image is kept here"
        where = f"{when:%Y-%m-%d %H:%M:%S}, {view.path} reader {view.camera} {view.camera_name}, {picture}"
        seen = Markup("{}<span>{}</span>").format(
            plate_svg(plate, str(read["state"] or ""), differs=differs), where
        )
    return Markup(
        '<div class="wbh-plates"><figure><figcaption>read</figcaption>{}</figure>'
        "<figure><figcaption>listed</figcaption>{}</figure></div>"
    ).format(seen, listed)


def _differing(seen: str, listed: str) -> Sequence[int]:
    if len(seen) != len(listed):
        return ()
    return [place for place, (one, two) in enumerate(zip(seen, listed, strict=True)) if one != two]


def _points(view: HitView) -> Markup:
    rows = Markup("").join(
        Markup('<li class="{}"><b>{}</b> {}</li>').format(
            point.standing, _MARKS[point.standing], point.words
        )
        for point in view.points
    )
    return Markup('<ul class="wbh-points">{}</ul>').format(rows)


def listed_html(view: HitView) -> Markup:
    """Return what is listed: the list, and every field of its entries."""
    zone = ZoneInfo(view.timezone)
    blocks = []
    for entry in view.entries:
        told = {
            name: value for name, value in entry.plain().items() if name not in ("plate", "other")
        }
        told.update(entry.other)
        rows = ((name.replace("_", " "), _value(name, value, zone)) for name, value in told.items())
        blocks.append(look.details(rows))
    about = f"{view.of_list['title']}, {view.of_list['source']}"
    return Markup(
        '<details class="wbh-entry" open><summary>Listed: {}</summary>{}</details>'
    ).format(about, Markup("").join(blocks))


def _value(name: str, value: Any, zone: ZoneInfo) -> str:
    if name in ("effective", "expires"):
        return f"{dt.datetime.fromisoformat(str(value)).astimezone(zone):%Y-%m-%d %H:%M}"
    return str(value)


def _steps(view: HitView, zone: ZoneInfo) -> Markup:
    rows = []
    for step in view.steps:
        done = ""
        if step.state == "done" and step.at is not None:
            done = f"{step.outcome.replace('-', ' ')} — {step.name}, {step.at.astimezone(zone):%Y-%m-%d %H:%M}"
        by = f"by: {', '.join(step.roles)}" if step.roles and step.state == "next" else ""
        rows.append(
            Markup('<li class="{}"><b>{}</b> {} <i>{}</i><br>{}{}</li>').format(
                step.state.replace(" ", "-"), step.state, step.what, step.citation, done, by
            )
        )
    return Markup('<ol class="wbh-steps">{}</ol>').format(Markup("").join(rows))
