"""The examples in the docstrings hold, and nothing heavy loads before it is used."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import workbench.analysis

MODULES = [
    f"workbench.analysis.{module.name}"
    for module in pkgutil.iter_modules(workbench.analysis.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0
    assert set(module.__all__) <= set(dir(module))


def test_nothing_heavy_is_loaded_before_it_is_used():
    code = (
        "import sys, " + ", ".join(MODULES) + "; "
        "print([m for m in ('numba', 'pyproj', 'shapely', 'h3', 'geopandas', 'ruamel') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
