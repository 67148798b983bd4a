"""Eight processes that write at once lose nothing and fork nothing."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from multiprocessing.pool import Pool
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from record_builders import entry, open_chain

from workbench.audit.chain import Entry
from workbench.audit.verify import verify
from workbench.records.database import Database

WRITERS, EACH = 8, 15
_start: list[Barrier] = []


def get_ready(start: Barrier) -> None:
    _start.append(start)


def write(url: str, home: str, writer: int) -> None:
    """Write once all the others are there: so each process takes one task."""
    database = Database.open(url)
    chain = open_chain(database, Path(home))
    _start[0].wait(120)
    for n in range(EACH):
        chain.append(Entry("event", "test", detail=f"{writer}:{n}"))
    database.close()


@pytest.fixture(scope="module")
def processes() -> Iterator[Pool]:
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(WRITERS, get_ready, (spawn.Barrier(WRITERS),)) as pool:
        yield pool


def test_eight_processes_lose_and_fork_nothing(
    database: Database, processes: Pool, tmp_path: Path
) -> None:
    chain = open_chain(database, tmp_path)
    chain.append(entry())
    url = database.engine.url.render_as_string(hide_password=False)
    tasks = [(url, str(tmp_path), writer) for writer in range(WRITERS)]
    processes.starmap_async(write, tasks, chunksize=1).get(240)
    verdict = verify(database, chain.folder, chain.key)
    assert (verdict.ok, verdict.notes) == (True, ())
    assert verdict.records == 1 + WRITERS * EACH
    query = "SELECT detail FROM audit_records WHERE seq > 1 ORDER BY seq"
    with database.read() as connection:
        details = list(connection.exec_driver_sql(query).scalars())
    for writer in range(WRITERS):
        own = [detail for detail in details if detail.startswith(f"{writer}:")]
        assert own == [f"{writer}:{n}" for n in range(EACH)]
    assert set(Counter(details).values()) == {1}
