"""What every report shows: its title block, its caveats, and the pieces that several reports share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.errors import BadInput
from workbench.models import Scene
from workbench.reporting import tables, text
from workbench.reporting.style import fragment_style
from workbench.reporting.tables import Fragment
from workbench.version import __version__

__all__ = [
    "META",
    "Head",
    "caveats",
    "head",
    "keep",
    "local_column",
    "scene_of",
    "timezone_of",
    "window_of",
]

META = "application/vnd.workbench.report+json"
"""The MIME type under which a title block tells the runner what the report is made of."""

PROMISE = "Leads, not evidence of guilt; verify before enforcement."


@dataclass(frozen=True, slots=True)
class Head:
    """A report's title block: HTML for the reader, and the same facts for the runner."""

    html: Markup
    meta: Mapping[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        words = f"{self.meta['title']}: {self.meta['subject']}"
        shown = f'{fragment_style()}<div class="wb">{self.html}</div>'
        return {"text/html": shown, META: dict(self.meta), "text/plain": words}


def head(
    bench: Any,
    title: str,
    *frames: pd.DataFrame,
    subject: str = "",
    deck: str = "",
    window: tuple[Any, Any] | None = None,
    grounds: Mapping[str, str] | None = None,
    accesses: Sequence[int] = (),
) -> Head:
    """Return the title block.

    Parameters
    ----------
    bench : workbench client
    title : str
        The report's name, such as ``"Canvass"``.
    *frames : DataFrame
        The results that the report is made of: their access ids, case and purpose are shown.
    subject : str
        The headline; the case and its purpose where it is empty.
    deck : str
        The line below it, behind the window.
    window : (start, end), optional
        The period, where no frame carries one.
    grounds : mapping, optional
        Further rows such as reason, crime type, incident number.
    accesses : sequence of int
        Further accesses that the report stands on.
    """
    attrs = frames[0].attrs if frames else {}
    zone = bench.settings.timezone
    start, end = (text.local(moment, zone) for moment in (window or attrs["window"]))
    accesses = [*accesses, *(int(frame.attrs["access_id"]) for frame in frames)]
    case, purpose = str(attrs.get("case", "")), _purpose(bench, str(attrs.get("purpose", "")))
    now = dt.datetime.now(dt.UTC)
    headline = subject or " · ".join(
        part for part in (f"Case {case}" if case else "", purpose) if part
    )
    facts = _facts(bench, grounds or {}, accesses, text.local(now.isoformat(), zone))
    meta = {
        "title": title,
        "subject": headline,
        "agency": bench.settings.agency,
        "case": case,
        "access_ids": accesses,
        "made_at": now.isoformat(timespec="seconds"),
    }
    deck_line = " · ".join(
        part for part in (f"{text.span(start, end)} ({_zones(start, end)})", deck) if part
    )
    notes = [note for frame in frames for note in frame.attrs.get("policy_notes", [])]
    html = Markup(
        '<header class="masthead"><p class="kicker"><b>{}</b><span>{}</span></p>'
        '<h1>{}</h1><p class="deck">{}</p>{}{}</header>'
    ).format(bench.settings.agency, title, headline, deck_line, facts, _notes(notes))
    return Head(html, meta)


def _zones(start: dt.datetime, end: dt.datetime) -> str:
    """Return the zone's name; both names where the clock was changed in between."""
    if start.utcoffset() == end.utcoffset():
        return text.zone_name(start)
    return f"{start.tzname()} to {end.tzname()}"


def _facts(
    bench: Any,
    grounds: Mapping[str, str],
    accesses: Sequence[int],
    made: dt.datetime,
) -> Markup:
    chain = bench.chain_head()
    member, profile = bench.member, bench.profile
    rows: list[tuple[str, Any]] = [(text.humanize(name), value) for name, value in grounds.items()]
    rows += [
        ("Requested by", f"{member.name} ({member.username})"),
        ("On the record as", text.join(f"#{number}" for number in accesses)),
        (
            "Record's head",
            Markup("#{} <code>{}</code>").format(chain["seq"], str(chain["hash"])[:16]),
        ),
        ("Policy profile", f"{profile.id}: {_citation(profile)}"),
        ("Made", f"{text.moment(made)}, ALPR Workbench {__version__}"),
    ]
    return tables.facts([(name, value) for name, value in rows if value])


def _citation(profile: Any) -> str:
    source = profile.source
    given = getattr(source, "citation", "") or getattr(source, "title", "")
    agency = profile.agency.name
    return str(given if agency in str(given) else f"{agency}, {given}")


def _purpose(bench: Any, purpose_id: str) -> str:
    find = getattr(bench.profile, "purpose", None)
    found = find(purpose_id) if callable(find) and purpose_id else None
    return str(found.label) if found is not None else text.humanize(purpose_id.replace("-", " "))


def _notes(notes: Iterable[str]) -> Markup:
    lines = list(dict.fromkeys(notes))
    return tables.note(text.join(lines, last=""), "warn") if lines else Markup()


def caveats(*frames: pd.DataFrame, also: Iterable[str] = ()) -> Fragment:
    """Return what the results themselves say of their limits, each sentence once."""
    lines = [line for frame in frames for line in frame.attrs.get("caveats", [])]
    cut = [frame for frame in frames if frame.attrs.get("truncated")]
    if cut:
        lines.insert(
            0,
            "The result was cut off at the profile's limit of rows: narrow the window or the place.",
        )
    items = Markup().join(
        Markup("<li>{}</li>").format(line) for line in dict.fromkeys([*lines, *also])
    )
    return Fragment(Markup('<ul class="caveats">{}</ul>').format(items) if items else Markup())


def scene_of(
    latitude: float | None, longitude: float | None, radius_m: float | None, polygon: Any = None
) -> Scene | None:
    """Return the scene of a report's parameters; None where none is given."""
    if polygon:
        corners = tuple((float(corner[0]), float(corner[1])) for corner in polygon)
        middle = [sum(axis) / len(corners) for axis in zip(*corners, strict=True)]
        return Scene(middle[0], middle[1], polygon=corners)
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None or radius_m is None:
        raise BadInput("The scene is not complete.", "Give latitude, longitude and radius_m.")
    return Scene(latitude, longitude, radius_m)


def keep(kind: str, rows: int, *, most: int = 14) -> str:
    """Return a table's class, with one that keeps a short table on one page."""
    return f"{kind} keep" if rows <= most else kind


def timezone_of(frame: pd.DataFrame) -> str:
    """Return the agency's zone that a result carries."""
    return str(frame.attrs["timezone"])


def window_of(frame: pd.DataFrame) -> tuple[dt.datetime, dt.datetime]:
    """Return a result's window in the agency's zone, aware."""
    zone = timezone_of(frame)
    start, end = frame.attrs["window"]
    return text.local(start, zone), text.local(end, zone)


def local_column(frame: pd.DataFrame, name: str = "local_time") -> list[dt.datetime]:
    """Return a column of times as naive datetimes in the agency's zone."""
    zone = timezone_of(frame)
    return [text.local(value, zone).replace(tzinfo=None) for value in frame[name]]
