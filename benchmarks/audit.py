"""How fast the access record is written and verified, beside what the hashing and the disk alone cost.

    .venv/bin/python benchmarks/audit.py [--records 1000000] [--url postgresql://…]

The record lies in a temporary folder (SQLite), or in the empty database of ``--url``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from workbench.audit import keys
from workbench.audit.chain import COLUMNS, HASHED, Chain, Entry, _encode, iterate
from workbench.audit.verify import verify
from workbench.models import Grounds, Member, Session
from workbench.records.database import Database

BATCH = 10_000
SINGLE = 500
NOON = dt.datetime(2026, 3, 2, 20, tzinfo=dt.UTC)
MEMBER = Member(7, "rivera", "Ana Rivera", "Santa Lucera Police Department", "person",
                frozenset({"analyst"}), active=True)  # fmt: skip
SESSION = Session(3, MEMBER, "10.0.0.7", "desk-7", NOON)
GROUNDS = Grounds("26-00417", "homicide", "Shooting at 5th and Main, suspect car seen leaving",
                  "homicide", "I26-01873")  # fmt: skip


def query(n: int) -> Entry:
    elements = {"plate": f"7ABX{n % 1000:03d}", "start": "2026-03-02", "end": "2026-03-03"}
    return Entry("intent", "query.history", session=SESSION, grounds=GROUNDS, elements=elements)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return seconds on the clock and seconds of this process's own work."""
    start, own = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - own


def build(chain: Chain, records: int) -> None:
    for first in range(0, records, BATCH):
        chain.append_all([query(n) for n in range(first, min(first + BATCH, records))])


def one_by_one(chain: Chain) -> None:
    for n in range(SINGLE):
        chain.append(query(n))


def bare_commits(folder: Path) -> None:
    """Append the same number of lines to a file, each flushed: what durability alone costs."""
    handle = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for _ in range(SINGLE):
        os.write(handle, b"x" * 800)
        os.fsync(handle)
    os.close(handle)


def bare_hashes(texts: list[bytes]) -> None:
    for text in texts:
        hashlib.sha256(text).hexdigest()


def read_only(database: Database) -> None:
    with database.read() as connection:
        for _ in iterate(connection):
            pass


def sample(database: Database) -> tuple[list[bytes], float]:
    """Return the bytes that some records' hashes cover, and the mean length of one."""
    with database.read() as connection:
        query = f"SELECT {', '.join(COLUMNS)} FROM audit_records WHERE seq <= 100000 ORDER BY seq"
        rows = connection.execute(sa.text(query)).all()
    texts = [_encode(list(row)[: len(HASHED)]).encode() for row in rows]
    return texts, sum(map(len, texts)) / len(texts)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--records", type=int, default=1_000_000)
    arguments.add_argument("--url", default="")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database.open(given.url or f"sqlite:///{folder / 'workbench.db'}")
        database.migrate()
        (folder / "record").mkdir()
        key = keys.create(folder / "keys")
        chain = Chain(database, folder / "record", key, profile="clovis-ca@2026.1",
                      software="benchmark", clock=lambda: NOON)  # fmt: skip
        lines = [
            ("append, one by one, each durable", SINGLE, timed(lambda: one_by_one(chain))),
            ("  a line and a flush alone", SINGLE, timed(lambda: bare_commits(folder))),
            (
                f"append, {BATCH:,} at a time",
                given.records,
                timed(lambda: build(chain, given.records)),
            ),
        ]
        found = []
        lines.append(
            (
                "verify",
                given.records + SINGLE,
                timed(lambda: found.append(verify(database, folder / "record", key))),
            )
        )
        lines.append(
            ("  reading the rows alone", given.records + SINGLE, timed(lambda: read_only(database)))
        )
        texts, size = sample(database)
        lines.append(
            (
                f"  SHA-256 of the same {size:.0f} bytes alone",
                len(texts),
                timed(lambda: bare_hashes(texts)),
            )
        )
        database.close()
    verdict = found[0]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {database.dialect}")
    print(f"{'':42} {'records':>10} {'seconds':>9} {'records/s':>10} {'CPU s':>8}")
    for what, count, (seconds, own) in lines:
        print(f"{what:42} {count:>10,} {seconds:>9.2f} {count / seconds:>10,.0f} {own:>8.2f}")
    print(
        f"verdict: {'whole' if verdict.ok else verdict.finding}, {verdict.checkpoints:,} signatures checked"
    )


if __name__ == "__main__":
    main()
