"""Enter in a box does what its button does, once the last letters have arrived."""

from __future__ import annotations

import asyncio

import ipywidgets

from workbench.widgets.keys import on_enter

SUBMIT = {"event": "submit"}


def test_enter_calls_at_once_where_no_loop_runs() -> None:
    box, called = ipywidgets.Text(), []
    on_enter(box, lambda: called.append(box.value))
    box.value = "7ABX123"
    box._handle_custom_msg(SUBMIT, [])
    assert called == ["7ABX123"]


def test_letters_that_arrive_just_after_enter_are_counted() -> None:
    """A browser holds the newest letters back while an older message is under way; Enter overtakes them."""
    box, called = ipywidgets.Text(), []

    async def typed() -> None:
        done = asyncio.Event()

        def call() -> None:
            called.append(box.value)
            done.set()

        on_enter(box, call)
        box.value = "7ABX"
        box._handle_custom_msg(SUBMIT, [])
        assert called == []
        box.value = "7ABX123"
        await asyncio.wait_for(done.wait(), 20)

    asyncio.run(typed())
    assert called == ["7ABX123"]


def test_other_messages_are_none_of_its_business() -> None:
    box, called = ipywidgets.Text(), []
    on_enter(box, lambda: called.append(1))
    for content in ({"event": "click"}, {}, None, "submit"):
        box._handle_custom_msg(content, [])
    assert called == []
