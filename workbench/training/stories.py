"""The five stories of the training city.

Each is told with the same streets every time; plates, witnesses' slips and everybody else on the road follow the seed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from workbench.training.incidents import (
    Cast,
    Drive,
    Incident,
    Parked,
    Role,
    ScenePlace,
    local_time,
    scene_at,
)
from workbench.training.skeleton import corner
from workbench.training.witness import Witness, recall

__all__ = ["Stage", "tell"]

_NORTH_HOME = (-420.0, 2330.0)
_HARLAN_BRIDGE = (715.0, 690.0)
_ALAMEDA_BRIDGE = (-2290.0, 20.0)
_PALM = (-560.0, 1520.0)

_FIFTH_AND_MAIN = corner(5, 2)


@dataclass(frozen=True, slots=True)
class Stage:
    """When and where the stories play."""

    cast: Cast
    first_day: dt.date
    days: int
    zone: ZoneInfo
    rng: np.random.Generator

    def day(self, share: float, *, weekday: bool = False) -> int:
        """Return a day of the period by the share of it that has passed; a working day if asked."""
        day = min(int(share * self.days), self.days - 1)
        while weekday and day > 0 and (self.first_day + dt.timedelta(days=day)).weekday() >= 5:
            day -= 1
        return day

    def at(self, day: int, clock: str) -> dt.datetime:
        """Return the UTC time of a wall clock such as ``21:24`` on a day."""
        return local_time(self.first_day, day, seconds(clock), self.zone)

    def working_days(self, until: int) -> list[int]:
        """Return the working days before a day."""
        return [
            day for day in range(until) if (self.first_day + dt.timedelta(days=day)).weekday() < 5
        ]


def seconds(clock: str) -> float:
    """Return seconds after midnight of a wall clock such as ``21:24``."""
    hours, minutes = clock.split(":")
    return 3600.0 * int(hours) + 60.0 * float(minutes)


def tell(stage: Stage) -> tuple[Incident, ...]:
    """Tell all five."""
    stories: tuple[Callable[[Stage], Incident], ...] = (
        _shooting, _robberies, _hit_and_run, _stolen, _missing,
    )  # fmt: skip
    return tuple(story(stage) for story in stories)


def _commute(
    stage: Stage,
    role: Role,
    there: tuple[int, ...],
    back: tuple[int, ...],
    hours: tuple[float, float],
    until: int,
) -> list[Drive]:
    """Return the ordinary working days of somebody who later is in a story."""
    drives = []
    for day in stage.working_days(until):
        if stage.rng.random() < 0.9:
            leave, home = (hour * 3600 + stage.rng.normal(0, 420) for hour in hours)
            drives += [Drive(role.row, day, leave, there), Drive(role.row, day, home, back)]
    return drives


def _shooting(stage: Stage) -> Incident:
    cast, day = stage.cast, stage.day(0.85, weekday=True)
    role = cast.enlist("suspect's car", "8@@@#46", "honda", "accord", "black")
    work = (-3500.0, 2690.0)
    there = cast.way(_NORTH_HOME, work)
    back = cast.way(work, _NORTH_HOME)
    arrival = cast.way(
        _NORTH_HOME,
        _PALM,
        _HARLAN_BRIDGE,
        corner(6, 4.5),
        corner(6, 2),
        corner(3, 2),
        corner(3, 3),
        corner(5, 3),
        _FIFTH_AND_MAIN,
    )
    flight = cast.way(
        _FIFTH_AND_MAIN, corner(6, 2), corner(6, 4.5), _HARLAN_BRIDGE, (850.0, 3300.0)
    )
    at = stage.at(day, "21:24")
    drives = [
        *_commute(stage, role, there, back, (6.2, 15.4), day),
        Drive(role.row, day, seconds("20:56"), arrival, told=True),
        Drive(role.row, day, seconds("21:24") + 75, flight, misread=("C16",), told=True),
    ]
    later = stage.day(0.93)
    parked = (
        (Parked(role.row, later, seconds("23:12"), "M2", (-440.0, 2345.0)),) if later > day else ()
    )
    memory = recall(role.plate, stage.rng, sure=(0, 5, 6), known=3)
    statement = (
        "I was at the taco stand when I heard the shots, three or four. A dark sedan took off down Main and then "
        f"up Sixth, toward the bridge, no lights. Of the plate I got {memory.words}."
    )
    return Incident(
        key="shooting",
        title="Homicide by shooting, 5th Street and Main Street",
        crime_type="homicide",
        purpose="homicide",
        scenes=(scene_at("5th Street and Main Street", _FIFTH_AND_MAIN, at),),
        roles=(role,),
        witness=Witness(
            statement, memory.pattern, color="dark", body="sedan", wrong_positions=memory.wrong
        ),
        answer=(
            "The car comes over the Harlan Avenue bridge a quarter of an hour before, is read on 6th and on Main, and "
            "leaves by 6th and the bridge two minutes after. It was never read downtown before. On 6th Street it was "
            "misread as it left; the bridge read it rightly."
        ),
        drives=tuple(drives),
        parked=parked,
    )


def _robberies(stage: Stage) -> Incident:
    cast, rng = stage.cast, stage.rng
    role = cast.enlist("robbers' car", "6W@@#52", "chevrolet", "malibu", "gray")
    home, work = (1250.0, 2420.0), (1560.0, -2330.0)
    drives = _commute(
        stage, role, cast.way(home, work), cast.way(work, home), (6.4, 15.6), stage.days
    )
    plans: tuple[tuple[float, str, str, tuple[float, float], tuple[float, float], str], ...] = (
        (0.36, "22:18", "Mariposa Boulevard and Alameda Oeste", (-2330, -1925), (-1500, -2010), ""),
        (0.46, "20:47", "Las Flores Boulevard and Palm Avenue", (-740, 1545), (300, 1650), ""),
        (0.55, "23:05", "Cordero Road and Orchard Road", (3765, 2640), (0, 0), "another car; no reader near"),
        (0.64, "20:40", "Sierra Avenue and 11th Street", (560, -1190), (1400, -640), "the reader was out"),
        (0.72, "21:33", "Mariposa Boulevard and Orchard Road", (3690, -2005), (3200, -1985), ""),
    )  # fmt: skip
    scenes: list[ScenePlace] = []
    for share, clock, place, xy, beyond, note in plans:
        day = stage.day(share)
        scenes.append(
            scene_at(
                place, xy, stage.at(day, clock), radius_m=600.0, before=25, after=25, note=note
            )
        )
        if beyond == (0, 0):
            continue
        before = seconds(clock) - rng.uniform(420, 600)
        ways = [cast.way(home, beyond, xy), cast.way(xy, beyond, home)]
        if share == 0.46:  # the reader there sees eastbound traffic only
            ways = [cast.way(home, (-1500, 1545), xy), cast.way(xy, beyond, home)]
        if share in (0.36, 0.72):
            ways = [
                cast.way(home, (-3000, -1950) if share == 0.36 else (4300, -2000), xy),
                cast.way(xy, beyond, home),
            ]
        arrive = _ends_at(stage, ways[0], before)
        drives += [
            Drive(role.row, day, arrive, ways[0], told=True),
            Drive(role.row, day, seconds(clock) + rng.uniform(90, 180), ways[1], told=True),
        ]
    statement = (
        "Video of the second robbery shows a gray or silver sedan, a Chevrolet by its lamps. Of the plate "
        "the first two characters can be made out and the one before the last, a 5 or an S, with a 2 behind it."
    )
    pattern = f"{role.plate[:2]}???[5S]2"
    return Incident(
        key="robberies",
        title="Armed robberies of markets, five scenes",
        crime_type="robbery",
        purpose="robbery",
        scenes=tuple(scenes),
        roles=(role,),
        witness=Witness(
            statement, pattern, seen_by="camera", color="gray", make="chevrolet", body="sedan"
        ),
        answer=(
            "One car is read near the first, second and fifth scene within minutes. The third was somebody else's "
            "car where no reader stands; at the fourth the reader was out, and nothing can be said."
        ),
        drives=tuple(drives),
    )


def _ends_at(stage: Stage, way: tuple[int, ...], when: float) -> float:
    """Return when a drive must start to end at a time."""
    return when - 1.12 * float(stage.cast.network.seconds[list(way)].sum())


def _hit_and_run(stage: Stage) -> Incident:
    cast, day = stage.cast, stage.day(0.74, weekday=True)
    role = cast.enlist("driver's car", "7A@X1##", "toyota", "rav4", "blue")
    home, work = (1150.0, -1650.0), (-250.0, 1250.0)
    there = cast.way(home, corner(9, 1), corner(9, 6), _HARLAN_BRIDGE, work)
    back = cast.way(work, _HARLAN_BRIDGE, corner(9, 6), corner(9, 1), home)
    spot = corner(9, 5)
    at = stage.at(day, "18:41")
    last = cast.way(spot, corner(9, 1), home)
    drives = [
        *_commute(stage, role, there, back, (8.1, 17.4), day),
        Drive(role.row, day, seconds("08:04"), there, told=True),
        Drive(role.row, day, _ends_at(stage, cast.way(work, _HARLAN_BRIDGE, spot), seconds("18:41")),
              cast.way(work, _HARLAN_BRIDGE, spot), told=True),
        Drive(role.row, day, seconds("18:41") + 25, last, misread=("C17",), told=True),
    ]  # fmt: skip
    memory = recall(role.plate, stage.rng, sure=(0, 1, 3, 4), known=4)
    statement = (
        "The SUV did not even brake. It was blue, dark blue, one of the small ones. I got part of the plate and "
        f"said it over and over: {memory.words}."
    )
    return Incident(
        key="hit-and-run",
        title="Hit and run with injury, 9th Street and Fremont Street",
        crime_type="hit and run",
        purpose="criminal-investigation",
        scenes=(scene_at("9th Street and Fremont Street", spot, at, radius_m=700.0),),
        roles=(role,),
        witness=Witness(
            statement, memory.pattern, color="blue", body="suv", wrong_positions=memory.wrong
        ),
        answer=(
            "Everyday traffic hides it: the car passes here on most working days, so it is usual at this hour. "
            "Only the partial plate with color and body brings it to the top; after that day it is not read again."
        ),
        drives=tuple(drives),
    )


def _stolen(stage: Stage) -> Incident:
    cast, day = stage.cast, stage.day(0.66)
    role = cast.enlist("stolen car", "5@@@###", "honda", "civic", "silver")
    home, work = (-3350.0, -700.0), (120.0, -560.0)
    drives = _commute(stage, role, cast.way(home, work), cast.way(work, home), (7.6, 17.2), day)
    taken = stage.at(day, "22:30")
    drives += [
        Drive(role.row, day, seconds("23:20"), cast.way(home, _ALAMEDA_BRIDGE, _PALM, (2500, 1890)), told=True),
        Drive(role.row, min(day + 1, stage.days - 1), seconds("13:35"),
              cast.way((2500, 1890), (3660, 1250), (3640, -2000), (1350, -2500)), misread=("C11",), told=True),
    ]  # fmt: skip
    found = min(day + 5, stage.days - 1)
    parked = (Parked(role.row, found, seconds("10:52"), "M4", (1290.0, -2430.0)),)
    scene = scene_at(
        "700 block of Casa Blanca Lane", home, taken, radius_m=1500.0, before=60, after=14 * 60
    )
    return Incident(
        key="stolen-vehicle",
        title="Stolen vehicle, west side",
        crime_type="stolen vehicle",
        purpose="stolen-vehicle",
        scenes=(scene,),
        roles=(role,),
        witness=Witness(
            "The owner parked at half past ten at night and found the car gone at seven. He gave the whole plate.",
            role.plate, color="silver", make="honda", body="sedan",
        ),
        answer=(
            "Its last drive of habit is the owner's. It leaves over the Alameda Oeste bridge the same night, is "
            "misread on the Orchard Road bridge the next day, and days later a patrol unit comes upon it, parked by "
            "Railroad Avenue."
        ),
        drives=tuple(drives),
        parked=parked,
    )  # fmt: skip


def _missing(stage: Stage) -> Incident:
    cast, day = stage.cast, stage.day(0.90)
    role = cast.enlist("missing man's car", "4@@@###", "buick", "lesabre", "beige")
    home = (-3300.0, 1800.0)
    market = (-2330.0, 1400.0)
    drives = [
        drive
        for each in range(0, day, 7)
        for drive in (
            Drive(role.row, each, seconds("10:20"), cast.way(home, market)),
            Drive(role.row, each, seconds("11:30"), cast.way(market, home)),
        )
    ]
    trail = (3690.0, 1450.0)
    drives += [
        Drive(role.row, day, seconds("09:34"), cast.way(home, (-3900, 1060), (-3300, 1220), (-900, 1550), (-200, 1500),
              _HARLAN_BRIDGE, corner(9, 3)), told=True),
        Drive(role.row, day, seconds("12:48"), cast.way(corner(9, 3), (2290, -480), (3800, -390), trail), told=True),
    ]  # fmt: skip
    found = min(day + 1, stage.days - 1)
    parked = (
        (Parked(role.row, found, seconds("08:17"), "M1", (3705.0, 1435.0)),) if found > day else ()
    )
    at = stage.at(day, "09:30")
    return Incident(
        key="missing-person",
        title="Missing man, 79, at risk",
        crime_type="missing person",
        purpose="missing-person",
        scenes=(
            scene_at("Home, north-west of the city", home, at, radius_m=2500.0, before=30, after=24 * 60),
        ),
        roles=(role,),
        witness=Witness(
            "His daughter says that he left for the market at half past nine and never came home. He gets lost "
            "lately. She knows the plate by heart.",
            role.plate, color="beige", make="buick", body="sedan",
        ),
        answer=(
            "He goes east on Las Flores, over the Harlan Avenue bridge into downtown, and past noon by Sierra Avenue "
            "to the Orchard Road bridge. Beyond it no reader stands; the next morning a patrol unit reads the car at "
            "the Cottonwood Preserve."
        ),
        drives=tuple(drives),
        parked=parked,
    )  # fmt: skip
