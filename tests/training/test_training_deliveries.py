"""What arrives: the vendors' fields, whole days, late units, bad rows that are counted, the same bytes every time."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from small_city import SMALL

from workbench.errors import BadInput
from workbench.ingest.mapping import load_mapping
from workbench.training import Delivery, simulate

ZONE = ZoneInfo("America/Los_Angeles")


def groups(path: Path) -> list[dict]:
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def files(delivery: Delivery, stem: str) -> list[Path]:
    return [
        file.path for file in delivery.files if file.path.name.startswith(stem) and not file.copy_of
    ]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_parameters_give_the_same_bytes(delivery: Delivery, tmp_path):
    simulate(tmp_path, **SMALL)
    assert fingerprints(tmp_path) == fingerprints(delivery.folder)


def test_another_seed_gives_other_reads_in_the_same_city(delivery: Delivery, tmp_path):
    other = simulate(tmp_path, **{**SMALL, "seed": 6})
    mine, others = fingerprints(delivery.folder), fingerprints(other.folder)
    assert mine["map/streets.geojson"] == others["map/streets.geojson"]
    assert not set(mine) - set(others) - {name for name in mine if name.startswith("transfers/")}
    assert other.incident("shooting").roles[0].plate != delivery.incident("shooting").roles[0].plate


def test_there_are_about_as_many_reads_as_asked_for(delivery: Delivery):
    assert 0.85 * SMALL["reads"] < delivery.reads < 1.1 * SMALL["reads"]


def test_too_small_a_city_is_refused(tmp_path):
    with pytest.raises(BadInput):
        simulate(tmp_path, reads=10, days=60, end=dt.date(2026, 11, 5))


def test_files_stand_in_the_order_of_their_arrival(delivery: Delivery):
    times = [file.arrives_at for file in delivery.files]
    assert times == sorted(times)
    assert all(time.tzinfo is dt.UTC for time in times)


def test_version_2_groups_have_every_field(delivery: Delivery):
    one = groups(files(delivery, "rekor-scout")[0])[0]
    assert set(one) >= {
        "data_type", "version", "epoch_start", "epoch_end", "frame_start", "frame_end", "company_id", "agent_uid",
        "agent_version", "agent_type", "camera_id", "country", "gps_latitude", "gps_longitude", "uuids",
        "plate_indexes", "candidates", "vehicle_crop_jpeg", "best_plate", "best_confidence", "best_uuid",
        "best_plate_number", "best_region", "best_region_confidence", "matches_template", "best_image_width",
        "best_image_height", "travel_direction", "is_parked", "vehicle", "is_preview", "best_uuid_epoch_ms",
        "web_server_config",
    }  # fmt: skip
    assert (one["data_type"], one["version"]) == ("alpr_group", 2)
    assert isinstance(one["camera_id"], int)
    assert set(one["vehicle"]) == {
        "color",
        "make",
        "make_model",
        "body_type",
        "year",
        "orientation",
    }
    assert set(one["candidates"][0]) == {"plate", "confidence", "matches_template"}
    assert one["best_region"].startswith("us-")
    assert len(one["best_plate"]["coordinates"]) == 4


def test_version_1_groups_have_a_site_and_neither_place_nor_vehicle(delivery: Delivery):
    found = [group for path in files(delivery, "orchard-bridge") for group in groups(path)]
    assert found
    for one in found:
        assert one["version"] == 1
        assert "site_id" in one
        assert not {"gps_latitude", "vehicle", "country"} & set(one)
        assert len(one["best_region"]) == 2


def test_a_day_is_one_file_and_a_file_one_day(delivery: Delivery):
    paths = files(delivery, "rekor-scout")
    assert len(paths) == SMALL["days"]
    for path in paths:
        day = re.search(r"\d{4}-\d\d-\d\d", path.name)[0]
        times = [g["best_uuid_epoch_ms"] for g in groups(path) if g["best_uuid_epoch_ms"]]
        local = {dt.datetime.fromtimestamp(ms / 1000, ZONE).date().isoformat() for ms in times}
        assert local == {day}
        assert times == sorted(times)


def test_alternatives_often_hold_the_truth_of_a_misread(delivery: Delivery):
    known = {role.plate for incident in delivery.incidents for role in incident.roles}
    listed = [
        {candidate["plate"] for candidate in group["candidates"][1:]}
        for path in files(delivery, "rekor-scout")
        for group in groups(path)
        if group["best_plate_number"] not in known
    ]
    assert any(known & others for others in listed)
    assert sum(bool(others) for others in listed) > 0.3 * len(listed)


def test_elsag_tables_are_in_local_time_without_a_zone(delivery: Delivery):
    path = files(delivery, "elsag-m1")[0]
    rows = table(path)
    assert list(rows[0]) == ["read_id", "plate", "device_id", "read_date", "lat", "lon"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", rows[0]["read_date"])
    assert {row["device_id"] for row in rows} == {"MPH-22107"}
    assert len({row["read_id"] for row in rows}) == len(rows)


def test_the_night_of_the_clock_change_has_times_that_come_twice(delivery: Delivery):
    late = [file for file in delivery.files if file.unit == "M3"]
    twice = 0
    for file in late:
        for row in table(file.path):
            twice += row["read_date"].startswith("2026-11-01 01:")
    assert twice == sum(file.ambiguous for file in late)


def test_stream_writes_plates_in_small_letters_and_cells_that_hold_objects(delivery: Delivery):
    import ast

    rows = table(files(delivery, "mercado-lot")[0])
    assert rows[0]["plate"] == rows[0]["plate"].lower()
    assert ast.literal_eval(rows[0]["candidates"])[0]["plate"] == rows[0]["plate"]
    assert set(ast.literal_eval(rows[0]["vehicle"])) == {"score", "type", "box"}
    assert "/mercado-lot_screenshots/" in rows[0]["file"]


def test_the_countys_export_comes_with_a_mapping_that_holds(delivery: Delivery):
    county = [file for file in delivery.files if file.mapping]
    assert county
    mapping = load_mapping(county[0].mapping)
    header = county[0].path.read_text(encoding="utf-8").splitlines()[0].split(mapping.delimiter)
    assert {name for names in mapping.columns.values() for name in names} <= set(header)


def test_one_file_comes_twice(delivery: Delivery):
    copies = [file for file in delivery.files if file.copy_of]
    assert len(copies) == 1
    original = next(file for file in delivery.files if file.path.name == copies[0].copy_of)
    assert original.path.read_bytes() == copies[0].path.read_bytes()
    assert original.arrives_at < copies[0].arrives_at


def test_registers_have_the_columns_of_an_import(delivery: Delivery):
    cameras = table(delivery.cameras_csv)
    assert len(cameras) == 33
    assert all((row["latitude"] == "") == (row["kind"] == "mobile") for row in cameras)
    outages = table(delivery.outages_csv)
    assert outages
    assert all(dt.datetime.fromisoformat(row["start_at"]).tzinfo for row in outages)
    assert len(outages) < len(delivery.outages)
    cases = table(delivery.cases_csv)
    assert len(cases) == len(delivery.cases) == 50


def test_nothing_is_read_while_a_camera_is_out(delivery: Delivery):
    codes = {camera.vendor_key: camera.code for camera in delivery.cameras}
    seen = 0
    for path in files(delivery, "rekor-scout"):
        for group in groups(path):
            if group["best_uuid_epoch_ms"]:
                at = dt.datetime.fromtimestamp(group["best_uuid_epoch_ms"] / 1000, dt.UTC)
                code = codes[str(group["camera_id"])]
                assert not any(
                    o.camera == code and o.start_at <= at < o.end_at - dt.timedelta(milliseconds=1)
                    for o in delivery.outages
                )
                seen += 1
    assert seen > 2_000
