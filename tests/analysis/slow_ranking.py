"""The whole ranking, slowly: one vehicle after the other, in plain arithmetic, with dictionaries for tables."""

import math

from slow_reference import reference

from workbench.analysis.errormodels import error_model
from workbench.analysis.evidence import _tables
from workbench.analysis.plates import is_plausible
from workbench.analysis.scoring import at_random

WITNESS, CAMERA = error_model("witness"), error_model("camera")
THROUGH = CAMERA.turned_around().then(WITNESS)
ODDLY = CAMERA.scaled(6).turned_around().then(WITNESS)


def slow_rank(pattern, vehicles, *, color=None, near=False, unread=0.3):
    """Return weight by plate and the weight of none of these; vehicles are dicts with all columns, of state CA."""
    by_chance = at_random(pattern, WITNESS, {"CA": 1.0})
    factors = [color_factors(vehicles, color)] if color else []
    if near:
        factors.append(place_factors(vehicles))
    factors.append(read_factors(vehicles))
    weights = {}
    for number, vehicle in enumerate(vehicles):
        weight = (1 - unread) / len(vehicles) * plate_likelihood(pattern, vehicle) / by_chance
        for factor in factors:
            weight *= factor[number]
        weights[vehicle["plate"]] = weight
    return weights, unread


def plate_likelihood(pattern, vehicle):
    """As read, as misread, as each plate that the camera offered beside it."""
    plate = vehicle["plate"]
    doubt = 0.35 ** (vehicle["reads"] - 1)
    through = THROUGH if is_plausible(plate, "CA") else ODDLY
    likelihood = (1 - doubt) * reference(pattern, plate, WITNESS)
    likelihood += doubt * reference(pattern, plate, through)
    offered = sum(sure for _, sure in vehicle["alternates"])
    chosen, rest = vehicle["confidence"], 0.0
    result = 0.0
    # Where they add up to more than one they are no chances: they share what the chosen one leaves.
    part = (1 - chosen) / max(offered, 1e-9) if chosen + offered > 1 else 1 / (chosen + offered)
    for other, sure in vehicle["alternates"]:
        share = doubt * sure * part
        rest += share
        result += share * reference(pattern, other, WITNESS)
    return result + (1 - rest) * likelihood


def color_factors(vehicles, said):
    table = _tables()["color"]
    names = list(table["share"])

    def members(word):
        return table["group"].get(word, [word])

    total = sum(table["share"].values()) + 0.01  # and a color that nobody named
    share = {name: 100 * table["share"][name] / total for name in names}
    share[""] = 100 * 0.01 / total
    counted = dict(share)
    for vehicle in vehicles:
        if vehicle["color"]:
            whole = sum(share[name] for name in members(vehicle["color"]))
            for name in members(vehicle["color"]):
                counted[name] += share[name] / whole
    whole = sum(counted.values())
    frequent = {name: value / whole for name, value in counted.items()}

    def chance(source, true, word):
        close = {
            (a, b): p
            for pair, p in table["close"][source].items()
            for a, b in (pair.split("/"), pair.split("/")[::-1])
        }
        right = table["right"][source]
        taken = {other: close.get((true, other), 0.0) for other in frequent}
        most = (1 - right) * 0.9
        if sum(taken.values()) > most:
            taken = {other: p * most / sum(taken.values()) for other, p in taken.items()}
        left = 1 - right - sum(taken.values())
        return sum(
            (right if other == true else 0.0) + taken[other] + left * frequent[other]
            for other in members(word)
        )

    at_large = sum(frequent[true] * chance("witness", true, said) for true in frequent)
    result = []
    for vehicle in vehicles:
        recorded = vehicle["color"]
        if not recorded:
            result.append(1.0)
            continue
        truly = {true: frequent[true] * chance("camera", true, recorded) for true in frequent}
        told = sum(truly[true] * chance("witness", true, said) for true in frequent)
        factor = told / sum(truly.values()) / at_large
        sure = min(1.0, vehicle["color_confidence"] / table["right"]["camera"])
        result.append(sure * factor + 1 - sure)
    return result


def place_factors(vehicles):
    def passes_by(vehicle):
        metres, minutes = vehicle["nearest_m"], vehicle["nearest_minutes"]
        return math.exp(-max(0.0, minutes - metres * 1.3 / 500) / 5)

    soon = [passes_by(vehicle) for vehicle in vehicles]
    often = (sum(soon) + 10 * 0.3) / (len(soon) + 10)
    weights = []
    for vehicle, one in zip(vehicles, soon, strict=True):
        metres, seconds = vehicle["nearest_m"], vehicle["nearest_minutes"] * 60 + 180
        speed = metres * 1.3 / seconds * 3.6
        close = math.exp(-metres / 500) / (1 + (speed / 110) ** 6)
        weights.append((0.08 + 0.92 * close) * (0.25 + 0.75 * one / often))
    mean = (sum(weights) + 10 * 0.3) / (len(weights) + 10)
    return [weight / mean for weight in weights]


def read_factors(vehicles):
    weights = [math.sqrt(1 + min(vehicle["reads"], 20)) for vehicle in vehicles]
    mean = (sum(weights) + 10 * 1.5) / (len(weights) + 10)
    return [weight / mean for weight in weights]
