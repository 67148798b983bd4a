"""A part of the service with a member's token already in the first place of each of its methods."""

from __future__ import annotations

import functools
from typing import Any

__all__ = ["Bound"]


class Bound:
    """What a part of the service offers, as one member.

    Parameters
    ----------
    part : object
        Its public methods take a token first; what else it has in public are parts like it.
    token : str
        The member's.

    Examples
    --------
    >>> class Desk:
    ...     def who(self, token, greeting): return f"{greeting} {token}"
    >>> Bound(Desk(), "t0ken").who("hello")
    'hello t0ken'
    """

    def __init__(self, part: Any, token: str) -> None:
        self._part = part
        self._token = token

    def __repr__(self) -> str:
        return f"<{type(self._part).__name__} of one member>"

    def __dir__(self) -> list[str]:
        return [name for name in dir(self._part) if not name.startswith("_")]

    def __getattr__(self, name: str) -> Any:
        """Return a method with the token in its place, or a part bound in the same way; nothing private."""
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._part, name)
        return (
            functools.partial(found, self._token) if callable(found) else Bound(found, self._token)
        )
