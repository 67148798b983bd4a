"""The plate reader as EasyOCR's own recognition networks are: it wants this file, ``plates.yaml`` and ``plates.pth``.

EasyOCR reads columns from left to right and takes the same character twice in a row for one. So what the reader makes
of a crop is laid out anew: a column for each position, and a column of nothing behind it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from workbench.recognition.decoding import decode, softmax
from workbench.recognition.training.network import CLASSES, PLACES, PlateNetwork

__all__ = ["Model"]

_LEAST_SPREAD = 6.0
_TINY = 1e-9


class Model(PlateNetwork):
    """The network with EasyOCR's way in and out.

    Parameters
    ----------
    input_channel, output_channel, hidden_size, num_class : int
        EasyOCR gives them; the network's own numbers hold.
    """

    def __init__(
        self, input_channel: int, output_channel: int, hidden_size: int, num_class: int
    ) -> None:
        super().__init__()
        del input_channel, output_channel, hidden_size, num_class

    def scores(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of places and of columns for pictures ``(n, 1, 64, 192)`` between -1 and 1."""
        values = (pictures + 1.0) * 127.5
        mean = values.mean((2, 3), keepdim=True)
        spread = values.std((2, 3), keepdim=True, correction=0).clamp_min(_LEAST_SPREAD)
        return super().forward((values - mean) / spread)

    def forward(self, pictures: Tensor, text: Tensor | None = None) -> Tensor:
        """Return columns ``(n, 18, 37)`` of log-probabilities for EasyOCR to decode."""
        del text
        places, columns = (softmax(each.detach().numpy()) for each in self.scores(pictures))
        result = np.zeros((len(places), 2 * PLACES, CLASSES))
        result[:, :, 0] = 1.0
        for row, place, column in zip(result, places, columns, strict=True):
            found = decode(place, column).positions
            row[: 2 * len(found) : 2, 1:] = found
            row[: 2 * len(found) : 2, 0] = np.maximum(0.0, 1.0 - found.sum(axis=1))
        return torch.from_numpy(np.log(np.maximum(result, _TINY)).astype(np.float32))
