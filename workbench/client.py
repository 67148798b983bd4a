"""What a notebook holds: :func:`connect`, a :class:`Case`, and its queries. What a desk holds: :func:`open_home`.

A reads frame is a GeoDataFrame in EPSG:4326 with the columns read_id, plate, plate_raw, state, confidence (0 to 1),
captured_at (UTC), local_time (the agency's zone), camera, camera_name, kind, latitude, longitude, heading (degrees from
north), make, model, color, body, candidates (a list of ``[plate, confidence]``), image, source_agency, governmental,
transfer_id and geometry. Every frame's ``attrs`` say which access it came from (``access_id``), what the cameras could
have seen (``coverage``) and what the frame does not show (``caveats``).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.bound import Bound
from workbench.errors import BadInput, NotLoggedIn
from workbench.keeping import current_token, forget_token, keep_token, kept_token, write_token
from workbench.models import CaseRecord, Grounds, Member, Scene
from workbench.settings import Settings, find_home

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from workbench.analysis.pattern import Pattern
    from workbench.audit.review import AuditReview
    from workbench.policy.findings import GroundsCheck
    from workbench.policy.profile import Profile
    from workbench.service import Service

__all__ = [
    "Bench",
    "Case",
    "Door",
    "connect",
    "current_token",
    "forget_token",
    "keep_token",
    "kept_token",
    "open_home",
]

Time = str | dt.datetime
Place = Scene | Sequence[float]
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
    """
    from workbench.service import Service

    service = Service.open(find_home(home))
    try:
        token = current_token(service.settings)
        service.session(token)
    except NotLoggedIn:
        if not _somebody_there():
            service.close()
            raise
        token = _ask(service)
    return Bench(service, token)


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
        return _with_points(self._service.list_cameras(self._token))

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
        end: Time,
        sample_size: int | None = None,
        seed: int = 1,
        confidence: float | None = None,
        share: float | None = None,
    ) -> AuditReview:
        """Return everything that an audit report of a period needs; for members who may review.

        Parameters
        ----------
        sample_size : int, optional
            How many accesses to draw; by default what the policy asks for.
        confidence, share : float, optional
            Draw at least so many that a share of accesses at fault (0.05 by default) would show at least once with this
            probability; both from 0 to 1.
        """
        from workbench.times import parse_time

        zone = self.settings.zone
        return self._service.audit_review(
            self._token,
            start=parse_time(start, zone),
            end=parse_time(end, zone),
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


class Case:
    """A case in hand: number, purpose and reason, and the queries made for it."""

    def __init__(self, bench: Bench, grounds: Grounds) -> None:
        self._bench = bench
        self.grounds = grounds

    def __repr__(self) -> str:
        return f"<Case {self.grounds.case_number}, {self.grounds.purpose}>"

    @property
    def bench(self) -> Bench:
        """The workbench that it was taken up at."""
        return self._bench

    def history(
        self, plate: str, *, start: Time, end: Time, state: str | None = None
    ) -> gpd.GeoDataFrame:
        """Return one plate's reads in a time window, in time order.

        Parameters
        ----------
        plate : str
            The whole plate.
        start, end : str or datetime
            The window; without an offset in the agency's own zone.
        state : str, optional
            Two letters. Reads whose state is unknown are among the results all the same.
        """
        given = {"plate": plate, "state": state or "", "start": start, "end": end}
        return _with_points(self._bench._query("query.history", given, self.grounds))  # noqa: SLF001

    def canvass(
        self, *, scene: Place, radius_m: float | None = None, start: Time, end: Time
    ) -> gpd.GeoDataFrame:
        """Return every read around a scene in a time window, with how usual each vehicle is there.

        Parameters
        ----------
        scene : (latitude, longitude) or Scene
            The center of a circle, in degrees, or a scene with a polygon.
        radius_m : float
            The circle's radius in metres.
        start, end : str or datetime
            The window; without an offset in the agency's own zone.

        Returns
        -------
        GeoDataFrame
            A reads frame with ``distance_m`` from the center and, per vehicle, ``usual`` in words, ``usual_days``,
            ``usual_hour_days`` and ``baseline_days``. :func:`workbench.by_vehicle` makes it one row a vehicle.
        """
        given = {"scene": _scene(scene, radius_m).elements(), "start": start, "end": end}
        return _with_points(self._bench._query("query.canvass", given, self.grounds))  # noqa: SLF001

    def read(
        self, image: str | Path | bytes | npt.NDArray[Any], *, crop: bool = False
    ) -> pd.DataFrame:
        """Read the plates in a picture, on the record of this case.

        Parameters
        ----------
        image : path, bytes or ndarray
            A JPEG, PNG, WebP, TIFF or BMP file, what is in one, or pixels ``(height, width, 3)``, uint8,
            blue-green-red.
        crop : bool
            The picture is a plate and nothing else.

        Returns
        -------
        DataFrame
            One row for each plate, the surest found first: plate (empty where it cannot be read), probability (that the
            text is right, O and 0 taken as one), alternatives (a list of ``[text, probability]``), pattern (for
            :meth:`partial` with ``seen_by="camera"``), corners and left, top, right, bottom (pixels), score (the
            finder's, no probability), characters (for each place its characters with their probabilities). ``attrs``:
            ``engine``, ``size``, and ``taken_at`` and ``position`` as the picture says itself.

        Raises
        ------
        BadInput
            It is no picture, damaged, or too large.
        """
        return self._bench._read_picture(image, self.grounds, crop=crop)  # noqa: SLF001

    def verify(
        self, image: str | Path | bytes | npt.NDArray[Any], plate: str, *, crop: bool = False
    ) -> pd.DataFrame:
        """Hold a picture against a plate, on the record of this case, where a hit may be a misread.

        A lead and no more: look at the picture yourself before anybody is stopped.

        Parameters
        ----------
        image, crop
            As for :meth:`read`.
        plate : str
            The plate that the picture is said to show.

        Returns
        -------
        DataFrame
            One row for each reader, ours first: reader, answer (``agree``, ``disagree``, ``cannot tell``), read (its
            text), probability (that the picture shows the plate), differences (position, expected, read,
            probability). Empty where no plate was found. ``attrs``: ``answer`` and ``words``, all readers' verdict.
        """
        if not plate.strip():
            raise BadInput("No plate is given.", "Give the plate that the picture is said to show.")
        return self._bench._read_picture(  # noqa: SLF001
            image, self.grounds, crop=crop, against=plate
        )

    def partial(
        self,
        pattern: str | Pattern,
        *,
        start: Time,
        end: Time,
        seen_by: str = "witness",
        state: str | None = None,
        make: str | None = None,
        model: str | None = None,
        color: str | None = None,
        body: str | None = None,
        near: Place | None = None,
        radius_m: float | None = None,
        at: Time | None = None,
        limit: int = 50,
    ) -> pd.DataFrame:
        """Rank the vehicles of a window by how probable it is that this pattern means them.

        Parameters
        ----------
        pattern : str
            ``7A?X1*``: ``?`` one unknown, ``*`` any number, ``[8B]`` one of; see docs/partial-plates.md. A pattern
            that :func:`workbench.recognition.to_pattern` or :meth:`read` gives may be given as it is.
        seen_by : {"witness", "camera"}
            Whose mistakes to allow for.
        near : (latitude, longitude) or Scene, optional
            Rank only vehicles read inside this scene within the window.
        at : str or datetime, optional
            When the vehicle was at the scene, where that is known: who could not have come from a read to the scene by
            then counts as not near, and who was read minutes off counts for more. Only together with ``near``.

        Returns
        -------
        DataFrame
            rank, plate, state, probability, explanation, reads, first_seen, last_seen, make, model, color, body,
            nearest_m (metres), last_camera. ``attrs``: ``none_of_these``, the probability that no camera read the
            vehicle, and ``others``, that of the vehicles that are not listed.
        """
        described = {"state": state, "make": make, "model": model, "color": color, "body": body}
        given: dict[str, Any] = {
            "pattern": str(pattern),
            "seen_by": seen_by,
            "limit": limit,
            "start": start,
            "end": end,
            **{name: value for name, value in described.items() if value},
        }
        if near is not None:
            given["near"] = _scene(near, radius_m).elements()
        if at is not None:
            given["at"] = at
        return self._bench._query("query.partial", given, self.grounds)  # noqa: SLF001

    def misread(
        self,
        read_id: int,
        *,
        listed: str,
        start: Time,
        end: Time,
        state: str | None = None,
        make: str | None = None,
        model: str | None = None,
        color: str | None = None,
        body: str | None = None,
        prior: float | None = None,
    ) -> pd.DataFrame:
        """Weigh whether a read that matches a listed plate shows it, or is a misread of another.

        A lead and no more: verify the image and the listing first. It is not by itself grounds for a stop.

        Parameters
        ----------
        read_id : int
            The read that matched, as a reads frame gives it.
        listed : str
            The plate on the list.
        start, end : str or datetime
            A window that holds the read, such as the month before it: vehicles read in it are what is known of those
            that pass here.
        state, make, model, color, body : str, optional
            What the list says of the plate and its vehicle.
        prior : float, optional
            Which part of passing vehicles is taken to bear the listed plate: 1e-8 by default, more for a vehicle that
            is known to be near, such as 1e-5.

        Returns
        -------
        DataFrame
            One row for each explanation, the most probable first: rank, kind (``listed``, ``known`` for another plate
            that passes here, ``as read`` for one not read before, ``other``), plate, state, probability, explanation,
            reads and reads_here (this camera's) besides this one, first_seen, last_seen, nearest_minutes (from this
            read to the nearest in time), make, model, color, body. ``attrs``: ``verdict`` in words, ``listed`` and
            ``misread`` (probabilities), ``prior``, ``standing``, ``read``.
        """
        described = {"state": state, "make": make, "model": model, "color": color, "body": body}
        given: dict[str, Any] = {
            "read_id": int(read_id),
            "listed": listed,
            "start": start,
            "end": end,
            **{name: value for name, value in described.items() if value},
            **({} if prior is None else {"prior": prior}),
        }
        return self._bench._query("query.misread", given, self.grounds)  # noqa: SLF001


def _scene(place: Place, radius_m: float | None) -> Scene:
    if isinstance(place, Scene):
        return place
    try:
        latitude, longitude = (float(value) for value in place)
    except (TypeError, ValueError):
        raise BadInput(
            "The scene is not a (latitude, longitude) pair.", "Write (36.58, -120.25)."
        ) from None
    if radius_m is None:
        raise BadInput("The scene has no radius.", "Give radius_m, such as 800.")
    return Scene(latitude, longitude, float(radius_m))


def _with_points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    points = gpd.points_from_xy(frame["longitude"], frame["latitude"], crs="EPSG:4326")
    located = gpd.GeoDataFrame(frame, geometry=points)
    located.attrs = frame.attrs
    return located


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
