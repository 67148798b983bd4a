"""The plate reader: a crop of a plate in, its characters with their alternatives out.

The network was trained on synthetic plates alone (``docs/models/plate-reader.md``) and runs in ONNX Runtime on
one thread. Weights are part of the package and checked against their SHA-256 before they are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.plates import ALPHABET
from workbench.recognition.decoding import Calibration, decode, softmax
from workbench.recognition.pictures import shrink, standardize
from workbench.recognition.shipped import open_session, weights

__all__ = ["PlateReader", "Reading", "reading_of"]

_BATCH = 32
_FLOOR = 0.001


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one crop.

    Parameters
    ----------
    text : str
        The most probable character of each position; empty where nothing was found.
    probability : float
        That the whole text is right, 0 to 1, calibrated on synthetic plates.
    alike : float
        The same with O and 0 taken as one, as most US plates draw them alike. Never less than ``probability``.
    positions : tuple of dict of str to float
        For each position its characters and their probabilities, best first; what is missing to 1 is that there
        is no character, and what is too improbable to matter. Fits :meth:`Pattern.from_probabilities`.
    """

    text: str
    probability: float
    alike: float
    positions: tuple[dict[str, float], ...]

    def __repr__(self) -> str:
        return f"<Reading of {len(self.text)} characters, probability {self.probability:.2f}>"


class PlateReader:
    """Reads crops of plates.

    Parameters
    ----------
    folder : Path, optional
        Where ``plate-reader.onnx`` and ``plate-reader.json`` lie; the package's own weights if not given.

    Raises
    ------
    Failed
        The weights are missing or not those that were named, or ONNX Runtime is not installed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        described, content = weights("plate-reader", folder)
        self._calibration = Calibration(**described["calibration"])
        self._session = open_session(content)

    def read(self, crops: Sequence[npt.NDArray[Any]]) -> list[Reading]:
        """Return a reading of each crop: gray ``(h, w)`` or blue-green-red ``(h, w, 3)``, uint8, of any size."""
        result: list[Reading] = []
        for start in range(0, len(crops), _BATCH):
            part = np.stack([shrink(crop) for crop in crops[start : start + _BATCH]])
            places, columns = self._session.run(
                ["places", "columns"], {"pictures": standardize(part)}
            )
            both = zip(softmax(places), softmax(columns), strict=True)
            result += [reading_of(*one, self._calibration) for one in both]
        return result


def reading_of(
    places: npt.NDArray[np.float64], columns: npt.NDArray[np.float64], calibration: Calibration
) -> Reading:
    """Turn the probabilities of the places ``(9, 37)`` and the columns ``(24, 37)`` into a reading."""
    found = decode(places, columns, sharpness=calibration.sharpness)
    positions = []
    for row in found.positions:
        order = [i for i in np.argsort(-row) if row[i] >= _FLOOR]
        positions.append({ALPHABET[i]: float(row[i]) for i in order})
    whole = calibration.whole(found.mean)
    alike = max(whole, calibration.alike(found.alike_mean))
    return Reading("".join(ALPHABET[c - 1] for c in found.text), whole, alike, tuple(positions))
