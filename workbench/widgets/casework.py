"""Taking up a case: number, purpose and reason, held against the policy while they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets
from markupsafe import Markup

from workbench.widgets import casework_rules as rules
from workbench.widgets import look
from workbench.widgets.casework_rules import Typed
from workbench.widgets.desk import NO_CASE, Desk
from workbench.widgets.keys import on_enter
from workbench.widgets.status import Status
from workbench.widgets.work import guarded

if TYPE_CHECKING:
    from workbench.client import Bench, Case
    from workbench.models import CaseRecord

__all__ = ["CasePanel"]

_PANEL = "the case"
_EXTRA = {"crime_type": "Crime type", "incident_number": "Incident number"}


class CasePanel(ipywidgets.VBox):
    """The case in hand.

    What is typed is held against the policy at once, without an access; "Take up case" puts the case on the record and
    opens the searches. A change closes them again.

    Parameters
    ----------
    desk : Desk, Bench or None
        With None, whoever is logged in on this machine.
    """

    def __init__(self, desk: Desk | Bench | None = None) -> None:
        self.desk = Desk.of(desk)
        self.status = Status()
        self._known: list[CaseRecord] = []
        self._taken: Typed | None = None
        self._last = ""
        self._profile = ""
        self._quiet = False
        self._build()
        super().__init__()
        self.add_class("wbd")
        self.add_class("wbd-case")
        self.desk.register("case", get=lambda: self.value, put=self._put)
        self.desk.observe(self._guard(self._member_came, counts=False), "bench")
        self.desk.observe(self._guard(self._show, counts=False), ["case", "locked"])
        if self.desk.case is not None:
            self._fill(self.desk.case)
        self._guard(self._member_came, counts=False)()
        if self.desk.case is not None:
            self._taken = self._typed()

    def __repr__(self) -> str:
        return "<CasePanel>"

    # --- the analyst's side ----------------------------------------------------------------------------------

    @property
    def value(self) -> dict[str, str]:
        """What is typed: number, purpose, reason, crime_type, incident_number. Can be set."""
        return self._typed().values()

    @value.setter
    def value(self, typed: Mapping[str, Any]) -> None:
        self._put(typed)

    @property
    def result(self) -> Case | None:
        """The case in hand, or None."""
        return self.desk.case  # type: ignore[no-any-return]  # a traitlet

    # --- building ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.number = ipywidgets.Combobox(
            description="Case number", ensure_option=False, tooltip="Case number"
        )
        self.purpose = ipywidgets.Dropdown(
            description="Purpose", options=[("Choose …", "")], value="", tooltip="Purpose"
        )
        self.extra = {
            name: ipywidgets.Text(description=label, tooltip=label)
            for name, label in _EXTRA.items()
        }
        self.reason = ipywidgets.Textarea(
            description="Reason",
            placeholder="What happened, and what you hope to learn. No names: they stay in the case file.",
            tooltip="Reason in words",
            rows=4,
        )
        self.boxes: dict[str, Any] = {
            "number": self.number,
            "purpose": self.purpose,
            **self.extra,
            "reason": self.reason,
        }
        self.notes = {name: ipywidgets.HTML() for name in self.boxes}
        self.take = ipywidgets.Button(description="Take up case", button_style="primary")
        self.change = ipywidgets.Button(description="Change", tooltip="Change case or reason")
        self.change.add_class("wbd-quiet")
        self.taken = ipywidgets.HTML()
        self.standing = ipywidgets.HTML()
        for box in self.boxes.values():
            box.add_class("wbd-field")
            box.observe(self._guard(self._typed_something), "value")
        for box in (self.number, *self.extra.values()):
            on_enter(box, self._guard(self._take_up))
        self.take.on_click(self._guard(self._take_up))
        self.change.on_click(self._guard(self._reopen))
        self._lay_out()

    def _lay_out(self) -> None:
        self._left = ipywidgets.VBox()
        right = ipywidgets.VBox([self.reason, self.notes["reason"]])
        columns = ipywidgets.Box([self._left, right])
        columns.add_class("wbd-case-grid")
        row = ipywidgets.HBox([self.take])
        row.add_class("wbd-row")
        self.form = ipywidgets.VBox([self.standing, columns, row])
        self.line = ipywidgets.HBox([self.taken, self.change])
        self.line.add_class("wbd-case-line")

    def _guard(self, function: Any, *, counts: bool = True) -> Any:
        return guarded(function, panel=_PANEL, desk=self.desk, status=self.status, counts=counts)

    # --- who is there ------------------------------------------------------------------------------------------

    def _member_came(self, _change: Any = None) -> None:
        """Take purposes and fields from the policy and cases from the register; take the case up again."""
        bench = self.desk.bench
        if bench is not None:
            self._suit(bench)
            self._known = bench.own_cases()
            self.number.options = [case.number for case in self._known]
        self._check()
        if bench is not None and self._taken is not None:
            self._again()
        self._show()

    def _again(self) -> None:
        """Take the case up again for its member who has come back, or drop it where that is refused now."""
        self._taken, self.desk.case = None, None
        self._check()
        self._take_up()

    def _suit(self, bench: Bench) -> None:
        profile = bench.profile
        if profile.id == self._profile:
            return
        self._profile, kept = profile.id, self.purpose.value
        wanted = rules.demanded(profile)
        with_notes: list[Any] = []
        for name in ("number", "purpose", *(each for each in _EXTRA if each in wanted)):
            with_notes += [self.boxes[name], self.notes[name]]
        self._left.children = with_notes
        self.number.placeholder = profile.case.example
        purposes = bench.purposes()
        self.purpose.options = [
            ("Choose …", ""),
            *((label, each) for each, label in purposes.items()),
        ]
        self.purpose.value = kept if kept in purposes else ""

    def _fill(self, case: Case) -> None:
        """Begin with the case that the desk has in hand already."""
        given = case.grounds
        self._suit(case.bench)
        self.value = {
            "number": given.case_number,
            "purpose": given.purpose,
            "reason": given.reason,
            "crime_type": given.crime_type,
            "incident_number": given.incident_number,
        }
        self._last = given.case_number

    # --- what is typed -----------------------------------------------------------------------------------------

    def _typed(self) -> Typed:
        return Typed.of({name: box.value for name, box in self.boxes.items()})

    def _put(self, values: Mapping[str, Any]) -> None:
        typed = Typed.of(values).values()
        known = {value for _, value in self.purpose.options}
        self._quiet = True
        try:
            for name, box in self.boxes.items():
                box.value = typed[name] if name != "purpose" or typed[name] in known else ""
        finally:
            self._quiet = False
        self._typed_something()

    def _typed_something(self, _change: Any = None) -> None:
        """Drop the case where what it was taken up with has changed, and say what is missing now."""
        if self._quiet:
            return
        if self._taken is not None and self._typed() != self._taken:
            self._taken = None
            self.desk.case = None
        self.status.clear()
        self._check()

    def _check(self) -> None:
        """Hold what is typed against the policy; nothing is accessed."""
        bench, typed = self.desk.bench, self._typed()
        if bench is None:
            self.take.disabled = True
            return
        check = bench.check_grounds(typed.grounds())
        for name, said in rules.notes(check, typed).items():
            good = rules.case_words(typed.number, self._known) if name == "number" else ""
            self.notes[name].value = str(said or good)
        self.standing.value = str(
            Markup("").join(
                look.message("refused", each.reason, each.remedy, cite=each.citation)
                for each in rules.standing(check)
            )
        )
        words = rules.missing_words(check)
        self.take.disabled = not check.allowed
        self.take.tooltip = words
        if self.desk.case is None and not self.desk.locked:
            self.desk.missing = f"{NO_CASE} {words}"

    # --- taking it up -----------------------------------------------------------------------------------------

    def _take_up(self, _button: Any = None) -> None:
        bench, typed = self.desk.bench, self._typed()
        if bench is None or self.take.disabled:
            return
        case = bench.take_up(typed.grounds())
        if self._last not in {"", typed.number}:
            self.desk.forget_results()
        self._taken, self._last = typed, typed.number
        self.status.clear()
        self.desk.case = case
        self._show()

    def _reopen(self, _button: Any = None) -> None:
        self._show(form=True)

    def _show(self, _change: Any = None, *, form: bool = False) -> None:
        """Show one line while a case is in hand, the form while none is."""
        closed = self.desk.case is not None and not form
        self.taken.value = str(self._summary()) if closed else ""
        self.children = [look.style(), self.line if closed else self.form, self.status]

    def _summary(self) -> Markup:
        typed = self._typed()
        labels = {value: label for label, value in self.purpose.options}
        return rules.summary(typed, labels.get(typed.purpose, typed.purpose))
