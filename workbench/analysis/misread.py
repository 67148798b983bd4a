"""Is a hit a misread? What a read that matches a hot list may be, with probabilities.

Three things can have happened: the vehicle bears the listed plate; it bears another plate that is known to pass here
and the camera misread it; or it bears some other plate. Each starts at how many of the passing vehicles it stands for
(a listed plate is rare in traffic, a commuter is not), and each thing that is known multiplies that by a factor, as in
:func:`workbench.analysis.partial.rank`: the characters through the camera's error model, what the camera itself held
possible, the state, the vehicle, and whether it could have come from where it was read last.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.errormodels import ErrorModel, error_model
from workbench.analysis.explain import factor_text, number_text, percent_text
from workbench.analysis.misread_weights import (
    PRIOR,
    SOON,
    Explanation,
    Listed,
    Sighting,
    Traffic,
    Weigher,
    finite,
    in_doubt,
    often,
    side,
)
from workbench.analysis.plates import ALPHABET
from workbench.errors import BadInput

__all__ = [
    "COLUMNS",
    "PRIOR",
    "STANDING",
    "Listed",
    "Sighting",
    "Traffic",
    "explain_hit",
    "neighbors",
]

COLUMNS = (
    "rank",
    "kind",
    "plate",
    "state",
    "probability",
    "explanation",
    "reads",
    "reads_here",
    "first_seen",
    "last_seen",
    "nearest_minutes",
    "make",
    "model",
    "color",
    "body",
)
"""The columns of an answer, one row for each explanation of the read."""

STANDING = (
    "This is a lead. Verify the plate on the image, and the listing and the vehicle with the state database, before "
    "anything is done: the read is not by itself grounds for a stop."
)

_LISTED_ROWS = 1e-4
_TWO_WRONG = 1e-6


def neighbors(plate: str, camera: ErrorModel | None = None) -> list[str]:
    """Return the plates that a camera may have read as this one: the plate itself, and up to two mistakes away.

    All that are one mistake away, and those two substitutions away that are at all probable; a few hundred.
    """
    model = camera or error_model("camera")
    codes = [ALPHABET.index(character) for character in plate]
    found = {plate: None}
    for at in range(len(plate)):
        found |= {plate[:at] + true + plate[at + 1 :]: None for true in ALPHABET}
        if len(plate) > 1:
            found[plate[:at] + plate[at + 1 :]] = None
    for at in range(len(plate) + 1):
        found |= {plate[:at] + true + plate[at:]: None for true in ALPHABET}
    column = model.substitution
    for one, two in itertools.combinations(range(len(codes)), 2):
        for first, second in itertools.product(range(len(ALPHABET)), repeat=2):
            if column[first, codes[one]] * column[second, codes[two]] < _TWO_WRONG:
                continue
            changed = list(plate)
            changed[one], changed[two] = ALPHABET[first], ALPHABET[second]
            found["".join(changed)] = None
    return list(found)


def explain_hit(
    seen: Sighting,
    listed: Listed,
    known: pd.DataFrame,
    traffic: Traffic,
    *,
    camera: ErrorModel | None = None,
) -> pd.DataFrame:
    """Return what a read that matches a listed plate may be, with the probability of each.

    Parameters
    ----------
    seen, listed, traffic
        The read, the list's entry, and what passes here.
    known : DataFrame
        Vehicles that could be read so, the listed one among them if it was read besides, this read left out: plate,
        state, reads (in the window), reads_here (by this camera). Where there: nearest_minutes (from this read to its
        nearest in time) and nearest_gap_m (metres from there to here), first_seen, last_seen, make, model, color, body.
    camera : ErrorModel, optional
        How this agency's cameras misread; the shipped table by default.

    Returns
    -------
    DataFrame
        The columns of ``COLUMNS``, the most probable first; ``kind`` is ``listed``, ``known``, ``as read`` (a plate not
        read before, which the camera read rightly) or ``other`` (any other plate, misread). The probabilities add up to
        1 with ``attrs["not_listed"]``, known plates too improbable to show. ``attrs`` also hold ``listed`` and
        ``misread`` (probabilities), ``prior``, ``verdict`` and ``standing`` in words.

    Raises
    ------
    BadInput
        If the prior is not between 0 and 1.
    """
    if not 0.0 < listed.prior < 1.0:
        raise BadInput("The prior is not between 0 and 1.", "Leave it out, or give 1e-6, say.")
    frame = pd.DataFrame(known).reset_index(drop=True)
    ours = _is_listed(frame, listed)
    weigher = Weigher(seen, listed, traffic, in_doubt(seen, camera or error_model("camera")))
    rows = weigher.rows(frame[~ours].reset_index(drop=True), frame[ours].reset_index(drop=True))
    return _answer(rows, listed)


def _is_listed(frame: pd.DataFrame, listed: Listed) -> npt.NDArray[np.bool_]:
    """Return which known rows are further reads of the listed plate; one without a state may be."""
    same = (frame["plate"] == listed.plate).to_numpy(dtype=bool)
    if not listed.state:
        return np.asarray(same)
    return np.asarray(same & frame["state"].isin((listed.state, "")).to_numpy(dtype=bool))


def _answer(rows: list[Explanation], listed: Listed) -> pd.DataFrame:
    weights = np.array([row.weight for row in rows])
    total = float(weights.sum())
    shares = weights / total
    order = [
        int(i)
        for i in np.argsort(-shares, kind="stable")
        if shares[i] >= _LISTED_ROWS or rows[int(i)].kind in ("listed", "other")
    ]
    table = []
    for rank, i in enumerate(order, start=1):
        row = rows[i]
        told: dict[str, object] = {name: row.known.get(name) for name in COLUMNS}
        told |= {"rank": rank, "kind": row.kind, "plate": row.plate, "state": row.state}
        told |= {"probability": shares[i], "explanation": _words(row, total)}
        told |= {name: int(finite(told[name], 0.0)) for name in ("reads", "reads_here")}
        table.append(told)
    frame = pd.DataFrame(table, columns=list(COLUMNS))
    hit = float(shares[0])
    frame.attrs = {
        "listed": hit,
        "misread": 1.0 - hit,
        "not_listed": max(0.0, 1.0 - float(shares[order].sum())),
        "prior": listed.prior,
        "verdict": _verdict(hit, frame),
        "standing": STANDING,
    }
    return frame


def _words(row: Explanation, total: float) -> str:
    parts = [f"{words} {factor_text(value)}" for words, value in row.factors]
    parts.append(f"{_starts(row)} 1 in {number_text(1.0 / row.start)} of those that pass")
    share = f"{number_text(row.weight)} of {number_text(total)} in all"
    return f"{'; '.join(parts)}: {share}, {percent_text(row.weight / total)}"


def _starts(row: Explanation) -> str:
    if row.kind == "listed":
        return "a listed plate starts at"
    if row.kind == "known":
        times = int(finite(row.known.get("reads"), 1.0))
        minutes = finite(row.known.get("nearest_minutes"), math.inf)
        near = f", nearest {abs(minutes):.0f} min {side(minutes)}" if abs(minutes) < SOON else ""
        return f"read {often(times)} besides{near}, it starts at"
    return "plates not read before start at"


def _verdict(hit: float, frame: pd.DataFrame) -> str:
    said = percent_text(hit)
    if hit >= 0.9:
        return f"The read most probably shows the listed plate ({said})."
    if hit >= 0.5:
        return f"The read more probably shows the listed plate than not ({said})."
    rest = frame[frame["kind"] != "listed"].iloc[0]
    words = {"known": "another plate that passes here", "as read": "another plate, read rightly"}
    what = words.get(str(rest["kind"]), "some other plate, misread")
    return (
        f"The read probably does not show the listed plate ({said} that it does): "
        f"most probable is {what} ({percent_text(float(rest['probability']))})."
    )
