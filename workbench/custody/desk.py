"""What the service hands out of this package: a noun each, opened when it is first needed."""

from __future__ import annotations

from functools import cached_property

from workbench.custody.agreements import Agreements
from workbench.custody.attestations import Attestations
from workbench.custody.breaches import Breaches
from workbench.custody.evidence import Evidence, EvidenceHouse
from workbench.custody.holds_desk import HoldsDesk
from workbench.custody.offices import Offices
from workbench.custody.publication import Publication
from workbench.custody.releases import Releases
from workbench.custody.retention_desk import RetentionDesk

__all__ = ["Custody"]


class Custody:
    """Everything about what the agency keeps and gives; each method of each noun takes the member's token first.

    Parameters
    ----------
    house : EvidenceHouse
        The service.
    """

    def __init__(self, house: EvidenceHouse) -> None:
        self._house = house

    @cached_property
    def agreements(self) -> Agreements:
        """Contracts and memoranda under which others run or share the system."""
        return Agreements(self._house)

    @cached_property
    def attestations(self) -> Attestations:
        """Statements of named people on what is done outside the system."""
        return Attestations(self._house)

    @cached_property
    def breaches(self) -> Breaches:
        """Suspected breaches, and where the policy leads them to."""
        return Breaches(self._house)

    @cached_property
    def offices(self) -> Offices:
        """Who holds which title of the policy."""
        return Offices(self._house)

    @cached_property
    def publication(self) -> Publication:
        """What may be said to anybody."""
        return Publication(self._house)

    @cached_property
    def releases(self) -> Releases:
        """Requests for reads by other agencies."""
        return Releases(self._house)

    @cached_property
    def evidence(self) -> Evidence:
        """Packages of evidence."""
        return Evidence(self._house)

    @cached_property
    def holds(self) -> HoldsDesk:
        """Holds: what is held back from a purge."""
        return HoldsDesk(self._house)

    @cached_property
    def retention(self) -> RetentionDesk:
        """Plans, orders and runs of purges, and their certificates."""
        return RetentionDesk(self._house)
