"""A camera's confusions, learned from the agency's own reads without knowing any true plate.

After Oliveira-Neto, Han and Jeong ("An Online Self-Learning Algorithm for License Plate Matching", IEEE Transactions
on Intelligent Transportation Systems 14(4), 2013): reads of the same vehicle, one right and one wrong, are found by
what else is known of them, and their differences counted, each by the probability that they are the same vehicle;
the counts give a better table, the table better probabilities (expectation maximization).

A vehicle that was read ``n`` times rightly is read as a neighboring plate ``n`` times the odds of that mistake, one
mistake at a time: counts are divided by the opportunities, so it does not matter how many reads a vehicle has, nor
how many plates there are. Mistakes that are seldom seen keep to what the given table says of their kind.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis import linking
from workbench.analysis.confusions import log_factorial, odds_of, table_of
from workbench.analysis.errormodels import ErrorModel
from workbench.analysis.learned import Learned, save, stored
from workbench.analysis.linking import LEVELS, Trails
from workbench.analysis.neighbors import OFTEN, Floats, Ints, Pairs, Plates, find_pairs, issued
from workbench.analysis.plates import ALPHABET, MAX_LENGTH
from workbench.errors import BadInput

__all__ = ["Learned", "learn", "save", "stored"]

_SIZE = len(ALPHABET)
_ROUNDS = 40
_STEADY = 1e-7  # the change of the likelihood per read at which learning ends
_HELD_OUT = 5  # every fifth vehicle is held out
_FEWEST_HELD_OUT = 20  # vehicles; with fewer, nothing is known of the error
_SURE = 2.0  # standard errors by which the learned table must be better
_PRIOR = 20.0  # so many made-up pairs stand behind what a level of evidence says
_COMPARED = 100_000  # so many reads tell how reads of one vehicle compare
_TIMES = 4  # plates read once, twice, three times, more often


def learn(reads: pd.DataFrame, base: ErrorModel) -> Learned:
    """Learn how the cameras misread.

    Parameters
    ----------
    reads : DataFrame
        plate (normalized), state, captured_at, camera, latitude, longitude. Where there: color, make, confidence,
        candidates (lists, or JSON text, of [plate, confidence]).
    base : ErrorModel
        The table to start from, and to keep to where there is little to learn from.

    Returns
    -------
    Learned
        Two tables are compared on vehicles that neither has seen: ``base`` and one learned from four fifths of the
        vehicles. The table that is returned is learned from all of them.

    Raises
    ------
    BadInput
        No plate was read so often that others could be its misreads.
    """
    given = reads[reads["plate"].str.fullmatch(f"[A-Z0-9]{{1,{MAX_LENGTH}}}")].reset_index(
        drop=True
    )
    if given.empty or given["plate"].value_counts().iloc[0] < OFTEN:
        raise BadInput(
            "There are too few reads to learn from: no vehicle was read often.",
            "Learn when the cameras have delivered for some weeks.",
        )
    scene = _Scene.of(given)
    held = scene.held_out()
    taught = _fit(scene, base, ~held, teach=True)
    shipped = _fit(scene, base, ~held, teach=False)
    likely, likely_base = (_by_vehicle(scene, state) for state in (taught, shipped))
    gains = (likely - likely_base)[held]
    count = max(1, int(held[scene.plates.of_read].sum()))
    enough = int(held[scene.vehicles].sum()) >= _FEWEST_HELD_OUT
    spread = gains - gains.sum() / max(1, len(gains))
    error = math.sqrt(float((spread**2).sum())) / count
    whole = _fit(scene, base, np.ones(len(held), dtype=bool), teach=True)
    times = pd.DatetimeIndex(given["captured_at"])
    return Learned(
        model=whole.model,
        base=base,
        counted=whole.counted,
        better=enough and bool(gains.sum() / count > _SURE * error),
        held_out=float(likely[held].sum()) / count,
        held_out_base=float(likely_base[held].sum()) / count,
        held_out_error=error,
        held_out_reads=count,
        reads=len(given),
        vehicles=len(scene.vehicles),
        pairs=len(scene.pairs),
        misreads=float(whole.counted.sum()),
        first_at=_moment(times.min()),
        last_at=_moment(times.max()),
    )


def _moment(stamp: pd.Timestamp) -> dt.datetime:
    return stamp.to_pydatetime().astimezone(dt.UTC).replace(microsecond=0)


@dataclass(frozen=True, eq=False)
class _Scene:
    """Everything that does not change while learning.

    ``events`` are the plates that were read seldom enough to be a misread; ``of_event`` is each pair's event.
    ``levels`` hold a level per pair and read of its seldom plate, ``of_pair`` which pair that is, ``by_chance`` the
    frequency of each level where the two are not the same vehicle, ``if_same`` that where they are, as far as reads of
    one plate tell. ``vehicles`` are the plates read often, ``chances``
    how many opportunities for a misread each plate's reads stand for.
    """

    plates: Plates
    events: Ints
    kind: Ints
    issued: Floats
    pairs: Pairs
    of_event: Ints
    of_pair: Ints
    levels: dict[str, Ints]
    by_chance: dict[str, Floats]
    if_same: dict[str, Floats]
    offered: Ints
    offered_by_chance: Floats
    vehicles: Ints
    chances: Floats

    @classmethod
    def of(cls, reads: pd.DataFrame) -> _Scene:
        plates = Plates.of(reads["plate"])
        pairs = find_pairs(plates)
        chance, odd = issued(plates, reads)
        events = np.flatnonzero(plates.reads * OFTEN <= plates.reads.max())
        kind = np.minimum(plates.reads[events], _TIMES) - 1 + _TIMES * odd[events]
        of_pair, rows = _expanded(plates, pairs)
        others = pairs.often[of_pair]
        trails = Trails.of(plates, reads)
        levels = linking.levels_of(plates, reads, rows, others, trails)
        sure = _sure_reads(plates)
        known = linking.levels_of(plates, reads, sure, plates.of_read[sure], trails)
        strangers = np.random.default_rng(0).permutation(others)
        by_chance = linking.levels_of(plates, reads, rows, strangers, trails)
        if "confidence" in levels:
            # How sure the camera is when it errs, only the misreads themselves tell.
            by_chance["confidence"] = known.pop("confidence")
        offered, by_offer = _offers(plates, reads, pairs, of_pair, rows)
        return cls(
            plates=plates,
            events=events,
            kind=kind,
            issued=chance[events],
            pairs=pairs,
            of_event=np.searchsorted(events, pairs.seldom),
            of_pair=of_pair,
            levels=levels,
            by_chance={name: _frequency(by_chance[name]) for name in levels},
            if_same={name: _frequency(level) for name, level in known.items()},
            offered=offered,
            offered_by_chance=by_offer,
            vehicles=np.flatnonzero(plates.reads >= OFTEN),
            chances=_chances(plates),
        )

    def held_out(self) -> npt.NDArray[np.bool_]:
        """Return which plates are held out: every fifth vehicle with all that may be its misreads."""
        group = (self.plates.numbers % np.uint64(_HELD_OUT)).astype(np.int64)
        owner = self.owner()
        return np.asarray(group[owner] == 0)

    def owner(self) -> Ints:
        """Return for each plate the most-read vehicle that it may be a misread of, or the plate itself."""
        order = np.lexsort((-self.plates.reads[self.pairs.often], self.of_event))
        best = order[np.unique(self.of_event[order], return_index=True)[1]]
        result = np.arange(len(self.plates.reads))
        result[self.pairs.seldom[best]] = self.pairs.often[best]
        return result


def _chances(plates: Plates) -> Floats:
    """Return the opportunities of each plate to be misread and noticed, beside its right reads.

    A misread is noticed where at least four other reads of the vehicle are right. So a right read counts as an
    opportunity only where four others are, too; without that, vehicles just read often enough would look misread
    too seldom.
    """
    often, more = plates.reads >= OFTEN, plates.reads > OFTEN
    share = plates.reads[more].sum() / max(1, plates.reads[often].sum())
    return np.asarray(plates.reads * max(float(share), 1.0 / (1.0 + OFTEN)))


def _expanded(plates: Plates, pairs: Pairs) -> tuple[Ints, Ints]:
    """Return a row for each pair and read of its seldom plate: which pair, and the position of the read."""
    order = np.argsort(plates.of_read, kind="stable")
    start = np.concatenate([[0], np.cumsum(plates.reads)[:-1]])
    count = plates.reads[pairs.seldom]
    of_pair = np.repeat(np.arange(len(pairs)), count)
    within = np.arange(len(of_pair)) - np.repeat(np.cumsum(count) - count, count)
    return of_pair, order[np.repeat(start[pairs.seldom], count) + within]


def _sure_reads(plates: Plates) -> Ints:
    """Return reads that are most probably right, whose vehicle has other reads to compare with."""
    rows = np.flatnonzero(plates.reads[plates.of_read] > OFTEN)
    return rows[:: max(1, len(rows) // _COMPARED)]


def _frequency(levels: Ints) -> Floats:
    count = np.bincount(levels, minlength=LEVELS) + 0.5
    return np.asarray(count / count.sum())


def _offers(
    plates: Plates, reads: pd.DataFrame, pairs: Pairs, of_pair: Ints, rows: Ints
) -> tuple[Ints, Floats]:
    """Return whether the camera offered the other plate, and how often it would by chance, for each row."""
    if "candidates" not in reads or not len(rows):
        return np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows))
    hit = linking.offered(plates, reads["candidates"], rows, pairs.often[of_pair])
    table = linking.offered_by_chance(plates, reads["candidates"])
    # What was read is the mistake, what was offered the truth.
    return hit, table[pairs.seen[of_pair], pairs.true[of_pair]]


@dataclass(frozen=True, eq=False)
class _State:
    """What is learned: the table, and what the evidence says where two plates are the same vehicle.

    ``own`` is the share of each kind of seldom plates that are vehicles of their own, ``says`` the frequency of each
    level of evidence, ``offers`` how often a camera that misreads offers the right plate. ``counted`` are the
    mistakes by true and seen character (36 stands for none).
    """

    model: ErrorModel
    own: Floats
    says: dict[str, Floats]
    offers: float
    counted: Floats


def _fit(scene: _Scene, base: ErrorModel, used: npt.NDArray[np.bool_], *, teach: bool) -> _State:
    """Learn from the plates that are used; without ``teach`` all but the table, so that tables compare fairly."""
    state = _State(
        base,
        np.full(2 * _TIMES, 0.5),
        {**scene.by_chance, **scene.if_same},
        float(scene.offered_by_chance.mean()) if len(scene.offered) else 0.0,
        np.zeros((_SIZE + 1, _SIZE + 1)),
    )
    events = used[scene.events]
    chosen = events[scene.of_event]
    vehicles = scene.vehicles[used[scene.vehicles]]
    codes, right = scene.plates.codes[vehicles], scene.chances[vehicles]
    before = -math.inf
    for _ in range(_ROUNDS):
        total, share = _weigh(scene, state)
        now = float(total[events].sum())
        state = _updated(scene, state, share, events, chosen)
        if teach:
            state = replace(state, model=table_of(state.counted, codes, right, base))
        if abs(now - before) < _STEADY * len(scene.plates.of_read):
            break
        before = now
    return state


def _weigh(scene: _Scene, state: _State) -> tuple[Floats, Floats]:
    """Return the log-likelihood of each seldom plate, and the probability of each pair to be one vehicle."""
    pairs, reads = scene.pairs, scene.plates.reads
    times = reads[pairs.seldom].astype(np.float64)
    mean = np.log(
        scene.chances[pairs.often] * pairs.ways * odds_of(state.model)[pairs.true, pairs.seen]
    )
    weight = times * mean - log_factorial(times)
    weight += np.bincount(scene.of_pair, _evidence(scene, state), minlength=len(pairs))
    number = np.bincount(scene.kind, minlength=2 * _TIMES)
    alone = np.log(state.own * number + 1e-12)[scene.kind] + np.log(scene.issued)
    total = alone.copy()
    np.logaddexp.at(total, scene.of_event, weight)
    return total, np.exp(weight - total[scene.of_event])


def _evidence(scene: _Scene, state: _State) -> Floats:
    """Return for each row the log of how much likelier its evidence is for one vehicle than for two."""
    result = np.zeros(len(scene.of_pair))
    for name, level in scene.levels.items():
        result += np.log(state.says[name] / scene.by_chance[name])[level]
    if state.offers > 0:
        chance = scene.offered_by_chance
        result += np.where(
            scene.offered == 1,
            np.log(state.offers / chance),
            np.log((1.0 - state.offers) / (1.0 - chance)),
        )
    return result


def _updated(
    scene: _Scene,
    state: _State,
    share: Floats,
    events: npt.NDArray[np.bool_],
    chosen: npt.NDArray[np.bool_],
) -> _State:
    share = np.where(chosen, share, 0.0)
    counted = np.zeros((_SIZE + 1, _SIZE + 1))
    times = scene.plates.reads[scene.pairs.seldom]
    np.add.at(counted, (scene.pairs.true, scene.pairs.seen), share * times)
    misread = np.bincount(scene.of_event, share, minlength=len(scene.events))[events]
    kind = scene.kind[events]
    number = np.bincount(kind, minlength=2 * _TIMES) + 1.0
    own = (np.bincount(kind, 1.0 - misread, minlength=2 * _TIMES) + 0.5) / number
    weight = share[scene.of_pair]
    says = {
        name: (np.bincount(level, weight, minlength=LEVELS) + _PRIOR * scene.by_chance[name])
        / (weight.sum() + _PRIOR)
        for name, level in scene.levels.items()
        if name not in scene.if_same
    }
    hits = weight[scene.offered == 1].sum() + _PRIOR * state.offers
    offers = hits / (weight.sum() + _PRIOR) if state.offers > 0 else 0.0
    return replace(
        state, own=own, says=state.says | says, offers=float(min(offers, 0.99)), counted=counted
    )


def _by_vehicle(scene: _Scene, state: _State) -> Floats:
    """Return the log-likelihood of all that was read, by vehicle: the misreads, and that there are no more."""
    total, _ = _weigh(scene, state)
    plates, odds = scene.plates, odds_of(state.model)
    np.fill_diagonal(odds, 0.0)
    result = np.zeros(len(plates.reads))
    np.add.at(result, scene.owner()[scene.events], total - state.own[scene.kind])
    per_character = np.append(odds[:-1].sum(axis=1), 0.0)
    codes = plates.codes[scene.vehicles]
    misreads = per_character[codes].sum(axis=1)
    misreads += (plates.lengths[scene.vehicles] + 1) * odds[-1, :-1].sum()
    result[scene.vehicles] -= scene.chances[scene.vehicles] * misreads
    return result
