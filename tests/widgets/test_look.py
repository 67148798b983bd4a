"""Messages of the desk: everything escaped, the clause in full, and what a screen reader says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput, NotLoggedIn, Refused
from workbench.reporting import figures
from workbench.widgets import look
from workbench.widgets.status import Status

ANY = st.text(max_size=40)


@given(ANY, ANY, ANY)
def test_nothing_that_is_said_becomes_markup(title: str, line: str, cite: str) -> None:
    said = look.message("notice", title, line, cite=cite)
    inside = str(said).replace("<", "\n<")
    tags = {part.partition(">")[0] for part in inside.split("\n") if part.startswith("<")}
    assert tags <= {
        '<div class="wbd-message notice" role="status"', "</div", "<p", "</p", "<b", "</b",
        '<p class="wbd-cite"',
    }  # fmt: skip


def test_a_refusal_names_the_clause_once() -> None:
    full = Refused("No.", clause="462.5", citation="Clovis PD Policy 462.5", remedy="Ask.")
    assert str(look.error_html(full, "x")).count("462.5") == 1
    apart = Refused("No.", clause="9", citation="Clovis PD Policy", remedy="Ask.")
    assert "Clovis PD Policy, clause 9" in look.error_html(apart, "x")


@pytest.mark.parametrize("error", [Refused("No."), BadInput("No.", "Do."), OSError("7ABX123")])
def test_what_stops_somebody_interrupts_a_screen_reader(error: Exception) -> None:
    assert 'role="alert"' in look.error_html(error, "the canvass")


def test_a_foreign_error_shows_no_text_of_its_own() -> None:
    said = look.error_html(OSError("7ABX123 SELECT"), "the canvass")
    assert "OSError" in said
    assert "7ABX123" not in said


def test_the_end_of_a_session_is_a_refusal_like_another() -> None:
    assert "Log in" in look.error_html(NotLoggedIn("Ended.", remedy="Log in again."), "x")


@pytest.mark.parametrize(("fraction", "shown"), [(0.256, "26"), (-1.0, "0"), (7.0, "100")])
def test_a_bar_says_how_far(fraction: float, shown: str) -> None:
    said = look.bar(fraction, "Searching")
    assert f'aria-valuenow="{shown}"' in said
    assert 'aria-label="Searching"' in said


def test_a_bar_without_an_end_says_no_number() -> None:
    assert "aria-valuenow" not in look.bar(None, "Searching")


def test_the_desk_and_the_reports_share_their_colors() -> None:
    assert (look.INK, look.ACCENT, look.PAPER) == (figures.INK, figures.ACCENT, figures.PAPER)


def test_the_style_sheet_asks_nobody_for_anything() -> None:
    sheet = look.sheet()
    assert "http" not in sheet
    assert "@import" not in sheet
    assert "url(" not in sheet.replace("url(data:", "")


def test_a_status_takes_no_room_while_there_is_nothing() -> None:
    status = Status()
    assert status.children == ()
    status.show(look.message("notice", "Here."))
    assert "Here." in status.html
    status.progress("Searching", 2.4, None, print)
    assert status.busy
    assert "Searching … 2 s" in status.html
    status.clear()
    assert status.children == ()
    assert not status.busy
