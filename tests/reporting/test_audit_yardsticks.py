"""What an audit shows beside the searches and of its findings, and how it says that there is nothing."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
import reporting_audit
from markupsafe import Markup
from reporting_audit import yardsticks
from reporting_town import ZONE

from workbench.reporting import audit_findings, audit_yardsticks
from workbench.reporting.tables import Fragment

NOON = dt.datetime(2026, 11, 3, 20, tzinfo=dt.UTC)


def words(fragment: Fragment) -> str:
    return " ".join(Markup(re.sub(r"<[^>]+>", " ", str(fragment.html))).unescape().split())


def review(**given: Any) -> SimpleNamespace:
    found = reporting_audit.review(count=20, sample=3)
    found.yardsticks = yardsticks(**given)
    return found


def test_where_there_is_nothing_each_says_what_that_means() -> None:
    empty = review()
    assert "No review of all accounts is signed" in words(
        audit_yardsticks.account_reviews(empty, ZONE)
    )
    shared = words(audit_yardsticks.sharing(empty))
    assert "No contract or memorandum is on file" in shared
    assert "No other agency's request" in shared
    kept = words(audit_yardsticks.retention(empty, ZONE))
    assert "no read was older than the 1 year" in kept
    assert "No purge was ever run" in kept
    assert "wants no statement" in words(audit_yardsticks.statements(empty))
    assert "No hit on a hot list was raised" in words(audit_yardsticks.hits(empty))


def test_what_nobody_looked_at_is_not_taken_for_clean() -> None:
    for blind in (review(day=None), SimpleNamespace()):
        for fragment in (
            audit_yardsticks.account_reviews(blind, ZONE), audit_yardsticks.sharing(blind),
            audit_yardsticks.retention(blind, ZONE), audit_yardsticks.statements(blind), audit_yardsticks.hits(blind),
        ):  # fmt: skip
            assert words(fragment) == "This was not looked at."


def test_sharing_names_agreements_and_requests() -> None:
    shown = words(
        audit_yardsticks.sharing(
            review(
                agreements=(
                    {
                        "party": "County <Sheriff>", "kind": "memorandum", "subject": "share",
                        "signed_by": "Chief of Police",
                        "begins_on": dt.date(2025, 1, 1), "ends_on": dt.date(2026, 10, 1), "state": "expired",
                    },
                ),
                releases=(
                    {
                        "number": "R26-0007", "agency": "Fresno PD", "recipient": "law-enforcement",
                        "entered_on": dt.date(2026, 10, 3), "state": "denied", "since": dt.date(2026, 10, 5),
                        "verified": False, "approved_by": "",
                    },
                ),
            )
        )
    )  # fmt: skip
    assert "County <Sheriff>" in shown
    assert "expired" in shown
    assert "R26-0007" in shown
    assert "law enforcement, not verified" in shown
    assert "denied" in shown


@pytest.mark.parametrize(
    ("overdue", "told"),
    [
        ({"reads": None}, "sets no longest time"),
        ({"reads": 1234}, "1,234 reads were older than the 1 year that the policy allows"),
        ({"unfinished": 4}, "order 4 was broken off"),
        ({"holds": (3, 9)}, "review is overdue: 3 and 9"),
        ({"held": 2}, "Two holds are in force"),
    ],
)
def test_retention_says_what_is_late(overdue: dict[str, Any], told: str) -> None:
    usual = yardsticks().overdue
    assert told in words(audit_yardsticks.retention(review(overdue=usual | overdue), ZONE))


def test_purges_show_their_certificates() -> None:
    purge = {
        "purge": 3, "order": 5, "ended_at": NOON, "captured_before": NOON - dt.timedelta(days=365), "reads": 41_210,
        "held": 12, "approvals": ("council's resolution", "city attorney's consent"), "run_by": "ihaddad",
        "sha256": "ab" * 32,
    }  # fmt: skip
    shown = words(audit_yardsticks.retention(review(purges=(purge,)), ZONE))
    for part in (
        "order 5",
        "41,210",
        "council's resolution; city attorney's consent",
        "abababababababab",
    ):
        assert part in shown


def test_statements_that_are_late_stand_first() -> None:
    def wanted(text: str, state: str) -> dict[str, Any]:
        return {
            "clause": "462.4", "citation": "Clovis PD Policy 462.4", "text": text, "by": "Commander", "state": state,
            "due_on": None, "last_on": None, "last_by": "",
        }  # fmt: skip

    shown = words(
        audit_yardsticks.statements(review(attestations=(wanted("first", "given"), wanted("second", "never given"))))
    )  # fmt: skip
    assert shown.index("second") < shown.index("first")
    assert "One statement is missing or overdue" in shown


def test_the_last_review_of_accounts_is_named() -> None:
    signed = {
        "signed_at": NOON, "name": "Kenji Sato", "title": "Auditor", "accounts": 18,
        "decisions": {"keep": 16, "disable": 2}, "sha256": "cd" * 32,
    }  # fmt: skip
    shown = words(audit_yardsticks.account_reviews(review(account_reviews=(signed,)), ZONE))
    assert (
        "3 Nov 2026 and signed for by Kenji Sato, Auditor: 18 accounts, 16 kept, 2 to be closed"
        in shown
    )


def test_hits_stand_by_state_and_none_was_acted_on_unverified() -> None:
    shown = words(
        audit_yardsticks.hits(
            review(
                hits={"closed": 3, "raised": 2},
                hits_closed={"correct": 1, "wrong-plate": 2},
            )
        )
    )
    assert "Five hits, as they stand now: 2 raised; 3 closed: 1 correct, 2 wrong plate." in shown
    assert "only after every step of verification" in shown


# --- dispositions and signatures --------------------------------------------------------------------------


def said(disposition: str = "explained", **given: Any) -> SimpleNamespace:
    fields = {
        "disposition": disposition, "note": "Joint case <memo>", "username": "sato", "name": "Kenji Sato", "at": NOON,
        "record_id": 6155, "is_final": disposition != "open",
    }  # fmt: skip
    return SimpleNamespace(**(fields | given))


def test_a_disposition_on_the_record_takes_the_place_of_the_line_to_fill_in() -> None:
    found = reporting_audit.review()
    for number, each in enumerate(found.indicators):
        each.key = f"{number:016x}"
    found.dispositions = {found.indicators[0].key: said()}
    shown = words(audit_findings.findings(found, ZONE))
    assert "1 of 3 are decided on the record. Two findings wait for a reviewer." in shown
    assert "Joint case <memo> Kenji Sato, 3 Nov 2026, #6,155" in shown
    assert shown.count("Reviewer's words and initials") == 2
    assert f"key {found.indicators[1].key[:8]}" in shown
    found.dispositions = {each.key: said() for each in found.indicators}
    assert "decided on every one" in words(audit_findings.findings(found, ZONE))
    found.dispositions = {each.key: said("open") for each in found.indicators}
    assert "0 of 3 are decided" in words(audit_findings.findings(found, ZONE))


def signature(role: str, outcome: str, *, stands: bool = True) -> SimpleNamespace:
    return SimpleNamespace(
        role=role, outcome=outcome, note="", title="Lieutenant", username="alvarez", name="R. Alvarez", at=NOON,
        findings=9, disposed=9, record_id=6161, stands=stands,
    )  # fmt: skip


def test_a_signature_on_the_record_takes_the_place_of_one_by_hand() -> None:
    found = SimpleNamespace(sign_offs={"reviewer": signature("reviewer", "no-misuse")})
    shown = words(
        audit_findings.sign_off(found, ZONE, reviewer="somebody", approver="Cdr. Whitfield")
    )
    assert "no misuse found" in shown
    assert "3 Nov 2026, on the record as #6,161" in shown
    assert "9 of 9 were decided" in shown
    assert "somebody" not in shown
    assert shown.count("Signature") == 1
    assert "Cdr. Whitfield" in shown


def test_a_signature_that_no_longer_stands_says_so() -> None:
    found = SimpleNamespace(sign_offs={"approver": signature("approver", "approved", stands=False)})
    shown = words(audit_findings.sign_off(found, ZONE))
    assert "have changed since: sign it again" in shown
    assert shown.index("I have read every access") < shown.index("have changed since")
