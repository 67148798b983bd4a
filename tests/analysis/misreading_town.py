"""A town whose cameras misread in a way that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from workbench.analysis.errormodels import ErrorModel
from workbench.analysis.plates import ALPHABET

DIGITS = "0123456789"


@dataclass(frozen=True)
class Town:
    """Vehicles drive past a few of nine cameras at a time; most are read a few times, some often.

    ``planted`` are the chances of a character to be read as another one, ``drops`` and ``adds`` those of a plate to
    lose one or gain a 1. ``offers`` is how often a misread comes with the true plate as an alternative.
    """

    vehicles: int = 3000
    letters: str = "ABCDEFGHJKLMNPRSTVWXYZ"
    planted: Mapping[str, float] = field(default_factory=dict)
    drops: float = 0.0
    adds: float = 0.0
    offers: float = 0.0
    model: ErrorModel | None = None
    seed: int = 1

    def reads(self) -> pd.DataFrame:
        """Return the reads with the true plate beside each."""
        rng = np.random.default_rng(self.seed)
        rows = []
        for plate in self._plates(rng):
            left = min(200, max(1, int(4 * rng.pareto(1.1))))
            color = str(rng.choice(["white", "black", "gray", "silver", "blue", "red"]))
            while left > 0:
                at = int(rng.integers(30 * 86_400))
                camera = int(rng.integers(9))
                stops = min(left, int(rng.integers(1, 5)))
                left -= stops
                for _ in range(stops):
                    rows.append((plate, self._read(plate, rng), at, camera, color))
                    at += int(rng.integers(240, 600))
                    camera = (camera + int(rng.integers(1, 9))) % 9
        frame = pd.DataFrame(rows, columns=["true", "plate", "at", "place", "color"])
        frame["captured_at"] = pd.to_datetime(1.77e9 + frame.pop("at"), unit="s", utc=True)
        place = frame.pop("place").to_numpy()
        frame["camera"] = [f"C{number}" for number in place]
        frame["latitude"] = 36.58 + 0.02 * (place // 3)
        frame["longitude"] = -120.25 + 0.015 * (place % 3)
        frame["state"] = "CA"
        wrong = (frame["true"] != frame["plate"]).to_numpy()
        offered = wrong & (rng.random(len(frame)) < self.offers)
        frame["candidates"] = [
            [[true, 0.7]] if told else [] for true, told in zip(frame["true"], offered, strict=True)
        ]
        return frame.sort_values("captured_at", kind="stable").reset_index(drop=True)

    def _plates(self, rng: np.random.Generator) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < self.vehicles:
            letters, digits = rng.choice(list(self.letters), 3), rng.choice(list(DIGITS), 3)
            found["7" + "".join(letters) + "".join(digits)] = None
        return list(found)

    def _read(self, plate: str, rng: np.random.Generator) -> str:
        seen = [self._character(character, rng) for character in plate]
        if rng.random() < self.drops:
            del seen[int(rng.integers(len(seen)))]
        if rng.random() < self.adds:
            seen.insert(int(rng.integers(len(seen) + 1)), "1")
        return "".join(seen)

    def _character(self, true: str, rng: np.random.Generator) -> str:
        if self.model is not None:
            row = self.model.substitution[ALPHABET.index(true)]
            return ALPHABET[int(np.searchsorted(np.cumsum(row), rng.random()).clip(0, 35))]
        for pair, chance in self.planted.items():
            if pair[0] == true and rng.random() < chance:
                return pair[1]
        return true
