"""What ``workbench audit …`` prints: the verdict, lines of the record, a review in short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from workbench.audit.export import one_line
from workbench.audit.indicators.base import count
from workbench.audit.judgments import DISPOSITIONS, OUTCOMES
from workbench.cli.common import console, print_table

if TYPE_CHECKING:
    import pandas as pd

    from workbench.audit.indicators import Finding
    from workbench.audit.judgments import Disposition
    from workbench.audit.review import AuditReview

__all__ = ["plain", "print_record", "print_review", "print_verdict", "summary"]

_FINAL = tuple(word for word in DISPOSITIONS if word != "open")


def print_verdict(verdict: Mapping[str, Any]) -> None:
    """Print what the check of the record found."""
    records, signed = int(verdict["records"]), int(verdict["checkpoints"])
    checked = f"{count(records, 'record')} checked, {count(signed, 'signed checkpoint')}"
    if verdict["ok"]:
        console.print(f"[bold green]The access record is whole.[/] {checked}.", highlight=False)
        console.print(f"  newest  {verdict['head_seq']:,}", highlight=False)
        console.print(f"  hash    {verdict['head_hash']}", highlight=False, soft_wrap=True)
    else:
        console.print("[bold red]The access record is broken:[/] ", end="")
        console.print(verdict["finding"], markup=False, highlight=False, soft_wrap=True)
        console.print(f"  {checked} up to there.", highlight=False)
        console.print(
            "  Keep the database, record/ and keys/ as they are, make a copy, and compare it with the last backup.",
            highlight=False,
            soft_wrap=True,
        )
    for note in verdict["notes"]:
        console.print(f"  Note: {note}", markup=False, highlight=False, soft_wrap=True)


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows of plain values, None where something is missing."""
    known = frame.astype("object").where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in known.to_dict("records")]


def print_record(frame: pd.DataFrame) -> None:
    """Print lines of the record; nothing that was typed into it can act on the terminal."""
    more = "There are more: use --limit, --from or --csv." if frame.attrs["truncated"] else ""
    table = Table(
        title="Access record",
        caption=more or f"{count(len(frame), 'line')}",
        title_justify="left",
        header_style="bold",
    )
    for heading in ("number", "local time", "who", "action", "case"):
        table.add_column(heading, no_wrap=heading in ("number", "local time"), overflow="fold")
    table.add_column("why and what", ratio=1, overflow="fold")
    table.add_column("ended", overflow="fold")
    for row in frame.to_dict("records"):
        table.add_row(*(Text(cell) for cell in _cells(row)))
    console.print(table)


def _cells(row: dict[Any, Any]) -> list[str]:
    ended = row["outcome"] + (" (automatic)" if row["automatic"] else "")
    if row["outcome"] == "ok" and isinstance(row["rows"], int):
        ended += f", {count(row['rows'], 'row')}"
    if row["clause"]:
        ended += f" [{row['clause']}]"
    asked = {key: value for key, value in row["elements"].items() if key not in ("start", "end")}
    words = [f"{key} {one_line(value)}" for key, value in asked.items() if value not in ("", None)]
    why = one_line(": ".join(text for text in (row["purpose"], row["reason"]) if text))
    what = _shortened(one_line(", ".join(words)))
    return [
        f"{row['access_id']:,}",
        f"{row['local_time']:%Y-%m-%d %H:%M:%S}",
        *(one_line(row[name]) for name in ("username", "action", "case_number")),
        "\n".join(text for text in (why, what) if text),
        one_line(ended),
    ]


def _shortened(text: str, longest: int = 80) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def summary(found: AuditReview) -> dict[str, Any]:
    """Return a review as plain values; of the record itself only the numbers of accesses."""
    tables = ("by_member", "by_purpose", "by_crime_type", "training", "accounts")
    return {
        "plan": found.plan,
        "population": found.population,
        "indicators": [
            {name: getattr(each, name) for name in type(each).__dataclass_fields__}
            | {"key": each.key, "disposition": _plain_or_none(found.dispositions.get(each.key))}
            for each in found.indicators
        ],
        "sign_offs": {role: asdict(each) for role, each in found.sign_offs.items()},
        "yardsticks": asdict(found.yardsticks),
        "sample": found.sample["access_id"].tolist(),
        "refusals": found.refusals["access_id"].tolist(),
        **{name: plain(getattr(found, name)) for name in tables},
        "chain": found.chain,
    }


def _plain_or_none(said: Disposition | None) -> dict[str, Any] | None:
    return None if said is None else asdict(said)


def print_review(found: AuditReview, zone: dt.tzinfo) -> None:
    """Print a review in short; days in the agency's zone."""
    counts = found.population
    console.print(found.plan["period"], style="bold", markup=False, highlight=False)
    console.print(
        f"{count(counts['accesses'], 'access', 'accesses')} by {count(counts['members'], 'account')} under "
        f"{count(counts['cases'], 'case')}: "
        f"{counts['manual']:,} manual, {counts['automatic']:,} automatic; {counts['refused']:,} refused, "
        f"{counts['failed']:,} failed, {counts['unfinished']:,} unfinished.",
        highlight=False,
        soft_wrap=True,
    )
    print_verdict(found.chain)
    _print_indicators(found, zone)
    for line in _signed(found, zone):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    lapsed = found.training[found.training["status"] != "current"]
    print_table(
        "Training and certification that is not current",
        ["who", "what", "status", "until"],
        lapsed[["name", "what", "status", "expires_on"]].astype("object").itertuples(index=False),
    )
    noted = found.accounts[found.accounts["note"] != ""]
    print_table(
        "Accounts to look at",
        ["who", "roles", "note"],
        noted[["name", "roles", "note"]].itertuples(index=False),
        caption=f"{found.sampling.size:,} accesses are drawn for review. Next: workbench report audit",
    )


def _print_indicators(found: AuditReview, zone: dt.tzinfo) -> None:
    shown = found.indicators
    left = sum(not _said(found, each, zone).startswith(_FINAL) for each in shown)
    print_table(
        "To look at; none of it is a verdict",
        ["key", "severity", "indicator", "what was seen", "accesses", "disposition"],
        [
            (each.key[:8], each.severity, each.id, one_line(each.words), _numbers(each.rows), _said(found, each, zone))
            for each in shown
        ],
        caption=f"{left:,} to decide on: workbench audit dispose KEY" if left else "",
    )  # fmt: skip


def _said(found: AuditReview, finding: Finding, zone: dt.tzinfo) -> str:
    said = found.dispositions.get(finding.key)
    if said is None:
        return ""
    day = said.at.astimezone(zone).date()
    return one_line(f"{said.disposition}, {said.name}, {day}: {said.note}".rstrip(": "))


def _signed(found: AuditReview, zone: dt.tzinfo) -> list[str]:
    lines = []
    for role, each in found.sign_offs.items():
        day = each.at.astimezone(zone).date()
        later = "" if each.stands else " Findings or dispositions have changed since."
        words = OUTCOMES[role].get(each.outcome, each.outcome)
        lines.append(one_line(f"Signed as {role} by {each.name} on {day}: {words}.{later}"))
    return lines


def _numbers(rows: tuple[int, ...], most: int = 5) -> str:
    listed = ", ".join(str(number) for number in rows[:most])
    return f"{listed} … ({len(rows):,})" if len(rows) > most else listed
