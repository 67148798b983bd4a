"""A made-up audit review, with the attributes that ``bench.audit_review`` returns."""

from __future__ import annotations

import datetime as dt
import random
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from reporting_town import LATITUDE, LONGITUDE, ZONE

START = dt.datetime(2026, 10, 1, tzinfo=ZoneInfo(ZONE))
END = dt.datetime(2026, 11, 1, tzinfo=ZoneInfo(ZONE))

MEMBERS = [
    ("dokafor", "Dana Okafor", "detective", "person"),
    ("mreyes", "Miguel Reyes", "analyst", "person"),
    ("jlind", "Jonna Lind", "detective", "person"),
    ("tpark", "Tae Park", "supervisor", "person"),
    ("ksingh", "Kiran Singh", "dispatcher", "person"),
    ("svc-hotlist", "Hot list service", "service", "service"),
]
REASONS = [
    "Shooting at Grand and Lucera, gray sedan seen leaving east",
    "Burglary series on Orchard Road, van described by two neighbors",
    "Stolen vehicle seen near the freeway ramp",
    "Missing person last seen driving a white pickup",
]


def access(number: int, **given: Any) -> dict[str, Any]:
    """Return one access as a row of the record."""
    row: dict[str, Any] = {
        "access_id": number, "at": START.astimezone(dt.UTC), "local_time": START, "username": "dokafor",
        "name": "Dana Okafor", "organization": "Santa Lucera Police Department", "roles": "detective",
        "action": "query.history", "case_number": "26-01873", "crime_type": "homicide",
        "incident_number": "I-26-22817", "purpose": "homicide", "reason": REASONS[0],
        "elements": {"plate": "7ABX123", "start": START.isoformat(), "end": END.isoformat()},
        "outcome": "ok", "rows": 12, "truncated": False, "automatic": False, "clause": "",
        "address": "10.20.4.17", "host": "inv-ws-04",
    }  # fmt: skip
    row.update(given)
    return row


def records(count: int = 400, seed: int = 5) -> pd.DataFrame:
    dice = random.Random(seed)
    rows = []
    for number in range(4200, 4200 + count):
        username, name, roles, kind = dice.choices(MEMBERS, weights=[8, 9, 5, 2, 3, 4])[0]
        moment = START + dt.timedelta(days=dice.randrange(31), hours=dice.gauss(13, 4) % 24)
        refused = dice.random() < 0.06
        elements: dict[str, Any] = {"start": START.isoformat(), "end": END.isoformat()}
        action = dice.choice(["query.history", "query.history", "query.canvass", "query.partial"])
        if action == "query.history":
            elements["plate"] = f"{dice.randint(5, 9)}ABX{dice.randint(100, 999)}"
        elif action == "query.canvass":
            elements |= {"center": [LATITUDE, LONGITUDE], "radius_m": 800.0}
        else:
            elements |= {"pattern": "7A?X1*", "seen_by": "witness", "color": "dark"}
        rows.append(
            access(
                number, at=moment.astimezone(dt.UTC), local_time=moment, username=username, name=name, roles=roles,
                action=action, elements=elements, reason=dice.choice([*REASONS, "check", "26-01873"]),
                case_number=f"26-0{dice.randint(1800, 1850)}", outcome="refused" if refused else "ok",
                clause="462.5(b)" if refused else "", rows=None if refused else dice.randint(0, 80),
                automatic=kind == "service", crime_type=dice.choice(["homicide", "burglary", "vehicle theft"]),
            )
        )  # fmt: skip
    return pd.DataFrame(rows).sort_values("at", ignore_index=True)


def review(*, ok: bool = True, count: int = 400, sample: int = 12) -> SimpleNamespace:
    """Return a review of October 2026."""
    found = records(count) if count else records(1).head(0)
    refused = found["outcome"] == "refused"
    return SimpleNamespace(
        start=START, end=END, records=found, sample=found.iloc[:: max(1, len(found) // max(1, sample))].head(sample),
        refusals=found[refused].reset_index(drop=True), plan=_plan(), population=_population(found),
        by_member=_by_member(found), by_purpose=_by(found, "purpose", "label"), by_crime_type=_by(found, "crime_type"),
        training=_training(), accounts=_accounts(), indicators=_indicators(found), chain=_chain(ok=ok),
        yardsticks=yardsticks(),
    )  # fmt: skip


def yardsticks(**given: Any) -> SimpleNamespace:
    """Return the facts beside the searches; by default of a house where nothing was ever done."""
    nothing: dict[str, Any] = {
        "day": dt.date(2026, 11, 21), "agreements": (), "releases": (), "purges": (), "attestations": (),
        "overdue": {"reads": 0, "limit": "1 year", "citation": "Clovis PD Policy 462.6", "held": 0, "holds": (),
                    "unfinished": None},
        "account_reviews": (), "hits": {}, "hits_closed": {},
    }  # fmt: skip
    return SimpleNamespace(**(nothing | given))


def _plan() -> dict[str, Any]:
    return {
        "scope": "Every query for reads on the access record of the Santa Lucera Police Department in the period.",
        "period": "2026-10-01 00:00 to 2026-11-01 00:00, end excluded (America/Los_Angeles)",
        "responsible": "Administration Division Commander (Clovis PD Policy 462.5(c))",
        "method": "The record is checked first, then every access is counted and a sample is read by a reviewer.",
        "checked": [
            "Whether the record is whole",
            "Whether each sampled access had a case, a purpose and a reason",
        ],
        "sample": "12 of 400 accesses, drawn with seed 1.",
        "limits": "An indicator is no verdict, and its absence is no clearance.",
    }


def _population(found: pd.DataFrame) -> dict[str, int]:
    return {
        "records": len(found) + 91, "accesses": len(found), "answered": int((found["outcome"] == "ok").sum()),
        "manual": int((~found["automatic"].astype(bool)).sum()), "automatic": int(found["automatic"].sum()),
        "refused": int((found["outcome"] == "refused").sum()), "failed": 0, "unfinished": 0,
        "members": found["username"].nunique(), "cases": found["case_number"].nunique(), "plates": 180,
    }  # fmt: skip


def _counts(group: pd.DataFrame) -> dict[str, Any]:
    automatic = int(group["automatic"].sum())
    return {
        "searches": len(group), "answered": int((group["outcome"] == "ok").sum()), "manual": len(group) - automatic,
        "automatic": automatic, "refused": int((group["outcome"] == "refused").sum()), "failed": 0, "unfinished": 0,
        "cases": group["case_number"].nunique(), "members": group["username"].nunique(),
    }  # fmt: skip


def _by_member(found: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (username, name, roles), group in found.groupby(["username", "name", "roles"]):
        vague = int(group["reason"].isin(["check", "26-01873"]).sum())
        rows.append(
            {
                "username": username, "name": name, "roles": roles, "kind": "person", **_counts(group), "plates": 20,
                "vague": vague, "vague_share": vague / len(group), "own_hours": "7:00–19:00", "outside_hours": 3,
                "outside_hours_share": 3 / len(group), "first_at": START, "last_at": END,
            }
        )  # fmt: skip
    columns = [
        "username", "name", "roles", "kind", *_counts(found), "plates", "vague", "vague_share", "own_hours",
        "outside_hours", "outside_hours_share", "first_at", "last_at",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _by(found: pd.DataFrame, key: str, label: str = "") -> pd.DataFrame:
    rows = []
    for value, group in found.groupby(key):
        row = {key: value, **_counts(group), "incidents": 3, "without_incident": 4}
        rows.append(row | ({label: f"{value} investigation"} if label else {}))
    return pd.DataFrame(rows, columns=None if rows else [key, *_counts(found)])


def _training() -> pd.DataFrame:
    rows = []
    for at, (username, name, roles, _) in enumerate(MEMBERS[:-1]):
        for kind, what in (
            ("training", "department-approved training"),
            ("policy-read", "has read the policy"),
        ):
            status = (
                {1: "expires soon", 3: "expired", 4: "missing"}.get(at, "current")
                if kind == "training"
                else "current"
            )
            done = None if status == "missing" else dt.date(2025, 11 - at, 3)
            rows.append(
                {
                    "username": username, "name": name, "roles": roles, "kind": kind, "what": what,
                    "completed_on": done,
                    "expires_on": None if done is None else done.replace(year=2026), "status": status,
                    "note": "", "citation": "Clovis PD Policy 462.3(d)",
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _accounts() -> pd.DataFrame:
    notes = ["", "", "departed but open", "", "no log-in for 74 days", ""]
    rows = [
        {
            "username": username, "name": name, "roles": roles, "kind": kind, "active": True, "created_at": START,
            "last_login_at": None if username == "ksingh" else START, "last_search_at": START, "note": note,
        }
        for (username, name, roles, kind), note in zip(MEMBERS, notes, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _indicators(found: pd.DataFrame) -> tuple[SimpleNamespace, ...]:
    if not len(found):
        return ()
    ids = [int(number) for number in found["access_id"]]
    return (
        SimpleNamespace(
            id="PLATE-WEEKS", severity="high", title="One plate searched over weeks without a case",
            words="Jonna Lind searched one plate 5 times on 4 days over 19 days; 4 of these bear no open case of hers.",
            username="jlind", rows=tuple(ids[3:8]),
        ),
        SimpleNamespace(
            id="REASON-VAGUE", severity="medium", title="Reasons that say nothing",
            words="11 of Miguel Reyes's 120 manual searches give a reason such as a stock word.", username="mreyes",
            rows=tuple(ids[10:80:3]),
        ),
        SimpleNamespace(
            id="ACCOUNT-TWO-HOSTS", severity="low", title="One account on two machines",
            words="Kiran Singh's account was used on two machines within 12 minutes.", username="ksingh",
            rows=(ids[1], 99),
        ),
    )  # fmt: skip


def _chain(*, ok: bool) -> dict[str, Any]:
    return {
        "ok": ok, "records": 4812, "head_seq": 4812, "head_hash": "9f3a5c7e" * 8, "checkpoints": 31,
        "kind": "" if ok else "altered", "seq": None if ok else 311,
        "finding": "" if ok else "Record 311 was altered: its hash does not agree with its content.",
        "notes": [],
    }  # fmt: skip
