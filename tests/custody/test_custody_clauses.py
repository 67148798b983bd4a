"""The clauses on retention, purges and holds, each carried out in a whole workbench under its own profile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from custody_town import Town

from workbench.custody.due import due
from workbench.custody.holds import Hold, Holds
from workbench.errors import BadInput, Refused
from workbench.policy.profile import load
from workbench.records.database import Database

TownOf = Callable[..., Town]
UTC = dt.UTC


def under(**clauses: str | tuple[str, ...]) -> list[Any]:
    """Parametrize over profiles, each marked with the clauses that the test proves there."""
    names = {
        "clovis": "clovis-ca", "claremont": "claremont-ca", "piedmont": "piedmont-ca",
        "clinton": "clinton-ut", "seal": "seal-beach-ca",
    }  # fmt: skip
    found = []
    for short, numbers in clauses.items():
        listed = (numbers,) if isinstance(numbers, str) else numbers
        mark = pytest.mark.clause(*(f"{names[short]}:{number}" for number in listed))
        found.append(pytest.param(names[short], marks=[mark], id=names[short]))
    return found


@pytest.fixture
def town_of(tmp_path: Path, sqlite: Database) -> Iterator[TownOf]:
    towns: list[Town] = []

    def of(profile: str, now: str = "2026-03-10 12:00") -> Town:
        towns.append(Town(tmp_path, sqlite, profile=profile, now=now))
        return towns[-1]

    yield of
    for town in towns:
        town.service.close()


MINIMUM = {
    "clovis-ca": ("2025-03-10 00:30", "2025-03-09 23:00"),
    "piedmont-ca": ("2025-03-10 00:30", "2025-03-09 23:00"),
    "seal-beach-ca": ("2025-03-10 00:30", "2025-03-09 23:00"),
    "claremont-ca": ("2024-03-10 12:01", "2024-03-10 11:59"),
}


@pytest.mark.parametrize(
    "name",
    under(clovis="462.4[3]", claremont="820.9[1]", piedmont="438.4[3]", seal="RETENTION[6]"),
)
def test_minimum_is_kept_whoever_asks(town_of: TownOf, name: str) -> None:
    town = town_of(name)
    younger, older = MINIMUM[name]
    town.read("YOUNGER", at=younger)
    town.read("OLDER", at=older)
    order = town.order(through="2026-03-10")  # an order beyond the minimum reaches no further
    town.purge(order)
    assert town.plates() == ["YOUNGER"]
    plan = town.retention.plan(town.login("ruiz"))
    assert plan.due.end <= plan.due.youngest


def test_minimum_holds_on_every_day_of_the_calendar() -> None:
    """No moment of any day makes a read due before its shortest time, or Clinton's stay past nine months and a day."""
    day = dt.datetime(2027, 12, 1, 7, 13, tzinfo=UTC)
    while day < dt.datetime(2029, 3, 3, tzinfo=UTC):
        for name in MINIMUM:
            profile = load(name)
            found = due(profile, day, _zone(name))
            assert found.reads is not None
            assert profile.retention.reads_min is not None
            kept_until = profile.retention.reads_min.after(found.reads.astimezone(_zone(name)))
            assert kept_until <= day
        nine = load("clinton-ut")
        found = due(nine, day, _zone("clinton-ut"))
        assert found.reads is not None
        assert found.overdue is not None
        assert nine.retention.reads_max is not None
        # Whatever is left was captured at found.reads or later, and is not yet nine months old.
        ends = nine.retention.reads_max.after(found.reads.astimezone(_zone("clinton-ut")))
        assert ends >= day
        assert found.reads >= found.overdue
        day += dt.timedelta(hours=31)


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(load(name).agency.timezone)


DUE = {
    "clovis-ca": "2025-03-01 10:00",
    "piedmont-ca": "2025-03-01 10:00",
    "seal-beach-ca": "2025-03-01 10:00",
    "claremont-ca": "2024-03-10 11:00",
    "clinton-ut": "2025-06-10 11:00",
}
PURGE = under(
    clovis="462.4[4]",
    claremont="820.9[2]",
    piedmont="438.4[4]",
    clinton="426.3[6]",
    seal="RETENTION[7]",
)


@pytest.mark.parametrize("name", PURGE)
def test_purge_takes_what_is_past_its_time_with_approvals_and_a_record(
    town_of: TownOf, name: str
) -> None:
    town = town_of(name)
    town.read("GONE99", at=DUE[name])
    town.read("STAYS1", at="2026-02-20 10:00")
    order = town.order(approved=False)
    with pytest.raises(Refused) as refused:
        town.purge(order)
    asked = town.service.profile.retention.purging.approvals
    assert all(each.what in refused.value.reason for each in asked)
    assert town.plates() == ["GONE99", "STAYS1"]
    for who, each in zip(("sato", "lund"), asked, strict=True):
        town.approve(order, each.id, who)
    made = town.purge(order)
    assert town.plates() == ["STAYS1"]
    file = Path(str(town.service.database.engine.url.database))
    assert b"GONE99" not in file.read_bytes()
    assert made["destroyed"]["reads"] == 1
    assert {each["entered_by"] for each in made["approvals"]} == {"sato", "lund"}
    assert any(
        town.service.profile.cite(town.service.profile.retention) in c for c in made["clauses"]
    )
    assert len(town.record(action="retention.certificate")) == 1
    plan = town.retention.plan(town.login("ruiz"))
    assert (plan.overdue, plan.reads.due) == (0, 0)


@pytest.mark.parametrize("name", PURGE)
def test_hold_of_every_kind_that_the_text_names_suspends_and_no_other(
    town_of: TownOf, name: str
) -> None:
    town = town_of(name)
    known = town.service.profile.retention.suspends
    every = ("evidence", "likely-evidence", "discovery", "lawful-action", "warrant",
             "preservation-request", "disclosure-order")  # fmt: skip
    for number, basis in enumerate(every):
        plate = f"HELD{number}"
        town.read(plate, at=DUE[name])
        kind = {"requester_kind": "defendant"} if basis == "preservation-request" else {}
        if basis in known:
            town.hold(basis=basis, plates=[plate], **kind)
            continue
        with pytest.raises(Refused) as refused:
            town.hold(basis=basis, plates=[plate], **kind)
        assert refused.value.clause == town.service.profile.retention.purge_clause
    town.purge()
    assert town.plates() == [f"HELD{every.index(basis)}" for basis in every if basis in known]


@pytest.mark.clause("clinton-ut:426.3[5]")
def test_unrelated_reads_go_early_and_related_ones_at_nine_months(town_of: TownOf) -> None:
    town = town_of("clinton-ut")
    for plate in ("UNRELATED", "RELATED"):
        town.read(plate, at="2025-11-20 10:00")  # some 110 days
    town.read("RECENT", at="2026-01-20 10:00")
    town.hit(town.read("HIT1", at="2025-11-20 11:00"), at="2025-11-20 11:00")
    town.hit(
        town.read("RIGHT1", at="2025-11-20 11:30"), at="2025-11-20 11:30", disposition="correct"
    )
    for number, disposition in enumerate(("dismissed", "wrong-plate", "wrong-state")):
        wrong = town.read(f"UNHIT{number}", at="2025-11-20 12:00")
        town.hit(wrong, at="2025-11-20 12:00", disposition=disposition)
    related = town.hold(basis="official-business", authority="case file", plates=["RELATED"])
    made = town.purge()
    assert made["destroyed"]["reads"] == 4
    assert town.plates() == ["HIT1", "RECENT", "RELATED", "RIGHT1"]
    town.days_pass(165)  # 2026-08-22: nine months and two days
    assert town.holds.list(town.login("sato"))[0].id == related.id
    town.purge()
    assert town.plates() == []


def test_related_is_no_basis_where_nothing_goes_early(town_of: TownOf) -> None:
    town = town_of("clovis-ca")
    with pytest.raises(Refused, match="suspend"):
        town.hold(basis="official-business", plates=["7ABX123"])


@pytest.mark.clause("clinton-ut:426.3[6]")
def test_hold_of_a_preservation_request_lapses_without_a_court_order(town_of: TownOf) -> None:
    town = town_of("clinton-ut", now="2026-03-10 12:00")
    town.read("LAPSES", at="2025-06-11 10:00")
    town.read("ORDERED", at="2025-06-11 10:00")
    holds = [
        town.hold(
            basis="preservation-request", plates=[plate], requester_kind="governmental",
            start="2025-06-01", end="2025-07-01",
        )
        for plate in ("LAPSES", "ORDERED")
    ]  # fmt: skip
    town.clock.forward(days=13)
    town.holds.court_order(
        town.login("sato"),
        holds[1].id,
        reference="3rd Dist. 260901234",
        dated_on=dt.date(2026, 3, 20),
    )
    order = town.order()
    town.clock.forward(days=1)
    assert town.purge(order) is None  # the fourteenth day
    town.clock.forward(days=1)
    plan = town.retention.plan(town.login("ruiz"))
    assert "lapsed without a court order" in plan.warnings[0]
    town.purge(order)
    assert town.plates() == ["ORDERED"]
    kept = [each.scope.plates for each in town.holds.list(town.login("sato"))]
    assert kept == [(), ("ORDERED",)]  # what has lapsed keeps no purged plate
    with pytest.raises(BadInput, match="has lapsed"):
        town.holds.court_order(
            town.login("sato"), holds[0].id, reference="late", dated_on=dt.date(2026, 3, 20)
        )


def test_a_preservation_request_names_what_and_who(town_of: TownOf) -> None:
    town = town_of("clinton-ut")
    with pytest.raises(BadInput, match="governmental entity or a criminal defendant"):
        town.hold(basis="preservation-request", plates=["7ABX123"])
    with pytest.raises(BadInput, match="names camera, plate or times"):
        town.hold(
            basis="preservation-request",
            requester_kind="defendant",
            searches=True,
            case_number=town.case_number,
        )


@pytest.mark.clause("claremont-ca:820.9[3]")
def test_hold_ends_when_the_action_no_longer_needs_it_by_two_people(town_of: TownOf) -> None:
    town = town_of("claremont-ca")
    town.read("NEEDED", at="2024-03-01 10:00")
    hold = town.hold(plates=["NEEDED"], case_number=town.case_number)
    town.service.close_case(town.login("sato"), town.case_number)
    plan = town.retention.plan(town.login("ruiz"))
    assert "only as long as the action needs it" in plan.holds[0].notes[0]
    with pytest.raises(BadInput, match="between tomorrow and the profile's interval"):
        town.holds.review(town.login("sato"), hold.id, next_review=dt.date(2026, 7, 1))
    town.holds.review(town.login("sato"), hold.id)
    town.holds.ask_release(town.login("sato"), hold.id, "Appeal has ended")
    with pytest.raises(Refused, match="Nobody confirms"):
        town.holds.confirm_release(town.login("sato"), hold.id)
    assert town.purge() is None
    town.holds.confirm_release(town.login("lund"), hold.id)
    with pytest.raises(BadInput, match="has been released"):
        town.holds.review(town.login("sato"), hold.id)
    town.purge()
    assert town.plates() == []
    steps = [line.outcome for line in town.record(action="hold.release")]
    assert steps == ["ok", "refused", "ok"]


def test_who_asks_anew_while_they_confirm_does_not_release_a_hold(
    town_of: TownOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = town_of("clovis-ca")
    number = town.hold(plates=["7ABX123"]).id
    town.holds.ask_release(town.login("sato"), number, "Not needed")
    seen = Holds.get

    def get(self: Holds, hold_id: int) -> Hold:
        """Have lund turn the request down and make it their own right after they looked who had asked."""
        monkeypatch.setattr(Holds, "get", seen)
        found = seen(self, hold_id)
        town.holds.keep(town.login("lund"), hold_id)
        town.holds.ask_release(town.login("lund"), hold_id, "Not needed, says lund")
        return found

    monkeypatch.setattr(Holds, "get", get)
    with pytest.raises(BadInput, match="asked for anew"):
        town.holds.confirm_release(town.login("lund"), number)
    assert town.holds.list(town.login("sato"))[0].status == "release-asked"


def test_a_hold_says_what_it_rests_on(town_of: TownOf) -> None:
    town = town_of("clovis-ca")
    for change in ({"authority": " "}, {"requester": ""}, {"dated_on": dt.date(2027, 1, 1)},
                   {"cameras": ["C77"]}, {"plates": [], "cameras": []}, {"plates": ["--"]},
                   {"case_number": "26-99999"}, {"searches": True}, {"start": "2026-01-02", "end": "2026-01-01"},
                   {"review_by": dt.date(2028, 1, 1)}):  # fmt: skip
        with pytest.raises(BadInput):
            town.hold(**{"plates": ["7ABX123"], **change})
    assert town.holds.list(town.login("sato")) == []
    with pytest.raises(Refused, match="None of your roles"):
        town.hold(by="rivera", plates=["7ABX123"])


def test_a_release_can_be_turned_down_and_no_step_is_skipped(town_of: TownOf) -> None:
    town = town_of("clovis-ca")
    hold = town.hold(plates=["7ABX123"])
    with pytest.raises(BadInput, match="Nobody has asked"):
        town.holds.confirm_release(town.login("lund"), hold.id)
    town.holds.ask_release(town.login("sato"), hold.id, "Not needed")
    with pytest.raises(BadInput, match="needs the hold to be active"):
        town.holds.ask_release(town.login("lund"), hold.id, "Again")
    assert town.holds.keep(town.login("lund"), hold.id).status == "active"


def test_a_notebook_reaches_custody_as_its_member(town_of: TownOf) -> None:
    town = town_of("clovis-ca")
    custody = town.desk("sato").custody
    held = custody.holds.add(
        basis="evidence", authority="DA letter", requester="DA", plates=["7ABX123"]
    )
    assert [each.id for each in custody.holds.list()] == [held.id]
    assert custody.retention.plan().reads.total == 0
    with pytest.raises(Refused, match="None of your roles"):
        town.desk("rivera").custody.retention.plan()
    with pytest.raises(AttributeError):
        custody.holds._house  # noqa: B018


def test_a_scheduled_job_runs_an_order_day_by_day(town_of: TownOf) -> None:
    """Clinton's nine months hold where one approved order is run every day, by an account of its own."""
    town = town_of("clinton-ut", now="2026-03-10 02:00")
    town.service.add_member(
        town.admin, username="nightly", name="Nightly job", roles=["service"], kind="service"
    )
    key = town.service.service_key(town.admin, "nightly")
    for day in range(9, 15):
        town.read(f"PLATE{day}", at=f"2025-06-{day:02d} 23:30")
    town.hold(basis="official-business", cameras=["C4"])
    order = town.order()
    left = []
    for _ in range(6):
        token = town.service.login_service("nightly", key)
        town.retention.run(token, order)
        assert town.retention.plan(token).overdue == 0
        left.append(len(town.plates()))
        town.clock.forward(days=1)
    assert left == [4, 3, 2, 1, 0, 0]
    runs = town.record(action="retention.run", phase="outcome")
    assert {(line.username, line.automatic, line.outcome) for line in runs} == {
        ("nightly", 1, "ok")
    }
    with pytest.raises(Refused, match="None of your roles"):
        town.retention.request(town.service.login_service("nightly", key), why="On its own")
