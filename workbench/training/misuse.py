"""Misuse among the earlier searches, planted and labeled; and what only looks like it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from workbench.training.casebook import Case
from workbench.training.reasons import TRAPS, reason_for
from workbench.training.searches import Desk, PlannedSearch

__all__ = ["household", "plant"]

Plot = Callable[[Desk], Iterator[PlannedSearch]]


def plant(desk: Desk) -> list[PlannedSearch]:
    """Plan everything that is planted, in no order."""
    plots: Sequence[Plot] = (
        _one_plate_for_weeks,
        _changing_cases,
        _vague,
        _digits,
        _pasted,
        _closed,
        _unknown,
        _night,
        _burst,
        _busy_with_reason,
        _two_hosts,
        _broad,
        _refused_again,
        _after_leaving,
        _outside_policy,
        _personal_data,
        _several_users,
        _household,
        _traps,
    )
    return [search for plot in plots for search in plot(desk)]


def household(desk: Desk) -> dict[str, str]:
    """Return plates of members' own households, by user name: what a compared list would hold."""
    desk.interest.setdefault("household", [desk.plate() for _ in range(3)])
    first, second, third = desk.interest["household"]
    return {"lt_ferris": first, "tokafor": second, "disp_quinn": third}


def _ago(desk: Desk, days: int, hour: float) -> dt.datetime:
    return desk.at(desk.end - dt.timedelta(days=days), hour)


def _others_case(desk: Desk, days: int, username: str) -> Case:
    """Return an open case of somebody else."""
    date = desk.end - dt.timedelta(days=days)
    cases = [
        case for case in desk.open_on(date) if username not in case.assigned and not case.incident
    ]
    return cases[int(desk.rng.integers(len(cases)))]


def _own_cases(desk: Desk, days: int, username: str) -> list[Case]:
    cases = desk.open_on(desk.end - dt.timedelta(days=days), username)
    return cases or desk.open_on(desk.end - dt.timedelta(days=days))


def _one_plate_for_weeks(desk: Desk) -> Iterator[PlannedSearch]:
    plate = desk.plate()
    for days, hour in (
        (47, 12.4),
        (41, 16.6),
        (34, 9.2),
        (30, 12.9),
        (22, 16.8),
        (13, 12.2),
        (5, 16.7),
    ):
        case = _others_case(desk, days, "bwhitfield")
        at = _ago(desk, days, hour)
        yield desk.make(
            at,
            "bwhitfield",
            "history",
            desk.history(plate, at, 10),
            case,
            "Vehicle of interest, current area of travel",
            planted="PLATE-REPEATED-WITHOUT-CASE",
        )


def _changing_cases(desk: Desk) -> Iterator[PlannedSearch]:
    plate = desk.plate()
    used: set[str] = set()
    for days in (70, 63, 55, 49, 44):
        own = [case for case in _own_cases(desk, days, "cmorrow") if case.number not in used]
        case = own[0] if own else _others_case(desk, days, "cmorrow")
        used.add(case.number)
        at = _ago(desk, days, 10.3 + days % 4)
        yield desk.make(
            at,
            "cmorrow",
            "history",
            desk.history(plate, at, 14),
            case,
            reason_for(case, desk.rng),
            planted="PLATE-CHANGING-CASES",
        )


def _vague(desk: Desk) -> Iterator[PlannedSearch]:
    words = ("check", "plate check", "follow up", "inv", "misc", "lookup", "n/a", "police business")
    for index, word in enumerate(words):
        username = "disp_quinn" if index % 2 else "bwhitfield"
        days = 80 - 9 * index
        hour = 25.2 + index * 0.3 if username == "disp_quinn" else 11.1 + 0.4 * index
        at = _ago(desk, days, hour)
        case = _own_cases(desk, days, username)[0]
        vague = desk.make(
            at,
            username,
            "history",
            desk.history(desk.of_interest(case), at, 7),
            case,
            word,
            planted="REASON-VAGUE",
        )
        yield vague
        if index % 2:  # says it in words when it is refused
            yield replace(
                vague,
                at=at + dt.timedelta(minutes=2),
                reason=reason_for(case, desk.rng),
                planted=None,
            )


def _digits(desk: Desk) -> Iterator[PlannedSearch]:
    for days, hour in ((66, 9.4), (52, 13.3), (37, 8.6)):
        case = _own_cases(desk, days, "jpereira")[0]
        at = _ago(desk, days, hour)
        yield desk.make(
            at,
            "jpereira",
            "history",
            desk.history(desk.of_interest(case), at, 7),
            case,
            case.number if days != 52 else "4471-20",
            planted="REASON-DIGITS",
        )


def _pasted(desk: Desk) -> Iterator[PlannedSearch]:
    text = "Follow up on vehicle of interest per detective bureau briefing"
    for days in (58, 51, 44, 36, 29, 23, 16, 9):
        cases = _own_cases(desk, days, "dcastellano")
        case = cases[days % len(cases)]
        at = _ago(desk, days, 14.1 + (days % 5) * 0.4)
        yield desk.make(
            at,
            "dcastellano",
            "history",
            desk.history(desk.of_interest(case), at, 14),
            case,
            text,
            planted="REASON-PASTED",
        )


def _closed(desk: Desk) -> Iterator[PlannedSearch]:
    closed = [
        case
        for case in desk.cases
        if case.closed_on and case.closed_on < desk.end - dt.timedelta(days=5)
    ]
    for case in closed[-3:]:
        closed_on = case.closed_on or desk.end
        username = next((name for name in case.assigned if name != "cmorrow"), "mlindqvist")
        at = desk.at(closed_on + dt.timedelta(days=3), 13.7)
        yield desk.make(
            at,
            username,
            "history",
            desk.history(desk.of_interest(case), at, 30),
            case,
            reason_for(case, desk.rng),
            planted="CASE-CLOSED",
        )


def _unknown(desk: Desk) -> Iterator[PlannedSearch]:
    for days, username in ((61, "hnakagawa"), (33, "tokafor"), (12, "disp_solis")):
        case = _own_cases(desk, days, username)[0]
        digit = case.number[-1]
        mistyped = case.number[:-2] + digit + str((int(digit) + 5) % 10)
        while any(other.number == mistyped for other in desk.cases):
            mistyped = mistyped[:-1] + str((int(mistyped[-1]) + 1) % 10)
        at = _ago(desk, days, {"hnakagawa": 15.5, "tokafor": 11.4, "disp_solis": 8.2}[username])
        wrong = desk.make(
            at,
            username,
            "history",
            desk.history(desk.of_interest(case), at, 7),
            replace(case, number=mistyped),
            reason_for(case, desk.rng),
            planted="CASE-UNKNOWN",
        )
        yield wrong
        yield replace(wrong, at=at + dt.timedelta(minutes=1), case_number=case.number, planted=None)


def _night(desk: Desk) -> Iterator[PlannedSearch]:
    plate = desk.plate()
    for days, hour in ((39, 26.7), (25, 25.9), (11, 27.2)):
        case = _own_cases(desk, days, "bwhitfield")[0]
        for minute in (0, 4):
            at = _ago(desk, days, hour + minute / 60)
            yield desk.make(
                at,
                "bwhitfield",
                "history",
                desk.history(plate if minute else desk.of_interest(case), at, 5),
                case,
                "Locating vehicle, reported in the area tonight",
                planted="HOURS-UNUSUAL",
            )


def _burst(desk: Desk) -> Iterator[PlannedSearch]:
    cases = _own_cases(desk, 19, "tokafor")
    for index in range(31):
        case = cases[index % min(4, len(cases))]
        at = _ago(desk, 19, 13.0 + index * 0.06)
        yield desk.make(
            at,
            "tokafor",
            "history",
            desk.history(desk.plate(), at, 7),
            case,
            reason_for(case, desk.rng),
            planted="BURST",
        )


def _busy_with_reason(desk: Desk) -> Iterator[PlannedSearch]:
    """Plan a day that is busy for a good reason: the one after the shooting."""
    shooting = next(case for case in desk.cases if case.incident == "shooting")
    date = shooting.opened_on + dt.timedelta(days=1)
    if date > desk.end:
        return
    reason = reason_for(shooting, desk.rng)
    for index in range(26):
        at = desk.at(date, 8.2 + index * 0.11)
        yield desk.make(
            at,
            "mlindqvist",
            "history",
            desk.history(desk.plate(), at, 14),
            shooting,
            reason,
            trap="busy-own-case",
        )


def _two_hosts(desk: Desk) -> Iterator[PlannedSearch]:
    case = _own_cases(desk, 27, "lt_ferris")[0]
    other = desk.person("sgt_abara")
    for minute, host in ((0, None), (3, other), (6, None), (9, other), (13, None)):
        at = _ago(desk, 27, 15.2 + minute / 60)
        yield desk.make(
            at,
            "lt_ferris",
            "history",
            desk.history(desk.of_interest(case), at, 14),
            case,
            reason_for(case, desk.rng),
            planted="ACCOUNT-TWO-HOSTS",
            host=host,
        )


def _broad(desk: Desk) -> Iterator[PlannedSearch]:
    for days, radius in ((53, 2400.0), (46, 2100.0)):
        case = _own_cases(desk, days, "cmorrow")[0]
        at = _ago(desk, days, 14.6)
        parameters = {
            "scene": {"center": [36.5800, -120.2500], "radius_m": radius},
            "start": (at - dt.timedelta(days=2)).isoformat(timespec="seconds"),
            "end": at.isoformat(timespec="seconds"),
        }
        yield desk.make(
            at,
            "cmorrow",
            "canvass",
            parameters,
            case,
            "Area check for vehicles after several reports",
            planted="QUERY-BROAD",
        )


def _refused_again(desk: Desk) -> Iterator[PlannedSearch]:
    case = _own_cases(desk, 17, "bwhitfield")[0]
    plate = desk.plate()
    tries = ("check", ".", "lookup", "suspicious", "Checking on a vehicle seen earlier today")
    for index, reason in enumerate(tries):
        at = _ago(desk, 17, 16.1 + index * 0.07)
        yield desk.make(
            at,
            "bwhitfield",
            "history",
            desk.history(plate, at, 7),
            case,
            reason,
            planted="REFUSALS-CLUSTER",
        )


def _after_leaving(desk: Desk) -> Iterator[PlannedSearch]:
    left = desk.person("cmorrow").left_on or desk.end
    date = left + dt.timedelta(days=9)
    if date <= desk.end:
        case = _own_cases(desk, (desk.end - left).days + 3, "cmorrow")[0]
        at = desk.at(date, 20.6)
        yield desk.make(
            at,
            "cmorrow",
            "history",
            desk.history(desk.plate(), at, 14),
            case,
            "Follow up from an earlier vehicle contact",
            planted="LOGIN-AFTER-DEPARTURE",
        )


def _outside_policy(desk: Desk) -> Iterator[PlannedSearch]:
    texts = (
        (
            43,
            "bwhitfield",
            12.1,
            "Custody dispute, where the other parent's car is parked at night",
        ),
        (28, "tokafor", 15.3, "Vehicles at the protest in front of the courthouse"),
        (8, "bwhitfield", 12.3, "My neighbor's truck, who visits there"),
    )
    for days, username, hour, text in texts:
        case = _own_cases(desk, days, username)[0]
        at = _ago(desk, days, hour)
        yield desk.make(
            at,
            username,
            "history",
            desk.history(desk.plate(), at, 7),
            case,
            text,
            planted="REASON-OUTSIDE-POLICY",
        )


def _personal_data(desk: Desk) -> Iterator[PlannedSearch]:
    for days, text in (
        (56, "Locating vehicle of suspect, DOB 04/17/1988"),
        (21, "Suspect SSN 078-05-1120, vehicle last seen"),
    ):
        case = _own_cases(desk, days, "hnakagawa")[0]
        at = _ago(desk, days, 16.4)
        yield desk.make(
            at,
            "hnakagawa",
            "history",
            desk.history(desk.of_interest(case), at, 7),
            case,
            text,
            planted="REASON-PERSONAL-DATA",
        )


def _several_users(desk: Desk) -> Iterator[PlannedSearch]:
    plate = desk.plate()
    for days, username, hour in (
        (24, "bwhitfield", 9.9),
        (20, "disp_solis", 7.4),
        (15, "hnakagawa", 18.2),
        (10, "tokafor", 16.9),
    ):
        case = next(
            (c for c in _own_cases(desk, days, username) if len(c.assigned) < 3),
            _own_cases(desk, days, username)[0],
        )
        at = _ago(desk, days, hour)
        yield desk.make(
            at,
            username,
            "history",
            desk.history(plate, at, 14),
            case,
            reason_for(case, desk.rng),
            planted="PLATE-SEVERAL-USERS",
        )


def _household(desk: Desk) -> Iterator[PlannedSearch]:
    plate = household(desk)["lt_ferris"]
    for days in (48, 31, 14):
        case = _own_cases(desk, days, "lt_ferris")[0]
        at = _ago(desk, days, 11.8)
        yield desk.make(
            at,
            "lt_ferris",
            "history",
            desk.history(plate, at, 3),
            case,
            "Confirming a read for quality control of the camera",
            planted="PLATE-HOUSEHOLD",
        )


def _traps(desk: Desk) -> Iterator[PlannedSearch]:
    people = (("mlindqvist", 9.3), ("dcastellano", 10.7), ("hnakagawa", 14.9), ("rvega", 9.6))
    for index, (name, text) in enumerate(TRAPS):
        days = 72 - 10 * index
        username, hour = people[index % len(people)]
        case = _own_cases(desk, days, username)[0]
        at = _ago(desk, days, hour)
        yield desk.make(
            at,
            username,
            "history",
            desk.history(desk.of_interest(case), at, 14),
            case,
            text,
            trap=name,
        )
    for index in range(4):  # the night shift's own hours are nobody else's
        days = 60 - 14 * index
        case = _own_cases(desk, days, "disp_quinn")[0]
        at = _ago(desk, days, 27.4 + 0.2 * index)
        yield desk.make(
            at,
            "disp_quinn",
            "history",
            desk.history(desk.of_interest(case), at, 3),
            case,
            reason_for(case, desk.rng),
            trap="night-shift",
        )
