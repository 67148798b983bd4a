"""How the registers' import commands say what became of a file."""

from __future__ import annotations

import sys

import click

from workbench.cli.common import console, print_json, print_table
from workbench.records.registers import Imported

__all__ = ["ignore_option", "show_import"]

_SHOWN = 10
_SOME_REJECTED = 1

ignore_option = click.option(
    "--ignore-column",
    "ignored",
    multiple=True,
    metavar="NAME",
    help="Pass over a column of the file; give it once for each.",
)


def show_import(result: Imported, *, as_json: bool) -> None:
    """Print what an import did; end with exit code 1 where rows were rejected."""
    if as_json:
        print_json(result.as_dict())
    else:
        console.print(
            f"{result.accepted} new, {result.updated} updated, {result.unchanged} unchanged, "
            f"{len(result.rejected)} rejected."
        )
        for change in result.changes[:_SHOWN]:
            console.print(f"  changed {change}", markup=False, highlight=False)
        if len(result.changes) > _SHOWN:
            console.print(f"  and {len(result.changes) - _SHOWN} more")
        if result.rejected:
            rows = [(each.line, each.reason) for each in result.rejected[:_SHOWN]]
            print_table("Rejected", ("line", "reason"), rows)
            console.print(
                f"All of them, with their text: {result.reject_file}", soft_wrap=True, markup=False
            )
            console.print("Mend those rows and import the file again: what is in stays as it is.")
    if result.rejected:
        sys.exit(_SOME_REJECTED)
