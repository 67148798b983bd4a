"""Pictures to reads: what was seen, as OpenALPR groups (``alpr_group``), which the ordinary ingest takes in.

Nothing comes into the records but through ingest; this only writes the file. A plate without a camera or a time, or
one that is too uncertain to be a read, is left out and listed with its reason.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from workbench.errors import BadInput, BadTime
from workbench.recognition.batch import FileRead, Look
from workbench.recognition.seen import PlateSeen, alternatives
from workbench.times import localize

__all__ = ["LEAST", "LeftOut", "NamePattern", "Terms", "groups"]

LEAST = 0.5
"""The least probability of a reading (O and 0 taken as one) for it to become a read."""

_SAME_PASSING_S = 10.0
_MOST_STARS = 3
_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_TOKEN = re.compile(r"\{camera\}|%[YmdHMS]|\*|[^%{*]|.", re.DOTALL)


class NamePattern:
    """Camera and time out of a file's name, such as ``{camera}_%Y%m%d-%H%M%S*``.

    ``{camera}`` is the camera's code; ``%Y %m %d %H %M %S`` year to second; ``*`` anything. The suffix is left out.

    Raises
    ------
    BadInput
        Something else stands in it, or half of a time.

    Examples
    --------
    >>> NamePattern("{camera}_%Y%m%d-%H%M%S*").find("C04_20260302-211205_1")
    ('C04', datetime.datetime(2026, 3, 2, 21, 12, 5))
    """

    def __init__(self, text: str) -> None:
        parts, letters = [], []
        for piece in _TOKEN.findall(text):
            if piece == "{camera}":
                parts.append("(?P<camera>[A-Za-z0-9-]+)")
                letters.append("camera")
            elif piece == "*":
                parts.append(".*?")
            elif len(piece) == 2:
                parts.append(f"(?P<{piece[1]}>[0-9]{{{_DIGITS[piece[1]]}}})")
                letters.append(piece[1])
            elif piece in "%{":
                raise _bad_pattern()
            else:
                parts.append(re.escape(piece))
        given = set(letters)
        if len(given) != len(letters) or not given or text.count("*") > _MOST_STARS:
            raise _bad_pattern()
        if given & _DIGITS.keys() and not given >= {"Y", "m", "d", "H", "M"}:
            raise _bad_pattern()
        self._compiled = re.compile("".join(parts), re.DOTALL)

    def find(self, stem: str) -> tuple[str, dt.datetime | None]:
        """Return camera (or empty) and local time (or None) that a file's name gives."""
        match = self._compiled.fullmatch(stem)
        if match is None:
            return "", None
        found = match.groupdict()
        camera = found.pop("camera", "") or ""
        if not found:
            return camera, None
        try:
            numbers = [int(found.get(letter) or 0) for letter in _DIGITS]
            return camera, dt.datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - the agency's clock
        except ValueError:
            return camera, None


def _bad_pattern() -> BadInput:
    return BadInput(
        "The pattern of file names cannot be understood.",
        "Write it like {camera}_%Y%m%d-%H%M%S*; a time needs %Y %m %d %H %M.",
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of the files besides what they say.

    Parameters
    ----------
    zone : ZoneInfo, optional
        Of times without an offset.
    camera : str
        Code of the camera; empty for what the file's name says.
    at : datetime, optional
        When the picture was taken or the video begins.
    position : (float, float), optional
        Latitude and longitude of all files.
    names : NamePattern, optional
        What their names say.
    least : float
        The least probability of a reading.
    """

    zone: ZoneInfo | None = None
    camera: str = ""
    at: dt.datetime | None = None
    position: tuple[float, float] | None = None
    names: NamePattern | None = None
    least: float = LEAST


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file, or a plate in it, of which no read was made, and why."""

    file: str
    reason: str


def groups(result: FileRead, terms: Terms) -> tuple[list[dict[str, Any]], list[LeftOut]]:
    """Return a file's plates as groups, and what was left out.

    What is given goes before what the name says, and that before what the picture says itself. In a video a plate
    that is read alike within ten seconds is one read, the surest.
    """
    file = str(result.path)
    left = [LeftOut(file, result.problem)] if result.problem else []
    found: list[tuple[dt.datetime, dict[str, Any]]] = []
    named, clock = terms.names.find(result.path.stem) if terms.names else ("", None)
    camera = terms.camera or named
    for look in result.looks:
        for number, seen in enumerate(look.plates, start=1):
            if seen.reading.alike < terms.least or not seen.reading.text:
                left.append(LeftOut(file, "A plate is too uncertain to be a read."))
                continue
            if not camera:
                left.append(LeftOut(file, "No camera is given, and the name holds none."))
                continue
            try:
                at = _time(look, terms, clock)
            except BadTime as error:
                left.append(LeftOut(file, str(error)))
                continue
            source = f"{result.sha256[:32]}-{look.frame or 0}-{number}"
            found.append((at, _group(look, seen, camera, at, terms, source)))
    return _passings(found) if len(result.looks) > 1 else [each for _, each in found], left


def _time(look: Look, terms: Terms, clock: dt.datetime | None) -> dt.datetime:
    at = terms.at or clock or look.taken_at
    if at is None:
        raise BadTime("No time is given, and neither name nor picture holds one.")
    if at.tzinfo is None:
        if terms.zone is None:
            raise BadTime("The time has no offset, and no time zone is given.")
        at = localize(at, terms.zone)
    return at.astimezone(dt.UTC) + dt.timedelta(seconds=look.seconds or 0.0)


def _group(
    look: Look, seen: PlateSeen, camera: str, at: dt.datetime, terms: Terms, source: str
) -> dict[str, Any]:
    reading = seen.reading
    millis = round(at.timestamp() * 1000)
    latitude, longitude = terms.position or look.position or (None, None)
    others = alternatives(reading, floor=0.01)
    return {
        "data_type": "alpr_group",
        "version": 2,
        "epoch_start": millis,
        "epoch_end": millis,
        "agent_type": "alpr-workbench",
        "camera_id": camera,
        "gps_latitude": latitude,
        "gps_longitude": longitude,
        "uuids": [source],
        "best_uuid": source,
        "best_plate_number": reading.text,
        "best_confidence": round(100 * reading.probability, 2),
        "candidates": [
            {"plate": text, "confidence": round(100 * p, 2), "matches_template": 0}
            for text, p in others
        ],
    }


def _passings(found: list[tuple[dt.datetime, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return of each plate one group a passing: that with the highest confidence."""
    best: list[tuple[dt.datetime, dict[str, Any]]] = []
    current: dict[str, int] = {}
    last: dict[str, dt.datetime] = {}
    for at, group in found:
        plate = group["best_plate_number"]
        if plate in current and (at - last[plate]).total_seconds() <= _SAME_PASSING_S:
            if group["best_confidence"] > best[current[plate]][1]["best_confidence"]:
                best[current[plate]] = (at, group)
        else:
            current[plate] = len(best)
            best.append((at, group))
        last[plate] = at
    return [group for _, group in best]
