from __future__ import annotations

import json

import jsonschema
import pytest
from policy_builders import FIVE
from ruamel.yaml import YAML

from workbench.policy.profile import path_of
from workbench.policy.reading import plain
from workbench.policy.schema import SCHEMA_FILE, schema_text


def published() -> dict[str, object]:
    loaded: dict[str, object] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def test_the_published_schema_is_that_of_the_models() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "run: workbench policy schema --write"
    )


@pytest.mark.parametrize("name", FIVE)
def test_the_shipped_profiles_validate_against_the_published_schema(name: str) -> None:
    raw = plain(YAML(typ="safe", pure=True).load(path_of(name)))
    validator = jsonschema.Draft202012Validator(published())
    jsonschema.Draft202012Validator.check_schema(published())
    assert [error.message for error in validator.iter_errors(raw)] == []


@pytest.mark.parametrize(
    ("block", "key", "value"),
    [
        ("accounts", "min_password_length", 4),
        ("accounts", "colour", "red"),
        ("retention", "reads_min", "a while"),
        ("case", "closed", "ignore"),
    ],
)
def test_the_schema_refuses_what_the_models_refuse(block: str, key: str, value: object) -> None:
    raw = plain(YAML(typ="safe", pure=True).load(path_of("clovis-ca")))
    raw[block][key] = value
    validator = jsonschema.Draft202012Validator(published())
    assert list(validator.iter_errors(raw))


def test_every_key_is_described_where_its_name_does_not_say_it() -> None:
    """What an editor shows beside a key: each block, and each key that stands for a rule."""
    defs = published()["$defs"]
    assert isinstance(defs, dict)
    for name, model in defs.items():
        assert model.get("description"), name
