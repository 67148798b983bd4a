"""Is this a misread? A picture against a plate: agree, disagree and where, or cannot tell.

Our own reader says how probable each character of the plate is in the picture. Where a second, independent reader is
installed it is asked too, and the two must not contradict each other. O and 0 are one here: most US plates draw them
alike. "Agree" is what a picture shows, never by itself grounds for a stop.
"""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy.typing as npt

from workbench.analysis.plates import MAX_LENGTH, normalize
from workbench.errors import BadInput
from workbench.recognition.engines import Engine, Reader, engine
from workbench.recognition.reader import Reading
from workbench.recognition.second import RapidOcrReader, installed
from workbench.recognition.seen import readable

__all__ = ["Answer", "Difference", "Opinion", "Verdict", "compare", "verify"]

Answer = Literal["agree", "disagree", "cannot tell"]

_AGREE = 0.9
"""The least probability of the whole plate for "agree"."""

_SURE = 0.8
"""The least probability of another character for it to count against the plate."""

_RULED_OUT = 0.05
"""The most that the plate's own character may have left there."""

_OURS, _SECOND = "the workbench's reader", "the second reader"
_SECOND_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the picture shows something else.

    Parameters
    ----------
    position : int
        Counted from 1, in the plate.
    expected, read : str
        The plate's character and the picture's; empty where one has none there.
    probability : float
        Of what was read there.
    """

    position: int
    expected: str
    read: str
    probability: float

    def __repr__(self) -> str:
        return f"<Difference at {self.position}>"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one reader says.

    Parameters
    ----------
    reader : str
        Whose opinion it is.
    answer : {"agree", "disagree", "cannot tell"}
        Of this reader alone.
    text : str
        What it read; empty where it could not.
    probability : float
        That the picture shows the plate, O and 0 taken as one; of the second reader an engine score.
    differences : tuple of Difference
        Where it disagrees.
    """

    reader: str
    answer: Answer
    text: str
    probability: float
    differences: tuple[Difference, ...] = ()

    def __repr__(self) -> str:
        return f"<Opinion: {self.answer}>"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of :func:`verify`.

    Parameters
    ----------
    answer : {"agree", "disagree", "cannot tell"}
        What both readers, or ours alone, can stand by.
    words : str
        The same for a person on the telephone.
    opinions : tuple of Opinion
        Ours first; empty where no plate was found.
    """

    answer: Answer
    words: str
    opinions: tuple[Opinion, ...] = ()

    def __str__(self) -> str:
        return self.words

    def __repr__(self) -> str:
        return f"<Verdict: {self.answer}>"


def verify(
    image: npt.NDArray[Any],
    plate: str,
    *,
    crop: bool = False,
    by: Engine | None = None,
    second: Reader | None = None,
) -> Verdict:
    """Say whether a picture shows a plate.

    Parameters
    ----------
    image : ndarray of uint8
        ``(height, width, 3)``, blue-green-red; see :func:`workbench.recognition.open_picture`.
    plate : str
        The plate that it is said to show.
    crop : bool
        The picture is a plate and nothing else.
    by : Engine, optional
        Finds and reads; the ``opencv`` engine by default.
    second : Reader, optional
        The second reader; RapidOCR where it is installed.

    Returns
    -------
    Verdict
        Of the plate in the picture that comes nearest to the one asked for.
    """
    expected = normalize(plate)
    if not 0 < len(expected) <= MAX_LENGTH:
        raise BadInput("The plate has no letter or digit, or too many.", "Give it as it is listed.")
    by = by or _ours()
    crops = [image] if crop else by.crops(image)
    if not crops:
        return Verdict(
            "cannot tell", "Cannot tell: no plate was found in the picture. Look at it yourself."
        )
    ours = [compare(reading, expected, _OURS) for reading in by.read_crops(crops)]
    nearest = max(range(len(ours)), key=lambda at: _nearness(ours[at], expected))
    opinions = [ours[nearest]]
    if second is None and installed():
        second = _second()
    if second is not None:
        reading = second.read([crops[nearest]])[0]
        opinions.append(compare(reading, expected, _SECOND, least=_SECOND_SURE))
    return _verdict(opinions)


@functools.cache
def _ours() -> Engine:
    return engine()


@functools.cache
def _second() -> Reader:
    return RapidOcrReader()


def compare(reading: Reading, expected: str, reader: str, *, least: float = _AGREE) -> Opinion:
    """Return one reader's opinion on a normalized plate.

    Parameters
    ----------
    least : float
        The least probability of the whole for "agree".
    """
    if not reading.text:
        return Opinion(reader, "cannot tell", "", 0.0)
    shown = reading.text if readable(reading) else ""
    if len(reading.text) != len(expected):
        if reading.alike < _SURE:
            return Opinion(reader, "cannot tell", shown, 0.0)
        return Opinion(reader, "disagree", shown, 0.0, _aligned(reading, expected))
    rows = [_merged(row) for row in reading.positions]
    probability = reading.alike * math.prod(
        row.get(_one(wanted), 0.0) / row[_one(read)]
        for row, wanted, read in zip(rows, expected, reading.text, strict=True)
    )
    differences = tuple(
        Difference(at + 1, expected[at], reading.text[at], row[_one(reading.text[at])])
        for at, row in enumerate(rows)
        if row.get(_one(expected[at]), 0.0) <= _RULED_OUT and row[_one(reading.text[at])] >= _SURE
    )
    if differences:
        return Opinion(reader, "disagree", shown, probability, differences)
    answer: Answer = "agree" if probability >= least else "cannot tell"
    return Opinion(reader, answer, shown, probability)


def _one(character: str) -> str:
    return "0" if character == "O" else character


def _merged(row: dict[str, float]) -> dict[str, float]:
    """Return the probabilities of a place with O counted as 0."""
    result: dict[str, float] = {}
    for character, probability in row.items():
        result[_one(character)] = result.get(_one(character), 0.0) + probability
    return result


def _aligned(reading: Reading, expected: str) -> tuple[Difference, ...]:
    """Return where a reading of another length differs."""
    plain, wanted = reading.text.replace("O", "0"), expected.replace("O", "0")
    steps = difflib.SequenceMatcher(None, wanted, plain, autojunk=False).get_opcodes()
    return tuple(
        Difference(start + 1, expected[start:end], reading.text[first:last], reading.alike)
        for kind, start, end, first, last in steps
        if kind != "equal"
    )


def _nearness(opinion: Opinion, expected: str) -> tuple[float, float]:
    same = difflib.SequenceMatcher(
        None, opinion.text.replace("O", "0"), expected.replace("O", "0"), autojunk=False
    )
    return opinion.probability, same.ratio()


def _verdict(opinions: Sequence[Opinion]) -> Verdict:
    ours, *others = opinions
    second = others[0] if others else None
    kept = tuple(opinions)
    if second is not None and {ours.answer, second.answer} == {"agree", "disagree"}:
        return Verdict("cannot tell", _contradiction(ours, second), kept)
    if ours.answer == "cannot tell":
        return Verdict("cannot tell", _unsure(ours, second), kept)
    backed = second is not None and second.answer == ours.answer
    who = " Two independent readers say so." if backed else " One reader says so."
    if ours.answer == "agree":
        words = (
            f"The picture agrees with the plate ({ours.probability:.0%} probable)."
            f"{who} Look at the picture yourself before anybody is stopped."
        )
        return Verdict("agree", words, kept)
    words = f"The picture disagrees: {_where(ours)}.{who} Treat the hit as a misread until a person has looked."
    return Verdict("disagree", words, kept)


def _where(opinion: Opinion) -> str:
    return "; ".join(_place(each) for each in opinion.differences)


def _place(each: Difference) -> str:
    if not each.read:
        return f"nothing stands where the plate has {each.expected} (character {each.position})"
    if not each.expected:
        return f"{each.read} stands before character {each.position}, where the plate has nothing"
    return (
        f"character {each.position} is {each.read}, not {each.expected} "
        f"({each.probability:.0%} probable)"
    )


def _contradiction(ours: Opinion, second: Opinion) -> str:
    against = ours if ours.answer == "disagree" else second
    other = second if against is ours else ours
    return (
        f"Cannot tell: {other.reader} agrees with the plate, {against.reader} does not ({_where(against)}). "
        "Look at the picture yourself."
    )


def _unsure(ours: Opinion, second: Opinion | None) -> str:
    if not ours.text:
        start = "Cannot tell: the plate in the picture cannot be read."
    else:
        start = "Cannot tell: the plate in the picture is not clear enough."
    if second is not None and second.answer != "cannot tell":
        said = "agrees" if second.answer == "agree" else f"disagrees: {_where(second)}"
        start += f" The second reader alone {said}."
    return f"{start} Look at it yourself."
