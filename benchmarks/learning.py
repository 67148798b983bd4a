"""Learning the cameras' confusions: how close it comes on the simulated city, whose true confusions are known.

    .venv/bin/python benchmarks/learning.py [--seeds 31,32,33] [--reads-a-day 10000] [--days 30] [--write]

``--write`` puts the tables into docs/partial-plates.md. Learning sees plates as they were read, never the true ones;
it was developed on other seeds.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from simulated_witnesses import City, build, by_memory, vehicles
from tables import put

from workbench.analysis.errormodels import ErrorModel, error_model
from workbench.analysis.learned import Learned, changes
from workbench.analysis.learning import learn
from workbench.analysis.neighbors import codes_of
from workbench.analysis.partial import rank
from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import ALPHABET
from workbench.training.geo import to_degrees
from workbench.training.misreads import confusion_matrix

DOCUMENT = Path(__file__).parent.parent / "docs" / "partial-plates.md"
SHIPPED = error_model("camera")
SIZE = len(ALPHABET)
OFF = ~np.eye(SIZE, dtype=bool)
FAULT = {"71": 0.04, "HM": 0.06, "K4": 0.05}
"""A fault that the shipped table does not expect: how often the first character is read as the second."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """What the cameras did: rates of confusion, true characters read, and of all reads the shares misread."""

    rates: Floats
    characters: Floats
    misread: float
    missing: float
    extra: float

    def model(self) -> ErrorModel:
        """Return the truth as a table: the best that could be learned."""
        length = self.characters.sum()
        per_character = self.missing / length
        return ErrorModel(
            "camera",
            self.rates,
            np.full(SIZE, per_character),
            self.extra / (length + 1.0),
            SHIPPED.extra_is,
            0.0,
        )


def prepared(city: City) -> pd.DataFrame:
    """Return the city's reads with positions in degrees and the true plate beside each."""
    frame = city.reads.copy()
    place = to_degrees(frame[["east", "north"]].to_numpy())
    frame["latitude"], frame["longitude"] = place[:, 0], place[:, 1]
    names = {row: city.fleet.text(row) for row in frame["vehicle"].unique().tolist()}
    frame["true"] = frame["vehicle"].map(names)
    frame["device"] = frame["camera"].map({camera.code: camera.model for camera in city.cameras})
    return frame


def faulty(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the reads of cameras that have the fault too; what they offer beside stays as it was."""
    rng = np.random.default_rng([seed, 78])
    codes = codes_of(frame["plate"])
    changed = codes.copy()
    for pair, rate in FAULT.items():
        first, second = codes_of([pair])[0, :2]
        changed[(codes == first) & (rng.random(codes.shape) < rate)] = second
    text = np.array([*ALPHABET, ""])[changed]
    return frame.assign(plate=["".join(row) for row in text.tolist()])


def truth_of(frame: pd.DataFrame, *, fault: bool = False) -> Truth:
    """Return what the cameras truly did in these reads.

    The shape of each kind of camera's confusions is the simulation's own matrix; how often it erred, by night and on
    dirty plates too, is counted.
    """
    true, seen = codes_of(frame["true"]), codes_of(frame["plate"])
    lengths = (true >= 0).sum(axis=1), (seen >= 0).sum(axis=1)
    same = lengths[0] == lengths[1]
    differ = (true != seen) & same[:, None]
    own = np.ones(differ.shape, dtype=bool)
    for pair in FAULT if fault else ():
        first, second = codes_of([pair])[0, :2]
        own &= ~((true == first) & (seen == second))
    rates = np.zeros((SIZE, SIZE))
    for device in sorted(frame["device"].unique()):
        rows = (frame["device"] == device).to_numpy() & same
        shape = np.where(OFF, confusion_matrix(str(device)), 0.0)
        expected = (characters_of(true[rows])[:, None] * shape).sum()
        wrong = (differ & own)[rows].sum()
        rates += shape * wrong / expected * rows.sum() / same.sum()
    np.fill_diagonal(rates, 1.0 - rates.sum(axis=1))
    if fault:
        after = np.eye(SIZE)
        for pair, rate in FAULT.items():
            first, second = codes_of([pair])[0, :2]
            after[first, [first, second]] = 1.0 - rate, rate
        rates = rates @ after
    return Truth(
        rates,
        characters_of(true) / len(frame),
        float((frame["true"] != frame["plate"]).mean()),
        float((lengths[0] > lengths[1]).mean()),
        float((lengths[0] < lengths[1]).mean()),
    )


def characters_of(codes: npt.NDArray[np.int8]) -> Floats:
    """Return how often each character occurs."""
    return np.bincount(codes.ravel() + 1, minlength=SIZE + 1)[1:].astype(np.float64)


def closeness(table: ErrorModel, truth: Truth) -> dict[str, float]:
    """Return how close a table is to the truth.

    ``factor``: by what factor a rate is off, over the confusions as they occur; ``bits``: what each character read
    costs beyond the truth (Kullback-Leibler); the shares of plates misread, of characters missing and extra.
    """
    weight = truth.characters[:, None] * truth.rates
    ratio = np.log(table.substitution / truth.rates)
    off = np.average(np.abs(ratio[OFF]), weights=weight[OFF])
    right = np.log(np.diag(table.substitution) * (1.0 - table.missing))
    gaps = 1.0 + truth.characters.sum()
    return {
        "factor": float(np.exp(off)),
        "bits": float(-(weight * ratio).sum() / truth.characters.sum() / np.log(2.0)),
        "misread": 1.0
        - float(np.exp((truth.characters * right).sum() + gaps * np.log1p(-table.extra))),
        "missing": float((truth.characters * table.missing).sum()),
        "extra": float(gaps * table.extra),
    }


# --- what it does to a search ------------------------------------------------------------------------------


def found(
    city: City, frame: pd.DataFrame, tables: dict[str, ErrorModel], trials: int, seed: int
) -> dict[tuple[str, str], list[int]]:
    """Return the place in the ranking of vehicles that somebody saw, by how the cameras read them that day.

    Four characters of the plate are known, as the city's witnesses remember them, and nothing else. The candidates are
    all vehicles of that day.
    """
    rng = np.random.default_rng([seed, 77])
    day = frame["local_time"].dt.date
    last = frame[day == sorted(day.unique())[-2]]
    right = (last["true"] == last["plate"]).groupby(last["vehicle"]).agg(["sum", "size"])
    groups = {
        "misread": right.index[(right["sum"] == 0) & (right["size"] == 1)].to_numpy(),
        "read rightly": right.index[right["sum"] > 0].to_numpy(),
    }
    table = vehicles(last)
    keys = list(zip(table["plate"], table["state"], strict=True))
    own: dict[int, set[tuple[str, str]]] = {}
    for key, who in zip(keys, table["who"], strict=True):
        for vehicle in who:
            own.setdefault(vehicle, set()).add(key)
    places: dict[tuple[str, str], list[int]] = {}
    for group, members in groups.items():
        for vehicle in rng.permutation(members)[:trials].tolist():
            pattern = Pattern.parse(by_memory(city.fleet.text(vehicle), 4, 1.0, rng))
            for name, camera in tables.items():
                ranked = rank(pattern, table, limit=50, camera=camera)
                listed = enumerate(zip(ranked["plate"], ranked["state"], strict=True), 1)
                hits = [place for place, key in listed if key in own[vehicle]]
                places.setdefault((group, name), []).append(hits[0] if hits else 10**6)
    return places


# --- tables ------------------------------------------------------------------------------------------------


def row_of(
    name: str, frame: pd.DataFrame, *, fault: bool = False
) -> tuple[Learned, Truth, list[str]]:
    """Learn from reads and return a line of the table of closeness."""
    began = time.perf_counter()
    learned = learn(frame.drop(columns=["true", "vehicle", "device"]), SHIPPED)
    seconds = time.perf_counter() - began
    truth = truth_of(frame, fault=fault)
    shipped, close = closeness(SHIPPED, truth), closeness(learned.model, truth)
    gain = learned.held_out - learned.held_out_base
    known = frame["true"].map(frame[frame["true"] == frame["plate"]].groupby("true").size())
    noticeable = int(((frame["true"] != frame["plate"]) & (known >= 4)).sum())
    cells = [
        name,
        f"{learned.reads:,}",
        f"{learned.misreads:,.0f} of {noticeable:,}",
        f"{shipped['factor']:.2f} → {close['factor']:.2f}",
        f"{1000 * shipped['bits']:.2f} → {1000 * close['bits']:.2f}",
        f"{shipped['misread']:.1%} → {close['misread']:.1%} ({truth.misread:.1%})",
        f"{shipped['missing']:.2%} → {close['missing']:.2%} ({truth.missing:.2%})",
        f"{shipped['extra']:.2%} → {close['extra']:.2%} ({truth.extra:.2%})",
        f"{gain:.4f} ± {learned.held_out_error:.4f}, {'used' if learned.better else 'not used'}",
    ]
    print(" | ".join(cells), f"({seconds:.1f} s)", flush=True)
    return learned, truth, cells


def table_of(rows: list[list[str]]) -> list[str]:
    head = (
        "city", "reads", "misreads found", "a rate is off by a factor of", "lost per character, in 1,000 bits",
        "plates misread (truth)", "a character missing (truth)",
        "one extra (truth)", "gained per held-out read",
    )  # fmt: skip
    return [
        f"| {' | '.join(head)} |",
        f"|---|---:|{'---:|' * (len(head) - 2)}",
        *(f"| {' | '.join(cells)} |" for cells in rows),
    ]


def searches(results: dict[bool, list[dict[tuple[str, str], list[int]]]]) -> list[str]:
    """Return the table of what it does to a search."""
    lines = [
        "| cameras | that day the plate was | table | vehicles | top 1 | top 10 | top 50 |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    for fault, parts in results.items():
        for group, name in parts[0]:
            places = np.concatenate([part[group, name] for part in parts])
            shares = " | ".join(f"{(places <= top).mean():.1%}" for top in (1, 10, 50))
            kind = "with a fault" if fault else "the city's"
            lines.append(f"| {kind} | {group} | {name} | {len(places)} | {shares} |")
    return lines


def confusions(learned: Learned, truth: Truth) -> list[str]:
    """Return the confusions that changed most beside the truth, in 1,000 of a character."""
    lines = ["| true | read as | shipped | learned | truth |", "|---|---|---:|---:|---:|"]
    for each in changes(learned, 60):
        if each.true and each.seen and len(lines) < 12:
            true = truth.rates[ALPHABET.index(each.true), ALPHABET.index(each.seen)]
            rates = " | ".join(f"{1000 * rate:.2f}" for rate in (each.shipped, each.learned, true))
            lines.append(f"| {each.true} | {each.seen} | {rates} |")
    return lines


def main() -> None:
    """Measure, print, and write into the document where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="31,32,33")
    parser.add_argument("--reads-a-day", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--trials", type=int, default=150)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows: list[list[str]] = []
    results: dict[bool, list[dict[tuple[str, str], list[int]]]] = {False: [], True: []}
    example: list[str] = []
    for seed in map(int, options.seeds.split(",")):
        city = build(seed, reads_a_day=options.reads_a_day, days=options.days, scenes=0)
        frame = prepared(city)
        if not results[False]:
            few = (3_000, 10_000, 30_000, 100_000)
            rows += [row_of(f"{seed}, the newest", frame.tail(count))[2] for count in few]
        for name, fault in ((f"{seed}", False), (f"{seed}, with a fault", True)):
            reads = faulty(frame, seed) if fault else frame
            learned, truth, cells = row_of(name, reads, fault=fault)
            rows.append(cells)
            tables = {"shipped": SHIPPED, "learned": learned.model, "truth": truth.model()}
            results[fault].append(found(city, reads, tables, options.trials, seed))
            if fault:
                example = example or confusions(learned, truth)
    about = (
        f"Simulated city, seeds {options.seeds}, {options.reads_a_day:,} reads a day; each arrow goes from the shipped "
        "table to the learned one."
    )
    lines = [about, "", *table_of(rows), "", *example, "", *searches(results)]
    print("\n".join(lines))
    if options.write:
        put(DOCUMENT, "learning", lines)


if __name__ == "__main__":
    main()
