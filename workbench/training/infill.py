"""Side streets: collectors that cut a quarter in two, and the locals that fill the pieces.

An older quarter gets small regular blocks; a suburb gets bent streets, few ways in and dead ends; an
industrial quarter gets large blocks. All of it follows from one generator of random numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from workbench.training.geo import Floats, chaikin

__all__ = ["STYLES", "Style", "collectors", "locals_of", "pieces"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a quarter is built up; spacings and bends in metres, the others are shares."""

    row: float
    column: float
    bend: float
    keep_rows: float
    keep_columns: float
    ways_in: float
    turn: float


STYLES: dict[str, Style] = {
    "old": Style(92.0, 128.0, 5.0, 0.97, 0.93, 0.80, 2.0),
    "suburb": Style(80.0, 175.0, 34.0, 0.92, 0.52, 0.22, 9.0),
    "new": Style(76.0, 150.0, 58.0, 0.86, 0.36, 0.12, 20.0),
    "industrial": Style(140.0, 230.0, 6.0, 0.85, 0.70, 0.50, 3.0),
    "campus": Style(120.0, 150.0, 22.0, 0.75, 0.60, 0.40, 8.0),
}

_MARGIN = 32.0
_REACH = 260.0
_OVERSHOOT = 0.4


def pieces(shape: BaseGeometry, least_m2: float) -> list[Polygon]:
    """Return the polygons of a shape that are large enough to build on."""
    parts = getattr(shape, "geoms", [shape])
    return [part for part in parts if isinstance(part, Polygon) and part.area >= least_m2]


def collectors(
    cell: Polygon, rng: np.random.Generator, *, largest_m2: float = 520_000.0
) -> tuple[list[Floats], list[Polygon]]:
    """Cut a quarter by collectors until no piece is larger than ``largest_m2``.

    Returns
    -------
    lines : list of numpy.ndarray
        Courses of the collectors, in metres, reaching just beyond the quarter's edge.
    parts : list of shapely.Polygon
        What is left between them.
    """
    if cell.area <= largest_m2:
        return [], [cell]
    line = _cut(cell, rng)
    inside = LineString(line).intersection(cell.buffer(_OVERSHOOT))
    runs = [part for part in getattr(inside, "geoms", [inside]) if part.length > 150.0]
    if not runs:
        return [], [cell]
    course = max(runs, key=lambda run: float(run.length))
    parts = pieces(cell.difference(course.buffer(9.0)), 15_000.0)
    if len(parts) < 2:
        return [], [cell]
    lines, rest = [np.asarray(course.coords)], []
    for part in parts:
        more, smaller = collectors(part, rng, largest_m2=largest_m2)
        lines += more
        rest += smaller
    return lines, rest


def _cut(cell: Polygon, rng: np.random.Generator) -> Floats:
    center, along, across, length = _frame(cell)
    middle = center + along * length * rng.uniform(-0.10, 0.10)
    sway = length * rng.uniform(0.05, 0.16) * rng.choice([-1.0, 1.0])
    far = 2.0 * length
    third = length * 0.30
    corners = [
        middle - across * far,
        middle - across * 1.6 * third,
        middle - across * 0.6 * third + along * sway,
        middle + across * 0.6 * third - along * sway * rng.uniform(0.2, 1.0),
        middle + across * 1.6 * third,
        middle + across * far,
    ]
    return chaikin(corners, 3)


def _frame(cell: Polygon) -> tuple[Floats, Floats, Floats, float]:
    box = np.asarray(cell.minimum_rotated_rectangle.exterior.coords)
    first, second = box[1] - box[0], box[2] - box[1]
    long, short = (first, second) if np.hypot(*first) >= np.hypot(*second) else (second, first)
    length = float(np.hypot(*long))
    center = np.asarray(cell.centroid.coords[0])
    return center, long / length, short / float(np.hypot(*short)), length


@dataclass(slots=True)
class _Lattice:
    center: Floats
    axis: Floats
    side: Floats
    style: Style
    phase: Floats
    wave: float

    def at(self, column: Floats, row: Floats) -> Floats:
        x, y = column * self.style.column, row * self.style.row
        bend = self.style.bend
        dx = bend * np.sin(2 * np.pi * y / self.wave + self.phase[0])
        dy = bend * np.sin(2 * np.pi * x / (1.3 * self.wave) + self.phase[1])
        dy = dy + 0.5 * bend * np.sin(2 * np.pi * (x + y) / (0.8 * self.wave) + self.phase[2])
        moved_x, moved_y = (x + dx)[..., None], (y + dy)[..., None]
        place: Floats = self.center + moved_x * self.axis + moved_y * self.side
        return place

    def edge(self, start: tuple[int, int], end: tuple[int, int]) -> Floats:
        steps = np.linspace(0.0, 1.0, 6)
        column = start[0] + (end[0] - start[0]) * steps
        row = start[1] + (end[1] - start[1]) * steps
        return self.at(column, row)


Node = tuple[int, int]
Edge = tuple[Node, Node]


def locals_of(
    cell: Polygon, style: Style, main: BaseGeometry, rng: np.random.Generator
) -> list[Floats]:
    """Fill a piece of a quarter with local streets that are reached from the main streets.

    Parameters
    ----------
    cell : shapely.Polygon
        The ground to build on, clear of water, park, railroad and freeway.
    style : Style
        How it is built up.
    main : shapely geometry
        Streets that a local may join.
    rng : numpy.random.Generator

    Returns
    -------
    list of numpy.ndarray
        Courses in metres, each along one row or column; empty where nothing could be reached.
    """
    lattice = _lattice(cell, style, rng)
    edges = _fitting(lattice, cell)
    if not edges:
        return []
    edges = _thinned(edges, style, rng)
    ways = list(_ways_in(lattice, edges, cell, style, main, rng))
    reached = _reached(edges, [node for node, _ in ways])
    runs = _runs({edge for edge in edges if edge[0] in reached})
    lines = [_course(lattice, run) for run in runs]
    return _joined(lines, [line for node, line in ways if node in reached])


def _lattice(cell: Polygon, style: Style, rng: np.random.Generator) -> _Lattice:
    center, along, _, _ = _frame(cell)
    angle = math.atan2(along[1], along[0]) + math.radians(rng.normal(0.0, style.turn))
    axis = np.array([math.cos(angle), math.sin(angle)])
    side = np.array([-axis[1], axis[0]])
    return _Lattice(center, axis, side, style, rng.uniform(0, 2 * np.pi, 3), rng.uniform(620, 1050))


def _fitting(lattice: _Lattice, cell: Polygon) -> list[Edge]:
    reach = float(np.hypot(*np.ptp(np.asarray(cell.exterior.coords), axis=0))) / 2 + 150
    columns, rows = int(reach / lattice.style.column) + 1, int(reach / lattice.style.row) + 1
    i, j = (grid.ravel() for grid in np.mgrid[-columns : columns + 1, -rows : rows + 1])
    start = np.repeat(np.stack([i, j], axis=-1), 2, axis=0)
    step = np.tile(np.array([[1, 0], [0, 1]]), (len(i), 1))
    ground = cell.buffer(-_MARGIN)
    if ground.is_empty:
        return []
    shapely.prepare(ground)
    along = start[:, None, :] + step[:, None, :] * np.linspace(0.0, 1.0, 6)[None, :, None]
    fits = shapely.contains(ground, shapely.linestrings(lattice.at(along[..., 0], along[..., 1])))
    return [
        ((a, b), (a + c, b + d))
        for (a, b), (c, d) in zip(start[fits].tolist(), step[fits].tolist(), strict=True)
    ]


def _thinned(edges: list[Edge], style: Style, rng: np.random.Generator) -> list[Edge]:
    """Take edges away at random, but never the last way between two corners."""
    draw = rng.random(len(edges))
    is_row = np.array([start[1] == end[1] for start, end in edges])
    keep = draw < np.where(is_row, style.keep_rows, style.keep_columns)
    order = np.lexsort((draw, ~keep))
    parent: dict[Node, Node] = {}
    kept = []
    for index in order:
        start, end = edges[index]
        a, b = _root(parent, start), _root(parent, end)
        if a != b:
            parent[a] = b
        if a != b or keep[index]:
            kept.append(edges[index])
    return sorted(kept)


def _root(parent: dict[Node, Node], node: Node) -> Node:
    while (above := parent.setdefault(node, node)) != node:
        parent[node] = parent.get(above, above)
        node = above
    return node


def _ways_in(
    lattice: _Lattice,
    edges: list[Edge],
    cell: Polygon,
    style: Style,
    main: BaseGeometry,
    rng: np.random.Generator,
) -> Iterator[tuple[Node, Floats]]:
    """Yield the links from corners at the rim to the main streets, some of them at least."""
    near = main.intersection(cell.buffer(120.0))
    possible = []
    for node, step in _rim(edges):
        start = lattice.at(np.array(float(node[0])), np.array(float(node[1])))
        ahead = lattice.at(np.array(node[0] + 0.4 * step[0]), np.array(node[1] + 0.4 * step[1]))
        unit = (ahead - start) / max(float(np.hypot(*(ahead - start))), 1e-9)
        link = _link(start, unit, near, cell)
        if link is not None:
            possible.append((node, link))
    if not possible:
        return
    least = min(len(possible), 2 + len(edges) // 45)
    chosen = rng.random(len(possible)) < style.ways_in
    chosen[rng.choice(len(possible), size=least, replace=False)] = True
    yield from (way for way, wanted in zip(possible, chosen, strict=True) if wanted)


def _rim(edges: list[Edge]) -> Iterator[tuple[Node, tuple[int, int]]]:
    nodes = sorted({node for edge in edges for node in edge})
    present = set(edges)
    for i, j in nodes:
        for step in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            other = (i + step[0], j + step[1])
            backwards = (i - step[0], j - step[1])
            pair = (min((i, j), other), max((i, j), other))
            behind = (min((i, j), backwards), max((i, j), backwards))
            if pair not in present and behind in present:
                yield (i, j), step


def _link(start: Floats, unit: Floats, main: BaseGeometry, cell: Polygon) -> Floats | None:
    beam = LineString([start, start + unit * _REACH])
    hit = beam.intersection(main)
    if hit.is_empty:
        return None
    distance = min(beam.project(shapely.Point(point)) for point in shapely.get_coordinates(hit))
    if not 12.0 < distance < _REACH - 1:
        return None
    end = start + unit * (distance + _OVERSHOOT)
    line = LineString([start, end])
    if line.difference(cell.buffer(11.0)).length > 1.0:
        return None
    return np.asarray(line.coords)


def _reached(edges: list[Edge], starts: list[Node]) -> set[Node]:
    around: dict[Node, list[Node]] = {}
    for a, b in edges:
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)
    seen, todo = set(starts), list(starts)
    while todo:
        for other in around.get(todo.pop(), []):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def _runs(edges: set[Edge]) -> Iterator[list[Node]]:
    """Join edges that follow each other along a row or a column."""
    for edge in sorted(edges):
        (i, j), (k, m) = edge
        step = (k - i, m - j)
        if ((i - step[0], j - step[1]), (i, j)) in edges:
            continue
        run = [(i, j)]
        while (run[-1], (run[-1][0] + step[0], run[-1][1] + step[1])) in edges:
            run.append((run[-1][0] + step[0], run[-1][1] + step[1]))
        yield run


def _course(lattice: _Lattice, run: list[Node]) -> Floats:
    parts = [lattice.edge(a, b) for a, b in itertools.pairwise(run)]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _joined(lines: list[Floats], links: list[Floats]) -> list[Floats]:
    """Let a link become the end of the street that it lengthens, where there is one."""
    result = list(lines)
    for link in links:
        for index, line in enumerate(result):
            if np.allclose(line[0], link[0], atol=0.01) and _straight(line[1] - line[0], link):
                result[index] = np.concatenate([link[::-1], line[1:]])
                break
            if np.allclose(line[-1], link[0], atol=0.01) and _straight(line[-2] - line[-1], link):
                result[index] = np.concatenate([line, link[1:]])
                break
        else:
            result.append(link)
    return result


def _straight(inwards: Floats, link: Floats) -> bool:
    outwards = link[1] - link[0]
    cosine = inwards @ outwards / (np.hypot(*inwards) * np.hypot(*outwards))
    return bool(cosine < -0.7)
