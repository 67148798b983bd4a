"""Acting as a service member for one command: logged in by its key file, and logged out at its end."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import NotLoggedIn
from workbench.keeping import require_private, write_token

if TYPE_CHECKING:
    from workbench.cli.common import Desk

__all__ = ["acting"]

_WHERE = "WORKBENCH_SESSION_FILE"


@contextlib.contextmanager
def acting(desk: Desk, username: str, key_file: Path) -> Iterator[None]:
    """Act as a service member while the block runs, kernels of reports too.

    The session is in a file of its own in a private folder, so that a session that somebody keeps on this machine is
    neither used nor ended.

    Raises
    ------
    BadInput
        Others than its owner can read the key file.
    LoginRefused
        The key is not this member's.
    """
    require_private(key_file)
    token = desk.service.login_service(username, key_file)
    before = os.environ.get(_WHERE)
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder) / "session"
        write_token(path, token)
        os.environ[_WHERE] = str(path)
        try:
            yield
        finally:
            os.environ.pop(_WHERE, None)
            if before is not None:
                os.environ[_WHERE] = before
            with contextlib.suppress(NotLoggedIn):
                desk.service.logout(token)
