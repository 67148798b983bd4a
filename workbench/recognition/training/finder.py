"""Train the plate finder, on synthetic scenes alone.

One command does it all: draw the flat plates, compose scenes, train, choose the checkpoint, export::

    python -m workbench.recognition.training.finder --fonts FOLDER --work FOLDER --to workbench/recognition/weights

The checkpoint and the threshold are chosen on synthetic scenes that are never trained on.
"""

from __future__ import annotations

import argparse
import copy
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from workbench.recognition.finder import STRIDE, UNIT, decode, overlap, suppress
from workbench.recognition.training.camera import MARGIN_X, MARGIN_Y
from workbench.recognition.training.corpus import draw_shard, open_shards
from workbench.recognition.training.finder_export import export_finder
from workbench.recognition.training.finder_network import FinderNetwork
from workbench.recognition.training.scenes import Plates, Scene, compose

__all__ = ["Course", "flat_plates", "held_back", "main", "marks", "precision", "train"]

SIZES = (16.0, 120.0)
"""Least and largest width, in pixels, of a plate that the network is asked for at one scale."""

_COMPOSED = (224, 288)
_TRAINED = (192, 256)
_DRAWN = 20_000
_STEPS, _RATE = 8_000, 2e-3
_KEPT = 4096
_FIRST = 512
_HELD = 500
_PASSES = 4.0
_CHECK_EVERY = 500
_TURNED = (1, 0, 3, 2)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Course:
    """How to train.

    Parameters
    ----------
    work : Path
        Folder of the flat plates (``corpus`` and ``held``, shared with the reader's training) and checkpoints.
    seed : int
        Of everything.
    steps : int
        How many steps of ``batch`` pictures of 192 by 256 pixels.
    batch : int
        Pictures in a step.
    rate : float
        The highest learning rate.
    start : Path, optional
        Weights to begin with instead of random ones.
    """

    work: Path
    seed: int = 1
    steps: int = _STEPS
    batch: int = 16
    rate: float = _RATE
    start: Path | None = None


def flat_plates(folder: Path) -> Plates:
    """Return what gives a flat plate by lot, of all shards of a folder."""
    shards = [shard.scenes for shard in open_shards(folder)]

    def plate(rng: np.random.Generator) -> npt.NDArray[np.uint8]:
        scenes = shards[rng.integers(len(shards))]
        scene = scenes[rng.integers(len(scenes))]
        return np.array(scene[MARGIN_Y:-MARGIN_Y, MARGIN_X:-MARGIN_X])

    return plate


def held_back(folder: Path, *, seed: int, count: int = _HELD) -> list[Scene]:
    """Return fixed scenes, with plates that are not trained on."""
    rng, plates = np.random.default_rng([seed, 31]), flat_plates(folder)
    height, width = _COMPOSED
    return [compose(rng, plates, height=height, width=width, sizes=SIZES) for _ in range(count)]


def marks(
    corners: npt.NDArray[np.float32], unclear: npt.NDArray[np.float32], size: tuple[int, int]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return what the network should say of a picture of ``size`` (height, width).

    Returns
    -------
    tuple of ndarray
        Heat ``(h, w)``: 1 at a plate's middle, falling off around it, -1 where nothing is asked. Corners
        ``(8, h, w)``. Their weights ``(h, w)``.
    """
    height, width = size[0] // STRIDE, size[1] // STRIDE
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32) * STRIDE + STRIDE / 2
    heat = np.zeros((height, width), np.float32)
    aims = np.zeros((8, height, width), np.float32)
    weights = np.zeros((height, width), np.float32)
    for quad in unclear:
        (left, top), (right, bottom) = quad.min(0), quad.max(0)
        grow = 8 if right - left < 2 * SIZES[0] else -0.15 * (bottom - top)
        inside = (xs > left - grow) & (xs < right + grow) & (ys > top - grow) & (ys < bottom + grow)
        heat[inside] = -1
    for quad in corners:
        x, y = quad.mean(0)
        wide, tall = np.ptp(quad, axis=0)
        spread_x, spread_y = max(0.09 * wide, 0.5 * STRIDE), max(0.14 * tall, 0.5 * STRIDE)
        near = np.exp(-(((xs - x) / spread_x) ** 2) / 2 - (((ys - y) / spread_y) ** 2) / 2)
        row, column = (
            np.clip(int(y // STRIDE), 0, height - 1),
            np.clip(int(x // STRIDE), 0, width - 1),
        )
        near[row, column] = 1.0
        closer = near > np.maximum(weights, 0.2)
        for i, (cx, cy) in enumerate(quad):
            aims[2 * i][closer] = ((cx - xs) / UNIT)[closer]
            aims[2 * i + 1][closer] = ((cy - ys) / UNIT)[closer]
        weights[closer] = near[closer] * 64 / (wide + 24)
        heat = np.where(heat < 0, heat, np.maximum(heat, near))
        heat[row, column] = 1.0
    return heat, aims, weights


class _Stock:
    """Scenes composed in a thread of their own; the newest few thousand are trained on."""

    def __init__(self, course: Course) -> None:
        self.scenes: list[Scene] = []
        self.made = 0
        self.asked = 0
        self._course = course
        self._plates = flat_plates(course.work / "corpus")
        threading.Thread(target=self._produce, daemon=True).start()

    def _produce(self) -> None:
        rng = np.random.default_rng([self._course.seed, 7])
        height, width = _COMPOSED
        while True:
            while self.made > _FIRST + self.asked / _PASSES:
                time.sleep(0.01)
            scene = compose(rng, self._plates, height=height, width=width, sizes=SIZES)
            if len(self.scenes) < _KEPT:
                self.scenes.append(scene)
            else:
                self.scenes[self.made % _KEPT] = scene
            self.made += 1

    def batches(self) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
        """Yield pictures, heat, corners and weights, for ever."""
        rng = np.random.default_rng([self._course.seed, 8])
        while len(self.scenes) < _FIRST // 2:
            time.sleep(0.2)
        while True:
            parts = [
                _part(rng, self.scenes[i])
                for i in rng.integers(len(self.scenes), size=self._course.batch)
            ]
            self.asked += self._course.batch
            pictures, heat, aims, weights = (np.stack(rows) for rows in zip(*parts, strict=True))
            yield (
                torch.from_numpy(prepared(pictures)),
                torch.from_numpy(heat),
                torch.from_numpy(aims),
                torch.from_numpy(weights),
            )


def prepared(pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return gray pictures ``(n, h, w)`` as the network takes them."""
    return (pictures[:, None].astype(np.float32) - 127.5) / 127.5


def _part(rng: np.random.Generator, scene: Scene) -> tuple[npt.NDArray[Any], ...]:
    """Return a part of a scene, mirrored or not, lighter or darker, and its marks."""
    (height, width), (h, w) = scene.image.shape, _TRAINED
    y, x = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
    image = scene.image[y : y + h, x : x + w]
    corners, unclear = scene.corners - (x, y), scene.unclear - (x, y)
    if rng.random() < 0.5:
        image = image[:, ::-1]
        corners, unclear = ((quads * (-1, 1) + (w, 0))[:, _TURNED] for quads in (corners, unclear))
    edge = 0.06 * (corners[:, 1, 0] - corners[:, 0, 0])[:, None, None]
    inside = ((corners > -edge) & (corners < np.array([w, h]) + edge)).all((1, 2))
    unclear = np.concatenate([unclear, corners[~inside]])
    if rng.random() < 0.4:
        image = np.clip(image * rng.uniform(0.6, 1.4) + rng.uniform(-30, 30), 0, 255)
    marked = marks(corners[inside].astype(np.float32), unclear.astype(np.float32), _TRAINED)
    return np.ascontiguousarray(image.astype(np.uint8)), *marked


def _loss(
    net: FinderNetwork, batch: tuple[Tensor, Tensor, Tensor, Tensor]
) -> tuple[Tensor, Tensor]:
    """Return the losses of the middles (focal) and of the corners (distance, in parts of a plate)."""
    x, heat, aims, weights = batch
    with torch.autocast("cpu", torch.bfloat16):
        scores, corners = net(x.contiguous(memory_format=torch.channels_last))
    found = scores.float()[:, 0]
    share = torch.sigmoid(found)
    middles = heat >= 1
    at = -nn.functional.logsigmoid(found) * (1 - share) ** 2
    off = -nn.functional.logsigmoid(-found) * share**2 * (1 - heat.clamp(min=0)) ** 4
    total = torch.where(middles, at, torch.where(heat < 0, torch.zeros_like(off), off)).sum()
    away = nn.functional.smooth_l1_loss(corners.float(), aims, reduction="none", beta=0.05).sum(1)
    return total / middles.sum().clamp(min=1), (away * weights).sum() / weights.sum().clamp(min=1)


def _follow(average: FinderNetwork, net: FinderNetwork, decay: float) -> None:
    with torch.no_grad():
        for mean, now in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(now, 1 - decay)
            else:
                mean.copy_(now)


def precision(net: FinderNetwork, scenes: list[Scene]) -> dict[str, float]:
    """Return average precision at an overlap of 0.5, and the best threshold with its shares found and right."""
    net.eval()
    said: list[tuple[float, bool]] = []
    plates, distance = 0, []
    for scene in scenes:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            x = torch.from_numpy(prepared(scene.image[None]))
            heat, corners = net(x.contiguous(memory_format=torch.channels_last))
        found = suppress(
            decode(torch.sigmoid(heat.float())[0, 0].numpy(), corners.float()[0].numpy(), 0.05)
        )
        plates += len(scene.corners)
        left = list(scene.corners)
        for quad, score in sorted(found, key=lambda pair: -pair[1]):
            shares = [overlap(quad, other) for other in left]
            if shares and max(shares) >= 0.5:
                mine = left.pop(int(np.argmax(shares)))
                distance.append(float(np.abs(quad - mine).mean() / np.ptp(mine[:, 0])))
                said.append((score, True))
            elif not any(overlap(quad, other) > 0.1 for other in scene.unclear):
                said.append((score, False))
    said.sort(reverse=True)
    right = np.cumsum([hit for _, hit in said]) if said else np.zeros(1)
    share_right, share_found = right / np.arange(1, len(right) + 1), right / max(1, plates)
    envelope = np.maximum.accumulate(share_right[::-1])[::-1]
    both = 2 * share_right * share_found / np.maximum(share_right + share_found, 1e-9)
    best = int(np.argmax(both))
    return {
        "average_precision": float(np.sum(np.diff(share_found, prepend=0.0) * envelope)),
        "found": float(share_found[best]),
        "right": float(share_right[best]),
        "threshold": float(said[best][0]) if said else 0.5,
        "corners_off": float(np.mean(distance)) if distance else 1.0,
        "plates": plates,
    }


def train(course: Course, say: Say) -> dict[str, Any]:
    """Train, and write the best checkpoint to ``finder.pt`` in the work folder; return its figures."""
    torch.manual_seed(course.seed)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    stock = _Stock(course)
    held = held_back(course.work / "held", seed=course.seed)
    net = FinderNetwork()
    if course.start is not None:
        net.load_state_dict(torch.load(course.start, weights_only=True))
    net = net.to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=course.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, course.rate, total_steps=course.steps, pct_start=0.06, final_div_factor=200
    )
    best: dict[str, Any] = {"average_precision": -1.0}
    began, running = time.monotonic(), np.zeros(2)
    for step, batch in enumerate(stock.batches(), start=1):
        net.train()
        middles, corners = _loss(net, batch)
        optimizer.zero_grad(set_to_none=True)
        (middles + 2 * corners).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        _follow(average, net, min(0.998, step / (step + 20)))
        running += float(middles.detach()), float(corners.detach())
        if step % 50 == 0:
            pace = step * course.batch / (time.monotonic() - began)
            say(f"{step} loss {running / 50} {pace:.0f}/s, {stock.made} scenes")
            running[:] = 0
        if step % _CHECK_EVERY == 0 or step == course.steps:
            figures = precision(average, held)
            say(f"{step} held back: {json.dumps(figures)}")
            if figures["average_precision"] >= best["average_precision"]:
                best = {"step": step, **figures}
                torch.save(average.state_dict(), course.work / "finder.pt")
                (course.work / "finder.json").write_text(json.dumps(best), encoding="utf-8")
        if step == course.steps:
            break
    return best


def main(arguments: list[str] | None = None) -> None:
    """Draw, train and export; see ``--help``."""
    parser = argparse.ArgumentParser(description="Train the plate finder on synthetic scenes.")
    parser.add_argument("--fonts", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=_STEPS)
    parser.add_argument("--rate", type=float, default=_RATE)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--export-only", action="store_true", help="export the checkpoint there is")
    given = parser.parse_args(arguments)
    course = Course(given.work, given.seed, given.steps, rate=given.rate, start=given.start)

    def say(line: str) -> None:
        print(line, flush=True)  # noqa: T201  # a training script's progress

    if not given.export_only:
        for folder, seed, plates in (
            ("corpus", course.seed, _DRAWN),
            ("held", course.seed + 1, _DRAWN // 5),
        ):
            draw_shard(
                course.work / folder, 0, seed=seed, plates=plates, fonts=given.fonts, processes=1
            )
        say(json.dumps(train(course, say)))
    held = flat_plates(course.work / "held")
    say(json.dumps(export_finder(course.work / "finder.pt", held, given.to, seed=course.seed)))


if __name__ == "__main__":
    main()
