"""Why a candidate is as probable as it is: its explanation as a small sum instead of one long line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

__all__ = ["Breakdown", "breakdown", "read"]

_FACTOR = re.compile(r"^(?P<words>.+?) ×(?P<value>[\d,.e+-]*\d)$")
_START = re.compile(
    r"^(?P<words>.+ at) (?P<part>1 in [\d,.e+-]*\d)(?P<of>[^:]*): (?P<sum>.+), (?P<share>[^,]+ ?%)$"
)
_AGAINST = 0.75


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An explanation taken apart.

    Parameters
    ----------
    factors : tuple of (str, str)
        What is known in words, and its factor as printed.
    start : (str, str)
        Where it starts in words, and the part; empty words where the explanation does not say.
    weight, share : str
        ``"275 of 35,400 in all"`` and the percentage that it comes to.
    """

    factors: tuple[tuple[str, str], ...]
    start: tuple[str, str] = ("", "")
    weight: str = ""
    share: str = ""


def read(explanation: str) -> Breakdown | None:
    """Take an explanation apart; None where it is not in the form of a ranking's.

    Examples
    --------
    >>> taken = read("read once ×0.9; each vehicle starts at 1 in 70: 0.5 of 1.2 in all, 42 %")
    >>> taken.factors, taken.start, taken.weight, taken.share
    ((('read once', '0.9'),), ('each vehicle starts at', '1 in 70'), '0.5 of 1.2 in all', '42 %')
    """
    *parts, last = explanation.split("; ")
    end = _START.match(last)
    matches = [_FACTOR.match(part) for part in parts]
    factors = tuple((match["words"], match["value"]) for match in matches if match)
    if end is None or len(factors) < len(parts):
        return None
    start = (end["words"], f"{end['part']}{end['of']}")
    return Breakdown(factors, start, end["sum"], end["share"])


def breakdown(explanation: str, *, share: str = "") -> Markup:
    """Return an explanation as lines of words and factors, with what they come to below.

    ``share`` is the probability as it is printed elsewhere in the report; by default that of the explanation.
    """
    taken = read(explanation)
    if taken is None:
        return Markup("{}").format(explanation)
    lines = [_line(_sentence(words), f"×{value}", _tone(value)) for words, value in taken.factors]
    lines.append(_line(_sentence(taken.start[0]), taken.start[1], "start"))
    lines.append(_line(f"Weight {taken.weight}", share or taken.share.replace(" %", "%"), "sum"))
    return Markup('<ul class="why">{}</ul>').format(Markup().join(lines))


def _line(words: str, value: str, tone: str) -> Markup:
    return Markup('<li class="{}"><span>{}</span><b>{}</b></li>').format(tone, words, value)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _tone(value: str) -> str:
    number = float(value.replace(",", ""))
    return "against" if number < _AGAINST else "for"
