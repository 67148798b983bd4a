"""Vehicles and their plates: each state's own series, nothing twice, nothing that spells."""

from __future__ import annotations

import re

import numpy as np
import pytest

from workbench.analysis.plates import is_plausible
from workbench.training.city import santa_lucera
from workbench.training.network import network_of
from workbench.training.plates import STATES, issue, matching
from workbench.training.vehicles import BODIES, COLORS, KINDS, MODELS, Fleet, Roster, build_fleet


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return build_fleet(network_of(santa_lucera()), 1_500.0, 60, np.random.default_rng(1), Roster())


def texts(rows: np.ndarray) -> list[str]:
    return [bytes(row).rstrip(b"\0").decode() for row in rows]


def test_no_plate_is_issued_twice_in_a_state(fleet: Fleet):
    every = list(zip(fleet.state.tolist(), texts(fleet.plate), strict=True))
    assert len(every) == len(set(every)) == len(fleet) > 5_000


@pytest.mark.parametrize("state", STATES)
def test_plates_fit_their_states_series(state: str):
    found = texts(issue(400, state, "passenger", np.random.default_rng(2), set()))
    regular = [plate for plate in found if is_plausible(plate, state)]
    assert len(regular) > 350
    assert all(2 <= len(plate) <= 7 for plate in found)


def test_california_has_its_series_in_plausible_shares(fleet: Fleet):
    plates = [
        text
        for text, state in zip(texts(fleet.plate), fleet.state, strict=True)
        if STATES[state] == "CA"
    ]
    assert len(plates) / len(fleet) > 0.8

    def share(pattern: str) -> float:
        return sum(re.fullmatch(pattern, plate) is not None for plate in plates) / len(plates)

    assert share(r"[1-9][A-Z]{3}\d{3}") > 0.5
    assert 0.01 < share(r"\d{3}[A-Z]{3}\d") < 0.12
    assert 0.08 < share(r"\d[A-Z]\d{5}|\d{5}[A-Z]\d") < 0.3
    assert share(r"[7-9][A-Z]{3}\d{3}") > 3 * share(r"[3-5][A-Z]{3}\d{3}")


def test_three_letters_never_spell_a_word(fleet: Fleet):
    series = [
        plate
        for plate in texts(fleet.plate)
        if re.fullmatch(r"\d?[A-Z]{3}\d{3}|\d{3}[A-Z]{3}", plate)
    ]
    assert len(series) > 2_000
    spelled = re.compile(r"[B-DF-HJ-NP-TV-XZ][AEIOUY].|.([B-DF-HJ-NP-TV-XZ])\1")
    assert not [plate for plate in series if spelled.fullmatch(re.sub(r"\d", "", plate))]


def test_a_template_is_followed():
    plate = matching("7A@X1##", np.random.default_rng(4), set()).decode()
    assert re.fullmatch(r"7A[A-Z]X1\d\d", plate)


def test_colors_and_bodies_are_those_of_the_road(fleet: Fleet):
    colors = np.bincount(fleet.color, minlength=len(COLORS)) / len(fleet)
    assert colors[:4].sum() > 0.6
    assert {body for _, _, body, _ in MODELS} == set(BODIES)


def test_the_fleet_follows_the_number_of_reads():
    network = network_of(santa_lucera())
    small, large = (
        build_fleet(network, reads, 60, np.random.default_rng(1), Roster())
        for reads in (500.0, 1_000.0)
    )
    assert 1.8 < len(large) / len(small) < 2.2


def test_locals_are_at_home_and_the_others_come_from_outside(fleet: Fleet):
    network = network_of(santa_lucera())
    outside = fleet.kind >= KINDS.index("regional")
    assert (fleet.home[outside] == -1).all()
    assert (fleet.zone[outside] >= network.inner).all()
    assert (network.zone[fleet.home[~outside]] == fleet.zone[~outside]).all()
