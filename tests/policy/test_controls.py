from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from policy_builders import FIVE, profile

from workbench.policy.controls import CONTROLS
from workbench.records import tables


def test_every_control_answers_for_a_clause_or_for_a_refusal() -> None:
    used = {name for each in FIVE for clause in profile(each).clauses for name in clause.controls}
    assert used - set(CONTROLS) == set()
    assert set(CONTROLS) - used == {"limits"}  # the texts set none: the agency's own procedure


@pytest.mark.parametrize("name", sorted(CONTROLS))
def test_a_control_says_what_it_does_and_a_built_one_has_its_module(name: str) -> None:
    control = CONTROLS[name]
    assert control.what.endswith(".")
    if control.built:
        assert importlib.util.find_spec(control.module) is not None, control.module


TREE = Path(__file__).parents[2]


def test_controls_that_share_a_clause_name_tests_that_exist() -> None:
    shared = {
        name
        for each in FIVE
        for clause in profile(each).clauses
        if len(clause.controls) > 1
        for name in clause.controls
        if CONTROLS[name].built
    }
    for name in sorted(shared):
        control = CONTROLS[name]
        found = []
        for prefix in control.tests:
            file, _, test = prefix.partition("::")
            source = TREE / file
            found.append(source.is_file() and f"def {test}" in source.read_text(encoding="utf-8"))
        assert any(found), name


def test_what_is_yet_to_come_is_known() -> None:
    planned = {name for name, control in CONTROLS.items() if not control.built}
    assert planned <= {"evidence-package", "public-page"}


@pytest.mark.clause("claremont-ca:820.2[6]")
def test_reads_have_no_place_for_who_drives_or_owns_a_car() -> None:
    """The whole list, so that a column that is added must be thought about here."""
    assert {column.name for column in tables.plates.columns} == {
        "plate",
        "state",
        "first_at",
        "last_at",
        "reads",
    }
    personal = {
        "owner",
        "driver",
        "name",
        "address",
        "dob",
        "birth",
        "registration",
        "vin",
        "phone",
    }
    for column in tables.reads.columns:
        assert not personal & set(column.name.split("_")), column.name
