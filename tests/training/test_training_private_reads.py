"""The demo under a policy that lets no private reads in without a court order."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from workbench.service import Service
from workbench.training import demo

END = dt.date.today() - dt.timedelta(days=2)  # noqa: DTZ011 -- what a home holds must lie in the past


@pytest.mark.clause("clinton-ut:426.3.1")
def test_private_files_wait_for_a_court_order_and_then_come_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    counts = demo.build(home, profile="clinton-ut", reads=2_500, days=8, searches=12, end=END)
    files = json.loads((home / "truth" / "deliveries.json").read_text(encoding="utf-8"))["files"]
    assert counts.kept_out == 3
    assert counts.files == len(files)
    service = Service.open(home)
    try:
        passwords = json.loads((home / "demo-passwords.json").read_text(encoding="utf-8"))
        token = service.login("ihaddad", passwords["ihaddad"])
        (order,) = service.warrants.list(token)
        assert order.reads > 0
        assert {each.unit.code for each in service.units.standing(token)} == {
            "M1",
            "M2",
            "M3",
            "M4",
        }
        assert service.units.strangers(token) == []
        refused = service.audit_show(token, action="ingest")
        assert (refused["outcome"] == "refused").sum() == 3
    finally:
        service.close()
