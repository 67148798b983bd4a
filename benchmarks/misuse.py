"""How well the review finds the demo's planted misuse: precision and recall of each indicator.

    .venv/bin/python benchmarks/misuse.py [--seed 11] [--reads 200000] [--home FOLDER]

Three months of a small agency are simulated with a seed of their own, and the searches are made through the service in
a temporary home; the transfers are left out, as no indicator looks at what came back. Then the three months are
reviewed like any period. With ``--home`` a demo home that exists is reviewed instead.

A finding is right where at least half of its searches were planted for that very indicator, and useful where they were
planted for any. Everything else is a false positive, and so is every finding that holds a trap: a search that only
looks like misuse.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from argon2 import PasswordHasher

from workbench.audit.indicators import INDICATORS, AccessRow, Finding, rows_of
from workbench.audit.review import findings_in
from workbench.audit.show import records
from workbench.policy import load
from workbench.service import Service
from workbench.settings import Settings
from workbench.training.demo import number_form
from workbench.training.replay import Clock, Replay
from workbench.training.simulate import simulate

PROFILE = "clovis-ca"
END = dt.date(2026, 11, 20)
SLACK = dt.timedelta(seconds=20)
DAYS = 92


@dataclass(slots=True)
class Score:
    """What one indicator did."""

    planted: int = 0
    noticed: int = 0
    findings: int = 0
    right: int = 0
    useful: int = 0
    traps: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        return self.noticed / self.planted if self.planted else None

    def precision(self, good: int) -> float | None:
        return good / self.findings if self.findings else None


def live(home: Path, seed: int, reads: int, searches: int) -> None:
    """Simulate the months and have their searches made, without the transfers."""
    policy = load(PROFILE)
    zone = policy.agency.timezone
    delivery = simulate(
        home, seed=seed, reads=reads, days=60, end=END, timezone=zone, searches=searches, compress=False,
        case_numbers=number_form(policy.case.example),
    )  # fmt: skip
    settings = Settings(
        home=home, agency="Santa Lucera Police Department", profile=PROFILE, timezone=zone
    )
    clock = Clock(dt.datetime.combine(END, dt.time(15, 30), dt.UTC) - dt.timedelta(days=90))
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    service = Service.create(settings, clock=clock, hasher=hasher)
    latest = dt.datetime.combine(END, dt.time(), dt.UTC) + dt.timedelta(days=2)
    replay = Replay(service, replace(delivery, files=()), clock, latest=latest)
    replay.found()
    replay.live()
    service.close()


def labels(
    truth: Sequence[Mapping[str, str]], rows: Sequence[AccessRow]
) -> dict[int, Mapping[str, str]]:
    """Return what is planted by the number of its access: the first of that member's at its time."""
    of_member: dict[str, list[AccessRow]] = defaultdict(list)
    for row in rows:
        if row.is_search or row.action.startswith("login"):
            of_member[row.username].append(row)
    found: dict[int, Mapping[str, str]] = {}
    for search in sorted(truth, key=lambda each: each["at"]):
        at = dt.datetime.fromisoformat(search["at"])
        near = [
            row for row in of_member[search["username"]]
            if row.access_id not in found and row.is_search and dt.timedelta(0) <= row.at - at < SLACK
        ]  # fmt: skip
        if near:
            found[near[0].access_id] = search
        elif search["planted"]:
            print(
                f"not on the record: {search['planted']} by {search['username']} at {search['at']}"
            )
    return found


def score(
    findings: Sequence[Finding], known: Mapping[int, Mapping[str, str]], searches: set[int]
) -> dict[str, Score]:
    scores = {name: Score() for name in INDICATORS}
    noticed: dict[str, set[int]] = defaultdict(set)
    for each in findings:
        of = scores[each.id]
        about = [known.get(number, {}) for number in each.rows if number in searches]
        own = sum(search.get("planted") == each.id for search in about)
        planted = sum(bool(search.get("planted")) for search in about)
        trapped = sum(bool(search.get("trap")) for search in about)
        of.findings += 1
        of.traps += trapped
        of.right += bool(about) and 2 * own >= len(about) and not trapped
        useful = bool(about) and 2 * planted >= len(about) and not trapped
        of.useful += useful
        if not useful:
            of.wrong.append(f"{each.severity}: {each.words}")
        noticed[each.id].update(each.rows)
    for number, search in known.items():
        if search["planted"]:
            scores[search["planted"]].planted += 1
            scores[search["planted"]].noticed += number in noticed[search["planted"]]
    return scores


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def table(scores: Mapping[str, Score]) -> Iterator[str]:
    yield f"{'indicator':<30}{'planted':>8}{'recall':>8}{'findings':>10}{'precision':>11}{'any plant':>11}{'traps':>7}"
    for name, of in scores.items():
        yield (
            f"{name:<30}{of.planted or '–':>8}{share(of.recall):>8}{of.findings or '–':>10}"
            f"{share(of.precision(of.right)):>11}{share(of.precision(of.useful)):>11}{of.traps:>7}"
        )


def overall(
    findings: Sequence[Finding], scores: Mapping[str, Score], known: Mapping[int, Mapping[str, str]]
) -> Iterator[str]:
    noticed = {number for each in findings for number in each.rows}
    planted = {number for number, search in known.items() if search["planted"]}
    traps = {number for number, search in known.items() if search["trap"]}
    total = len(findings)
    right, useful = (
        sum(getattr(of, name) for of in scores.values()) for name in ("right", "useful")
    )
    own = sum(of.noticed for of in scores.values())
    by_any = len(planted & noticed)
    yield (
        f"planted searches: {len(planted)}; found by their own indicator {own / len(planted):.0%}, "
        f"by any {by_any / len(planted):.0%}"
    )
    yield f"findings: {total}; planted for that indicator {right / total:.0%}, for any {useful / total:.0%}"
    grave = [each for each in findings if each.severity in ("high", "medium")]
    yield f"of them high or medium: {len(grave)}"
    yield f"traps: {len(traps)}; in a finding {len(traps & noticed)}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seed", type=int, default=11)
    arguments.add_argument("--searches", type=int, default=1_500)
    arguments.add_argument("--reads", type=int, default=200_000)
    arguments.add_argument("--home", type=Path)
    arguments.add_argument("--wrong", action="store_true", help="print what was found wrongly")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder) / "home"
        if given.home is None:
            live(home, given.seed, given.reads, given.searches)
        service = Service.open(home)
        truth = json.loads((home / "truth" / "searches.json").read_text())
        last = max(dt.datetime.fromisoformat(each["at"]) for each in truth)
        start, end = last - dt.timedelta(days=DAYS), last + dt.timedelta(days=1)
        zone = service.settings.zone
        findings = findings_in(
            service.database, start=start, end=end, zone=zone, profile=service.profile,
            members=service.people.list(), cases={case.number: case for case in service.cases.list()},
            now=service.clock(), households=service.households.lookup(),
        )  # fmt: skip
        rows = rows_of(
            records(service.database, start=start, end=end, zone=zone).to_dict("records"), zone
        )
        service.close()
    known = labels(truth, rows)
    scores = score(findings, known, {row.access_id for row in rows if row.is_search})
    print(f"{len(truth):,} searches, {len(known):,} of them found again on the record")
    print(*table(scores), sep="\n")
    print(*overall(findings, scores, known), sep="\n")
    if given.wrong:
        for name, of in scores.items():
            for words in of.wrong:
                print(f"  {name} {words}")


if __name__ == "__main__":
    main()
