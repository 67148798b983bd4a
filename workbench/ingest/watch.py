"""A watched folder: what is put there is taken in once it is whole, then moved to ``done`` or ``failed``.

A file is whole when its size and time have not changed for a while; names that stand for a copy under way (``.part``, a
leading dot) are left alone. The folder is looked at every few seconds, which works on any file system; where the
system tells of changes (watchdog) it is looked at sooner. A restart is safe: a file that was taken in but not yet moved
is known by its SHA-256 and only moved.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from workbench.errors import BadInput, BadTransfer, Failed, Refused, TransferRefused
from workbench.ingest.loading import TransferResult

__all__ = ["Handled", "watch"]

_log = logging.getLogger(__name__)
_UNDER_WAY = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", "~")
_LOCK = ".workbench-watch.lock"


@dataclass(frozen=True, slots=True)
class Handled:
    """What was done with a file: its result or its error, and where it lies now.

    A file whose error is not its own (another transfer under way, a full disk) stays where it was and is tried again.
    """

    file: Path
    moved_to: Path
    result: TransferResult | None = None
    error: Failed | TransferRefused | None = None


def watch(
    folder: Path,
    take_in: Callable[[Path], TransferResult],
    *,
    report: Callable[[Handled], None],
    stop: threading.Event | None = None,
    once: bool = False,
    settle_s: float = 5.0,
    every_s: float = 2.0,
    notify: bool = True,
) -> None:
    """Take in what is put into a folder, until told to stop.

    Parameters
    ----------
    folder : Path
        The folder; what lies in its sub-folders is left alone.
    take_in : callable
        Takes in one file; raises :class:`BadTransfer` where it cannot.
    report : callable
        Told of every file.
    stop : Event, optional
        Ends the watch when it is set.
    once : bool
        End when there is nothing left to wait for.
    settle_s : float
        How long a file must not have changed, in seconds.
    every_s : float
        How often to look, in seconds.
    notify : bool
        Have the operating system tell of changes where it can.

    Raises
    ------
    Failed
        There is no such folder, or another process watches it.
    BadInput, Refused
        The options do not hold, or the member may not bring in reads: the watch ends, the file stays where it is.
    """
    if not folder.is_dir():
        raise Failed(f"There is no folder {folder}.", "Make it, then start the watch again.")
    stop = stop or threading.Event()
    woken = threading.Event()
    with _alone(folder), _told(folder, woken, notify=notify):
        sizes: dict[Path, tuple[Any, float]] = {}
        while not stop.is_set():
            waiting = False
            for path in _arrived(folder):
                if stop.is_set():
                    break
                if _is_whole(path, sizes, settle_s):
                    sizes.pop(path, None)
                    report(_handle(folder, path, take_in))
                else:
                    waiting = True
            if once and not waiting:
                return
            woken.clear()
            _pause(stop, woken, every_s)


def _pause(stop: threading.Event, woken: threading.Event, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not stop.is_set() and not woken.is_set() and (left := until - time.monotonic()) > 0:
        woken.wait(min(left, 0.2))


def _arrived(folder: Path) -> list[Path]:
    """Return the files to look at, the oldest first."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name.lower().endswith(_UNDER_WAY):
                continue
            try:
                if entry.is_file(follow_symlinks=False):
                    found.append((entry.stat().st_mtime_ns, Path(entry.path)))
            except FileNotFoundError:
                continue
    return [path for _, path in sorted(found)]


def _is_whole(path: Path, sizes: dict[Path, tuple[Any, float]], settle_s: float) -> bool:
    """Tell whether a file has kept its size and time for long enough."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    mark = (status.st_size, status.st_mtime_ns)
    seen, since = sizes.get(path, (None, 0.0))
    now = time.monotonic()
    if seen != mark:
        sizes[path] = (mark, now)
        since = now
    return now - since >= settle_s


def _handle(folder: Path, path: Path, take_in: Callable[[Path], TransferResult]) -> Handled:
    try:
        result = take_in(path)
    except TransferRefused as refusal:
        said = (refusal.reason, refusal.citation, refusal.remedy)
        return Handled(path, _set_aside(folder, path, *said), error=refusal)
    except (BadInput, Refused):
        raise
    except BadTransfer as error:
        moved = _set_aside(folder, path, error.problem, error.next_step)
        _log.warning(
            "a file of the watched folder could not be taken in (%s)", type(error).__name__
        )
        return Handled(path, moved, error=error)
    except Failed as error:
        return Handled(path, path, error=error)
    return Handled(path, _move(path, folder / "done"), result=result)


def _set_aside(folder: Path, path: Path, *said: str) -> Path:
    """Move a file that was not taken in to ``failed``, with why beside it."""
    moved = _move(path, folder / "failed")
    text = "".join(f"{line}\n" for line in said if line)
    moved.with_name(moved.name + ".error.txt").write_text(text, encoding="utf-8")
    return moved


def _move(path: Path, folder: Path) -> Path:
    """Move a file into a folder beside it, under a free name."""
    folder.mkdir(exist_ok=True)
    target, count = folder / path.name, 1
    while target.exists():
        count += 1
        target = folder / f"{path.stem}-{count}{path.suffix}"
    return path.rename(target)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with FileLock(folder / _LOCK, timeout=0, mode=0o600):
            yield
    except Timeout:
        raise Failed(
            f"Another process watches {folder} already.", "Let it, or end it and start this again."
        ) from None


@contextmanager
def _told(folder: Path, woken: threading.Event, *, notify: bool) -> Iterator[None]:
    """Have changes in the folder wake the loop, where the system can tell of them."""
    observer = _observer(folder, woken) if notify else None
    try:
        yield
    finally:
        if observer is not None:
            observer.stop()
            observer.join()


def _observer(folder: Path, woken: threading.Event) -> Any:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers import Observer

    class _Wake(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            del event
            woken.set()

    observer = Observer()
    try:
        observer.schedule(_Wake(), str(folder), recursive=False)
        observer.start()
    except (
        OSError
    ):  # no more watches, or a file system that has none: looking now and then is enough
        _log.info(
            "the system does not tell of changes in the watched folder; it is looked at instead"
        )
        return None
    return observer
