"""How much a panel sends to the browser."""

from __future__ import annotations

import json
from typing import Any


def size_of(data: Any) -> int:
    """Return how many bytes plain data are on their way to the browser."""
    return len(json.dumps(data, separators=(",", ":")))
