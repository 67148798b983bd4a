"""A query that its member cancels: on the record as asked and failed, and nothing is shown of it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from world import REASON, SCENE, World

from workbench.cancelling import Cancellation
from workbench.errors import Cancelled

WINDOW = {"start": "2026-03-02 21:00", "end": "2026-03-02 22:00"}


def town(tmp_path: Path) -> tuple[World, Any]:
    world = World(tmp_path / "home")
    world.camera("C4")
    world.read("7ABX123", camera="C4", at="2026-03-02 21:12")
    case = world.desk().case(world.case_number, purpose="homicide", reason=REASON)
    return world, case


def cancel_at(world: World, stop: Cancellation, word: str) -> None:
    """Cancel as soon as a statement that holds a word begins; from another thread, as a click does."""

    @sa.event.listens_for(world.service.database.engine, "after_cursor_execute")
    def _click(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if word in statement and not stop.cancelled:
            click = threading.Thread(target=stop.cancel)
            click.start()
            click.join()


def test_it_is_recorded_as_cancelled_and_nothing_comes_back(tmp_path: Path) -> None:
    world, case = town(tmp_path)
    stop, shown = Cancellation(), None
    cancel_at(world, stop, "FROM reads")
    with pytest.raises(Cancelled), stop:
        shown = case.canvass(scene=SCENE, radius_m=500, **WINDOW)
    assert shown is None
    intent, outcome = world.record(action="query.canvass")
    assert (intent.phase, intent.reason) == ("intent", REASON)
    assert (outcome.phase, outcome.outcome, outcome.detail) == ("outcome", "failed", "Cancelled")
    assert outcome.access_id == intent.seq
    assert outcome.rows is None


def test_the_next_query_runs(tmp_path: Path) -> None:
    world, case = town(tmp_path)
    stop = Cancellation()
    cancel_at(world, stop, "FROM reads")
    with pytest.raises(Cancelled), stop:
        case.history("7ABX123", **WINDOW)
    assert len(case.history("7ABX123", **WINDOW)) == 1
    assert world.service.audit_verify().ok


def test_a_cancellation_once_all_is_fetched_still_shows_nothing(tmp_path: Path) -> None:
    world, case = town(tmp_path)
    stop = Cancellation()
    whole = world.service.runner._fetch

    def fetch(query: Any) -> Any:
        answer = whole(query)
        stop.cancel()
        return answer

    world.service.runner._fetch = fetch  # type: ignore[method-assign]
    with pytest.raises(Cancelled), stop:
        case.history("7ABX123", **WINDOW)
    assert [line.detail for line in world.record(action="query.history")] == ["", "Cancelled"]
