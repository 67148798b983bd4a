"""The session that this machine's user keeps between calls, in a file that its owner alone can read."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from workbench.errors import BadInput, NotLoggedIn
from workbench.settings import Settings

__all__ = [
    "current_token",
    "forget_token",
    "keep_token",
    "kept_token",
    "require_private",
    "service_named",
    "write_token",
]

_OTHERS = 0o077


def kept_token(settings: Settings) -> str | None:
    """Return the session token that this machine's user keeps, or None."""
    try:
        return settings.session_file.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def current_token(settings: Settings) -> str:
    """Return the kept session token; raises NotLoggedIn where there is none."""
    token = kept_token(settings)
    if token is None:
        raise NotLoggedIn("Nobody is logged in.", remedy="Run: workbench login")
    return token


def keep_token(settings: Settings, token: str) -> None:
    """Keep a session token in a file that its owner alone can read."""
    path = settings.session_file
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_token(settings)
    write_token(path, token)


def write_token(path: Path, token: str) -> None:
    """Write a token into a new file of mode 600."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(token)


def forget_token(settings: Settings) -> None:
    """Remove the kept session token."""
    with contextlib.suppress(FileNotFoundError):
        settings.session_file.unlink()


def require_private(key_file: Path) -> Path:
    """Return a service member's key file; raises BadInput where there is none or others than its owner can read it."""
    try:
        mode = key_file.stat().st_mode
    except OSError:
        raise BadInput(
            "There is no key file of that service member.",
            "Make it: workbench member service-key, or give its path.",
        ) from None
    if mode & _OTHERS:
        raise BadInput(
            "Others than its owner can read the key file.",
            "Close it: chmod 600, and replace the key: workbench member service-key.",
        )
    return key_file


def service_named() -> tuple[str, Path] | None:
    """Return the service member that the environment names for a scheduled notebook, with its key file; or None.

    ``WORKBENCH_SERVICE`` is the name, ``WORKBENCH_KEY_FILE`` the path of the key file; never the key itself.
    """
    name, path = os.environ.get("WORKBENCH_SERVICE"), os.environ.get("WORKBENCH_KEY_FILE")
    if not name and not path:
        return None
    if not (name and path):
        raise BadInput(
            "A service member is half named.", "Set both WORKBENCH_SERVICE and WORKBENCH_KEY_FILE."
        )
    return name, require_private(Path(path))
