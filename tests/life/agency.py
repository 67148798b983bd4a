"""An agency that lives through dated events and notes down what came of each, in the words of its own policy text.

agency = Agency(tmp_path, "clovis-ca")
agency.turn_to("2024-02-01 09:30")
agency.attempt("an untrained member searches", lambda: agency.search("green"))
agency.facts["an untrained member searches"]        # "refused by 462.3(d)"
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from world import SCENE, World, local

from workbench.errors import Failed, Refused
from workbench.models import Grounds, Qualification
from workbench.records import tables

START = "2024-01-08 09:00"
REASON = "Shooting at 5th and Main, dark sedan seen leaving toward the bridge"
YEARLY = ("training", "policy-read")
HEADER = [
    "timestamp",
    "plate",
    "score",
    "dscore",
    "region",
    "color",
    "model_make",
    "candidates",
    "source_url",
]


class Agency(World):
    """An agency under one profile, with a clock that only goes forward and everything it did written down.

    ``facts`` holds what came of each thing that was tried or looked at; ``searches`` every search that somebody tried:
    who, when, and whether it was answered.
    """

    def __init__(self, folder: Path, profile: str, *, url: str = "") -> None:
        super().__init__(folder / "home", profile=profile, now=START, url=url)
        self.folder = folder
        self.facts: dict[str, Any] = {}
        self.problems: dict[str, str] = {}
        self.searches: list[tuple[str, dt.datetime, bool]] = []
        self.staff: list[str] = ["okafor", "rivera"]
        self._tokens: dict[str, str] = {}
        self._met = self.clock.now
        self._files = 0

    # --- time and people ----------------------------------------------------------------------------------

    def turn_to(self, moment: str) -> None:
        """Turn the clock to a moment of the agency's day; on the way, everybody logs in often enough to stay active."""
        then = local(moment).astimezone(dt.UTC)
        assert then >= self.clock.now, f"{moment} is past"
        while then - self._met > dt.timedelta(days=80):
            self.clock.now = self._met = max(self.clock.now, self._met + dt.timedelta(days=80))
            self._tokens.clear()
            for username in self.staff:
                self.as_(username)
        if then != self.clock.now:
            self.clock.now = then
            self._tokens.clear()
        self.admin = self.as_("okafor")

    def as_(self, username: str) -> str:
        """Return a token of somebody, as of now."""
        if username not in self._tokens:
            self._tokens[username] = self.login(username)
        return self._tokens[username]

    def joins(self, username: str, *roles: str, **options: Any) -> None:
        """Somebody joins, with everything that any of the five texts asks for but what is left out."""
        self.member(username, *roles, **options)
        self.staff.append(username)

    def completes(self, username: str, *kinds: str) -> None:
        """Somebody completes a training or check today."""
        requirements = self.service.profile.requirements
        topics = tuple(topic.id for each in requirements for topic in each.topics)
        day = self.clock().astimezone(self.settings.zone).date()
        for kind in kinds:
            done = Qualification(kind, day, topics=topics)
            by = "ruiz" if username == "okafor" else "okafor"
            self.service.qualify(self.as_(by), username, done)

    # --- what is tried ------------------------------------------------------------------------------------

    def attempt(self, what: str, how: Callable[[], Any]) -> Any:
        """Try something, and note what came of it: done, refused by a clause of the text, or not taken."""
        assert what not in self.facts, what
        try:
            result = how()
        except Refused as refused:
            number = refused.clause.partition("[")[0]
            self.facts[what] = f"refused by {number}" if number else "refused"
            return None
        except Failed as failed:
            self.facts[what] = "not taken"
            self.problems[what] = str(failed)
            return None
        self.facts[what] = "done"
        return result

    def search(
        self,
        who: str,
        *,
        plate: str = "7ABX123",
        start: str = "2024-02-01 00:00",
        end: str = "2024-02-02 00:00",
        **grounds: str,
    ) -> Any:
        """Search one plate's reads for a case, by somebody."""
        return self._asked(
            who, "query.history", {"plate": plate, "start": start, "end": end}, grounds
        )

    def canvass(self, who: str, *, start: str, end: str, **grounds: str) -> Any:
        """Search the vehicles around a scene for a case, by somebody."""
        scene = {"center": SCENE, "radius_m": 800}
        asked = {"scene": scene, "start": start, "end": end}
        return self._asked(who, "query.canvass", asked, grounds)

    def partial(self, who: str, pattern: str, *, start: str, end: str, **grounds: str) -> Any:
        """Search the vehicles whose plate fits a partial one, by somebody."""
        asked = {"pattern": pattern, "seen_by": "witness", "start": start, "end": end}
        return self._asked(who, "query.partial", asked, grounds)

    def _asked(self, who: str, action: str, asked: dict[str, Any], grounds: dict[str, str]) -> Any:
        self.clock.forward(seconds=30)
        why = Grounds(**{**self.grounds(), **grounds})
        self.searches.append((who, self.clock(), False))
        found = self.service.query(self.as_(who), action, asked, why)
        self.searches[-1] = (who, self.clock(), True)
        return found

    def grounds(self) -> dict[str, str]:
        return {"case_number": self.number(101), "purpose": "homicide", "reason": REASON}

    def number(self, serial: int) -> str:
        """Return a case number in the agency's form."""
        return (
            f"24CL{serial:05d}" if self.service.profile.id == "clinton-ut" else f"24-{serial:05d}"
        )

    # --- reads --------------------------------------------------------------------------------------------

    def brings(
        self,
        plates: dict[str, str],
        *,
        camera: str = "C4",
        unit: str = "",
        by: str = "ruiz",
        **options: Any,
    ) -> Any:
        """Bring in a transfer: each plate with the moment at which it was read."""
        self._files += 1
        path = self.folder / f"transfer-{self._files}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(HEADER)
            for plate, moment in plates.items():
                at = local(moment).isoformat(sep=" ")
                place = '{"code": "us-ca", "score": 0.9}'
                rows.writerow((at, plate.lower(), 0.93, 0.9, place, "", "", "", f"u{self._files}"))
        return self.service.ingest(self.as_(by), path, camera=camera, unit=unit, **options)

    def left(self) -> dict[str, dt.datetime]:
        """Return the reads that are stored: plate and moment of capture, in UTC."""
        query = sa.select(tables.reads.c.plate, tables.reads.c.captured_at)
        with self.service.database.read() as connection:
            return {row.plate: row.captured_at for row in connection.execute(query)}

    def paper(self, name: str) -> Path:
        path = self.folder / name
        path.write_bytes(b"%PDF-1.7 " + name.encode())
        return path


__all__ = ["REASON", "START", "YEARLY", "Agency"]
