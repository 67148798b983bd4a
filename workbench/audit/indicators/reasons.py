"""Reasons in words: too little, misplaced, pasted, too much about a person, or a purpose outside the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from workbench.audit.indicators.base import (
    AccessRow,
    Finding,
    Material,
    Severity,
    count,
    either,
    refused_words,
    who,
)
from workbench.policy.profile import Profile
from workbench.policy.reasons import Sign, signs

__all__ = ["digits", "is_digits", "is_vague", "outside_policy", "pasted", "personal_data", "vague"]

_signs = lru_cache(maxsize=50_000)(signs)
_FEWEST_CHARACTERS = 3  # "two characters or fewer"


def is_vague(reason: str) -> bool:
    """Say whether a reason says nothing: empty, two characters or fewer, stock words only."""
    if len(reason.strip()) < _FEWEST_CHARACTERS:
        return True
    return any(sign.code in ("empty", "stock-words") for sign in _signs(reason))


def is_digits(reason: str) -> bool:
    """Say whether a reason is digits and punctuation only."""
    return any(sign.code == "digits-only" for sign in _signs(reason))


def vague(material: Material) -> Iterator[Finding]:
    """Find members whose reasons say nothing."""
    limits = material.limits
    for rows, whole, name in _by_member(material, lambda row: is_vague(row.reason)):
        share = len(rows) / whole
        often = share >= limits.vague_share and len(rows) >= limits.vague_at_least
        yield material.finding(
            "REASON-VAGUE",
            _unless_refused("medium" if often else "low", rows),
            "Reasons that say nothing",
            f"{name} gave a reason that says nothing (two characters or fewer, or stock words such as “check”) for "
            f"{len(rows):,} of {count(whole, 'search', 'searches')} ({share:.0%}){refused_words(rows)}.",
            rows,
        )


def digits(material: Material) -> Iterator[Finding]:
    """Find members whose reasons are digits and punctuation: a number in the wrong field."""
    for rows, whole, name in _by_member(material, lambda row: is_digits(row.reason)):
        yield material.finding(
            "REASON-DIGITS",
            _unless_refused("low", rows),
            "Reasons of digits only",
            f"{name} typed only digits and punctuation as the reason for {len(rows):,} of "
            f"{count(whole, 'search', 'searches')}: perhaps a case number in the wrong field{refused_words(rows)}.",
            rows,
        )


def _unless_refused(severity: Severity, rows: Sequence[AccessRow]) -> Severity:
    """Return a severity; where policy refused all of it there is nothing left but to tell."""
    return "info" if all(row.refused for row in rows) else severity


def _by_member(
    material: Material, test: Callable[[AccessRow], bool]
) -> Iterator[tuple[list[AccessRow], int, str]]:
    """Give each member's searches of the period that pass a test, out of how many, and the member's name."""
    for _, rows in material.by_member(material.in_period(material.manual)):
        found = [row for row in rows if test(row)]
        if found:
            yield found, len(rows), who(found)


def pasted(material: Material) -> Iterator[Finding]:
    """Find the same text given as the reason under several cases.

    Within one case the same reason is as it should be: a case is opened once, with one reason for all its searches.
    """
    limits = material.limits
    for _, rows in material.by_member():
        texts: dict[str, list[AccessRow]] = {}
        for row in rows:
            if not (row.refused or is_vague(row.reason) or is_digits(row.reason)):
                texts.setdefault(" ".join(row.reason.lower().split()), []).append(row)
        for same in texts.values():
            cases = {row.case_number for row in same}
            if len(cases) < limits.pasted_cases or len(same) < limits.pasted_searches:
                continue
            yield material.finding(
                "REASON-PASTED",
                "low",
                "One reason for several cases",
                f"{who(same)} gave the same text as the reason of {count(len(same), 'search', 'searches')} under "
                f"{count(len(cases), 'case')}.",
                same,
            )


def personal_data(material: Material) -> Iterator[Finding]:
    """Find personal data in a reason, or typed into one that was refused for it."""
    for _, rows in material.by_member(material.in_period(material.manual)):
        found = [(row, labels) for row in rows if (labels := _personal(row))]
        if not found:
            continue
        kinds = sorted({label for _, labels in found for label in labels})
        held = [row for row, _ in found]
        certain = any(label != _NAME for label in kinds)
        kept = any(not row.refused for row in held)
        yield material.finding(
            "REASON-PERSONAL-DATA",
            "medium" if certain and kept else "low",
            "Personal data in the reason",
            f"{who(held)} typed what looks like {either(kinds, 'and')} into the reason of "
            f"{count(len(held), 'search', 'searches')}{refused_words(held)}.",
            held,
        )


_NAME = "a person's name"


def _personal(row: AccessRow) -> list[str]:
    labels = [
        sign.label
        for sign in _signs(row.reason)
        if sign.code == "name" or sign.code.startswith("personal.")
    ]
    withheld = [
        code.removeprefix(_WITHHELD).replace("-", " ")
        for code in row.detail.split()
        if code.startswith(_WITHHELD)
    ]
    return labels or ([f"personal data ({', '.join(withheld)})"] if withheld else [])


_WITHHELD = "reason.personal."
"""How the record names what was kept out of it."""


def outside_policy(material: Material) -> Iterator[Finding]:
    """Find reasons that name a subject which is no purpose of the policy; refused attempts as well."""
    barred = _barred(material.facts.profile)
    for _, rows in material.by_member(material.in_period(material.manual)):
        found: dict[int, AccessRow] = {}
        named: list[Sign] = []
        for row in rows:
            signs_of = [sign for sign in _signs(row.reason) if _is_barred(sign, barred)]
            if signs_of:
                found[row.access_id] = row
                named += signs_of
        if not found:
            continue
        plain = any(not sign.softened for sign in named)
        held = list(found.values())
        yield material.finding(
            "REASON-OUTSIDE-POLICY",
            "high" if plain else "low",
            "A reason outside the policy",
            f"{who(held)} named {either(sorted({sign.label for sign in named}), 'and')} in the reason of "
            f"{count(len(held), 'search', 'searches')}{'' if plain else '; a crime is named beside it'}"
            f"{refused_words(held)}.",
            held,
        )


def _is_barred(sign: Sign, barred: frozenset[str] | None) -> bool:
    topic = sign.code.removeprefix("topic.")
    return topic != sign.code and (barred is None or topic in barred)


def _barred(profile: Profile | None) -> frozenset[str] | None:
    """Return the subjects that the policy bars; None where no policy says, for all that are known."""
    return None if profile is None else frozenset(each.id for each in profile.reason.topics)
