"""From a checkpoint to the weights that ship: calibration, the files, their description with SHA-256.

Run after training::

    python -m workbench.recognition.training.export --work FOLDER --to workbench/recognition/weights
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from workbench.analysis.plates import ALPHABET
from workbench.recognition.decoding import Calibration, Decoded, decode, softmax
from workbench.recognition.pictures import standardize
from workbench.recognition.training.corpus import open_shards
from workbench.recognition.training.network import INPUT, PlateNetwork
from workbench.recognition.training.reader import held_back

__all__ = ["calibrate", "fitted", "main", "read_all", "write_state", "write_weights"]

_CALIBRATION_SEED = 77


def read_all(net: PlateNetwork, pictures: npt.NDArray[np.uint8]) -> list[tuple[Any, Any]]:
    """Return each picture's probabilities by place and by column, in full precision as they ship."""
    net.eval()
    result: list[tuple[Any, Any]] = []
    with torch.no_grad():
        for start in range(0, len(pictures), 250):
            places, columns = net(torch.from_numpy(standardize(pictures[start : start + 250])))
            result += zip(softmax(places.numpy()), softmax(columns.numpy()), strict=True)
    return result


def fitted(means: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset that turn the means' logits into how often they are right (Platt's scaling)."""
    inside = np.clip(means, 1e-12, 1 - 1e-6)
    x = np.column_stack([np.log(inside / (1 - inside)), np.ones(len(inside))])
    weights = np.array([1.0, 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (right - p) - 1e-3 * weights
        curve = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(2)
        weights = weights + np.linalg.solve(curve, slope)
    return float(weights[0]), float(weights[1])


def calibrate(read: list[tuple[Any, Any]], wanted: npt.NDArray[np.int64]) -> Calibration:
    """Return the calibration that fits these plates, of which the network was trained on none."""
    found = [decode(places, columns) for places, columns in read]
    strict, alike = _right(found, wanted)
    slope, offset = fitted(np.array([f.mean for f in found]), strict)
    alike_slope, alike_offset = fitted(np.array([f.alike_mean for f in found]), alike)
    choices = np.exp(np.linspace(np.log(0.3), np.log(3.0), 24))
    costs = [_cost(read, wanted, float(choice)) for choice in choices]
    sharpness = float(choices[int(np.argmin(costs))])
    values = (slope, offset, alike_slope, alike_offset, sharpness)
    return Calibration(*(round(v, 4) for v in values))


def _cost(read: list[tuple[Any, Any]], wanted: npt.NDArray[np.int64], sharpness: float) -> float:
    """Return how little the positions' probabilities expect the true characters, where the length is right."""
    costs: list[float] = []
    for (places, columns), true in zip(read[:600], wanted, strict=False):
        found = decode(places, columns, sharpness=sharpness)
        if len(found.text) == (true > 0).sum():
            costs += [
                -np.log(max(1e-4, row[c - 1]))
                for row, c in zip(found.positions, true, strict=False)
            ]
    return float(np.mean(costs))


def _right(found: list[Decoded], wanted: npt.NDArray[np.int64]) -> tuple[Any, Any]:
    """Return for each whether it is right, strictly and with O and 0 as one."""
    plain = ["".join(ALPHABET[c - 1] for c in row if c) for row in wanted]
    read = ["".join(ALPHABET[c - 1] for c in f.text) for f in found]
    strict = [a == b for a, b in zip(read, plain, strict=True)]
    alike = [a.replace("O", "0") == b.replace("O", "0") for a, b in zip(read, plain, strict=True)]
    return np.array(strict), np.array(alike)


def write_weights(net: PlateNetwork, folder: Path, described: dict[str, Any]) -> Path:
    """Write ``plate-reader.onnx``, ``plates.pth`` for EasyOCR, and a description with SHA-256; return the first."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "plate-reader.onnx"
    net = net.to(memory_format=torch.contiguous_format).float().eval()
    torch.onnx.export(
        net,
        (torch.zeros(1, 1, *INPUT),),
        str(file),
        input_names=["pictures"],
        output_names=["places", "columns"],
        dynamic_axes={name: {0: "n"} for name in ("pictures", "places", "columns")},
        opset_version=17,
        dynamo=False,
    )
    state = folder / "plates.pth"
    write_state(net, state)
    hashes = {"sha256": _sha256(file), "easyocr_sha256": _sha256(state)}
    text = json.dumps({**hashes, **described}, indent=2)
    (folder / "plate-reader.json").write_text(text + "\n", encoding="utf-8")
    return file


def write_state(net: PlateNetwork, file: Path) -> None:
    """Write the weights in half precision as EasyOCR takes those of others: keys begin with ``module.``."""
    state = {
        f"module.{key}": value.half().contiguous() if value.is_floating_point() else value
        for key, value in net.state_dict().items()
    }
    torch.save(state, file)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main(arguments: list[str] | None = None) -> None:
    """Calibrate and export the best checkpoint; see ``--help``."""
    parser = argparse.ArgumentParser(description="Export the plate reader.")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    net = PlateNetwork()
    net.load_state_dict(torch.load(given.work / "best.pt", weights_only=True))
    net = net.half().float()  # so that both files hold the same numbers
    # Photographs that the checkpoint was not chosen on: the same plates, seen anew.
    shard = next(open_shards(given.work / "held"))
    pictures, wanted = held_back(shard, seed=given.seed + _CALIBRATION_SEED)
    half = len(wanted) // 2
    read = read_all(net, pictures)
    calibration = calibrate(read[:half], wanted[:half])
    strict, alike = _right([decode(*one) for one in read[half:]], wanted[half:])
    described = {
        "calibration": dataclasses.asdict(calibration),
        "held_back": {
            "plates": half,
            "strict": round(float(strict.mean()), 4),
            "o_as_zero": round(float(alike.mean()), 4),
        },
        "parameters": sum(p.numel() for p in net.parameters()),
    }
    write_weights(net, given.to, described)
    print(json.dumps(described))  # noqa: T201  # a script's result


if __name__ == "__main__":
    main()
