"""The published JSON Schema of a profile, for editors and for anybody who checks one without this software.

Written anew from the models by ``workbench policy schema --write``; a test holds the file and the models together.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.policy.profile import Profile

__all__ = ["SCHEMA_FILE", "schema", "schema_text"]

SCHEMA_FILE = Path(__file__).with_name("profile.schema.json")


def schema() -> dict[str, Any]:
    """Return the schema as plain data (JSON Schema, draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ALPR Workbench policy profile",
    } | {key: value for key, value in Profile.model_json_schema().items() if key != "title"}


def schema_text() -> str:
    """Return the schema as the file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
