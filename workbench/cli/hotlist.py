"""``workbench hotlist``: hot lists and holding reads against them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.models import Grounds

if TYPE_CHECKING:
    from workbench.hotlists import HotList, ListImport, Run

__all__ = ["hotlist"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def hotlist() -> None:
    """Hot lists: vehicles that are looked for. Every field but the plate is kept encrypted.

    Each transfer of reads is held against them as it comes in; what matches is a hit (see: workbench hit).
    """


@hotlist.command("list")
@json_option
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List the hot lists: how many entries count, and how old each list is."""
    lists = desk.service.hotlists.lists(desk.token)
    now = desk.service.clock()
    if as_json:
        print_json([{**dataclasses.asdict(each), "stale": each.stale(now)} for each in lists])
        return
    rows = [_row(each, desk) for each in lists]
    columns = ("code", "title", "source", "for", "entries", "as of", "", "near misses")
    print_table("Hot lists", columns, rows)


def _row(each: HotList, desk: Desk) -> tuple[Any, ...]:
    now = desk.service.clock()
    stood = f"{each.as_of.astimezone(desk.settings.zone):%Y-%m-%d %H:%M}" if each.as_of else "never"
    near = "none" if each.near_from is None else f"from {each.near_from:.1%}"
    old = f"older than {each.stale_after_hours} h" if each.stale(now) else ""
    return (each.code, each.title, each.source, each.purpose, f"{each.entries:,}", stood, old, near)


@hotlist.command()
@click.argument("code")
@click.option("--title", required=True, help="What it is: Stolen vehicles, statewide.")
@click.option("--source", required=True, help="Whose it is: State Department of Justice.")
@click.option("--purpose", required=True, help="For which of the policy's purposes it is matched.")
@click.option(
    "--stale-after", type=click.IntRange(1), default=24, show_default=True, metavar="HOURS",
    help="From what age on every hit says that the list is too old.",
)  # fmt: skip
@click.option(
    "--near-from", type=click.FloatRange(0.001, 0.999), default=0.02, show_default=True,
    metavar="PROBABILITY", help="How probable a near miss must be to be a hit.",
)  # fmt: skip
@click.option("--exact-only", is_flag=True, help="No near misses.")
@json_option
@pass_desk
def create(
    desk: Desk,
    code: str,
    title: str,
    source: str,
    purpose: str,
    stale_after: int,
    near_from: float,
    *,
    exact_only: bool,
    as_json: bool,
) -> None:
    """Make a list that is brought in from files. Its CODE stands in clear: no names in it."""
    made = desk.service.hotlists.create(
        desk.token,
        code,
        purpose=purpose,
        title=title,
        source=source,
        stale_after_hours=stale_after,
        near_from=None if exact_only else near_from,
    )
    if as_json:
        print_json(dataclasses.asdict(made))
    else:
        _say(
            f"The list {made.code} is there, and empty. Bring it in: workbench hotlist import FILE --list {made.code}"
        )


@hotlist.command("import")
@click.argument("file", type=_FILE)
@click.option("--list", "code", required=True, help="The list's code.")
@click.option("--incremental", is_flag=True, help="Additions and removals, not the whole list.")
@click.option("--layout", type=_FILE, help="A layout file, for fixed width or unknown headers.")
@click.option(
    "--as-of", metavar="TIME", help="How things stood when the file was made; now where left out."
)
@json_option
@pass_desk
def import_(
    desk: Desk,
    file: Path,
    code: str,
    layout: Path | None,
    as_of: str | None,
    *,
    incremental: bool,
    as_json: bool,
) -> None:
    """Bring in a list from FILE: in place of what was there, or additions and removals.

    Delimited text with a known header needs no layout: PlateNumber, Category, PlateState, EffectiveDate, ExpiryDate;
    Hot Plate, State, Alert; or the field names of a state extract (LIC, LIS, VMA, NIC …). Columns that are not known
    are kept too. Rows that cannot be taken in go to a reject file, encrypted: see workbench hotlist rejects.
    """
    mode: Literal["complete", "incremental"] = "incremental" if incremental else "complete"
    done = desk.service.hotlists.import_file(
        desk.token, file, code, mode=mode, layout=layout, as_of=as_of
    )
    _imported(done, as_json=as_json)


def _imported(done: ListImport, *, as_json: bool) -> None:
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    _say(
        f"{done.code}: {done.added:,} added, {done.removed:,} taken off, {done.rejected:,} rejected; "
        f"{done.entries:,} entries count."
    )
    for reason, count in done.reasons.items():
        _say(f"  {count:,} rejected: {reason}")
    if done.reject_file:
        _say(f"  Rejected rows: workbench hotlist rejects {done.reject_file.name}")


@hotlist.command()
@click.argument("name")
@json_option
@pass_desk
def rejects(desk: Desk, name: str, *, as_json: bool) -> None:
    """Show the rows of a reject file in clear, which is put on the record."""
    found = desk.service.hotlists.rejects(desk.token, name)
    if as_json:
        print_json(
            [{"line": each.line, "reason": each.reason, "text": each.text} for each in found]
        )
        return
    print_table(
        name, ("line", "reason", "text"), [(each.line, each.reason, each.text) for each in found]
    )


@hotlist.command()
@click.argument("plate")
@click.option("--case", required=True, help="An open case of the register.")
@click.option("--requester", required=True, help="Who asks for it.")
@click.option("--source", required=True, help="On whose word: a report, a victim, another agency.")
@click.option("--expires", required=True, metavar="TIME", help="When it comes off by itself.")
@click.option("--purpose", required=True, help="One of the policy's purposes.")
@click.option("--list", "code", default="bolo", show_default=True, help="The list.")
@click.option("--state", default="", help="Two letters.")
@click.option("--category", default="", help="Such as: stolen plate, felony vehicle.")
@click.option("--make", default="")
@click.option("--model", default="")
@click.option("--color", default="")
@click.option("--body", default="", help="Such as: sedan, pickup.")
@click.option("--contact", default="", help="Whom to call on a hit.")
@click.option("--note", default="", help="What whoever meets it should know.")
@json_option
@pass_desk
def add(
    desk: Desk,
    /,
    plate: str,
    case: str,
    requester: str,
    source: str,
    expires: str,
    purpose: str,
    code: str,
    *,
    as_json: bool,
    **fields: str,
) -> None:
    """Enter a wanted vehicle by hand (BOLO), for an open case and with an end."""
    done = desk.service.hotlists.add(
        desk.token,
        plate,
        case=case,
        requester=requester,
        source=source,
        expires=expires,
        purpose=purpose,
        code=code,
        **{name: value for name, value in fields.items() if value},
    )
    _imported(done, as_json=as_json)


@hotlist.command()
@click.argument("plate")
@click.option("--list", "code", default="bolo", show_default=True, help="The list.")
@click.option("--state", default="", help="Only the listing of this state.")
@click.option("--why", required=True, help="In a few words; they stand on the record.")
@json_option
@pass_desk
def remove(desk: Desk, plate: str, code: str, state: str, why: str, *, as_json: bool) -> None:
    """Take a vehicle off a list by hand."""
    _imported(
        desk.service.hotlists.remove(desk.token, plate, code=code, state=state, why=why),
        as_json=as_json,
    )


@hotlist.command()
@json_option
@pass_desk
def expire(desk: Desk, *, as_json: bool) -> None:
    """Take expired entries off every list. They raise no hit meanwhile; this takes them out of the database."""
    gone = desk.service.hotlists.expire(desk.token)
    if as_json:
        print_json(gone)
    else:
        _say(
            ", ".join(f"{code}: {count:,}" for code, count in gone.items())
            or "Nothing has expired."
        )


@hotlist.command("rotate-key")
@json_option
@pass_desk
def rotate_key(desk: Desk, *, as_json: bool) -> None:
    """Encrypt everything with a new key and destroy the old one; finish a rotation that was broken off.

    Backups of the database made before need the key file of their time: keep the two together.
    """
    done = desk.service.hotlists.rotate_key(desk.token)
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    how = "The rotation that was broken off is finished" if done.resumed else "The key is changed"
    _say(
        f"{how}: {done.rows:,} rows are sealed with key {done.key_id}; {done.retired} old keys are destroyed."
    )


@hotlist.command()
@click.option(
    "--start", metavar="TIME", help="The period, in the agency's zone unless it says otherwise."
)
@click.option("--end", metavar="TIME")
@click.option("--case", "number", default="", help="The case.")
@click.option("--purpose", default="", help="One of the policy's purposes.")
@click.option("--reason", default="", help="Why, in words.")
@click.option("--list", "codes", multiple=True, help="Only this list; may be given several times.")
@click.option(
    "--pending", is_flag=True, help="Transfers whose matching failed, instead of a period."
)
@json_option
@pass_desk
def match(
    desk: Desk,
    start: str | None,
    end: str | None,
    number: str,
    purpose: str,
    reason: str,
    codes: tuple[str, ...],
    *,
    pending: bool,
    as_json: bool,
) -> None:
    """Hold stored reads of a period against the lists. Like any query it needs case, purpose and reason."""
    if pending:
        runs = desk.service.hotlists.match_pending(desk.token)
    elif not start or not end:
        raise click.UsageError("Give --start and --end, or --pending.")
    else:
        grounds = Grounds(number, purpose, reason)
        runs = [
            desk.service.hotlists.match(
                desk.token, start=start, end=end, grounds=grounds, codes=codes
            )
        ]
    if as_json:
        print_json([dataclasses.asdict(run) for run in runs])
        return
    for run in runs:
        _say(_run(run))
    if not runs:
        _say("Every transfer was matched.")


def _run(run: Run) -> str:
    if run.status != "complete":
        return f"The matching failed ({run.error}); it is tried again with the next transfer."
    hits = ", ".join(str(number) for number in run.hits[:20]) + (" …" if len(run.hits) > 20 else "")
    raised = f"{len(run.hits):,} hits: {hits}" if run.hits else "no hit"
    return f"{run.reads:,} reads held against {', '.join(run.lists) or 'no list'}: {raised}."


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
