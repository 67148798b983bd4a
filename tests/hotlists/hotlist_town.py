"""A small agency with hot lists: somebody who brings them in, a dispatcher, a detective, a camera of either kind."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from world import REASON, World

from workbench.hotlists import HotLists
from workbench.models import Grounds
from workbench.records.database import Database

HEADER = "Hot Plate;State;Alert;VMA;VCO;VIN;NIC;OCA;ExpiryDate;Informant"
STOLEN = "7ABX123;CA;Theft 10851;TOYT;SIL;VIN4T1BE32K25U056382;NICV881203;OCA99-55123;2026-12-31;Jessamy Quill"
OTHER = "5XYZ100;NV;Felony 487;HOND;BLK;VIN1HGCM82633A004352;NICV771144;OCA88-10077;;Piers Odell"
SECRETS = (
    "TOYT", "VIN4T1BE32K25U056382", "NICV881203", "OCA99-55123", "Jessamy Quill", "Theft 10851",
    "VIN1HGCM82633A004352", "NICV771144", "OCA88-10077", "Piers Odell", "Felony 487",
    "Statewide theft desk", "Vehicles taken by theft",
)  # fmt: skip
"""What stands in the fields of the list, plates aside."""


FIVE = ("claremont-ca", "clinton-ut", "clovis-ca", "piedmont-ca", "seal-beach-ca")


def under(names: tuple[str, ...] = FIVE, **clauses: tuple[str, ...]) -> list[Any]:
    """Parametrize over profiles, all five by default; each test is marked with the clauses that it proves there."""
    found = []
    for name in names:
        numbers = clauses.get(name.partition("-")[0], ())
        marks = [pytest.mark.clause(*(f"{name}:{number}" for number in numbers))] if numbers else []
        found.append(pytest.param(name, marks=marks, id=name))
    return found


class Town(World):
    """``town.listed()`` brings in a list, ``town.seen("7ABX123")`` a transfer with one read."""

    def __init__(
        self, home: Path, *, database: Database | None = None, profile: str = "clovis-ca"
    ) -> None:
        url = ""
        if database is not None and database.dialect == "postgresql":
            url = database.engine.url.render_as_string(hide_password=False)
        super().__init__(home, profile=profile, now="2026-03-02 22:00", url=url)
        self.member("ruiz", "administrator")
        self.member("dana", "dispatcher")
        self.member("moss", "detective")
        self.member("hale", "supervisor")
        self.camera("C4")
        self.camera("M1", kind="mobile")
        self.files = home.parent / "files"
        self.files.mkdir(parents=True)
        self.lists: HotLists = self.service.hotlists
        self.tokens: dict[str, str] = {}
        self._number = 0

    def as_(self, username: str) -> str:
        """Return a token of somebody; one for each."""
        if username not in self.tokens:
            self.tokens[username] = self.login(username)
        return self.tokens[username]

    def file(self, *rows: str, header: str = HEADER, name: str = "svs.csv") -> Path:
        path = self.files / name
        path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        return path

    def made(self, code: str = "svs", **fields: Any) -> str:
        self.lists.create(
            self.as_("ruiz"),
            code,
            **{
                "title": "Vehicles taken by theft",
                "source": "Statewide theft desk",
                "purpose": "stolen-vehicle",
                **fields,
            },
        )
        return code

    def listed(self, *rows: str, code: str = "svs", **options: Any) -> Any:
        """Bring in a list, the two rows of this file by default; it is made where it is not there."""
        if all(each.code != code for each in self.lists.register.all()):
            self.made(code)
        return self.lists.import_file(
            self.as_("ruiz"), self.file(*(rows or (STOLEN, OTHER))), code, **options
        )

    def wanted(self, plate: str = "8KLM456", **fields: Any) -> Any:
        """Have the detective enter a vehicle by hand."""
        return self.lists.add(
            self.as_("moss"),
            plate,
            **{
                "case": self.case_number,
                "requester": "Sergeant Ines Calloway",
                "source": "victim's report",
                "expires": "2026-03-09 00:00",
                "purpose": "robbery",
                "state": "CA",
                **fields,
            },
        )

    def seen(
        self, *plates: str, camera: str = "C4", at: str = "2026-03-02 21:10", score: float = 0.93,
        region: str = "us-ca", color: str = "silver", candidates: str = "",
    ) -> Any:  # fmt: skip
        """Bring in a transfer with one read of each plate."""
        self._number += 1
        path = self.files / f"unit-{self._number}.csv"
        header = "timestamp plate score dscore region color model_make candidates source_url"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(header.split())
            for second, plate in enumerate(plates):
                place = json.dumps({"code": region, "score": 0.9}) if region else ""
                shade = json.dumps([{"color": color, "score": 0.9}]) if color else ""
                time, source = f"{at}:{second:02d}-08:00", f"u{self._number}"
                rows.writerow(
                    (time, plate.lower(), score, 0.9, place, shade, "", candidates, source)
                )
        return self.service.ingest(self.as_("ruiz"), path, camera=camera)

    def hit(self, plate: str = "7ABX123", **read: Any) -> int:
        """Raise one hit and return its number."""
        result = self.seen(plate, **read)
        assert result.hits == 1, result
        return int(self.lists.hits(self.as_("hale"))[0]["id"])

    def grounds(self, **changes: str) -> Grounds:
        given = {"case_number": self.case_number, "purpose": "homicide", "reason": REASON}
        return Grounds(**{**given, **changes})

    def later(self, **span: float) -> dt.datetime:
        """Have time pass; everybody logs in anew."""
        self.clock.forward(**span)
        self.tokens.clear()
        return self.clock()
