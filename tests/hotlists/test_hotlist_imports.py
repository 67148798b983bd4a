"""Lists brought in: complete or in parts, by hand, rejected rows, expiry, and what an interruption leaves."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hotlist_town import STOLEN, Town
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput, BadTransfer, Failed, Refused
from workbench.hotlists import staging
from workbench.hotlists.entries import Entry
from workbench.hotlists.layouts import load_layout, recognized
from workbench.hotlists.reading import Line, moment, read_list
from workbench.ingest.formats.base import Problem
from workbench.records.hotlist_tables import hot_list_entries, hot_list_imports

TownOf = Callable[..., Town]
ZONE = ZoneInfo("America/Los_Angeles")


def plates(town: Town, code: str = "svs") -> list[str]:
    of = town.lists.register.get(code)
    return sorted(entry.plate for _, entry in town.lists.register.entries(of.id))


def row(plate: str, state: str = "CA", **cells: str) -> str:
    names = ("Alert", "VMA", "VCO", "VIN", "NIC", "OCA", "ExpiryDate", "Informant")
    return ";".join((plate, state, *(cells.get(name, "") for name in names)))


# --- files ------------------------------------------------------------------------------------------------


def test_a_complete_list_takes_the_place_of_what_was_there(town: Town) -> None:
    town.listed(row("7ABX123"), row("8KLM456"))
    done = town.listed(row("8KLM456"), row("9ZZZ999"))
    assert (done.added, done.entries) == (2, 2)
    assert plates(town) == ["8KLM456", "9ZZZ999"]
    assert town.seen("7ABX123").hits == 0
    assert town.seen("9ZZZ999").hits == 1
    with town.service.database.read() as connection:  # and nothing of it is left behind
        assert (
            connection.execute(
                sa.select(sa.func.count()).select_from(hot_list_entries)
            ).scalar_one()
            == 2
        )


def test_an_incremental_one_adds_replaces_and_removes(town: Town) -> None:
    town.listed(row("7ABX123", NIC="N1"), row("8KLM456", NIC="N2"), row("8KLM456", NIC="N3"))
    header = "LIC;LIS;NIC;VMA;ACTION"
    path = town.file(
        "7ABX123;CA;N1;TOYT;A", "8KLM456;CA;N2;;D", "5XYZ100;NV;N9;;A", "1AAA111;CA;;;D", "2BBB222;CA;;;?",
        header=header,
    )  # fmt: skip
    done = town.lists.import_file(town.as_("ruiz"), path, "svs", mode="incremental")
    assert (done.added, done.removed, done.rejected, done.entries) == (2, 2, 2, 3)
    found = {(e.plate, e.reference): e for _, e in town.lists.register.entries(1)}
    assert set(found) == {("7ABX123", "N1"), ("8KLM456", "N3"), ("5XYZ100", "N9")}
    assert found["7ABX123", "N1"].make == "TOYT"  # entered anew, once
    assert set(done.reasons) == {
        "Nothing like it is on the list.",
        "The action is neither to add nor to remove.",
    }


def test_rows_that_will_not_do_are_rejected_and_the_others_taken(town: Town) -> None:
    town.made()
    path = town.file(
        row("7ABX123"), row(""), row("ABCDEFGHIJKLM"), row("8KLM456", ExpiryDate="soon"),
        '9ZZZ999;CA;"open', row("6TTT666", Informant="x" * 500), row("5SSS555"),
    )  # fmt: skip
    done = town.lists.import_file(town.as_("ruiz"), path, "svs")
    assert (done.added, done.rejected) == (2, 5)
    assert plates(town) == ["5SSS555", "7ABX123"]
    lines = [each.line for each in town.lists.rejects(town.as_("ruiz"), done.reject_file.name)]
    assert lines == [3, 4, 5, 6, 7]


def test_a_file_without_a_good_row_changes_nothing(town: Town) -> None:
    town.listed()
    for content in ("Hot Plate;State\n;CA\n", "", "Name;Town\nRoe;Clovis\n"):
        path = town.files / "bad.csv"
        path.write_text(content)
        with pytest.raises(BadTransfer):
            town.lists.import_file(town.as_("ruiz"), path, "svs")
    assert plates(town) == ["5XYZ100", "7ABX123"]
    assert not list(town.settings.rejects.glob("hotlist-*"))
    assert town.record(action="hotlist.import", outcome="failed")


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_import_that_is_broken_off_leaves_the_old_list(
    town: Town, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    town.listed(row("7ABX123"))
    monkeypatch.setattr(staging, "_ROWS_AT_ONCE", 2)
    calls = 0
    real = staging.Staging.flush

    def stops(self: staging.Staging) -> None:
        nonlocal calls
        calls += 1
        real(self)
        if calls == at:
            raise KeyboardInterrupt

    monkeypatch.setattr(staging.Staging, "flush", stops)
    with pytest.raises(KeyboardInterrupt):
        town.listed(*(row(f"8KLM{n}00") for n in range(1, 7)))
    monkeypatch.undo()
    assert plates(town) == ["7ABX123"]
    assert town.seen("8KLM100").hits == 0
    assert town.seen("7ABX123").hits == 1


def test_what_a_killed_process_left_is_undone_by_the_next_import(town: Town) -> None:
    town.listed(row("7ABX123"))
    register = town.lists.register
    details = {"file_name": "svs.csv", "mode": "complete", "made_by": "ruiz"}
    killed = staging.Staging.begin(
        register.database, register.ring, 1, details, as_of=town.clock(), now=town.clock()
    )
    killed.add(Entry("9ZZZ999"), replacing=False)
    killed.flush()
    assert plates(town) == ["7ABX123"]
    assert town.seen("9ZZZ999").hits == 0
    town.listed(row("8KLM456"), mode="incremental")
    assert plates(town) == ["7ABX123", "8KLM456"]
    with town.service.database.read() as connection:
        states = (
            connection.execute(sa.select(hot_list_imports.c.status).order_by(hot_list_imports.c.id))
            .scalars()
            .all()
        )
        assert list(states) == ["complete", "failed", "complete"]
        assert (
            connection.execute(
                sa.select(sa.func.count()).select_from(hot_list_entries)
            ).scalar_one()
            == 2
        )


def test_only_who_may_brings_lists_in_and_for_a_purpose_of_the_policy(town_of: TownOf) -> None:
    town = town_of()
    for username in ("rivera", "moss", "dana"):
        with pytest.raises(Refused):
            town.lists.create(
                town.as_(username), "svs", purpose="stolen-vehicle", title="x", source="y"
            )
    with pytest.raises(Refused, match="not one that this policy allows"):
        town.made(purpose="curiosity")
    town.made()
    with pytest.raises(BadInput, match="already"):
        town.made()
    for code in ("", "SVS", "a b", "x" * 41, "../x"):
        with pytest.raises(BadInput, match="no code"):
            town.made(code)
    with pytest.raises(BadInput, match="no hot list"):
        town.lists.import_file(town.as_("ruiz"), town.file(STOLEN), "bolo")
    with pytest.raises(BadInput, match="future"):
        town.listed(as_of="2026-03-09 00:00")


# --- by hand ----------------------------------------------------------------------------------------------


def test_a_wanted_vehicle_is_entered_for_an_open_case_and_comes_off_by_itself(town: Town) -> None:
    done = town.wanted(make="Ford", note="armed")
    assert (done.code, done.entries) == ("bolo", 1)
    line = town.record(action="hotlist.add", phase="intent")[-1]
    assert (line.username, line.case_number, line.purpose) == ("moss", town.case_number, "robbery")
    assert json.loads(line.elements) == {"list": "bolo", "plate": "8KLM456"}
    view = town.lists.show(town.as_("dana"), town.hit("8KLM456"))
    assert (view.entries[0].requester, view.entries[0].case) == (
        "Sergeant Ines Calloway",
        town.case_number,
    )
    shown = town.record(action="hit.show", phase="intent")[-1]
    assert shown.case_number == town.case_number  # the entry's case stands for it
    town.later(days=8)
    assert (
        town.seen("8KLM456", at="2026-03-10 21:10").hits == 0
    )  # expired: no hit, even before it is taken off
    assert town.lists.expire(town.as_("hale")) == {"bolo": 1}
    assert town.lists.expire(town.as_("hale")) == {}
    assert plates(town, "bolo") == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"case": "26-99999"}, Refused),
        ({"purpose": "curiosity"}, Refused),
        ({"requester": " "}, BadInput),
        ({"source": ""}, BadInput),
        ({"expires": "2026-03-01 00:00"}, BadInput),
        ({"plate": "--"}, BadInput),
        ({"state": "XX"}, BadInput),
        ({"shoe_size": "9"}, BadInput),
        ({"note": "x" * 500}, BadInput),
    ],
)
def test_what_an_entry_by_hand_lacks_is_said(
    town_of: TownOf, change: dict[str, str], error: type[Exception]
) -> None:
    town = town_of()
    with pytest.raises(error):
        town.wanted(**change)
    assert all(each.entries == 0 for each in town.lists.register.all())


def test_a_closed_case_enters_nothing(town_of: TownOf) -> None:
    town = town_of()
    town.service.cases.close(town.case_number, by=town.session(town.admin))
    with pytest.raises(Refused, match="open case of the register"):
        town.wanted()


def test_an_entry_by_hand_is_taken_off_with_a_reason(town: Town) -> None:
    town.wanted()
    town.wanted("7ABX123")
    moss = town.as_("moss")
    with pytest.raises(BadInput, match="why it comes off"):
        town.lists.remove(moss, "8KLM456", why="done")
    with pytest.raises(BadInput, match="not on the list"):
        town.lists.remove(moss, "1AAA111", why="Vehicle was recovered by patrol")
    with pytest.raises(BadInput, match="not on the list"):
        town.lists.remove(moss, "8KLM456", state="NV", why="Vehicle was recovered by patrol")
    town.lists.remove(moss, "8klm 456", why="Vehicle was recovered by patrol")
    assert plates(town, "bolo") == ["7ABX123"]


# --- how files are read -----------------------------------------------------------------------------------


def read(
    tmp_path: Path, text: str | bytes, layout: str = "", name: str = "list.csv"
) -> list[Line | Problem]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    plan = None
    if layout:
        (tmp_path / "layout.yaml").write_text(layout)
        plan = load_layout(tmp_path / "layout.yaml")
    return list(read_list(path, plan, ZONE))


def entries(found: list[Line | Problem]) -> list[Entry]:
    assert all(isinstance(each, Line) for each in found), found
    return [each.entry for each in found if isinstance(each, Line)]


def test_genetec_and_vigilant_headers_are_known(tmp_path: Path) -> None:
    (one,) = entries(
        read(
            tmp_path,
            "PlateNumber;Category;PlateState;EffectiveDate;ExpiryDate\n7abx-123;Stolen;California;2026-03-01;2026-03-31\n",
        )
    )
    assert (one.plate, one.state, one.category) == ("7ABX123", "CA", "Stolen")
    assert one.effective == dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
    assert one.expires == dt.datetime(2026, 4, 1, 7, tzinfo=dt.UTC)  # the whole of its last day
    (two,) = entries(read(tmp_path, "Hot Plate,State,Alert,Squad\n7ABX123,us-nv,Wanted person,B\n"))
    assert (two.state, two.category, dict(two.other)) == ("NV", "Wanted person", {"Squad": "B"})


FIXED = """
name: extract
fields:
  plate: {start: 1, length: 8}
  state: {start: 9, length: 2}
  color: {start: 11, length: 3}
  reference: {start: 14, length: 6}
  expires: {start: 20, length: 8}
constants: {category: stolen vehicle}
dates: "%Y%m%d"
file: {ignore: "^(HDR|TRL)", encoding: windows-1252}
"""


def test_fixed_width_goes_by_its_layout(tmp_path: Path) -> None:
    text = "HDR20260302\n7ABX123 CASILN1234520260331\n8KLM456 NV   \n        CABLK\nTRL000002\n"
    found = read(tmp_path, gzip.compress(text.encode("windows-1252")), FIXED, "extract.gz")
    one, two, bad = found
    assert isinstance(one, Line)
    assert (one.entry.color, one.entry.reference, one.entry.category) == (
        "SIL",
        "N12345",
        "stolen vehicle",
    )
    assert one.entry.expires == dt.datetime(2026, 4, 1, 7, tzinfo=dt.UTC)
    assert isinstance(two, Line)
    assert (two.entry.plate, two.entry.state, two.line) == ("8KLM456", "NV", 3)
    assert isinstance(bad, Problem)
    assert (bad.line, bad.reason) == (4, "There is no plate.")


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("fields: {state: State}", "fields has no plate"),
        (
            "fields: {plate: Plate, make: {start: 1, length: 2}}",
            "Some fields have columns and some have headers",
        ),
        ("fields: {plate: {start: 0, length: 2}}", "plate has no start and length"),
        ("fields: {plate: Plate}\nfeilds: {}", "Did you mean fields"),
        ("fields: {plate: Plate, colour: X}", "Did you mean color"),
        ("fields: {plate: Plate}\ndates: yesterday", "no date format"),
        ("fields: {plate: Plate}\nfile: {ignore: '('}", "no regular expression"),
        ("fields: {plate: Plate}\nfile: {encoding: latin-99}", "no encoding"),
        ("fields: {plate: Plate}\nfile: {delimiter: '::'}", "not one character"),
        ("fields: [plate]", "no block of names"),
        ("fields: {plate: [", "not valid YAML"),
    ],
)
def test_a_layout_that_does_not_hold_is_named_with_its_mend(
    tmp_path: Path, layout: str, said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, "Plate\nX\n", layout)
    assert said in str(refused.value)
    assert "layout.yaml" in str(refused.value)


def test_a_column_that_the_layout_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadTransfer, match="no column 'Kennzeichen'"):
        read(tmp_path, "Plate\nX\n", "fields: {plate: Kennzeichen}")


@given(st.binary(max_size=400))
def test_no_file_does_anything_but_come_in_or_be_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            read(Path(folder), b"Plate;State;ExpiryDate\n" + data)
        except Failed:
            return


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02", "2026-03-03T08:00:00+00:00"),
        ("20260302", "2026-03-03T08:00:00+00:00"),
        ("03/02/2026", "2026-03-03T08:00:00+00:00"),
        ("2026-03-02 21:10", "2026-03-03T05:10:00+00:00"),
        ("2026-03-02T21:10:00Z", "2026-03-02T21:10:00+00:00"),
    ],
)
def test_dates_are_the_agencys_days(text: str, expected: str) -> None:
    formats = ("iso", "%Y%m%d", "%m/%d/%Y")
    assert moment(text, formats, ZONE, ends=True).isoformat() == expected


def test_a_time_that_the_clock_change_makes_doubtful_is_refused() -> None:
    with pytest.raises(ValueError, match="shown twice"):
        moment("2026-11-01 01:30", ("iso",), ZONE, ends=True)
    with pytest.raises(ValueError, match="cannot be read"):
        moment("31/31/2026", ("iso", "%m/%d/%Y"), ZONE, ends=True)


def test_no_column_is_taken_for_two_fields() -> None:
    found = recognized(
        ["Plate", "State", "Type", "Make", "Model", "Color", "Body Style", "Case #", "Notes"]
    )
    assert len(set(found.values())) == len(found) == 9
