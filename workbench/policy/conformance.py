"""Which clause is carried out by which control, which tests prove it, and whether they passed.

The table is made from the profile, the register of controls and the evidence of the last test runs; nothing in
it is written by hand. A clause is called *enforced* (*recorded*, *attested*, *published*) only if all its controls are
built, at least one test marked with it passed for each of them in this release, and none failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.policy.basis import Clause, ClauseKind
from workbench.policy.controls import CONTROLS, Control
from workbench.policy.evidence import Proof
from workbench.policy.profile import Profile
from workbench.version import __version__

__all__ = ["PROVEN", "STATES", "Conformance", "Row", "State", "conformance", "gaps"]

State = Literal[
    "enforced",
    "recorded",
    "attested",
    "published",
    "not proven",
    "failed",
    "planned",
    "context",
]

STATES: dict[State, str] = {
    "enforced": "the software refuses, blocks or deletes by itself, and tests prove it",
    "recorded": "the software demands and keeps the record, and tests prove it",
    "attested": "the software asks for and keeps a named person's statement, and tests prove it",
    "published": "the software produces the document, and tests prove it",
    "not proven": "built, but a control lacks a passing test of this clause",
    "failed": "a test of this clause failed in its last run",
    "planned": "a control that the clause needs is not built yet",
    "context": "explanation only",
}
"""What each state means."""

PROVEN: dict[ClauseKind, State] = {
    "enforce": "enforced",
    "record": "recorded",
    "attest": "attested",
    "publish": "published",
    "context": "context",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One clause of the table; ``note`` says in words what is missing."""

    clause: Clause
    citation: str
    state: State
    note: str
    tests: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Conformance:
    """The table for one profile.

    ``gaps`` is what the agency itself has yet to fill in; ``counts`` is how many clauses stand in each state.
    """

    profile: Profile
    release: str
    rows: tuple[Row, ...]
    gaps: tuple[str, ...]
    counts: Mapping[State, int]


def conformance(profile: Profile, proofs: Mapping[str, Proof]) -> Conformance:
    """Make the table of a profile from the evidence of test runs."""
    rows = tuple(_row(profile, clause, proofs) for clause in profile.clauses)
    counts = Counter(row.state for row in rows)
    return Conformance(
        profile,
        __version__,
        rows,
        gaps(profile),
        {state: counts[state] for state in STATES if counts[state]},
    )


def gaps(profile: Profile) -> tuple[str, ...]:
    """Return what the agency has yet to fill in, with clause and mend."""
    found = []
    if not profile.administrator.designee:
        where = profile.cite(profile.administrator)
        found.append(f"No current designee is named: fill in administrator.designee. [{where}]")
    retention = profile.retention
    if retention.after_minimum == "purge" and retention.reads_max is None:
        where = profile.cite(retention.purge_clause or retention)
        found.append(
            "Reads are to be purged after the shortest time, but no longest time is set: fill in "
            f"retention.reads_max from the records schedule. [{where}]"
        )
    return tuple(found)


def _row(profile: Profile, clause: Clause, proofs: Mapping[str, Proof]) -> Row:
    mark = f"{profile.id}:{clause.number}"
    tests = tuple(proof for proof in proofs.values() if mark in proof.clauses)
    state, note = _state(profile, clause, tests)
    return Row(clause, profile.cite(clause.number), state, note, tests)


def _state(profile: Profile, clause: Clause, tests: tuple[Proof, ...]) -> tuple[State, str]:
    if clause.kind == "context":
        return "context", ""
    current = tuple(proof for proof in tests if proof.release == __version__)
    controls = [CONTROLS[name] for name in clause.controls]
    failed = sum(proof.outcome == "failed" for proof in current)
    if failed:
        return "failed", f"{failed} of {len(current)} tests failed"
    planned = [control.name for control in controls if not control.built]
    if planned:
        return "planned", _half_built(controls, planned, current)
    unproven = [each.name for each in controls if not _proven(each, current, len(controls))]
    if unproven:
        return "not proven", _why(unproven, tests, current)
    if "administrator-named" in clause.controls and not profile.administrator.designee:
        return "not proven", "the profile names no current designee"
    return PROVEN[clause.kind], ""


def _half_built(controls: list[Control], planned: list[str], tests: tuple[Proof, ...]) -> str:
    built = [control for control in controls if control.built]
    if not built:
        return ""
    words = [
        f"{each.name} is built{' and proven' if _proven(each, tests, len(controls)) else ''}"
        for each in built
    ]
    return f"{', '.join(words)}; to come: {', '.join(planned)}"


def _proven(control: Control, tests: tuple[Proof, ...], controls: int) -> bool:
    """Say whether a passing test stands for a control; one of several needs a test of its own."""
    passed = [proof for proof in tests if proof.outcome == "passed"]
    if controls == 1:
        return bool(passed)
    return any(proof.node.startswith(control.tests) for proof in passed)


def _why(unproven: list[str], tests: tuple[Proof, ...], current: tuple[Proof, ...]) -> str:
    if tests and not current:
        return "proven in another release only: run make test"
    if not tests:
        return "no test of this clause has run: run make test"
    return f"no passing test for {', '.join(unproven)}"
