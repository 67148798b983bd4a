"""Own passwords ask for the present one; a locked-out administrator comes in again with the home's keys alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from world import PASSWORD, World

from workbench.audit import keys
from workbench.errors import Failed, LoginRefused, NotLoggedIn, NotSetUp, Refused
from workbench.people.recovery import recover

FRESH = "another lantern by the sea"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def test_ones_own_password_asks_for_the_present_one(world: World) -> None:
    token = world.login("rivera")
    for wrong in ("", "not-the-password"):
        with pytest.raises(LoginRefused, match="present password"):
            world.service.set_password(token, "rivera", FRESH, wrong)
    with pytest.raises(LoginRefused):
        world.service.set_password(world.admin, " OKAFOR", FRESH)  # an administrator's own, too
    world.service.set_password(token, "rivera", FRESH, PASSWORD)
    world.service.login("rivera", FRESH)
    world.service.set_password(world.admin, "rivera", PASSWORD)  # an administrator sets another's
    world.login("rivera")


def test_guessing_the_present_password_locks_the_account(world: World) -> None:
    token = world.login("rivera")
    for _ in range(5):
        with pytest.raises(LoginRefused):
            world.service.set_password(token, "rivera", FRESH, "guessed it")
    with pytest.raises(LoginRefused):
        world.service.set_password(token, "rivera", FRESH, PASSWORD)
    with pytest.raises(LoginRefused):
        world.service.login("rivera", PASSWORD)
    assert [line.username for line in world.record(action="login.locked")] == ["rivera"]


def restore(world: World, username: str = "okafor") -> None:
    recover(world.service.people, world.settings, world.service.key, username, FRESH)


@pytest.mark.parametrize("how", ["forgotten", "locked", "disabled"])
def test_the_only_administrator_comes_in_again(world: World, how: str) -> None:
    if how == "locked":
        for _ in range(5):
            with pytest.raises(LoginRefused):
                world.service.login("okafor", "guessed it")
    if how == "disabled":
        world.service.people.disable("okafor", "by mistake")
    restore(world)
    world.service.login("okafor", FRESH)
    with pytest.raises(LoginRefused):
        world.service.login("okafor", PASSWORD)
    with pytest.raises(NotLoggedIn):
        world.service.session(world.admin)
    (line,) = world.record(action="account.recovered")
    said = json.loads(line.elements)
    assert said["was"] == {"forgotten": "open"}.get(how, how)
    assert said["key"] == world.service.key.id
    assert said["os_user"]
    assert FRESH not in line.elements + line.detail


def test_where_another_administrator_can_do_it_it_is_refused(world: World) -> None:
    world.member("ruiz", "administrator")
    with pytest.raises(Refused, match="Another administrator"):
        restore(world)
    world.service.people.disable("ruiz", "left")
    restore(world)


def test_it_opens_administrators_accounts_alone(world: World) -> None:
    with pytest.raises(Failed, match="no administrator's"):
        restore(world, "rivera")


def test_without_the_homes_own_keys_it_is_not_done(world: World, tmp_path: Path) -> None:
    foreign = keys.create(tmp_path / "elsewhere")
    with pytest.raises(NotSetUp, match="did not sign"):
        recover(world.service.people, world.settings, foreign, "okafor", FRESH)
    (world.settings.keys / "record.key").unlink()
    public = keys.load(world.settings.keys)
    with pytest.raises(NotSetUp, match="did not sign"):
        recover(world.service.people, world.settings, public, "okafor", FRESH)
    assert world.record(action="account.recovered") == []


def test_it_is_done_by_the_account_that_owns_the_home(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = os.geteuid()
    monkeypatch.setattr("workbench.people.recovery.os.geteuid", lambda: owner + 1)
    with pytest.raises(Refused, match="another account of the operating system"):
        restore(world)
