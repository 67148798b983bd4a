"""The public page: what may be said to anybody about the readers, and the line on the record that it was said."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from workbench.audit.access import access
from workbench.audit.chain import Entry
from workbench.custody.agreements import Agreement, standing_agreements
from workbench.custody.figures import Figures, Quarters, figures, quarters
from workbench.custody.house import House, today
from workbench.custody.suppression import RULE
from workbench.errors import BadInput
from workbench.policy.profile import Profile

__all__ = ["Permit", "PublicPage", "Publication"]


@dataclass(frozen=True, slots=True)
class Permit:
    """A special-use permit of a stationary reader; ``sha256`` is its document's, empty where none is on file."""

    number: str
    authority: str
    issued_on: dt.date
    expires_on: dt.date | None
    sha256: str


@dataclass(frozen=True, slots=True)
class PublicPage:
    """Everything that stands on the page.

    ``agreements`` are those in force; ``permits`` is None where the policy does not have them published; ``text`` is
    the policy's own text, empty where it was not given; ``rule`` says how small counts are kept back.
    """

    agency: str
    profile: Profile
    made_on: dt.date
    period: Quarters
    figures: Figures
    agreements: tuple[Agreement, ...]
    permits: tuple[Permit, ...] | None
    text: str
    access_id: int
    rule: str = RULE


class Publication:
    """Makes what the public page says, on the record."""

    def __init__(self, house: House) -> None:
        self._house = house

    def page(self, token: str, *, period: str = "", text: Path | None = None) -> PublicPage:
        """Return what stands on the public page of a period.

        Parameters
        ----------
        period : str
            ``2026`` or ``2026Q3``; by default the last four quarters that are over.
        text : Path, optional
            The policy's own text, to be shown in full. It must be the one that the profile was read from.

        Raises
        ------
        BadInput
            The period is not over, or the text is another one than the profile's.
        """
        day = today(self._house)
        span = quarters(period, day)
        elements = {"first": span.first.isoformat(), "last": span.last.isoformat()}
        session = self._house.permit(token, "publish.page", elements)
        profile = self._house.profile
        words = _text(profile, text)
        with access(
            self._house.chain, "publish.page", session=session, elements=elements
        ) as under_way:
            with self._house.database.read() as connection:
                counted = figures(connection, profile, span, self._house.settings.zone)
                agreements = standing_agreements(connection, day)
                permits = _permits(connection) if profile.publication.special_use_permits else None
            under_way.rows = 0  # counts alone: no read is shown
        return PublicPage(
            self._house.settings.agency,
            profile,
            day,
            span,
            counted,
            tuple(each for each in agreements if each.state in ("in force", "ends soon")),
            permits,
            words,
            under_way.id,
        )

    def made(self, token: str, access_id: int, sha256: str, permits: tuple[str, ...] = ()) -> int:
        """Put the finished page on the record: its SHA-256, and those of the permits beside it."""
        session = self._house.permit(token, "publish.page")
        about = {"access_id": access_id, "sha256": sha256, "permits": list(permits)}
        publication = self._house.profile.publication
        return self._house.chain.append(
            Entry(
                "event",
                "publish.made",
                outcome="ok",
                session=session,
                elements=about,
                clause=publication.clause,
            )
        )


def _text(profile: Profile, path: Path | None) -> str:
    if path is None:
        return ""
    try:
        content = path.read_bytes()
        words = content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput("The policy's text cannot be read.", "Give a text file in UTF-8.") from None
    if hashlib.sha256(content).hexdigest() != profile.source.sha256:
        raise BadInput(
            "That is not the text that the profile was read from.",
            "Give that text, or bring the profile up to date with the new one: source.sha256.",
        )
    return words.strip()


def _permits(connection: sa.Connection) -> tuple[Permit, ...]:
    if not sa.inspect(connection).has_table("camera_permits"):
        return ()
    names = ("number", "issued_by", "sha256")
    days = ("issued_on", "expires_on")
    table = sa.table(
        "camera_permits",
        *(sa.column(name, sa.Text) for name in names),
        *(sa.column(name, sa.Date) for name in days),
    )
    rows = connection.execute(sa.select(table).order_by(table.c.issued_on, table.c.number))
    return tuple(
        Permit(row.number, row.issued_by, row.issued_on, row.expires_on, row.sha256) for row in rows
    )
