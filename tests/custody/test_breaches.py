"""A suspected breach: on the record, and led to the policy that handles it; nothing else is invented."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from release_desk import Bound, Desk, under, url

from workbench.custody.breaches import path_of
from workbench.errors import BadInput, Refused

__all__ = ["url"]

WORDS = "A login from an address abroad, at night, that nobody here made"
FIVE = under(clovis="462.5[2]", claremont=(), piedmont="438.5[2]", clinton=(), seal=())


def register(desk: Desk, username: str = "rivera") -> Bound:
    return Bound(desk.service.custody.breaches, desk.token(username))


@pytest.mark.parametrize("name", FIVE)
def test_a_breach_is_led_to_the_policy_that_the_text_names(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path, profile=name)
    reported = register(desk).report(WORDS)
    breach = desk.profile.breach
    assert reported.led_to == (breach.refer_to if breach else "")
    if name in ("clovis-ca", "piedmont-ca"):
        assert reported.led_to == "Records Release and Maintenance Policy"
    assert reported.told[0] == desk.profile.administrator.title
    line = desk.world.record(action="breach.reported")[-1]
    assert (line.username, line.seq) == ("rivera", reported.record_seq)
    assert line.clause == (breach.clause if breach else desk.profile.administrator.clause)
    said = json.loads(line.elements)
    assert (said["words"], said["led_to"]) == (WORDS, reported.led_to)
    assert said["tell"] == list(path_of(desk.profile).tell)
    assert register(desk, "chief").list() == [reported]


def test_it_stays_as_it_was_reported(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, url=url)
    now = desk.world.clock()
    register(desk).report(WORDS, noticed_at=now - dt.timedelta(hours=9))
    with pytest.raises(BadInput, match="has not come"):
        register(desk).report(WORDS, noticed_at=now + dt.timedelta(seconds=1))
    with pytest.raises(BadInput, match="missing"):
        register(desk).report(" ")
    for change in ("DELETE FROM breaches", "UPDATE breaches SET words = 'nothing'"):
        with pytest.raises(sa.exc.DBAPIError), desk.service.database.write() as connection:
            connection.execute(sa.text(change))
    (kept,) = register(desk, "chief").list()
    assert kept.noticed_at == now - dt.timedelta(hours=9)
    desk.service.close()


def test_everybody_with_an_account_may_report_and_few_may_look(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for role in ("trainer", "records", "dispatcher", "auditor", "detective"):
        desk.world.member(f"one-{role}", role)
        assert register(desk, f"one-{role}").report(WORDS).words == WORDS
    with pytest.raises(Refused, match="None of your roles"):
        register(desk).list()
    assert len(register(desk, "one-auditor").list()) == 5
