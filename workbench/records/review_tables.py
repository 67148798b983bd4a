"""What the review of searches is held against: plates of members' own households, as keyed hashes alone."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

from workbench.records.tables import Key, Micros, metadata

__all__ = ["member_plates"]

member_plates = Table(
    "member_plates",
    metadata,
    Column("member_id", Key, ForeignKey("members.id"), primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("entered_at", Micros, nullable=False),
)
