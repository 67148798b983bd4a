"""A release that is killed at any point rolls back or goes on: nothing is lost, nothing is half given."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from release_desk import ASKED, WORDS, Desk, url

from workbench.custody.releases import Releases
from workbench.custody.sealed_zip import check
from workbench.service import Service

__all__ = ["url"]

POINTS = 25  # on each of the two databases
_WATCHED = (
    "/workbench/custody/",
    "/workbench/audit/",
    "/workbench/queries/",
    "/records/database.py",
)
_ALL = ("request", "review", "approve", "fulfil")


class Steps:
    """The way of one request, taken in a process of its own that dies after a number of lines of our code."""

    def __init__(self, desk: Desk, out: Path) -> None:
        self.desk = desk
        self.out = out
        self.scan = desk.scan(os.urandom(64))  # a letter of its own, so that it can be told apart
        self.tokens = {name: desk.token(name) for name in ("clerk", "chief", "rivera")}

    def run(self, releases: Releases, number: str = "", acts: tuple[str, ...] = _ALL) -> str:
        """Take the steps from wherever the request stands."""
        if "request" in acts:
            number = releases.request(
                self.tokens["clerk"],
                agency="Fresno County Sheriff",
                person="Det. M. Ortega",
                purpose_text=WORDS,
                recipient="law-enforcement",
                scan=self.scan,
                case_number=self.desk.world.case_number,
                purpose="homicide",
                query="query.history",
                parameters=ASKED,
            ).number
        if "review" in acts:
            releases.review(self.tokens["chief"], number)
        if "approve" in acts:
            releases.approve(self.tokens["chief"], number)
        if "fulfil" in acts:
            releases.fulfil(self.tokens["rivera"], number, self.out)
        return number

    def in_child(self, lines: int) -> tuple[int, int]:
        """Run in a forked process; return how it ended and how many lines it had, where it was not killed."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                service = Service.open(self.desk.service.settings.home, clock=self.desk.world.clock)
                counter = _Counter(lines)
                sys.settrace(counter)
                self.run(service.custody.releases)
                sys.settrace(None)
                os.write(writing, str(counter.seen).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        return os.waitpid(child, 0)[1], int(told or 0)


class _Counter:
    """Counts lines of the watched modules and dies at one of them."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.seen = 0

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if not any(part in frame.f_code.co_filename for part in _WATCHED):
            return None
        if event == "line":
            self.seen += 1
            if self.seen == self.last:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


@pytest.fixture
def desk(tmp_path: Path, url: str) -> Desk:
    return Desk(tmp_path, url=url)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_killed_at_random_points_it_rolls_back_or_goes_on(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    desk.service.database.close()  # a fork must not share a connection
    ended, lines = Steps(desk, out).in_child(lines=-1)
    assert (ended, lines > 300) == (0, True)
    chosen = random.Random(462).sample(range(1, lines), POINTS)
    releases = desk.service.custody.releases
    found: list[str] = []
    for point in chosen:
        steps = Steps(desk, out)
        known = {each.number for each in releases.list(desk.token("chief"))}
        desk.service.database.close()
        ended, _ = steps.in_child(point)
        assert os.WTERMSIG(ended) == signal.SIGKILL, point
        fresh = [each for each in releases.list(desk.token("chief")) if each.number not in known]
        state = fresh[0].state if fresh else "none"
        found.append(state)
        assert len(fresh) <= 1
        assert state in ("none", "requested", "under review", "approved", "fulfilled"), point
        number = fresh[0].number if fresh else ""
        if state != "fulfilled":  # nothing was given before the request was closed
            assert not (out / f"{number}.zip").exists()
        waiting = desk.service.settings.home / "releases" / f"{number}.zip"
        if state == "fulfilled" and not waiting.exists():
            assert (out / f"{number}.zip").exists(), point
            continue
        after = {"none": 0, "requested": 1, "under review": 2, "approved": 3, "fulfilled": 3}
        number = steps.run(releases, number, _ALL[after[state] :])
        done = releases.show(desk.token("chief"), number)
        acts = [step.act for step in done.steps if step.act != "hand-over"]
        assert acts == ["request", "review", "approve", "fulfil"], point
        assert check(out / f"{number}.zip", desk.service.key).whole, point
        assert not waiting.with_name(f"{number}.zip").exists()
    assert {"none", "approved"} <= set(found)  # the points lie all along the way
    home = desk.service.settings.home
    assert not [path for path in home.rglob("*.part") if "releases" in path.parts]
    assert not list(out.rglob("*.part"))
    assert desk.service.audit_verify().ok
    desk.service.close()
