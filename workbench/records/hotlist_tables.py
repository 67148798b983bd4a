"""The tables of hot lists and hits, beside those of :mod:`workbench.records.tables`.

Of a list's entry only the plate stands as it is; every other field lies in ``sealed``, encrypted under a key that is
outside the database (:mod:`workbench.hotlists.keyring`), with its row's number and place as associated data. What a hit
keeps of the entry, and what was said at each of its steps, is sealed in the same way.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from workbench.records.tables import Key, Micros, metadata

__all__ = [
    "SEALED",
    "hit_acts",
    "hits",
    "hot_list_entries",
    "hot_list_imports",
    "hot_list_matches",
    "hot_lists",
]


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


# A list's code is its handle on the command line; title, source and purpose are sealed.
hot_lists = Table(
    "hot_lists",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("stale_after_hours", Integer, nullable=False),
    Column("near_from", Float),
    Column("active", Boolean, nullable=False),
    Column("created_at", Micros, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("as_of", Micros),
    Column("since_import", BigInteger),
    Column("entries", BigInteger, nullable=False, server_default="0"),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

hot_list_imports = Table(
    "hot_list_imports",
    metadata,
    Column("id", Key, primary_key=True),
    Column("list_id", ForeignKey("hot_lists.id"), nullable=False, index=True),
    _text("file_name"),
    _text("sha256"),
    Column("mode", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("as_of", Micros, nullable=False),
    Column("began_at", Micros, nullable=False),
    Column("ended_at", Micros),
    Column("added", BigInteger, nullable=False, server_default="0"),
    Column("removed", BigInteger, nullable=False, server_default="0"),
    Column("rejected", BigInteger, nullable=False, server_default="0"),
    _text("reject_file"),
    Column("last_entry_id", BigInteger, nullable=False, server_default="0"),
    Column("made_by", Text, nullable=False),
    _text("error"),
)

hot_list_entries = Table(
    "hot_list_entries",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("list_id", ForeignKey("hot_lists.id"), nullable=False),
    Column("import_id", ForeignKey("hot_list_imports.id"), nullable=False, index=True),
    Column("plate", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_hot_list_entries_plate", "plate"),
)

hot_list_matches = Table(
    "hot_list_matches",
    metadata,
    Column("id", Key, primary_key=True),
    Column("transfer_id", ForeignKey("transfers.id"), index=True),
    Column("list_id", ForeignKey("hot_lists.id")),
    Column("status", Text, nullable=False),
    Column("start_at", Micros),
    Column("end_at", Micros),
    Column("began_at", Micros, nullable=False),
    Column("ended_at", Micros),
    Column("reads", BigInteger, nullable=False, server_default="0"),
    Column("hits", BigInteger, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("made_by", Text, nullable=False),
    _text("error"),
)

# A read's number alone is no key on PostgreSQL: its time of capture goes with it.
hits = Table(
    "hits",
    metadata,
    Column("id", Key, primary_key=True),
    Column("read_id", BigInteger, nullable=False),
    Column("captured_at", Micros, nullable=False),
    Column("camera_id", ForeignKey("cameras.id"), nullable=False),
    Column("transfer_id", ForeignKey("transfers.id"), nullable=False),
    Column("list_id", ForeignKey("hot_lists.id"), nullable=False),
    Column("listed", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("near", Boolean, nullable=False),
    Column("probability", Float, nullable=False),
    Column("status", Text, nullable=False),
    Column("disposition", Text, nullable=False, server_default=""),
    Column("raised_at", Micros, nullable=False),
    Column("closed_at", Micros),
    Column("match_id", ForeignKey("hot_list_matches.id"), nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_hits_status_raised_at", "status", "raised_at"),
    Index("ix_hits_read_id_list_id", "read_id", "list_id"),
    Index("ix_hits_captured_at", "captured_at"),
    sqlite_autoincrement=True,  # a hit's number stands on the record: it is never another's
)

hit_acts = Table(
    "hit_acts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("hit_id", ForeignKey("hits.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("at", Micros, nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("record_seq", BigInteger, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("hit_id", "number"),
)

#: Tables with encrypted rows: a new key goes through all of them.
SEALED = (hot_lists, hot_list_entries, hits, hit_acts)
