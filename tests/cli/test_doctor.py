"""Doctor names what is broken in a home and how to mend it, and finds nothing in a whole one."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from world import World

from workbench import recognition
from workbench.cli import machine_checks, main, site_checks
from workbench.cli.doctor import examine
from workbench.cli.machine_checks import Finding
from workbench.errors import Failed
from workbench.records import tables


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home as a site has it, with a street layer."""
    world = World(tmp_path / "home")
    (world.settings.map / "streets.geojson").write_text('{"type": "FeatureCollection"}')
    world.service.close()
    return tmp_path / "home"


def state(home: Path, check: str) -> Finding:
    """Return the worst finding of a check."""
    found = [finding for finding in examine(home) if finding.check == check]
    order = {"fail": 0, "note": 1, "ok": 2}
    return min(found, key=lambda finding: order[finding.state])


def doctor(home: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "doctor", *options])


def test_a_whole_home_has_nothing_to_mend(home: Path) -> None:
    result = doctor(home)
    assert result.exit_code == 0, result.output
    assert "0 to mend" in result.output


def test_json_is_a_list_of_findings(home: Path) -> None:
    findings = json.loads(doctor(home, "--json").output)
    assert {"check", "state", "found", "mend"} == set(findings[0])
    assert {finding["state"] for finding in findings} <= {"ok", "note", "fail"}


def test_no_home_is_said_and_fails(tmp_path: Path) -> None:
    result = doctor(tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "workbench init" in result.output


def test_machine_alone_needs_no_home(tmp_path: Path) -> None:
    assert doctor(tmp_path / "nowhere", "--machine").exit_code == 0


def _open_key(home: Path) -> None:
    (home / "keys" / "record.key").chmod(0o644)


def _open_folder(home: Path) -> None:
    (home / "keys").chmod(0o755)


def _open_home(home: Path) -> None:
    home.chmod(0o755)


def _open_signatures(home: Path) -> None:
    (home / "record" / "head.json").chmod(0o666)


def _open_session(home: Path) -> None:
    token = home / "sessions" / "rivera.token"
    token.write_text("x")
    token.chmod(0o640)


def _no_key(home: Path) -> None:
    (home / "keys" / "record.key").unlink()


def _no_head(home: Path) -> None:
    (home / "record" / "head.json").unlink()


def _foreign_head(home: Path) -> None:
    head = home / "record" / "head.json"
    head.write_text(json.dumps({**json.loads(head.read_text()), "hash": "f" * 64}))


def _no_database(home: Path) -> None:
    for path in home.glob("workbench.db*"):
        path.unlink()


def _no_profile(home: Path) -> None:
    file = home / "workbench.toml"
    file.write_text(file.read_text().replace("clovis-ca", "nowhere-ca"))


def _sql(*statements: str) -> Callable[[Path], None]:
    def run(home: Path) -> None:
        connection = sqlite3.connect(home / "workbench.db")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return run


@pytest.mark.parametrize(
    ("damage", "check", "mend"),
    [
        (_open_key, "permissions", "chmod 600"),
        (_open_folder, "permissions", "chmod 700"),
        (_open_home, "permissions", "chmod 700"),
        (_open_signatures, "permissions", "chmod 600"),
        (_open_session, "permissions", "chmod 600"),
        (_no_key, "record", "backup"),
        (_no_head, "record", "audit verify"),
        (_foreign_head, "record", "audit verify"),
        (_no_database, "database", "workbench init"),
        (_no_profile, "policy", ""),
        (_sql("UPDATE alembic_version SET version_num = '0000'"), "database", "--migrate"),
        (_sql("DROP TRIGGER audit_records_no_update"), "append-only", "audit verify"),
        (
            _sql(
                "DROP TRIGGER audit_records_no_delete",
                "DELETE FROM audit_records WHERE seq = (SELECT max(seq) FROM audit_records)",
            ),
            "record",
            "audit verify",
        ),
        (
            _sql(
                "DROP TRIGGER audit_records_no_update",
                "UPDATE audit_records SET reason = 'x' WHERE seq = (SELECT max(seq) FROM audit_records)",
            ),
            "record",
            "audit verify",
        ),
    ],
)
def test_damage_is_named_with_its_mend(
    home: Path, damage: Callable[[Path], None], check: str, mend: str
) -> None:
    assert state(home, check).state == "ok"
    damage(home)
    finding = state(home, check)
    assert finding.state == "fail"
    assert mend in finding.mend
    assert doctor(home).exit_code == 1


def test_a_session_file_elsewhere_is_looked_at_alone(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tmp_path / "job.token"
    token.write_text("x")
    token.chmod(0o644)
    monkeypatch.setenv("WORKBENCH_SESSION_FILE", str(token))
    assert str(token) in state(home, "permissions").found
    token.chmod(0o600)
    assert state(home, "permissions").state == "ok"


def test_a_missing_database_is_not_made(home: Path) -> None:
    _no_database(home)
    state(home, "database")
    assert not (home / "workbench.db").exists()


def test_a_file_that_is_no_database_is_said(home: Path) -> None:
    _no_database(home)
    (home / "workbench.db").write_bytes(b"no database at all" * 100)
    assert state(home, "database").state == "fail"


def test_a_missing_street_layer_is_a_note(home: Path) -> None:
    shutil.rmtree(home / "map")
    assert state(home, "street layer").state == "note"
    assert doctor(home).exit_code == 0


def test_an_interrupted_transfer_is_a_note(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    fields: dict[str, Any] = {"sha256": "1" * 64, "size": 1, "began_at": world.clock()}
    world._insert(tables.transfers, file_name="night.jsonl", status="loading", **fields)
    world.service.close()
    finding = state(tmp_path / "home", "transfers")
    assert finding.state == "note"
    assert "night.jsonl" in finding.found


def test_a_record_ahead_of_the_clock_is_a_note(tmp_path: Path) -> None:
    World(tmp_path / "home", now="2199-01-01 12:00").service.close()
    assert state(tmp_path / "home", "record times").state == "note"


def test_doctor_changes_nothing(home: Path) -> None:
    connection = sqlite3.connect(home / "workbench.db")
    before = list(connection.iterdump())
    doctor(home)
    assert list(connection.iterdump()) == before
    connection.close()


def test_a_learned_table_that_was_damaged_is_said(home: Path) -> None:
    assert state(home, "camera errors").found == "Searches go by the shipped table"
    table = home / "models" / "camera.yaml"
    table.parent.mkdir()
    table.write_text("better: true\n")
    finding = state(home, "camera errors")
    assert finding.state == "fail"
    assert "workbench camera learn" in finding.mend


def test_an_index_of_plates_that_others_can_read_is_said(home: Path) -> None:
    index = home / "plates.index"
    index.write_bytes(b"")
    index.chmod(0o644)
    finding = state(home, "permissions")
    assert finding.state == "fail"
    assert "plates.index" in finding.found


def test_little_disk_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(home)._replace(free=10**8)
    monkeypatch.setattr(site_checks.shutil, "disk_usage", lambda _: free)
    assert state(home, "disk").state == "fail"


def test_network_disks_are_told_apart(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    assert site_checks._file_system(tmp_path, mounts) == "nfs4"
    assert site_checks._file_system(Path("/"), mounts) == "ext4"


def test_packages_are_held_against_their_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = metadata.version

    def version(name: str) -> str:
        if name == "numba":
            raise metadata.PackageNotFoundError(name)
        return "1.1.0" if name == "geopandas" else "0.1" if name == "papermill" else genuine(name)

    monkeypatch.setattr(machine_checks.metadata, "version", version)
    found = [finding.found for finding in machine_checks.packages() if finding.state == "fail"]
    assert "numba is missing" in found
    assert any(line.startswith("papermill 0.1 is outside the tested range") for line in found)
    assert not any("geopandas" in line for line in found)


def test_widget_halves_that_differ_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "labextensions" / "jupyter-leaflet"
    other.mkdir(parents=True)
    (other / "package.json").write_text('{"version": "0.1.0"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = [finding.found for finding in machine_checks.widgets() if finding.state == "fail"]
    assert any("jupyter-leaflet 0.1.0 first" in line for line in found)


def test_what_reading_pictures_needs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_checks.util, "find_spec", lambda _name: None)
    found = machine_checks._recognition()
    assert (found.state, "ONNX Runtime" in found.found) == ("note", True)
    assert "alpr-workbench[recognition]" in found.mend


def test_weights_that_are_not_whole_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise Failed("The plate reader's weights are missing.", "Install the package again.")

    monkeypatch.setattr(machine_checks.util, "find_spec", lambda _name: True)
    monkeypatch.setattr(recognition, "engine", broken)
    found = machine_checks._recognition()
    assert (found.state, found.mend) == ("fail", "Install the package again.")
    monkeypatch.setattr(recognition, "engine", lambda: None)
    assert machine_checks._recognition().state == "ok"
