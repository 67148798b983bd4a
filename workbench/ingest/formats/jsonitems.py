"""JSON items out of a text stream: one object, an array, or one per line, without holding the file in memory."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from workbench.errors import BadTransfer
from workbench.ingest.formats.base import Problem, redact

__all__ = ["Item", "items"]

Item = tuple[int, dict[str, Any], str]
"""Line, object, and its text."""

_LONGEST = 64 << 20
_CHUNK = 1 << 20
_PEEK = 40
_GAP = re.compile(r"[\s,\x1e]*")
_SPACE = re.compile(r"\s*")
_decoder = json.JSONDecoder()
_CUT = "Copy the file again and load that."


def items(stream: TextIO) -> Iterator[Item | Problem]:
    """Yield every item of a JSON document or of JSON lines.

    An item that is not an object, or a line that is not JSON, comes as a :class:`Problem`.

    Raises
    ------
    BadTransfer
        The text ends in the middle of an item, or an array holds something that is not JSON: after that nothing
        can be told apart.
    """
    first = list(itertools.islice(_lines(stream), _PEEK))
    if _is_lines(first):
        yield from _by_line(itertools.chain(first, _lines(stream)))
    else:
        yield from _by_value(_Buffer("".join(first), stream))


def _lines(stream: TextIO) -> Iterator[str]:
    while line := stream.readline(_LONGEST):
        if len(line) >= _LONGEST and not line.endswith("\n"):
            raise BadTransfer("A line of the file is longer than 64 million characters.", _CUT)
        yield line


def _is_lines(first: list[str]) -> bool:
    """Tell JSON lines from one document written over several lines, by the beginning of the file."""
    top = next((line for line in first if line.strip()), "")
    if top.lstrip().startswith("["):
        return False
    return any(line.startswith("{") and isinstance(_parse(line), dict) for line in first)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _by_line(lines: Iterator[str]) -> Iterator[Item | Problem]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = _parse(line)
        text = redact(line.strip())
        if isinstance(found, dict):
            yield number, found, text
        elif found is None and not line.endswith(("\n", "\r")) and _opened(line):
            raise BadTransfer(
                f"The file ends in the middle of an item, in line {number}: the transfer was cut.",
                _CUT,
            )
        else:
            yield Problem(number, "The line is not a JSON object.", text)


def _opened(line: str) -> bool:
    """Tell whether a line that is no JSON begins like an object that was cut off."""
    return line.lstrip().startswith("{") and not line.rstrip().endswith("}")


class _Buffer:
    """A window on the text that grows to hold the next value."""

    def __init__(self, text: str, stream: TextIO) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self._stream = stream
        self.ended = False

    def more(self) -> bool:
        """Read on; return whether there was more."""
        chunk = "" if self.ended else self._stream.read(max(_CHUNK, len(self.text) - self.at))
        self.ended = not chunk
        if chunk:
            self.text = self.text[self.at :] + chunk
            self.at = 0
        return bool(chunk)

    def skip(self, gap: re.Pattern[str]) -> str:
        """Step over a gap and return the character after it; empty at the end."""
        while True:
            end = gap.match(self.text, self.at).end()  # type: ignore[union-attr]
            self.line += self.text.count("\n", self.at, end)
            self.at = end
            if end < len(self.text):
                return self.text[end]
            if not self.more():
                return ""

    def value(self) -> tuple[Any, str]:
        """Return the next value and its text."""
        while True:
            try:
                found, end = _decoder.raw_decode(self.text, self.at)
            except RecursionError:
                raise BadTransfer(
                    f"The file is nested too deeply to hold reads, in line {self.line}.",
                    "See that it is the right file.",
                ) from None
            except ValueError as error:
                if len(self.text) - self.at < _LONGEST and self.more():
                    continue
                raise self._broken(error) from None
            if end == len(self.text) and self.more():
                continue
            text = self.text[self.at : end]
            self.at = end
            self.line += text.count("\n")
            return found, text

    def _broken(self, error: ValueError) -> BadTransfer:
        offset = getattr(error, "pos", self.at)
        line = self.line + self.text.count("\n", self.at, offset)
        rest = self.text[offset:].strip()
        if not rest or str(error).startswith("Unterminated string"):
            return BadTransfer(
                f"The file ends in the middle of an item, in line {line}: the transfer was cut.",
                _CUT,
            )
        return BadTransfer(f"The file is not valid JSON, in line {line}.", _CUT)


def _by_value(buffer: _Buffer) -> Iterator[Item | Problem]:
    listed = buffer.skip(_SPACE) == "["
    if listed:
        buffer.at += 1
    while True:
        following = buffer.skip(_GAP)
        if listed and following == "]":
            buffer.at += 1
            if buffer.skip(_SPACE):
                raise BadTransfer(
                    f"The file goes on after its list of items, in line {buffer.line}.", _CUT
                )
            return
        if not following:
            if listed:
                raise BadTransfer(
                    f"The list of items has no end, in line {buffer.line}: the transfer was cut.",
                    _CUT,
                )
            return
        line = buffer.line
        found, text = buffer.value()
        if isinstance(found, dict):
            yield line, found, redact(text)
        else:
            yield Problem(line, "The item is not a JSON object.", redact(text))
