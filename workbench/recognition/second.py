"""A second reader, independent of ours: RapidOCR, trained by others on other pictures (the extra ``second-opinion``).

It reads text of any kind and knows nothing of plates. Its number is an engine score, not a probability. Its models are
part of its package; nothing is fetched.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.plates import ALPHABET, normalize
from workbench.errors import Failed
from workbench.recognition.reader import Reading

__all__ = ["RapidOcrReader", "installed"]

_BAND = (0.2, 0.85)  # of a plate's height: the number is there, names of states and slogans are not
_LONGEST = 9
_ALIKE = ("0", "O")


def installed() -> bool:
    """Tell whether the second reader can be had."""
    return importlib.util.find_spec("rapidocr_onnxruntime") is not None


class RapidOcrReader:
    """Reads the middle band of each crop with RapidOCR.

    Raises
    ------
    Failed
        It is not installed.
    """

    def __init__(self) -> None:
        try:
            from rapidocr_onnxruntime import RapidOCR
        except ImportError as error:
            raise Failed(
                "The second reader, RapidOCR, is not installed.",
                "Install it: pip install 'alpr-workbench[second-opinion]'.",
            ) from error
        self._engine: Any = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)

    def read(self, crops: Sequence[npt.NDArray[Any]]) -> list[Reading]:
        """Return a reading of each crop; its alternatives are unknown and share alike what is left to 1."""
        return [self._one(crop) for crop in crops]

    def _one(self, crop: npt.NDArray[Any]) -> Reading:
        top, bottom = (int(crop.shape[0] * share) for share in _BAND)
        band = np.ascontiguousarray(crop[top : max(bottom, top + 1)])
        found, _ = self._engine(band, use_det=False, use_cls=False, use_rec=True)
        text, score = (str(found[0][0]), float(found[0][1])) if found else ("", 0.0)
        return scored(normalize(text)[:_LONGEST], min(max(score, 0.0), 1.0))


def scored(text: str, score: float) -> Reading:
    """Return the reading of a reader that gives one score for the whole text."""
    if not text:
        return Reading("", 0.0, 0.0, ())
    each = float(score ** (1 / len(text)))
    rest = (1 - each) / (len(ALPHABET) - 1)
    rows = tuple(
        {character: each, **{other: rest for other in ALPHABET if other != character}}
        for character in text
    )
    alike = 1.0
    for character in text:
        alike *= each + rest if character in _ALIKE else each
    return Reading(text, score, max(score, alike), rows)
