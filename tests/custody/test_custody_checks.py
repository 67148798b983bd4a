"""Doctor names a late statement, a title that nobody holds, an agreement that ends, and a paper that is gone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from release_desk import Bound, Desk

from workbench.cli.custody_checks import examine_custody
from workbench.cli.machine_checks import Finding


def found(desk: Desk) -> dict[str, Finding]:
    with desk.service.database.read() as connection:
        looked = examine_custody(
            connection, desk.service.settings, desk.profile, desk.world.clock()
        )
        return {finding.check: finding for finding in looked}


def test_statements_titles_agreements_and_papers(tmp_path: Path) -> None:
    desk = Desk(tmp_path, profile="piedmont-ca")
    first = found(desk)
    assert {name: each.state for name, each in first.items()} == {
        "statements": "note",
        "releases": "ok",
        "papers": "ok",
    }
    assert "Piedmont PD Policy 438.7" in first["statements"].found
    statements = Bound(desk.service.custody.attestations, desk.token("chief"))
    for clause in ("438.2.1(f)", "438.4[1]", "438.7[7]"):
        statements.give(clause, "All of it is in place", paper=desk.scan())
    assert found(desk)["statements"].state == "ok"
    assert found(desk)["papers"].found == "All 1 kept papers are there"
    next((desk.service.settings.home / "papers").glob("*")).unlink()
    assert found(desk)["papers"].state == "fail"
    number = desk.approved().number
    done = desk.fulfil(number)
    assert "packages" not in found(desk)
    (desk.service.settings.home / "releases" / f"{number}.zip").write_bytes(done.path.read_bytes())
    assert found(desk)["packages"].found == f"1 packages wait in the home: {number}"
    agreements = Bound(desk.service.custody.agreements, desk.token("chief"))
    agreements.register(
        kind="contract",
        party="Oakland PD",
        subject="share",
        signed_by="Chief of Police",
        signed_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2026, 4, 1),
        paper=desk.scan(),
        meets_standards=True,
    )
    assert (found(desk)["agreements"].state, found(desk)["agreements"].found) == (
        "note",
        "no. 1 ends soon",
    )
    agreements.end(1, "Renewed under another")
    assert found(desk)["agreements"].state == "ok"


def test_an_overdue_statement_and_an_empty_office_are_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    Bound(desk.service.custody.attestations, desk.token("chief")).give(
        "462.4[1]", "In place", dated_on=dt.date(2025, 1, 2)
    )
    for title in ("Administration Division Commander", "authorized designee"):
        desk.offices.end(title, "chief")
    looked = found(desk)
    assert looked["statements"].state == "fail"
    assert "Overdue: Clovis PD Policy 462.4" in looked["statements"].found
    assert looked["releases"].state == "note"


def test_policies_that_ask_for_none_are_left_alone(tmp_path: Path) -> None:
    assert "statements" not in found(Desk(tmp_path / "a", profile="claremont-ca"))
    assert "releases" not in found(Desk(tmp_path / "b", profile="seal-beach-ca"))
