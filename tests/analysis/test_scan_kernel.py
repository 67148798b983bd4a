"""The compiled scan: the same however it is cut, threaded, cached or not compiled at all."""

import numba
import numpy as np
import pytest

from workbench.analysis import kernel
from workbench.analysis.errormodels import error_model
from workbench.analysis.pattern import Pattern
from workbench.analysis.plateset import PlateSet
from workbench.analysis.scoring import scores, tables

WITNESS = error_model("witness")
TEXTS = ["7A?B*", "7AB01", "*B1*", "7(A)[8B]0~?"]


def plates(count=3000, seed=4):
    rng = np.random.default_rng(seed)
    return PlateSet.of(
        ["".join(rng.choice(list("78AB01"), rng.integers(1, 8))) for _ in range(count)]
    )


def scanned(kept, built, threshold=0.0):
    return kernel.scan(kept, built, threshold)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("threshold", [0.0, 1e-6])
def test_it_does_not_matter_where_the_plates_are_cut(monkeypatch, text, threshold):
    kept = plates()
    built = tables(Pattern.parse(text), WITNESS, 8)
    whole = scanned(kept, built, threshold)
    for chunk, threads in ((7, 1), (97, 4), (1000, 2)):
        monkeypatch.setattr(kernel, "_CHUNK", chunk)
        monkeypatch.setattr(kernel, "MAX_THREADS", threads)
        monkeypatch.setattr(kernel.os, "cpu_count", lambda: 8)
        cut = scanned(kept, built, threshold)
        assert (cut.rows == whole.rows).all()
        assert (cut.values == whole.values).all()


@pytest.mark.parametrize("text", TEXTS)
def test_a_threshold_passes_over_what_is_below_it_and_nothing_else(text):
    kept = plates()
    built = tables(Pattern.parse(text), WITNESS, 8)
    every = scanned(kept, built)
    for part in (0.1, 0.9, 0.999, 1.0):
        threshold = float(np.quantile(every.values, part))
        some = scanned(kept, built, threshold)
        high = every.values >= threshold
        assert (some.rows == every.rows[high]).all()
        assert (some.values == every.values[high]).all()
    assert len(scanned(kept, built, 2.0 * float(every.values.max())).rows) == 0


@pytest.mark.parametrize("text", [*TEXTS, "7", "*", "(7)", "7A?B1?0[8B]"])
def test_compiled_and_plain_python_agree(text, monkeypatch):
    kept = PlateSet.of(
        ["", "7", "B1", "7AB", "7AB0", "7AB01", "A7B8X1", "7AB01B1", "7AB01B10", "78AB01B10B1"]
    )
    built = tables(Pattern.parse(text), WITNESS, kept.width)
    compiled = scanned(kept, built)
    monkeypatch.setattr(kernel, "_compiled", lambda function: function)
    plain = scanned(kept, built)
    assert (compiled.rows == plain.rows).all()
    assert compiled.values == pytest.approx(plain.values, rel=1e-12)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_product_over_positions_is_one_over_heads_and_tails(part):
    rng = np.random.default_rng(2)
    for kept in (plates(300), PlateSet.of(["7ABX12345", "7ABX", "1"])):
        table = rng.random((kept.width, 37))
        table[1, 7] = 0.0
        expected = table[np.arange(kept.width), kept.codes()].prod(axis=1)
        threshold = float(np.quantile(expected, part)) * (1 - 1e-9)  # added up in another order
        found = kernel.scan_positions(kept, table, threshold)
        assert (found.rows == np.flatnonzero((expected >= threshold) & (expected > 0))).all()
        assert found.values == pytest.approx(expected[found.rows], rel=1e-12)


def test_where_no_cache_can_be_kept_it_compiles_all_the_same(monkeypatch):
    real, asked = numba.njit, []

    def njit(*args, cache, **options):
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*args, cache=False, **options)

    monkeypatch.setattr(numba, "njit", njit)
    function = kernel._compiled.__wrapped__(kernel._products)
    one, numbers, values = np.ones((1, 1)), np.zeros(1, np.int64), np.zeros(1)
    starts, tail = np.array([0, 1], np.uint32), np.zeros(1, np.uint32)
    assert function(starts, tail, numbers, one, 3 * one, 0.0, numbers.copy(), values) == 1
    assert asked == [True, False]
    assert values[0] == 3.0


def test_memory_mapped_plates_are_read_as_they_lie(tmp_path):
    kept = plates(500)
    np.save(tmp_path / "tail.npy", kept.tail)
    mapped = np.load(tmp_path / "tail.npy", mmap_mode="r")
    shared = PlateSet(kept.heads, kept.starts, kept.tails, mapped, kept.order)
    pattern = Pattern.parse("7A?B*")
    assert (scores(pattern, shared, WITNESS) == scores(pattern, kept, WITNESS)).all()
    only = WITNESS.substitutions_only()
    exact = Pattern.parse("7A?B1")
    assert (scores(exact, shared, only) == scores(exact, kept, only)).all()


def test_everything_can_be_compiled_beforehand():
    kernel.prepare()
    before = kernel._compiled.cache_info().misses
    scores(Pattern.parse("7*"), plates(10), WITNESS)
    scores(Pattern.parse("7A"), plates(10), WITNESS)
    scores(Pattern.parse("7A"), plates(10), WITNESS.substitutions_only())
    assert kernel._compiled.cache_info().misses == before
