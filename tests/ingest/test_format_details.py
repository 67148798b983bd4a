"""What is particular to each source format."""

from __future__ import annotations

import json

import pytest
from transfer_files import (
    READS,
    RECOGNIZED,
    alert,
    elsag,
    frame,
    group,
    group_v1,
    jsonl,
    passages,
    recognized,
    table,
)

from workbench.errors import BadTransfer
from workbench.ingest.formats import FORMATS, by_name, recognize

ONE = passages(1)[0]


@pytest.fixture
def load(desk, tmp_path):
    """Load text and return the result and the reads."""

    def run(text: str, name: str = "x.json", **options):
        path = tmp_path / name
        path.write_text(text)
        return desk.receive(path, **options), desk.rows("reads")

    return run


def test_a_group_gives_all_that_a_read_holds(load):
    _, (read,) = load(jsonl([group(ONE)]))
    wanted = {
        "plate": "7ABX000",
        "plate_raw": "7ABX000",
        "state": "CA",
        "state_confidence": 0.88,
        "confidence": 0.915,
        "captured_at": ONE.at,
        "heading": 285.9,
        "make": "honda",
        "model": "accord",
        "color": "silver-gray",
        "body": "sedan-standard",
        "make_confidence": 0.88,
        "model_confidence": 0.60,
        "color_confidence": 0.705,
        "body_confidence": 0.75,
        "image": None,
        "governmental": True,
        "source_id": f"u-{ONE.millis}",
        "line": 1,
    }
    for name, value in wanted.items():
        assert read[name] == (pytest.approx(value) if isinstance(value, float) else value), name
    assert json.loads(read["candidates"]) == [["8ABX000", 0.8025]]


def test_the_best_picture_s_time_stands_for_the_group_s(load):
    _, (read,) = load(jsonl([group(ONE, best_uuid_epoch_ms=ONE.millis + 250)]))
    assert (read["captured_at"] - ONE.at).total_seconds() == 0.25


def test_version_1_has_no_vehicle_and_takes_its_place_from_the_register(load):
    _, (read,) = load(jsonl([group_v1(ONE)]))
    assert (read["state"], read["make"], read["candidates"], read["heading"]) == (
        "CA",
        None,
        None,
        None,
    )
    assert (read["latitude"], read["longitude"]) == (36.58, -120.25)


def test_a_plate_may_stand_in_the_best_plate_alone(load):
    item = group(ONE)
    for key in ("best_plate_number", "best_region", "best_confidence", "candidates"):
        del item[key]
    _, (read,) = load(jsonl([item]))
    assert (read["plate"], read["state"], read["confidence"]) == (
        "7ABX000",
        "CA",
        pytest.approx(0.915),
    )


def test_a_model_brings_its_make_where_none_is_given(load):
    vehicle = {"make_model": [{"name": "mercedes-benz_c-class", "confidence": 50}]}
    _, (read,) = load(jsonl([group(ONE, vehicle=vehicle)]))
    assert (read["make"], read["model"], read["make_confidence"]) == (
        "mercedes-benz",
        "c-class",
        0.5,
    )


def test_previews_and_heartbeats_and_frames_beside_groups_are_skipped_and_counted(load):
    items = [
        group(ONE),
        group(ONE, is_preview=True),
        {"data_type": "heartbeat", "agent_uid": "A"},
        frame(ONE),
    ]
    result, reads = load(jsonl(items))
    assert (result.accepted, result.rejected, result.skipped, len(reads)) == (1, 0, 3, 1)
    assert len(result.skips) == 3


def test_an_alert_among_groups_is_rejected_not_lost(load, desk):
    result, _ = load(jsonl([group(ONE), alert(ONE)]))
    assert (result.accepted, result.rejected) == (1, 1)
    assert "alerts from a file of their own" in desk.rejects()[0]["reason"]


@pytest.mark.parametrize(
    "region", [("us-nv", "NV"), ("Utah", "UT"), ("mx-bc", ""), ("", ""), (7, ""), (None, "")]
)
def test_states_are_codes_or_nothing(load, region):
    item = group(ONE, best_region=region[0])
    item["best_plate"] = {}
    _, (read,) = load(jsonl([item]))
    assert read["state"] == region[1]


def test_frames_in_milliseconds_and_in_seconds_are_the_same_moment(load):
    later = passages(2)[1]
    _, reads = load(jsonl([frame(ONE), frame(later, epoch_time=later.millis)]))
    assert [read["captured_at"] for read in reads] == [ONE.at, later.at]


def test_a_frame_gives_a_read_for_each_plate_and_none_is_skipped_and_counted(load):
    two = [{"plate": "8XYZ111", "confidence": 90}, {"plate": "8XYZ222", "confidence": 80}]
    result, reads = load(jsonl([frame(ONE, results=two), frame(ONE, results=[])]))
    assert [read["plate"] for read in reads] == ["8XYZ111", "8XYZ222"]
    assert [read["line"] for read in reads] == [1, 1]
    assert (result.accepted, result.skipped) == (2, 1)


@pytest.mark.clause("claremont-ca:820.2[6]")
def test_what_an_alert_says_of_people_is_neither_read_nor_kept(load, desk, tmp_path):
    custom = group(ONE, custom_data='{"owner": "J. Doe", "address": "5 Main"}', user_data="J. Doe")
    result, _ = load(jsonl([alert(ONE, group=custom)]))
    assert result.accepted == 1
    desk.database.close()
    for file in (tmp_path / "home").rglob("*"):
        assert not file.is_file() or b"Doe" not in file.read_bytes()
    assert b"Doe" not in (tmp_path / "workbench.db").read_bytes()


def test_embedded_pictures_reach_neither_the_reads_nor_the_reject_file(load, desk):
    result, reads = load(
        jsonl(
            [group(ONE), group(ONE, best_plate_number="", best_plate={"plate_crop_jpeg": "/9jXX"})]
        )
    )
    assert result.rejected == 1
    assert all("/9j" not in str(value) for value in reads[0].values())
    (reject,) = desk.rejects()
    assert "/9j" not in reject["text"]
    assert json.loads(reject["text"])["vehicle_crop_jpeg"] == "(left out)"


def test_plate_recognizer_cells_are_understood(load):
    _, (read,) = load(table(RECOGNIZED, [recognized(ONE)]), "c.csv", camera="C1")
    found = {
        name: read[name]
        for name in ("plate", "plate_raw", "state", "make", "model", "color", "body", "heading")
    }
    assert found == {
        "plate": "7ABX000",
        "plate_raw": "7abx000",
        "state": "CA",
        "make": "volkswagen",
        "model": "golf",
        "color": "white",
        "body": "big truck",
        "heading": None,
    }
    assert read["image"] == "/camera-101_screenshots/26-03-02/a.jpg"
    assert read["confidence"] == 0.903
    assert json.loads(read["candidates"]) == [["SJU809", 0.5]]


def test_plate_recognizer_s_ca_is_canada(load):
    row = recognized(ONE)
    row[RECOGNIZED.index("region")] = "{'code': 'ca', 'score': 0.9}"
    _, (read,) = load(table(RECOGNIZED, [row]), "c.csv", camera="C1")
    assert read["state"] == ""


def test_plate_recognizer_s_camera_is_that_of_its_folder_of_pictures(load, desk):
    desk.camera("C9", "camera-101", (36.6, -120.3))
    load(table(RECOGNIZED, [recognized(ONE)]), "c.csv")
    assert desk.rows("reads")[0]["latitude"] == 36.6


@pytest.mark.parametrize(
    "cell",
    ["{'code': ", "[" * 500, "{'a': __import__('os')}", "{1: 2}", "['x']", "{'code': ['us-ca']}"],
)
def test_a_cell_that_cannot_be_understood_costs_the_cell_alone(load, cell):
    row = recognized(ONE)
    for column in ("region", "color", "vehicle", "candidates", "model_make"):
        row[RECOGNIZED.index(column)] = cell
    _, (read,) = load(table(RECOGNIZED, [row]), "c.csv", camera="C1")
    assert (read["plate"], read["state"], read["color"], read["candidates"]) == (
        "7ABX000",
        "",
        None,
        None,
    )


def test_elsag_pictures_come_from_the_table_beside(load, tmp_path):
    (tmp_path / "images.csv").write_text(
        f"image_id,read_id,create_date,read_date,plate_image_type\n9,{ONE.millis},,,2\n8,{ONE.millis},,,1\n"
    )
    _, (read,) = load(table(READS, [elsag(ONE)]), "reads.csv")
    assert (read["image"], read["source_id"]) == ("8", str(ONE.millis))


def test_elsag_s_images_by_themselves_say_which_table_is_wanted(load):
    with pytest.raises(BadTransfer, match="reads table"):
        load("image_id,read_id,create_date,read_date,plate_image_type\n9,1,,,2\n", "images.csv")


def test_elsag_times_may_be_written_the_american_way(load):
    row = elsag(ONE)
    row[3] = "3/2/2026 12:00:00 PM"
    _, (read,) = load(table(READS, [row]), "reads.csv")
    assert read["captured_at"] == ONE.at


def test_a_stray_quote_costs_one_row_and_not_the_rest(load, desk):
    rows = [elsag(one) for one in passages(300)]
    lines = table(READS, rows).splitlines()
    lines[3] = lines[3].replace(",7ABX", ',"7ABX')
    result, _ = load("\n".join(lines) + "\n", "reads.csv")
    assert (result.accepted, result.rejected) == (299, 1)
    assert [row["line"] for row in desk.rejects()] == [4]
    assert "quote" in desk.rejects()[0]["reason"]


def test_a_quoted_cell_may_run_over_lines(load):
    rows = [elsag(one) for one in passages(3)]
    rows[0][0] = "first\nsecond"
    result, reads = load(table(READS, rows), "reads.csv")
    assert result.accepted == 3
    assert [read["line"] for read in reads] == [2, 4, 5]
    assert reads[0]["source_id"] == "first second"


def test_blank_lines_are_no_rows(load):
    text = table(READS, [elsag(ONE)]) + "\r\n,,,,,\r\n   \r\n"
    result, _ = load(text, "reads.csv")
    assert (result.accepted, result.rejected, result.skipped) == (1, 0, 0)


@pytest.mark.parametrize("tail", [",{nonsense}]", ", 7 oops", '] {"a": 1}'])
def test_an_array_that_breaks_is_refused_as_a_whole(load, desk, tail):
    text = json.dumps([group(one) for one in passages(4)])[:-1]
    with pytest.raises(BadTransfer, match="line 1"):
        load(text + tail)
    assert desk.is_untouched()


def test_items_that_are_no_objects_are_rejected_one_by_one(load):
    text = json.dumps([group(ONE), 7, None, "x", [1], {"data_type": "other"}, {}])
    result, _ = load(text)
    assert (result.accepted, result.rejected) == (1, 6)


def test_a_document_of_many_kilobytes_an_item_is_read_in_pieces(load, monkeypatch):
    monkeypatch.setattr("workbench.ingest.formats.jsonitems._CHUNK", 700)
    items = [group(one, vehicle_crop_jpeg="/9j/" + "A" * 3000) for one in passages(20)]
    result, reads = load(json.dumps(items, indent=1))
    assert result.accepted == 20
    assert [read["line"] for read in reads] == sorted({read["line"] for read in reads})


def test_deep_nesting_is_refused(load, desk):
    with pytest.raises(BadTransfer):
        load('{"data_type": "alpr_group", "x": ' + "[" * 200_000)
    assert desk.is_untouched()


def test_formats_are_told_apart_by_their_first_item():
    heads = {
        "alpr_group": jsonl([group(ONE)]),
        "alpr_results": jsonl([frame(ONE)]),
        "alpr_alert": jsonl([alert(ONE)]),
        "plate-recognizer": table(RECOGNIZED, []),
        "elsag": table(READS, []),
    }
    assert set(heads) == {one.name for one in FORMATS}
    for name, head in heads.items():
        assert recognize(head, "x").name == name
        assert by_name(name).name == name


def test_an_alert_that_names_its_group_first_is_an_alert(load):
    item = alert(ONE)
    first = {"group": item.pop("group"), **item}
    result, _ = load(jsonl([first]))
    assert result.format == "alpr_alert"
