"""The pattern language: what it accepts, how it fails, what it counts."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.pattern import ABOUT, Item, Pattern
from workbench.analysis.plates import ALPHABET, MAX_LENGTH
from workbench.errors import BadPattern

WEIGHTS = st.integers(1, 100).map(lambda n: n / 100)


@st.composite
def items(draw):
    kind = draw(st.sampled_from(["character", "unknown", "star", "set", "weighted"]))
    if kind == "star":
        return Item(star=True)
    optional = draw(st.booleans())
    if kind == "unknown":
        return Item(optional=optional)
    characters = draw(st.sets(st.sampled_from(ALPHABET), min_size=1, max_size=35))
    certainty = draw(st.one_of(st.just(1.0), st.just(ABOUT), WEIGHTS))
    text = "".join(sorted(characters))
    if kind == "character":
        return Item(text[0], (), certainty, optional)
    weights = ()
    if kind == "weighted" and len(text) > 1:
        weights = tuple(draw(WEIGHTS) for _ in text)
    return Item(text, weights, certainty, optional)


@st.composite
def patterns(draw):
    chosen = draw(st.lists(items(), min_size=1, max_size=8))
    kept = [i for n, i in enumerate(chosen) if not (i.star and n and chosen[n - 1].star)]
    least = sum(not (i.star or i.optional) for i in kept)
    most = MAX_LENGTH if any(i.star for i in kept) else sum(not i.star for i in kept)
    length = None
    if draw(st.booleans()) and most:
        low = draw(st.integers(1, max(1, most)))
        high = draw(st.integers(max(low, least, 1), MAX_LENGTH))
        length = (low, high)
    return Pattern(tuple(kept), length)


@given(patterns())
@settings(deadline=None)
def test_a_pattern_is_its_text(pattern):
    assert Pattern.parse(str(pattern)) == pattern


@given(st.text(alphabet="7AB?*#@[]{}()~!-/. 0.5é\n", max_size=30))
@settings(max_examples=500, deadline=None)
def test_any_text_parses_or_says_why_not(text):
    try:
        pattern = Pattern.parse(text)
    except BadPattern as error:
        told = error
    else:
        assert Pattern.parse(str(pattern)) == pattern
        low, high = pattern.bounds
        assert 0 <= low <= high <= MAX_LENGTH
        return
    assert 0 <= told.position <= len(text)
    assert told.next_step


@pytest.mark.parametrize(
    ("text", "canonical", "known"),
    [
        ("7a?x1*", "7A?X1*", 4),
        ("7AB-X 123", "7ABX123", 7),
        ("[8B]A", "[8B]A", 2),
        ("[8BR]", "[8BR]", 0),
        ("A~B{0.8}C{0.3}", "A~B{0.8}C{0.3}", 2),
        ("A{0.6}", "A~", 1),
        ("[8{0.7}B{0.3}]", "[8{0.7}B{0.3}]", 1),
        ("[a-c]", "[ABC]", 0),
        ("[B8]", "[8B]", 1),
        ("[!IOQ]", "[!IOQ]", 0),
        ("(A)7", "(A)7", 1),
        ("##@", "##@", 0),
        ("[0-9]", "#", 0),
        ("***", "*", 0),
        ("*7*A*", "*7*A*", 2),
        ("7A*/7", "7A*/7", 2),
        ("7A* / 6 - 7", "7A*/6-7", 2),
        ("[8]", "8", 1),
        ("[0-9A-Z]", "?", 0),
    ],
)
def test_reading_and_counting(text, canonical, known):
    pattern = Pattern.parse(text)
    assert str(pattern) == canonical
    assert pattern.known_characters == known


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "empty"),
        ("7A[8B", 2, "never closed"),
        ("7A[]", 2, "no character"),
        ("7A]", 2, "does not belong"),
        ("~A", 0, "stands behind nothing"),
        ("7A{1.5}", 2, "between 0 and 1"),
        ("7A{0}", 2, "between 0 and 1"),
        ("7A{0.5", 2, "never closed"),
        ("7?~", 2, "unknown already"),
        ("7*{0.5}", 2, "unknown already"),
        ("A~~", 2, "second certainty"),
        ("7Ñ", 1, "not on plates"),
        ("7A$", 2, "means nothing"),
        ("[8{0.5}B]", 0, "have a weight"),
        ("[88]", 2, "stands twice"),
        ("[F-A]", 1, "no end after its start"),
        ("[9-A]", 1, "no end after its start"),
        ("(AB)", 0, "not closed"),
        ("(*)", 0, "nothing already"),
        ("()", 0, "holds nothing"),
        ("7A/0", 2, "1 to 12"),
        ("7A/x", 2, "no length"),
        ("7A/7", 3, "at least 7"),
        ("7ABC/3", 5, "at most 3"),
        ("?" * 13, 12, "no plate has more"),
        ("7" + "A" * 9000, 0, "longer than"),
    ],
)
def test_errors_point_at_the_character(text, position, words):
    with pytest.raises(BadPattern, match=re.escape(words)) as caught:
        Pattern.parse(text)
    assert caught.value.position == position
    assert caught.value.next_step


def test_an_error_shows_the_shape_and_a_caret_but_no_character_of_the_plate():
    with pytest.raises(BadPattern) as caught:
        Pattern.parse("7ZQW[8B")
    message = str(caught.value)
    shape, caret = message.splitlines()[1:3]
    assert shape == "    ····[··"
    assert caret.startswith("        ^")
    assert not any(c in message.splitlines()[0] for c in "ZQW8")
    assert "7ZQW" not in message


@given(patterns())
@settings(deadline=None)
def test_its_representation_shows_no_plate(pattern):
    assert re.fullmatch(r"<Pattern of \d+ items, \d+ characters known>", repr(pattern))


def test_bounds_on_length():
    assert Pattern.parse("7A?X").bounds == (4, 4)
    assert Pattern.parse("7A(?)X").bounds == (3, 4)
    assert Pattern.parse("7A*").bounds == (2, 12)
    assert Pattern.parse("7A*/6-7").bounds == (6, 7)


def test_a_whole_plate():
    assert str(Pattern.exact("7abx-123")) == "7ABX123"
    with pytest.raises(BadPattern):
        Pattern.exact("?")


def test_a_photograph():
    pattern = Pattern.from_probabilities(
        [{"7": 0.99, "1": 0.004}, {"8": 0.6, "B": 0.37, "0": 0.03}, {}, {"A": 0.31, "4": 0.29}]
    )
    assert str(pattern) == "7{0.99}[0{0.03}8{0.6}B{0.37}]?[4{0.29}A{0.31}]{0.6}".replace(
        "{0.6}", "{0.6}", 1
    ).replace("]{0.6}", "]~")
    assert Pattern.parse(str(pattern)) == pattern
    assert pattern.known_characters == 2


@pytest.mark.parametrize("rows", [[{"é": 0.5}], [{"A": 0.9, "B": 0.9}], []])
def test_a_photograph_that_cannot_be(rows):
    with pytest.raises(BadPattern):
        Pattern.from_probabilities(rows)


def test_a_distribution_adds_up():
    item = Pattern.parse("[8{0.6}B{0.2}]").items[0]
    assert item.distribution()[ALPHABET.index("8")] == pytest.approx(0.75)
    assert item.distribution().sum() == pytest.approx(1)
