"""``import workbench`` is quick and light: what is heavy is loaded where it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("cv2", "easyocr", "geopandas", "matplotlib", "networkx", "numba", "papermill", "torch")

PROBE = """
import json, sys, time
began = time.perf_counter()
import {module}
took = time.perf_counter() - began
print(json.dumps({{"took": took, "loaded": sorted({{name.split(".")[0] for name in sys.modules}})}}))
"""


def probe(module: str, *, before: str = "") -> dict[str, object]:
    """Import a module in a fresh interpreter; return how long it took and every top-level package then loaded."""
    program = before + PROBE.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("module", ["workbench", "workbench.cli"])
def test_nothing_heavy_is_loaded(module: str) -> None:
    loaded = probe(module)["loaded"]
    assert isinstance(loaded, list)
    assert "workbench" in loaded
    assert not set(HEAVY) & set(loaded)


def test_a_heavy_package_would_be_seen() -> None:
    loaded = probe("workbench", before="import matplotlib\n")["loaded"]
    assert isinstance(loaded, list)
    assert "matplotlib" in loaded


def test_time_beyond_the_dependencies_is_shown(record_property: pytest.RecordProperty) -> None:
    """Shown, not asserted: the machine decides. `pytest -s -k beyond` prints it."""
    loaded = probe("workbench")["loaded"]
    assert isinstance(loaded, list)
    own = {"workbench", "__main__"}
    others = [name for name in loaded if name not in own and not name.startswith("__editable__")]
    preload = "import importlib\n" + f"for name in {others!r}:\n    importlib.import_module(name)\n"
    took = probe("workbench", before=preload)["took"]
    assert isinstance(took, float)
    record_property("import_workbench_seconds", took)
    print(f"import workbench: {took:.3f} s beyond its dependencies")
