"""What an access audit shows: plan, population, the record's own proof, counts, members' standing.

Nothing here decides anything: what needs a judgment has a box and a line for a pen (`audit_findings`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.reporting import charts, tables, text, views
from workbench.reporting.audit_findings import findings_of
from workbench.reporting.tables import Column, Fragment

__all__ = [
    "accounts",
    "by_crime_type",
    "by_member",
    "by_purpose",
    "chain",
    "head",
    "plan",
    "population",
    "rhythm",
    "subject",
    "training",
]

_STANDING = ("expired", "missing", "incomplete", "expires soon", "current")


def subject(review: Any, zone: str) -> str:
    """Return the report's headline: the month, or the two days."""
    start, end = text.local(review.start, zone), text.local(review.end, zone)
    last = end - dt.timedelta(microseconds=1)
    whole = start.day == 1 and start.time() == dt.time() and (last + dt.timedelta(days=1)).day == 1
    if whole and (start.year, start.month) == (last.year, last.month):
        return f"Access audit, {start:%B %Y}"
    return f"Access audit, {text.day(start)} to {text.day(last)}"


def head(bench: Any, review: Any, *, reviewer: str = "", approver: str = "") -> views.Head:
    """Return the title block of an audit."""
    zone = bench.settings.timezone
    names = {"reviewer": reviewer or "to be named", "approver": approver or "to be named"}
    access = getattr(review, "access_id", None)
    return views.head(
        bench,
        "Access audit",
        subject=subject(review, zone),
        window=(review.start, review.end),
        grounds=names,
        accesses=[int(access)] if access else [],
    )


def population(review: Any) -> Fragment:
    """Return the audit in a few numbers and sentences."""
    counts, verdict = review.population, review.chain
    grave = sum(finding["severity"] == "high" for finding in findings_of(review))
    found = len(findings_of(review))
    automatic = int(counts.get("automatic", 0))
    numbers = [
        (
            text.number(counts.get("accesses", 0)),
            "searches",
            f"by {text.count(int(counts.get('members', 0)), 'account')}, {text.number(automatic)} automatic",
        ),
        (text.number(counts.get("refused", 0)), "refused", "by policy, before any read was shown"),
        (
            text.number(found),
            "findings to review",
            f"{text.number(grave)} of them grave" if grave else "none of them grave",
        ),
        (text.number(len(review.sample)), "accesses drawn", "to be read one by one"),
    ]
    lines = [
        f"The searches were made for {text.count(int(counts.get('cases', 0)), 'case')} and named "
        f"{text.count(int(counts.get('plates', 0)), 'plate')}.",
    ]
    if counts.get("failed"):
        lines.append(
            f"{text.count(int(counts['failed']), 'search', 'searches').capitalize()} failed."
        )
    if counts.get("unfinished"):
        many = text.count(int(counts["unfinished"]), "search has", "searches have")
        lines.append(f"{many.capitalize()} no outcome on the record: ask what happened.")
    if not verdict["ok"]:
        lines.append("The record itself is not whole: everything below stands under that reserve.")
    return Fragment(tables.key_numbers(numbers) + tables.paragraph(*lines))


def chain(review: Any) -> Fragment:
    """Return whether the record is whole."""
    verdict = review.chain
    number, head_hash = (
        text.number(verdict["head_seq"]),
        Markup("<code>{}</code>").format(str(verdict["head_hash"])[:16]),
    )
    proof = Markup(
        "{} read and checked, each against the one before it; {}. The newest is #{}, {}."
    ).format(
        text.count(int(verdict["records"]), "record").capitalize(),
        text.count(_number_of(verdict["checkpoints"]), "signed checkpoint"),
        number,
        head_hash,
    )
    notes = Markup("").join(Markup("<br>{}").format(note) for note in verdict.get("notes", []))
    if verdict["ok"]:
        shown = Markup(
            '<div class="verdict"><span class="mark">✓</span><span><b>The record is whole.</b>{}{}</span></div>'
        )
        return Fragment(shown.format(proof, notes))
    shown = Markup(
        '<div class="verdict broken"><span class="mark">✗</span>'
        "<span><b>The record is not whole.</b>{}<br>{}{}</span></div>"
    )
    return Fragment(shown.format(verdict.get("finding") or "No finding was given.", proof, notes))


def plan(review: Any) -> Fragment:
    """Return what was planned: scope, period, who answers for it, method, what was checked, the sample."""
    rows = [(text.humanize(name), _planned(value)) for name, value in review.plan.items()]
    return Fragment(tables.facts(rows, "one"))


def _planned(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        items = Markup().join(Markup("<li>{}</li>").format(item) for item in value)
        return Markup('<ul class="plain">{}</ul>').format(items)
    return str(value)


def rhythm(review: Any, zone: str) -> Fragment:
    """Return the searches by day, and those made by people by hour of the day."""
    searches = review.records[review.records["action"].astype(str).str.startswith("query.")]
    moments = [text.local(value, zone) for value in searches["at"]]
    start, end = text.local(review.start, zone), text.local(review.end, zone)
    days = [stamp.date() for stamp in pd.date_range(start.date(), end.date(), inclusive="both")]
    if end.timetz().replace(tzinfo=None) == pd.Timestamp(0).time() and len(days) > 1:
        days = days[:-1]
    refused = [outcome == "refused" for outcome in searches["outcome"]]
    automatic = [
        bool(value) and not no for value, no in zip(searches["automatic"], refused, strict=True)
    ]
    by_hand = [not (no or alone) for no, alone in zip(refused, automatic, strict=True)]
    per_day = [_per(days, moments, kind) for kind in (by_hand, refused, automatic)]
    daily = charts.by_day(
        days, per_day[0], per_day[1], per_day[2],
        description=f"Searches by day, {text.number(len(searches))} in all.",
        caption="Searches by day.",
    )  # fmt: skip
    people = [
        moment.hour
        for moment, alone in zip(moments, searches["automatic"], strict=True)
        if not alone
    ]
    hourly = charts.by_hour(
        [people.count(hour) for hour in range(24)],
        description="Searches made by people, by hour of the day.",
        caption="By people, by hour of the agency's day.",
    )
    return Fragment(Markup('<div class="duo">{}{}</div>').format(daily.html, hourly.html))


def _per(days: Sequence[Any], moments: Sequence[Any], wanted: Sequence[bool]) -> list[int]:
    found = [moment.date() for moment, take in zip(moments, wanted, strict=True) if take]
    return [found.count(day) for day in days]


# -- counts -----------------------------------------------------------------------------------------


def by_member(review: Any) -> Fragment:
    """Return each member's searches, in alphabetical order: a high count alone is no sign of misuse."""
    frame = review.by_member
    columns = [
        Column("Member", width=0.2),
        Column("Searches", width=0.155),
        Column("Automatic", "right", 0.1),
        Column("Refused", "right", 0.075),
        Column("Cases", "right", 0.06),
        Column("Plates", "right", 0.065),
        Column("Reason says little", "right", 0.105, hint="of those by hand"),
        Column("Own hours", "right", 0.11, hint="hold 85%"),
        Column("Outside them", "right", 0.09),
    ]
    most = max([1, *(int(value) for value in frame["searches"])]) if len(frame) else 1
    rows = [
        [
            tables.pair(
                row["name"],
                ", ".join(part for part in (row["username"], _roles(row["roles"])) if part),
            ),
            tables.bar(
                int(row["searches"]), label=text.number(row["searches"]), full=most, tone="soft"
            ),
            _some(row["automatic"]),
            _some(row["refused"]),
            text.number(row["cases"]),
            text.number(row["plates"]),
            _part(row["vague"], row["vague_share"]),
            row["own_hours"] or "–",
            _part(row["outside_hours"], row["outside_hours_share"]),
        ]
        for row in frame.to_dict("records")
    ]
    return Fragment(
        tables.table(columns, rows, kind="members", empty="Nobody searched in this period.")
    )


def by_purpose(review: Any) -> Fragment:
    """Return the searches for each purpose of the profile."""
    rows = [(row["label"], row) for row in review.by_purpose.to_dict("records")]
    return Fragment(_counts("Purpose", rows))


def by_crime_type(review: Any) -> Fragment:
    """Return the searches for each crime type, with their incident numbers."""
    rows = [
        (row["crime_type"] or "none given", row) for row in review.by_crime_type.to_dict("records")
    ]
    extra = [("Incident numbers", "incidents"), ("Without one", "without_incident")]
    return Fragment(_counts("Crime type", rows, extra))


def _counts(
    name: str, given: Sequence[tuple[Any, Mapping[Any, Any]]], extra: Sequence[tuple[str, str]] = ()
) -> Markup:
    shown = [(heading, key) for heading, key in extra if given and key in given[0][1]]
    columns = [
        Column(name, width=0.25),
        Column("Searches", width=0.23),
        Column("By hand", "right"),
        Column("Refused", "right"),
        Column("Members", "right"),
        Column("Cases", "right"),
        *(Column(heading, "right") for heading, _ in shown),
    ]
    ranked = sorted(given, key=lambda pair: -int(pair[1]["searches"]))
    most = max([1, *(int(row["searches"]) for _, row in ranked)])
    rows = [
        [
            text.humanize(str(label)),
            tables.bar(
                int(row["searches"]), label=text.number(row["searches"]), full=most, tone="soft"
            ),
            _some(row["manual"]),
            _some(row["refused"]),
            text.number(row["members"]),
            text.number(row["cases"]),
            *(_some(row[key]) for _, key in shown),
        ]
        for label, row in ranked
    ]
    return tables.table(columns, rows, kind=views.keep("counts", len(rows)), empty="None.")


# -- standing ---------------------------------------------------------------------------------------


def training(review: Any) -> Fragment:
    """Return how each active member stands with what the policy asks for, what is lacking first."""
    frame = review.training
    columns = [
        Column("Member", width=0.25),
        Column("What the policy asks for", width=0.39),
        Column("Completed", "right", 0.12),
        Column("Current until", "right", 0.12),
        Column("Standing", "right", 0.12),
    ]
    groups = []
    for status in _STANDING:
        rows = [
            _training_row(row, status)
            for row in frame[frame["status"] == status].to_dict("records")
        ]
        groups.append((f"{status.capitalize()} · {text.number(len(rows))}", rows))
    lacking = int(frame["status"].isin(_STANDING[:3]).sum()) if len(frame) else 0
    words = (
        f"{text.count(lacking, 'requirement is', 'requirements are').capitalize()} not met; "
        "the workbench refuses what they gate."
        if lacking
        else "Every active member holds what the policy asks for."
    )
    html = tables.table(
        columns, groups=groups, kind="dense", empty="No requirement applies to any account."
    )
    return Fragment(tables.paragraph(words) + html)


def _training_row(row: Mapping[Any, Any], status: str) -> list[Any]:
    below = "; ".join(str(row[key]) for key in ("note", "citation") if row.get(key))
    tone = "warn" if status in _STANDING[:3] else "quiet"
    what = str(row.get("what") or row["kind"])
    return [
        tables.pair(row["name"], _roles(row["roles"])),
        tables.pair(what[:1].upper() + what[1:], below),
        _date(row["completed_on"]),
        _date(row["expires_on"]),
        tables.badge(status, tone),
    ]


def accounts(review: Any, zone: str) -> Fragment:
    """Return every account, those with a remark first."""
    columns = [
        Column("Account", width=0.23),
        Column("Kind and roles", width=0.18),
        Column("Opened", "right", 0.09),
        Column("Last log-in", "right", 0.09),
        Column("Last search", "right", 0.09),
        Column("Reviewed", "right", 0.09),
        Column("To look at", width=0.23),
    ]
    rows = sorted(review.accounts.to_dict("records"), key=lambda row: not row["note"])
    shown = [
        [
            tables.pair(row["name"], row["username"]),
            tables.pair(text.humanize(str(row["kind"])), _roles(row["roles"])),
            *(
                _day(row.get(name), zone)
                for name in ("created_at", "last_login_at", "last_search_at", "reviewed_on")
            ),
            tables.pair(
                _noted(row["note"]) if row["note"] else "", "" if row["active"] else "closed to use"
            ),
        ]
        for row in rows
    ]
    return Fragment(tables.table(columns, shown, kind="dense", empty="There are no accounts."))


def _noted(note: Any) -> Markup:
    return Markup("<b>{}</b>").format(str(note)[:1].upper() + str(note)[1:])


def _roles(roles: Any) -> str:
    given: Iterable[str] = roles.split() if isinstance(roles, str) else roles or []
    return ", ".join(sorted(given))


def _number_of(value: Any) -> int:
    return len(value) if isinstance(value, (list, tuple)) else int(value)


def _some(value: Any) -> str:
    return text.number(value) if value else "–"


def _part(value: Any, of: Any) -> str:
    if value is None or pd.isna(value) or not value:
        return "–"
    return (
        f"{text.number(value)} ({text.share(float(of))})"
        if of is not None and not pd.isna(of)
        else text.number(value)
    )


def _date(value: Any) -> str:
    return "–" if value is None or pd.isna(value) else text.day(pd.Timestamp(value).date())


def _day(value: Any, zone: str) -> str:
    return "–" if value is None or pd.isna(value) else text.day(text.local(value, zone))
