"""The whole ranking equals a slow one in plain arithmetic, whatever the pattern, the vehicles and the threads."""

import re
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_ranking import slow_rank
from slow_reference import PLATES, small_patterns

from workbench.analysis import fits, kernel
from workbench.analysis.partial import rank
from workbench.analysis.pattern import MAX_ITEMS, Pattern
from workbench.errors import BadPattern

COLORS = ["gray", "silver", "silver-gray", "black", "red", "white", ""]
ALTERNATES = st.lists(st.tuples(PLATES, st.floats(0.01, 0.95)), max_size=3)


@st.composite
def some_vehicles(draw):
    plates = draw(
        st.lists(PLATES.filter(lambda p: len(p) <= 8), min_size=1, max_size=8, unique=True)
    )
    return [
        {
            "plate": plate,
            "state": "CA",
            "reads": draw(st.integers(1, 25)),
            "color": draw(st.sampled_from(COLORS)),
            "color_confidence": draw(st.sampled_from([0.2, 0.6, 0.9, 1.0])),
            "nearest_m": draw(st.floats(0, 30_000)),
            "nearest_minutes": draw(st.floats(0, 90)),
            "confidence": draw(st.floats(0.3, 0.99)),
            "alternates": [[other, sure] for other, sure in draw(ALTERNATES)],
        }
        for plate in plates
    ]


@given(
    small_patterns(),
    some_vehicles(),
    st.sampled_from([None, "gray", "dark", "red", "silver-gray"]),
    st.booleans(),
    st.sampled_from([0.1, 0.3, 0.6]),
)
@settings(max_examples=120, deadline=None)
def test_the_whole_ranking_equals_the_slow_one(pattern, vehicles, color, near, unread):
    result = rank(pattern, pd.DataFrame(vehicles), color=color, near=near, unread=unread, limit=99)
    weights, none = slow_rank(pattern, vehicles, color=color, near=near, unread=unread)
    total = sum(weights.values()) + none
    assert result.attrs["none_of_these"] == pytest.approx(none / total, rel=1e-8)
    found = dict(zip(result["plate"], result["probability"], strict=True))
    best = max(weights.values())
    for plate, weight in weights.items():
        if plate in found:
            assert found[plate] == pytest.approx(weight / total, rel=1e-7)
        else:
            assert weight <= best * 1.001e-6
    order = [weights[plate] for plate in result["plate"]]
    assert np.allclose(order, sorted(order, reverse=True), rtol=1e-9)
    listed = result["probability"].sum() + result.attrs["none_of_these"] + result.attrs["others"]
    assert listed == pytest.approx(1.0, abs=1e-9)


NUMBER = r"([\d,.]*\d(?:e[+-]?\d+)?)"


@given(small_patterns(), some_vehicles(), st.sampled_from([None, "gray", "dark"]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_the_numbers_of_every_explanation_multiply_to_its_probability(
    pattern, vehicles, color, near
):
    result = rank(pattern, pd.DataFrame(vehicles), color=color, near=near, limit=99)
    for line, probability in zip(result["explanation"], result["probability"], strict=True):
        factors = [number(text) for text in re.findall(rf"×{NUMBER}", line)]
        assert len(factors) == 2 + (color is not None) + near
        starts = number(re.search(rf"starts at 1 in {NUMBER}", line)[1])
        weight, total = map(number, re.search(rf": {NUMBER} of {NUMBER} in all", line).groups())
        # Each number is rounded to three digits.
        assert np.prod(factors) / starts == pytest.approx(weight, rel=0.006 * (len(factors) + 2))
        assert weight / total == pytest.approx(probability, rel=0.012)
        said = re.search(r", (?:under |over )?([\d.]+) %$", line)
        assert float(said[1]) / 100 == pytest.approx(probability, rel=0.06, abs=0.0011)


def number(text):
    return float(text.replace(",", ""))


def fleet(count, seed):
    rng = np.random.default_rng(seed)
    plates = ["".join(rng.choice(list("78AB01X"), rng.integers(2, 9))) for _ in range(count)]
    frame = pd.DataFrame({"plate": plates, "state": "CA", "reads": rng.integers(1, 9, count)})
    return frame.assign(color=rng.choice(COLORS, count), nearest_m=rng.uniform(0, 4000, count))


@given(small_patterns(), st.integers(0, 9), st.sampled_from([1, 7, 64]), st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_order_does_not_depend_on_how_many_threads_there_are(pattern, seed, chunk, many):
    frame = fleet(300, seed)
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "_CHUNK", chunk)
        patch.setattr(kernel.os, "cpu_count", lambda: 8)
        if many:
            patch.setattr(fits, "MANY", 100)
        for threads in (1, 2, 4):
            patch.setattr(kernel, "MAX_THREADS", threads)
            found.append(rank(pattern, frame, color="gray", near=True, limit=300))
    for other in found[1:]:
        pd.testing.assert_frame_equal(found[0], other, check_exact=True)
        assert other.attrs == found[0].attrs


# --- however odd -----------------------------------------------------------------------------------

HERE = pd.DataFrame({"plate": ["7ABX123", "B", "8" * 12, "A" * 13, ""], "state": "CA", "reads": 2})
SIGNS = "".join(sorted({*string.ascii_uppercase[:4], *"0189?*#@[]{}()~/!-.,· \t"}))


def ranked_or_refused(text):
    """Rank what the text says if it is a pattern; a refusal points into the text."""
    pattern = refusal = None
    try:
        pattern = Pattern.parse(text)
    except BadPattern as error:
        refusal = error
    if pattern is None:
        assert refusal.position is None or 0 <= refusal.position <= len(text)
        return
    assert Pattern.parse(str(pattern)) == pattern
    assert len(pattern.items) <= MAX_ITEMS
    result = rank(pattern, HERE)
    assert result["probability"].between(0, 1).all()
    assert 0 <= result.attrs["none_of_these"] <= 1
    assert result["explanation"].str.endswith("%").all()


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_text_of_any_alphabet_crashes_it(text):
    ranked_or_refused(text)


@given(st.text(alphabet=SIGNS, max_size=24))
@settings(max_examples=200, deadline=None)
def test_no_heap_of_signs_crashes_it(text):
    ranked_or_refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "*" * 8000,
        "?*" * 2000,
        "*?" * 7 + "*",
        "A*" * 8,
        "(" * 4000 + "A" + ")" * 4000,
        "((((A))))",
        "(?)" * 12,
        "(?)*" * 7,
        "[" * 3000,
        "[A-Z0-9]" * 12,
        "[!A]" * 12,
        "[" + "".join(f"{c}{{0.01}}" for c in string.ascii_uppercase + string.digits) + "]",
        "[" + "A" * 5000 + "]",
        "A{0." + "0" * 300 + "1}",
        "A{" + "9" * 4000 + "}",
        "A{1e-300}",
        "[A{0.000000000001}B{1}]",
        "~" * 100,
        "A~" * 12,
        "/" * 50,
        "*/12",
        "*/99999999999",
        "A/0",
        "\x00",
        "\u202e7ABX",
        "７ＡＢＸ",
        "ⅦABX",
        "😀" * 20,
        "A\u0301" * 5,
        "ß",
        "ﬁ",
        "\ud800",
        "9" * 8192,
        "9" * 8193,
        " " * 8000 + "7A*",
        "-" * 8000,
        "",
        "١٢٣",
    ],
    ids=lambda text: f"{len(text)}: {text[:12]!a}",
)
def test_the_oddest_patterns_are_ranked_or_refused(text):
    ranked_or_refused(text)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(string.ascii_uppercase + string.digits), st.floats(0, 0.02)
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_no_photograph_crashes_it(rows):
    result = rank(Pattern.from_probabilities(rows), HERE, seen_by="camera")
    assert result["probability"].between(0, 1).all()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_odd_vehicle_crashes_it(data):
    values = {
        "plate": st.text(max_size=14),
        "state": st.sampled_from(["CA", "", "XX", None, "NV"]),
        "reads": st.sampled_from([0, 1, 3, 10**6, None]),
        "color": st.sampled_from(["gray", "GREY ", "plaid", "", None, "silver-gray"]),
        "color_confidence": st.sampled_from([None, 0.0, 1.0, 7.0, -1.0]),
        "nearest_m": st.sampled_from([None, 0.0, 1e9]),
        "nearest_minutes": st.sampled_from([None, 0.0, -3.0, 1e9]),
        "confidence": st.sampled_from([None, 0.0, 1.0]),
        "alternates": st.sampled_from(
            [None, [], [["7A8X123", 0.0]], [["7A8X123", 5.0], ["", 0.4]]]
        ),
    }
    rows = data.draw(st.lists(st.fixed_dictionaries(values), max_size=5))
    frame = pd.DataFrame(rows, columns=list(values))
    result = rank(Pattern.parse("7A[8B]X*"), frame, color="dark", near=True)
    assert result["probability"].between(0, 1).all()
    assert 0 < result.attrs["none_of_these"] <= 1
