"""Partial plates: every vehicle ranked by how probable it is that it was the one meant.

Each vehicle starts alike. What was said of the plate, of the vehicle and of place and time each multiply its
weight by a factor (how much more probable that is for this vehicle than for one at large); "none of these", a
vehicle that no camera read, keeps the weight that it started with. The probability is the share of all weights.

A camera may have misread the plate. So a candidate is scored three ways, weighed by how probable each is: as its
plate was read; as any plate that the camera's table says it may have been (a read of one vehicle that comes again
and again is hardly a misread, one of no known series more probably so); and as each of the other plates that the
camera itself offered for its reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis import evidence
from workbench.analysis.errormodels import ErrorModel, SeenBy, error_model
from workbench.analysis.evidence import Factor
from workbench.analysis.explain import factor_text, fit_words, number_text, percent_text
from workbench.analysis.fits import Odd, chance_misread, plate_fits, threshold_for
from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import state_code
from workbench.analysis.plateset import PlateSet
from workbench.analysis.scoring import at_random, fits_series, likelihoods
from workbench.errors import BadInput

__all__ = ["COLUMNS", "UNREAD", "Among", "rank", "said_state"]

COLUMNS = (
    "rank",
    "plate",
    "state",
    "probability",
    "explanation",
    "reads",
    "first_seen",
    "last_seen",
    "make",
    "model",
    "color",
    "body",
    "nearest_m",
    "last_camera",
)
"""The columns of a ranking."""

UNREAD = 0.3
"""The chance, before anything is weighed, that no camera read the plate of a vehicle that drove by."""

Floats = npt.NDArray[np.float64]

_LISTED = 1e-6  # candidates below this part of the best are not listed


@dataclass(frozen=True)
class Among:
    """What the candidates of a ranking were chosen from, by their plates alone.

    Parameters
    ----------
    vehicles : int
        How many vehicles there were.
    by_chance : float
        The mean likelihood of the pattern over plates as they are issued.
    others : float
        The mean factor, per vehicle of all, that those who were not chosen have together.
    states : mapping of str to float
        How many vehicles each state has.
    """

    vehicles: int
    by_chance: float
    others: float
    states: Mapping[str, float]

    def thinned(self, part: float) -> Among:
        """Return the same with only a part of the vehicles, alike in all else."""
        return replace(self, vehicles=max(1, round(self.vehicles * part)))


@dataclass(frozen=True, eq=False)
class _Fit:
    """How well each candidate's plate fits, and the way that counted most.

    ``likelihood`` of what was said; ``other`` is the plate that the camera offered beside the one it chose, where that
    fits best; ``misread`` whether a misreading of the plate makes up much of it; ``odd`` whether the plate is of no
    known series.
    """

    likelihood: Floats
    misread: npt.NDArray[np.bool_]
    odd: npt.NDArray[np.bool_]
    other: dict[int, tuple[str, float]]


def rank(
    pattern: Pattern,
    candidates: pd.DataFrame,
    *,
    seen_by: SeenBy = "witness",
    state: str | None = None,
    make: str | None = None,
    model: str | None = None,
    color: str | None = None,
    body: str | None = None,
    limit: int = 50,
    near: bool = False,
    unread: float | None = None,
    camera: ErrorModel | None = None,
    among: Among | None = None,
) -> pd.DataFrame:
    """Rank vehicles by the probability that each is the one that was meant.

    Parameters
    ----------
    pattern : Pattern
        What is known of the plate.
    candidates : DataFrame
        One row per vehicle: plate (normalized), state, reads. Where there: first_seen, last_seen, make,
        model, color, body (with make_confidence … 0 to 1), nearest_m (metres from the scene to its nearest
        read), nearest_minutes (from the incident to that read), last_camera, confidence (of its best read),
        alternates (a list of [plate, confidence] that cameras offered for its reads).
    seen_by : {"witness", "camera"}
        Whose mistakes to expect in what was said.
    state, make, model, color, body : str, optional
        What else was said. Evidence, no filter.
    limit : int
        The most candidates to return.
    near : bool
        Whether ``nearest_m`` is evidence: the vehicle was at the scene.
    unread : float
        The chance that no camera read the vehicle, above 0 and below 1. If left out, ``UNREAD`` for a place, and for
        a whole window what its reads say (:func:`workbench.analysis.evidence.unread_chance`).
    camera : ErrorModel, optional
        The mistakes of the cameras; the shipped table if left out.
    among : Among, optional
        Where the candidates are a short list: what they were chosen from.

    Returns
    -------
    DataFrame
        The columns of ``COLUMNS``, best first, ties in the order of plate and state. Candidates that weigh less
        than a millionth of the best are left out. ``explanation`` says what fits and by what factor; its numbers
        multiply and divide to the probability. ``attrs``: ``none_of_these`` (the probability that it is none of
        any vehicle that was read), ``others`` (the probability of all those that are not listed), ``candidates`` (how
        many were weighed) and ``seen_by``.

    Raises
    ------
    BadInput
        If a word for color, body or state is not known.
    """
    if unread is not None and not 0.0 < unread < 1.0:
        raise BadInput("The chance of an unread vehicle is not between 0 and 1.", "Give 0.3, say.")
    witness = error_model(seen_by)
    state = said_state(state)
    frame = pd.DataFrame(candidates).reset_index(drop=True)
    said = {"color": color, "make": make, "model": model, "body": body, "state": state}
    states = _column(frame, "state", "").fillna("").astype(str)
    if among is None:
        counts = {str(name): float(n) for name, n in states.value_counts().items()}
        by_chance = at_random(pattern, witness, {state: 1.0} if state else counts)
        among = Among(len(frame), by_chance, 0.0, counts)
    factors = _factors(frame, said, seen_by, among, near=near)
    by_chance = among.by_chance
    fit = _fit(pattern, frame, states, (witness, camera or error_model("camera")), by_chance)
    repeats = _column(frame, "reads", 1)
    factors.append(evidence.read_often(repeats))
    if unread is None:
        unread = UNREAD if near else evidence.unread_chance(repeats, UNREAD)
    start = (1.0 - unread) / max(1, among.vehicles)
    weights = start * fit.likelihood / by_chance
    for factor in factors:
        weights = weights * factor.ratios
    total = float(weights.sum()) + (1.0 - unread) * among.others + unread
    chosen = _best(frame, states, weights, limit)
    explained = _Explainer(pattern, frame, witness, factors, fit, by_chance, start, weights, total)
    result = _result(frame, chosen, weights / total, explained)
    result.attrs = {
        "none_of_these": unread / total,
        "others": max(0.0, 1.0 - float(result["probability"].sum()) - unread / total),
        "candidates": among.vehicles,
        "seen_by": seen_by,
    }
    return result


def said_state(state: str | None) -> str:
    """Return the postal code of a state as somebody says it; empty for none.

    Raises
    ------
    BadInput
        If it is not known.
    """
    if not state:
        return ""
    code = state_code(state)
    if not code:
        raise BadInput("The state is not known.", "Give its postal code or name, such as CA.")
    return code


def _column(frame: pd.DataFrame, name: str, default: object) -> pd.Series:
    return frame[name] if name in frame else pd.Series(default, index=frame.index, dtype=object)


def _factors(
    frame: pd.DataFrame,
    said: dict[str, str | None],
    seen_by: SeenBy,
    among: Among,
    *,
    near: bool,
) -> list[Factor]:
    """Return the factors of everything that was said beside the plate."""
    factors: list[Factor] = []
    for name, word in said.items():
        if not word:
            continue
        recorded = _column(frame, name, "").astype(object).fillna("")
        if name == "model":
            recorded = _models(recorded, _column(frame, "make", "").astype(object), said["make"])
        sure = frame.get(f"{name}_confidence")
        everybody = among.states if name == "state" else None
        factors.append(evidence.described(name, word, recorded, sure, seen_by, everybody=everybody))
    if near and "nearest_m" in frame:
        minutes = frame.get("nearest_minutes")
        factors.append(evidence.placed(frame["nearest_m"], minutes))
    return factors


def _models(models: pd.Series, makes: pd.Series, said_make: str | None) -> pd.Series:
    """Return models without the make before them; where a make was said, only of vehicles of that make.

    What a model says beyond the make is counted, so that "Toyota" is not counted twice in "Toyota Corolla".
    """
    wanted = evidence.said_value("make", said_make) if said_make else ""
    names: list[str | None] = []
    for name, make in zip(models, makes, strict=True):
        brand = evidence.said_value("make", make) if isinstance(make, str) and make.strip() else ""
        text = str(name).lower().replace("_", " ").strip() if isinstance(name, str) else ""
        text = text.removeprefix(f"{brand} ") if brand else text
        names.append(text if not wanted or brand in ("", wanted) else None)
    return pd.Series(names, index=models.index, dtype=object)


def _fit(
    pattern: Pattern,
    frame: pd.DataFrame,
    states: pd.Series,
    models: tuple[ErrorModel, ErrorModel],
    by_chance: float,
) -> _Fit:
    """Return how well each candidate's plate fits: as read, as misread, as offered by the camera."""
    count = len(frame)
    witness, camera = models
    plates = PlateSet.of(frame["plate"].tolist())
    odd = ~fits_series(plates, states.tolist())
    fits = plate_fits(
        pattern,
        plates,
        Odd.of(plates, odd[plates.places()]),
        witness=witness,
        camera=camera,
        threshold=threshold_for(count, by_chance),
    )
    rows = plates.places()[fits.rows]
    as_read, as_misread = np.zeros(count), np.zeros(count)
    as_read[rows], as_misread[rows] = fits.as_read, fits.as_misread
    doubt = chance_misread(pd.to_numeric(_column(frame, "reads", 1)).fillna(1).to_numpy())
    both = (1.0 - doubt) * as_read + doubt * as_misread
    likelihood, other = _with_alternates(pattern, frame, witness, both, doubt)
    # Of a single read, how much more probable a misreading makes what was said than the plate as it stands.
    more = (doubt * (as_misread - as_read) > 0.3 * likelihood) & (likelihood > 0)
    return _Fit(likelihood, more, odd, other)


def _with_alternates(
    pattern: Pattern, frame: pd.DataFrame, witness: ErrorModel, likelihood: Floats, doubt: Floats
) -> tuple[Floats, dict[int, tuple[str, float]]]:
    """Add what the camera's other candidates say; return the one of each vehicle that counts most."""
    if "alternates" not in frame or not len(frame):
        return likelihood, {}
    lists = frame["alternates"].tolist()
    owners = [i for i, offered in enumerate(lists) if isinstance(offered, list) and offered]
    rows = [(i, str(p), max(0.0, float(c))) for i in owners for p, c in lists[i]]
    if not rows:
        return likelihood, {}
    owner = np.array([i for i, _, _ in rows])
    confidence = np.array([c for _, _, c in rows])
    offered = np.bincount(owner, weights=confidence, minlength=len(frame))
    chosen = pd.to_numeric(_column(frame, "confidence", np.nan)).to_numpy(dtype=np.float64)
    chosen = np.where(np.isfinite(chosen), chosen, np.maximum(1.0 - offered, 0.5))
    # Where they add up to more than one, they are scores and no chances: all others share what the chosen one leaves.
    leaves = np.minimum(
        1.0 / np.maximum(chosen + offered, 1e-9), (1.0 - chosen) / np.maximum(offered, 1e-9)
    )
    share = doubt[owner] * confidence * np.maximum(leaves, 0.0)[owner]
    value = likelihoods(pattern, [p for _, p, _ in rows], witness)
    added = np.bincount(owner, weights=share * value, minlength=len(frame))
    kept = 1.0 - np.bincount(owner, weights=share, minlength=len(frame))
    base = likelihood * kept
    other: dict[int, tuple[str, float]] = {}
    for row in np.argsort(share * value, kind="stable")[::-1].tolist():
        i, plate, sure = rows[row]
        if i not in other and share[row] * value[row] > base[i]:
            other[i] = (plate, sure)
    return base + added, other


def _best(
    frame: pd.DataFrame, states: pd.Series, weights: Floats, limit: int
) -> npt.NDArray[np.int64]:
    """Return the numbers of the best candidates, in order; ties by plate and state."""
    if not len(frame) or weights.max() <= 0:
        return np.zeros(0, dtype=np.int64)
    worth = np.flatnonzero(weights >= _LISTED * weights.max())
    if len(worth) > 4 * limit:
        # Keep all that tie with the last place.
        last = np.partition(weights[worth], len(worth) - limit)[len(worth) - limit]
        worth = worth[weights[worth] >= last]
    plates = frame["plate"].to_numpy(dtype=str)[worth]
    order = np.lexsort((states.to_numpy(dtype=str)[worth], plates, -weights[worth]))
    return np.asarray(worth[order][:limit], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class _Explainer:
    """Says why a candidate weighs what it weighs."""

    pattern: Pattern
    frame: pd.DataFrame
    witness: ErrorModel
    factors: list[Factor]
    fit: _Fit
    by_chance: float
    start: float
    weights: Floats
    total: float

    def __call__(self, i: int) -> str:
        parts = [f"{self._plate(i)} {factor_text(self.fit.likelihood[i] / self.by_chance)}"]
        for factor in self.factors:
            words = factor.words(i)
            if words:
                parts.append(f"{words} {factor_text(float(factor.ratios[i]))}")
        parts.append(f"each vehicle starts at 1 in {number_text(1.0 / self.start)}")
        share = f"{number_text(self.weights[i])} of {number_text(self.total)} in all"
        return f"{'; '.join(parts)}: {share}, {percent_text(self.weights[i] / self.total)}"

    def _plate(self, i: int) -> str:
        verb = "seen" if self.witness.name == "camera" else "said"
        words: Callable[[str], str] = lambda plate: fit_words(  # noqa: E731
            self.pattern, plate, self.witness, verb=verb
        )
        if i in self.fit.other:
            plate, sure = self.fit.other[i]
            return f"if {plate} was misread, as the camera itself held possible ({sure:.2g}): {words(plate)}"
        text = words(str(self.frame["plate"].iloc[i]))
        if not self.fit.misread[i]:
            return text
        odd = ", which is of no known series" if self.fit.odd[i] else ""
        return f"{text}, or misread by the camera{odd}"


def _result(
    frame: pd.DataFrame,
    chosen: npt.NDArray[np.int64],
    probability: Floats,
    explain: Callable[[int], str],
) -> pd.DataFrame:
    rows = frame.iloc[chosen].reset_index(drop=True)
    result = pd.DataFrame({"rank": np.arange(1, len(chosen) + 1)})
    for name in COLUMNS[1:]:
        if name == "probability":
            result[name] = probability[chosen]
        elif name == "explanation":
            result[name] = pd.Series([explain(int(i)) for i in chosen], dtype=object)
        elif name in rows:
            result[name] = rows[name]
        else:
            result[name] = np.nan if name == "nearest_m" else None
    return result[list(COLUMNS)]
