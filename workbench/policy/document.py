"""The profile as a document for people: what the policy wants written down, in tables with their sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.policy.actions import ACTIONS, grants
from workbench.policy.basis import Cited
from workbench.policy.profile import Profile

__all__ = ["Section", "sections"]


@dataclass(frozen=True, slots=True)
class Section:
    """A titled table."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sections(profile: Profile) -> tuple[Section, ...]:
    """Return the tables in reading order: who answers, who may, training, purposes, figures, clauses."""
    return tuple(make(profile) for make in _SECTIONS)


def _answers(profile: Profile) -> Section:
    who, custody = profile.administrator, profile.custody
    rows = [
        ("Responsible", who.title, profile.cite(who)),
        ("Current designee", who.designee or "not named yet", profile.cite(who)),
        ("Owner of the data", custody.owner, profile.cite(custody)),
        (
            "Custodians",
            ", ".join(custody.custodians),
            profile.cite(custody.outside_clause or custody),
        ),
    ]
    if who.custodian_of_records:
        rows.append(("Custodian of records", who.custodian_of_records, ""))
    if who.training_officer:
        rows.append(("Sees to training", who.training_officer, ""))
    if custody.outside_operation:
        how = " or ".join(custody.outside_operation)
        rows.append(("May be run or shared by", how, profile.cite(custody.outside_clause)))
    return Section("Who answers for it", ("", "who", "source"), tuple(rows))


def _roles(profile: Profile) -> Section:
    rows = []
    for name, role in profile.roles.items():
        allowed = [action for action in ACTIONS if grants(role.actions, action)]
        rows.append((name, role.title, ", ".join(allowed) or "nothing", profile.cite(role)))
    return Section("Who may use it", ("role", "job title", "may", "source"), tuple(rows))


def _training(profile: Profile) -> Section:
    rows = []
    for each in profile.requirements:
        topics = "; ".join(topic.label for topic in each.topics)
        whom = ", ".join(each.roles or each.member_kinds)
        current = str(each.within) if each.within else "once"
        lapse = f"; {profile.cite(each.lapse_clause)}" if each.lapse_clause else ""
        rows.append((each.what, whom, current, topics, profile.cite(each) + lapse))
    return Section(
        "What a member must hold first",
        ("what", "asked of", "stays current", "must hold", "source"),
        tuple(rows),
    )


def _purposes(profile: Profile) -> Section:
    rows = tuple((each.id, each.label, profile.cite(each)) for each in profile.purposes)
    return Section("Purposes", ("purpose", "in words", "source"), rows)


def _records(profile: Profile) -> Section:
    record = profile.access_record
    rows = [(each.name.replace("_", " "), profile.cite(each)) for each in record.fields]
    kept = profile.cite(record.keep_clause) or "the agency's own figure"
    rows.append((f"kept at least {record.keep}", kept))
    return Section("What every access record holds", ("item", "source"), tuple(rows))


def _purging(profile: Profile) -> list[tuple[str, str, Cited | str]]:
    keep = profile.retention
    found: list[tuple[str, str, Cited | str]] = []
    if keep.purging:
        what = "; ".join(each.what for each in keep.purging.approvals)
        found.append(("A purge needs", f"{what}; valid {keep.purging.valid_for}", keep.purging))
    if keep.unrelated:
        found.append(("Unrelated reads kept", str(keep.unrelated.after), keep.unrelated))
    if keep.preservation:
        lasts = f"{keep.preservation.lasts}, then a court order"
        found.append(("A preservation request stands", lasts, keep.preservation))
    if keep.holds:
        found.append(("Holds reviewed every", str(keep.holds.review_every), keep.holds))
    return found


def _figures(profile: Profile) -> Section:
    keep, limits, accounts = profile.retention, profile.limits, profile.accounts
    suspends = ", ".join(each.replace("-", " ") for each in keep.suspends)
    rows: list[tuple[str, str, Cited | str]] = [
        ("Reads kept at least", str(keep.reads_min or "not set"), keep),
        ("Reads kept at most", str(keep.reads_max or "not set"), keep.purge_clause or keep),
        ("Purge suspended by", suspends, keep.purge_clause or keep),
        ("Held reads leave by", keep.export_media or "not set", keep.media_clause or keep),
        *_purging(profile),
        ("Longest window", f"{limits.max_window_days} days", limits),
        ("Longest window of a canvass", f"{limits.max_canvass_days} days", limits),
        ("Largest scene", f"{limits.max_area_km2:g} km²", limits),
        ("Fewest known characters", str(limits.min_known_characters), limits),
        ("Most reads of one query", f"{limits.max_rows:,}", limits),
        ("Case number", f"such as {profile.case.example}", profile.case),
        ("Password", f"{accounts.min_password_length} characters or more", accounts),
        (
            "Lock",
            f"after {accounts.lock_after_failures} failures in {accounts.lock_window_minutes} min",
            accounts,
        ),
        (
            "Session ends",
            f"after {accounts.idle_minutes} idle min or {accounts.max_session_hours} h",
            accounts,
        ),
        ("Account disabled", f"after {accounts.disable_after_idle_days} idle days", accounts),
        ("Verified in", profile.state_database.name, profile.state_database),
    ]
    return Section(
        "Figures",
        ("", "value", "source"),
        tuple((what, value, profile.cite(basis)) for what, value, basis in rows),
    )


def _monitoring(profile: Profile) -> Section:
    audits = profile.audits
    basis = profile.cite(audits)
    return Section(
        "How use is monitored",
        ("", "value", "source"),
        (
            ("Audited every", str(audits.every), basis),
            ("Seen to by", audits.responsible, basis),
            (
                "Sample for review",
                f"{audits.sample_percent:g} % of accesses, {audits.sample_at_least} at least",
                basis,
            ),
            (
                "Accounts reviewed every",
                str(profile.accounts.review_every),
                profile.cite(profile.accounts),
            ),
        ),
    )


def _given(profile: Profile) -> Section:
    """Return what leaves, who decides on it, what is stated by whom, and where a breach goes."""
    rules, breach = profile.releases, profile.breach
    deciders = ", or ".join(rules.approvers) or rules.forwarded_to or "whoever has the role"
    rows = [
        (
            "Reads are released to",
            ", ".join(rules.recipients).replace("-", " "),
            profile.cite(rules),
        ),
        ("Decided by", deciders, profile.cite(rules.approve_clause or rules)),
        ("Filed by", rules.filed_by, profile.cite(rules)),
        ("Everybody else", rules.others_to or "denied", profile.cite(rules.others_clause or rules)),
    ]
    rows += [
        ("Stated by", f"{each.by}, every {each.every}", profile.cite(each))
        for each in profile.attestations
    ]
    if breach is not None:
        rows.append(("A breach goes by", breach.refer_to, profile.cite(breach)))
    return Section(
        "What is given and what is stated",
        ("", "value", "source"),
        tuple(row for row in rows if row[1]),
    )


def _clauses(profile: Profile) -> Section:
    rows = tuple(
        (each.number, each.kind, each.summary, ", ".join(each.controls)) for each in profile.clauses
    )
    return Section("Clauses", ("clause", "kind", "what it says", "controls"), rows)


_SECTIONS: tuple[Callable[[Profile], Section], ...] = (
    _answers,
    _roles,
    _training,
    _purposes,
    _monitoring,
    _records,
    _figures,
    _given,
    _clauses,
)
