"""Reads made by a private party come in under a warrant or court order on record, or not at all."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from world import World, local

from workbench.errors import BadInput, Refused, TransferRefused
from workbench.ingest.mapping import ColumnMapping
from workbench.ingest.watch import watch
from workbench.records import tables, unit_tables
from workbench.records.database import Database

PRIVATE = pytest.mark.clause("clinton-ut:426.3.1")
HEAD = "time,plate,camera,lat,lon,public\n"
MAPPING = ColumnMapping(
    name="plaza",
    columns={
        "captured_at": ("time",),
        "plate": ("plate",),
        "camera": ("camera",),
        "latitude": ("lat",),
        "longitude": ("lon",),
        "governmental": ("public",),
    },
)


class Plaza(World):
    """A world with a shopping plaza whose reader is private, and an administrator who may load files."""

    def __init__(self, folder: Path, database: Database | None = None, **options: Any) -> None:
        if database is not None:
            options["url"] = database.engine.url.render_as_string(hide_password=False)
        super().__init__(folder / "home", **{"profile": "clinton-ut", **options})
        self.folder = folder
        self.member("ruiz", "administrator")
        self.ruiz = self.login("ruiz")

    def file(self, *public: str, day: str = "2026-03-02", name: str = "plaza.csv") -> Path:
        """Reads a minute apart, each said to be a government's or not."""
        rows = [
            f"{day} 20:{10 + n}:00,7ABX{n:03d},LOT,36.58,-120.25,{said}\n"
            for n, said in enumerate(public)
        ]
        path = self.folder / name
        path.write_text(HEAD + "".join(rows))
        return path

    def load(self, path: Path, **options: Any) -> Any:
        given = {"mapping": MAPPING, "source_agency": "Mercado Plaza", **options}
        return self.service.ingest(self.ruiz, path, **given)

    def order(self, **changes: Any) -> Any:
        paper = self.folder / "order.pdf"
        paper.write_bytes(b"%PDF an order")
        values = {
            "kind": "warrant", "court": "Second District Court", "number": "26-SW-0147",
            "issued_on": dt.date(2026, 3, 5), "expires_on": dt.date(2026, 3, 20),
            "source_agency": "Mercado Plaza", "start": local("2026-03-01"), "end": local("2026-03-08"),
            "file": paper, **changes,
        }  # fmt: skip
        return self.service.warrants.add(self.ruiz, **values)

    def count(self, table: sa.Table) -> int:
        with self.service.database.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


@pytest.fixture
def plaza(tmp_path: Path, database: Database) -> Iterator[Plaza]:
    plaza = Plaza(tmp_path, database)
    yield plaza
    plaza.service.close()


def nothing_was_kept(plaza: Plaza) -> None:
    assert plaza.count(tables.reads) == 0
    assert plaza.count(tables.transfers) == 1  # the world's own
    assert plaza.count(tables.plates) == 0
    assert list(plaza.settings.rejects.iterdir()) == []


@PRIVATE
def test_a_private_transfer_without_an_order_is_refused_before_a_row_is_stored(
    plaza: Plaza,
) -> None:
    with pytest.raises(TransferRefused) as refused:
        plaza.load(plaza.file("yes", "yes"), governmental=False)
    assert refused.value.clause == "426.3.1"
    assert "41-6a-2005" in refused.value.citation
    assert "workbench warrant add" in refused.value.remedy
    nothing_was_kept(plaza)
    (line,) = plaza.record(action="ingest", phase="outcome")
    assert (line.outcome, line.clause, line.username) == ("refused", "426.3.1", "ruiz")


@PRIVATE
@pytest.mark.parametrize("public", [("yes", "no", "yes"), ("yes", "yes", "no"), ("no",)])
def test_one_private_row_of_a_mixed_file_is_enough(plaza: Plaza, public: tuple[str, ...]) -> None:
    with pytest.raises(TransferRefused):
        plaza.load(plaza.file(*public))
    nothing_was_kept(plaza)


@PRIVATE
def test_a_private_row_that_will_not_do_is_not_kept_in_a_reject_file_either(plaza: Plaza) -> None:
    path = plaza.file("yes", "no")
    path.write_text(path.read_text().replace("7ABX001", ""))  # the private row has no plate
    with pytest.raises(TransferRefused):
        plaza.load(path)
    nothing_was_kept(plaza)
    plaza.order()
    assert plaza.load(path).rejected == 1


@PRIVATE
def test_reads_of_a_camera_that_is_registered_as_private_are_private(plaza: Plaza) -> None:
    plaza.service.add_camera(
        plaza.ruiz, code="LOT", kind="fixed", latitude=36.58, longitude=-120.25, governmental=False
    )
    with pytest.raises(TransferRefused):
        plaza.load(plaza.file("yes", "yes"))
    nothing_was_kept(plaza)


@PRIVATE
def test_under_an_order_that_covers_them_they_come_in_and_are_counted(plaza: Plaza) -> None:
    order = plaza.order()
    result = plaza.load(plaza.file("yes", "no", "no"))
    assert result.accepted == 3
    (kept,) = plaza.service.warrants.list(plaza.ruiz)
    assert (kept.reads, kept.sha256, kept.id) == (2, order.sha256, order.id)
    with plaza.service.database.read() as connection:
        (link,) = connection.execute(unit_tables.transfer_warrants.select()).all()
    assert (link.transfer_id, link.warrant_id, link.reads) == (result.transfer_id, order.id, 2)


@PRIVATE
@pytest.mark.parametrize(
    "change",
    [
        {"source_agency": "Another Plaza"},
        {"end": local("2026-03-02 20:11")},  # the file's second read is captured then
        {"start": local("2026-03-02 20:11")},
        {"expires_on": dt.date(2026, 3, 9)},  # yesterday
    ],
)
def test_an_order_covers_its_source_its_times_and_its_days_alone(
    plaza: Plaza, change: dict[str, Any]
) -> None:
    plaza.order(**change)
    with pytest.raises(TransferRefused):
        plaza.load(plaza.file("no", "no"))
    nothing_was_kept(plaza)


@PRIVATE
def test_two_orders_together_cover_what_neither_covers_alone(plaza: Plaza) -> None:
    plaza.order(end=local("2026-03-02 20:11"))
    plaza.order(kind="court-order", number="26-CO-9", start=local("2026-03-02 20:11"))
    assert plaza.load(plaza.file("no", "no")).accepted == 2
    assert [each.reads for each in plaza.service.warrants.list(plaza.ruiz)] == [1, 1]


@PRIVATE
def test_a_withdrawn_order_lets_nothing_more_in(plaza: Plaza) -> None:
    plaza.order()
    plaza.service.warrants.withdraw(plaza.ruiz, "26-SW-0147", "quashed on motion")
    with pytest.raises(BadInput, match="withdrawn already"):
        plaza.service.warrants.withdraw(plaza.ruiz, "26-SW-0147", "entered by mistake")
    with pytest.raises(TransferRefused):
        plaza.load(plaza.file("no"))
    assert [line.detail for line in plaza.record(action="warrant.withdrawn")] == [
        "quashed on motion"
    ]


@PRIVATE
def test_reads_of_governments_need_no_order(plaza: Plaza) -> None:
    assert plaza.load(plaza.file("yes", "yes")).accepted == 2
    assert plaza.load(plaza.file("yes", name="other.csv"), mapping=MAPPING).accepted == 1


@pytest.mark.parametrize("profile", ["clovis-ca", "claremont-ca", "piedmont-ca", "seal-beach-ca"])
def test_the_other_four_texts_ask_for_no_order(tmp_path: Path, profile: str) -> None:
    plaza = Plaza(tmp_path, profile=profile)
    assert plaza.load(plaza.file("no", "no"), governmental=False).accepted == 2


@PRIVATE
def test_the_order_goes_on_the_record_with_its_hash(plaza: Plaza) -> None:
    order = plaza.order(scope="lot entrance, one week")
    (line,) = plaza.record(action="warrant.added")
    kept = json.loads(line.elements)
    assert (kept["number"], kept["court"], kept["sha256"]) == (
        "26-SW-0147", "Second District Court", order.sha256,
    )  # fmt: skip
    assert line.username == "ruiz"
    with pytest.raises(BadInput, match="on record already"):
        plaza.order()
    with pytest.raises(Refused):
        plaza.service.warrants.add(
            plaza.login("rivera"), kind="warrant", court="x", number="y", issued_on=dt.date(2026, 3, 1),
            source_agency="z", start=local("2026-03-01"), end=local("2026-03-02"), file=plaza.folder / "order.pdf",
        )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "letter"},
        {"court": " "},
        {"issued_on": dt.date(2026, 3, 11)},
        {"expires_on": dt.date(2026, 3, 4)},
        {"end": local("2026-03-01")},
    ],
)
def test_an_order_that_does_not_hold_is_not_entered(tmp_path: Path, change: dict[str, Any]) -> None:
    plaza = Plaza(tmp_path)
    with pytest.raises(BadInput):
        plaza.order(**change)
    assert plaza.count(unit_tables.warrants) == 0


@PRIVATE
def test_a_watched_folder_sets_a_private_file_aside_and_goes_on(tmp_path: Path) -> None:
    plaza = Plaza(tmp_path)
    plaza.folder = folder = tmp_path / "watched"
    folder.mkdir()
    plaza.file("no", name="a.csv")
    plaza.file("yes", name="b.csv")
    handled: list[Any] = []
    watch(folder, plaza.load, report=handled.append, stop=threading.Event(), once=True, settle_s=0,
          notify=False)  # fmt: skip
    assert {each.moved_to.parent.name for each in handled} == {"failed", "done"}
    said = (folder / "failed" / "a.csv.error.txt").read_text()
    assert "426.3.1" in said
    assert "7ABX" not in said
