"""The layers of DESIGN hold: what stands lower does not know what stands higher."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package in ``folder``."""
    return subprocess.run(
        [LINT, "--config", folder / "pyproject.toml", "--no-cache", "--no-logo"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_go_downwards_only() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_import_upwards_is_found(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "workbench", tmp_path / "workbench", ignore=skipped)
    lower = tmp_path / "workbench" / "errors.py"
    lower.write_text(lower.read_text() + "\nimport workbench.service\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert "workbench.errors -> workbench.service" in result.stdout
