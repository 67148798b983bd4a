"""The five profiles: complete by the texts' own numbering, and different where the texts differ."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pydantic
import pytest
from policy_builders import FIVE, profile

from workbench.errors import BadProfile
from workbench.policy import load, names
from workbench.policy.actions import ACTIONS, grants

# The numbers that stand in each text, in their order. A number that holds several duties without letters of its own has
# their count beside it: "462.4": 5 is 462.4[1] to 462.4[5].
LETTERS = "abcdefg"


def lettered(number: str, last: str) -> dict[str, int]:
    return {f"{number}({letter})": 1 for letter in LETTERS[: LETTERS.index(last) + 1]}


TEXTS: dict[str, dict[str, int]] = {
    "clovis-ca": {
        "462.1": 1,
        "462.2": 3,
        "462.2.1": 1,
        **lettered("462.2.1", "g"),
        "462.3": 1,
        **lettered("462.3", "f"),
        "462.4": 5,
        "462.5": 2,
        **lettered("462.5", "c"),
        "462.6": 2,
        "462.7": 2,
        "462.7(a)": 1,
        "462.7(a)(1)": 1,
        "462.7(a)(2)": 1,
        "462.7(a)(3)": 1,
        "462.7(b)": 1,
        "462.7(c)": 1,
        "462.8": 1,
    },
    "claremont-ca": {
        "820.1": 1,
        "820.2": 8,
        "820.3": 2,
        "820.4": 8,
        "820.5": 8,
        "820.6": 7,
        "820.7": 2,
        "820.8": 8,
        "820.9": 4,
    },
    "piedmont-ca": {
        "438.1": 1,
        "438.2": 3,
        "438.2.1": 1,
        **lettered("438.2.1", "g"),
        "438.3": 1,
        **lettered("438.3", "f"),
        "438.4": 5,
        "438.5": 2,
        **lettered("438.5", "c"),
        "438.6": 1,
        "438.7": 8,
        "438.8": 2,
        "438.9": 3,
        "438.10": 1,
    },
    "clinton-ut": {
        "426.1": 1,
        "426.2": 1,
        **lettered("426.2", "f"),
        "426.3": 7,
        "426.3.1": 1,
        "426.4": 1,
        **lettered("426.4", "d"),
        "426.5": 2,
        "426.6": 2,
        "426.6(a)": 1,
        "426.6(a)(1)": 1,
        "426.6(a)(2)": 1,
        "426.6(a)(3)": 1,
        "426.6(b)": 1,
        "426.6(c)": 1,
        "426.7": 2,
    },
    "seal-beach-ca": {
        "PURPOSE": 1,
        "ADMINISTRATION": 2,
        "OPERATION": 1,
        **lettered("OPERATION", "g"),
        "RETENTION": 8,
        "ACCOUNTABILITY": 1,
        **lettered("ACCOUNTABILITY", "e"),
    },
}


def parts(number: str, count: int) -> list[str]:
    return [number] if count == 1 else [f"{number}[{i}]" for i in range(1, count + 1)]


def test_five_agencies_ship() -> None:
    assert names() == sorted(TEXTS)
    for name in names():
        assert load(name).id == name


@pytest.mark.parametrize("name", FIVE)
def test_every_number_of_the_text_is_listed_once_and_no_other(name: str) -> None:
    listed = [clause.number for clause in profile(name).clauses]
    expected = [part for number, count in TEXTS[name].items() for part in parts(number, count)]
    assert sorted(listed) == sorted(expected)


@pytest.mark.parametrize("name", FIVE)
def test_only_explanation_is_context(name: str) -> None:
    context = {clause.number for clause in profile(name).clauses if clause.kind == "context"}
    assert (
        context
        == {
            "clovis-ca": {"462.1", "462.6[1]"},
            "claremont-ca": {
                "820.1",
                "820.2[3]",
                "820.2[4]",
                "820.2[5]",
                "820.8[1]",
                "820.8[3]",
            },
            "piedmont-ca": {"438.1", "438.8[1]"},
            "clinton-ut": {"426.1", "426.5[1]"},
            "seal-beach-ca": set(),
        }[name]
    )


# What differs between the texts, as each text says it.
DIFFERENCES: list[tuple[str, dict[str, Any]]] = [
    (
        "retention.reads_min",
        {"clovis": "1 year", "claremont": "2 years", "piedmont": "1 year", "clinton": None}
        | {"seal": "1 year"},
    ),
    (
        "retention.reads_max",
        {
            "clovis": None,
            "claremont": "2 years",
            "piedmont": None,
            "clinton": "9 months",
            "seal": None,
        },
    ),
    (
        "retention.after_minimum",
        {"clovis": "purge", "claremont": "keep-to-maximum", "piedmont": "purge"}
        | {"clinton": "keep-to-maximum", "seal": "may-purge"},
    ),
    (
        "retention.unrecoverable",
        {"clovis": False, "claremont": False, "piedmont": False, "clinton": True, "seal": False},
    ),
    (
        "retention.purge_unrelated",
        {"clovis": False, "claremont": False, "piedmont": False, "clinton": True, "seal": False},
    ),
    (
        "retention.only_as_long_as_needed",
        {"clovis": False, "claremont": True, "piedmont": False, "clinton": False, "seal": False},
    ),
    (
        "retention.export_media",
        {"clovis": "portable media", "claremont": "DVD", "piedmont": "portable media"}
        | {"clinton": "portable media", "seal": "portable media"},
    ),
    (
        "retention.suspends",
        {
            "clovis": ("evidence", "likely-evidence", "discovery", "lawful-action"),
            "claremont": ("evidence", "likely-evidence"),
            "piedmont": ("evidence", "likely-evidence", "discovery", "lawful-action"),
            "clinton": ("warrant", "preservation-request", "disclosure-order"),
            "seal": ("evidence", "likely-evidence", "lawful-action"),
        },
    ),
    (
        "state_database.before_enforcement",
        {"clovis": "if-practicable", "claremont": "always", "piedmont": "if-practicable"}
        | {"clinton": "if-practicable", "seal": "if-practicable"},
    ),
    (
        "state_database.misread_check",
        {"clovis": False, "claremont": True, "piedmont": False, "clinton": False, "seal": False},
    ),
    (
        "state_database.vehicle_match",
        {"clovis": False, "claremont": False, "piedmont": False, "clinton": False, "seal": True},
    ),
    (
        "transfers.max_days_between",
        {"clovis": None, "claremont": None, "piedmont": None, "clinton": None, "seal": 30},
    ),
    (
        "transfers.undocking_permission",
        {"clovis": "", "claremont": "", "piedmont": "", "clinton": ""}
        | {"seal": "Support Services Division Commander"},
    ),
    (
        "private_reads.requires",
        {"clovis": (), "claremont": (), "piedmont": (), "seal": ()}
        | {"clinton": ("warrant", "court-order")},
    ),
    (
        "publication.website",
        {"clovis": True, "claremont": False, "piedmont": True, "clinton": True, "seal": False},
    ),
    (
        "publication.special_use_permits",
        {"clovis": False, "claremont": False, "piedmont": False, "clinton": True, "seal": False},
    ),
    (
        "custody.outside_operation",
        {"clovis": (), "claremont": (), "clinton": (), "seal": ()}
        | {"piedmont": ("contract", "memorandum")},
    ),
    (
        "releases.personal_or_commercial",
        {"clovis": "not-mentioned", "claremont": "never", "piedmont": "not-mentioned"}
        | {"clinton": "not-mentioned", "seal": "not-mentioned"},
    ),
    (
        "releases.recipients",
        {"clovis": ("law-enforcement", "prosecutor"), "claremont": ("law-enforcement",)}
        | {"piedmont": ("law-enforcement", "prosecutor"), "seal": ("law-enforcement",)}
        | {"clinton": ("law-enforcement", "prosecutor")},
    ),
    (
        "releases.written_request",
        {"clovis": True, "claremont": True, "piedmont": False, "clinton": True, "seal": False},
    ),
    (
        "releases.recipient_verified",
        {"clovis": False, "claremont": False, "piedmont": False, "clinton": False, "seal": True},
    ),
    (
        "releases.approve_clause",
        {"clovis": "462.7(b)", "claremont": "820.6[4]", "piedmont": "438.9[3]"}
        | {"clinton": "426.6(b)", "seal": ""},
    ),
    (
        "case.required_fields",
        {"clovis": (), "claremont": (), "piedmont": (), "seal": ()}
        | {"clinton": ("crime_type", "incident_number")},
    ),
]


@pytest.mark.parametrize(("path", "expected"), DIFFERENCES, ids=[each[0] for each in DIFFERENCES])
def test_the_agencies_differ_as_their_texts_do(path: str, expected: dict[str, Any]) -> None:
    assert len(expected) == 5
    for short, value in expected.items():
        found: Any = profile("seal-beach-ca" if short == "seal" else short)
        for key in path.split("."):
            found = getattr(found, key)
        assert (str(found) if isinstance(value, str) else found) == value, short


def test_who_approves_and_who_files_a_release() -> None:
    claremont = profile("claremont").releases
    assert set(claremont.approvers) == {
        "Watch Commander",
        "Detective Bureau Lieutenant",
        "division Commander",
    }
    assert claremont.filed_by == "Chief of Police's Administrative Assistant"
    assert profile("clinton").releases.approvers[0] == "Administration Assistant Chief"
    assert profile("piedmont").releases.forwarded_to == "Support Services Division Commander"
    assert profile("seal-beach-ca").releases.others_to == "Records Supervisor"


def test_the_access_record_holds_what_each_text_and_statute_names() -> None:
    for name in FIVE:
        held = {field.name for field in profile(name).access_record.fields}
        assert {"name", "time"} <= held, name
        if name != "clinton-ut":
            statute = {
                field.name
                for field in profile(name).access_record.fields
                if "1798.90.52" in field.citation
            }
            assert {"time", "elements", "member", "organization", "purpose"} <= statute, name
    claremont = {field.name: field.clause for field in profile("claremont").access_record.fields}
    assert claremont["address"] == "820.5[4]"
    clinton = profile("clinton").access_record
    cited = {field.name for field in clinton.fields if field.clause == "426.4(c)"}
    assert cited == {"search_count", "crime_type", "incident_number"}
    assert str(clinton.keep) == "5 years"
    assert clinton.keep_clause == "426.4(c)"


def test_utah_lists_its_lawful_purposes() -> None:
    cited = {p.id for p in profile("clinton").purposes if "41-6a-2003(2)(a)" in p.citation}
    assert {"criminal-investigation", "active-warrant", "missing-person", "stolen-vehicle"} <= cited


@pytest.mark.parametrize("name", FIVE)
def test_figures_that_no_text_gives_are_marked_as_the_agencys_own(name: str) -> None:
    policy = profile(name)
    assert policy.limits.procedure
    assert policy.audits.procedure
    assert policy.reason.procedure
    assert policy.case.procedure
    assert "procedure" in policy.cite(policy.limits)


@pytest.mark.parametrize("name", FIVE)
def test_accounts_meet_the_cjis_figures(name: str) -> None:
    accounts = profile(name).accounts
    assert accounts.min_password_length >= 8
    assert (accounts.lock_after_failures, accounts.lock_window_minutes) == (5, 15)
    assert accounts.idle_minutes <= 30
    assert accounts.max_session_hours <= 12
    assert accounts.disable_after_idle_days <= 90
    assert accounts.review_every.days <= 365
    assert "CJIS" in accounts.citation


@pytest.mark.parametrize("name", FIVE)
def test_ten_roles_and_no_read_by_administering(name: str) -> None:
    roles = profile(name).roles
    assert set(roles) == {
        "analyst",
        "detective",
        "supervisor",
        "administrator",
        "trainer",
        "records",
        "dispatcher",
        "auditor",
        "contractor",
        "service",
    }
    queries = [action for action in ACTIONS if action.startswith("query.")]
    for closed in ("administrator", "trainer", "records", "auditor", "contractor", "service"):
        assert not any(grants(roles[closed].actions, action) for action in queries), closed
    assert roles["service"].member_kinds == ("service",)
    assert roles["contractor"].member_kinds == ("contractor",)


@pytest.mark.parametrize("name", FIVE)
def test_every_purpose_a_homicide_desk_needs(name: str) -> None:
    assert {"homicide", "shooting", "stolen-vehicle", "missing-person", "active-warrant"} <= {
        purpose.id for purpose in profile(name).purposes
    }


def test_citations_in_full() -> None:
    assert profile("clovis").cite("462.4[3]") == "Clovis PD Policy 462.4"
    assert profile("clovis").cite("462.7(a)(2)") == "Clovis PD Policy 462.7(a)(2)"
    seal_beach = profile("seal-beach-ca")
    assert seal_beach.cite("OPERATION(d)") == "Seal Beach PD ALPR Policy, ALPR Operation (d)"
    assert seal_beach.cite("PURPOSE") == "Seal Beach PD ALPR Policy, Purpose and Scope"
    retention = profile("clinton").retention
    assert profile("clinton").cite(retention) == "Clinton PD Policy 426.3; Utah Code 41-6a-2004"
    assert profile("clovis").cite("") == ""
    with pytest.raises(KeyError):
        profile("clovis").clause("999")


def test_the_horizon_is_what_the_text_allows() -> None:
    now = dt.datetime(2026, 11, 21, 18, tzinfo=dt.UTC)
    assert profile("clovis").retention.horizon(now) is None
    assert profile("clinton").retention.horizon(now) == now.replace(month=2)
    assert profile("claremont").retention.horizon(now) == now.replace(year=2024)


def test_a_profile_is_frozen() -> None:
    policy = profile("clovis")
    with pytest.raises(pydantic.ValidationError):
        policy.limits.max_rows = 10  # type: ignore[misc]


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(BadProfile, match="clovis-ca"):
        load("clovis")
