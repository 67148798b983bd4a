"""What makes a password acceptable: long enough, and not among those that are tried first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

from workbench.errors import BadInput

__all__ = ["MAX_LENGTH", "accept", "encode", "words_of"]

MAX_LENGTH = 256
_FEWEST_DISTINCT = 5
_SHORTEST_CORE = 6
_PRODUCT = frozenset({"alpr", "anpr", "lpr", "workbench", "plate", "plates", "reader", "readers"})
_LOOKALIKES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a",
                             "$": "s", "!": "i", "|": "l"})  # fmt: skip
_ADVICE = "Take a sentence or four unrelated words."


def encode(password: str) -> bytes:
    """Return what is hashed: the password in normal form (NFC), whatever keyboard it came from."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace")


def accept(password: str, *, min_length: int, words: Iterable[str]) -> None:
    """Raise unless a password may be set.

    Parameters
    ----------
    min_length : int
        Fewest characters, counted in normal form.
    words : iterable of str
        Lower-case words that somebody would guess first: of the agency, the member's name and username.

    Raises
    ------
    BadInput
        Says which rule is not met, never what was typed.
    """
    text = unicodedata.normalize("NFC", password)
    if len(text) < min_length:
        raise BadInput(f"The password is shorter than {min_length} characters.", _ADVICE)
    if len(text) > MAX_LENGTH:
        raise BadInput(f"The password is longer than {MAX_LENGTH} characters.", "Shorten it.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise BadInput("The password holds a control character.", "Type it on a keyboard.")
    if len(set(text.casefold())) < _FEWEST_DISTINCT:
        raise BadInput("The password repeats a few characters.", _ADVICE)
    if not any(character.isalpha() for character in text):
        raise BadInput("The password holds no letter.", _ADVICE)
    if text.casefold() in _banned() or _core(text) in _banned_cores():
        raise BadInput("The password is among those that are tried first.", _ADVICE)
    guesses = "|".join(re.escape(word) for word in {*_PRODUCT, *words} if len(word) > 1)
    if re.fullmatch(f"(?:{guesses})+", _core(text)):
        raise BadInput("The password is made of the agency's, the product's or your name.", _ADVICE)


def words_of(*texts: str) -> set[str]:
    """Return the words of names, in lower case, and each name written as one.

    >>> sorted(words_of("Santa Lucera PD", "d.ortiz"))
    ['d', 'dortiz', 'lucera', 'ortiz', 'pd', 'santa', 'santalucerapd']
    """
    found: set[str] = set()
    for text in texts:
        parts = re.findall(r"[^\W\d_]+", text.casefold())
        found.update(parts, ["".join(parts)] if parts else [])
    return found


def _core(text: str) -> str:
    """Return the letters of a password without what is usually put before, behind and in place of them.

    >>> _core("P@ssw0rd2026!")
    'password'
    """
    inner = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text.casefold())
    return re.sub(r"[\W\d_]+", "", inner.translate(_LOOKALIKES))


@cache
def _banned() -> frozenset[str]:
    text = resources.files("workbench.people").joinpath("banned-passwords.txt").read_text("utf-8")
    return frozenset(
        line.casefold() for line in text.splitlines() if line and not line.startswith("# ")
    )


@cache
def _banned_cores() -> frozenset[str]:
    cores = (_core(each) for each in _banned())
    return frozenset(core for core in cores if len(core) >= _SHORTEST_CORE)
