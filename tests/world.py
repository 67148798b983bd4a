"""A small agency for tests that read like the scene they describe.

world = World(tmp_path)
world.camera("C4", at=(36.58, -120.25))
world.read("7ABX123", camera="C4", at="2026-03-02 21:12")
case = world.desk("rivera").case("26-00417", purpose="homicide", reason=REASON)
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from argon2 import PasswordHasher

from workbench.analysis.geo import cell
from workbench.client import Bench
from workbench.models import Qualification
from workbench.records import tables
from workbench.service import Origin, Service
from workbench.settings import Settings

ZONE = ZoneInfo("America/Los_Angeles")
SCENE = (36.5800, -120.2500)
REASON = "Shooting at 5th and Main, dark sedan seen leaving toward the bridge"
PASSWORD = "correct-horse-7-staple"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
CASE_NUMBERS = {"clinton-ut": "26CL00417"}

#: Everything that any of the five policies asks of a member before access.
QUALIFICATIONS = (
    "training",
    "policy-read",
    "clets",
    "live-scan",
    "no-convictions",
    "waiver",
)


def local(text: str) -> dt.datetime:
    """Return an aware time from the agency's wall clock."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: str) -> None:
        self.now = local(now).astimezone(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


class World:
    """An agency with its home folder, an administrator ``okafor``, and an analyst ``rivera`` who may search."""

    def __init__(
        self,
        home: Path,
        *,
        profile: str = "clovis-ca",
        now: str = "2026-03-10 12:00",
        url: str = "",
    ) -> None:
        self.clock = Clock(now)
        self.settings = Settings(
            home=home,
            agency="Santa Lucera Police Department",
            profile=profile,
            timezone="America/Los_Angeles",
            database_url=url,
        )
        self.service = Service.create(self.settings, clock=self.clock, hasher=HASHER)
        self.service.begin_with(username="okafor", name="Ngozi Okafor", password=PASSWORD)
        self.admin = self.login("okafor")
        self.case_number = CASE_NUMBERS.get(profile, "26-00417")
        self.transfer = self._insert(
            tables.transfers,
            file_name="day.jsonl",
            sha256="0" * 64,
            size=1,
            began_at=self.clock(),
            status="complete",
        )
        self.member("rivera", "analyst")
        self.case(self.case_number, assigned=["rivera"])

    def login(self, username: str) -> str:
        return self.service.login(username, PASSWORD, Origin("10.0.0.7", "desk-7"))

    def member(
        self,
        username: str,
        *roles: str,
        kind: str = "person",
        without: tuple[str, ...] = (),
        completed: dict[str, str] | None = None,
    ) -> str:
        """Add a member who holds everything but ``without``; completed 30 days ago unless told. Return the name."""
        month_ago = (self.clock() - dt.timedelta(days=30)).date()
        self.service.people.add(
            username=username,
            name=username.title(),
            roles=list(roles),
            organization=self.settings.agency,
            kind=kind,
            password=PASSWORD,
            by=self.session(self.admin),
        )
        topics = tuple(
            topic.id
            for requirement in self.service.profile.requirements
            for topic in requirement.topics
        )
        for name in QUALIFICATIONS:
            if name not in without:
                day = (completed or {}).get(name)
                self.service.people.qualify(
                    username,
                    Qualification(
                        name, dt.date.fromisoformat(day) if day else month_ago, topics=topics
                    ),
                    by=self.session(self.admin),
                )
        return username

    def session(self, token: str) -> Any:
        return self.service.session(token)

    def desk(self, username: str = "rivera") -> Bench:
        """Log a member in and return what their notebook holds."""
        return Bench(self.service, self.login(username))

    def case(self, number: str, *, assigned: list[str] | None = None, **fields: Any) -> str:
        self.service.cases.register(
            number=number,
            **{"crime_type": "homicide", "incident_number": "I26-01873", **fields},
            by=self.session(self.admin),
        )
        if assigned:
            self.service.cases.assign(number, assigned, by=self.session(self.admin))
        return number

    def camera(self, code: str, *, at: tuple[float, float] = SCENE, kind: str = "fixed") -> int:
        return self._insert(
            tables.cameras,
            code=code,
            name=f"Camera {code}",
            kind=kind,
            latitude=at[0],
            longitude=at[1],
            governmental=True,
            registered=True,
        )

    def outage(self, camera: str, start: str, end: str, reason: str = "no power") -> None:
        key = self._camera(camera).id
        self._insert(
            tables.outages, camera_id=key, start_at=local(start), end_at=local(end), reason=reason
        )

    def read(self, plate: str, *, camera: str, at: str, **fields: Any) -> int:
        """Put a read into the database as a complete transfer would."""
        where = self._camera(camera)
        lat = fields.pop("latitude", where.latitude)
        lon = fields.pop("longitude", where.longitude)
        moment = local(at)
        values = {
            "plate": plate,
            "plate_raw": plate,
            "state": "CA",
            "confidence": 0.9,
            "captured_at": moment,
            "camera_id": where.id,
            "latitude": lat,
            "longitude": lon,
            "cell": cell(lat, lon),
            "governmental": True,
            "transfer_id": self.transfer,
            **fields,
        }
        with self.service.database.write() as connection:
            from workbench.records.database import ensure_partitions

            micros = tables.to_micros(moment)
            ensure_partitions(connection, micros, micros)
            _count(connection, values, where.id, moment)
            result = connection.execute(tables.reads.insert().returning(tables.reads.c.id), values)
            return int(result.scalar_one())

    def record(self, **where: Any) -> list[Any]:
        """Return the lines of the access record that match, in order."""
        table = tables.audit_records
        query = sa.select(table).where(*(table.c[name] == value for name, value in where.items()))
        with self.service.database.read() as connection:
            return list(connection.execute(query.order_by(table.c.seq)))

    def _camera(self, code: str) -> Any:
        query = sa.select(tables.cameras).where(tables.cameras.c.code == code)
        with self.service.database.read() as connection:
            return connection.execute(query).one()

    def _insert(self, table: sa.Table, **values: Any) -> int:
        with self.service.database.write() as connection:
            return int(
                connection.execute(table.insert().returning(table.c.id), values).scalar_one()
            )


def _count(connection: sa.Connection, values: dict[str, Any], camera: int, at: dt.datetime) -> None:
    """Keep the tables of distinct plates and daily counts in step, as ingest does."""
    days, plates = tables.camera_days, tables.plates
    day = at.astimezone(ZONE).date().isoformat()
    same_day = (days.c.camera_id == camera) & (days.c.day == day)
    if not connection.execute(
        days.update().where(same_day).values(reads=days.c.reads + 1)
    ).rowcount:
        connection.execute(days.insert(), {"camera_id": camera, "day": day, "reads": 1})
    same = (plates.c.plate == values["plate"]) & (plates.c.state == values["state"])
    row = connection.execute(sa.select(plates).where(same)).first()
    if row is None:
        fresh = {"plate": values["plate"], "state": values["state"], "reads": 1}
        connection.execute(plates.insert(), {**fresh, "first_at": at, "last_at": at})
    else:
        connection.execute(
            plates.update()
            .where(same)
            .values(
                reads=row.reads + 1, first_at=min(row.first_at, at), last_at=max(row.last_at, at)
            )
        )
