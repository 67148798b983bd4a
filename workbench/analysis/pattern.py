"""The pattern language: what somebody, or a photograph, says of a plate.

=========== ==============================================================================
``7``       this character
``?``       one character, unknown
``*``       any number of characters, none included
``#`` ``@`` one digit; one letter
``[8B]``    one of these (``[A-F]`` a range, ``[!IOQ]`` anything but these)
``A~``      about this, may be wrong (the same as ``A{0.6}``)
``A{0.8}``  this, with a certainty between 0 and 1; also ``[8B]{0.8}``
``[8{0.7}B{0.3}]``  one of these, each with its weight
``(?)``     a character that may not be there at all; also ``(A)``, ``([8B])``
``/7``      the plate has seven characters; ``/6-7`` six or seven
=========== ==============================================================================

``7A*`` starts with, ``*X1`` ends with, ``*X1*`` contains, ``*7*A*1*`` in this order. Spaces, hyphens and
dots are left out; small letters count as capitals; an O is never taken for a 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis.plates import ALPHABET, DIGITS, LETTERS, MAX_LENGTH, normalize
from workbench.errors import BadPattern

__all__ = ["ABOUT", "MAX_ITEMS", "Item", "Pattern"]

ABOUT = 0.6
"""The certainty that ``~`` stands for."""

MAX_ITEMS = 16
"""The most items (characters, unknowns, stars) that a pattern may have."""

_MAX_TEXT = 8192
_NEARLY = 0.5
_DIGITS_KEPT = 6  # of a certainty or weight, behind the point
_IGNORED = frozenset(" \t-.·")
_CODE = {character: code for code, character in enumerate(ALPHABET)}
_NUMBER = re.compile(r"\d*\.?\d+")


@dataclass(frozen=True, slots=True)
class Item:
    """One place of a pattern.

    Parameters
    ----------
    characters : str
        The characters it may be, in the order of the alphabet; all 36 for an unknown.
    weights : tuple of float
        A relative weight for each; empty where they are equal.
    certainty : float
        How sure it is that the right one is among them; the rest goes to all others.
    optional : bool
        The place may not exist at all.
    star : bool
        Any number of unknown characters; the other fields do not matter then.
    """

    characters: str = ALPHABET
    weights: tuple[float, ...] = ()
    certainty: float = 1.0
    optional: bool = False
    star: bool = False

    @property
    def known(self) -> bool:
        """Whether one character holds at least half of the probability here."""
        if self.star or self.optional:
            return False
        weights = self.weights or (1.0,) * len(self.characters)
        return self.certainty * max(weights) / sum(weights) >= _NEARLY

    @property
    def unknown(self) -> bool:
        """Whether it says nothing about the character, as ``?`` and ``*`` do."""
        return self.star or (self.characters == ALPHABET and not self.weights)

    def distribution(self) -> npt.NDArray[np.float64]:
        """Return the 36 probabilities of what was said, without the part that is unsure; sum is 1."""
        result = np.zeros(len(ALPHABET))
        weights = self.weights or (1.0,) * len(self.characters)
        for character, weight in zip(self.characters, weights, strict=True):
            result[_CODE[character]] = weight
        total: float = result.sum()
        return np.divide(result, total)

    def __str__(self) -> str:
        if self.star:
            return "*"
        text = self._characters_text() + _certainty_text(self.certainty)
        return f"({text})" if self.optional else text

    def _characters_text(self) -> str:
        if self.weights:
            pairs = zip(self.characters, self.weights, strict=True)
            return "[" + "".join(f"{c}{{{_fraction(w)}}}" for c, w in pairs) + "]"
        named = {ALPHABET: "?", DIGITS: "#", LETTERS: "@"}
        if self.characters in named:
            return named[self.characters]
        if len(self.characters) == 1:
            return self.characters
        others = "".join(c for c in ALPHABET if c not in self.characters)
        return f"[!{others}]" if len(others) < len(self.characters) else f"[{self.characters}]"


@dataclass(frozen=True, slots=True, repr=False)
class Pattern:
    """A partial plate. Build one with :meth:`parse`, :meth:`exact` or :meth:`from_probabilities`.

    ``str(pattern)`` is its text, which parses to the same pattern; ``repr`` shows no characters, so that
    none ends up in a log.

    Parameters
    ----------
    items : tuple of Item
        Its places, in order.
    length : tuple of (int, int), optional
        The least and the most characters that the plate is said to have.

    Examples
    --------
    >>> pattern = Pattern.parse("7a? x1*")
    >>> str(pattern), pattern.known_characters
    ('7A?X1*', 4)
    """

    items: tuple[Item, ...]
    length: tuple[int, int] | None = None

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read a pattern as a person types it.

        Raises
        ------
        BadPattern
            With the position, a line that points at it, and what to type instead. The message shows
            the pattern's shape, never its letters and digits.
        """
        return _Parser(text).pattern()

    @classmethod
    def exact(cls, plate: str) -> Pattern:
        """Return the pattern of a whole plate."""
        items = [Item(character) for character in normalize(plate)]
        _check_size(items, None, len(items))
        return cls(tuple(items))

    @classmethod
    def from_probabilities(
        cls, rows: Sequence[Mapping[str, float]], *, floor: float = 0.01
    ) -> Pattern:
        """Return the pattern of a photograph: per position, characters and their probabilities.

        Parameters
        ----------
        rows : sequence of mapping
            One mapping per position, from character to probability; a sum below 1 leaves the rest open.
        floor : float
            Probabilities below this are left to "anything else".
        """
        items = []
        for position, row in enumerate(rows):
            pairs = sorted((c, round(float(p), 4)) for c, p in row.items() if float(p) >= floor)
            pairs = [(c, p) for c, p in pairs if p > 0]
            if any(c not in _CODE for c, _ in pairs) or sum(p for _, p in pairs) > 1.01:
                raise BadPattern(
                    f"Character {position + 1}: its probabilities are not those of one plate character.",
                    "Give A to Z and 0 to 9 with probabilities that add up to 1 at most.",
                    position=position,
                )
            items.append(_probable(pairs))
        _check_size(items, None, len(rows))
        return cls(tuple(items))

    @property
    def known_characters(self) -> int:
        """How many characters are fixed or nearly: one character holds half the probability or more.

        Counts ``A``, ``A~`` and ``[8B]``; not ``?``, ``#``, ``[ABC]``, ``(A)`` or ``*``.
        """
        return sum(item.known for item in self.items)

    @property
    def has_star(self) -> bool:
        """Whether the number of characters is open."""
        return any(item.star for item in self.items)

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the most characters that it describes (before anybody's mistakes)."""
        least = sum(not (item.star or item.optional) for item in self.items)
        most = MAX_LENGTH if self.has_star else sum(not item.star for item in self.items)
        if self.length is None:
            return least, most
        return max(least, self.length[0]), min(most, self.length[1])

    def __str__(self) -> str:
        text = "".join(str(item) for item in self.items)
        if self.length is None:
            return text
        least, most = self.length
        return f"{text}/{least}" if least == most else f"{text}/{least}-{most}"

    def __repr__(self) -> str:
        return f"<Pattern of {len(self.items)} items, {self.known_characters} characters known>"


def _probable(pairs: list[tuple[str, float]]) -> Item:
    if not pairs:
        return Item()
    characters = "".join(c for c, _ in pairs)
    weights = tuple(p for _, p in pairs)
    certainty = min(1.0, round(sum(weights), 4))
    return Item(characters, weights if len(weights) > 1 else (), certainty)


def _certainty_text(certainty: float) -> str:
    if certainty == 1.0:
        return ""
    return "~" if certainty == ABOUT else f"{{{_fraction(certainty)}}}"


def _fraction(value: float) -> str:
    """Return a number between 0 and 1 as it is typed: no exponent."""
    return f"{value:.{_DIGITS_KEPT}f}".rstrip("0").rstrip(".")


def _check_size(items: Sequence[Item], length: tuple[int, int] | None, end: int) -> None:
    """Refuse what no plate can be."""
    least = sum(not (item.star or item.optional) for item in items)
    most = sum(not item.star for item in items)
    if not items:
        raise BadPattern("The pattern is empty.", "Type what is known, such as 7A?X1*.", position=0)
    if least > MAX_LENGTH or len(items) > MAX_ITEMS:
        raise BadPattern(
            f"The pattern has {max(least, len(items))} places; no plate has more than {MAX_LENGTH}.",
            "Shorten it, or put * for the part that does not matter.",
            position=end,
        )
    if length is None:
        return
    if length[1] < least:
        raise BadPattern(
            f"The pattern names {least} characters, but its length says at most {length[1]}.",
            "Correct the number behind the slash.",
            position=end,
        )
    if length[0] > most and not any(item.star for item in items):
        raise BadPattern(
            f"The pattern names {most} characters, but its length says at least {length[0]}.",
            "Add ? for each unknown character, or * for any number.",
            position=end,
        )


class _Parser:
    """Reads one pattern from left to right; every error says where and how to mend it."""

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise BadPattern("A pattern is text.", "Type what is known, such as 7A?X1*.")
        if len(text) > _MAX_TEXT:
            raise BadPattern(
                f"The pattern is longer than {_MAX_TEXT} characters.", "Type one plate only."
            )
        # One character for one, so that positions stay those of what was typed.
        self.text = "".join(c.upper() if c.isascii() else c for c in text)
        self.at = 0

    def pattern(self) -> Pattern:
        items: list[Item] = []
        length: tuple[int, int] | None = None
        while (character := self._peek()) is not None:
            if character == "/":
                length = self._length()
                break
            item = self._optional() if character == "(" else self._item()
            if not (item.star and items and items[-1].star):
                items.append(item)
        _check_size(items, length, max(0, len(self.text) - 1))
        return Pattern(tuple(items), length)

    def _peek(self) -> str | None:
        while self.at < len(self.text) and self.text[self.at] in _IGNORED:
            self.at += 1
        return self.text[self.at] if self.at < len(self.text) else None

    def _fail(self, problem: str, mend: str, at: int | None = None) -> BadPattern:
        at = self.at if at is None else at
        shape = "".join("·" if c.isalnum() else c if c.isprintable() else " " for c in self.text)
        start = max(0, at - 30)
        line = f"\n    {shape[start : at + 31]}\n    {' ' * (at - start)}^"
        return BadPattern(f"Character {at + 1}: {problem}{line}", mend, position=at)

    def _item(self) -> Item:
        start = self.at
        character = self.text[self.at]
        self.at += 1
        weights: tuple[float, ...] = ()
        if character == "*":
            self._no_certainty("*")
            return Item(star=True)
        if character == "?":
            self._no_certainty("?")
            return Item()
        if character in ("#", "@"):
            characters = DIGITS if character == "#" else LETTERS
        elif character == "[":
            characters, weights = self._set(start)
        elif character in _CODE:
            characters = character
        else:
            raise self._unexpected(character, start)
        certainty = self._certainty()
        if characters == ALPHABET and not weights:
            return Item()
        return Item(characters, weights, 1.0 if certainty is None else certainty)

    def _unexpected(self, character: str, at: int) -> BadPattern:
        if character in ("~", "{"):
            return self._fail(
                f"'{character}' stands behind nothing.",
                "Put it after a character, as in A~ or A{0.6}.",
                at,
            )
        if character in (")", "]", "}", "("):
            return self._fail(f"'{character}' does not belong here.", "Leave it out.", at)
        if character.isalnum():
            return self._fail(
                "this letter or digit is not on plates.", "Use A to Z and 0 to 9.", at
            )
        return self._fail(
            "this sign means nothing in a pattern.",
            "Use letters, digits, ? * # @ [ ] ~ ( ) and /.",
            at,
        )

    def _optional(self) -> Item:
        start = self.at
        self.at += 1
        character = self._peek()
        if character in (None, ")", "(", "/"):
            raise self._fail("'(' holds nothing.", "Put one place in it, as in (?) or (A).", start)
        item = self._item()
        if item.star:
            raise self._fail("'*' may be nothing already.", "Leave out the parentheses.", start)
        if self._peek() != ")":
            raise self._fail(
                "'(' is not closed after one place.",
                "Close it, as in (A); use one pair for each place.",
                start,
            )
        self.at += 1
        return Item(item.characters, item.weights, item.certainty, optional=True)

    def _no_certainty(self, sign: str) -> None:
        if self._peek() in ("~", "{"):
            raise self._fail(f"'{sign}' is unknown already.", f"Leave out the sign after {sign}.")

    def _certainty(self) -> float | None:
        sign = self._peek()
        if sign == "~":
            self.at += 1
            if self._peek() in ("~", "{"):
                raise self._fail("a second certainty for the same place.", "Keep one of them.")
            return ABOUT
        if sign == "{":
            value = self._number()
            if self._peek() in ("~", "{"):
                raise self._fail("a second certainty for the same place.", "Keep one of them.")
            return value
        return None

    def _number(self) -> float:
        start = self.at
        end = self.text.find("}", start)
        if end < 0:
            raise self._fail("'{' is never closed.", "Write the certainty as in A{0.6}.")
        inside = self.text[start + 1 : end].strip()
        typed = inside.isascii() and _NUMBER.fullmatch(inside)
        value = round(float(inside), _DIGITS_KEPT) if typed else 0.0
        if not 0 < value <= 1:
            raise self._fail(
                "no certainty between 0 and 1 in the braces.", "Write it as in A{0.6}.", start
            )
        self.at = end + 1
        return value

    def _set(self, start: int) -> tuple[str, tuple[float, ...]]:
        negated = self._peek() == "!"
        self.at += negated
        members: dict[str, float | None] = {}
        while True:
            character = self.text[self.at] if self.at < len(self.text) else None
            if character is None:
                raise self._fail("'[' is never closed.", "Close it, as in [8B].", start)
            if character == "]":
                break
            self._member(members, character)
        self.at += 1
        weights = [weight for weight in members.values() if weight is not None]
        if not members or (negated and len(members) == len(ALPHABET)):
            raise self._fail("the set holds no character.", "Name some, as in [8B].", start)
        if weights and (negated or len(weights) != len(members)):
            raise self._fail(
                "some characters of the set have a weight and others none.",
                "Give every character a weight, or none.",
                start,
            )
        return _sorted_set(members, negated=negated)

    def _member(self, members: dict[str, float | None], character: str) -> None:
        at = self.at
        self.at += 1
        if character in " \t,":
            return
        if character not in _CODE:
            raise self._fail("only letters and digits belong in a set.", "As in [8B] or [A-F].", at)
        last = character
        if self.text[self.at : self.at + 1] == "-":
            last = self.text[self.at + 1 : self.at + 2]
            if (
                last not in _CODE
                or _CODE[last] < _CODE[character]
                or last.isdigit() != character.isdigit()
            ):
                raise self._fail(
                    "this range has no end after its start.", "As in [A-F] or [0-4].", at
                )
            self.at += 2
        weight = self._number() if self.text[self.at : self.at + 1] == "{" else None
        for code in range(_CODE[character], _CODE[last] + 1):
            if ALPHABET[code] in members:
                raise self._fail("a character stands twice in the set.", "Name each once.", at)
            members[ALPHABET[code]] = weight

    def _length(self) -> tuple[int, int]:
        start = self.at
        match = re.fullmatch(r"/\s*(\d{1,2})\s*(?:-\s*(\d{1,2}))?\s*", self.text[start:], re.ASCII)
        if match is None:
            raise self._fail("no length behind the slash.", "Write /7 or /6-7 at the end.", start)
        least = int(match[1])
        most = int(match[2]) if match[2] else least
        if not 1 <= least <= most <= MAX_LENGTH:
            raise self._fail(
                f"plates have 1 to {MAX_LENGTH} characters.", "Write /7 or /6-7 at the end.", start
            )
        self.at = len(self.text)
        return least, most


def _sorted_set(
    members: Mapping[str, float | None], *, negated: bool
) -> tuple[str, tuple[float, ...]]:
    chosen: Iterable[str] = (c for c in ALPHABET if (c in members) != negated)
    characters = "".join(chosen)
    weights = [members.get(c) for c in characters]
    if negated or weights[0] is None or len(characters) == 1:
        return characters, ()
    return characters, tuple(float(w) for w in weights if w is not None)
