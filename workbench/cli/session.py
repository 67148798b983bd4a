"""``workbench login | logout | whoami``: the session of this machine's user."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json
from workbench.errors import NotLoggedIn
from workbench.keeping import forget_token, keep_token, kept_token
from workbench.policy.actions import ACTIONS, needs_grounds
from workbench.policy.decision import Request, decide

__all__ = ["login", "logout", "whoami"]


@click.command()
@click.argument("username", required=False)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Log a service member in by its key file instead of a password.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@pass_desk
def login(desk: Desk, username: str | None, key_file: Path | None, *, password_stdin: bool) -> None:
    """Log in on this machine. Notebooks and commands then act as you until the session ends.

    The password is asked for, never given as an option. A session ends after the policy's idle time and length.

    \b
    Examples:
      workbench login rivera
      workbench login nightly --key-file data/keys/service-nightly.key
    """  # noqa: D301
    username = username or click.prompt("Username")
    if key_file is not None:
        token = desk.service.login_service(username, key_file)
    else:
        password = (
            sys.stdin.readline().rstrip("\n")
            if password_stdin
            else click.prompt("Password", hide_input=True)
        )
        token = desk.service.login(username, password)
    keep_token(desk.settings, token)
    accounts = desk.service.profile.accounts
    console.print(
        f"Logged in to {desk.settings.agency}. The session ends after {accounts.idle_minutes} idle minutes, "
        f"at the latest in {accounts.max_session_hours} hours."
    )


@click.command()
@pass_desk
def logout(desk: Desk) -> None:
    """End this machine's session."""
    token = kept_token(desk.settings)
    if token is not None:
        with contextlib.suppress(NotLoggedIn):  # it may have ended by itself
            desk.service.logout(token)
        forget_token(desk.settings)
    console.print("Logged out.")


@click.command()
@json_option
@pass_desk
def whoami(desk: Desk, *, as_json: bool) -> None:
    """Say who is logged in, and what the policy lets them do today."""
    service = desk.service
    session = service.session(desk.token)
    may, may_not = [], {}
    for action in ACTIONS:
        if needs_grounds(action):
            continue
        request = Request(action=action, member=session.member, now=service.clock())
        decision = decide(service.profile, request)
        if decision.allowed:
            may.append(action)
        else:
            may_not[action] = decision.refusals[0].reason
    member = session.member
    if as_json:
        print_json(
            {
                "username": member.username,
                "name": member.name,
                "roles": sorted(member.roles),
                "agency": desk.settings.agency,
                "profile": service.profile.id,
                "home": desk.home,
                "may": may,
                "may_not": may_not,
            }
        )
        return
    console.print(f"{member.name} ({member.username}), {', '.join(sorted(member.roles))}")
    console.print(f"{desk.settings.agency}, under the policy {service.profile.id}; {desk.home}")
    for action in may:
        console.print(f"  may {ACTIONS[action]}", highlight=False)
