"""The blocks of a profile about the data: kept how long, recorded how, verified where, given to whom."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from workbench.policy.basis import Cited, Slug, Text
from workbench.policy.period import Period

__all__ = [
    "AccessField",
    "AccessRecord",
    "Approval",
    "Attestation",
    "Breach",
    "Custody",
    "HoldRules",
    "KeptClass",
    "OrderKind",
    "Preservation",
    "PrivateReads",
    "Publication",
    "Purging",
    "Releases",
    "Retention",
    "StateDatabase",
    "Transfers",
    "Unrelated",
]

Suspension = Literal[
    "evidence",
    "likely-evidence",
    "discovery",
    "lawful-action",
    "warrant",
    "preservation-request",
    "disclosure-order",
]
OrderKind = Literal["warrant", "court-order"]
AccessFieldName = Literal[
    "time",
    "member",
    "name",
    "organization",
    "address",
    "host",
    "action",
    "elements",
    "purpose",
    "reason",
    "case",
    "crime_type",
    "incident_number",
    "outcome",
    "rows",
    "search_count",
]


class KeptClass(Cited):
    """A class of records beside the reads, and how long it is kept."""

    name: Literal["images", "hits", "training-records"]
    with_reads: bool = Field(False, description="They go with the reads that they belong to.")
    keep: Period | None = Field(
        None, description="Shortest time they are kept; null where they go with the reads."
    )


class Approval(Cited):
    """An approval that a purge needs, each by another person than who asks for the purge."""

    id: Slug
    what: Text = Field(description="What is approved, by whom: 'written consent of …'.")


class Purging(Cited):
    """What has to be in hand before anything is purged."""

    approvals: tuple[Approval, ...] = Field(
        min_length=1, description="Each is entered by another member; nobody approves their own."
    )
    valid_for: Period = Field(description="How long an order stands once it is asked for.")


class HoldRules(Cited):
    """How holds are looked after."""

    review_every: Period = Field(description="Longest time between two reviews of a hold.")


class Preservation(Cited):
    """What a preservation request does before a court has spoken."""

    lasts: Period = Field(description="How long it suspends a purge without a court order.")


class Unrelated(Cited):
    """Reads unrelated to official business, which go before their longest time."""

    after: Period = Field(
        description="When a read that nobody has declared related counts as such."
    )


class Retention(Cited):
    """How long reads are kept, what suspends a purge, and how held reads leave."""

    reads_min: Period | None = Field(None, description="Shortest time reads are kept.")
    reads_max: Period | None = Field(
        None, description="Longest time reads are kept and shown; null where the text sets none."
    )
    after_minimum: Literal["purge", "may-purge", "keep-to-maximum"] = Field(
        description="What happens to reads after the shortest time."
    )
    purge_unrelated: bool = Field(
        False, description="Reads unrelated to official business go as soon as practicable."
    )
    suspends: tuple[Suspension, ...] = Field(
        description="What suspends a purge; nothing else does."
    )
    only_as_long_as_needed: bool = Field(
        False, description="A suspension ends when the action no longer needs the reads."
    )
    unrecoverable: bool = Field(False, description="Purged reads must be beyond recovery.")
    purge_clause: str = Field("", description="Clause that governs purging.")
    export_media: str = Field("", description="How held reads leave the server.")
    booked: bool = Field(False, description="What leaves is booked into evidence.")
    media_clause: str = Field("", description="Clause that says so.")
    schedule: str = Field("", description="Records schedule or protocol that it follows.")
    classes: tuple[KeptClass, ...] = Field((), description="What is kept beside the reads.")
    purging: Purging | None = Field(
        None, description="What a purge needs; null: nothing can be purged."
    )
    holds: HoldRules | None = Field(
        None, description="How holds are looked after; null: no hold can be placed."
    )
    preservation: Preservation | None = Field(
        None, description="How long a preservation request stands alone; null where none is known."
    )
    unrelated: Unrelated | None = Field(
        None, description="When unrelated reads go, with purge_unrelated; null: with all others."
    )

    def horizon(self, now: dt.datetime) -> dt.datetime | None:
        """Return the moment before which no read is shown, or None where the text sets none."""
        return self.reads_max.outlived(now) if self.reads_max else None


class AccessField(Cited):
    """An item that every access record holds."""

    name: AccessFieldName


class AccessRecord(Cited):
    """What every access record holds, and how long it is kept."""

    fields: tuple[AccessField, ...] = Field(min_length=1)
    keep: Period = Field(description="Shortest time access records are kept.")
    keep_clause: str = Field("", description="Clause that says so.")


class StateDatabase(Cited):
    """Where a hit is verified, and what whatever leaves the system says about that."""

    name: Text
    before_enforcement: Literal["if-practicable", "always"]
    misread_check: bool = Field(False, description="Somebody first rules out a misread.")
    vehicle_match: bool = Field(False, description="The vehicle found must match the hit.")
    through_dispatch: bool = Field(False, description="The check is made through dispatch.")
    notice: Text = Field(description="The sentence on everything that leaves the system.")


class Releases(Cited):
    """To whom reads may be released, and how."""

    to: tuple[Text, ...]
    written_request: bool
    request_holds: tuple[Literal["agency", "person", "purpose"], ...] = ()
    approvers: tuple[Text, ...] = Field(
        (), description="Titles that may approve; empty: text names none."
    )
    filed_by: str = Field("", description="Who keeps the request on file.")
    forwarded_to: str = Field("", description="To whom staff forward a request.")
    recipients: tuple[Literal["law-enforcement", "prosecutor"], ...] = Field(
        ("law-enforcement",), description="Kinds of recipient; every other one is 'others'."
    )
    recipient_verified: bool = Field(False, description="The recipient must be verified.")
    personal_or_commercial: Literal["never", "not-mentioned"] = "not-mentioned"
    personal_clause: str = Field("", description="Clause against personal or commercial use.")
    request_clause: str = Field("", description="Clause that asks for a written request.")
    approve_clause: str = Field("", description="Clause that says who decides.")
    keep: Period | None = Field(
        None, description="Shortest time requests stay on file; null: as long as access records."
    )
    others_to: str = Field("", description="Where everybody else's request goes.")
    others_clause: str = Field("", description="Clause that says so.")


class Transfers(Cited):
    """How reads come from vehicles to the server."""

    max_days_between: int | None = Field(None, ge=1)
    automatic: bool = Field(False, description="Transfers should run by themselves.")
    checked_by: str = Field("", description="Who checks that they do.")
    undocking_permission: str = Field("", description="Whose permission undocking a unit needs.")
    undocking_clause: str = Field("", description="Clause that says so.")


class PrivateReads(Cited):
    """What reads made by a private party need before they may be obtained."""

    requires: tuple[OrderKind, ...] = Field(
        (), description="One of these; empty where the text asks for none."
    )


class Publication(Cited):
    """What is published."""

    website: bool = Field(description="The policy is posted on the website.")
    special_use_permits: bool = Field(False, description="So are permits of stationary readers.")
    elsewhere: str = Field("", description="Where, if there is no website.")
    address: str = Field("", description="Where the policy's full text stands, as readers type it.")


class Custody(Cited):
    """Whose data it is, and who else may run the system."""

    owner: Text
    custodians: tuple[Text, ...]
    outside_operation: tuple[Literal["contract", "memorandum"], ...] = Field(
        (),
        description="Agreements under which another agency may run or share it; empty: none named.",
    )
    outside_clause: str = ""
    outside_signer: str = Field("", description="Who enters into such an agreement, by title.")


class Attestation(Cited):
    """A statement that a named person gives on what is done outside the software; 'clause' says on what."""

    by: Text = Field(description="Who gives it, by title.")
    every: Period = Field(description="How often it is due.")


class Breach(Cited):
    """Where a breach is handled: the workbench names that path and does not replace it."""

    refer_to: Text
