"""What a decision is made of: the request, its findings, the answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from workbench.errors import Refused
from workbench.models import CaseRecord, Extent, Grounds, Member
from workbench.policy.basis import Cited
from workbench.policy.profile import Profile

__all__ = ["Decision", "Finding", "GroundsCheck", "Request", "Severity", "finding"]

Severity = Literal["refuse", "warn"]


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks to do.

    Parameters
    ----------
    action : str
        One of :data:`workbench.policy.actions.ACTIONS`.
    member : Member or None
        Who asks; None for nobody, who is refused everything.
    grounds, case, extent
        For a query: why, the case of the register (None: not in the register), and how wide.
    now : datetime
        The moment of asking, aware. By keyword.
    automatic : bool
        Whether a scheduled job asks, not a person at a keyboard. By keyword.
    """

    action: str
    member: Member | None
    grounds: Grounds | None = None
    case: CaseRecord | None = None
    extent: Extent | None = None
    now: dt.datetime = field(kw_only=True)
    automatic: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found wrong with a request.

    ``code`` is for programs (``member.role``, ``reason.stock-words`` …); ``control`` names the control of
    :mod:`workbench.policy.controls` that found it.
    """

    severity: Severity
    code: str
    clause: str
    citation: str
    reason: str
    remedy: str
    control: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a request; false in a condition where it is refused."""

    allowed: bool
    findings: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings that refuse."""
        return tuple(each for each in self.findings if each.severity == "refuse")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that only warn."""
        return tuple(each for each in self.findings if each.severity == "warn")

    @property
    def withhold_reason(self) -> bool:
        """Whether the reason in words holds personal data and must not be written anywhere."""
        return any(each.code.startswith("reason.personal") for each in self.refusals)

    def raise_if_refused(self) -> None:
        """Raise the first refusal; the others stand in its remedy.

        Raises
        ------
        Refused
            If anything refuses.
        """
        if self.allowed:
            return
        first, *others = self.refusals
        also = " ".join(
            f"Also: {each.reason}" + (f" [{each.citation}]" if each.citation else "")
            for each in others
        )
        raise Refused(
            first.reason,
            clause=first.clause,
            citation=first.citation,
            remedy=f"{first.remedy} {also}".strip(),
        )


@dataclass(frozen=True, slots=True)
class GroundsCheck:
    """What the policy would say to case, purpose and reason, before anything is asked for under them.

    ``allowed`` are the actions that they would do for; ``findings`` is what is wrong or doubtful for the others and for
    these, each once, refusals first.
    """

    allowed: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings that refuse."""
        return tuple(each for each in self.findings if each.severity == "refuse")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that only warn."""
        return tuple(each for each in self.findings if each.severity == "warn")


def finding(
    profile: Profile,
    severity: Severity,
    code: str,
    *,
    basis: Cited | str,
    reason: str,
    remedy: str,
    control: str,
) -> Finding:
    """Build a finding; ``basis`` is a clause number or the block of the profile it rests on."""
    clause = basis if isinstance(basis, str) else basis.clause
    return Finding(severity, code, clause, profile.cite(basis), reason, remedy, control)
