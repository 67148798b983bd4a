"""What the test runs leave behind: marks, merging, and the plugin that writes it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from policy_builders import FIVE

from workbench.errors import BadInput
from workbench.policy.evidence import Proof, merge, read, resolve, write

PLUGIN = Path(__file__).parents[1] / "clause_evidence.py"
MARKED = """
import pytest

@pytest.mark.clause("clovis-ca:462.5(a)", "clovis-ca:462.5(b)")
def test_one():
    assert {one}

@pytest.mark.clause("clovis-ca:462.3(d)")
@pytest.mark.parametrize("n", [1, 2])
def test_two(n):
    assert n < {two}

@pytest.mark.clause("clovis-ca:462.5(c)")
@pytest.mark.skipif({skip}, reason="not here")
def test_three():
    pass

def test_unmarked():
    pass
"""


class Project:
    """A folder with this project's conftest and tests of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.evidence = folder / "reports" / "evidence.json"
        (folder / "pytest.ini").write_text(
            "[pytest]\naddopts = --strict-markers -p no:cacheprovider\nmarkers = clause(*ids): proves\n"
        )
        shutil.copy(PLUGIN, folder / PLUGIN.name)
        (folder / "conftest.py").write_text('pytest_plugins = ["clause_evidence"]\n')

    def test_file(self, name: str = "test_it.py", **values: object) -> None:
        known = {"one": True, "two": 3, "skip": False} | values
        (self.folder / name).write_text(MARKED.format(**known))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "xdist", *arguments],
            cwd=self.folder,
            env=os.environ
            | {
                "WORKBENCH_TEST_EVIDENCE": str(self.evidence),
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def outcomes(self) -> dict[str, str]:
        return {node: proof.outcome for node, proof in read(self.evidence).items()}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


FIRST = {
    "test_it.py::test_one": "passed",
    "test_it.py::test_two[1]": "passed",
    "test_it.py::test_two[2]": "failed",
    "test_it.py::test_three": "skipped",
}


def test_runs_of_some_tests_renew_only_those_and_gone_tests_are_dropped(project: Project) -> None:
    project.test_file(two=2, skip=True)
    project.test_file("test_other.py")
    assert project.run().returncode == 1
    other = {f"test_other.py::{each.partition('::')[2]}": "passed" for each in FIRST}
    assert project.outcomes() == FIRST | other
    proof = read(project.evidence)["test_it.py::test_one"]
    assert proof.clauses == ("clovis-ca:462.5(a)", "clovis-ca:462.5(b)")
    assert proof.when.endswith("+00:00")

    project.test_file(two=3, skip=True)
    assert project.run("-k", "two and 2 and not other").returncode == 0
    assert project.outcomes() == FIRST | other | {"test_it.py::test_two[2]": "passed"}

    text = (project.folder / "test_it.py").read_text().replace("test_one", "test_renamed")
    (project.folder / "test_it.py").write_text(text)
    (project.folder / "test_other.py").unlink()
    project.run("test_it.py")
    assert set(project.outcomes()) == {
        "test_it.py::test_renamed",
        "test_it.py::test_two[1]",
        "test_it.py::test_two[2]",
        "test_it.py::test_three",
    }

    (project.folder / "test_it.py").write_text("import nothing_of_that_name\n")
    project.run()
    assert project.outcomes() == {}


def test_under_xdist_the_same_is_written(project: Project) -> None:
    project.test_file(two=2, skip=True)
    assert project.run("-n", "1", "--dist", "loadfile").returncode == 1
    assert project.outcomes() == FIRST


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_mark_that_names_no_clause_ends_the_run(
    project: Project, workers: tuple[str, ...]
) -> None:
    project.test_file()
    text = (project.folder / "test_it.py").read_text().replace("462.5(c)", "462.55(c)")
    (project.folder / "test_it.py").write_text(text)
    ended = project.run(*workers)
    assert ended.returncode != 0
    assert "462.55(c)" in ended.stdout + ended.stderr
    assert "passed" not in ended.stdout
    assert not project.outcomes()


# --- marks ---------------------------------------------------------------------------------------


def test_a_mark_names_one_clause() -> None:
    assert resolve("clovis-ca:462.5(a)") == ("clovis-ca:462.5(a)",)


def test_a_common_rule_stands_for_its_clauses_in_all_five() -> None:
    found = resolve("*:common.3")
    assert {each.partition(":")[0] for each in found} == set(FIVE)
    assert "clovis-ca:462.3(d)" in found


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("462.5(a)", "profile:number"),
        ("clovis:462.5(a)", "clovis-ca"),
        ("clovis-ca:462.4", r"462\.4\[1\]"),
        ("clovis-ca:462.5(z)", r"462\.5\(a\)"),
        ("clovis-ca:", "did you mean"),
        ("*:common.99", "no such common rule"),
        ("*:462.5(a)", "no profile"),
    ],
)
def test_other_marks_are_refused_with_what_was_meant(mark: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        resolve(mark)


# --- the file ------------------------------------------------------------------------------------


def proof(node: str, *clauses: str, outcome: str = "passed") -> Proof:
    return Proof.now(node, clauses, outcome)  # type: ignore[arg-type]


def test_a_test_that_lost_its_mark_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    merge(path, [proof("a", "x:1"), proof("b", "x:2")], gone=lambda _: False)
    merge(path, [proof("a")], gone=lambda _: False)
    assert set(read(path)) == {"b"}


def test_a_damaged_file_is_named_and_a_new_run_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    for damage in ("{", "[]", '{"format": 99, "tests": {}}', '{"format": 1, "tests": {"a": 3}}'):
        path.write_text(damage)
        with pytest.raises(BadInput, match="make test"):
            read(path)
    merge(path, [proof("a", "x:1")], gone=lambda _: False)
    assert set(read(path)) == {"a"}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "evidence.json"
    assert read(path) == {}
    proofs = {each.node: each for each in (proof("a", "x:1"), proof("b", "x:2", outcome="failed"))}
    write(path, proofs)
    assert read(path) == proofs
    assert json.loads(path.read_text())["release"]
    assert [each.name for each in path.parent.iterdir()] == ["evidence.json"]
