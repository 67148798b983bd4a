"""Why a plate fits a pattern, in words: the most probable way in which one led to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.analysis.errormodels import ErrorModel
from workbench.analysis.kernel import Tables
from workbench.analysis.pattern import Item, Pattern
from workbench.analysis.plates import ALPHABET, DIGITS, LETTERS, MAX_LENGTH, normalize
from workbench.analysis.scoring import chance_of, tables

__all__ = ["Step", "factor_text", "fit_words", "number_text", "percent_text", "steps"]

_SHORT_SET = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a plate to what was said of it.

    Parameters
    ----------
    kind : {"said", "missing", "extra", "swapped", "open"}
        A character and what was said for it; a character of which nothing was said; something said of
        no character; two neighbors said in the other order; something under a star or an optional place.
    item : int
        The item of the pattern, from 0; of two that were swapped, the second.
    characters : str
        The characters of the plate; empty for none.
    """

    kind: Literal["said", "missing", "extra", "swapped", "open"]
    item: int
    characters: str


def steps(pattern: Pattern, plate: str, model: ErrorModel) -> list[Step]:
    """Return the most probable steps from a plate to a pattern; none if there is no way at all."""
    built = tables(pattern, model, MAX_LENGTH)
    plate = normalize(plate)[:MAX_LENGTH]
    codes = [ALPHABET.index(character) for character in plate]
    back = _best_moves(codes, built)
    found: list[Step] = []
    j, i = len(codes), len(pattern.items)
    while (j, i) in back:
        read, said = back[j, i]
        found.append(_step(pattern, i, (read, said), plate[j - read : j]))
        j, i = j - read, i - said
    return found[::-1] if (j, i) == (0, 0) else []


def _best_moves(codes: list[int], built: Tables) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the best move to each character and item, as characters read and items said."""
    rows, columns = len(built.along), len(codes) + 1
    along = built.along.tolist()
    missing, emission = built.missing[codes].tolist(), built.emission[codes].tolist()
    swapped = built.swapped[codes].tolist()
    best = [[0.0] * rows for _ in range(columns)]
    best[0][0] = 1.0
    back: dict[tuple[int, int], tuple[int, int]] = {}
    for j in range(columns):
        here, t = best[j], j - 1
        first, last = built.band[j].tolist()
        for i in range(first, min(last + 1, rows)):
            if j and (value := best[t][i] * missing[t][i]) > here[i]:
                here[i], back[j, i] = value, (1, 0)
            if j and i and (value := best[t][i - 1] * emission[t][i]) > here[i]:
                here[i], back[j, i] = value, (1, 1)
            if j > 1 and i > 1:
                value = best[j - 2][i - 2] * swapped[t][i] * emission[t - 1][i]
                if value > here[i]:
                    here[i], back[j, i] = value, (2, 2)
            if i and (value := here[i - 1] * along[i]) > here[i]:
                here[i], back[j, i] = value, (0, 1)
    return back


def _step(pattern: Pattern, i: int, move: tuple[int, int], characters: str) -> Step:
    item = pattern.items[i - 1] if i else None
    if move == (2, 2):
        return Step("swapped", i - 1, characters)
    if move == (1, 1):
        return Step("said", i - 1, characters)
    if move == (1, 0):
        return Step("open" if item and item.star else "missing", i - 1, characters)
    return Step("open" if item and (item.star or item.optional) else "extra", i - 1, "")


def fit_words(pattern: Pattern, plate: str, model: ErrorModel, *, verb: str = "said") -> str:
    """Return in words how a plate fits a pattern: what is as said, and each difference with its chance.

    Parameters
    ----------
    verb : {"said", "seen"}
        What the witness did, or the camera.

    Examples
    --------
    >>> from workbench.analysis.errormodels import error_model
    >>> fit_words(Pattern.parse("7A?X"), "7ABX", error_model("witness"))
    '7, A and X as said'
    >>> fit_words(Pattern.parse("7A8X"), "7ABX", error_model("camera"), verb="seen")
    '7, A and X as seen, 8 seen where B stands (0.006)'
    """
    alike: list[str] = []
    different: list[str] = []
    found = steps(pattern, plate, model)
    if not found:
        return "fits only by several mistakes"
    for step in found:
        item = pattern.items[step.item]
        if step.kind == "said" and not item.unknown:
            if step.characters in item.characters:
                alike.append(step.characters)
            else:
                chance = chance_of(item, model)[ALPHABET.index(step.characters)]
                words = f"{_item_words(item)} {verb} where {step.characters} stands"
                different.append(f"{words} ({chance:.2g})")
        elif step.kind == "missing":
            chance = model.missing[ALPHABET.index(step.characters)]
            different.append(f"{step.characters} not {verb} ({chance:.2g})")
        elif step.kind == "extra":
            words = f"{_item_words(item)} {verb} but not there"
            different.append(f"{words} ({model.extra:.2g})")
        elif step.kind == "swapped":
            words = f"{step.characters[0]} and {step.characters[1]} {verb} in the other order"
            different.append(f"{words} ({model.swapped:.2g})")
    if alike:
        different.insert(0, f"{_listed(alike)} as {verb}")
    return ", ".join(different) or "fits as any plate would"


def _item_words(item: Item) -> str:
    named = {ALPHABET: "a character", DIGITS: "a digit", LETTERS: "a letter"}
    if item.characters in named:
        return named[item.characters]
    if len(item.characters) <= _SHORT_SET:
        return " or ".join(item.characters)
    return "another one"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def number_text(value: float) -> str:
    """Return a number with three digits that count, without exponent where it is readable.

    Examples
    --------
    >>> number_text(412.34), number_text(123456.0), number_text(0.0312345), number_text(1.0)
    ('412', '123,000', '0.0312', '1')
    """
    rounded = float(f"{value:.3g}")
    if rounded >= 1000 and rounded < 1e12:
        return f"{rounded:,.0f}"
    if rounded == 0.0 or 1e-4 <= rounded < 1000:
        return f"{rounded:.10f}".rstrip("0").rstrip(".")
    return f"{rounded:.3g}"


def factor_text(value: float) -> str:
    """Return a factor such as ``×3.1``."""
    return f"×{number_text(value)}"


def percent_text(probability: float) -> str:
    """Return a probability in percent, honest at both ends.

    Examples
    --------
    >>> percent_text(0.8123), percent_text(0.00004), percent_text(0.99996)
    ('81 %', 'under 0.1 %', 'over 99.9 %')
    """
    if probability < 0.001:
        return "under 0.1 %"
    if probability > 0.999:
        return "over 99.9 %"
    if 0.1 <= probability <= 0.99:
        return f"{probability * 100:.0f} %"
    return f"{probability * 100:.1f} %"
