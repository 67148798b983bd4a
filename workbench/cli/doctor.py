"""``workbench doctor``: what is missing, and how to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from workbench.cli.common import Desk, json_option, pass_desk, print_json
from workbench.cli.machine_checks import Finding, examine_machine

__all__ = ["doctor", "examine"]

_COLORS = {"ok": "green", "note": "yellow", "fail": "red"}


def examine(home: Path | None) -> Iterator[Finding]:
    """Look at the machine and, unless ``home`` is None, at a home folder and its database."""
    yield from examine_machine()
    if home is None:
        return
    from workbench.cli.record_checks import examine_database
    from workbench.cli.site_checks import examine_site, read_settings

    settings, finding = read_settings(home)
    yield finding
    if settings is not None:
        yield from examine_site(settings)
        yield from examine_database(settings)


@click.command("doctor")
@click.option("--machine", is_flag=True, help="Look at the machine alone, not at a home folder.")
@json_option
@pass_desk
@click.pass_context
def doctor(context: click.Context, desk: Desk, *, machine: bool, as_json: bool) -> None:
    """Say what is missing here, and how to mend it.

    Looks at Python and packages against the tested ranges, at the widget packages of kernel and JupyterLab, at the
    home folder, its permissions, database, access record, street layer and unfinished transfers. It changes nothing,
    needs no log-in, and shows no read.

    Exit code 0 when nothing is broken (there may be notes), 1 when something is.
    """
    findings = list(examine(None if machine else desk.home))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _show(findings)
    context.exit(1 if any(finding.state == "fail" for finding in findings) else 0)


def _show(findings: list[Finding]) -> None:
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        mark = click.style(f"{finding.state:<4}", fg=_COLORS[finding.state])
        click.echo(f"{mark}  {finding.check:<{width}}  {finding.found}")
        if finding.mend:
            click.echo(f"{'':{width + 8}}→ {finding.mend}")
    states = Counter(finding.state for finding in findings)
    broken, notes = states["fail"], states["note"]
    click.echo(f"\n{states['ok']} in order, {notes} to know, {broken} to mend.")
