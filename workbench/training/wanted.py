"""The demo's hot list: a state's list of stolen vehicles with a few that were read in the city, and a wanted vehicle.

Among them a true one, one that bears the plate of another vehicle, one of another state, and one that the cameras all
but read; ``truth/hot-list.json`` says which is which. The first days of its hits are worked on, the last are open.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from workbench.analysis.plates import is_plausible
from workbench.errors import WorkbenchError
from workbench.models import Grounds
from workbench.records.tables import reads
from workbench.service import Service

__all__ = ["LIST", "Wanted"]

LIST = "svs"
"""The list's code."""

_FILE = "stolen-vehicles.csv"
_HEADER = "LIC;LIS;Category;VYR;VMA;VMO;VCO;VST;NIC;OCA;ORI;EffectiveDate;ExpiryDate"
_OTHERS = 240
_DAYS = 7
_SHAPES = {"O": "0", "D": "0", "Q": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8", "G": "6",
           "0": "D", "1": "L", "2": "Z", "5": "S", "8": "B", "6": "G"}  # fmt: skip
_MAKES = (
    ("TOYT", "CAM"),
    ("HOND", "CIV"),
    ("FORD", "F15"),
    ("CHEV", "SIL"),
    ("NISS", "ALT"),
    ("KIA", "OPT"),
)
_COLORS = ("SIL", "WHI", "BLK", "GRY", "BLU", "RED")

Token = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Makes the demo's hot lists and works on some of their hits.

    Parameters
    ----------
    service : Service
    home : Path
        Its ``truth`` folder has the stories.
    token : callable
        Gives a session of a member.
    day : datetime.date
        The day on which the list arrives, in the agency's zone.
    """

    service: Service
    home: Path
    token: Token
    day: dt.date

    def bring_in(self, *, administrator: str, detective: str, dispatcher: str) -> None:
        """Bring in the list, enter a wanted vehicle, match the days before, and work on the first hits."""
        planted = self._plant()
        path = self.home / "transfers" / _FILE
        path.write_text("\n".join([_HEADER, *self._rows(planted)]) + "\n", encoding="utf-8")
        lists = self.service.hotlists
        admin = self.token(administrator)
        lists.create(
            admin, LIST, title="Stolen vehicles and plates, statewide",
            source="State Department of Justice (fictional)", purpose="stolen-vehicle",
        )  # fmt: skip
        lists.import_file(admin, path, LIST)
        path.unlink()  # it holds in clear what is encrypted now
        self._bolo(detective, planted)
        self._match(detective)
        self._work(dispatcher, planted)
        truth = {"list": LIST, "planted": planted}
        (self.home / "truth" / "hot-list.json").write_text(
            json.dumps(truth, indent=1), encoding="utf-8"
        )

    def _story(self, key: str) -> dict[str, Any] | None:
        """Return a story's truth where its case is open by now."""
        try:
            found: dict[str, Any] = json.loads(
                (self.home / "truth" / f"{key}.json").read_text("utf-8")
            )
        except FileNotFoundError:
            return None
        case = self.service.cases.get(found["case_number"])
        return found if case is not None and case.status == "open" else None

    def _plant(self) -> list[dict[str, str]]:
        """Choose what of the list was read in the city during the days before."""
        planted: list[dict[str, str]] = []
        story = self._story("stolen-vehicle")
        if story is not None:
            car = story["vehicles"][0]
            planted.append(
                {"role": "true", "plate": car["plate"], "state": car["state"], "make": "HOND", "color": "SIL",
                 "case": story["case_number"]}
            )  # fmt: skip
        counts, known = self._read_lately()
        often = [
            plate
            for plate, times in sorted(counts.items())
            if 2 <= times <= 5 and is_plausible(plate, "CA")
        ]
        if len(often) >= 2:
            first, second = often[len(often) // 3], often[2 * len(often) // 3]
            planted.append(
                {
                    "role": "plate on another vehicle",
                    "plate": first,
                    "state": "CA",
                    "make": "JEEP",
                    "color": "YEL",
                }
            )
            planted.append(
                {
                    "role": "other state",
                    "plate": second,
                    "state": "NV",
                    "make": "DODG",
                    "color": "ONG",
                }
            )
        for seen in sorted(counts):
            listed = _meant(seen)
            if listed and listed not in known:
                planted.append(
                    {
                        "role": "near miss",
                        "plate": listed,
                        "seen": seen,
                        "state": "CA",
                        "make": "TOYT",
                        "color": "GRY",
                    }
                )
                break
        return planted

    def _read_lately(self) -> tuple[Counter[str], set[str]]:
        """Return how often which plates of the state were read in the days before, and all that were ever read."""
        with self.service.database.read() as connection:
            since = self._midnight() - dt.timedelta(days=_DAYS)
            rows = connection.execute(
                sa.select(reads.c.plate, sa.func.count())
                .where(reads.c.captured_at >= since, reads.c.state == "CA")
                .group_by(reads.c.plate)
            ).all()
            known = set(connection.execute(sa.select(reads.c.plate).distinct()).scalars())
        return Counter({str(plate): int(times) for plate, times in rows}), known

    def _midnight(self) -> dt.datetime:
        zone = self.service.settings.zone
        return dt.datetime.combine(self.day, dt.time(), zone).astimezone(dt.UTC)

    def _rows(self, planted: list[dict[str, str]]) -> list[str]:
        rng = np.random.default_rng([7, 31])
        lines = []
        for number, each in enumerate(planted):
            lines.append(
                self._row(
                    rng,
                    number,
                    each["plate"],
                    each["state"],
                    each.get("case", ""),
                    each["make"],
                    each["color"],
                )
            )
        digits, letters = "0123456789", "ABCDEFGHJKLMNPRSTUVWXYZ"
        for number in range(_OTHERS):
            plate = (
                "9" + "".join(rng.choice(list(letters), 3)) + "".join(rng.choice(list(digits), 3))
            )
            lines.append(
                self._row(rng, 100 + number, plate, "CA", "", "", str(rng.choice(_COLORS)))
            )
        return lines

    def _row(
        self,
        rng: np.random.Generator,
        number: int,
        plate: str,
        state: str,
        case: str,
        make: str,
        color: str,
    ) -> str:
        brand, model = _MAKES[int(rng.integers(len(_MAKES)))]
        since = self.day - dt.timedelta(days=int(rng.integers(2, 300)))
        until = self.day + dt.timedelta(days=365)
        category = "Stolen vehicle" if number % 5 else "Stolen plate"
        cells = (
            plate, state, category, str(int(rng.integers(2004, 2025))), make or brand, "" if make else model, color,
            "4D", f"V{700_000 + number:09d}", case, "CA0100900", since.isoformat(), until.isoformat(),
        )  # fmt: skip
        return ";".join(cells)

    def _bolo(self, detective: str, planted: list[dict[str, str]]) -> None:
        story = self._story("shooting")
        if story is None:
            return
        car = story["vehicles"][0]
        until = self._midnight() + dt.timedelta(days=30)
        try:
            self.service.hotlists.add(
                self.token(detective), car["plate"], state=car["state"], case=story["case_number"],
                requester="Detective Bureau", source="Witness, and a canvass of the scene", purpose=story["purpose"],
                expires=until, make=car["make"], model=car["model"], color=car["color"], body=car["body"],
                category="Suspect's vehicle, homicide", note="Occupants may be armed",
            )  # fmt: skip
        except WorkbenchError:  # the policy of this profile does not let it be entered so
            return
        planted.append({"role": "wanted, by hand", "plate": car["plate"], "state": car["state"]})

    def _match(self, detective: str) -> None:
        story = self._story("stolen-vehicle") or self._story("shooting")
        if story is None:
            return
        grounds = Grounds(
            story["case_number"],
            story["purpose"],
            "Stolen car: reads of the week before held against the new list",
        )
        end = self._midnight() + dt.timedelta(hours=12)
        try:
            self.service.hotlists.match(
                self.token(detective),
                start=end - dt.timedelta(days=_DAYS),
                end=end,
                grounds=grounds,
            )
        except WorkbenchError:
            return

    def _work(self, dispatcher: str, planted: list[dict[str, str]]) -> None:
        """Have a dispatcher look at one hit of each kind, as far as the policy has dispatchers do it."""
        roles = {each["plate"]: each["role"] for each in planted}
        lists, done = self.service.hotlists, set()
        token = self.token(dispatcher)
        for row in reversed(lists.hits(token)):
            view = lists.show(token, row["id"])
            role = roles.get(view.listed, "")
            if role in done or role not in ("other state", "plate on another vehicle"):
                continue
            done.add(role)
            try:
                if role == "other state":
                    lists.rule_out(
                        token,
                        view.hit,
                        outcome="wrong-state",
                        saw="image",
                        note="California on the image",
                    )
                    lists.close(token, view.hit, disposition="wrong-state")
                else:
                    lists.rule_out(token, view.hit, outcome="right", saw="image")
            except WorkbenchError:  # not a dispatcher's to do under this policy
                continue


def _meant(seen: str) -> str:
    """Return the plate of a regular series that a camera may have misread so; empty for none."""
    if len(seen) != 7 or is_plausible(seen, "CA"):
        return ""
    for place, character in enumerate(seen):
        changed = seen[:place] + _SHAPES.get(character, "") + seen[place + 1 :]
        if len(changed) == 7 and is_plausible(changed, "CA"):
            return changed
    return ""
