"""``import workbench`` is quick and light: what is heavy is loaded where it is used."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import NamedTuple

import pytest

HEAVY = {
    "cv2", "easyocr", "geopandas", "ipyleaflet", "ipywidgets", "matplotlib", "networkx", "numba",
    "onnxruntime", "papermill", "torch",
}  # fmt: skip

PROBE = """
import json, sys, time
began = time.perf_counter()
import {module}
took = time.perf_counter() - began
print(json.dumps([took, sorted(sys.modules)]))
"""


class Import(NamedTuple):
    """How long an import took, in seconds, and every module that was loaded after it."""

    took: float
    modules: list[str]

    @property
    def packages(self) -> set[str]:
        return {name.partition(".")[0] for name in self.modules}


def probe(module: str, *, before: str = "") -> Import:
    """Import a module in a fresh interpreter."""
    program = before + PROBE.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return Import(*json.loads(done.stdout))


@pytest.mark.parametrize("module", ["workbench", "workbench.cli"])
def test_nothing_heavy_is_loaded(module: str) -> None:
    packages = probe(module).packages
    assert "workbench" in packages
    assert not HEAVY & packages


def test_a_heavy_package_would_be_seen() -> None:
    assert "matplotlib" in probe("workbench", before="import matplotlib\n").packages


def test_time_beyond_the_dependencies_is_shown() -> None:
    """Shown, not asserted: the machine decides. `pytest -s -k beyond` prints it."""
    others = [name for name in probe("workbench").modules if not name.startswith("workbench")]
    preload = f"""
import contextlib, importlib
for name in {[name for name in others if name != "__main__"]!r}:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
"""
    alone, beside = probe("workbench"), probe("workbench", before=preload)
    assert set(beside.modules) >= set(alone.modules)
    print(f"\nimport workbench: {alone.took:.3f} s, {beside.took:.3f} s beyond its dependencies")
