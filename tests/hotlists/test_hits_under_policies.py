"""Hits in a whole workbench under each of the five policies: what each text asks, carried out and on the record."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hotlist_town import FIVE, Town, under

from workbench.errors import BadInput, Refused
from workbench.hotlists.page import as_html, as_text

TownOf = Callable[..., Town]
NOW = "2026-03-02 21:59"


def confirm(town: Town, number: int, by: str = "dana", **said: Any) -> Any:
    given = {"outcome": "current", "at": NOW, "reference": "8842-1", **said}
    return town.lists.confirm(town.as_(by), number, **given)


@pytest.mark.parametrize(
    "name",
    under(
        ("clovis-ca", "piedmont-ca", "clinton-ut"),
        clovis=("462.3(f)",),
        piedmont=("438.3(f)",),
        clinton=("426.2(e)",),
    ),
)
def test_hit_is_verified_before_anything_is_done_if_that_is_practicable(
    town_of: TownOf, name: str
) -> None:
    town = town_of(name)
    town.listed()
    number = town.hit()
    lists, moss = town.lists, town.as_("moss")
    with pytest.raises(Refused, match="not the next one"):  # not before somebody has looked
        confirm(town, number, by="moss")
    with pytest.raises(Refused, match="cannot be closed as correct"):
        lists.close(moss, number, disposition="correct", closing="acted-on")
    lists.rule_out(moss, number, outcome="right", saw="image")
    with pytest.raises(Refused, match="cannot be closed as correct") as refused:
        lists.close(moss, number, disposition="correct", closing="acted-on")
    clause = {"clovis-ca": "462.3(f)", "piedmont-ca": "438.3(f)", "clinton-ut": "426.2(e)"}[name]
    assert refused.value.clause == clause
    assert clause in refused.value.citation
    done = confirm(town, number, by="moss")
    assert done.acts[-1].said["database"] == town.service.profile.state_database.name
    lists.close(moss, number, disposition="correct", closing="acted-on")
    second = town.hit("5XYZ100")
    lists.rule_out(moss, second, outcome="right", saw="plate")
    with pytest.raises(BadInput, match="not said why"):
        lists.confirm(moss, second, outcome="impracticable", why="no")
    left = lists.confirm(
        moss, second, outcome="impracticable", why="Radio down, vehicle fleeing at speed"
    )
    assert left.plan.status == "not confirmed"  # said, and by whom: not passed over
    assert left.acts[-1].said["why"].startswith("Radio down")


@pytest.mark.clause("claremont-ca:820.8[5]", "claremont-ca:820.8[6]")
def test_hit_of_a_fixed_reader_in_claremont_goes_through_the_dispatcher(town_of: TownOf) -> None:
    town = town_of("claremont-ca")
    town.listed()
    number = town.hit(camera="C4")
    lists, dana, moss = town.lists, town.as_("dana"), town.as_("moss")
    with pytest.raises(Refused, match="not for your role") as refused:
        lists.rule_out(moss, number, outcome="right", saw="image")
    assert refused.value.clause == "820.8[5]"
    with pytest.raises(
        Refused, match="not the next one"
    ):  # nothing goes on the air before a misread is ruled out
        lists.broadcast(dana, number)
    assert (
        lists.rule_out(dana, number, outcome="right", saw="image").plan.to_do == "broadcast the hit"
    )
    with pytest.raises(Refused, match="not the next one"):  # first to patrol, then to CLETS
        confirm(town, number)
    lists.broadcast(dana, number)
    with pytest.raises(Refused, match="no exception"):
        lists.confirm(dana, number, outcome="impracticable", why="The terminal was down then")
    confirm(town, number)
    with pytest.raises(
        Refused, match="cannot be closed"
    ):  # officers have not heard what CLETS said
        lists.close(dana, number, disposition="correct", closing="acted-on")
    lists.broadcast(dana, number)
    assert (
        lists.close(dana, number, disposition="correct", closing="acted-on").plan.closed
        == "correct"
    )
    with pytest.raises(Refused):
        lists.broadcast(dana, number)
    lines = [
        line
        for line in town.record(username="dana", outcome="ok", phase="event")
        if line.action.startswith("hit.")
    ]
    steps = [json.loads(line.elements)["step"] for line in lines]
    assert steps == ["rule-out", "broadcast", "confirm", "announce", "close"]
    assert [line.clause for line in lines][:4] == ["820.8[5]", "820.8[5]", "820.8[6]", "820.8[6]"]


@pytest.mark.clause("claremont-ca:820.8[7]")
def test_hit_of_a_mobile_reader_in_claremont_is_verified_on_the_vehicle_and_through_clets(
    town_of: TownOf,
) -> None:
    town = town_of("claremont-ca")
    town.listed()
    number = town.hit(camera="M1")
    lists, moss = town.lists, town.as_("moss")
    with pytest.raises(Refused, match="the plate on the vehicle itself") as refused:
        lists.rule_out(moss, number, outcome="right", saw="image")
    assert refused.value.clause == "820.8[7]"
    lists.rule_out(moss, number, outcome="right", saw="plate")
    with pytest.raises(Refused, match="no exception"):
        lists.confirm(moss, number, outcome="impracticable", why="The terminal was down then")
    confirm(town, number, by="dana")  # unless already confirmed by communications
    lists.close(moss, number, disposition="correct", closing="acted-on")


@pytest.mark.clause("seal-beach-ca:OPERATION(f)")
def test_hit_in_seal_beach_is_confirmed_through_dispatch_and_the_vehicle_located(
    town_of: TownOf,
) -> None:
    town = town_of("seal-beach-ca")
    town.listed()
    number = town.hit()
    lists, moss = town.lists, town.as_("moss")
    lists.rule_out(moss, number, outcome="right", saw="plate")
    with pytest.raises(Refused, match="through dispatch"):
        confirm(town, number, by="moss")
    confirm(town, number, by="moss", dispatcher="D. Okonjo, position 2")
    with pytest.raises(Refused, match="before the vehicle is found to match"):
        lists.close(moss, number, disposition="correct", closing="acted-on")
    lists.locate(moss, number, outcome="matches", at=NOW, note="same color, same plate")
    lists.close(moss, number, disposition="correct", closing="acted-on")
    other = town.hit("5XYZ100")
    lists.rule_out(moss, other, outcome="right", saw="plate")
    confirm(town, other)  # a dispatcher's own check names nobody else
    lists.locate(moss, other, outcome="differs", at=NOW)
    with pytest.raises(Refused):
        lists.close(moss, other, disposition="correct", closing="acted-on")
    lists.close(moss, other, disposition="wrong-plate")


@pytest.mark.clause("claremont-ca:820.8[4]")
def test_hits_of_either_kind_show_in_the_communications_center_at_once(town_of: TownOf) -> None:
    town = town_of("claremont-ca")
    town.listed()
    assert town.seen("7ABX123", camera="C4").hits == 1
    assert town.seen("5XYZ100", camera="M1").hits == 1
    queue = town.lists.hits(town.as_("dana"))
    assert [(hit["path"], hit["status"]) for hit in queue] == [
        ("mobile", "raised"),
        ("fixed", "raised"),
    ]
    assert town.lists.hits(town.as_("moss")) == queue
    for hit in queue:
        assert town.lists.show(town.as_("dana"), hit["id"]).read is not None


@pytest.mark.clause("claremont-ca:820.2[7]")
def test_lists_correlate_what_is_registered_with_what_is_read_on_the_record(
    town_of: TownOf,
) -> None:
    town = town_of("claremont-ca")
    done = town.listed()
    assert (done.added, done.entries) == (2, 2)
    view = town.lists.show(town.as_("dana"), town.hit())
    assert view.entries[0].vin == "VIN4T1BE32K25U056382"
    assert dict(view.entries[0].other) == {"Informant": "Jessamy Quill"}
    brought = town.record(action="hotlist.import", phase="outcome")[-1]
    assert (brought.username, brought.rows) == ("ruiz", 2)
    assert done.sha256 in brought.detail
    matched = town.record(action="hotlist.match")[-1]
    assert (matched.outcome, matched.rows, matched.automatic) == ("ok", 1, 1)
    shown = town.record(action="hit.show", phase="intent")[-1]
    assert (shown.username, shown.purpose) == ("dana", "stolen-vehicle")


@pytest.mark.parametrize("name", FIVE)
def test_what_is_shown_and_printed_says_that_a_hit_is_no_grounds_for_a_stop(
    town_of: TownOf, name: str
) -> None:
    town = town_of(name)
    town.listed()
    view = town.lists.show(town.as_("dana"), town.hit())
    notice = " ".join(town.service.profile.state_database.notice.split())
    page, text = as_html(view), as_text(view)
    for shown in (page, text):
        assert "not by itself grounds for a stop" in shown
        assert notice in shown
        assert "7ABX123" in shown
    assert "://" not in page
    assert "<script" not in page
    for step in town.service.profile.hit_steps("fixed"):
        assert step.what in text


@pytest.mark.parametrize("name", FIVE)
def test_nobody_untrained_and_no_administrator_sees_a_hit(town_of: TownOf, name: str) -> None:
    town = town_of(name)
    town.listed()
    number = town.hit()
    town.member("green", "dispatcher", without=("training",))
    for username in ("green", "ruiz"):
        for act in (
            lambda token: town.lists.show(token, number),
            lambda token: town.lists.rule_out(token, number, outcome="right", saw="image"),
            lambda token: town.lists.close(
                token, number, disposition="dismissed", note="no reason at all"
            ),
        ):
            with pytest.raises(Refused):
                act(town.as_(username))
    refused = town.record(username="green", action="hit.show", outcome="refused")
    assert refused[-1].clause


def test_a_closed_hit_is_seen_for_a_case_alone(town: Town) -> None:
    town.listed()
    number = town.hit()
    moss = town.as_("moss")
    assert town.lists.show(moss, number).hit == number  # an open hit is its own ground
    town.lists.show(moss, number, town.grounds(case_number="26-99999", purpose="curiosity"))
    for line in town.record(action="hit.show", phase="intent"):  # nothing that nobody checked
        assert (line.case_number, line.purpose) == ("", "stolen-vehicle")
    town.lists.rule_out(moss, number, outcome="misread", saw="image")
    town.lists.close(moss, number, disposition="wrong-plate")
    with pytest.raises(Refused, match="No case, purpose and reason"):
        town.lists.show(moss, number)
    with pytest.raises(Refused):
        town.lists.show(moss, number, town.grounds(purpose="curiosity"))
    view = town.lists.show(moss, number, town.grounds())
    assert view.disposition == "wrong-plate"
    lines = town.record(action="hit.review")
    assert [line.outcome for line in lines if line.phase == "event"] == ["refused", "refused"]
    assert lines[-1].case_number == town.case_number


@pytest.mark.clause("clinton-ut:426.3[6]")
def test_hit_of_a_read_past_its_longest_time_is_shown_no_longer(town_of: TownOf) -> None:
    town = town_of("clinton-ut")
    town.listed()
    number = town.hit(at="2025-06-03 21:10")
    assert town.lists.show(town.as_("moss"), number).hit == number
    town.later(days=3)
    with pytest.raises(Refused, match="past the 9 months") as refusal:
        town.lists.show(town.as_("moss"), number)
    assert refusal.value.citation
    assert [line.outcome for line in town.record(action="hit.show", phase="event")] == ["refused"]


def test_every_step_and_every_refused_try_is_on_the_record_without_what_was_said(
    town: Town,
) -> None:
    town.listed()
    number = town.hit()
    dana = town.as_("dana")
    with pytest.raises(Refused):
        confirm(town, number)
    town.lists.rule_out(dana, number, outcome="right", saw="image", note="compared by Wendeline")
    confirm(town, number, reference="REF-77120")
    with pytest.raises(Refused, match="taken already"):
        confirm(town, number)
    lines = [
        line
        for line in town.record(username="dana")
        if line.action in ("hit.rule-out", "hit.confirm")
    ]
    assert [(line.action, line.outcome) for line in lines] == [
        ("hit.confirm", "refused"),
        ("hit.rule-out", "ok"),
        ("hit.confirm", "ok"),
        ("hit.confirm", "refused"),
    ]
    for line in lines:
        assert line.clause == "462.3(f)"
        assert json.loads(line.elements)["hit"] == number
        assert "Wendeline" not in str(tuple(line))
        assert "REF-77120" not in str(tuple(line))
    assert len(json.loads(lines[1].elements)["said_sha256"]) == 64
    assert town.service.audit_verify().ok


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"reference": " "}, "time and the reference"),
        ({"at": None}, "time and the reference"),
        ({"at": "2026-03-03 21:00"}, "to come"),
        ({"at": "2026-03-01 21:00"}, "before the read"),
        ({"reference": "x" * 81}, "longer than 80"),
    ],
)
def test_an_attestation_needs_time_and_reference(
    town_of: TownOf, said: dict[str, Any], problem: str
) -> None:
    town = town_of()
    town.listed()
    number = town.hit()
    town.lists.rule_out(town.as_("dana"), number, outcome="right", saw="image")
    with pytest.raises(BadInput, match=problem):
        confirm(town, number, **said)
    assert town.lists.show(town.as_("dana"), number).status == "misread ruled out"


def test_two_who_take_the_same_step_do_not_both_succeed(town: Town) -> None:
    town.listed()
    number = town.hit()
    hits, session = town.lists.hits_kept, town.session(town.as_("dana"))
    stale = hits.get(number)  # both have looked before either acts
    grounds = town.grounds()
    act = {"session": session, "at": town.clock(), "clause": "462.3(f)", "grounds": grounds}
    assert stale.plan.allow("rule-out", "right", session.member.roles)
    hits.act(number, "rule-out", "right", {"saw": "image"}, **act)
    with pytest.raises(Refused, match="taken already"):
        hits.act(number, "rule-out", "misread", {"saw": "image"}, **act)
    assert [done.outcome for done in hits.get(number).acts] == ["right"]


def test_there_is_no_hit_of_a_number_that_nobody_gave(town_of: TownOf) -> None:
    town = town_of()
    with pytest.raises(BadInput, match="no hit of that number"):
        town.lists.show(town.as_("dana"), 99)
