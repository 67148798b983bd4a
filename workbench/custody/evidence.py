"""Packages of evidence: what a case's holds cover, put together once, to be booked.

A package is built beside where it will lie. It is entered in the register, with its hash, once it is whole and signed,
and then moved into its place. A process that is killed before the entry leaves only a folder that the next one
destroys; one that is killed after it leaves a whole package, which the next one moves.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa
from filelock import FileLock, Timeout

from workbench.audit.access import access
from workbench.audit.chain import Entry
from workbench.audit.export import to_csv
from workbench.audit.show import records
from workbench.custody.bags import MEDIA, Item, pack, place
from workbench.custody.evidence_reads import HeldReads
from workbench.custody.evidence_sheet import sheet
from workbench.custody.files import destroy
from workbench.custody.holds import Hold, in_force
from workbench.custody.house import House, line
from workbench.errors import BadInput, Failed
from workbench.models import Grounds, Session
from workbench.records.custody_tables import evidence_packages
from workbench.records.tables import audit_records

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Evidence", "EvidenceHouse", "Package"]

_ROWS_IN_A_FILE = 50_000
_MAKING = ".making-"


class EvidenceHouse(House, Protocol):
    """The service, as this part sees it."""

    def session(self, token: str) -> Session:
        """Return who a token belongs to; raises NotLoggedIn where it has ended."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package as the register has it; ``folder`` is where it lies, None once it was taken out of the home."""

    id: int
    case_number: str
    made_by: str
    made_at: dt.datetime
    media: str
    parts: int
    reads: int
    manifest_sha256: str
    folder: Path | None
    booking_number: str
    booked_by: str
    booked_at: dt.datetime | None


class Evidence:
    """Packages of evidence of an open home."""

    def __init__(self, house: EvidenceHouse) -> None:
        self._house = house

    @property
    def _folder(self) -> Path:
        return self._house.settings.home / "evidence"

    def package(
        self,
        token: str,
        case_number: str,
        *,
        purpose: str,
        reason: str,
        media: str = "dvd",
        capacity: int | None = None,
        reports: Sequence[Path] = (),
        crime_type: str = "",
        incident_number: str = "",
    ) -> Package:
        """Put what a case's holds cover into a package: reads, pictures, the case's access records, and reports.

        Parameters
        ----------
        media : str
            ``dvd``, ``cd``, ``bluray`` or ``usb``: the package is split to fit.
        capacity : int, optional
            Bytes of a medium, where it is another.
        reports : sequence of Path
            Report files of the case; each must be on the record by its SHA-256.

        Raises
        ------
        Refused
            The policy says no.
        BadInput
            The case has no hold, a report is not on record for it, or a file is larger than the medium.
        """
        house = self._house
        session = house.session(token)
        room = self._room(media, capacity)
        grounds = Grounds(case_number.strip(), purpose, reason, crime_type, incident_number)
        with self._turn():
            self._recover()
            frame = house.runner.run(
                "evidence.package",
                lambda: HeldReads(grounds.case_number),
                {"held_for": grounds.case_number},
                grounds,
                session,
            )
            held = self._held(grounds.case_number)
            if not held:
                raise BadInput(
                    "No hold of that case suspends a purge, so there is nothing to package.",
                    "Place one: workbench hold add --case …",
                )
            elements = {"case": grounds.case_number, "media": media, "reads": len(frame)}
            with access(
                house.chain, "evidence.make", session=session, grounds=grounds, elements=elements
            ) as under_way:
                items = [
                    *self._reads(frame),
                    *self._pictures(frame),
                    *self._records(grounds.case_number, under_way.id),
                    *self._reports(grounds.case_number, reports),
                ]
                made = self._make(items, frame, held, grounds, session, media, room)
                under_way.rows = len(frame)
                under_way.detail = f"package {made.id} sha256 {made.manifest_sha256}"
        return made

    def list(self, token: str) -> list[Package]:
        """Return every package, oldest first."""
        self._house.permit(token, "hold.list", {})
        with self._turn():
            self._recover()
        return [*self._packages()]

    def book(self, token: str, package_id: int, number: str, *, remove: bool = False) -> Package:
        """Record the booking number under which a package went into evidence.

        Parameters
        ----------
        remove : bool
            Also overwrite and remove the home's copy: what was booked is the evidence now.
        """
        by = self._house.permit(token, "hold.review", {"package": package_id})
        words = line(number, "booking number", longest=100)
        with self._turn():
            self._recover()
            found = {each.id: each for each in self._packages()}.get(package_id)
            if found is None:
                raise BadInput(
                    "There is no package of that number.", "See: workbench evidence list"
                )
            if found.booking_number:
                raise BadInput("That package has been booked.", "See: workbench evidence list")
            with self._house.database.write() as connection:
                connection.execute(
                    evidence_packages.update()
                    .where(evidence_packages.c.id == package_id)
                    .values(
                        booking_number=words,
                        booked_by=by.member.username,
                        booked_at=self._house.clock(),
                    )
                )
                said = {"package": package_id, "booking": words, "removed": remove}
                clause = self._house.profile.retention.media_clause
                entry = Entry(
                    "event", "evidence.book", outcome="ok", session=by, elements=said, clause=clause
                )
                self._house.chain.append(entry, connection)
            if remove and found.folder is not None:
                self._burn(found.folder)
        return {each.id: each for each in self._packages()}[package_id]

    # --- what goes in -------------------------------------------------------------------------------------

    def _held(self, case_number: str) -> Sequence[Hold]:
        suspends = self._house.profile.retention.suspends
        with self._house.database.read() as connection:
            held = in_force(connection, self._house.clock())
        return [h for h in held if h.case_number == case_number and h.basis in suspends]

    def _reads(self, frame: pd.DataFrame) -> Iterator[Item]:
        plain = frame.copy()
        plain["candidates"] = [json.dumps(each) for each in plain["candidates"]]
        for name in ("captured_at", "local_time"):
            plain[name] = [moment.isoformat() for moment in plain[name]]
        yield from _tables(plain, "reads/reads", "license plate reads, times in UTC and local")

    def _pictures(self, frame: pd.DataFrame) -> Iterator[Item]:
        folder = self._house.settings.home / "images"
        for name in sorted({str(each) for each in frame["image"] if each}):
            path = folder / name
            if Path(name).name == name and path.is_file() and not path.is_symlink():
                yield Item(f"images/{name}", "picture of a read: see the column image", path)

    def _records(self, case_number: str, before: int) -> Iterator[Item]:
        house = self._house
        frame = records(house.database, case=case_number, before=before, zone=house.settings.zone)
        yield from _tables(
            frame, "access/access-record", "who looked at reads for this case, when and why"
        )

    def _reports(self, case_number: str, reports: Sequence[Path]) -> Iterator[Item]:
        table = audit_records
        query = sa.select(table.c.elements).where(
            table.c.action.like("report.%"), table.c.outcome == "ok"
        )
        with self._house.database.read() as connection:
            known = [json.loads(text) for text in connection.execute(query).scalars()]
        ours = {each.get("sha256") for each in known if each.get("case") == case_number}
        for number, path in enumerate(reports, 1):
            item = Item(f"reports/{number:02d}-{_safe(path.name)}", "report of the case", path)
            try:
                digest = item.sha256()
            except OSError as error:
                raise BadInput(
                    f"A report cannot be read ({error.strerror}).", "Name the file."
                ) from None
            if digest not in ours:
                raise BadInput(
                    f"The record has no report of this case with the hash of report {number}.",
                    "Give the file as the workbench made it, unchanged.",
                )
            yield item

    # --- making it ----------------------------------------------------------------------------------------

    def _room(self, media: str, capacity: int | None) -> int:
        if media not in MEDIA:
            raise BadInput("There is no such medium.", f"There are: {', '.join(MEDIA)}.")
        if capacity is not None and capacity <= 0:
            raise BadInput("A medium holds something.", "Give its bytes.")
        return MEDIA[media] if capacity is None else capacity

    def _make(
        self,
        items: Sequence[Item],
        frame: pd.DataFrame,
        held: Sequence[Hold],
        grounds: Grounds,
        session: Session,
        media: str,
        room: int,
    ) -> Package:
        house = self._house
        now = house.clock()
        placed = place(items, room)
        name = f"{_safe(grounds.case_number)}-{now:%Y%m%d}-{secrets.token_hex(3)}"
        seq, head = house.chain.head()
        about = {
            "Source-Organization": house.settings.agency,
            "External-Identifier": grounds.case_number,
            "Bag-Group-Identifier": name,
            "Bagging-Date": now.astimezone(house.settings.zone).date().isoformat(),
            "Bag-Software-Agent": house.chain.software,
            "ALPR-Policy": f"{house.profile.id}@{house.profile.version}",
            "ALPR-Access-Id": str(frame.attrs["access_id"]),
            "ALPR-Record-Head": f"{seq} {head}",
        }
        text = sheet(house, grounds, held, session, frame, media=media, name=name, now=now)
        building = self._folder / f"{_MAKING}{name}"
        building.mkdir(mode=0o700, parents=True)
        parts = max((each.part for each in placed), default=1)
        digest = pack(building, placed, about, text, house.key)
        values = {
            "case_number": grounds.case_number,
            "made_by": session.member.username,
            "made_at": now,
            "media": media,
            "parts": parts,
            "reads": len(frame),
            "manifest_sha256": digest,
            "folder": name,
        }
        with house.database.write() as connection:
            number = connection.execute(
                evidence_packages.insert().values(**values).returning(evidence_packages.c.id)
            ).scalar_one()
            said = {"package": number, "parts": parts, "media": media, "sha256": digest}
            entry = Entry(
                "event", "evidence.packaged", outcome="ok", session=session, grounds=grounds,
                elements=said, rows=len(frame), clause=house.profile.retention.media_clause,
            )  # fmt: skip
            house.chain.append(entry, connection)
        building.rename(self._folder / name)
        return {each.id: each for each in self._packages()}[number]

    def _packages(self) -> Sequence[Package]:
        query = sa.select(evidence_packages).order_by(evidence_packages.c.id)
        with self._house.database.read() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own name for it
            path = self._folder / row.folder
            found.append(Package(**{**values, "folder": path if path.is_dir() else None}))
        return found

    def _recover(self) -> None:
        """Move what was entered and not yet moved; destroy what was being built."""
        if not self._folder.is_dir():
            return
        with self._house.database.read() as connection:
            known = set(connection.execute(sa.select(evidence_packages.c.folder)).scalars())
        for path in self._folder.glob(f"{_MAKING}*"):
            name = path.name.removeprefix(_MAKING)
            if name in known and not (self._folder / name).exists():
                path.rename(self._folder / name)
            else:
                self._burn(path)

    def _burn(self, folder: Path) -> None:
        home = self._house.settings.home
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                destroy(home, str(path.relative_to(home)))
        shutil.rmtree(folder)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            with FileLock(self._house.settings.home / "evidence.lock", timeout=30, mode=0o600):
                yield
        except Timeout:
            raise Failed("Another package is being made.", "Try again when it is done.") from None


def _tables(frame: pd.DataFrame, stem: str, what: str) -> Iterator[Item]:
    """Give a table as CSV files of so many rows that they find room on any medium."""
    for number, first in enumerate(range(0, max(1, len(frame)), _ROWS_IN_A_FILE), 1):
        part = frame.iloc[first : first + _ROWS_IN_A_FILE]
        rows = f"{len(part):,} row{'' if len(part) == 1 else 's'}"
        content = b"\xef\xbb\xbf" + to_csv(part).encode()
        yield Item(f"{stem}-{number:03d}.csv", f"{what} ({rows})", content)


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".")[:80] or "file"
