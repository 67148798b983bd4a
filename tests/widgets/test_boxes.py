"""The row of character boxes: what each box means, and that a pattern survives the way there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.pattern import MAX_ITEMS, Item, Pattern
from workbench.analysis.plates import ALPHABET, DIGITS, LETTERS, MAX_LENGTH
from workbench.errors import BadPattern
from workbench.widgets.boxes import (
    FEWEST,
    BoxRow,
    length_of,
    length_text,
    pattern_of,
    problems,
    row_of,
    spread,
    words,
)


def only(*texts: str, **more: bool) -> BoxRow:
    """Return a row with nothing behind it."""
    return BoxRow(tuple(texts), **{"behind": False, **more})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7", "7"),
        ("b", "B"),
        ("8B", "[8B]"),
        ("8,b", "[8B]"),
        ("8 or B", "[8B]"),
        ("8|B/3", "[38B]"),
        ("A-C", "[ABC]"),
        ("!IOQ", "[!IOQ]"),
        ("B~", "B~"),
        ("B?", "B~"),
        ("8B~", "[8B]~"),
        ("B{0.8}", "B{0.8}"),
        ("[8{0.7}B{0.3}]", "[8{0.7}B{0.3}]"),
        ("(A)", "(A)"),
        ("(8B)", "([8B])"),
        ("?", "?"),
        ("", "?"),
        ("#", "#"),
        ("@", "@"),
        ("*", "*"),
    ],
)
def test_a_box_takes_what_is_known_of_a_character(typed: str, meant: str) -> None:
    assert str(pattern_of(only(typed, "X"))) == str(Pattern.parse(meant + "X"))


def test_empty_boxes_are_unknown_between_others_and_nothing_at_the_end() -> None:
    assert str(pattern_of(only("", "A", "", "X", "", ""))) == "?A?X"


def test_the_ends_say_whether_more_may_stand_there() -> None:
    row = only("A", "1")
    assert str(pattern_of(row)) == "A1"
    assert str(pattern_of(only("A", "1", front=True))) == "*A1"
    assert str(pattern_of(only("A", "1", front=True, behind=True))) == "*A1*"


def test_a_row_starts_open_behind_so_that_nothing_typed_is_any_plate() -> None:
    assert str(pattern_of(BoxRow())) == "*"
    with pytest.raises(BadPattern, match="Nothing of the plate"):
        pattern_of(only("", ""))


@pytest.mark.parametrize(
    "typed", ["Ä", "$", "AA", "~", "?~", "8?B", "[8", "()", "8$", "{", "A~~", "7A*", "[8]9"]
)
def test_what_cannot_be_understood_is_said_at_its_box(typed: str) -> None:
    row = only("7", typed, "X")
    first, wrong, last = problems(row)
    assert (first, last) == ("", "")
    assert wrong
    assert "Character" not in wrong
    assert "\n" not in wrong
    with pytest.raises(BadPattern) as raised:
        pattern_of(row)
    assert raised.value.position == 1
    assert words(row) == ""


def test_a_message_shows_no_letters_of_what_was_typed() -> None:
    assert not set("QXZ") & set(problems(only("QXZ$"))[0])


def test_too_many_boxes_and_a_length_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadPattern, match="no plate has more"):
        pattern_of(only(*"ABCDEFGHIJKLM"))
    with pytest.raises(BadPattern, match="its length says at most 2"):
        pattern_of(BoxRow(("A", "B", "C"), length=(2, 2)))


def test_a_pasted_plate_fills_the_row_whatever_box_it_went_into() -> None:
    row = spread(only("Q"), 3, "7abx-123")
    assert row.used == tuple("7ABX123")
    assert not row.front
    assert not row.behind


def test_a_pasted_pattern_brings_its_ends_and_its_length() -> None:
    row = spread(BoxRow(), 0, "*A?[8B]X~*/6-7")
    assert row.used == ("A", "?", "8B", "X~")
    assert (row.front, row.behind, row.length) == (True, True, (6, 7))


def test_a_few_pasted_characters_fill_from_their_box_on() -> None:
    row = spread(BoxRow(("7", "A", "Q", "Q", "1")), 2, "BX")
    assert row.used == ("7", "A", "B", "X", "1")
    assert row.behind


def test_what_is_pasted_and_no_pattern_stays_in_the_box_and_is_said() -> None:
    row = spread(BoxRow(), 1, " $$ ")
    assert row.texts[1] == "$$"
    assert problems(row)[1]


def test_a_row_shows_as_many_boxes_as_states_have_characters() -> None:
    assert len(row_of("7A").texts) == FEWEST
    assert len(row_of("ABCDEFGHIJ").texts) == 10


def test_words_say_how_the_row_is_understood() -> None:
    assert words(BoxRow(("7", "", "8B"))) == (
        "7, an unknown character, 8 or B, then anything or nothing"
    )
    assert words(BoxRow()) == ""


@pytest.mark.parametrize("length", [None, (7, 7), (6, 7)])
def test_a_length_is_written_as_it_is_read(length: tuple[int, int] | None) -> None:
    assert length_of(length_text(length)) == length


@pytest.mark.parametrize("written", ["0", "99", "7-6", "seven"])
def test_a_length_that_no_plate_has_is_refused(written: str) -> None:
    with pytest.raises(BadPattern):
        length_of(written)


# -- any pattern ----------------------------------------------------------------------------------------------

certainties = st.integers(1, 100).map(lambda hundredths: hundredths / 100)


@st.composite
def items(draw: st.DrawFn) -> Item:
    kinds = [ALPHABET, DIGITS, LETTERS, *ALPHABET]
    some = st.sets(st.sampled_from(ALPHABET), min_size=1).map(lambda found: "".join(sorted(found)))
    characters = draw(st.sampled_from(kinds) | some)
    weights: tuple[float, ...] = ()
    if len(characters) > 1 and draw(st.booleans()):
        weights = tuple(draw(certainties) for _ in characters)
    unknown = characters == ALPHABET and not weights
    certainty = 1.0 if unknown else draw(st.just(1.0) | st.just(0.6) | certainties)
    return Item(characters, weights, certainty, optional=draw(st.booleans()))


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    places: list[Item] = draw(st.lists(items(), min_size=1, max_size=MAX_LENGTH))
    for at in sorted(draw(st.sets(st.integers(0, len(places)), max_size=2)), reverse=True):
        places.insert(at, Item(star=True))
    places = places[:MAX_ITEMS]
    made = Pattern(tuple(places))
    least, most = made.bounds
    lengths = st.integers(max(1, least), most) if most >= max(1, least) else st.nothing()
    length = draw(st.none() | lengths.map(lambda size: (size, size))) if most else None
    return Pattern(tuple(places), length)


@given(patterns())
def test_every_pattern_survives_the_way_into_the_boxes_and_back(pattern: Pattern) -> None:
    row = row_of(pattern)
    assert not any(problems(row))
    assert str(pattern_of(row)) == str(pattern)
    assert pattern_of(row_of(str(pattern))) == Pattern.parse(str(pattern))


@given(st.lists(st.text(max_size=6), max_size=MAX_ITEMS), st.booleans(), st.booleans())
def test_whatever_is_typed_is_a_pattern_or_said_to_be_none(
    texts: list[str], front: bool, behind: bool
) -> None:
    row = BoxRow(tuple(texts), front, behind)
    said = problems(row)
    assert len(said) == len(texts)
    pattern = refused = None
    try:
        pattern = pattern_of(row)
    except BadPattern as error:
        refused = error
    if pattern is None:
        assert refused is not None
        assert refused.next_step
    else:
        assert not any(said)
        assert pattern_of(row_of(pattern)) == pattern


@given(st.text(max_size=40), st.integers(0, FEWEST - 1))
def test_whatever_is_pasted_leaves_a_row(pasted: str, at: int) -> None:
    row = spread(BoxRow(("7", "A")), at, pasted)
    assert FEWEST <= len(row.texts) <= MAX_ITEMS
    assert len(problems(row)) == len(row.texts)
