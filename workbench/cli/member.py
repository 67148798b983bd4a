"""``workbench member``: accounts, roles, training and certifications."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.cli.member_review import review, reviews
from workbench.errors import BadInput
from workbench.models import Member, Qualification
from workbench.policy.requirements import Standing, local_day, standing
from workbench.policy.training import practical_topics, topics_held

__all__ = ["member"]

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, one line."
)


@click.group()
def member() -> None:
    """Open, change and close accounts; enter training and certifications.

    Roles, and what each may do, are the policy profile's: `workbench policy show`. Every change is on the record.
    """


@member.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as reports show it.")
@click.option(
    "--role", "roles", multiple=True, required=True, help="A role; give it once for each."
)
@click.option("--organization", help="Where they belong, if not to the agency.")
@click.option("--contractor", "kind", flag_value="contractor", help="An independent contractor.")
@click.option("--service", "kind", flag_value="service", help="A scheduled job: it gets a key.")
@click.option("--no-password", is_flag=True, help="Set it later, with: workbench member password")
@_stdin_option
@json_option
@pass_desk
def add(
    desk: Desk,
    username: str,
    name: str,
    roles: tuple[str, ...],
    organization: str | None,
    kind: str | None,
    *,
    no_password: bool,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Open an account. The password is asked for, never given as an option.

    \b
    Examples:
      workbench member add rivera --name "Ana Rivera" --role analyst
      workbench member add nightly --name "Nightly audit" --role service --service
    """  # noqa: D301
    service, token = desk.service, desk.token
    service.permit(token, "member.add")  # before a password is typed
    fields: dict[str, Any] = {"username": username, "name": name, "roles": roles}
    fields["kind"] = kind or "person"
    if organization:
        fields["organization"] = organization
    if kind != "service" and not no_password:
        fields["password"] = _password("Their password", from_stdin=password_stdin)
    added = service.add_member(token, **fields)
    if as_json:
        print_json(_plain(added))
        return
    console.print(f"{added.username} is a member: {', '.join(sorted(added.roles))}.")
    if kind == "service":
        console.print(f"Next: workbench member service-key {added.username}")
        return
    for each in _standing(desk, added):
        if not each.held:
            what = each.requirement.what
            console.print(f"Before access: {what}. workbench member qualify", highlight=False)


@member.command("list")
@json_option
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List every account with its standing: what is missing or has lapsed."""
    found = desk.service.members(desk.token)
    if as_json:
        print_json([{**_plain(each), "standing": _states(desk, each)} for each in found])
        return
    rows = [
        (
            each.username,
            each.name,
            ", ".join(sorted(each.roles)),
            each.kind,
            "" if each.active else "disabled",
            _local(desk, each.last_login_at),
            ", ".join(
                f"{s.requirement.kind} {s.state}" for s in _standing(desk, each) if not s.held
            ),
        )
        for each in found
    ]
    columns = ("username", "name", "roles", "kind", "state", "last log-in", "to mend")
    print_table("Members", columns, rows)


@member.command()
@click.argument("username", required=False)
@json_option
@pass_desk
def show(desk: Desk, username: str | None, *, as_json: bool) -> None:
    """Show an account, your own by default: roles, what was completed, and what the policy asks."""
    found = _find(desk, username)
    if as_json:
        print_json({**_plain(found), "standing": _states(desk, found)})
        return
    console.print(f"{found.name} ({found.username})", markup=False)
    console.print(f"  {found.kind} of {found.organization}", markup=False)
    console.print(f"  roles: {', '.join(sorted(found.roles))}")
    console.print(f"  {'active' if found.active else 'disabled'}", highlight=False)
    console.print(f"  last log-in: {_local(desk, found.last_login_at) or 'never'}", highlight=False)
    completed = [
        (each.kind, each.completed_on, each.expires_on, ", ".join(each.topics))
        for each in found.qualifications
    ]
    print_table("Completed", ("kind", "on", "expires", "topics"), completed)
    asked = [
        (
            each.requirement.what,
            each.state + (f": {', '.join(each.missing_topics)}" if each.missing_topics else ""),
            each.current_until,
            desk.service.profile.cite(each.requirement),
        )
        for each in _standing(desk, found)
    ]
    print_table("Asked by the policy", ("what", "state", "until", "because of"), asked)


@member.command()
@click.argument("username")
@click.argument("roles", nargs=-1, required=True)
@pass_desk
def roles(desk: Desk, username: str, roles: tuple[str, ...]) -> None:
    """Give a member these roles instead of those they have."""
    changed = desk.service.change_roles(desk.token, username, list(roles))
    console.print(f"{changed.username}: {', '.join(sorted(changed.roles))}.")


@member.command()
@click.argument("username")
@click.option("--why", required=True, help="Such as: left the agency on 2026-03-31")
@pass_desk
def disable(desk: Desk, username: str, why: str) -> None:
    """Close an account at once: its sessions end, and nobody can log in with it."""
    closed = desk.service.disable_member(desk.token, username, why)
    console.print(f"{closed.username} is disabled.")


@member.command()
@click.argument("username")
@pass_desk
def enable(desk: Desk, username: str) -> None:
    """Open a disabled account again, or unlock one that too many failures have locked."""
    opened = desk.service.enable_member(desk.token, username)
    console.print(f"{opened.username} can log in again.")


@member.command()
@click.argument("username")
@click.argument("kind")
@click.option("--on", "completed", type=_DAY, required=True, help="The day it was completed.")
@click.option("--expires", type=_DAY, help="The last day it holds, where its paper says one.")
@click.option("--topic", "topics", multiple=True, help="What a training held; once for each.")
@click.option("--all-topics", is_flag=True, help="It held every topic that the policy asks for.")
@click.option("--exercise", "exercises", multiple=True, help="What was practiced; once for each.")
@click.option("--note", default="", help="Course number, instructor, where the paper lies.")
@pass_desk
def qualify(
    desk: Desk,
    username: str,
    kind: str,
    completed: dt.datetime,
    expires: dt.datetime | None,
    topics: tuple[str, ...],
    exercises: tuple[str, ...],
    *,
    all_topics: bool,
    note: str,
) -> None:
    """Enter a training, certification or check that a member has completed. Entries cannot be changed or removed.

    KIND is a word of the policy profile, such as training, policy-read or clets. Where a training held practical
    exercises that the policy asks for, say which.

    \b
    Example:
      workbench member qualify rivera training --on 2026-03-02 --all-topics --note "Course 26-04"
    """  # noqa: D301
    asked = [each for each in desk.service.profile.requirements if each.kind == kind]
    if not asked:
        kinds = sorted({each.kind for each in desk.service.profile.requirements})
        raise BadInput(
            "The policy asks for no such qualification.", f"It asks for: {', '.join(kinds)}."
        )
    known = [topic.id for each in asked for topic in each.topics]
    if unknown := set(topics) - set(known):
        raise BadInput(
            f"The policy names no such topic: {', '.join(sorted(unknown))}.",
            f"Topics of {kind}: {', '.join(known) or 'none'}.",
        )
    qualification = Qualification(
        kind,
        completed.date(),
        expires.date() if expires else None,
        tuple(dict.fromkeys(known if all_topics else topics)),
    )
    if practical_topics(desk.service.profile, qualification) and not exercises:
        raise BadInput(
            "The training held practical exercises, and none is named.",
            'Say which, once for each: --exercise "canvass around 5th and Main in the demo city"',
        )
    if exercises:
        note = "; ".join(filter(None, (note, f"exercises: {', '.join(exercises)}")))
    desk.service.qualify(desk.token, username, qualification, note)
    console.print(f"Entered: {kind}, completed on {completed.date()}.")


@member.command()
@json_option
@pass_desk
def training(desk: Desk, *, as_json: bool) -> None:
    """List what each active member's trainings held, topic by topic, and until when each is current."""
    profile = desk.service.profile
    day = local_day(profile, desk.service.clock())
    found = [
        (each, topic)
        for each in desk.service.members(desk.token)
        if each.active
        for topic in topics_held(profile, each, day)
    ]
    if as_json:
        print_json(
            [
                {
                    "username": each.username,
                    "topic": topic.topic.id,
                    "completed_on": topic.completed_on,
                    "current_until": topic.current_until,
                    "held": topic.held,
                }
                for each, topic in found
            ]
        )
        return
    rows = [
        (
            each.username,
            topic.topic.label,
            topic.completed_on,
            topic.current_until,
            "" if topic.held else "to be held" if topic.completed_on is None else "lapsed",
        )
        for each, topic in found
    ]
    print_table("Training, topic by topic", ("username", "topic", "held on", "until", ""), rows)
    if not rows:
        console.print("The policy names no topics of a training: see workbench member list.")


@member.command()
@click.argument("username", required=False)
@_stdin_option
@pass_desk
def password(desk: Desk, username: str | None, *, password_stdin: bool) -> None:
    """Set a password: your own by default, or as an administrator somebody's. Their other sessions end.

    Your own asks for the present one first; from standard input, the first line is the present one.
    """
    own = desk.service.session(desk.token).member.username
    username = (username or own).strip().lower()
    present = ""
    if username == own:
        present = (
            _password("", from_stdin=True)
            if password_stdin
            else click.prompt("Present password", hide_input=True)
        )
    fresh = _password("New password", from_stdin=password_stdin)
    desk.service.set_password(desk.token, username, fresh, present)
    console.print("The password is set.")


@member.command("service-key")
@click.argument("username")
@json_option
@pass_desk
def service_key(desk: Desk, username: str, *, as_json: bool) -> None:
    """Make the key file that a scheduled job logs in with. An earlier key stops working.

    \b
    Then, in the job:
      workbench login nightly --key-file data/keys/service-nightly.key
    """  # noqa: D301
    path = desk.service.service_key(desk.token, username)
    if as_json:
        print_json({"username": username, "key_file": path})
        return
    console.print(f"{path}", soft_wrap=True, markup=False, highlight=False)
    console.print("Only its owner can read it; hand it to the job's own account.")


for _command in (review, reviews):
    member.add_command(_command)


def _password(prompt: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt(prompt, hide_input=True, confirmation_prompt=True)
    return typed


def _find(desk: Desk, username: str | None) -> Member:
    own = desk.service.session(desk.token).member
    wanted = (username or own.username).strip().lower()
    if wanted == own.username:
        return own
    found = {each.username: each for each in desk.service.members(desk.token)}.get(wanted)
    if found is None:
        raise BadInput("There is no such member.", "See: workbench member list")
    return found


def _standing(desk: Desk, of: Member) -> tuple[Standing, ...]:
    profile = desk.service.profile
    return standing(profile, of, local_day(profile, desk.service.clock()))


def _states(desk: Desk, of: Member) -> dict[str, str]:
    return {each.requirement.id: each.state for each in _standing(desk, of)}


def _local(desk: Desk, time: dt.datetime | None) -> str:
    return time.astimezone(desk.settings.zone).strftime("%Y-%m-%d %H:%M") if time else ""


def _plain(of: Member) -> dict[str, Any]:
    return {
        "username": of.username,
        "name": of.name,
        "organization": of.organization,
        "kind": of.kind,
        "roles": sorted(of.roles),
        "active": of.active,
        "created_at": of.created_at,
        "last_login_at": of.last_login_at,
        "qualifications": [
            {
                "kind": each.kind,
                "completed_on": each.completed_on,
                "expires_on": each.expires_on,
                "topics": list(each.topics),
            }
            for each in of.qualifications
        ],
    }
