"""Partial plates: how fast the ranking is beside rapidfuzz.

    .venv/bin/python benchmarks/partial.py [--plates 1000000,4000000] [--write]

``--write`` puts the table into docs/partial-plates.md. rapidfuzz is measured where it is installed.
How often the ranking finds the vehicle is in ``partial_accuracy.py``.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.analysis import kernel
from workbench.analysis.errormodels import error_model
from workbench.analysis.fits import _FAR_WORSE
from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import formats
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
    if options.write:
        machine = (
            f"Least processor time of five interleaved runs on one core, Python "
            f"{platform.python_version()}, {against}."
        )
        write("speed", [machine, "", *quick])


if __name__ == "__main__":
    main()
