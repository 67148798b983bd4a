"""A case in hand, and what can be asked under it.

A reads frame is a GeoDataFrame in EPSG:4326 with the columns read_id, plate, plate_raw, state, confidence (0 to 1),
captured_at (UTC), local_time (the agency's zone), camera, camera_name, kind, latitude, longitude, heading (degrees from
north), make, model, color, body, candidates (a list of ``[plate, confidence]``), image, source_agency, governmental,
transfer_id and geometry. Every frame's ``attrs`` say which access it came from (``access_id``), what the cameras could
have seen (``coverage``) and what the frame does not show (``caveats``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.models import Grounds, Scene

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from workbench.analysis.pattern import Pattern
    from workbench.client import Bench

__all__ = ["Case", "Place", "Time", "with_points"]

Time = str | dt.datetime
Place = Scene | Sequence[float]


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
        return with_points(self._bench._query("query.history", given, self.grounds))  # noqa: SLF001

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
        return with_points(self._bench._query("query.canvass", given, self.grounds))  # noqa: SLF001

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


def with_points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a frame with its positions as points; ``attrs`` stay."""
    import geopandas as gpd

    points = gpd.points_from_xy(frame["longitude"], frame["latitude"], crs="EPSG:4326")
    located = gpd.GeoDataFrame(frame, geometry=points)
    located.attrs = frame.attrs
    return located
