"""A dry run: the first rows of a file as they would be taken in, and what is wrong with them. Nothing is stored."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.ingest.cameras import Register, load_register
from workbench.ingest.check import Terms, check
from workbench.ingest.formats.base import Batch, Problem
from workbench.ingest.mapping import ColumnMapping
from workbench.ingest.opening import opened
from workbench.ingest.warrants import PrivateGuard
from workbench.records.database import Database
from workbench.records.tables import from_micros
from workbench.settings import Settings

__all__ = ["Preview", "preview"]

_SHOWN = (
    "line",
    "plate",
    "state",
    "captured_at",
    "camera",
    "latitude",
    "longitude",
    "heading",
    "confidence",
    "make",
    "model",
    "color",
    "body",
    "candidates",
    "source_id",
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a dry run found.

    Parameters
    ----------
    format : str
        What the file is.
    encoding : str
        How its text is read.
    rows : list of dict
        The first good rows, canonical field to value; times are aware, in the agency's zone.
    problems : list of Problem
        Rows among those looked at that would be rejected.
    skips, notes : mapping of str to int
        Rows that would be skipped, and what would be left empty or assumed.
    looked_at : int
        How many rows of the file were looked at.
    """

    format: str
    encoding: str
    rows: list[dict[str, Any]]
    problems: list[Problem]
    skips: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)
    looked_at: int = 0


def preview(
    file: Path | str,
    *,
    settings: Settings,
    now: dt.datetime,
    database: Database | None = None,
    format: str | None = None,  # noqa: A002 - the word on the command line
    mapping: Path | ColumnMapping | None = None,
    camera: str | None = None,
    source_agency: str | None = None,
    governmental: bool = True,
    guard: PrivateGuard | None = None,
    rows: int = 10,
) -> Preview:
    """Look at the first batch of a file as :func:`workbench.ingest.transfers.receive` would.

    Parameters
    ----------
    file : path
        The file.
    settings : Settings
        The agency's time zone.
    now : datetime
        Aware; what is captured after it lies in the future.
    database : Database, optional
        For the register of cameras; without it every camera is a stranger.
    format, mapping, camera, source_agency, governmental, guard
        As for ``receive``: private reads are not even shown without the order that the policy asks for.
    rows : int
        How many good rows to show.

    Raises
    ------
    BadTransfer, TransferRefused, BadInput
        As for ``receive``.
    """
    register = Register((), default=camera or "")
    if database is not None:
        with database.read() as connection:
            register = load_register(connection, default=camera or "")
    whose = settings.agency if source_agency is None else source_agency
    terms = Terms(zone=settings.zone, now=now, source_agency=whose, governmental=governmental)
    with opened(Path(file), format=format, mapping=mapping, camera=camera) as source:
        found = next(source.batches, None)
        notes: Counter[str] = Counter([source.source.note] if source.source.note else [])
        if found is None:
            return Preview(source.format.name, source.source.encoding, [], [], notes=notes)
        checked = check(found, register, terms)
        if guard is not None:
            guard.look(checked.columns, unusable=checked.private_problems)
        return Preview(
            source.format.name,
            source.source.encoding,
            _shown(checked.columns, found, register, settings, rows),
            checked.problems,
            checked.skipped,
            notes + checked.notes,
            found.total,
        )


def _shown(
    columns: dict[str, list[Any]], batch: Batch, register: Register, settings: Settings, rows: int
) -> list[dict[str, Any]]:
    codes = {camera.id: code for code, camera in register.by_code.items()}
    kept = [name for name in _SHOWN if name in {"line", "camera", "state"} or name in batch.columns]
    shown = []
    for place in range(min(rows, len(columns["line"]))):
        row = {name: columns[name][place] for name in kept if name != "camera"}
        row["camera"] = codes.get(columns["camera_id"][place], "")
        row["captured_at"] = from_micros(row["captured_at"]).astimezone(settings.zone)
        shown.append({name: row[name] for name in kept})
    return shown
