"""From a checkpoint to the weights that ship: temperature, ONNX file, description with its SHA-256.

Run after training::

    python -m workbench.recognition.training.export --work FOLDER --to workbench/recognition/weights
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from workbench.recognition.training.corpus import open_shards
from workbench.recognition.training.network import INPUT, PlateNetwork
from workbench.recognition.training.reader import exact, held_back, scores

__all__ = ["best_temperature", "main", "write_state", "write_weights"]

_CALIBRATION_SEED = 77


class _Places(nn.Module):
    """The network without its columns, which only training needs."""

    def __init__(self, net: PlateNetwork) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: Tensor) -> Tensor:
        places: Tensor = self.net(pictures)[0]
        return places


def best_temperature(found: npt.NDArray[np.float32], wanted: npt.NDArray[np.int64]) -> float:
    """Return the number to divide scores ``(n, 9, 37)`` by, so that the classes wanted are most probable."""

    def cost(temperature: float) -> float:
        scaled = found.astype(np.float64) / temperature
        scaled -= scaled.max(-1, keepdims=True)
        log = scaled - np.log(np.exp(scaled).sum(-1, keepdims=True))
        return float(-np.take_along_axis(log, wanted[..., None], -1).mean())

    choices = np.exp(np.linspace(np.log(0.4), np.log(3.0), 81))
    return float(choices[int(np.argmin([cost(float(t)) for t in choices]))])


def write_weights(net: PlateNetwork, folder: Path, described: dict[str, Any]) -> Path:
    """Write ``plate-reader.onnx`` and its description, with the file's SHA-256; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "plate-reader.onnx"
    net = net.to(memory_format=torch.contiguous_format).float().eval()
    torch.onnx.export(
        _Places(net),
        (torch.zeros(1, 1, *INPUT),),
        str(file),
        input_names=["pictures"],
        output_names=["places"],
        dynamic_axes={"pictures": {0: "n"}, "places": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    text = json.dumps({"sha256": digest, **described}, indent=2)
    (folder / "plate-reader.json").write_text(text + "\n", encoding="utf-8")
    return file


def write_state(net: PlateNetwork, file: Path) -> None:
    """Write the weights for EasyOCR's own recognition networks, whose keys begin with ``module.``."""
    torch.save(
        {f"module.{key}": value.float().contiguous() for key, value in net.state_dict().items()},
        file,
    )


def main(arguments: list[str] | None = None) -> None:
    """Calibrate and export the best checkpoint; see ``--help``."""
    parser = argparse.ArgumentParser(description="Export the plate reader.")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="also write the weights as EasyOCR takes them")
    given = parser.parse_args(arguments)
    net = PlateNetwork()
    net.load_state_dict(torch.load(given.work / "best.pt", weights_only=True))
    # Photographs that the checkpoint was not chosen on: the same plates, seen anew.
    shard = next(open_shards(given.work / "held"))
    pictures, wanted = held_back(shard, seed=given.seed + _CALIBRATION_SEED)
    half = len(wanted) // 2
    found = scores(net, pictures)
    temperature = best_temperature(found[:half], wanted[:half])
    strict, alike = exact(found[half:], wanted[half:])
    described = {
        "temperature": round(temperature, 4),
        "held_back": {"plates": half, "strict": round(strict, 4), "o_as_zero": round(alike, 4)},
        "parameters": sum(p.numel() for p in net.parameters()),
    }
    if given.state is not None:
        write_state(net, given.state)
    write_weights(net, given.to, described)
    print(json.dumps(described))  # noqa: T201  # a script's result


if __name__ == "__main__":
    main()
