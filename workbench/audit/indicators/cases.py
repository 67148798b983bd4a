"""Cases that do not carry a search: unknown, closed, or not the member's own."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.audit.indicators.base import Finding, Material, Severity, count, refused_words, who
from workbench.audit.indicators.plates import support

__all__ = ["closed", "not_assigned", "unknown"]


def unknown(material: Material) -> Iterator[Finding]:
    """Find searches without a case, or under one that is not in the register."""
    yield from _wrong(
        material,
        ("none", "unknown"),
        "CASE-UNKNOWN",
        "high",
        "No case in the register",
        "without a case that the register knows",
    )


def closed(material: Material) -> Iterator[Finding]:
    """Find searches under a case that had been closed before that day."""
    yield from _wrong(
        material,
        ("closed",),
        "CASE-CLOSED",
        "medium",
        "Searches under a closed case",
        "under {cases} that had been closed",
    )


def not_assigned(material: Material) -> Iterator[Finding]:
    """Find searches under a case that was not assigned to the member at that moment."""
    yield from _wrong(
        material,
        ("unassigned",),
        "CASE-NOT-ASSIGNED",
        "low",
        "Searches under somebody else's case",
        "under {cases} not assigned to this member at the time",
    )


def _wrong(
    material: Material, kinds: tuple[str, ...], id_: str, severity: Severity, title: str, how: str
) -> Iterator[Finding]:
    """Give a finding for each member with such searches in the period; where all were refused it is only told."""
    for _, rows in material.by_member(material.in_period(material.manual)):
        found = [row for row in rows if support(row, material.facts) in kinds]
        if not found:
            continue
        cases = count(len({row.case_number for row in found}), "case")
        yield material.finding(
            id_,
            "info" if all(row.refused for row in found) else severity,
            title,
            f"{who(found)} made {len(found):,} of {count(len(rows), 'search', 'searches')} "
            f"{how.format(cases=cases)}{refused_words(found)}.",
            found,
        )
