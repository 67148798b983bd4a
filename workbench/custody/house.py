"""What the parts of this package take of the service, and what they all do: refuse on the record, take clean words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

from workbench.audit.chain import Entry
from workbench.audit.keys import RecordKey
from workbench.audit.permit import Home
from workbench.cases import Cases
from workbench.errors import BadInput, Refused
from workbench.models import Session
from workbench.policy.basis import Cited
from workbench.queries.runner import Runner
from workbench.records.registers import storable

__all__ = ["House", "line", "refuse", "today"]

_LONGEST = 2000


class House(Home, Protocol):
    """The service, as this package sees it."""

    @property
    def key(self) -> RecordKey:
        """The home's key."""

    @property
    def cases(self) -> Cases:
        """The case register."""

    @property
    def runner(self) -> Runner:
        """The one function that returns reads to people."""


def refuse(
    house: House,
    session: Session,
    action: str,
    elements: Mapping[str, Any],
    *,
    code: str,
    reason: str,
    basis: Cited | str,
    remedy: str,
) -> NoReturn:
    """Put a refusal on the record and raise it.

    Parameters
    ----------
    code : str
        What was wrong, for programs: it stands on the record.
    basis : Cited or str
        The clause's number, or the block of the profile that it rests on.
    """
    clause = basis if isinstance(basis, str) else basis.clause
    house.chain.append(
        Entry(
            "event",
            action,
            outcome="refused",
            session=session,
            elements=elements,
            clause=clause,
            detail=code,
        )
    )
    raise Refused(reason, clause=clause, citation=house.profile.cite(basis), remedy=remedy)


def line(text: str, what: str, *, longest: int = _LONGEST, needed: bool = True) -> str:
    """Return words as one line; raises BadInput where there are none, too many, or some that cannot be kept."""
    words = " ".join(text.split())
    if not words and needed:
        raise BadInput(f"The {what} is missing.", "Give it in words.")
    if len(words) > longest or not storable(words) or not words.isprintable():
        raise BadInput(
            f"The {what} is too long or holds characters that cannot be kept.",
            f"Write it in at most {longest} letters.",
        )
    return words


def today(house: House) -> dt.date:
    """Return the agency's own calendar day."""
    return house.clock().astimezone(house.settings.zone).date()
