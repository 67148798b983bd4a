"""What is said of hits against a small town's truth, on a list that is as misleading as can be."""

import numpy as np
import pandas as pd

from workbench.analysis.errormodels import error_model
from workbench.analysis.misread import Listed, Sighting, Traffic, explain_hit, neighbors
from workbench.analysis.plates import ALPHABET

CAMERA = error_model("camera")
LETTERS = list("ABCDEFGHJKLMNPRSTUVWXYZ")
LIKE = dict(
    pair for a, b in ("CG", "VY", "KX", "PR", "FE", "MW", "NH") for pair in ((a, b), (b, a))
)
MONTH = 43_200.0


def plate(dice):
    return f"{dice.integers(4, 10)}{''.join(dice.choice(LETTERS, 3))}{dice.integers(1000):03d}"


def as_read(dice, true):
    seen = []
    for character in true:
        code = ALPHABET.index(character)
        if dice.random() >= CAMERA.missing[code]:
            seen.append(ALPHABET[dice.choice(36, p=CAMERA.substitution[code])])
    return "".join(seen)


def town(seed):
    """Return the reads (true plate, plate, minute) and a list: plates like those of commuters, one in four here."""
    dice = np.random.default_rng(seed)
    homes = [plate(dice) for _ in range(400)]
    weight = dice.pareto(1.5, len(homes)) + 0.3
    often = dice.multinomial(24_000, weight / weight.sum())
    listed = []
    for at in np.argsort(-often)[:120]:
        places = [i for i, character in enumerate(homes[at]) if character in LIKE]
        if places:
            i = dice.choice(places)
            listed.append(homes[at][:i] + LIKE[homes[at][i]] + homes[at][i + 1 :])
    here = [(each, dice.geometric(0.3)) for each in listed if dice.random() < 0.25]
    strangers = [(plate(dice), 1) for _ in range(4_000)]
    passings = [*zip(homes, often, strict=True), *strangers, *here]
    rows = [
        (true, as_read(dice, true), dice.random() * MONTH)
        for true, times in passings
        for _ in range(times)
    ]
    return pd.DataFrame(rows, columns=["true", "plate", "minute"]), listed


def test_of_hits_said_to_be_right_most_are_and_of_those_said_to_be_wrong_few():
    said, right = [], []
    for seed in (1, 2):
        frame, listed = town(seed)
        groups = dict(list(frame.groupby("plate")))
        alone = float((frame["plate"].map(frame["plate"].value_counts()) == 1).mean())
        traffic = Traffic(len(frame), len(frame), MONTH, alone, {"CA": 1.0})
        prior = frame["true"].isin(listed).sum() / len(frame) / len(listed)
        for at, hit in frame[frame["plate"].isin(listed)].iterrows():
            known = []
            for name in neighbors(hit["plate"]):
                others = groups[name].drop(at, errors="ignore") if name in groups else ()
                if len(others):
                    away = others["minute"] - hit["minute"]
                    nearest = float(away.loc[away.abs().idxmin()])
                    known.append((name, "CA", len(others), len(others), nearest))
            columns = ["plate", "state", "reads", "reads_here", "nearest_minutes"]
            found = explain_hit(
                Sighting(hit["plate"], "CA"),
                Listed(hit["plate"], "CA", prior=prior),
                pd.DataFrame(known, columns=columns),
                traffic,
            )
            said.append(found.attrs["listed"])
            right.append(hit["true"] == hit["plate"])
    result = pd.DataFrame({"said": said, "right": right})
    assert len(result) > 100
    sure, unsure = result[result["said"] > 0.9], result[result["said"] < 0.3]
    assert sure["right"].mean() > 0.85
    assert unsure["right"].mean() < 0.4
    bins = result.groupby(pd.cut(result["said"], [-1, 0.1, 0.3, 0.5, 0.7, 0.9, 2]), observed=True)
    error = sum(abs(part["said"].mean() - part["right"].mean()) * len(part) for _, part in bins)
    assert error / len(result) < 0.12
