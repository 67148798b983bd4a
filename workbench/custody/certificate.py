"""The certificate of a purge: what was destroyed, by which clause, on whose word, how, and what that cannot reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from workbench.custody.orders import Order
from workbench.policy.profile import Profile
from workbench.settings import Settings

__all__ = ["NOT_REACHED", "certificate", "page", "text"]

NOT_REACHED = (
    (
        "Backups and snapshots made before the purge.",
        "Keep them no longer than the policy keeps reads, and destroy them, or their keys, on the same day.",
    ),
    (
        "Archived write-ahead logs, replicas and point-in-time recovery (PostgreSQL).",
        "Let the archive expire with the backups; replicas follow the purge by themselves.",
    ),
    (
        "Blocks that a solid-state drive or a copying file system has set aside, and the space of files that shrank.",
        "Encrypt the whole disk, so that the disk's key is what is destroyed in the end.",
    ),
    (
        "Saved reports, notebooks with their results, exports, released packages, and evidence that was booked.",
        "They are kept by the rules of the case that they belong to.",
    ),
    (
        "The source files that readers and vendors delivered, where the site keeps them (a watched folder's 'done').",
        "Have them removed once they are taken in; the register of transfers keeps their hashes.",
    ),
    (
        "The access record: it is append-only and goes on saying what was asked, the plates asked for among it.",
        "The policy demands that it be kept.",
    ),
)
"""What no purge reaches, each with what covers it."""


def certificate(
    done: Mapping[str, Any], order: Order, profile: Profile, settings: Settings, software: str
) -> dict[str, Any]:
    """Return a certificate as plain JSON data.

    Parameters
    ----------
    done : mapping
        What :class:`workbench.custody.purge.Purge` counted: the purge's row, its steps and files, plan and methods.
    """
    row, steps, files, plan = done["row"], done["steps"], done["files"], done["plan"]
    keep = profile.retention
    by_id = {each.id: each for each in keep.purging.approvals} if keep.purging else {}
    firsts = [each.first_at for each in steps if each.first_at]
    lasts = [each.last_at for each in steps if each.last_at]
    return {
        "form": "alpr-workbench certificate of destruction v1",
        "purge": done["purge"],
        "order": order.id,
        "agency": settings.agency,
        "policy": f"{profile.id}@{profile.version}",
        "software": software,
        "began": _text(row.began_at),
        "captured_before": _text(row.cutoff),
        "unrelated_captured_before": _text(row.unrelated_cutoff),
        "clauses": _clauses(profile),
        "why": order.why,
        "requested_by": order.requested_by,
        "requested_at": _text(order.requested_at),
        "run_by": row.run_by,
        "approvals": [
            {
                "what": by_id[each.approval].what if each.approval in by_id else each.approval,
                "basis": profile.cite(by_id[each.approval]) if each.approval in by_id else "",
                "reference": each.reference,
                "dated": each.dated_on.isoformat(),
                "entered_by": each.approved_by,
                "entered_at": _text(each.approved_at),
            }
            for each in order.approvals
        ],
        "destroyed": {
            "reads": sum(each.reads for each in steps),
            "plates": sum(each.plates for each in steps),
            "hits": sum(each.hits for each in steps),
            "files": sum(each.status == "destroyed" for each in files),
            "first": _text(min(firsts, default=None)),
            "last": _text(max(lasts, default=None)),
        },
        "spans": [
            {
                "from": _text(each.start_at),
                "to": _text(each.end_at),
                "reads": each.reads,
                "left": each.held,
            }
            for each in steps
            if each.reads
        ],
        "held": [
            {"hold": each.hold, "basis": each.basis, "reads": each.reads} for each in plan.holds
        ],
        "files": [
            {"kind": each.kind, "path": each.path, "size": each.size, "sha256": each.sha256}
            for each in files
        ],
        "method": list(done["method"]),
        "left_to_do": list(done["left_to_do"]),
        "not_reached": [{"what": what, "cover": cover} for what, cover in NOT_REACHED],
    }


def _clauses(profile: Profile) -> list[str]:
    keep = profile.retention
    found = [profile.cite(keep), profile.cite(keep.purge_clause) if keep.purge_clause else ""]
    if keep.unrelated:
        found.append(profile.cite(keep.unrelated))
    return list(dict.fromkeys(each for each in found if each))


def _text(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _facts(of: Mapping[str, Any]) -> list[tuple[str, str]]:
    gone = of["destroyed"]
    facts = [
        ("Agency", of["agency"]),
        ("Purge, order", f"{of['purge']}, {of['order']}"),
        ("Policy", of["policy"]),
        ("By", "; ".join(of["clauses"])),
        ("Why", of["why"]),
        ("Asked for by", f"{of['requested_by']}, {of['requested_at']}"),
        *(
            ("Approved", f"{each['what']}: {each['reference']}, {each['dated']} "
             f"(entered by {each['entered_by']}; {each['basis']})")
            for each in of["approvals"]
        ),
        ("Run by", f"{of['run_by']}, {of['began']}"),
        ("Captured before", of["captured_before"]),
    ]  # fmt: skip
    if of["unrelated_captured_before"]:
        facts.append(("Unrelated, captured before", of["unrelated_captured_before"]))
    facts += [
        ("Reads destroyed", f"{gone['reads']:,}"),
        ("Captured from, to", f"{gone['first'] or '–'}, {gone['last'] or '–'}"),
        ("Plates that no read has any more", f"{gone['plates']:,}"),
        ("Hits destroyed", f"{gone['hits']:,}"),
        ("Files destroyed", f"{gone['files']:,}"),
        ("Held back", _held(of["held"])),
        ("Software", of["software"]),
        ("SHA-256 of this certificate", of.get("sha256", "")),
    ]
    return facts


def _held(held: Sequence[Mapping[str, Any]]) -> str:
    return (
        "; ".join(
            f"hold {each['hold']} ({each['basis']}): {each['reads']:,} reads" for each in held
        )
        or "nothing"
    )


def text(of: Mapping[str, Any]) -> str:
    """Return a certificate as lines for a terminal."""
    facts = _facts(of)
    wide = max(len(name) for name, _ in facts)
    lines = ["Certificate of destruction", ""]
    lines += [f"{name:<{wide}}  {value}" for name, value in facts]
    lines += ["", "How", *(f"  {each}" for each in of["method"])]
    if of["left_to_do"]:
        lines += ["", "Left to do", *(f"  {each}" for each in of["left_to_do"])]
    if of["files"]:
        lines += ["", "Files", *(f"  {each['sha256']}  {each['path']}" for each in of["files"])]
    lines += ["", "What this does not reach"]
    lines += [f"  {each['what']} {each['cover']}" for each in of["not_reached"]]
    return "\n".join(lines) + "\n"


_STYLE = (
    "body{font:11pt/1.45 Georgia,serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#111}"
    "h1{font-size:1.6rem}h2{font-size:1.1rem;margin-top:1.6rem}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;border-bottom:1px solid #bbb;padding:.25rem .6rem .25rem 0}"
    "th{font-weight:600;white-space:nowrap}td{overflow-wrap:anywhere}.n{text-align:right}"
    ".sign td{height:3rem}@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}"
)


def page(of: Mapping[str, Any]) -> str:
    """Return a certificate as one HTML page that needs nothing from elsewhere and prints on paper."""
    facts = "".join(_row((name, value), head=True) for name, value in _facts(of))
    spans = "".join(
        _row((each["from"], each["to"], f"{each['reads']:,}", f"{each['left']:,}"))
        for each in of["spans"]
    )
    files = "".join(
        _row((each["kind"], each["path"], f"{each['size']:,}", each["sha256"]))
        for each in of["files"]
    )
    rest = "".join(_row((each["what"], each["cover"])) for each in of["not_reached"])
    parts = [
        f"<table>{facts}</table>",
        "<h2>How</h2>" + _list(of["method"]),
        "<h2>Left to do by the database's administrator</h2>" + _list(of["left_to_do"])
        if of["left_to_do"]
        else "",
        "<h2>Spans of capture</h2><table><tr><th>from</th><th>to</th><th>reads destroyed</th><th>reads left</th></tr>"
        + spans + "</table>" if spans else "",
        "<h2>Files</h2><table><tr><th>kind</th><th>path</th><th>bytes</th><th>SHA-256</th></tr>"
        + files + "</table>" if files else "",
        "<h2>What this does not reach, and what covers it</h2><table>" + rest + "</table>",
        '<table class="sign"><tr><th>Signed</th><td></td><th>Date</th><td></td></tr></table>',
    ]  # fmt: skip
    title = f"Certificate of destruction {of['purge']}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>\n"
    )


def _row(cells: Iterable[Any], *, head: bool = False) -> str:
    first, *rest = [escape(str(cell)) for cell in cells]
    tag = "th" if head else "td"
    return f"<tr><{tag}>{first}</{tag}>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>"


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in items) + "</ul>"
