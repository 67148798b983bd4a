"""The steps of a hit as a state machine: which may be taken now, and by whom; none is skipped or taken twice.

It is pure: what was done so far is a list of acts, and the profile says which steps there are
(:class:`workbench.policy.hit_parts.HitStep`). A step that finds against the hit (a misread, another state, no longer
current, another vehicle) ends the path: what is left is to announce that to those who were told, and to close.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.errors import BadInput, Refused
from workbench.policy.hit_parts import HitStep

__all__ = [
    "AFTER",
    "DISPOSITIONS",
    "OUTCOMES",
    "STANDING",
    "Act",
    "Closing",
    "Disposition",
    "Plan",
]

STANDING = "A hit is not by itself grounds for a stop."
"""What every hit says, whatever its state."""

Disposition = Literal["correct", "wrong-state", "wrong-plate", "dismissed"]
DISPOSITIONS: dict[str, str] = {
    "correct": "plate, state and vehicle are those that are listed, and the listing was current",
    "wrong-state": "the plate is of another state than the listed one",
    "wrong-plate": "the plate is another one than the listed: a misread",
    "dismissed": "not acted on: the listing was no longer current, or it was not followed up",
}
"""How a hit can end."""

Closing = Literal["acted-on", "broadcast", "none"]
AFTER: dict[str, str] = {
    "acted-on": "enforcement action was taken",
    "broadcast": "it was broadcast",
    "none": "nothing was done",
}
"""What came after a correct hit."""

OUTCOMES: dict[str, tuple[str, ...]] = {
    "rule-out": ("right", "misread", "wrong-state"),
    "broadcast": ("made",),
    "confirm": ("current", "not-current", "impracticable"),
    "announce": ("made",),
    "locate": ("matches", "differs", "impracticable"),
}
"""What each step can find."""

_AGAINST = {"misread", "wrong-state", "not-current", "differs"}
_ENDS = {
    "misread": ("wrong-plate",),
    "wrong-state": ("wrong-state",),
    "not-current": ("dismissed",),
    "differs": ("wrong-plate", "wrong-state", "dismissed"),
}
_DONE = {
    "rule-out": "misread ruled out",
    "broadcast": "broadcast",
    "confirm": "confirmed",
    "announce": "result broadcast",
    "locate": "vehicle located",
}
_NEXT = {
    "rule-out": "rule out a misread",
    "broadcast": "broadcast the hit",
    "confirm": "confirm it in the state database",
    "announce": "broadcast what the state database said",
    "locate": "locate the vehicle",
}


@dataclass(frozen=True, slots=True)
class Act:
    """A step that was taken: its name, or ``close``, and what it found, or the disposition."""

    step: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A hit's steps, in their order, and what was done of them."""

    steps: tuple[HitStep, ...]
    acts: tuple[Act, ...] = ()

    @classmethod
    def replay(cls, steps: Sequence[HitStep], acts: Sequence[Act]) -> Plan:
        """Return the plan after these acts; raises Refused where they are not a way through it."""
        plan = cls(tuple(steps))
        for act in acts:
            plan = plan.after(act)
        return plan

    @property
    def closed(self) -> str:
        """The disposition; empty while the hit is open."""
        return self.acts[-1].outcome if self.acts and self.acts[-1].step == "close" else ""

    @property
    def against(self) -> str:
        """What was found against the hit; empty while nothing was."""
        return next((act.outcome for act in self.acts if act.outcome in _AGAINST), "")

    @property
    def next(self) -> HitStep | None:
        """The step that is to be taken now; None where only closing is left, or nothing."""
        if self.closed:
            return None
        done = {act.step for act in self.acts}
        left = [step for step in self.steps if step.step not in done]
        if self.against:
            left = [step for step in left if step.step == "announce" and "broadcast" in done]
        return left[0] if left else None

    @property
    def status(self) -> str:
        """Where the hit stands, in a word or three."""
        if self.closed:
            return "closed"
        if self.against:
            return "refuted"
        if not self.acts:
            return "raised"
        last = self.acts[-1]
        if last.outcome == "impracticable":
            return "not confirmed" if last.step == "confirm" else "not located"
        return _DONE[last.step]

    @property
    def to_do(self) -> str:
        """What is to be done now, in words; empty once the hit is closed."""
        if self.closed:
            return ""
        step = self.next
        return _NEXT[step.step] if step else "close it"

    @property
    def dispositions(self) -> tuple[str, ...]:
        """With which dispositions the hit can be closed now; empty where it cannot be."""
        step = self.next
        if self.closed or (step is not None and step.step == "announce"):
            return ()
        if self.against:
            return _ENDS[self.against]
        return ("correct", "dismissed") if self._verified else ("dismissed",)

    @property
    def closings(self) -> tuple[str, ...]:
        """What may have come after a correct hit: action only after every step of the path."""
        if "correct" not in self.dispositions:
            return ()
        return ("acted-on", "broadcast", "none") if self.next is None else ("broadcast", "none")

    @property
    def _verified(self) -> bool:
        """Whether everything but locating the vehicle is done."""
        return self.next is None or self.next.step == "locate"

    def step(self, name: str) -> HitStep:
        """Return a step of this path.

        Raises
        ------
        BadInput
            It has none of that name.
        """
        for step in self.steps:
            if step.step == name:
                return step
        raise BadInput(
            f"The policy has no step {name} for a hit of this kind of reader.",
            f"Its steps are: {', '.join(step.step for step in self.steps)}.",
        )

    def allow(self, name: str, outcome: str, roles: Collection[str]) -> HitStep:
        """Return the step if it may be taken now by somebody with these roles, with this outcome.

        Raises
        ------
        Refused
            Another step comes first, or it was taken already; or it is not for these roles to take; or the policy does
            not let it be recorded as not practicable.
        BadInput
            There is no such step, or no such outcome.
        """
        step = self.step(name)
        if outcome not in OUTCOMES[name]:
            raise BadInput(
                "That is no outcome of this step.", f"Give one of: {', '.join(OUTCOMES[name])}."
            )
        self._in_turn(step)
        if step.roles and not set(step.roles) & set(roles):
            raise Refused(
                "This step of a hit is not for your role to take.",
                clause=step.clause,
                remedy=f"Have somebody with the role {' or '.join(step.roles)} take it.",
            )
        if outcome == "impracticable" and not step.if_practicable:
            raise Refused(
                "This step cannot be left out: the policy makes no exception for what is not practicable.",
                clause=step.clause,
                remedy=step.what,
            )
        return step

    def _in_turn(self, step: HitStep) -> None:
        if self.closed:
            raise Refused(
                "The hit is closed.",
                clause=step.clause,
                remedy="Its steps are on the record; none is added.",
            )
        if any(act.step == step.step for act in self.acts):
            raise Refused(
                "This step was taken already; none is taken twice.",
                clause=step.clause,
                remedy=f"What is to be done now: {self.to_do}.",
            )
        if self.next is None or self.next.step != step.step:
            first = self.next or self.steps[-1]
            raise Refused(
                "This step is not the next one; none is skipped.",
                clause=first.clause,
                remedy=f"What is to be done now: {self.to_do}.",
            )

    def allow_closing(self, disposition: str, closing: str) -> None:
        """Check that the hit may be closed so now.

        Raises
        ------
        Refused
            A step that the policy asks for comes first, or the disposition is not what the steps found.
        BadInput
            There is no such disposition or closing.
        """
        if disposition not in DISPOSITIONS or closing not in AFTER:
            raise BadInput(
                "That is no way for a hit to end.",
                f"Dispositions: {', '.join(DISPOSITIONS)}; after a correct one: {', '.join(AFTER)}.",
            )
        clause = (self.next or self.steps[-1]).clause
        if self.closed:
            raise Refused(
                "The hit is closed already.", clause=clause, remedy="Its disposition stands."
            )
        if disposition not in self.dispositions:
            raise Refused(
                f"As things stand a hit cannot be closed as {disposition}.",
                clause=clause,
                remedy=f"What is to be done now: {self.to_do}."
                if not self.dispositions or not self.against
                else f"What was found allows: {', '.join(self.dispositions)}.",
            )
        if disposition == "correct" and closing not in self.closings:
            raise Refused(
                "Nothing is done on a hit before the vehicle is found to match it.",
                clause=clause,
                remedy=f"What is to be done now: {self.to_do}.",
            )
        if disposition != "correct" and closing == "acted-on":
            raise Refused(
                "Nothing is done on a hit that was not confirmed.",
                clause=clause,
                remedy="Record what was done elsewhere.",
            )

    def after(self, act: Act) -> Plan:
        """Return the plan after an act; raises Refused where it was not to be taken."""
        if act.step == "close":
            if act.outcome not in self.dispositions:
                self.allow_closing(act.outcome, "none")
        else:
            self._in_turn(self.step(act.step))
        return Plan(self.steps, (*self.acts, act))
