"""What members write as the reason of a search: plain sentences by the kind of case."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.training.casebook import Case

__all__ = ["TRAPS", "reason_for"]

_OPENINGS: dict[str, tuple[str, ...]] = {
    "homicide": (
        "Homicide, {place}: movements of a vehicle of interest before and after",
        "Homicide, tracing the car seen leaving {place}",
        "Homicide, checking a witness's account of the route from {place}",
        "Homicide, vehicle registered to an associate, last known area",
    ),
    "robbery": (
        "Robbery series, same car reported near {place}",
        "Robbery, suspect vehicle from store video, {place}",
        "Robbery, vehicle stopped nearby, ruling it in or out",
        "Robbery, travel of suspect vehicle on the evening of the offense",
    ),
    "hit and run": (
        "Hit and run, {place}, partial plate from a witness",
        "Hit and run, damaged vehicle, where it was read since",
        "Hit and run, confirming the registered owner's account of that evening",
    ),
    "stolen vehicle": (
        "Stolen vehicle from {place}, last reads before recovery",
        "Stolen vehicle, checking for reads since the report",
        "Stolen vehicle, plate may have been switched, verifying reads",
    ),
    "missing person": (
        "Missing person, direction of travel of the family's car",
        "Missing person at risk, last seen near {place}, vehicle reads",
    ),
    "burglary": (
        "Burglary, {place}, vehicles on the street in the hour before the alarm",
        "Burglary, vehicle from a neighbor's doorbell video",
        "Burglary, linking a vehicle to a second scene",
    ),
    "grand theft": (
        "Catalytic converter thefts, van seen at {place}",
        "Catalytic converter thefts, same vehicle at two scenes",
    ),
    "assault": (
        "Assault, {place}, suspect left in a vehicle, partial plate",
        "Assault, locating the vehicle of a named suspect for arrest",
    ),
    "fraud": (
        "Card skimmers, vehicle on the pump camera at {place}",
        "Card skimmers, rental car used at several stations",
    ),
    "arson": ("Vehicle fire, {place}, who was nearby at the time of the call",
              "Arson, vehicle bought fuel in a can, same evening"),
    "shooting": (
        "Shots fired at {place}, vehicle leaving the area",
        "Shooting at a dwelling, comparing vehicles with an earlier scene",
    ),
    "narcotics": ("Narcotics sales, {place}, supplier's vehicle", "Narcotics, vehicle seen at controlled purchase"),
    "warrant": ("Warrant service, locating the vehicle of the person wanted",
                "Active warrant, confirming current area of vehicle"),
}  # fmt: skip

_MORE = (
    "", "", "", " per supplemental report", ", requested by the case agent", ", second check after new information",
    ", before the interview", ", for the search warrant affidavit", ", working with records",
)  # fmt: skip

TRAPS: tuple[tuple[str, str], ...] = (
    ("pressed-charges", "Assault, victim pressed charges, locating the vehicle of the suspect"),
    ("in-custody", "Robbery suspect in custody, confirming the movements of the car that evening"),
    ("street-name", "Burglary on Temple Street, van seen in the alley behind number 400"),
    (
        "chain-of-custody",
        "Chain of custody for the recovered vehicle, reads between recovery and tow",
    ),
    ("under-guard", "Suspect fled custody at the hospital, vehicle of the driver who waited"),
    ("church-street", "Hit and run at Church and Alder, partial plate from a cyclist"),
)
"""Reasons that look like something else: a trap's name, and the text."""


def reason_for(case: Case, rng: np.random.Generator) -> str:
    """Write a reason that fits a case."""
    choices: Sequence[str] = _OPENINGS.get(
        case.crime_type, ("Investigation of a report from {place}, vehicle of interest",)
    )
    place = case.title.rsplit(",", 1)[-1].removeprefix(" last seen").strip()
    text = choices[int(rng.integers(len(choices)))].format(place=place)
    return text + _MORE[int(rng.integers(len(_MORE)))]
