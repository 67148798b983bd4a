"""Ways through the city: zones, shortest paths between them, and the cameras that each path passes."""

from __future__ import annotations

import functools
import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.training import skeleton
from workbench.training.city import City
from workbench.training.geo import Floats

__all__ = ["Network", "Passage", "Passages", "network_of", "passages"]

Ints = NDArray[np.int64]

_SPEED = {"freeway": 28.0, "arterial": 14.5, "collector": 10.0, "local": 6.5}
_ZONES = 84
_VARIANTS = 3
_SCATTER = 0.22


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The streets as a graph to drive on.

    Attributes
    ----------
    city : City
    seconds : numpy.ndarray, shape (m,)
        Time to drive each edge at night.
    gates : numpy.ndarray, shape (z,)
        One node for each zone; the last ones are the gateways out of the city.
    gateway_names : tuple of str
        Names of the gateways.
    zone : numpy.ndarray, shape (n,)
        Zone of each node.
    homes : numpy.ndarray
        Nodes where people live or park.
    variants : tuple of numpy.ndarray
        Seconds of each edge as drivers of different habits feel them.
    """

    city: City
    seconds: Floats
    gates: Ints
    gateway_names: tuple[str, ...]
    zone: Ints
    homes: Ints
    variants: tuple[Floats, ...]
    out: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def zones(self) -> int:
        """Number of zones, gateways included."""
        return len(self.gates)

    @property
    def inner(self) -> int:
        """Number of zones inside the city."""
        return len(self.gates) - len(self.gateway_names)

    def gateway(self, name: str) -> int:
        """Return the zone of a gateway."""
        return self.inner + self.gateway_names.index(name)

    def path(self, start: int, end: int, *, through: Sequence[int] = ()) -> list[int]:
        """Return the edges of the quickest way from node to node, by way of others."""
        stops = [start, *through, end]
        edges: list[int] = []
        for a, b in itertools.pairwise(stops):
            edges += self._leg(a, b)
        return edges

    def _leg(self, start: int, end: int) -> list[int]:
        _, before, _ = _dijkstra(self.out, self.seconds.tolist(), [start], stop=end)
        edges: list[int] = []
        node = end
        while node != start:
            edge = before[node]
            edges.append(edge)
            node = int(self.city.start[edge])
        return edges[::-1]

    def way(self, variant: int, origin: int, destination: int) -> list[int]:
        """Return the edges on which a driver of a variant goes from one zone to another; none if there is no way."""
        start, end = int(self.gates[origin]), int(self.gates[destination])
        graph = _main_graph(self.city, self.out)
        _, before, _ = _dijkstra(graph, self.variants[variant].tolist(), [start], stop=end)
        edges: list[int] = []
        node = end
        while node != start and node in before:
            edges.append(before[node])
            node = int(self.city.start[before[node]])
        return edges[::-1] if node == start else []

    def towards(self, targets: Iterable[int]) -> list[list[int]]:
        """Return for each target the next node on the way there from every node; -1 at the target itself.

        The freeway is left out.
        """
        back: list[list[tuple[int, int]]] = [[] for _ in self.city.nodes]
        for node, edges in enumerate(self.out):
            for other, edge in edges:
                if self.city.edge_kind[edge] != "freeway":
                    back[other].append((node, edge))
        weights, end = self.seconds.tolist(), self.city.end.tolist()
        found = []
        for target in targets:
            _, before, _ = _dijkstra(back, weights, [target])
            found.append([end[before[node]] if node in before else -1 for node in range(len(back))])
        return found

    def nearest(self, xy: Iterable[float], *, kinds: Iterable[str] = ()) -> int:
        """Return the node nearest to a place, if asked on streets of these classes only."""
        offset = self.city.nodes - np.asarray(list(xy))
        distance = np.hypot(*offset.T)
        wanted = set(kinds)
        usable = np.zeros(len(distance), dtype=bool)
        usable[self.homes] = True
        if wanted:
            on = np.array([kind in wanted for kind in self.city.edge_kind])
            touched = np.zeros(len(distance), dtype=bool)
            touched[self.city.start[on]] = True
            touched[self.city.end[on]] = True
            usable &= touched
        return int(np.where(usable, distance, np.inf).argmin())


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a camera stands: a directed edge, and the same street the other way if it sees both."""

    edge: int
    opposite: int = -1


@dataclass(frozen=True, slots=True)
class Passages:
    """Cameras passed on the way between each two zones, for each variant of driver.

    The cameras of a way are ``camera[first[k]:first[k + 1]]`` with k from `key`, and ``offset`` says how many
    seconds after the start each is passed. ``seconds`` is the length of the whole way.
    """

    zones: int
    first: Ints
    camera: NDArray[np.int16]
    backwards: NDArray[np.bool_]
    offset: NDArray[np.float32]
    seconds: NDArray[np.float32]

    def key(self, variant: Ints, origin: Ints, destination: Ints) -> Ints:
        """Return the index of a way."""
        result: Ints = (variant * self.zones + origin) * self.zones + destination
        return result


@functools.lru_cache(maxsize=2)
def network_of(city: City) -> Network:
    """Build the graph of a city, its zones and the drivers' variants; the same every time."""
    rng = np.random.default_rng(41)
    speed = np.array([_SPEED[kind] for kind in city.edge_kind])
    seconds = city.length / speed + np.where(speed > 20, 0.0, 3.0)
    out: list[list[tuple[int, int]]] = [[] for _ in city.nodes]
    for edge, (a, b) in enumerate(zip(city.start.tolist(), city.end.tolist(), strict=True)):
        out[a].append((b, edge))
    graph = tuple(tuple(edges) for edges in out)
    gateways = [_closest(city, place) for _, place, _ in skeleton.GATEWAYS]
    connected = _both_ways(city, graph, gateways)
    main = _both_ways(city, _main_graph(city, graph), gateways)
    fast = np.array([kind == "freeway" for kind in city.edge_kind])
    main[city.start[fast]] = main[city.end[fast]] = False
    inside = connected & (np.abs(city.nodes[:, 0]) < 4500) & (np.abs(city.nodes[:, 1]) < 3480)
    gates = _spread(city.nodes, np.flatnonzero(main & inside), _ZONES)
    _, _, origin = _dijkstra(graph, seconds.tolist(), gates)
    zone = np.array([origin.get(node, 0) for node in range(len(city.nodes))])
    on_freeway = np.zeros(len(city.nodes), dtype=bool)
    on_freeway[city.start[fast]] = on_freeway[city.end[fast]] = True
    names = sorted(set(city.edge_name))
    variants = [seconds]
    for _ in range(_VARIANTS - 1):
        taste = {name: float(np.exp(rng.normal(0.0, _SCATTER))) for name in names}
        variants.append(seconds * np.array([taste[name] for name in city.edge_name]))
    return Network(
        city=city,
        seconds=seconds,
        gates=np.array([*gates, *gateways]),
        gateway_names=tuple(name for name, _, _ in skeleton.GATEWAYS),
        zone=zone,
        homes=np.flatnonzero(inside & ~on_freeway),
        variants=tuple(variants),
        out=graph,
    )


def passages(network: Network, cameras: Sequence[Passage]) -> Passages:
    """Follow the ways between all zones and note the cameras that they pass."""
    city = network.city
    watched: dict[int, list[tuple[int, bool]]] = {}
    for index, camera in enumerate(cameras):
        watched.setdefault(camera.edge, []).append((index, False))
        if camera.opposite >= 0:
            watched.setdefault(camera.opposite, []).append((index, True))
    counts: list[int] = []
    seen: list[tuple[int, bool, float]] = []
    seconds: list[float] = []
    start = city.start.tolist()
    gates = network.gates.tolist()
    graph = _main_graph(network.city, network.out)
    real = network.seconds.tolist()
    for felt in network.variants:
        weights = felt.tolist()
        for gate in gates:
            order, before, _ = _dijkstra(graph, weights, [gate])
            passed: dict[int, tuple[tuple[int, bool, float], ...]] = {gate: ()}
            clock: dict[int, float] = {gate: 0.0}
            for node in order[1:]:
                edge = before[node]
                came = start[edge]
                clock[node] = clock[came] + real[edge]
                passed[node] = passed[came]
                for camera_index, back in watched.get(edge, ()):
                    at = clock[came] + 0.5 * real[edge]
                    passed[node] = (*passed[node], (camera_index, back, at))
            for other in gates:
                way = passed.get(other, ())
                counts.append(len(way))
                seen += way
                seconds.append(clock.get(other, 0.0))
    return Passages(
        zones=network.zones,
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        camera=np.array([item[0] for item in seen], dtype=np.int16),
        backwards=np.array([item[1] for item in seen], dtype=np.bool_),
        offset=np.array([item[2] for item in seen], dtype=np.float32),
        seconds=np.array(seconds, dtype=np.float32),
    )


Graph = Sequence[Sequence[tuple[int, int]]]


def _main_graph(city: City, graph: Graph) -> Graph:
    """Leave out local streets: nobody crosses the city on them."""
    kinds = city.edge_kind
    return [[(node, edge) for node, edge in edges if kinds[edge] != "local"] for edges in graph]


def _dijkstra(
    graph: Graph,
    weights: Sequence[float],
    sources: Sequence[int] | Ints,
    *,
    stop: int = -1,
) -> tuple[list[int], dict[int, int], dict[int, int]]:
    """Return nodes in the order of their distance, the edge by which each is reached, and from which source."""
    best: dict[int, float] = {}
    before: dict[int, int] = {}
    origin: dict[int, int] = {}
    order: list[int] = []
    done: set[int] = set()
    heap: list[tuple[float, int]] = []
    for index, source in enumerate(sources):
        best[int(source)] = 0.0
        origin[int(source)] = index
        heap.append((0.0, int(source)))
    heapq.heapify(heap)
    while heap:
        distance, node = heapq.heappop(heap)
        if node in done:
            continue
        done.add(node)
        order.append(node)
        if node == stop:
            break
        for other, edge in graph[node]:
            reach = distance + weights[edge]
            if other not in done and reach < best.get(other, np.inf):
                best[other] = reach
                before[other] = edge
                origin[other] = origin[node]
                heapq.heappush(heap, (reach, other))
    return order, before, origin


def _both_ways(city: City, graph: Graph, gateways: list[int]) -> NDArray[np.bool_]:
    """Tell which nodes can be reached from a gateway and lead back to it."""
    back: list[list[tuple[int, int]]] = [[] for _ in city.nodes]
    for came, edges in enumerate(graph):
        for node, edge in edges:
            back[node].append((came, edge))
    ones = [1.0] * len(city.start)
    forth, _, _ = _dijkstra(graph, ones, gateways[:1])
    again, _, _ = _dijkstra(back, ones, gateways[:1])
    result = np.zeros(len(city.nodes), dtype=bool)
    result[sorted(set(forth) & set(again))] = True
    return result


def _closest(city: City, place: tuple[float, float]) -> int:
    return int(np.hypot(*(city.nodes - np.asarray(place)).T).argmin())


def _spread(nodes: Floats, candidates: Ints, count: int) -> list[int]:
    """Choose nodes far from each other, denser near the middle."""
    places = (
        nodes[candidates] / (1.0 + 0.00009 * np.hypot(*(nodes[candidates] - [0, -500]).T))[:, None]
    )
    chosen = [int(np.hypot(*(places - [0.0, -600.0]).T).argmin())]
    distance = np.hypot(*(places - places[chosen[0]]).T)
    while len(chosen) < count:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.hypot(*(places - places[chosen[-1]]).T))
    return [int(candidates[index]) for index in chosen]
