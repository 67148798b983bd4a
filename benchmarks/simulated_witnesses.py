"""Scenes in the simulated city with their truth: who drove by, what the cameras made of it, what a witness says.

Nothing here is drawn from the tables of the ranking. Cameras misread as the city's own do; vehicles drive as the city's
do; witnesses err by two processes of their own, and only the mean number of their wrong characters is set to what the
ranking assumes (times a factor).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from workbench.analysis.errormodels import error_model
from workbench.analysis.plates import ALPHABET, DIGITS, LETTERS
from workbench.analysis.vehicles import KEY, candidates
from workbench.training.cameras import Camera
from workbench.training.formats import _REKOR_BODY, _REKOR_COLOR
from workbench.training.geo import to_metres
from workbench.training.network import Network
from workbench.training.plates import STATES
from workbench.training.reads import Reads, concatenate
from workbench.training.simulate import Town
from workbench.training.trips import Tours
from workbench.training.vehicles import BODIES, COLORS, MODELS, Fleet
from workbench.training.witness import color_words, recall

RADIUS_M = 2000.0
HALF_HOUR = 1800.0
ZONE = ZoneInfo("America/Los_Angeles")

_LIKE = dict(zip("0OO1I8B5S2Z6GDVYU", "O0DI1B8S5Z2G6OYVV", strict=True))
_SOUND = dict(zip("MNBDPTFSAKGJCZ59E", "NMDBTPSFKAJGZC95P", strict=True))
_RELATED = {
    "toyota": ("lexus", "honda"), "lexus": ("toyota",), "honda": ("toyota", "acura"), "acura": ("honda",),
    "ford": ("chevrolet", "dodge"), "chevrolet": ("gmc", "ford"), "gmc": ("chevrolet",), "ram": ("dodge", "ford"),
    "dodge": ("chrysler", "ram"), "chrysler": ("dodge",), "hyundai": ("kia", "honda"), "kia": ("hyundai", "toyota"),
    "nissan": ("toyota", "honda"), "mazda": ("toyota", "kia"), "subaru": ("toyota", "mazda"),
    "bmw": ("audi", "mercedes"), "mercedes-benz": ("bmw", "lexus"), "volkswagen": ("audi", "honda"),
    "jeep": ("ford", "toyota"), "tesla": ("kia",),
    "cadillac": ("lincoln", "chevrolet"), "buick": ("chevrolet", "mercury"), "mercury": ("ford", "lincoln"),
}  # fmt: skip


@dataclass(frozen=True)
class City:
    """Some days of the city: all reads as one frame (``vehicle`` is the truth), and who drove where."""

    fleet: Fleet
    cameras: tuple[Camera, ...]
    reads: pd.DataFrame
    scenes: list[Scene]


@dataclass(frozen=True)
class Scene:
    """A vehicle that somebody saw at a corner.

    ``xy`` metres east and north; ``at`` when the witness says it was, microseconds since 1970 UTC; ``passed`` whether
    it went by a camera near there and then, whether or not that one read it.
    """

    vehicle: int
    xy: tuple[float, float]
    at: int
    night: bool
    passed: bool


def build(seed: int, *, reads_a_day: int, days: int, scenes: int) -> City:
    """Simulate the city and choose scenes in it, one in ten of a vehicle that went by no camera there."""
    total = reads_a_day * days
    life = Town.build(seed, total, days, dt.date(2026, 6, 1), ZONE, "YY-NNNNN").life
    scale = life.calibrate(days, total)
    reads = concatenate([life.reads(day, scale) for day in range(days)])
    frame = _frame(reads, life.cameras)
    rng = np.random.default_rng([seed, 101])
    places = np.array(
        [to_metres((c.latitude, c.longitude)) if c.latitude else (1e9, 1e9) for c in life.cameras]
    )
    found: list[Scene] = []
    unpassed = 0
    driven = {day: life.drives(day) for day in range(days)}
    while len(found) < scenes:
        day = int(rng.integers(days))
        tours, passes = driven[day]
        row = int(rng.integers(len(tours.vehicle)))
        spot = _somewhere_on(life.network, tours, row, rng)
        if spot is None:
            continue
        xy, seconds = spot
        stated = seconds + rng.normal(0.0, 240.0)
        near = np.hypot(*(places - xy).T) <= RADIUS_M
        if not near.any() or not 0 < stated < 86_000:
            continue
        own = passes.vehicle == tours.vehicle[row]
        by = own & near[passes.camera] & (np.abs(passes.seconds - stated) <= HALF_HOUR)
        if not by.any():
            if unpassed >= scenes // 10:
                continue
            unpassed += 1
        at = int(life.micros(day, np.array([stated]))[0])
        hour = stated / 3600
        found.append(Scene(int(tours.vehicle[row]), xy, at, not 5.7 < hour < 20.2, bool(by.any())))
    return City(life.fleet, life.cameras, frame, found)


def _somewhere_on(
    network: Network, tours: Tours, row: int, rng: np.random.Generator
) -> tuple[tuple[float, float], float] | None:
    """Return a place inside the city on a drive, and when the vehicle is there (seconds after midnight)."""
    ways = [(tours.origin[row], tours.destination[row], tours.leave[row], tours.arrive[row])]
    if not tours.one_way[row]:
        ways.append((ways[0][1], ways[0][0], tours.depart[row], tours.back[row]))
    origin, destination, begin, end = ways[rng.integers(len(ways))]
    edges = network.way(int(tours.variant[row]), int(origin), int(destination))
    if not edges:
        return None
    ends = network.city.nodes[network.city.end[edges]]
    clock = np.cumsum(network.seconds[edges])
    inside = (np.abs(ends[:, 0]) < 4200) & (np.abs(ends[:, 1]) < 3200)
    slow = np.array([network.city.edge_kind[edge] != "freeway" for edge in edges])
    usable = np.flatnonzero(inside & slow)
    if not len(usable):
        return None
    stop = int(rng.choice(usable))
    seconds = begin + 20.0 + clock[stop] / max(clock[-1], 1.0) * (end - begin - 40.0)
    return (float(ends[stop, 0]), float(ends[stop, 1])), float(seconds)


def _frame(reads: Reads, cameras: tuple[Camera, ...]) -> pd.DataFrame:
    """Return reads as the agency gets them: what each camera's own format leaves out is left out."""
    source = np.array([camera.source for camera in cameras])[reads.camera]
    text = np.ascontiguousarray(reads.plate).view(f"S{reads.plate.shape[1]}").ravel().astype(str)
    other = np.ascontiguousarray(reads.other).view(f"S{reads.plate.shape[1]}")[:, :, 0].astype(str)
    offers = np.isin(source, ["rekor2", "rekor1", "stream"])
    seen, timed = (
        np.isin(source, ["rekor2", "stream", "county"]),
        np.isin(source, ["rekor2", "stream"]),
    )
    xy = to_metres(np.stack([reads.latitude, reads.longitude], axis=1))
    frame = pd.DataFrame(
        {
            "vehicle": reads.vehicle, "plate": text, "micros": reads.micros, "east": xy[:, 0], "north": xy[:, 1],
            "state": np.where(source == "elsag", "", np.array(STATES, dtype=object)[reads.state]),
            "camera": np.array([camera.code for camera in cameras], dtype=object)[reads.camera],
            "confidence": np.where(source == "elsag", np.nan, reads.confidence),
        }
    )  # fmt: skip
    rekor = source == "rekor2"
    for name, codes, words, sure, theirs in (
        ("color", reads.color, list(COLORS), reads.color_confidence, _REKOR_COLOR),
        ("make", reads.model, [make for make, *_ in MODELS], reads.model_confidence, {}),
        ("body", reads.body, list(BODIES), reads.body_confidence, _REKOR_BODY),
    ):
        known = seen & (codes >= 0) & ((source != "county") | (name != "body"))
        plain = np.array(words, dtype=object)[codes]
        vendor = np.array([theirs.get(word, word) for word in words], dtype=object)[codes]
        frame[name] = np.where(known, np.where(rekor, vendor, plain), "")
        frame[f"{name}_confidence"] = np.where(known & timed, sure, np.nan)
    listed = [
        [[p, c] for p, c in zip(plates, chances, strict=True) if p] if offered else []
        for plates, chances, offered in zip(
            other.tolist(), reads.other_confidence.tolist(), offers.tolist(), strict=True
        )
    ]
    frame["candidates"] = pd.Series(listed, dtype=object)
    frame["captured_at"] = pd.to_datetime(frame["micros"], unit="us", utc=True)
    frame["local_time"] = frame["captured_at"].dt.tz_convert(ZONE)
    frame = frame.sort_values("micros", kind="stable").reset_index(drop=True)
    return frame.assign(read_id=np.arange(len(frame)))


def vehicles(reads: pd.DataFrame, scene: Scene | None = None) -> pd.DataFrame:
    """Gather reads by vehicle, as the product does: of everything, or of an hour and a circle around a scene.

    ``who`` holds the vehicles that the reads truly are of.
    """
    at = None
    if scene is not None:
        away = np.hypot(reads["east"] - scene.xy[0], reads["north"] - scene.xy[1])
        off = (reads["micros"] - scene.at).abs() / 1e6
        kept = (away <= RADIUS_M) & (off <= HALF_HOUR)
        reads = reads[kept].assign(distance_m=away[kept])
        at = dt.datetime.fromtimestamp(scene.at / 1e6, dt.UTC)
    table = candidates(reads.reset_index(drop=True), at=at)
    who = reads.groupby(KEY, sort=True)["vehicle"].agg(lambda v: frozenset(v.tolist()))
    return table.join(who.rename("who"), on=KEY)


# --- what a witness says ---------------------------------------------------------------------------


def assumed_mistakes(plates: list[str]) -> float:
    """Return the chance that the ranking assumes for a character to be said wrongly, over these plates."""
    right = np.diag(error_model("witness").substitution)
    return 1.0 - float(np.mean([right[ALPHABET.index(c)] for plate in plates for c in plate]))


def recall_rate(plates: list[str]) -> float:
    """Return how often the city's own witnesses say a character wrongly."""
    rng = np.random.default_rng(4)
    memories = [recall(plate, rng, known=len(plate)) for plate in plates]
    return sum(len(m.wrong) for m in memories) / sum(len(plate) for plate in plates)


def by_memory(plate: str, known: int, mistakes: float, rng: np.random.Generator) -> str:
    """Say a plate as the city's own witnesses do; mistakes as many times as theirs."""
    return recall(plate, rng, known=min(known, len(plate)), mistakes=mistakes).pattern


def in_shock(plate: str, known: int, wrong: float, rng: np.random.Generator) -> str:
    """Say a plate as somebody does who errs in runs, is sure of what is wrong, and miscounts.

    ``wrong`` is the chance of a wrong character, on average: after one, the next is four times as likely to be
    wrong. Most wrong characters are said as surely as the others. Some witnesses leave a place out or say one twice,
    swap what stands side by side, or name two characters of which one is right most times.
    """
    size = len(plate)
    known = min(known, size)
    if rng.random() < 0.6:  # a run at one end; or here and there
        places = set(range(known)) if rng.random() < 0.6 else set(range(size - known, size))
    else:
        places = set(rng.permutation(size)[:known].tolist())
    first = wrong / (1.0 + 3.0 * wrong)  # so that the mean over a run comes out as asked for
    signs: list[str] = []
    before = False
    for place, true in enumerate(plate):
        if place not in places:
            signs.append("?")
            continue
        before = rng.random() < (min(0.6, 4.0 * first) if before else first)
        said = _another(true, rng) if before else true
        if rng.random() < (0.25 if before else 0.06):
            signs.append(f"{said}~")
        elif rng.random() < 0.05:
            beside = plate[place] if before and rng.random() < 0.6 else _another(said, rng)
            signs.append(f"[{said}{beside}]" if beside != said else said)
        else:
            signs.append(said)
    return _rearranged(signs, wrong, rng)


def _another(true: str, rng: np.random.Generator) -> str:
    kind = rng.random()
    alike = _LIKE if kind < 0.25 else _SOUND if kind < 0.5 else {}
    if true in alike:
        return alike[true]
    same = DIGITS if true in DIGITS else LETTERS
    return str(rng.choice([c for c in (ALPHABET if kind > 0.93 else same) if c != true]))


def _rearranged(signs: list[str], wrong: float, rng: np.random.Generator) -> str:
    if len(signs) > 3 and rng.random() < 0.5 * wrong:
        at = int(rng.integers(len(signs) - 1))
        signs[at], signs[at + 1] = signs[at + 1], signs[at]
    if len(signs) > 3 and rng.random() < 0.5 * wrong:
        del signs[int(rng.integers(len(signs)))]
    elif rng.random() < 0.25 * wrong:
        at = int(rng.integers(len(signs)))
        signs.insert(at, signs[at])
    text = "".join(signs)
    runs = text.count("??")
    return text.rstrip("?") + "*" if runs and text.endswith("??") and rng.random() < 0.5 else text


def said_color(true: str, factor: float, rng: np.random.Generator, *, night: bool) -> str:
    """Name a color: by night mostly dark or light, near ones taken for each other, some plainly wrong."""
    if rng.random() < 0.06 * factor:
        return str(rng.choice(COLORS))
    word = color_words(true, rng, night=night)
    near = word not in (true, "dark", "light")
    if near and rng.random() > factor:
        return true
    again = word == true and rng.random() < factor - 1.0
    return color_words(true, rng, night=night) if again else word


def said_make(true: str, factor: float, rng: np.random.Generator) -> str:
    """Name a make; when wrong, half of the time one of the same house or look, else any by how many there are."""
    if rng.random() >= 0.25 * factor:
        return true
    if true in _RELATED and rng.random() < 0.5:
        return str(rng.choice(_RELATED[true]))
    weights = np.array([weight for *_, weight in MODELS])
    return MODELS[int(rng.choice(len(MODELS), p=weights / weights.sum()))][0]
