"""What OpenALPR and Rekor items have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from workbench.ingest.formats.base import Batch, Builder, Conventions, Problem
from workbench.ingest.formats.jsonitems import items

__all__ = [
    "FIELDS",
    "HEARTBEATS",
    "Skip",
    "best_of",
    "candidates_of",
    "collect",
    "is_alone",
    "record",
    "says",
    "vehicle_of",
]

FIELDS = (
    "plate",
    "captured_at",
    "camera",
    "camera_group",
    "camera_name",
    "state",
    "state_confidence",
    "confidence",
    "latitude",
    "longitude",
    "heading",
    "make",
    "make_confidence",
    "model",
    "model_confidence",
    "color",
    "color_confidence",
    "body",
    "body_confidence",
    "candidates",
    "source_id",
)
CONVENTIONS = Conventions(time="epoch", confidence="percent")

_WRAPPED = re.compile(r'"group"\s*:\s*\{')  # an alert that names the group it wraps before itself

HEARTBEATS = {"heartbeat": "a heartbeat of the agent, no read"}

Row = tuple[Any, ...]
Reader = Callable[[dict[str, Any]], "list[Row] | Skip | str"]


class Skip(str):
    """Why an item is left out on purpose."""

    __slots__ = ()


def collect(stream: TextIO, read: Reader) -> Iterator[Batch]:
    """Yield the batches of a stream of items.

    Parameters
    ----------
    stream : TextIO
        JSON in any of its three shapes.
    read : callable
        Turns an item into its rows, or says why it is skipped (:class:`Skip`) or cannot be read (str).
    """
    builder = Builder(FIELDS, CONVENTIONS)
    for item in items(stream):
        if isinstance(item, Problem):
            builder.reject(item.line, item.reason, item.text)
        else:
            line, found, text = item
            rows = read(found)
            if isinstance(rows, Skip):
                builder.skip(str(rows))
            elif isinstance(rows, str):
                builder.reject(line, rows, text)
            else:
                for row in rows:
                    builder.add(row, line, text)
        if builder.full:
            yield builder.take()
    if not builder.empty:
        yield builder.take()


def says(head: str, word: str) -> bool:
    """Tell whether the beginning of a file calls its items ``word``."""
    return re.search(rf'"data_type"\s*:\s*"{word}"', head) is not None


def is_alone(head: str, word: str) -> float:
    """Return how certain it is that ``word`` is what the file's items are."""
    first = re.search(r'"data_type"\s*:\s*"(\w+)"', head)
    if first is None:
        return 0.0
    if _WRAPPED.search(head, 0, first.start()):
        return float(word == "alpr_alert")
    if first[1] == word:
        return 1.0
    return 0.6 if says(head, word) else 0.0


def record(value: object) -> dict[str, Any]:
    """Return an object, or an empty one where something else stands in its place."""
    return value if isinstance(value, dict) else {}


def best_of(value: object) -> tuple[Any, Any]:
    """Return name and confidence of the surest of a list of ``{name, confidence}``."""
    best: tuple[Any, Any] = (None, None)
    if not isinstance(value, list):
        return best
    sure = -1.0
    for entry in value:
        if isinstance(entry, dict):
            confidence = entry.get("confidence")
            weight = confidence if isinstance(confidence, (int, float)) else 0.0
            if weight > sure:
                sure = weight
                best = (entry.get("name"), confidence)
    return best


def candidates_of(value: object) -> list[tuple[Any, Any]] | None:
    """Return the alternatives of a list of ``{plate, confidence}``."""
    if not isinstance(value, list) or not value:
        return None
    return [(one.get("plate"), one.get("confidence")) for one in value if isinstance(one, dict)]


def vehicle_of(vehicle: dict[str, Any]) -> Row:
    """Return make, model, color and body with their confidences."""
    make, make_sure = best_of(vehicle.get("make"))
    model, model_sure = best_of(vehicle.get("make_model"))
    if isinstance(model, str):
        # "honda_accord", "mercedes-benz_c-class": the make stands in front of the model
        make_in_front, _, rest = model.partition("_")
        model = rest or model
        if make is None and rest:
            make, make_sure = make_in_front, model_sure
    color, color_sure = best_of(vehicle.get("color"))
    body, body_sure = best_of(vehicle.get("body_type"))
    return (make, make_sure, model, model_sure, color, color_sure, body, body_sure)
