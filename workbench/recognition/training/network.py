"""The reader's network: a small convolutional trunk, then two ways to read its columns.

The columns are read once from left to right (connectionist temporal classification) and once place by place
(each place of the number looks for its character). The second is what the reader uses; the first makes the
columns learn fast and fits readers that want columns.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["CLASSES", "COLUMNS", "INPUT", "PLACES", "PlateNetwork"]

INPUT = (64, 192)
"""Height and width in pixels of the gray picture that is read."""

PLACES = 9
"""Places of a number: eight and one that must stay empty."""

CLASSES = 37
"""Nothing, the ten digits, the 26 letters."""

COLUMNS = 24


def _convolution(
    inside: int, outside: int, stride: int | tuple[int, int] = 1, size: int = 3
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class _Residual(nn.Module):
    def __init__(self, width: int, size: tuple[int, int] = (3, 3)) -> None:
        super().__init__()
        pad = size[0] // 2, size[1] // 2
        self.body = nn.Sequential(
            nn.Conv2d(width, width, size, 1, pad, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, size, 1, pad, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class PlateNetwork(nn.Module):
    """Gray pictures ``(n, 1, 64, 192)``, scaled as :func:`workbench.recognition.reader.prepare` does, to scores.

    ``forward`` gives the scores of each place ``(n, 9, 37)`` and of each column ``(n, 24, 37)``, before softmax.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (24, 48, 96, 144)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.trunk = nn.Sequential(
            _convolution(1, a, 2, 5),
            _convolution(a, b, 2),
            _Residual(b),
            _convolution(b, c, 2),
            _Residual(c),
            _Residual(c),
            _convolution(c, d, (2, 1)),
            _Residual(d),
            _Residual(d),
        )
        self.fold = _folded(d)
        self.context = nn.Sequential(_Residual(d, (1, 5)), _Residual(d, (1, 5)))
        self.queries = nn.Parameter(torch.randn(PLACES, d) * 0.1)
        self.positions = nn.Parameter(torch.randn(1, COLUMNS, d) * 0.1)
        self.keys = nn.Linear(d, d)
        self.drop = nn.Dropout(0.1)
        self.places = nn.Linear(2 * d, CLASSES)
        self.columns = nn.Linear(d, CLASSES)
        self.scale = d**-0.5

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of places and of columns."""
        local = self.fold(self.trunk(x))
        wide = self.context(local)
        near = local.squeeze(2).transpose(1, 2)
        far = wide.squeeze(2).transpose(1, 2)
        keys = self.keys(far + self.positions)
        look = torch.softmax(
            torch.matmul(self.queries, keys.transpose(1, 2)) * self.scale * 4, dim=-1
        )
        found = torch.matmul(look, torch.cat([near, far], dim=2))
        return self.places(self.drop(found)), self.columns(self.drop(far))


def _folded(width: int) -> nn.Sequential:
    """Four rows to one, each row with weights of its own."""
    return nn.Sequential(
        nn.Conv2d(width, width, (4, 3), 1, (0, 1), bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    )
