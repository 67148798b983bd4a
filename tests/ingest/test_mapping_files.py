"""Mapping files: what they can say, and how they are told where they do not hold."""

from __future__ import annotations

import json
import textwrap

import pytest
from transfer_files import EXPORT, exported, passages, table

from workbench.errors import BadInput, BadTransfer
from workbench.ingest.mapping import load_mapping
from workbench.ingest.preview import preview

ONE = passages(1)[0]
WHOLE = """
    name: learn-export
    columns:
      plate: Plate Number
      captured_at: [Scan Date, Scan Time]
      camera: camera name
      latitude: Lat
      longitude: Long
      confidence: Score
      heading: Way
    time:
      format: "%m/%d/%Y %I:%M:%S %p"
      zone: America/Los_Angeles
    units:
      confidence: percent
      heading: compass
    constants:
      state: CA
      source_agency: Fresno County Sheriff
      governmental: false
    file:
      delimiter: semicolon
      skip_lines: 2
"""


@pytest.fixture
def mapping(tmp_path):
    """Write a mapping file and return its path."""

    def write(text: str):
        path = tmp_path / "mapping.yaml"
        path.write_text(textwrap.dedent(text))
        return path

    return write


@pytest.fixture
def load(desk, tmp_path, mapping):
    """Load a table through a mapping and return the result and the reads."""

    def run(text: str, columns: str, *, encoding: str = "utf-8", **options):
        path = tmp_path / "export.csv"
        path.write_bytes(text.encode(encoding))
        return desk.receive(path, mapping=mapping(columns), **options), desk.rows("reads")

    return run


def test_a_whole_mapping_is_followed(load):
    text = "Report\nprinted today\n" + table(EXPORT, [exported(ONE)], delimiter=";")
    result, (read,) = load(text, WHOLE)
    assert result.format == "learn-export"
    assert (read["plate"], read["plate_raw"], read["captured_at"]) == (
        "7ABX000",
        "7ABX 000",
        ONE.at,
    )
    assert (read["confidence"], read["heading"], read["state"]) == (0.87, 0.0, "CA")
    assert (read["source_agency"], read["governmental"]) == ("Fresno County Sheriff", False)


def test_a_zone_a_unit_and_alternatives(load):
    columns = """
        columns: {plate: p, captured_at: t, camera: c, latitude: y, longitude: x, candidates: alt}
        time: {zone: UTC}
        units: {position: microdegrees}
    """
    alternatives = [
        "8ABX000:0.5|9ABX000",
        '[["8ABX000", 0.5], {"plate": "9ABX000", "score": 0.25}, 7]',
        "{oops",
        "",
    ]
    rows = [
        ["7ABX000", "2026-03-02 20:00:00", "C1", "36600000", "-120300000", one]
        for one in alternatives
    ]
    _, reads = load(table(["p", "t", "c", "y", "x", "alt"], rows), columns)
    assert {read["captured_at"] for read in reads} == {ONE.at}
    assert (reads[0]["latitude"], reads[0]["longitude"]) == (
        pytest.approx(36.6),
        pytest.approx(-120.3),
    )
    found = [json.loads(read["candidates"]) if read["candidates"] else None for read in reads]
    assert found == [
        [["8ABX000", 0.5], ["9ABX000", None]],
        [["8ABX000", 0.5], ["9ABX000", 0.25]],
        None,
        None,
    ]


def test_positions_in_feet_of_a_state_s_grid(load):
    columns = """
        columns: {plate: p, captured_at: t, latitude: y, longitude: x}
        time: {format: epoch}
        units: {position: "EPSG:2228"}
        constants: {camera: C1}
    """
    rows = [
        ["7ABX1", "1772481600", "1800000", "6561666.667"],
        ["7ABX2", "1772481600", "1e12", "1e12"],
    ]
    result, (read,) = load(table(["p", "t", "y", "x"], rows), columns)
    assert (result.accepted, result.rejected) == (1, 1)
    assert (read["latitude"], read["longitude"]) == (
        pytest.approx(36.2, abs=0.5),
        pytest.approx(-119, abs=0.2),
    )


def test_an_encoding_may_be_named(load):
    columns = """
        columns: {plate: p, captured_at: t, make: m}
        constants: {camera: C1}
        file: {encoding: cp437}
    """
    _, (read,) = load("p,t,m\n7ABX1,2026-03-02 12:00:00,Citroën\n", columns, encoding="cp437")
    assert read["make"] == "citroën"


def test_an_encoding_that_is_wrong_is_a_clear_error(load, desk):
    columns = (
        "{columns: {plate: p, captured_at: t}, constants: {camera: C1}, file: {encoding: utf-8}}"
    )
    with pytest.raises(BadTransfer, match="not valid utf-8"):
        load("p,t,m\n7ABX1,2026-03-02 12:00:00,Citroën\n", columns, encoding="cp437")
    assert desk.is_untouched()


def test_a_column_that_is_not_there_is_named_with_those_that_are(load, desk):
    columns = "columns: {plate: Plate, captured_at: Time}\nconstants: {camera: C1}\n"
    with pytest.raises(BadTransfer, match="no column 'Time'") as error:
        load("Plate,When,7ABX123\n7ABX1,2026-03-02 12:00:00,x\n", columns)
    assert "Plate, When" in error.value.next_step
    assert "7ABX" not in str(error.value)
    assert desk.is_untouched()


def test_the_camera_may_be_given_beside(load):
    columns = "columns: {plate: p, captured_at: t}"
    _, (read,) = load("p,t\n7ABX1,2026-03-02 12:00:00\n", columns, camera="C1")
    assert read["latitude"] == 36.58


def test_the_delimiter_is_found(load):
    for delimiter in ";\t|":
        columns = f"name: d{ord(delimiter)}\ncolumns: {{plate: p, captured_at: t}}\nconstants: {{camera: C1}}\n"
        text = f"p{delimiter}t\n7ABX1{delimiter}2026-03-02 12:00:00\n"
        assert load(text, columns)[0].accepted == 1


@pytest.mark.parametrize(
    ("text", "line", "said", "mend"),
    [
        ("columns: {plate: p}", 1, "no captured_at", "captured_at: <source column>"),
        ("name: x\n", 1, "no plate", "plate: <source column>"),
        ("colums:\n  plate: p\n", 1, "colums is not known", "Did you mean columns?"),
        (
            "columns:\n  plate: p\n  captured_at: t\n  lattitude: y\n",
            4,
            "lattitude is not known",
            "latitude",
        ),
        ("columns:\n  plate: p\n  captured_at:\n", 3, "names no column", "header"),
        ("columns:\n  plate: [p, q]\n  captured_at: t\n", 2, "several columns", "Only captured_at"),
        ("columns:\n  plate: 7\n  captured_at: t\n", 2, "names no column", "header"),
        ("columns: plate\n", 1, "not a list of names", "docs/ingest.md"),
        ("- plate\n", 1, "not a list of names", "docs/ingest.md"),
        ("{ok}time: {format: yesterday}\n", 4, "not a time format", "iso, epoch"),
        ("{ok}time: {format: '%H:%M'}\n", 4, "not a time format", "iso, epoch"),
        ("{ok}time: {format: [epoch, iso]}\n", 4, "beside other formats", "alone"),
        ("{ok}time:\n  zone: Fresno\n", 5, "no time zone", "IANA"),
        ("{ok}units:\n  confidence: permille\n", 5, "not a unit of confidence", "percent"),
        ("{ok}units:\n  speed: mph\n", 5, "speed is not known", "confidence, heading, position"),
        ("{ok}units:\n  position: yards\n", 5, "not a unit of position", "EPSG"),
        ("{ok}units:\n  position: EPSG:2228\n", 5, "both of its columns", "northing"),
        ("{ok}constants:\n  plate: X\n", 5, "plate is not known", ""),
        ("{ok}constants:\n  color: [red]\n", 5, "not a single value", "word"),
        ("{ok}file:\n  delimiter: ab\n", 5, "not one character", "tab"),
        ("{ok}file:\n  encoding: klingon\n", 5, "no encoding", "utf-8"),
        ("{ok}file:\n  encoding: base64\n", 5, "no encoding", "utf-8"),
        ("{ok}file:\n  skip_lines: -1\n", 5, "small number", "1000"),
        ("{ok}name: 7\n", 4, "not a word", "name"),
        ("columns: {plate: p\n", 2, "not valid YAML", "indents"),
        ("a: 1\na: 2\n", 2, "not valid YAML", "indents"),
    ],
)
def test_what_does_not_hold_is_told_with_line_and_mend(mapping, text, line, said, mend):
    text = text.replace("{ok}", "columns:\n  plate: p\n  captured_at: t\n")
    with pytest.raises(BadInput) as error:
        load_mapping(mapping(text))
    assert f"line {line}" in error.value.problem
    assert said in error.value.problem
    assert mend in error.value.next_step


def test_a_grid_that_is_not_known_is_told(mapping):
    text = "columns: {plate: p, captured_at: t, latitude: y, longitude: x}\nunits: {position: 'EPSG:99999'}\n"
    with pytest.raises(BadInput, match="no known grid"):
        load_mapping(mapping(text))


def test_a_missing_mapping_file_is_told(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        load_mapping(tmp_path / "gone.yaml")


def test_a_dry_run_shows_rows_and_problems_and_stores_nothing(desk, tmp_path, mapping):
    path = tmp_path / "export.csv"
    rows = [exported(one) for one in passages(30)]
    rows[2][0] = ""
    path.write_text("Report\nprinted today\n" + table(EXPORT, rows, delimiter=";"))
    found = preview(
        path,
        settings=desk.settings,
        now=desk.rows("members")[0]["created_at"],
        database=desk.database,
        mapping=mapping(WHOLE),
        rows=5,
    )
    assert (found.format, found.looked_at, len(found.rows)) == ("learn-export", 30, 5)
    first = found.rows[0]
    assert (first["line"], first["plate"], first["camera"], first["state"]) == (
        4,
        "7ABX000",
        "C1",
        "CA",
    )
    assert first["captured_at"].isoformat() == "2026-03-02T12:00:00-08:00"
    assert [problem.reason for problem in found.problems] == ["There is no plate."]
    assert not desk.rows("transfers")
    assert not desk.rows("reads")
