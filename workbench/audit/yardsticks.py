"""What an audit is measured by beside the searches: who gets data, what was destroyed, who stated what, which hits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Yardsticks"]


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """Facts beside the access record, as plain values; filled in by :mod:`workbench.custody.yardsticks`.

    Auditors found sharing with bodies that nobody had vetted, retention tied to no use, and accounts of people who had
    left (California State Auditor 2019-118): so an audit says how each of these stands.

    Parameters
    ----------
    day : date or None
        The agency's day on which it was looked at; None where nobody looked.
    agreements : tuple of mapping
        Contracts and memoranda: party, kind, subject, signed_by, begins_on, ends_on, state.
    releases : tuple of mapping
        Requests of others for reads that were entered or moved in the period: number, agency, recipient, entered_on,
        state, since, verified, approved_by.
    purges : tuple of mapping
        The last certificates of purges, the newest first: purge, order, ended_at, captured_before, reads, held,
        approvals, run_by, sha256.
    overdue : mapping
        What retention lacks on that day: reads (kept too long; None where the policy sets no longest time), limit,
        citation, held (holds in force), unfinished (an order), holds (numbers of holds whose review is late).
    attestations : tuple of mapping
        Statements that the policy wants: clause, citation, text, by, state, due_on, last_on, last_by.
    account_reviews : tuple of mapping
        The signed reviews of all accounts, the newest first: signed_at, name, title, accounts, decisions, sha256.
    hits : mapping
        Hits raised in the period, by where each stands; see ``hits_closed``.
    hits_closed : mapping
        The closed ones among them, by disposition.
    """

    day: dt.date | None = None
    agreements: tuple[Mapping[str, Any], ...] = ()
    releases: tuple[Mapping[str, Any], ...] = ()
    purges: tuple[Mapping[str, Any], ...] = ()
    overdue: Mapping[str, Any] = field(default_factory=dict)
    attestations: tuple[Mapping[str, Any], ...] = ()
    account_reviews: tuple[Mapping[str, Any], ...] = ()
    hits: Mapping[str, int] = field(default_factory=dict)
    hits_closed: Mapping[str, int] = field(default_factory=dict)
