"""A home, the command line on it, and somebody logged in."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from world import ZONE, World

from workbench.cli import main
from workbench.keeping import keep_token

ADMIN = "okafor"


class CommandLine:
    """Runs commands as a member of a small agency, today."""

    def __init__(self, home: Path, *, profile: str = "clovis-ca") -> None:
        now = dt.datetime.now(ZONE).replace(tzinfo=None).isoformat(" ", "seconds")
        self.home = home
        self.world = World(home, profile=profile, now=now)
        self.as_(ADMIN)

    def as_(self, username: str) -> None:
        keep_token(self.world.settings, self.world.login(username))

    def run(self, *arguments: str, input: str | None = None, ends: int = 0) -> Result:  # noqa: A002
        command = ["--home", str(self.home), *arguments]
        result = CliRunner().invoke(main, command, input=input, env={"COLUMNS": "200"})
        assert result.exit_code == ends, result.output
        return result

    def json(self, *arguments: str, **options: Any) -> Any:
        return json.loads(self.run(*arguments, "--json", **options).stdout)
