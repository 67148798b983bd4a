"""Small counts are kept back, and cannot be worked out from what is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.custody.suppression import LEAST, RULE, shown, suppress

COUNTS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 40), max_size=9
)


@given(COUNTS)
def test_no_small_count_is_shown_and_the_sum_is_right(counts: dict[str, int]) -> None:
    found = suppress(counts)
    assert all(count >= LEAST and counts[name] == count for name, count in found.rows)
    total = sum(counts.values())
    assert found.total == shown(total)
    assert found.together_count == 0 or found.together_count >= LEAST
    if total >= LEAST:
        assert sum(count for _, count in found.rows) + found.together_count == total
    else:
        assert (found.rows, found.together) == ((), ())


@given(COUNTS)
def test_no_small_count_can_be_worked_out(counts: dict[str, int]) -> None:
    """Whoever knows every shown number and the rule still cannot tell one small count from another."""
    found = suppress(counts)
    small = {name for name, count in counts.items() if 0 < count < LEAST}
    if not found.together:
        assert not small or sum(counts.values()) < LEAST
        return
    assert small <= set(found.together)
    assert len(found.together) >= 2


@given(COUNTS)
def test_nothing_is_left_out_but_what_did_not_occur(counts: dict[str, int]) -> None:
    found = suppress(counts)
    if sum(counts.values()) >= LEAST:
        named = {name for name, _ in found.rows} | set(found.together)
        assert named == {name for name, count in counts.items() if count > 0}


def test_a_table_as_a_reader_sees_it() -> None:
    found = suppress({"Homicide": 1, "Robbery": 3, "Patrol": 90, "Stolen vehicle": 12, "Audit": 0})
    assert found.rows == (("Patrol", 90),)
    assert (found.together, found.together_count) == (("Homicide", "Robbery", "Stolen vehicle"), 16)
    assert found.total == "106"


def test_two_small_counts_that_reach_five_hide_each_other() -> None:
    found = suppress({"a": 4, "b": 2, "c": 50})
    assert found.rows == (("c", 50),)
    assert found.together_count == 6


def test_a_single_count() -> None:
    assert [shown(count) for count in (0, 1, 4, 5, 1234)] == [
        "none", "fewer than 5", "fewer than 5", "5", "1,234",
    ]  # fmt: skip
    assert suppress({"a": 3}).total == "fewer than 5"
    assert suppress({}).total == "none"
    assert f"fewer than {LEAST}" in RULE
