"""The case register."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registers import NOW, add_members, open_chain, record, rejects, write

from workbench.cases import Cases
from workbench.errors import BadInput, RecordUnwritable
from workbench.policy.profile import load
from workbench.records.database import Database
from workbench.records.tables import case_assignments


class Register:
    """Cases on a fresh database, with two detectives."""

    def __init__(self, database: Database, home: Path, profile: str = "clovis-ca") -> None:
        self.database = database
        self.home = home
        self.rejects = home / "rejects"
        rules = load(profile).case
        zone = ZoneInfo("America/Los_Angeles")
        self.cases = Cases(database, open_chain(database, home), rules, lambda: NOW, zone)
        add_members(database, "rivera", "ortiz", "chan")

    def bring_in(self, text: str, **options: object):  # type: ignore[no-untyped-def]
        path = write(self.home / "cases.csv", text)
        return self.cases.import_csv(path, rejects=self.rejects, **options)  # type: ignore[arg-type]


@pytest.fixture
def register(database: Database, tmp_path: Path) -> Register:
    return Register(database, tmp_path)


@pytest.fixture
def desk(sqlite: Database, tmp_path: Path) -> Register:
    return Register(sqlite, tmp_path)


def test_a_case_as_entered_and_as_found(register: Register) -> None:
    entered = register.cases.register(
        number=" 26-00417 ",
        crime_type="homicide",
        incident_number="I26-01873",
        title="Shooting at 5th and Main",
        opened_on=dt.date(2026, 3, 2),
    )
    assert register.cases.get("26-00417") == entered
    assert (entered.number, entered.status, entered.source) == ("26-00417", "open", "manual")
    assert entered.assigned == frozenset()
    assert register.cases.get("26-00418") is None
    assert register.cases.list() == [entered]
    assert record(register.database) == [
        ("case.registered", "26-00417",
         {"status": "open", "opened_on": "2026-03-02", "source": "manual"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "good", "bad"),
    [
        ("clovis-ca", "24-01873", "24CL01873"),
        ("clinton-ut", "24CL01873", "24-01873"),
        ("clovis-ca", "24-01873", "24-018733"),
        ("clovis-ca", "24-01873", "x24-01873"),
        ("clovis-ca", "24-01873", ""),
    ],
)
def test_the_number_is_the_agencys_own(
    sqlite: Database, tmp_path: Path, profile: str, good: str, bad: str
) -> None:
    cases = Register(sqlite, tmp_path, profile).cases
    with pytest.raises(BadInput, match=f"such as {good}"):
        cases.register(number=bad)
    assert cases.register(number=good).number == good


def test_what_a_case_cannot_be(desk: Register) -> None:
    desk.cases.register(number="26-00417")
    with pytest.raises(BadInput, match="of that number already"):
        desk.cases.register(number="26-00417")
    with pytest.raises(BadInput, match="neither open nor closed"):
        desk.cases.register(number="26-00418", status="pending")


def test_texts_that_no_database_keeps(register: Register) -> None:
    for text in ("nul \0", "half a \ud800 pair"):
        with pytest.raises(BadInput, match="cannot be kept"):
            register.cases.register(number="26-00417", title=text)
        assert register.cases.get(text) is None
        with pytest.raises(BadInput, match="no such case"):
            register.cases.close(text)


def test_assigning_and_taking_off(register: Register) -> None:
    register.cases.register(number="26-00417")
    register.cases.register(number="26-00418")
    assert register.cases.assign("26-00417", ["Rivera", "ortiz"]).assigned == {"rivera", "ortiz"}
    register.cases.assign("26-00417", ["rivera"])
    case = register.cases.unassign("26-00417", ["ortiz", "chan"])
    assert case.assigned == {"rivera"}
    assert register.cases.get("26-00417") == case
    again = register.cases.assign("26-00417", ["ortiz"])
    assert again.assigned == {"rivera", "ortiz"}
    assert register.cases.list()[1].assigned == frozenset()
    assert [elements for _, _, elements in record(register.database, "case.assigned")] == [
        {"added": ["ortiz", "rivera"], "removed": []},
        {"added": [], "removed": ["ortiz"]},
        {"added": ["ortiz"], "removed": []},
    ]
    with register.database.read() as connection:
        assert len(connection.execute(case_assignments.select()).all()) == 3  # kept, with its end


def test_only_members_have_cases(desk: Register) -> None:
    desk.cases.register(number="26-00417")
    for names in (["rivera", "nobody"], []):
        with pytest.raises(BadInput, match="no member"):
            desk.cases.assign("26-00417", names)
    with pytest.raises(BadInput, match="no such case"):
        desk.cases.assign("26-00499", ["rivera"])
    found = desk.cases.get("26-00417")
    assert found is not None
    assert found.assigned == frozenset()


def test_closing_and_reopening(register: Register) -> None:
    register.cases.register(number="26-00417", opened_on=dt.date(2026, 3, 2))
    closed = register.cases.close("26-00417")
    assert (closed.status, closed.closed_on) == ("closed", dt.date(2026, 3, 10))
    assert register.cases.get("26-00417") == closed
    with pytest.raises(BadInput, match="closed already"):
        register.cases.close("26-00417")
    opened = register.cases.reopen("26-00417")
    assert (opened.status, opened.closed_on) == ("open", None)
    with pytest.raises(BadInput, match="open already"):
        register.cases.reopen("26-00417")
    with pytest.raises(BadInput, match="closed before it was opened"):
        register.cases.close("26-00417", on=dt.date(2026, 3, 1))
    assert [elements for _, _, elements in record(register.database, "case.changed")] == [
        {"status": ["open", "closed"], "closed_on": [None, "2026-03-10"]},
        {"status": ["closed", "open"], "closed_on": ["2026-03-10", None]},
    ]


CASES = """
    number,crime_type,status,incident_number,title,opened_on,closed_on,assigned
    26-00417,homicide,open,I26-01873,"Shooting, 5th and Main",2026-03-02,,rivera; Ortiz
    26-00418,burglary,closed,I26-01900,,2026-01-02,2026-02-03,
"""


def test_cases_from_a_file(register: Register) -> None:
    result = register.bring_in(CASES)
    assert (result.accepted, result.updated, result.unchanged, result.rejected) == (2, 0, 0, ())
    assert result.reject_file is None
    first, second = register.cases.list()
    assert (first.number, first.crime_type, first.title) == (
        "26-00417", "homicide", "Shooting, 5th and Main",
    )  # fmt: skip
    assert first.assigned == {"rivera", "ortiz"}
    assert first.source == "import"
    assert (second.status, second.closed_on) == ("closed", dt.date(2026, 2, 3))
    imported = record(register.database)[-1]
    assert imported == ("case.imported", "", {
        "file": "cases.csv",
        "sha256": hashlib.sha256((register.home / "cases.csv").read_bytes()).hexdigest(),
        "accepted": 2, "updated": 0, "unchanged": 0, "rejected": 0,
    })  # fmt: skip


def test_the_same_file_again_changes_nothing_and_says_so(register: Register) -> None:
    register.bring_in(CASES)
    before = register.cases.list()
    result = register.bring_in(CASES)
    assert (result.accepted, result.updated, result.unchanged) == (0, 0, 2)
    assert register.cases.list() == before


def test_a_later_file_updates_and_says_what(register: Register) -> None:
    register.bring_in(CASES)
    result = register.bring_in(
        """
        Number,Status,Closed On,Assigned,Crime Type
        26-00417,closed,2026-03-09,chan,
        26-00418,open,,,burglary
        """
    )
    assert (result.updated, result.changes) == (
        2, ("26-00417: status, closed_on, assigned", "26-00418: status, closed_on"),
    )  # fmt: skip
    first, second = register.cases.list()
    assert (first.status, first.closed_on, first.assigned) == (
        "closed", dt.date(2026, 3, 9), frozenset({"chan"}),
    )  # fmt: skip
    assert first.title == "Shooting, 5th and Main"
    assert first.crime_type == "homicide"
    assert (second.status, second.closed_on) == ("open", None)


def test_assignments_can_be_added_to(desk: Register) -> None:
    desk.bring_in(CASES)
    desk.bring_in("number,assigned\n26-00417,chan\n26-00418,", assignments="add")
    assert desk.cases.list()[0].assigned == {"rivera", "ortiz", "chan"}
    desk.bring_in("number,assigned\n26-00417,")
    assert desk.cases.list()[0].assigned == frozenset()


def test_bad_rows_are_named_with_line_reason_and_text_and_nothing_of_them_is_kept(
    register: Register,
) -> None:
    result = register.bring_in(
        """
        number,status,opened_on,closed_on,assigned
        26-00417,open,2026-03-02,,rivera

        417,open,,,
        26-00419,pending,,,
        26-00420,open,03/02/2026,,
        26-00421,open,,2026-03-02,
        26-00422,closed,2026-03-02,2026-03-01,
        26-00423,open,,,rivera;nobody
        26-00417,open,,,
        26-00424,open
        26-00425,open,,,,,
        ,,,,
        26-00426,"open
        """
    )
    assert result.accepted == 1
    assert rejects(result.reject_file) == [
        (4, "the number does not look like one of the agency's, such as 24-01873", "417,open,,,"),
        (5, "the status is neither open nor closed", "26-00419,pending,,,"),
        (6, "a day is not written like 2026-03-02", "26-00420,open,03/02/2026,,"),
        (7, "an open case has no day on which it was closed", "26-00421,open,,2026-03-02,"),
        (8, "the case was closed before it was opened", "26-00422,closed,2026-03-02,2026-03-01,"),
        (9, "assigned to an unknown member: nobody", "26-00423,open,,,rivera;nobody"),
        (10, "the case stands on line 2 already", "26-00417,open,,,"),
        (11, "2 cells under 5 columns", "26-00424,open"),
        (12, "7 cells under 5 columns", "26-00425,open,,,,,"),
        (13, "no cell holds anything", ",,,,"),
        (14, "not a row of CSV: unexpected end of data", '26-00426,"open'),
    ]
    assert [case.number for case in register.cases.list()] == ["26-00417"]
    assert record(register.database)[-1][2]["rejected"] == 11
    assert result.reject_file is not None
    assert result.reject_file.stat().st_mode & 0o777 == 0o600
    assert len(result.as_dict()["rejected"]) == 11


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_files_as_spreadsheets_write_them(desk: Register, encoding: str) -> None:
    path = write(desk.home / "c.csv", "number,title\n26-00417,Café at 5th", encoding)
    desk.cases.import_csv(path, rejects=desk.rejects)
    assert desk.cases.list()[0].title == "Café at 5th"


def test_a_row_that_is_not_utf_8_is_rejected_alone(desk: Register) -> None:
    path = write(desk.home / "c.csv", "number,title\n26-00417,Café\n26-00418,plain", "latin-1")
    result = desk.cases.import_csv(path, rejects=desk.rejects)
    assert rejects(result.reject_file) == [
        (2, "not UTF-8, or holds a NUL character", r"26-00417,Caf\udce9")
    ]
    assert [case.number for case in desk.cases.list()] == ["26-00418"]


def test_line_breaks_in_quotes_and_old_line_ends(desk: Register) -> None:
    path = desk.home / "c.csv"
    path.write_bytes(b'number,title\r\n26-00417,"two\r\nlines"\r26-00418,"a ""quote"""\r\n\r\n')
    result = desk.cases.import_csv(path, rejects=desk.rejects)
    assert [case.title for case in desk.cases.list()] == ["two\r\nlines", 'a "quote"']
    assert result.rejected == ()


def test_an_open_quote_costs_one_row_not_the_file(desk: Register) -> None:
    rows = "\n".join(f"26-{n:05d},fine" for n in range(1, 60))
    result = desk.bring_in(f'number,title\n26-00600,"never closed\n{rows}')
    assert result.accepted == 59
    assert [(each.line, each.reason) for each in result.rejected] == [
        (2, "not a row of CSV: unexpected end of data")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("crime_type\nx", "lacks a column: number"),
        ("number,crimetype\n26-00417,x", r"does not know: crimetype. Did you mean crime_type\?"),
        ("number,suspect,weapon\n26-00417,x,y", "does not know: suspect, weapon"),
        ("number,number\n26-00417,26-00417", "twice: number"),
        ("number,\n26-00417,x", r"does not know: \(no name\)"),
        ('number,"title\n26-00417,x', "first line cannot be read"),
        ("PK\x03\x04sheet", "is no CSV"),
        ("number\0title", "is no CSV"),
    ],
)
def test_files_that_are_refused_whole(desk: Register, text: str, message: str) -> None:
    path = desk.home / "c.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=message):
        desk.cases.import_csv(path, rejects=desk.rejects)
    assert record(desk.database) == []
    assert not desk.rejects.exists()


def test_a_missing_file_is_refused(desk: Register) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        desk.cases.import_csv(desk.home / "none.csv", rejects=desk.rejects)


def test_columns_can_be_ignored_by_name(desk: Register) -> None:
    path = write(desk.home / "c.csv", "number,Weapon\n26-00417,knife")
    desk.cases.import_csv(path, rejects=desk.rejects, ignore=["weapon"])
    assert desk.cases.list()[0].number == "26-00417"


def test_an_import_that_cannot_be_recorded_changes_nothing(register: Register) -> None:
    with register.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE audit_records")
    with pytest.raises(RecordUnwritable):
        register.bring_in(CASES)
    assert register.cases.list() == []


cell = st.text(max_size=12) | st.sampled_from(
    ["26-00417", "open", "2026-01-01", '"', "rivera", ";"]
)


def test_whatever_is_in_a_file_no_row_vanishes(desk: Register) -> None:
    @settings(max_examples=60, deadline=None, database=None)
    @given(st.lists(st.lists(cell, min_size=1, max_size=4).map(",".join), max_size=8), st.binary())
    def bring_in(lines: list[str], noise: bytes) -> None:
        body = "\n".join(["number,status,opened_on,assigned", *lines]).encode("utf-8", "replace")
        path = desk.home / "any.csv"
        path.write_bytes((body + b"\n" + noise).replace(b"\0", b"?"))
        result = desk.cases.import_csv(path, rejects=desk.rejects)
        kept = result.accepted + result.updated + result.unchanged
        text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
        if kept == 0:
            lost = text.partition("\n")[2].strip()
            shown = [part for each in result.rejected for part in each.text.split()]
            assert [part for part in lost.split() if part not in shown] == []

    bring_in()
