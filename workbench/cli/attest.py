"""``workbench attest``, ``workbench office``: titles of the policy, and statements asked of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table

__all__ = ["attest", "office"]

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def attest() -> None:
    """Give and see the statements that the policy asks of named people, on what is done outside the system."""


@attest.command("list")
@json_option
@pass_desk
@click.pass_context
def list_(context: click.Context, desk: Desk, *, as_json: bool) -> None:
    """List what the policy wants stated, by whom, and how it stands. Exit code 1 where something is late."""
    found = desk.service.custody.attestations.list(desk.token)
    if as_json:
        print_json([_plain(each) for each in found])
    else:
        rows = [
            (e.clause, e.text, e.by, e.every, e.state, e.due_on, e.last.name if e.last else "")
            for e in found
        ]
        columns = ("clause", "what", "whose", "every", "state", "due", "last by")
        print_table("Statements", columns, rows)
        if not found:
            click.echo("This policy wants none.")
    context.exit(1 if any(each.late for each in found) else 0)


@attest.command()
@click.argument("clause")
@click.option("--words", required=True, help="The statement: what was done, or is in place.")
@click.option("--dated", type=_DAY, help="The day it is made for; today by default.")
@click.option("--paper", type=_FILE, help="A signed paper; it is kept under its SHA-256.")
@json_option
@pass_desk
def give(
    desk: Desk,
    clause: str,
    words: str,
    dated: dt.datetime | None,
    paper: Path | None,
    *,
    as_json: bool,
) -> None:
    """Give a statement under your title.

    \b
    Example:
      workbench attest give "462.4[1]" --words "Systems and processes are in place; reviewed on March 2"
    """  # noqa: D301
    given = desk.service.custody.attestations.give(
        desk.token, clause, words, dated_on=dated.date() if dated else None, paper=paper
    )
    if as_json:
        print_json(_plain(given))
        return
    text = f"{given.clause}: {given.state}; the next statement is due by {given.due_on}."
    console.print(text, markup=False, highlight=False)


@attest.command()
@click.argument("clause")
@json_option
@pass_desk
def show(desk: Desk, clause: str, *, as_json: bool) -> None:
    """Show every statement on a clause."""
    found = desk.service.custody.attestations.show(desk.token, clause)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    rows = [(e.dated_on, e.name, e.title, e.words, e.file_sha256[:16], e.record_seq) for e in found]
    columns = ("dated", "by", "title", "words", "paper", "line of the record")
    print_table(f"Statements on {clause}", columns, rows)


@click.group()
def office() -> None:
    """Keep who holds which title that the policy names. Nobody enters one for themselves."""


@office.command("list")
@click.option("--ended", is_flag=True, help="Those who held one, too.")
@click.option("--titles", "only_titles", is_flag=True, help="Only the titles, each with what for.")
@json_option
@pass_desk
def list_offices(desk: Desk, *, ended: bool, only_titles: bool, as_json: bool) -> None:
    """List who holds which title."""
    if only_titles:
        from workbench.custody.offices import titles

        known = titles(desk.service.profile)
        if as_json:
            print_json(known)
        else:
            print_table("Titles of the policy", ("title", "what for"), known.items())
        return
    found = desk.service.custody.offices.list(desk.token, ended=ended)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    rows = [(e.title, e.name, e.username, e.since, e.until, e.entered_by) for e in found]
    columns = ("title", "name", "username", "since", "until", "entered by")
    print_table("Titles", columns, rows)


@office.command()
@click.argument("title")
@click.argument("username")
@click.option("--since", type=_DAY, help="The first day; today by default.")
@json_option
@pass_desk
def assign(
    desk: Desk, title: str, username: str, since: dt.datetime | None, *, as_json: bool
) -> None:
    """Enter that a member holds a title."""
    found = desk.service.custody.offices.assign(
        desk.token, title, username, since=since.date() if since else None
    )
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    text = f"{found.name} is {found.title} since {found.since}."
    console.print(text, markup=False, highlight=False)


@office.command()
@click.argument("title")
@click.argument("username")
@pass_desk
def end(desk: Desk, title: str, username: str) -> None:
    """Enter that a member no longer holds a title, as of today."""
    desk.service.custody.offices.end(desk.token, title, username)
    console.print(f"{username} no longer holds it.", markup=False, highlight=False)


def _plain(of: Any) -> dict[str, Any]:
    return {**dataclasses.asdict(of), "late": of.late}
