"""``workbench audit …``: the access record, the proof that it is whole, and its review."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from workbench.audit.export import write_csv
from workbench.audit.show import OUTCOMES
from workbench.cli.audit_elsewhere import elsewhere
from workbench.cli.audit_judgments import dispose, sign
from workbench.cli.audit_pages import plain, print_record, print_review, print_verdict, summary
from workbench.cli.common import Desk, console, json_option, pass_desk, print_json
from workbench.cli.imports import show_import
from workbench.cli.periods import between, period_options
from workbench.errors import BadInput
from workbench.times import parse_time

if TYPE_CHECKING:
    from workbench.audit.verify import Verdict
    from workbench.service import Service

__all__ = ["audit"]

_BROKEN = 1
_WORTH_A_BAR = 50_000
_SHOWN = 50


@click.group()
def audit() -> None:
    """Look at the access record, check that it is whole, and see what a reviewer should look at.

    Whoever reads the record stands on it as well. The report for the file is made with `workbench report audit`.
    """


@audit.command("verify")
@json_option
@click.pass_context
def verify_record(ctx: click.Context, *, as_json: bool) -> None:
    """Check every record, every signed checkpoint and the end of the record.

    Exits with 0 where the record is whole, and with 1 where it was altered, reordered or cut; then it names the first
    record concerned. It needs no log-in: anybody who can open the home can check it.

    \b
    Examples:
      workbench audit verify
      workbench audit verify --json
    """  # noqa: D301
    desk = ctx.ensure_object(Desk)
    verdict = _verified(desk.service)
    if as_json:
        print_json(verdict.as_dict())
    else:
        print_verdict(verdict.as_dict())
    if not verdict.ok:
        ctx.exit(_BROKEN)


def _verified(service: Service) -> Verdict:
    """Verify the record, with a bar where it will take a while and somebody is watching."""
    records = int(service.chain_head()["seq"])
    if records < _WORTH_A_BAR or not console.is_terminal:
        return service.audit_verify()
    columns = (
        TextColumn("Checking"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=records)
        return service.audit_verify(lambda done: progress.update(task, completed=done))


@audit.command("show")
@click.option("--from", "start", metavar="TIME", help='Such as "2026-10-01" or "2026-10-01 08:00".')
@click.option("--to", "end", metavar="TIME", help="The first moment that is not shown.")
@click.option("--user", "username", metavar="NAME", help="One account.")
@click.option("--case", metavar="NUMBER", help="One case.")
@click.option("--purpose", help="One of the policy's purposes.")
@click.option("--action", help="Such as query.canvass, login, or a family: query.*")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="How it ended.")
@click.option("--access", "access_id", type=int, metavar="NUMBER", help="One access by its number.")
@click.option("--plate", help="Whole plate that was asked for; it stays in your shell's history.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=f"The newest so many; by default {_SHOWN} on the screen, all of them into a file.",
)
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a CSV file that its owner alone can read and no spreadsheet runs.",
)
@json_option
@pass_desk
def show_record(
    desk: Desk,
    /,
    *,
    start: str | None,
    end: str | None,
    limit: int | None,
    csv_file: Path | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """Show the record, one line for each access. Looking at it is an access and is recorded.

    \b
    Examples:
      workbench audit show --user rivera --from 2026-10-01
      workbench audit show --outcome refused --limit 20
      workbench audit show --from 2026-10-01 --to 2026-11-01 --csv october.csv
    """  # noqa: D301
    if csv_file is not None and as_json:
        raise BadInput("Both --csv and --json were given.", "Give one of them.")
    zone = desk.settings.zone
    whole = csv_file is not None or as_json
    frame = desk.service.audit_show(
        desk.token,
        start=parse_time(start, zone) if start else None,
        end=parse_time(end, zone) if end else None,
        limit=limit if whole else limit or _SHOWN,
        **filters,
    )
    if as_json:
        print_json(plain(frame))
    elif csv_file is not None:
        write_csv(frame, csv_file)
        console.print(
            f"{len(frame):,} lines of the record are in {csv_file}. It holds plates and reasons: keep it as "
            "you keep the record.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    else:
        print_record(frame)


@audit.command("checkpoint")
@json_option
@pass_desk
def sign_checkpoint(desk: Desk, *, as_json: bool) -> None:
    """Sign the newest record, to be kept where nobody who can change this machine can reach it.

    Write it down, or mail it to somebody outside: whoever cuts or rewrites the record before that line can no
    longer hide it. With --json it is one line in the form of record/checkpoints.jsonl; put back there,
    `workbench audit verify` holds the record against it.
    """
    anchor = vars(desk.service.audit_checkpoint(desk.token))
    if as_json:
        click.echo(json.dumps(anchor))
        return
    signed = dt.datetime.fromtimestamp(anchor["at"] / 1_000_000, desk.settings.zone)
    console.print(f"Checkpoint of the access record of {desk.settings.agency}", markup=False)
    lines = {
        "record": f"{anchor['seq']:,}",
        "hash": anchor["hash"],
        "signed": signed.isoformat(timespec="seconds"),
        "key": anchor["key_id"],
        "signature": anchor["signature"],
    }
    for name, value in lines.items():
        console.print(f"  {name:<9}  {value}", markup=False, highlight=False, soft_wrap=True)


@audit.command("review")
@period_options
@click.option(
    "--sample",
    "sample_size",
    type=click.IntRange(min=1),
    help="How many accesses to draw; by default what the policy asks for.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed draws the same sample."
)
@click.option(
    "--confidence",
    type=float,
    metavar="SHARE",
    help="Draw enough to meet an access at fault with this probability, such as 0.95.",
)
@click.option(
    "--share", type=float, metavar="SHARE", help="… if so many are at fault; by default 0.05."
)
@json_option
@pass_desk
def review_period(
    desk: Desk,
    *,
    period: str | None,
    start: str | None,
    end: str | None,
    sample_size: int | None,
    seed: int,
    confidence: float | None,
    share: float | None,
    as_json: bool,
) -> None:
    """Sum up a period: counts, what a reviewer should look at, who is not current, whether the record is whole.

    The report that is reviewed and signed comes from `workbench report audit`.

    \b
    Examples:
      workbench audit review
      workbench audit review --period 2026-10 --sample 40 --seed 7
    """  # noqa: D301
    first, last = between(period, start, end, now=desk.service.clock(), zone=desk.settings.zone)
    found = desk.service.audit_review(
        desk.token,
        start=first,
        end=last,
        sample_size=sample_size,
        seed=seed,
        confidence=confidence,
        share=share,
    )
    if as_json:
        print_json(summary(found))
    else:
        print_review(found, desk.settings.zone)


@audit.command("household")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@json_option
@pass_desk
def household_list(desk: Desk, *, file: Path | None, as_json: bool) -> None:
    """Keep the list of plates of members' own households, which searches are reviewed against.

    FILE is the whole list, a CSV with the columns username and plate; without it, how many plates each member has on
    it is shown. Only a keyed hash of each plate is kept: delete the file afterwards.

    \b
    Examples:
      workbench audit household
      workbench audit household own-plates.csv
    """  # noqa: D301
    households = desk.service.households
    if file is None:
        counts = households.counts(desk.token)
        if as_json:
            print_json(counts)
            return
        for username, plates in counts.items():
            console.print(f"  {username:<16} {plates}", markup=False, highlight=False)
        console.print(f"{sum(counts.values())} plates of {len(counts)} members.")
        return
    show_import(households.import_csv(desk.token, file), as_json=as_json)


for _command in (dispose, sign, elsewhere):
    audit.add_command(_command)
