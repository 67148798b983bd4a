"""The public page: the policy clause by clause and counts; no plate, no person, no place, no case."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from release_desk import AGENCY, ASKED, PERSON, Bound, Desk, under, url

from workbench.custody.figures import Quarters, quarters
from workbench.errors import BadInput, Refused
from workbench.policy.actions import ACTIONS
from workbench.records import tables
from workbench.reporting.public_page import public_html
from workbench.reporting.references import external_references

__all__ = ["url"]

HOUR = {"start": "2026-03-02 21:00", "end": "2026-03-02 22:00"}
STREETS = ("5th and Main", "Willow Street", "Camera C4", "36.58", "120.25")


def publication(desk: Desk, username: str = "chief") -> Bound:
    return Bound(desk.service.custody.publication, desk.token(username))


def a_quarter_of_life(desk: Desk) -> None:
    """Searches, refusals, releases and an audit in the first quarter; then it is April."""
    for purpose, times in (("homicide", 7), ("shooting", 6), ("stolen-vehicle", 2)):
        reason = "Suspect car seen on Willow Street near the 5th and Main shooting"
        case = desk.world.desk().case(desk.world.case_number, purpose=purpose, reason=reason)
        for _ in range(times):
            case.history("7ABX123", **HOUR)
    with pytest.raises(Refused):
        desk.world.desk().case(
            desk.world.case_number, purpose="gossip about 7ABX123", reason="x"
        ).history("7ABX123", **HOUR)
    for _ in range(6):
        desk.fulfil(desk.approved().number)
    desk.chief.review(desk.request(recipient="other", agency="The Valley Courier").number)
    desk.service.audit_review(
        desk.token("chief"), start=desk.world.clock() - dt.timedelta(days=3), end=desk.world.clock()
    )
    desk.world.clock.forward(days=30)
    desk._tokens.clear()


@pytest.fixture(scope="module")
def desk_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Desk]:
    desks: dict[str, Desk] = {}

    def of(name: str) -> Desk:
        if name not in desks:
            desks[name] = Desk(tmp_path_factory.mktemp(name), profile=name)
            a_quarter_of_life(desks[name])
        return desks[name]

    return of


PUBLISHED = under(
    clovis="462.2.1(g)",
    claremont=(),
    piedmont="438.2.1(g)",
    clinton=("426.7[1]", "426.7[2]"),
    seal=(),
)


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_shows_the_policy_clause_by_clause_and_who_answers(
    desk_of: Callable[[str], Desk], name: str
) -> None:
    desk = desk_of(name)
    html = public_html(publication(desk).page(period="2026Q1"))
    words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    plain = words.replace("&#39;", "'").replace("&amp;", "&").replace("&#34;", '"')
    for clause in desk.profile.clauses:
        assert " ".join(clause.summary.split()) in plain, clause.number
    for said in (
        desk.profile.administrator.title,
        desk.profile.custody.owner,
        desk.profile.audits.responsible,
        str(desk.profile.access_record.keep),
        "1 fixed",
    ):
        assert said in plain
    assert ("Special use permits" in plain) == desk.profile.publication.special_use_permits
    assert external_references(html) == []
    assert "<script" not in html


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_plate_person_place_or_case_is_on_it(desk_of: Callable[[str], Desk], name: str) -> None:
    desk = desk_of(name)
    html = public_html(publication(desk).page(period="2026Q1"))
    text = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL).casefold()
    with desk.service.database.read() as connection:
        found = [
            *connection.execute(sa.select(tables.plates.c.plate)).scalars(),
            *connection.execute(sa.select(tables.cases.c.number)).scalars(),
            *connection.execute(sa.select(tables.cases.c.incident_number)).scalars(),
            *connection.execute(sa.select(tables.cameras.c.code)).scalars(),
            *connection.execute(sa.select(tables.cameras.c.name)).scalars(),
        ]
        people = list(
            connection.execute(sa.select(tables.members.c.username, tables.members.c.name))
        )
    assert len(found) > 5
    typed = [*STREETS, PERSON, AGENCY, "The Valley Courier", "gossip", "R26-0001"]
    for secret in [*found, *typed]:
        assert secret.casefold() not in text, secret
    for username, member in people:
        for word in (username, member):
            # words of the language, too: the members that this world is about have names of their own
            if word.casefold() in ("chief", "other", "clerk"):
                continue
            assert re.search(rf"\b{re.escape(word.casefold())}\b", text) is None, word


def test_it_counts_what_happened_and_keeps_small_counts_back(
    desk_of: Callable[[str], Desk],
) -> None:
    desk = desk_of("clovis-ca")
    page = publication(desk).page(period="2026Q1")
    found = page.figures
    # 15 searches by hand, and the 6 that the releases made for homicide
    assert found.searches.rows == (("Homicide", 13),)
    assert found.searches.together == ("Shooting", "Stolen vehicle")
    assert (found.searches.together_count, found.searches.total) == (8, "21")
    assert found.refused == "fewer than 5"
    assert found.releases.rows == ()  # six fulfilled and one under review hide each other
    assert (found.releases.together_count, found.releases.total) == (7, "7")
    assert (found.reads, found.reads_held, found.plates_held) == (3, 3, 2)
    assert (dict(found.cameras), found.reviews) == ({"fixed": 1}, 1)
    html = public_html(page)
    assert "fewer than 5" in html
    assert page.rule in html.replace("&#34;", '"')
    other = publication(desk).page(period="2025Q4").figures
    assert (other.searches.total, other.releases.total, other.reads) == ("none", "none", 0)


def test_making_it_is_on_the_record(desk_of: Callable[[str], Desk]) -> None:
    desk = desk_of("clovis-ca")
    page = publication(desk).page(period="2026Q1")
    html = public_html(page)
    sha256 = hashlib.sha256(html.encode()).hexdigest()
    publication(desk).made(page.access_id, sha256)
    line = desk.world.record(action="publish.made")[-1]
    assert (line.username, line.clause) == ("chief", "462.2.1(g)")
    assert json.loads(line.elements) == {
        "access_id": page.access_id,
        "permits": [],
        "sha256": sha256,
    }
    for username in ("rivera", "clerk"):
        with pytest.raises(Refused, match=ACTIONS["publish.page"]):
            publication(desk, username).page(period="2026Q1")


def test_the_policy_in_full_is_the_text_that_the_profile_was_read_from(
    desk_of: Callable[[str], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of("clovis-ca")
    path = tmp_path / "policy.txt"
    path.write_text("462.1 PURPOSE <AND> SCOPE\n\nThe purpose of this policy is guidance.")
    with pytest.raises(BadInput, match="not the text"):
        publication(desk).page(period="2026Q1", text=path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    source = desk.profile.source.model_copy(update={"sha256": sha256})
    monkeypatch.setattr(desk.service, "profile", desk.profile.model_copy(update={"source": source}))
    html = public_html(publication(desk).page(period="2026Q1", text=path))
    assert "462.1 PURPOSE &lt;AND&gt; SCOPE" in html
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="cannot be read"):
        publication(desk).page(period="2026Q1", text=path)


def test_it_says_where_the_text_stands(
    desk_of: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of("piedmont-ca")
    said = desk.profile.publication.model_copy(update={"address": "piedmont.ca.gov/alpr"})
    monkeypatch.setattr(
        desk.service, "profile", desk.profile.model_copy(update={"publication": said})
    )
    assert "The full text: piedmont.ca.gov/alpr." in public_html(
        publication(desk).page(period="2026Q1")
    )


@pytest.mark.clause("clinton-ut:426.7[2]")
def test_special_use_permits_are_on_it_where_the_policy_says_so(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, profile="clinton-ut", url=url)
    columns: dict[str, Any] = {
        "number": "UDOT-2026-118",
        "issued_by": "Utah Department of Transportation",
        "issued_on": dt.date(2026, 1, 5),
        "expires_on": dt.date(2027, 1, 4),
        "file_name": "permit.pdf",
        "sha256": "ab" * 32,
        "camera_id": 1,
        "entered_by": 1,
        "entered_at": desk.world.clock(),
    }
    table = tables.metadata.tables["camera_permits"]
    with desk.service.database.write() as connection:
        connection.execute(table.insert(), columns)
    page = publication(desk).page()
    (permit,) = page.permits
    assert (permit.number, permit.expires_on) == ("UDOT-2026-118", dt.date(2027, 1, 4))
    html = public_html(page, beside={"ab" * 32: "permits/UDOT-2026-118.pdf"})
    for said in ("UDOT-2026-118", "Utah Department of Transportation", "2027-01-04"):
        assert said in html
    assert "beside this page: permits/UDOT-2026-118.pdf" in html
    assert "at the office named above" in public_html(page)
    assert page.figures.searches.total == "none"
    desk.service.close()


def put(desk: Desk, table: str, *rows: dict[str, Any]) -> None:
    with desk.service.database.write() as connection:
        connection.execute(tables.metadata.tables[table].insert(), list(rows))


def test_hits_holds_and_purges_are_counted_in_their_period(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, profile="clinton-ut", url=url)
    before, then = (
        dt.datetime(2025, 9, 30, 12, tzinfo=dt.UTC),
        dt.datetime(2026, 2, 1, tzinfo=dt.UTC),
    )
    sealed = {"key_id": "k", "sealed": b"x"}
    made = {"created_at": then, "created_by": "ruiz"}
    put(desk, "hot_lists", {"code": "A", "kind": "stolen", "stale_after_hours": 24, "active": True}
        | made | sealed)  # fmt: skip
    put(desk, "hot_list_matches", {"status": "done", "began_at": then, "made_by": "ruiz"})
    hit = {"read_id": 1, "captured_at": then, "camera_id": 1, "transfer_id": 1, "list_id": 1,
           "listed": "7ABX123", "path": "fixed", "near": False, "probability": 0.9, "match_id": 1,
           "status": "closed", **sealed}  # fmt: skip
    found = [("correct", 7, then), ("wrong-plate", 5, then), ("", 6, then), ("correct", 9, before)]
    for disposition, count, at in found:
        put(desk, "hits", *[{**hit, "disposition": disposition, "raised_at": at}] * count)
    hold = {"basis": "warrant", "authority": "Court", "requester": "DA", "searches": True,
            "status": "active", "placed_by": "ruiz", "review_by": then.date()}  # fmt: skip
    put(desk, "holds", *[{**hold, "placed_at": then}] * 6)
    put(desk, "holds", {**hold, "placed_at": before, "released_at": then})
    put(desk, "holds", {**hold, "placed_at": before, "lapses_at": then})
    put(desk, "retention_orders", {"through": before, "why": "time", "status": "done",
        "requested_by": "ruiz", "requested_at": then, "expires_at": then})  # fmt: skip
    put(desk, "purges", {"order_id": 1, "status": "done", "run_by": "ruiz", "began_at": then,
        "cutoff": before})  # fmt: skip
    step = {"purge_id": 1, "start_at": before, "end_at": then, "held": 0, "plates": 1, "hits": 0}
    put(desk, "purge_steps", {**step, "at": then, "reads": 100}, {**step, "at": then, "reads": 20})
    desk.world.clock.forward(days=30)
    desk._tokens.clear()
    page = publication(desk).page(period="2026Q1")
    counted = page.figures
    assert counted.hits.rows == (("correct", 7), ("not closed yet", 6), ("wrong plate", 5))
    assert (counted.holds, counted.purges, counted.purged) == ("6", 1, 120)
    html = public_html(page)
    assert "1 in the period, 120 reads destroyed" in html
    assert "on 6 orders or requests at the end of the period" in html
    assert "Wrong plate" in html
    assert publication(desk).page(period="2025Q3").figures.hits.rows == (("correct", 9),)
    desk.service.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025", (dt.date(2025, 1, 1), dt.date(2026, 1, 1))),
        ("2026Q1", (dt.date(2026, 1, 1), dt.date(2026, 4, 1))),
        ("2025 q4", (dt.date(2025, 10, 1), dt.date(2026, 1, 1))),
        ("", (dt.date(2025, 4, 1), dt.date(2026, 4, 1))),
    ],
)
def test_a_period_is_whole_quarters_that_are_over(
    text: str, expected: tuple[dt.date, dt.date]
) -> None:
    assert quarters(text, dt.date(2026, 4, 9)) == Quarters(*expected)


@pytest.mark.parametrize("text", ["2026", "2026Q2", "2026-03", "soon", "26Q1", "2026Q5"])
def test_any_other_period_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        quarters(text, dt.date(2026, 4, 9))


def test_the_release_does_not_name_the_query(desk_of: Callable[[str], Desk]) -> None:
    """What a release asked for is on file, and nothing of it in what the page is made from."""
    page = publication(desk_of("clovis-ca")).page(period="2026Q1")
    assert str(ASKED["plate"]) not in repr(page)
