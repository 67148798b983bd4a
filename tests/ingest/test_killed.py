"""A process that is killed in the middle of a transfer: the next one loses nothing and doubles nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from transfer_files import GROUPS, NOW, Desk, passages

from workbench.ingest.transfers import recover

ROWS = 1200
LOADER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import transfer_files
from workbench.ingest.formats import base
from workbench.ingest import loading
base.BATCH_ROWS = loading.WRITE_ROWS = 50
from workbench.models import Member
from workbench.ingest.transfers import receive
from workbench.records.database import Database
from workbench.settings import Settings

home, file, url = Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
settings = Settings(home=home, agency="Santa Lucera PD", profile="clovis-ca", timezone="America/Los_Angeles")
member = Member(1, "ito", "Ito", "Santa Lucera PD", "person", frozenset(), True)
print("ready", flush=True)
sys.stdin.readline()
receive(
    Database.open(url), file, member=member, settings=settings, clock=lambda: transfer_files.NOW,
    progress=lambda done, total, rows: print(rows, flush=True),
)
print("done", flush=True)
"""


def start(desk: Desk, file: Path) -> subprocess.Popen[str]:
    here = str(Path(__file__).parent)
    url = str(desk.database.engine.url)
    command = [sys.executable, "-c", LOADER, here, str(desk.settings.home), str(file), url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill_after(process: subprocess.Popen[str], rows: int, more_ms: float) -> bool:
    """Kill a loader once it has dealt with some rows and a little later; tell whether it was still at it."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    for line in process.stdout:
        if line == "done\n" or int(line) >= rows:
            break
    time.sleep(more_ms / 1000)
    os.kill(process.pid, signal.SIGKILL)
    left = process.stdout.read()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    return "done" not in left


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_nothing_is_lost_and_nothing_doubled(desk, tmp_path, seed):
    moment = random.Random(seed)
    desk.receive(GROUPS.write(tmp_path, passages(3, start="2026-01-02 20:00"), name="before"))
    file = GROUPS.write(tmp_path, passages(ROWS), tail="garbage\n")
    process = start(desk, file)
    kill_after(process, moment.randrange(0, ROWS), moment.uniform(0, 30))
    statuses = [row["status"] for row in desk.rows("transfers")]
    assert statuses[0] == "complete"
    assert len(statuses) == 2
    result = desk.receive(file)
    assert (result.accepted, result.rejected) == (ROWS, 1)
    assert result.duplicate == (statuses[1] == "complete")
    reads = desk.rows("reads")
    assert len(reads) == ROWS + 3
    assert len({read["captured_at"] for read in reads}) == ROWS + 3
    assert sum(row["reads"] for row in desk.rows("plates")) == ROWS + 3
    assert sum(row["reads"] for row in desk.rows("camera_days")) == ROWS + 3
    assert [row["status"] for row in desk.rows("transfers")].count("complete") == 2
    assert len(desk.rejects()) == 1


def test_killed_in_the_middle_the_rows_do_not_count_and_recover_takes_them_out(desk, tmp_path):
    process = start(desk, GROUPS.write(tmp_path, passages(ROWS)))
    assert kill_after(process, 400, 0)
    (row,) = desk.rows("transfers")
    assert row["status"] == "loading"
    assert not desk.rows("plates")
    assert not desk.rows("camera_days")
    assert len(desk.rows("reads")) >= 400
    assert recover(desk.database, desk.settings, clock=lambda: NOW) == [row["id"]]
    assert desk.is_untouched()


def test_a_loader_that_is_killed_lets_go_of_its_lock(desk, tmp_path):
    file = GROUPS.write(tmp_path, passages(ROWS))
    kill_after(start(desk, file), 100, 0)
    assert desk.receive(file, wait_s=5).accepted == ROWS
