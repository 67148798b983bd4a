"""What happens between two keystrokes happens in the browser: boxes, list, keys that are not JupyterLab's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench.widgets

FOLDER = Path(workbench.widgets.__file__).parent

# A model as anywidget gives one, without a kernel behind it: what is sent is kept to be looked at.
MODEL = """
(values) => {
  const heard = {};
  return {
    sent: [], saved: 0, values,
    get: (name) => values[name],
    set(name, value) { values[name] = value; (heard[`change:${name}`] ?? []).forEach((call) => call()); },
    save_changes() { this.saved += 1; },
    send(content) { this.sent.push(content); },
    on(name, call) { (heard[name] ??= []).push(call); },
  };
}
"""
BOXES = {
    "texts": [""] * 8, "front": False, "behind": True, "length": "", "problems": [""] * 8, "problem": "",
    "words": "", "disabled": False, "label": "Characters of the plate",
}  # fmt: skip
LIST = {
    "rows": [{"html": f"<b>row {at}</b>", "words": f"row {at}"} for at in range(50)],
    "chosen": -1, "head": "<p>50 found</p>", "foot": "<p>None of these</p>", "label": "Vehicles",
    "disabled": False, "reveal": False,
}  # fmt: skip

Shown = Callable[[str, dict[str, Any]], Any]


@pytest.fixture(scope="module")
def page(chromium: Any) -> Iterator[Any]:
    page = chromium.new_page()
    yield page
    page.close()


@pytest.fixture
def shown(page: Any) -> Shown:
    """Show one of the desk's scripts in an empty page, inside a panel of the desk."""

    def show(name: str, values: dict[str, Any]) -> Any:
        style = FOLDER / f"{name}.css"
        css = style.read_text() if style.is_file() else ""
        page.goto("about:blank")
        page.set_content(
            f"<style>{css}</style><div class=wbd><button>other</button><div id=here></div></div>"
        )
        script = (FOLDER / f"{name}.js").read_text()
        page.evaluate(
            """async ([script, values, model]) => {
                const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
                const made = await import(address);
                window.model = eval(model)(values);
                made.default.render({ model: window.model, el: document.getElementById("here") });
            }""",
            [script, values, MODEL],
        )
        return page

    return show


def texts(page: Any) -> str:
    return " ".join(page.evaluate("model.values.texts.map((each) => each || '_')"))


def focused(page: Any) -> int:
    """Return the box with the caret, from 0."""
    script = "[...document.querySelectorAll('input')].indexOf(document.activeElement)"
    return int(page.evaluate(script))


def typing(page: Any, *keys: str) -> None:
    for key in keys:
        if len(key) > 1 and key[0].isupper():
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


@pytest.mark.parametrize(
    ("keys", "filled", "at"),
    [
        (["7abx123"], "7 A B X 1 2 3 _", 7),
        (["7abx1234"], "7 A B X 1 2 3 4", 7),
        (["7", "Tab", "Tab", "x1"], "7 _ _ X 1 _ _ _", 5),
        (["7a??x"], "7 A ? ? X _ _ _", 5),
        (["78,bx"], "7 8,B X _ _ _ _ _", 3),
        (["78,b,3x"], "7 8,B,3 X _ _ _ _ _", 3),
        (["7b~x"], "7 B~ X _ _ _ _ _", 3),
        (["7b{0.8}x"], "7 B{0.8} X _ _ _ _ _", 3),
        (["7[8b]x"], "7 [8B] X _ _ _ _ _", 3),
        (["(a)x"], "(A) X _ _ _ _ _ _", 2),
        (["7 a-b.x"], "7 A B X _ _ _ _", 4),
        (["7ab", "Backspace"], "7 A _ _ _ _ _ _", 2),
        (["7ab", "Backspace", "Backspace", "c"], "7 C _ _ _ _ _ _", 2),
        (["7ab", "ArrowLeft", "ArrowLeft", "q"], "7 Q B _ _ _ _ _", 2),
        (["7ab", "Home", "9"], "9 A B _ _ _ _ _", 1),
    ],
)
def test_typing_moves_on_and_goes_back(shown: Shown, keys: list[str], filled: str, at: int) -> None:
    page = shown("character_boxes", BOXES)
    page.locator("input").first.click()
    typing(page, *keys)
    assert texts(page) == filled
    assert focused(page) == at


def test_enter_sends_what_is_in_the_boxes_along(shown: Shown) -> None:
    page = shown("character_boxes", BOXES)
    page.locator("input").first.click()
    typing(page, "7ab", "Enter")
    sent = page.evaluate("model.sent")
    assert sent == [{"do": "search", "texts": ["7", "A", "B", "", "", "", "", ""]}]


def test_a_paste_goes_to_the_kernel_whole(shown: Shown) -> None:
    page = shown("character_boxes", BOXES)
    page.locator("input").nth(2).focus()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", " 7abx-123 ");
            const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(paste);
        }"""
    )
    assert page.evaluate("model.sent") == [{"do": "paste", "at": 2, "text": "7abx-123"}]
    assert texts(page) == "_ _ _ _ _ _ _ _"


def test_the_mark_unsure_and_the_ends_are_buttons_that_say_how_they_stand(shown: Shown) -> None:
    page = shown("character_boxes", BOXES)
    page.locator("input").first.click()
    typing(page, "7b")
    mark = page.get_by_role("button", name="Not sure of character 2")
    mark.click()
    assert texts(page).startswith("7 B~ _")
    assert mark.get_attribute("aria-pressed") == "true"
    mark.click()
    assert texts(page).startswith("7 B _")
    front = page.get_by_role("button", name="stand in front")
    assert front.get_attribute("aria-pressed") == "false"
    front.click()
    assert page.evaluate("model.values.front") is True
    assert front.get_attribute("aria-pressed") == "true"


def test_a_problem_is_said_at_its_box_and_what_is_understood_below(shown: Shown) -> None:
    page = shown("character_boxes", BOXES)
    page.evaluate("model.set('words', '7, then anything')")
    assert page.locator(".wbc-words").inner_text() == "7, then anything"
    page.evaluate("model.set('problems', ['', 'Not on plates.', '', '', '', '', '', ''])")
    second = page.get_by_label("Character 2 of 8")
    assert second.get_attribute("aria-invalid") == "true"
    assert page.get_by_role("alert").inner_text() == "Box 2: Not on plates."
    assert page.locator(".wbc-words").inner_text() == ""


def test_more_boxes_come_with_a_longer_plate(shown: Shown) -> None:
    page = shown("character_boxes", BOXES)
    page.evaluate("model.set('texts', [...'ABCDEFGHIJ'])")
    assert page.locator("input").count() == 10
    assert page.get_by_label("Character 10 of 10").input_value() == "J"


def test_arrow_keys_move_and_enter_chooses(shown: Shown) -> None:
    page = shown("result_list", LIST)
    listed = page.get_by_role("listbox", name="Vehicles")
    listed.focus()
    typing(page, "ArrowDown", "ArrowDown", "ArrowUp")
    assert page.evaluate("model.values.chosen") == -1
    active = page.locator(f"#{listed.get_attribute('aria-activedescendant')}")
    assert active.get_attribute("aria-label") == "row 1"
    typing(page, "Enter")
    assert page.evaluate("model.values.chosen") == 1
    assert active.get_attribute("aria-selected") == "true"
    typing(page, "End", "Enter")
    assert page.evaluate("model.values.chosen") == 49
    typing(page, "Home", " ")
    assert page.evaluate("model.values.chosen") == 0


def test_a_click_chooses_but_not_while_the_desk_is_closed(shown: Shown) -> None:
    page = shown("result_list", LIST)
    page.get_by_role("option", name="row 3", exact=True).click()
    assert page.evaluate("model.values.chosen") == 3
    page.evaluate("model.set('disabled', true)")
    page.get_by_role("option", name="row 4", exact=True).click(force=True)
    assert page.evaluate("model.values.chosen") == 3


def test_a_list_says_at_once_what_came_and_that_the_desk_is_closed(shown: Shown) -> None:
    page = shown("result_list", {**LIST, "disabled": True})
    assert page.get_by_role("status").inner_text() == "50 found"
    assert page.get_by_role("listbox").get_attribute("aria-disabled") == "true"


def test_other_rows_take_the_place_of_the_old_ones(shown: Shown) -> None:
    page = shown("result_list", LIST)
    page.evaluate(
        "model.set('rows', [{ html: 'one', words: 'one' }]); model.set('head', '<p>1 found</p>')"
    )
    assert page.get_by_role("option").count() == 1
    assert page.locator(".wbr-head").inner_text() == "1 found"
    page.evaluate("model.set('rows', [])")
    assert page.get_by_role("listbox").count() == 0
    assert page.locator(".wbr-foot").inner_text() == "None of these"


@pytest.mark.parametrize(
    ("key", "taken"),
    [
        ("d", False),
        ("Enter", False),
        ("ArrowDown", False),
        ("Control+s", True),
        ("Control+Enter", False),
    ],
)
def test_the_desks_keys_are_not_jupyterlabs(shown: Shown, key: str, taken: bool) -> None:
    page = shown("keyguard", {})
    page.evaluate(
        """() => {
            window.taken = [];
            document.addEventListener("keydown", (event) => {
                if (!event.target.hasAttribute("data-lm-suppress-shortcuts")) taken.push(event.key);
            }, true);
        }"""
    )
    page.get_by_role("button", name="other").focus()
    page.keyboard.press(key)
    assert (
        bool(
            json.loads(page.evaluate("JSON.stringify(taken.filter((each) => each !== 'Control'))"))
        )
        is taken
    )
