"""ALPR Workbench: investigating with licence plate reader data under the agency's own written policy.

>>> import workbench
>>> bench = workbench.connect()                                   # doctest: +SKIP
>>> case = bench.case("26-04417", purpose="homicide",
...                   reason="Shooting at 5th and Main, car seen leaving")   # doctest: +SKIP
>>> reads = case.canvass(scene=(36.58, -120.25), radius_m=800,
...                      start="2026-03-02 21:10", end="2026-03-02 22:10")    # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.client import Bench, Case, connect
from workbench.errors import Failed, Refused, WorkbenchError
from workbench.models import Scene
from workbench.version import __version__

if TYPE_CHECKING:
    from workbench.analysis.canvass import by_vehicle

__all__ = [
    "Bench",
    "Case",
    "Failed",
    "Refused",
    "Scene",
    "WorkbenchError",
    "__version__",
    "by_vehicle",
    "connect",
]


def __getattr__(name: str) -> Any:
    """Load what needs pandas only when it is asked for."""
    if name == "by_vehicle":
        from workbench.analysis.canvass import by_vehicle

        return by_vehicle
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")
