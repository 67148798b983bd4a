"""The maps as a detective uses them: drawing, clicking, sliding, in Chromium that reaches no other machine."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from browsing import City, Watched

from workbench.models import Scene
from workbench.widgets import projection, shapes
from workbench.widgets.projection import Bounds

ZONE = ZoneInfo("America/Los_Angeles")
DETECTIVE = "rvega"
REASON = "Shooting at 5th and Main, a witness saw a dark sedan leave toward the bridge"
RADIUS = "1600"
CAMERA = "C14"
Expect = Callable[[Any], Any]


@pytest.fixture(scope="module")
def expect() -> Expect:
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    return expect


@pytest.fixture
def canvass(desk_page: str, watched: Watched, city: City) -> Iterator[Any]:
    """The canvass of the shooting on the desk's page, searched, before anything is picked."""
    story = city.truth("shooting")
    scene, page = story["scenes"][0], watched.page
    page.set_default_timeout(40_000)
    page.goto(desk_page)
    page.get_by_label("Username").fill(DETECTIVE)
    page.get_by_label("Password").fill(city.password(DETECTIVE))
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Case number").fill(story["case_number"])
    page.get_by_label("Purpose").select_option(label="Homicide")
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Take up case").click()
    page.get_by_role("button", name="Canvass").click()
    page.locator(".leaflet-container").wait_for()
    given = {
        "Place": f"{scene['latitude']}, {scene['longitude']}",
        "Radius": RADIUS,
        "From": local(scene["start"]),
        "To": local(scene["end"]),
    }
    for label, words in given.items():
        page.get_by_label(label, exact=True).fill(words)
    page.keyboard.press("Enter")
    rows(page).first.wait_for()
    yield page
    assert watched.elsewhere == [], "the map reached for another machine"
    assert watched.faults == []


def local(text: str) -> str:
    return dt.datetime.fromisoformat(text).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def rows(page: Any) -> Any:
    return page.get_by_role("listbox", name="Vehicles read here").get_by_role("option")


def at(page: Any, x: float, y: float) -> tuple[float, float]:
    """A point of the map, in shares of its width and height."""
    box = page.locator(".leaflet-container").bounding_box()
    return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def sign(page: Any, city: City, code: str) -> tuple[float, float]:
    """Where a camera's sign stands on the page: the map looks at the scene, as closely as it fits."""
    with (city.home / "cameras.csv").open(newline="") as file:
        (camera,) = (row for row in csv.DictReader(file) if row["code"] == code)
    story = city.truth("shooting")["scenes"][0]
    scene = Scene(story["latitude"], story["longitude"], float(RADIUS))
    lons, lats = zip(*shapes.outline(scene), strict=True)
    box = page.locator(".leaflet-container").bounding_box()
    around = Bounds.around(lats, lons).padded(0.1)
    middle, zoom = projection.fit(around, box["width"] - 16, box["height"] - 16)
    x0, y0 = projection.pixels(*middle, zoom)
    x, y = projection.pixels(float(camera["latitude"]), float(camera["longitude"]), zoom)
    return box["x"] + box["width"] / 2 + x - x0, box["y"] + box["height"] / 2 + y - y0


def test_a_circle_is_drawn_into_the_boxes(canvass: Any, expect: Expect) -> None:
    place, radius = (canvass.get_by_label(name, exact=True) for name in ("Place", "Radius"))
    before = place.input_value()
    canvass.locator(".leaflet-draw-draw-circle").click()
    canvass.mouse.move(*at(canvass, 0.3, 0.3))
    canvass.mouse.down()
    canvass.mouse.move(*at(canvass, 0.4, 0.4), steps=5)
    canvass.mouse.up()
    expect(radius).not_to_have_value(RADIUS)
    expect(place).not_to_have_value(before)
    assert re.fullmatch(r"36\.\d{4,5}, -120\.\d{4,5}", place.input_value())
    assert 100 < int(radius.input_value()) < 5000
    expect(canvass.get_by_text("Not searched yet")).to_be_visible()
    expect(canvass.get_by_role("heading", name=re.compile(r"^\d+ vehicles$"))).to_be_visible()


def test_a_polygon_is_drawn_into_the_boxes(canvass: Any, expect: Expect) -> None:
    canvass.locator(".leaflet-draw-draw-polygon").click()
    for x, y in ((0.3, 0.3), (0.6, 0.35), (0.55, 0.7), (0.3, 0.3)):
        canvass.mouse.click(*at(canvass, x, y))
        canvass.wait_for_timeout(300)  # two clicks in quick succession are one double click
    expect(canvass.get_by_text("3 corners")).to_be_visible()
    place = canvass.get_by_label("Place", exact=True).input_value()
    assert len(place.split(";")) == 3


def test_the_slider_narrows_the_list_by_keyboard(canvass: Any, expect: Expect) -> None:
    shown = canvass.locator(".wbm-cut")
    listed = rows(canvass).count()
    expect(shown).to_have_text(re.compile(r"(\d+) of \1 reads"))
    canvass.locator(".wbm-time .noUi-handle").nth(1).focus()
    canvass.keyboard.press("Home")
    expect(shown).to_have_text(re.compile(r" 0 of \d+ reads"))
    expect(rows(canvass)).to_have_count(0)
    canvass.get_by_role("button", name="Whole window").click()
    expect(rows(canvass)).to_have_count(listed)


def test_a_click_on_a_camera_lists_its_vehicles(canvass: Any, city: City, expect: Expect) -> None:
    """The mouse comes to rest on the sign, again while the map is still being drawn under it."""
    hint = canvass.locator(".wbm-map-hint")
    for _ in range(60):
        canvass.mouse.move(*at(canvass, 0.2, 0.2))
        canvass.mouse.move(*sign(canvass, city, CAMERA), steps=3)
        canvass.wait_for_timeout(500)
        if hint.inner_text().startswith(CAMERA):
            break
    expect(hint).to_have_text(re.compile(rf"^{CAMERA} .* reads?"))
    canvass.mouse.down()
    canvass.mouse.up()
    expect(canvass.get_by_role("heading", name=re.compile(rf" at {CAMERA}"))).to_be_visible()
    canvass.get_by_role("button", name="All places").click()
    expect(canvass.get_by_role("heading", name=re.compile(r"^\d+ vehicles$"))).to_be_visible()


def test_streets_are_drawn_and_named_without_a_tile(canvass: Any) -> None:
    assert canvass.locator(".leaflet-tile").count() == 0
    assert canvass.locator("canvas.leaflet-zoom-animated").count() >= 2
    names = canvass.locator("img.leaflet-image-layer").get_attribute("src")
    assert names.startswith("data:image/svg+xml,")
    assert "Street" in names
