"""From a finder's checkpoint to the weights that ship: ONNX file, threshold, description with its SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from workbench.recognition.finder import PlateFinder, overlap
from workbench.recognition.training.finder_network import FinderNetwork
from workbench.recognition.training.scenes import Plates, Scene, compose

__all__ = ["best_threshold", "export_finder", "measure", "whole_pictures", "write_finder"]

_PICTURES = 240
_ASKED = (40.0, 400.0)


class _Heat(nn.Module):
    """The network with the sigmoid."""

    def __init__(self, net: FinderNetwork) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        scores, corners = self.net(pictures)
        return torch.sigmoid(scores), corners


def write_finder(net: FinderNetwork, folder: Path, described: dict[str, Any]) -> Path:
    """Write ``plate-finder.onnx`` and its description, with the file's SHA-256; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "plate-finder.onnx"
    net = net.to(memory_format=torch.contiguous_format).float().eval()
    axes = {0: "n", 2: "height", 3: "width"}
    torch.onnx.export(
        _Heat(net),
        (torch.zeros(1, 1, 144, 192),),
        str(file),
        input_names=["pictures"],
        output_names=["heat", "corners"],
        dynamic_axes={"pictures": axes, "heat": axes, "corners": axes},
        opset_version=17,
        dynamo=False,
    )
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    text = json.dumps({"sha256": digest, **described}, indent=2)
    (folder / "plate-finder.json").write_text(text + "\n", encoding="utf-8")
    return file


def whole_pictures(plates: Plates, *, seed: int, count: int = _PICTURES) -> list[Scene]:
    """Return synthetic pictures of 1280 by 720 pixels, plates 40 to 400 pixels wide."""
    rng = np.random.default_rng([seed, 57])
    return [compose(rng, plates, height=720, width=1280, sizes=_ASKED) for _ in range(count)]


def measure(finder: PlateFinder, scenes: Sequence[Scene]) -> tuple[list[tuple[float, bool]], int]:
    """Return each candidate's score and whether it is a plate (overlap 0.5), best first; and how many plates are.

    What lies on an unclear plate counts neither way.
    """
    said: list[tuple[float, bool]] = []
    for scene in scenes:
        left = list(scene.corners)
        for found in finder.candidates(scene.image):
            quad = np.array(found.corners)
            shares = [overlap(quad, other) for other in left]
            if shares and max(shares) >= 0.5:
                left.pop(int(np.argmax(shares)))
                said.append((found.score, True))
            elif not any(overlap(quad, other) > 0.1 for other in scene.unclear):
                said.append((found.score, False))
    return sorted(said, reverse=True), sum(len(scene.corners) for scene in scenes)


def best_threshold(
    said: list[tuple[float, bool]], plates: int, *, right: float = 0.95
) -> tuple[float, float, float]:
    """Return the lowest threshold at which most of what is found is a plate: better too much than too little.

    Parameters
    ----------
    said : list of (float, bool)
        Scores, best first, and whether each is a plate.
    plates : int
        How many plates there are.
    right : float
        The least part of what is found that must be a plate.

    Returns
    -------
    tuple of float
        The threshold; the part of plates found at it; the part of what is found that is a plate.
    """
    result, hits = (0.5, 0.0, 0.0), 0
    for count, (score, hit) in enumerate(said, start=1):
        hits += hit
        if hits >= right * count:
            result = (score, hits / max(1, plates), hits / count)
    return result


def export_finder(checkpoint: Path, plates: Plates, folder: Path, *, seed: int) -> dict[str, Any]:
    """Write the weights, set the threshold on one half of the synthetic pictures, measure on the other."""
    net = FinderNetwork()
    net.load_state_dict(torch.load(checkpoint, weights_only=True))
    described: dict[str, Any] = {
        "threshold": 0.5,
        "parameters": sum(p.numel() for p in net.parameters()),
    }
    write_finder(net, folder, described)
    finder = PlateFinder(folder)
    scenes = whole_pictures(plates, seed=seed)
    half = len(scenes) // 2
    threshold, _, _ = best_threshold(*measure(finder, scenes[:half]))
    said, wanted = measure(finder, scenes[half:])
    kept = [hit for score, hit in said if score >= threshold]
    described["threshold"] = float(np.floor(threshold * 1000) / 1000)
    described["held_back"] = {
        "pictures": len(scenes) - half,
        "plates": wanted,
        "found": round(sum(kept) / max(1, wanted), 4),
        "right": round(sum(kept) / max(1, len(kept)), 4),
    }
    write_finder(net, folder, described)
    return described
