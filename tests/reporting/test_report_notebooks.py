"""The notebooks that ship: clean, parameters as the models know them, and each runs to its end."""

from __future__ import annotations

import ast
import hashlib
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from reporting_bench import Bench, with_stand_in
from reporting_town import END, LATITUDE, LONGITUDE, START

from workbench.reporting.parameters import REPORTS, check
from workbench.reporting.references import external_references
from workbench.reporting.runner import notebook_path, run

AT = (START + (END - START) / 2).isoformat()
WINDOW = {"start": START.isoformat(), "end": END.isoformat()}
GROUNDS = {
    "case": "26-01873",
    "purpose": "homicide",
    "reason": "Shooting at Grand and Lucera, gray sedan",
}
PLACE = {"latitude": LATITUDE, "longitude": LONGITUDE, "radius_m": 800}
ASKED: dict[str, dict[str, Any]] = {
    "canvass": {**GROUNDS, **WINDOW, **PLACE},
    "partial_plate": {**GROUNDS, **WINDOW, **PLACE, "pattern": "7A?X12*", "at": AT},
    "audit": {
        "start": "2026-10-01T00:00:00-07:00",
        "end": "2026-11-01T00:00:00-07:00",
        "reviewer": "R. Alvarez",
    },
}
SHOWN = {
    "canvass": (
        "Case 26-01873",
        "not seen here before",
        "Cameras and their gaps",
        "no matter what this word is",
    ),
    "partial_plate": (
        "7ABX123",
        "As seen by",
        "At the scene",
        "None of these",
        "Candidates and why",
        "leading candidates were read",
    ),
    "audit": ("Access audit, October 2026", "The record is whole", "Sample to review", "Approver"),
}


def shipped(report: str) -> Any:
    return nbformat.read(notebook_path(report), 4)


@pytest.mark.parametrize("report", REPORTS)
def test_the_notebook_is_clean_and_whole(report: str) -> None:
    notebook = shipped(report)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert not cell.get("execution_count")
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("report", REPORTS)
def test_its_parameters_are_those_of_the_model_and_hold(report: str) -> None:
    (cell,) = [
        cell for cell in shipped(report).cells if "parameters" in cell.metadata.get("tags", [])
    ]
    given = {
        statement.targets[0].id: ast.literal_eval(statement.value)  # type: ignore[attr-defined]
        for statement in ast.parse(cell.source).body
        if isinstance(statement, ast.Assign)
    }
    assert set(given) == set(REPORTS[report].model_fields)
    check(report, {name: value for name, value in given.items() if value is not None})


@pytest.mark.parametrize("report", REPORTS)
def test_it_starts_with_what_it_answers_and_ends_with_what_it_does_not_show(report: str) -> None:
    words = [cell.source for cell in shipped(report).cells if cell.cell_type == "markdown"]
    assert any("What this answers." in text for text in words[:2])
    assert words[-1].startswith("## What this does not show")


@pytest.mark.parametrize("report", REPORTS)
def test_it_is_thin(report: str) -> None:
    for cell in shipped(report).cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            assert len(cell.source.splitlines()) <= 22
            for word in ("password", "token", "requests", "http", "sqlite", "service"):
                assert word not in cell.source.lower()


@pytest.mark.parametrize("report", REPORTS)
def test_it_runs_to_its_end(report: str, tmp_path: Path) -> None:
    bench = Bench()
    result = run(
        report, ASKED[report], home=tmp_path, out=tmp_path / "reports", bench=bench,
        notebook=with_stand_in(shipped(report)),
    )  # fmt: skip
    html = result.html.read_text()
    assert external_references(html) == []
    assert hashlib.sha256(html.encode()).hexdigest() == result.sha256
    for word in SHOWN[report]:
        assert (word in html) == (word != "no matter what this word is")
    executed = nbformat.read(result.notebook, 4)
    complaints = [
        output.text
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
    assert complaints == []
    assert len(bench.made) == 1


def test_the_notebook_of_an_unknown_report_is_missed_plainly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from workbench.errors import ReportFailed

    monkeypatch.setattr(sys, "prefix", "/nowhere")
    with pytest.raises(ReportFailed, match="missing"):
        notebook_path("unheard_of")
