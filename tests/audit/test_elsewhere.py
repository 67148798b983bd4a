"""Searches made elsewhere: the export read strictly, and held against what it can be held against."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from elsewhere_export import AGENCY, REASON, moment, row, text, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World

from workbench.audit.elsewhere import read_export
from workbench.audit.elsewhere_review import APPLIED, review_elsewhere
from workbench.errors import BadInput, Refused
from workbench.models import CaseRecord
from workbench.policy import load
from workbench.training.reasons import TRAPS

NOW = dt.datetime(2026, 11, 2, 17, tzinfo=dt.UTC)
ZONE = dt.timezone(dt.timedelta(hours=-7))
CASES = {
    "26-00417": CaseRecord(1, "26-00417", "homicide", "open"),
    "26-00300": CaseRecord(2, "26-00300", "fraud", "closed", closed_on=dt.date(2026, 9, 1)),
}


@pytest.fixture
def read(tmp_path):
    def reader(*rows, bom=True):
        path = write(tmp_path / "export.csv", *rows, bom=bom)
        return read_export(path, rejects=tmp_path / "rejects", now=NOW)

    return reader


@pytest.fixture
def look(read):
    def looker(*rows, **given):
        searches, imported = read(*rows)
        fields = {
            "agency": AGENCY,
            "cases": CASES,
            "profile": load("clovis-ca"),
            "zone": ZONE,
            "now": NOW,
        }
        return review_elsewhere(searches, imported, **(fields | given))

    return looker


def ids(found):
    return {each.id for each in found.findings}


def lines(found, indicator):
    return [each.rows for each in found.findings if each.id == indicator]


# --- reading ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bom", [True, False])
def test_a_row_is_read_with_its_two_lines_of_time_frame(read, bom):
    (search,), imported = read(row(1), bom=bom)
    assert (search.line, search.name, search.organization) == (2, "Dana Okafor", AGENCY)
    assert search.at == dt.datetime(2026, 10, 5, 17, 30, tzinfo=dt.UTC)
    assert search.start == dt.datetime(2026, 10, 1, 7, tzinfo=dt.UTC)
    assert search.end == dt.datetime(2026, 10, 5, 7, tzinfo=dt.UTC)
    assert (search.plate, search.case_number, search.networks) == ("7ABX123", "26-00417", 12)
    assert (imported.accepted, imported.rejected, imported.reject_file) == (1, (), None)


def test_twelve_at_noon_and_at_midnight(read):
    (noon, night), _ = read(
        row(1, search_time="10/05/2026, 12:00:00 PM UTC"),
        row(2, search_time="10/05/2026, 12:00:00 AM UTC"),
    )
    assert (noon.at.hour, night.at.hour) == (12, 0)


def test_what_is_masked_is_empty_and_named(read):
    (search,), _ = read(
        row(1, name="***", license_plate="***", total_networks_searched="***", time_frame="***")
    )
    assert search.masked == {"name", "license_plate", "total_networks_searched", "time_frame"}
    assert (search.name, search.plate, search.networks, search.start) == ("", "", None, None)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"search_time": "2026-10-05T17:30:00Z"}, "a time is not written like"),
        ({"search_time": "13/05/2026, 05:30:00 PM UTC"}, "none of the calendar"),
        ({"search_time": "10/05/2026, 05:30:00 PM"}, "a time is not written like"),
        ({"search_time": "10/05/2026, 17:30:00 PM UTC"}, "none of the calendar"),
        ({"search_time": "10/05/1926, 05:30:00 PM UTC"}, "before the year 2000"),
        ({"search_time": "12/05/2026, 05:30:00 PM UTC"}, "in the future"),
        ({"search_time": "***"}, "there is no search time"),
        ({"search_time": ""}, "there is no search time"),
        ({"id": ""}, "there is no ID"),
        ({"time_frame": moment("10-05 10:00")}, "two times on two lines"),
        ({"time_frame": f"{moment('10-05 10:00')}\n{moment('10-01 10:00')}"}, "ends before it starts"),
        ({"time_frame": "yesterday\ntoday"}, "a time is not written like"),
        ({"total_networks_searched": "many"}, "number of networks"),
        ({"total_networks_searched": "-3"}, "number of networks"),
        ({"total_networks_searched": "٣"}, "number of networks"),
        ({"license_plate": "--"}, "the plate is none"),
        ({"license_plate": "A" * 13}, "the plate is none"),
        ({"name": "Dana\x1b[2JOkafor"}, "control character"),
        ({"case": "26-1\u202e7"}, "control character"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_trusted_is_rejected_with_its_reason(read, given, reason):
    (kept,), imported = read(row(1), row(2, **given))
    assert kept.id.endswith("1")
    (rejected,) = imported.rejected
    assert reason in rejected.reason
    assert imported.reject_file is not None
    assert imported.reject_file.stat().st_mode & 0o77 == 0
    assert rejected.reason in imported.reject_file.read_text(encoding="utf-8")


def test_an_id_stands_in_the_file_once(read):
    found, imported = read(row(1), row(1, license_plate="8ZZZ999"))
    assert [each.plate for each in found] == ["7ABX123"]
    assert [each.reason for each in imported.rejected] == ["the ID stands in the file twice"]


def test_a_reason_of_several_lines_is_one(read):
    (search,), _ = read(row(1, reason="Burglary on Cedar,\r\n\tvan seen leaving"))
    assert search.reason == "Burglary on Cedar, van seen leaving"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"ID,Name\n1,2\n",
        b"PK\x03\x04zipped",
        b"\x00\x01\x02",
        text(row(1)).replace("Search Time", "Zeit").encode(),
        text(row(1)).replace("Moderation", "Surprise").encode(),
        text(row(1)).replace("Name,Org Name", "Name,Name").encode(),
    ],
)
def test_a_file_that_is_no_export_is_refused_whole(tmp_path, raw):
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    with pytest.raises(BadInput):
        read_export(path, rejects=tmp_path / "rejects", now=NOW)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(st.binary(max_size=400), st.integers(0, 3))
def test_no_bytes_break_the_reader(tmp_path, noise, where):
    raw = text(row(1), row(2)).encode()
    cuts = (0, len(raw) // 3, len(raw) // 2, len(raw))
    path = tmp_path / "noise.csv"
    path.write_bytes(raw[: cuts[where]] + noise + raw[cuts[where] :])
    try:
        searches, imported = read_export(path, rejects=tmp_path / "rejects", now=NOW)
    except BadInput:
        return
    assert len({each.id for each in searches}) == len(searches) == imported.accepted
    assert all(each.at.tzinfo is not None for each in searches)


# --- indicators -------------------------------------------------------------------------------------------


def test_an_ordinary_month_has_no_finding(look):
    found = look(
        *(row(n, f"10-{n:02d} 17:30", license_plate=f"7ABX1{n:02d}") for n in range(1, 20))
    )
    assert found.findings == ()
    assert (found.own, found.automatic) == (19, 0)


def test_reasons_are_looked_at_as_here(look):
    found = look(
        row(1, reason="."),
        row(2, reason="26-00417"),
        row(3, reason="Custody dispute, where the other parent parks"),
        row(4, reason="Locating vehicle of suspect, DOB 04/17/1988"),
    )
    assert lines(found, "REASON-VAGUE") == [(2,)]
    assert lines(found, "REASON-DIGITS") == [(4,)]
    assert lines(found, "REASON-OUTSIDE-POLICY") == [(6,)]
    assert lines(found, "REASON-PERSONAL-DATA") == [(8,)]


@pytest.mark.parametrize(
    "reason", [text for _, text in TRAPS] + ["Pressed charges by the owner on Temple Street"]
)
def test_what_only_sounds_like_it_is_no_finding(look, reason):
    assert look(row(1, reason=reason)).findings == ()


def test_what_is_masked_is_no_finding_and_no_clearance(look):
    masked = [
        row(n, f"10-{n:02d} 17:30", reason="***", case="***", name="***") for n in (1, 9, 20, 28)
    ]
    found = look(*masked)
    assert found.findings == ()
    assert found.withheld == {"case_#": 4, "name": 4, "reason": 4}
    assert any("clears nobody" in note for note in found.notes)


def test_one_plate_over_weeks_without_a_case(look):
    days = ("10-02", "10-09", "10-17", "10-25")
    found = look(*(row(n, f"{day} 18:00", case="") for n, day in enumerate(days)))
    assert lines(found, "PLATE-REPEATED-WITHOUT-CASE") == [(2, 4, 6, 8)]
    assert "CASE-UNKNOWN" in ids(found)
    # nobody's name is known: the searches may be of many people
    hidden = look(*(row(n, f"{day} 18:00", case="", name="***") for n, day in enumerate(days)))
    assert "PLATE-REPEATED-WITHOUT-CASE" not in ids(hidden)


def test_the_case_register_is_asked_for_this_agency_alone(look):
    cases = ("26-99999", "26 00300", "#26-00417")
    rows = [row(n, case=case, license_plate=f"7ABX12{n}") for n, case in enumerate(cases, 1)]
    found = look(*rows)
    assert lines(found, "CASE-UNKNOWN") == [(2,)]
    assert lines(found, "CASE-CLOSED") == [(4,)]
    others = look(*({**each, "Org Name": "Elsewhere CA PD"} for each in rows))
    assert others.findings == ()
    assert any("--org" in note for note in others.notes)
    named = look(
        *({**each, "Org Name": "Elsewhere CA PD"} for each in rows),
        organizations=["elsewhere ca pd"],
    )
    assert ids(named) == {"CASE-UNKNOWN", "CASE-CLOSED"}


def test_a_case_number_of_the_register_in_the_reason_counts(look):
    assert look(row(1, case="", reason="Homicide 26-00417, vehicle of the witness")).findings == ()


def test_nobody_is_held_to_assignments_that_the_export_does_not_know(look):
    found = look(*(row(n, f"10-{n:02d} 17:30") for n in (1, 9, 20)))
    assert found.findings == ()


def test_several_members_of_several_agencies_and_one_plate(look):
    found = look(
        row(1, "10-02 17:30"),
        row(2, "10-03 17:30", org_name="Elsewhere CA PD", name="J. Park", case="E-1"),
        row(3, "10-04 17:30", org_name="Farther CA SO", name="K. Lind", case="F-1"),
    )
    assert ids(found) == {"PLATE-SEVERAL-USERS"}


def test_no_finding_says_whose_cases_they_were(look):
    days = ("10-02", "10-09", "10-17", "10-25")
    same = [
        row(n, f"{day} 18:00", case=f"E-{n}", org_name="Elsewhere CA PD")
        for n, day in enumerate(days)
    ]
    other = [
        {**each, "Name": f"Member {n}", "ID": f"x{n}", "Case #": f"F-{n}"}
        for n, each in enumerate(same)
    ]
    found = look(*same, *other)
    assert ids(found) == {"PLATE-CHANGING-CASES", "PLATE-SEVERAL-USERS"}
    for each in found.findings:
        assert "own" not in each.words
        assert "member's" not in each.words


def test_an_alert_that_repeats_itself_is_no_persons_habit(look):
    alerts = [
        row(n, f"10-{1 + n % 25:02d} {n % 24:02d}:10", search_type="Alert", case="")
        for n in range(1, 200)
    ]
    found = look(*alerts, automatic=["alert"])
    assert (found.automatic, found.findings) == (199, ())
    assert "PLATE-REPEATED-WITHOUT-CASE" in ids(look(*alerts))


def test_what_is_told_holds_no_plate_and_no_reason(look):
    found = look(
        *(row(n, f"10-{n:02d} 17:30", case="", reason="Custody dispute") for n in (1, 9, 20))
    )
    assert found.findings
    told = json.dumps(found.as_dict())
    assert "7ABX123" not in told
    assert "Custody" not in told
    assert found.as_dict()["findings"][0]["searches"][0]["id"].startswith("00000000-")
    assert set(found.as_dict()["indicators"]) == set(APPLIED)


def test_an_export_without_a_search(look):
    found = look()
    assert (found.findings, found.first, found.own) == ((), None, 0)


# --- by policy and on the record --------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "home", now="2026-11-02 09:00")
    made.member("sato", "auditor")
    yield made
    made.service.close()


def test_the_act_is_on_the_record_and_nothing_else_is_kept(world, tmp_path):
    path = write(
        tmp_path / "org-audit.csv",
        row(1, license_plate="9KEPT99", reason=REASON),
        row(2, case="26-99999"),
    )
    found = world.service.audits.elsewhere(world.login("sato"), path)
    assert ids(found) == {"CASE-UNKNOWN"}
    intent, outcome = world.record(action="audit.elsewhere")
    assert (intent.username, json.loads(intent.elements)) == ("sato", {"file": "org-audit.csv"})
    assert (outcome.outcome, outcome.rows) == ("ok", 2)
    assert found.imported.sha256 in outcome.detail
    kept = b"".join(each.read_bytes() for each in world.settings.home.rglob("*") if each.is_file())
    assert b"9KEPT99" not in kept


def test_who_may_not_review_is_refused_and_a_bad_file_is_recorded(world, tmp_path):
    path = write(tmp_path / "org-audit.csv", row(1))
    with pytest.raises(Refused):
        world.service.audits.elsewhere(world.login("rivera"), path)
    path.write_text("nothing of the kind")
    with pytest.raises(BadInput):
        world.service.audits.elsewhere(world.login("sato"), path)
    assert [line.outcome for line in world.record(action="audit.elsewhere")] == ["", "failed"]
