"""What is still missing before a case can be taken up, field by field and in words; no widget in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from workbench.models import CaseRecord, Grounds

if TYPE_CHECKING:
    from workbench.policy.findings import Finding, GroundsCheck
    from workbench.policy.profile import Profile

__all__ = [
    "FIELDS",
    "Typed",
    "case_words",
    "demanded",
    "field_of",
    "missing_words",
    "notes",
    "standing",
    "summary",
]

FIELDS = ("number", "purpose", "crime_type", "incident_number", "reason")
_STANDING = "standing"
_CASE_FIELDS = {"case.crime-type": "crime_type", "case.incident-number": "incident_number"}
_TOO_LITTLE = frozenset({"reason.too-short", "reason.too-few-words"})
_READY = "Take up the case to search under it."


@dataclass(frozen=True)
class Typed:
    """What is typed about the case."""

    number: str = ""
    purpose: str = ""
    reason: str = ""
    crime_type: str = ""
    incident_number: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Typed:
        """Return what is typed, out of plain values; what is not named is empty."""
        return cls(**{name: str(values.get(name) or "").strip() for name in FIELDS})

    def values(self) -> dict[str, str]:
        """Return plain values."""
        return asdict(self)

    def grounds(self) -> Grounds:
        """Return what a query would carry."""
        return Grounds(
            self.number, self.purpose, self.reason, self.crime_type, self.incident_number
        )


def field_of(finding: Finding) -> str:
    """Return the field that a finding is about; ``standing`` where it is about who asks."""
    if finding.code in _CASE_FIELDS:
        return _CASE_FIELDS[finding.code]
    kind = finding.code.partition(".")[0]
    return {"case": "number", "purpose": "purpose", "reason": "reason"}.get(kind, _STANDING)


def demanded(profile: Profile) -> tuple[str, ...]:
    """Return the fields beside number, purpose and reason that the policy wants of every query."""
    return tuple(profile.case.required_fields)


def notes(check: GroundsCheck, typed: Typed) -> dict[str, Markup]:
    """Return what stands below each field: what is wrong with it, what mends it, and the clause.

    An empty field is said to be required and no more: nobody has made a mistake yet.
    """
    values = typed.values()
    return {name: _note(check, name, filled=bool(values[name])) for name in FIELDS}


def _note(check: GroundsCheck, name: str, *, filled: bool) -> Markup:
    wrong = _telling([each for each in check.refusals if field_of(each) == name])
    doubtful = [each for each in check.warnings if field_of(each) == name]
    if wrong and not filled:
        return Markup('<p class="wbd-note quiet">Required: {}</p>').format(_cited(wrong))
    return _said("wrong", wrong) + _said("warn", doubtful)


def _telling(findings: list[Finding]) -> list[Finding]:
    """Say once that there is too little, by whatever measure, and everything else."""
    little = [each for each in findings if each.code in _TOO_LITTLE]
    return [*little[:1], *(each for each in findings if each.code not in _TOO_LITTLE)]


def _said(kind: str, findings: Sequence[Finding]) -> Markup:
    if not findings:
        return Markup("")
    reasons = " ".join(dict.fromkeys(each.reason for each in findings))
    more = [each for each in findings if each.code not in _TOO_LITTLE] or findings
    remedies = " ".join(dict.fromkeys(each.remedy for each in more))
    return Markup(
        '<p class="wbd-note {}" role="status"><b>{}</b> {} <span class="wbd-cite">{}</span></p>'
    ).format(kind, reasons, remedies, _cited(findings))


def _cited(findings: Sequence[Finding]) -> str:
    return "; ".join(dict.fromkeys(each.citation or each.clause for each in findings))


def standing(check: GroundsCheck) -> tuple[Finding, ...]:
    """Return what is wrong with who asks: role, training, certification. Nothing typed mends it."""
    return tuple(each for each in check.refusals if field_of(each) == _STANDING)


def missing_words(check: GroundsCheck) -> str:
    """Return why nothing can be asked yet, in words, for a button's tooltip."""
    if check.allowed:
        return _READY
    fields = (*FIELDS, _STANDING)
    wrong = {name: [each for each in check.refusals if field_of(each) == name] for name in fields}
    told = [each for found in wrong.values() for each in _telling(found)]
    return " ".join(dict.fromkeys(each.reason for each in told))


def case_words(number: str, known: Iterable[CaseRecord]) -> Markup:
    """Return what the register says of a case that is assigned to whoever types; empty for any other."""
    for case in known:
        if case.number == number:
            said = [
                case.title,
                case.crime_type,
                case.incident_number and f"incident {case.incident_number}",
            ]
            return Markup('<p class="wbd-note good">{}</p>').format(
                " · ".join(part for part in said if part) or "In the register."
            )
    return Markup("")


def summary(typed: Typed, label: str) -> Markup:
    """Return the case in hand as one line.

    Parameters
    ----------
    label : str
        The purpose in the policy's words.
    """
    return Markup(
        '<p class="wbd-taken"><span class="wbd-muted">Case</span> <b>{}</b> <span class="wbd-sep"></span> {} '
        '<span class="wbd-sep"></span> <span class="wbd-reason">{}</span></p>'
    ).format(typed.number, label, typed.reason)
