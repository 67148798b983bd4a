"""The row of character boxes of a partial plate, and the pattern that it stands for.

In a box stands one character, or what is known of it:

==================== ======================================================
``7``                this character
``8B``, ``8,B``      one of these; ``A-F`` a range, ``!IOQ`` none of these
``?`` or empty       a character, unknown; empty boxes at the end do not count
``B~`` or ``B?``     about this, may be wrong; ``B{0.8}`` with a certainty
``#`` ``@``          a digit; a letter
``(A)`` ``(?)``      a character that may not be there at all
``*``                any number of characters
==================== ======================================================

What may stand before the first box and behind the last is said at the row's ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from workbench.analysis.pattern import MAX_ITEMS, Pattern
from workbench.analysis.plates import MAX_LENGTH
from workbench.errors import BadPattern
from workbench.reporting import text

__all__ = [
    "FEWEST",
    "MOST",
    "BoxRow",
    "length_of",
    "length_text",
    "pattern_of",
    "problems",
    "row_of",
    "spread",
    "words",
]

FEWEST = 8
"""How many boxes a row shows: no state issues more characters."""

MOST = MAX_ITEMS
"""How many boxes a row can have, for a pattern or a reading that was pasted."""

_WHOLE = 5  # places of what is taken for a whole plate when it is pasted
_PLAIN = re.compile(r"(?P<core>[^\[\](){}~]+?)(?P<sure>~|\?|\{[^{}]*\})?")
_OR = re.compile(r"\s+or\s+|[,|/;]", re.IGNORECASE)
_WHERE = re.compile(r"^Character \d+: ")


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A row of boxes as it is filled in.

    Parameters
    ----------
    texts : tuple of str
        What stands in each box, in order.
    front, behind : bool
        Further characters may stand before the first box; behind the last filled one.
    length : tuple of (int, int), optional
        The least and the most characters that the plate is said to have.
    """

    texts: tuple[str, ...] = ("",) * FEWEST
    front: bool = False
    behind: bool = True
    length: tuple[int, int] | None = None

    @property
    def used(self) -> tuple[str, ...]:
        """The boxes up to the last one that is filled."""
        texts = tuple(each.strip() for each in self.texts)
        while texts and not texts[-1]:
            texts = texts[:-1]
        return texts


def pattern_of(row: BoxRow) -> Pattern:
    """Return the pattern that a row stands for.

    Nothing filled in is ``*``, a plate of which nothing is known.

    Raises
    ------
    BadPattern
        A box holds what cannot be understood; ``position`` is the box, from 0. The message shows no letters.

    Examples
    --------
    >>> str(pattern_of(BoxRow(("7", "", "8B", "x~"))))
    '7?[8B]X~*'
    """
    pieces = [_checked(at, each) for at, each in enumerate(row.used)]
    whole = ("*" if row.front else "") + "".join(pieces) + ("*" if row.behind else "")
    if not whole:
        raise BadPattern(
            "Nothing of the plate is filled in.",
            "Type what is known, or say that more characters may follow.",
        )
    try:
        return Pattern.parse(whole + length_text(row.length))
    except BadPattern as error:
        raise BadPattern(_plain(error), error.next_step, position=len(pieces)) from None


def problems(row: BoxRow) -> tuple[str, ...]:
    """Return for each box what is wrong with it, in words; empty where nothing is."""
    return tuple(_problem(at, each) for at, each in enumerate(row.texts))


def row_of(pattern: Pattern | str) -> BoxRow:
    """Return the row of boxes for a pattern, so that `pattern_of` gives the same pattern again.

    Raises
    ------
    BadPattern
        The text is no pattern.

    Examples
    --------
    >>> row_of("7A?[8B]*").texts
    ('7', 'A', '?', '8B', '', '', '', '')
    """
    if isinstance(pattern, str):
        pattern = Pattern.parse(pattern)
    items = list(pattern.items)
    front = len(items) > 1 and items[0].star
    behind = bool(items) and items[-1].star
    inner = items[1 if front else 0 : -1 if behind else None]
    return BoxRow(_padded(_short(str(item)) for item in inner), front, behind, pattern.length)


def spread(row: BoxRow, at: int, pasted: str) -> BoxRow:
    """Return the row after something was pasted into a box.

    A whole plate or pattern replaces the row; a few characters fill this box and those behind it. What is no pattern
    is left in the box, which then says what is wrong.
    """
    try:
        given = row_of(pasted)
    except BadPattern:
        alone = pasted.strip()[:MAX_LENGTH]
        return replace(row, texts=_padded((*row.texts[:at], alone, *row.texts[at + 1 :])))
    texts = given.used
    if len(texts) >= _WHOLE or given.front or given.behind or given.length:
        return given
    filled = (*row.texts[:at], *texts, *row.texts[at + len(texts) :])
    return replace(row, texts=_padded(filled[:MOST]))


def words(row: BoxRow) -> str:
    """Return in words how the row is understood; empty where a box cannot be, or nothing is filled in."""
    if not row.used:
        return ""
    try:
        return text.pattern(pattern_of(row))
    except BadPattern:
        return ""


def length_text(length: tuple[int, int] | None) -> str:
    """Return a length as a pattern ends with it: ``/7``, ``/6-7``, or nothing.

    >>> length_text((6, 7)), length_text(None)
    ('/6-7', '')
    """
    if length is None:
        return ""
    least, most = length
    return f"/{least}" if least == most else f"/{least}-{most}"


def length_of(written: str) -> tuple[int, int] | None:
    """Return the length that is written as ``7`` or ``6-7``; None for nothing.

    Raises
    ------
    BadPattern
        It is no number of characters that a plate can have.
    """
    if not written.strip():
        return None
    return Pattern.parse(f"*/{written.strip().lstrip('/')}").length


# -- one box --------------------------------------------------------------------------------------------------


def _piece(typed: str) -> str:
    """Return a box's text as the pattern writes it."""
    typed = typed.strip()
    if not typed:
        return "?"
    if typed.startswith("(") and typed.endswith(")"):
        return f"({_piece(typed[1:-1])})" if typed[1:-1].strip() else typed
    plain = _PLAIN.fullmatch(typed)
    if plain is None:
        return typed
    core, sure = _OR.sub("", plain["core"].strip()), plain["sure"] or ""
    core = core.replace(" ", "")
    several = len(core) > 1
    return (f"[{core}]" if several else core) + ("~" if sure == "?" else sure)


def _short(piece: str) -> str:
    """Return an item of a pattern as it stands in a box: sets without their brackets, where that is clear."""
    if piece.startswith("("):
        return f"({_short(piece[1:-1])})"
    inside, closed, sure = piece[1:].partition("]") if piece.startswith("[") else ("", "", "")
    bare = bool(closed) and "{" not in inside and _piece(inside + sure) == piece
    return inside + sure if bare else piece


def _checked(at: int, typed: str) -> str:
    """Return a box's piece of the pattern, or say what is wrong with that box."""
    piece = _piece(typed)
    try:
        read = Pattern.parse(piece)
    except BadPattern as error:
        if piece.startswith("[") and not typed.strip().startswith("["):  # the brackets are ours
            problem = "A box takes one character, or several that it may be."
            raise BadPattern(problem, "Write 8B, 8,B or B~, each once.", position=at) from None
        raise BadPattern(_plain(error), error.next_step, position=at) from None
    if read.length is not None or len(read.items) != 1:
        raise BadPattern(
            "This box holds more than one character.",
            "Put one in each box, or write 8,B where it is one of several.",
            position=at,
        )
    return piece


def _problem(at: int, typed: str) -> str:
    try:
        _checked(at, typed)
    except BadPattern as error:
        return f"{error.problem} {error.next_step}".strip()
    return ""


def _plain(error: BadPattern) -> str:
    """Return a message without the line that points at a character: the box itself points."""
    said = _WHERE.sub("", error.problem.partition("\n")[0])
    return said[:1].upper() + said[1:]


def _padded(texts: Iterable[str]) -> tuple[str, ...]:
    given = tuple(texts)
    return given + ("",) * (FEWEST - len(given))
