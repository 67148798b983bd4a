"""The plate index: few bytes a plate, the same however it came about, whole or not there at all."""

import stat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.plateindex import DAY_US, STATE_NUMBERS, PlateIndex
from workbench.analysis.plates import ALPHABET, is_plausible

PLATES = st.text(ALPHABET, min_size=1, max_size=12)
ROWS = st.dictionaries(
    st.tuples(PLATES, st.sampled_from(["", "CA", "UT"])),
    st.tuples(st.integers(0, 400), st.integers(0, 300), st.integers(1, 400)),
    max_size=40,
)


def index_of(rows, **about):
    keys = sorted(rows)
    columns = np.array([rows[key] for key in keys], dtype=np.int64).reshape(-1, 3)
    first = columns[:, 0] * DAY_US
    plates, states = [key[0] for key in keys], [key[1] for key in keys]
    return PlateIndex.of(
        plates, states, first, first + columns[:, 1] * DAY_US, columns[:, 2], about
    )


def content(index):
    found = {}
    for shelf in index.shelves:
        rows = np.arange(len(shelf))
        numbers = zip(shelf.first, shelf.last, shelf.reads, shelf.odd, strict=True)
        keys = zip(
            shelf.plates.texts(rows),
            [STATE_NUMBERS[n] for n in shelf.state_numbers(rows)],
            strict=True,
        )
        for key, values in zip(keys, numbers, strict=True):
            assert key not in found
            found[key] = tuple(int(value) for value in values)
    return found


def expected(rows):
    return {
        key: (first, first + more, min(reads, 255), not is_plausible(*key))
        for key, (first, more, reads) in rows.items()
    }


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_it_holds_what_was_put_in(rows):
    index = index_of(rows)
    assert len(index) == len(rows)
    assert content(index) == expected(rows)


@given(ROWS, ROWS)
@settings(max_examples=60, deadline=None)
def test_what_is_added_is_as_if_it_had_always_been_there(old, new):
    together = dict(old)
    for key, (first, more, reads) in new.items():
        if key in together:
            one, two, three = together[key]
            start = min(one, first)
            together[key] = (start, max(one + two, first + more) - start, three + reads)
        else:
            together[key] = (first, more, reads)
    added, at_once = index_of(old).with_more(index_of(new)), index_of(together)
    for shelf, other in zip(added.shelves, at_once.shelves, strict=True):
        for values, same in zip(shelf.arrays, other.arrays, strict=True):
            reads = np.minimum(values, 255) if values is shelf.reads else values
            assert np.array_equal(reads, same)


@given(ROWS)
@settings(max_examples=25, deadline=None)
def test_saved_and_opened_it_is_the_same(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("index") / "plates.index"
    index_of(rows, transfers=[1, 2]).save(path)
    opened = PlateIndex.open(path)
    assert content(opened) == expected(rows)
    assert opened.about == {"transfers": [1, 2]}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_less_than_sixteen_bytes_a_plate():
    heads = [f"{n}{a}{b}C" for n in range(10) for a in "ABCDEFGH" for b in "ABCDEFGH"]
    rows = {(f"{head}{n:03d}", "CA"): (n, 1, 1) for head in heads for n in range(0, 1000, 100)}
    assert len(rows) == 6400
    assert 10 * len(rows) <= index_of(rows).nbytes <= 12 * len(rows)


def test_an_opened_index_can_be_read_and_not_written(tmp_path):
    path = tmp_path / "plates.index"
    index_of({("7ABC123", "CA"): (1, 1, 1)}).save(path)
    opened = PlateIndex.open(path)
    with pytest.raises(ValueError, match="read-only"):
        opened.narrow.plates.tail[0] = 1


def test_who_has_the_old_one_open_goes_on_with_it(tmp_path):
    path = tmp_path / "plates.index"
    old, new = {("7ABC123", "CA"): (1, 1, 1)}, {("8XYZ999", "CA"): (2, 1, 1)}
    index_of(old).save(path)
    opened = PlateIndex.open(path)
    opened.with_more(index_of(new)).save(path)
    assert content(opened) == expected(old)
    assert content(PlateIndex.open(path)) == expected({**old, **new})


@pytest.mark.parametrize("cut", [0, 1, 5, 14, 20, 40, -1])
def test_a_file_that_is_not_whole_is_none(tmp_path, cut):
    path = tmp_path / "plates.index"
    index_of({("7ABC123", "CA"): (1, 1, 1)}).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    assert PlateIndex.open(path) is None
    path.write_bytes(b"another thing\n" + whole)
    assert PlateIndex.open(path) is None
    path.unlink()
    assert PlateIndex.open(path) is None


def test_a_window_takes_whole_days():
    index = index_of({("A1", "CA"): (10, 5, 1), ("B2", "CA"): (20, 0, 1)})
    shelf = index.narrow

    def inside(start, end):
        return shelf.within(start, end).tolist()

    assert inside(15 * DAY_US, 15 * DAY_US + 1) == [True, False]
    assert inside(0, 10 * DAY_US) == [False, False]  # the end is excluded
    assert inside(0, 10 * DAY_US + 1) == [True, False]
    assert inside(20 * DAY_US + 5, 21 * DAY_US) == [False, True]
    assert inside(16 * DAY_US, 20 * DAY_US) == [False, False]
