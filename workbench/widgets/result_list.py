"""A list of vehicles to choose from, as one widget however many rows it has.

Arrow keys, Page Up, Page Down, Home and End move; Enter, Space or a click chooses. Moving alone chooses nothing: to
look at a vehicle's reads is an access on the record, and it is made on purpose.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

__all__ = ["ResultList"]

_FOLDER = Path(__file__).parent


class ResultList(anywidget.AnyWidget):
    """The list.

    Attributes
    ----------
    rows : list of dict
        Each with ``html``, what it shows, every value escaped, and ``words``, what a screen reader says.
    chosen : int
        The row that was chosen, from 0; -1 for none.
    head, foot : str
        HTML above and below the list; always shown.
    label : str
        What the list is, for a screen reader.
    disabled : bool
        Nothing can be chosen.
    reveal : bool
        Bring the list into sight, once.
    """

    _esm = (_FOLDER / "result_list.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "result_list.css").read_text(encoding="utf-8")

    rows = traitlets.List(traitlets.Dict(), []).tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    head = traitlets.Unicode("").tag(sync=True)
    foot = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("Vehicles, the most probable first").tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    reveal = traitlets.Bool(False).tag(sync=True)

    def fill(self, rows: list[dict[str, str]], *, head: str = "", foot: str = "") -> None:
        """Show other rows; none of them is chosen."""
        with self.hold_sync():
            self.chosen = -1
            self.rows, self.head, self.foot = rows, str(head), str(foot)

    def focus(self) -> None:
        """Put the keyboard into the list."""
        self.send({"do": "focus"})

    @traitlets.validate("chosen")
    def _within(self, proposal: Any) -> int:
        at = int(proposal["value"])
        return at if -1 <= at < len(self.rows) else -1
