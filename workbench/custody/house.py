"""What the parts of this package take of the service, and what they all do: refuse on the record, take clean words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, Protocol

from workbench.audit.chain import Chain, Entry
from workbench.audit.keys import RecordKey
from workbench.cases import Cases
from workbench.errors import BadInput, Refused
from workbench.models import Session
from workbench.policy.basis import Cited
from workbench.policy.profile import Profile
from workbench.queries.runner import Runner
from workbench.records.database import Database
from workbench.records.registers import storable
from workbench.settings import Settings

__all__ = ["House", "line", "refuse", "today"]

_LONGEST = 2000


class House(Protocol):
    """The service, as this package sees it: its parts, and the question whether a member may."""

    @property
    def settings(self) -> Settings:
        """How the site is set up."""

    @property
    def clock(self) -> Callable[[], dt.datetime]:
        """Gives the present time, aware."""

    @property
    def profile(self) -> Profile:
        """The policy in force."""

    @property
    def database(self) -> Database:
        """The open database."""

    @property
    def chain(self) -> Chain:
        """The access record."""

    @property
    def key(self) -> RecordKey:
        """The home's key."""

    @property
    def cases(self) -> Cases:
        """The case register."""

    @property
    def runner(self) -> Runner:
        """The one function that returns reads to people."""

    def permit(self, token: str, action: str, elements: Mapping[str, Any] | None = None) -> Session:
        """Return the session if its member may do something; else record the refusal and raise it."""


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
