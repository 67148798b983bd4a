"""Living through the simulated months: the home gets its members, cases, transfers and searches at their own times.

Everything goes through the service with a clock that is set from event to event, so that the record holds it as it
would have come about.
"""

from __future__ import annotations

import datetime as dt
import heapq
import json
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from workbench.errors import BadInput, BadTransfer, LoginRefused, TransferRefused, WorkbenchError
from workbench.models import Grounds, Qualification
from workbench.service import Origin, Service
from workbench.training.casebook import Case
from workbench.training.deliveries import DeliveryFile
from workbench.training.people import Person
from workbench.training.searches import PlannedSearch
from workbench.training.simulate import Delivery
from workbench.training.wanted import Wanted

__all__ = ["Clock", "Counts", "Replay"]

_FOUNDER = "ihaddad"
_TRAINER = "wbrandt"
_SUPERVISOR = "lt_ferris"
_AUDITOR = "aud_sato"
_DETECTIVE = "dcastellano"
_DISPATCHER = "disp_solis"
_LOADS = "svc-ingest"
_SESSION = dt.timedelta(minutes=20)
_LONGEST = dt.timedelta(hours=8)
_REVIEWER = "aud_sato"
_REVIEWED_AGO = 25  # days before the last one
_BEFORE_ORDER = 3  # files of a private party that are kept out before a court order is on record
_SERVER = Origin("127.0.0.1", "workbench-server")

# who logs in without searching, and every how many days
_ROUNDS = {
    "wbrandt": 14,
    "aud_sato": 10,
    "rec_ruiz": 7,
    "ihaddad": 5,
    "lt_ferris": 9,
    "svc-audit": 30,
}


class Clock:
    """A clock that stands where it was set and moves a little each time it is read."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        """Return the present time."""
        self.now += dt.timedelta(milliseconds=3)
        return self.now

    def set(self, now: dt.datetime) -> None:
        """Move on to a time; never back."""
        self.now = max(self.now, now)


@dataclass(slots=True)
class Counts:
    """What came of it."""

    files: int = 0
    unusable: int = 0
    reads: int = 0
    rejected: int = 0
    repeated: int = 0
    kept_out: int = 0  # files with private reads, until a court order was on record
    answered: int = 0
    refused: int = 0


Step = Callable[[], None]


@dataclass(slots=True)
class Replay:
    """Carries out what a delivery holds.

    Parameters
    ----------
    service : Service
        A new home, opened with ``clock``.
    delivery : Delivery
    clock : Clock
    latest : datetime.datetime
        The present: nothing happens after it.
    """

    service: Service
    delivery: Delivery
    clock: Clock
    latest: dt.datetime
    counts: Counts = field(default_factory=Counts)
    passwords: dict[str, str] = field(default_factory=dict)
    keys: dict[str, Path] = field(default_factory=dict)
    _kept_out: list[DeliveryFile] = field(default_factory=list)
    _sessions: dict[tuple[str, str], tuple[str, dt.datetime, dt.datetime]] = field(
        default_factory=dict
    )

    def found(self) -> None:
        """Open the accounts, enter what their members hold, and register the cameras."""
        people = {person.username: person for person in self.delivery.members}
        founder = people[_FOUNDER]
        self.service.begin_with(
            username=founder.username, name=founder.name, password=self._password(founder)
        )
        self._qualify(founder)
        for person in self.delivery.members:
            if person is not founder:
                self._add(person)
                self._qualify(person)
        self.service.import_cameras(self._token(_FOUNDER), self.delivery.cameras_csv)
        self._enter_units()

    def live(self, progress: Callable[[int, int], None] | None = None) -> Counts:
        """Let everything happen in the order of time."""
        events = list(self._events())
        for done, (at, _, step) in enumerate(events, 1):
            self.clock.set(min(at, self.latest))
            step()
            if progress is not None and (done % 20 == 0 or done == len(events)):
                progress(done, len(events))
        self.clock.set(self.latest)
        self.service.import_outages(self._token(_FOUNDER), self.delivery.outages_csv)
        self._own_plates()
        return self.counts

    def _events(self) -> Iterator[tuple[dt.datetime, int, Step]]:
        streams: list[list[tuple[dt.datetime, int, Step]]] = [
            [(file.arrives_at, 2, partial(self._load, file)) for file in self.delivery.files],
            [(search.at, 3, partial(self._search, search)) for search in self.delivery.searches],
            list(self._case_events()),
            list(self._routine()),
            list(self._hot_list()),
        ]
        for stream in streams:
            stream.sort(key=lambda event: (event[0], event[1]))
        return heapq.merge(*streams, key=lambda event: (event[0], event[1]))

    def _case_events(self) -> Iterator[tuple[dt.datetime, int, Step]]:
        zone = self._zone
        for case in self.delivery.cases:
            opened = dt.datetime.combine(case.opened_on, dt.time(23, 30), zone)
            yield max(opened, self.clock.now), 0, partial(self._open, case)
            if case.closed_on is not None:
                closed = dt.datetime.combine(case.closed_on, dt.time(12), zone)
                yield max(closed, self.clock.now), 1, partial(self._close, case)

    def _routine(self) -> Iterator[tuple[dt.datetime, int, Step]]:
        """Log-ins of those who do not search, trainings on their day, a mistyped password, a departure."""
        last = self.delivery.last_day
        begin = self.clock.now.astimezone(self._zone).date()
        for offset in range((last - begin).days + 1):
            date = begin + dt.timedelta(days=offset)
            for place, (username, every) in enumerate(_ROUNDS.items()):
                if offset % every == place % every and (
                    date.weekday() < 5 or username.startswith("svc")
                ):
                    at = dt.datetime.combine(date, dt.time(9, 7 * place + 3), self._zone)
                    yield at, 4, partial(self._look_in, username)
        for person in self.delivery.members:
            for qualification in person.qualifications:
                if qualification.completed_on >= begin:
                    at = dt.datetime.combine(qualification.completed_on, dt.time(16, 5), self._zone)
                    yield at, 4, partial(self._hold, person, qualification)
            if person.left_on is not None:
                gone = dt.datetime.combine(
                    person.left_on + dt.timedelta(days=18), dt.time(10), self._zone
                )
                yield gone, 4, partial(self._disable, person)
        reviewed = dt.datetime.combine(
            last - dt.timedelta(days=_REVIEWED_AGO), dt.time(15), self._zone
        )
        yield reviewed, 4, self._review_accounts
        for days, username, tries in (
            (64, "hnakagawa", 1),
            (26, "disp_solis", 2),
            (18, "lt_ferris", 5),
        ):
            hour = 2 if tries == 5 else 13
            at = dt.datetime.combine(last - dt.timedelta(days=days), dt.time(hour, 12), self._zone)
            yield at, 4, partial(self._mistype, username, tries)

    def _hot_list(self) -> Iterator[tuple[dt.datetime, int, Step]]:
        """Have the hot list arrive a day before the end: transfers from then on are matched as they come in."""
        day = self.delivery.last_day - dt.timedelta(days=1)
        wanted = Wanted(self.service, self.delivery.folder, self._token, day)
        bring_in = partial(
            wanted.bring_in, administrator=_FOUNDER, detective=_DETECTIVE, dispatcher=_DISPATCHER
        )
        yield dt.datetime.combine(day, dt.time(13, 30), self._zone), 5, bring_in

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.delivery.timezone)

    def _own_plates(self) -> None:
        """Bring in the list of members' own plates, as whoever audits does; the file goes at once."""
        own = json.loads((self.delivery.folder / "truth" / "households.json").read_text("utf-8"))
        lines = ["username,plate", *(f"{name},{plate}" for name, plate in own.items())]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "own-plates.csv"
            path.write_text("\n".join(lines), encoding="utf-8")
            self.service.households.import_csv(self._token(_AUDITOR), path)

    # --- members ------------------------------------------------------------------------------------------

    def _password(self, person: Person) -> str:
        self.passwords[person.username] = f"{secrets.token_urlsafe(9)}a"
        return self.passwords[person.username]

    def _add(self, person: Person) -> None:
        fields = {
            "username": person.username, "name": person.name, "roles": list(person.roles), "kind": person.kind,
            "organization": person.organization,
        }  # fmt: skip
        token = self._token(_FOUNDER)
        if person.kind == "service":
            self.service.add_member(token, **fields)
            self.keys[person.username] = self.service.service_key(token, person.username)
        else:
            self.service.add_member(token, **fields, password=self._password(person))

    def _qualify(self, person: Person) -> None:
        """Enter what a member holds today; what they complete later has a forerunner a year earlier."""
        today = self.clock.now.astimezone(self._zone).date()
        for held in person.qualifications:
            if held.completed_on < today:
                self._hold(person, held)
            else:
                before = held.completed_on - dt.timedelta(days=350)
                expires = held.expires_on - dt.timedelta(days=350) if held.expires_on else None
                self._hold(person, Qualification(held.kind, before, expires, held.topics))

    def _hold(self, person: Person, qualification: Qualification) -> None:
        """Enter it; nobody enters their own once there is somebody else."""
        own = person.username == _FOUNDER and len(self.service.people.list()) > 1
        self.service.qualify(
            self._token(_TRAINER if own else _FOUNDER), person.username, qualification
        )

    def _disable(self, person: Person) -> None:
        self.service.disable_member(
            self._token(_FOUNDER), person.username, f"left the department on {person.left_on}"
        )

    def _review_accounts(self) -> None:
        """Have the auditor review all accounts and sign: those of who has left are to be closed."""
        token = self._token(_REVIEWER)
        today = self.clock.now.astimezone(self._zone).date()
        gone = {p.username for p in self.delivery.members if p.left_on and p.left_on < today}
        decisions = {
            each.member.username: "disable" if each.member.username in gone else "keep"
            for each in self.service.account_reviews.accounts(token)
            if each.member.active and each.member.username != _REVIEWER
        }
        self.service.account_reviews.sign(
            token, title="Professional standards", decisions=decisions,
            statement="Every account was held against the staff list and its training record.",
        )  # fmt: skip

    def _mistype(self, username: str, tries: int) -> None:
        person = next(p for p in self.delivery.members if p.username == username)
        origin = (
            Origin("10.20.90.31", "unknown") if tries == 5 else Origin(person.address, person.host)
        )
        for _ in range(tries):
            try:
                self.service.login(username, "not it " + secrets.token_urlsafe(4), origin)
            except LoginRefused:
                continue

    def _look_in(self, username: str) -> None:
        token = self._token(username)
        if username == "svc-audit":
            self.service.audit_checkpoint(token)

    # --- sessions -----------------------------------------------------------------------------------------

    def _token(self, username: str, origin: Origin | None = None) -> str:
        """Return a session of a member from a machine, a new one where the last is over."""
        if origin is None:
            person = next(p for p in self.delivery.members if p.username == username)
            origin = Origin(person.address, person.host)
        kept = self._sessions.get((username, origin.host))
        now = self.clock.now
        if kept is not None and now - kept[1] < _SESSION and now - kept[2] < _LONGEST:
            self._sessions[(username, origin.host)] = (kept[0], now, kept[2])
            return kept[0]
        if username in self.keys:
            token = self.service.login_service(username, self.keys[username], _SERVER)
        else:
            token = self.service.login(username, self.passwords[username], origin)
        self._sessions[(username, origin.host)] = (token, now, now)
        return token

    # --- cases --------------------------------------------------------------------------------------------

    def _open(self, case: Case) -> None:
        self.service.register_case(
            self._token(_SUPERVISOR), number=case.number, crime_type=case.crime_type,
            incident_number=case.incident_number, title=case.title, opened_on=case.opened_on,
        )  # fmt: skip
        self.service.assign_case(self._token(_SUPERVISOR), case.number, list(case.assigned))

    def _close(self, case: Case) -> None:
        self.service.close_case(self._token(_SUPERVISOR), case.number)

    # --- reads and searches -------------------------------------------------------------------------------

    def _load(self, file: DeliveryFile) -> None:
        options = {
            "format": file.format or None, "unit": file.unit or None, "camera": file.camera or None,
            "mapping": file.mapping, "source_agency": file.source_agency or None,
            "governmental": file.governmental,
        }  # fmt: skip
        self.counts.files += 1
        try:
            result = self.service.ingest(self._token(_LOADS, _SERVER), file.path, **options)
        except TransferRefused:
            self._keep_out(file)
            return
        except BadTransfer:  # not one of its rows was any good, as in the hour that comes twice
            self.counts.unusable += 1
            self.counts.rejected += file.bad + file.ambiguous
            return
        if result.duplicate:
            self.counts.repeated += 1
        else:
            self.counts.reads += result.accepted
            self.counts.rejected += result.rejected

    def _keep_out(self, file: DeliveryFile) -> None:
        """Keep a private party's file; after a few days there is a court order, and all of them come in."""
        self.counts.kept_out += 1
        self._kept_out.append(file)
        if len(self._kept_out) < _BEFORE_ORDER:
            return
        waiting, self._kept_out = self._kept_out, []
        self._order(waiting[0])
        for each in waiting:
            self.counts.files -= 1
            self._load(each)

    def _order(self, first: DeliveryFile) -> None:
        """Enter a court order for the reads of a private party: from its first file on, to the last day."""
        today = self.clock.now.astimezone(self._zone).date()
        number = f"{today:%y}-CO-0147"
        folder = self.service.settings.home / "orders"
        folder.mkdir(exist_ok=True, mode=0o700)
        paper = folder / f"{number}.txt"
        paper.write_text(f"Court order {number} of the fictional city, for its demo.\n", "utf-8")
        begin = first.arrives_at.astimezone(self._zone).date() - dt.timedelta(days=2)
        end = self.delivery.last_day + dt.timedelta(days=2)
        self.service.warrants.add(
            self._token(_FOUNDER), kind="court-order", court="Superior Court, Lowland County", number=number,
            issued_on=today, source_agency=first.source_agency or "", file=paper,
            start=dt.datetime.combine(begin, dt.time(), self._zone),
            end=dt.datetime.combine(end, dt.time(), self._zone),
            scope="Reads of the lot entrance, for the months of the demo",
        )  # fmt: skip

    def _enter_units(self) -> None:
        """Register the units that bring files, each with its camera."""
        known = set(self.service.list_cameras(self._token(_FOUNDER))["code"])
        since = self.delivery.first_day
        for code in sorted({file.unit for file in self.delivery.files if file.unit}):
            self.service.units.add(
                self._token(_FOUNDER), code=code, vehicle=f"patrol car {code.removeprefix('M')}",
                camera=code if code in known else "", in_service_on=since,
            )  # fmt: skip

    def _search(self, search: PlannedSearch) -> None:
        try:
            token = self._token(search.username, Origin(search.address, search.host))
        except LoginRefused:  # locked or closed by then: the refusal is on the record
            self.counts.refused += 1
            return
        grounds = Grounds(search.case_number, search.purpose, search.reason)
        try:
            self.service.query(token, f"query.{search.action}", search.parameters, grounds)
        except BadInput:
            raise
        except WorkbenchError:
            self.counts.refused += 1
        else:
            self.counts.answered += 1
