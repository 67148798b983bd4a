"""The queries, and the one function that returns reads to people: :meth:`runner.Runner.run`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from workbench.analysis.pattern import Pattern
from workbench.errors import BadInput
from workbench.models import Scene, Window
from workbench.queries.canvass import Canvass
from workbench.queries.history import History
from workbench.queries.misread import Misread
from workbench.queries.partial import Partial
from workbench.queries.reads import Query
from workbench.times import parse_time

__all__ = ["build"]


def build(action: str, given: Mapping[str, Any], zone: ZoneInfo) -> Query:
    """Make a query out of plain values, as they come over the process boundary.

    Parameters
    ----------
    action : str
        ``query.history``, ``query.canvass``, ``query.partial`` or ``query.misread``.
    given : mapping
        ``start`` and ``end`` (ISO 8601 text or datetimes; without an offset they are read in ``zone``) and the query's
        own fields; ``scene`` and ``near`` as :meth:`workbench.models.Scene.elements` gives them.

    Raises
    ------
    BadInput
        An unknown query or field, a missing one, or a value that cannot be understood.
    """
    if action not in _BUILDERS:
        raise BadInput("There is no such query.", f"There are: {', '.join(sorted(_BUILDERS))}.")
    fields = dict(given)
    try:
        window = Window(parse_time(fields.pop("start"), zone), parse_time(fields.pop("end"), zone))
        if at := fields.get("at"):
            fields["at"] = parse_time(at, zone)
        return _BUILDERS[action](fields, window)
    except KeyError as error:
        raise BadInput(f"The query lacks {error.args[0]!r}.", "Give it; see help().") from None
    except TypeError:
        raise BadInput(
            "The query has a field that it does not know, or one of the wrong type.", "See help()."
        ) from None


def _history(fields: dict[str, Any], window: Window) -> Query:
    return History(fields.pop("plate"), window, **fields)


def _canvass(fields: dict[str, Any], window: Window) -> Query:
    return Canvass(_scene(fields.pop("scene")), window, **fields)


def _partial(fields: dict[str, Any], window: Window) -> Query:
    near = fields.pop("near", None)
    return Partial(
        Pattern.parse(fields.pop("pattern")), window, near=_scene(near) if near else None, **fields
    )


def _misread(fields: dict[str, Any], window: Window) -> Query:
    return Misread(fields.pop("read_id"), fields.pop("listed"), window, **fields)


def _scene(elements: Mapping[str, Any]) -> Scene:
    if polygon := elements.get("polygon"):
        corners = tuple((float(lat), float(lon)) for lat, lon in polygon)
        middle = [sum(values) / len(corners) for values in zip(*corners, strict=True)]
        return Scene(middle[0], middle[1], polygon=corners)
    latitude, longitude = elements["center"]
    return Scene(float(latitude), float(longitude), float(elements["radius_m"]))


_BUILDERS: dict[str, Callable[[dict[str, Any], Window], Query]] = {
    "query.history": _history,
    "query.canvass": _canvass,
    "query.partial": _partial,
    "query.misread": _misread,
}
