"""A site's own profile: every problem is named with its line and its mend, all of them at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import BadProfile
from workbench.policy import load
from workbench.policy.profile import path_of
from workbench.policy.reading import plain, problems

CLOVIS = path_of("clovis-ca").read_text(encoding="utf-8")


def complaint(tmp_path: Path, text: str) -> str:
    file = tmp_path / "ours.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadProfile) as caught:
        load(file)
    return str(caught.value)


def swap(old: str, new: str) -> tuple[str, int]:
    """Replace the first occurrence in the Clovis profile; return the text and the line of it."""
    before, found, after = CLOVIS.partition(old)
    assert found, old
    return before + new + after, before.count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "what", "mend"),
    [
        ("  designee: null", "  desginee: null", "desginee is not a key", "Did you mean designee?"),
        ("\naudits:", "\naudit:", "audit is not a key", "Did you mean audits?"),
        (
            "  - id: homicide",
            "  - id: homicide\n    colour: red",
            "purposes[1].colour is not a key",
            "Known here: citation, clause",
        ),
        ("length: 8", "length: '8'", "wrong type", "Write a whole number without quotes"),
        ("length: 8", "length: 7", "greater than or equal to 8", ""),
        ("required_fields: []", "required_fields: crime_type", "wrong type", "Write a list"),
        ("website: true", "website: 'yes'", "wrong type", "true or false without quotes"),
        ("reads_min: 1 year", "reads_min: one year", "not in the right form", "9 months"),
        ("state: CA", "state: Calif", "not in the right form", "two capital letters"),
        ("kind: context", "kind: contxt", "not one of", "Did you mean context?"),
        ("closed: refuse", "closed: refused", "not one of", "Did you mean refuse?"),
        ("number: '462.1'", "number: 462.1", "wrong type", "in quotes"),
        ("number: '462.3(b)'", "number: '462.3(a)'", "462.3(a) is listed twice", "462.3(a)[1]"),
        (
            "[training-register]",
            "[training-registr]",
            "no control",
            "Did you mean training-register?",
        ),
        ("controls: [training-register]", "controls: []", "names no control", "context"),
        (
            "kind: record\n    controls: [training-register]",
            "kind: context\n    controls: [training-register]",
            "is context and names a control",
            "Remove",
        ),
        ("clause: '462.3(f)'", "clause: '462.3(z)'", "462.3(z) is not listed", "Did you mean"),
        ("clause: '462.4[2]'", "clause: '462.4'", "462.4 is not listed", "in parts: 462.4[1]"),
        (
            "    actions: [query.*, recognition.read, ingest, evidence.*, hotlist.*, hit.*]",
            "    actions: [query.all, ingest]",
            "no action query.all",
            "Did you mean query.",
        ),
        ("audit.checkpoint", "audit.chekpoint", "no action", "Did you mean audit.checkpoint?"),
        (
            "    actions: [query.*, recognition.read, ingest, evidence.*, hotlist.*, hit.*]",
            "    actions: [ingest]\n    roles: [analist]",
            "no role",
            "Did you mean analyst?",
        ),
        (r"'\d{2}-\d{5}'", r"'\d{2}-(\d{5}'", "does not compile", "at character"),
        ("example: '24-01873'", "example: '2024/1873'", "does not match", "Correct"),
        ("America/Los_Angeles", "America/Fresno", "no such time zone", "IANA"),
        ("reads_max: null", "reads_max: 3 months", "longer than they may be", "Correct"),
        ("- id: attorney", "- id: governing-body", "listed twice", "Rename one"),
        (
            "    citation: Cal. Gov. Code § 34090.6\n    procedure: true # how",
            "    # how",
            "retention.purging does not say what it rests on",
            "procedure: true",
        ),
        ("    - id: press", "    - id: presse", "no topic", "Did you mean press?"),
        ("  - id: shooting", "  - id: homicide", "purpose homicide is listed twice", "rename"),
        (
            "  clause: '462.5(c)'\n  procedure: true\n  every",
            "  every",
            "what it rests on",
            "procedure: true",
        ),
        ("sha256: bc", "sha256: XY", "not in the right form", "sha256sum"),
        ("read_on: '2026-11-21'", "read_on: 'last week'", "wrong type", "2026-11-21"),
    ],
)
def test_each_problem_is_named_with_file_line_and_mend(
    tmp_path: Path, old: str, new: str, what: str, mend: str
) -> None:
    text, line = swap(old, new)
    said = complaint(tmp_path, text)
    assert what in said
    assert mend in said
    lines = [int(each) for each in re.findall(r"ours\.yaml: line (\d+):", said)]
    assert any(abs(each - line) <= 2 for each in lines), said


def test_a_missing_key_is_named_with_what_it_is_for(tmp_path: Path) -> None:
    text, _ = swap("    title: Crime analyst\n", "")
    said = complaint(tmp_path, text)
    assert "roles.analyst.title is missing. Job titles that hold it" in said


def test_all_problems_are_reported_at_once_and_in_order(tmp_path: Path) -> None:
    text = CLOVIS
    for old, new in (
        ("  designee: null", "  desginee: null"),
        ("length: 8", "length: '8'"),
        ("America/Los_Angeles", "America/Fresno"),
        ("[training-register]", "[training-registr]"),
        (r"'\d{2}-\d{5}'", r"'(\d{2}'"),
    ):
        text = text.replace(old, new, 1)
    said = complaint(tmp_path, text)
    assert "(5 problems)" in said
    lines = [int(each) for each in re.findall(r": line (\d+):", said)]
    assert len(lines) == 5
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not a profile"),
        ("- a\n- b\n", "not a profile"),
        ("just words", "not a profile"),
        ("agency:\n  name: A\n name: B\n", "line 3"),
        ("agency: {name: 'A\n", "line"),
        ("id: a\nid: b\n", "line 2"),
        ("id: \tx: y", "line 1"),
    ],
)
def test_what_is_not_a_profile_at_all(tmp_path: Path, text: str, what: str) -> None:
    assert what in complaint(tmp_path, text)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(BadProfile, match="UTF-8"):
        load(file)


def test_a_changed_copy_of_a_shipped_profile_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(
        CLOVIS.replace("id: clovis-ca", "id: ours").replace(
            "designee: null", "designee: Lt. R. Vance"
        ),
        encoding="utf-8",
    )
    ours = load(file)
    assert ours.id == "ours"
    assert ours.administrator.designee == "Lt. R. Vance"
    assert ours.clauses == load("clovis-ca").clauses


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_block_the_checks_do_not_crash(data: st.DataObject) -> None:
    raw = plain(load("clovis-ca").model_dump(mode="json"))
    assert problems(raw) == []
    key = data.draw(st.sampled_from(sorted(raw)))
    junk = data.draw(
        st.recursive(
            LEAVES,
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["id", "clause", "actions", "number"]), inner)
            ),
            max_leaves=6,
        )
    )
    raw[key] = junk
    for problem in problems(raw):
        assert problem.location
        assert problem.what


def test_unrelated_reads_go_before_the_others(tmp_path: Path) -> None:
    text = path_of("clinton-ut").read_text(encoding="utf-8")
    said = complaint(tmp_path, text.replace("after: 90 days", "after: 1 year"))
    assert "Unrelated reads would be kept as long as all others, or longer." in said
