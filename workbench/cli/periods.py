"""Periods as they are typed: a month, a quarter, a year, the last one of each, or two times."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import click

from workbench.errors import BadInput
from workbench.times import localize, parse_time

__all__ = ["LAST", "between", "days_of", "period_options"]

_PERIOD = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])))?", re.IGNORECASE)
LAST = {"last-month": 1, "last-quarter": 3, "last-year": 12}
"""Periods that are counted back from the present, with their length in months."""


def days_of(period: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first day of a period and the first after it.

    Examples
    --------
    >>> days_of("2026-Q4", dt.date(2026, 11, 21))
    (datetime.date(2026, 10, 1), datetime.date(2027, 1, 1))
    >>> days_of("last-month", dt.date(2026, 1, 3))
    (datetime.date(2025, 12, 1), datetime.date(2026, 1, 1))
    """
    words = period.strip().lower()
    if words in LAST:
        months = LAST[words]
        end = today.year * 12 + (today.month - 1) // months * months
        return _first(end - months), _first(end)
    match = _PERIOD.fullmatch(words)
    month = int(match[2] or 1) if match else 0
    if match is None or not 1 <= month <= 12 or not 1 <= int(match[1]) < dt.MAXYEAR:
        raise BadInput(
            "The period cannot be read.", f"Write 2026-10, 2026-Q3, 2026, or {', '.join(LAST)}."
        )
    months = 1 if match[2] else 3 if match[3] else 12
    if match[3]:
        month = 3 * int(match[3]) - 2
    start = int(match[1]) * 12 + month - 1
    return _first(start), _first(start + months)


def _first(months: int) -> dt.date:
    """Return the first day of a month that is counted from the year 0."""
    return dt.date(months // 12, months % 12 + 1, 1)


def between(
    period: str | None, start: str | None, end: str | None, *, now: dt.datetime, zone: ZoneInfo
) -> tuple[dt.datetime, dt.datetime]:
    """Return the two moments meant, aware, the end excluded; the last month where nothing is given."""
    if period and (start or end):
        raise BadInput("Both a period and times were given.", "Give --period, or --from and --to.")
    if (start is None) != (end is None):
        raise BadInput("The period is half given.", "Give both --from and --to, or neither.")
    if start is not None and end is not None:
        return parse_time(start, zone), parse_time(end, zone)
    days = days_of(period or "last-month", now.astimezone(zone).date())
    midnights = [localize(dt.datetime.combine(day, dt.time()), zone) for day in days]
    return midnights[0], midnights[1]


def period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--period``, ``--from`` and ``--to``; see :func:`between`."""
    options = (
        click.option(
            "--period",
            metavar="PERIOD",
            help="2026-10, 2026-Q3, 2026, last-month (the default), last-quarter or last-year.",
        ),
        click.option("--from", "start", metavar="TIME", help="Instead of --period."),
        click.option("--to", "end", metavar="TIME", help="Instead of --period; not included."),
    )
    for option in reversed(options):
        command = option(command)
    return command
