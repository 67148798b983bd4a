"""Files as vendors write them, from the same few passages, and a desk to bring them to.

file = GROUPS.write(tmp_path, passages(5))
result = desk.receive(file)
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.ingest.formats.base import Conventions
from workbench.ingest.mapping import ColumnMapping
from workbench.ingest.transfers import TransferResult, receive
from workbench.models import Member
from workbench.records import tables
from workbench.records.database import Database
from workbench.settings import Settings

ZONE = ZoneInfo("America/Los_Angeles")
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
HERE = (36.58, -120.25)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Passage:
    """A vehicle that passed a camera."""

    plate: str
    at: dt.datetime
    camera: str = "101"
    place: tuple[float, float] = HERE

    @property
    def millis(self) -> int:
        return int(self.at.timestamp() * 1000)


def passages(count: int, *, start: str = "2026-03-02 20:00") -> list[Passage]:
    """Return passages of different plates, a minute apart."""
    return [
        Passage(f"7ABX{number:03d}", utc(start) + dt.timedelta(minutes=number))
        for number in range(count)
    ]


def group(passage: Passage, **changes: Any) -> dict[str, Any]:
    """Return an ``alpr_group`` of version 2."""
    return {
        "data_type": "alpr_group",
        "version": 2,
        "epoch_start": passage.millis,
        "epoch_end": passage.millis + 400,
        "company_id": "santa-lucera",
        "agent_uid": "AGENT",
        "agent_type": "alprd",
        "camera_id": int(passage.camera),
        "country": "us",
        "gps_latitude": passage.place[0],
        "gps_longitude": passage.place[1],
        "uuids": ["u-1", "u-2"],
        "candidates": [
            {"plate": passage.plate, "confidence": 91.5, "matches_template": 1},
            {"plate": "8" + passage.plate[1:], "confidence": 80.25, "matches_template": 1},
        ],
        "vehicle_crop_jpeg": "/9j/4AAQSkZJRgABAQAAAQ==",
        "best_plate": {
            "plate": passage.plate,
            "confidence": 91.5,
            "region": "us-ca",
            "plate_crop_jpeg": "/9j/4BBQSkZJRgABAQAAAQ==",
        },
        "best_confidence": 91.5,
        "best_uuid": f"u-{passage.millis}",
        "best_plate_number": passage.plate,
        "best_region": "us-ca",
        "best_region_confidence": 88,
        "travel_direction": 285.9,
        "is_parked": False,
        "vehicle": {
            "color": [
                {"name": "white", "confidence": 20.5},
                {"name": "silver-gray", "confidence": 70.5},
            ],
            "make": [{"name": "honda", "confidence": 88.0}],
            "make_model": [{"name": "honda_accord", "confidence": 60.0}],
            "body_type": [{"name": "sedan-standard", "confidence": 75.0}],
        },
        **changes,
    }


def group_v1(passage: Passage) -> dict[str, Any]:
    """Return an ``alpr_group`` of version 1: no position, no vehicle, a region without country."""
    return {
        "data_type": "alpr_group",
        "version": 1,
        "site_id": "north",
        "camera_id": int(passage.camera),
        "epoch_start": passage.millis,
        "epoch_end": passage.millis + 400,
        "best_plate_number": passage.plate,
        "best_confidence": 91.5,
        "best_region": "ca",
        "uuids": ["u-1"],
        "candidates": [],
    }


def frame(passage: Passage, **changes: Any) -> dict[str, Any]:
    """Return an ``alpr_results`` with one plate; the oldest agents write seconds."""
    return {
        "version": 2,
        "data_type": "alpr_results",
        "epoch_time": int(passage.at.timestamp()),
        "img_width": 1280,
        "img_height": 720,
        "results": [
            {
                "plate": passage.plate,
                "confidence": 93.9,
                "region": "ca",
                "region_confidence": 34,
                "candidates": [{"plate": passage.plate, "confidence": 93.9}],
            }
        ],
        "uuid": f"f-{passage.millis}",
        "camera_id": int(passage.camera),
        "gps_latitude": passage.place[0],
        "gps_longitude": passage.place[1],
        **changes,
    }


def alert(passage: Passage, **changes: Any) -> dict[str, Any]:
    """Return an ``alpr_alert``."""
    return {
        "data_type": "alpr_alert",
        "version": 2,
        "alert_list": "Stolen",
        "plate_number": passage.plate,
        "description": "stolen 2026-03-01, owner J. Doe",
        "group": group(passage),
        **changes,
    }


def recognized(passage: Passage) -> list[str]:
    """Return a row of Plate Recognizer Stream, cells as it writes them."""
    return [
        passage.at.isoformat(sep=" "),
        passage.plate.lower(),
        "0.903",
        "0.698",
        f"/camera-{passage.camera}_screenshots/26-03-02/a.jpg",
        "{'xmin': 847, 'ymin': 80, 'xmax': 944, 'ymax': 105}",
        "[{'make': 'Volkswagen', 'model': 'Golf', 'score': 0.4}, {'make': 'Opel', 'model': 'Corsa', 'score': 0.1}]",
        '[{"color": "white", "score": 0.672}]',
        "{'score': 0.267, 'type': 'Big Truck', 'box': {'xmin': 387}}",
        "{'code': 'us-ca', 'score': 0.55}",
        "[{'orientation': 'Front', 'score': 0.6}]",
        f"[{{'plate': '{passage.plate.lower()}', 'score': 0.903}}, {{'plate': 'sju809', 'score': 0.5}}]",
        "/user-data/x.mp4",
        "4.0",
        "225",
    ]


RECOGNIZED = [
    *("timestamp", "plate", "score", "dscore", "file", "box", "model_make", "color", "vehicle", "region"),
    *("orientation", "candidates", "source_url", "position_sec", "direction"),
]  # fmt: skip
READS = ["read_id", "plate", "device_id", "read_date", "lat", "lon"]
EXPORT = [
    *("Plate Number", "Scan Date", "Scan Time", "Camera Name", "Lat", "Long", "Score", "Way", "Color"),
]  # fmt: skip
MAPPING = ColumnMapping(
    name="learn-export",
    columns={
        "plate": ("Plate Number",),
        "captured_at": ("Scan Date", "Scan Time"),
        "camera": ("Camera Name",),
        "latitude": ("Lat",),
        "longitude": ("Long",),
        "confidence": ("Score",),
        "heading": ("Way",),
        "color": ("Color",),
    },
    constants={"state": "California"},
    conventions=Conventions(
        time_formats=("%m/%d/%Y %I:%M:%S %p",), confidence="percent", heading="compass"
    ),
)


def elsag(passage: Passage) -> list[str]:
    """Return a row of ELSAG's reads table; its times are local."""
    local = passage.at.astimezone(ZONE)
    return [
        str(passage.millis),
        passage.plate,
        passage.camera,
        local.strftime("%Y-%m-%d %H:%M:%S"),
        str(passage.place[0]),
        str(passage.place[1]),
    ]


def exported(passage: Passage) -> list[str]:
    """Return a row of an export without a published form."""
    local = passage.at.astimezone(ZONE)
    plate = f"{passage.plate[:4]} {passage.plate[4:]}"
    return [
        plate,
        local.strftime("%m/%d/%Y"),
        local.strftime("%I:%M:%S %p"),
        passage.camera,
        str(passage.place[0]),
        str(passage.place[1]),
        "87",
        "NB",
        "Dark_Blue",
    ]


def jsonl(items: Sequence[Any]) -> str:
    return "".join(json.dumps(item) + "\n" for item in items)


def as_array(items: Sequence[Any]) -> str:
    return json.dumps(list(items))


def as_documents(items: Sequence[Any]) -> str:
    return "\n".join(json.dumps(item, indent=2) for item in items)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


@dataclass(frozen=True)
class Sample:
    """A format under test: how it writes passages, how a bad row looks, and what it is loaded with."""

    id: str
    format: str
    text: Callable[[Sequence[Passage]], str]
    bad: str = "{}\n"
    suffix: str = ".jsonl"
    options: dict[str, Any] = field(default_factory=dict)
    cut: bool = True  # whether a file that is cut off can be told from a whole one

    def write(
        self, folder: Path, rows: Sequence[Passage], *, name: str = "reads", tail: str = ""
    ) -> Path:
        path = folder / f"{name}{self.suffix}"
        path.write_bytes((self.text(rows) + tail).encode())
        return path


def _of(
    shape: Callable[[Sequence[Any]], str], item: Callable[[Passage], Any]
) -> Callable[..., str]:
    return lambda rows: shape([item(row) for row in rows])


GROUPS = Sample("groups, lines", "alpr_group", _of(jsonl, group))
MAPPED = Sample(
    "mapped CSV",
    "learn-export",
    lambda rows: table(EXPORT, [exported(row) for row in rows]),
    "not,enough\r\n",
    ".csv",
    {"mapping": MAPPING},
    cut=False,
)
SAMPLES = [
    GROUPS,
    Sample("groups, array", "alpr_group", _of(as_array, group), ""),
    Sample("groups, documents", "alpr_group", _of(as_documents, group), ""),
    Sample("groups, version 1", "alpr_group", _of(jsonl, group_v1)),
    Sample("frames", "alpr_results", _of(jsonl, frame)),
    Sample("alerts", "alpr_alert", _of(jsonl, alert)),
    Sample(
        "Plate Recognizer",
        "plate-recognizer",
        lambda rows: table(RECOGNIZED, [recognized(row) for row in rows]),
        "2026-03-02 20:00:00+00:00,7abx999\r\n",
        ".csv",
        {"camera": "C1"},
        cut=False,
    ),
    Sample(
        "ELSAG",
        "elsag",
        lambda rows: table(READS, [elsag(row) for row in rows]),
        "77,,101,yesterday,36.58,-120.25\r\n",
        ".csv",
        cut=False,
    ),
    MAPPED,
]


class Desk:
    """A database and a home, with one member and one registered camera, ``C1``, that vendors call ``101``."""

    def __init__(self, database: Database, home: Path) -> None:
        home.mkdir(exist_ok=True)
        self.database = database
        self.settings = Settings(
            home=home, agency="Santa Lucera PD", profile="clovis-ca", timezone="America/Los_Angeles"
        )
        self.member = Member(
            1, "ito", "Ito", "Santa Lucera PD", "person", frozenset({"analyst"}), True
        )
        with database.write() as connection:
            connection.execute(
                tables.members.insert().values(
                    id=1,
                    username="ito",
                    name="Ito",
                    kind="person",
                    roles="analyst",
                    active=True,
                    created_at=NOW,
                )
            )
        self.camera("C1", "101", HERE)

    def camera(
        self, code: str, key: str, place: tuple[float, float] | None, kind: str = "fixed"
    ) -> None:
        latitude, longitude = place or (None, None)
        with self.database.write() as connection:
            connection.execute(
                tables.cameras.insert().values(
                    code=code,
                    kind=kind,
                    vendor_key=key,
                    latitude=latitude,
                    longitude=longitude,
                    governmental=True,
                    registered=True,
                )
            )

    def receive(self, file: Path, **options: Any) -> TransferResult:
        return receive(
            self.database,
            file,
            member=self.member,
            settings=self.settings,
            **{"clock": lambda: NOW, **options},
        )

    def rows(self, name: str) -> list[dict[str, Any]]:
        found = tables.metadata.tables[name]
        with self.database.read() as connection:
            rows = connection.execute(
                sa.select(found).order_by(*found.primary_key.columns)
            ).mappings()
            return [dict(row) for row in rows]

    def rejects(self) -> list[dict[str, Any]]:
        """Return the rows of all reject files, without their first lines."""
        files = sorted(self.settings.rejects.glob("*")) if self.settings.rejects.exists() else []
        assert not [file for file in files if not file.name.endswith(".rejects.jsonl")]
        return [json.loads(line) for file in files for line in file.read_text().splitlines()[1:]]

    def is_untouched(self) -> bool:
        """Tell whether nothing but failed transfers is there."""
        states = {row["status"] for row in self.rows("transfers")}
        kept = [self.rows(name) for name in ("reads", "plates", "camera_days")]
        cameras = [row["code"] for row in self.rows("cameras")]
        return states <= {"failed"} and not any(kept) and cameras == ["C1"] and not self.rejects()
