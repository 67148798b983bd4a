"""Learning the cameras' confusions from the newest reads; no read leaves this module."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from workbench.errors import BadInput
from workbench.policy.profile import Profile
from workbench.records.barrier import keep_purges_out
from workbench.records.database import Database
from workbench.records.tables import reads, to_micros, transfers
from workbench.settings import Settings
from workbench.version import __version__

if TYPE_CHECKING:
    import pandas as pd

    from workbench.analysis.learned import Learned

__all__ = ["NEWEST", "learn_confusions", "newest_reads"]

NEWEST = 2_000_000
"""So many reads are learned from where there are more: the newest. They take about 1 GB of memory."""

_FEWEST = 1_000
_AT_ONCE = 50_000
_COLUMNS = (
    "plate",
    "state",
    "camera_id",
    "latitude",
    "longitude",
    "color",
    "make",
    "confidence",
    "candidates",
)


def learn_confusions(
    database: Database,
    profile: Profile,
    settings: Settings,
    now: dt.datetime,
    access_id: int,
    *,
    newest: int,
) -> tuple[Learned, str]:
    """Learn from the newest reads, keep what was learned, and say in words what the access record is to hold.

    Reads that the policy no longer lets anybody see are not learned from.

    Raises
    ------
    BadInput
        There are too few reads to learn from.
    """
    from workbench.analysis.errormodels import error_model
    from workbench.analysis.learned import Provenance, save
    from workbench.analysis.learning import learn

    if newest < _FEWEST:
        raise BadInput("So few reads teach nothing.", f"Ask for {_FEWEST:,} or more.")
    with database.read() as connection:
        keep_purges_out(connection)
        horizon = profile.retention.horizon(now.astimezone(settings.zone))
        frame = newest_reads(connection, newest, horizon)
    learned = learn(frame, error_model("camera"))
    software = f"alpr-workbench {__version__}"
    digest = save(learned, settings.camera_model, Provenance(now, software, access_id))
    return learned, f"{'used' if learned.better else 'not used'} sha256 {digest}"


def newest_reads(
    connection: sa.Connection, count: int, horizon: dt.datetime | None = None
) -> pd.DataFrame:
    """Return the newest reads of complete transfers, newest first, with what learning needs of them and no more.

    Read in pieces, each text kept once, so that memory does not depend on how many reads there are beyond ``count``.
    """
    import pandas as pd

    at = sa.type_coerce(reads.c.captured_at, sa.BigInteger)
    loading = sa.select(transfers.c.id).where(transfers.c.status != "complete")
    query = (
        sa.select(at.label("captured_at"), *(reads.c[name] for name in _COLUMNS))
        .where(reads.c.transfer_id.not_in(loading))
        .order_by(reads.c.captured_at.desc(), reads.c.id.desc())
        .limit(count)
    )
    if horizon is not None:
        query = query.where(at >= to_micros(horizon))
    once: dict[Any, Any] = {}
    pieces = []
    result = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    names = list(result.keys())
    for rows in result.partitions():
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        pieces.append(pd.DataFrame({name: _compact(name, columns[name], once) for name in names}))
    if not pieces:
        pieces = [pd.DataFrame({name: _compact(name, (), once) for name in names})]
    frame = pd.concat(pieces, ignore_index=True).rename(columns={"camera_id": "camera"})
    frame["captured_at"] = pd.to_datetime(frame["captured_at"], unit="us", utc=True)
    return frame


def _compact(name: str, values: Sequence[Any], once: dict[Any, Any]) -> pd.Series:
    """Return a column: numbers as numbers, each text once."""
    import pandas as pd

    if name in ("captured_at", "camera_id"):
        return pd.Series(values, dtype="int64")
    if name in ("latitude", "longitude", "confidence"):
        return pd.Series(values, dtype="float64")
    return pd.Series([once.setdefault(value, value) for value in values], dtype=object)
