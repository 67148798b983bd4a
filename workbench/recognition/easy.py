"""EasyOCR as an engine (the extra ``easyocr``): with our own reader as its network, or with its own English model.

Ours is the same reader as the default engine's and gives the same numbers; it is for sites whose other tools speak
EasyOCR. EasyOCR's English model reads text of any kind: it is used where an administrator has put its file,
``english_g2.pth``, where EasyOCR looks for it. Nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.plates import normalize
from workbench.errors import Failed
from workbench.recognition.decoding import Calibration, softmax
from workbench.recognition.pictures import shrink
from workbench.recognition.reader import Reading, reading_of
from workbench.recognition.second import scored
from workbench.recognition.shipped import SHIPPED, weights

__all__ = ["EasyOcrEnglish", "EasyOcrReader"]

_LONGEST = 9


class EasyOcrReader:
    """Our reader, run by EasyOCR.

    Parameters
    ----------
    folder : Path, optional
        Where ``plates.pth`` and ``plate-reader.json`` lie; the package's own weights if not given.

    Raises
    ------
    Failed
        EasyOCR is not installed or cannot be loaded, or the weights are not those that were named.
    """

    def __init__(self, folder: Path | None = None) -> None:
        # EasyOCR runs what is in the file, so its hash is looked at first.
        described, _ = weights("plate-reader", folder, file="plates.pth", said="easyocr_sha256")
        self._calibration = Calibration(**described["calibration"])
        network = resources.files("workbench.recognition") / "easyocr_network"
        self.easyocr = _reader(
            recog_network="plates",
            user_network_directory=str(network),
            model_storage_directory=str(folder or SHIPPED),
        )
        self.easyocr.recognizer.eval()

    def read(self, crops: Sequence[npt.NDArray[Any]]) -> list[Reading]:
        """Return a reading of each crop: gray ``(h, w)`` or blue-green-red ``(h, w, 3)``, uint8, of any size."""
        return [self._one(shrink(crop)) for crop in crops]

    def text(self, crop: npt.NDArray[Any]) -> str:
        """Return what EasyOCR itself makes of a crop, by its own decoding."""
        # A second try with more contrast, which EasyOCR makes of itself, is not wanted.
        found = self.easyocr.recognize(shrink(crop), detail=0, contrast_ths=0.0, workers=0)
        return str(found[0]) if found else ""

    def _one(self, picture: npt.NDArray[np.uint8]) -> Reading:
        import torch

        values = torch.from_numpy(picture.astype(np.float32) / 127.5 - 1.0)
        with torch.no_grad():
            places, columns = self.easyocr.recognizer.scores(values[None, None])
        return reading_of(
            softmax(places.numpy())[0], softmax(columns.numpy())[0], self._calibration
        )


class EasyOcrEnglish:
    """EasyOCR's English model, from where an administrator has put it.

    Raises
    ------
    Failed
        EasyOCR is not installed or cannot be loaded, or the model is not there or not the one that EasyOCR names.
    """

    def __init__(self) -> None:
        try:
            self._easyocr = _reader()
        except FileNotFoundError as error:
            raise Failed(
                "EasyOCR's English model is not on this machine, or is another one than EasyOCR names.",
                "Put english_g2.pth, as EasyOCR's makers publish it, into .EasyOCR/model in the home directory of who "
                "runs this, or into the folder model under EASYOCR_MODULE_PATH. Nothing is fetched.",
            ) from error

    def read(self, crops: Sequence[npt.NDArray[Any]]) -> list[Reading]:
        """Return a reading of each crop; its alternatives are unknown and share alike what is left to 1."""
        return [self._one(crop) for crop in crops]

    def _one(self, crop: npt.NDArray[Any]) -> Reading:
        found = self._easyocr.recognize(shrink(crop), workers=0)
        text, score = (str(found[0][1]), float(found[0][2])) if found else ("", 0.0)
        return scored(normalize(text)[:_LONGEST], min(max(score, 0.0), 1.0))


def _reader(**options: Any) -> Any:
    easyocr = _easyocr()
    return easyocr.Reader(
        ["en"],
        gpu=False,
        detector=False,
        download_enabled=False,
        quantize=False,
        verbose=False,
        **options,
    )


def _easyocr() -> Any:
    try:
        import easyocr
    except ImportError as error:
        raise Failed(
            "EasyOCR is not installed.", "Install it: pip install 'alpr-workbench[easyocr]'."
        ) from error
    except RuntimeError as error:
        raise Failed(
            "EasyOCR cannot be loaded: torch and torchvision here are not made for each other.",
            "Install both from one source: pip install --force-reinstall torch torchvision.",
        ) from error
    return easyocr
