"""What is known of a unit, of a permission to undock one, and of a download that went wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

__all__ = ["DownloadFault", "Move", "Permission", "Unit", "UnitStanding"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A mobile unit of the register; ``camera`` is the code of its camera, empty where none is named."""

    id: int
    code: str
    vehicle: str
    owner: str
    camera: str
    in_service_on: dt.date
    retired_at: dt.datetime | None = None
    retired_why: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission to undock a unit between two times: who gave it, by which title, who entered it."""

    id: int
    unit: str
    given_by: str
    title: str
    given_at: dt.datetime
    start_at: dt.datetime
    end_at: dt.datetime
    reason: str
    entered_by: str


@dataclass(frozen=True, slots=True)
class Move:
    """That a unit was undocked or docked; ``permitted`` is False where nobody had permitted it."""

    unit: str
    kind: Literal["undocked", "docked"]
    at: dt.datetime
    permitted: bool
    permission_id: int | None
    note: str
    entered_by: str


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """How a unit stands with its transfers and its dock on one day.

    Parameters
    ----------
    last_transfer_at : datetime or None
        When its last whole transfer ended; None where nothing was ever received.
    last_captured_at : datetime or None
        The time of capture of its newest read.
    transfers : int
        Whole transfers, ever.
    days_since : int
        Whole days since the last transfer, or since it went into service where there was none.
    longest_gap_days : int
        The most days between two transfers that ended in the last year, counted as ``days_since`` is.
    overdue_by : int
        Days past what the policy allows; 0 for in time, or where the policy sets no days.
    undocked_at : datetime or None
        Since when it is undocked.
    unpermitted : int
        How often in the last year it was found undocked without a permission.
    """

    unit: Unit
    last_transfer_at: dt.datetime | None
    last_captured_at: dt.datetime | None
    transfers: int
    days_since: int
    longest_gap_days: int
    overdue_by: int
    undocked_at: dt.datetime | None
    unpermitted: int

    @property
    def overdue(self) -> bool:
        """Whether its reads should have come in by now."""
        return self.overdue_by > 0

    @property
    def silent(self) -> bool:
        """Whether nothing was ever received from it."""
        return self.transfers == 0


@dataclass(frozen=True, slots=True)
class DownloadFault:
    """A download that failed, came in only in part, or looks thin.

    ``kind`` is ``failed`` (its file never came in whole), ``interrupted`` (still under way, or its process died),
    ``cut-short`` (the file ends in the middle of a row) or ``thin`` (a day with far fewer reads than usual). A thin day
    proves nothing by itself: roads close, and cars stay in the yard.
    """

    kind: Literal["failed", "interrupted", "cut-short", "thin"]
    what: str
    unit: str = ""
    camera: str = ""
    transfer_id: int | None = None
    at: dt.datetime | None = None
    day: dt.date | None = None
    reads: int | None = None
    usual: int | None = None
