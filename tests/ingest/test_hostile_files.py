"""Ten thousand bad rows and files over all formats: none crashes, none vanishes.

Hypothesis draws the hostile values; each is then put in the place of every field of a good row in turn, so that a few
draws make hundreds of rows. Every file goes the whole way into a database.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transfer_files import (
    EXPORT,
    READS,
    RECOGNIZED,
    SAMPLES,
    Sample,
    alert,
    elsag,
    exported,
    frame,
    group,
    group_v1,
    passages,
    recognized,
    table,
)

from workbench.errors import BadTransfer

ONE = passages(1)[0]
JSON_SAMPLES = {
    "groups, lines": group,
    "groups, version 1": group_v1,
    "frames": frame,
    "alerts": alert,
}
CSV_SAMPLES = {
    "Plate Recognizer": (RECOGNIZED, recognized),
    "ELSAG": (READS, elsag),
    "mapped CSV": (EXPORT, exported),
}
BY_ID = {sample.id: sample for sample in SAMPLES}


def quick(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


NASTY = [
    *(
        "\x00",
        "\ud800",
        "NaN",
        "1e400",
        "9" * 400,
        "0",
        "-1",
        '"',
        "'",
        "[{",
        "=1+1",
        "\u2028",
        "١٢",
    ),
    *("2026-11-01 01:30:00", "03/02/2026", "true", "null"),
]
texts = st.text(st.characters(), max_size=12) | st.sampled_from(NASTY)
numbers = (
    st.integers() | st.floats() | st.sampled_from([10**400, -(2**63), 2**64, 1772481600, 0, -0.0])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def nested(item: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every field of an item, objects and lists included."""
    for key, value in item.items():
        yield (*path, key)
        inner = (
            value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        )
        if isinstance(inner, dict):
            yield from nested(inner, (*path, key))


def changed(item: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return a copy of an item with another value in one place."""
    copy = json.loads(json.dumps(item))
    inside = copy
    for key in path[:-1]:
        inside = inside[key]
        if isinstance(inside, list):
            inside = inside[0]
    inside[path[-1]] = value
    return copy


def rows_of(item: Any) -> int:
    """Return how many rows an item of a file is."""
    if isinstance(item, dict) and item.get("data_type") == "alpr_results":
        results = item.get("results")
        return max(1, len(results)) if isinstance(results, list) else 1
    return 1


def one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ").encode("utf-8", "replace").decode()


def deliver(desk, tmp_path, sample: Sample, content: bytes) -> tuple[int, int, int] | None:
    """Load a file and see that what is stored is what is said; None where it was refused as a whole."""
    path = tmp_path / f"hostile{sample.suffix}"
    path.write_bytes(content)
    options = {"format": sample.format} if "mapping" not in sample.options else {}
    try:
        result = desk.receive(path, **options, **sample.options)
    except BadTransfer:
        return None
    if not result.duplicate:
        assert sum(result.reasons.values()) == result.rejected
        assert sum(result.skips.values()) == result.skipped
        if result.rejected:
            assert len(result.reject_file.read_text().splitlines()) == result.rejected + 1
    return result.accepted, result.rejected, result.skipped


def settled(desk) -> None:
    """See that the tables agree with one another when all is done."""
    transfers = desk.rows("transfers")
    accepted = sum(row["accepted"] for row in transfers if row["status"] == "complete")
    reads = desk.rows("reads")
    assert {row["status"] for row in transfers} <= {"complete", "failed"}
    assert len(reads) == accepted
    assert sum(row["reads"] for row in desk.rows("plates")) == accepted
    assert sum(row["reads"] for row in desk.rows("camera_days")) == accepted
    for read in reads:
        assert read["plate"].isascii()
        assert read["plate"].isalnum()
        assert abs(read["latitude"]) <= 90
        assert read["candidates"] is None or json.loads(read["candidates"])


def test_ten_thousand_bad_rows_neither_crash_nor_vanish(desk, tmp_path):
    tally: Counter[str] = Counter()

    @quick(28)
    @given(st.lists(values, min_size=1, max_size=4), st.lists(texts, max_size=3))
    def items(hostile, lines):
        for name, build in JSON_SAMPLES.items():
            good = build(ONE)
            found = [good, *hostile]
            found += [changed(good, path, value) for path in nested(good) for value in hostile]
            raw = [line for line in map(one_line, lines) if line.strip()]
            text = "".join(json.dumps(item) + "\n" for item in found) + "".join(
                f"{line}\n" for line in raw
            )
            counted = deliver(desk, tmp_path, BY_ID[name], text.encode())
            assert counted is not None
            wanted = sum(map(rows_of, found)) + len(raw)
            assert sum(counted) == wanted
            tally[name] += wanted

    @quick(55)
    @given(st.lists(texts, min_size=1, max_size=4), st.integers(0, 20))
    def cells(hostile, width):
        for name, (header, build) in CSV_SAMPLES.items():
            good = build(ONE)
            found = [good, hostile, [*good, *hostile], (good * 3)[:width]]
            found += [
                [*good[:at], text, *good[at + 1 :]] for at in range(len(good)) for text in hostile
            ]
            text = table(
                header,
                [[cell.encode("utf-8", "replace").decode() for cell in row] for row in found],
            )
            counted = deliver(desk, tmp_path, BY_ID[name], text.encode())
            assert counted is not None
            wanted = sum(any(cell.strip() for cell in row) for row in found)
            assert sum(counted) == wanted
            tally[name] += wanted

    items()
    cells()
    settled(desk)
    assert set(tally) == JSON_SAMPLES.keys() | CSV_SAMPLES.keys()
    assert tally.total() >= 10_000, tally


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_files_that_are_cut_or_altered_are_refused_or_counted(desk, tmp_path, sample):
    whole = sample.text(passages(6)).encode()

    @quick(25)
    @given(st.data())
    def files(data):
        content = bytearray(whole)
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(content)))
            change = data.draw(st.sampled_from(["cut", "drop", "insert", "flip", "double"]))
            if change == "cut":
                del content[at:]
            elif change == "drop":
                del content[at : at + data.draw(st.integers(1, 40))]
            elif change == "insert":
                content[at:at] = data.draw(st.binary(min_size=1, max_size=6))
            elif change == "flip" and at < len(content):
                content[at] ^= 1 << data.draw(st.integers(0, 7))
            else:
                content += content[at:]
        packed = gzip.compress(bytes(content)) if data.draw(st.booleans()) else bytes(content)
        deliver(desk, tmp_path, sample, packed)

    files()
    settled(desk)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_files_of_any_bytes_are_refused_or_counted(desk, tmp_path, sample):
    @quick(15)
    @given(st.binary(max_size=300))
    def files(content):
        deliver(desk, tmp_path, sample, content)

    files()
    settled(desk)


def test_hostile_rows_reach_postgresql_the_same_way(each_desk, tmp_path):
    hostile = [
        "\x00",
        "\ud800",
        10**400,
        -(2**63),
        2**64,
        float("nan"),
        [],
        {"a": []},
        "é\u2028",
        "\\N",
        "\\.",
        "\t",
    ]
    for name, build in JSON_SAMPLES.items():
        good = build(ONE)
        found = [good, *(changed(good, path, value) for path in nested(good) for value in hostile)]
        text = "".join(json.dumps(item) + "\n" for item in found)
        counted = deliver(each_desk, tmp_path, BY_ID[name], text.encode())
        assert counted is not None
        assert sum(counted) == sum(map(rows_of, found))
    settled(each_desk)
