"""One frozen Settings, read by an entry point and passed in; there is no global state.

A site's home folder holds everything it keeps::

    workbench.toml   settings          keys/      the record's signing key, service keys
    workbench.db     records           record/    signed head and checkpoints of the access record
    map/             street layer      rejects/   rows that could not be taken in
    models/          tables learned from the site's own reads
    sessions/        session files of this machine's users
    papers/          scanned requests and papers   releases/  packages to be handed over
    plates.index     every distinct plate, for partial-plate search
"""

from __future__ import annotations

import getpass
import json
import os
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.errors import Failed, NotSetUp

__all__ = ["Settings", "find_home"]

_FILE = "workbench.toml"
_KEYS = {"agency", "profile", "timezone", "database_url", "baseline_days"}
_MAP = {"tiles": "tiles", "attribution": "tiles_attribution"}  # the table [map] and the fields


@dataclass(frozen=True)
class Settings:
    """How a site is set up.

    Parameters
    ----------
    home : Path
        The folder that holds everything the site keeps.
    agency : str
        The agency's name as reports show it.
    profile : str
        A shipped profile's name, or the path of the site's own YAML file.
    timezone : str
        The agency's zone (IANA name): times without a zone are read in it.
    database_url : str
        Empty for ``workbench.db`` in the home folder. ``WORKBENCH_DATABASE_URL`` overrides it, so that a password
        need not stand in a file.
    baseline_days : int
        How many days before a window a canvass looks back to say how usual a vehicle is there.
    tiles : str
        The address of a tile server for the maps of the search desk, ``https://…/{z}/{x}/{y}.png``; empty, as it should
        be, for none. Every place that is looked at is told to that server.
    tiles_attribution : str
        What the server's owner wants to be named as on the map.
    """

    home: Path
    agency: str
    profile: str
    timezone: str
    database_url: str = ""
    baseline_days: int = 60
    tiles: str = ""
    tiles_attribution: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The agency's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def url(self) -> str:
        """The database's URL."""
        fallback = f"sqlite:///{self.home / 'workbench.db'}"
        return os.environ.get("WORKBENCH_DATABASE_URL") or self.database_url or fallback

    @property
    def keys(self) -> Path:
        """The folder of the keys."""
        return self.home / "keys"

    @property
    def record(self) -> Path:
        """The folder of the record's signed head and checkpoints."""
        return self.home / "record"

    @property
    def rejects(self) -> Path:
        """The folder of reject files."""
        return self.home / "rejects"

    @property
    def plate_index(self) -> Path:
        """The file of the plate index: made when a search first needs it, and again whenever it is missing."""
        return self.home / "plates.index"

    @property
    def map(self) -> Path:
        """The folder of the agency's own street layer."""
        return self.home / "map"

    @property
    def tile_host(self) -> str:
        """Who is told which places are looked at: the tile server's name, empty where there is none."""
        return urlsplit(self.tiles).netloc.removeprefix("{s}.")

    @property
    def tile_source(self) -> str:
        """The tile server as a browser's content policy names it; empty where there is none."""
        parts = urlsplit(self.tiles)
        return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}" if self.tiles else ""

    @property
    def camera_model(self) -> Path:
        """The table of the cameras' confusions learned from the site's own reads, where there is one."""
        return self.home / "models" / "camera.yaml"

    @property
    def session_file(self) -> Path:
        """Where this machine user's session is kept between calls.

        ``WORKBENCH_SESSION_FILE`` names another one: a scheduled job or a report run keeps its own.
        """
        named = os.environ.get("WORKBENCH_SESSION_FILE")
        return Path(named) if named else self.home / "sessions" / f"{getpass.getuser()}.token"

    def save(self) -> None:
        """Write the settings file and make the folders, readable by their owner alone."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        for folder in (self.keys, self.record, self.rejects, self.map, self.home / "sessions"):
            folder.mkdir(exist_ok=True, mode=0o700)
        lines = [f"{key} = {json.dumps(getattr(self, key))}" for key in sorted(_KEYS)]
        if self.tiles:
            named = [f"{key} = {json.dumps(getattr(self, name))}" for key, name in _MAP.items()]
            lines += ["", "[map]", *named]
        (self.home / _FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, home: Path | str) -> Settings:
        """Read the settings of a home folder.

        Raises
        ------
        NotSetUp
            There is no settings file, or it does not hold together.
        """
        folder = Path(home).resolve()
        path = folder / _FILE
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotSetUp(
                f"{folder} is not a workbench home: it has no {_FILE}.",
                "Run `workbench init` there, or `make demo` to build the demo city.",
            ) from None
        except tomllib.TOMLDecodeError as error:
            raise NotSetUp(f"{path} is not valid TOML: {error}.", "Mend it by hand.") from None
        background = _map_table(found.pop("map", {}), path)
        if unknown := set(found) - _KEYS:
            raise NotSetUp(
                f"{path} has an unknown setting: {min(unknown)}.",
                f"Known ones: {', '.join(sorted(_KEYS))}, and the table [map].",
            )
        settings = replace(
            _typed(cls, folder, found, path),
            tiles=background.get("tiles", ""),
            tiles_attribution=background.get("attribution", ""),
        )
        try:
            ZoneInfo(settings.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise NotSetUp(
                f"{path}: no such time zone: {settings.timezone}.", "Use an IANA name."
            ) from None
        return settings


def _map_table(table: object, path: Path) -> dict[str, str]:
    """Return the fields that the table ``[map]`` sets: a tile server, where an administrator names one."""
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise NotSetUp(f"{path}: map is not a table of texts.", "Write [map] and tiles = below it.")
    if unknown := set(table) - set(_MAP):
        raise NotSetUp(f"{path} has an unknown setting: map.{min(unknown)}.", "Take it out.")
    tiles = table.get("tiles", "")
    address = urlsplit(tiles)
    holds = all(part in tiles for part in ("{z}", "{x}", "{y}"))
    named = re.fullmatch(r"(\{s\}\.)?[A-Za-z0-9.-]+(:\d+)?", address.netloc)
    if tiles and not (address.scheme in ("https", "http") and named and holds):
        raise NotSetUp(
            f"{path}: map.tiles is no tile server's address.",
            "Write it like https://tiles.example.gov/{z}/{x}/{y}.png, or take it out.",
        )
    return table


def _typed(cls: type[Settings], folder: Path, found: dict[str, object], path: Path) -> Settings:
    for key, value in found.items():
        wanted = int if key == "baseline_days" else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise NotSetUp(f"{path}: {key} is not of type {wanted.__name__}.", "Mend it by hand.")
    for key in ("agency", "profile", "timezone"):
        if not found.get(key):
            raise NotSetUp(f"{path}: {key} is missing.", "Add it, or run: workbench init")
    return cls(home=folder, **found)  # type: ignore[arg-type]


def find_home(target: str | Path | None = None) -> Path:
    """Return the home folder meant: the one given, ``WORKBENCH_HOME``, or ``./data``.

    Where ``./data`` is not a home but ``./data/demo`` is, the demo is meant.
    """
    if target is None:
        target = os.environ.get("WORKBENCH_HOME")
    if target is not None:
        text = str(target)
        if "://" in text:
            raise Failed(
                "This release opens a data folder; it has no HTTPS gateway.",
                "Give the path of a workbench home.",
            )
        return Path(text).resolve()
    for folder in (Path("data"), Path("data/demo")):
        if (folder / _FILE).exists():
            return folder.resolve()
    return Path("data").resolve()
