"""Reject files of hot lists: rows that could not be taken in, with line and reason, and their text sealed.

A hot list's row holds what must not lie about in clear (Claremont PD Policy 820.2), so that its text is encrypted here
as in the database; :func:`opened` shows it to whoever may import lists.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from workbench.hotlists.keyring import Keyring
from workbench.ingest.formats.base import Problem

__all__ = ["Rejects", "opened", "reseal"]

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MARK = "hotlist-"
_END = ".rejects.jsonl"


class Rejects:
    """A reject file being written; there is none until there is something to put in it."""

    def __init__(self, folder: Path, import_id: int, file_name: str, ring: Keyring) -> None:
        stem = _UNSAFE.sub("_", Path(file_name).name)[:80]
        self.path = folder / f"{_MARK}{import_id:06d}-{stem}{_END}"
        self._part = self.path.with_name(self.path.name + ".part")
        self._ring = ring
        self._stream: TextIO | None = None
        self.count = 0

    def write(self, problem: Problem) -> None:
        """Append a row."""
        if self._stream is None:
            self._stream = _create(self._part)
        place = (self.path.name, problem.line)
        sealed = self._ring.seal(problem.text, place)
        row = {
            "line": problem.line,
            "reason": problem.reason,
            "key": self._ring.current,
            "text": base64.b64encode(sealed).decode(),
        }
        self._stream.write(json.dumps(row) + "\n")
        self.count += 1

    def finish(self) -> str:
        """Put the file in place and return its name; empty where nothing was rejected."""
        if self._stream is None:
            return ""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._part.replace(self.path)
        return self.path.name

    def discard(self) -> None:
        """Remove whatever there is of it."""
        if self._stream is not None:
            self._stream.close()
        self._part.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


def _create(path: Path) -> TextIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)
    return os.fdopen(handle, "w", encoding="utf-8")


def opened(path: Path, ring: Keyring) -> Iterator[Problem]:
    """Yield the rows of a reject file, their text in clear."""
    with path.open(encoding="utf-8") as stream:
        for text in stream:
            row = json.loads(text)
            sealed = base64.b64decode(row["text"])
            plain = ring.open_(sealed, row["key"], (path.name, row["line"]))
            yield Problem(row["line"], row["reason"], plain)


def reseal(folder: Path, ring: Keyring) -> int:
    """Seal every reject file with the current key; return how many had another."""
    changed = 0
    for path in sorted(folder.glob(f"{_MARK}*{_END}")):
        with path.open(encoding="utf-8") as stream:
            keys = {json.loads(text)["key"] for text in stream}
        if keys <= {ring.current}:
            continue
        part = path.with_name(path.name + ".part")
        with _create(part) as fresh:
            for problem in opened(path, ring):
                sealed = ring.seal(problem.text, (path.name, problem.line))
                row = {
                    "line": problem.line,
                    "reason": problem.reason,
                    "key": ring.current,
                    "text": base64.b64encode(sealed).decode(),
                }
                fresh.write(json.dumps(row) + "\n")
            fresh.flush()
            os.fsync(fresh.fileno())
        part.replace(path)
        changed += 1
    return changed
