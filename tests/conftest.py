"""What every test shares, each in a module of its own."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = [
    "clause_evidence",  # which tests prove which policy clauses, for `workbench policy conformance`
    "browsing",  # a browser on a served desk, and how long its clicks took
    "databases",  # the fixtures ``database`` and ``sqlite``
]

# In CI the same examples every time; at a desk fresh ones, which is where new faults are found.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
