"""What arrives at the agency: files as the vendors send them, some late, some with bad rows, one twice."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast
from zoneinfo import ZoneInfo

import numpy as np

from workbench.training.cameras import COUNTY, Camera
from workbench.training.formats import (
    COUNTY_HEADER,
    ELSAG_HEADER,
    MAPPING,
    STREAM_HEADER,
    Row,
    county_lines,
    elsag_lines,
    rekor_v1_lines,
    rekor_v2_lines,
    rows_as_text,
    stream_lines,
)
from workbench.training.reads import Reads, concatenate, rows_of

__all__ = ["DeliveryFile", "Dispatch"]

_CHUNK = 20_000
Maker = Callable[[Sequence[Row], Sequence[Camera]], Iterator[str]]
Spoil = Callable[[str, int], str]
_MAPPING_NAME = "lcso-export.yaml"


@dataclass(frozen=True, slots=True)
class DeliveryFile:
    """A file that arrives.

    Parameters
    ----------
    path : Path
    format : str
        The word for ``workbench ingest --format``; empty where a mapping file says how to read it.
    unit : str
        Code of the mobile unit that it comes from; empty for others.
    camera : str
        Code of the camera, where the file names none.
    arrives_at : datetime.datetime
        Aware, UTC.
    rows : int
        Good rows.
    bad : int
        Rows that must be rejected.
    ambiguous : int
        Rows among the good ones whose time a clock change makes ambiguous: they must be rejected too.
    mapping : Path or None
    source_agency : str
        Empty for the agency's own readers.
    governmental : bool
        Whether the readers' operator is a governmental body.
    copy_of : str
        Name of the file that this one repeats byte by byte; empty for all but one.
    """

    path: Path
    format: str
    unit: str
    camera: str
    arrives_at: dt.datetime
    rows: int
    bad: int
    ambiguous: int
    mapping: Path | None = None
    source_agency: str = ""
    governmental: bool = True
    copy_of: str = ""


@dataclass(slots=True)
class _Round:
    """How often a mobile unit or the county delivers, and what waits until then."""

    every: int
    late_days: int = 0
    waiting: list[Reads] = field(default_factory=list)
    since: dt.date | None = None


class Dispatch:
    """Writes the files of each day into a folder.

    Parameters
    ----------
    folder : Path
    cameras : sequence of Camera
    zone : ZoneInfo
    first_day, last_day : datetime.date
    seed : int
    compress : bool
        Whether the daily files of the Rekor cameras, by far the largest, are compressed with gzip.
    """

    def __init__(
        self,
        folder: Path,
        cameras: Sequence[Camera],
        zone: ZoneInfo,
        first_day: dt.date,
        last_day: dt.date,
        *,
        seed: int,
        compress: bool = True,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.cameras, self.zone = folder, cameras, zone
        self.first_day, self.last_day = first_day, last_day
        self.compress = compress
        self.rng = np.random.default_rng([seed, 11])
        self.files: list[DeliveryFile] = []
        self._source = np.array([camera.source for camera in cameras])
        self._next_id = 410_000 + int(self.rng.integers(0, 9_000))
        self._copy_day = first_day + dt.timedelta(days=(last_day - first_day).days // 3)
        units = [camera.code for camera in cameras if camera.kind == "mobile"]
        self._units = {code: _Round(every=3) for code in units}
        if units:
            self._units[units[-1]].late_days = 24
        self._county = _Round(every=7)
        self.mapping = folder / _MAPPING_NAME
        self.mapping.write_text(MAPPING.format(zone=zone.key), encoding="utf-8")

    def day(self, date: dt.date, reads: Reads) -> None:
        """Take the reads of one local day, in the order of time, and write what arrives because of them."""
        source = self._source[reads.camera]
        self._daily(date, "rekor2", rows_of(reads, source == "rekor2"))
        self._daily(date, "rekor1", rows_of(reads, source == "rekor1"))
        self._daily(date, "stream", rows_of(reads, source == "stream"))
        last = date == self.last_day
        for code, tour in self._units.items():
            index = next(i for i, camera in enumerate(self.cameras) if camera.code == code)
            self._gather(tour, date, rows_of(reads, reads.camera == index))
            due = (date - self.first_day).days % tour.every == tour.every - 1
            if last or (due and not self._held_back(tour, date)):
                self._unit(code, tour, date)
        self._gather(self._county, date, rows_of(reads, source == "county"))
        if last or date.weekday() == 6:
            self._county_week(date)

    def _held_back(self, tour: _Round, date: dt.date) -> bool:
        """One unit's files lie in the car for weeks, in the middle of the period."""
        days = (self.last_day - self.first_day).days
        begin = self.first_day + dt.timedelta(days=days // 2)
        return tour.late_days > 0 and begin <= date < begin + dt.timedelta(
            days=min(tour.late_days, days // 3)
        )

    def _gather(self, tour: _Round, date: dt.date, reads: Reads) -> None:
        tour.since = tour.since or date
        if len(reads):
            tour.waiting.append(reads)

    def _daily(self, date: dt.date, source: str, reads: Reads) -> None:
        if not len(reads):
            return
        arrives = self._at(date + dt.timedelta(days=1), 2, 15 + int(self.rng.integers(0, 20)))
        if source == "stream":
            lines = self._lines(reads, stream_lines)
            self._write(
                f"mercado-lot-{date}.csv",
                STREAM_HEADER,
                lines,
                "plate-recognizer",
                arrives,
                len(reads),
                spoil=_spoil_stream,
                chance=0.05,
                camera="C26",
                agency="Mercado Plaza",
                governmental=False,
            )
            return
        maker = rekor_v2_lines if source == "rekor2" else rekor_v1_lines
        ending = ".jsonl.gz" if self.compress and source == "rekor2" else ".jsonl"
        stem = "rekor-scout" if source == "rekor2" else "orchard-bridge"
        name = f"{stem}-{date}{ending}"
        written = self._write(
            name,
            "",
            self._lines(reads, maker),
            "alpr_group",
            arrives,
            len(reads),
            spoil=_spoil_group,
            chance=0.14 if source == "rekor2" else 0.05,
        )
        if source == "rekor2" and date == self._copy_day:
            self._repeat(written, arrives + dt.timedelta(days=2, hours=6))

    def _unit(self, code: str, tour: _Round, date: dt.date) -> None:
        since, tour.since = tour.since, None
        if not tour.waiting:
            return
        reads, tour.waiting = concatenate(tour.waiting), []
        first_id, self._next_id = self._next_id, self._next_id + len(reads) + 40
        lines = (
            line
            for rows in _chunks(reads, first_id)
            for line in elsag_lines(rows_as_text(rows[1]), self.cameras, self.zone, rows[0])
        )
        arrives = self._at(date + dt.timedelta(days=1), 6, 20 + int(self.rng.integers(0, 35)))
        self._write(
            f"elsag-{code.lower()}-{since}.csv",
            ELSAG_HEADER,
            lines,
            "elsag",
            arrives,
            len(reads),
            spoil=_spoil_elsag,
            chance=0.30,
            unit=code,
            ambiguous=self._ambiguous(reads),
        )

    def _county_week(self, date: dt.date) -> None:
        since, self._county.since = self._county.since, None
        if not self._county.waiting:
            return
        reads, self._county.waiting = concatenate(self._county.waiting), []
        lines = (
            line
            for _, rows in _chunks(reads, 0)
            for line in county_lines(rows_as_text(rows), self.cameras, self.zone)
        )
        arrives = self._at(date + dt.timedelta(days=1), 9, 5 + int(self.rng.integers(0, 50)))
        self._write(
            f"lcso-export-{since}.csv",
            COUNTY_HEADER,
            lines,
            "",
            arrives,
            len(reads),
            spoil=_spoil_county,
            chance=0.35,
            agency=COUNTY,
            mapping=self.mapping,
            ambiguous=self._ambiguous(reads),
        )

    def _lines(self, reads: Reads, maker: Maker) -> Iterator[str]:
        for _, rows in _chunks(reads, 0):
            yield from maker(rows_as_text(rows), self.cameras)

    def _at(self, date: dt.date, hour: int, minute: int) -> dt.datetime:
        return dt.datetime.combine(date, dt.time(hour, minute), self.zone).astimezone(dt.UTC)

    def _ambiguous(self, reads: Reads) -> int:
        """Count the reads whose wall-clock time comes twice that night."""
        seconds = np.unique(reads.micros // 3_600_000_000)
        twice = set()
        for hour in seconds.tolist():
            wall = dt.datetime.fromtimestamp(hour * 3600, self.zone).replace(tzinfo=None)
            early, late = (wall.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
            if early.utcoffset() != late.utcoffset():
                twice.add(hour)
        return int(np.isin(reads.micros // 3_600_000_000, sorted(twice)).sum())

    def _write(
        self,
        name: str,
        header: str,
        lines: Iterable[str],
        form: str,
        arrives: dt.datetime,
        rows: int,
        *,
        spoil: Spoil,
        chance: float,
        unit: str = "",
        camera: str = "",
        agency: str = "",
        governmental: bool = True,
        mapping: Path | None = None,
        ambiguous: int = 0,
    ) -> DeliveryFile:
        path = self.folder / name
        wanted = 1 + int(self.rng.integers(0, 3)) if self.rng.random() < chance else 0
        at = sorted(int(place) for place in self.rng.integers(0, max(rows, 1), wanted))
        kinds = [int(kind) for kind in self.rng.integers(0, 3, wanted)]
        text = _with_bad_rows(lines, dict(zip(at, kinds, strict=True)), spoil)
        bad = len(set(at))
        _write_text(path, header, text)
        file = DeliveryFile(
            path=path,
            format=form,
            unit=unit,
            camera=camera,
            arrives_at=arrives,
            rows=rows,
            bad=bad,
            ambiguous=ambiguous,
            mapping=mapping,
            source_agency=agency,
            governmental=governmental,
        )
        self.files.append(file)
        return file

    def _repeat(self, file: DeliveryFile, arrives: dt.datetime) -> None:
        stem, _, ending = file.path.name.partition(".")
        path = file.path.with_name(f"{stem}-again.{ending}")
        shutil.copyfile(file.path, path)
        self.files.append(
            DeliveryFile(
                path=path,
                format=file.format,
                unit="",
                camera="",
                arrives_at=arrives,
                rows=file.rows,
                bad=file.bad,
                ambiguous=0,
                copy_of=file.path.name,
            )
        )


def _chunks(reads: Reads, first: int) -> Iterator[tuple[int, Reads]]:
    for start in range(0, len(reads), _CHUNK):
        yield first + start, rows_of(reads, np.arange(start, min(start + _CHUNK, len(reads))))


def _with_bad_rows(lines: Iterable[str], bad: dict[int, int], spoil: Spoil) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line
        if number in bad:
            yield spoil(line, bad[number])


def _write_text(path: Path, header: str, lines: Iterable[str]) -> None:
    with path.open("wb") as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile("", "wb", 1, raw, mtime=0) as packed:
                _pour(cast("BinaryIO", packed), header, lines)
        else:
            _pour(raw, header, lines)


def _pour(out: BinaryIO, header: str, lines: Iterable[str]) -> None:
    buffer = [header] if header else []
    for line in lines:
        buffer.append(line)
        if len(buffer) >= 2_000:
            out.write(("\n".join(buffer) + "\n").encode())
            buffer.clear()
    if buffer:
        out.write(("\n".join(buffer) + "\n").encode())


def _spoil_group(line: str, kind: int) -> str:
    """Empty the plate, lose the time, or break the line off."""
    if kind == 0:
        return re.sub(r'("(?:best_plate_number|plate)"):"[^"]*"', r'\1:""', line)
    if kind == 1:
        return re.sub(r'("(?:epoch_start|epoch_end|best_uuid_epoch_ms)"):\d+', r"\1:null", line)
    return line[: len(line) // 3]


def _spoil_elsag(line: str, kind: int) -> str:
    """Empty the plate, lose the time, or lose the satellites: position 0, 0."""
    number, plate, device, when, latitude, longitude = line.split(",")
    if kind == 0:
        plate = ""
    elif kind == 1:
        when = ""
    else:
        latitude = longitude = "0.000000"
    return ",".join((f"9{number}", plate, device, when, latitude, longitude))


def _spoil_county(line: str, kind: int) -> str:
    """Empty the plate, lose the time, or write one that cannot be."""
    cells = line.split(";")
    if kind == 0:
        cells[1] = ""
    else:
        cells[0] = "" if kind == 1 else "13/45/2026 99:99:99 PM"
    return ";".join(cells)


def _spoil_stream(line: str, kind: int) -> str:
    """Lose the time or the plate."""
    cells = line.split(",", 2)
    cells[0 if kind == 1 else 1] = ""
    return ",".join(cells)
