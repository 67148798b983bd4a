"""From vehicles that go by to what the cameras make of them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from workbench.training.cameras import Camera
from workbench.training.geo import Floats
from workbench.training.misreads import WIDTH, Misreader
from workbench.training.plates import STATES
from workbench.training.vehicles import BODIES, COLORS, MODELS, Fleet

__all__ = ["Reads", "Sightings", "chance_to_read", "concatenate", "recognize", "rows_of"]

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

_BODY_OF_MODEL = np.array([BODIES.index(body) for _, _, body, _ in MODELS])
_ALTERNATIVES = 3

# what a color is taken for instead; by night everything dark goes to black
_COLOR_AS = {
    "white": ("silver", "white", "beige", "silver"), "black": ("gray", "blue", "gray", "brown"),
    "gray": ("silver", "silver", "black", "blue"), "silver": ("gray", "gray", "white", "gray"),
    "blue": ("black", "gray", "black", "purple"), "red": ("orange", "brown", "brown", "purple"),
    "brown": ("black", "gray", "red", "gold"), "green": ("gray", "black", "blue", "gray"),
    "beige": ("silver", "white", "gold", "gold"), "gold": ("beige", "beige", "brown", "silver"),
    "orange": ("red", "yellow", "red", "brown"), "yellow": ("orange", "gold", "white", "beige"),
    "purple": ("blue", "black", "red", "blue"),
}  # fmt: skip
_COLOR_TABLE = np.array([[COLORS.index(other) for other in _COLOR_AS[name]] for name in COLORS])
_DARK = np.isin(
    np.arange(len(COLORS)), [COLORS.index(c) for c in ("blue", "gray", "green", "brown")]
)

_BODY_AS = {
    "sedan": "hatchback", "suv": "wagon", "pickup": "suv", "van": "minivan", "minivan": "van",
    "hatchback": "sedan", "coupe": "sedan", "wagon": "suv", "motorcycle": "motorcycle", "truck": "van",
}  # fmt: skip
_BODY_TABLE = np.array([BODIES.index(_BODY_AS[name]) for name in BODIES])


@dataclass(frozen=True, slots=True)
class Sightings:
    """Vehicles that a camera has a picture of, in the order of time.

    ``forced`` is -1, or what must come out for an incident: 1 the true plate, 0 a misread one.
    """

    vehicle: Ints
    camera: Ints
    micros: Ints
    latitude: Floats
    longitude: Floats
    heading: Floats
    night: NDArray[np.bool_]
    forced: Ints

    def __len__(self) -> int:
        return len(self.vehicle)


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads as the cameras report them, and the vehicle that each truly is.

    Attributes
    ----------
    plate : numpy.ndarray of uint8, shape (n, WIDTH)
    correct : numpy.ndarray of bool, shape (n,)
    confidence : numpy.ndarray, shape (n,)
        0 to 1.
    other : numpy.ndarray of uint8, shape (n, 3, WIDTH)
        Alternatives, best first; the first byte of an absent one is zero.
    other_confidence : numpy.ndarray, shape (n, 3)
    state, color, model, body : numpy.ndarray, shape (n,)
        Indexes as recognized, -1 where nothing was.
    *_confidence : numpy.ndarray, shape (n,)
    token : numpy.ndarray of uint64, shape (n, 2)
        Bits for identifiers.
    """

    vehicle: Ints
    camera: Ints
    micros: Ints
    latitude: Floats
    longitude: Floats
    heading: Floats
    plate: Bytes
    correct: NDArray[np.bool_]
    confidence: Floats
    other: Bytes
    other_confidence: Floats
    state: Ints
    state_confidence: Floats
    color: Ints
    color_confidence: Floats
    model: Ints
    model_confidence: Floats
    body: Ints
    body_confidence: Floats
    token: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.vehicle)


def rows_of(reads: Reads, rows: Ints | NDArray[np.bool_]) -> Reads:
    """Return some rows."""
    return Reads(**{column.name: getattr(reads, column.name)[rows] for column in fields(Reads)})


def concatenate(parts: list[Reads]) -> Reads:
    """Join reads."""
    return Reads(
        **{
            column.name: np.concatenate([getattr(part, column.name) for part in parts])
            for column in fields(Reads)
        }
    )


def chance_to_read(
    fleet: Fleet, vehicle: Ints, rate: Floats, night: NDArray[np.bool_], weather: float
) -> Floats:
    """Return how likely a passing vehicle's plate is read at all.

    Parameters
    ----------
    rate : numpy.ndarray
        The camera's own rate by day.
    weather : float
        1 on a clear day, less in valley fog.
    """
    motorcycle = _BODY_OF_MODEL[fleet.model[vehicle]] == BODIES.index("motorcycle")
    clean = 1.0 - 0.55 * fleet.dirt[vehicle]
    return rate * clean * weather * np.where(night, 0.93, 1.0) * np.where(motorcycle, 0.7, 1.0)


def recognize(
    seen: Sightings, fleet: Fleet, cameras: tuple[Camera, ...], rng: np.random.Generator
) -> Reads:
    """Let the cameras read plates, states and vehicles."""
    true = fleet.plate[seen.vehicle]
    plate = true.copy()
    for model in sorted({camera.model for camera in cameras}):
        which = np.array([camera.model == model for camera in cameras])[seen.camera]
        rows = np.flatnonzero(which)
        if len(rows):
            plate[rows] = _read_plates(seen, fleet, rows, Misreader(model), rng)
    correct = (plate == true).all(axis=1)
    dirt = fleet.dirt[seen.vehicle]
    confidence = _confidence(correct, dirt, rng)
    other, other_confidence = _alternatives(plate, true, correct, confidence, rng)
    state, state_confidence = _states(fleet.state[seen.vehicle], correct, rng)
    color, color_confidence = _colors(fleet.color[seen.vehicle], seen.night, rng)
    # a story's vehicle is seen clearly when its plate is to be read rightly
    color = np.where(seen.forced == 1, fleet.color[seen.vehicle], color)
    model_read, model_confidence, body, body_confidence = _models(
        fleet.model[seen.vehicle], seen.night, rng
    )
    return Reads(
        vehicle=seen.vehicle, camera=seen.camera, micros=seen.micros, latitude=seen.latitude,
        longitude=seen.longitude, heading=seen.heading, plate=plate, correct=correct,
        confidence=confidence, other=other, other_confidence=other_confidence, state=state,
        state_confidence=state_confidence, color=color, color_confidence=color_confidence,
        model=model_read, model_confidence=model_confidence, body=body, body_confidence=body_confidence,
        token=rng.integers(0, 2**64, (len(seen), 2), dtype=np.uint64),
    )  # fmt: skip


def _read_plates(
    seen: Sightings, fleet: Fleet, rows: Ints, reader: Misreader, rng: np.random.Generator
) -> Bytes:
    vehicle = seen.vehicle[rows]
    true = fleet.plate[vehicle]
    plate, correct = reader.read(true, seen.night[rows], fleet.dirt[vehicle], rng)
    forced = seen.forced[rows]
    plate[forced == 1] = true[forced == 1]
    for row in np.flatnonzero((forced == 0) & correct):
        length = int((true[row] > 0).sum())
        plate[row] = _one_wrong(true[row : row + 1], int(rng.integers(1, length)), reader, rng)[0]
    return plate


def _one_wrong(plates: Bytes, place: int, reader: Misreader, rng: np.random.Generator) -> Bytes:
    result = plates.copy()
    result[:, place] = _confused(plates[:, place], reader, rng)
    return result


def _confused(characters: Bytes, reader: Misreader, rng: np.random.Generator) -> Bytes:
    codes = np.where(characters <= ord("9"), characters - ord("0"), characters - ord("A") + 10)
    found = reader.likely(np.clip(codes.astype(np.int64), 0, 35), rng)
    return np.where(found < 10, found + ord("0"), found - 10 + ord("A")).astype(np.uint8)


def _confidence(correct: NDArray[np.bool_], dirt: Floats, rng: np.random.Generator) -> Floats:
    """Draw confidences: a right read is mostly sure of itself, a wrong one less, and the two overlap."""
    count = len(correct)
    sure = 0.55 + 0.445 * rng.beta(5.5, 1.15, count)
    unsure = 0.45 + 0.52 * rng.beta(2.4, 2.1, count)
    value = np.where(correct, sure, unsure) - 0.12 * dirt * rng.random(count)
    result: Floats = np.round(np.clip(value, 0.35, 0.999), 4).astype(np.float64)
    return result


def _alternatives(
    plate: Bytes,
    true: Bytes,
    correct: NDArray[np.bool_],
    confidence: Floats,
    rng: np.random.Generator,
) -> tuple[Bytes, Floats]:
    """Give candidates beside the best one; a misread often has the truth among them."""
    count = len(plate)
    reader = Misreader("fixed-old")
    other = np.zeros((count, _ALTERNATIVES, WIDTH), dtype=np.uint8)
    number = np.where(correct, rng.choice(4, size=count, p=[0.46, 0.34, 0.15, 0.05]),
                      rng.choice(4, size=count, p=[0.08, 0.30, 0.36, 0.26]))  # fmt: skip
    length = (plate > 0).sum(axis=1)
    rows = np.arange(count)
    for index in range(_ALTERNATIVES):
        at = (rng.random(count) * length).astype(np.int64)
        other[:, index] = plate
        other[rows, index, at] = _confused(plate[rows, at], reader, rng)
        other[number <= index, index] = 0
    known = ~correct & (number > 0) & (rng.random(count) < 0.68)
    slot = np.where(rng.random(count) < 0.75, 0, np.minimum(1, np.maximum(number - 1, 0)))
    other[rows[known], slot[known]] = true[known]
    falls = np.cumprod(rng.uniform(0.72, 0.985, (count, _ALTERNATIVES)), axis=1)
    values = np.round(confidence[:, None] * falls, 4).astype(np.float64)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        same = (other[:, first] == other[:, second]).all(axis=1)
        other[same, second] = 0
    # no gap between alternatives
    gap = (other[:, 1, 0] == 0) & (other[:, 2, 0] > 0)
    other[gap, 1], other[gap, 2] = other[gap, 2], 0
    return other, values


def _states(
    true: Ints, correct: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Ints, Floats]:
    draw = rng.random(len(true))
    result = true.copy()
    abroad = true != 0
    result[abroad & (draw < 0.13)] = 0
    wrong = ~abroad & (draw < 0.012)
    result[wrong] = rng.integers(1, len(STATES), int(wrong.sum()))
    sure = np.where(result == true, rng.beta(7, 1.2, len(true)), rng.beta(3, 3, len(true)))
    sure = np.where(correct, sure, sure * 0.9)
    return result, np.round(np.clip(sure, 0.2, 0.99), 3)


def _colors(true: Ints, night: NDArray[np.bool_], rng: np.random.Generator) -> tuple[Ints, Floats]:
    count = len(true)
    draw = rng.random(count)
    taken_for = _COLOR_TABLE[true, rng.integers(0, _COLOR_TABLE.shape[1], count)]
    result = np.where(draw < np.where(night, 0.17, 0.09), taken_for, true)
    darkened = night & _DARK[true] & (rng.random(count) < 0.16)
    result[darkened] = COLORS.index("black")
    sure = np.where(result == true, rng.beta(8, 2, count), rng.beta(5, 4, count))
    result[rng.random(count) < np.where(night, 0.05, 0.01)] = -1
    return result, np.round(np.clip(sure, 0.2, 0.99), 3)


def _models(
    true: Ints, night: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Ints, Floats, Ints, Floats]:
    """Recognize make and model, and the body; a wrong model is mostly one of the same body."""
    count = len(true)
    weights = np.array([weight for *_, weight in MODELS])
    wrong = rng.random(count) < np.where(night, 0.13, 0.07)
    result = true.copy()
    for body in range(len(BODIES)):
        rows = np.flatnonzero(wrong & (_BODY_OF_MODEL[true] == body))
        same = np.flatnonzero(body == _BODY_OF_MODEL)
        share = weights[same] / weights[same].sum()
        result[rows] = rng.choice(same, size=len(rows), p=share)
    shape: Ints = _BODY_OF_MODEL[true].copy()
    other = rng.random(count) < 0.05
    shape[other] = _BODY_TABLE[shape[other]]
    sure = np.where(result == true, rng.beta(7, 2, count), rng.beta(4, 4, count))
    body_sure = np.where(other, rng.beta(4, 3, count), rng.beta(9, 1.5, count))
    result[rng.random(count) < np.where(night, 0.08, 0.03)] = -1
    shape[rng.random(count) < 0.02] = -1
    return (
        result, np.round(np.clip(sure, 0.15, 0.99), 3),
        shape, np.round(np.clip(body_sure, 0.2, 0.99), 3),
    )  # fmt: skip
