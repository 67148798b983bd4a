"""What every block of a profile is built on, and the blocks that say whose policy it is.

Every block says what it rests on: ``clause`` (a number of the policy text, listed under ``clauses``), ``citation``
(a statute or a standard), or ``procedure: true`` where the text gives no figure and the agency set its own.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Administrator",
    "Agency",
    "AuthorizedUse",
    "Cited",
    "Clause",
    "ClauseKind",
    "Part",
    "Slug",
    "Source",
    "Text",
]

ClauseKind = Literal["enforce", "record", "attest", "publish", "context"]

Text = Annotated[str, Field(min_length=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


class Part(BaseModel):
    """A block of a profile: frozen, and no key beside those it knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cited(Part):
    """A block that says what it rests on."""

    clause: str = Field(
        "", description="Number of the clause behind it, as listed under 'clauses'."
    )
    citation: str = Field("", description="Statute or standard behind it, such as a code section.")
    procedure: bool = Field(
        False, description="True where the text gives none and the agency set its own figure."
    )


class Clause(Part):
    """One operative clause of the policy text."""

    number: Text = Field(
        description="The text's own number, in quotes: '462.5(a)'. Where one number holds several "
        "duties without letters, they are told apart in their order: '462.4[2]'."
    )
    summary: Text = Field(description="What it says, in one line and in our own words.")
    kind: ClauseKind = Field(
        description="enforce, record, attest, publish, or context for explanation only."
    )
    controls: tuple[str, ...] = Field(
        (), description="Names of the controls that answer for it; none for context."
    )
    common: tuple[int, ...] = Field(
        (),
        description="Numbers of the rules common to all five agencies that it is an instance of.",
    )
    statutes: tuple[str, ...] = Field((), description="Statutes that the clause itself cites.")


class Agency(Part):
    """The agency whose policy it is."""

    name: Text = Field(description="Full name: 'Clovis Police Department'.")
    short: Text = Field(description="Short name, as in a report's heading: 'Clovis PD'.")
    state: str = Field(pattern=r"^[A-Z]{2}$", description="Two letters: CA.")
    timezone: Text = Field(description="IANA zone that its clocks show: America/Los_Angeles.")


class Source(Part):
    """The policy text that the profile was read from."""

    title: Text = Field(description="Title of the policy.")
    prefix: Text = Field(description="How a citation starts: 'Clovis PD Policy'.")
    sha256: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the text as read, so a change shows."
    )
    read_on: dt.date = Field(description="The day on which the text was read.")
    headings: dict[str, str] = Field(
        default_factory=dict,
        description="For a text without numbers: short heading used here -> heading in the text.",
    )


class Administrator(Cited):
    """Who answers for the system."""

    title: Text = Field(description="Title of the responsible officer.")
    designee: str | None = Field(
        None, description="Name and title of the current designee; null until the agency names one."
    )
    custodian_of_records: str | None = Field(
        None, description="Who is worked with on retention and destruction, by title."
    )
    training_officer: str | None = Field(None, description="Who sees to training, by title.")


class AuthorizedUse(Part):
    """Which clauses stand behind the general refusals."""

    members_clause: Text = Field(description="Clause that says who may use the system.")
    purposes_clause: Text = Field(description="Clause that restricts use to the listed purposes.")
    public_clause: Text = Field(description="Clause that keeps the data from the public.")
    data_clause: str = Field("", description="Clause against reaching other data; may be empty.")
