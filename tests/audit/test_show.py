"""The record as a table, and its way out into a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pandas as pd
import pytest
import sqlalchemy as sa
from audit_town import CHEN, OKAFOR, RIVERA, ZONE, Record, local
from hypothesis import given
from hypothesis import strategies as st

from workbench.audit.chain import Entry
from workbench.audit.export import one_line, to_csv, write_csv
from workbench.audit.show import COLUMNS, last_searches, records
from workbench.errors import BadInput, BadTime


@pytest.fixture
def record(tmp_path, database):
    """A record on SQLite and on PostgreSQL in turn."""
    return Record(tmp_path, database=database)


def ids(frame: pd.DataFrame) -> list[int]:
    return frame["access_id"].tolist()


def test_an_intent_and_its_outcome_are_one_row(record):
    number = record.search(RIVERA, "10-05 21:12")
    (row,) = records(record.database, zone=ZONE).to_dict("records")
    assert row["access_id"] == number
    assert (row["outcome"], row["rows"], bool(row["truncated"])) == ("ok", 12, False)
    assert (row["username"], row["name"], row["roles"]) == (
        RIVERA,
        "Elena Rivera",
        "detective supervisor",
    )
    assert row["elements"] == {"plate": "7ABX123", "state": "CA"}
    assert row["at"] == local("10-05 21:12")
    assert row["local_time"].isoformat() == "2026-10-05T21:12:00-07:00"
    assert row["automatic"] is False
    assert (row["address"], row["host"], row["session_id"]) == ("10.1.4.20", "pc-rivera", 7)


@pytest.mark.clause("claremont-ca:820.5[3]", "claremont-ca:820.5[4]", "claremont-ca:820.5[5]")
@pytest.mark.clause("claremont-ca:820.5[6]", "claremont-ca:820.5[7]", "clovis-ca:462.5(a)")
def test_the_table_holds_what_the_statute_and_the_policies_ask_for(record):
    record.search(RIVERA, "10-05 21:12")
    (row,) = records(record.database).to_dict("records")
    wanted = (
        "at",
        "address",
        "elements",
        "username",
        "name",
        "organization",
        "purpose",
        "reason",
        "case_number",
    )
    assert all(row[name] for name in wanted)


def test_how_an_access_ended_is_told_apart(record):
    for outcome in ("ok", "refused", "failed", "unfinished"):
        record.search(outcome=outcome)
    record.event("login", "10-05 11:00")
    frame = records(record.database)
    assert frame["outcome"].tolist() == ["ok", "refused", "failed", "unfinished", "ok"]
    assert frame["clause"].tolist() == ["", "462.3(d)", "", "", ""]
    assert frame["detail"].tolist() == ["", "case.closed", "OperationalError", "", ""]
    assert frame["rows"].isna().tolist() == [False, True, True, True, True]


def test_an_empty_record_has_every_column_with_its_kind(record):
    frame = records(record.database, zone=ZONE)
    filled = records(searched(record), zone=ZONE)
    assert tuple(frame.columns) == COLUMNS
    assert frame.dtypes.to_dict() == filled.dtypes.to_dict()


def searched(record: Record):
    record.search()
    return record.database


def test_an_outcome_whose_intent_is_gone_is_still_shown(record):
    number = record.chain.append(
        Entry("outcome", "query.history", "ok", username=RIVERA, access_id=99)
    )
    (row,) = records(record.database).to_dict("records")
    assert (row["access_id"], row["outcome"], row["phase"]) == (number, "ok", "outcome")


def test_a_second_outcome_makes_no_second_row(record):
    number = record.search()
    record.chain.append(
        Entry("outcome", "query.history", "failed", username=RIVERA, access_id=number)
    )
    (row,) = records(record.database).to_dict("records")
    assert row["outcome"] == "ok"


@pytest.fixture
def busy(record):
    record.search(RIVERA, "10-05 10:00", plate="7ABX123")
    record.search(
        OKAFOR, "10-06 10:00", plate="8KLM432", case_number="26-00002", purpose="stolen-vehicle"
    )
    record.search(RIVERA, "10-07 10:00", outcome="refused", plate="7ABX12")
    record.search(
        CHEN,
        "10-08 10:00",
        outcome="unfinished",
        action="query.partial",
        elements={"pattern": "7ABX123"},
    )
    record.event("login", "10-09 10:00", by=RIVERA)
    return record


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [1, 3, 5, 6, 7]),
        ({"username": RIVERA}, [1, 5, 7]),
        ({"case": "26-00002"}, [3]),
        ({"purpose": "stolen-vehicle"}, [3]),
        ({"action": "query.*"}, [1, 3, 5, 6]),
        ({"action": "query.partial"}, [6]),
        ({"action": "query"}, []),
        ({"outcome": "ok"}, [1, 3, 7]),
        ({"outcome": "refused"}, [5]),
        ({"outcome": "unfinished"}, [6]),
        ({"outcome": "failed"}, []),
        ({"plate": "7abx-123"}, [1, 6]),
        ({"access_id": 3}, [3]),
        ({"before": 5}, [1, 3]),
        ({"start": local("10-06 10:00")}, [3, 5, 6, 7]),
        ({"end": local("10-06 10:00")}, [1]),
        ({"start": local("10-06 00:00"), "end": local("10-08 00:00"), "username": RIVERA}, [5]),
        ({"limit": 2}, [6, 7]),
        ({"limit": 1, "outcome": "ok", "action": "query.*"}, [3]),
    ],
)
def test_filters(busy, filters, found):
    assert ids(records(busy.database, **filters)) == found


def test_a_limit_says_whether_there_are_more(busy):
    assert records(busy.database, limit=4).attrs["truncated"] is True
    assert records(busy.database, limit=5).attrs["truncated"] is False


@pytest.mark.parametrize(
    "name", ["' OR 1=1 --", '"; DROP TABLE audit_records; --', "%", "_ivera", "rivera\\", "query.%"]
)
def test_a_filter_is_a_value_and_never_a_part_of_the_query(busy, name):
    for field in ("username", "case", "action", "purpose"):
        assert ids(records(busy.database, **{field: name})) == []
    assert ids(records(busy.database, action="%.*")) == []
    assert len(records(busy.database)) == 5


def test_wildcards_in_a_plate_are_no_wildcards(busy):
    assert ids(records(busy.database, plate="7ABX1%")) == []


@pytest.mark.parametrize("filters", [{"outcome": "fine"}, {"plate": " - "}, {"limit": 0}])
def test_a_filter_that_means_nothing_is_refused(busy, filters):
    with pytest.raises(BadInput):
        records(busy.database, **filters)


def test_a_time_without_a_zone_is_refused(busy):
    with pytest.raises(BadTime):
        records(busy.database, start=dt.datetime(2026, 10, 1))  # noqa: DTZ001


def test_when_each_account_last_asked(busy):
    assert last_searches(busy.database) == {
        RIVERA: local("10-07 10:00"),
        OKAFOR: local("10-06 10:00") + dt.timedelta(seconds=1),
        CHEN: local("10-08 10:00"),
    }
    assert set(last_searches(busy.database, before=3)) == {RIVERA}


def test_elements_that_are_no_json_are_shown_as_they_are(tmp_path):
    record = Record(tmp_path)
    record.event("login", "10-05 10:00")
    with record.database.engine.connect() as connection:
        connection.execute(sa.text("DROP TRIGGER audit_records_no_update"))
        connection.execute(sa.text("UPDATE audit_records SET elements = '{broken'"))
        connection.commit()
    assert records(record.database)["elements"].tolist() == [{"unreadable": "{broken"}]


# --- out of the workbench ---------------------------------------------------------------------------------


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_says_everything_that_the_table_says(busy):
    rows = parsed(to_csv(records(busy.database, zone=ZONE)))
    assert [row["access_id"] for row in rows] == ["1", "3", "5", "6", "7"]
    assert list(rows[0]) == list(COLUMNS)
    assert rows[0]["at"] == "2026-10-05T17:00:00+00:00"
    assert rows[0]["local_time"] == "2026-10-05T10:00:00-07:00"
    assert json.loads(rows[0]["elements"]) == {"plate": "7ABX123", "state": "CA"}
    assert (rows[0]["rows"], rows[0]["truncated"], rows[0]["automatic"]) == ("12", "no", "no")
    assert (rows[2]["rows"], rows[2]["truncated"]) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =HYPERLINK(1)",
        "＝1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_no_cell_can_run_as_a_formula(record, text):
    record.search(reason=text)
    (row,) = parsed(to_csv(records(record.database)))
    assert row["reason"].startswith("'")
    assert row["reason"][1:] == text


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_every_text_survives_and_none_is_a_formula(texts):
    rows = parsed(to_csv(pd.DataFrame({"reason": texts})))
    for text, row in zip(texts, rows, strict=True):
        assert row["reason"] in (text, f"'{text}")
        assert not row["reason"].lstrip(" \0").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_negative_number_stays_a_number():
    assert parsed(to_csv(pd.DataFrame({"n": [-3], "x": [-0.5]}))) == [{"n": "-3", "x": "-0.5"}]


def test_the_file_is_its_owners_alone_even_where_there_was_one(busy, tmp_path):
    path = tmp_path / "record.csv"
    path.write_text("old " * 10_000)
    path.chmod(0o644)
    write_csv(records(busy.database), path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"\xef\xbb\xbfaccess_id,")
    assert "old" not in path.read_text(encoding="utf-8-sig")


def test_a_reason_cannot_write_on_the_terminal():
    assert one_line("van\x1b[2Jleft\nnow\u202e") == "van�[2Jleft now�"
    assert one_line({"plate": "7ABX123"}) == '{"plate": "7ABX123"}'
