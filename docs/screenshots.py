"""Take the pictures of the search desk that README and docs show: ``make screenshots``.

They are taken of the demo city in Chromium, shut off from the network, by the same steps as the tests in tests/browser.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser.test_search_desk_in_a_browser import DETECTIVE, REASON, local, log_in, take_up  # noqa: E402
from browsing import City, program, serving  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
TALL = {"width": 1280, "height": 1060}
_PATTERN = r"http://127\.0\.0\.1:\d+/\?token=\w+"


def main() -> None:
    """Build the demo in a folder of its own, and take every picture."""
    with tempfile.TemporaryDirectory() as folder:
        city = City(Path(folder) / "home")
        city.workbench("demo", "--no-reports")
        city.workbench("logout")
        with serving(city, Path(folder), ["desk", "--no-browser"], _PATTERN) as address:
            _take(city, address)


def _take(city: City, address: str) -> None:
    story = city.truth("shooting")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        context = browser.new_context(viewport=SIZE, device_scale_factor=1.25)
        context.route(
            "**/*",
            lambda call: call.continue_() if "127.0.0.1" in call.request.url else call.abort(),
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        log_in(page, city, DETECTIVE)
        _case(page, story)
        _partial(page, story)
        _trail(page, story)
        _canvass(page, story)
        browser.close()


def _case(page: Any, story: dict[str, Any]) -> None:
    take_up(page, story, reason="follow up")
    page.get_by_text("says too little").first.wait_for()
    _keep(page, "desk-case")
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Take up case").click()
    page.get_by_role("button", name="Change").wait_for()


def _partial(page: Any, story: dict[str, Any]) -> None:
    scene, witness = story["scenes"][0], story["witness"]
    page.get_by_label("Character 1 of").click()
    page.keyboard.type(witness["pattern"])
    page.get_by_label("Color").fill(witness["color"])
    page.get_by_label("Body").fill(witness["body"])
    page.get_by_label("at a place").check()
    page.get_by_label("Place", exact=True).fill(f"{scene['latitude']}, {scene['longitude']}")
    page.get_by_label("From", exact=True).fill(local(scene["start"]))
    page.get_by_label("To", exact=True).fill(local(scene["end"]))
    page.get_by_label("Incident").fill(local(scene["at"]))
    page.set_viewport_size(TALL)
    _search(page)
    page.get_by_role("listbox").get_by_role("option").first.click()
    page.get_by_text("reads in the window").first.wait_for()
    _keep(page, "desk-partial-plate")
    page.set_viewport_size(SIZE)


def _trail(page: Any, story: dict[str, Any]) -> None:
    plate = story["vehicles"][0]["plate"]
    page.get_by_role("button", name=f"Follow {plate} on the map").click()
    page.locator(".leaflet-container").wait_for()
    page.get_by_role("listbox").get_by_role("option").nth(2).click()
    _keep(page, "desk-trail")


def _canvass(page: Any, story: dict[str, Any]) -> None:
    del story  # place and time are those of the search before
    page.get_by_role("button", name="Canvass").click()
    page.locator(".leaflet-container").wait_for()
    _search(page)
    page.get_by_role("listbox").get_by_role("option").first.click()
    _keep(page, "desk-canvass")


def _search(page: Any) -> None:
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("listbox").get_by_role("option").first.wait_for()


def _keep(page: Any, name: str) -> None:
    """Keep what the page shows."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(2500)  # maps and lists come to rest
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = IMAGES / f"{name}.png"
    picture.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
