"""The command line: ``workbench …``.

Exit codes: 0 done; 1 done, and something is wrong (a broken record, a file that failed, a check that found fault);
2 failed; 3 refused by policy.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click

from workbench.cli.common import Desk, Group
from workbench.errors import BadInput
from workbench.version import __version__

__all__ = ["main"]

# Command: module that holds it and its one line of help, so that `workbench --help` imports none of them.
_COMMANDS = {
    "init": ("workbench.cli.init", "Make a workbench home: settings, keys, tables, first account."),
    "login": ("workbench.cli.session", "Log in on this machine."),
    "logout": ("workbench.cli.session", "End this machine's session."),
    "whoami": ("workbench.cli.session", "Say who is logged in, and what they may do."),
    "member": ("workbench.cli.member", "Accounts, roles, training and certifications."),
    "case": ("workbench.cli.case", "The case register."),
    "camera": ("workbench.cli.camera", "The register of cameras and their outages."),
    "unit": ("workbench.cli.unit", "Mobile units, their transfers, and undocking."),
    "warrant": ("workbench.cli.warrant", "Court orders for reads made by a private party."),
    "ingest": ("workbench.cli.ingest", "Bring reads in, from files or a watched folder."),
    "read": ("workbench.cli.read", "Read the plates in pictures and videos."),
    "report": ("workbench.cli.report", "Make a canvass, partial-plate or audit report."),
    "hotlist": ("workbench.cli.hotlist", "Hot lists: vehicles that are looked for."),
    "hit": ("workbench.cli.hit", "Hits on the hot lists, and the steps before anything is done."),
    "hold": ("workbench.cli.hold", "Hold reads back from a purge."),
    "retention": ("workbench.cli.retention", "Purge what may no longer be kept, and certify it."),
    "evidence": ("workbench.cli.evidence", "Package what is held for a case, to be booked."),
    "release": ("workbench.cli.release", "Give reads to another agency on its written request."),
    "attest": ("workbench.cli.attest", "Statements on what is done outside the system."),
    "office": ("workbench.cli.attest", "Who holds which title that the policy names."),
    "agreement": ("workbench.cli.agreement", "Contracts and memoranda with others."),
    "breach": ("workbench.cli.agreement", "Report a suspected breach, and see where it goes."),
    "publish": (
        "workbench.cli.publish",
        "The public page: policy and counts, small ones kept back.",
    ),
    "audit": ("workbench.cli.audit", "Look at the access record and check that it is whole."),
    "schedule": (
        "workbench.cli.schedule",
        "Write the cron line or systemd timer of a report; installs nothing.",
    ),
    "policy": ("workbench.cli.policy", "The policy profiles, and what proves each clause."),
    "demo": ("workbench.cli.demo", "Build the fictional city and make three reports."),
    "doctor": ("workbench.cli.doctor", "Say what is missing and how to mend it."),
    "desk": ("workbench.cli.desk", "Open the search desk as a page, offline."),
    "lab": ("workbench.cli.lab", "Open JupyterLab on this home, offline."),
}


class _Commands(Group):
    """Loads a command's module when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which a newcomer meets them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: Any = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in _COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with `workbench demo`, or with `workbench init` for your own agency.",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="The workbench home. Default: $WORKBENCH_HOME, ./data, or the demo in ./data/demo.",
)
@click.option(
    "--as", "username", metavar="NAME", help="Act as this service member for one command."
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With --as: its key file.",
)
@click.version_option(__version__, prog_name="workbench")
@click.pass_context
def main(
    ctx: click.Context, home: Path | None, username: str | None, key_file: Path | None
) -> None:
    """Investigate with licence plate reader data under your agency's own written policy.

    Nobody sees a read without a case number and a purpose, and every access is on the record before its result is
    shown.
    """
    ctx.obj = Desk(home)
    if username is None and key_file is None:
        return
    if username is None or key_file is None:
        raise BadInput("A service member is half named.", "Give both --as and --key-file.")
    from workbench.cli.acting import acting

    ctx.with_resource(acting(ctx.obj, username, key_file))
