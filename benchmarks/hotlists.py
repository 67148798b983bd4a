"""How fast reads are held against a hot list: beside a plain SQL join, and a merge of two pandas frames.

The join and the merge find equal plates and nothing else. The workbench opens each entry that matched (every field but
the plate is encrypted), leaves out those that are not in effect, looks for near misses, and enters the hits.

    python benchmarks/hotlists.py [--reads 1000000] [--entries 1000000] [--write-docs]
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import sqlalchemy as sa

from workbench.audit import keys
from workbench.audit.chain import Chain
from workbench.hotlists.hits import Hits
from workbench.hotlists.keyring import Keyring
from workbench.hotlists.lists import Lists
from workbench.hotlists.rotation import rotate
from workbench.hotlists.runs import Matching
from workbench.models import Window
from workbench.policy.profile import load
from workbench.records.database import Database
from workbench.records.hotlist_tables import hits, hot_lists
from workbench.records.tables import cameras, to_micros, transfers

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DOCS = Path(__file__).parents[1] / "docs" / "hot-lists.md"
LETTERS, DIGITS = np.array(list("ABCDEFGHJKLMNPRSTUVWXYZ")), np.array(list("0123456789"))


def plates(rng: np.random.Generator, count: int) -> list[str]:
    """Return plates of the series of California, each digit and letter at random."""
    columns = [DIGITS[rng.integers(4, 10, count)]]
    columns += [LETTERS[rng.integers(0, len(LETTERS), count)] for _ in range(3)]
    columns += [DIGITS[rng.integers(0, 10, count)] for _ in range(3)]
    return ["".join(each) for each in zip(*columns, strict=True)]


def fill(database: Database, count: int, rng: np.random.Generator) -> None:
    """Store reads of a month; the camera is sure of most."""
    start = to_micros(NOW - dt.timedelta(days=30))
    with database.write() as connection:
        connection.execute(
            cameras.insert(),
            {"code": "C1", "kind": "fixed", "governmental": True, "registered": True},
        )
        values = {"file_name": "x", "sha256": "0", "size": 1, "began_at": NOW, "ended_at": NOW}
        connection.execute(
            transfers.insert(),
            {**values, "status": "complete", "accepted": count, "first_read_id": 1},
        )
        confidence = rng.beta(20, 1.5, count).tolist()
        times = (start + np.arange(count) * (30 * 86_400_000_000 // count)).tolist()
        rows = zip(plates(rng, count), confidence, times, strict=True)
        connection.exec_driver_sql(
            "INSERT INTO reads (plate, state, confidence, captured_at, camera_id, governmental, transfer_id) "
            "VALUES (?, 'CA', ?, ?, 1, 1, 1)",
            list(rows),
        )


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds of the processor, which other work on the machine does not lengthen, and the result."""
    began = time.process_time()
    result = what()
    return time.process_time() - began, result


def join(database: Database) -> int:
    """Find equal plates as a plain join would: each pair of read and entry, their numbers."""
    with database.read() as connection:
        query = "SELECT r.id, e.id FROM reads r JOIN hot_list_entries e ON e.plate = r.plate"
        return len(connection.execute(sa.text(query)).all())


def merge(database: Database) -> int:
    """Find equal plates with pandas, the columns fetched from the database."""
    with database.read() as connection:
        left = pd.DataFrame(
            connection.execute(sa.text("SELECT id, plate FROM reads")).all(),
            columns=["id", "plate"],
        )
        right = pd.DataFrame(
            connection.execute(sa.text("SELECT id, plate FROM hot_list_entries")).all(),
            columns=["id", "plate"],
        )
    return len(left.merge(right, on="plate"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--write-docs", action="store_true")
    given = parser.parse_args()
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = Database.open(f"sqlite:///{home / 'bench.db'}")
        database.migrate()
        fill(database, given.reads, rng)
        key = keys.create(home / "keys")
        chain = Chain(database, home, key, profile="clovis-ca", software="bench", clock=lambda: NOW)
        ring = Keyring.open(home / "keys", sealed=False)
        lists = Lists(
            database,
            ring,
            home=home,
            rejects=home,
            zone=ZoneInfo("America/Los_Angeles"),
            clock=lambda: NOW,
        )
        lists.create("svs", title="Stolen", source="State", purpose="stolen-vehicle", by="bench")
        path = home / "svs.csv"
        lines = (
            f"{plate};CA;Stolen;TOYT;SIL;N{n};2027-01-31"
            for n, plate in enumerate(plates(rng, given.entries))
        )
        path.write_text(
            "LIC;LIS;Category;VMA;VCO;NIC;ExpiryDate\n" + "\n".join(lines) + "\n", encoding="utf-8"
        )
        seconds: dict[str, float] = {}
        seconds["import"], _ = timed(lambda: lists.import_file(path, "svs", by="bench"))
        matching = Matching(
            database,
            lists,
            Hits(database, chain, ring),
            load("clovis-ca"),
            lambda: NOW,
            lambda: None,
        )
        window = Window(NOW - dt.timedelta(days=31), NOW)
        for name, near in (("exact", None), ("near", 0.02)):
            with database.write() as connection:
                connection.execute(hits.delete())
                connection.execute(hot_lists.update().values(near_from=near))
            matching._index.state = (-1, -1)  # noqa: SLF001 - the plates are fetched anew
            seconds[name], run = timed(lambda: matching.window(window, by="bench"))
        seconds["join"], pairs = timed(lambda: join(database))
        seconds["merge"], again = timed(lambda: merge(database))
        assert pairs == again
        seconds["rotate"], _ = timed(lambda: rotate(database, ring))
        database.close()
    raised = len(run.hits)
    lines = report(given, seconds, pairs, raised)
    print("\n".join(lines))
    if given.write_docs:
        write(lines)


def report(
    given: argparse.Namespace, seconds: dict[str, float], pairs: int, raised: int
) -> list[str]:
    """Return the table of the documentation."""
    base = seconds["join"]
    rows = [
        ("exact matches, entries opened, hits entered", seconds["exact"]),
        ("the same, and near misses from 2 %", seconds["near"]),
        ("a plain SQL join: pairs of numbers, nothing opened", seconds["join"]),
        ("pandas: two columns fetched and merged", seconds["merge"]),
    ]
    table = [f"| {what} | {took:.1f} s | {took / base:.1f} |" for what, took in rows]
    return [
        f"{given.reads:,} reads against a list of {given.entries:,}: {pairs:,} pairs, {raised:,} hits "
        f"(SQLite, one core, {platform.machine()}, Python {platform.python_version()}).",
        "",
        "| | processor time | of the join |",
        "|---|---|---|",
        *table,
        "",
        f"Bringing the list in: {seconds['import']:.0f} s ({given.entries / seconds['import']:,.0f} entries a second, "
        f"each encrypted by itself). A new key for all of it: {seconds['rotate']:.0f} s.",
    ]


def write(lines: list[str]) -> None:
    """Put the table between the marks of the documentation."""
    text = DOCS.read_text(encoding="utf-8")
    block = "<!-- measured -->\n" + "\n".join(lines) + "\n<!-- /measured -->"
    text = re.sub(r"<!-- measured -->.*<!-- /measured -->", lambda _: block, text, flags=re.DOTALL)
    DOCS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
