"""Where a panel says how things stand: a message, or work under way with a bar and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
from markupsafe import Markup

from workbench.widgets import look

__all__ = ["Status"]


class Status(ipywidgets.VBox):
    """One message at a time, or one piece of work under way; takes no room while there is neither."""

    def __init__(self) -> None:
        self._text = ipywidgets.HTML()
        self._cancel = ipywidgets.Button(description="Cancel", tooltip="Stop what is under way")
        self._cancel.add_class("wbd-quiet")
        self._stop: Callable[[], None] | None = None
        self._cancel.on_click(self._stopped)
        super().__init__()
        self.add_class("wbd-status")

    @property
    def html(self) -> str:
        """What is shown now."""
        return str(self._text.value) if self.children else ""

    @property
    def busy(self) -> bool:
        """Whether work is shown as under way."""
        return self._cancel in self.children

    def show(self, html: str) -> None:
        """Show a message; see :func:`workbench.widgets.look.message`."""
        self._stop = None
        self._text.value = str(html)
        self.children = [self._text] if html else []

    def clear(self) -> None:
        """Show nothing."""
        self.show("")

    def progress(
        self, words: str, seconds: float, fraction: float | None, stop: Callable[[], None]
    ) -> None:
        """Show work under way.

        Parameters
        ----------
        words : str
            What is being done, such as ``"Searching"``.
        seconds : float
            For how long already.
        fraction : float or None
            How much of it is done, 0 to 1, where that is known.
        stop : callable
            Called when Cancel is clicked.
        """
        self._stop = stop
        line = f"{words} … {seconds:.0f} s" if seconds >= 1 else f"{words} …"
        self._text.value = str(
            Markup('<div class="wbd-working" role="status"><span>{}</span>{}</div>').format(
                line, look.bar(fraction, words)
            )
        )
        if not self.busy:
            self.children = [self._text, self._cancel]

    def _stopped(self, _button: object) -> None:
        if self._stop is not None:
            self._stop()
