"""How a register that keeps its own record asks the policy: by the service's own door, handed to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from workbench.models import Session

__all__ = ["Permit"]


class Permit(Protocol):
    """Asks whether a member may do something: :meth:`workbench.service.Service.permit`."""

    def __call__(
        self, token: str, action: str, elements: Mapping[str, Any] | None = None
    ) -> Session:
        """Return the session if its member may; else put the refusal on the record and raise it."""
