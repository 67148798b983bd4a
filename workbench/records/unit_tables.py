"""Tables of what reads come from and under what: units, court orders, permits; and of what is reviewed and adopted.

Beside those of :mod:`workbench.records.tables`. Nothing in them is ever deleted: what ends gets an end.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from workbench.records.tables import Key, Micros, metadata

__all__ = [
    "APPENDED",
    "CUT_SHORT",
    "account_reviews",
    "camera_permits",
    "policy_versions",
    "reviewed_accounts",
    "transfer_notes",
    "transfer_warrants",
    "undocking_permissions",
    "unit_moves",
    "units",
    "warrants",
]


CUT_SHORT = "cut-short"
"""The kind of a transfer's note that says its file ends in the middle of a row."""


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


# A mobile unit: a reader in a vehicle. Transfers name it by its code.
units = Table(
    "units",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    _text("vehicle"),
    _text("owner"),
    Column("camera_id", ForeignKey("cameras.id")),
    Column("in_service_on", Date, nullable=False),
    Column("entered_at", Micros, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("retired_at", Micros),
    _text("retired_why"),
)

# Who gave a permission is no account: a commander may have none. Who entered it is.
undocking_permissions = Table(
    "undocking_permissions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False, index=True),
    Column("given_by", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("given_at", Micros, nullable=False),
    Column("start_at", Micros, nullable=False),
    Column("end_at", Micros, nullable=False),
    _text("reason"),
    Column("entered_by", ForeignKey("members.id"), nullable=False),
    Column("entered_at", Micros, nullable=False),
)

unit_moves = Table(
    "unit_moves",
    metadata,
    Column("id", Key, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Micros, nullable=False),
    Column("permission_id", ForeignKey("undocking_permissions.id")),
    Column("permitted", Boolean, nullable=False),
    _text("note"),
    Column("entered_by", ForeignKey("members.id"), nullable=False),
    Column("entered_at", Micros, nullable=False),
    Index("ix_unit_moves_unit_id_at", "unit_id", "at"),
)

# Something that was odd about a file that came in all the same, such as one that ends in the middle of a row.
transfer_notes = Table(
    "transfer_notes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("transfer_id", ForeignKey("transfers.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("count", BigInteger, nullable=False, server_default="0"),
)

# What a court allowed to be obtained from a private party. The paper itself stays in the case file: its hash is kept.
warrants = Table(
    "warrants",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("court", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("expires_on", Date),
    Column("source_agency", Text, nullable=False),
    Column("start_at", Micros, nullable=False),
    Column("end_at", Micros, nullable=False),
    _text("scope"),
    _text("case_number"),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("entered_by", ForeignKey("members.id"), nullable=False),
    Column("entered_at", Micros, nullable=False),
    Column("withdrawn_at", Micros),
    _text("withdrawn_why"),
    UniqueConstraint("court", "number"),
)

transfer_warrants = Table(
    "transfer_warrants",
    metadata,
    Column("transfer_id", ForeignKey("transfers.id"), primary_key=True),
    Column("warrant_id", ForeignKey("warrants.id"), primary_key=True),
    Column("reads", BigInteger, nullable=False),
)

camera_permits = Table(
    "camera_permits",
    metadata,
    Column("id", Key, primary_key=True),
    Column("camera_id", ForeignKey("cameras.id"), nullable=False, index=True),
    Column("number", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("expires_on", Date),
    _text("file_name"),
    _text("sha256"),
    Column("entered_by", ForeignKey("members.id"), nullable=False),
    Column("entered_at", Micros, nullable=False),
    UniqueConstraint("camera_id", "number"),
)

# A review of all accounts, signed by a named reviewer; what was decided on each stands in reviewed_accounts.
account_reviews = Table(
    "account_reviews",
    metadata,
    Column("id", Key, primary_key=True),
    Column("reviewer_id", ForeignKey("members.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("signed_at", Micros, nullable=False),
    Column("statement", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("record_seq", BigInteger, nullable=False),
)

reviewed_accounts = Table(
    "reviewed_accounts",
    metadata,
    Column("review_id", ForeignKey("account_reviews.id"), primary_key=True),
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("decision", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("last_login_at", Micros),
    _text("standing"),
)

# Every version of the policy that was proposed, with its whole text; the newest adopted one is in force.
policy_versions = Table(
    "policy_versions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("profile", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("changes", Text, nullable=False),
    _text("why"),
    Column("status", Text, nullable=False),
    Column("proposed_by", ForeignKey("members.id")),
    Column("proposed_at", Micros, nullable=False),
    Column("decided_by", ForeignKey("members.id")),
    Column("decided_at", Micros),
    _text("decided_why"),
    Column("number", Integer),
    Column("record_seq", BigInteger),
    Index("ix_policy_versions_status_number", "status", "number"),
)

#: Tables that refuse UPDATE, DELETE and TRUNCATE by trigger.
APPENDED = (
    "account_reviews",
    "camera_permits",
    "reviewed_accounts",
    "transfer_warrants",
    "undocking_permissions",
    "unit_moves",
)
