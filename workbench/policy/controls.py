"""The controls that answer for policy clauses: what each does, where, and whether it is built yet.

A clause of a profile names its controls by these names. ``built`` is False for what a later release brings: the
conformance table then says "planned", whatever the tests say. Where a clause has several controls, each needs a passing
test of its own: ``tests`` says how the names of those begin.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CONTROLS", "Control"]


@dataclass(frozen=True, slots=True)
class Control:
    """One control: what it does in a sentence, the module that carries it out, whether it is built."""

    name: str
    what: str
    module: str
    built: bool = True
    tests: tuple[str, ...] = ()


# Whole workbenches under each of the five profiles.
_WHOLE = "tests/policy/test_clauses_carried_out.py"

_BUILT = (
    Control(
        "login",
        "Every account has its own login and password; failures lock it, idle sessions end, idle "
        "accounts are disabled.",
        "workbench.people",
        tests=(
            f"{_WHOLE}::test_login",
            "tests/people",
        ),
    ),
    Control(
        "default-deny",
        "Whatever is not on the list of actions, or not granted by a role, is refused; no other "
        "department's, state or federal database is reached.",
        "workbench.policy.decision",
        tests=(
            "tests/policy/test_decision.py::test_what_is_not",
            "tests/policy/test_decision.py::test_nobody",
        ),
    ),
    Control(
        "roles",
        "Only the job titles that the profile lists hold roles, and a role opens only its actions.",
        "workbench.policy.decision",
        tests=("tests/policy/test_decision.py::test_a_role_opens",),
    ),
    Control(
        "member-register",
        "Who holds which role, given by whom and when, is kept and goes on the access record.",
        "workbench.people",
        tests=(
            f"{_WHOLE}::test_member",
            "tests/people",
        ),
    ),
    Control(
        "training-currency",
        "Without training on record, or with training that is too old or lacks a topic, ALPR data "
        "stays closed.",
        "workbench.policy.requirements",
        tests=(
            "tests/policy/test_decision.py::test_without_training",
            "tests/queries/test_runner.py::test_nobody_untrained",
        ),
    ),
    Control(
        "training-register",
        "Each member's trainings and their dates are kept, and what is missing or late is reported.",
        "workbench.people",
    ),
    Control(
        "policy-read",
        "Without having read the policy within the profile's period, ALPR data stays closed.",
        "workbench.policy.requirements",
        tests=("tests/policy/test_decision.py::test_the_policy_is_read",),
    ),
    Control(
        "certification",
        "Without the certification that the profile asks for, such as CLETS, the system stays closed.",
        "workbench.policy.requirements",
    ),
    Control(
        "contractor-checks",
        "A contractor needs Live Scan, a record free of convictions and a signed waiver on file.",
        "workbench.policy.requirements",
    ),
    Control(
        "purpose-list",
        "A query names a purpose out of the profile's list; any other is refused.",
        "workbench.policy.grounds",
        tests=("tests/policy/test_grounds.py::test_a_purpose",),
    ),
    Control(
        "reason-check",
        "The reason in words is checked for stock words, misplaced numbers, personal data and "
        "subjects outside the policy.",
        "workbench.policy.reasons",
        tests=("tests/policy/test_grounds.py::test_a_personal",),
    ),
    Control(
        "no-suspicion-asked",
        "Patrol and investigation are both purposes, and nothing asks for reasonable suspicion or "
        "probable cause.",
        "workbench.policy.grounds",
    ),
    Control(
        "case-register",
        "A query belongs to a case of the register; an unknown case is refused.",
        "workbench.cases",
        tests=("tests/policy/test_grounds.py::test_a_case",),
    ),
    Control(
        "crime-type-and-incident",
        "Each search records crime type and incident number, where the profile demands them.",
        "workbench.policy.grounds",
        tests=("tests/policy/test_grounds.py::test_clinton_needs",),
    ),
    Control(
        "limits",
        "A query outside the profile's limits of time, area and known characters is refused.",
        "workbench.policy.grounds",
    ),
    Control(
        "access-record",
        "Every access is on an append-only, hash-chained record before its result is shown: who, "
        "from where, when, what was asked, why, and with what outcome.",
        "workbench.audit",
        tests=(
            f"{_WHOLE}::test_record",
            "tests/queries/test_runner.py::test_an_access",
        ),
    ),
    Control(
        "search-count",
        "The number of searches, by member and in all, is counted from the access record.",
        "workbench.audit",
        tests=("tests/audit/test_review.py::test_the_number_of_searches",),
    ),
    Control(
        "record-keeping",
        "Access records cannot be changed or deleted: the workbench offers no way to, the database "
        "resists it, and the chain shows it.",
        "workbench.audit",
        tests=(
            f"{_WHOLE}::test_kept",
            "tests/records/test_database.py::test_append_only",
        ),
    ),
    Control(
        "audit-report",
        "An audit report states plan, period, population, seeded sample, findings, training, "
        "accounts, and the check of the record itself.",
        "workbench.reporting",
    ),
    Control(
        "crime-scene-canvass",
        "All reads around a scene in a time window, by vehicle, with camera coverage.",
        "workbench.queries.canvass",
        tests=(
            f"{_WHOLE}::test_canvass",
            "tests/queries/test_queries.py::test_canvass",
        ),
    ),
    Control(
        "partial-plate-search",
        "A partly known plate is searched with camera and witness error models.",
        "workbench.queries.partial",
        tests=(
            f"{_WHOLE}::test_partial",
            "tests/queries/test_queries.py::test_partial",
        ),
    ),
    Control(
        "retention-window",
        "A read past the longest time that the profile allows is not returned by any query.",
        "workbench.queries.runner",
        tests=(
            "tests/policy/test_grounds.py::test_a_window_beyond",
            "tests/queries/test_runner.py::test_reads_older",
        ),
    ),
    Control(
        "verify-notice",
        "Whatever leaves the workbench says that it is verified in the state database before "
        "anybody acts on it.",
        "workbench.queries.runner",
        tests=("tests/queries/test_queries.py::test_every_result_says",),
    ),
    Control(
        "transfer-register",
        "Reads come in as registered transfers: who, from which unit or camera, when, SHA-256, rows "
        "accepted and rejected.",
        "workbench.ingest",
        tests=(f"{_WHOLE}::test_transfer",),
    ),
    Control(
        "overdue-transfer-watch",
        "A unit whose last transfer is too long ago, from which nothing ever came, or whose download "
        "failed or came in only in part is reported.",
        "workbench.units",
        tests=("tests/units/test_unit_transfers.py::test_overdue",),
    ),
    Control(
        "undocking-permission",
        "A unit is undocked under a permission on record; without one the undocking is refused, and one that is found "
        "is kept as such.",
        "workbench.units",
    ),
    Control(
        "private-reads-warrant",
        "Reads made by a private party come in only with a warrant or court order on record.",
        "workbench.ingest.warrants",
    ),
    Control(
        "camera-register",
        "Cameras, their places and outages are entered only by those who administer the system.",
        "workbench.policy.decision",
        tests=("tests/policy/test_decision.py::test_only_administrators",),
    ),
    Control(
        "administrator-named",
        "The responsible officer and the current designee are named in the profile; a missing "
        "designee is reported.",
        "workbench.policy.conformance",
        tests=("tests/policy/test_conformance.py::test_a_designee",),
    ),
    Control(
        "policy-document",
        "The profile sets down who may use the system, training, monitoring, access records, "
        "custodians and retention, and `workbench policy show` prints it.",
        "workbench.cli.policy",
    ),
    Control(
        "policy-conformance",
        "Each clause is traced to its control, the tests that prove it, and their last result.",
        "workbench.policy.conformance",
    ),
    Control(
        "no-public-access",
        "Nobody without an account of their own sees anything: there is no guest and no public page "
        "of data.",
        "workbench.policy.decision",
        tests=("tests/policy/test_decision.py::test_nobody",),
    ),
    Control(
        "no-owner-data",
        "Reads hold plates, places, times and vehicles: no name, address or registration.",
        "workbench.records.tables",
    ),
    Control(
        "attestations",
        "A named person is asked for a dated statement on what is done outside the software, and "
        "what is missing or late is reported.",
        "workbench.custody.attestations",
    ),
    Control(
        "releases",
        "A release needs a written request, an approval by a named title, and is kept on file.",
        "workbench.custody.releases",
    ),
    Control(
        "sharing-agreements",
        "Contracts and memoranda under which another agency runs or shares the system are listed.",
        "workbench.custody.agreements",
    ),
    Control(
        "public-page",
        "The policy, clause by clause, and counts of its use are written out as a page for the website, "
        "with special use permits where the policy says so.",
        "workbench.custody.publication",
    ),
    Control(
        "breach-path",
        "A suspected breach goes on the record and is led to the policy that handles it.",
        "workbench.custody.breaches",
    ),
    Control(
        "retention-minimum",
        "No purge reaches reads younger than the shortest time that the profile allows.",
        "workbench.custody",
        tests=("tests/custody/test_custody_clauses.py::test_minimum",),
    ),
    Control(
        "purge",
        "Reads past their time are purged beyond recovery, with approvals and a record.",
        "workbench.custody",
        tests=("tests/custody/test_custody_clauses.py::test_purge",),
    ),
    Control(
        "holds",
        "Reads that are evidence, or under a demand of law, are held back from a purge.",
        "workbench.custody",
        tests=("tests/custody/test_custody_clauses.py::test_hold",),
    ),
    Control(
        "hot-lists",
        "Hot lists with source, case and expiry are held against every transfer, and hits show at once.",
        "workbench.hotlists",
        tests=("tests/hotlists/test_hits_under_policies.py",),
    ),
    Control(
        "hot-list-encryption",
        "Every hot-list field but the plate is encrypted, bound to its row, under a key outside the database.",
        "workbench.hotlists.keyring",
        tests=("tests/hotlists/test_hotlist_encryption.py",),
    ),
    Control(
        "hit-verification",
        "A hit goes through the policy's steps, each by a named person, in order and on the record; none is skipped.",
        "workbench.hotlists.steps",
        tests=("tests/hotlists/test_hits_under_policies.py::test_hit",),
    ),
    Control(
        "evidence-package",
        "Held reads leave as a sealed package on the media that the policy names, to be booked.",
        "workbench.custody.evidence",
        tests=("tests/custody/test_evidence.py::test_package",),
    ),
)

_PLANNED: tuple[Control, ...] = ()

CONTROLS: dict[str, Control] = {each.name: each for each in (*_BUILT, *_PLANNED)}
"""Controls by name."""
