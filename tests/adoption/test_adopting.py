"""A policy comes into force by two members, on the record, and stays the text that they adopted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import HASHER, REASON, SCENE, World

from workbench.adoption.force import digest, kept_at, newest
from workbench.errors import BadInput, BadProfile, NotSetUp, RecordBroken, Refused
from workbench.policy.profile import path_of
from workbench.records.database import Database
from workbench.records.unit_tables import policy_versions
from workbench.service import Service
from workbench.settings import Settings


class Council(World):
    """A world with a second member who may approve a change of policy."""

    def __init__(self, folder: Path, database: Database | None = None) -> None:
        url = database.engine.url.render_as_string(hide_password=False) if database else ""
        super().__init__(folder / "home", url=url)
        self.folder = folder
        self.member("park", "supervisor")
        self.park = self.login("park")

    def draft(self, name: str = "ours.yaml", **changes: str) -> Path:
        """The shipped text with words replaced."""
        text = path_of("clovis-ca").read_text(encoding="utf-8")
        for old, new in {"version": "'2027.1'", **changes}.items():
            line = next(each for each in text.splitlines() if each.strip().startswith(f"{old}:"))
            text = text.replace(line, f"{line.partition(':')[0]}: {new}", 1)
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def propose(self, path: Path) -> int:
        return self.service.policy_changes.propose(self.admin, path, "council of March 9").id

    def again(self) -> Service:
        """Open the home as another process would."""
        return Service(Settings.load(self.settings.home), clock=self.clock, hasher=HASHER)


@pytest.fixture
def council(tmp_path: Path, database: Database) -> Iterator[Council]:
    council = Council(tmp_path, database)
    yield council
    council.service.close()


def test_a_new_home_adopts_the_policy_that_it_is_made_with(council: Council) -> None:
    (version,) = council.service.policy_changes.versions()
    assert (version.number, version.name, version.status) == (1, "clovis-ca@2026.1", "adopted")
    kept = kept_at(council.settings, version.sha256)
    assert kept.read_bytes() == path_of("clovis-ca").read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    begun, adopted = council.record()[:2]
    assert (begun.action, adopted.action) == ("record.begun", "policy.adopted")
    assert json.loads(adopted.elements)["sha256"] == version.sha256


def test_one_proposes_another_approves_and_then_it_is_in_force(council: Council) -> None:
    proposal = council.propose(council.draft(max_rows="77"))
    found = council.again()
    assert found.profile.limits.max_rows == 50_000  # a proposal changes nothing
    found.close()
    version = council.service.policy_changes.approve(council.park, proposal)
    assert version.changes == (
        "version: from 2026.1 to 2027.1", "limits.max_rows: from 50000 to 77",
    )  # fmt: skip
    found = council.again()
    assert (found.profile.limits.max_rows, found.profile.version) == (77, "2027.1")
    (_, line) = council.record(action="policy.adopted")
    said = json.loads(line.elements)
    assert (said["old"], said["new"], said["number"]) == ("clovis-ca@2026.1", "clovis-ca@2027.1", 2)
    assert (said["sha256"], said["old_sha256"]) == (
        digest(council.draft(max_rows="77").read_text()), digest(path_of("clovis-ca").read_text()),
    )  # fmt: skip
    assert (line.username, line.detail) == ("park", "council of March 9")
    proposed = council.record(action="policy.proposed")
    assert [each.username for each in proposed] == ["okafor"]
    found.people.session(council.park)
    found.chain.append  # noqa: B018 - the new policy's name stands on what follows
    assert found.chain.profile == "clovis-ca@2027.1"
    found.close()


def test_whoever_has_the_old_policy_open_must_open_anew(council: Council) -> None:
    proposal = council.propose(council.draft())
    bench = council.desk()
    council.service.policy_changes.approve(council.park, proposal)
    case = bench.case(council.case_number, purpose="homicide", reason=REASON)
    with pytest.raises(NotSetUp, match="Another policy came into force"):
        case.canvass(scene=SCENE, radius_m=800, start="2026-03-02 21:00", end="2026-03-02 22:00")


def test_nobody_approves_their_own_proposal(council: Council) -> None:
    proposal = council.propose(council.draft())
    with pytest.raises(Refused, match="Nobody approves"):
        council.service.policy_changes.approve(council.admin, proposal)
    (line,) = council.record(action="policy.approve")
    assert (line.username, line.outcome, line.detail) == ("okafor", "refused", "four-eyes")
    assert council.service.policy_changes.versions()[0].status == "proposed"


def test_who_may_neither_propose_nor_approve_does_not(council: Council) -> None:
    rivera = council.login("rivera")
    with pytest.raises(Refused):
        council.service.policy_changes.propose(rivera, "claremont-ca", "because")
    with pytest.raises(Refused):
        council.service.policy_changes.propose(council.park, "claremont-ca", "because")
    proposal = council.propose(council.draft())
    with pytest.raises(Refused):
        council.service.policy_changes.approve(rivera, proposal)


def test_a_decided_or_unknown_proposal_is_not_decided_again(council: Council) -> None:
    proposal = council.propose(council.draft())
    council.service.policy_changes.reject(council.park, proposal, "not before the hearing")
    for again in (proposal, 99):
        with pytest.raises(BadInput):
            council.service.policy_changes.approve(council.park, again)
    (line,) = council.record(action="policy.rejected")
    assert (line.username, line.detail) == ("park", "not before the hearing")


def test_a_proposal_against_an_older_text_is_proposed_again(council: Council) -> None:
    first = council.propose(council.draft("a.yaml", max_rows="77"))
    second = council.propose(council.draft("b.yaml", max_rows="88"))
    council.service.policy_changes.approve(council.park, first)
    after = council.again()
    with pytest.raises(BadInput, match="proposed again"):
        after.policy_changes.approve(council.park, second)
    after.close()


def test_what_is_in_force_or_does_not_hold_is_not_proposed(council: Council) -> None:
    with pytest.raises(BadInput, match="in force"):
        council.propose(path_of("clovis-ca"))
    with pytest.raises(BadProfile):
        council.propose(council.draft(max_rows="'many'"))
    nobody = council.draft()
    text = nobody.read_text()
    nobody.write_text(text.replace("  administrator:\n    title", "  keeper:\n    title", 1))
    with pytest.raises(BadInput, match="no active member"):
        council.propose(nobody)
    assert len(council.service.policy_changes.versions()) == 1


def test_a_changed_file_changes_nothing_until_it_is_adopted(tmp_path: Path) -> None:
    source = tmp_path / "own.yaml"
    source.write_bytes(path_of("clovis-ca").read_bytes())
    world = World(tmp_path / "home", profile=str(source))
    source.write_text(source.read_text().replace("max_rows: 50000", "max_rows: 1", 1))
    again = Service.open(tmp_path / "home", clock=world.clock)
    assert again.profile.limits.max_rows == 50_000
    source.unlink()
    again = Service.open(tmp_path / "home", clock=world.clock)
    assert again.profile.limits.max_rows == 50_000


def test_an_altered_text_is_refused_and_says_what_to_do(council: Council) -> None:
    (version,) = council.service.policy_changes.versions()
    kept = kept_at(council.settings, version.sha256)
    kept.write_text(kept.read_text().replace("max_rows: 50000", "max_rows: 999999"))
    with pytest.raises(NotSetUp, match="not the one that was adopted") as refused:
        council.again()
    assert version.sha256 in refused.value.problem
    assert "workbench policy adopt" in refused.value.next_step
    kept.unlink()  # what it says to do
    found = council.again()
    assert found.profile.limits.max_rows == 50_000
    assert kept.exists()
    found.close()


def test_a_text_that_was_altered_in_the_database_too_is_refused(council: Council) -> None:
    with council.service.database.write() as connection:
        row = newest(connection)
        assert row is not None
        text = row.text.replace("max_rows: 50000", "max_rows: 999999")
        connection.execute(policy_versions.update().values(text=text, sha256=digest(text)))
    kept_at(council.settings, digest(text)).write_text(text)
    with pytest.raises(RecordBroken, match="knows nothing of the policy"):
        council.again()


def test_a_home_of_an_earlier_release_adopts_what_its_settings_name(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    with world.service.database.write() as connection:
        connection.execute(policy_versions.delete())
    again = Service.open(tmp_path / "home", clock=world.clock)
    (version,) = again.policy_changes.versions()
    assert (version.number, version.why.split()[0]) == (1, "carried")


def test_a_policy_that_this_release_cannot_read_is_replaced_by_two_members(tmp_path: Path) -> None:
    council = Council(tmp_path)
    proposal = council.propose(council.draft())
    council.service.policy_changes.approve(council.park, proposal)
    with (
        council.service.database.write() as connection
    ):  # as a text of a later or much earlier release
        row = newest(connection)
        assert row is not None
    kept = kept_at(council.settings, row.sha256)
    unreadable = kept.read_text() + "unheard_of: true\n"
    _rewrite(council, row, unreadable)
    with pytest.raises(BadProfile, match="cannot read the policy in force") as refused:
        council.again()
    assert "workbench policy adopt" in refused.value.next_step
    new = path_of("clovis-ca")
    from workbench.policy.profile import load

    rescue = Service(council.settings, clock=council.clock, hasher=HASHER, profile=load(new))
    again = rescue.policy_changes.propose(council.admin, new, "the release reads this one")
    rescue.policy_changes.approve(council.park, again.id)
    assert council.again().profile.version == "2026.1"


def _rewrite(council: Council, row: object, text: str) -> None:
    """Have the home hold a text as adopted that this release cannot read, record and all."""
    from workbench.adoption.force import ADOPTED, keep
    from workbench.audit.chain import Entry

    elements = {"sha256": digest(text), "number": 2}
    seq = council.service.chain.append(Entry("event", ADOPTED, outcome="ok", elements=elements))
    with council.service.database.write() as connection:
        connection.execute(
            policy_versions.update()
            .where(policy_versions.c.number == 2)
            .values(text=text, sha256=digest(text), record_seq=seq)
        )
    keep(council.settings, text)


def test_members_whom_it_would_leave_without_a_role_are_counted(council: Council) -> None:
    path = council.draft()
    path.write_text(path.read_text().replace("  analyst:\n    title", "  searcher:\n    title", 1))
    proposal = council.propose(path)
    (version, *_) = council.service.policy_changes.versions()
    assert version.id == proposal
    assert any(each.startswith("members: 1 active") for each in version.changes)
