"""The members of the fictional police department, and how they stand with training and certification."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from workbench.models import Qualification
from workbench.training.cameras import POLICE

__all__ = ["TOPICS", "Person", "staff"]

TOPICS = (
    "privacy", "legal", "policy", "technology", "security", "exercises", "use", "equipment",
)  # fmt: skip
"""What a full training held: the topics that any of the profiles asks for."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member.

    Parameters
    ----------
    username, name, organization : str
    kind : {"person", "contractor", "service"}
    roles : tuple of str
        Words of the profiles.
    host, address : str
        The machine they mostly work at.
    hours : tuple of (float, float)
        When they work, in local hours; the second may be beyond 24.
    weekdays : tuple of int
        Monday is 0.
    weight : float
        How much they search beside the others.
    qualifications : tuple of Qualification
    left_on : datetime.date or None
        The day they left; the account should have been closed.
    note : str
        What a trainer should know; stands in the truth only.
    """

    username: str
    name: str
    roles: tuple[str, ...]
    host: str
    address: str
    hours: tuple[float, float] = (8.0, 17.0)
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    weight: float = 0.0
    kind: Literal["person", "contractor", "service"] = "person"
    organization: str = POLICE
    qualifications: tuple[Qualification, ...] = ()
    left_on: dt.date | None = None
    note: str = ""


def staff(end: dt.date) -> tuple[Person, ...]:
    """Return the members as they stand on the last day of the period.

    Parameters
    ----------
    end : datetime.date
        Every date is counted back from it.
    """

    def ago(days: int) -> dt.date:
        return end - dt.timedelta(days=days)

    def held(
        training: int, *, policy: int = 120, clets: int = 260, topics: tuple[str, ...] = TOPICS
    ) -> tuple[Qualification, ...]:
        return (
            Qualification("training", ago(training), None, topics),
            Qualification("policy-read", ago(policy)),
            Qualification("clets", ago(clets), ago(clets) + dt.timedelta(days=730)),
        )

    every_day = (0, 1, 2, 3, 4, 5, 6)
    desk = "10.20.4."
    return (
        Person("rvega", "Rosalind Vega", ("analyst",), "crime-analysis-1", f"{desk}11", (7.5, 16.5),
               weight=5.0, qualifications=held(120), note="the demo's analyst"),
        Person("tokafor", "Tobias Okafor", ("analyst",), "crime-analysis-2", f"{desk}12", (9.0, 18.0),
               weight=3.5, qualifications=held(150)),
        Person("mlindqvist", "Maja Lindqvist", ("detective",), "det-bureau-3", f"{desk}23", (7.0, 17.0),
               (0, 1, 2, 3), 3.0, qualifications=held(200)),
        Person("dcastellano", "Dario Castellano", ("detective",), "det-bureau-4", f"{desk}24", (8.0, 17.5),
               weight=3.0, qualifications=held(180)),
        Person("hnakagawa", "Hana Nakagawa", ("detective",), "det-bureau-5", f"{desk}25", (12.0, 22.0),
               (1, 2, 3, 4), 2.5, qualifications=held(210)),
        Person("bwhitfield", "Brent Whitfield", ("detective",), "det-bureau-6", f"{desk}26", (8.0, 17.0),
               weight=2.2, qualifications=held(230), note="searches that no case explains"),
        Person("jpereira", "Joana Pereira", ("detective",), "det-bureau-7", f"{desk}27", (7.0, 16.0),
               weight=1.6, qualifications=held(395), note="training over a year old in the last month"),
        Person("cmorrow", "Calvin Morrow", ("detective",), "det-bureau-8", f"{desk}28", (8.0, 16.5),
               weight=1.3, qualifications=held(290), left_on=ago(38), note="left; the account stayed open"),
        Person("sgt_abara", "Nkechi Abara", ("supervisor",), "watch-sergeant", f"{desk}31", (13.0, 23.0),
               (2, 3, 4, 5), 1.2, qualifications=held(100)),
        Person("lt_ferris", "Glenn Ferris", ("supervisor",), "investigations-lt", f"{desk}32", (7.5, 16.5),
               weight=0.5, qualifications=held(110)),
        Person("disp_quinn", "Avery Quinn", ("dispatcher",), "dispatch-2", f"{desk}42", (22.0, 32.0),
               every_day, 2.2, qualifications=held(160)),
        Person("disp_solis", "Teo Solis", ("dispatcher",), "dispatch-1", f"{desk}41", (6.0, 14.0),
               every_day, 1.6, qualifications=held(170)),
        Person("ihaddad", "Imane Haddad", ("administrator",), "it-admin", f"{desk}5", (8.0, 17.0),
               qualifications=held(90)),
        Person("wbrandt", "Wilhelmina Brandt", ("trainer",), "training-room", f"{desk}61", (8.0, 16.0),
               qualifications=held(60)),
        Person("rec_ruiz", "Esteban Ruiz", ("records",), "records-1", f"{desk}51", (8.0, 17.0),
               qualifications=held(140)),
        Person("aud_sato", "Kenji Sato", ("auditor",), "professional-standards", f"{desk}71", (9.0, 17.0),
               qualifications=held(130)),
        Person("ctr_nolan", "Fiona Nolan", ("contractor",), "vendor-vpn", "10.20.90.7", kind="contractor",
               organization="Lowland Systems",
               qualifications=(*held(80), Qualification("live-scan", ago(500)),
                               Qualification("no-convictions", ago(500)), Qualification("waiver", ago(499)))),
        Person("svc-ingest", "Nightly transfers", ("service",), "workbench-server", "127.0.0.1", kind="service",
               qualifications=held(25)),
        Person("svc-audit", "Scheduled audit", ("service",), "workbench-server", "127.0.0.1", kind="service",
               qualifications=held(30)),
    )  # fmt: skip
