"""What stands around the code is in step with it: environments, locks, changelog, notebooks, hosts."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

from workbench.version import __version__

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT: dict[str, Any] = PYPROJECT["project"]
EXTRAS = ("recognition", "second-opinion", "easyocr")
LOCKS = ("requirements/lock.txt", "requirements/dev.txt", "requirements/extras.txt")

#: conda-forge's name of a package, where it is another than the one in pyproject.toml.
CONDA_NAMES = {
    "h3": "h3-py",
    "matplotlib": "matplotlib-base",
    "nbconvert": "nbconvert-core",
    "tzdata": "python-tzdata",
}
#: What the conda environment holds beside the dependencies: the interpreter, and what installs the workbench.
CONDA_FRAME = {"python", "pip", "setuptools"}

# In parts, so that this file does not name them itself.
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry.npm" + "js",
    "ana" + "conda.org",
    "ana" + "conda.com",
    "py" + "torch.org",
    "hugging" + "face.co",
    "prefix" + ".dev",
]


def committed() -> list[Path]:
    """Return the files that git keeps, or would keep if everything were added now."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def requirements(lines: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


def conda() -> dict[str, SpecifierSet]:
    entries = YAML(typ="safe").load(ROOT / "environment.yml")["dependencies"]
    assert all(isinstance(entry, str) for entry in entries), "no pip section"
    pairs = [entry.partition(" ") for entry in entries]
    return {name: SpecifierSet(ranges) for name, _, ranges in pairs}


def pins(lock: str) -> dict[str, Requirement]:
    lines = (ROOT / lock).read_text().splitlines()
    return requirements([line.rstrip("\\ ") for line in lines if line and line[0] not in "# "])


def test_conda_environment_has_the_same_packages_and_ranges() -> None:
    wanted = {
        CONDA_NAMES.get(name, name): one.specifier
        for name, one in requirements(PROJECT["dependencies"]).items()
    }
    found = {canonicalize_name(name): ranges for name, ranges in conda().items()}
    assert {name: found[name] for name in found if name not in CONDA_FRAME} == {
        canonicalize_name(name): ranges for name, ranges in wanted.items()
    }


def test_conda_environment_has_the_same_python_and_build() -> None:
    build = requirements(PYPROJECT["build-system"]["requires"])
    assert conda()["python"] == SpecifierSet(PROJECT["requires-python"])
    assert conda()["setuptools"] == build["setuptools"].specifier


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_every_dependency_within_its_range(lock: str) -> None:
    wanted = [*PROJECT["dependencies"], *PYPROJECT["build-system"]["requires"]]
    if not lock.endswith("lock.txt"):
        wanted += PYPROJECT["dependency-groups"]["dev"]
    if lock.endswith("extras.txt"):
        extras = PROJECT["optional-dependencies"]
        wanted += [one for each in EXTRAS for one in extras[each]]
    locked = pins(lock)
    for name, one in requirements(wanted).items():
        version = next(iter(locked[name].specifier)).version
        assert one.specifier.contains(version, prereleases=True), f"{name}: run make lock"


def test_locks_agree() -> None:
    for smaller, larger in itertools.pairwise(map(pins, LOCKS)):
        assert {name: str(one) for name, one in larger.items() if name in smaller} == {
            name: str(one) for name, one in smaller.items()
        }


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(), flags=re.IGNORECASE)
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert len(entries) > 50
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_heavy_readers_are_extras_only() -> None:
    assert not {"torch", "easyocr", "opencv-python"} & set(pins("requirements/lock.txt"))
    assert {"torch", "easyocr"} <= set(requirements(PROJECT["optional-dependencies"]["easyocr"]))


def test_build_requirements_are_those_of_pyproject() -> None:
    lines = (ROOT / "requirements/build.in").read_text().splitlines()
    written = [line for line in lines if line and not line.startswith("#")]
    assert written == PYPROJECT["build-system"]["requires"]


def test_no_committed_file_names_a_package_host() -> None:
    named = [
        (str(path.relative_to(ROOT)), host)
        for path in committed()
        for host in HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert named == []


def test_notebooks_hold_no_output() -> None:
    kept = [path for path in committed() if path.suffix == ".ipynb"]
    for path in kept:
        cells = json.loads(path.read_text())["cells"]
        assert [
            cell for cell in cells if cell.get("outputs") or cell.get("execution_count")
        ] == [], path


def test_changelog_opens_with_this_version() -> None:
    heads = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert next(head for head in heads if head != "Unreleased") == __version__


def test_every_dependency_is_explained() -> None:
    text = (ROOT / "docs/dependencies.md").read_text()
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    groups += [PYPROJECT["dependency-groups"]["dev"], PYPROJECT["build-system"]["requires"]]
    names = {Requirement(line).name for group in groups for line in group}
    explained = set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))
    assert explained == names


def test_links_in_documents_lead_somewhere() -> None:
    links = [
        (path, target)
        for path in committed()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text())
        if "://" not in target and not target.startswith("mailto:")
    ]
    dead = [
        (str(path.relative_to(ROOT)), target)
        for path, target in links
        if not (path.parent / target).exists()
    ]
    assert dead == []


def test_every_document_stands_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text()
    names = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {name for name in names if f"]({name})" not in index} == set()


def test_documents_named_in_the_code_exist() -> None:
    named = {
        name
        for path in (ROOT / "workbench").rglob("*.py")
        for name in re.findall(r"docs/[\w-]+\.md", path.read_text())
    }
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_make_targets_are_explained() -> None:
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    explained = set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
    assert explained == set(phony[1].split()) == {
        "clean", "demo", "extras", "help", "lab", "lint", "lock", "screenshots", "test",
    }  # fmt: skip
