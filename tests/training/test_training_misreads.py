"""The cameras' error model: shapes, drops and adds, never swapped neighbors, at the rates that the truth states."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.training import misreads
from workbench.training.misreads import ALPHABET, MODELS, WIDTH, Misreader, confusion_matrix, truth

CODE = {character: code for code, character in enumerate(ALPHABET)}


def plates(text: str, count: int) -> np.ndarray:
    row = np.zeros(WIDTH, dtype=np.uint8)
    row[: len(text)] = np.frombuffer(text.encode(), dtype=np.uint8)
    return np.tile(row, (count, 1))


def read(
    text: str, count: int, model: str = "fixed-old", *, night: bool = False, dirt: float = 0.0
) -> list[str]:
    found, _ = Misreader(model).read(
        plates(text, count), np.full(count, night), np.full(count, dirt), np.random.default_rng(3)
    )
    return [bytes(row).rstrip(b"\0").decode() for row in found]


@pytest.mark.parametrize("model", MODELS)
def test_rows_of_the_matrix_are_probabilities(model: str):
    matrix = confusion_matrix(model)
    assert matrix.shape == (36, 36)
    assert np.allclose(matrix.sum(axis=1), 1.0)
    assert (matrix > 0).all()
    assert np.diag(matrix).min() > 0.94


@pytest.mark.parametrize(
    ("true", "often", "seldom"),
    [("8", "B", "3"), ("0", "O", "C"), ("2", "Z", "7"), ("C", "G", "X"), ("1", "I", "7")],
)
def test_like_shapes_come_first(true: str, often: str, seldom: str):
    row = confusion_matrix("fixed")[CODE[true]]
    assert row[CODE[often]] > 2 * row[CODE[seldom]]


def test_characters_are_confused_as_often_as_the_matrix_says():
    count = 60_000
    found = [text for text in read("8888888", count) if len(text) == 7]
    characters = "".join(found)
    rate = characters.count("B") / len(characters)
    assert rate == pytest.approx(confusion_matrix("fixed-old")[CODE["8"], CODE["B"]], rel=0.06)


def test_neighbors_are_never_swapped():
    text = "7KT4B2H"
    swapped = {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(6)}
    assert not swapped & set(read(text, 100_000))


def test_characters_are_lost_and_added_at_the_stated_rates():
    count = 60_000
    lengths = np.array([len(text) for text in read("7KTC359", count)])
    rates = MODELS["fixed-old"]
    assert (lengths == 6).mean() == pytest.approx(rates.drop, rel=0.15)
    assert (lengths == 8).mean() == pytest.approx(rates.add, rel=0.15)
    assert set(lengths) <= {6, 7, 8}


def test_a_lost_or_added_character_leaves_the_others_in_place():
    every = np.arange(500)
    shorter, longer = plates("HJ4TC2P", 500), plates("HJ4TC2P", 500)
    misreads._drop(shorter, every, np.random.default_rng(1))
    misreads._add(longer, every, np.random.default_rng(1))
    lost = {bytes(row).rstrip(b"\0").decode() for row in shorter}
    assert lost == {"HJ4TC2P"[:i] + "HJ4TC2P"[i + 1 :] for i in range(7)}
    for row in longer:
        text = bytes(row).rstrip(b"\0").decode()
        assert "HJ4TC2P" in {text[:i] + text[i + 1 :] for i in range(8)}


def test_night_and_dirt_make_it_worse():
    clean, night, dirty = (
        sum(text != "8BZ0O1Q" for text in read("8BZ0O1Q", 8_000, **more))
        for more in ({}, {"night": True}, {"dirt": 0.8})
    )
    assert clean < night < dirty


def test_the_truth_holds_every_model():
    known = truth()
    assert set(known["models"]) == set(MODELS)
    assert known["swaps"] == 0.0
    assert np.allclose(
        np.array(known["models"]["fixed"]["matrix"]), confusion_matrix("fixed"), atol=1e-8
    )
