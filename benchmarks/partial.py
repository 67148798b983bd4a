"""Partial plates: how fast the ranking is beside rapidfuzz, and how often it finds the vehicle.

    .venv/bin/python benchmarks/partial.py [--plates 1000000,4000000] [--trials 300] [--write]

``--write`` puts the tables into docs/partial-plates.md. rapidfuzz is measured where it is installed.
The witnesses are simulated from the shipped tables, at their error rates, half and twice of them: kinder than life.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.analysis import evidence, kernel
from workbench.analysis.errormodels import ErrorModel, error_model
from workbench.analysis.partial import _FAR_WORSE, rank
from workbench.analysis.pattern import Item, Pattern
from workbench.analysis.plates import ALPHABET, formats
from workbench.analysis.scoring import PlateSet, at_random, scores

try:
    from rapidfuzz import __version__ as rapidfuzz_version
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import Levenshtein
except ImportError:
    process = None

DOCUMENT = Path(__file__).parent.parent / "docs" / "partial-plates.md"
WITNESS, CAMERA = error_model("witness"), error_model("camera")
THROUGH = CAMERA.turned_around().then(WITNESS)
SEARCHES = {
    "whole plate": "7ABX123",
    "four known": "7AB?1??",
    "starts with": "7ABX*",
    "contains": "*BX1*",
}


def plates(count: int, rng: np.random.Generator) -> list[str]:
    """Return distinct Californian plates, four of five passenger, the rest of other series."""
    series = formats("CA")
    share = np.array([f.share for f in series])
    result: set[str] = set()
    while len(result) < count:
        chosen = rng.choice(len(series), count - len(result), p=share / share.sum())
        for number, one in enumerate(series):
            size = int((chosen == number).sum())
            columns = [rng.choice(list(allowed), size) for allowed in one.positions]
            result.update("".join(row) for row in zip(*columns, strict=True))
    return sorted(result)


# --- speed -----------------------------------------------------------------------------------------


def speed(counts: list[int]) -> list[str]:
    lines = [
        "| plates | search | substitutions only | with missing, extra, swapped | the same, all scored "
        "| rapidfuzz Levenshtein | rapidfuzz ratio | ratio of throughputs |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for count in counts:
        # Made anew in order, so that they lie one behind the other in memory: rapidfuzz reads them there.
        known = [plate[:1] + plate[1:] for plate in plates(count, np.random.default_rng(1))]
        kept = PlateSet.of(known)
        for name, text in SEARCHES.items():
            lines.append(_speed_row(name, Pattern.parse(text), text, known, kept))
            print(lines[-1], flush=True)
    return lines


def _speed_row(name: str, pattern: Pattern, text: str, known: list[str], kept: PlateSet) -> str:
    query = re.sub(r"[?*]", "", text)
    threshold = _FAR_WORSE * at_random(pattern, WITNESS, {"CA": 1.0})
    only = WITNESS.substitutions_only()
    ways: dict[str, Callable[[], object]] = {
        "only": lambda: scores(pattern, kept, only, threshold=threshold),
        "edits": lambda: scores(pattern, kept, THROUGH, threshold=threshold),
        "all": lambda: scores(pattern, kept, THROUGH),
    }
    if process is not None:
        ways["levenshtein"] = lambda: process.extract(
            query, known, scorer=Levenshtein.distance, limit=50
        )
        ways["ratio"] = lambda: process.extract(query, known, scorer=fuzz.ratio, limit=50)
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(5):  # one after the other, so that a busy machine is busy for all
        for way, call in ways.items():
            start = time.process_time()
            call()
            times[way].append(time.process_time() - start)
    mid = {way: min(values) * 1000 for way, values in times.items()}
    shown = [f"{mid[way]:,.0f} ms" if way in mid else "not installed" for way in
             ("only", "edits", "all", "levenshtein", "ratio")]  # fmt: skip
    ratio = "–"
    if "levenshtein" in mid:
        ratio = (
            f"{mid['levenshtein'] / mid['only']:.0f} and {mid['levenshtein'] / mid['edits']:.1f}"
        )
    return f"| {len(known):,} | {name} | {' | '.join(shown)} | {ratio} |"


# --- accuracy --------------------------------------------------------------------------------------


def spoiled(plate: str, model: ErrorModel, rng: np.random.Generator) -> str:
    """Return what somebody makes of a plate who errs as the model says."""
    true = list(plate)
    j = 0
    while j < len(true) - 1:
        if rng.random() < model.swapped:
            true[j], true[j + 1] = true[j + 1], true[j]
            j += 1
        j += 1
    seen = []
    for character in [*true, ""]:
        if rng.random() < model.extra:
            seen.append(ALPHABET[rng.choice(36, p=model.extra_is)])
        if character and rng.random() >= model.missing[ALPHABET.index(character)]:
            seen.append(ALPHABET[rng.choice(36, p=model.substitution[ALPHABET.index(character)])])
    return "".join(seen)


def recalled(plate: str, known: int, model: ErrorModel, rng: np.random.Generator) -> Pattern:
    """Return a witness's pattern: so many characters, with mistakes; the others are unknown."""
    said = spoiled(plate, model, rng)
    unknown = set(rng.permutation(len(said))[known:].tolist())
    return Pattern(tuple(Item() if j in unknown else Item(c) for j, c in enumerate(said)))


def told(name: str, true: list[str], source: str, rng: np.random.Generator) -> list[str]:
    """Return what a witness or a camera says of colors or makes."""
    names, _, matrix = evidence.confusions(name, source)
    return [names[rng.choice(len(names), p=matrix[names.index(value)])] for value in true]


def town(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return vehicles: what they are, and what the cameras made of them."""
    frame = pd.DataFrame({"true": rng.permutation(plates(count, rng))})
    frame["plate"] = [spoiled(plate, CAMERA, rng) for plate in frame["true"]]
    right = (frame["plate"] == frame["true"]).to_numpy()
    frame["reads"] = np.where(right, rng.integers(1, 7, count), 1)
    for name in ("color", "make"):
        names, share, _ = evidence.confusions(name, "camera")
        frame[f"true_{name}"] = rng.choice(names, count, p=share)
        frame[name] = told(name, frame[f"true_{name}"].tolist(), "camera", rng)
    return frame.assign(state="CA", recent=rng.random(count))


def accuracy(trials: int) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(2026)
    everybody = town(60_000, rng)
    lines = [
        "| known | mistakes | search | top 1 | top 10 | top 50 | wildcards, most recent first: top 10 "
        "| rapidfuzz: top 10 |",
        "|---:|---:|---|---:|---:|---:|---:|---:|",
    ]
    said: list[tuple[float, bool]] = []
    for known in (3, 4, 5, 7):
        for factor in (0.5, 1.0, 2.0):
            for near in (False, True):
                row = _accuracy_row(everybody, known, factor, trials, rng, near=near, said=said)
                lines.append(row)
                print(row, flush=True)
    return lines, _calibration(said)


def _accuracy_row(
    everybody: pd.DataFrame, known: int, factor: float, trials: int, rng: np.random.Generator,
    *, near: bool, said: list[tuple[float, bool]],
) -> str:  # fmt: skip
    found: dict[str, list[int]] = {"ours": [], "wildcards": [], "rapidfuzz": []}
    model = WITNESS.scaled(factor)
    for _ in range(trials):
        number = int(rng.integers(len(everybody)))
        some = everybody
        options: dict[str, object] = {}
        if near:  # an hour, a circle of 2 km, and the color
            others = rng.choice(len(everybody), 500, replace=False)
            some = everybody.iloc[np.unique(np.append(others, number))].reset_index(drop=True)
            number = int(np.flatnonzero(some["true"] == everybody["true"].iloc[number])[0])
            away = 2000 * np.sqrt(rng.random(len(some)))
            away[number] = min(2000.0, rng.exponential(500))
            some = some.assign(nearest_m=away)
            options = {
                "near": True,
                "color": told("color", [some["true_color"].iloc[number]], "witness", rng)[0],
            }
        pattern = recalled(some["true"].iloc[number], known, model, rng)
        read_as = some["plate"].iloc[number]
        ranked = rank(pattern, some, limit=50, **options)  # type: ignore[arg-type]
        hits = np.flatnonzero(ranked["plate"] == read_as)
        found["ours"].append(int(hits[0]) if len(hits) else 999)
        said.extend(
            (p, plate == read_as)
            for p, plate in zip(ranked["probability"], ranked["plate"], strict=True)
        )
        found["wildcards"].append(_wildcards(str(pattern), some, read_as))
        if process is not None:
            query = str(pattern).replace("?", "")
            best = process.extract(query, some["plate"].tolist(), scorer=fuzz.ratio, limit=50)
            found["rapidfuzz"].append(next((n for n, b in enumerate(best) if b[0] == read_as), 999))

    def within(who: str, top: int) -> str:
        return f"{100 * np.mean([n < top for n in found[who]]):.0f} %" if found[who] else "–"

    search = "an hour, 2 km, color" if near else f"{len(everybody):,} plates, nothing else"
    shown = [within("ours", 1), within("ours", 10), within("ours", 50), within("wildcards", 10),
             within("rapidfuzz", 10)]  # fmt: skip
    return f"| {known} of 7 | × {factor:g} | {search} | {' | '.join(shown)} |"


def _wildcards(text: str, some: pd.DataFrame, read_as: str) -> int:
    pattern = re.compile(text.replace("?", "."))
    match = some[[bool(pattern.fullmatch(p)) for p in some["plate"]]]
    order = match.sort_values("recent", ascending=False)["plate"].tolist()
    return order.index(read_as) if read_as in order else 999


def _calibration(said: list[tuple[float, bool]]) -> list[str]:
    values = np.array([p for p, _ in said])
    right = np.array([r for _, r in said])
    edges = np.array([0.0, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0])
    lines = ["| said to be | candidates | mean said | were right |", "|---|---:|---:|---:|"]
    error = 0.0
    for low, high in itertools.pairwise(edges):
        chosen = (values > low) & (values <= high)
        if not chosen.any():
            continue
        mean, true = values[chosen].mean(), right[chosen].mean()
        error += chosen.sum() / len(values) * abs(mean - true)
        lines.append(f"| {low:.0%} to {high:.0%} | {chosen.sum():,} | {mean:.1%} | {true:.1%} |")
    likely = values > 0.01
    gap = np.average(
        [abs(values[c].mean() - right[c].mean()) for c in _bins(values, edges[1:]) if c.any()],
        weights=[c.sum() for c in _bins(values, edges[1:]) if c.any()],
    )
    lines.append("")
    lines.append(
        f"Expected calibration error {error:.3f} over all candidates listed, {gap:.3f} over the "
        f"{likely.sum():,} said to be above 1 %."
    )
    return lines


def _bins(values: np.ndarray, edges: np.ndarray) -> list[np.ndarray]:
    return [(values > low) & (values <= high) for low, high in itertools.pairwise(edges)]


def write(name: str, lines: list[str]) -> None:
    """Put lines between the marks of that name in the document."""
    text = DOCUMENT.read_text("utf-8")
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = text.split(start)
    _, after = rest.split(end)
    DOCUMENT.write_text(f"{before}{start}\n" + "\n".join(lines) + f"\n{end}{after}", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--plates", default="1000000,4000000")
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    kernel.MAX_THREADS = 1
    scores(Pattern.parse("7A*"), PlateSet.of(["7A"]), WITNESS)  # compile
    scores(Pattern.parse("7A"), PlateSet.of(["7A"]), WITNESS.substitutions_only())
    against = (
        f"rapidfuzz {rapidfuzz_version}" if process is not None else "rapidfuzz is not installed"
    )
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {against}"
    )
    quick = speed([int(count) for count in options.plates.split(",") if count])
    right, calibrated = accuracy(options.trials)
    print("\n".join(calibrated))
    if options.write:
        machine = (
            f"Least processor time of five interleaved runs on one core, Python "
            f"{platform.python_version()}, {against}."
        )
        write("speed", [machine, "", *quick])
        write(
            "accuracy",
            [f"{options.trials} simulated witnesses for each row, seed 2026.", "", *right],
        )
        write("calibration", calibrated)


if __name__ == "__main__":
    main()
