"""The list of members' own plates: hashes alone, whole by each import, and only for those who review."""

from __future__ import annotations

import pytest
from world import World

from workbench.audit.households import FILE
from workbench.errors import BadInput, NotSetUp, Refused

PLATE = "7ZZZ999"


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    made.member("sato", "auditor")
    yield made
    made.service.close()


def listed(world, *lines):
    path = world.service.settings.home / "own-plates.csv"
    path.write_text("\n".join(["username,plate", *lines]))
    return world.service.households.import_csv(world.login("sato"), path)


def bytes_of(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_plate_is_known_by_its_household_and_stands_nowhere(world):
    result = listed(world, f"rivera,{PLATE[:4]}-{PLATE[4:]}")
    (world.service.settings.home / "own-plates.csv").unlink()
    assert (result.accepted, result.rejected) == (1, ())
    find = world.service.households.lookup()
    assert find(PLATE) == {"rivera"}
    assert find("7ZZZ998") == frozenset()
    assert PLATE.encode() not in bytes_of(world.service.settings.home)
    assert (world.service.settings.keys / FILE).stat().st_mode & 0o77 == 0


def test_a_file_is_the_whole_list(world):
    listed(world, f"rivera,{PLATE}", "sato,8AAA111")
    result = listed(world, "sato,8AAA111", "sato,8AAA112")
    assert (result.accepted, result.unchanged) == (1, 1)
    assert world.service.households.counts(world.login("sato")) == {"sato": 2}
    assert world.service.households.lookup()(PLATE) == frozenset()


def test_rows_that_say_nothing_are_rejected_and_told(world):
    result = listed(world, "nobody,7AAA111", "rivera,--", f"rivera,{PLATE}")
    assert [(each.line, each.reason) for each in result.rejected] == [
        (2, "there is no account of that name"),
        (3, "there is no plate"),
    ]
    assert result.accepted == 1
    path = world.service.settings.home / "wrong.csv"
    path.write_text("name,car\na,b")
    with pytest.raises(BadInput):
        world.service.households.import_csv(world.login("sato"), path)


def test_who_does_not_review_cannot_see_or_change_it(world):
    with pytest.raises(Refused):
        world.service.households.counts(world.login("rivera"))
    with pytest.raises(Refused):
        world.service.households.import_csv(
            world.login("rivera"), world.service.settings.home / "x"
        )


def test_a_lost_key_is_said_and_does_not_clear_anybody(world):
    listed(world, f"rivera,{PLATE}")
    (world.service.settings.keys / FILE).unlink()
    with pytest.raises(NotSetUp, match="key of the household list"):
        world.service.households.lookup()


def test_the_list_is_on_the_record_by_counts_alone(world):
    listed(world, f"rivera,{PLATE}")
    frame = world.service.audit_show(world.login("sato"), action="audit.household")
    (elements,) = frame["elements"]
    assert (elements["accepted"], elements["removed"]) == (1, 0)
    assert PLATE not in str(elements)
