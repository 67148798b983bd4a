"""What a read may be of, weighed: the parts of :mod:`workbench.analysis.misread`.

Each explanation of a read starts at the part of passing vehicles that it stands for, and has a factor for each thing
that is known. A factor compares with what a plate at random would give.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis import evidence
from workbench.analysis.errormodels import ErrorModel, error_model
from workbench.analysis.explain import fit_words, number_text
from workbench.analysis.fits import REPEATED
from workbench.analysis.geo import travel_plausibility
from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import ALPHABET, is_plausible
from workbench.analysis.plateset import PlateSet
from workbench.analysis.scoring import at_random, scores
from workbench.errors import BadInput

__all__ = [
    "PRIOR",
    "SOON",
    "Explanation",
    "Listed",
    "Sighting",
    "Traffic",
    "Weigher",
    "chance_read_as",
    "finite",
    "in_doubt",
    "issued",
    "often",
    "side",
]

Floats = npt.NDArray[np.float64]

PRIOR = 1e-8
"""Which part of passing vehicles bears one listed plate: one read in 500 hits a list of 200,000 plates."""

_MOST_REPEATS = 3  # a bent or dirty plate is misread for weeks: more repeats say no more
_OFFERED = 5.0  # how much more probable a plate is that the camera offered beside the one it chose
_NOT_OFFERED = 0.45  # and one that it did not offer, where it offered others
_SMOOTH = 1000.0  # reads at one camera that weigh as much as all that is known of the other cameras
_ON_THE_ROAD = 0.3  # the chance that a vehicle just read is still driving
_TRIP_MINUTES = 20.0
SOON = 120.0
"""Minutes to another read that are told."""

_HARDLY = 0.02  # the least that an impossible journey counts: the other read may be the misread one
_PHANTOM = 0.1  # the chance that a plate read once, of a known series, is no vehicle's
_ODD_PHANTOM = 0.8  # and one of no known series
_DOUBT = (0.5, 4.0)
_DESCRIBED = ("make", "model", "color", "body")


@dataclass(frozen=True, slots=True)
class Sighting:
    """The read in question.

    Parameters
    ----------
    plate, state : str
        As read, normalized; the state empty where the camera gave none.
    confidence : float, optional
        The engine's score of the whole plate, 0 to 1.
    offered : sequence of str
        Other plates that the camera held possible.
    make, model, color, body : str
        As recorded; empty where not.
    """

    plate: str
    state: str = ""
    confidence: float | None = None
    offered: Sequence[str] = ()
    make: str = ""
    model: str = ""
    color: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The entry of the list: plate, state, what it says of the vehicle, and how rare the plate is in traffic."""

    plate: str
    state: str = ""
    make: str = ""
    model: str = ""
    color: str = ""
    body: str = ""
    prior: float = PRIOR


@dataclass(frozen=True, slots=True)
class Traffic:
    """What passes here.

    Parameters
    ----------
    here, everywhere : int
        Reads in the window by this camera, and by all.
    minutes : float
        The length of the window.
    unknown : float
        Which part of the passing vehicles has no other read in the window, above 0 and at most 1: so many bear a plate
        that is not known.
    states : mapping of str to float
        How frequent each state is among them; empty for the states that the formats know.
    """

    here: int
    everywhere: int
    minutes: float
    unknown: float = 0.3
    states: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Explanation:
    """One explanation: what it is, its weight before evidence, and the factors with their words."""

    kind: str
    plate: str
    state: str
    start: float
    factors: list[tuple[str, float]]
    known: Mapping[Any, Any] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        """Where it starts, times all factors."""
        return self.start * math.prod(value for _, value in self.factors)


def in_doubt(seen: Sighting, camera: ErrorModel) -> ErrorModel:
    """Return the camera's model with more mistakes where it was unsure of the plate, fewer where it was sure.

    The engine's score is no probability, so it counts by its root and within bounds.
    """
    if seen.confidence is None or not 0.0 <= seen.confidence <= 1.0:
        return camera
    usual = 1.0 - float(chance_read_as(seen.plate, [seen.plate], camera)[0])
    least, most = _DOUBT
    factor = math.sqrt((1.0 - seen.confidence) / max(usual, 1e-6))
    return camera.scaled(min(most, max(least, factor)))


def chance_read_as(read: str, plates: Sequence[str], camera: ErrorModel) -> Floats:
    """Return the chance that the camera reads so, for each plate that may be true."""
    chosen = PlateSet.of(list(plates))
    values = np.empty(len(chosen))
    values[chosen.order] = scores(Pattern.parse(read), chosen, camera)
    return values


@dataclass(frozen=True, eq=False)
class Weigher:
    """Weighs each explanation of one read."""

    seen: Sighting
    listed: Listed
    traffic: Traffic
    camera: ErrorModel

    def rows(self, known: pd.DataFrame, listed_reads: pd.DataFrame) -> list[Explanation]:
        """Return every explanation."""
        whole = self.seen.plate == self.listed.plate
        besides = int(listed_reads["reads"].sum()) if len(listed_reads) else 0
        described, by_state = self._evidence(known, listed_reads)
        by_chance = self._by_chance()
        plates = [self.listed.plate, *known["plate"]]
        fits = chance_read_as(self.seen.plate, plates, self.camera) / by_chance
        misreads = float(fits[1:] @ known["reads"].to_numpy(dtype=np.float64)) * by_chance
        again = [_misread_again(besides, misreads)] if whole else []
        found = [self._listed_row(listed_reads, fits[0], described(0), whole=whole)]
        for number, row in enumerate(known.to_dict("records"), start=1):
            factors = [self._plate(str(row["plate"]), fits[number]), *described(number)]
            factors += [*self._real(row), *self._journey(row), *again]
            start, state = self._share(row), str(row["state"] or "")
            found.append(Explanation("known", str(row["plate"]), state, start, factors, row))
        taken = self.seen.plate in set(known["plate"])
        return found + self._unknown(by_state, by_chance, again, taken=taken, whole=whole)

    def _listed_row(
        self, reads: pd.DataFrame, fit: float, described: list[tuple[str, float]], *, whole: bool
    ) -> Explanation:
        start = self.listed.prior
        known: dict[Any, Any] = {}
        if len(reads):
            best = reads.sort_values("reads", ascending=False, kind="stable").iloc[0]
            known = dict(best)
            known |= {
                "reads": int(reads["reads"].sum()),
                "reads_here": int(reads["reads_here"].sum()),
            }
            if (
                not whole
            ):  # further reads of the listed plate cannot be repeats of this one's mistake
                start += (1.0 - REPEATED ** int(reads["reads"].sum())) * self._share(known)
        factors = [self._plate(self.listed.plate, fit), *described, *self._journey(known)]
        if whole or not len(reads):
            factors.append(_read_again(int(known.get("reads", 0)), self.traffic.unknown))
        return Explanation("listed", self.listed.plate, self.listed.state, start, factors, known)

    def _share(self, row: Mapping[Any, Any]) -> float:
        """Return which part of the passing vehicles is this one: how often it is read, and how lately."""
        reads, here = finite(row.get("reads"), 1.0), finite(row.get("reads_here"), 0.0)
        everywhere = max(1.0, float(self.traffic.everywhere))
        usual = (here + _SMOOTH * reads / everywhere) / (self.traffic.here + _SMOOTH)
        minutes = abs(finite(row.get("nearest_minutes"), math.inf))
        driving = _ON_THE_ROAD * math.exp(-minutes / _TRIP_MINUTES) / (2.0 * _TRIP_MINUTES)
        return (1.0 - _ON_THE_ROAD) * usual + driving * self.traffic.minutes / everywhere

    def _plate(self, plate: str, fit: float) -> tuple[str, float]:
        offered = set(self.seen.offered)
        if plate == self.seen.plate:
            return "plate as read", fit
        words = fit_words(Pattern.parse(self.seen.plate), plate, self.camera, verb="seen")
        if not offered:
            return words, fit
        if plate in offered:
            return f"{words}, and offered by the camera itself", fit * _OFFERED
        return f"{words}, and not among the plates that the camera offered", fit * _NOT_OFFERED

    @staticmethod
    def _real(row: Mapping[Any, Any]) -> list[tuple[str, float]]:
        """Return the chance that there is such a vehicle: a plate read once may be a misread itself."""
        reads = max(1, int(finite(row.get("reads"), 1.0)))
        regular = is_plausible(str(row["plate"]), str(row["state"] or ""))
        doubt = (_PHANTOM if regular else _ODD_PHANTOM) * REPEATED ** (reads - 1)
        if doubt < 0.05:
            return []
        series = "" if regular else " and of no known series"
        return [(f"read {often(reads)}{series}, so perhaps misread itself", 1.0 - doubt)]

    def _journey(self, row: Mapping[Any, Any]) -> list[tuple[str, float]]:
        minutes = finite(row.get("nearest_minutes"), math.nan)
        gap = finite(row.get("nearest_gap_m"), math.nan)
        if not (math.isfinite(minutes) and math.isfinite(gap)):
            return []
        possible = float(travel_plausibility(gap, minutes * 60.0))
        if possible > 0.9:
            return []
        words = f"read {gap / 1000:.1f} km away {abs(minutes):.0f} min {side(minutes)}"
        return [(words, max(_HARDLY, possible))]

    # -- what is known of state and vehicle -------------------------------------------------------

    def _evidence(
        self, known: pd.DataFrame, listed_reads: pd.DataFrame
    ) -> tuple[Callable[[int], list[tuple[str, float]]], dict[str, float]]:
        """Return the factors of state and vehicle by row (0 the listed one), and that of each state at large."""
        factors: list[tuple[str, str, pd.Series, evidence.Factor]] = []
        for name in _DESCRIBED:
            told = str(getattr(self.seen, name) or "")
            listed = str(getattr(self.listed, name) or "") or _commonest(listed_reads, name)
            if not told:
                continue
            others = known[name] if name in known else pd.Series("", index=known.index)
            recorded = pd.Series([listed, *others.fillna("").astype(str)], dtype=object)
            try:
                factor = evidence.described(name, told, recorded, None, "camera")
            except BadInput:  # a word of the vendor's that no table knows says nothing
                continue
            factors.append((name, told, recorded, factor))
        by_row, by_state = self._states(known)

        def words(row: int) -> list[tuple[str, float]]:
            result = list(by_row[row])
            for name, told, recorded, factor in factors:
                value = str(recorded.iloc[row])
                if value:
                    source = "listed" if row == 0 and getattr(self.listed, name) else "otherwise"
                    shown = f"{name} {told} here, {value} {source}"
                    result.append((shown, float(factor.ratios[row])))
            return result

        return words, by_state

    def _states(
        self, known: pd.DataFrame
    ) -> tuple[list[list[tuple[str, float]]], dict[str, float]]:
        states = [self.listed.state, *known["state"].fillna("").astype(str)]
        mix = {state: share for state, share in self.traffic.states.items() if state}
        if not self.seen.state or not mix:
            return [[] for _ in states], {}
        crowd = [state for state, share in mix.items() for _ in range(max(1, round(1000 * share)))]
        recorded = pd.Series([*states, *mix, *crowd], dtype=object)
        factor = evidence.described("state", self.seen.state, recorded, None, "camera")
        by_row: list[list[tuple[str, float]]] = []
        for row, state in enumerate(states):
            words = f"state {self.seen.state} here, {state} {'otherwise' if row else 'listed'}"
            by_row.append([(words, float(factor.ratios[row]))] if state else [])
        at = len(states)
        return by_row, {state: float(factor.ratios[at + i]) for i, state in enumerate(mix)}

    # -- plates that are not known ----------------------------------------------------------------

    def _by_chance(self) -> float:
        states = dict(self.traffic.states) or {"": 1.0}
        return at_random(Pattern.parse(self.seen.plate), self.camera, states)

    def _unknown(
        self,
        by_state: Mapping[str, float],
        by_chance: float,
        again: list[tuple[str, float]],
        *,
        taken: bool,
        whole: bool,
    ) -> list[Explanation]:
        """Return the two explanations by a plate that was never read before: read rightly, or misread."""
        right_read = float(chance_read_as(self.seen.plate, [self.seen.plate], self.camera)[0])
        read = Pattern.parse(self.seen.plate)
        rightly = misread = 0.0
        for state, share in (dict(self.traffic.states) or {"": 1.0}).items():
            told = share * by_state.get(state, 1.0)
            right = right_read * issued(self.seen.plate, state)
            misread += told * max(0.0, at_random(read, self.camera, {state: 1.0}) - right)
            if not (whole and (not self.listed.state or state in (self.listed.state, ""))):
                rightly += told * right
        start = self.traffic.unknown
        found = []
        if rightly and not taken:
            words = "plate as read, in another state" if whole else "plate as read, not read before"
            factors = [(words, rightly / by_chance), *again]
            state = "" if whole and self.seen.state == self.listed.state else self.seen.state
            found.append(Explanation("as read", self.seen.plate, state, start, factors))
        factors = [("some plate not read before, misread", misread / by_chance), *again]
        return [*found, Explanation("other", "", "", start, factors)]


def _read_again(besides: int, alone: float) -> tuple[str, float]:
    """Return how probable so many further reads of a vehicle that passes are; all above a few count as one."""
    few = min(besides, _MOST_REPEATS)
    chance = (1.0 - alone) ** few * (alone if few < _MOST_REPEATS else 1.0)
    part = f"{number_text(100.0 * chance)} in 100 passing vehicles"
    if not besides:
        return f"not read besides, as {part} are not", chance
    counted = f"{_MOST_REPEATS} or more, " if few == _MOST_REPEATS else ""
    return f"read {often(besides)} besides ({counted}as {part})", chance


def _misread_again(besides: int, expected: float) -> tuple[str, float]:
    """Return how probable so many further reads of the listed plate are where every one of them is a misread.

    Some are misreads that are to be expected of the known vehicles, the others repeat the mistake in question.
    """
    chances = [
        sum(
            math.exp(-expected) * expected**own / math.factorial(own)
            * (1.0 - REPEATED) * REPEATED ** (count - own)
            for own in range(count + 1)
        )
        for count in range(_MOST_REPEATS)
    ]  # fmt: skip
    chance = chances[besides] if besides < _MOST_REPEATS else max(1e-12, 1.0 - sum(chances))
    if not besides:
        return "no other read of the listed plate", chance
    return f"the listed plate read {often(besides)} besides, misread each time", chance


def issued(plate: str, state: str = "") -> float:
    """Return which part of a state's plates (of any state's, where none is given) has just these characters."""
    return at_random(Pattern.parse(plate), _no_mistakes(), {state: 1.0})


@functools.cache
def _no_mistakes() -> ErrorModel:
    exact = np.eye(len(ALPHABET), dtype=np.float64)
    return replace(
        error_model("camera").substitutions_only(), name="no mistakes", substitution=exact
    )


def _commonest(frame: pd.DataFrame, name: str) -> str:
    if name not in frame or not len(frame):
        return ""
    told = frame.loc[frame[name].fillna("") != "", name]
    return str(told.iloc[0]) if len(told) else ""


def finite(value: object, otherwise: float) -> float:
    """Return a number, or something else where there is none."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
    return number if math.isfinite(number) else otherwise


def often(times: int) -> str:
    """Return a number of times in words: ``twice``, ``14 times``."""
    return {1: "once", 2: "twice"}.get(times, f"{times} times")


def side(minutes: float) -> str:
    """Return on which side of the read in question another one lies."""
    return "before" if minutes < 0 else "after"
