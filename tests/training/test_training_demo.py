"""The demo home: everything goes through the importer and the one door, and the record holds it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

import workbench
from workbench.errors import Failed, NotSetUp
from workbench.service import Origin, Service
from workbench.training import demo

END = dt.date.today() - dt.timedelta(days=2)  # noqa: DTZ011 -- what a home holds must lie in the past


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "home"
    counts = demo.build(folder, reads=2_500, days=8, searches=12, end=END)
    (folder / "counts.json").write_text(
        json.dumps({name: getattr(counts, name) for name in counts.__dataclass_fields__})
    )
    return folder


def plan(home: Path) -> list[dict]:
    return json.loads((home / "truth" / "deliveries.json").read_text(encoding="utf-8"))["files"]


def counts(home: Path) -> dict[str, int]:
    return json.loads((home / "counts.json").read_text(encoding="utf-8"))


def test_every_row_is_taken_in_or_rejected_as_planned(home: Path):
    files = [file for file in plan(home) if not file["copy_of"]]
    came = counts(home)
    assert came["files"] == len(files) + 1
    assert came["repeated"] == 1
    assert came["reads"] == sum(file["rows"] - file["ambiguous"] for file in files)
    assert came["rejected"] == sum(file["bad"] + file["ambiguous"] for file in files)


def test_the_record_holds_the_searches_and_verifies(home: Path):
    service = Service.open(home)
    try:
        assert service.audit_verify().ok
        passwords = json.loads((home / "demo-passwords.json").read_text(encoding="utf-8"))
        token = service.login("aud_sato", passwords["aud_sato"], Origin("10.20.4.71", "test"))
        records = service.audit_show(token)
    finally:
        service.close()
    searches = records[records["action"].str.startswith("query.")]
    came = counts(home)
    assert (searches["outcome"] == "refused").sum() <= came["refused"]
    assert (searches["outcome"] == "ok").sum() == came["answered"]
    assert came["answered"] > 80
    assert (searches["at"].max() - searches["at"].min()).days > 60


def test_the_running_user_is_the_demos_analyst_and_finds_the_suspect(home: Path):
    story = json.loads((home / "truth" / "shooting.json").read_text(encoding="utf-8"))
    scene = story["scenes"][0]
    bench = workbench.connect(home)
    try:
        assert bench.member.username == demo.ANALYST
        case = bench.case(
            story["case_number"],
            purpose=story["purpose"],
            reason="Shooting at 5th and Main, dark sedan seen",
        )
        reads = case.canvass(
            scene=(scene["latitude"], scene["longitude"]),
            radius_m=scene["radius_m"],
            start=scene["start"],
            end=scene["end"],
        )
    finally:
        bench.close()
    suspect = reads[reads["plate"] == story["vehicles"][0]["plate"]]
    assert len(suspect) >= 2
    assert set(suspect["usual"]) == {"not seen here before"}


def test_a_home_is_built_once(home: Path):
    with pytest.raises(NotSetUp):
        demo.build(home, reads=2_500, days=8, end=END)


def test_only_a_demo_logs_anybody_in(tmp_path):
    with pytest.raises(Failed):
        demo.log_in(tmp_path)


def test_passwords_are_for_their_owner_alone(home: Path):
    assert (home / "demo-passwords.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("example", "form"),
    [("24-01873", "YY-NNNNN"), ("24CL01873", "YYCLNNNNN"), ("PD-2024-000017", "PD-YYYY-NNNNNN")],
)
def test_case_numbers_take_the_form_of_the_profiles_example(example: str, form: str):
    assert demo.number_form(example) == form


def test_the_home_has_its_own_notebooks_with_parameters_that_lead_somewhere(home: Path):
    from nbformat import read

    notebooks = {path.stem: read(path, as_version=4) for path in (home / "notebooks").iterdir()}
    assert sorted(notebooks) == ["audit", "canvass", "partial_plate", "search_desk"]
    opened = notebooks["canvass"]
    case = json.loads((home / "truth" / "shooting.json").read_text(encoding="utf-8"))["case_number"]
    assert f'case = "{case}"' in next(
        cell.source
        for cell in opened.cells
        if "injected-parameters" in cell.metadata.get("tags", [])
    )
    assert not any(cell.get("outputs") for cell in opened.cells)


def test_the_hot_list_has_hits_of_each_kind_and_the_truth_says_which(home: Path):
    truth = json.loads((home / "truth" / "hot-list.json").read_text(encoding="utf-8"))
    listed = {each["plate"]: each["role"] for each in truth["planted"]}
    service = Service.open(home)
    try:
        passwords = json.loads((home / "demo-passwords.json").read_text(encoding="utf-8"))
        token = service.login("sgt_abara", passwords["sgt_abara"], Origin("10.20.4.31", "test"))
        found = service.hotlists.hits(token, open_only=False)
        assert found
        shown = [
            service.hotlists.show(token, hit["id"]) for hit in found if hit["status"] != "closed"
        ]
    finally:
        service.close()
    assert {view.listed for view in shown} <= set(listed)
    for view in shown:
        assert view.near == (view.read["plate"] != view.listed)
    assert not list((home / "transfers").glob("stolen-vehicles*"))  # it would lie there in clear
