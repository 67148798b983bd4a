"""The blocks of a profile about people and queries: roles, requirements, purposes, cases, limits, accounts, audits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from workbench.models import MemberKind
from workbench.policy.basis import Cited, Slug, Text
from workbench.policy.period import Period

__all__ = [
    "Accounts",
    "Audits",
    "BarredTopic",
    "CaseRules",
    "Limits",
    "Purpose",
    "ReasonRules",
    "Requirement",
    "Role",
    "Strictness",
    "Topic",
]

Strictness = Literal["refuse", "warn", "allow"]


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


class Topic(Cited):
    """Something a training must hold."""

    id: Slug
    label: Text
    practical: bool = Field(False, description="It is practice: what was practiced is entered too.")


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


class Audits(Cited):
    """How often the access record is audited, and who answers for it."""

    every: Period
    responsible: Text = Field(description="Who sees that audits are made, by title.")
    sample_percent: float = Field(gt=0, le=100, description="Share of accesses drawn for review.")
    sample_at_least: int = Field(ge=1, description="Fewest accesses drawn for review.")
    every_clause: str = Field(
        "", description="Clause that demands audits, where 'every' is our own."
    )
