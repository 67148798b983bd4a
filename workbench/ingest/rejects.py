"""Reject files: every row that could not be taken in, with its line, the reason and its text, one JSON object a line.

They hold plates: they lie in the home's ``rejects`` folder, readable by their owner alone. Once what was wrong is
mended (a camera registered, say) a reject file can be loaded like any other file: its rows go the way they came.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from workbench.errors import BadTransfer
from workbench.ingest.formats.base import Problem

__all__ = ["MARK", "RejectFile", "Returned", "is_rejects", "returned"]

MARK = "workbench_rejects"
"""The key in the first line by which a reject file is known."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_PART = ".part"


class RejectFile:
    """A reject file being written; there is none until there is something to put in it.

    Parameters
    ----------
    folder : Path
        Where reject files lie.
    transfer_id : int
        The transfer's number; the file's name begins with it.
    file_name : str
        What the transfer's file was called.
    preamble : dict
        What loading the rows again needs to know: the format, and for a table its header.
    """

    def __init__(
        self, folder: Path, transfer_id: int, file_name: str, preamble: dict[str, Any]
    ) -> None:
        stem = _UNSAFE.sub("_", Path(file_name).name)[:80]
        self.path = folder / f"{transfer_id:06d}-{stem}.rejects.jsonl"
        self._part = self.path.with_name(self.path.name + _PART)
        self._preamble = preamble
        self._stream: TextIO | None = None

    def write(self, problems: Iterable[Problem]) -> None:
        """Append rows."""
        for problem in problems:
            if self._stream is None:
                self._stream = self._open()
            row = {"line": problem.line, "reason": problem.reason, "text": problem.text}
            self._stream.write(json.dumps(row) + "\n")

    def _open(self) -> TextIO:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(descriptor, 0o600)
        stream = os.fdopen(descriptor, "w", encoding="utf-8")
        stream.write(json.dumps({MARK: 1, **self._preamble}) + "\n")
        return stream

    def finish(self) -> Path | None:
        """Put the file in place, whole; return its path, or None where nothing was rejected."""
        if self._stream is None:
            return None
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._part.replace(self.path)
        return self.path

    def discard(self) -> None:
        """Remove whatever there is of it."""
        if self._stream is not None:
            self._stream.close()
        self._part.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Returned:
    """A reject file, opened to be loaded again: the format its rows came in, and they themselves."""

    format: str
    mapped: bool
    stream: TextIO


def is_rejects(head: str) -> bool:
    """Tell whether a file that begins like this is a reject file."""
    return head.startswith(f'{{"{MARK}"')


def returned(stream: TextIO, name: str) -> Returned:
    """Return the rows of a reject file as a stream of the format that they came in.

    Raises
    ------
    BadTransfer
        The file does not hold together.
    """
    try:
        preamble = json.loads(stream.readline())
        texts = [str(json.loads(line)["text"]) for line in stream if line.strip()]
        header = preamble.get("header")
        lines = [one_line(text) for text in texts] if header is None else [header, *texts]
        above = "\n" * int(preamble.get("skip_lines", 0))
        return Returned(
            str(preamble["format"]),
            bool(preamble.get("mapped")),
            io.StringIO(above + "\n".join(lines) + "\n", newline=""),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadTransfer(
            f"{name} is a damaged reject file.", "Load the file that the rows came from."
        ) from None


def one_line(text: str) -> str:
    """Return JSON that ran over several lines as one line."""
    try:
        return json.dumps(json.loads(text))
    except (ValueError, RecursionError):
        return " ".join(text.split())
