"""The finder's network: a small convolutional trunk and one map of where plates' middles and corners are."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["FinderNetwork"]


def _convolution(inside: int, outside: int, stride: int = 1, size: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class _Residual(nn.Module):
    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, dilation, dilation, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, 1, 1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class FinderNetwork(nn.Module):
    """Gray pictures ``(n, 1, h, w)``, -1 to 1, sides multiples of 16, to one value for each 8 by 8 pixels.

    ``forward`` gives the scores of a plate's middle ``(n, 1, h/8, w/8)`` before the sigmoid, and the corners
    from the cell's middle ``(n, 8, h/8, w/8)``, x and y in units of 32 pixels, clockwise from the top left.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (16, 32, 64, 96)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.fine = nn.Sequential(
            _convolution(1, a, 2, 5),
            _convolution(a, b, 2),
            _convolution(b, b),
            _convolution(b, c, 2),
            _Residual(c),
        )
        self.wide = nn.Sequential(
            _convolution(c, d, 2),
            _Residual(d),
            _Residual(d, 2),
            nn.Conv2d(d, c, 1),
            nn.Upsample(scale_factor=2, mode="nearest"),
        )
        self.join = _convolution(c, c)
        self.head = nn.Conv2d(c, 9, 1)
        nn.init.constant_(self.head.bias[:1], -4.0)  # plates are rare

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return scores and corners."""
        fine = self.fine(x)
        found = self.head(self.join(torch.relu(fine + self.wide(fine))))
        return found[:, :1], found[:, 1:]
