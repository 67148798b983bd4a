"""Is this a misread? By one reader and by two."""

from __future__ import annotations

from typing import Any

import pytest
from pictures_made import StandInFinder, StandInReader, a_reading, cut, pixels

from workbench.errors import BadInput
from workbench.recognition import verdict
from workbench.recognition.engines import PlateEngine
from workbench.recognition.reader import Reading
from workbench.recognition.verdict import Verdict, verify

BOX = (10, 20, 60, 30)
CLEAR = 0.995
NOTHING = Reading("", 0.0, 0.0, ())


@pytest.fixture(autouse=True)
def _one_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "installed", lambda: False)


def ask(plate: str, *readings: Reading, second: Reading | None = None, **options: Any) -> Verdict:
    by = PlateEngine(
        "stand-in",
        StandInFinder(*[BOX] * len(readings)),
        cut,
        StandInReader(*readings or (NOTHING,)),
    )
    other = None if second is None else StandInReader(second)
    return verify(pixels(), plate, by=by, second=other, **options)


def clear(text: str) -> Reading:
    return a_reading(text, CLEAR)


def test_a_clear_picture_of_the_plate_agrees() -> None:
    found = ask("8abc-123", clear("8ABC123"))
    assert found.answer == "agree"
    assert found.opinions[0].probability == pytest.approx(CLEAR**7)
    assert "One reader" in found.words
    assert "Look at the picture" in found.words


def test_o_and_zero_are_one() -> None:
    zero = a_reading("8AB0123", CLEAR, {3: {"0": 0.5, "O": 0.49}})
    assert ask("8ABO123", zero).answer == "agree"
    assert ask("8AB0123", clear("8ABO123")).answer == "agree"


def test_a_clear_picture_of_another_plate_disagrees_and_says_where() -> None:
    found = ask("8GAC123", clear("8CAC123"))
    assert found.answer == "disagree"
    (where,) = found.opinions[0].differences
    assert (where.position, where.expected, where.read) == (2, "G", "C")
    assert "character 2 is C, not G" in found.words


def test_one_clear_difference_counts_though_the_rest_is_blurred() -> None:
    blurred = {2: {"B": 0.5, "8": 0.4}}
    assert ask("8GBC123", a_reading("8CBC123", CLEAR, blurred)).answer == "disagree"


@pytest.mark.parametrize("plate", ["8ABC123", "8A8C123"])
def test_a_character_that_may_be_either_cannot_tell(plate: str) -> None:
    blurred = a_reading("8ABC123", CLEAR, {2: {"B": 0.55, "8": 0.44}})
    found = ask(plate, blurred)
    assert found.answer == "cannot tell"
    assert "not clear enough" in found.words


def test_the_whole_counts_as_the_reader_says_and_another_plate_by_its_characters() -> None:
    rows = a_reading("8ABC123", 0.999).positions
    doubtful = Reading("8ABC123", 0.7, 0.7, rows)
    assert ask("8ABC123", doubtful).answer == "cannot tell"
    assert ask("8ABC123", doubtful).opinions[0].probability == pytest.approx(0.7)
    sure = Reading("8ABC123", 0.97, 0.97, a_reading("8ABC123", 0.8).positions)
    assert ask("8ABC123", sure).answer == "agree"
    either = a_reading("8ABC123", 0.99, {0: {"8": 0.6, "B": 0.3}}).positions
    half = Reading("8ABC123", 0.6, 0.6, either)
    assert ask("BABC123", half).opinions[0].probability == pytest.approx(0.3)


def test_a_reading_too_improbable_is_not_shown() -> None:
    found = ask("8ABC123", a_reading("8ABC123", 0.6))
    assert found.answer == "cannot tell"
    assert found.opinions[0].text == ""
    assert "cannot be read" in found.words


def test_another_length_disagrees_where_it_is_clear() -> None:
    found = ask("8ABC123", clear("8ABC12"))
    assert found.answer == "disagree"
    assert "nothing stands where the plate has 3 (character 7)" in found.words
    assert "I stands before character 3" in ask("8ABC12", clear("8AIBC12")).words
    assert ask("8ABC123", a_reading("8ABC12", 0.9)).answer == "cannot tell"


def test_no_plate_and_nothing_read_cannot_tell() -> None:
    assert "no plate was found" in ask("8ABC123").words
    assert ask("8ABC123", NOTHING).answer == "cannot tell"


def test_of_several_plates_the_nearest_is_meant() -> None:
    found = ask("8ABC123", clear("7XYZ789"), clear("8ABC123"))
    assert found.answer == "agree"
    found = ask("8ABC123", clear("7XYZ789"), clear("8ABC124"))
    assert [each.position for each in found.opinions[0].differences] == [7]


def test_a_picture_that_is_the_plate() -> None:
    assert ask("8ABC123", clear("8ABC123"), crop=True).answer == "agree"


SECOND = [
    ("8ABC123", "8ABC123", "agree", "Two independent readers"),
    ("8ABC128", "8ABC128", "disagree", "Two independent readers"),
    ("8ABC123", "8ABC128", "cannot tell", "the workbench's reader agrees"),
    ("8ABC128", "8ABC123", "cannot tell", "the second reader agrees"),
    ("", "8ABC123", "cannot tell", "The second reader alone agrees"),
    ("", "8ABC128", "cannot tell", "The second reader alone disagrees: character 7 is 8, not 3"),
    ("8ABC123", "", "agree", "One reader"),
    ("8ABC128", "", "disagree", "One reader"),
    ("", "", "cannot tell", "cannot be read"),
]


@pytest.mark.parametrize(("first", "other", "answer", "words"), SECOND)
def test_two_opinions(first: str, other: str, answer: str, words: str) -> None:
    ours, second = (clear(text) if text else NOTHING for text in (first, other))
    found = ask("8ABC123", ours, second=second)
    assert (found.answer, len(found.opinions)) == (answer, 2)
    assert words in found.words


@pytest.mark.parametrize("plate", ["", " - ", "A" * 13])
def test_what_is_no_plate_is_refused(plate: str) -> None:
    with pytest.raises(BadInput, match="letter or digit"):
        ask(plate, clear("8ABC123"))


def test_no_representation_shows_a_plate() -> None:
    found = ask("8ABC123", clear("8ABC128"))
    parts = [found, *found.opinions, *found.opinions[0].differences]
    assert not any("ABC" in repr(part) for part in parts)
