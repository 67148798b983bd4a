"""Contracts and memoranda: entered where the policy knows them, signed by who it names, and watched for their end."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest
from release_desk import Bound, Desk, url

from workbench.custody import papers
from workbench.errors import BadInput, Refused

__all__ = ["url"]

CLAUSE = pytest.mark.clause("piedmont-ca:438.6")


def register(desk: Desk, username: str = "chief") -> Bound:
    return Bound(desk.service.custody.agreements, desk.token(username))


def enter(desk: Desk, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "kind": "memorandum",
        "party": "Oakland Police Department",
        "subject": "share",
        "signed_by": "Chief of Police",
        "signed_on": dt.date(2026, 1, 15),
        "ends_on": dt.date(2027, 1, 14),
        "paper": desk.scan(b"the memorandum"),
        "meets_standards": True,
    }
    return register(desk).register(**(values | changes))


@CLAUSE
def test_a_memorandum_is_on_the_register_with_dates_and_hash(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, profile="piedmont-ca", url=url)
    entered = enter(desk)
    assert entered.state == "in force"
    assert entered.file_sha256 == hashlib.sha256(b"the memorandum").hexdigest()
    assert papers.find(desk.service.settings, entered.file_sha256) == b"the memorandum"
    assert register(desk).list() == [entered]
    line = desk.world.record(action="agreement.registered")[-1]
    assert (line.username, line.clause) == ("chief", "438.6")
    assert entered.file_sha256 in line.elements
    ended = register(desk).end(entered.id, "Both chiefs agreed to end it")
    assert (ended.state, ended.ended_why) == ("ended", "Both chiefs agreed to end it")
    with pytest.raises(BadInput, match="ended already"):
        register(desk).end(entered.id, "Again")
    with pytest.raises(BadInput, match="no such agreement"):
        register(desk).end(99, "Gone")
    desk.service.close()


@CLAUSE
def test_the_chief_signs_and_the_minimum_standards_are_met(tmp_path: Path) -> None:
    desk = Desk(tmp_path, profile="piedmont-ca")
    with pytest.raises(Refused, match="entered into by the Chief of Police") as refused:
        enter(desk, signed_by="City Manager")
    assert refused.value.clause == "438.6"
    with pytest.raises(Refused, match="minimum standards"):
        enter(desk, meets_standards=False)
    for kind in ("contract", "memorandum"):
        for subject in ("receive", "provide", "share"):
            assert enter(desk, kind=kind, subject=subject).meets_standards
    assert desk.world.record(outcome="refused")[-1].detail == "agreement.standards"


@pytest.mark.parametrize("name", ["clovis-ca", "clinton-ut", "seal-beach-ca", "claremont-ca"])
def test_what_a_policy_does_not_know_is_refused(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path, profile=name)
    with pytest.raises(Refused, match="knows no memorandum"):
        enter(desk)
    assert register(desk).list() == []
    if name == "claremont-ca":  # its text names a third party as custodian
        party = desk.profile.custody.custodians[-1]
        assert (
            enter(desk, kind="contract", party=party, signed_by="City Manager").state == "in force"
        )


@CLAUSE
def test_it_says_what_begins_ends_soon_and_has_expired(tmp_path: Path) -> None:
    desk = Desk(tmp_path, profile="piedmont-ca")
    for changes, state in (
        ({"begins_on": dt.date(2026, 4, 1)}, "not yet begun"),
        ({"ends_on": dt.date(2026, 4, 30)}, "ends soon"),
        ({"ends_on": dt.date(2026, 3, 9)}, "expired"),
        ({"ends_on": dt.date(2026, 3, 10)}, "ends soon"),
        ({"ends_on": None}, "in force"),
    ):
        assert enter(desk, **changes).state == state
    with pytest.raises(BadInput, match="before it begins"):
        enter(desk, ends_on=dt.date(2026, 1, 14))
    with pytest.raises(BadInput, match="no such kind"):
        enter(desk, kind="handshake")
    with pytest.raises(BadInput, match="cannot be read"):
        enter(desk, paper=tmp_path / "nowhere.pdf")


def test_who_may_enter_and_who_may_look(tmp_path: Path) -> None:
    desk = Desk(tmp_path, profile="piedmont-ca")
    with pytest.raises(Refused, match="None of your roles"):
        register(desk, "rivera").list()
    desk.world.member("audit", "auditor")
    assert register(desk, "audit").list() == []
    with pytest.raises(Refused):
        register(desk, "audit").end(1, "No")
