"""``workbench hit``: what matched a hot list, and the steps before anything is done about it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.errors import Failed
from workbench.models import Grounds

if TYPE_CHECKING:
    from workbench.hotlists import Hit

__all__ = ["hit"]


@click.group()
def hit() -> None:
    """Hits on the hot lists. A hit is not by itself grounds for a stop.

    The policy says which steps stand before anything is done; each is taken by a named person, in order, on the record.
    """


@hit.command("list")
@click.option("--all", "every", is_flag=True, help="Closed ones too.")
@json_option
@pass_desk
def list_(desk: Desk, *, every: bool, as_json: bool) -> None:
    """List the open hits, the newest first: no plate is shown."""
    found = desk.service.hotlists.hits(desk.token, open_only=not every)
    if as_json:
        print_json(found)
        return
    zone = desk.settings.zone
    rows = [
        (
            each["id"],
            f"{each['captured_at'].astimezone(zone):%Y-%m-%d %H:%M}",
            f"{each['camera']} {each['camera_name']}".strip(),
            each["list"],
            f"near, {each['probability']:.0%}" if each["near"] else "exact",
            each["status"] + (f": {each['disposition']}" if each["disposition"] else ""),
        )
        for each in found
    ]
    print_table("Hits", ("hit", "read at", "camera", "list", "match", "status"), rows)


@hit.command()
@click.argument("number", type=int)
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to print."
)
@click.option("--case", default="", help="For a closed hit: the case,")
@click.option("--purpose", default="", help="the purpose,")
@click.option("--reason", default="", help="and why.")
@json_option
@pass_desk
def show(
    desk: Desk,
    number: int,
    html: Path | None,
    case: str,
    purpose: str,
    reason: str,
    *,
    as_json: bool,
) -> None:
    """Show a hit: the read, the entry, what differs, what was done and what is to be done.

    An open hit is its own ground. To see a closed one give case, purpose and reason.
    """
    from workbench.hotlists.page import as_html, as_text

    grounds = Grounds(case, purpose, reason) if case or purpose or reason else None
    view = desk.service.hotlists.show(desk.token, number, grounds)
    if html is not None:
        _write(html, as_html(view))
        console.print(f"Wrote {html}.", markup=False, highlight=False)
    elif as_json:
        print_json(view.plain())
    else:
        click.echo(as_text(view), nl=False)


def _write(path: Path, text: str) -> None:
    """Write a page that only its owner reads."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)  # a page that was there may have been open to others
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error.strerror}.", "Give another path.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


@hit.command("rule-out")
@click.argument("number", type=int)
@click.option(
    "--saw", type=click.Choice(["image", "plate"]), required=True, help="What you looked at."
)
@click.option("--misread", "outcome", flag_value="misread", help="It is another plate.")
@click.option(
    "--wrong-state", "outcome", flag_value="wrong-state", help="It is a plate of another state."
)
@click.option("--note", default="")
@json_option
@pass_desk
def rule_out(
    desk: Desk, number: int, saw: str, outcome: str | None, note: str, *, as_json: bool
) -> None:
    """Say after looking whether the hit is a misread; it is not, unless you say so."""
    _say(
        desk.service.hotlists.rule_out(
            desk.token, number, outcome=outcome or "right", saw=saw, note=note
        ),
        as_json=as_json,
    )


@hit.command()
@click.argument("number", type=int)
@click.option("--note", default="")
@json_option
@pass_desk
def broadcast(desk: Desk, number: int, note: str, *, as_json: bool) -> None:
    """Record that the hit was broadcast; after its confirmation, that its result was."""
    _say(desk.service.hotlists.broadcast(desk.token, number, note=note), as_json=as_json)


@hit.command()
@click.argument("number", type=int)
@click.option("--at", metavar="TIME", help="When the state database answered.")
@click.option("--reference", default="", help="The reference of its answer.")
@click.option("--dispatcher", default="", help="Who at dispatch made the check.")
@click.option(
    "--not-current", "outcome", flag_value="not-current", help="The listing no longer stands."
)
@click.option(
    "--not-practicable",
    "why",
    default="",
    metavar="WHY",
    help="The check could not be made, and why.",
)
@json_option
@pass_desk
def confirm(
    desk: Desk,
    number: int,
    at: str | None,
    reference: str,
    dispatcher: str,
    outcome: str | None,
    why: str,
    *,
    as_json: bool,
) -> None:
    """Attest what the state database said. The workbench has no connection to it.

    \b
    Example:
      workbench hit confirm 17 --at "2026-03-02 21:20" --reference 8842-1
    """  # noqa: D301
    found = "impracticable" if why else outcome or "current"
    done = desk.service.hotlists.confirm(
        desk.token,
        number,
        outcome=found,
        at=at,
        reference=reference,
        dispatcher=dispatcher,
        why=why,
    )
    _say(done, as_json=as_json)


@hit.command()
@click.argument("number", type=int)
@click.option("--at", metavar="TIME", help="When the vehicle was located.")
@click.option(
    "--differs", "outcome", flag_value="differs", help="It is not the vehicle of the hit."
)
@click.option(
    "--not-found", "why", default="", metavar="WHY", help="It could not be located, and why."
)
@click.option("--note", default="")
@json_option
@pass_desk
def locate(
    desk: Desk,
    number: int,
    at: str | None,
    outcome: str | None,
    why: str,
    note: str,
    *,
    as_json: bool,
) -> None:
    """Record that the vehicle was located and matches the hit, unless you say otherwise."""
    found = "impracticable" if why else outcome or "matches"
    done = desk.service.hotlists.locate(
        desk.token, number, outcome=found, at=at, note=note, why=why
    )
    _say(done, as_json=as_json)


@hit.command()
@click.argument("number", type=int)
@click.option(
    "--as", "disposition", required=True,
    type=click.Choice(["correct", "wrong-state", "wrong-plate", "dismissed"]),
)  # fmt: skip
@click.option(
    "--then", "closing", type=click.Choice(["none", "broadcast", "acted-on"]), default="none",
    help="What came after a correct hit.",
)  # fmt: skip
@click.option("--note", default="", help="In words; needed for dismissed.")
@json_option
@pass_desk
def close(
    desk: Desk, number: int, disposition: str, closing: str, note: str, *, as_json: bool
) -> None:
    """Close a hit with its disposition, which must be what the steps found."""
    done = desk.service.hotlists.close(
        desk.token, number, disposition=disposition, closing=closing, note=note
    )
    _say(done, as_json=as_json)


def _say(done: Hit, *, as_json: bool) -> None:
    plan = done.plan
    if as_json:
        print_json(
            {
                "hit": done.id,
                "status": plan.status,
                "to_do": plan.to_do,
                "disposition": plan.closed,
                "dispositions": plan.dispositions,
            }
        )
        return
    rest = f" To do: {plan.to_do}." if plan.to_do else ""
    ended = f" as {plan.closed}" if plan.closed else ""
    console.print(f"Hit {done.id}: {plan.status}{ended}.{rest}", markup=False, highlight=False)
    if not plan.closed:
        from workbench.hotlists.steps import STANDING

        console.print(STANDING, markup=False, highlight=False)
