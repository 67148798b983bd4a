"""``workbench init``: a new home."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from workbench.cli.common import Desk, console, pass_desk
from workbench.errors import NotSetUp
from workbench.keeping import keep_token
from workbench.policy.profile import load, names
from workbench.records.database import Database
from workbench.settings import Settings

__all__ = ["init"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--agency", help="The agency's name, as reports show it.")
@click.option("--profile", help="A shipped policy profile, or the path of your own YAML file.")
@click.option("--timezone", help="IANA name; by default the profile's own.")
@click.option("--admin", help="Username of the first account, an administrator's.")
@click.option("--admin-name", help="That person's name.")
@click.option(
    "--database-url",
    default="",
    help="PostgreSQL instead of SQLite: postgresql://host/database. Give a password in WORKBENCH_DATABASE_URL.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--migrate", is_flag=True, help="Bring an existing home's tables to this release.")
@click.option(
    "--recover",
    is_flag=True,
    help="Let the only administrator of an existing home in again: --admin USERNAME. Needs the home's keys.",
)
@pass_desk
def init(
    desk: Desk,
    folder: Path | None,
    agency: str | None,
    profile: str | None,
    timezone: str | None,
    admin: str | None,
    admin_name: str | None,
    database_url: str,
    *,
    password_stdin: bool,
    migrate: bool,
    recover: bool,
) -> None:
    """Make a workbench home: settings, keys, tables, and the first account.

    What is not given is asked for. The signing key of the access record is made in FOLDER/keys: back it up apart from
    the data.

    \b
    Example:
      workbench init data --agency "Santa Lucera Police Department" --profile clovis-ca --admin okafor
    """  # noqa: D301
    home = (folder or desk.home).resolve()
    if migrate:
        Database.open(Settings.load(home).url).migrate()
        console.print(f"The tables of {home} are of this release.")
        return
    if recover:
        _recover(home, admin, from_stdin=password_stdin)
        return
    if (home / "workbench.toml").exists():
        raise NotSetUp(f"{home} is a workbench home already.", "Use it, or choose another folder.")
    from workbench.service import Service

    agency = agency or click.prompt("Agency")
    profile = profile or click.prompt("Policy profile", type=click.Choice(names()))
    timezone = timezone or load(profile).agency.timezone
    admin = admin or click.prompt("Username of the first administrator")
    admin_name = admin_name or click.prompt("Their name")
    password = _password(from_stdin=password_stdin)
    own = Path(profile)
    settings = Settings(
        home=home,
        agency=agency,
        profile=str(own.resolve()) if own.suffix in (".yaml", ".yml") else profile,
        timezone=timezone,
        database_url=database_url,
    )
    service = Service.create(settings)
    service.begin_with(username=admin, name=admin_name, password=password)
    keep_token(settings, service.login(admin, password))
    console.print(f"{home} is ready, and {admin} is logged in.")
    console.print(
        "Next: workbench member add, workbench camera import, workbench ingest; then workbench doctor."
    )


def _recover(home: Path, admin: str | None, *, from_stdin: bool) -> None:
    from workbench.people.recovery import recover
    from workbench.service import Service

    service = Service.open(home)
    try:
        username = admin or click.prompt("Username of the administrator")
        password = _password(from_stdin=from_stdin)
        recover(service.people, service.settings, service.key, username, password)
    finally:
        service.close()
    console.print(
        f"{username} can log in again. This is on the record, and doctor shows it for 90 days."
    )


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Their password", hide_input=True, confirmation_prompt=True)
    return typed
