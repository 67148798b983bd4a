"""Callbacks do not fail unseen; long work shows how far it is, can be stopped, and is shown to whoever asked."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from world import REASON, World

from workbench.cancelling import check
from workbench.client import Door
from workbench.errors import BadInput, NotLoggedIn, Refused
from workbench.widgets.desk import Desk
from workbench.widgets.status import Status
from workbench.widgets.work import Worker, guarded

PATIENCE_S = 20.0


@pytest.fixture
def town(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def desk_of(world: World) -> Desk:
    return Desk.of(world.desk().case(world.case_number, purpose="homicide", reason=REASON))


def raising(error: BaseException) -> Any:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_a_refusal_shows_clause_and_remedy(town: World) -> None:
    status = Status()
    refusal = Refused("No.", clause="462.5", citation="Policy 462.5", remedy="Ask a supervisor.")
    guarded(raising(refusal), panel="the canvass", desk=desk_of(town), status=status)()
    for words in ("No.", "Policy 462.5", "Ask a supervisor."):
        assert words in status.html
    assert town.record(action="desk.failed") == []


def test_a_failure_shows_its_next_step(town: World) -> None:
    status = Status()
    guarded(
        raising(BadInput("No radius.", "Give one.")),
        panel="the map",
        desk=desk_of(town),
        status=status,
    )()
    assert "No radius." in status.html
    assert "Give one." in status.html


def test_what_nobody_foresaw_is_told_by_type_alone_and_recorded(town: World) -> None:
    status = Status()
    guarded(raising(KeyError("7ABC123")), panel="the canvass", desk=desk_of(town), status=status)()
    assert "Something went wrong in the canvass (KeyError)" in status.html
    assert "7ABC123" not in status.html
    (line,) = town.record(action="desk.failed")
    assert (line.outcome, line.detail, line.username) == ("failed", "KeyError", "rivera")
    assert "7ABC123" not in str(line)


def test_what_nobody_foresaw_is_recorded_before_anybody_is_logged_in(town: World) -> None:
    desk, status = Desk(), Status()
    fail = guarded(raising(KeyError("7ABC123")), panel="the log in", desk=desk, status=status)
    fail()
    assert "could not be put on the record" in status.html
    desk.door = Door(town.service)
    fail()
    assert "It is on the record." in status.html
    (line,) = town.record(action="desk.failed")
    assert (line.detail, line.username) == ("KeyError", "")


def test_a_message_is_escaped() -> None:
    status = Status()
    guarded(raising(BadInput("<script>x</script>")), panel="the map", status=status)()
    assert "<script>" not in status.html
    assert "&lt;script&gt;" in status.html


def test_a_session_that_has_ended_locks_the_desk(town: World) -> None:
    desk, status = desk_of(town), Status()
    town.clock.forward(minutes=town.service.profile.accounts.idle_minutes)
    guarded(desk.case.bench.touch, panel="x", desk=desk, status=status)()
    assert desk.locked
    assert "idle" in desk.why_locked
    assert "Your session has ended" in status.html


def test_the_end_of_an_older_session_does_not_lock_the_desk(town: World) -> None:
    desk = desk_of(town)
    guarded(raising(NotLoggedIn("Your session has ended.")), panel="x", desk=desk)()
    assert not desk.locked


def test_what_happens_by_itself_does_not_keep_the_session(town: World) -> None:
    desk = desk_of(town)
    town.clock.forward(minutes=5)
    left = desk.bench.time_left()
    guarded(lambda: None, panel="the trail", desk=desk, counts=False)()
    assert desk.bench.time_left() == left
    guarded(lambda: None, panel="the trail", desk=desk)()
    assert desk.bench.time_left() > left


def test_the_result_comes_and_the_status_is_empty(town: World) -> None:
    status, got = Status(), []
    worker = Worker(panel="the canvass", desk=desk_of(town), status=status)
    worker.start("Searching", lambda a, *, b: a + b, 2, b=3, then=got.append)
    assert worker.wait(PATIENCE_S)
    assert got == [5]
    assert status.html == ""
    assert not worker.running


def test_the_result_comes_on_the_loop_that_started_it(town: World) -> None:
    threads: list[int] = []

    async def run() -> None:
        worker = Worker(panel="the canvass", desk=desk_of(town))
        done = asyncio.Event()

        def then(_: object) -> None:
            threads.append(threading.get_ident())
            done.set()

        worker.start("Searching", threading.get_ident, then=then)
        await asyncio.wait_for(done.wait(), PATIENCE_S)

    asyncio.run(run())
    assert threads == [threading.get_ident()]


def test_an_error_in_the_work_is_shown_and_the_desk_stays_usable(town: World) -> None:
    status, failed, got = Status(), [], []
    worker = Worker(panel="the canvass", desk=desk_of(town), status=status)
    worker.start("Searching", raising(ValueError("7ABC123")), then=got.append, failed=failed.append)
    assert worker.wait(PATIENCE_S)
    assert "ValueError" in status.html
    assert "7ABC123" not in status.html
    assert [type(error) for error in failed] == [ValueError]
    assert len(town.record(action="desk.failed")) == 1
    worker.start("Searching", lambda: 1, then=got.append)
    assert worker.wait(PATIENCE_S)
    assert got == [1]


def test_an_error_in_showing_the_result_is_shown_too(town: World) -> None:
    status = Status()
    worker = Worker(panel="the canvass", desk=desk_of(town), status=status)
    worker.start("Searching", lambda: 1, then=raising(ZeroDivisionError()))
    assert worker.wait(PATIENCE_S)
    assert "ZeroDivisionError" in status.html


class Slow:
    """Work that goes on until it is stopped, or let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        while not self.let_go.wait(0.01):
            check()
        return "slow"


def test_cancelled_work_ends_and_shows_nothing(town: World) -> None:
    status, got = Status(), []
    worker, slow = Worker(panel="the canvass", desk=desk_of(town), status=status), Slow()
    worker.start("Searching", slow, then=got.append)
    assert slow.begun.wait(PATIENCE_S)
    assert worker.running
    worker.cancel()
    assert worker.wait(PATIENCE_S)
    assert got == []
    assert "Cancelled." in status.html


def test_work_under_way_shows_a_bar_and_cancel_stops_it(town: World) -> None:
    status, shown = Status(), threading.Event()
    worker, slow = Worker(panel="the canvass", desk=desk_of(town), status=status), Slow()
    status.observe(lambda _: shown.set(), "children")
    worker.start("Searching", slow, then=raising(AssertionError("shown")))
    assert shown.wait(PATIENCE_S)
    assert status.busy
    assert "Searching" in status.html
    assert "progressbar" in status.html
    status._cancel.click()
    assert worker.wait(PATIENCE_S)
    assert not status.busy


def test_a_result_that_comes_after_a_cancellation_is_dropped(town: World) -> None:
    """Work that does not listen: it ends in its own time, and its result is not shown."""
    begun, go, got = threading.Event(), threading.Event(), []

    def deaf() -> int:
        begun.set()
        go.wait(PATIENCE_S)
        return 1

    worker = Worker(panel="the canvass", desk=desk_of(town))
    worker.start("Searching", deaf, then=got.append)
    assert begun.wait(PATIENCE_S)
    worker.cancel()
    go.set()
    assert worker.wait(PATIENCE_S)
    assert got == []


def test_newer_work_takes_the_place_of_older(town: World) -> None:
    got: list[str] = []
    worker, slow = Worker(panel="the canvass", desk=desk_of(town)), Slow()
    worker.start("Searching", slow, then=got.append)
    assert slow.begun.wait(PATIENCE_S)
    worker.start("Searching", lambda: "new", then=got.append)
    assert worker.wait(PATIENCE_S)
    assert got == ["new"]


def test_work_begun_for_one_member_is_not_shown_to_the_next(town: World) -> None:
    desk, got, status, shown = desk_of(town), [], Status(), threading.Event()
    worker, slow = Worker(panel="the canvass", desk=desk, status=status), Slow()
    status.observe(lambda _: shown.set(), "children")
    worker.start("Searching", slow, then=got.append)
    assert slow.begun.wait(PATIENCE_S)
    assert shown.wait(PATIENCE_S)
    desk.clear()
    slow.let_go.set()
    assert worker.wait(PATIENCE_S)
    assert got == []
    assert not status.busy


def test_how_far_the_work_is(town: World) -> None:
    status, seen, go = Status(), threading.Event(), threading.Event()
    worker = Worker(panel="the report", desk=desk_of(town), status=status)

    def work() -> None:
        worker.progress("Drawing the map", 3, 4)
        go.wait(PATIENCE_S)

    status._text.observe(
        lambda change: seen.set() if 'aria-valuenow="75"' in change["new"] else None, "value"
    )
    worker.start("Writing", work, then=lambda _: None)
    assert seen.wait(PATIENCE_S)
    assert "Drawing the map" in status.html
    go.set()
    assert worker.wait(PATIENCE_S)
