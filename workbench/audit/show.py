"""The access record as a table: one row for each access, its outcome joined to its intent."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from workbench.analysis.plates import normalize
from workbench.errors import BadInput, BadTime
from workbench.records.database import Database
from workbench.records.tables import audit_records, from_micros, to_micros

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "OUTCOMES", "last_searches", "records"]

OUTCOMES = ("ok", "refused", "failed", "unfinished")
"""How an access can have ended; ``unfinished`` is an intent without an outcome."""

COLUMNS = (
    "access_id",
    "at",
    "local_time",
    "phase",
    "username",
    "name",
    "organization",
    "roles",
    "action",
    "case_number",
    "crime_type",
    "incident_number",
    "purpose",
    "reason",
    "elements",
    "outcome",
    "rows",
    "truncated",
    "automatic",
    "clause",
    "detail",
    "address",
    "host",
    "session_id",
    "profile",
    "software",
)
"""The columns of :func:`records`, in order."""

_WRITTEN_LATER = ("outcome", "rows", "truncated", "clause", "detail")
_OF_INTENT = [name for name in COLUMNS if name not in ("access_id", "local_time", *_WRITTEN_LATER)]
_NUMBERS = ("at", "rows", "truncated", "automatic", "session_id")
_TEXTS = [*(set(_OF_INTENT) - {"elements", *_NUMBERS}), "outcome", "clause", "detail"]
_begun = audit_records.alias("begun")
_ended = audit_records.alias("ended")


def records(
    database: Database,
    *,
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
    username: str | None = None,
    case: str | None = None,
    action: str | None = None,
    outcome: str | None = None,
    purpose: str | None = None,
    access_id: int | None = None,
    plate: str | None = None,
    limit: int | None = None,
    before: int | None = None,
    zone: dt.tzinfo = dt.UTC,
) -> pd.DataFrame:
    """Return the access record, one row for each access, in the order in which they were written.

    An access is an intent with its outcome; an event (a refusal, a log-in, a change) is a row of its own. An intent
    without an outcome shows as ``unfinished``.

    Parameters
    ----------
    start, end : datetime, optional
        Aware; start included, end excluded.
    username, case, purpose : str, optional
        Exactly as recorded.
    action : str, optional
        Exactly as recorded, or a family: ``query.*``.
    outcome : {"ok", "refused", "failed", "unfinished"}, optional
        How it ended.
    access_id : int, optional
        One access, by its number.
    plate : str, optional
        A whole plate that was asked for; spaces, hyphens and case do not matter. Patterns that may cover it are
        not found by it.
    limit : int, optional
        Only the newest so many; ``attrs["truncated"]`` says whether there are more.
    before : int, optional
        Only records with a smaller number: how the record stood then.
    zone : tzinfo
        The zone of ``local_time``.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`. ``at`` is aware UTC, ``local_time`` aware in ``zone``; ``elements`` holds dicts; ``rows`` and
        ``truncated`` are missing where nothing was returned; ``access_id`` is the number of the row's first record.

    Raises
    ------
    BadTime
        A time without a zone.
    BadInput
        An outcome, plate or limit that means nothing.
    """
    query = _select().where(
        *_conditions(
            start=start, end=end, username=username, case=case, action=action, outcome=outcome,
            purpose=purpose, access_id=access_id, plate=plate, before=before,
        )
    )  # fmt: skip
    if limit is None:
        query = query.order_by(_begun.c.seq)
    elif limit < 1:
        raise BadInput("The limit is below one.", "Give how many accesses to show, such as 50.")
    else:
        query = query.order_by(_begun.c.seq.desc()).limit(limit + 1)
    with database.read() as connection:
        found = [dict(row) for row in connection.execute(query).mappings()]
    truncated = limit is not None and len(found) > limit
    if limit is not None:
        found = found[:limit][::-1]
    frame = _frame(found, zone)
    frame.attrs["truncated"] = truncated
    return frame


def last_searches(database: Database, *, before: int | None = None) -> dict[str, dt.datetime]:
    """Return when each account last asked a query, by user name."""
    query = (
        sa.select(audit_records.c.username, sa.func.max(audit_records.c.at))
        .where(audit_records.c.action.startswith("query.", autoescape=True))
        .group_by(audit_records.c.username)
    )
    if before is not None:
        query = query.where(audit_records.c.seq < before)
    with database.read() as connection:
        return {username: from_micros(at) for username, at in connection.execute(query)}


def _select() -> sa.Select[Any]:
    first = (
        sa.select(sa.func.min(audit_records.c.seq))
        .where(audit_records.c.access_id == _begun.c.seq, audit_records.c.phase == "outcome")
        .correlate(_begun)
        .scalar_subquery()
    )
    joined = _begun.outerjoin(_ended, sa.and_(_begun.c.phase == "intent", _ended.c.seq == first))
    either = [
        sa.func.coalesce(_ended.c[name], _begun.c[name]).label(name)
        for name in ("rows", "truncated")
    ]
    words = [
        sa.func.coalesce(sa.func.nullif(_ended.c[name], ""), _begun.c[name]).label(name)
        for name in ("clause", "detail")
    ]
    return sa.select(
        _begun.c.seq,
        *(_begun.c[name] for name in _OF_INTENT),
        *either,
        *words,
        _ending().label("outcome"),
    ).select_from(joined)


def _ending() -> sa.ColumnElement[str]:
    return sa.case(
        (sa.and_(_begun.c.phase == "intent", _ended.c.seq.is_(None)), "unfinished"),
        (_begun.c.phase == "intent", _ended.c.outcome),
        (_begun.c.outcome == "", "ok"),
        else_=_begun.c.outcome,
    )


def _conditions(
    *,
    start: dt.datetime | None,
    end: dt.datetime | None,
    username: str | None,
    case: str | None,
    action: str | None,
    outcome: str | None,
    purpose: str | None,
    access_id: int | None,
    plate: str | None,
    before: int | None,
) -> list[sa.ColumnElement[bool]]:
    intents = audit_records.alias("intents")
    orphan = ~sa.exists().where(intents.c.seq == _begun.c.access_id, intents.c.phase == "intent")
    found: list[sa.ColumnElement[bool]] = [sa.or_(_begun.c.phase != "outcome", orphan)]
    if start is not None:
        found.append(_begun.c.at >= _micros(start, "start"))
    if end is not None:
        found.append(_begun.c.at < _micros(end, "end"))
    for column, value in (("username", username), ("case_number", case), ("purpose", purpose)):
        if value is not None:
            found.append(_begun.c[column] == value)
    if action is not None and action.endswith(".*"):
        found.append(_begun.c.action.startswith(action[:-1], autoescape=True))
    elif action is not None:
        found.append(_begun.c.action == action)
    if outcome is not None:
        found.append(_ending() == _known_outcome(outcome))
    if access_id is not None:
        found.append(_begun.c.seq == access_id)
    if before is not None:
        found.append(_begun.c.seq < before)
    if plate is not None:
        found.append(_asks_for(plate))
    return found


def _micros(time: dt.datetime, name: str) -> int:
    if time.tzinfo is None:
        raise BadTime(f"The {name} has no time zone.", "Give a time with an offset.")
    return to_micros(time)


def _known_outcome(outcome: str) -> str:
    if outcome not in OUTCOMES:
        raise BadInput("There is no such outcome.", f"Use one of {', '.join(OUTCOMES)}.")
    return outcome


def _asks_for(plate: str) -> sa.ColumnElement[bool]:
    plain = normalize(plate)
    if not plain:
        raise BadInput("The plate holds no letter and no digit.", "Give the whole plate.")
    return sa.or_(
        *(
            _begun.c.elements.contains(f'"{field}":"{plain}"', autoescape=True)
            for field in ("plate", "pattern")
        )
    )


def _frame(found: list[dict[str, Any]], zone: dt.tzinfo) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(
        found, columns=[name for name in (*COLUMNS, "seq") if name != "local_time"]
    )
    frame["access_id"] = frame.pop("seq").astype("int64")
    frame["at"] = pd.to_datetime(frame["at"].astype("int64"), unit="us", utc=True).astype(
        "datetime64[us, UTC]"
    )
    frame["local_time"] = frame["at"].dt.tz_convert(zone)
    frame["elements"] = pd.Series([_elements(text) for text in frame["elements"]], dtype="object")
    for name in _TEXTS:
        frame[name] = frame[name].astype("str")
    for name in ("rows", "session_id"):
        frame[name] = frame[name].astype("Int64")
    frame["truncated"] = frame["truncated"].astype("Int64").astype("boolean")
    frame["automatic"] = frame["automatic"].astype("bool")
    return frame[list(COLUMNS)]


def _elements(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {"unreadable": text}
    return value if isinstance(value, dict) else {"value": value}
