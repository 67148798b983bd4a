"""An access on the record: the intent before, the outcome after, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from workbench.audit.chain import Chain, Entry
from workbench.errors import Refused
from workbench.models import Grounds, Session

__all__ = ["Access", "access"]


@dataclass
class Access:
    """An access under way: its number on the record, and what its outcome will say."""

    id: int
    rows: int | None = None
    truncated: bool | None = None
    detail: str = ""


@contextmanager
def access(
    chain: Chain,
    action: str,
    *,
    session: Session,
    elements: Mapping[str, Any],
    grounds: Grounds | None = None,
) -> Iterator[Access]:
    """Put the intent on the record, committed and flushed, then the outcome.

    The block sets ``rows`` on what it is given. What policy refuses in it is recorded as refused, with its clause; any
    other exception, an interrupt too, as a failure by the name of its type. Where either record cannot be written, the
    block's result must not be shown: the error leaves before the caller can return it.

    Raises
    ------
    RecordUnwritable
        The intent or the outcome could not be written.
    """
    under_way = Access(
        chain.append(Entry("intent", action, session=session, grounds=grounds, elements=elements))
    )
    ended: dict[str, Any] = {"session": session, "grounds": grounds, "access_id": under_way.id}
    try:
        yield under_way
    except Refused as refusal:
        ended |= {"clause": refusal.clause, "detail": type(refusal).__name__}
        chain.append(Entry("outcome", action, outcome="refused", **ended))
        raise
    except BaseException as error:
        chain.append(
            Entry("outcome", action, outcome="failed", detail=type(error).__name__, **ended)
        )
        raise
    chain.append(
        Entry(
            "outcome",
            action,
            outcome="ok",
            rows=under_way.rows,
            truncated=under_way.truncated,
            detail=under_way.detail,
            **ended,
        )
    )
