"""What holds for every source format."""

from __future__ import annotations

import gzip
import shutil

import pytest
from transfer_files import GROUPS, SAMPLES, Desk, passages

from workbench.errors import BadTransfer
from workbench.ingest.opening import opened
from workbench.records.tables import to_micros

every = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
# in a document one bad item ends the file: its items cannot be told apart any more
every_by_line = pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if sample.bad], ids=lambda sample: sample.id
)
ROWS = passages(7)
WANTED = [(row.plate, to_micros(row.at)) for row in ROWS]


def stored(desk: Desk) -> list[tuple[str, int]]:
    return [(row["plate"], to_micros(row["captured_at"])) for row in desk.rows("reads")]


@every
def test_good_rows_come_in(desk, tmp_path, sample):
    result = desk.receive(sample.write(tmp_path, ROWS), **sample.options)
    assert (result.accepted, result.rejected, result.skipped) == (7, 0, 0)
    assert (result.format, result.status, result.duplicate) == (sample.format, "complete", False)
    assert stored(desk) == WANTED
    assert (result.first_at, result.last_at) == (ROWS[0].at, ROWS[-1].at)
    assert result.reject_file is None
    assert not desk.rejects()


@every
def test_reads_belong_to_the_registered_camera_and_have_a_place(desk, tmp_path, sample):
    desk.receive(sample.write(tmp_path, ROWS), **sample.options)
    camera = desk.rows("cameras")
    assert [row["code"] for row in camera] == ["C1"]
    for row in desk.rows("reads"):
        assert row["camera_id"] == camera[0]["id"]
        assert (row["latitude"], row["longitude"]) == (36.58, -120.25)
        assert row["cell"] > 0
        assert row["source_agency"] == "Santa Lucera PD"


@every
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_are_found(desk, tmp_path, sample, encoding):
    path = sample.write(tmp_path, ROWS)
    path.write_bytes(path.read_text().encode(encoding))
    assert desk.receive(path, **sample.options).accepted == 7
    assert stored(desk) == WANTED


@every
def test_text_that_is_not_utf8_is_read_as_windows_1252_and_says_so(desk, tmp_path, sample):
    path = sample.write(tmp_path, ROWS)
    path.write_bytes(path.read_bytes() + b"\xe9\xff\x81 \n")
    try:
        result = desk.receive(path, **sample.options)
    except BadTransfer:  # a JSON document cannot go on after its end
        assert sample.suffix == ".jsonl"
        assert desk.is_untouched()
    else:
        assert (result.accepted, result.rejected) == (7, 1)
        assert "Windows-1252" in " ".join(result.notes)


@every
def test_gzip_is_unpacked(desk, tmp_path, sample):
    path = sample.write(tmp_path, ROWS)
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert desk.receive(packed, **sample.options).accepted == 7


@every
def test_cut_gzip_is_a_clear_error_and_leaves_nothing(desk, tmp_path, sample):
    path = tmp_path / f"cut{sample.suffix}.gz"
    path.write_bytes(gzip.compress(sample.write(tmp_path, passages(500)).read_bytes())[:-400])
    with pytest.raises(BadTransfer, match="compressed"):
        desk.receive(path, **sample.options)
    assert desk.is_untouched()


@every
def test_damaged_gzip_is_a_clear_error_and_leaves_nothing(desk, tmp_path, sample):
    path = tmp_path / f"bad{sample.suffix}.gz"
    whole = bytearray(gzip.compress(sample.write(tmp_path, passages(500)).read_bytes()))
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)
    with pytest.raises(BadTransfer):
        desk.receive(path, **sample.options)
    assert desk.is_untouched()


@every
@pytest.mark.parametrize("content", [b"", b"\n\n  \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_a_clear_error(desk, tmp_path, sample, content):
    path = tmp_path / f"empty{sample.suffix}"
    path.write_bytes(content)
    with pytest.raises(BadTransfer, match="empty"):
        desk.receive(path, **sample.options)
    assert desk.is_untouched()


@every
def test_a_file_of_another_format_is_a_clear_error(desk, tmp_path, sample):
    other = SAMPLES[-1] if sample.suffix == ".jsonl" else SAMPLES[0]
    path = other.write(tmp_path, ROWS)
    named = (
        sample.options
        if "mapping" in sample.options
        else {**sample.options, "format": sample.format}
    )
    with pytest.raises(BadTransfer):
        desk.receive(path, **named)
    assert desk.is_untouched()


@every
def test_the_same_file_twice_changes_nothing_and_says_so(desk, tmp_path, sample):
    path = sample.write(tmp_path, ROWS)
    first = desk.receive(path, **sample.options)
    before = {name: desk.rows(name) for name in ("reads", "plates", "camera_days", "transfers")}
    copy = tmp_path / "under-another-name"
    shutil.copy(path, copy)
    second = desk.receive(copy, **sample.options)
    assert second.duplicate
    assert (second.transfer_id, second.accepted, second.sha256) == (1, 7, first.sha256)
    assert {name: desk.rows(name) for name in before} == before


@every_by_line
def test_bad_rows_are_counted_and_kept_with_line_text_and_reason(desk, tmp_path, sample):
    path = sample.write(tmp_path, ROWS, tail=sample.bad * 3)
    result = desk.receive(path, **sample.options)
    assert (result.accepted, result.rejected, result.skipped) == (7, 3, 0)
    assert stored(desk) == WANTED
    rejects = desk.rejects()
    first = 8 if sample.suffix == ".jsonl" else 9
    assert [row["line"] for row in rejects] == [first, first + 1, first + 2]
    assert [row["text"] for row in rejects] == [sample.bad.strip()] * 3
    assert all(row["reason"].endswith(".") for row in rejects)
    assert sum(result.reasons.values()) == 3


@every_by_line
def test_a_file_without_one_good_row_is_not_taken_in(desk, tmp_path, sample):
    path = sample.write(tmp_path, [], tail=sample.bad * 4)
    options = dict(sample.options)
    if "mapping" not in options:
        options["format"] = sample.format
    with pytest.raises(BadTransfer):
        desk.receive(path, **options)
    assert desk.is_untouched()


@every
def test_a_file_that_is_cut_off_is_a_clear_error_or_one_bad_row(desk, tmp_path, sample):
    path = sample.write(tmp_path, ROWS)
    path.write_bytes(path.read_bytes()[:-30])
    if sample.cut:
        with pytest.raises(BadTransfer, match="cut"):
            desk.receive(path, **sample.options)
        assert desk.is_untouched()
    else:
        result = desk.receive(path, **sample.options)
        assert (result.accepted, result.rejected) == (6, 1)


@every
def test_batches_hold_every_row_once(tmp_path, sample, monkeypatch):
    monkeypatch.setattr("workbench.ingest.formats.base.BATCH_ROWS", 3)
    options = {key: value for key, value in sample.options.items() if key != "unit"}
    with opened(sample.write(tmp_path, ROWS), **options) as source:
        batches = list(source.batches)
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert all(len(column) == len(batch) for batch in batches for column in batch.columns.values())


def test_a_file_of_no_known_format_says_what_to_do(desk, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Dear Sir or Madam,\n\nplease find attached\n")
    with pytest.raises(BadTransfer, match="--mapping"):
        desk.receive(path)


def test_a_missing_file_is_a_clear_error(desk, tmp_path):
    with pytest.raises(BadTransfer, match="cannot be read"):
        desk.receive(tmp_path / "gone.jsonl")


def test_a_list_without_items_is_a_complete_transfer(desk, tmp_path):
    path = tmp_path / "quiet.json"
    path.write_text("[]")
    result = desk.receive(path, format=GROUPS.format)
    assert (result.status, result.accepted, result.first_at) == ("complete", 0, None)
