"""The small city of these tests: eight days around the end of daylight saving time."""

from __future__ import annotations

import datetime as dt
from typing import Any

SMALL: dict[str, Any] = {
    "seed": 5,
    "reads": 4_000,
    "days": 8,
    "end": dt.date(2026, 11, 5),
    "searches": 150,
}
