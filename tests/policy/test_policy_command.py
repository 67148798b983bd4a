from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from policy_builders import FIVE, profile

from workbench.cli.policy import policy
from workbench.errors import BadProfile
from workbench.policy.controls import CONTROLS
from workbench.policy.evidence import Proof, write
from workbench.policy.profile import path_of
from workbench.policy.schema import SCHEMA_FILE


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(policy, list(arguments), catch_exceptions=False)


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def data(*arguments: str) -> Any:
    return json.loads(said(*arguments, "--json"))


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.json"
    proof = Proof.now("tests/policy/test_x.py::test_training", ["clovis-ca:462.3(d)"], "passed")
    write(path, {proof.node: proof})
    return path


def test_list_names_the_five() -> None:
    shown = said("list")
    for name in FIVE:
        assert name in shown
    assert {each["id"] for each in data("list")} == set(FIVE)


DOCUMENT = {
    "clovis-ca": ["462.2.1(a)", "462.2.1(b)", "462.2.1(c)", "462.2.1(d)"],
    "piedmont-ca": ["438.2.1(a)", "438.2.1(b)", "438.2.1(c)", "438.2.1(d)"],
    "claremont-ca": ["820.7[1]", "820.7[2]"],
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=[pytest.mark.clause(*(f"{name}:{each}" for each in DOCUMENT[name]))]
            if name in DOCUMENT
            else [],
        )
        for name in FIVE
    ],
)
def test_show_writes_down_who_training_monitoring_records_and_custody(name: str) -> None:
    shown = " ".join(said("show", name).split())
    policy_ = profile(name)
    for word in (
        *policy_.roles,
        *(purpose.id for purpose in policy_.purposes),
        *(field.name.replace("_", " ") for field in policy_.access_record.fields),
        *policy_.custody.custodians,
        policy_.administrator.title,
        f"{policy_.audits.sample_percent:g} % of accesses",
        str(policy_.audits.every),
        f"kept at least {policy_.access_record.keep}",
    ):
        assert word in shown, word
    for requirement in policy_.requirements:
        assert requirement.what.split()[0] in shown
    for clause in policy_.clauses:
        assert clause.number in shown


def test_show_gives_the_file_and_the_data() -> None:
    assert said("show", "clinton-ut", "--yaml") == path_of("clinton-ut").read_text(encoding="utf-8")
    assert data("show", "clinton-ut")["retention"]["reads_max"] == "9 months"


def test_conformance_of_clause_control_tests_and_result(
    evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbuilt = dataclasses.replace(CONTROLS["releases"], built=False)
    monkeypatch.setitem(CONTROLS, "releases", unbuilt)
    found = data("conformance", "clovis-ca", "--evidence", str(evidence))
    rows = {each["number"]: each for each in found["clauses"]}
    assert rows["462.3(d)"]["state"] == "enforced"
    assert rows["462.3(d)"]["controls"] == ["training-currency"]
    assert rows["462.3(d)"]["tests"][0]["outcome"] == "passed"
    assert rows["462.3(a)"]["state"] == "not proven"
    assert rows["462.7(a)"]["state"] == "planned"
    assert found["counts"]["enforced"] == 1
    assert any("designee" in gap for gap in found["gaps"])
    shown = said("conformance", "clovis-ca", "--evidence", str(evidence), "--tests")
    for word in ("enforced", "planned", "training-currency", "1 of 1 tests passed", "designee"):
        assert word in shown
    assert "passed: tests/policy/test_x.py::test_training" in shown


def test_conformance_before_any_test_has_run_says_so(tmp_path: Path) -> None:
    shown = said("conformance", "seal-beach-ca", "--evidence", str(tmp_path / "none.json"))
    assert "make test" in shown
    assert "enforced" not in shown


def test_check_of_a_good_and_of_a_bad_file(tmp_path: Path) -> None:
    good = tmp_path / "ours.yaml"
    good.write_text(path_of("clovis-ca").read_text(encoding="utf-8"), encoding="utf-8")
    assert f"holds: {len(profile('clovis').clauses)} clauses" in " ".join(
        said("check", str(good)).split()
    )
    bad = tmp_path / "bad.yaml"
    bad.write_text(good.read_text(encoding="utf-8").replace("designee:", "desginee:"))
    with pytest.raises(BadProfile, match="Did you mean designee"):
        run("check", str(bad))


def test_schema_prints_the_published_file() -> None:
    assert said("schema") == SCHEMA_FILE.read_text(encoding="utf-8")


def test_an_unknown_profile_is_refused_with_the_known_names() -> None:
    with pytest.raises(BadProfile, match="clinton-ut"):
        run("show", "nowhere")
