"""How what keeps its own record asks the policy: by the service's own door, handed to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from workbench.audit.chain import Chain
from workbench.models import Session
from workbench.policy.profile import Profile
from workbench.records.database import Database
from workbench.settings import Settings

__all__ = ["Home", "Permit", "Register"]


class Permit(Protocol):
    """Asks whether a member may do something: :meth:`workbench.service.Service.permit`."""

    def __call__(
        self, token: str, action: str, elements: Mapping[str, Any] | None = None
    ) -> Session:
        """Return the session if its member may; else put the refusal on the record and raise it."""


class Home(Protocol):
    """The service as a package below it sees it; each adds the parts that it needs besides."""

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

    def permit(self, token: str, action: str, elements: Mapping[str, Any] | None = None) -> Session:
        """Return the session if its member may do something; else record the refusal and raise it."""


class Register:
    """What a register is made of.

    Parameters
    ----------
    permit : callable
        Asks the policy: :meth:`workbench.service.Service.permit`.
    profile : Profile
        The policy in force.
    clock : callable
        Gives the present time, aware.
    zone : ZoneInfo
        The agency's time zone: days are counted in it.
    """

    def __init__(
        self,
        database: Database,
        chain: Chain,
        permit: Permit,
        profile: Profile,
        clock: Callable[[], dt.datetime],
        zone: ZoneInfo,
    ) -> None:
        self.database = database
        self.chain = chain
        self.permit = permit
        self.profile = profile
        self.clock = clock
        self.zone = zone
