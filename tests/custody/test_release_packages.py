"""The package of a release: what is in it, and that a change of any byte shows."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from release_desk import AGENCY, PERSON, WORDS, Desk

from workbench.audit import keys
from workbench.custody.sealed_zip import MANIFEST, check, seal, write_whole
from workbench.errors import BadInput


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("packages"), profile="seal-beach-ca")


@pytest.fixture(scope="module")
def package(desk: Desk) -> Path:
    path: Path = desk.fulfil(desk.approved().number).path
    return path


def texts(package: Path) -> dict[str, str]:
    with zipfile.ZipFile(package) as archive:
        return {
            name: archive.read(name).decode("utf-8-sig")
            for name in archive.namelist()
            if name != "manifest.sig"
        }


def test_it_holds_reads_request_approval_and_notice(desk: Desk, package: Path) -> None:
    found = texts(package)
    rows = list(csv.DictReader(io.StringIO(found["reads.csv"])))
    assert [row["plate"] for row in rows] == ["7ABX123", "7ABX123"]
    assert rows[0]["captured_at"] == "2026-03-03T05:10:00+00:00"
    assert rows[0]["local_time"] == "2026-03-02T21:10:00-08:00"
    for part in (AGENCY, PERSON, WORDS):
        assert part in found["request.txt"]
    assert "switchboard" in found["approval.txt"]
    assert "ALPR Policy" in found["approval.txt"]
    assert desk.profile.state_database.notice in found["notice.txt"]
    about = json.loads(found["release.json"])
    assert (about["rows"], about["recipient"]["agency"]) == (2, AGENCY)
    assert about["request_sha256"] == desk.chief.show(about["release"]).scan_sha256
    assert "6KLM880" not in "".join(found.values())  # nobody asked for it


def test_it_is_whole_and_signed_with_the_key_of_the_home(desk: Desk, package: Path) -> None:
    found = check(package, desk.service.key)
    assert found.whole
    assert (found.files, found.key_id, found.ours) == (6, desk.service.key.id, True)
    assert check(package).ours is None


def test_tools_of_any_machine_check_it(package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path)
    openssl = "openssl pkeyutl -verify -pubin -inkey record.pub -rawin -sigfile manifest.sig -in"
    for command in (
        ["sha256sum", "--strict", "-c", MANIFEST],
        [*openssl.split(), MANIFEST],
    ):
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    told = texts(package)["README.txt"]
    assert "openssl pkeyutl -verify -pubin -inkey record.pub -rawin" in told


def altered(package: Path, out: Path, changes: dict[str, bytes | None]) -> Path:
    """Write a package anew with files changed, added or (None) left out."""
    with zipfile.ZipFile(package) as archive:
        contents: dict[str, bytes | None] = {
            name: archive.read(name) for name in archive.namelist()
        }
    with zipfile.ZipFile(out, "w") as fresh:
        for name, content in {**contents, **changes}.items():
            if content is not None:
                fresh.writestr(name, content)
    return out


def test_every_change_shows(desk: Desk, package: Path, tmp_path: Path) -> None:
    for changes, said in (
        ({"reads.csv": b"plate\n"}, "reads.csv was changed."),
        ({"notice.txt": None}, "notice.txt is missing."),
        ({"more.csv": b"x"}, "more.csv is not listed."),
        (
            {MANIFEST: b"0" * 64 + b"  reads.csv\n"},
            "The signature does not belong to the manifest.",
        ),
        ({"manifest.sig": b"\0" * 64}, "The signature does not belong to the manifest."),
    ):
        found = check(altered(package, tmp_path / "changed.zip", changes), desk.service.key)
        assert not found.whole
        assert said in found.problems


def test_one_signed_with_another_key_is_not_ours(desk: Desk, tmp_path: Path) -> None:
    forged = tmp_path / "forged.zip"
    write_whole(forged, seal({"reads.csv": b"plate\n"}, keys.create(tmp_path / "keys")))
    assert check(forged).whole
    found = check(forged, desk.service.key)
    assert (found.problems, found.ours, found.whole) == ((), False, False)


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    for content in (b"", b"no zip file", b"PK\x03\x04 broken"):
        path.write_bytes(content)
        with pytest.raises(BadInput):
            check(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("reads.csv", "plate\n")
    with pytest.raises(BadInput, match="did not make it"):
        check(path)


def test_the_same_contents_give_the_same_file(desk: Desk) -> None:
    files = {"b.txt": b"2", "a.txt": b"1"}
    assert seal(files, desk.service.key) == seal(dict(reversed(files.items())), desk.service.key)
