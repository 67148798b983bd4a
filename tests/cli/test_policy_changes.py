"""``workbench policy adopt``, ``approve``, ``reject`` and ``versions``, and what doctor says."""

from __future__ import annotations

from pathlib import Path

import pytest
from registers_desk import CommandLine

from workbench.cli.doctor import examine
from workbench.cli.machine_checks import Finding
from workbench.policy.profile import path_of


@pytest.fixture
def desk(tmp_path: Path) -> CommandLine:
    desk = CommandLine(tmp_path / "home")
    desk.world.member("park", "supervisor")
    return desk


@pytest.fixture
def ours(tmp_path: Path) -> str:
    text = path_of("clovis-ca").read_text(encoding="utf-8")
    path = tmp_path / "ours.yaml"
    path.write_text(text.replace("max_rows: 50000", "max_rows: 77").replace("'2026.1'", "'2027.1'"))
    return str(path)


def findings(desk: CommandLine) -> list[Finding]:
    return [each for each in examine(desk.home) if each.check == "policy in force"]


def test_a_policy_from_its_proposal_to_its_force(desk: CommandLine, ours: str) -> None:
    said = desk.run("policy", "adopt", ours, "--diff").output
    assert "limits.max_rows: from 50000 to 77" in said
    desk.run("policy", "adopt", ours, ends=2)  # no reason
    assert "Next: another member" in desk.run("policy", "adopt", ours, "--why", "council").output
    assert [each.state for each in findings(desk)] == ["ok", "note"]
    assert "Nobody approves" in desk.run("policy", "approve", "2", "--yes", ends=3).output
    desk.as_("park")
    assert "1" in desk.run("policy", "approve", "2", input="n\n", ends=1).output
    assert "in force: version 2" in desk.run("policy", "approve", "2", "--yes").output
    newest = desk.json("policy", "versions")[0]
    assert (newest["number"], newest["decided_by"], newest["version"]) == (2, "park", "2027.1")
    assert "max_rows" in desk.run("policy", "versions", "--changes").output
    assert [each.state for each in findings(desk)] == ["ok"]


def test_a_proposal_is_turned_down(desk: CommandLine, ours: str) -> None:
    desk.run("policy", "adopt", ours, "--why", "council")
    desk.as_("park")
    assert "turned down" in desk.run("policy", "reject", "2", "--why", "not yet").output
    assert [each["status"] for each in desk.json("policy", "versions")] == ["rejected", "adopted"]


def test_doctor_says_where_the_source_has_another_text(tmp_path: Path, ours: str) -> None:
    desk = CommandLine(tmp_path / "other", profile=ours)
    assert [each.state for each in findings(desk)] == ["ok"]
    Path(ours).write_text(Path(ours).read_text().replace("max_rows: 77", "max_rows: 78"))
    (_, note) = findings(desk)
    assert "another text by now" in note.found
    assert "--diff" in note.mend


def test_doctor_says_where_the_adopted_text_was_altered(desk: CommandLine) -> None:
    (kept,) = (desk.home / "policy").iterdir()
    kept.write_text(kept.read_text() + "\n")
    (found,) = findings(desk)
    assert found.state == "fail"
    assert "not the one that was adopted" in desk.run("member", "list", ends=2).output


def test_a_policy_that_cannot_be_read_is_replaced(desk: CommandLine, ours: str) -> None:
    from workbench.adoption.force import ADOPTED, digest, keep
    from workbench.audit.chain import Entry
    from workbench.records.unit_tables import policy_versions

    text = path_of("clovis-ca").read_text() + "unheard_of: true\n"
    service = desk.world.service
    elements = {"sha256": digest(text), "number": 1}
    seq = service.chain.append(Entry("event", ADOPTED, outcome="ok", elements=elements))
    with service.database.write() as connection:
        values = {"text": text, "sha256": digest(text), "record_seq": seq}
        connection.execute(policy_versions.update().values(**values))
    keep(desk.world.settings, text)
    assert "cannot read the policy in force" in desk.run("member", "list", ends=2).output
    desk.run("policy", "adopt", "clovis-ca", "--why", "the release reads this one")
    desk.as_("park")
    desk.run("policy", "approve", "2", "--yes")
    desk.run("member", "list")
