"""The parts of an audit that people fill in: findings, refusals and the sample to judge, and the signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.reporting import audit_rows, tables, text
from workbench.reporting.tables import Column, Fragment

__all__ = ["findings", "findings_of", "refusals", "sample", "sign_off"]

_TONES = {"high": "alarm", "medium": "warn", "low": "", "info": "quiet"}
_ROWS_SHOWN = 6
_DISPOSITIONS = ("explained", "training", "referred", "open")


def findings(review: Any, zone: str) -> Fragment:
    """Return what the indicators found, the gravest first, each with its accesses and a line for a disposition."""
    found = findings_of(review)
    if not found:
        return Fragment(
            tables.paragraph(
                "No indicator found anything in this period. That is no clearance.", kind="empty"
            )
        )
    lookup = {int(row["access_id"]): row for row in review.records.to_dict("records")}
    said = getattr(review, "dispositions", {})
    articles = Markup().join(
        _finding(number, each, lookup, zone, said.get(each["key"]))
        for number, each in enumerate(found, 1)
    )
    return Fragment(
        tables.paragraph(_decided(found, said))
        + Markup('<div class="findings">{}</div>').format(articles)
    )


def _decided(found: Sequence[Mapping[str, Any]], said: Mapping[str, Any]) -> str:
    """Say how many findings a reviewer has decided on, on the record."""
    final = sum(each["key"] in said and said[each["key"]].is_final for each in found)
    if final == len(found):
        return "A reviewer has decided on every one of them; each decision is on the record."
    left = len(found) - final
    return (
        f"{text.number(final)} of {text.number(len(found))} are decided on the record. "
        f"{text.count(left, 'finding waits', 'findings wait').capitalize()} for a reviewer."
    )


def _finding(
    number: int,
    each: Mapping[Any, Any],
    records: Mapping[int, Mapping[Any, Any]],
    zone: str,
    said: Any,
) -> Markup:
    ids = [int(access) for access in each["rows"]]
    known = [records[access] for access in ids if access in records][:_ROWS_SHOWN]
    columns = [
        Column("Access", width=0.09),
        Column("When", width=0.15),
        Column("Member", width=0.15),
        Column("Case", width=0.12),
        Column("Purpose and reason", width=0.26),
        Column("Asked", width=0.23),
    ]
    rows = [
        [
            f"#{row['access_id']}",
            audit_rows.when(row, zone),
            row["name"] or row["username"],
            audit_rows.case(row),
            audit_rows.grounds(row),
            audit_rows.asked(row, zone),
        ]
        for row in known
    ]
    left = [access for access in ids if access not in {int(row["access_id"]) for row in known}]
    return Markup("<article><h3>{}<span>{}. {}</span></h3><p>{}</p>{}{}{}</article>").format(
        tables.badge(str(each["severity"]), _TONES.get(str(each["severity"]), "")),
        number,
        each["title"],
        Markup('{} <span class="sub">{}{}</span>').format(
            each["words"], each["id"], _by(each["username"]) + _key(each["key"])
        ),
        tables.table(columns, rows, kind="dense") if rows else "",
        _others(left, "Also" if rows else "Accesses"),
        _to_fill_in() if said is None else _disposed(said, zone),
    )


def _to_fill_in() -> Markup:
    boxes = Markup().join(tables.checkbox(word) for word in _DISPOSITIONS)
    return Markup('<div class="pen"><span>{}</span>{}</div>').format(
        boxes, tables.write_line("Reviewer's words and initials")
    )


def _disposed(said: Any, zone: str) -> Markup:
    """Return what a reviewer said, with name, day and the line of the record."""
    return Markup('<div class="said {}">{}<span>{}<small>{}, {}, #{}</small></span></div>').format(
        "" if said.is_final else "open",
        tables.badge(said.disposition, "strong" if said.is_final else "warn"),
        said.note,
        said.name or said.username,
        text.day(text.local(said.at, zone)),
        text.number(said.record_id),
    )


def _others(accesses: Sequence[int], word: str, most: int = 40) -> Markup:
    """Return the accesses that have no row in the table, by number."""
    if not accesses:
        return Markup()
    shown = [f"#{access}" for access in accesses[:most]]
    left = len(accesses) - len(shown)
    named = f"{', '.join(shown)} and {left} more" if left else text.join(shown)
    return Markup('<span class="sub">{} {}.</span>').format(word, named)


def _by(username: str) -> str:
    return f" · {username}" if username else ""


def _key(key: str) -> str:
    return f" · key {key[:8]}" if key else ""


def findings_of(review: Any) -> list[dict[str, Any]]:
    """Return the indicators as dictionaries, from objects or from a DataFrame."""
    given = review.indicators
    if isinstance(given, pd.DataFrame):
        rows = given.to_dict("records")
        return [{"key": "", **{str(key): value for key, value in row.items()}} for row in rows]
    names = ("id", "severity", "title", "words", "username", "rows")
    return [
        {name: getattr(each, name) for name in names} | {"key": getattr(each, "key", "")}
        for each in given
    ]


def refusals(review: Any, zone: str, *, most: int = 120) -> Fragment:
    """Return what policy refused in the period, with the clause."""
    frame = review.refusals
    columns = [
        Column("Access", width=0.075),
        Column("When", width=0.105),
        Column("Member", width=0.13),
        Column("Case", width=0.11),
        Column("Purpose and reason", width=0.225),
        Column("Asked", width=0.255),
        Column("Clause", width=0.1),
    ]
    rows = [
        [
            f"#{row['access_id']}",
            audit_rows.when(row, zone),
            row["name"] or row["username"] or "unknown",
            audit_rows.case(row) if _is_search(row) else "–",
            audit_rows.grounds(row) if _is_search(row) else "–",
            audit_rows.asked(row, zone),
            row["clause"] or "–",
        ]
        for row in frame.head(most).to_dict("records")
    ]
    html = tables.table(columns, rows, kind="dense", empty="Nothing was refused in this period.")
    if len(frame) > most:
        left = text.count(len(frame) - most, "further refusal")
        html += tables.note(f"{left.capitalize()} are in the notebook beside this report.")
    return Fragment(html)


def sample(review: Any, zone: str) -> Fragment:
    """Return the accesses drawn for review, each with boxes and a line for the reviewer's disposition."""
    columns = [
        Column("Access", width=0.13, hint="number, time"),
        Column("Member", width=0.15, hint="organization, machine"),
        Column("Case", width=0.12, hint="crime type, incident"),
        Column("Purpose and reason", width=0.2),
        Column("Asked", width=0.2, hint="and what came back"),
        Column("Disposition", width=0.2, hint="for the reviewer"),
    ]
    rows = [_sampled(row, zone) for row in review.sample.to_dict("records")]
    return Fragment(
        tables.table(columns, rows, kind="dense review", empty="There was no access to draw from.")
    )


def _sampled(row: Mapping[Any, Any], zone: str) -> list[Any]:
    machine = ", ".join(
        str(row[name]) for name in ("organization", "host", "address") if row.get(name)
    )
    case = row["case_number"] or "no case"
    about = ", ".join(str(row[name]) for name in ("crime_type", "incident_number") if row.get(name))
    boxes = Markup().join(
        tables.checkbox(word) for word in ("in order", "ask the member", "not in order")
    )
    return [
        tables.pair(
            Markup("<b>#{}</b>").format(row["access_id"]), Markup("<br>").join(_moment(row, zone))
        ),
        tables.pair(row["name"] or row["username"], machine),
        tables.pair(case, about),
        audit_rows.grounds(row),
        Markup("{}{}").format(
            audit_rows.asked(row, zone),
            Markup('<span class="sub">{}</span>').format(_came_back(row)),
        ),
        Markup('<span class="boxes">{}</span>{}').format(
            boxes, tables.write_line("note, initials")
        ),
    ]


def _moment(row: Mapping[Any, Any], zone: str) -> list[str]:
    moment = text.local(row["at"], zone)
    return [text.day(moment), text.clock(moment, seconds=True)]


def _came_back(row: Mapping[Any, Any]) -> str:
    how = "automatic, " if row.get("automatic") else ""
    if row["outcome"] == "refused":
        return f"{how}refused under {row['clause']}" if row["clause"] else f"{how}refused"
    if row["outcome"] != "ok":
        return f"{how}{row['outcome']}"
    rows = row["rows"]
    return (
        f"{how}no count"
        if rows is None or pd.isna(rows)
        else f"{how}{text.count(int(rows), 'row')}"
    )


_SIGNED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "reviewer": (
        "I have read every access of the sample and every finding above, and entered a disposition for each.",
        {
            "no-misuse": "no misuse found",
            "referred": "misuse found and referred",
            "open": "questions remain open",
        },
    ),
    "approver": (
        "I am not the reviewer. I have seen the plan, the findings and the dispositions of this audit.",
        {
            "approved": "approved",
            "conditions": "approved with conditions",
            "not-approved": "not approved",
        },
    ),
}


def sign_off(
    review: Any = None, zone: str = "UTC", *, reviewer: str = "", approver: str = ""
) -> Fragment:
    """Return the two blocks to sign, the reviewer's first; a signature on the record takes the place of one by hand."""
    signed = getattr(review, "sign_offs", {})
    blocks = Markup().join(
        _recorded(role, outcomes, signed[role], zone)
        if role in signed
        else _block(role.capitalize(), name, words, tuple(outcomes.values()))
        for (role, (words, outcomes)), name in zip(
            _SIGNED.items(), (reviewer, approver), strict=True
        )
    )
    return Fragment(Markup('<div class="sign">{}</div>').format(blocks))


def _recorded(role: str, outcomes: Mapping[str, str], of: Any, zone: str) -> Markup:
    """Return a block that was signed on the record; where findings changed since, it says that too."""
    facts = [
        ("Name", of.name or of.username),
        *([("Title", of.title)] if of.title else []),
        ("Outcome", outcomes.get(of.outcome, of.outcome)),
        *([("Remark", of.note)] if of.note else []),
        ("Signed", f"{text.day(text.local(of.at, zone))}, on the record as #{text.number(of.record_id)}"),
        ("Findings", f"{text.number(of.disposed)} of {text.number(of.findings)} were decided"),
    ]  # fmt: skip
    changed = (
        ""
        if of.stands
        else tables.note(
            "Findings, dispositions or the review itself have changed since: sign it again.", "warn"
        )
    )
    return Markup("<div><h3>{}</h3>{}{}</div>").format(
        role.capitalize(),
        tables.facts(facts, "one"),
        changed,
    )


def _block(role: str, name: str, words: str, boxes: tuple[str, ...]) -> Markup:
    return Markup(
        '<div><h3>{}</h3><p>{}</p><div class="boxes">{}</div>{}{}<div class="two">{}{}</div></div>'
    ).format(
        role,
        words,
        Markup().join(tables.checkbox(box) for box in boxes),
        tables.write_line("Name", name),
        tables.write_line("Title"),
        tables.write_line("Signature"),
        tables.write_line("Date"),
    )


def _is_search(row: Mapping[Any, Any]) -> bool:
    return str(row["action"]).startswith("query.")
