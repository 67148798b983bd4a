"""Partial plates: how often the ranking finds the vehicle, and whether its probabilities are right.

    .venv/bin/python benchmarks/partial_accuracy.py [--witnesses 100] [--plates-only 30] [--seed 8101] [--write]

Scenes in the simulated city (see ``simulated_witnesses.py``), on a seed that nothing was developed with. ``--write``
puts the tables into docs/partial-plates.md and draws docs/images/partial-calibration.svg. rapidfuzz is measured where
it is installed. Every row of a table has the same scenes; with four known characters there are twice as many.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import multiprocessing
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import simulated_witnesses as simulated
from tables import put

from workbench.analysis import kernel
from workbench.analysis.evidence import said_value
from workbench.analysis.partial import rank
from workbench.analysis.pattern import Pattern

try:
    from rapidfuzz import fuzz, process
except ImportError:
    process = None

DOCUMENT = Path(__file__).parent.parent / "docs" / "partial-plates.md"
PICTURE = DOCUMENT.parent / "images" / "partial-calibration.svg"
KNOWN = (2, 3, 4, 5, 7)
DOUBLED = 4
FACTORS = (0.5, 1.0, 2.0)
SEARCHES = {
    "plate alone": (),
    "an hour, 2 km": (),
    "… and color": ("color",),
    "… and make": ("make",),
    "… and both": ("color", "make"),
}
TOPS = (1, 10, 50)
EDGES = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.85, 0.95, 1.0)
_DARK = {"black", "gray", "silver-gray", "blue", "green", "brown", "purple"}
_LIGHT = {"white", "silver", "silver-gray", "beige", "gold", "gold-beige", "yellow"}


@dataclass
class Cell:
    """What came out for so many known characters, mistakes times so much: places found, and what was said.

    ``said`` holds probability, whether it was right, and whether it is that of "none of these"; rows of one plate, read
    as of two states, count as one.
    """

    known: int
    factor: float
    places: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    said: dict[str, list[tuple[float, bool, bool]]] = field(default_factory=dict)
    wrong: list[bool] = field(default_factory=list)


@dataclass(frozen=True)
class Trials:
    """What every process has: the city, all its plates, those of each scene, how often witnesses err."""

    city: simulated.City
    everybody: pd.DataFrame
    nearby: list[pd.DataFrame]
    witnesses: int
    plates_only: int
    wrong: float
    memory: float


TRIALS: Trials


def cell(which: tuple[int, float]) -> Cell:
    """Try every scene with so many characters known and mistakes times so much."""
    known, factor = which
    result = Cell(known, factor)
    count = TRIALS.witnesses * (2 if known == DOUBLED else 1)
    scenes = zip(TRIALS.city.scenes[:count], TRIALS.nearby[:count], strict=True)
    for number, (scene, near) in enumerate(scenes):
        rng = np.random.default_rng([number, known, int(10 * factor), 77])
        plate = TRIALS.city.fleet.text(scene.vehicle)
        wrong = TRIALS.wrong * factor
        if number % 2:
            text = simulated.in_shock(plate, known, wrong, rng)
        else:
            text = simulated.by_memory(plate, known, wrong / TRIALS.memory, rng)
        fleet = TRIALS.city.fleet
        said = {
            "color": simulated.said_color(
                simulated.COLORS[fleet.color[scene.vehicle]], factor, rng, night=scene.night
            ),
            "make": simulated.said_make(
                simulated.MODELS[fleet.model[scene.vehicle]][0], factor, rng
            ),
        }
        for search, names in SEARCHES.items():
            alone = search == "plate alone"
            if alone and number >= TRIALS.plates_only:
                continue
            frame = TRIALS.everybody if alone else near
            told = {name: said[name] for name in names}
            _search(result, search, text, frame, scene.vehicle, told, near=not alone)
    return result


def _search(
    result: Cell, search: str, text: str, frame: pd.DataFrame, vehicle: int, told: dict[str, str],
    *, near: bool,
) -> None:  # fmt: skip
    """Search in three ways; note where the vehicle stands, and what ours said."""
    who = frame["who"].tolist()
    read = {key for key, w in zip(_keys(frame), who, strict=True) if vehicle in w}
    ranked = rank(Pattern.parse(text), frame, limit=50, near=near, **told)  # type: ignore[arg-type]
    found = [key in read for key in _keys(ranked)]
    said = result.said.setdefault(search, [])
    by_plate = (
        ranked.assign(found=found).groupby("plate").agg({"probability": "sum", "found": "max"})
    )
    said.extend((p, f, False) for p, f in by_plate.itertuples(index=False))
    said.append((ranked.attrs["none_of_these"], not read, True))
    if not read:
        return
    others = _filtered(frame, told)
    result.places.setdefault((search, "ours"), []).append(_first(found))
    wild = re.compile(_wildcards(text))
    hits = (key for key in others if wild.fullmatch(key[0]))
    result.places.setdefault((search, "wildcards"), []).append(_first(key in read for key in hits))
    if process is not None:
        query = re.sub(r"[?*~]|\[(.).*?\]", r"\1", text)
        names = [key[0] for key in others]
        best = process.extract(query, names, scorer=fuzz.ratio, limit=50)
        place = _first(others[number] in read for _, _, number in best)
        result.places.setdefault((search, "rapidfuzz"), []).append(place)


def _keys(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(frame["plate"].tolist(), frame["state"].tolist(), strict=True))


def _first(found: Iterable[bool]) -> int:
    return next((place for place, here in enumerate(found) if here), 10**6)


def _wildcards(text: str) -> str:
    """Return what is typed into a search page: ? and *, and a set where the witness names two."""
    return text.replace("~", "").replace("?", ".").replace("*", ".*")


def _filtered(frame: pd.DataFrame, told: dict[str, str]) -> list[tuple[str, str]]:
    """Return plates as products list them: only those recorded with what was said, most recent first."""
    kept = np.ones(len(frame), dtype=bool)
    for name, word in told.items():
        wanted = {"dark": _DARK, "light": _LIGHT}.get(word, {word})
        if word in ("gray", "silver", "beige", "gold"):
            wanted |= {"silver-gray" if word in ("gray", "silver") else "gold-beige"}
        wanted |= {said_value(name, word)} if word not in ("dark", "light") else set()
        kept &= frame[name].isin(wanted).to_numpy()
    return _keys(frame[kept].sort_values("last_seen", ascending=False, kind="stable"))


# --- tables ----------------------------------------------------------------------------------------


def accuracy(cells: list[Cell]) -> list[str]:
    """Return the table: how often the vehicle is among the first, for ours and for the others."""
    lines = [
        "| known | mistakes | search | top 1 | top 10 | top 50 | wildcards: 1 | 10 | 50 "
        "| rapidfuzz: 1 | 10 | 50 |",
        "|---:|---:|---|" + "---:|" * 9,
    ]
    for one in cells:
        for search in SEARCHES:
            each = itertools.product(("ours", "wildcards", "rapidfuzz"), TOPS)
            shown = [_within(one, search, who, top) for who, top in each]
            lines.append(f"| {one.known} | × {one.factor:g} | {search} | {' | '.join(shown)} |")
    return lines


def _within(one: Cell, search: str, who: str, top: int) -> str:
    places = one.places.get((search, who))
    return f"{100 * np.mean([p < top for p in places]):.0f} %" if places else "–"


def aims(cells: list[Cell]) -> list[str]:
    """Return what the aims ask for: four known, an hour and 2 km, color or make, mistakes as assumed."""
    one = next(c for c in cells if c.known == DOUBLED and c.factor == 1.0)
    lines = []
    for search in ("… and color", "… and make"):
        ours, wild = (np.array(one.places[search, who]) >= 10 for who in ("ours", "wildcards"))
        lines.append(
            f"Four known, mistakes as assumed, an hour, 2 km {search[2:]}: in the first ten in "
            f"{100 * (1 - ours.mean()):.1f} of 100 ({len(ours)} witnesses); misses are "
            f"{ours.sum() / max(1, wild.sum()):.2f} of those of the wildcard search."
        )
    return lines


def gap(said: np.ndarray) -> float:
    """Return the expected calibration error: the mean distance of said and true, weighed by how many."""
    total = 0.0
    for chosen in _bins(said[:, 0]):
        if chosen.any():
            part = said[chosen]
            total += len(part) * abs(part[:, 0].mean() - part[:, 1].mean())
    return total / max(1, len(said))


def _bins(values: np.ndarray) -> list[np.ndarray]:
    return [(values > low) & (values <= high) for low, high in itertools.pairwise(EDGES)]


def _gathered(cells: list[Cell], keep: Callable[[Cell, str], bool]) -> np.ndarray:
    rows = [
        row for c in cells for search, said in c.said.items() if keep(c, search) for row in said
    ]
    return np.array(rows, dtype=float)


def _erring(factor: float, one: Cell, _: str) -> bool:
    return one.factor == factor


def _searching(wanted: str, _: Cell, search: str) -> bool:
    return search == wanted


def calibration(cells: list[Cell]) -> list[str]:
    """Return the reliability table, and the expected calibration errors by part."""
    every = _gathered(cells, lambda *_: True)
    lines = ["| said to be | candidates | mean said | were right |", "|---|---:|---:|---:|"]
    for (low, high), chosen in zip(itertools.pairwise(EDGES), _bins(every[:, 0]), strict=True):
        part = every[chosen]
        if len(part):
            mean, right = part[:, 0].mean(), part[:, 1].mean()
            lines.append(f"| {low:.0%} to {high:.0%} | {len(part):,} | {mean:.1%} | {right:.1%} |")
    lines += [
        "",
        "| expected calibration error | all listed | said to be above 1 % | none of these: said | was so |",
    ]
    lines.append("|---|---:|---:|---:|---:|")
    parts: dict[str, Callable[[Cell, str], bool]] = {
        "everything": lambda *_: True,
        **{f"mistakes × {f:g}": functools.partial(_erring, f) for f in FACTORS},
        **{search: functools.partial(_searching, search) for search in SEARCHES},
    }
    for name, keep in parts.items():
        said = _gathered(cells, keep)
        likely, none = said[said[:, 0] > 0.01], said[said[:, 2] == 1]
        lines.append(
            f"| {name} | {gap(said):.3f} | {gap(likely):.3f} | {none[:, 0].mean():.1%} | {none[:, 1].mean():.1%} |"
        )
    return lines


def draw(cells: list[Cell], target: Path) -> None:
    """Draw the reliability plot."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "partial-calibration"
    from matplotlib import pyplot as plt

    figure, (upper, lower) = plt.subplots(
        2, 1, figsize=(5.6, 6.6), sharex=True, height_ratios=[4, 1], layout="constrained"
    )
    upper.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--", label="as said")
    for factor, color, marker in zip(FACTORS, ("#1b9e77", "#333333", "#d95f02"), "^os", strict=True):  # fmt: skip
        said = _gathered(cells, functools.partial(_erring, factor))
        points = []
        for chosen in _bins(said[:, 0]):
            part = said[chosen]
            if len(part) >= 20:
                right = part[:, 1].mean()
                points.append((part[:, 0].mean(), right, 1.96 * np.sqrt(right * (1 - right) / len(part))))  # fmt: skip
        x, y, bar = np.array(points).T
        upper.errorbar(x, y, yerr=bar, color=color, marker=marker, markersize=4.5, linewidth=1.2,
                       elinewidth=0.8, capsize=2, label=f"mistakes × {factor:g}")  # fmt: skip
    every = _gathered(cells, lambda *_: True)
    lower.hist(every[:, 0], bins=np.linspace(0, 1, 21), color="0.55")
    lower.set_yscale("log")
    lower.set_ylabel("candidates")
    lower.set_xlabel("probability said")
    upper.set_ylabel("share that was right")
    upper.set_xlim(0, 1)
    upper.set_ylim(0, 1)
    upper.set_aspect("equal")
    upper.legend(loc="upper left", frameon=False)
    for axes in (upper, lower):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Date": None} if target.suffix == ".svg" else None)
    plt.close(figure)


def prepared(options: Any) -> Trials:
    city = simulated.build(options.seed, reads_a_day=60_000, days=7, scenes=2 * options.witnesses)
    plates = [city.fleet.text(row) for row in range(0, len(city.fleet), 50)]
    return Trials(
        city=city,
        everybody=simulated.vehicles(city.reads),
        nearby=[simulated.vehicles(city.reads, scene) for scene in city.scenes],
        witnesses=options.witnesses,
        plates_only=options.plates_only,
        wrong=simulated.assumed_mistakes(plates),
        memory=simulated.recall_rate(plates),
    )


def described(options: argparse.Namespace) -> str:
    """Say what is measured on."""
    near, scenes = TRIALS.nearby, TRIALS.city.scenes
    unread = [
        not any(scene.vehicle in who for who in frame["who"])
        for scene, frame in zip(scenes, near, strict=True)
    ]
    return (
        f"{options.witnesses} simulated witnesses for each row, twice as many where four characters are known "
        f"({options.plates_only} for the plate alone); seed {options.seed}. {len(TRIALS.everybody):,} vehicles in the "
        f"city's week, {int(np.median([len(frame) for frame in near])):,} in the median hour and circle. "
        f"{100 * np.mean([not scene.passed for scene in scenes]):.0f} in 100 of those seen went by no camera near "
        f"there; with those that one missed, {100 * np.mean(unread):.0f} in 100 were not read."
    )


def main() -> None:
    global TRIALS  # noqa: PLW0603 — what the forked processes find
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--witnesses", type=int, default=100)
    parser.add_argument("--plates-only", type=int, default=30)
    parser.add_argument("--seed", type=int, default=8101)
    parser.add_argument("--known", default=",".join(map(str, KNOWN)))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    began = time.monotonic()
    kernel.MAX_THREADS = 1
    kernel.prepare()
    TRIALS = prepared(options)
    about = described(options)
    print(about, f"{time.monotonic() - began:.0f} s", flush=True)
    todo = [(int(known), factor) for known in options.known.split(",") for factor in FACTORS]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        cells = list(pool.map(cell, todo))
    table, told = accuracy(cells), calibration(cells)
    reached = aims(cells) if any(c.known == DOUBLED for c in cells) else []
    print("\n".join([*table, "", *reached, "", *told]))
    print(f"{time.monotonic() - began:.0f} s")
    if options.write:
        put(DOCUMENT, "accuracy", [about, "", *table, "", *reached])
        put(DOCUMENT, "calibration", told)
        draw(cells, PICTURE)


if __name__ == "__main__":
    main()
