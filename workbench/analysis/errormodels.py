"""How a camera misreads and a witness misremembers, as tables with sources (``errormodels.yaml``).

A model says, for one character of a true plate, what is seen of it: the character itself, another one, or
nothing; and how often a character is seen that is not there, or two neighbors change places. Models compose:
what a witness says of a plate that a camera may have misread is the camera's table turned around, then the
witness's.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from workbench.analysis.plates import ALPHABET, DIGITS, LETTERS
from workbench.errors import BadInput

__all__ = ["ErrorModel", "SeenBy", "error_model", "from_table"]

SeenBy = Literal["camera", "witness"]
Floats = npt.NDArray[np.float64]

_SIZE = len(ALPHABET)
_CODE = {character: code for code, character in enumerate(ALPHABET)}


@dataclass(frozen=True, eq=False)
class ErrorModel:
    """The chances of every mistake in one character.

    Parameters
    ----------
    name : str
        "camera", "witness", or what it was made of.
    substitution : array (36, 36)
        Row: the true character; column: the one seen, if any is. Rows add up to 1.
    missing : array (36,)
        The chance that a true character is not seen at all.
    extra : float
        The chance that a character is seen that is not there, at each gap.
    extra_is : array (36,)
        Which character that is; adds up to 1.
    swapped : float
        The chance that a character changes places with the next.
    sources : tuple of str
        Where the table is from.
    """

    name: str
    substitution: Floats
    missing: Floats
    extra: float
    extra_is: Floats
    swapped: float
    sources: tuple[str, ...] = ()

    def probability(self, true: str, seen: str) -> float:
        """Return the chance that a true character is seen as another one (or as itself)."""
        return float(self.substitution[_CODE[true], _CODE[seen]])

    def when_unsure(self) -> Floats:
        """Return the substitutions of somebody who says that he may be wrong, for the part where he is.

        Half goes to the model's own mistakes, half to any character at all.
        """
        mistakes = self.substitution.copy()
        np.fill_diagonal(mistakes, 0.0)
        total = mistakes.sum(axis=1, keepdims=True)
        spread = np.full_like(mistakes, 1.0 / _SIZE)
        mistakes = np.divide(mistakes, total, out=spread.copy(), where=total > 0)
        return cast("Floats", 0.5 * mistakes + 0.5 * spread)

    def substitutions_only(self) -> ErrorModel:
        """Return the model without missing, extra and swapped characters: every length as it was."""
        return replace(self, missing=np.zeros(_SIZE), extra=0.0, swapped=0.0)

    def scaled(self, factor: float) -> ErrorModel:
        """Return the model with all its error rates times ``factor`` (each kept below one half)."""
        mistakes = self.substitution * factor
        np.fill_diagonal(mistakes, 0.0)
        total = mistakes.sum(axis=1, keepdims=True)
        mistakes *= np.minimum(1.0, 0.5 / np.maximum(total, 1e-300))
        np.fill_diagonal(mistakes, 1.0 - mistakes.sum(axis=1))
        return replace(
            self,
            substitution=mistakes,
            missing=np.minimum(0.5, self.missing * factor),
            extra=min(0.5, self.extra * factor),
            swapped=min(0.5, self.swapped * factor),
        )

    def turned_around(self) -> ErrorModel:
        """Return the model from what was seen back to what is true, by Bayes with all characters alike."""
        seen = self.substitution.sum(axis=0)
        came_from_nothing = self.extra * self.extra_is
        return ErrorModel(
            name=f"{self.name}, turned around",
            substitution=(self.substitution / seen).T,
            missing=came_from_nothing / (came_from_nothing + seen / _SIZE),
            extra=float(self.missing.mean()),
            extra_is=_normalized(self.missing),
            swapped=self.swapped,
            sources=self.sources,
        )

    def then(self, other: ErrorModel) -> ErrorModel:
        """Return this model followed by another: what the other sees of what this one passes on."""
        lost = self.substitution @ other.missing
        extra = self.extra * (1.0 - float(self.extra_is @ other.missing)) + other.extra
        passed = self.extra * (self.extra_is @ other.substitution) + other.extra * other.extra_is
        return ErrorModel(
            name=f"{self.name}, then {other.name}",
            substitution=self.substitution @ other.substitution,
            missing=self.missing + (1.0 - self.missing) * lost,
            extra=extra,
            extra_is=_normalized(passed),
            swapped=min(0.5, self.swapped + other.swapped),
            sources=self.sources + other.sources,
        )


def _normalized(weights: Floats) -> Floats:
    total = float(weights.sum())
    return np.divide(weights, total) if total > 0 else np.full(_SIZE, 1.0 / _SIZE)


@functools.cache
def error_model(seen_by: SeenBy) -> ErrorModel:
    """Return the shipped model of a camera or of a witness.

    Examples
    --------
    >>> camera, witness = error_model("camera"), error_model("witness")
    >>> camera.probability("8", "B") > camera.probability("8", "7")
    True
    >>> witness.probability("M", "N") > witness.probability("M", "R")
    True
    """
    from ruamel.yaml import YAML

    text = resources.files("workbench.analysis").joinpath("errormodels.yaml").read_text("utf-8")
    tables = YAML(typ="safe", pure=True).load(text)
    if seen_by not in tables:
        raise BadInput("Who saw the plate is not known.", 'Give seen_by="witness" or "camera".')
    return from_table(seen_by, tables[seen_by])


def from_table(name: str, table: dict[str, Any]) -> ErrorModel:
    """Build a model from a table as in ``errormodels.yaml``.

    Raises
    ------
    BadInput
        If the mistakes of a character add up to more than one half.
    """
    rates = np.full((_SIZE, _SIZE), float(table["any_other"]))
    letters, digits = _codes(LETTERS), _codes(DIGITS)
    _raise_to(rates, letters, float(table.get("letter_other", 0.0)))
    _raise_to(rates, digits, float(table.get("digit_other", 0.0)))
    for steps, rate in enumerate(table.get("alphabet", ()), start=1):
        for first, second in zip(LETTERS, LETTERS[steps:], strict=False):
            _raise_to(rates, _codes(first + second), float(rate))
    for entry in (*table.get("groups", ()), *table.get("pairs", ())):
        for characters in entry["characters"].split():
            _raise_to(rates, _codes(characters), float(entry["probability"]))
    np.fill_diagonal(rates, 0.0)
    if rates.sum(axis=1).max() > 0.5:
        raise BadInput(
            f"The error model {name} is wrong about a character more often than right.",
            "Lower its probabilities.",
        )
    np.fill_diagonal(rates, 1.0 - rates.sum(axis=1))
    missing = np.full(_SIZE, float(table["missing"]))
    for character, rate in table.get("missing_of", {}).items():
        missing[_CODE[character]] = float(rate)
    named = table.get("extra_is", {})
    extra_is = np.full(_SIZE, (1.0 - sum(named.values())) / _SIZE)
    for character, share in named.items():
        extra_is[_CODE[character]] += float(share)
    return ErrorModel(
        name,
        rates,
        missing,
        float(table["extra"]),
        extra_is,
        float(table["swapped"]),
        tuple(table.get("sources", ())),
    )


def _codes(characters: str) -> list[int]:
    return [_CODE[character] for character in characters]


def _raise_to(rates: Floats, codes: list[int], rate: float) -> None:
    """Raise the rates between all the characters to at least this."""
    block = np.ix_(codes, codes)
    rates[block] = np.maximum(rates[block], rate)
