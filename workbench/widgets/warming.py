"""Load what the first search needs while somebody still types: compiled code and tables, no read and no access."""

from __future__ import annotations

import functools
import logging
import threading

__all__ = ["warm", "warm_up"]

_LOG = logging.getLogger(__name__)


@functools.cache
def warm_up() -> threading.Thread:
    """Begin to load, once in a process, in a thread of its own."""
    thread = threading.Thread(target=_quietly, name="warm-up", daemon=True)
    thread.start()
    return thread


def warm() -> int:
    """Rank two invented plates and return how many came out: what that loads, a real search need not."""
    import pandas as pd

    from workbench.analysis.partial import rank
    from workbench.analysis.pattern import Pattern
    from workbench.widgets.result_rows import found_vehicles, shown_rows

    now = pd.Timestamp("2026-01-01", tz="UTC")
    vehicles = pd.DataFrame(
        {
            "plate": ["7ABX123", "7ABX128"], "state": ["CA", "NV"], "reads": [1, 2], "first_seen": now,
            "last_seen": now, "make": "honda", "model": "accord", "color": "black", "body": "sedan",
            "nearest_m": [10.0, 20.0], "last_camera": "C01", "confidence": 0.9,
        }
    )  # fmt: skip
    ranked = rank(Pattern.parse("7A?X12*"), vehicles, color="dark", body="sedan", near=True)
    ranked.attrs |= {
        "query": {"pattern": "7A?X12*"},
        "window": ["2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00"],
        "timezone": "UTC",
    }
    return len(shown_rows(found_vehicles(ranked)))


def _quietly() -> None:
    try:
        warm()
    except Exception as error:  # noqa: BLE001 -- the search itself will say what is wrong
        _LOG.warning("warming up: %s", type(error).__name__)
