"""What every test shares, each in a module of its own."""

from __future__ import annotations

pytest_plugins = [
    "clause_evidence",  # which tests prove which policy clauses, for `workbench policy conformance`
    "databases",  # the fixtures ``database`` and ``sqlite``
]
