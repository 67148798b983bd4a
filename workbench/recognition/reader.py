"""The plate reader: a crop of a plate in, its characters with their alternatives out.

The network was trained on synthetic plates alone (``docs/models/plate-reader.md``) and runs in ONNX Runtime on
one thread. Weights are part of the package and checked against their SHA-256 before they are used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.plates import ALPHABET
from workbench.errors import Failed
from workbench.recognition.pictures import shrink, standardize

__all__ = ["PlateReader", "Reading"]

_BATCH = 32
_FLOOR = 0.001
_ZERO, _LETTER = ALPHABET.index("0"), ALPHABET.index("O")


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
        described, weights = _weights(folder)
        self._temperature = float(described["temperature"])
        self._session = _session(weights)

    def read(self, crops: Sequence[npt.NDArray[Any]]) -> list[Reading]:
        """Return a reading of each crop: gray ``(h, w)`` or blue-green-red ``(h, w, 3)``, uint8, of any size."""
        result: list[Reading] = []
        for start in range(0, len(crops), _BATCH):
            part = np.stack([shrink(crop) for crop in crops[start : start + _BATCH]])
            result += [_reading(row) for row in self._probabilities(part)]
        return result

    def _probabilities(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        (found,) = self._session.run(["places"], {"pictures": standardize(pictures)})
        scaled = np.asarray(found, np.float64) / self._temperature
        scaled -= scaled.max(-1, keepdims=True)
        raised = np.exp(scaled)
        return np.asarray(raised / raised.sum(-1, keepdims=True), np.float64)


def _reading(places: npt.NDArray[np.float64]) -> Reading:
    """Turn the probabilities of the places ``(9, 37)`` into a reading; class 0 is "nothing here"."""
    best = places.argmax(1)
    length = int(np.argmax(best == 0)) if (best == 0).any() else len(best)
    whole = alike = float(places[length:, 0].prod())
    text, positions = [], []
    for row in places[:length]:
        characters = row[1:]
        top = int(characters.argmax())
        text.append(ALPHABET[top])
        whole *= float(characters[top])
        alike *= float(
            characters[[_ZERO, _LETTER]].sum() if top in (_ZERO, _LETTER) else characters[top]
        )
        order = np.argsort(-characters)
        positions.append(
            {ALPHABET[i]: float(characters[i]) for i in order if characters[i] >= _FLOOR}
        )
    return Reading("".join(text), whole, alike, tuple(positions))


def _weights(folder: Path | None) -> tuple[dict[str, Any], bytes]:
    place = (
        folder
        if folder is not None
        else resources.files("workbench.recognition").joinpath("weights")
    )
    try:
        described: dict[str, Any] = json.loads(
            place.joinpath("plate-reader.json").read_text("utf-8")
        )
        weights = place.joinpath("plate-reader.onnx").read_bytes()
    except OSError as error:
        raise Failed(
            "The plate reader's weights are missing.",
            "Install the package again, or name their folder.",
        ) from error
    if hashlib.sha256(weights).hexdigest() != described["sha256"]:
        raise Failed(
            "The plate reader's weights are not those that were named: their SHA-256 differs.",
            "Install the package again; do not use this file.",
        )
    return described, weights


def _session(weights: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise Failed(
            "The plate reader needs ONNX Runtime.",
            "Install it: pip install 'alpr-workbench[recognition]'.",
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
