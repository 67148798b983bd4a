"""Partial plates: how fast the ranking is beside what a user would take instead.

    .venv/bin/python benchmarks/partial.py [--plates 1000000,4000000,16000000] [--searches 30] [--write]

Ours, rapidfuzz, DuckDB, SQLite and PostgreSQL take turns at the same plates. rapidfuzz and duckdb (``pip install
rapidfuzz duckdb``) and PostgreSQL with pg_trgm (its server programs on this machine) are measured where they are
installed. ``--write`` puts the tables into docs/partial-plates.md. A home with four million plates is built for the
last table: whole searches through the client, access record included.
How often the ranking finds the vehicle is in ``partial_accuracy.py``.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tables import put

from workbench.analysis import kernel
from workbench.analysis.errormodels import error_model
from workbench.analysis.fits import threshold_for
from workbench.analysis.pattern import Pattern
from workbench.analysis.plateindex import DAY_US, PlateIndex
from workbench.analysis.plates import formats
from workbench.analysis.scoring import at_random, fitting

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "partial-plates.md"
WITNESS, CAMERA = error_model("witness"), error_model("camera")
THROUGH = CAMERA.turned_around().then(WITNESS)
SEARCHES = {
    "whole plate": "7ABX123",
    "four known": "7AB?1??",
    "starts with": "7ABX*",
    "contains": "*BX1*",
}
DAYS = 365
BEGIN = 20_400 * DAY_US


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


def bandwidth() -> float:
    """Return how fast this machine reads memory with one core, in bytes a second."""
    values = np.ones(1 << 27, dtype=np.uint8).view(np.uint64)
    return values.nbytes / min(_times(values.max, 7))


def _times(call: Callable[[], object], count: int) -> list[float]:
    found = []
    for _ in range(count):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return found


# --- one search after the other, beside others -----------------------------------------------------


class Others:
    """What else could search the same plates. Each is a name and a function of a pattern's text."""

    def __init__(self, known: list[str], folder: Path, postgres: Any) -> None:
        self.known = known
        self.ways: dict[str, Callable[[str], object]] = {}
        self._rapidfuzz()
        self._sqlite(folder)
        self._duckdb()
        if postgres is not None:
            self._postgres(postgres)

    def _rapidfuzz(self) -> None:
        try:
            from rapidfuzz import process
            from rapidfuzz.distance import Levenshtein
        except ImportError:
            return

        def search(text: str) -> object:
            query = re.sub(r"[?*]", "", text)
            return process.extract(query, self.known, scorer=Levenshtein.distance, limit=50)

        self.ways["rapidfuzz"] = search

    def _sqlite(self, folder: Path) -> None:
        database = sqlite3.connect(folder / "plates.db")
        database.execute("CREATE TABLE plates (plate TEXT PRIMARY KEY) WITHOUT ROWID")
        database.executemany("INSERT INTO plates VALUES (?)", ((plate,) for plate in self.known))
        database.commit()
        query = "SELECT plate FROM plates WHERE plate GLOB ? LIMIT 50000"
        self.ways["SQLite GLOB"] = lambda text: database.execute(query, (text,)).fetchall()

    def _duckdb(self) -> None:
        try:
            import duckdb
            import pandas as pd
        except ImportError:
            return
        database = duckdb.connect()
        database.execute("SET threads TO 1")
        frame = pd.DataFrame({"plate": self.known})
        database.register("frame", frame)
        database.execute("CREATE TABLE plates AS SELECT plate FROM frame")
        database.unregister("frame")
        query = "SELECT plate FROM plates ORDER BY levenshtein(plate, ?) LIMIT 50"

        def search(text: str) -> object:
            return database.execute(query, [re.sub(r"[?*]", "", text)]).fetchall()

        self.ways["DuckDB"] = search

    def _postgres(self, connection: Any) -> None:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.execute("DROP TABLE IF EXISTS plates")
        connection.execute("CREATE TABLE plates (plate text)")
        with connection.cursor().copy("COPY plates FROM STDIN") as copy:
            for plate in self.known:
                copy.write_row((plate,))
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("CREATE INDEX ON plates USING gin (plate gin_trgm_ops)")
        connection.execute("ANALYZE plates")
        query = "SELECT plate FROM plates WHERE plate %% %s ORDER BY similarity(plate, %s) DESC LIMIT 50"

        def search(text: str) -> object:
            words = re.sub(r"[?*]", "", text)
            return connection.execute(query, (words, words)).fetchall()

        self.ways["PostgreSQL trigrams"] = search


@contextmanager
def postgres() -> Iterator[Any]:
    """Give a connection to a PostgreSQL server of our own; None where there is none to be had."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        import databases
        import psycopg

        binaries = databases.binaries()
    except ImportError:
        binaries = None
    if binaries is None:
        print("PostgreSQL is not here.")
        yield None
        return
    server = databases.Postgres(binaries)
    try:
        server.start()
        url = server.url("postgres").set(drivername="postgresql")
        with psycopg.connect(
            url.render_as_string(hide_password=False), autocommit=True
        ) as connection:
            yield connection
    finally:
        server.stop()


def speed(counts: list[int]) -> list[str]:
    """Return the table of single searches."""
    reached = bandwidth()
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder, postgres() as connection:
        for count in counts:
            known = [plate[:1] + plate[1:] for plate in plates(count, np.random.default_rng(1))]
            place = Path(folder) / str(count)
            place.mkdir()
            index = indexed(known, place / "plates.index")
            others = Others(known, place, connection)
            if not lines:
                names = " | ".join(others.ways)
                lines.append(
                    "| plates | search | substitutions only | with everything | of memory's speed | "
                    f"{names} | times as fast as rapidfuzz |"
                )
                lines.append("|---:|---|---:|---:|---:|" + "---:|" * (len(others.ways) + 1))
            for name, text in SEARCHES.items():
                lines.append(_speed_row(name, text, index, others, reached))
                print(lines[-1], flush=True)
    return lines


def indexed(known: list[str], path: Path) -> PlateIndex:
    """Return the plates as a search has them: an index mapped from its file."""
    rng = np.random.default_rng(3)
    first = BEGIN + rng.integers(0, DAYS, len(known)) * DAY_US
    reads = rng.integers(1, 9, len(known))
    PlateIndex.of(known, ["CA"] * len(known), first, first + DAY_US, reads).save(path)
    index = PlateIndex.open(path)
    assert index is not None
    return index


def _speed_row(name: str, text: str, index: PlateIndex, others: Others, reached: float) -> str:
    pattern, only = Pattern.parse(text), WITNESS.substitutions_only()
    threshold = threshold_for(len(index), at_random(pattern, WITNESS, {"CA": 1.0}))
    kept = index.narrow.plates
    ways: dict[str, Callable[[], object]] = {
        "only": lambda: fitting(pattern, kept, only, threshold=threshold),
        "all": lambda: fitting(pattern, kept, THROUGH, threshold=threshold),
        **{other: (lambda call=call: call(text)) for other, call in others.ways.items()},
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(4):  # one after the other, so that a busy machine is busy for all
        for way, call in ways.items():
            times[way].append(_times(call, 1)[0])
    best = {way: min(values) for way, values in times.items()}
    read = (
        len(index) * 8
    )  # a character is a byte; lengths come on top where characters may be missing
    shares = (
        f"{read / best['only'] / reached:.0%} and {(read * 10 / 8) / best['all'] / reached:.0%}"
    )
    shown = [f"{best[way] * 1000:,.0f} ms" for way in ways]
    ratio = "–"
    if "rapidfuzz" in best:
        ratio = f"{best['rapidfuzz'] / best['only']:.0f} and {best['rapidfuzz'] / best['all']:.1f}"
    ours, theirs = " | ".join(shown[:2]), " | ".join(shown[2:])
    return f"| {len(index):,} | {name} | {ours} | {shares} | {theirs} | {ratio} |"


# --- whole searches --------------------------------------------------------------------------------


def whole(count: int, searches: int) -> list[str]:
    """Return the table of whole searches through the client, on a home with so many plates."""
    sys.path.insert(0, str(ROOT / "tests"))
    from world import REASON, SCENE, World

    lines = ["| search | the slowest half is above | nine of ten are within |", "|---|---:|---:|"]
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), now="2026-11-10 12:00")
        known = plates(count, np.random.default_rng(1))
        _fill(world, known)
        case = world.desk().case(world.case_number, purpose="homicide", reason=REASON)
        year = {"start": "2025-11-10 00:00", "end": "2026-11-10 00:00"}
        hour = {"start": "2026-06-10 10:00", "end": "2026-06-10 11:00"}
        described = {"color": "silver", "make": "Toyota", "state": "CA"}
        place = {"near": SCENE, "radius_m": 2000, "at": "2026-06-10 10:30"}
        rng = np.random.default_rng(5)
        ways: dict[str, tuple[str, dict[str, Any]]] = {
            "four known characters, a year": ("7A??1?3", {**year}),
            "the same, and color, make, state": ("7A??1?3", {**year, **described}),
            "the same, an hour and a circle of 2 km": ("7A??1?3", {**hour, **place, **described}),
            "starts with four, a year": ("7ABX*", {**year, **described}),
            "contains three, a year": ("*BX1*", {**year, **described}),
        }
        case.partial("7A??1?3", **year)  # builds the index
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(searches):
            for name, (shape, options) in ways.items():
                text = _like(shape, known[int(rng.integers(len(known)))])
                times[name].append(_times(lambda t=text, o=options: case.partial(t, **o), 1)[0])
        for name, found in times.items():
            middle, most = np.quantile(found, [0.5, 0.9]) * 1000
            lines.append(f"| {name} | {middle:.0f} ms | {most:.0f} ms |")
            print(lines[-1], flush=True)
    return lines


def _like(shape: str, plate: str) -> str:
    """Return a pattern of another's shape that asks for a plate."""
    rest = plate[2:] if shape.startswith("*") else plate
    text = ""
    for sign in shape:
        if sign == "*":
            text += sign
        elif rest:
            text += "?" if sign == "?" else rest[0]
            rest = rest[1:]
    return text


def _fill(world: Any, known: list[str]) -> None:
    """Put one read of each plate into a home, as one transfer; none of them is shown before it is whole."""
    rng = np.random.default_rng(3)
    cameras = [world.camera(f"C{n}", at=(36.58 + n / 500, -120.25)) for n in range(40)]
    end = int(world.clock().timestamp()) * 1_000_000
    at = end - rng.integers(1, DAYS * DAY_US, len(known))
    with world.service.database.engine.begin() as connection:
        raw = connection.connection.driver_connection
        number = world.transfer
        which = rng.integers(0, len(cameras), len(known)).tolist()
        colors, makes = ["silver", "black", "white", "blue", "red"], ["toyota", "honda", "ford"]
        from workbench.analysis.geo import cell

        cells = [cell(36.58 + n / 500, -120.25) for n in range(40)]
        rows = (
            (p, p, "CA", t, cameras[c], 36.58 + c / 500, -120.25, cells[c],
             colors[t % 5], makes[t % 3], 0.9, 1, number)
            for p, t, c in zip(known, at.tolist(), which, strict=True)
        )  # fmt: skip
        raw.executemany(
            "INSERT INTO reads (plate, plate_raw, state, captured_at, camera_id, latitude, longitude, cell, color, "
            "make, confidence, governmental, transfer_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        raw.executemany(
            "INSERT INTO plates (plate, state, first_at, last_at, reads) VALUES (?, 'CA', ?, ?, 1)",
            ((p, t, t) for p, t in zip(known, at.tolist(), strict=True)),
        )


def main() -> None:
    """Measure, print, and write into the document where asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--plates", default="1000000,4000000")
    parser.add_argument("--whole", type=int, default=4_000_000)
    parser.add_argument("--searches", type=int, default=30)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    kernel.prepare()
    kernel.MAX_THREADS = 1
    quick = speed([int(count) for count in options.plates.split(",") if count])
    kernel.MAX_THREADS = 4
    searches = whole(options.whole, options.searches) if options.whole else []
    if options.write and quick:
        note = f"Best of four turns, one after the other, each on one core, Python {platform.python_version()}."
        put(DOCUMENT, "speed", [note, "", *quick])
    if options.write and searches:
        put(DOCUMENT, "whole searches", searches)


if __name__ == "__main__":
    main()
