"""Transfers: a file of reads is taken in as a whole or not at all, once, and the register says by whom.

The order is: fingerprint; wait for whoever else is loading; undo what an interrupted transfer left behind; look
whether this very file has been taken in; register the transfer; load it batch by batch, out of every query's sight;
then count it and make it visible in one transaction. Whatever goes wrong in between, its rows are taken out again.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout

from workbench.errors import BadInput, BadTransfer, Failed
from workbench.ingest.cameras import Register, load_register
from workbench.ingest.check import Terms, check
from workbench.ingest.loading import Loading, TransferResult
from workbench.ingest.mapping import ColumnMapping
from workbench.ingest.opening import opened
from workbench.ingest.rejects import RejectFile
from workbench.ingest.source import fingerprint, reading
from workbench.ingest.store import remove
from workbench.ingest.warrants import PrivateGuard
from workbench.models import Member
from workbench.records.database import Database
from workbench.records.tables import transfers
from workbench.settings import Settings

__all__ = ["Progress", "TransferResult", "receive", "recover", "turn", "undo_interrupted"]

Progress = Callable[[int, int, int], None]
"""Called now and then with the bytes read, the bytes there are, and the rows dealt with."""

_log = logging.getLogger(__name__)
_WAIT_S = 600.0
_LOCK = 0x414C5053  # "ALPS": the advisory lock of whoever loads on PostgreSQL
_INTERRUPTED = "Interrupted: the process ended before the transfer did."


def receive(
    database: Database,
    file: Path | str,
    *,
    member: Member,
    settings: Settings,
    clock: Callable[[], dt.datetime],
    format: str | None = None,  # noqa: A002 - the word on the command line
    camera: str | None = None,
    unit: str | None = None,
    mapping: Path | ColumnMapping | None = None,
    source_agency: str | None = None,
    governmental: bool = True,
    guard: PrivateGuard | None = None,
    progress: Progress | None = None,
    wait_s: float = _WAIT_S,
) -> TransferResult:
    """Take in a file of reads.

    Parameters
    ----------
    database : Database
        Where to.
    file : path
        A file in one of the known formats, any CSV with a mapping, or a reject file of an earlier transfer.
    member : Member
        Who brings it.
    settings : Settings
        The home, its reject folder, the agency and its time zone.
    clock : callable
        Gives the present time, aware.
    format : str, optional
        The format's name; found by the file's beginning where left out.
    camera : str, optional
        Code of a registered camera, for rows that name none.
    unit : str, optional
        The mobile unit that the file comes from; cameras that are not registered then count as mobile.
    mapping : path or ColumnMapping, optional
        How to read a CSV of no known format.
    source_agency : str, optional
        Whose reads these are; the home's own agency where left out.
    governmental : bool
        Whether the readers' operator is a governmental body.
    guard : PrivateGuard, optional
        What private reads are held against, where the policy asks for an order; see :mod:`workbench.ingest.warrants`.
    progress : callable, optional
        See :data:`Progress`.
    wait_s : float
        How long to wait for another transfer to end, in seconds.

    Returns
    -------
    TransferResult
        With ``duplicate`` where this very file is in already, and nothing was changed.

    Raises
    ------
    BadTransfer
        The file cannot be taken in; nothing of it was kept.
    TransferRefused
        It holds private reads that no order covers; nothing of it was kept.
    BadInput
        Format, mapping or camera do not hold; nothing was begun.
    Failed
        Another transfer is under way, or the database or the disk would not have it.
    """
    path = Path(file)
    with reading(path):
        before = path.stat()
        sha256, size = fingerprint(path)
    with turn(database, settings, wait_s):
        undo_interrupted(database, settings, clock)
        if (earlier := _earlier(database, settings, sha256)) is not None:
            return earlier
        with database.read() as connection:
            register = load_register(connection, default=camera or "", mobile=bool(unit))
        if camera and camera not in register.by_code:
            raise BadInput(
                f"There is no camera {camera!r} in the register.",
                "Add it first: workbench camera add …; or see: workbench camera list",
            )
        terms = Terms(
            zone=settings.zone,
            now=clock(),
            source_agency=settings.agency if source_agency is None else source_agency,
            governmental=governmental,
        )
        how: dict[str, Any] = {"format": format, "mapping": mapping, "camera": camera}
        if guard is not None and (mapping or not governmental or register.has_private):
            with database.read() as connection:
                own = load_register(connection, default=camera or "", mobile=bool(unit))
            _look_first(path, guard, own, terms, how)
        with opened(path, **how) as source:
            details = {
                "file_name": path.name,
                "sha256": sha256,
                "size": size,
                "format": source.format.name,
                "unit": unit or "",
                "camera_id": register.by_code[camera].id if camera else None,
                "received_by": member.id,
            }
            loading = Loading(database, settings, register, terms, details, source.preamble, guard)
            loading.begin(clock())
            with loading.under_way(clock):
                if source.source.note:
                    loading.notes[source.source.note] += 0
                for batch in source.batches:
                    loading.take(batch)
                    if progress:
                        progress(source.source.position, size, loading.rows)
                after = path.stat()
                if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                    raise BadTransfer(
                        f"{path.name} changed while it was being read.",
                        "Wait until its transfer has ended, then load it again.",
                    )
                return loading.finish(clock(), open_end=_open_end(path))


def _look_first(
    path: Path, guard: PrivateGuard, register: Register, terms: Terms, how: dict[str, Any]
) -> None:
    """Have the guard look at all rows of a file before it is even registered as a transfer."""
    with opened(path, **how) as source:
        for batch in source.batches:
            checked = check(batch, register, terms)
            guard.look(checked.columns, unusable=checked.private_problems)
    guard.under.clear()  # they are counted as they are stored


def _open_end(path: Path) -> bool:
    """Tell whether a file's last line has no end, as where a copy was cut; a compressed one tells by itself."""
    with reading(path), path.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            return False
        file.seek(-1, 2)
        return file.read(1) not in b"\r\n\x00"


def recover(
    database: Database,
    settings: Settings,
    *,
    clock: Callable[[], dt.datetime],
    wait_s: float = _WAIT_S,
) -> list[int]:
    """Undo what interrupted transfers left behind; return their numbers.

    Every :func:`receive` does this first; call it where nothing is to be received.
    """
    with turn(database, settings, wait_s):
        return undo_interrupted(database, settings, clock)


def undo_interrupted(
    database: Database, settings: Settings, clock: Callable[[], dt.datetime]
) -> list[int]:
    """Undo what interrupted transfers left behind, for whoever has the :func:`turn`; return their numbers."""
    with database.read() as connection:
        left = connection.execute(
            sa.select(transfers.c.id, transfers.c.file_name).where(transfers.c.status == "loading")
        ).all()
    for transfer_id, file_name in left:
        remove(database, transfer_id, error=_INTERRUPTED, ended_at=clock())
        RejectFile(settings.rejects, transfer_id, file_name, {}).discard()
        _log.warning("transfer %d had been interrupted and was undone", transfer_id)
    return [row[0] for row in left]


def _earlier(database: Database, settings: Settings, sha256: str) -> TransferResult | None:
    """Return the transfer that brought this very file, if one did."""
    with database.read() as connection:
        row = connection.execute(
            sa.select(transfers).where(
                transfers.c.sha256 == sha256, transfers.c.status == "complete"
            )
        ).first()
    if row is None:
        return None
    return TransferResult(
        transfer_id=row.id,
        file_name=row.file_name,
        sha256=sha256,
        format=row.format,
        status=row.status,
        accepted=row.accepted,
        rejected=row.rejected,
        skipped=row.skipped,
        reject_file=settings.rejects / row.reject_file if row.reject_file else None,
        first_at=row.first_at,
        last_at=row.last_at,
        duplicate=True,
    )


@contextmanager
def turn(database: Database, settings: Settings, wait_s: float) -> Iterator[None]:
    """Wait until nobody else is loading or purging, in this home or, on PostgreSQL, in this database."""
    busy = Failed(
        "Another transfer is being loaded.", "Wait until it has ended, then load this one again."
    )
    try:
        with FileLock(settings.home / "ingest.lock", timeout=wait_s, mode=0o600):
            if database.dialect == "sqlite":
                yield
                return
            with database.engine.connect() as connection:
                until = time.monotonic() + wait_s
                while not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK))):
                    if time.monotonic() >= until:
                        raise busy
                    time.sleep(0.2)
                connection.commit()
                try:
                    yield
                finally:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(_LOCK)))
    except Timeout:
        raise busy from None
