"""The vendors' formats: lines of text out of columns of reads.

Every function takes reads of one file, in the order of time, and yields lines without their ends. They are the
fields that the vendors document; what a fictional city has no use for (pictures) is left empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from workbench.training.cameras import Camera
from workbench.training.plates import STATES
from workbench.training.reads import Reads
from workbench.training.vehicles import BODIES, COLORS, MODELS

__all__ = [
    "COUNTY_HEADER",
    "ELSAG_HEADER",
    "MAPPING",
    "STREAM_HEADER",
    "Row",
    "county_lines",
    "elsag_lines",
    "rekor_v1_lines",
    "rekor_v2_lines",
    "rows_as_text",
    "stream_lines",
]

STREAM_HEADER = (
    "timestamp,plate,score,dscore,file,box,model_make,color,vehicle,region,orientation,candidates,"
    "source_url,position_sec,direction"
)
ELSAG_HEADER = "read_id,plate,device_id,read_date,lat,lon"
COUNTY_HEADER = (
    "Detection Time;License Plate;Plate State;Plate Confidence;Reader;Latitude;Longitude;"
    "Direction;Vehicle Make;Vehicle Color;Detection ID"
)

MAPPING = """\
# How to read the county sheriff's weekly export: workbench ingest FILE --mapping lcso-export.yaml
name: lcso-export
columns:
  plate: License Plate
  captured_at: Detection Time
  camera: Reader
  state: Plate State
  confidence: Plate Confidence
  latitude: Latitude
  longitude: Longitude
  heading: Direction
  make: Vehicle Make
  color: Vehicle Color
  source_id: Detection ID
time:
  format: "%m/%d/%Y %I:%M:%S %p"
  zone: {zone}
units:
  confidence: percent
  heading: compass
  position: degrees
constants:
  source_agency: Lucera County Sheriff's Office
file:
  delimiter: ";"
"""

_COMPANY = "c41f7a3e-90d2-4b5c-a6f1-5e2d7c80b914"
_AGENTS = ("SLPDA7Q2MX", "SLPDB1K9TD", "SLPDC5W3RH")

_REKOR_COLOR = {
    "gray": "silver-gray",
    "silver": "silver-gray",
    "beige": "gold-beige",
    "gold": "gold-beige",
}
_REKOR_BODY = {
    "sedan": "sedan-standard", "suv": "suv-standard", "pickup": "truck-standard", "van": "van-full",
    "minivan": "van-mini", "hatchback": "sedan-compact", "coupe": "sedan-sports", "wagon": "sedan-wagon",
    "motorcycle": "motorcycle", "truck": "tractor-trailer",
}  # fmt: skip
_STREAM_BODY = {
    "sedan": "Sedan", "suv": "SUV", "pickup": "Pickup Truck", "van": "Van", "minivan": "Van",
    "hatchback": "Sedan", "coupe": "Sedan", "wagon": "Sedan", "motorcycle": "Motorcycle", "truck": "Big Truck",
}  # fmt: skip
_COMPASS = (
    "Northbound",
    "Northeast",
    "Eastbound",
    "Southeast",
    "Southbound",
    "Southwest",
    "Westbound",
    "Northwest",
)

Row = tuple[Any, ...]


def rows_as_text(reads: Reads) -> list[Row]:
    """Turn columns into plain rows: plate, alternatives, and everything else as Python values."""
    count = len(reads)
    plates = _text(reads.plate)
    others = [_text(reads.other[:, index]) for index in range(reads.other.shape[1])]
    other_confidence = reads.other_confidence.tolist()
    token = [f"{a:016x}{b:016x}" for a, b in reads.token.tolist()]
    return list(
        zip(
            plates,
            reads.confidence.tolist(),
            [
                [(o[i], c) for o, c in zip(others, other_confidence[i], strict=True) if o[i]]
                for i in range(count)
            ],
            reads.micros.tolist(),
            reads.camera.tolist(),
            reads.latitude.tolist(),
            reads.longitude.tolist(),
            reads.heading.tolist(),
            reads.state.tolist(),
            reads.state_confidence.tolist(),
            reads.color.tolist(),
            reads.color_confidence.tolist(),
            reads.model.tolist(),
            reads.model_confidence.tolist(),
            reads.body.tolist(),
            reads.body_confidence.tolist(),
            token,
            strict=True,
        )
    )


def _text(plates: Any) -> list[str]:
    width = plates.shape[-1]
    packed = np.ascontiguousarray(plates).view(f"S{width}").ravel()
    return [plate.decode() for plate in packed.tolist()]


def _percent(value: float) -> str:
    return f"{100 * value:.2f}"


def _label(name: str, confidence: float) -> str:
    return f'[{{"name":"{name}","confidence":{_percent(confidence)}}}]'


def _two_labels(name: str, confidence: float, other: str) -> str:
    """Give the best label and a second one, as the engines do when they are less than sure."""
    if confidence > 0.9:
        return _label(name, confidence)
    rest = 0.7 * (1.0 - confidence)
    return (
        f'[{{"name":"{name}","confidence":{_percent(confidence)}}},'
        f'{{"name":"{other}","confidence":{_percent(min(rest, confidence * 0.8))}}}]'
    )


def rekor_v2_lines(rows: Sequence[Row], cameras: Sequence[Camera]) -> Iterator[str]:
    """Give ``alpr_group`` version 2, one group a line."""
    colors = [_REKOR_COLOR.get(color, color) for color in COLORS]
    bodies = [_REKOR_BODY[body] for body in BODIES]
    models = [
        (make, f"{make}_{model.replace(' ', '-') or 'unknown'}") for make, model, *_ in MODELS
    ]
    agent = [_AGENTS[index % len(_AGENTS)] for index in range(len(cameras))]
    for (
        plate, confidence, others, micros, camera, latitude, longitude, heading, state, state_sure,
        color, color_sure, model, model_sure, body, body_sure, token,
    ) in rows:  # fmt: skip
        ms = micros // 1000
        at = cameras[camera]
        listed = "".join(
            f',{{"plate":"{other}","confidence":{_percent(sure)},"matches_template":0}}'
            for other, sure in others
        )
        best = f'{{"plate":"{plate}","confidence":{_percent(confidence)},"matches_template":{_fits(plate)}}}'
        region = f"us-{STATES[state].lower()}"
        left, top = 300 + int(token[0:2], 16) * 3, 380 + int(token[2:4], 16)
        wide, high = 110 + int(token[4], 16) * 4, 52 + int(token[5], 16)
        uuid = f"{agent[camera]}-{at.vendor_key}-{token[:12]}-{ms}"
        yield (
            f'{{"data_type":"alpr_group","version":2,"epoch_start":{ms - 640},"epoch_end":{ms + 480},'
            f'"frame_start":{ms // 33 % 10**7},"frame_end":{ms // 33 % 10**7 + 34},"company_id":"{_COMPANY}",'
            f'"agent_uid":"{agent[camera]}","agent_version":"3.0.14","agent_type":"alprd",'
            f'"camera_id":{at.vendor_key},"country":"us","gps_latitude":{latitude},"gps_longitude":{longitude},'
            f'"uuids":["{uuid}"],"plate_indexes":[0],"candidates":[{best}{listed}],"vehicle_crop_jpeg":"",'
            f'"best_plate":{{"plate":"{plate}","confidence":{_percent(confidence)},"region":"{region}",'
            f'"region_confidence":{_percent(state_sure)},"processing_time_ms":{20 + int(token[6:8], 16) / 8:.1f},'
            f'"coordinates":[{{"x":{left},"y":{top}}},{{"x":{left + wide},"y":{top + 2}}},'
            f'{{"x":{left + wide},"y":{top + high}}},{{"x":{left},"y":{top + high - 2}}}],'
            f'"plate_crop_jpeg":"","candidates":[{best}]}},"best_confidence":{_percent(confidence)},'
            f'"best_uuid":"{uuid}","best_uuid_epoch_ms":{ms},"best_plate_number":"{plate}",'
            f'"best_region":"{region}","best_region_confidence":{_percent(state_sure)},'
            f'"matches_template":{_fits(plate)},"best_image_width":1920,"best_image_height":1080,'
            f'"travel_direction":{heading:.1f},"is_parked":false,"is_preview":false,"vehicle":{{'
            f'"color":{_two_labels(colors[color], color_sure, "black") if color >= 0 else "[]"},'
            f'"make":{_label(models[model][0], model_sure) if model >= 0 else "[]"},'
            f'"make_model":{_label(models[model][1], model_sure * 0.93) if model >= 0 else "[]"},'
            f'"body_type":{_label(bodies[body], body_sure) if body >= 0 else "[]"},"year":[],'
            f'"orientation":[{{"name":"180","confidence":98.6}}]}},'
            f'"web_server_config":{{"camera_label":"{at.name}","agent_label":"{agent[camera]}"}}}}'
        )


def _fits(plate: str) -> int:
    return int(
        len(plate) == 7 and plate[0].isdigit() and plate[1:4].isalpha() and plate[4:].isdigit()
    )


def rekor_v1_lines(rows: Sequence[Row], cameras: Sequence[Camera]) -> Iterator[str]:
    """Give ``alpr_group`` version 1: a site instead of GPS, no vehicle, a region without its country."""
    for (
        plate, confidence, others, micros, camera, _, _, _, state, state_sure, *_, token,
    ) in rows:  # fmt: skip
        ms = micros // 1000
        at = cameras[camera]
        listed = "".join(
            f',{{"plate":"{other}","confidence":{_percent(sure)},"matches_template":0}}'
            for other, sure in others
        )
        best = f'{{"plate":"{plate}","confidence":{_percent(confidence)},"matches_template":{_fits(plate)}}}'
        region = STATES[state].lower()
        uuid = f"orchard-bridge-{at.vendor_key}-{token[:12]}-{ms}"
        yield (
            f'{{"data_type":"alpr_group","version":1,"epoch_start":{ms},"epoch_end":{ms + 900},'
            f'"frame_start":{ms // 50 % 10**7},"frame_end":{ms // 50 % 10**7 + 18},'
            f'"site_id":"orchard-bridge","camera_id":{at.vendor_key},"uuids":["{uuid}"],"plate_indexes":[0],'
            f'"candidates":[{best}{listed}],"best_plate":{{"plate":"{plate}",'
            f'"confidence":{_percent(confidence)},"region":"{region}","region_confidence":{_percent(state_sure)}}},'
            f'"best_confidence":{_percent(confidence)},"best_uuid":"{uuid}","best_plate_number":"{plate}",'
            f'"best_region":"{region}","best_region_confidence":{_percent(state_sure)}}}'
        )


def stream_lines(rows: Sequence[Row], cameras: Sequence[Camera]) -> Iterator[str]:
    """Give Plate Recognizer Stream's CSV; cells that hold lists are written as it writes them."""
    for (
        plate, confidence, others, micros, camera, _, _, _, state, state_sure,
        color, color_sure, model, model_sure, body, body_sure, token,
    ) in rows:  # fmt: skip
        at = dt.datetime.fromtimestamp(micros / 1e6, dt.UTC)
        key = cameras[camera].vendor_key
        file = f"/{key}_screenshots/{at:%y-%m-%d}/{at:%H-%M-%S}.{at.microsecond:06d}.jpg"
        left, top = 300 + int(token[0:2], 16), 200 + int(token[2:4], 16)
        box = {"xmin": left, "ymin": top, "xmax": left + 97, "ymax": top + 34}
        make = (
            [
                {
                    "make": MODELS[model][0].title(),
                    "model": MODELS[model][1].title(),
                    "score": model_sure,
                }
            ]
            if model >= 0
            else []
        )
        shade = [{"color": COLORS[color], "score": color_sure}] if color >= 0 else []
        kind = {
            "score": body_sure, "type": _STREAM_BODY[BODIES[body]] if body >= 0 else "Unknown",
            "box": {"xmin": left - 180, "ymin": top - 190, "xmax": left + 270, "ymax": top + 120},
        }  # fmt: skip
        region = {"code": f"us-{STATES[state].lower()}", "score": state_sure}
        facing = [{"orientation": "Rear", "score": 0.94}, {"orientation": "Front", "score": 0.05}]
        listed = [{"score": confidence, "plate": plate.lower()}]
        listed += [{"score": sure, "plate": other.lower()} for other, sure in others]
        cells = (box, make, shade, kind, region, facing, listed)
        middle = ",".join(f'"{cell}"' for cell in cells)
        yield (
            f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond:06d}+00:00,{plate.lower()},{confidence:.3f},"
            f"{0.6 + 0.4 * confidence:.3f},{file},{middle},rtsp://mercado-lot.invalid/entrance,,"
        )


def elsag_lines(
    rows: Sequence[Row], cameras: Sequence[Camera], zone: ZoneInfo, first_id: int
) -> Iterator[str]:
    """Give ELSAG's reads table: local time without a zone, to the millisecond."""
    local = _wall_clock(zone)
    for number, (plate, _, _, micros, camera, latitude, longitude, *_) in enumerate(rows):
        yield (
            f"{first_id + number},{plate},{cameras[camera].vendor_key},{local(micros)}.{micros // 1000 % 1000:03d},"
            f"{latitude:.6f},{longitude:.6f}"
        )


def _wall_clock(zone: ZoneInfo) -> Callable[[int], str]:
    def local(micros: int) -> str:
        return dt.datetime.fromtimestamp(micros // 1_000_000, zone).strftime("%Y-%m-%d %H:%M:%S")

    return local


def county_lines(rows: Sequence[Row], cameras: Sequence[Camera], zone: ZoneInfo) -> Iterator[str]:
    """Give the county's own export: semicolons, American times, compass words, plates with a hyphen at times."""
    for (
        plate, confidence, _, micros, camera, latitude, longitude, heading, state, _, color, _, model, *_, token,
    ) in rows:  # fmt: skip
        at = dt.datetime.fromtimestamp(micros // 1_000_000, zone)
        shown = f"{plate[:4]}-{plate[4:]}" if token[0] in "01" and len(plate) > 5 else plate
        compass = _COMPASS[round(heading / 45) % 8]
        yield (
            f"{at:%m/%d/%Y %I:%M:%S %p};{shown};{STATES[state]};{100 * confidence:.0f};"
            f"{cameras[camera].vendor_key};{latitude:.5f};{longitude:.5f};{compass};"
            f"{MODELS[model][0].upper() if model >= 0 else ''};{COLORS[color].upper() if color >= 0 else ''};"
            f"LC{token[:10].upper()}"
        )
