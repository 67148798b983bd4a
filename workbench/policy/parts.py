"""The parts of a profile: one frozen model for each block of the YAML file.

Every block says what it rests on: ``clause`` (a number of the policy text, listed under ``clauses``), ``citation``
(a statute or a standard), or ``procedure: true`` where the text gives no figure and the agency set its own.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from workbench.models import MemberKind
from workbench.policy.period import Period

__all__ = [
    "AccessField",
    "AccessRecord",
    "Accounts",
    "Administrator",
    "Agency",
    "Audits",
    "AuthorizedUse",
    "BarredTopic",
    "Breach",
    "CaseRules",
    "Cited",
    "Clause",
    "ClauseKind",
    "Custody",
    "Limits",
    "PrivateReads",
    "Publication",
    "Purpose",
    "ReasonRules",
    "Releases",
    "Requirement",
    "Retention",
    "Role",
    "Source",
    "StateDatabase",
    "Strictness",
    "Topic",
    "Transfers",
]

ClauseKind = Literal["enforce", "record", "attest", "publish", "context"]
Strictness = Literal["refuse", "warn", "allow"]
Suspension = Literal[
    "evidence",
    "likely-evidence",
    "discovery",
    "lawful-action",
    "warrant",
    "preservation-request",
    "disclosure-order",
]
AccessFieldName = Literal[
    "time",
    "member",
    "name",
    "organization",
    "address",
    "host",
    "action",
    "elements",
    "purpose",
    "reason",
    "case",
    "crime_type",
    "incident_number",
    "outcome",
    "rows",
    "search_count",
]

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


class Role(Cited):
    """A job, and what it may do in the workbench."""

    title: Text = Field(description="Job titles that hold it, as the policy names them.")
    actions: tuple[str, ...] = Field(
        description="Actions it grants, such as 'query.*' or 'case.register'; [] for none."
    )
    member_kinds: tuple[MemberKind, ...] = Field(
        ("person",), description="Kinds of member that may hold it."
    )
    note: str = Field("", description="Why it is so, where that needs saying.")


class AuthorizedUse(Part):
    """Which clauses stand behind the general refusals."""

    members_clause: Text = Field(description="Clause that says who may use the system.")
    purposes_clause: Text = Field(description="Clause that restricts use to the listed purposes.")
    public_clause: Text = Field(description="Clause that keeps the data from the public.")
    data_clause: str = Field("", description="Clause against reaching other data; may be empty.")


class Topic(Cited):
    """Something a training must hold."""

    id: Slug
    label: Text


class Requirement(Cited):
    """What a member must hold before certain actions are open to them."""

    id: Slug
    kind: Slug = Field(description="Kind of qualification: training, policy-read, clets, waiver …")
    what: Text = Field(description="The same in words, as a refusal says it.")
    within: Period | None = Field(
        None,
        description="How long it stays current: '1 year'; null for as long as it is not revoked.",
    )
    lapse_clause: str = Field(
        "", description="Clause that ends it after that time, where it is another one."
    )
    topics: tuple[Topic, ...] = Field((), description="What a training must have held.")
    actions: tuple[str, ...] = Field(min_length=1, description="Actions that it is needed for.")
    roles: tuple[str, ...] = Field((), description="Roles it is asked of; empty for every role.")
    member_kinds: tuple[MemberKind, ...] = Field(
        ("person", "contractor"), description="Kinds of member it is asked of."
    )
    remedy: Text = Field(description="What would mend it, and who can do that.")

    @property
    def within_days(self) -> int | None:
        """About how many days it stays current, for tables; None for no end."""
        return self.within.days if self.within else None


class Purpose(Cited):
    """A purpose that the policy allows."""

    id: Slug
    label: Text


class CaseRules(Cited):
    """What a case must be before anything is asked for it."""

    number_pattern: Text = Field(description="Regular expression that a whole case number matches.")
    example: Text = Field(description="A case number as it should look.")
    required_fields: tuple[Literal["crime_type", "incident_number"], ...] = Field(
        (), description="Fields that the case or the query must give."
    )
    fields_clause: str = Field("", description="Clause that demands those fields.")
    closed: Strictness = Field(description="What a query for a closed case meets.")
    unassigned: Strictness = Field(description="What a query by a member not assigned meets.")


class BarredTopic(Cited):
    """A subject that no query may be about."""

    id: Slug = Field(description="A topic of workbench/policy/reasons.yaml.")


class ReasonRules(Cited):
    """How the reason in words is checked."""

    min_characters: int = Field(ge=0, le=200)
    min_words: int = Field(ge=0, le=40)
    stock_words: Strictness = Field(description="For 'test', 'n/a', 'follow up' and their like.")
    digits_only: Strictness = Field(description="For digits and punctuation: a number misplaced.")
    personal_data: Strictness = Field(
        description="For SSN, date of birth, telephone, e-mail, names."
    )
    prohibited_topics: Strictness = Field(description="For the subjects listed under topics.")
    topics: tuple[BarredTopic, ...] = Field((), description="Subjects that no query may be about.")


class Limits(Cited):
    """How wide a query may be; outside these it is refused."""

    max_window_days: int = Field(ge=1, description="Longest time window of any query, in days.")
    max_canvass_days: int = Field(ge=1, description="Longest time window of a canvass, in days.")
    max_area_km2: float = Field(gt=0, description="Largest area of a scene, in square kilometers.")
    min_known_characters: int = Field(ge=1, le=8, description="Fewest known characters of a plate.")
    max_rows: int = Field(ge=1, description="Most reads that one query returns.")


class Accounts(Cited):
    """Passwords, locks and sessions."""

    min_password_length: int = Field(ge=8, le=128)
    lock_after_failures: int = Field(ge=1, le=10)
    lock_window_minutes: int = Field(ge=1)
    lock_minutes: int = Field(ge=1)
    idle_minutes: int = Field(ge=1, le=30)
    max_session_hours: int = Field(ge=1, le=12)
    disable_after_idle_days: int = Field(ge=1, le=90)
    review_every: Period = Field(description="How often all accounts are reviewed.")


class Retention(Cited):
    """How long reads are kept, what suspends a purge, and how held reads leave."""

    reads_min: Period | None = Field(None, description="Shortest time reads are kept.")
    reads_max: Period | None = Field(
        None, description="Longest time reads are kept and shown; null where the text sets none."
    )
    after_minimum: Literal["purge", "may-purge", "keep-to-maximum"] = Field(
        description="What happens to reads after the shortest time."
    )
    purge_unrelated: bool = Field(
        False, description="Reads unrelated to official business go as soon as practicable."
    )
    suspends: tuple[Suspension, ...] = Field(
        description="What suspends a purge; nothing else does."
    )
    only_as_long_as_needed: bool = Field(
        False, description="A suspension ends when the action no longer needs the reads."
    )
    unrecoverable: bool = Field(False, description="Purged reads must be beyond recovery.")
    purge_clause: str = Field("", description="Clause that governs purging.")
    export_media: str = Field("", description="How held reads leave the server.")
    booked: bool = Field(False, description="What leaves is booked into evidence.")
    media_clause: str = Field("", description="Clause that says so.")
    schedule: str = Field("", description="Records schedule or protocol that it follows.")

    def horizon(self, now: dt.datetime) -> dt.datetime | None:
        """Return the moment before which no read is shown, or None where the text sets none."""
        return self.reads_max.before(now) if self.reads_max else None


class AccessField(Cited):
    """An item that every access record holds."""

    name: AccessFieldName


class AccessRecord(Cited):
    """What every access record holds, and how long it is kept."""

    fields: tuple[AccessField, ...] = Field(min_length=1)
    keep: Period = Field(description="Shortest time access records are kept.")
    keep_clause: str = Field("", description="Clause that says so.")


class StateDatabase(Cited):
    """Where a hit is verified, and what whatever leaves the system says about that."""

    name: Text
    before_enforcement: Literal["if-practicable", "always"]
    misread_check: bool = Field(False, description="Somebody first rules out a misread.")
    vehicle_match: bool = Field(False, description="The vehicle found must match the hit.")
    through_dispatch: bool = Field(False, description="The check is made through dispatch.")
    notice: Text = Field(description="The sentence on everything that leaves the system.")


class Releases(Cited):
    """To whom reads may be released, and how."""

    to: tuple[Text, ...]
    written_request: bool
    request_holds: tuple[Literal["agency", "person", "purpose"], ...] = ()
    approvers: tuple[Text, ...] = Field(
        (), description="Titles that may approve; empty: text names none."
    )
    filed_by: str = Field("", description="Who keeps the request on file.")
    forwarded_to: str = Field("", description="To whom staff forward a request.")
    recipient_verified: bool = Field(False, description="The recipient must be verified.")
    personal_or_commercial: Literal["never", "not-mentioned"] = "not-mentioned"
    others_to: str = Field("", description="Where everybody else's request goes.")
    others_clause: str = Field("", description="Clause that says so.")


class Transfers(Cited):
    """How reads come from vehicles to the server."""

    max_days_between: int | None = Field(None, ge=1)
    automatic: bool = Field(False, description="Transfers should run by themselves.")
    checked_by: str = Field("", description="Who checks that they do.")
    undocking_permission: str = Field("", description="Whose permission undocking a unit needs.")
    undocking_clause: str = Field("", description="Clause that says so.")


class PrivateReads(Cited):
    """What reads made by a private party need before they may be obtained."""

    requires: tuple[Literal["warrant", "court-order"], ...] = Field(
        (), description="One of these; empty where the text asks for none."
    )


class Publication(Cited):
    """What is published."""

    website: bool = Field(description="The policy is posted on the website.")
    special_use_permits: bool = Field(False, description="So are permits of stationary readers.")
    elsewhere: str = Field("", description="Where, if there is no website.")


class Audits(Cited):
    """How often the access record is audited, and who answers for it."""

    every: Period
    responsible: Text = Field(description="Who sees that audits are made, by title.")
    sample_percent: float = Field(gt=0, le=100, description="Share of accesses drawn for review.")
    sample_at_least: int = Field(ge=1, description="Fewest accesses drawn for review.")
    every_clause: str = Field(
        "", description="Clause that demands audits, where 'every' is our own."
    )


class Custody(Cited):
    """Whose data it is, and who else may run the system."""

    owner: Text
    custodians: tuple[Text, ...]
    outside_operation: tuple[Literal["contract", "memorandum"], ...] = Field(
        (),
        description="Agreements under which another agency may run or share it; empty: none named.",
    )
    outside_clause: str = ""


class Breach(Cited):
    """Where a breach is handled: the workbench names that path and does not replace it."""

    refer_to: Text
