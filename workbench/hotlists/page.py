"""A hit on paper: as text for a terminal, and as one small HTML file that needs nothing from elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from html import escape
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from workbench.hotlists.entries import LABELS, Entry
from workbench.hotlists.steps import AFTER, DISPOSITIONS
from workbench.hotlists.views import HitView, StepView

__all__ = ["as_html", "as_text"]

_MARKS = {"differs": "DIFFERS", "warns": "CAUTION", "unknown": "unknown", "agrees": "agrees"}
_FOUND = {
    "right": "read rightly",
    "misread": "a misread",
    "wrong-state": "another state",
    "made": "made",
    "current": "current",
    "not-current": "no longer current",
    "impracticable": "not practicable",
    "matches": "the vehicle matches",
    "differs": "another vehicle",
    **{name: name.replace("-", " ") for name in DISPOSITIONS},
}
_SAID = {
    "saw": "seen",
    "at": "at",
    "reference": "reference",
    "database": "in",
    "dispatcher": "dispatch",
    "why": "because",
    "closing": "then",
    "note": "note",
}


def as_text(view: HitView) -> str:
    """Return a hit as lines of text."""
    return "\n".join(_lines(view)) + "\n"


def _lines(view: HitView) -> Iterator[str]:
    yield f"HIT {view.hit} — {view.status}" + (f": {view.to_do}" if view.to_do else "")
    yield f"*** {view.standing} ***"
    yield view.notice
    yield ""
    yield f"Read:    {_read(view)}"
    for entry in view.entries:
        yield f"Listed:  {_entry(entry, view)}"
    yield f"List:    {_list(view)}"
    yield ""
    for point in view.points:
        yield f"  {_MARKS[point.standing]:<8} {point.words}"
    yield ""
    for step in view.steps:
        yield f"  [{_box(step)}] {step.what}" + (f"  ({step.citation})" if step.citation else "")
        if step.state == "done":
            yield f"      {_done(step, view)}"
        elif step.roles:
            yield f"      by: {', '.join(step.roles)}"
    yield ""
    yield f"Access {view.access_id} on the record of {view.agency}. Times: {view.timezone}."


def _box(step: StepView) -> str:
    return {"done": "x", "next": ">", "later": " "}.get(step.state, "-")


def _local(moment: dt.datetime, view: HitView) -> str:
    return f"{moment.astimezone(ZoneInfo(view.timezone)):%Y-%m-%d %H:%M:%S}"


def _read(view: HitView) -> str:
    if view.read is None:
        return "no longer kept"
    read = view.read
    sure = read.get("confidence")
    vehicle = " ".join(
        str(read[name]) for name in ("color", "make", "model", "body") if read.get(name)
    )
    parts = [
        f"{read['plate']} ({read['state'] or 'state not read'})",
        _local(read["captured_at"], view),
        f"{view.path} reader {view.camera}" + (f", {view.camera_name}" if view.camera_name else ""),
        f"{float(read['latitude']):.5f}, {float(read['longitude']):.5f}"
        if read["latitude"] is not None
        else "",
        f"confidence {sure:.0%}" if sure is not None else "",
        vehicle,
        f"image {read['image']}" if read.get("image") else "no image is kept here",
    ]
    return "; ".join(part for part in parts if part)


def _entry(entry: Entry, view: HitView) -> str:
    parts = [f"{entry.plate} ({entry.state or 'no state given'})"]
    plain = entry.sealed()
    for name, label in LABELS.items():
        if name in ("plate", "state") or name not in plain:
            continue
        value = getattr(entry, name)
        parts.append(f"{label} {_local(value, view) if isinstance(value, dt.datetime) else value}")
    parts += [f"{name} {value}" for name, value in entry.other.items()]
    return "; ".join(parts)


def _list(view: HitView) -> str:
    of = view.of_list
    stood = of.get("as_of")
    parts = [str(of["title"]), str(of.get("source") or ""), f"for {of['purpose']}"]
    if stood:
        parts.append(
            f"as of {_local(dt.datetime.fromisoformat(str(stood)), view)} when the hit was raised"
        )
    return "; ".join(part for part in parts if part)


def _done(step: StepView, view: HitView) -> str:
    said = {name: value for name, value in (step.said or {}).items() if value}
    parts = [_FOUND.get(step.outcome, step.outcome)]
    parts += [
        f"{label} {_value(name, said[name], view)}" for name, label in _SAID.items() if name in said
    ]
    when = _local(step.at, view) if step.at else ""
    return f"{'; '.join(parts)} — {step.name} ({step.by}), {when}"


def _value(name: str, value: Any, view: HitView) -> str:
    if name == "at":
        return _local(dt.datetime.fromisoformat(str(value)), view)
    return AFTER.get(str(value), str(value)) if name == "closing" else str(value)


def as_html(view: HitView) -> str:
    """Return a hit as one HTML page: no script, nothing from elsewhere."""
    seen = str(view.read["plate"]) if view.read is not None else "—"
    state = (
        str(view.read["state"] or "state not read") if view.read is not None else "no longer kept"
    )
    listed = view.entries[0].state or "no state given"
    head = f"Hit {view.hit}: {view.status}" + (f" — {view.to_do}" if view.to_do else "")
    points = "".join(
        f'<tr class="{point.standing}"><td>{_MARKS[point.standing]}</td><td>{escape(point.words)}</td></tr>'
        for point in view.points
    )
    entries = "".join(
        _rows({"": f"Entry {number}"} | _fields(entry, view))
        for number, entry in enumerate(view.entries, start=1)
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(f"Hit {view.hit}")}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>{_style()}</style></head><body>
<h1>{escape(head)}</h1>
<p class="stop">{escape(view.standing)}</p>
<p class="notice">{escape(view.notice)}</p>
<div class="plates"><div><span>read ({escape(state)})</span><b class="plate">{escape(seen)}</b></div>
<div><span>listed ({escape(listed)})</span><b class="plate">{escape(view.listed)}</b></div></div>
<h2>What agrees and what does not</h2><table>{points}</table>
<h2>The read</h2><p>{escape(_read(view))}</p>
<h2>The list</h2><p>{escape(_list(view))}</p><table>{entries}</table>
<h2>Steps</h2><table>{"".join(_step(step, view) for step in view.steps)}</table>
<footer>{escape(view.agency)}. Raised {_local(view.raised_at, view)} ({escape(view.timezone)}).
Access {view.access_id} on the record. {escape(view.standing)}</footer>
</body></html>
"""


def _fields(entry: Entry, view: HitView) -> dict[str, str]:
    found = {}
    for name, label in LABELS.items():
        value = getattr(entry, name)
        if value:
            found[label] = _local(value, view) if isinstance(value, dt.datetime) else str(value)
    return {**found, **dict(entry.other)}


def _rows(values: Mapping[str, str]) -> str:
    return "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>"
        for name, value in values.items()
    )


def _step(step: StepView, view: HitView) -> str:
    cite = f' <span class="cite">{escape(step.citation)}</span>' if step.citation else ""
    done = f"<br>{escape(_done(step, view))}" if step.state == "done" else ""
    return f"<tr><td>{escape(step.state)}</td><td>{escape(step.what)}{cite}{done}</td></tr>"


def _style() -> str:
    return resources.files("workbench.hotlists").joinpath("hit.css").read_text("utf-8")
