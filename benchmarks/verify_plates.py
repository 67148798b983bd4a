"""How often ``recognition.verify`` is right: with the plate that a picture shows, and with one that looks alike.

    python benchmarks/verify_plates.py FOLDER

FOLDER holds ``crops/`` and ``crops.csv`` (file, state, plate). Each picture is held against its own plate, and against
one in which a character, drawn by lot, is replaced by one that cameras take for it. Nothing is tuned on it.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench import recognition
from workbench.recognition.second import RapidOcrReader, installed

PAIRS = "0D OQ D0 Q0 1I I1 L1 2Z Z2 5S S5 8B B8 6G G6 CG 38 49 94 A4 VY YV UV WV KX XK PR RP FE EF MW NH HN 71 T7 JU"
ALIKE = {pair[0]: pair[1] for pair in PAIRS.split()}


class Nothing:
    """A second reader that never says anything."""

    def read(self, crops: Sequence[Any]) -> list[recognition.Reading]:
        return [recognition.Reading("", 0.0, 0.0, ()) for _ in crops]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    engine = recognition.engine()
    readers = {
        "one reader": Nothing(),
        **({"two readers": RapidOcrReader()} if installed() else {}),
    }
    answers = {(name, right): Counter[str]() for name in readers for right in (True, False)}
    lot = random.Random(3)
    with (folder / "crops.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        pixels = recognition.open_picture(folder / "crops" / row["file"]).pixels
        plate = row["plate"].upper()
        at = lot.choice([i for i, c in enumerate(plate) if c in ALIKE])
        other = plate[:at] + ALIKE[plate[at]] + plate[at + 1 :]
        if other.replace("O", "0") == plate.replace("O", "0"):
            continue
        for name, second in readers.items():
            for asked, right in ((plate, True), (other, False)):
                verdict = recognition.verify(pixels, asked, crop=True, by=engine, second=second)
                answers[name, right][verdict.answer] += 1
    for (name, right), counted in answers.items():
        total = counted.total()
        shares = ", ".join(
            f"{answer} {count / total:.1%}" for answer, count in sorted(counted.items())
        )
        print(f"{name}, {'its own plate' if right else 'one that looks alike'} ({total}): {shares}")


if __name__ == "__main__":
    main()
