"""An agency with units, for tests that read like a month on the road.

yard = Yard(tmp_path, profile="seal-beach-ca")
yard.unit("M1", since="2026-01-05")
yard.brings("M1", on="2026-02-08")
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from world import World, local

from workbench.records import tables
from workbench.records.database import Database


class Yard(World):
    """A world whose administrator is okafor and whose supervisor is park."""

    def __init__(self, home: Path, database: Database | None = None, **options: Any) -> None:
        if database is not None:
            options["url"] = database.engine.url.render_as_string(hide_password=False)
        super().__init__(home / "home", **options)
        held = dict.fromkeys(("training", "policy-read", "clets"))
        self.qualify("okafor", *held)
        self.member("park", "supervisor")
        self.park = self.login("park")
        self.files = 0

    def qualify(self, username: str, *kinds: str) -> None:
        from workbench.models import Qualification

        topics = tuple(t.id for r in self.service.profile.requirements for t in r.topics)
        day = self.clock().date() - dt.timedelta(days=30)
        for kind in kinds:
            self.service.people.qualify(username, Qualification(kind, day, topics=topics))

    def unit(self, code: str, *, since: str, camera: str = "") -> None:
        self.service.units.add(
            self.admin, code=code, in_service_on=dt.date.fromisoformat(since), camera=camera
        )

    def brings(self, unit: str, *, on: str, status: str = "complete", **fields: Any) -> int:
        """A transfer of a unit that ended at noon of a day."""
        self.files += 1
        at = local(f"{on} 12:00")
        return self._insert(
            tables.transfers,
            **{
                "file_name": f"{unit}-{self.files}.csv",
                "sha256": f"{self.files:064d}",
                "size": 1,
                "unit": unit,
                "began_at": at,
                "ended_at": at,
                "status": status,
                "accepted": 10,
                "last_at": at,
                **fields,
            },
        )

    def standing(self, code: str) -> Any:
        return next(
            each for each in self.service.units.standing(self.admin) if each.unit.code == code
        )

    def day_of(self, camera: int, day: str, reads: int) -> None:
        with self.service.database.write() as connection:
            values = {"camera_id": camera, "day": day, "reads": reads}
            connection.execute(tables.camera_days.insert(), values)
