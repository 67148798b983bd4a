"""How fast reads come in: the full path beside a bare ``executemany`` of the same rows, in turns.

The full path is everything but parsing: checking, normalizing, matching cameras, H3 cells, storing, counting plates and
camera days, and making the transfer visible. Parsing is timed apart, through the whole of ``receive``.

    python benchmarks/ingest.py [--reads 500000] [--rounds 3] [--write-docs]
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import os
import platform
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path

from workbench.ingest.cameras import load_register
from workbench.ingest.check import COLUMNS, Terms, check
from workbench.ingest.loading import WRITE_ROWS, Loading
from workbench.ingest.opening import opened
from workbench.ingest.transfers import receive
from workbench.models import Member
from workbench.records.database import Database
from workbench.records.tables import cameras, members, transfers
from workbench.settings import Settings

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DOCS = Path(__file__).parents[1] / "docs" / "ingest.md"
MEMBER = Member(1, "bench", "Bench", "Santa Lucera Police Department", "service", frozenset(), True)
LETTERS, DIGITS = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"
MAKES = ("honda", "toyota", "ford", "chevrolet", "nissan", "tesla", "bmw", "kia")
COLORS = ("black", "white", "silver-gray", "blue", "red", "green")
BODIES = ("sedan-standard", "suv-standard", "truck-standard", "van-mini")
CAMERAS = 24


def groups(count: int, seed: int = 7) -> Iterator[str]:
    """Yield groups of a city's month: habits give repeated plates, misreads give alternatives."""
    rng = random.Random(seed)
    plates = [
        rng.choice(DIGITS[1:])
        + "".join(rng.choices(LETTERS, k=3))
        + "".join(rng.choices(DIGITS, k=3))
        for _ in range(max(100, count // 12))
    ]
    start = int(dt.datetime(2026, 9, 1, tzinfo=dt.UTC).timestamp() * 1000)
    step = 30 * 86_400_000 // count
    for number in range(count):
        plate, camera = rng.choice(plates), rng.randrange(CAMERAS)
        make = rng.choice(MAKES)
        mobile = camera >= CAMERAS - 4
        yield json.dumps(
            {
                "data_type": "alpr_group",
                "version": 2,
                "epoch_start": start + number * step,
                "camera_id": 1000 + camera,
                "agent_uid": "BENCH",
                "gps_latitude": 36.55 + (rng.random() if mobile else camera / CAMERAS) * 0.06,
                "gps_longitude": -120.28 + (rng.random() if mobile else camera / CAMERAS) * 0.06,
                "best_plate_number": plate,
                "best_confidence": rng.uniform(75, 99),
                "best_region": "us-ca" if rng.random() < 0.93 else "us-nv",
                "best_region_confidence": rng.uniform(50, 99),
                "best_uuid": f"BENCH-{1000 + camera}-{number}",
                "travel_direction": rng.uniform(0, 360),
                "candidates": [
                    {"plate": plate, "confidence": 90.1},
                    *(
                        {
                            "plate": plate[:k] + rng.choice(DIGITS) + plate[k + 1 :],
                            "confidence": 70.5,
                        }
                        for k in rng.sample(range(7), rng.randrange(3))
                    ),
                ],
                "vehicle": {
                    "color": [{"name": rng.choice(COLORS), "confidence": rng.uniform(50, 99)}],
                    "make": [{"name": make, "confidence": rng.uniform(50, 99)}],
                    "make_model": [{"name": f"{make}_model", "confidence": rng.uniform(40, 90)}],
                    "body_type": [{"name": rng.choice(BODIES), "confidence": rng.uniform(50, 99)}],
                },
            }
        )


def plain(count: int, seed: int = 7) -> Iterator[str]:
    """Yield lines of ELSAG's reads table: plate, camera, time and place, and nothing else."""
    zone = TERMS.zone
    yield "read_id,plate,device_id,read_date,lat,lon"
    for number, text in enumerate(groups(count, seed)):
        group = json.loads(text)
        local = dt.datetime.fromtimestamp(group["epoch_start"] / 1000, dt.UTC).astimezone(zone)
        yield (
            f"{number},{group['best_plate_number']},{group['camera_id']},{local:%Y-%m-%d %H:%M:%S},"
            f"{group['gps_latitude']},{group['gps_longitude']}"
        )


@contextmanager
def home() -> Iterator[tuple[Database, Settings]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = Settings(
            home=Path(folder),
            agency="Santa Lucera PD",
            profile="clovis-ca",
            timezone="America/Los_Angeles",
        )
        database = Database.open(settings.url)
        database.migrate()
        with database.write() as connection:
            connection.execute(
                members.insert().values(
                    id=1,
                    username="bench",
                    name="Bench",
                    kind="service",
                    roles="",
                    active=True,
                    created_at=NOW,
                )
            )
            connection.execute(
                cameras.insert(),
                [
                    {
                        "code": f"C{number:02d}",
                        "kind": "fixed",
                        "vendor_key": str(1000 + number),
                        "governmental": True,
                        "registered": True,
                    }
                    for number in range(CAMERAS)
                ],
            )
        yield database, settings
        database.close()


TERMS = Terms(
    zone=Settings(Path(), "", "", "America/Los_Angeles").zone,
    now=NOW,
    source_agency="Santa Lucera PD",
)
DETAILS = {
    "file_name": "bench.jsonl",
    "sha256": "0",
    "size": 0,
    "format": "alpr_group",
    "unit": "",
    "camera_id": None,
    "received_by": 1,
}


@dataclass
class Watch:
    """Seconds by the clock and of the processor, added up over the blocks that run."""

    wall: float = 0.0
    cpu: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu


def full_path(path: Path) -> tuple[Watch, Watch]:
    """Time checking, storing and counting as batches come from the parser; and checking by itself."""
    whole, checking = Watch(), Watch()
    with home() as (database, settings), opened(path) as source:
        with database.read() as connection:
            register = load_register(connection)
        with whole.running():
            loading = Loading(database, settings, register, TERMS, DETAILS, {})
            loading.begin(NOW)
        with loading.under_way(lambda: NOW):
            for batch in source.batches:
                with whole.running():
                    loading.take(batch)
                with checking.running():
                    check(batch, register, TERMS)
            with whole.running():
                loading.finish(NOW)
    return whole, checking


def bare(path: Path) -> Watch:
    """Time an ``executemany`` of the same rows, ready made, into the same table in the same transactions."""
    watch = Watch()
    names = (*COLUMNS, "transfer_id")
    sql = f"INSERT INTO reads ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    with home() as (database, _), opened(path) as source:
        with database.read() as connection:
            register = load_register(connection)
        with database.write() as connection:
            connection.execute(
                transfers.insert().values(id=1, began_at=NOW, status="loading", **DETAILS)
            )
        checked = (check(batch, register, TERMS).columns for batch in source.batches)
        ready = (
            row
            for columns in checked
            for row in zip(
                *(columns.get(name, repeat(None)) for name in COLUMNS), repeat(1), strict=False
            )
        )
        gc.disable()
        while rows := list(islice(ready, WRITE_ROWS)):
            with watch.running(), database.write() as connection:
                cursor = connection.connection.cursor()
                cursor.executemany(sql, rows)
                cursor.close()
        gc.enable()
    return watch


def with_parsing(path: Path) -> Watch:
    """Time the whole of ``receive``: fingerprint, parsing and all."""
    watch = Watch()
    with home() as (database, settings), watch.running():
        receive(database, path, member=MEMBER, settings=settings, clock=lambda: NOW)
    return watch


def timed(path: Path, rounds: int) -> dict[str, list[Watch]]:
    """Time a file in turns."""
    found: dict[str, list[Watch]] = {"bare": [], "full": [], "check": [], "receive": []}
    for number in range(rounds):
        found["bare"].append(bare(path))
        whole, checking = full_path(path)
        found["full"].append(whole)
        found["check"].append(checking)
        found["receive"].append(with_parsing(path))
        said = (
            f"{name} {each[-1].wall:.2f} s ({each[-1].cpu:.2f})" for name, each in found.items()
        )
        print(f"{path.name}, round {number + 1}: {', '.join(said)}", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write-docs", action="store_true")
    arguments = parser.parse_args()
    texts = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name, title, make in KINDS:
            path = Path(folder) / name
            with path.open("w") as stream:
                stream.writelines(f"{line}\n" for line in make(arguments.reads))
            texts.append(report(title, timed(path, arguments.rounds), arguments.reads))
    machine = (
        f"Medians of {arguments.rounds} rounds in turns; {os.cpu_count()} cores with {os.getloadavg()[0]:.1f} "
        f"processes waiting, Python {platform.python_version()}, {dt.datetime.now(dt.UTC):%Y-%m-%d}."
    )
    text = "\n".join([machine, "", *texts])
    print("\n" + text)
    if arguments.write_docs:
        page = DOCS.read_text(encoding="utf-8")
        mark = r"(<!-- benchmark -->\n).*?(<!-- /benchmark -->)"
        page = re.sub(mark, lambda found: found[1] + text + found[2], page, flags=re.DOTALL)
        DOCS.write_text(page, encoding="utf-8")


KINDS = (
    ("groups.jsonl", "`alpr_group` with vehicle and alternatives", groups),
    ("reads.csv", "plain reads (an ELSAG table)", plain),
)
TITLES = {
    "bare": "bare `executemany` of ready rows",
    "full": "full path without parsing",
    "check": "of which checking",
    "receive": "`receive`, with fingerprint and parsing",
}


def report(title: str, found: dict[str, list[Watch]], reads: int) -> str:
    wall = {name: statistics.median(each.wall for each in rounds) for name, rounds in found.items()}
    cpu = {name: statistics.median(each.cpu for each in rounds) for name, rounds in found.items()}
    lines = [
        f"| {reads:,} {title} | seconds | reads a second | to bare | processor seconds |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {words} | {wall[name]:.2f} | {reads / wall[name]:,.0f} | {wall[name] / wall['bare']:.2f} "
        f"| {cpu[name]:.2f} |"
        for name, words in TITLES.items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
