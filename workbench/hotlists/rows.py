"""Sealed rows of the tables, and where each belongs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbench.hotlists.entries import Entry
from workbench.hotlists.keyring import Keyring, Place
from workbench.records.hotlist_tables import hit_acts, hits, hot_list_entries, hot_lists
from workbench.records.tables import to_micros

__all__ = ["act_place", "entry_place", "hit_place", "list_place", "open_entry", "place_of"]


def list_place(list_id: int, code: str) -> Place:
    """Return where a list's own fields belong."""
    return ("list", list_id, code)


def entry_place(entry_id: int, list_id: int, plate: str) -> Place:
    """Return where an entry's fields belong."""
    return ("entry", entry_id, list_id, plate)


def hit_place(hit_id: int, read_id: int, list_id: int, listed: str, raised_at: int) -> Place:
    """Return where what a hit keeps of its entry belongs."""
    return ("hit", hit_id, read_id, list_id, listed, raised_at)


def act_place(hit_id: int, number: int, step: str, at: int, member_id: int) -> Place:
    """Return where what was said at a step belongs."""
    return ("act", hit_id, number, step, at, member_id)


def place_of(table: sa.Table, row: Any) -> Place:
    """Return where the sealed value of a whole row belongs."""
    if table is hot_lists:
        return list_place(row.id, row.code)
    if table is hot_list_entries:
        return entry_place(row.id, row.list_id, row.plate)
    if table is hits:
        return hit_place(row.id, row.read_id, row.list_id, row.listed, to_micros(row.raised_at))
    if table is hit_acts:
        return act_place(row.hit_id, row.number, row.step, to_micros(row.at), row.member_id)
    raise KeyError(table.name)


def open_entry(ring: Keyring, row: Any) -> Entry:
    """Return the entry of a row of ``hot_list_entries``."""
    plain = ring.open_(row.sealed, row.key_id, place_of(hot_list_entries, row))
    return Entry.of(row.plate, plain)
