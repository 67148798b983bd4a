"""The tables of holds and purges, beside those of :mod:`workbench.records.tables`.

A hold names the plates, cameras, area and times that are held back. The plates are struck from its row at the next
purge after its release or lapse (:mod:`workbench.custody.purge`), so that no hold that has ended keeps a purged plate.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Table,
    Text,
    UniqueConstraint,
)

from workbench.records.tables import Key, Micros, metadata

__all__ = [
    "evidence_packages",
    "holds",
    "purge_files",
    "purge_steps",
    "purges",
    "retention_approvals",
    "retention_orders",
]


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


# plates, cameras and area are JSON (a list, a list of codes, a scene's elements), empty where not named.
holds = Table(
    "holds",
    metadata,
    Column("id", Key, primary_key=True),
    Column("basis", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("dated_on", Date),
    Column("requester", Text, nullable=False),
    _text("requester_agency"),
    _text("requester_kind"),
    _text("case_number"),
    Column("searches", Boolean, nullable=False),
    _text("plates"),
    _text("cameras"),
    _text("area"),
    Column("start_at", Micros),
    Column("end_at", Micros),
    Column("status", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", Micros, nullable=False),
    Column("lapses_at", Micros),
    Column("review_by", Date, nullable=False),
    _text("reviewed_by"),
    Column("reviewed_at", Micros),
    _text("court_order"),
    Column("court_order_on", Date),
    _text("release_why"),
    _text("release_asked_by"),
    Column("release_asked_at", Micros),
    _text("released_by"),
    Column("released_at", Micros),
    Column("struck_at", Micros),
)

retention_orders = Table(
    "retention_orders",
    metadata,
    Column("id", Key, primary_key=True),
    Column("through", Micros, nullable=False),
    Column("why", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", Micros, nullable=False),
    Column("expires_at", Micros, nullable=False),
    _text("plan"),
    _text("plan_sha256"),
    _text("ended_by"),
    Column("ended_at", Micros),
)

# Append-only: see migration 0003.
retention_approvals = Table(
    "retention_approvals",
    metadata,
    Column("id", Key, primary_key=True),
    Column("order_id", ForeignKey("retention_orders.id"), nullable=False),
    Column("approval", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("dated_on", Date, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", Micros, nullable=False),
    UniqueConstraint("order_id", "approval"),
)

purges = Table(
    "purges",
    metadata,
    Column("id", Key, primary_key=True),
    Column("order_id", ForeignKey("retention_orders.id"), nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("run_by", Text, nullable=False),
    Column("began_at", Micros, nullable=False),
    Column("ended_at", Micros),
    Column("cutoff", Micros, nullable=False),
    Column("unrelated_cutoff", Micros),
    _text("certificate"),
    _text("certificate_sha256"),
)

# One row for each transaction that destroyed reads; the highest number tells the plate index that reads are gone.
purge_steps = Table(
    "purge_steps",
    metadata,
    Column("id", Key, primary_key=True),
    Column("purge_id", ForeignKey("purges.id"), nullable=False, index=True),
    Column("at", Micros, nullable=False),
    Column("start_at", Micros, nullable=False),
    Column("end_at", Micros, nullable=False),
    Column("first_at", Micros),
    Column("last_at", Micros),
    Column("reads", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("plates", BigInteger, nullable=False),
    Column("hits", BigInteger, nullable=False),
)

purge_files = Table(
    "purge_files",
    metadata,
    Column("id", Key, primary_key=True),
    Column("purge_id", ForeignKey("purges.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("size", BigInteger),
    _text("sha256"),
    Column("status", Text, nullable=False),
    Column("destroyed_at", Micros),
)

evidence_packages = Table(
    "evidence_packages",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_number", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Micros, nullable=False),
    Column("media", Text, nullable=False),
    Column("parts", BigInteger, nullable=False),
    Column("reads", BigInteger, nullable=False),
    Column("manifest_sha256", Text, nullable=False),
    Column("folder", Text, nullable=False),
    _text("booking_number"),
    _text("booked_by"),
    Column("booked_at", Micros),
)
