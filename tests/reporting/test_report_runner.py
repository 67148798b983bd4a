"""A run leaves a whole report or nothing, and says what went wrong without a plate."""

from __future__ import annotations

import hashlib
import json
import logging
import stat
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from reporting_bench import Bench

from workbench.errors import (
    BadInput,
    BadPattern,
    NotLoggedIn,
    RecordUnwritable,
    Refused,
    ReportFailed,
)
from workbench.reporting import kernel, runner
from workbench.reporting.parameters import check
from workbench.reporting.runner import run

PARAMETERS = {
    "start": "2026-10-01T00:00:00-07:00",
    "end": "2026-11-01T00:00:00-07:00",
    "reviewer": "R. Alvarez",
}
HEAD = """
class Head:
    def _repr_mimebundle_(self, **_):
        meta = {"title": "Audit", "subject": subject, "agency": "PD", "case": "", "access_ids": [7, 8]}
        return {"text/html": "<h1>" + subject + "</h1>", "application/vnd.workbench.report+json": meta}
subject = "October"
Head()
"""
QUERY = "kept = '7ABX123'; print(kept)"


def notebook(*code: str, head: str = HEAD) -> Any:
    """Return a small notebook with an audit's parameters."""
    names = ("start", "end", "sample_size", "seed", "reviewer", "approver")
    first = nbformat.v4.new_code_cell("\n".join(f"{name} = None" for name in names))
    first.metadata["tags"] = ["parameters"]
    cells = [first, nbformat.v4.new_code_cell(head), nbformat.v4.new_markdown_cell("## The middle")]
    cells += [nbformat.v4.new_code_cell(source) for source in code]
    return nbformat.v4.new_notebook(cells=cells)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class Desk:
    """Runs reports in a folder, with a stand-in for the record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bench = Bench()
        self.out = folder / "reports"

    def run(self, *code: str, **changes: Any) -> runner.ReportResult:
        given = changes.pop("notebook", None) or notebook(*code)
        return run(
            "audit",
            PARAMETERS,
            home=self.folder,
            out=self.out,
            bench=self.bench,
            notebook=given,
            **changes,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_report_is_an_html_file_and_its_notebook_and_a_line_on_the_record(desk: Desk) -> None:
    steps: list[tuple[str, float, float]] = []
    result = desk.run("print(reviewer)", progress=lambda *step: steps.append(step))
    assert result.html.parent == desk.out / "audit-2026-10"
    assert result.html.stem == result.notebook.stem
    assert "R. Alvarez" in result.html.read_text()
    assert "R. Alvarez" in str(nbformat.read(result.notebook, 4).cells[-1].outputs)
    assert result.access_ids == (7, 8)
    ((report, elements),) = desk.bench.made
    assert report == "audit"
    assert elements == {
        "case": "", "sha256": result.sha256, "access_ids": [7, 8], "file": f"audit-2026-10/{result.html.name}",
    }  # fmt: skip
    assert steps[0][1:] == (0, 4)
    assert steps[-1][1:] == (4, 4)
    assert json.loads(json.dumps(result.as_dict()))["record_id"] == result.record_id
    assert hashlib.sha256(result.html.read_bytes()).hexdigest() == result.sha256
    for path, mode in ((result.html, 0o600), (result.notebook, 0o600), (result.html.parent, 0o700)):
        assert stat.S_IMODE(path.stat().st_mode) == mode  # their owner alone can read them


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("print(kept); {}['7ABX123']", "“The middle”: KeyError"),
        ("import os; os._exit(9)", "DeadKernelError"),
    ],
)
def test_a_failed_run_leaves_nothing_behind_and_tells_no_plate(
    desk: Desk, caplog: Any, capfd: Any, code: str, told: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ReportFailed) as failed:
        desk.run(QUERY, code)
    assert told in str(failed.value)
    shown = str(failed.value) + caplog.text + "".join(capfd.readouterr())
    assert "7ABX123" not in shown
    assert "Traceback" not in shown
    assert failed.value.__suppress_context__
    assert files(desk.folder) == []
    assert desk.bench.failed == [("audit", "")]
    assert desk.bench.made == []


def test_a_refusal_comes_out_of_the_kernel_with_clause_and_remedy(desk: Desk) -> None:
    code = (
        "from workbench.errors import Refused",
        "raise Refused('Training [old] is over a year old.', clause='462.3(d)', citation='PD Policy 462.3(d)', "
        "remedy='Ask the coordinator [Lt. B].')",
    )
    with pytest.raises(Refused) as refused:
        desk.run("\n".join(code))
    assert refused.value.reason == "Training [old] is over a year old."
    assert refused.value.clause == "462.3(d)"
    assert refused.value.citation == "PD Policy 462.3(d)"
    assert refused.value.remedy == "Ask the coordinator [Lt. B]."
    assert files(desk.folder) == []
    assert desk.bench.failed == [("audit", "")]


def told_of(error: Exception, monkeypatch: pytest.MonkeyPatch) -> Exception:
    """Return what the runner makes of an error that a cell ended with."""
    monkeypatch.setattr(sys, "last_value", error, raising=False)
    checked = check("audit", PARAMETERS)
    return runner._cell_error(checked, notebook("1"), 4, json.loads(kernel.last_error()))


def test_an_ended_session_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    error = told_of(NotLoggedIn("Nobody is logged in.", remedy="Run: workbench login"), monkeypatch)
    assert isinstance(error, NotLoggedIn)
    assert error.remedy == "Run: workbench login"


def test_a_failure_of_the_workbenchs_own_is_told_in_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = told_of(BadPattern("Character 3: no.", "Leave it out.", position=2), monkeypatch)
    assert isinstance(error, ReportFailed)
    assert (error.problem, error.next_step) == ("Character 3: no.", "Leave it out.")


def test_any_other_error_is_told_by_its_type_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    error = told_of(ValueError("7ABX123 is no plate"), monkeypatch)
    assert isinstance(error, ReportFailed)
    assert "ValueError" in str(error)
    assert "7ABX123" not in str(error)


def test_a_page_that_points_outside_is_not_kept(desk: Desk) -> None:
    code = "from IPython.display import HTML\nHTML('<img src=\"https://tiles.example/1.png\">')"
    with pytest.raises(ReportFailed, match="outside of itself"):
        desk.run(code)
    assert files(desk.folder) == []


def test_a_notebook_without_title_block_is_no_report(desk: Desk) -> None:
    with pytest.raises(ReportFailed, match="no title block"):
        desk.run(notebook=notebook(head="1"))
    assert files(desk.folder) == []


def test_without_its_line_on_the_record_no_report_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> int:
        raise RecordUnwritable("The record cannot be written.")

    monkeypatch.setattr(desk.bench, "report_made", broken)
    with pytest.raises(RecordUnwritable):
        desk.run()
    assert files(desk.folder) == []
    assert not (desk.out / "audit-2026-10").exists()


def test_an_interrupted_run_is_recorded_and_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(kernel, "run_notebook", interrupted)
    with pytest.raises(KeyboardInterrupt):
        desk.run()
    assert files(desk.folder) == []
    assert desk.bench.failed == [("audit", "")]


def test_wrong_parameters_never_start_a_kernel(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.reporting.kernel.run_notebook", None)
    with pytest.raises(BadInput):
        run("audit", {**PARAMETERS, "sneaky": 1}, home=desk.folder, bench=desk.bench)
    assert desk.bench.failed == []


def test_the_kernel_is_this_interpreter_with_a_bare_environment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "leaked")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("WORKBENCH_SESSION_FILE", "/run/session")
    monkeypatch.setenv("JUPYTER_PATH", "/nowhere")
    code = (
        "import os, sys, json",
        "from ipykernel.kernelapp import IPKernelApp",
        "app = IPKernelApp.instance()",
        "shown = {'executable': sys.executable, 'environment': sorted(os.environ),",
        "         'home': os.environ['WORKBENCH_HOME'],",
        "         'history': get_ipython().history_manager.enabled, 'transport': app.transport}",
        "print(json.dumps(shown))",
    )
    result = desk.run("\n".join(code))
    seen = json.loads(nbformat.read(result.notebook, 4).cells[-1].outputs[0].text)
    assert seen["executable"] == sys.executable
    assert seen["home"] == str(desk.folder)
    assert not {"AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "JUPYTER_PATH"} & set(seen["environment"])
    assert "WORKBENCH_SESSION_FILE" in seen["environment"]
    assert seen["history"] is False
    assert seen["transport"] == "ipc"


@pytest.mark.parametrize("case", ["../../etc", "..", "a/b", "26 01873", "…", "."])
def test_a_case_number_cannot_lead_out_of_the_reports(tmp_path: Path, case: str) -> None:
    folder = runner._folder(tmp_path / "reports", case)
    assert folder.parent == tmp_path / "reports"
    assert folder.is_dir()


def test_two_reports_of_one_second_are_kept_apart(tmp_path: Path) -> None:
    first = runner._names(tmp_path, "canvass")
    first[0].write_text("x")
    assert runner._names(tmp_path, "canvass")[0] != first[0]
