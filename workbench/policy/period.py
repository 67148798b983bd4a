"""Spans of calendar time as a policy writes them: ``1 year``, ``9 months``, ``30 days``."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Annotated

from pydantic import ConfigDict, Field, RootModel

__all__ = ["Period"]

_TEXT = r"^[1-9][0-9]{0,3} (day|week|month|year)s?$"
_MONTHS_IN_A_YEAR = 12
_DAYS_IN_A_WEEK = 7


class Period(RootModel[Annotated[str, Field(pattern=_TEXT)]]):
    """A span of calendar time, such as ``Period("9 months")``.

    Months and years are calendar months and years: a year before 2024-02-29 is 2023-02-28.

    Examples
    --------
    >>> import datetime as dt
    >>> Period("9 months").before(dt.datetime(2026, 11, 30, tzinfo=dt.UTC)).date().isoformat()
    '2026-02-28'
    >>> Period("1 year").days
    365
    """

    model_config = ConfigDict(frozen=True)

    def __str__(self) -> str:
        return self.root

    @property
    def count(self) -> int:
        """How many units."""
        return int(self.root.split()[0])

    @property
    def unit(self) -> str:
        """``day``, ``week``, ``month`` or ``year``."""
        return self.root.split()[1].removesuffix("s")

    @property
    def days(self) -> int:
        """About how many days: a month counts 30, a year 365. For tables, not for decisions."""
        return self.count * {"day": 1, "week": _DAYS_IN_A_WEEK, "month": 30, "year": 365}[self.unit]

    def before(self, moment: dt.datetime) -> dt.datetime:
        """Return the moment that lies this long before."""
        return dt.datetime.combine(
            self._shift(moment.date(), -1), moment.timetz(), tzinfo=moment.tzinfo
        )

    def outlived(self, moment: dt.datetime) -> dt.datetime:
        """Return the moment before which everything has lasted longer than this, however the months' ends are read.

        Nine months from February 28 end on November 28, so on November 30 nothing of February is younger; nine months
        from May 29, 30 and 31 all end on the last of February.

        Examples
        --------
        >>> import datetime as dt
        >>> Period("9 months").outlived(dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)).isoformat()
        '2026-03-01T00:00:00+00:00'
        """
        begun = self._shift(moment.date(), -1)
        following = begun + dt.timedelta(days=1)
        while self._shift(following, 1) <= moment.date():
            begun, following = following, following + dt.timedelta(days=1)
        if self._shift(begun, 1) == moment.date():
            return dt.datetime.combine(begun, moment.timetz(), tzinfo=moment.tzinfo)
        return dt.datetime.combine(following, dt.time(), tzinfo=moment.tzinfo)

    def after(self, moment: dt.datetime) -> dt.datetime:
        """Return the moment that lies this long after."""
        return dt.datetime.combine(
            self._shift(moment.date(), 1), moment.timetz(), tzinfo=moment.tzinfo
        )

    def day_before(self, day: dt.date) -> dt.date:
        """Return the day that lies this long before."""
        return self._shift(day, -1)

    def day_after(self, day: dt.date) -> dt.date:
        """Return the day that lies this long after: the last on which something is still current."""
        return self._shift(day, 1)

    def _shift(self, day: dt.date, sign: int) -> dt.date:
        if self.unit == "day":
            return day + dt.timedelta(days=sign * self.count)
        if self.unit == "week":
            return day + dt.timedelta(days=sign * self.count * _DAYS_IN_A_WEEK)
        months = self.count * (_MONTHS_IN_A_YEAR if self.unit == "year" else 1)
        year, month = divmod(day.year * _MONTHS_IN_A_YEAR + day.month - 1 + sign * months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return dt.date(year, month + 1, min(day.day, last))
