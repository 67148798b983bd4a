"""Two ways of reading one crop become one text with probabilities."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from workbench.analysis.plates import ALPHABET
from workbench.recognition.decoding import (
    Calibration,
    column_probability,
    decode,
    merged,
    softmax,
    whole_probability,
)

Table = npt.NDArray[np.float64]


def code(text: str) -> list[int]:
    return [1 + ALPHABET.index(c) for c in text]


def table(size: int, *rows: dict[str, float], step: int = 1) -> Table:
    """Probabilities of places or columns; what is not given is "nothing"."""
    result = np.zeros((size, 37))
    result[:, 0] = 1
    for i, row in enumerate(rows):
        result[i * step, 0] = 1 - sum(row.values())
        for character, probability in row.items():
            result[i * step, code(character)[0]] = probability
    return result


def both(*rows: dict[str, float]) -> tuple[Table, Table]:
    return table(9, *rows), table(24, *rows, step=2)


def text_of(classes: tuple[int, ...]) -> str:
    return "".join(ALPHABET[c - 1] for c in classes)


def laid_out(columns: Table, text: tuple[int, ...]) -> float:
    """The sum over every path, one by one: what the quick way must give."""
    total = 0.0
    for path in itertools.product(range(columns.shape[1]), repeat=len(columns)):
        folded = tuple(c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c))
        if folded == text:
            total += float(np.prod(columns[np.arange(len(path)), path]))
    return total


@pytest.mark.parametrize("text", [(), (1,), (2, 1), (1, 1), (1, 2, 1), (2, 2, 1)])
def test_columns_sum_over_every_way_to_lay_a_text_out(text: tuple[int, ...]) -> None:
    columns = softmax(np.random.default_rng(6).normal(0, 1.5, (5, 3)))
    padded = np.zeros((2, 4), np.int64)
    padded[0, : len(text)] = text
    padded[1, :3] = (1, 2, 2)
    assert column_probability(columns, padded)[0] == pytest.approx(laid_out(columns, text))


def test_all_texts_of_the_columns_add_up_to_one() -> None:
    columns = softmax(np.random.default_rng(2).normal(0, 1, (4, 3)))
    texts = [t for n in range(5) for t in itertools.product((1, 2), repeat=n)]
    padded = np.zeros((len(texts), 4), np.int64)
    for row, text in zip(padded, texts, strict=True):
        row[: len(text)] = text
    assert column_probability(columns, padded).sum() == pytest.approx(1.0)


def test_two_that_agree_are_read() -> None:
    found = decode(*both({"7": 0.9, "1": 0.1}, {"A": 0.8, "4": 0.2}, {"B": 1.0}))
    assert text_of(found.text) == "7AB"
    assert found.mean == pytest.approx(0.72)
    assert found.alike_mean == found.mean
    assert found.positions[0, ALPHABET.index("7")] == pytest.approx(0.9)
    assert found.positions[1, ALPHABET.index("4")] == pytest.approx(0.2)


def test_the_surer_way_wins_and_the_doubt_remains() -> None:
    places = table(9, {"8": 0.6, "B": 0.4}, {"1": 1.0})
    columns = table(24, {"8": 0.02, "B": 0.98}, {"1": 1.0}, step=2)
    found = decode(places, columns)
    assert text_of(found.text) == "B1"
    assert found.mean == pytest.approx(np.sqrt(0.4 * 0.98))
    assert 0 < found.positions[0, ALPHABET.index("8")] < 0.5


def test_neither_reading_may_be_the_best() -> None:
    places = table(9, {"A": 0.9, "4": 0.1}, {"8": 0.6, "B": 0.4})
    columns = table(24, {"A": 0.4, "4": 0.6}, {"8": 0.1, "B": 0.9}, step=2)
    assert text_of(decode(places, columns).text) == "AB"


def test_a_character_that_may_be_too_many_leaves_a_part_open() -> None:
    places = table(9, {"A": 1.0}, {"1": 0.7})
    columns = table(24, {"A": 1.0}, {"1": 0.7}, step=2)
    found = decode(places, columns)
    assert text_of(found.text) == "A1"
    assert found.positions[1].sum() == pytest.approx(0.7)


def test_nothing_is_an_empty_text() -> None:
    found = decode(*both())
    assert found.text == ()
    assert found.mean == pytest.approx(1.0)
    assert found.positions.shape == (0, 36)


def test_o_and_zero_together() -> None:
    found = decode(*both({"O": 0.5, "0": 0.5}, {"D": 1.0}))
    assert found.mean == pytest.approx(0.5)
    assert found.alike_mean == pytest.approx(1.0)
    assert merged(both({"O": 0.3, "0": 0.5})[0])[0, code("0")[0]] == pytest.approx(0.8)


def test_positions_never_hold_more_than_everything() -> None:
    rng = np.random.default_rng(9)
    for _ in range(60):
        found = decode(
            softmax(rng.normal(0, 3, (9, 37))), softmax(rng.normal(0, 3, (24, 37))), sharpness=0.8
        )
        assert (found.positions.sum(1) <= 1 + 1e-9).all()
        assert (found.positions.argmax(1) == np.array(found.text, int) - 1).all()
        assert 0 <= found.mean <= found.alike_mean + 1e-12 <= 1 + 1e-9


def test_calibration_moves_and_keeps_the_order() -> None:
    sure, plain = Calibration(slope=2.0, offset=-1.0), Calibration()
    assert plain.whole(0.83) == pytest.approx(0.83)
    moved = [sure.whole(p) for p in (0.0, 0.1, 0.5, 0.9, 1.0)]
    assert moved == sorted(moved)
    assert 0 <= moved[0] < moved[2] < 0.5 < moved[4] <= 1


def test_a_mean_is_of_both() -> None:
    places, columns = both({"A": 0.25})
    columns[0, 0], columns[0, code("A")[0]] = 0.0, 1.0
    texts = np.zeros((1, 9), np.int64)
    texts[0, 0] = code("A")[0]
    assert whole_probability(places, columns, texts)[0] == pytest.approx(0.5)
