"""Looking after a session without using it: a warning before it ends from disuse, and the news that it has ended."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable

from workbench.errors import NotLoggedIn

__all__ = ["WARN_S", "SessionWatch", "seconds_words"]

WARN_S = 60.0
_LONGEST_S = (
    30.0  # a session may end for another reason too: logged out elsewhere, account disabled
)
_WARNING_S = 5.0
_LOG = logging.getLogger(__name__)


class SessionWatch:
    """Looks at a session now and then, in a quiet thread of its own; needs no browser.

    Parameters
    ----------
    time_left : callable
        Returns how long the session lives on if nobody uses it, without extending it; raises NotLoggedIn.
    warn : callable
        Called with the seconds left within the last minute, and with None once that minute is averted.
    ended : callable
        Called once, with the reason in words, when the session has ended.
    """

    def __init__(
        self,
        time_left: Callable[[], dt.timedelta],
        warn: Callable[[float | None], object],
        ended: Callable[[str], object],
    ) -> None:
        self._time_left, self._warn, self._ended = time_left, warn, ended
        self._warned = False
        self._stopped = False
        self._wake = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._run, name="workbench-session", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        self._wake.set()

    def soon(self) -> None:
        """Look at once."""
        self._wake.set()

    def look(self) -> float | None:
        """Look once; return the seconds until the next look, or None where the session has ended."""
        try:
            left = self._time_left().total_seconds()
        except NotLoggedIn as error:
            self._stopped = True
            self._ended(error.reason)
            return None
        if left <= WARN_S:
            self._warned = True
            self._warn(left)
            return min(_WARNING_S, max(left, 0.0) + 0.2)
        if self._warned:
            self._warned = False
            self._warn(None)
        return min(_LONGEST_S, left - WARN_S + 0.2)

    def _run(self) -> None:
        while not self._stopped:
            try:
                pause = self.look()
            except Exception as error:  # noqa: BLE001 -- a busy database now is no reason to stop looking
                _LOG.warning("the session could not be looked at: %s", type(error).__name__)
                pause = _WARNING_S
            if pause is None:
                return
            self._wake.wait(pause)
            if not self._stopped:
                self._wake.clear()


def seconds_words(seconds: float) -> str:
    """Return a time that is left, in words.

    Examples
    --------
    >>> seconds_words(42.3), seconds_words(0.4)
    ('43 seconds', '1 second')
    """
    whole = max(1, int(-(-seconds // 1)))
    return f"{whole} second" + ("" if whole == 1 else "s")
