"""The workbench's server side: composes the parts; owns the database and the keys.

Every method that does something for a member takes the member's session token, asks the policy whether the member
may, and puts what was done, refused or failed on the record. Notebooks and the command line hold a token, nothing more.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.adoption import opened
from workbench.audit import keys
from workbench.audit.access import Access, access
from workbench.audit.chain import Anchor, Chain, Entry
from workbench.audit.verify import Verdict, verify
from workbench.cameras import Cameras
from workbench.cases import Cases
from workbench.errors import BadInput, Failed, NotLoggedIn, NotSetUp
from workbench.models import (
    CaseRecord,
    Grounds,
    Member,
    Qualification,
    Session,
)
from workbench.nouns import Nouns
from workbench.people import People
from workbench.policy.decision import Request, decide
from workbench.policy.findings import GroundsCheck
from workbench.policy.profile import Profile, load
from workbench.queries import build
from workbench.queries.grounds import QUERIES, check_grounds, record_taken_up
from workbench.queries.runner import Runner
from workbench.records.database import Database
from workbench.records.registers import Imported
from workbench.settings import Settings
from workbench.version import __version__

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from argon2 import PasswordHasher

    from workbench.analysis.learned import Learned
    from workbench.audit.review import AuditReview
    from workbench.ingest.transfers import TransferResult
    from workbench.recognition.engines import Engine

__all__ = ["Origin", "Service", "origin"]

SOFTWARE = f"alpr-workbench {__version__}"
Clock = Callable[[], dt.datetime]
_PANEL = re.compile(r"[a-z][a-z -]{0,39}", re.IGNORECASE)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: IP address and machine name."""

    address: str
    host: str


def origin() -> Origin:
    """Return where this process is used from: the far end of an SSH connection, else this machine."""
    remote = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    return Origin(remote or _own_address(), socket.gethostname())


def _own_address() -> str:
    """Return the address that this machine would send from; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address (RFC 5737)
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


class Service(Nouns):
    """An open workbench home.

    Parameters
    ----------
    clock : callable
        Gives the present time, aware; the demo and the tests hand over their own.
    hasher : argon2.PasswordHasher, optional
        Other password hashing parameters than the library's.
    profile : Profile, optional
        Another policy than the one in force, to get at a home whose policy this release cannot read.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock = _now,
        hasher: PasswordHasher | None = None,
        profile: Profile | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.database, self.profile = opened(settings, profile)
        self.key = keys.load(settings.keys)
        self.chain = Chain(
            self.database,
            settings.record,
            self.key,
            profile=f"{self.profile.id}@{self.profile.version}",
            software=SOFTWARE,
            clock=clock,
        )
        self.people = People(
            self.database, self.chain, self.profile.accounts, self.profile.roles, clock, hasher
        )
        self.cases = Cases(self.database, self.chain, self.profile.case, clock, settings.zone)
        self.cameras = Cameras(self.database, self.chain, clock)
        self.runner = Runner(self.database, self.chain, self.cases, self.profile, settings, clock)

    @classmethod
    def open(
        cls, home: Path | str, *, clock: Clock = _now, hasher: PasswordHasher | None = None
    ) -> Service:
        """Open an existing home."""
        service = cls(Settings.load(home), clock=clock, hasher=hasher)
        service.policy_changes.carry_over()
        return service

    @classmethod
    def create(
        cls, settings: Settings, *, clock: Clock = _now, hasher: PasswordHasher | None = None
    ) -> Service:
        """Make a new home: settings, folders, keys, tables, and the first line of the record.

        Raises
        ------
        NotSetUp
            There is a home in that folder already.
        """
        if (settings.home / "workbench.toml").exists():
            raise NotSetUp(
                f"{settings.home} is a workbench home already.", "Choose another folder."
            )
        profile = load(settings.profile)
        settings.save()
        keys.create(settings.keys)
        database = Database.open(settings.url)
        database.migrate()
        database.close()
        service = cls(settings, clock=clock, hasher=hasher)
        service.chain.append(
            Entry("event", "record.begun", outcome="ok", elements={"profile": profile.id})
        )
        service.policy_changes.begin()
        return service

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    # --- who is asking ------------------------------------------------------------------------------------

    def begin_with(self, *, username: str, name: str, password: str) -> Member:
        """Open the first account, an administrator's; only while there is none.

        Raises
        ------
        Failed
            There are accounts already.
        """
        if self.people.list():
            raise Failed("There are accounts already.", "Have an administrator open another.")
        return self.people.add(
            username=username,
            name=name,
            roles=["administrator"],
            organization=self.settings.agency,
            kind="person",
            password=password,
            by=None,
        )

    def login(self, username: str, password: str, at: Origin | None = None) -> str:
        """Log a person in and return a session token."""
        at = at or origin()
        return self.people.login(username, password, address=at.address, host=at.host)[0]

    def login_service(self, username: str, key_file: Path, at: Origin | None = None) -> str:
        """Log a service member in by its key file and return a session token."""
        at = at or origin()
        return self.people.login_service(username, key_file, address=at.address, host=at.host)[0]

    def logout(self, token: str) -> None:
        """End a session."""
        self.people.logout(token)

    def session(self, token: str) -> Session:
        """Return who a token belongs to; raises NotLoggedIn where it has ended."""
        self.policy_changes.require_same()
        return self.people.session(token)

    def peek(self, token: str) -> tuple[Session, dt.timedelta]:
        """Return a session and how long it lives on if nobody uses it; asking does not count as use."""
        return self.people.peek(token)

    def permit(self, token: str, action: str, elements: Mapping[str, Any] | None = None) -> Session:
        """Return the session if its member may do something; else record the refusal and raise it."""
        session = self.session(token)
        request = Request(
            action=action, member=session.member, now=self.clock(), automatic=session.automatic
        )
        decision = decide(self.profile, request)
        if not decision.allowed:
            entry = Entry(
                "event",
                action,
                outcome="refused",
                session=session,
                elements=elements or {},
                clause=decision.refusals[0].clause,
                detail=" ".join(finding.code for finding in decision.refusals),
            )
            self.chain.append(entry)
            decision.raise_if_refused()
        return session

    # --- members ------------------------------------------------------------------------------------------

    def members(self, token: str) -> list[Member]:
        """Return every account."""
        self.permit(token, "member.list")
        return self.people.list()

    def add_member(self, token: str, **fields: Any) -> Member:
        """Open an account; see :meth:`People.add`."""
        by = self.permit(token, "member.add")
        return self.people.add(by=by, **{"organization": self.settings.agency, **fields})

    def change_roles(self, token: str, username: str, roles: list[str]) -> Member:
        """Give a member other roles."""
        return self.people.change_roles(username, roles, by=self.permit(token, "member.change"))

    def disable_member(self, token: str, username: str, why: str) -> Member:
        """Close an account at once; its sessions end."""
        return self.people.disable(username, why, by=self.permit(token, "member.change"))

    def enable_member(self, token: str, username: str) -> Member:
        """Open a closed account again."""
        return self.people.enable(username, by=self.permit(token, "member.change"))

    def set_password(self, token: str, username: str, password: str, present: str = "") -> None:
        """Set a password: one's own, which asks for the present one, or as an administrator anybody's."""
        session = self.session(token)
        if session.member.username == username.strip().lower():
            self.people.prove(session, present)
        else:
            session = self.permit(token, "member.change")
        self.people.set_password(username, password, by=session)

    def qualify(
        self, token: str, username: str, qualification: Qualification, note: str = ""
    ) -> None:
        """Enter a training, certification or check that a member has completed."""
        self.people.qualify(
            username, qualification, note=note, by=self.permit(token, "member.qualify")
        )

    def service_key(self, token: str, username: str) -> Path:
        """Make a key file for a service member and return its path."""
        by = self.permit(token, "member.change")
        return self.people.service_key(username, self.settings.keys, by=by)

    # --- cases and cameras --------------------------------------------------------------------------------

    def list_cases(self, token: str) -> list[CaseRecord]:
        """Return the case register."""
        self.permit(token, "case.list")
        return self.cases.list()

    def take_up(self, token: str, grounds: Grounds) -> None:
        """Put on the record that a member takes up a case, before anything is asked for under it; or refuse it."""
        session = self.session(token)
        record_taken_up(self.chain, session, grounds, self._check(session, grounds, QUERIES))

    def own_cases(self, token: str) -> list[CaseRecord]:
        """Return the open cases that are assigned to who asks; none to a member who may not list cases."""
        session = self.session(token)
        request = Request(
            "case.list", session.member, now=self.clock(), automatic=session.automatic
        )
        if not decide(self.profile, request):
            return []
        mine = session.member.username
        return [
            case for case in self.cases.list() if mine in case.assigned and case.status == "open"
        ]

    def register_case(self, token: str, **fields: Any) -> CaseRecord:
        """Enter a case; see :meth:`Cases.register`."""
        return self.cases.register(by=self.permit(token, "case.register"), **fields)

    def assign_case(self, token: str, number: str, usernames: list[str]) -> CaseRecord:
        """Assign a case to members."""
        return self.cases.assign(number, usernames, by=self.permit(token, "case.assign"))

    def unassign_case(self, token: str, number: str, usernames: list[str]) -> CaseRecord:
        """Take members off a case."""
        return self.cases.unassign(number, usernames, by=self.permit(token, "case.assign"))

    def close_case(self, token: str, number: str) -> CaseRecord:
        """Close a case."""
        return self.cases.close(number, by=self.permit(token, "case.assign"))

    def reopen_case(self, token: str, number: str) -> CaseRecord:
        """Open a closed case again."""
        return self.cases.reopen(number, by=self.permit(token, "case.assign"))

    def import_cases(self, token: str, path: Path, **options: Any) -> Imported:
        """Bring in cases from a CSV file; see :meth:`Cases.import_csv`."""
        by = self.permit(token, "case.import")
        return self.cases.import_csv(path, rejects=self.settings.rejects, by=by, **options)

    def list_cameras(self, token: str) -> pd.DataFrame:
        """Return the register of cameras."""
        self.permit(token, "camera.list")
        return self.cameras.list()

    def list_outages(self, token: str) -> pd.DataFrame:
        """Return when which camera was out."""
        self.permit(token, "camera.list")
        return self.cameras.outages()

    def import_cameras(self, token: str, path: Path, **options: Any) -> Imported:
        """Bring in cameras from a CSV file; see :meth:`Cameras.import_csv`."""
        by = self.permit(token, "camera.change")
        return self.cameras.import_csv(path, rejects=self.settings.rejects, by=by, **options)

    def import_outages(self, token: str, path: Path, **options: Any) -> Imported:
        """Bring in outages from a CSV file; see :meth:`Cameras.import_outages_csv`."""
        by = self.permit(token, "camera.change")
        return self.cameras.import_outages_csv(
            path, rejects=self.settings.rejects, zone=self.settings.zone, by=by, **options
        )

    def add_camera(self, token: str, **fields: Any) -> dict[str, Any]:
        """Enter a camera; see :meth:`Cameras.add`."""
        return self.cameras.add(by=self.permit(token, "camera.change"), **fields)

    def learn_confusions(self, token: str, *, newest: int | None = None) -> Learned:
        """Learn how the cameras misread from the newest reads; see :mod:`workbench.queries.learning`."""
        from workbench.queries.learning import NEWEST, learn_confusions

        wanted = {"newest": newest or NEWEST}
        session = self.permit(token, "camera.change", wanted)
        with access(self.chain, "camera.learn", session=session, elements=wanted) as under_way:
            learned, said = learn_confusions(
                self.database, self.profile, self.settings, self.clock(), under_way.id, **wanted
            )
            under_way.rows, under_way.detail = learned.reads, said
        return learned

    # --- reads --------------------------------------------------------------------------------------------

    def ingest(self, token: str, path: Path, **options: Any) -> TransferResult:
        """Take in a file of reads as a transfer; see :func:`workbench.ingest.transfers.receive`."""
        from workbench.ingest.transfers import receive

        session = self.permit(token, "ingest", {"file": path.name})
        with access(
            self.chain, "ingest", session=session, elements={"file": path.name}
        ) as under_way:
            result = receive(
                self.database,
                path,
                member=session.member,
                settings=self.settings,
                clock=self.clock,
                guard=self.warrants.guard(),
                **options,
            )
            under_way.rows = result.accepted
            under_way.detail = f"transfer {result.transfer_id} sha256 {result.sha256}"
        run = self.hotlists.after_transfer(session, result.transfer_id)
        return result if run is None else replace(result, hits=len(run.hits), matching=run.status)

    def query(
        self, token: str, action: str, parameters: Mapping[str, Any], grounds: Grounds
    ) -> pd.DataFrame:
        """Answer a query through the one runner.

        Parameters
        ----------
        action : str
            ``query.history``, ``query.canvass``, ``query.partial`` or ``query.misread``.
        parameters : mapping
            Plain values; see :func:`workbench.queries.build`.
        """
        given = dict(parameters)
        return self.runner.run(
            action,
            lambda: build(action, given, self.settings.zone),
            given,
            grounds,
            self.session(token),
        )

    def check_grounds(self, token: str, grounds: Grounds, actions: Sequence[str]) -> GroundsCheck:
        """Say what the policy would answer to case, purpose and reason; nothing is asked for under them."""
        return self._check(self.session(token), grounds, actions)

    def _check(self, session: Session, grounds: Grounds, actions: Sequence[str]) -> GroundsCheck:
        case = self.cases.get(grounds.case_number)
        return check_grounds(self.profile, session, grounds, case, self.clock(), actions)

    @cached_property
    def engine(self) -> Engine:
        """What reads plates in pictures; made when it is first needed, and kept."""
        from workbench.recognition.engines import engine

        return engine()

    def read_picture(
        self,
        token: str,
        picture: bytes | npt.NDArray[Any],
        grounds: Grounds,
        *,
        crop: bool = False,
        against: str = "",
    ) -> pd.DataFrame:
        """Read the plates in a picture for a case, or hold it against one; see :meth:`workbench.client.Case.read`."""
        from workbench.queries.pictures import ReadPicture

        return self.runner.run(
            "recognition.read",
            lambda: ReadPicture(picture, lambda: self.engine, crop=crop, against=against),
            {},
            grounds,
            self.session(token),
        )

    @contextmanager
    def reading_files(self, token: str, elements: Mapping[str, Any]) -> Iterator[Access]:
        """Put the reading of a member's own picture files on the record, before and after.

        No read of the database is seen: the policy is not asked, and no case is needed. The block sets ``rows`` (plates
        seen) on what it is given.
        """
        session = self.session(token)
        with access(
            self.chain, "recognition.files", session=session, elements=elements
        ) as under_way:
            yield under_way

    # --- the record ---------------------------------------------------------------------------------------

    def chain_head(self) -> dict[str, Any]:
        """Return number and hash of the record's newest line."""
        seq, record_hash = self.chain.head()
        return {"seq": seq, "hash": record_hash}

    def audit_verify(self, progress: Callable[[int], None] | None = None) -> Verdict:
        """Check the record for alterations; anybody who can open the home may."""
        return verify(self.database, self.settings.record, self.key, progress=progress)

    def audit_checkpoint(self, token: str) -> Anchor:
        """Sign a checkpoint of the record."""
        session = self.permit(token, "audit.checkpoint")
        self.chain.append(Entry("event", "audit.checkpoint", outcome="ok", session=session))
        return self.chain.checkpoint()

    def audit_show(self, token: str, **filters: Any) -> pd.DataFrame:
        """Return lines of the record; looking at it is an access too."""
        from workbench.audit.show import records

        plain = {key: str(value) for key, value in filters.items() if value is not None}
        session = self.permit(token, "audit.show", plain)
        with access(self.chain, "audit.show", session=session, elements=plain) as under_way:
            frame = records(self.database, zone=self.settings.zone, before=under_way.id, **filters)
            under_way.rows = len(frame)
        return frame

    def audit_review(self, token: str, **asked: Any) -> AuditReview:
        """Return what an audit report of a period needs; see :meth:`workbench.audit.desk.AuditDesk.review`."""
        return self.audits.review(token, **asked)

    def desk_failed(self, panel: str, kind: str, token: str = "") -> int:
        """Put an error that a panel of the search desk did not foresee on the record: where, and its type alone."""
        if not _PANEL.fullmatch(panel) or not kind.isidentifier():
            raise BadInput("That is no panel's name, or no error's.", "Name the panel in words.")
        session = None
        if token:
            with suppress(NotLoggedIn):
                session = self.session(token)
        entry = Entry(
            "event",
            "desk.failed",
            outcome="failed",
            session=session,
            elements={"panel": panel},
            detail=kind,
        )
        return self.chain.append(entry)

    def report_made(self, token: str, report: str, elements: Mapping[str, Any]) -> int:
        """Put a finished report on the record: its kind, its SHA-256, the accesses that it shows."""
        session = self.session(token)
        kept = {key: elements[key] for key in ("case", "sha256", "access_ids", "file")}
        entry = Entry("event", f"report.{report}", outcome="ok", session=session, elements=kept)
        return self.chain.append(entry)

    def report_failed(self, token: str, report: str, case: str) -> int:
        """Put a report that did not run to its end on the record."""
        session = self.session(token)
        entry = Entry(
            "event", f"report.{report}", outcome="failed", session=session, elements={"case": case}
        )
        return self.chain.append(entry)
