"""The search desk: panels for detectives, and for analysts inside a notebook of their own.

>>> from workbench.widgets import SearchDesk                       # doctest: +SKIP
>>> SearchDesk()                                                   # doctest: +SKIP

Every panel keeps what is typed in ``.value`` (plain values, settable) and what was found in ``.result`` (a DataFrame).
An analyst gives a panel the case in hand: ``PartialPlateSearch(case)``. Nothing is loaded before it is named.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Desk": "desk",
    "LoginPanel": "login",
    "CasePanel": "casework",
    "PartialPlateSearch": "partial_search",
    "CanvassMap": "canvass_map",
    "TrailMap": "trail_map",
    "HitQueue": "hits",
    "SearchDesk": "search_desk",
}

__all__ = [
    "CanvassMap",
    "CasePanel",
    "Desk",
    "HitQueue",
    "LoginPanel",
    "PartialPlateSearch",
    "SearchDesk",
    "TrailMap",
]


def __getattr__(name: str) -> Any:
    """Load a panel when it is first asked for."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"workbench.widgets.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'workbench.widgets' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
