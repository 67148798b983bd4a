"""The keyboard: Enter in a box does what its button does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import ipywidgets

__all__ = ["on_enter"]

# A browser may still hold back the last letters typed when Enter is already on its way.
_LETTERS_S = 0.2


def on_enter(box: ipywidgets.Widget, call: Callable[[], Any]) -> None:
    """Call when Enter is pressed in a text box, once what was typed before it has arrived."""

    def heard(_box: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, dict) or content.get("event") != "submit":
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            call()
        else:
            loop.call_later(_LETTERS_S, call)

    box.on_msg(heard)
