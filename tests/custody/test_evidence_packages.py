"""A package of evidence: what is in it, that it verifies with nothing but Python, that no kill leaves half of it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bagit
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from custody_town import Town
from test_custody_clauses import under
from test_killed_purge import Zygote
from world import REASON

from workbench.custody import evidence as module
from workbench.custody.bags import Item, place
from workbench.custody.verify_bag import main, problems, verifies
from workbench.errors import BadInput, Refused
from workbench.records import tables
from workbench.records.database import Database

OLD = "2023-05-02 10:00"  # past every agency's longest time
BASIS = {"clinton-ut": "warrant"}


def make(home: Path, database: Database, profile: str = "clovis-ca") -> Town:
    town = Town(home, database, profile=profile)
    pictures = town.settings.home / "images"
    pictures.mkdir()
    (pictures / "p1.jpg").write_bytes(b"picture one")
    town.read("7ABX123", at=OLD, image="p1.jpg", candidates=json.dumps([["7ABX128", 0.2]]))
    town.read("=CMD1", at="2026-03-01 10:00", image="elsewhere/../p1.jpg")
    town.read("6KLM880", at=OLD)
    if profile in ("clovis-ca", "clinton-ut"):
        case = town.desk().case(town.case_number, purpose="homicide", reason=REASON)
        case.history("7ABX123", start="2026-03-01", end="2026-03-02")
    town.hold(
        basis=BASIS.get(profile, "evidence"),
        plates=["7ABX123", "CMD1"],
        case_number=town.case_number,
    )
    return town


@pytest.fixture
def town(tmp_path: Path, sqlite: Database) -> Iterator[Town]:
    town = make(tmp_path, sqlite)
    with town.service.database.write() as connection:
        connection.execute(
            tables.reads.update().where(tables.reads.c.plate == "=CMD1").values(plate="CMD1")
        )
    yield town
    town.service.close()


def package(town: Town, **options: Any) -> Any:
    values = {"purpose": "homicide", "reason": REASON, **options}
    return town.service.custody.evidence.package(town.login("sato"), town.case_number, **values)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


EVIDENCE = under(
    clovis="462.4[5]",
    claremont="820.9[4]",
    piedmont="438.4[5]",
    clinton="426.3[7]",
    seal="RETENTION[8]",
)


@pytest.mark.parametrize("name", EVIDENCE)
def test_package_of_held_reads_is_made_booked_and_on_the_record(
    tmp_path: Path, sqlite: Database, name: str
) -> None:
    town = make(tmp_path, sqlite, name)
    try:
        made = package(town)
        (bag,) = made.folder.iterdir()
        assert bagit.Bag(str(bag)).is_valid()
        found = rows(bag / "data" / "reads" / "reads-001.csv")
        assert [each["plate"] for each in found] == ["7ABX123"]  # older than any search may show
        text = (bag / "data" / "CONTENTS.txt").read_text()
        assert town.service.profile.cite(town.service.profile.retention.media_clause) in text
        assert "DA letter 26-118" in text
        booked = town.service.custody.evidence.book(town.login("sato"), made.id, "E26-00871-1")
        assert (booked.booking_number, booked.booked_by) == ("E26-00871-1", "sato")
        actions = [line.action for line in town.record() if line.action.startswith("evidence.")]
        assert actions == ["evidence.package", "evidence.package", "evidence.make",
                           "evidence.packaged", "evidence.make", "evidence.book"]  # fmt: skip
        town.purge()
        assert "7ABX123" in town.plates()
    finally:
        town.service.close()


def test_what_is_in_it(town: Town) -> None:
    made = package(town)
    (bag,) = made.folder.iterdir()
    data = bag / "data"
    assert {each.relative_to(data).as_posix() for each in data.rglob("*") if each.is_file()} == {
        "CONTENTS.txt",
        "access/access-record-001.csv",
        "images/p1.jpg",
        "reads/reads-001.csv",
    }
    assert made.reads == 2
    looked = rows(data / "access" / "access-record-001.csv")
    assert {"query.history", "evidence.package"} <= {each["action"] for each in looked}
    text = (data / "CONTENTS.txt").read_text()
    digest = hashlib.sha256((data / "images" / "p1.jpg").read_bytes()).hexdigest()
    assert digest in text
    assert "Santa Lucera Police Department" in text
    assert town.service.key.id in text
    info = bagit.Bag(str(bag)).info
    assert info["External-Identifier"] == town.case_number
    assert info["Bag-Count"] == "1 of 1"
    for path in made.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or path.name in TAGS, path


def test_it_is_the_same_on_either_database(tmp_path: Path, database: Database) -> None:
    town = make(tmp_path, database)
    try:
        for number in range(30):
            town.read(f"OTHER{number}", at=OLD)
        town.hold(
            cameras=["C4"], start="2023-05-01", end="2023-06-01", case_number=town.case_number
        )
        made = package(town)
        (bag,) = made.folder.iterdir()
        found = rows(bag / "data" / "reads" / "reads-001.csv")
        assert {each["plate"] for each in found} == {
            "7ABX123", "6KLM880", *(f"OTHER{number}" for number in range(30))
        }  # fmt: skip
        assert made.reads == len(found) == 32
    finally:
        town.service.close()


TAGS = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt",
        "signature.txt", "record.pub", "verify.py"}  # fmt: skip


def test_it_is_split_to_fit_and_each_part_verifies(town: Town) -> None:
    for number in range(9):
        (town.settings.home / "images" / f"n{number}.jpg").write_bytes(os.urandom(40_000))
        town.read("7ABX123", at=OLD, image=f"n{number}.jpg")
    made = package(town, capacity=300_000)
    parts = sorted(made.folder.iterdir())
    assert len(parts) == made.parts > 1
    for part in parts:
        files = [each for each in part.rglob("*") if each.is_file()]
        assert sum(each.stat().st_size for each in files) <= 300_000
        assert bagit.Bag(str(part)).is_valid()
        assert "part 2," in (part / "data" / "CONTENTS.txt").read_text()
    assert main([str(part) for part in parts]) == 0
    with pytest.raises(BadInput, match="larger than the medium"):
        package(town, capacity=110_000)
    assert [each.name for each in (town.settings.home / "evidence").iterdir()] == [made.folder.name]


def test_items_fill_parts_in_order() -> None:
    items = [Item(f"{number}", "", bytes(size)) for number, size in enumerate((400, 400, 900, 10))]
    placed = place(items, 71_500)
    assert [each.part for each in placed] == [1, 1, 2, 2]
    assert {each.part for each in place(items, 0)} == {1}


def test_verify_needs_nothing_but_python(town: Town, tmp_path: Path) -> None:
    made = package(town)
    (bag,) = made.folder.iterdir()
    copy = shutil.copytree(bag, tmp_path / "dvd")
    command = [sys.executable, "-I", "-S", str(copy / "verify.py")]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"signed with key {town.service.key.id}" in run.stdout
    (copy / "data" / "reads" / "reads-001.csv").write_text("changed")
    (copy / "data" / "added.txt").write_text("added")
    (copy / "data" / "images" / "p1.jpg").unlink()
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert run.returncode == 1
    for words in ("changed: data/reads", "added: data/added.txt", "missing: data/images/p1.jpg"):
        assert words in run.stdout


def test_a_list_that_was_rewritten_needs_the_agencys_key(town: Town, tmp_path: Path) -> None:
    made = package(town)
    (bag,) = made.folder.iterdir()
    copy = shutil.copytree(bag, tmp_path / "dvd")
    (copy / "data" / "reads" / "reads-001.csv").write_text("changed")
    forged = bagit.Bag(str(copy))
    forged.save(manifests=True)
    assert "the signature does not hold" in problems(copy)
    stranger = Ed25519PrivateKey.generate()
    message = (copy / "tagmanifest-sha256.txt").read_bytes()
    (copy / "signature.txt").write_text(stranger.sign(message).hex())
    pem = stranger.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (copy / "record.pub").write_bytes(pem)
    own = (town.settings.keys / "record.pub").read_text()
    assert "the signature does not hold" in problems(copy, own)
    assert problems(bag, own) == []


def test_the_signature_check_agrees_with_the_library() -> None:
    for number in range(12):
        private = Ed25519PrivateKey.generate()
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        message = os.urandom(number * 7)
        signature = private.sign(message)
        assert verifies(raw, message, signature)
        assert not verifies(raw, message + b"x", signature)
        broken = bytearray(signature)
        broken[number * 5] ^= 1
        assert not verifies(raw, message, bytes(broken))
    assert not verifies(bytes(32), b"", bytes(63))
    assert not verifies(b"\xff" * 32, b"", bytes(64))


def test_reports_are_those_on_record_for_the_case(town: Town, tmp_path: Path) -> None:
    page = tmp_path / "canvass.html"
    page.write_text("<html>report</html>")
    with pytest.raises(BadInput, match="no report of this case"):
        package(town, reports=[page])
    digest = hashlib.sha256(page.read_bytes()).hexdigest()
    town.service.report_made(
        town.login("rivera"), "canvass",
        {"case": town.case_number, "sha256": digest, "access_ids": [], "file": page.name},
    )  # fmt: skip
    made = package(town, reports=[page])
    (bag,) = made.folder.iterdir()
    assert (bag / "data" / "reports" / "01-canvass.html").read_text() == "<html>report</html>"


def test_who_may_and_for_what(town: Town) -> None:
    evidence = town.service.custody.evidence
    with pytest.raises(Refused, match="None of your roles"):
        evidence.package(town.login("rivera"), town.case_number, purpose="homicide", reason=REASON)
    with pytest.raises(Refused):
        package(town, purpose="curiosity")
    other = town.case("26-00555")
    with pytest.raises(BadInput, match="nothing to package"):
        evidence.package(town.login("sato"), other, purpose="homicide", reason=REASON)
    with pytest.raises(BadInput, match="no such medium"):
        package(town, media="floppy")
    assert evidence.list(town.login("sato")) == []


def test_a_booking_is_entered_once_and_the_copy_goes_on_request(town: Town) -> None:
    evidence = town.service.custody.evidence
    made = package(town)
    with pytest.raises(BadInput, match="booking number is missing"):
        evidence.book(town.login("sato"), made.id, " ")
    booked = evidence.book(town.login("sato"), made.id, "E26-1", remove=True)
    assert booked.folder is None
    assert list((town.settings.home / "evidence").iterdir()) == []
    with pytest.raises(BadInput, match="has been booked"):
        evidence.book(town.login("sato"), made.id, "E26-2")


def test_killed_fifty_times_a_package_is_whole_or_gone(town: Town) -> None:
    for number in range(6):
        (town.settings.home / "images" / f"n{number}.jpg").write_bytes(os.urandom(40_000))
        town.read("7ABX123", at=OLD, image=f"n{number}.jpg")
    draw = random.Random(5)
    zygote = Zygote(town, "sato")
    evidence, token = town.service.custody.evidence, town.login("sato")
    longest, killed, ended = 0.6, 0, 0
    try:
        while killed < 50:
            began = time.monotonic()
            if zygote.run(f"package {town.case_number}", longest * draw.random()) == "killed":
                killed += 1
            else:
                ended += 1
                longest = max(0.1, time.monotonic() - began)
            made = evidence.list(token)
            folders = sorted(each.name for each in (town.settings.home / "evidence").glob("*"))
            assert folders == sorted(each.folder.name for each in made)
            assert len(made) >= ended
    finally:
        zygote.close()
    parts = [part for each in made for part in each.folder.iterdir()]
    assert len(parts) == sum(each.parts for each in made)
    assert main([str(part) for part in parts]) == 0
    assert town.service.audit_verify().ok


class Killed(BaseException):
    """Ends the process as far as the workbench is concerned: nothing catches it."""


@pytest.mark.parametrize("moment", range(5))
def test_broken_off_at_any_moment_it_is_whole_or_gone(
    town: Town, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """The moments between which it writes: each part, the entry in the register, the move into place."""

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if moment == 0:
            patch.setattr(module, "pack", dies)
        elif moment == 1:
            patch.setattr("workbench.custody.bags._sign", dies)
        elif moment == 2:
            patch.setattr("bagit.make_bag", dies)
        elif moment == 3:
            patch.setattr(Path, "rename", dies)
        else:
            patch.setattr(town.service.chain, "_sign_head", dies)
        with pytest.raises(Killed):
            package(town)
    evidence = town.service.custody.evidence
    left = evidence.list(town.login("sato"))
    folders = [each.name for each in (town.settings.home / "evidence").glob("*")]
    if moment == 3:
        assert folders == [each.folder.name for each in left] != []
        assert main([str(part) for part in left[0].folder.iterdir()]) == 0
    else:
        assert (left, folders) == ([], [])
    assert main([str(part) for part in package(town).folder.iterdir()]) == 0
