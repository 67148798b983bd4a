"""When reads are due: from the profile and the clock alone.

Reads go by whole days of the agency's calendar, so that no search sees half of one. Where the policy sets a shortest
time, a day waits until all of it has passed that time; where it sets only a longest, a day goes before any of it is
older. Where both are the same, reads go to the minute: older ones are not shown by any search anyway.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from workbench.policy.profile import Profile

__all__ = ["Due", "due"]


@dataclass(frozen=True, slots=True)
class Due:
    """Moments in UTC; whatever was captured before them is due. None where the profile sets nothing of the kind.

    Parameters
    ----------
    reads : datetime or None
        Before it, reads that no hold suspends are purged.
    unrelated : datetime or None
        Before it, reads that nobody has declared related to official business are purged; later than ``reads``.
    overdue : datetime or None
        Before it, reads have been kept longer than the policy allows at all.
    youngest : datetime or None
        Nothing captured at it or after may be purged: the shortest time has not passed.
    """

    reads: dt.datetime | None
    unrelated: dt.datetime | None
    overdue: dt.datetime | None
    youngest: dt.datetime | None

    @property
    def end(self) -> dt.datetime | None:
        """The later of ``reads`` and ``unrelated``."""
        return max((each for each in (self.reads, self.unrelated) if each), default=None)

    def through(self, limit: dt.datetime) -> Due:
        """Return it with nothing due that was captured at ``limit`` or after."""
        return Due(
            _least(self.reads, limit) if self.reads else None,
            _least(self.unrelated, limit) if self.unrelated else None,
            self.overdue,
            self.youngest,
        )


def due(profile: Profile, now: dt.datetime, zone: ZoneInfo) -> Due:
    """Return what is due under a profile at a time."""
    keep = profile.retention
    local = now.astimezone(zone)
    youngest = keep.reads_min.before(local) if keep.reads_min else None
    overdue = keep.reads_max.outlived(local) if keep.reads_max else None
    reads: dt.datetime | None
    if keep.after_minimum == "keep-to-maximum":
        reads = _least(_next_midnight(overdue), youngest) if overdue else None
    else:
        reads = _midnight(youngest) if youngest else None
        if overdue and reads:  # the records schedule's longest time wins over a day's being whole
            reads = max(reads, min(overdue, youngest or overdue))
    unrelated = None
    if keep.purge_unrelated and keep.unrelated:
        unrelated = _least(_midnight(keep.unrelated.after.before(local)), youngest)
        if reads and unrelated and unrelated <= reads:
            unrelated = None
    return Due(_utc(reads), _utc(unrelated), _utc(overdue), _utc(youngest))


def _least(first: dt.datetime, second: dt.datetime | None) -> dt.datetime:
    return first if second is None else min(first, second)


def _midnight(local: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(local.date(), dt.time(), tzinfo=local.tzinfo)


def _next_midnight(local: dt.datetime) -> dt.datetime:
    if local == _midnight(local):
        return local
    return _midnight(local + dt.timedelta(days=1))


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.astimezone(dt.UTC) if moment else None
