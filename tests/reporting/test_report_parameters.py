"""Nothing reaches papermill that a report does not know."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.translators import PythonTranslator

from workbench.errors import BadInput
from workbench.reporting.parameters import REPORTS, check

WINDOW = {"start": "2026-10-13T21:10:00-07:00", "end": "2026-10-13T22:10:00-07:00"}
GROUNDS = {"case": "26-01873", "purpose": "homicide", "reason": "Shooting at Grand and Lucera"}
CANVASS = {**GROUNDS, **WINDOW, "latitude": 36.58, "longitude": -120.25, "radius_m": 800}
PARTIAL = {**GROUNDS, **WINDOW, "pattern": "7A?X1*"}
POLYGON = [[36.58, -120.25], [36.59, -120.25], [36.59, -120.24]]


def without(parameters: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name not in names}


@pytest.mark.parametrize(
    ("report", "parameters"),
    [
        ("canvass", CANVASS),
        ("canvass", {**without(CANVASS, "latitude", "longitude", "radius_m"), "polygon": POLYGON}),
        ("partial-plate", PARTIAL),
        ("partial_plate", {**PARTIAL, "pattern": "[8B]#@(A)A~A{0.8}/6-7", "state": "CA"}),
        ("audit", {**WINDOW, "sample_size": 40, "seed": 7, "reviewer": "R. Alvarez"}),
    ],
)
def test_what_a_report_knows_is_taken(report: str, parameters: dict[str, Any]) -> None:
    checked = check(report, parameters)
    notebook = checked.for_notebook()
    assert set(notebook) == set(type(checked).model_fields)
    assert notebook["start"] == WINDOW["start"]
    for name, value in parameters.items():
        assert notebook[name] == value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"case": None}, "case"),
        ({"case": 2601873}, "case"),
        ({"case": ""}, "case"),
        ({"reason": "two\nlines"}, "reason"),
        ({"reason": "right\u202eto left"}, "reason"),
        ({"latitude": "36.58"}, "latitude"),
        ({"latitude": 136.0}, "latitude"),
        ({"radius_m": 0}, "radius_m"),
        ({"radius_m": float("nan")}, "radius_m"),
        ({"radius_m": None}, "scene needs"),
        ({"polygon": POLYGON}, "not both"),
        ({"start": "2026-10-13T21:10:00"}, "start"),
        ({"start": 1_760_000_000}, "start"),
        ({"start": "yesterday"}, "start"),
        ({"end": WINDOW["start"]}, "ends before"),
        ({"seen_by": "witness"}, "seen_by"),
    ],
)
def test_what_does_not_hold_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        check("canvass", {**CANVASS, **change})
    assert words in str(refused.value)


AT_SCENE = {**PARTIAL, "latitude": 36.58, "longitude": -120.25, "radius_m": 800}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"latitude": None}, "latitude, longitude and radius_m together"),
        ({"latitude": None, "longitude": None, "radius_m": None}, "needs its place"),
        ({"at": "2026-10-13T23:10:00-07:00"}, "outside the window"),
        ({"at": "2026-10-13T21:15:00"}, "at"),
        ({"at": "ten past nine"}, "at"),
    ],
)
def test_the_time_of_the_incident_has_a_place_and_lies_in_the_window(
    change: dict[str, Any], words: str
) -> None:
    asked = {**AT_SCENE, "at": "2026-10-13T21:15:00-07:00"}
    assert check("partial_plate", asked).for_notebook()["at"] == asked["at"]
    with pytest.raises(BadInput) as refused:
        check("partial_plate", {**asked, **change})
    assert words in str(refused.value)


@pytest.mark.parametrize("missing", ["case", "purpose", "reason", "start", "end"])
def test_nothing_may_be_missing(missing: str) -> None:
    with pytest.raises(BadInput, match=missing):
        check("canvass", without(CANVASS, missing))


@pytest.mark.parametrize("name", ["x=1;import os", "9lives", "", "a b", "näme", "__import__('os')"])
def test_a_name_that_is_no_identifier_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(BadInput, match="identifier") as refused:
        check("canvass", {**CANVASS, name: 1})
    assert not name or name not in str(refused.value)


@pytest.mark.parametrize("name", ["password", "api_key", "session_token", "client_secret"])
def test_a_password_is_never_a_parameter(name: str) -> None:
    with pytest.raises(BadInput, match="no passwords or tokens"):
        check("audit", {**WINDOW, name: "hunter2"})


def test_a_misspelled_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(BadInput, match="Did you mean radius_m"):
        check("canvass", {**CANVASS, "radius": 800})


@pytest.mark.parametrize("pattern", ["", "7A?X1'", "7A\nX", "7A;X", "Ä"])
def test_a_pattern_holds_pattern_characters_only(pattern: str) -> None:
    with pytest.raises(BadInput, match="pattern"):
        check("partial_plate", {**PARTIAL, "pattern": pattern})


@pytest.mark.parametrize(
    "polygon", [POLYGON[:2], [[36.58], [1.0, 2.0], [3.0, 4.0]], [[99.0, 0.0]] * 3]
)
def test_a_polygon_has_corners_on_the_globe(polygon: list[list[float]]) -> None:
    with pytest.raises(BadInput, match="polygon"):
        check(
            "canvass", {**without(CANVASS, "latitude", "longitude", "radius_m"), "polygon": polygon}
        )


def test_a_message_never_repeats_a_value() -> None:
    with pytest.raises(BadInput) as refused:
        check(
            "partial_plate",
            {**PARTIAL, "pattern": "7ABX123'", "seen_by": "SECRETWORD", "state": "Nevada"},
        )
    told = str(refused.value)
    assert "7ABX123" not in told
    assert "SECRETWORD" not in told
    assert "Nevada" not in told
    for name in ("pattern", "seen_by", "state"):
        assert name in told


def test_an_unknown_report_is_refused() -> None:
    with pytest.raises(BadInput, match="canvass, partial_plate, audit"):
        check("everything", {})


@pytest.mark.parametrize(
    ("start", "end", "folder"),
    [
        ("2026-10-01T00:00:00-07:00", "2026-11-01T00:00:00-07:00", "audit-2026-10"),
        ("2026-12-01T00:00:00-08:00", "2027-01-01T00:00:00-08:00", "audit-2026-12"),
        (
            "2026-10-01T00:00:00-07:00",
            "2026-10-08T00:00:00-07:00",
            "audit-2026-10-01-to-2026-10-07",
        ),
        (
            "2026-07-01T00:00:00-07:00",
            "2026-10-01T00:00:00-07:00",
            "audit-2026-07-01-to-2026-09-30",
        ),
    ],
)
def test_an_audit_goes_to_a_folder_of_its_period(start: str, end: str, folder: str) -> None:
    assert check("audit", {"start": start, "end": end}).folder == folder


@given(
    st.text(
        st.characters(
            exclude_categories=["Cc", "Cs", "Zl", "Zp"],
            exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        ),
        min_size=1,
        max_size=60,
    ).filter(str.strip)
)
def test_no_reason_gets_out_of_its_quotes(reason: str) -> None:
    """papermill writes values as code: what it writes is one string that reads back as the same words."""
    checked = check("canvass", {**CANVASS, "reason": reason}).for_notebook()
    code = PythonTranslator.codify(checked)
    assigned = {
        statement.targets[0].id: ast.literal_eval(statement.value)  # type: ignore[attr-defined]
        for statement in ast.parse(code).body
        if isinstance(statement, ast.Assign)
    }
    assert assigned == checked


def test_every_report_has_a_name_and_a_title() -> None:
    assert set(REPORTS) == {"canvass", "partial_plate", "audit"}
    assert all(model.title for model in REPORTS.values())
