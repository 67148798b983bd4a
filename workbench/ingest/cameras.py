"""Whose read it is: what a vendor calls a camera, matched with the register; strangers with a position are added.

A camera that is not in the register but whose reads carry a position is added to it as not registered, so that its
reads can be used and somebody can be asked about it. Without a position there is nothing to add.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from workbench.errors import BadTransfer
from workbench.records.tables import cameras as table

__all__ = ["MOST_NEW", "Camera", "Register", "Stranger", "insert_strangers", "load_register"]

_STILL = 0.002  # degrees, about 200 m

MOST_NEW = 200
"""More strangers in one transfer than this, and its camera column is surely another one."""


@dataclass(frozen=True, slots=True)
class Camera:
    """What a read needs to know of its camera."""

    id: int
    code: str
    kind: str
    latitude: float | None
    longitude: float | None
    governmental: bool
    registered: bool = True


@dataclass(frozen=True, slots=True)
class Stranger:
    """A camera that is to be added, under a negative number of its own until it is."""

    id: int
    key: str
    code: str
    name: str
    kind: str
    latitude: float | None
    longitude: float | None


class Register:
    """The cameras as one transfer sees them.

    Parameters
    ----------
    known : iterable of (Camera, vendor_key)
        The register.
    default : str
        Code of the camera for rows that name none; empty for none.
    mobile : bool
        Whether strangers are mobile units whatever their positions.
    """

    def __init__(
        self, known: Iterable[tuple[Camera, str]], *, default: str = "", mobile: bool = False
    ) -> None:
        self.by_code: dict[str, Camera] = {}
        self._by_key: dict[str, Camera] = {}
        for camera, key in known:
            self.by_code[camera.code] = camera
            if key:
                self._by_key.setdefault(key, camera)
        self.default = default
        self.mobile = mobile
        self._found: dict[tuple[str, str], Camera | None] = {}
        self._waiting: list[Stranger] = []
        self._met = 0

    @property
    def has_private(self) -> bool:
        """Whether a camera of the register is not a government's."""
        return any(not camera.governmental for camera in self.by_code.values())

    def find(self, key: str, group: str) -> Camera | None:
        """Return the camera that a vendor calls ``key`` (within ``group``, its agent), if it is known."""
        pair = (key, group)
        if pair not in self._found:
            self._found[pair] = self._look_up(key or self.default, group)
        return self._found[pair]

    def _look_up(self, key: str, group: str) -> Camera | None:
        if not key:
            return None
        if found := self._by_key.get(f"{group}/{key}") or self._by_key.get(key):
            return found
        found = self.by_code.get(key)
        # a camera that a transfer added goes by its vendor's key alone: another agent may use the same number
        return found if found is not None and found.registered else None

    def meet(
        self,
        key: str,
        group: str,
        name: str,
        positions: Sequence[tuple[float, float]],
        *,
        governmental: bool,
    ) -> Camera:
        """Note a stranger by the positions of its reads, and return it under a passing number.

        Raises
        ------
        BadTransfer
            There are too many of them to be cameras.
        """
        self._met += 1
        if self._met > MOST_NEW:
            raise BadTransfer(
                f"More than {MOST_NEW} cameras in this file are not in the register.",
                "See that the camera column is the right one, or register the cameras first.",
            )
        kind = "mobile" if self.mobile or _moves(positions) else "fixed"
        latitude, longitude = positions[0] if kind == "fixed" else (None, None)
        camera = Camera(
            -self._met,
            self._free_code(key, group),
            kind,
            latitude,
            longitude,
            governmental,
            registered=False,
        )
        full = f"{group}/{key}" if group else key
        self._waiting.append(
            Stranger(camera.id, full, camera.code, name, kind, latitude, longitude)
        )
        self.by_code[camera.code] = camera
        self._found[(key, group)] = camera
        return camera

    def _free_code(self, key: str, group: str) -> str:
        code, count = key, 1
        if code in self.by_code and group:
            code = f"{group}/{key}"
        while code in self.by_code:
            count += 1
            code = f"{key}-{count}"
        return code

    def take_strangers(self) -> list[Stranger]:
        """Return those met since the last call."""
        met, self._waiting = self._waiting, []
        return met

    def settle(self, numbers: dict[int, int]) -> None:
        """Give strangers the numbers that they have been added under."""
        for pair, camera in self._found.items():
            if camera is not None and camera.id in numbers:
                settled = replace(camera, id=numbers[camera.id])
                self._found[pair] = self.by_code[camera.code] = settled


def _moves(positions: Sequence[tuple[float, float]]) -> bool:
    """Tell whether positions lie further apart than a fixed camera's do."""
    latitudes, longitudes = zip(*positions, strict=True)
    spread = max(max(latitudes) - min(latitudes), max(longitudes) - min(longitudes))
    return bool(spread > _STILL)


def load_register(
    connection: sa.Connection, *, default: str = "", mobile: bool = False
) -> Register:
    """Return the register as it is now."""
    c = table.c
    rows = connection.execute(
        sa.select(
            c.id,
            c.code,
            c.kind,
            c.latitude,
            c.longitude,
            c.governmental,
            c.registered,
            c.vendor_key,
        ).order_by(c.registered.desc(), c.id)
    )
    return Register(
        ((Camera(*row[:5], *map(bool, row[5:7])), row[7]) for row in rows),
        default=default,
        mobile=mobile,
    )


def insert_strangers(
    connection: sa.Connection, strangers: Sequence[Stranger], *, owner: str, governmental: bool
) -> dict[int, int]:
    """Add strangers to the register as not registered; return passing number to number."""
    settled = {}
    for one in strangers:
        result = connection.execute(
            table.insert().values(
                code=one.code,
                name=one.name,
                kind=one.kind,
                latitude=one.latitude,
                longitude=one.longitude,
                vendor_key=one.key,
                owner=owner,
                governmental=governmental,
                registered=False,
            )
        )
        key = result.inserted_primary_key
        assert key is not None  # noqa: S101 - an insert of one row has a key
        settled[one.id] = int(key[0])
    return settled
