"""The character boxes as a widget: typing moves on, Backspace moves back, Enter searches, a paste fills the row.

Between two keystrokes nothing waits for the kernel: that part is ``character_boxes.js``, which anywidget brings into
JupyterLab and Voilà alike, from this machine. What the boxes mean is worked out by `workbench.widgets.boxes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.analysis.pattern import Pattern
from workbench.errors import BadPattern
from workbench.widgets import boxes
from workbench.widgets.boxes import BoxRow

__all__ = ["CharacterBoxes"]

_FOLDER = Path(__file__).parent
_MOST_PASTED = 2000


class CharacterBoxes(anywidget.AnyWidget):
    """A row of character boxes.

    Attributes
    ----------
    texts : list of str
        What stands in each box.
    front, behind : bool
        Further characters may stand before the first box; behind the last filled one.
    length : str
        How many characters the plate is said to have: ``7``, ``6-7``, or empty.
    problems : list of str
        What is wrong with each box, in words; shown there.
    problem : str
        What is wrong with the row as a whole.
    words : str
        How the row is understood.
    disabled : bool
        Nothing can be typed.
    """

    _esm = (_FOLDER / "character_boxes.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "character_boxes.css").read_text(encoding="utf-8")

    texts = traitlets.List(traitlets.Unicode(), [""] * boxes.FEWEST).tag(sync=True)
    front = traitlets.Bool(False).tag(sync=True)
    behind = traitlets.Bool(True).tag(sync=True)
    length = traitlets.Unicode("").tag(sync=True)
    problems = traitlets.List(traitlets.Unicode(), []).tag(sync=True)
    problem = traitlets.Unicode("").tag(sync=True)
    words = traitlets.Unicode("").tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    label = traitlets.Unicode("Characters of the plate").tag(sync=True)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._entered: list[Callable[[], Any]] = []
        self.on_msg(self._told)
        self.observe(self._weigh, ["texts", "front", "behind", "length"])
        self._weigh()

    @property
    def row(self) -> BoxRow:
        """The row as it is filled in; settable."""
        try:
            length = boxes.length_of(self.length)
        except BadPattern:
            length = None
        return BoxRow(tuple(self.texts), bool(self.front), bool(self.behind), length)

    @row.setter
    def row(self, row: BoxRow) -> None:
        with self.hold_trait_notifications(), self.hold_sync():
            self.texts = list(row.texts)
            self.front, self.behind = row.front, row.behind
            self.length = boxes.length_text(row.length).lstrip("/")

    @property
    def pattern(self) -> Pattern:
        """The pattern that the row stands for.

        Raises
        ------
        BadPattern
            A box holds what cannot be understood.
        """
        return boxes.pattern_of(self.row)

    def on_enter(self, function: Callable[[], Any]) -> None:
        """Call a function when Enter is pressed in a box."""
        self._entered.append(function)

    def focus(self, at: int = 0) -> None:
        """Put the caret into a box."""
        self.send({"do": "focus", "at": at})

    def _told(self, _widget: Any, content: Mapping[str, Any], _buffers: Any) -> None:
        if content.get("do") == "search":
            texts = content.get("texts")
            if isinstance(texts, list):
                self.texts = [str(each) for each in texts[: boxes.MOST]]
            for function in self._entered:
                function()
        elif content.get("do") == "paste":
            at = max(0, min(int(content.get("at", 0)), boxes.MOST - 1))
            pasted = str(content.get("text", ""))[:_MOST_PASTED]
            self.row = boxes.spread(self.row, at, pasted)
            self.focus(min(len(self.row.used), len(self.texts) - 1))

    def _weigh(self, _change: Any = None) -> None:
        row = self.row
        found = boxes.problems(row)
        whole = ""
        if row.used and not any(found):
            try:
                boxes.pattern_of(row)
            except BadPattern as error:
                whole = f"{error.problem} {error.next_step}"
        with self.hold_sync():
            self.problems, self.problem, self.words = list(found), whole, boxes.words(row)
