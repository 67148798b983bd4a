"""What is on the desk as parameters of a report: what was asked, nothing else, and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.errors import BadInput
from workbench.models import Grounds
from workbench.reporting.parameters import check
from workbench.widgets.report_request import link_from, report_folder, request_of

GROUNDS = Grounds("26-00417", "homicide", "Shooting at 5th and Main", "homicide", "I26-1")
TIMES = {"start": "2026-03-03T05:00:00+00:00", "end": "2026-03-03T06:00:00+00:00"}
CIRCLE = {"center": [36.58, -120.25], "radius_m": 800.0}
CORNERS = [[36.57, -120.26], [36.59, -120.26], [36.58, -120.24]]


def attrs(query: dict[str, Any], case: str = "26-00417") -> dict[str, Any]:
    return {"query": query, "case": case, "timezone": "America/Los_Angeles", "access_id": 7}


def test_a_partial_plate_with_all_that_is_known() -> None:
    query = {
        "pattern": "7A?X1*", "seen_by": "witness", "state": "CA", "color": "dark", "near": CIRCLE,
        "at": "2026-03-03T05:30:00+00:00", **TIMES,
    }  # fmt: skip
    report, parameters = request_of(attrs(query), GROUNDS)
    assert report == "partial_plate"
    assert parameters == {
        "case": "26-00417", "purpose": "homicide", "reason": "Shooting at 5th and Main",
        "crime_type": "homicide", "incident_number": "I26-1",
        "pattern": "7A?X1*", "seen_by": "witness", "state": "CA", "color": "dark",
        "latitude": 36.58, "longitude": -120.25, "radius_m": 800.0,
        "start": "2026-03-02T21:00:00-08:00", "end": "2026-03-02T22:00:00-08:00",
        "at": "2026-03-02T21:30:00-08:00",
    }  # fmt: skip
    check(report, parameters)


def test_a_partial_plate_without_a_place() -> None:
    report, parameters = request_of(
        attrs({"pattern": "7A?X1*", "seen_by": "camera", **TIMES}), GROUNDS
    )
    assert report == "partial_plate"
    assert not {"latitude", "at", "color"} & set(parameters)


@pytest.mark.parametrize("scene", [CIRCLE, {"polygon": CORNERS}])
def test_a_canvass(scene: dict[str, Any]) -> None:
    report, parameters = request_of(attrs({**scene, **TIMES}), GROUNDS)
    assert report == "canvass"
    assert ("polygon" in parameters) == ("polygon" in scene)
    check(report, parameters)


def test_a_partial_plate_in_a_polygon_says_what_to_do() -> None:
    query = {"pattern": "7A?X1*", "seen_by": "witness", "near": {"polygon": CORNERS}, **TIMES}
    with pytest.raises(BadInput, match="circle"):
        request_of(attrs(query), GROUNDS)


def test_one_vehicle_s_trail_has_no_report() -> None:
    with pytest.raises(BadInput, match="no report"):
        request_of(attrs({"plate": "7ABX123", "state": "CA", **TIMES}), GROUNDS)


def test_what_was_found_for_another_case_is_not_saved_under_this_one() -> None:
    with pytest.raises(BadInput, match="another case"):
        request_of(attrs({**CIRCLE, **TIMES}, case="26-99999"), GROUNDS)


def test_reports_stand_beside_a_notebook_and_in_the_home_otherwise(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "notebooks"
    here.mkdir()
    lab = {"JPY_SESSION_NAME": "/notebooks/search_desk.ipynb"}
    assert report_folder(home, here, lab) == here / "reports"
    assert report_folder(home, here, {}) == home / "reports"
    page = {**lab, "SERVER_SOFTWARE": "voila/0.5.13"}
    assert report_folder(home, here, page) == home / "reports"


def test_a_link_leads_downwards_only(tmp_path: Path) -> None:
    assert link_from(tmp_path, tmp_path / "reports" / "a b.html") == "reports/a b.html"
    assert link_from(tmp_path / "notebooks", tmp_path / "home" / "a.html") == ""
