"""The tables of releases and of what people state: beside those of :mod:`workbench.records.tables`.

A request and each of its steps are appended and never changed: where a request stands is what its last step says, and
two who take the same step at once cannot both succeed.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from workbench.records.tables import Key, Micros, metadata

__all__ = [
    "APPENDED",
    "agreements",
    "attestations",
    "breaches",
    "offices",
    "release_requests",
    "release_steps",
]


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


# Who holds which title of the policy: who may approve, and whose statement is asked for.
offices = Table(
    "offices",
    metadata,
    Column("id", Key, primary_key=True),
    Column("title", Text, nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False, index=True),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Micros, nullable=False),
    _text("ended_by"),
    Column("ended_at", Micros),
)

# parameters is JSON: the query that is asked for, as workbench.queries.build takes it.
release_requests = Table(
    "release_requests",
    metadata,
    Column("id", Key, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("agency", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("use", Text, nullable=False),
    Column("purpose_text", Text, nullable=False),
    Column("dated_on", Date, nullable=False),
    _text("scan_sha256"),
    _text("scan_name"),
    Column("case_number", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("entered_by", ForeignKey("members.id"), nullable=False),
    Column("entered_at", Micros, nullable=False),
)

# details is JSON: of a fulfillment, the access, the rows, and the package's name and hash.
release_steps = Table(
    "release_steps",
    metadata,
    Column("id", Key, primary_key=True),
    Column("request_id", ForeignKey("release_requests.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("act", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Micros, nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    _text("title"),
    _text("words"),
    Column("details", Text, nullable=False),
    Column("record_seq", BigInteger, nullable=False),
    UniqueConstraint("request_id", "number"),
)

attestations = Table(
    "attestations",
    metadata,
    Column("id", Key, primary_key=True),
    Column("clause", Text, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("dated_on", Date, nullable=False),
    Column("stated_at", Micros, nullable=False),
    Column("words", Text, nullable=False),
    _text("file_sha256"),
    _text("file_name"),
    Column("record_seq", BigInteger, nullable=False),
)

agreements = Table(
    "agreements",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("begins_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("meets_standards", Boolean, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Micros, nullable=False),
    _text("ended_why"),
    _text("ended_by"),
    Column("ended_at", Micros),
)

breaches = Table(
    "breaches",
    metadata,
    Column("id", Key, primary_key=True),
    Column("noticed_at", Micros, nullable=False),
    Column("reported_at", Micros, nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("words", Text, nullable=False),
    Column("led_to", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("record_seq", BigInteger, nullable=False),
)

#: Tables that refuse UPDATE, DELETE and TRUNCATE by trigger: see migration 0004.
APPENDED = ("release_requests", "release_steps", "attestations", "breaches")
