"""What a notebook holds: :func:`connect`, a :class:`Case`, and its queries. What a desk holds: :func:`open_home`."""

from __future__ import annotations

import atexit
import contextlib
import datetime as dt
import getpass
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.bound import Bound
from workbench.errors import BadInput, NotLoggedIn, WorkbenchError
from workbench.inquiry import Case, Time, with_points
from workbench.keeping import (
    current_token,
    forget_token,
    keep_token,
    kept_token,
    service_named,
    write_token,
)
from workbench.models import CaseRecord, Grounds, Member
from workbench.settings import Settings, find_home

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from workbench.audit.review import AuditReview
    from workbench.policy.findings import GroundsCheck
    from workbench.policy.profile import Profile
    from workbench.service import Service

__all__ = [
    "Bench",
    "Case",
    "Door",
    "connect",
    "open_home",
]

_LAYERS = ("streets", "areas")


def connect(home: str | Path | None = None) -> Bench:
    """Open a workbench home as the member who is logged in on this machine.

    Parameters
    ----------
    home : path, optional
        The home folder; by default ``WORKBENCH_HOME``, ``./data`` or the demo in ``./data/demo``.

    Raises
    ------
    NotLoggedIn
        Nobody is logged in and there is nobody at a keyboard to ask. At one, name and password are asked for; the
        password is never shown, stored, or part of a cell.

    Notes
    -----
    Where ``WORKBENCH_SERVICE`` and ``WORKBENCH_KEY_FILE`` name a service member and its key file, as for a scheduled
    notebook, that member is logged in, and out again when the process ends.
    """
    from workbench.service import Service

    named = service_named()
    service = Service.open(find_home(home))
    if named is not None:
        return _scheduled(service, *named)
    try:
        token = current_token(service.settings)
        service.session(token)
    except NotLoggedIn:
        if not _somebody_there():
            service.close()
            raise
        token = _ask(service)
    return Bench(service, token)


def _scheduled(service: Service, username: str, key_file: Path) -> Bench:
    """Log a service member in for this process, and out at its end."""
    try:
        token = service.login_service(username, key_file)
    except WorkbenchError:
        service.close()
        raise
    atexit.register(_log_out, service, token)
    return Bench(service, token)


def _log_out(service: Service, token: str) -> None:
    with contextlib.suppress(WorkbenchError):
        service.logout(token)


def open_home(home: str | Path | None = None) -> Door:
    """Open a workbench home as nobody yet: for a desk that asks for name and password itself.

    Parameters
    ----------
    home : path, optional
        The home folder; by default as for :func:`connect`.
    """
    from workbench.service import Service

    return Door(Service.open(find_home(home)))


class Door:
    """An open home that nobody has entered yet."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __repr__(self) -> str:
        return f"<Door {self.settings.agency}>"

    @property
    def settings(self) -> Settings:
        """How the site is set up."""
        return self._service.settings

    @property
    def profile(self) -> Profile:
        """The policy in force."""
        return self._service.profile

    def login(self, username: str, password: str) -> Bench:
        """Log a person in. The session is kept in memory alone, and ends with it or by itself.

        Raises
        ------
        LoginRefused
            The name or the password is wrong, or the account is locked or disabled.
        """
        return Bench(self._service, self._service.login(username, password))

    def kept(self) -> Member | None:
        """Return whose session this machine's user keeps (``workbench login``), or None; asking does not extend it."""
        token = kept_token(self.settings)
        if token is None:
            return None
        try:
            return self._service.peek(token)[0].member
        except NotLoggedIn:
            return None

    def enter_kept(self) -> Bench:
        """Go on with the session that this machine's user keeps.

        Raises
        ------
        NotLoggedIn
            There is none, or it has ended.
        """
        bench = Bench(self._service, current_token(self.settings))
        bench.touch()
        return bench

    def desk_failed(self, panel: str, kind: str) -> int:
        """Put an error that a panel did not foresee on the record, before anybody is logged in."""
        return self._service.desk_failed(panel, kind)

    def close(self) -> None:
        """Let go of the database."""
        self._service.close()


class Bench:
    """An open workbench, as one member sees it."""

    def __init__(self, service: Service, token: str) -> None:
        self._service = service
        self._token = token

    def __repr__(self) -> str:
        return f"<Bench {self.settings.agency}, policy {self.profile.id}>"

    @property
    def home(self) -> Path:
        """The home folder."""
        return self._service.settings.home

    @property
    def settings(self) -> Settings:
        """How the site is set up."""
        return self._service.settings

    @property
    def profile(self) -> Profile:
        """The policy in force."""
        return self._service.profile

    @property
    def member(self) -> Member:
        """Who is logged in."""
        return self._service.session(self._token).member

    def case(
        self,
        number: str,
        *,
        purpose: str,
        reason: str,
        crime_type: str = "",
        incident_number: str = "",
    ) -> Case:
        """Take up a case: everything that is asked through it carries these grounds.

        Parameters
        ----------
        number : str
            The case's number in the register.
        purpose : str
            One of the policy's purposes, such as ``"homicide"``; ``bench.purposes()`` lists them.
        reason : str
            Why, in words. No names, dates of birth or other personal data: it stands on the record.
        crime_type, incident_number : str
            By default those of the register.
        """
        return Case(self, Grounds(number, purpose, reason, crime_type, incident_number))

    def take_up(self, grounds: Grounds) -> Case:
        """Take up a case as :meth:`case` does, on the record, and only where the policy would let something be asked.

        Raises
        ------
        Refused
            The policy would refuse every query under these grounds.
        """
        self._service.take_up(self._token, grounds)
        return Case(self, grounds)

    def check_grounds(
        self,
        grounds: Grounds,
        actions: Sequence[str] = ("query.partial", "query.canvass", "query.history"),
    ) -> GroundsCheck:
        """Say what the policy would answer to case, purpose and reason, without asking for anything under them.

        Parameters
        ----------
        grounds : Grounds
            As they would be given.
        actions : sequence of str
            What they would be given for.
        """
        return self._service.check_grounds(self._token, grounds, actions)

    def own_cases(self) -> list[CaseRecord]:
        """Return the open cases that are assigned to whoever is logged in."""
        return self._service.own_cases(self._token)

    def purposes(self) -> dict[str, str]:
        """Return the policy's purposes with their labels."""
        return {purpose.id: purpose.label for purpose in self.profile.purposes}

    def cameras(self) -> gpd.GeoDataFrame:
        """Return the register of cameras."""
        return with_points(self._service.list_cameras(self._token))

    def layer(self, name: str) -> gpd.GeoDataFrame | None:
        """Return a layer of the agency's own map, ``streets`` or ``areas``; None where the site has none."""
        import geopandas as gpd

        if name not in _LAYERS:
            raise BadInput(f"There is no layer {name!r}.", f"There are: {', '.join(_LAYERS)}.")
        for path in (self.settings.map / f"{name}.geojson", self.settings.map / f"{name}.gpkg"):
            if path.exists():
                return gpd.read_file(path)
        return None

    def chain_head(self) -> dict[str, Any]:
        """Return number and hash of the newest line of the access record."""
        return self._service.chain_head()

    def audit_review(
        self,
        *,
        start: Time,
        end: Time | None = None,
        sample_size: int | None = None,
        seed: int = 1,
        confidence: float | None = None,
        share: float | None = None,
    ) -> AuditReview:
        """Return everything that an audit report of a period needs; for members who may review.

        Parameters
        ----------
        start, end : str or datetime
            The period, the end excluded; or only ``start``: a month (``2026-10``), a quarter, a year, ``last-month``,
            ``last-quarter`` or ``last-year``, in the agency's calendar.
        sample_size : int, optional
            How many accesses to draw; by default what the policy asks for.
        confidence, share : float, optional
            Draw at least so many that a share of accesses at fault (0.05 by default) would show at least once with this
            probability; both from 0 to 1.
        """
        from workbench.times import days_of, midnight, parse_time

        zone = self.settings.zone
        if end is None:
            today = self._service.clock().astimezone(zone).date()
            first, last = (midnight(day, zone) for day in days_of(str(start), today))
        else:
            first, last = parse_time(start, zone), parse_time(end, zone)
        return self._service.audit_review(
            self._token,
            start=first,
            end=last,
            sample_size=sample_size,
            seed=seed,
            confidence=confidence,
            share=share,
        )

    def report_made(self, report: str, elements: Mapping[str, Any]) -> int:
        """Put a finished report on the record; see :meth:`Service.report_made`."""
        return self._service.report_made(self._token, report, elements)

    def report_failed(self, report: str, case: str) -> int:
        """Put a report that did not run to its end on the record."""
        return self._service.report_failed(self._token, report, case)

    def desk_failed(self, panel: str, kind: str) -> int:
        """Put an error that a panel did not foresee on the record; see :meth:`Service.desk_failed`."""
        return self._service.desk_failed(panel, kind, self._token)

    def touch(self) -> None:
        """Count the session as used just now; raises NotLoggedIn where it has ended."""
        self._service.session(self._token)

    def time_left(self) -> dt.timedelta:
        """Return how long the session lives on if nobody uses it. Asking does not extend it.

        Raises
        ------
        NotLoggedIn
            The session has ended.
        """
        return self._service.peek(self._token)[1]

    @contextlib.contextmanager
    def lent_session(self) -> Iterator[Path]:
        """Give a file that holds the session for a program that acts for the same member, such as a report's kernel.

        Only this machine's user can read the file and its folder; both are gone at the end of the block. Name it in
        ``WORKBENCH_SESSION_FILE`` of that program's environment.
        """
        with tempfile.TemporaryDirectory(prefix="wb-session-") as folder:
            path = Path(folder) / "token"
            write_token(path, self._token)
            yield path

    def log_out(self) -> None:
        """End the session, and forget it where it is the one that this machine's user keeps."""
        if kept_token(self.settings) == self._token:
            forget_token(self.settings)
        self._service.logout(self._token)

    @property
    def hotlists(self) -> Any:
        """Hot lists and hits: ``bench.hotlists.hits()``, ``bench.hotlists.show(1)``."""
        return Bound(self._service.hotlists, self._token)

    @property
    def custody(self) -> Any:
        """Holds, retention, releases: ``bench.custody.holds.list()``, ``bench.custody.retention.plan()``."""
        return Bound(self._service.custody, self._token)

    def close(self) -> None:
        """Let go of the database; the session stays."""
        self._service.close()

    def _read_picture(
        self, image: str | Path | bytes | npt.NDArray[Any], grounds: Grounds, **options: Any
    ) -> pd.DataFrame:
        from workbench.recognition.images import picture_bytes

        given = picture_bytes(Path(image)) if isinstance(image, str | Path) else image
        return self._service.read_picture(self._token, given, grounds, **options)

    def _query(self, action: str, parameters: Mapping[str, Any], grounds: Grounds) -> pd.DataFrame:
        return self._service.query(self._token, action, parameters, grounds)


def _somebody_there() -> bool:
    """Tell whether a person can be asked: at a terminal, or in a notebook whose front end takes input."""
    kernel = getattr(sys.modules.get("ipykernel.kernelapp"), "IPKernelApp", None)
    if kernel is not None and kernel.initialized():
        parent = kernel.instance().kernel.get_parent("shell")
        return bool(parent.get("content", {}).get("allow_stdin", False))
    return bool(sys.stdin and sys.stdin.isatty())


def _ask(service: Service) -> str:
    """Ask for name and password, log in, keep the session."""
    username = input(f"{service.settings.agency} — username: ").strip()
    token = service.login(username, getpass.getpass("Password: "))
    keep_token(service.settings, token)
    return token
