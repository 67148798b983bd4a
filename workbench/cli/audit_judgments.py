"""``workbench audit dispose | sign``: what a reviewer says of a finding, and who signs the review."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

import click

from workbench.audit.judgments import DISPOSITIONS, OUTCOMES
from workbench.cli.common import Desk, console, json_option, pass_desk, print_json
from workbench.cli.periods import between, period_options

__all__ = ["dispose", "sign"]


@click.command()
@click.argument("key")
@period_options
@click.option(
    "--as",
    "disposition",
    type=click.Choice(list(DISPOSITIONS)),
    required=True,
    help="; ".join(f"{word}: {what}" for word, what in DISPOSITIONS.items()),
)
@click.option("--note", default="", help="Why, in words; it stands on the record.")
@json_option
@pass_desk
def dispose(
    desk: Desk,
    key: str,
    *,
    period: str | None,
    start: str | None,
    end: str | None,
    disposition: str,
    note: str,
    as_json: bool,
) -> None:
    """Say what is to be said of a finding: explained, training, referred, or still open.

    KEY is the finding's key as `workbench audit review` and the report show it; its first six characters are enough.
    What is said goes on the record under your name, is never changed, and can be followed by another word. Nobody
    decides on a finding about their own account.

    \b
    Examples:
      workbench audit dispose 3f9a1c --period 2026-10 --as explained --note "Joint case with the county, memo of 12 Oct"
    """  # noqa: D301
    first, last = _between(desk, period, start, end)
    made = desk.service.audits.dispose(
        desk.token, key, start=first, end=last, disposition=disposition, note=note
    )
    if as_json:
        print_json(asdict(made))
        return
    console.print(
        f"Finding {made.key}: {made.disposition}, by {made.name}, on the record as #{made.record_id:,}.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


@click.command()
@period_options
@click.option("--as", "role", type=click.Choice(list(OUTCOMES)), required=True)
@click.option(
    "--outcome",
    type=click.Choice(list(dict.fromkeys(word for words in OUTCOMES.values() for word in words))),
    required=True,
    help="; ".join(f"{role}: {', '.join(words)}" for role, words in OUTCOMES.items()),
)
@click.option("--title", default="", help="The office in which you sign.")
@click.option("--note", default="", help="What is to be said beside it, such as the conditions.")
@json_option
@pass_desk
def sign(
    desk: Desk,
    *,
    period: str | None,
    start: str | None,
    end: str | None,
    role: str,
    outcome: str,
    title: str,
    note: str,
    as_json: bool,
) -> None:
    """Sign the review of a period, as its reviewer or as its approver.

    Who signs as reviewer has read every access of the sample and every finding. The reviewer signs first: with every
    finding decided, or with the outcome "open". The approver is another member. Neither signs while a finding about
    their own account is undecided. The signature covers the findings and what was said of them; where either changes
    later, the report says so.

    \b
    Examples:
      workbench audit sign --period 2026-10 --as reviewer --outcome no-misuse --title "Lieutenant"
      workbench audit sign --period 2026-10 --as approver --outcome approved --title "Commander"
    """  # noqa: D301
    first, last = _between(desk, period, start, end)
    made = desk.service.audits.sign(
        desk.token, start=first, end=last, role=role, outcome=outcome, title=title, note=note
    )
    if as_json:
        print_json(asdict(made))
        return
    console.print(
        f"Signed by {made.name} as {made.role}: {OUTCOMES[role][outcome]}. {made.disposed:,} of {made.findings:,} "
        f"findings were decided; on the record as #{made.record_id:,}.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _between(
    desk: Desk, period: str | None, start: str | None, end: str | None
) -> tuple[dt.datetime, dt.datetime]:
    zone = desk.settings.zone
    return between(period, start, end, now=desk.service.clock(), zone=zone)
