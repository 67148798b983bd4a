"""What a partial-plate report shows: the pattern in words, candidates with their reasons, and where they were read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.analysis.pattern import Pattern
from workbench.models import Scene
from workbench.reporting import charts, maps, tables, text, views
from workbench.reporting.figures import Picture
from workbench.reporting.geometry import Plane, outline
from workbench.reporting.tables import Column, Fragment

__all__ = [
    "asked",
    "candidates_table",
    "chart",
    "picture",
    "place",
    "summary",
    "trail_table",
    "whereabouts",
]

_SEEN_BY = {
    "witness": "a witness, who forgets and mixes up characters",
    "camera": "a camera, which takes similar shapes for one another",
}


def place(scene: Scene | None) -> str:
    """Return where was searched, in words."""
    if scene is None:
        return "all cameras"
    if scene.polygon:
        return "within a polygon around the scene"
    return (
        f"within {text.distance(scene.radius_m)} of {text.degrees(scene.latitude, scene.longitude)}"
    )


def asked(ranked: pd.DataFrame) -> Fragment:
    """Return what was asked: the pattern as typed and in words, who saw it, and what else is known."""
    query = ranked.attrs["query"]
    pattern = Pattern.parse(query["pattern"])
    chip = Markup('<span class="plate asked"><b>{}</b></span>').format(str(pattern))
    rows: list[tuple[str, Any]] = [
        ("Asked for", chip),
        ("In words", text.pattern(pattern)),
        ("As seen by", _SEEN_BY.get(query.get("seen_by", ""), str(query.get("seen_by", "")))),
    ]
    known = [
        f"{name} {query[name]}"
        for name in ("state", "color", "make", "model", "body")
        if query.get(name)
    ]
    rows.append(("Also known", text.join(known) if known else "nothing else"))
    return Fragment(tables.facts(rows, "one"))


def summary(ranked: pd.DataFrame) -> Fragment:
    """Return the ranking in a few numbers and sentences."""
    attrs = ranked.attrs
    if not len(ranked):
        lines = "No vehicle of this window fits the pattern. Plates that no camera read cannot be found."
        return Fragment(tables.paragraph(lines))
    best = ranked["probability"].astype(float)
    considered = attrs.get("considered")
    five = float(best.head(5).sum())
    numbers = [
        (text.chance(float(best.iloc[0])), "for the best candidate", "of all that were weighed"),
        (
            text.chance(five),
            f"for the best {min(5, len(ranked))} together",
            "the rest shares what is left",
        ),
        (text.number(len(ranked)), "candidates listed", "the most probable ones"),
    ]
    if considered is not None:
        numbers.append(
            (
                text.number(considered),
                "vehicles weighed",
                "read in this window" + (" and place" if _near(attrs) else ""),
            )
        )
    return Fragment(tables.key_numbers(numbers) + tables.paragraph(*_verdict(best)))


def _verdict(best: pd.Series) -> list[str]:
    """Return how far the ranking can be trusted, in sentences."""
    first = float(best.iloc[0])
    second = float(best.iloc[1]) if len(best) > 1 else 0.0
    lines = []
    if first >= 0.8:
        lines.append(
            "One candidate stands out. It is still a lead: look at its image, and check it."
        )
    elif first >= 2 * second:
        lines.append("The first candidate leads, but others fit nearly as the report was given.")
    else:
        lines.append(
            "No candidate stands out: several fit about as well as the first, and the order among them means little."
        )
    if float(best.sum()) < 0.5:
        lines.append(
            "More than half of the probability lies outside this list; what else is known of the vehicle would help."
        )
    return lines


def chart(ranked: pd.DataFrame, *, most: int = 10) -> Picture:
    """Return the candidates' probabilities as bars, with what all others share."""
    head = ranked.head(most)
    names = [
        f"{plate}  {state}" if state else str(plate)
        for plate, state in zip(head["plate"], head["state"], strict=True)
    ]
    return charts.probabilities(
        names,
        [float(value) for value in head["probability"]],
        description=f"Probability of the first {len(head)} candidates.",
        caption="Probability under the error model named above, among the vehicles that were weighed.",
    )


def candidates_table(ranked: pd.DataFrame, *, least: float = 0.001, always: int = 10) -> Fragment:
    """Return the candidates, each with its probability and why.

    Characters that the report contradicts are underlined where places can be held against each other. Beyond the first
    ``always``, candidates less probable than ``least`` are counted, not printed.
    """
    near = bool(_near(ranked.attrs)) and bool(ranked["nearest_m"].notna().any())
    columns = [
        Column("", "right", 0.035),
        Column("Plate", width=0.16),
        Column("Probability", width=0.13),
        Column("Why", width=0.345 if near else 0.37),
        Column("Vehicle", width=0.14),
        Column("Last seen", width=0.115),
        *([Column("Nearest", "right", 0.075)] if near else [Column("Reads", "right", 0.05)]),
    ]
    shown = ranked[(ranked["probability"] >= least) | (ranked["rank"] <= always)]
    pattern = Pattern.parse(ranked.attrs["query"]["pattern"])
    rows = [
        _candidate(row, pattern, views.timezone_of(ranked), ranked, near=near)
        for row in shown.to_dict("records")
    ]
    html = tables.table(
        columns, rows, kind="candidates", empty="No vehicle of this window fits the pattern."
    )
    if len(ranked) > len(shown):
        left = text.count(len(ranked) - len(shown), "further candidate").capitalize()
        html += tables.note(
            f"{left}, each {text.chance(least / 2)}: in the notebook beside this report."
        )
    return Fragment(html)


def _candidate(
    row: Mapping[Any, Any], pattern: Pattern, zone: str, ranked: pd.DataFrame, *, near: bool
) -> list[Any]:
    plate, chance = str(row["plate"]), float(row["probability"])
    last = text.local(row["last_seen"], zone)
    return [
        row["rank"],
        tables.plate(plate, str(row["state"] or ""), differs=_differs(pattern, plate)),
        tables.bar(chance, label=text.chance(chance), full=float(ranked["probability"].max())),
        _why(str(row["explanation"])),
        tables.pair(text.vehicle(row), _reads(row["reads"]) if near else ""),
        tables.pair(text.day(last), f"{text.clock(last)}, {row['last_camera']}"),
        text.distance(row["nearest_m"]) if near else text.number(row["reads"]),
    ]


def _reads(count: int) -> str:
    return "1 read" if count == 1 else f"{text.number(count)} reads"


def _why(explanation: str) -> Markup:
    """Return an explanation with its first clause, on the characters, above the rest."""
    first, _, rest = explanation.partition("; ")
    return tables.pair(first, rest)


def _differs(pattern: Pattern, plate: str) -> list[int]:
    """Return the positions of a plate that contradict what was said.

    What stands before a star is held against the plate's beginning, what stands behind it against its end. None
    where the lengths do not agree, or where places may be missing: then the explanation alone says it.
    """
    items = list(pattern.items)
    stars = [at for at, item in enumerate(items) if item.star]
    if any(item.optional for item in items) or len(stars) > 1:
        return []
    start, end = (items[: stars[0]], items[stars[0] + 1 :]) if stars else (items, [])
    if len(start) + len(end) > len(plate) or (not stars and len(start) != len(plate)):
        return []
    said = dict(enumerate(start)) | {
        len(plate) - len(end) + at: item for at, item in enumerate(end)
    }
    return [at for at, item in sorted(said.items()) if plate[at] not in item.characters]


def picture(bench: Any, trails: Sequence[pd.DataFrame], scene: Scene) -> Picture:
    """Return a map of the first candidates' reads around the scene.

    Parameters
    ----------
    bench : workbench client
    trails : sequence of DataFrame
        The histories of candidates, best first; six at most are drawn.
    scene : Scene
        The map shows the scene and as much again around it; reads beyond are counted, not shown.
    """
    plane = Plane(scene.latitude, scene.longitude)
    edge = outline(scene, plane)
    view = maps.view_of(list(edge.exterior.coords), margin=0.45, shape=maps.SHAPE)
    sheet = maps.Map(plane, view, streets=bench.layer("streets"), areas=bench.layer("areas"))
    sheet.scene(scene)
    sheet.cameras(_cameras(bench.cameras(), plane), discs=False)
    beyond = 0
    for index, trail in enumerate(trails[:6]):
        x, y = plane.xy(trail["latitude"], trail["longitude"])
        inside = [view.holds(east, north) for east, north in zip(x, y, strict=True)]
        shown = trail[inside]
        beyond += len(trail) - len(shown)
        if len(shown):
            plate = str(trail.attrs["query"].get("plate", ""))
            label = f"{plate}, {_reads(len(shown))}"
            sheet.trail(x[inside], y[inside], label=label, index=index, joins=_joins(shown))
    caption = "Larger marks stand for more reads. Broken lines join reads within an hour; the way is not known."
    if beyond:
        lie = "lies" if beyond == 1 else "lie"
        counted = text.count(beyond, "further read").capitalize()
        caption += f" {counted} of these candidates {lie} outside the map."
    words = f"Map of reads of the first {text.count(len(trails), 'candidate')} around the scene."
    return sheet.finish(description=words, caption=caption)


def _joins(trail: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the pairs of reads that follow each other within an hour."""
    times = pd.to_datetime(trail["captured_at"], utc=True).to_list()
    near = pd.Timedelta(hours=1)
    return [(at, at + 1) for at in range(len(times) - 1) if times[at + 1] - times[at] <= near]


def whereabouts(bench: Any, trails: Sequence[pd.DataFrame], scene: Scene | None) -> Fragment:
    """Return the section on where the first candidates were read; nothing where no place was given."""
    if scene is None or not trails:
        return Fragment(Markup())
    title = Markup("<h2>Where the first {} were read</h2>").format(
        text.count(len(trails), "candidate")
    )
    return Fragment(title + picture(bench, trails, scene).html) + trail_table(trails, scene)


def _cameras(register: pd.DataFrame, plane: Plane) -> list[maps.CameraMark]:
    fixed = register[(register["kind"] == "fixed") & register["latitude"].notna()]
    marks = []
    for row in fixed.to_dict("records"):
        x, y = plane.xy(row["latitude"], row["longitude"])
        heading = row.get("heading")
        heading = None if heading is None or math.isnan(heading) else float(heading)
        marks.append(maps.CameraMark(str(row["code"]), float(x), float(y), "fixed", heading))
    return marks


def trail_table(trails: Sequence[pd.DataFrame], scene: Scene, *, most: int = 15) -> Fragment:
    """Return the reads of the first candidates inside the scene, the latest first.

    Reads elsewhere are left out on purpose: most candidates have nothing to do with the case.
    """
    plane = Plane(scene.latitude, scene.longitude)
    edge = outline(scene, plane).buffer(1.0)
    columns = [
        Column("Time", width=0.2),
        Column("Camera", width=0.42),
        Column("Vehicle", width=0.26),
        Column("Confidence", "right", 0.12),
    ]
    groups = []
    for trail in trails:
        x, y = plane.xy(trail["latitude"], trail["longitude"])
        inside = trail[_within(edge, x, y)]
        zone = views.timezone_of(trail)
        shown = inside.iloc[::-1].head(most)
        rows = [
            [
                text.moment(text.local(row["captured_at"], zone), seconds=True),
                Markup("<b>{}</b> {}").format(row["camera"], row["camera_name"]),
                text.vehicle(row),
                text.share(row["confidence"]),
            ]
            for row in shown.to_dict("records")
        ]
        plate = tables.plate(str(trail.attrs["query"].get("plate", "")))
        counted = f"{_reads(len(inside))} in the scene" + (
            f", the last {most}" if len(inside) > most else ""
        )
        groups.append((Markup("{} {}").format(plate, counted), rows))
    return Fragment(
        tables.table(
            columns, groups=groups, kind="dense", empty="None of them was read inside the scene."
        )
    )


def _within(edge: Any, x: Any, y: Any) -> Any:
    import shapely

    return shapely.contains_xy(edge, x, y)


def _near(attrs: Mapping[Any, Any]) -> Any:
    query = attrs.get("query", {})
    return query.get("near") or query.get("center") or query.get("polygon")
