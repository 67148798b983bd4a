"""How well plates are found and read: ours beside RapidOCR and Tesseract, where they are installed.

    python benchmarks/recognition.py FOLDER [--others] [--weights FOLDER] [--details FILE] [--plot FILE]

FOLDER holds ``crops/`` with ``crops.csv`` (file, state, plate), and ``scenes/`` with ``scenes.csv`` (file, x, y, width,
height, plate): crops of plates, and whole photographs with one labelled plate each. Nothing here is ever trained or
tuned on. O and 0 count as one in all but the strict figure. One thread each.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workbench.recognition import engine
from workbench.recognition.reader import PlateReader, Reading

Reads = Callable[[Any], tuple[str, float | None]]


@dataclass(frozen=True)
class Crop:
    file: str
    plate: str
    image: Any


def load(folder: Path) -> list[Crop]:
    with (folder / "crops.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        Crop(row["file"], row["plate"].upper(), cv2.imread(str(folder / "crops" / row["file"])))
        for row in rows
    ]


def alike(text: str) -> str:
    return text.replace("O", "0")


def distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def calibration(sure: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Expected calibration error in ten bins of equal width, and how the sure ones did."""
    bins = np.minimum((sure * 10).astype(int), 9)
    error = sum(
        (bins == b).mean() * abs(sure[bins == b].mean() - right[bins == b].mean())
        for b in range(10)
        if (bins == b).any()
    )
    high = sure >= 0.9
    return {
        "ece": round(float(error), 4),
        "share_at_0.9": round(float(high.mean()), 4),
        "right_at_0.9": round(float(right[high].mean()), 4) if high.any() else float("nan"),
    }


def measure(
    name: str, crops: list[Crop], read: Reads
) -> tuple[dict[str, Any], list[tuple[str, str, str, float | None]]]:
    read(crops[0].image)
    took, rows = [], []
    for crop in crops:
        began = time.perf_counter()
        text, sure = read(crop.image)
        took.append((time.perf_counter() - began) * 1e3)
        rows.append((crop.file, crop.plate, text, sure))
    right = np.array([alike(text) == alike(plate) for _, plate, text, _ in rows])
    wrong = sum(distance(alike(text), alike(plate)) for _, plate, text, _ in rows)
    result: dict[str, Any] = {
        "reader": name,
        "crops": len(crops),
        "strict": round(float(np.mean([text == plate for _, plate, text, _ in rows])), 4),
        "o_as_zero": round(float(right.mean()), 4),
        "character_errors": round(wrong / sum(len(crop.plate) for crop in crops), 4),
        "ms": round(statistics.median(took), 2),
    }
    if all(sure is not None for *_, sure in rows):
        result |= calibration(np.array([float(sure or 0) for *_, sure in rows]), right)
    return result, rows


@dataclass(frozen=True)
class Scene:
    file: str
    box: tuple[int, int, int, int]
    plate: str
    image: Any


def load_scenes(folder: Path) -> list[Scene]:
    with (folder / "scenes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        Scene(
            row["file"],
            tuple(int(row[name]) for name in ("x", "y", "width", "height")),
            row["plate"].upper(),
            cv2.imread(str(folder / "scenes" / row["file"])),
        )
        for row in rows
    ]


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Return the intersection of two boxes (x, y, width, height) over their union."""
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    tall = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(0.0, wide) * max(0.0, tall)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def draw(rows: list[tuple[str, str, str, float | None]], target: Path) -> None:
    """Draw the reliability plot: how often crops said to be so probable were read rightly."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "reader-calibration"
    from matplotlib import pyplot as plt

    sure = np.array([float(each or 0.0) for *_, each in rows])
    right = np.array([alike(text) == alike(plate) for _, plate, text, _ in rows])
    bins = np.minimum((sure * 10).astype(int), 9)
    figure, (upper, lower) = plt.subplots(
        2, 1, figsize=(4.8, 5.8), sharex=True, height_ratios=[4, 1], layout="constrained"
    )
    upper.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--")
    for number in range(10):
        part = right[bins == number]
        if len(part):
            spread = 1.96 * np.sqrt(part.mean() * (1 - part.mean()) / len(part))
            place = sure[bins == number].mean()
            upper.errorbar(place, part.mean(), yerr=spread, color="#333333", marker="o", capsize=2)
            upper.annotate(
                f"{len(part)}", (place, part.mean()), (5, -12), textcoords="offset points"
            )
    lower.hist(sure, bins=np.linspace(0, 1, 21), color="0.55")
    upper.set(xlim=(0, 1), ylim=(0, 1.05), ylabel="share that was right", aspect="equal")
    lower.set(xlabel="probability said", ylabel="crops")
    for axes in (upper, lower):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Date": None} if target.suffix == ".svg" else None)
    plt.close(figure)


def measure_scenes(name: str, scenes: list[Scene]) -> dict[str, Any]:
    """Return how an engine does on whole photographs: what it found, and what it read of the labelled plate.

    End to end, the plate that it is surest to have found in the picture counts; ``any`` says how often the labelled
    plate is among all that it read there.
    """
    found = engine(name)
    found.read(scenes[0].image)
    hits, first, among, strict, took = [], [], [], [], []
    for scene in scenes:
        began = time.perf_counter()
        seen = found.read(scene.image)
        took.append((time.perf_counter() - began) * 1e3)
        boxes = [(b[0], b[1], b[2] - b[0], b[3] - b[1]) for b in (each.box for each in seen)]
        hits.append(any(overlap(box, scene.box) >= 0.5 for box in boxes))
        texts = [each.reading.text for each in seen]
        first.append(bool(texts) and alike(texts[0]) == alike(scene.plate))
        strict.append(bool(texts) and texts[0] == scene.plate)
        among.append(alike(scene.plate) in map(alike, texts))
    return {
        "engine": name,
        "photographs": len(scenes),
        "found_at_iou_0.5": round(float(np.mean(hits)), 4),
        "end_to_end_strict": round(float(np.mean(strict)), 4),
        "end_to_end_o_as_zero": round(float(np.mean(first)), 4),
        "any": round(float(np.mean(among)), 4),
        "ms": round(statistics.median(took), 1),
    }


def boxes_of(scenes: list[Scene]) -> list[Crop]:
    """Return the labelled boxes, cut out as they are."""
    return [
        Crop(
            s.file, s.plate, s.image[s.box[1] : s.box[1] + s.box[3], s.box[0] : s.box[0] + s.box[2]]
        )
        for s in scenes
    ]


def ours(weights: Path | None) -> Reads:
    reader = PlateReader(weights)

    def read(image: Any) -> tuple[str, float | None]:
        reading: Reading = reader.read([image])[0]
        return reading.text, reading.alike

    return read


def rapidocr() -> Reads | None:
    if importlib.util.find_spec("rapidocr_onnxruntime") is None:
        return None
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)

    def read(image: Any) -> tuple[str, float | None]:
        height = image.shape[0]
        band = image[int(height * 0.2) : int(height * 0.85)]
        found, _ = engine(band, use_det=False, use_cls=False, use_rec=True)
        return re.sub("[^A-Z0-9]", "", "".join(row[0] for row in found or []).upper()), None

    return read


def tesseract() -> Reads | None:
    """Return Tesseract's program on one line of text, with what helped it most of a dozen simple preparations.

    Its time includes the program's start, as for anybody who calls it for each picture.
    """
    program = shutil.which("tesseract")
    if program is None:
        return None
    os.environ["OMP_THREAD_LIMIT"] = "1"
    letters = "tessedit_char_whitelist=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    command = [program, "stdin", "stdout", "--psm", "7", "-c", letters]

    def read(image: Any) -> tuple[str, float | None]:
        page = cv2.imencode(".pgm", black_on_white(image))[1].tobytes()
        done = subprocess.run(command, input=page, capture_output=True, check=True)
        return re.sub("[^A-Z0-9]", "", done.stdout.decode().upper()), None

    return read


def black_on_white(image: Any) -> Any:
    """Return the middle of a crop, 80 pixels high, in black and white with a margin."""
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height, width = gray.shape
    gray = gray[int(height * 0.2) : int(height * 0.85), int(width * 0.03) : int(width * 0.97)]
    scale = 80 / len(gray)
    gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    gray = cv2.GaussianBlur(gray, (0, 0), 1.0)
    way = cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY
    page = cv2.adaptiveThreshold(gray, 255, *way, 81, 10)
    if page.mean() < 127:
        page = 255 - page
    return cv2.copyMakeBorder(page, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=255)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--others", action="store_true", help="RapidOCR and Tesseract too")
    parser.add_argument("--weights", type=Path, help="other weights than the package's")
    parser.add_argument("--details", type=Path, help="write what was read wrongly, as CSV")
    parser.add_argument("--plot", type=Path, help="draw the reliability plot, as SVG or PNG")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    crops = load(given.folder)
    engines: list[tuple[str, Reads | None]] = [("ours", ours(given.weights))]
    if given.others:
        engines += [("RapidOCR", rapidocr()), ("Tesseract", tesseract())]
    scenes = load_scenes(given.folder)
    for name, read in engines:
        if read is None:
            print(json.dumps({"reader": name, "installed": False}))
            continue
        result, rows = measure(name, crops, read)
        print(json.dumps(result))
        if given.plot and name == "ours":
            draw(rows, given.plot)
        result, _ = measure(f"{name}, labelled boxes", boxes_of(scenes), read)
        print(json.dumps(result))
        if given.details and name == "ours":
            with given.details.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(row for row in rows if alike(row[1]) != alike(row[2]))
    for name in ["opencv", *(["rapidocr"] if given.others and engines[1][1] else [])]:
        print(json.dumps(measure_scenes(name, scenes)))


if __name__ == "__main__":
    main()
