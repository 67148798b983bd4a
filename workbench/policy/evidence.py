"""What the last test runs proved: the file from which the conformance table is made.

The tests write it as they run (``tests/conftest.py``): for each test that is marked with policy clauses, the clauses,
the outcome, the release and the time. Runs of some tests only renew those; a test that no longer exists is dropped.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from workbench.errors import BadInput
from workbench.policy.profile import load, names
from workbench.version import __version__

__all__ = ["FORMAT", "Proof", "default_path", "merge", "read", "resolve", "write"]

FORMAT = 1

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Proof:
    """One test: the clauses it is marked with, as ``profile:number``, and how it ended."""

    node: str
    clauses: tuple[str, ...]
    outcome: Outcome
    release: str
    when: str

    @classmethod
    def now(cls, node: str, clauses: Iterable[str], outcome: Outcome) -> Proof:
        """Return the proof of a test that has just ended."""
        when = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        return cls(node, tuple(clauses), outcome, __version__, when)


def default_path() -> Path:
    """Return ``reports/test-evidence.json`` of the working tree, or of the present folder."""
    tree = Path(__file__).resolve().parents[2]
    inside = tree / "reports" / "test-evidence.json"
    return inside if (tree / "tests").is_dir() else Path("reports") / "test-evidence.json"


def read(path: Path) -> dict[str, Proof]:
    """Return the proofs by test; none where no test has run yet.

    Raises
    ------
    BadInput
        If the file is damaged or of another form.
    """
    if not path.exists():
        return {}
    proofs = None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] == FORMAT:
            proofs = {node: _proof(node, each) for node, each in data["tests"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        proofs = None
    if proofs is None:
        raise BadInput(
            f"{path} is damaged, or of another release's form.",
            "Delete it and run the tests: make test.",
        )
    return proofs


def _proof(node: str, entry: Mapping[str, Any]) -> Proof:
    return Proof(node, tuple(entry["clauses"]), entry["outcome"], entry["release"], entry["when"])


def write(path: Path, proofs: Mapping[str, Proof]) -> None:
    """Write the proofs, whole or not at all."""
    tests = {}
    for node in sorted(proofs):
        entry = asdict(proofs[node])
        del entry["node"]
        tests[node] = entry
    data = {
        "format": FORMAT,
        "release": __version__,
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "tests": tests,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.tmp")
    partial.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def merge(path: Path, fresh: Iterable[Proof], *, gone: Callable[[str], bool]) -> None:
    """Renew a file with the proofs of a run.

    Parameters
    ----------
    fresh : iterable of Proof
        Every test that ran; one that carries no clause only removes what an earlier run said of it.
    gone : callable
        Says of a test's node id whether the test no longer exists.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        try:
            proofs = read(path)
        except BadInput:
            proofs = {}
        proofs = {node: proof for node, proof in proofs.items() if not gone(node)}
        for proof in fresh:
            proofs.pop(proof.node, None)
            if proof.clauses:
                proofs[proof.node] = proof
        write(path, proofs)


def resolve(mark: str) -> tuple[str, ...]:
    """Return the clauses that a test's mark names, as ``profile:number``.

    ``clovis-ca:462.5(a)`` names one; ``*:common.6`` names, in each of the five profiles, the clauses that are
    instances of the sixth common rule: only for tests that run under all five.

    Raises
    ------
    ValueError
        If no profile lists such a clause, with the nearest that it does list.
    """
    profile_id, colon, number = mark.partition(":")
    if not colon:
        raise ValueError(f"{mark!r} is not written as 'profile:number'.")
    if profile_id == "*" and number.startswith("common."):
        return _common(mark, number.removeprefix("common."))
    if profile_id not in names():
        raise ValueError(
            f"{mark!r}: there is no profile {profile_id}; known: {', '.join(names())}."
        )
    profile = load(profile_id)
    listed = [clause.number for clause in profile.clauses]
    if number in listed:
        return (mark,)
    parts = [
        f"{clause.number} ({clause.summary})"
        for clause in profile.clauses
        if clause.number.partition("[")[0] == number
    ]
    if parts:
        raise ValueError(f"{mark!r} stands for several duties; name the part: {'; '.join(parts)}")
    near = difflib.get_close_matches(number, listed, n=3, cutoff=0.4)
    raise ValueError(f"{mark!r}: no such clause; did you mean {', '.join(near) or listed[0]}?")


def _common(mark: str, number: str) -> tuple[str, ...]:
    found = tuple(
        f"{name}:{clause.number}"
        for name in names()
        for clause in load(name).clauses
        if number.isdigit() and int(number) in clause.common
    )
    if not found:
        raise ValueError(f"{mark!r}: there is no such common rule.")
    return found
