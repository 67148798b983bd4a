"""What a reason in words gives away: too little, too much, or a purpose outside the policy.

The words and patterns are data, in ``reasons.yaml``. :func:`signs` says what is seen in a reason, whatever the policy;
:func:`check` says what follows from it under a profile's rules. Neither ever repeats the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

from workbench.policy.parts import ReasonRules, Strictness

__all__ = ["ReasonFinding", "Sign", "check", "signs", "topics"]

DATA = Path(__file__).with_name("reasons.yaml")

_WORD = re.compile(r"[^\W\d_]{2,}")
_TOKEN = re.compile(r"[^\s,;:!?]+")


@dataclass(frozen=True, slots=True)
class Sign:
    """Something seen in a reason: ``code`` such as ``stock-words`` or ``topic.press``, ``label`` in words."""

    code: str
    label: str
    softened: bool = False


@dataclass(frozen=True, slots=True)
class ReasonFinding:
    """A sign and what follows from it."""

    severity: Literal["refuse", "warn"]
    code: str
    reason: str
    remedy: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class _Topic:
    id: str
    label: str
    patterns: tuple[re.Pattern[str], ...]
    exact: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    crime_softens: bool


@dataclass(frozen=True, slots=True)
class _Data:
    stock: tuple[str, ...]
    filler: frozenset[str]
    personal: tuple[_Topic, ...]
    names: tuple[re.Pattern[str], ...]
    crimes: tuple[re.Pattern[str], ...]
    topics: tuple[_Topic, ...]


def _topic(entry: dict[str, Any]) -> _Topic:
    return _Topic(
        id=entry["id"],
        label=entry["label"],
        patterns=tuple(re.compile(each) for each in entry["patterns"]),
        exact=tuple(re.compile(each) for each in entry.get("exact_patterns", ())),
        unless=tuple(re.compile(each, re.IGNORECASE) for each in entry.get("unless", ())),
        crime_softens=entry.get("crime_softens", False),
    )


@lru_cache(maxsize=1)
def _data() -> _Data:
    raw = YAML(typ="safe", pure=True).load(DATA)
    return _Data(
        stock=tuple(sorted((_squash(each) for each in raw["stock_words"]), key=len, reverse=True)),
        filler=frozenset(raw["filler_words"]),
        personal=tuple(_topic(each) for each in raw["personal_data"]),
        names=tuple(re.compile(each) for each in raw["names"]["patterns"]),
        crimes=tuple(re.compile(each) for each in raw["crime_words"]),
        topics=tuple(_topic(each) for each in raw["topics"]),
    )


def topics() -> dict[str, str]:
    """Return the topics that a profile may bar, with what each is in words."""
    return {each.id: each.label for each in _data().topics}


def _squash(text: str) -> str:
    return " ".join(re.sub(r"[^\w/]+", " ", text.lower()).split())


def _is_stock(text: str) -> bool:
    left = f" {_squash(text)} "
    for phrase in _data().stock:
        if phrase:
            left = re.sub(rf"(?<= ){re.escape(phrase)}(?= )", " ", left)
    return all(word in _data().filler for word in left.split())


def _hit(text: str, patterns: tuple[re.Pattern[str], ...]) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def signs(text: str) -> tuple[Sign, ...]:
    """Say what is seen in a reason, in no profile's terms.

    Codes: ``empty``, ``stock-words``, ``digits-only``, ``personal.<id>``, ``name``, ``topic.<id>``. A topic is
    ``softened`` where the reason also names a crime that makes it a matter for the police.

    Examples
    --------
    >>> [sign.code for sign in signs("follow up")]
    ['stock-words']
    >>> signs("Robbery at Church St, suspect in custody, victim pressed charges")
    ()
    """
    data = _data()
    stripped = text.strip()
    if not stripped:
        return (Sign("empty", "no reason"),)
    found: list[Sign] = []
    if not _WORD.search(" ".join(t for t in _TOKEN.findall(stripped) if not _has_digit(t))):
        label = "digits and punctuation only" if _has_digit(stripped) else "no word"
        found.append(Sign("digits-only" if _has_digit(stripped) else "stock-words", label))
    elif _is_stock(stripped):
        found.append(Sign("stock-words", "stock words only"))
    lower = re.sub(r"\s+", " ", stripped.lower().replace("’", "'"))
    found += [
        Sign(f"personal.{each.id}", each.label)
        for each in data.personal
        if _hit(lower, each.patterns)
    ]
    if _hit(stripped, data.names):
        found.append(Sign("name", "a person's name"))
    crime = _hit(lower, data.crimes)
    found += [
        Sign(f"topic.{each.id}", each.label, crime and each.crime_softens)
        for each in data.topics
        if _is_about(each, stripped, lower)
    ]
    return tuple(found)


def _is_about(topic: _Topic, typed: str, lower: str) -> bool:
    for harmless in topic.unless:
        typed, lower = harmless.sub(" ", typed), harmless.sub(" ", lower)
    return _hit(lower, topic.patterns) or (not typed.isupper() and _hit(typed, topic.exact))


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def check(text: str, rules: ReasonRules) -> tuple[ReasonFinding, ...]:
    """Say what follows from a reason under a profile's rules; empty where nothing does."""
    found: list[ReasonFinding] = []
    seen = signs(text)
    if len(text.strip()) < rules.min_characters:
        found.append(
            _too_little("too-short", f"it has fewer than {rules.min_characters} characters")
        )
    if len(_WORD.findall(text)) < rules.min_words and not any(
        s.code == "digits-only" for s in seen
    ):
        found.append(_too_little("too-few-words", f"it has fewer than {rules.min_words} words"))
    for sign in seen:
        finding = _follow(sign, rules)
        if finding:
            found.append(finding)
    return tuple(found)


def _too_little(code: str, why: str) -> ReasonFinding:
    return ReasonFinding(
        "refuse",
        f"reason.{code}",
        f"The reason says too little: {why}.",
        "Say in a few words what happened and what the reads should show.",
    )


def _follow(sign: Sign, rules: ReasonRules) -> ReasonFinding | None:
    if sign.code == "stock-words":
        return _finding(
            rules.stock_words,
            "reason.stock-words",
            "The reason is made of stock words and says nothing about this case.",
            "Say what happened and what the reads should show.",
        )
    if sign.code == "digits-only":
        return _finding(
            rules.digits_only,
            "reason.digits-only",
            "The reason holds only numbers and punctuation; a case number has its own field.",
            "Put the number into the case field and say the reason in words.",
        )
    if sign.code.startswith("personal."):
        return _finding(
            rules.personal_data,
            f"reason.{sign.code}",
            f"The reason seems to hold {sign.label}, which the access record would keep for years.",
            "Leave it out: the case file holds it.",
        )
    if sign.code == "name":
        return _finding(
            "allow" if rules.personal_data == "allow" else "warn",
            "reason.name",
            "The reason seems to hold a person's name, which the access record would keep for years.",
            "Leave it out and write suspect, victim or witness: the case file holds the name.",
        )
    if sign.code.startswith("topic."):
        return _topic_finding(sign, rules)
    return None


def _topic_finding(sign: Sign, rules: ReasonRules) -> ReasonFinding | None:
    topic = sign.code.removeprefix("topic.")
    if topic not in {each.id for each in rules.topics}:
        return None
    answer = rules.prohibited_topics
    return _finding(
        "warn" if sign.softened and answer == "refuse" else answer,
        f"reason.{sign.code}",
        f"The reason names {sign.label}, which is no purpose of this policy.",
        "If a crime is behind it, name the crime; otherwise this system may not be used for it.",
        topic,
    )


def _finding(
    strictness: Strictness, code: str, reason: str, remedy: str, topic: str = ""
) -> ReasonFinding | None:
    if strictness == "allow":
        return None
    return ReasonFinding(strictness, code, reason, remedy, topic)
