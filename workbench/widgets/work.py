"""Callbacks that cannot fail unseen, and long work off the kernel's thread, with progress and a way to stop it.

::

    self.button.on_click(guarded(self._search, panel="partial plate", desk=self.desk, status=self.status))
    self.worker = Worker(panel="partial plate", desk=self.desk, status=self.status)
    self.worker.start("Searching", case.partial, pattern, start=…, end=…, then=self._show)
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from workbench.cancelling import Cancellation
from workbench.errors import Cancelled, Failed, NotLoggedIn, Refused
from workbench.widgets import look
from workbench.widgets.desk import Desk
from workbench.widgets.status import Status

__all__ = ["Worker", "guarded", "tell"]

_LOG = logging.getLogger(__name__)
_QUIET_S = 0.3  # what is done sooner than this shows no bar
_TICK_S = 0.5


def guarded(
    function: Callable[..., Any],
    *,
    panel: str,
    desk: Desk | None = None,
    status: Status | None = None,
    counts: bool = True,
) -> Callable[..., Any]:
    """Return a callback that shows what goes wrong in it, and puts on the record what nobody foresaw.

    Parameters
    ----------
    function : callable
        The callback.
    panel : str
        The panel's name, as a message says it: ``"the canvass"`` becomes "Something went wrong in the canvass".
    desk : Desk, optional
        Whose lock is held meanwhile, and who is told that its session has ended.
    status : Status, optional
        Where it is shown.
    counts : bool
        Whether this shows that somebody is at the desk. Not so for what happens by itself, such as playing.
    """

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        if desk is None:
            return _guard(function, arguments, named, panel, None, status)
        with desk.guard:
            if counts:
                _guard(desk.touch, (), {}, panel, desk, status)
            return _guard(function, arguments, named, panel, desk, status)

    return call


def _guard(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    named: dict[str, Any],
    panel: str,
    desk: Desk | None,
    status: Status | None,
) -> Any:
    try:
        return function(*arguments, **named)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is shown and recorded
        tell(error, panel=panel, desk=desk, status=status)
        return None


def tell(
    error: BaseException, *, panel: str, desk: Desk | None = None, status: Status | None = None
) -> None:
    """Show an error; put one that nobody foresaw on the record; lock the desk where the session has ended."""
    recorded = isinstance(error, Refused | Failed) or _record(error, panel, desk)
    if isinstance(error, Cancelled):
        shown = look.message("notice", "Cancelled.", "Nothing is shown, and the record says so.")
    else:
        shown = look.error_html(error, panel, recorded=recorded)
    if status is not None:
        status.show(shown)
    if isinstance(error, NotLoggedIn) and desk is not None:
        _lock_if_over(desk)


def _lock_if_over(desk: Desk) -> None:
    """Lock the desk where its own session has ended; an older one's end is no matter."""
    if desk.bench is None:
        return
    try:
        desk.bench.time_left()
    except NotLoggedIn as ended:
        desk.lock_up(ended.reason)


def _record(error: BaseException, panel: str, desk: Desk | None) -> bool:
    """Put an error nobody foresaw on the record, by its type, and into the kernel's log; return whether it is there."""
    kind = type(error).__name__
    _LOG.error("%s: %s", panel, kind)
    keeper = (desk.bench or desk.door) if desk is not None else None
    if keeper is None:
        return False
    try:
        keeper.desk_failed(panel, kind)
    except Exception as second:  # noqa: BLE001 -- the first error is what is shown
        _LOG.error("the record: %s", type(second).__name__)
        return False
    return True


class Worker:
    """Long work of one panel, one piece at a time.

    Parameters
    ----------
    panel, desk, status
        As for :func:`guarded`.
    """

    def __init__(self, *, panel: str, desk: Desk, status: Status | None = None) -> None:
        self.panel = panel
        self.desk = desk
        self.status = status
        self._job: _Job | None = None

    @property
    def running(self) -> bool:
        """Whether work is under way."""
        return self._job is not None and not self._job.over.is_set()

    def start(
        self,
        words: str,
        function: Callable[..., Any],
        /,
        *arguments: Any,
        then: Callable[[Any], Any],
        failed: Callable[[BaseException], Any] | None = None,
        status: Status | None = None,
        **named: Any,
    ) -> None:
        """Run ``function`` in a thread of its own, then call ``then`` with its result on the kernel's loop.

        Work that is still under way is cancelled, and its result dropped.

        Parameters
        ----------
        words : str
            What is being done, as the bar says it: ``"Searching"``.
        function : callable
            Called with ``arguments`` and ``named``. May call :meth:`progress`.
        then : callable
            Gets the result; runs guarded, with the desk's lock held.
        failed : callable, optional
            Called after an error was shown, or after a cancellation.
        status : Status, optional
            Where progress and errors are shown; the worker's own by default.
        """
        self.cancel()
        job = _Job(self, words, functools.partial(function, *arguments, **named), then, failed)
        job.status = status or self.status
        self._job = job
        job.start()

    def cancel(self) -> None:
        """Stop what is under way, if anything is. The record keeps that it was asked and that it was cancelled."""
        job = self._job
        if job is not None and not job.over.is_set():
            job.stop()

    def progress(self, words: str, done: float, total: float) -> None:
        """Say how far the work is; called from inside it."""
        job = self._job
        if job is not None:
            job.words = words
            job.fraction = done / total if total else None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the work to end, its ``then`` included; return whether it has.

        For scripts: in a notebook ``then`` comes on the loop that a waiting cell holds up.
        """
        job = self._job
        return True if job is None else job.over.wait(seconds)


class _Job:
    """One piece of work: its thread, its clock, its end."""

    def __init__(
        self,
        worker: Worker,
        words: str,
        function: Callable[[], Any],
        then: Callable[[Any], Any],
        failed: Callable[[BaseException], Any] | None,
    ) -> None:
        self.worker = worker
        self.words = words
        self.fraction: float | None = None
        self.status: Status | None = None
        self.over = threading.Event()
        self._function, self._then, self._failed = function, then, failed
        self._cancellation = Cancellation()
        self._loop = _running_loop()
        self._turn = worker.desk.turn
        self._ended = threading.Event()
        self._began = time.monotonic()

    def start(self) -> None:
        for target in (self._work, self._tick):
            context = contextvars.copy_context()
            threading.Thread(target=context.run, args=(target,), daemon=True).start()

    def stop(self) -> None:
        self.words = "Cancelling"
        self._cancellation.cancel()
        self._show_progress()

    @property
    def _current(self) -> bool:
        worker = self.worker
        return worker._job is self and worker.desk.turn == self._turn  # noqa: SLF001 -- its own worker

    def _work(self) -> None:
        result, error = None, None
        try:
            with self._cancellation:
                result = self._function()
                self._cancellation.check()
        except BaseException as raised:  # noqa: BLE001 -- told on the kernel's loop
            error = raised
        self._ended.set()
        self._deliver(functools.partial(self._end, result, error))

    def _deliver(self, call: Callable[[], None]) -> None:
        """Call on the loop that started this; where that loop is gone, here."""
        loop = self._loop
        if loop is not None and loop.is_running():
            try:
                loop.call_soon_threadsafe(call)
            except RuntimeError:  # closed between the two
                call()
            else:
                return
        else:
            call()

    def _end(self, result: Any, error: BaseException | None) -> None:
        worker = self.worker
        try:
            with worker.desk.guard:
                newest = worker._job is self  # noqa: SLF001 -- its own worker
                if newest and self.status is not None:
                    self.status.clear()
                if not self._current:
                    return  # newer work or another member has taken its place
                if error is None and not self._cancellation.cancelled:
                    self._call(self._then, result)
                    return
                error = error or Cancelled("It was cancelled.")
                tell(error, panel=worker.panel, desk=worker.desk, status=self.status)
                if self._failed is not None:
                    self._call(self._failed, error)
        finally:
            self.over.set()

    def _call(self, function: Callable[[Any], Any], argument: Any) -> None:
        worker = self.worker
        _guard(function, (argument,), {}, worker.panel, worker.desk, self.status)

    def _tick(self) -> None:
        pause = _QUIET_S
        while not self._ended.wait(pause):
            self._show_progress()
            pause = _TICK_S

    def _show_progress(self) -> None:
        with self.worker.desk.guard:
            if self._ended.is_set() or not self._current or self.status is None:
                return
            self.status.progress(
                self.words, time.monotonic() - self._began, self.fraction, self.stop
            )


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
