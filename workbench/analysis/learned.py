"""What was learned of the cameras' confusions, and the file that keeps it.

The file holds rates of single characters, counts and days; no plate, no place and no camera. Its last line is the
SHA-256 of all lines before: a table that decides whom a search finds is not changed by hand unnoticed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.errormodels import ErrorModel
from workbench.analysis.plates import ALPHABET
from workbench.errors import BadInput

__all__ = ["Change", "Learned", "Provenance", "changes", "save", "stored"]

Floats = npt.NDArray[np.float64]

_FORMAT = 1
_SIZE = len(ALPHABET)
_HEADER = """\
# How this agency's cameras misread, learned from its own reads by `workbench camera learn`.
# Rates of one character of a true plate, as in the shipped table. Not to be edited: the last line would not fit.
"""


@dataclass(frozen=True, eq=False)
class Learned:
    """A table learned from reads, and how it does beside the one it started from.

    Parameters
    ----------
    model, base : ErrorModel
        The table learned from all vehicles, and the one given.
    counted : array (37, 37)
        Expected mistakes by true and seen character; the last row and column stand for no character.
    better : bool
        Whether it predicts reads of at least 20 held-out vehicles better, by more than twice the standard error.
    held_out, held_out_base : float
        Log-likelihood per held-out read, of a table learned without these vehicles and of the one given.
    held_out_error : float
        Standard error of their difference.
    held_out_reads : int
        How many reads were held out.
    reads, vehicles, pairs : int
        How many reads there were; vehicles read often; plates one mistake apart from one of them.
    misreads : float
        How many reads are taken to be misreads of those vehicles.
    first_at, last_at : datetime
        The span of the reads.
    """

    model: ErrorModel
    base: ErrorModel
    counted: Floats
    better: bool
    held_out: float
    held_out_base: float
    held_out_error: float
    held_out_reads: int
    reads: int
    vehicles: int
    pairs: int
    misreads: float
    first_at: dt.datetime
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """When a table was made, by which software, under which number of the access record."""

    made_at: dt.datetime
    software: str
    access_id: int


@dataclass(frozen=True, slots=True)
class Change:
    """A mistake whose rate was learned: ``true`` or ``seen`` is empty where a character is extra or missing."""

    true: str
    seen: str
    shipped: float
    learned: float
    counted: float


def changes(learned: Learned, limit: int = 10) -> list[Change]:
    """Return the mistakes whose rates changed most, by what they explain of the reads, most first."""
    shipped, now = _rates(learned.base), _rates(learned.model)
    off = ~np.eye(_SIZE + 1, dtype=bool)
    # How much likelier the counted mistakes are by the new rate (a Poisson deviance).
    opportunities = learned.counted / np.maximum(now, 1e-12)
    expected = opportunities * shipped
    gain = learned.counted * np.log(np.maximum(now, 1e-12) / np.maximum(shipped, 1e-12))
    gain = np.where(off, gain - learned.counted + expected, 0.0)
    order = np.argsort(-gain, axis=None, kind="stable")[:limit]
    names = [*ALPHABET, ""]
    return [
        Change(
            names[a], names[b], float(shipped[a, b]), float(now[a, b]), float(learned.counted[a, b])
        )
        for a, b in (divmod(int(at), _SIZE + 1) for at in order)
        if gain[a, b] > 0
    ]


def _rates(model: ErrorModel) -> Floats:
    rates = np.zeros((_SIZE + 1, _SIZE + 1))
    rates[:-1, :-1] = model.substitution
    rates[:-1, -1] = model.missing
    rates[-1, :-1] = model.extra * model.extra_is
    return rates


def save(learned: Learned, path: Path, provenance: Provenance) -> str:
    """Write what was learned, in one step, and return the SHA-256 of its content.

    It is written whether it is better or not: the file says which, and :func:`stored` goes by that.
    """
    text = _text(learned, provenance)
    digest = hashlib.sha256(text.encode()).hexdigest()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(f'{text}sha256: "{digest}"\n'.encode())
    fresh.replace(path)
    return digest


def _text(learned: Learned, provenance: Provenance) -> str:
    model = learned.model
    said = {
        "format": _FORMAT,
        "better": learned.better,
        "made_at": provenance.made_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "software": provenance.software,
        "access_id": provenance.access_id,
        "learned_from": {
            "reads": learned.reads,
            "vehicles": learned.vehicles,
            "pairs": learned.pairs,
            "misreads": round(learned.misreads),
            "first_day": learned.first_at.date().isoformat(),
            "last_day": learned.last_at.date().isoformat(),
        },
        "held_out": {
            "reads": learned.held_out_reads,
            "log_likelihood_learned": round(learned.held_out, 6),
            "log_likelihood_shipped": round(learned.held_out_base, 6),
            "standard_error": round(learned.held_out_error, 6),
        },
        "sources": list(model.sources),
    }
    lines = [f"{name}: {json.dumps(value)}" for name, value in said.items()]
    lines += ["substitution:"]
    for code, character in enumerate(ALPHABET):
        row = {
            b: p for b, p in zip(ALPHABET, model.substitution[code], strict=True) if b != character
        }
        lines.append(f'  "{character}": {_mapping(row)}')
    lines.append(f"missing: {_mapping(dict(zip(ALPHABET, model.missing, strict=True)))}")
    lines.append(f"extra: {_number(model.extra)}")
    lines.append(f"extra_is: {_mapping(dict(zip(ALPHABET, model.extra_is, strict=True)))}")
    lines.append(f"swapped: {_number(model.swapped)}")
    return _HEADER + "\n".join(lines) + "\n"


def _mapping(rates: dict[str, float]) -> str:
    return "{" + ", ".join(f'"{name}": {_number(rate)}' for name, rate in rates.items()) + "}"


def _number(rate: float) -> str:
    return f"{rate:.9f}"


def stored(path: Path) -> ErrorModel | None:
    """Return the table of a file; None where there is no file, or where it does no better than the shipped one.

    Raises
    ------
    BadInput
        The file is damaged, or was changed by hand.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise _damaged(path) from None
    body, mark, last = text.rpartition("sha256: ")
    digest = hashlib.sha256(body.encode()).hexdigest()
    if not mark or last != f'"{digest}"\n':
        raise _damaged(path)
    try:
        return _model(_document(body))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _damaged(path) from None


def _document(body: str) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="safe", pure=True).load(body)
    except YAMLError:
        raise ValueError from None
    if not isinstance(document, dict) or document["format"] != _FORMAT:
        raise ValueError
    return document


def _model(document: dict[str, Any]) -> ErrorModel | None:
    if document["better"] is not True:
        return None
    substitution = np.zeros((_SIZE, _SIZE))
    for code, character in enumerate(ALPHABET):
        row = {character: 0.0, **document["substitution"][character]}
        substitution[code] = [float(row[other]) for other in ALPHABET]
        substitution[code, code] = 1.0 - substitution[code].sum()
    extra_is = np.array([float(document["extra_is"][other]) for other in ALPHABET])
    model = ErrorModel(
        name="camera",
        substitution=substitution,
        missing=np.array([float(document["missing"][other]) for other in ALPHABET]),
        extra=float(document["extra"]),
        extra_is=extra_is / extra_is.sum(),
        swapped=float(document["swapped"]),
        sources=(*document["sources"], _source(document)),
    )
    rates = [model.substitution, model.missing, model.extra_is, model.extra, model.swapped]
    if not all(np.all((np.asarray(each) >= 0) & (np.asarray(each) <= 1)) for each in rates):
        raise ValueError
    return model


def _source(document: dict[str, Any]) -> str:
    span = document["learned_from"]
    return (
        f"Learned from {span['reads']:,} of the agency's own reads of {span['first_day']} to "
        f"{span['last_day']}, {document['made_at']}."
    )


def _damaged(path: Path) -> BadInput:
    return BadInput(
        f"The learned table of camera confusions, {path.name}, is damaged or was changed by hand.",
        "Run `workbench camera learn` again, or remove the file to go by the shipped table.",
    )
