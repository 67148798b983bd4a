"""An agency that another one asks for reads: a clerk who enters requests, a chief who decides, an analyst who fulfills.

desk = Desk(tmp_path, profile="clovis-ca")
release = desk.request()
desk.chief.approve(desk.chief.review(release.number).number)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from world import World

from workbench.bound import Bound
from workbench.custody.fulfillment import Package
from workbench.custody.offices import titles
from workbench.custody.release_file import Release
from workbench.custody.release_rules import deciders

AGENCY = "Fresno County Sheriff"
PERSON = "Det. M. Ortega"
WORDS = "Homicide investigation, suspect car seen in both counties"
ASKED = {"plate": "7ABX123", "start": "2026-03-02 00:00", "end": "2026-03-03 00:00"}


class Desk:
    """A world with reads, a clerk, a chief who holds every title, and an analyst."""

    def __init__(self, folder: Path, *, profile: str = "clovis-ca", url: str = "") -> None:
        self.folder = folder
        self._tokens: dict[str, str] = {}
        self.world = World(folder / "home", profile=profile, url=url)
        self.service = self.world.service
        self.profile = self.service.profile
        self.world.camera("C4")
        for plate, minute in (("7ABX123", 10), ("6KLM880", 12), ("7ABX123", 14)):
            self.world.read(plate, camera="C4", at=f"2026-03-02 21:{minute}")
        self.world.member("chief", "supervisor")
        self.world.member("clerk", "records" if profile != "claremont-ca" else "dispatcher")
        self.world.member("other", "supervisor")
        self.world.member("ruiz", "administrator")
        for title in titles(self.profile):
            self.offices.assign(title, "chief")

    @property
    def offices(self) -> Bound:
        return Bound(self.service.custody.offices, self.token("ruiz"))

    def token(self, username: str) -> str:
        if username not in self._tokens:
            self._tokens[username] = self.world.login(username)
        return self._tokens[username]

    def as_(self, username: str) -> Bound:
        return Bound(self.service.custody.releases, self.token(username))

    @property
    def chief(self) -> Bound:
        return self.as_("chief")

    @property
    def clerk(self) -> Bound:
        return self.as_("clerk")

    @property
    def analyst(self) -> Bound:
        return self.as_("rivera")

    def scan(self, content: bytes = b"%PDF-1.7 the letter") -> Path:
        path = self.folder / "letter.pdf"
        path.write_bytes(content)
        return path

    def request(self, by: str = "clerk", **changes: Any) -> Release:
        values: dict[str, Any] = {
            "agency": AGENCY,
            "person": PERSON,
            "purpose_text": WORDS,
            "recipient": "law-enforcement",
            "case_number": self.world.case_number,
            "purpose": "homicide",
            "query": "query.history",
            "parameters": ASKED,
        }
        if "scan" not in changes:
            values["scan"] = self.scan()
        entered: Release = self.as_(by).request(**(values | changes))
        return entered

    def approved(self, **changes: Any) -> Release:
        """A request with everything that the policy asks for before it is fulfilled."""
        number = self.request(**changes).number
        self.chief.review(number)
        if self.profile.releases.recipient_verified:
            self.chief.verify(number, "Called back through the county's switchboard")
        approved: Release = self.chief.approve(number)
        return approved

    def fulfil(self, number: str, out: Path | None = None, *, by: str = "rivera") -> Package:
        done: Package = self.as_(by).fulfil(number, out or self.folder / "out")
        return done

    def record(self, action: str) -> list[Any]:
        return self.world.record(action=action)


def under(**clauses: str | tuple[str, ...]) -> list[Any]:
    """Parametrize over profiles, each test marked with the clauses it proves there."""
    names = {"clinton": "clinton-ut", "seal": "seal-beach-ca"}
    found = []
    for short, numbers in clauses.items():
        name = names.get(short, f"{short}-ca")
        listed = (numbers,) if isinstance(numbers, str) else numbers
        marks = [pytest.mark.clause(*(f"{name}:{number}" for number in listed))] if listed else []
        found.append(pytest.param(name, marks=marks, id=name))
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the URL of a fresh database: empty for the home's own SQLite, then PostgreSQL's."""
    if request.param == "sqlite":
        yield ""
        return
    with request.getfixturevalue("postgres").database() as fresh:
        yield fresh.engine.url.render_as_string(hide_password=False)


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


__all__ = [
    "AGENCY",
    "ASKED",
    "PERSON",
    "WORDS",
    "Bound",
    "Desk",
    "days",
    "deciders",
    "under",
    "url",
]
