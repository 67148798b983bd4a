"""The search desk as a detective meets it: in Chromium, in JupyterLab and as a page, shut off from the network."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib.colors as mcolors
import numpy as np
import pytest
from browsing import TIMES, City, Watched
from PIL import Image

from workbench.widgets import symbols

ZONE = ZoneInfo("America/Los_Angeles")
CHOSEN = mcolors.to_rgb(symbols.CHOSEN)
DETECTIVE = "rvega"
REASON = "Shooting at 5th and Main, a witness gave part of the plate of the dark sedan"
Expect = Callable[[Any], Any]


@pytest.fixture(params=["lab", "desk_page"])
def page(request: pytest.FixtureRequest, watched: Watched) -> Iterator[Any]:
    """The desk, opened in JupyterLab or as a page, where nobody is logged in yet."""
    address = request.getfixturevalue(request.param)
    opened = watched.page
    opened.set_default_timeout(40_000)
    opened.goto(address)
    if request.param == "lab":
        opened.get_by_text("| Idle").wait_for()  # the kernel is there
        opened.locator(".jp-CodeCell .cm-content").first.click()
        opened.keyboard.press("Shift+Enter")
    opened.get_by_label("Username").wait_for()
    yield opened
    assert watched.elsewhere == [], "the desk reached for another machine"
    assert watched.faults == []


@pytest.fixture(scope="module")
def expect() -> Expect:
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    return expect


def log_in(page: Any, city: City, username: str = DETECTIVE) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(city.password(username))
    page.get_by_role("button", name="Log in").click()


def take_up(page: Any, story: dict[str, Any], reason: str = REASON) -> None:
    page.get_by_label("Case number").fill(story["case_number"])
    page.get_by_label("Purpose").select_option(label="Homicide")
    page.get_by_label("Reason").fill(reason)


def fill_in(page: Any, story: dict[str, Any], *, start: str = "") -> None:
    """Fill in what the witness said, where and when."""
    scene = story["scenes"][0]
    page.get_by_label("Character 1 of").click()
    page.keyboard.type(story["witness"]["pattern"])
    page.get_by_label("Color").fill(story["witness"]["color"])
    page.get_by_label("Body").fill(story["witness"]["body"])
    page.get_by_label("at a place").check()
    page.get_by_label("Place", exact=True).fill(f"{scene['latitude']}, {scene['longitude']}")
    page.get_by_label("From", exact=True).fill(start or local(scene["start"]))
    page.get_by_label("To", exact=True).fill(local(scene["end"]))


def local(text: str) -> str:
    return dt.datetime.fromisoformat(text).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def search(page: Any) -> Any:
    return page.get_by_role("button", name="Search", exact=True)


def wait_for_color(page: Any, color: tuple[float, ...], *, least: int = 40) -> None:
    """Wait until the map, which is drawn on a canvas, shows enough of a color."""
    for _ in range(60):
        picture = Image.open(io.BytesIO(page.locator(".leaflet-container").screenshot()))
        pixels = np.asarray(picture.convert("RGB"), dtype=float) / 255
        if (np.abs(pixels - color).max(axis=2) < 0.03).sum() >= least:
            return
        page.wait_for_timeout(250)
    raise AssertionError("the map does not show it")


def on_record(city: City, **wanted: str) -> list[dict[str, Any]]:
    """Return what the record holds of the detective, as an auditor reads it; the newest last."""
    city.log_in("aud_sato")
    lines = json.loads(city.workbench("audit", "show", "--user", DETECTIVE, "--json"))
    city.workbench("logout")
    return [line for line in lines if all(line[key] == value for key, value in wanted.items())]


def test_a_detective_finds_the_vehicle_and_sees_where_it_was(
    page: Any, city: City, expect: Expect, record_property: Callable[[str, object], None]
) -> None:
    story = city.truth("shooting")
    (vehicle,) = story["vehicles"]
    log_in(page, city)

    take_up(page, story, reason="follow up")
    button = page.get_by_role("button", name="Take up case")
    expect(button).to_be_disabled()
    expect(page.get_by_text("says too little").first).to_be_visible()
    expect(search(page)).to_be_disabled()

    page.get_by_label("Reason").fill(REASON)
    button.click()
    expect(page.get_by_text(story["case_number"]).first).to_be_visible()

    fill_in(page, story)
    listed = page.get_by_role("listbox").get_by_role("option")
    began = time.perf_counter()
    search(page).click()
    listed.first.wait_for()
    record_property(TIMES, f"{time.perf_counter() - began:.2f}")
    spelled = " ".join(vehicle["plate"])
    expect(listed.first).to_have_accessible_name(re.compile(spelled))

    listed.first.click()
    counted = page.get_by_text(re.compile(r"\d+ reads in the window")).first
    reads = int(counted.inner_text().split()[0])
    assert reads > 1

    page.get_by_role("button", name=f"Follow {vehicle['plate']} on the map").click()
    expect(page.get_by_label("Plate", exact=True)).to_have_value(vehicle["plate"])
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(reads)
    page.get_by_role("listbox").get_by_role("option").nth(1).click()
    wait_for_color(page, CHOSEN)

    asked = on_record(city, case_number=story["case_number"], reason=REASON)
    assert [line["outcome"] for line in asked if line["action"] == "query.partial"][-1] == "ok"
    assert [line["outcome"] for line in asked if line["action"] == "query.history"][-1] == "ok"
    assert all(line["purpose"] == "homicide" for line in asked)


def test_what_the_policy_refuses_is_shown_with_clause_and_remedy(
    page: Any, city: City, expect: Expect
) -> None:
    story = city.truth("shooting")
    log_in(page, city)
    take_up(page, story)
    page.get_by_role("button", name="Take up case").click()
    fill_in(page, story, start="2019-01-01 00:00")
    search(page).click()
    refusal = page.get_by_role("alert").filter(has_text="Clovis PD")
    expect(refusal.first).to_be_visible()
    expect(refusal.first).to_contain_text("Shorten it")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(0)
    refused = on_record(city, outcome="refused", action="query.partial")
    assert refused
    assert refused[-1]["clause"]


def test_a_canvass_is_searched_listed_and_saved_as_a_report(
    page: Any, city: City, expect: Expect
) -> None:
    story = city.truth("shooting")
    scene = story["scenes"][0]
    log_in(page, city)
    take_up(page, story)
    page.get_by_role("button", name="Take up case").click()
    page.get_by_role("button", name="Canvass").click()
    page.locator(".leaflet-container").wait_for()
    page.get_by_label("Place", exact=True).fill(f"{scene['latitude']}, {scene['longitude']}")
    page.get_by_label("Radius", exact=True).fill("800")
    page.get_by_label("From", exact=True).fill(local(scene["start"]))
    page.get_by_label("To", exact=True).fill(local(scene["end"]))
    search(page).click()
    listed = page.get_by_role("listbox").get_by_role("option")
    listed.first.wait_for()
    names = [each.get_attribute("aria-label") or each.inner_text() for each in listed.all()]
    spelled = (" ".join(story["vehicles"][0]["plate"]), story["vehicles"][0]["plate"])
    assert any(word in name for name in names for word in spelled)
    page.get_by_role("button", name="Save as report").click()
    expect(page.get_by_text("The report is saved").first).to_be_visible(timeout=120_000)
    asked = on_record(city, case_number=story["case_number"])
    assert [line["outcome"] for line in asked if line["action"] == "query.canvass"][-1] == "ok"
    assert on_record(city, action="report.canvass")[-1]["outcome"] == "ok"


def test_a_locked_desk_hides_what_was_found_and_gives_it_back(
    page: Any, city: City, expect: Expect
) -> None:
    story = city.truth("shooting")
    log_in(page, city)
    take_up(page, story)
    page.get_by_role("button", name="Take up case").click()
    fill_in(page, story)
    search(page).click()
    listed = page.get_by_role("listbox").get_by_role("option")
    listed.first.wait_for()
    page.get_by_role("button", name="Lock").click()
    expect(listed).to_have_count(0)
    assert story["vehicles"][0]["plate"] not in page.locator("body").inner_text()
    page.get_by_label("Password").fill(city.password(DETECTIVE))
    page.get_by_role("button", name=re.compile("Log in|Unlock")).click()
    listed.first.wait_for()
    expect(page.get_by_label("Color")).to_have_value(story["witness"]["color"])
    expect(page.get_by_text(story["case_number"]).first).to_be_visible()


def test_a_wrong_password_is_refused_in_words_and_kept_nowhere(
    page: Any, city: City, expect: Expect
) -> None:
    page.get_by_label("Username").fill(DETECTIVE)
    page.get_by_label("Password").fill("not-the-password-7")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("Password")).to_have_value("")
    assert "not-the-password-7" not in page.content()
