"""Logging in at the desk, locking it, and going on where one was.

The session's token stays in the kernel's memory: no file, no cell, nothing that travels to the browser. The password
box is emptied as soon as its text was used.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets
from markupsafe import Markup

from workbench.client import Door, open_home
from workbench.errors import NotLoggedIn
from workbench.widgets import look
from workbench.widgets.desk import Desk
from workbench.widgets.keys import on_enter
from workbench.widgets.session_watch import SessionWatch, seconds_words
from workbench.widgets.status import Status
from workbench.widgets.work import guarded

if TYPE_CHECKING:
    from workbench.client import Bench
    from workbench.models import Member

__all__ = ["LoginPanel"]

_PANEL = "the log in"
_BY_HAND = "You locked it."


class _Password(ipywidgets.Password):
    """A password box whose text is not sent back to the browser."""

    value = traitlets.Unicode("").tag(sync=True, echo_update=False)


class LoginPanel(ipywidgets.VBox):
    """Name and password, and once somebody is there: who it is, Lock, and Log out.

    Parameters
    ----------
    desk : Desk, optional
        The desk to log in at; one of its own by default, as ``.desk``.
    home : path, optional
        The home folder; by default as for ``workbench.connect()``.
    bar_apart : bool
        Leave ``.bar`` (who is there, Lock, Log out) to whoever places it elsewhere.
    """

    def __init__(
        self,
        desk: Desk | None = None,
        *,
        home: str | Path | None = None,
        bar_apart: bool = False,
        door: Door | None = None,
    ) -> None:
        self.desk = desk or Desk()
        self.status = Status()
        self.member: Member | None = None
        self._bar_apart = bar_apart
        self._kept_once = True
        self._watch: SessionWatch | None = None
        self._build()
        super().__init__()
        self.add_class("wbd")
        self.add_class("wbd-login")
        self.door = door
        if door is None:
            self._guard(self._open)(home)
        self.desk.door = self.door
        if self.door is not None:
            self.desk.zone = self.door.settings.timezone
        self.desk.observe(self._guard(self._show, counts=False), ["bench", "locked"])
        self._show()

    def __repr__(self) -> str:
        return "<LoginPanel>"

    # --- the analyst's side -----------------------------------------------------------------------------

    @property
    def value(self) -> dict[str, str]:
        """What is typed: the name, never the password."""
        return {"username": self.username.value.strip()}

    @value.setter
    def value(self, typed: dict[str, str]) -> None:
        self.username.value = str(typed.get("username", ""))

    @property
    def result(self) -> Bench | None:
        """The workbench of whoever is logged in."""
        return self.desk.bench  # type: ignore[no-any-return]  # a traitlet

    # --- building ----------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.heading = ipywidgets.HTML()
        self.username = ipywidgets.Text(description="Username", tooltip="Your username")
        self.password = _Password(description="Password", tooltip="Your password")
        self.enter = ipywidgets.Button(description="Log in", button_style="primary")
        self.go_on = ipywidgets.Button(tooltip="Go on with the session of `workbench login`")
        self.go_on.add_class("wbd-quiet")
        for box in (self.username, self.password):
            box.add_class("wbd-field")
            on_enter(box, self._guard(self._log_in))
        self.enter.on_click(self._guard(self._log_in))
        self.go_on.on_click(self._guard(self._enter_kept))
        row = ipywidgets.HBox([self.enter, self.go_on])
        row.add_class("wbd-row")
        self.form = ipywidgets.VBox([self.heading, self.username, self.password, row, self.status])
        self.form.add_class("wbd-form")
        self._build_bar()

    def _build_bar(self) -> None:
        self.who = ipywidgets.HTML()
        self.warning = ipywidgets.HTML()
        self.stay = ipywidgets.Button(description="Stay", tooltip="Keep the desk open")
        self.lock_button = ipywidgets.Button(
            description="Lock", tooltip="Hide everything until you log in again"
        )
        self.out_button = ipywidgets.Button(
            description="Log out", tooltip="End the session and empty the desk"
        )
        for button, call in (
            (self.stay, self._stay),
            (self.lock_button, self.lock),
            (self.out_button, self.log_out),
        ):
            button.add_class("wbd-quiet")
            button.on_click(self._guard(call, counts=False))
        self.bar = ipywidgets.HBox([self.who, self.warning, self.lock_button, self.out_button])
        self.bar.add_class("wbd-bar-who")

    def _guard(self, function: Any, *, counts: bool = True) -> Any:
        return guarded(function, panel=_PANEL, desk=self.desk, status=self.status, counts=counts)

    def _open(self, home: str | Path | None) -> None:
        self.door = open_home(home)

    # --- what is shown ------------------------------------------------------------------------------------

    def _show(self, _change: Any = None) -> None:
        """Show the form or the bar, as the desk stands."""
        inside = self.desk.bench is not None and not self.desk.locked
        if not inside:
            self._stop_watch()
            self.password.value = ""
            self._show_form()
        for widget in (self.username, self.password, self.enter):
            widget.disabled = self.door is None
        own = [] if self._bar_apart else [self.bar]
        self.children = [look.style(), *(own if inside else [self.form])]

    def _show_form(self) -> None:
        agency = self.door.settings.agency if self.door is not None else "ALPR Workbench"
        if self.desk.locked and self.member is not None:
            said = Markup(
                '<p class="wbd-kicker">{}</p><h2>The desk is locked</h2><p>{} Log in as {} to go on where you were; '
                "anybody else begins with an empty desk.</p>"
            ).format(agency, self.desk.why_locked, self.member.name)
            if not self.username.value:
                self.username.value = self.member.username
        else:
            said = Markup(
                '<p class="wbd-kicker">{}</p><h2>Log in</h2><p>Every search is made under your name, for a case and a '
                "purpose, and is on the record before its result is shown.</p>"
            ).format(agency)
        self.heading.value = str(said)
        kept = None
        if self.door is not None and not self.desk.locked and self._kept_once:
            kept = self._guard(self.door.kept, counts=False)()
        self.go_on.layout.display = None if kept is not None else "none"
        self.go_on.description = f"Continue as {kept.name}" if kept is not None else ""

    def _warn(self, left: float | None) -> None:
        """Say that the desk locks soon; with None take that back."""
        shown = [self.who, self.warning, self.lock_button, self.out_button]
        if left is None:
            self.warning.value = ""
        else:
            self.warning.value = str(
                Markup('<span class="wbd-warning" role="alert">Locks in {}</span>').format(
                    seconds_words(left)
                )
            )
            shown.insert(2, self.stay)
        if list(self.bar.children) != shown:
            self.bar.children = shown

    # --- coming in ----------------------------------------------------------------------------------------

    def _log_in(self, _button: Any = None) -> None:
        if self.door is None or self.result is not None:
            return
        username, password = self.username.value.strip(), self.password.value
        if not username or not password:
            self.status.show(look.message("notice", "Type your username and your password."))
            return
        self.password.value = ""
        try:
            bench = self.door.login(username, password)
        finally:
            del password
        self._come_in(bench)

    def _enter_kept(self, _button: Any = None) -> None:
        if self.door is not None and self.result is None and not self.desk.locked:
            self._come_in(self.door.enter_kept())

    def _come_in(self, bench: Bench) -> None:
        before, self.member = self.member, bench.member
        if before is not None and before.username != self.member.username:
            self.desk.clear()
        self._kept_once = False  # once the desk was left, nobody comes in without a password
        self.status.clear()
        self.username.value = ""
        self._warn(None)
        self.who.value = str(_who(self.member))
        self.desk.zone = bench.settings.timezone
        self.desk.why_locked = ""
        with self.desk.hold_trait_notifications():
            self.desk.locked = False
            self.desk.bench = bench
        self._start_watch(bench)

    # --- leaving ------------------------------------------------------------------------------------------

    def lock(self, _button: Any = None) -> None:
        """Lock the desk by hand: the session ends, what is typed and found stays for the same member."""
        bench = self.result
        if bench is None:
            return
        self.desk.lock_up(_BY_HAND)
        with contextlib.suppress(NotLoggedIn):  # it may have ended by itself just now
            bench.log_out()

    def log_out(self, _button: Any = None) -> None:
        """End the session and empty the desk."""
        bench = self.result
        if bench is None:
            return
        self.member = None
        self.desk.clear()
        self.desk.bench = None
        with contextlib.suppress(NotLoggedIn):
            bench.log_out()

    def _stay(self, _button: Any = None) -> None:
        if self.result is not None:
            self.result.touch()
        if self._watch is not None:
            self._watch.soon()

    def close(self) -> None:
        """Take the panel away."""
        self._stop_watch()
        super().close()

    # --- the session --------------------------------------------------------------------------------------

    def _start_watch(self, bench: Bench) -> None:
        self._stop_watch()
        self._watch = SessionWatch(
            bench.time_left,
            self._guard(self._warn, counts=False),
            self._guard(self._ended, counts=False),
        )
        self._watch.start()

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    def _ended(self, why: str) -> None:
        self.desk.lock_up(f"{why[:1].upper()}{why[1:]}".rstrip(".") + ".")


def _who(member: Member) -> Markup:
    roles = ", ".join(sorted(member.roles))
    return Markup(
        '<span class="wbd-who"><b>{}</b> <span class="wbd-muted">{}</span></span>'
    ).format(member.name, roles)
