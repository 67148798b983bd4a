"""The notebook of the search desk: clean, readable, and run by papermill with nobody logged in it shows the log in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from world import World

from workbench.reporting.kernel import run_notebook
from workbench.reporting.runner import notebook_path


def shipped() -> Any:
    return nbformat.read(notebook_path("search_desk"), 4)


def test_it_is_clean_and_whole() -> None:
    notebook = shipped()
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    (code,) = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code.outputs == []
    assert code.execution_count is None


def test_it_says_what_it_is_and_what_it_does_not_show() -> None:
    words = [cell.source for cell in shipped().cells if cell.cell_type == "markdown"]
    assert "What this is." in words[0]
    assert words[-1].startswith("## What this does not show")


@pytest.mark.parametrize("home", ["home", "nowhere"])
def test_with_nobody_logged_in_it_runs_and_shows_the_log_in(
    tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no home, it says so in the panel and does not fail either."""
    monkeypatch.delenv("WORKBENCH_SESSION_FILE", raising=False)
    World(tmp_path / "home").service.close()
    executed = run_notebook(shipped(), {}, home=tmp_path / home)
    (code,) = [cell for cell in executed.cells if cell.cell_type == "code"]
    (shown,) = code.outputs
    assert shown.data["text/plain"] == "<SearchDesk closed>"
    assert "application/vnd.jupyter.widget-view+json" in shown.data
