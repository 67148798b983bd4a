"""What the commands share: opening the home, the session, printing, and exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from workbench.errors import Refused, WorkbenchError
from workbench.keeping import current_token
from workbench.settings import Settings, find_home

if TYPE_CHECKING:
    from workbench.service import Service

__all__ = [
    "EXIT_FAILED",
    "EXIT_REFUSED",
    "Desk",
    "Group",
    "console",
    "json_option",
    "pass_desk",
    "print_json",
    "print_table",
]

EXIT_FAILED = 2
EXIT_REFUSED = 3

_PIPED_WIDTH = 200


def _console(*, stderr: bool = False) -> Console:
    """Return a console as wide as the terminal; wide where the output goes elsewhere, so that nothing is cut."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else _PIPED_WIDTH)


console = _console()
_errors = _console(stderr=True)


class Desk:
    """The home a command works on, opened when it is first needed."""

    def __init__(self, home: Path | None = None) -> None:
        self.given = home

    @property
    def home(self) -> Path:
        """The home folder meant; it need not exist."""
        return find_home(self.given)

    @cached_property
    def settings(self) -> Settings:
        """The home's settings."""
        return Settings.load(self.home)

    @cached_property
    def service(self) -> Service:
        """The opened home."""
        from workbench.service import Service

        return Service.open(self.home)

    @cached_property
    def token(self) -> str:
        """The token of whoever is logged in on this machine."""
        return current_token(self.settings)


pass_desk = click.make_pass_decorator(Desk)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


class Group(click.Group):
    """A group whose commands end with a sentence and an exit code, never with a traceback, on expected errors."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn expected errors into exit codes 2 (failed) and 3 (refused)."""
        try:
            return super().invoke(ctx)
        except Refused as error:
            _say("Refused", error.reason, _because(error), error.remedy)
            sys.exit(EXIT_REFUSED)
        except WorkbenchError as error:
            _say("Failed", getattr(error, "problem", str(error)), getattr(error, "next_step", ""))
            sys.exit(EXIT_FAILED)


def _because(error: Refused) -> str:
    where = error.citation or error.clause
    return f"Because of {where}." if where else ""


def _say(word: str, *sentences: str) -> None:
    first, *rest = [sentence for sentence in sentences if sentence]
    _errors.print(f"[bold red]{word}:[/] ", end="")
    _errors.print(first, markup=False, highlight=False, soft_wrap=True)
    for sentence in rest:
        _errors.print(f"  {sentence}", markup=False, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a value as JSON; dates and times as ISO 8601, paths as text, sets as lists."""
    click.echo(json.dumps(value, indent=2, default=_plain, ensure_ascii=False))


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if hasattr(value, "item"):
        return value.item()
    return str(value)


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, caption: str = ""
) -> None:
    """Print a table; values are shown as they are, never as markup."""
    from rich.text import Text

    table = Table(title=title, caption=caption or None, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    console.print(table)
