"""An agency with reads of many ages, on either database, and people who ask, approve and run.

town = Town(tmp_path, database)
town.read("7OLD111", at="2024-11-03 09:00")
town.order()            # asked by ruiz, approved by sato and lund
town.purge()            # the certificate
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from world import SCENE, World, local

from workbench.analysis.plateindex import PlateIndex
from workbench.policy.profile import load
from workbench.records import hotlist_tables as hotlist
from workbench.records import tables
from workbench.records.database import Database

NOW = "2026-03-10 12:00"


class Town(World):
    """``ruiz`` administers, ``sato`` and ``lund`` supervise, ``rivera`` searches."""

    def __init__(
        self, home: Path, database: Database, *, profile: str = "clovis-ca", now: str = NOW
    ) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        super().__init__(home / "home", profile=profile, now=now, url=url)
        self.member("ruiz", "administrator")
        self.member("sato", "supervisor")
        self.member("lund", "supervisor")
        self.camera("C4")
        self.camera("C9", at=(36.6100, -120.2500))

    @property
    def holds(self) -> Any:
        return self.service.custody.holds

    @property
    def retention(self) -> Any:
        return self.service.custody.retention

    def read(self, plate: str, *, at: str, camera: str = "C4", **fields: Any) -> int:
        return super().read(plate, camera=camera, at=at, **fields)

    def hold(self, *, by: str = "sato", basis: str = "evidence", **fields: Any) -> Any:
        values = {"authority": "DA letter 26-118", "requester": "District Attorney", **fields}
        return self.holds.add(self.login(by), basis=basis, **values)

    def order(self, *, through: str | None = None, approved: bool = True) -> int:
        """Have ruiz ask for a purge, and the others enter every approval that the profile asks for."""
        order = self.retention.request(
            self.login("ruiz"), why="Yearly destruction by the records schedule", through=through
        )
        if approved:
            asked = self.service.profile.retention.purging.approvals
            for who, each in zip(("sato", "lund"), asked, strict=True):
                self.approve(order.id, each.id, who)
        return int(order.id)

    def approve(self, order_id: int, approval: str, who: str, reference: str = "Res. 26-14") -> Any:
        day = self.clock().date() - dt.timedelta(days=1)
        return self.retention.approve(
            self.login(who), order_id, approval, reference=reference, dated_on=day
        )

    def purge(self, order_id: int | None = None, **options: Any) -> Any:
        return self.retention.run(self.login("ruiz"), order_id or self.order(), **options)

    def hit(self, read_id: int, *, at: str, disposition: str = "") -> int:
        """Put a hit on a read into the tables, with one act."""
        sealed = {"key_id": "k", "sealed": b"x"}
        if not self.rows(hotlist.hot_lists.c.id):
            self._insert(
                hotlist.hot_lists,
                code="L1",
                kind="stolen",
                stale_after_hours=24,
                active=True,
                created_at=self.clock(),
                created_by="ruiz",
                **sealed,
            )
            self._insert(
                hotlist.hot_list_matches, status="done", began_at=self.clock(), made_by="ruiz"
            )
        (listed,) = self.rows(hotlist.hot_lists.c.id)
        (match,) = self.rows(hotlist.hot_list_matches.c.id)
        hit = self._insert(
            hotlist.hits, read_id=read_id, captured_at=local(at), camera_id=1,
            transfer_id=self.transfer, list_id=listed.id, listed="LISTED1", path="fixed", near=False,
            probability=1.0, status="raised", disposition=disposition, raised_at=self.clock(),
            match_id=match.id, **sealed,
        )  # fmt: skip
        (member,) = self.rows(tables.members.c.id, where=tables.members.c.username == "sato")
        self._insert(
            hotlist.hit_acts, hit_id=hit, number=1, step="raised", at=self.clock(),
            member_id=member.id, record_seq=1, **sealed,
        )  # fmt: skip
        return hit

    def days_pass(self, days: int) -> None:
        """Let days pass, in which nobody's account falls idle."""
        for _ in range(days // 60):
            self.clock.forward(days=60)
            for who in ("okafor", "ruiz", "sato", "lund", "rivera"):
                self.login(who)
        self.clock.forward(days=days % 60)

    def plates(self) -> list[str]:
        """Return the plates of the reads that are left, in order."""
        return [row.plate for row in self.rows(tables.reads.c.plate)]

    def known(self) -> dict[str, int]:
        """Return the table of distinct plates: plate and number of reads."""
        return {
            row.plate: row.reads for row in self.rows(tables.plates.c.plate, tables.plates.c.reads)
        }

    def days(self) -> dict[str, int]:
        """Return the daily counts of all cameras together."""
        counted: dict[str, int] = {}
        for row in self.rows(tables.camera_days.c.day, tables.camera_days.c.reads):
            counted[row.day] = counted.get(row.day, 0) + row.reads
        return counted

    def indexed(self) -> set[str]:
        """Return the plates in the file of the plate index."""
        index = PlateIndex.open(self.settings.plate_index)
        assert index is not None
        shelves = [shelf.plates for shelf in index.shelves]
        return {plate for plates in shelves for plate in plates.texts(np.arange(len(plates)))}

    def rows(self, *columns: sa.ColumnElement[Any], where: Any = True) -> list[Any]:
        with self.service.database.read() as connection:
            query = sa.select(*columns).where(sa.true() if where is True else where)
            return list(connection.execute(query.order_by(*columns)))


def example(profile: str) -> str:
    """Return the form of a case number under a profile."""
    return load(profile).case.example


__all__ = ["NOW", "SCENE", "Town", "example"]
