"""A hot list, the reads that it is held against, and the hits: every step is tried, in and out of order."""

from __future__ import annotations

from typing import Any

from agency import Agency

WATCHED = ("7PLAIN1", "7EVID01", "7LIKE01", "7DISC01", "7LAWF01", "7WARR01", "7ORDR01", "7ABX123")
"""Read on 1 February 2024; every one but the first and the last is held on a ground of its own, where the text knows
it. The last is on a hot list, and the hit is found to be right."""

LIST = (
    "Hot Plate;State;Alert;VMA;VCO;VIN;NIC;OCA;ExpiryDate;Informant\n"
    "7ABX123;CA;Theft 10851;TOYT;SIL;VIN4T1BE32K25U056382;NICV881203;OCA99-55123;2026-12-31;Jessamy Quill\n"
    "5XYZ100;CA;Felony 487;HOND;BLK;VIN1HGCM82633A004352;NICV771144;OCA88-10077;2026-12-31;Piers Odell\n"
    "6TRK555;CA;Theft 10851;FORD;RED;VIN1FTFW1ET5DFC10312;NICV660001;OCA77-20201;2026-12-31;Jessamy Quill\n"
)
SECRETS = (b"Jessamy Quill", b"VIN4T1BE32K25U056382", b"NICV771144", b"Felony 487")
CONFIRMED = {"outcome": "current", "at": "2024-02-01 09:45", "reference": "8842-1"}


def hot_list(agency: Agency) -> None:
    lists = agency.service.hotlists
    path = agency.folder / "stolen.csv"
    path.write_text(LIST, encoding="utf-8")
    lists.create(
        agency.as_("ruiz"), "svs", title="Vehicles taken by theft", source="Statewide theft desk",
        purpose="stolen-vehicle",
    )  # fmt: skip
    lists.import_file(agency.as_("ruiz"), path, "svs")
    database = agency.service.database
    if database.dialect == "sqlite":
        home = agency.settings.home
        stored = b"".join(each.read_bytes() for each in home.rglob("workbench.db*"))
        assert stored
        agency.facts["fields of the hot list readable in the files"] = [
            secret.decode() for secret in SECRETS if secret in stored
        ]


def watched_reads(agency: Agency) -> None:
    agency.attempt(
        "a contractor without Live Scan and waiver brings reads in",
        lambda: agency.brings({"4VNC001": "2024-02-01 08:00:00"}, by="vance"),
    )
    agency.brings({plate: f"2024-02-01 09:0{k}:00" for k, plate in enumerate(WATCHED)})
    agency.brings({"6TRK555": "2024-02-01 09:10:00", "7A8X123": "2024-02-01 09:20:00"})
    agency.brings({"5XYZ100": "2024-02-01 09:15:00"}, camera="M1", unit="unit-1")


def _hit(agency: Agency, plate: str) -> int:
    """Return the number of the hit whose read is of a plate."""
    for each in agency.service.hotlists.hits(agency.as_("moss")):
        view = agency.service.hotlists.show(agency.as_("moss"), each["id"])
        if view.read is not None and view.read["plate"] == plate:
            return int(each["id"])
    raise AssertionError("there is no such hit")


def hit_of_a_fixed_reader(agency: Agency) -> None:
    lists, moss, dana = agency.service.hotlists, agency.as_("moss"), agency.as_("dana")
    hit = _hit(agency, "7ABX123")
    right: dict[str, Any] = {"disposition": "correct", "closing": "acted-on"}
    tried = agency.attempt
    tried("fixed: acted on at once", lambda: lists.close(moss, hit, **right))
    tried("fixed: an officer rules out a misread by the image",
          lambda: lists.rule_out(moss, hit, outcome="right", saw="image"))  # fmt: skip
    if agency.facts["fixed: an officer rules out a misread by the image"] != "done":
        tried("fixed: the dispatcher rules it out",
              lambda: lists.rule_out(dana, hit, outcome="right", saw="image"))  # fmt: skip
    tried("fixed: acted on after that", lambda: lists.close(moss, hit, **right))
    tried("fixed: confirmed before any broadcast",
          lambda: lists.confirm(dana, hit, **CONFIRMED))  # fmt: skip
    tried("fixed: broadcast", lambda: lists.broadcast(dana, hit))
    if agency.facts["fixed: confirmed before any broadcast"] != "done":
        tried("fixed: confirmed after it", lambda: lists.confirm(dana, hit, **CONFIRMED))
    tried("fixed: acted on once confirmed", lambda: lists.close(moss, hit, **right))
    tried("fixed: what the database said is broadcast", lambda: lists.broadcast(dana, hit))
    tried("fixed: the vehicle is located",
          lambda: lists.locate(moss, hit, outcome="matches", at="2024-02-01 09:50"))  # fmt: skip
    if agency.facts["fixed: acted on once confirmed"] != "done":
        tried("fixed: acted on at last", lambda: lists.close(moss, hit, **right))


def hit_of_a_mobile_reader(agency: Agency) -> None:
    lists, moss, dana = agency.service.hotlists, agency.as_("moss"), agency.as_("dana")
    hit = _hit(agency, "5XYZ100")
    tried = agency.attempt
    tried("mobile: a misread is ruled out by the image alone",
          lambda: lists.rule_out(moss, hit, outcome="right", saw="image"))  # fmt: skip
    if agency.facts["mobile: a misread is ruled out by the image alone"] != "done":
        tried("mobile: the plate on the vehicle is seen",
              lambda: lists.rule_out(moss, hit, outcome="right", saw="plate"))  # fmt: skip
    tried(
        "mobile: the officer confirms without dispatch",
        lambda: lists.confirm(moss, hit, **CONFIRMED),
    )
    if agency.facts["mobile: the officer confirms without dispatch"] != "done":
        tried("mobile: dispatch confirms", lambda: lists.confirm(dana, hit, **CONFIRMED))


def hit_that_cannot_be_confirmed(agency: Agency) -> None:
    lists, dana = agency.service.hotlists, agency.as_("dana")
    hit = _hit(agency, "6TRK555")
    ruled = lists.rule_out(dana, hit, outcome="right", saw="image")
    if ruled.plan.next.step == "broadcast":
        lists.broadcast(dana, hit)
    agency.attempt(
        "not practicable: the state database is not asked",
        lambda: lists.confirm(
            dana, hit, outcome="impracticable", why="Radio down, vehicle fleeing at speed"
        ),
    )


def near_miss(agency: Agency) -> None:
    lists, dana = agency.service.hotlists, agency.as_("dana")
    hit = _hit(agency, "7A8X123")
    agency.facts["the near miss is marked as one"] = bool(lists.show(dana, hit).near)
    lists.rule_out(dana, hit, outcome="misread", saw="image")
    agency.attempt(
        "near miss: acted on although it is a misread",
        lambda: lists.close(agency.as_("moss"), hit, disposition="correct", closing="acted-on"),
    )
    agency.attempt(
        "near miss: closed as the wrong plate",
        lambda: lists.close(dana, hit, disposition="wrong-plate"),
    )


__all__ = [
    "WATCHED",
    "hit_of_a_fixed_reader",
    "hit_of_a_mobile_reader",
    "hit_that_cannot_be_confirmed",
    "hot_list",
    "near_miss",
    "watched_reads",
]
