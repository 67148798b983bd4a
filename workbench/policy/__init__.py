"""Policy as data: profiles, the decision, conformance."""

from __future__ import annotations

from workbench.policy.decision import Decision, Finding, Request, decide
from workbench.policy.profile import Profile, load, names

__all__ = ["Decision", "Finding", "Profile", "Request", "decide", "load", "names"]
