"""The compiled scan: the same however it is cut, threaded, cached or not compiled at all."""

import numba
import numpy as np
import pytest

from workbench.analysis import kernel
from workbench.analysis.errormodels import error_model
from workbench.analysis.pattern import Pattern
from workbench.analysis.scoring import PlateSet, scores, tables

WITNESS = error_model("witness")
TEXTS = ["7A?B*", "7AB01", "*B1*", "7(A)[8B]0~?"]


def plates(count=3000, seed=4):
    rng = np.random.default_rng(seed)
    return PlateSet.of(
        ["".join(rng.choice(list("78AB01"), rng.integers(1, 8))) for _ in range(count)]
    )


def scanned(kept, built, threshold=0.0):
    return kernel.scan((kept.codes, kept.lengths, kept.shared), built, threshold)


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
def test_what_is_passed_over_is_bounded(text):
    kept = plates()
    built = tables(Pattern.parse(text), WITNESS, 8)
    every = scanned(kept, built)
    assert every.passed == 0
    threshold = float(np.quantile(every.values, 0.9))
    some = scanned(kept, built, threshold)
    assert 0 < len(some.rows) < len(every.rows)
    assert some.values.min() >= threshold
    assert every.values.sum() - some.values.sum() <= some.passed * (1 + 1e-9)


def test_compiled_and_plain_python_agree():
    kept = plates(60)
    built = tables(Pattern.parse("7A?B1"), WITNESS, 8)
    model = (
        built.emission,
        built.missing,
        built.swapped,
        built.along,
        built.length,
        built.bound,
        built.bound_swap,
        built.band,
    )
    plain = np.zeros(len(kept))
    kernel._scan(kept.codes, kept.lengths, kept.shared, *model, 1, 0.0, plain)
    compiled = scanned(kept, built)
    assert (compiled.rows == np.flatnonzero(plain)).all()
    assert compiled.values == pytest.approx(plain[compiled.rows], rel=1e-12)


def test_looking_up_pairs_is_looking_up_characters():
    rng = np.random.default_rng(2)
    for width in (8, 12):
        table = rng.random((width, 37))
        codes = rng.integers(0, 37, (500, width)).astype(np.uint8)
        expected = table[np.arange(width), codes].prod(axis=1)
        found = kernel.scan_substitutions(codes, table)
        assert (found.rows == np.arange(500)).all()
        assert found.values == pytest.approx(expected, rel=1e-12)
        best = float(np.quantile(expected, 0.9))
        some = kernel.scan_substitutions(codes, table, best)
        assert set(some.rows) == set(np.flatnonzero(expected >= best))


def test_where_no_cache_can_be_kept_it_compiles_all_the_same(monkeypatch):
    real, asked = numba.njit, []

    def njit(*args, cache, **options):
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*args, cache=False, **options)

    monkeypatch.setattr(numba, "njit", njit)
    function = kernel._compiled.__wrapped__(kernel._pairs)
    out = np.zeros(1)
    function(np.zeros((1, 4), np.uint16), np.full((4, 1), 2.0), 0.0, out)
    assert asked == [True, False]
    assert out[0] == 16


def test_memory_mapped_plates_are_read_as_they_lie(tmp_path):
    kept = plates(500)
    np.save(tmp_path / "codes.npy", kept.codes)
    mapped = np.load(tmp_path / "codes.npy", mmap_mode="r")
    shared = PlateSet(mapped, kept.lengths, kept.shared, kept.order)
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
