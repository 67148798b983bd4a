"""Train the plate reader, on synthetic plates alone.

One command does it all: draw the plates, train, choose the checkpoint, calibrate, export::

    python -m workbench.recognition.training.reader --fonts FOLDER --work FOLDER --to workbench/recognition/weights

The checkpoint is chosen, and the calibration set, on synthetic plates that are never trained on.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import queue
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

from workbench.analysis.plates import ALPHABET
from workbench.recognition.pictures import HEIGHT, WIDTH, standardize
from workbench.recognition.training.camera import photograph
from workbench.recognition.training.corpus import Shard, draw_shard, open_shards
from workbench.recognition.training.network import PLACES, PlateNetwork

__all__ = ["Course", "held_back", "main", "scores", "train"]

_CODE = {character: code for code, character in enumerate(ALPHABET, start=1)}
_PLATES = 20_000
_HELD = 4_000
_CHECK_EVERY = 500
_LOOK_EVERY = 500
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Course:
    """How to train.

    Parameters
    ----------
    work : Path
        Folder for the drawn plates and the checkpoints.
    fonts : Path
        Folder of the fonts.
    seed : int
        Of everything.
    shards : int
        How many shards of 20,000 plates.
    steps : int
        How many steps of ``batch`` pictures.
    batch : int
        Pictures in a step.
    rate : float
        The highest learning rate.
    threads : int
        Threads of torch; one more makes the pictures.
    start : Path, optional
        Weights to begin with instead of random ones.
    smoothing : float
        How much is taken from the true class, for the first three quarters.
    compiled : bool
        Whether torch compiles the network, which needs a C++ compiler and is some tenths faster.
    """

    work: Path
    fonts: Path
    seed: int = 1
    shards: int = 4
    steps: int = 12_000
    batch: int = 128
    rate: float = 2e-3
    threads: int = 2
    start: Path | None = None
    smoothing: float = 0.05
    compiled: bool = False


def targets(texts: list[str]) -> npt.NDArray[np.int64]:
    """Return the classes of each place: 0 where there is nothing."""
    result = np.zeros((len(texts), PLACES), np.int64)
    for row, text in zip(result, texts, strict=True):
        row[: len(text)] = [_CODE[c] for c in text]
    return result


def _batches(course: Course) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield photographs of plates drawn by lot, for ever; made in a thread of its own.

    Shards that another process is still drawing join as they are finished.
    """
    ready: queue.Queue[tuple[Tensor, Tensor]] = queue.Queue(6)

    def produce() -> None:
        rng = np.random.default_rng([course.seed, 7])
        for count in itertools.count():
            if count % _LOOK_EVERY == 0:
                shards = list(open_shards(course.work / "corpus"))[: course.shards]
                sizes = np.cumsum([len(shard.texts) for shard in shards])
            pictures = np.empty((course.batch, HEIGHT, WIDTH), np.uint8)
            texts = []
            for i, at in enumerate(rng.integers(sizes[-1], size=course.batch)):
                number = int(np.searchsorted(sizes, at, side="right"))
                inside = int(at - (sizes[number - 1] if number else 0))
                pictures[i] = photograph(rng, shards[number].scenes[inside], (HEIGHT, WIDTH))
                texts.append(shards[number].texts[inside])
            ready.put((torch.from_numpy(standardize(pictures)), torch.from_numpy(targets(texts))))

    threading.Thread(target=produce, daemon=True).start()
    while True:
        yield ready.get()


def held_back(shard: Shard, *, seed: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return one fixed photograph of each plate of a shard, and its classes."""
    rng = np.random.default_rng(seed)
    pictures = np.stack([photograph(rng, scene, (HEIGHT, WIDTH)) for scene in shard.scenes])
    return pictures, targets(list(shard.texts))


def scores(net: PlateNetwork, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the scores of the places ``(n, 9, 37)`` before softmax."""
    net.eval()
    result = []
    with torch.no_grad():
        for start in range(0, len(pictures), 250):
            x = torch.from_numpy(standardize(pictures[start : start + 250]))
            with torch.autocast("cpu", torch.bfloat16):
                places, _ = net(x.contiguous(memory_format=torch.channels_last))
            result.append(places.float().numpy())
    return np.concatenate(result)


def exact(found: npt.NDArray[np.float32], wanted: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Return which part is read right to the last character: strictly, and with O and 0 as one."""
    read = found.argmax(-1)
    strict = (read == wanted).all(1).mean()
    zero, letter = _CODE["0"], _CODE["O"]
    alike = (
        (np.where(read == letter, zero, read) == np.where(wanted == letter, zero, wanted))
        .all(1)
        .mean()
    )
    return float(strict), float(alike)


def _loss(net: nn.Module, x: Tensor, y: Tensor, smoothing: float) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        places, columns = net(x.contiguous(memory_format=torch.channels_last))
    by_place = nn.functional.cross_entropy(
        places.float().flatten(0, 1), y.flatten(), label_smoothing=smoothing
    )
    lengths = (y > 0).sum(1)
    log = torch.log_softmax(columns.float(), -1).transpose(0, 1)
    steps = torch.full((len(y),), log.shape[0], dtype=torch.long)
    by_column = nn.functional.ctc_loss(log, y[y > 0], steps, lengths, zero_infinity=True)
    return by_place * 4 + 0.3 * by_column


def _follow(average: PlateNetwork, net: PlateNetwork, decay: float) -> None:
    with torch.no_grad():
        for mean, now in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(now, 1 - decay)
            else:
                mean.copy_(now)


def train(course: Course, say: Say) -> dict[str, Any]:
    """Train, and write the best checkpoint to ``best.pt`` in the work folder; return its figures."""
    torch.manual_seed(course.seed)
    torch.set_num_threads(course.threads)
    cv2.setNumThreads(1)
    held = next(open_shards(course.work / "held"))
    pictures, wanted = held_back(held, seed=course.seed)
    net = PlateNetwork()
    if course.start is not None:
        net.load_state_dict(torch.load(course.start, weights_only=True))
    net = net.to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    forward = torch.compile(net) if course.compiled else net
    optimizer = torch.optim.AdamW(net.parameters(), lr=course.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, course.rate, total_steps=course.steps, pct_start=0.06, final_div_factor=200
    )
    best: dict[str, Any] = {"alike": -1.0}
    began, running = time.monotonic(), 0.0
    for step, (x, y) in enumerate(_batches(course), start=1):
        net.train()
        loss = _loss(forward, x, y, course.smoothing if step < 0.75 * course.steps else 0.0)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        _follow(average, net, min(0.998, step / (step + 20)))
        running += float(loss.detach())
        if step % 100 == 0:
            say(
                f"{step} loss {running / 100:.3f} {step * course.batch / (time.monotonic() - began):.0f}/s"
            )
            running = 0.0
        if step % _CHECK_EVERY == 0 or step == course.steps:
            strict, alike = exact(scores(average, pictures), wanted)
            say(f"{step} held back: strict {strict:.4f}, O as 0 {alike:.4f}")
            torch.save(average.state_dict(), course.work / "last.pt")
            if alike >= best["alike"]:
                best = {"step": step, "strict": strict, "alike": alike}
                torch.save(average.state_dict(), course.work / "best.pt")
                (course.work / "best.json").write_text(json.dumps(best), encoding="utf-8")
        if step == course.steps:
            break
    return best


def main(arguments: list[str] | None = None) -> None:
    """Draw, train and report; see ``--help``."""
    parser = argparse.ArgumentParser(description="Train the plate reader on synthetic plates.")
    parser.add_argument("--fonts", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="weights to begin with")
    parser.add_argument(
        "--to", type=Path, help="calibrate, and write the weights that ship to this folder"
    )
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--compiled", action="store_true", help="faster, with a C++ compiler")
    given = parser.parse_args(arguments)
    course = Course(
        given.work,
        given.fonts,
        given.seed,
        given.shards,
        given.steps,
        128,
        given.rate,
        given.threads,
        given.start,
        given.smoothing,
        given.compiled,
    )
    draw_shard(
        course.work / "held",
        0,
        seed=course.seed + 1,
        plates=_HELD,
        fonts=course.fonts,
        processes=course.threads,
    )
    for number in range(course.shards):
        draw_shard(
            course.work / "corpus",
            number,
            seed=course.seed,
            plates=_PLATES,
            fonts=course.fonts,
            processes=course.threads,
        )

    def say(line: str) -> None:
        print(line, flush=True)  # noqa: T201  # a training script's progress

    say(json.dumps(train(course, say)))
    if given.to is not None:
        from workbench.recognition.training import export

        export.main(["--work", str(course.work), "--to", str(given.to), "--seed", str(course.seed)])


if __name__ == "__main__":
    main()
