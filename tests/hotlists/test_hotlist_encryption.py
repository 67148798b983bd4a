"""Every field of a hot list but the plate is encrypted, and cannot be moved, altered or lost by a change of key."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import Postgres
from hotlist_town import SECRETS, Town, under

from workbench.errors import NotSetUp, RecordBroken
from workbench.hotlists import keyring, rotation
from workbench.hotlists.keyring import FILE, Keyring
from workbench.hotlists.rotation import rotate
from workbench.records.database import Database
from workbench.records.hotlist_tables import SEALED, hit_acts, hits, hot_list_entries

TownOf = Callable[..., Town]


def on_disk(folder: Path) -> bytes:
    """Everything that the home keeps but the settings and the key."""
    return b"\0".join(
        path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != FILE
    )


@pytest.mark.parametrize("name", under(claremont=("820.2[8]",)))
def test_no_field_but_the_plate_stands_in_any_file_of_the_home(town_of: TownOf, name: str) -> None:
    town = town_of(name)
    town.listed()
    town.wanted(note="armed with a crossbow")
    number = town.hit()
    seen = {"outcome": "right", "note": "checked twice by Wendeline"}
    saw = "image" if name != "claremont-ca" else "plate"
    who = "dana"
    town.lists.rule_out(town.as_(who), number, saw=saw, **seen)
    town.service.close()
    found = on_disk(town.settings.home)
    for plate in (b"7ABX123", b"8KLM456"):  # it stands there, so that it can be matched
        assert plate in found
    for secret in (*SECRETS, "Ines Calloway", "crossbow", "Wendeline"):
        assert secret.encode() not in found, secret
        assert secret.encode("utf-16-le") not in found, secret


def test_rejected_rows_lie_encrypted_too_and_open_for_whoever_may_import(town_of: TownOf) -> None:
    town = town_of()
    done = town.listed(
        "7ABX123;CA;Stolen;;;;;;not a day;Osric Thane", "8KLM456;CA;Stolen;;;;;;;Orla Finch"
    )
    assert (done.added, done.rejected) == (1, 1)
    assert b"Osric" not in on_disk(town.settings.home)
    (row,) = town.lists.rejects(town.as_("ruiz"), done.reject_file.name)
    assert row.line == 2
    assert "Osric Thane" in row.text
    assert row.reason == "A date cannot be read."
    town.lists.rotate_key(town.as_("ruiz"))
    assert town.lists.rejects(town.as_("ruiz"), done.reject_file.name) == [row]


def test_postgres_holds_no_field_but_the_plate(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.database() as database:
        town = Town(tmp_path / "home", database=database)
        town.listed()
        town.hit()
        with database.read() as connection:
            everything = ""
            for table in sa.inspect(connection).get_table_names():
                rows = connection.execute(sa.text(f"SELECT t::text FROM {table} t")).scalars()
                everything += "\n".join(rows)
        town.service.close()
        assert "7ABX123" in everything
        for secret in SECRETS:
            assert secret not in everything, secret
            assert secret.encode().hex() not in everything, secret


def test_the_key_file_is_its_owners_alone_and_made_once(town_of: TownOf) -> None:
    town = town_of()
    path = town.settings.keys / FILE
    assert not path.exists()  # no list, no key
    town.listed()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    town.listed()
    assert path.read_bytes() == before


def test_without_its_key_a_list_cannot_be_read_and_no_new_key_is_made(town_of: TownOf) -> None:
    town = town_of()
    town.listed()
    (town.settings.keys / FILE).unlink()
    del town.service.__dict__["hotlists"]
    with pytest.raises(NotSetUp, match="key of the hot lists is missing"):
        town.service.hotlists.lists(town.as_("ruiz"))
    assert not (town.settings.keys / FILE).exists()
    result = town.seen("7ABX123")  # the reads come in all the same
    assert (result.accepted, result.matching, result.hits) == (1, "failed", 0)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    one, two = (Keyring.open(tmp_path / name, sealed=False) for name in ("one", "two"))
    place = ("entry", 1, 1, "7ABX123")
    sealed = one.seal({"state": "CA"}, place)
    with pytest.raises(RecordBroken, match="key that is not here"):
        two.open_(sealed, one.current, place)
    with pytest.raises(RecordBroken, match="altered"):
        two.open_(sealed, two.current, place)


@pytest.mark.parametrize(
    "damage", ["", "{}", '{"keys": []}', '{"keys": [{"id": "0", "key": "AAAA"}]}', "\x00\x01"]
)
def test_a_damaged_key_file_is_named(tmp_path: Path, damage: str) -> None:
    Keyring.open(tmp_path, sealed=False)
    (tmp_path / FILE).write_text(damage)
    with pytest.raises(NotSetUp, match="damaged"):
        Keyring.open(tmp_path, sealed=True)


def swap(database: Database, column: str, one: int, two: int) -> None:
    with database.write() as connection:
        table = hot_list_entries
        rows = {row.id: row for row in connection.execute(sa.select(table))}
        for a, b in ((one, two), (two, one)):
            value = getattr(rows[b], column)
            connection.execute(table.update().where(table.c.id == a).values(**{column: value}))


def test_entries_cannot_be_swapped_moved_or_altered(town: Town) -> None:
    town.listed()
    town.made("other")
    kept = town.service.database
    swap(kept, "sealed", 1, 2)
    with pytest.raises(RecordBroken, match="altered, or moved"):
        list(town.lists.register.entries(1))
    swap(kept, "sealed", 1, 2)
    swap(kept, "plate", 1, 2)
    with pytest.raises(RecordBroken):
        list(town.lists.register.entries(1))
    swap(kept, "plate", 1, 2)
    assert [entry.plate for _, entry in town.lists.register.entries(1)] == ["7ABX123", "5XYZ100"]
    with kept.write() as connection:
        connection.execute(
            hot_list_entries.update().where(hot_list_entries.c.id == 1).values(list_id=2)
        )
    with pytest.raises(RecordBroken):
        list(town.lists.register.entries(2))


def test_an_altered_byte_is_found_wherever_it_is(tmp_path: Path) -> None:
    ring = Keyring.open(tmp_path, sealed=False)
    place = ("hit", 1, 2, 3, "7ABX123", 4)
    sealed = ring.seal({"case": "26-00417"}, place)
    for at in range(len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 1
        with pytest.raises(RecordBroken):
            ring.open_(bytes(altered), ring.current, place)
    for cut in range(len(sealed)):
        with pytest.raises(RecordBroken):
            ring.open_(sealed[:cut], ring.current, place)


def test_a_hit_that_was_tampered_with_is_not_shown(town: Town) -> None:
    town.listed()
    number = town.hit()
    town.lists.rule_out(town.as_("dana"), number, outcome="right", saw="image")
    kept = town.service.database

    def tamper(table: sa.Table, **values: object) -> None:
        with kept.write() as connection:
            connection.execute(table.update().values(**values))

    tamper(hits, status="confirmed")
    with pytest.raises(RecordBroken, match="does not follow from its steps"):
        town.lists.show(town.as_("dana"), number)
    tamper(hits, status="misread ruled out")
    town.lists.show(town.as_("dana"), number)
    with kept.read() as connection:
        hale = connection.execute(
            sa.text("SELECT id FROM members WHERE username = 'hale'")
        ).scalar_one()
    with kept.read() as connection:
        dana = connection.execute(sa.select(hit_acts.c.member_id)).scalar_one()
    tamper(hit_acts, member_id=hale)
    with pytest.raises(RecordBroken, match="altered, or moved"):
        town.lists.show(town.as_("dana"), number)
    tamper(hit_acts, member_id=dana, record_seq=1)
    with pytest.raises(RecordBroken, match="does not agree with the access record"):
        town.lists.show(town.as_("dana"), number)


def keys_in_use(database: Database) -> set[str]:
    with database.read() as connection:
        return {
            key
            for table in SEALED
            for key in connection.execute(sa.select(table.c.key_id).distinct()).scalars()
        }


def test_a_new_key_goes_through_every_row_and_the_old_one_is_destroyed(
    town: Town,
) -> None:
    town.listed()
    number = town.hit()
    town.lists.rule_out(town.as_("dana"), number, outcome="right", saw="image")
    before = town.lists.ring.current
    done = town.lists.rotate_key(town.as_("ruiz"))
    assert (done.retired, done.resumed) == (1, False)
    assert done.rows == 1 + 2 + 1 + 1
    assert keys_in_use(town.service.database) == {done.key_id}
    assert before not in (town.settings.keys / FILE).read_text()
    view = town.lists.show(town.as_("dana"), number)
    assert view.entries[0].vin == "VIN4T1BE32K25U056382"
    assert view.steps[0].name == "Dana"
    assert town.seen("5XYZ100").hits == 1


@pytest.mark.parametrize("stop_after", range(6))
def test_a_rotation_that_is_killed_loses_nothing_and_the_next_one_finishes_it(
    town_of: TownOf, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    town = town_of()
    rows = [f"7ABX{n:03d};CA;Stolen vehicle;;;;;;;" for n in range(40)]
    town.listed(*rows)
    monkeypatch.setattr(rotation, "_ROWS_AT_ONCE", 10)
    done = 0
    real = rotation._step

    def killed(*given: object) -> object:
        nonlocal done
        done += 1
        if done > stop_after:
            raise KeyboardInterrupt
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "_step", killed)
    with pytest.raises(KeyboardInterrupt):
        rotate(town.service.database, Keyring.open(town.settings.keys, sealed=True))
    again = Keyring.open(town.settings.keys, sealed=True)  # another process
    assert len(again.ids) == 2
    town.lists.register.ring = again
    assert len(list(town.lists.register.entries(1))) == 40  # all of it can be read meanwhile
    assert town.seen("7ABX003").hits == 1
    monkeypatch.setattr(rotation, "_step", real)
    finished = rotate(town.service.database, again)
    assert finished.resumed
    assert len(again.ids) == 1
    assert keys_in_use(town.service.database) == {finished.key_id}
    assert len(list(town.lists.register.entries(1))) == 40


def test_a_key_that_could_not_be_written_seals_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Keyring.open(tmp_path, sealed=False)
    first = ring.current

    def full(_handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(keyring.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        ring.add()
    monkeypatch.undo()
    assert json.loads((tmp_path / FILE).read_text())["keys"][0]["id"] == first
    assert Keyring.open(tmp_path, sealed=True).ids == [first]
    assert ring.current == first


def test_somebody_who_seals_while_another_changes_the_key_uses_the_new_one(town_of: TownOf) -> None:
    town = town_of()
    town.listed()
    elsewhere = Keyring.open(town.settings.keys, sealed=True)
    rotate(town.service.database, elsewhere)
    town.wanted()  # this process still has the old key in mind
    assert keys_in_use(town.service.database) == {elsewhere.current}
