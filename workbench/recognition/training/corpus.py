"""Flat plates drawn ahead of training, in numbered shards: gray pictures with surroundings, and what they say."""

from __future__ import annotations

import functools
import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.recognition.training.camera import MARGIN_X, MARGIN_Y, with_surroundings
from workbench.recognition.training.flat import HEIGHT, WIDTH, as_gray, draw_plate
from workbench.recognition.training.fonts import Faces, find_faces

__all__ = ["Shard", "draw_shard", "open_shards"]

_PART = 250


@dataclass(frozen=True, slots=True)
class Shard:
    """Some thousand plates.

    Parameters
    ----------
    scenes : ndarray, (plates, height, width), uint8
        Mapped from the file, not read into memory.
    texts : tuple of str
        The number of each.
    """

    scenes: npt.NDArray[np.uint8]
    texts: tuple[str, ...]


def draw_shard(
    folder: Path, number: int, *, seed: int, plates: int, fonts: Path, processes: int
) -> None:
    """Draw a shard, unless it is there: the same seed and number give the same plates.

    Parameters
    ----------
    folder : Path
        Where ``NNN.npy`` and ``NNN.json`` are put.
    number : int
        Its number.
    seed : int
        Of the corpus.
    plates : int
        How many.
    fonts : Path
        Folder of the fonts of ``fonts.yaml``.
    processes : int
        How many draw at once; the plates do not depend on it.
    """
    names = folder / f"{number:03d}.json"
    if names.exists():
        return
    faces = find_faces(fonts)
    folder.mkdir(parents=True, exist_ok=True)
    shape = (plates, HEIGHT + 2 * MARGIN_Y, WIDTH + 2 * MARGIN_X)
    partial = folder / f"{number:03d}.part"
    scenes = np.lib.format.open_memmap(partial, "w+", np.uint8, shape)
    parts = [(seed, number, start, min(_PART, plates - start)) for start in range(0, plates, _PART)]
    texts: list[str] = []
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for drawn, said in pool.imap(functools.partial(_draw_part, faces), parts):
            scenes[len(texts) : len(texts) + len(said)] = drawn
            texts += said
    scenes.flush()
    partial.rename(folder / f"{number:03d}.npy")
    names.write_text(json.dumps(texts), encoding="utf-8")


def _draw_part(
    faces: Faces, part: tuple[int, int, int, int]
) -> tuple[npt.NDArray[np.uint8], list[str]]:
    seed, number, start, count = part
    rng = np.random.default_rng([seed, number, start])
    scenes, texts = [], []
    for _ in range(count):
        plate = draw_plate(rng, faces)
        scenes.append(with_surroundings(rng, as_gray(rng, plate.image)))
        texts.append(plate.number.text)
    return np.stack(scenes), texts


def open_shards(folder: Path) -> Iterator[Shard]:
    """Yield the finished shards of a folder, in order."""
    for names in sorted(folder.glob("*.json")):
        texts = tuple(json.loads(names.read_text("utf-8")))
        yield Shard(np.load(names.with_suffix(".npy"), mmap_mode="r"), texts)
