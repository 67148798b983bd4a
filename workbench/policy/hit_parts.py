"""The block of a profile about hits: which steps stand between a match and anything that is done about it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from workbench.policy.basis import Cited, Part, Text
from workbench.policy.data_parts import StateDatabase

__all__ = ["HitPath", "HitStep", "Hits", "StepName", "steps_of"]

HitPath = Literal["fixed", "mobile"]
StepName = Literal["rule-out", "broadcast", "confirm", "announce", "locate"]


class HitStep(Cited):
    """One step, who takes it, and what it asks for."""

    step: StepName = Field(
        description="rule-out a misread; broadcast the hit; confirm it in the state database; announce the result; "
        "locate the vehicle."
    )
    what: Text = Field(
        description="What is done, in a sentence, as the step says it on the screen."
    )
    roles: tuple[str, ...] = Field(
        (), description="Roles that take it; empty for whoever is granted the action."
    )
    seen: Literal["image", "plate", "either"] = Field(
        "either", description="What whoever rules out a misread must have seen."
    )
    through_dispatch: bool = Field(
        False, description="The check is made through dispatch: it names who there."
    )
    if_practicable: bool = Field(
        False, description="It may be recorded as not practicable, with the reason."
    )


class Hits(Part):
    """The steps of a hit, in their order, by the kind of reader that made the read."""

    fixed: tuple[HitStep, ...] = Field(min_length=1, description="On a hit of a fixed reader.")
    mobile: tuple[HitStep, ...] = Field(min_length=1, description="On a hit of a mobile reader.")


def steps_of(hits: Hits | None, database: StateDatabase, path: HitPath) -> tuple[HitStep, ...]:
    """Return the steps of a path; where a profile lists none, those that its state database block implies.

    Parameters
    ----------
    hits : Hits or None
        The profile's block.
    database : StateDatabase
        Its block on the state database.
    path : {"fixed", "mobile"}
        The kind of reader.
    """
    if hits is not None:
        return hits.fixed if path == "fixed" else hits.mobile
    basis = {"clause": database.clause, "citation": database.citation}
    steps = [
        HitStep(step="rule-out", what="Rule out a misread by sight.", procedure=True, **basis),
        HitStep(
            step="confirm",
            what=f"Confirm plate and status in {database.name}.",
            through_dispatch=database.through_dispatch,
            if_practicable=database.before_enforcement == "if-practicable",
            **basis,
        ),
    ]
    if database.vehicle_match:
        what = "Locate the vehicle, and see that it matches the hit."
        steps.append(HitStep(step="locate", what=what, **basis))
    return tuple(steps)
