"""Searches made elsewhere, held against those indicators that need nothing but the export and the case register.

Nothing of the export is kept: not a plate, not a reason. What is found names members as the export does, and the lines
and IDs of the searches, so that a reviewer can look at them where they were made.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.audit.elsewhere import AUTOMATIC, ElsewhereSearch
from workbench.audit.indicators import INDICATORS, SEVERITIES
from workbench.audit.indicators.base import AccessRow, Facts, Finding, Material, count
from workbench.models import CaseRecord
from workbench.policy.profile import Profile
from workbench.records.registers import Imported

__all__ = ["APPLIED", "ElsewhereReview", "review_elsewhere"]

_REASONS = ("REASON-VAGUE", "REASON-DIGITS", "REASON-PERSONAL-DATA", "REASON-OUTSIDE-POLICY")
_PASTED = ("REASON-PASTED",)
_CASES = ("CASE-UNKNOWN", "CASE-CLOSED")
_PLATES = ("PLATE-REPEATED-WITHOUT-CASE", "PLATE-CHANGING-CASES", "PLATE-SEVERAL-USERS")
_HABITS = ("HOURS-UNUSUAL", "BURST")
APPLIED = (*_REASONS, *_PASTED, *_PLATES, *_CASES, *_HABITS)
"""The indicators that an export can be held against."""

_WITHHELD = "name withheld"
_CLAIMS = (" and the member's own", " of the member's", " of their own", " of whoever made them")
_FEWEST_DIGITS = 5  # of a case number that stands in a reason
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


@dataclass(frozen=True, slots=True)
class ElsewhereReview:
    """What an export holds, and what a reviewer should look at in it.

    Parameters
    ----------
    imported : Imported
        The file, its SHA-256, how many rows were taken, and what was rejected.
    first, last : datetime or None
        The first and the last search.
    organizations, kinds : mapping
        Searches by organization, and by kind of search.
    own, automatic : int
        Searches by this agency, and by kinds that no person typed.
    withheld : mapping
        How many searches have a column masked, by column.
    findings : tuple of Finding
        The gravest first; their ``rows`` are lines of the file.
    ids : mapping
        The export's ID of each line that a finding names.
    notes : tuple of str
        What could not be looked at, in sentences.
    """

    imported: Imported
    first: dt.datetime | None
    last: dt.datetime | None
    organizations: Mapping[str, int]
    kinds: Mapping[str, int]
    own: int
    automatic: int
    withheld: Mapping[str, int]
    findings: tuple[Finding, ...]
    ids: Mapping[int, str]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON; no plate and no reason is in it."""
        return {
            "import": self.imported.as_dict(),
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            **{name: dict(getattr(self, name)) for name in ("organizations", "kinds", "withheld")},
            "own": self.own,
            "automatic": self.automatic,
            "indicators": list(APPLIED),
            "findings": [
                {
                    **{name: getattr(each, name) for name in ("id", "severity", "title", "words")},
                    "member": each.username,
                    "searches": [{"line": line, "id": self.ids[line]} for line in each.rows],
                }
                for each in self.findings
            ],
            "notes": list(self.notes),
        }


class _Elsewhere(Facts):
    """What is known of an export: it says nothing of who worked on which case, so no case is held against anybody."""

    def is_assigned(self, username: str, case: CaseRecord, at: dt.datetime) -> bool:
        """Say yes: the register's assignments name accounts of this system."""
        del username, case, at
        return True


def review_elsewhere(
    searches: Sequence[ElsewhereSearch],
    imported: Imported,
    *,
    agency: str,
    cases: Mapping[str, CaseRecord],
    profile: Profile,
    zone: dt.tzinfo,
    now: dt.datetime,
    organizations: Collection[str] = (),
    automatic: Collection[str] = (),
) -> ElsewhereReview:
    """Hold searches made elsewhere against the indicators.

    Parameters
    ----------
    agency : str
        This agency's name: only its own searches are held against the case register.
    cases : mapping
        The case register, by number.
    organizations : collection of str
        How the export writes this agency's name, where it is not ``agency``.
    automatic : collection of str
        Kinds of search that no person typed, beside :data:`workbench.audit.elsewhere.AUTOMATIC`.
    """
    names = {_squash(each) for each in (agency, *organizations)}
    kinds = AUTOMATIC | {each.casefold() for each in automatic}
    own = {each.line for each in searches if _squash(each.organization) in names}
    known: dict[str, CaseRecord] = dict(cases)
    lookup = {_squash(number): number for number in cases}
    rows = {
        each.line: _row(
            each, known, lookup, zone, own=each.line in own, automatic=each.is_automatic(kinds)
        )
        for each in searches
    }
    facts = _Elsewhere(now=now, zone=zone, cases=known, profile=profile)
    found = [
        finding
        for indicators, chosen in _chosen(searches, own)
        for finding in _held_against(indicators, [rows[line] for line in chosen], facts)
    ]
    found.sort(
        key=lambda each: (SEVERITIES.index(each.severity), each.id, each.username, each.rows)
    )
    times = [each.at for each in searches]
    ids = {each.line: each.id for each in searches}
    return ElsewhereReview(
        imported=imported,
        first=min(times, default=None),
        last=max(times, default=None),
        organizations=_counted(each.organization or "not given" for each in searches),
        kinds=_counted(each.kind or "not given" for each in searches),
        own=len(own),
        automatic=sum(row.automatic for row in rows.values()),
        withheld=_counted(name for each in searches for name in each.masked),
        findings=tuple(found),
        ids={line: ids[line] for each in found for line in each.rows},
        notes=tuple(_notes(searches, own, agency)),
    )


def _chosen(
    searches: Sequence[ElsewhereSearch], own: set[int]
) -> list[tuple[tuple[str, ...], list[int]]]:
    """Return which indicators look at which lines: none looks at what is masked, or at cases of another agency."""

    def without(*masked: str) -> list[ElsewhereSearch]:
        return [each for each in searches if not each.masked.intersection(masked)]

    named = [each for each in without("name") if each.name]
    names = {each.line for each in named}
    of_plates = [
        each for each in without("license_plate", "case_#") if each.plate and each.line in names
    ]
    reasons = without("reason")
    cases = [each for each in without("case_#") if each.line in own]
    return [
        (_REASONS, [each.line for each in reasons]),
        (_PASTED, [each.line for each in reasons if each.line in names]),
        (_PLATES, [each.line for each in of_plates]),
        (_CASES, [each.line for each in cases]),
        (_HABITS, [each.line for each in named]),
    ]


def _held_against(
    indicators: Sequence[str], rows: Sequence[AccessRow], facts: Facts
) -> list[Finding]:
    if not rows:
        return []
    end = max(row.at for row in rows) + dt.timedelta(microseconds=1)
    ordered = tuple(sorted(rows, key=lambda row: (row.at, row.access_id)))
    material = Material(ordered, facts, ordered[0].at, end)
    return [_unclaimed(each) for name in indicators for each in INDICATORS[name](material)]


def _unclaimed(finding: Finding) -> Finding:
    """Return a finding without the words that say whose case it was: an export does not."""
    words = finding.words
    for claim in _CLAIMS:
        words = words.replace(claim, "")
    return replace(finding, words=words)


def _row(
    search: ElsewhereSearch,
    known: dict[str, CaseRecord],
    lookup: Mapping[str, str],
    zone: dt.tzinfo,
    *,
    own: bool,
    automatic: bool,
) -> AccessRow:
    """Return a search as the indicators read it; its number is its line in the file."""
    case = _case(search, lookup) if own else _foreign(search, known)
    if "case_#" in search.masked:
        case = _open(f"withheld {search.line}", known)
    who = search.name or _WITHHELD
    name = f"{who} ({search.organization})" if search.organization else who
    return AccessRow(
        access_id=search.line,
        at=search.at,
        local=search.at.astimezone(zone),
        phase="event",
        action="query.elsewhere",
        outcome="ok",
        username=name,
        name=name,
        case_number=case,
        crime_type="",
        incident_number="",
        purpose="",
        reason="withheld by the export" if "reason" in search.masked else search.reason,
        detail="",
        elements={"plate": search.plate} if search.plate else {},
        automatic=automatic,
        address="",
        host="",
        session_id=None,
    )


def _case(search: ElsewhereSearch, lookup: Mapping[str, str]) -> str:
    """Return the register's case: that of the case field, or one whose number stands in the reason instead."""
    if search.case_number:
        return lookup.get(_squash(search.case_number), search.case_number)
    for word in _NUMBER.findall(search.reason):
        if sum(map(str.isdigit, word)) >= _FEWEST_DIGITS and _squash(word) in lookup:
            return lookup[_squash(word)]
    return ""


def _foreign(search: ElsewhereSearch, known: dict[str, CaseRecord]) -> str:
    """Return another agency's case under a name of its own: that register is not known here, so it counts as open."""
    if not search.case_number:
        return ""
    return _open(f"{search.organization}: {_squash(search.case_number)}", known)


def _open(number: str, known: dict[str, CaseRecord]) -> str:
    known.setdefault(number, CaseRecord(0, number, "", "open"))
    return number


def _squash(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _counted(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0])))


def _notes(searches: Sequence[ElsewhereSearch], own: set[int], agency: str) -> list[str]:
    notes = []
    if searches and not own:
        notes.append(
            f"No search is by {agency}, so none was held against the case register: where the export writes the "
            "name otherwise, give it with --org."
        )
    elif len(own) < len(searches):
        notes.append(
            f"By other agencies: {count(len(searches) - len(own), 'search', 'searches')}. Their cases are not in this "
            "register and count as open."
        )
    masked = {name for each in searches for name in each.masked}
    if shown := sorted(masked & {"name", "license_plate", "reason", "case_#"}):
        notes.append(
            f"Masked in some searches: {', '.join(shown)}. What is masked was not looked at, which clears nobody."
        )
    notes.append(
        "Not looked at, because an export does not say: assignments, training, households, machines, refusals, "
        "the extent of queries."
    )
    return notes
