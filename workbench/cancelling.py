"""Stopping what is under way: a query that somebody waits for and wants no longer.

Whoever starts the work enters a :class:`Cancellation`; what is done under it asks :func:`check` from time to time, and
the database breaks off the statement it is at. The work then ends in :class:`workbench.errors.Cancelled`.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar, Token
from typing import Self

from workbench.errors import Cancelled

__all__ = ["Cancellation", "check", "current"]

_LOG = logging.getLogger(__name__)
_CURRENT: ContextVar[Cancellation | None] = ContextVar("workbench_cancellation", default=None)


class Cancellation:
    """Asks the work inside its ``with`` block to stop; :meth:`cancel` may be called from any thread.

    Examples
    --------
    >>> with Cancellation() as stop:
    ...     stop.cancel()
    ...     check()
    Traceback (most recent call last):
    workbench.errors.Cancelled: It was cancelled. Nothing is shown of it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = threading.Event()
        self._breaks: list[Callable[[], None]] = []
        self._token: Token[Cancellation | None] | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the work was asked to stop."""
        return self._asked.is_set()

    def cancel(self) -> None:
        """Ask the work to stop. What cannot be broken off ends by itself, and nothing is shown of it."""
        with self._lock:
            self._asked.set()
            for each in self._breaks:
                try:
                    each()
                except Exception as error:  # noqa: BLE001 -- a server that does not answer, as a rule
                    _LOG.warning("not broken off: %s", type(error).__name__)

    def check(self) -> None:
        """Raise Cancelled where the work was asked to stop."""
        if self.cancelled:
            raise Cancelled("It was cancelled.", "Nothing is shown of it.")

    @contextlib.contextmanager
    def breaking(self, stop: Callable[[], None]) -> Iterator[None]:
        """Have ``stop`` called on :meth:`cancel`, for as long as the block lasts and no longer."""
        with self._lock:
            self._breaks.append(stop)
        try:
            yield
        finally:
            with self._lock:
                self._breaks.remove(stop)

    def __enter__(self) -> Self:
        self._token = _CURRENT.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            _CURRENT.reset(self._token)


def current() -> Cancellation | None:
    """Return the cancellation that this work is under, or None."""
    return _CURRENT.get()


def check() -> None:
    """Raise Cancelled where the work that this is part of was asked to stop."""
    under = _CURRENT.get()
    if under is not None:
        under.check()
