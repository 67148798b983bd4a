"""What an audit shows beside the searches: sharing, retention, statements, reviews of accounts, hits.

Each has an answer where there is nothing: an empty table could be a clean house, or one that nobody looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from workbench.reporting import tables, text
from workbench.reporting.tables import Column, Fragment

__all__ = ["account_reviews", "hits", "retention", "sharing", "statements"]

_TONES = {
    "in force": "quiet",
    "ends soon": "warn",
    "expired": "alarm",
    "ended": "quiet",
    "not yet begun": "quiet",
    "given": "quiet",
    "due soon": "warn",
    "overdue": "alarm",
    "never given": "alarm",
    "fulfilled": "strong",
}
_SUBJECTS = {
    "receive": "receives data or services",
    "provide": "provides data or services",
    "share": "shares data",
}
_RECIPIENTS = {"law-enforcement": "law enforcement", "prosecutor": "prosecutor", "other": "other"}
_DISPOSITIONS = {
    "correct": "correct",
    "wrong-state": "wrong state",
    "wrong-plate": "wrong plate",
    "dismissed": "dismissed",
}


def _not_looked(review: Any) -> bool:
    return getattr(getattr(review, "yardsticks", None), "day", None) is None


def _unknown() -> Fragment:
    return Fragment(tables.paragraph("This was not looked at.", kind="empty"))


def account_reviews(review: Any, zone: str) -> Fragment:
    """Return who last reviewed all accounts and signed for it."""
    if _not_looked(review):
        return _unknown()
    signed = review.yardsticks.account_reviews
    if not signed:
        return Fragment(
            tables.note(
                "No review of all accounts is signed on the record; what is due is in the table below.",
                "warn",
            )
        )
    last, *earlier = signed
    counts = ", ".join(
        f"{text.number(number)} {_DECIDED.get(word, word)}"
        for word, number in last["decisions"].items()
    )
    who = ", ".join(part for part in (last["name"], last["title"]) if part)
    lines = [
        f"All accounts were last reviewed on {_day(last['signed_at'], zone)} and signed for by {who}: "
        f"{text.count(last['accounts'], 'account')}, {counts or 'none'}."
    ]
    if earlier:
        days = text.join([_day(each["signed_at"], zone) for each in earlier])
        lines.append(f"Before that on {days}.")
    return Fragment(tables.paragraph(*lines))


_DECIDED = {"keep": "kept", "disable": "to be closed", "change": "to be changed"}


def sharing(review: Any) -> Fragment:
    """Return under which agreements others take part, and which requests for reads moved in the period."""
    if _not_looked(review):
        return _unknown()
    stick = review.yardsticks
    return Fragment(_agreements(stick.agreements) + _releases(stick.releases))


def _agreements(given: Sequence[Mapping[str, Any]]) -> Markup:
    columns = [
        Column("Agreement with", width=0.34),
        Column("Under it the other party", width=0.25),
        Column("Signed by", width=0.17),
        Column("Begins", "right", 0.08),
        Column("Ends", "right", 0.08),
        Column("Standing", "right", 0.08),
    ]
    rows = [
        [
            tables.pair(each["party"], each["kind"]),
            _SUBJECTS.get(each["subject"], each["subject"]),
            each["signed_by"],
            _date(each["begins_on"]),
            _date(each["ends_on"]),
            _badge(each["state"]),
        ]
        for each in given
    ]
    empty = "No contract or memorandum is on file: nobody may run or share the system under one."
    return tables.table(columns, rows, kind="dense", empty=empty)


def _releases(given: Sequence[Mapping[str, Any]]) -> Markup:
    columns = [
        Column("Request", width=0.1),
        Column("From", width=0.34, hint="recipient"),
        Column("Entered", "right", 0.12),
        Column("Approved by", width=0.24),
        Column("Since", "right", 0.1),
        Column("Standing", "right", 0.1),
    ]
    rows = [
        [
            each["number"],
            tables.pair(
                each["agency"],
                ", ".join(
                    (
                        _RECIPIENTS.get(each["recipient"], each["recipient"]),
                        "verified" if each["verified"] else "not verified",
                    )
                ),
            ),
            _date(each["entered_on"]),
            each["approved_by"] or "–",
            _date(each["since"]),
            _badge(each["state"]),
        ]
        for each in given
    ]
    empty = "No other agency's request for reads was entered or moved in this period."
    return tables.table(columns, rows, kind="dense", empty=empty)


def retention(review: Any, zone: str) -> Fragment:
    """Return what is kept too long on the day of the review, and the last certificates of purges."""
    if _not_looked(review):
        return _unknown()
    stick = review.yardsticks
    over = stick.overdue
    kept, broken, late = over.get("reads"), over.get("unfinished"), over.get("holds", ())
    if kept is None:
        lines = ["The policy sets no longest time for reads, so none can be overdue."]
    elif kept:
        lines = []
    else:
        lines = [
            f"On {_date(stick.day)} no read was older than the {over['limit']} that the policy allows."
        ]
    lines.append(f"{text.count(int(over.get('held', 0)), 'hold is', 'holds are').capitalize()} in force.")  # fmt: skip
    html = tables.paragraph(*lines)
    if kept:
        html = (
            tables.note(
                f"On {_date(stick.day)} {text.count(kept, 'read was', 'reads were')} older than the {over['limit']} "
                f"that the policy allows, and no hold suspends that ({over['citation']}).",
                "warn",
            )
            + html
        )
    if broken is not None:
        html += tables.note(
            f"The purge under order {broken} was broken off and is not certified.", "warn"
        )
    if late:
        which = text.join([str(each) for each in late])
        html += tables.note(f"Holds whose review is overdue: {which}.", "warn")
    return Fragment(html + _purges(stick.purges, zone))


def _purges(given: Sequence[Mapping[str, Any]], zone: str) -> Markup:
    columns = [
        Column("Purge", width=0.09, hint="order"),
        Column("Done", "right", 0.1),
        Column("Captured before", "right", 0.12),
        Column("Reads destroyed", "right", 0.12, hint="left, held"),
        Column("Approvals", width=0.37),
        Column("Certificate", width=0.2, hint="SHA-256"),
    ]
    rows = [
        [
            tables.pair(str(each["purge"]), f"order {each['order']}"),
            _day(each["ended_at"], zone),
            _day(each["captured_before"], zone),
            tables.pair(text.number(each["reads"]), text.number(each["held"])),
            tables.pair("; ".join(each["approvals"]) or "none asked for", f"run by {each['run_by']}"),
            Markup("<code>{}</code>").format(str(each["sha256"])[:16]),
        ]
        for each in given
    ]  # fmt: skip
    return tables.table(
        columns, rows, kind="dense", empty="No purge was ever run and certified here."
    )


def statements(review: Any) -> Fragment:
    """Return which statements on what is done outside the system the policy wants, and how each stands."""
    if _not_looked(review):
        return _unknown()
    wanted = review.yardsticks.attestations
    late = sum(each["state"] in ("overdue", "never given") for each in wanted)
    columns = [
        Column("What is stated", width=0.44),
        Column("By", width=0.2),
        Column("Last given", "right", 0.13),
        Column("Due", "right", 0.11),
        Column("Standing", "right", 0.12),
    ]
    order = ("never given", "overdue", "due soon", "given")
    rows = [
        [
            tables.pair(each["text"], each["citation"]),
            each["by"],
            tables.pair(_date(each["last_on"]), each["last_by"]),
            _date(each["due_on"]),
            _badge(each["state"]),
        ]
        for each in sorted(wanted, key=lambda each: order.index(each["state"]))
    ]
    words = (
        f"{text.count(late, 'statement is', 'statements are').capitalize()} missing or overdue."
        if late
        else "Every statement that the policy wants is given."
    )
    shown = tables.paragraph(words) if wanted else Markup()
    empty = "The policy wants no statement on what is done outside the system."
    return Fragment(shown + tables.table(columns, rows, kind="dense", empty=empty))


def hits(review: Any) -> Fragment:
    """Return the hits raised in the period by where each stands, and that none can be acted on unverified."""
    if _not_looked(review):
        return _unknown()
    states, closed = review.yardsticks.hits, review.yardsticks.hits_closed
    total = sum(states.values())
    if not total:
        return Fragment(
            tables.paragraph("No hit on a hot list was raised in this period.", kind="empty")
        )
    by_state = [
        f"{text.number(number)} {state}" for state, number in states.items() if state != "closed"
    ]
    by_end = [
        f"{text.number(number)} {_DISPOSITIONS.get(word, word)}" for word, number in closed.items()
    ]
    done = f"{text.number(sum(closed.values()))} closed: {', '.join(by_end)}" if closed else ""
    told = "; ".join(part for part in (", ".join(by_state), done) if part)
    return Fragment(
        tables.paragraph(
            f"{text.count(total, 'hit').capitalize()}, as they stand now: {told}.",
            "The workbench takes down action on a hit only after every step of verification that the policy asks for, "
            "so none stands here as acted on before it. What was done without being entered is not on this record.",
        )
    )


def _badge(state: str) -> Markup:
    return tables.badge(state, _TONES.get(state, ""))


def _date(value: Any) -> str:
    return "–" if value is None else text.day(value)


def _day(value: Any, zone: str) -> str:
    return "–" if value is None else text.day(text.local(value, zone))
