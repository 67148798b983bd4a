"""Reasons in words: what says nothing, what says too much, what lies outside the policy, and what only looks so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import FIVE, profile

from workbench.policy.parts import BarredTopic, ReasonRules
from workbench.policy.reasons import check, signs, topics

RULES = profile("clovis").reason


def codes(text: str, rules: ReasonRules = RULES) -> dict[str, str]:
    return {each.code: each.severity for each in check(text, rules)}


GOOD = [
    "Shooting at 5th and Main, dark sedan seen leaving toward the bridge",
    "Burglary at the school on Oak, witness gave three characters",
    "Locate missing juvenile last seen near the bus station",
    "Victim pressed charges, locating the vehicle used in the assault",
    "Suspect in custody, confirm where the car was parked before",
    "Arrestee taken into custody, second car still outstanding",
    "Robbery on Temple Street, white van with ladder rack",
    "Hit and run at Church St and 4th, damaged front right",
    "Stolen from lot at 220 Chapel Ave overnight",
    "Chain of custody check on video of the stolen van",
    "SUSPECT SLIPPED ON ICE AND DROPPED THE BAG",
    "Robbery at the Ice House, clerk saw a green truck",
    "Suspect slipped on black ice and dropped the bag",
    "Theft of an ice cream truck from the depot",
    "Officer's patrol car struck, locate gray pickup",
    "Bench press stolen from the gym, blue pickup loaded it",
    "Series of catalytic converter thefts near Bishop Blvd",
    "Officer-involved collision, 3 vehicles, one fled north",
    "Brandishing at 1200 block of Main, 03/02/2026 at 2110 hours",
]


@pytest.mark.parametrize("text", GOOD)
def test_a_reason_that_says_something_passes(text: str) -> None:
    assert codes(text) == {}
    assert signs(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "check",
        "Check.",
        "TEST",
        "n/a",
        "misc",
        "lookup",
        "look up",
        "verify",
        "unk",
        ".",
        "-",
        "none",
        "follow up",
        "Follow-up",
        "fyi",
        "follow up check on the case",
        "police business only",
        "ongoing investigation",
        "criminal investigation case",
        "per request of police",
    ],
)
def test_stock_words_say_nothing(text: str) -> None:
    assert codes(text)["reason.stock-words"] == "refuse"


@pytest.mark.parametrize(
    "text",
    [
        "24-01873",
        "24CL01873",
        "24-01873, 24-01874",
        "#2401873",
        "12345678901234",
        "187 / 211 / 459",
    ],
)
def test_a_number_in_the_field_of_the_reason(text: str) -> None:
    found = codes(text)
    assert found["reason.digits-only"] == "refuse"
    assert "reason.too-few-words" not in found


def test_words_beside_a_number_are_words() -> None:
    assert "reason.digits-only" not in codes("24-01873 homicide at the river")


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_nothing_at_all(text: str) -> None:
    assert codes(text)["reason.too-short"] == "refuse"
    assert [sign.code for sign in signs(text)] == ["empty"]


def test_too_short_and_too_few_words() -> None:
    assert codes("hit run car") == {"reason.too-short": "refuse"}
    assert codes("homicide investigators") == {"reason.too-few-words": "refuse"}
    assert codes("hit run car fled") == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Suspect SSN 123-45-6789 fled from the robbery", "ssn"),
        ("Suspect social security number 123456789, robbery", "ssn"),
        ("Robbery suspect DOB 3/2/85 drove off", "date-of-birth"),
        ("Robbery suspect born 03-02-1985 drove off", "date-of-birth"),
        ("Robbery suspect, 03/02/1985, drove off north", "date-of-birth"),
        ("Robbery suspect, 1985-03-02, drove off north", "date-of-birth"),
        ("Call victim at (559) 555-0142 about the van", "telephone"),
        ("Call victim at 559-555-0142 about the van", "telephone"),
        ("Call victim at +1 559.555.0142 about the van", "telephone"),
        ("Send result to rivera@example.org after shooting", "e-mail"),
        ("Burglary suspect CDL A1234567 seen in a van", "license-number"),
        ("Burglary suspect driver's license no. A1234567 in van", "license-number"),
    ],
)
def test_personal_data_is_refused(text: str, code: str) -> None:
    assert codes(text) == {f"reason.personal.{code}": "refuse"}


@pytest.mark.parametrize(
    "text",
    [
        "Burglary at 1200 block of Main, case 24-01873, unit 4412",
        "Stolen 2019 Honda, VIN ends 4521, lot 12-34",
        "Shooting on 03/02/2026 between 21:10 and 22:10",
        "Robbery at mile 101.55 on Highway 99 northbound",
        "Badge 1123 and unit 559 saw the van at 2110",
        "Born to Ride biker bar shooting last night",
    ],
)
def test_numbers_of_other_kinds_are_no_personal_data(text: str) -> None:
    assert codes(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Robbery suspect named John Smith drives a van",
        "Assault by Mr. Kowalski, left in a gray sedan",
        "Burglary suspect aka Johnny Lee seen near depot",
    ],
)
def test_a_name_is_only_ever_warned_about(text: str) -> None:
    assert codes(text) == {"reason.name": "warn"}


@pytest.mark.parametrize(
    "text",
    [
        "Robbery at the Smith Hardware on Main Street",
        "Theft of a Mercedes from a garage, named suspect unknown",
        "Shooting near Martin Luther King Boulevard overpass",
    ],
)
def test_capital_letters_alone_are_no_name(text: str) -> None:
    assert codes(text) == {}


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Father violated the custody agreement, where does he park", "family"),
        ("Ongoing divorce, wants to know the whereabouts", "family"),
        ("Find out where my wife parks at night", "family"),
        ("Want to know where my car was last night", "own-vehicle"),
        ("Someone keeps passing by my personal vehicle", "own-vehicle"),
        ("Checking on my neighbor's truck as a favor", "private-interest"),
        ("Curious whose sedan stands at the corner", "private-interest"),
        ("Repossession of sedan for the finance company", "commercial"),
        ("Identify cars of people at the protest downtown", "protest"),
        ("List vehicles near the march against the mayor", "protest"),
        ("Who attends the mosque on Friday evenings", "religion"),
        ("Vehicles parked at the church during worship", "religion"),
        ("Out of state woman who had an abortion here", "abortion"),
        ("Cars at Planned Parenthood on Tuesday morning", "abortion"),
        ("Immigration sweep at the market on Tuesday", "immigration"),
        ("Locate undocumented workers leaving the plant", "immigration"),
        ("Assist ICE with vehicles leaving the plant", "immigration"),
        ("ICE wants the plates from the parking structure", "immigration"),
        ("Find the journalist who wrote about the chief", "press"),
        ("Which reporters met the source downtown", "press"),
    ],
)
def test_a_subject_outside_the_policy_is_refused(text: str, topic: str) -> None:
    assert codes(text)[f"reason.topic.{topic}"] == "refuse"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Arson at the mosque on Cedar, dark pickup fled", "religion"),
        ("Shooting at the protest downtown, shooter fled in a van", "protest"),
        ("Journalist kidnapped from parking garage, gray van", "press"),
        ("Child taken in custody dispute, kidnapping, white sedan", "family"),
        ("Bomb threat to abortion clinic, caller's vehicle seen", "abortion"),
    ],
)
def test_a_crime_named_beside_it_makes_it_a_warning(text: str, topic: str) -> None:
    assert codes(text) == {f"reason.topic.{topic}": "warn"}


def test_a_crime_does_not_open_immigration_enforcement() -> None:
    found = codes("Assault suspect, hold him for immigration, gray van")
    assert found["reason.topic.immigration"] == "refuse"


def test_a_topic_that_the_profile_does_not_bar_is_let_pass() -> None:
    open_rules = RULES.model_copy(update={"topics": (BarredTopic(id="press", clause="462.3"),)})
    assert codes("Identify cars of people at the protest downtown", open_rules) == {}
    assert "reason.topic.press" in codes("Find the journalist who wrote about us", open_rules)


@pytest.mark.parametrize("answer", ["refuse", "warn", "allow"])
def test_the_profile_says_what_follows(answer: str) -> None:
    rules = RULES.model_copy(
        update={
            "stock_words": answer,
            "digits_only": answer,
            "personal_data": answer,
            "prohibited_topics": answer,
            "min_characters": 0,
            "min_words": 0,
        }
    )
    for text in ("check", "24-01873", "SSN 123-45-6789", "where is my car"):
        found = set(codes(text, rules).values())
        assert found == (set() if answer == "allow" else {answer})


@pytest.mark.parametrize("name", FIVE)
def test_every_profile_checks_reasons_and_bars_known_topics(name: str) -> None:
    rules = profile(name).reason
    assert {topic.id for topic in rules.topics} <= set(topics())
    assert {"family", "own-vehicle", "protest", "religion", "press"} <= {t.id for t in rules.topics}
    assert codes("check", rules)
    assert codes(GOOD[0], rules) == {}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_answered_without_being_repeated(text: str) -> None:
    for each in check(text, RULES):
        assert each.severity in {"refuse", "warn"}
        assert len(text.strip()) < 6 or text.strip() not in each.reason + each.remedy
