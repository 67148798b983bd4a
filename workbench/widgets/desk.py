"""What the panels of a search desk share: who is logged in, the case in hand, place, time, and the vehicle picked.

A desk is no widget: nothing of it travels to the browser. Panels observe its traits::

    self.desk = Desk.of(desk_or_case)
    self.desk.observe(self._enable, ["ready", "missing"])      # switch the search button on and off
    self.desk.register("partial plate", get=…, put=…, forget=…)  # what is typed, and what is shown

``ready`` says whether a search may be asked for at all; ``missing`` says in words why not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import traitlets

from workbench.client import Bench, Case, Door, connect
from workbench.errors import NotLoggedIn
from workbench.models import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Desk", "scene_from"]

NOBODY = "Nobody is logged in."
NO_CASE = "No case is taken up yet."
LOCKED = "The desk is locked."
_TOUCH_EVERY_S = 20.0
_OWN = "desk"
_TYPED = ("start", "end", "at")


@dataclass(frozen=True)
class _Part:
    get: Callable[[], Mapping[str, Any]]
    put: Callable[[Mapping[str, Any]], None]
    forget: Callable[[], None] | None


class Desk(traitlets.HasTraits):
    """What the panels share.

    Attributes
    ----------
    bench : Bench or None
        None while nobody is logged in or the desk is locked.
    locked : bool
        The desk was locked, by hand or because nobody used it: what is typed stays, nothing can be asked.
    case : Case or None
        The case in hand; None until one is taken up.
    missing : str
        Why nothing can be asked yet, in words; empty while something can.
    ready : bool
        Somebody is logged in, the desk is not locked, and a case is in hand. Follows from the others.
    scene : Scene or None
        The place chosen on the map or typed.
    start, end, at : str
        The window and the time of the incident as typed, in the agency's own time: ``YYYY-MM-DD HH:MM``; empty where
        not given.
    chosen : dict or None
        ``{"plate": …, "state": …}`` of the vehicle picked last.
    zone : str
        IANA name of the agency's time zone.
    follow : callable or None
        Brings the vehicle picked to the front on the map, where the desk has one.
    """

    bench = traitlets.Any(None, allow_none=True)
    locked = traitlets.Bool(False)
    case = traitlets.Any(None, allow_none=True)
    missing = traitlets.Unicode(NOBODY)
    ready = traitlets.Bool(False)
    scene = traitlets.Any(None, allow_none=True)
    start = traitlets.Unicode("")
    end = traitlets.Unicode("")
    at = traitlets.Unicode("")
    chosen = traitlets.Any(None, allow_none=True)
    zone = traitlets.Unicode("UTC")
    why_locked = traitlets.Unicode("")
    follow = traitlets.Any(None, allow_none=True)

    def __init__(self, **given: Any) -> None:
        self.guard = (
            threading.RLock()
        )  # every guarded callback holds it: the kernel may use several threads
        self.door: Door | None = None  # the home that somebody may log in at
        self._parts: dict[str, _Part] = {}
        self._waiting: dict[str, Mapping[str, Any]] = {}  # typed in panels that are not made yet
        self._touched = 0.0
        self.turn = (
            0  # counts who sits at the desk: work begun for one member is not shown to the next
        )
        super().__init__(**given)
        self.observe(self._settle, ["bench", "locked", "case"])
        self._settle()

    @classmethod
    def of(cls, given: Desk | Case | Bench | None = None) -> Desk:
        """Return the desk for a panel: the one given, one for a case in hand, or one of whoever is logged in.

        Parameters
        ----------
        given : Desk, Case, Bench or None
            With None the home is opened as ``workbench.connect()`` opens it; where nobody is logged in, the desk says
            so in ``missing``.
        """
        if isinstance(given, Desk):
            return given
        if isinstance(given, Case):
            return cls(bench=given.bench, case=given, zone=given.bench.settings.timezone)
        if given is None:
            try:
                given = connect()
            except NotLoggedIn:
                return cls()
        return cls(bench=given, zone=given.settings.timezone)

    # --- who, and whether ---------------------------------------------------------------------------------

    def _settle(self, _change: Any = None) -> None:
        """Work out ``ready``; say what is missing, unless a panel has said it better."""
        self.ready = self.bench is not None and not self.locked and self.case is not None
        if self.ready:
            self.missing = ""
        elif self.locked:
            self.missing = LOCKED
        elif self.bench is None:
            self.missing = NOBODY
        elif self.missing in {"", LOCKED, NOBODY}:
            self.missing = NO_CASE

    def lock_up(self, why: str) -> None:
        """Lock the desk: nobody can ask anything before its member logs in again. What is typed stays."""
        with self.guard:
            if self.locked:
                return
            self.why_locked = why
            self.locked = True
            self.bench = None

    def touch(self) -> None:
        """Count the desk as used just now, so that the session does not end under somebody who is typing.

        Raises
        ------
        NotLoggedIn
            The session has ended.
        """
        bench, now = self.bench, time.monotonic()
        if bench is None or now - self._touched < _TOUCH_EVERY_S:
            return
        self._touched = now
        bench.touch()

    # --- what is typed ------------------------------------------------------------------------------------

    def register(
        self,
        name: str,
        *,
        get: Callable[[], Mapping[str, Any]],
        put: Callable[[Mapping[str, Any]], None],
        forget: Callable[[], None] | None = None,
    ) -> None:
        """Enter a panel.

        Parameters
        ----------
        name : str
            The panel's name, its own.
        get : callable
            Returns what is typed in it, plain JSON values; never a password.
        put : callable
            Sets what is typed; an empty mapping empties the panel.
        forget : callable, optional
            Drops what is shown: results, lists, marks on the map. Called when another member or another case
            comes to the desk.
        """
        self._parts[name] = _Part(get, put, forget)
        if name in self._waiting:
            put(self._waiting.pop(name))

    def remember(self) -> dict[str, Any]:
        """Return everything that is typed, as plain JSON: no password, no token, no result."""
        own = {name: getattr(self, name) for name in _TYPED}
        place = self.scene.elements() if self.scene is not None else None
        picked = dict(self.chosen) if self.chosen else None
        typed = {name: dict(part.get()) for name, part in self._parts.items()}
        return {_OWN: {**own, "scene": place, "chosen": picked}, **self._waiting, **typed}

    def recall(self, typed: Mapping[str, Any]) -> None:
        """Set everything that is typed from what :meth:`remember` returned; what is not named is emptied."""
        own = typed.get(_OWN, {})
        for name in _TYPED:
            setattr(self, name, str(own.get(name) or ""))
        self.scene = scene_from(own.get("scene"))
        self.chosen = dict(own["chosen"]) if own.get("chosen") else None
        self._waiting = {
            name: given for name, given in typed.items() if name not in {_OWN, *self._parts}
        }
        for name, part in self._parts.items():
            part.put(typed.get(name, {}))

    def forget_results(self) -> None:
        """Drop every result that is shown, and the vehicle picked."""
        self.chosen = None
        for part in self._parts.values():
            if part.forget is not None:
                part.forget()

    def clear(self) -> None:
        """Empty the desk: for another member."""
        self.turn += 1
        self.case = None
        self.forget_results()
        self.recall({})


def scene_from(elements: Mapping[str, Any] | None) -> Scene | None:
    """Return the scene of what :meth:`Scene.elements` gave; None for nothing.

    Examples
    --------
    >>> scene_from({"center": [36.58, -120.25], "radius_m": 800.0})
    Scene(latitude=36.58, longitude=-120.25, radius_m=800.0, polygon=())
    """
    if not elements:
        return None
    if "polygon" in elements:
        corners = tuple(_corners(elements["polygon"]))
        middle = [sum(axis) / len(corners) for axis in zip(*corners, strict=True)]
        return Scene(middle[0], middle[1], polygon=corners)
    latitude, longitude = (float(value) for value in elements["center"])
    return Scene(latitude, longitude, float(elements["radius_m"]))


def _corners(polygon: Any) -> Iterator[tuple[float, float]]:
    for latitude, longitude in polygon:
        yield float(latitude), float(longitude)
