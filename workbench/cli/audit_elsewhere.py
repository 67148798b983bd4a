"""``workbench audit elsewhere``: searches made in another system, held against the same indicators."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.audit.export import one_line
from workbench.audit.indicators.base import count
from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.cli.imports import ignore_option

if TYPE_CHECKING:
    from workbench.audit.elsewhere_review import ElsewhereReview

__all__ = ["elsewhere"]

_SHOWN = 10
_SOME_REJECTED = 1


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--org",
    "organizations",
    multiple=True,
    metavar="NAME",
    help="How the export writes this agency's name; give it once for each.",
)
@click.option(
    "--automatic",
    multiple=True,
    metavar="TYPE",
    help="A search type that no person typed, such as an alert's; give it once for each.",
)
@ignore_option
@json_option
@pass_desk
def elsewhere(
    desk: Desk,
    file: Path,
    *,
    organizations: tuple[str, ...],
    automatic: tuple[str, ...],
    ignored: tuple[str, ...],
    as_json: bool,
) -> None:
    """Review searches that were made in another system, from its audit export.

    FILE is a Flock Safety audit export (CSV). Rows that cannot be read go to a reject file with their line and the
    reason, and the exit code is 1. The searches are held against the indicators that need nothing but the file and the
    case register; what is found names lines and IDs, never a plate. Nothing of the file is kept but that it was
    reviewed.

    \b
    Examples:
      workbench audit elsewhere org-audit-2026-10.csv --org "Santa Lucera CA PD"
      workbench audit elsewhere network-audit-2026-10.csv --json
    """  # noqa: D301
    found = desk.service.audits.elsewhere(
        desk.token, file, organizations=organizations, automatic=automatic, ignore=ignored
    )
    if as_json:
        print_json(found.as_dict())
    else:
        _print(found)
    if found.imported.rejected:
        sys.exit(_SOME_REJECTED)


def _print(found: ElsewhereReview) -> None:
    imported = found.imported
    span = (
        f", {found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}" if found.first and found.last else ""
    )
    _say(
        f"{count(imported.accepted, 'search', 'searches')}{span}: {found.own:,} by this agency, "
        f"{found.automatic:,} automatic; "
        f"{count(len(imported.rejected), 'row')} rejected."
    )
    _say(f"  kinds of search: {_counts(found.kinds)}")
    print_table(
        "To look at; none of it is a verdict",
        ["severity", "indicator", "what was seen", "lines"],
        [
            (each.severity, each.id, one_line(each.words), _lines(each.rows))
            for each in found.findings
        ],
        caption="The IDs of the searches: --json"
        if found.findings
        else "Nothing was found. That is no clearance.",
    )
    for note in found.notes:
        _say(f"  {note}")
    if imported.rejected:
        rows = [(each.line, each.reason) for each in imported.rejected[:_SHOWN]]
        print_table("Rejected", ("line", "reason"), rows)
        _say(
            f"All of them, with their text: {imported.reject_file}. It holds plates: delete it once read."
        )


def _say(text: str) -> None:
    console.print(one_line(text), markup=False, highlight=False, soft_wrap=True)


def _counts(counts: Mapping[str, int]) -> str:
    shown = [f"{name} {number:,}" for name, number in list(counts.items())[:_SHOWN]]
    return ", ".join(shown) or "none"


def _lines(rows: tuple[int, ...], most: int = 6) -> str:
    listed = ", ".join(str(number) for number in rows[:most])
    return f"{listed} … ({len(rows):,})" if len(rows) > most else listed
