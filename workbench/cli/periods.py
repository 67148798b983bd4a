"""Periods as they are typed: a month, a quarter, a year, the last one of each, or two times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import click

from workbench.errors import BadInput
from workbench.times import days_of, midnight, parse_time

__all__ = ["between", "period_options"]


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
    return midnight(days[0], zone), midnight(days[1], zone)


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
