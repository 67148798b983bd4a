"""Transfers held against the lists as they come in, stored reads of a period, and what differs on a hit."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hotlist_town import Town
from world import local

from workbench.errors import BadInput, Refused
from workbench.hotlists import runs
from workbench.hotlists.differences import word_of
from workbench.models import Window
from workbench.records.hotlist_tables import hits, hot_list_matches

TownOf = Callable[..., Town]
DAY = {"start": "2026-03-02 00:00", "end": "2026-03-03 00:00"}


def said(town: Town, number: int, standing: str) -> list[str]:
    view = town.lists.show(town.as_("hale"), number)
    return [point.words for point in view.points if point.standing == standing]


def registered(town: Town) -> list[tuple[Any, ...]]:
    with town.service.database.read() as connection:
        rows = connection.execute(sa.select(hot_list_matches).order_by(hot_list_matches.c.id))
        return [(row.status, row.reads, row.hits, row.tries, row.error) for row in rows]


def fails(*_given: object, **_named: object) -> Any:
    raise RuntimeError("7ABX123 broke it")


def test_without_a_list_nothing_is_matched_and_nothing_made(town: Town) -> None:
    result = town.seen("7ABX123")
    assert (result.hits, result.matching) == (None, "")
    assert registered(town) == []


def test_a_transfer_raises_its_hits_as_it_comes_in(town: Town) -> None:
    town.listed()
    result = town.seen("7ABX123", "1AAA111", "5XYZ100", "7ABX123")
    assert (result.accepted, result.hits, result.matching) == (4, 3, "complete")
    assert registered(town) == [("complete", 4, 3, 1, "")]
    assert [hit["status"] for hit in town.lists.hits(town.as_("dana"))] == ["raised"] * 3


def test_a_failure_of_matching_loses_no_read_and_the_next_transfer_makes_up_for_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.listed()
    with monkeypatch.context() as broken:
        broken.setattr(runs, "match", fails)
        result = town.seen("7ABX123")
    assert (result.accepted, result.status, result.hits, result.matching) == (
        1,
        "complete",
        0,
        "failed",
    )
    assert registered(town) == [("failed", 0, 0, 1, "RuntimeError")]
    line = town.record(action="hotlist.match")[-1]
    assert (line.outcome, line.detail) == ("failed", "RuntimeError")
    assert "7ABX123" not in str(tuple(line))
    result = town.seen("1AAA111")
    assert (result.hits, result.matching) == (0, "complete")
    assert [row[:4] for row in registered(town)] == [("complete", 1, 1, 2), ("complete", 1, 0, 1)]
    assert len(town.lists.hits(town.as_("dana"))) == 1


def test_what_fails_again_and_again_waits_for_somebody_to_ask(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.listed()
    with monkeypatch.context() as broken:
        broken.setattr(runs, "match", fails)
        for _ in range(5):
            town.seen("7ABX123")
    tries = [row[3] for row in registered(town)]
    assert tries == [3, 3, 3, 2, 1]
    assert [run.status for run in town.lists.match_pending(town.as_("ruiz"))] == ["complete"] * 5
    assert len(town.lists.hits(town.as_("dana"))) == 5
    assert town.lists.match_pending(town.as_("ruiz")) == []


def test_a_process_that_is_killed_while_it_matches_is_made_up_for(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.listed()

    def killed(*_given: object, **_named: object) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(runs, "match", killed)
        with pytest.raises(KeyboardInterrupt):
            town.seen("7ABX123")
    assert registered(town) == [("running", 0, 0, 1, "")]
    town.seen("1AAA111")
    assert [row[0] for row in registered(town)] == ["complete", "complete"]
    assert len(town.lists.hits(town.as_("dana"))) == 1


def test_hits_of_a_matching_that_was_killed_are_on_the_record_once_it_is_made_up_for(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.listed()

    def killed(*_given: object, **_named: object) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(runs.Matching, "_over", killed)
        with pytest.raises(KeyboardInterrupt):
            town.seen("7ABX123", "5XYZ100")
    raised = sorted(hit["id"] for hit in town.lists.hits(town.as_("dana")))
    assert (len(raised), town.record(action="hotlist.match")) == (2, [])
    (left,) = town.lists.matching.pending()
    with monkeypatch.context() as broken:  # nothing is over before it is on the record
        broken.setattr(town.service.chain, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            town.lists._match_transfer(town.service.session(town.as_("ruiz")), left)
    assert [row[0] for row in registered(town)] == ["running"]
    town.seen("1AAA111")
    assert [row[:3] for row in registered(town)] == [("complete", 2, 2), ("complete", 1, 0)]
    line = town.record(action="hotlist.match")[0]
    said = json.loads(line.elements)
    assert (line.rows, said["transfer"], said["hits"]) == (2, left, f"{raised[0]}-{raised[1]}")


def test_stored_reads_are_matched_for_a_case_and_on_the_record(town: Town) -> None:
    town.made()
    town.seen("7ABX123", "5XYZ100")
    town.listed()
    moss = town.as_("moss")
    with pytest.raises(Refused):
        town.lists.match(moss, grounds=town.grounds(purpose="curiosity"), **DAY)
    with pytest.raises(Refused):
        town.lists.match(town.as_("dana"), grounds=town.grounds(), **DAY)
    with pytest.raises(Refused, match="longer than"):
        town.lists.match(
            moss, start="2020-01-01 00:00", end="2026-03-02 00:00", grounds=town.grounds()
        )
    with pytest.raises(BadInput, match="no hot list"):
        town.lists.match(moss, grounds=town.grounds(), codes=["other"], **DAY)
    run = town.lists.match(moss, grounds=town.grounds(), **DAY)
    assert (run.reads, len(run.hits), run.lists) == (2, 2, ("svs",))
    intent, outcome = town.record(action="hotlist.match", username="moss")[-2:]
    assert (intent.phase, outcome.phase, outcome.rows) == ("intent", "outcome", 2)
    assert (intent.case_number, intent.purpose, intent.automatic) == (
        town.case_number,
        "homicide",
        0,
    )
    assert town.lists.match(moss, grounds=town.grounds(), **DAY).hits == ()  # none is raised twice


def test_the_same_read_is_a_hit_again_where_it_is_listed_for_another_reason(town: Town) -> None:
    town.listed("7ABX123;CA;Stolen;;;;N1;;;")
    first = town.hit()
    town.lists.rule_out(town.as_("dana"), first, outcome="misread", saw="image")
    town.lists.close(town.as_("dana"), first, disposition="wrong-plate")
    town.listed("7ABX123;CA;Stolen;;;;N1;;;", "7ABX123;CA;Felony;;;;N2;;;")
    run = town.lists.match(town.as_("moss"), grounds=town.grounds(), **DAY)
    assert len(run.hits) == 1
    view = town.lists.show(town.as_("moss"), run.hits[0])
    assert [entry.reference for entry in view.entries] == ["N1", "N2"]


def test_reads_past_what_the_policy_keeps_are_not_matched(town_of: TownOf) -> None:
    town = town_of("clinton-ut")
    town.made()
    town.seen("7ABX123")
    town.listed()
    town.clock.forward(days=-1)
    matching = town.lists.matching
    window = Window(local(DAY["start"]), local(DAY["end"]))
    town.clock.forward(days=300)  # nobody could log in by now: past the policy, below the decision
    assert matching.window(window, by="moss").hits == ()
    town.clock.forward(days=-299)
    assert len(matching.window(window, by="moss").hits) == 1


@pytest.mark.parametrize(
    ("row", "read", "words"),
    [
        ("7ABX123;NV;Stolen;;;;;;;", {"region": "us-ca"}, "state: the list says NV, the read says CA"),
        ("7ABX123;CA;Stolen;;BLK;;;;;", {"color": "white"}, "color: the list says black (BLK), the read says white"),
    ],
)  # fmt: skip
def test_another_state_or_vehicle_is_a_hit_that_says_so(
    town: Town, row: str, read: dict[str, str], words: str
) -> None:
    town.listed(row)
    number = town.hit(**read)
    assert words in said(town, number, "differs")


def test_what_one_side_does_not_know_is_said_too(town: Town) -> None:
    town.listed("7ABX123;;Stolen;;BLK;;;;;")
    number = town.hit(color="")
    assert "state: the list says nothing, the read says CA" in said(town, number, "unknown")
    assert "color: the list says BLK, the read says nothing" in said(town, number, "unknown")
    assert said(town, number, "differs") == []


def test_how_old_list_read_and_entry_are_is_shown_with_every_hit(town: Town) -> None:
    town.listed("7ABX123;CA;Stolen;;;;;;2026-03-20;", as_of="2026-03-01 06:00")
    number = town.hit()
    old = "the list svs is as of 2026-03-01 06:00, 40 hours ago: older than the 24 hours that it may be"
    assert old in said(town, number, "warns")
    town.listed(as_of="2026-03-02 20:00")
    assert "the list svs is as of 2026-03-02 20:00, 2 hours ago" in said(town, number, "agrees")
    town.later(days=3)
    assert any("the read is 3 days old" in words for words in said(town, number, "warns"))
    town.later(days=20)
    assert any("the entry has expired" in words for words in said(town, number, "warns"))


def test_an_entry_that_is_not_in_effect_raises_nothing(town: Town) -> None:
    header = "PlateNumber;Category;PlateState;EffectiveDate;ExpiryDate"
    path = town.file("7ABX123;Stolen;CA;2026-03-05;2026-03-20", header=header)
    town.made()
    town.lists.import_file(town.as_("ruiz"), path, "svs")
    assert town.seen("7ABX123").hits == 0
    town.later(days=4)
    run = town.lists.match(town.as_("moss"), grounds=town.grounds(), **DAY)
    assert len(run.hits) == 1
    assert any(
        "before the entry took effect" in words for words in said(town, run.hits[0], "warns")
    )


def test_a_near_miss_is_marked_as_such_with_its_probability(town: Town) -> None:
    town.listed()
    number = town.hit("7A8X123", score=0.9)
    (listed,) = town.lists.hits(town.as_("dana"))
    assert listed["near"]
    assert 0.02 < listed["probability"] < 0.5
    (words,) = [each for each in said(town, number, "differs") if each.startswith("plate")]
    assert "a near miss" in words
    assert "the list says 7ABX123, the read says 7A8X123" in words
    town.made("exact", near_from=None)
    town.listed(code="exact")
    assert town.seen("7A8X123").hits == 1  # of the other list


def test_a_hit_of_a_mobile_reader_takes_the_mobile_path(town_of: TownOf) -> None:
    town = town_of("claremont-ca")
    town.listed()
    view = town.lists.show(town.as_("dana"), town.hit(camera="M1"))
    assert view.path == "mobile"
    assert [step.step for step in view.steps] == ["rule-out", "confirm"]


def test_hits_keep_their_numbers_for_themselves(town: Town) -> None:
    town.listed()
    first = town.hit()
    with town.service.database.write() as connection:
        connection.execute(hits.delete())
    assert town.hit() > first  # the record speaks of the first one for ever


def test_a_hit_is_shown_with_its_read_as_it_was_before_a_step_of_a_purge_or_after_it(
    town: Town,
) -> None:
    town.listed()
    number, dana, told = town.hit(), town.as_("dana"), []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if " reads" in statement:
            told.append(statement)

    engine = town.service.database.engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    assert town.lists.show(dana, number).read is not None
    sa.event.remove(engine, "before_cursor_execute", hear)
    locks = [each.startswith("LOCK TABLE reads") for each in told]
    assert locks[0] == (engine.dialect.name == "postgresql")  # before the snapshot begins
    assert not all(locks)


def test_a_hit_whose_read_is_gone_still_shows_what_was_listed(town: Town) -> None:
    town.listed()
    number = town.hit()
    with town.service.database.write() as connection:
        connection.execute(sa.text("DELETE FROM reads"))
    view = town.lists.show(town.as_("dana"), number)
    assert view.read is None
    assert view.entries[0].plate == "7ABX123"


@pytest.mark.parametrize(
    ("name", "listed", "seen"),
    [
        ("make", "TOYT", "Toyota"), ("make", "CHEV", "chevy"), ("color", "GRY", "grey"), ("color", "WHI/BLK", "white"),
        ("body", "4D", "sedan"), ("body", "PK", "pickup truck"), ("model", "F-150", "f150"),
    ],
)  # fmt: skip
def test_codes_and_words_of_the_same_thing_agree(name: str, listed: str, seen: str) -> None:
    assert word_of(name, listed) == word_of(name, seen)
