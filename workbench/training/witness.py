"""What a witness remembers of a plate and of a car: a model of memory, not of sight.

Letters slip to their neighbors in the alphabet, digits follow no pattern, neighbors are swapped rarely; one witness
in five recalls a whole plate. Which places somebody is sure of is part of the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Memory", "Witness", "color_words", "recall", "spoken"]

_WORDS = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six",
    "7": "seven", "8": "eight", "9": "nine",
}  # fmt: skip
_SOUNDS = {"8": "B", "B": "8", "5": "S", "S": "5", "M": "N", "N": "M", "0": "O", "2": "Z"}

_SLIP = 0.06
_NEXT_LETTER = 0.7
_SWAP = 0.02


@dataclass(frozen=True, slots=True)
class Memory:
    """What is left of a plate in somebody's memory.

    Parameters
    ----------
    pattern : str
        In the pattern language: ``?`` an unknown character, ``*`` any number, ``[8B]`` one of these, ``A~`` unsure.
    words : str
        The same as somebody would say it.
    wrong : tuple of int
        Positions, from 0, whose remembered character is not the true one.
    """

    pattern: str
    words: str
    wrong: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: the statement in words, and what can be searched for; empty text for what was not said."""

    statement: str
    pattern: str
    seen_by: str = "witness"
    color: str = ""
    make: str = ""
    body: str = ""
    wrong_positions: tuple[int, ...] = ()


def recall(
    plate: str,
    rng: np.random.Generator,
    *,
    sure: tuple[int, ...] = (),
    known: int | None = None,
    open_end: bool = True,
    mistakes: float = 1.0,
) -> Memory:
    """Remember a plate.

    Parameters
    ----------
    plate : str
        The true plate.
    rng : numpy.random.Generator
    sure : tuple of int
        Positions that are remembered rightly whatever chance says.
    known : int, optional
        How many characters are remembered at all; all of them for one witness in five, else three to five.
    open_end : bool
        Whether unknown characters at the end become a ``*``.
    mistakes : float
        How many times as likely every mistake is as it is for an ordinary witness.
    """
    if known is None:
        known = len(plate) if rng.random() < 0.2 else int(rng.integers(3, 6))
    # first things stay, then last things
    weight = np.array([1.0 / (1 + min(i, 1.5 * (len(plate) - 1 - i))) for i in range(len(plate))])
    others = [place for place in range(len(plate)) if place not in sure]
    extra = max(0, min(known - len(sure), len(others)))
    share = weight[others] / weight[others].sum() if others else np.zeros(0)
    chosen = rng.choice(others, size=extra, replace=False, p=share).tolist() if extra else []
    places = set(sure) | set(chosen)
    said = list(plate)
    for place in sorted(places - set(sure)):
        said[place] = _slip(plate[place], rng, mistakes)
    for place in sorted(places - set(sure)):
        if place + 1 in places and place + 1 not in sure and rng.random() < _SWAP * mistakes:
            said[place], said[place + 1] = said[place + 1], said[place]
    wrong = tuple(place for place in sorted(places) if said[place] != plate[place])
    signs = [said[place] if place in places else "?" for place in range(len(plate))]
    pattern = "".join(signs)
    if open_end and pattern.endswith("?"):
        pattern = pattern.rstrip("?") + "*"
    return Memory(pattern, spoken(signs), wrong)


def _slip(character: str, rng: np.random.Generator, mistakes: float) -> str:
    if rng.random() >= _SLIP * mistakes:
        return character
    if character.isdigit():
        return str(rng.integers(10))
    if rng.random() < _NEXT_LETTER:
        step = 1 if rng.random() < 0.5 else -1
        return chr((ord(character) - 65 + step) % 26 + 65)
    return _SOUNDS.get(character, character)


def spoken(signs: list[str]) -> str:
    """Say a partial plate aloud.

    Examples
    --------
    >>> spoken(["7", "A", "?", "X", "1", "?", "?"])
    'seven A something X one, then two more'
    >>> spoken(["8", "?", "?", "?", "?", "4", "6"])
    'eight, then some that I did not get, then four six'
    """
    end = len(signs)
    while end and signs[end - 1] == "?":
        end -= 1
    words: list[str] = []
    place = 0
    while place < end:
        run = 0
        while signs[place + run] == "?":
            run += 1
        if run > 2:
            words.append("then some that I did not get, then")
        elif run:
            words += ["something"] * run
        else:
            words.append(_WORDS.get(signs[place], signs[place]))
        place += max(run, 1)
    text = " ".join(words).replace(" then some", ", then some")
    rest = len(signs) - end
    if not rest:
        return text
    more = {1: "one more", 2: "two more", 3: "three more"}.get(rest, "some more")
    return f"{text}, then {more}" if text else "nothing of the plate"


def color_words(color: str, rng: np.random.Generator, *, night: bool) -> str:
    """Name a color as a witness would: by night most of them are only light or dark.

    Returns
    -------
    str
        A color, or ``dark`` or ``light``.
    """
    dark = color in ("black", "blue", "gray", "green", "brown", "purple")
    if night and rng.random() < 0.75:
        return "dark" if dark else "light"
    near = {"gray": "silver", "silver": "gray", "beige": "gold", "black": "dark", "white": "light"}
    return near.get(color, color) if rng.random() < 0.15 else color
