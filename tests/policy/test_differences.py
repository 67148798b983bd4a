"""What differs between two profiles, in words that somebody can approve."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from policy_builders import FIVE, profile

from workbench.policy import differences as module
from workbench.policy.differences import differences
from workbench.policy.profile import Profile


def changed(**blocks: Any) -> Profile:
    plain = profile("clovis").model_dump(mode="json") | blocks
    return Profile.model_validate_json(_json(plain))


def _json(plain: dict[str, Any]) -> str:
    import json

    return json.dumps(plain)


@pytest.mark.parametrize("name", FIVE)
def test_a_profile_does_not_differ_from_itself(name: str) -> None:
    assert differences(profile(name), profile(name)) == ()


def test_what_is_added_removed_and_changed_is_named() -> None:
    old = profile("clovis")
    plain = old.model_dump(mode="json")
    plain["version"] = "2027.1"
    roles = plain["roles"]
    roles["analyst"]["actions"] = [*roles["analyst"]["actions"][1:], "ingest"]
    gone = roles["analyst"] and old.roles["analyst"].actions[0]
    del roles["trainer"]
    plain["purposes"] = plain["purposes"][1:]
    plain["retention"]["reads_min"] = "2 years"
    found = differences(old, Profile.model_validate_json(_json(plain)))
    assert found == (
        "version: from 2026.1 to 2027.1",
        f"roles.analyst.actions: removed {gone}",
        "roles.analyst.actions: added ingest",
        f"roles.trainer: removed ({old.roles['trainer'].title})",
        f"purposes.{old.purposes[0].id}: removed ({old.purposes[0].label})",
        "retention.reads_min: from 1 year to 2 years",
    )


def test_another_text_under_the_same_number_is_said_first() -> None:
    limits = profile("clovis").limits.model_dump(mode="json") | {"max_rows": 7}
    first, second = differences(profile("clovis"), changed(limits=limits))
    assert first.startswith("version: the number is 2026.1 in both")
    assert second == "limits.max_rows: from 50000 to 7"


def test_two_agencies_differ_in_their_clauses() -> None:
    found = differences(profile("clovis"), profile("clinton"))
    assert "id: from clovis-ca to clinton-ut" in found
    assert any(each.startswith("clauses.426.3.1: added") for each in found)
    assert any(each.startswith("clauses.462.4[3]: removed") for each in found)


def test_its_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0
