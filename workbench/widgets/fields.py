"""Text boxes of the map panels, their labels above them."""

from __future__ import annotations

from typing import Any

import ipywidgets

__all__ = ["text_box"]


def text_box(label: str, example: str, tip: str, width: int) -> Any:
    """Return a text box that tells what is typed once it is left, or on Enter.

    Parameters
    ----------
    label : str
        What stands above it.
    example : str
        What stands in it while it is empty.
    tip : str
        How it is written, in words.
    width : int
        In pixels.
    """
    box = ipywidgets.Text(
        description=label,
        placeholder=example,
        tooltip=tip,
        continuous_update=False,
        layout=ipywidgets.Layout(width=f"{width}px"),
    )
    return box.add_class("wbm-above")
