"""The service's registers that ask the policy themselves: each is a noun, opened when it is first needed."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.audit.chain import Chain
from workbench.audit.verify import Verdict
from workbench.cases import Cases
from workbench.models import Session
from workbench.people import People
from workbench.policy.profile import Profile
from workbench.records.database import Database
from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.adoption import PolicyChanges
    from workbench.audit.desk import AuditDesk
    from workbench.audit.households import Households
    from workbench.audit.keys import RecordKey
    from workbench.custody.desk import Custody
    from workbench.hotlists import HotLists
    from workbench.ingest.warrants import Warrants
    from workbench.people.reviews import AccountReviews
    from workbench.permits import Permits
    from workbench.queries.runner import Runner
    from workbench.units import Units

__all__ = ["Nouns"]


class Nouns(ABC):
    """What :class:`workbench.service.Service` offers by noun; a method of each takes the member's token first."""

    settings: Settings
    profile: Profile
    database: Database
    chain: Chain
    people: People
    cases: Cases
    runner: Runner
    key: RecordKey
    clock: Callable[[], dt.datetime]

    @abstractmethod
    def session(self, token: str) -> Session:
        """Return whose a token is: see :meth:`workbench.service.Service.session`."""

    @abstractmethod
    def permit(self, token: str, action: str, elements: Mapping[str, Any] | None = None) -> Session:
        """Ask the policy: see :meth:`workbench.service.Service.permit`."""

    @abstractmethod
    def audit_verify(self) -> Verdict:
        """Check the record: see :meth:`workbench.service.Service.audit_verify`."""

    @property
    def _own(self) -> tuple[Any, ...]:
        """What most of them are made of."""
        settings = self.settings
        return self.database, self.chain, self.permit, self.profile, self.clock, settings.zone

    @cached_property
    def hotlists(self) -> HotLists:
        """Hot lists and hits; see :class:`workbench.hotlists.HotLists`."""
        from workbench.hotlists import HotLists

        return HotLists(
            database=self.database,
            chain=self.chain,
            cases=self.cases,
            profile=self.profile,
            settings=self.settings,
            clock=self.clock,
            permit=self.permit,
            session=self.session,
        )

    @cached_property
    def custody(self) -> Custody:
        """What the agency keeps and gives: holds, retention, releases, statements, the public page."""
        from workbench.custody.desk import Custody

        return Custody(self)

    @cached_property
    def policy_changes(self) -> PolicyChanges:
        """The versions of the policy: proposed, approved, in force."""
        from workbench.adoption import PolicyChanges

        settings = self.settings
        return PolicyChanges(
            self.database, self.chain, self.permit, self.profile, self.clock, settings
        )

    @cached_property
    def account_reviews(self) -> AccountReviews:
        """The yearly reviews of all accounts, and what each decided."""
        from workbench.people.reviews import AccountReviews

        return AccountReviews(*self._own)

    @cached_property
    def permits(self) -> Permits:
        """The special-use permits of stationary cameras."""
        from workbench.permits import Permits

        return Permits(*self._own)

    @cached_property
    def units(self) -> Units:
        """The register of mobile units, their transfers and their docks."""
        from workbench.units import Units

        return Units(*self._own)

    @cached_property
    def warrants(self) -> Warrants:
        """The register of warrants and court orders for reads made by a private party."""
        from workbench.ingest.warrants import Warrants

        return Warrants(*self._own)

    @cached_property
    def households(self) -> Households:
        """The list of members' own plates, hashed, that the review of searches is held against."""
        from workbench.audit.households import Households

        home = self.settings
        return Households(
            self.database, self.chain, self.permit, self.clock, home.keys, home.rejects
        )

    @cached_property
    def audits(self) -> AuditDesk:
        """Reviews of periods, what is said of their findings, and the signatures under them."""
        from workbench.audit.desk import AuditDesk
        from workbench.custody.yardsticks import yardsticks

        return AuditDesk(self, lambda start, end: yardsticks(self, start, end))
