"""Two years of a simulated agency's life under each policy; how it ends is checked against the policy texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agency import Agency
from databases import Postgres
from events import run
from expectations import Expected, Left
from policy_texts import OLDEST, TEXTS

AgencyOf = Callable[[str], Agency]


@pytest.fixture(scope="module")
def agency_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgencyOf]:
    """Return the agency of a profile, after everything has happened: lived through once for all tests."""
    agencies: dict[str, Agency] = {}

    def of(profile: str) -> Agency:
        if profile not in agencies:
            agencies[profile] = run(Agency(tmp_path_factory.mktemp(profile), profile))
        return agencies[profile]

    yield of
    for each in agencies.values():
        each.service.close()


def _marks(profile: str, proves: tuple[str, ...]) -> list[pytest.MarkDecorator]:
    return [pytest.mark.clause(*(f"{profile}:{number}" for number in proves))] if proves else []


EXPECTED = [
    pytest.param(
        profile, each, marks=_marks(profile, each.proves), id=f"{profile}-{next(iter(each.facts))}"
    )
    for profile, text in TEXTS.items()
    for each in text.expected
]
LEFT = [
    pytest.param(profile, left, words, marks=_marks(profile, proves), id=f"{profile}-{left.day}")
    for profile, text in TEXTS.items()
    for left, proves, words in text.left
]


@pytest.mark.parametrize(("profile", "expected"), EXPECTED)
def test_it_went_as_the_text_says(agency_of: AgencyOf, profile: str, expected: Expected) -> None:
    agency = agency_of(profile)
    found = {name: agency.facts.get(name) for name in expected.facts}
    assert found == dict(expected.facts), expected.words


@pytest.mark.parametrize(("profile", "left", "words"), LEFT)
def test_reads_stay_and_go_as_the_text_says(
    agency_of: AgencyOf, profile: str, left: Left, words: str
) -> None:
    stored = agency_of(profile).facts[f"{left.day}: left"]
    assert {plate for plate in left.there if plate not in stored} == set(), words
    assert {plate for plate in left.gone if plate in stored} == set(), words


@pytest.mark.parametrize(
    ("profile", "months", "words"),
    [
        pytest.param(profile, months, words, marks=_marks(profile, (clause,)), id=profile)
        for profile, (months, clause, words) in OLDEST.items()
    ],
)
def test_nothing_older_is_left_that_no_hold_suspends(
    agency_of: AgencyOf, profile: str, months: int, words: str
) -> None:
    oldest = agency_of(profile).facts["oldest read that no hold suspends"]
    last_purge = dt.date(2026, 3, 9)
    year, month = divmod(last_purge.year * 12 + last_purge.month - 1 - months, 12)
    assert oldest.date() >= dt.date(year, month + 1, last_purge.day), words


def test_the_words_are_those_of_the_texts() -> None:
    """Every expectation that proves a clause gives the words that it rests on."""
    for text in TEXTS.values():
        assert all(each.words for each in text.expected if each.proves)
        assert all(proves and words for _, proves, words in text.left)


def test_it_ends_the_same_on_postgresql(
    agency_of: AgencyOf, tmp_path: Path, postgres: Postgres
) -> None:
    with postgres.database() as fresh:
        url = fresh.engine.url.render_as_string(hide_password=False)
        there = run(Agency(tmp_path, "clinton-ut", url=url))
        there.service.close()
    here = agency_of("clinton-ut")
    in_files = {
        name for name in here.facts if "in the files" in name
    }  # looked at in SQLite's alone
    assert in_files
    assert {name: there.facts.get(name) for name in here.facts if name not in in_files} == {
        name: found for name, found in here.facts.items() if name not in in_files
    }
