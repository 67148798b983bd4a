"""Whether the parts of a profile fit together: what a schema cannot say.

Works on plain data, so that these problems are reported beside those of form.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from workbench.policy.actions import ACTIONS, matches
from workbench.policy.controls import CONTROLS
from workbench.policy.period import Period
from workbench.policy.reasons import topics

__all__ = ["Problem", "cross_check"]

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong: where in the tree, what, and the mend."""

    location: Location
    what: str
    mend: str


def cross_check(raw: Any) -> list[Problem]:
    """Return every problem between the parts of a profile given as plain data."""
    if not isinstance(raw, dict):
        return []
    return [problem for check in _CHECKS for problem in check(raw)]


def _entries(raw: dict[str, Any], *path: str) -> list[tuple[Location, dict[str, Any]]]:
    """Return the blocks of a list or of a mapping, with where they stand."""
    node: Any = raw
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    if isinstance(node, dict):
        return [((*path, key), each) for key, each in node.items() if isinstance(each, dict)]
    if isinstance(node, list):
        return [((*path, i), each) for i, each in enumerate(node) if isinstance(each, dict)]
    return []


def _texts(block: dict[str, Any], key: str) -> list[tuple[int, str]]:
    value = block.get(key)
    if not isinstance(value, list):
        return []
    return [(i, each) for i, each in enumerate(value) if isinstance(each, str)]


def _near(given: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(given, names, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else f"Known: {', '.join(names)}."


def _walk(node: Any, location: Location = ()) -> Iterator[tuple[Location, dict[str, Any]]]:
    if isinstance(node, dict):
        yield location, node
        for key, value in node.items():
            yield from _walk(value, (*location, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from _walk(value, (*location, i))


def _doubles(raw: dict[str, Any]) -> Iterator[Problem]:
    for path, key, what in (
        (("clauses",), "number", "clause"),
        (("purposes",), "id", "purpose"),
        (("requirements",), "id", "requirement"),
    ):
        seen: set[str] = set()
        for location, block in _entries(raw, *path):
            value = block.get(key)
            if isinstance(value, str) and value in seen:
                yield Problem(
                    (*location, key),
                    f"The {what} {value} is listed twice.",
                    "Give each its own: several duties under one number are told apart as "
                    f"{value}[1], {value}[2]."
                    if what == "clause"
                    else "Remove or rename one.",
                )
            elif isinstance(value, str):
                seen.add(value)


def _clause_references(raw: dict[str, Any]) -> Iterator[Problem]:
    listed = {
        block["number"]
        for _, block in _entries(raw, "clauses")
        if isinstance(block.get("number"), str)
    }
    for location, block in _walk(raw):
        for key, value in block.items():
            if key != "clause" and not str(key).endswith("_clause"):
                continue
            if isinstance(value, str) and value and value not in listed:
                yield Problem(
                    (*location, key),
                    f"The clause {value} is not listed under clauses.",
                    _clause_mend(value, listed),
                )


def _clause_mend(value: str, listed: set[str]) -> str:
    parts = sorted(each for each in listed if each.partition("[")[0] == value)
    if parts:
        return f"It is listed in parts: {', '.join(parts)}."
    near = difflib.get_close_matches(value, sorted(listed), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else "List it, with summary, kind and controls."


def _controls(raw: dict[str, Any]) -> Iterator[Problem]:
    for location, block in _entries(raw, "clauses"):
        names = _texts(block, "controls")
        for i, name in names:
            if name not in CONTROLS:
                yield Problem(
                    (*location, "controls", i),
                    f"There is no control {name}.",
                    _near(name, CONTROLS),
                )
        if not names and block.get("kind") in ("enforce", "record", "attest", "publish"):
            yield Problem(
                location,
                f"The clause {block.get('number')} names no control.",
                "Name the control that answers for it, or make its kind context if it only explains.",
            )
        if names and block.get("kind") == "context":
            yield Problem(
                (*location, "controls"),
                f"The clause {block.get('number')} is context and names a control.",
                "Remove the control or give the clause its kind.",
            )


def _actions(raw: dict[str, Any]) -> Iterator[Problem]:
    for location, block in (*_entries(raw, "roles"), *_entries(raw, "requirements")):
        for i, pattern in _texts(block, "actions"):
            if not any(matches(pattern, action) for action in ACTIONS):
                families = {f"{each.partition('.')[0]}.*" for each in ACTIONS if "." in each}
                yield Problem(
                    (*location, "actions", i),
                    f"There is no action {pattern}.",
                    _near(pattern, {*ACTIONS, *families}),
                )


def _role_names(raw: dict[str, Any]) -> Iterator[Problem]:
    roles = raw.get("roles")
    if not isinstance(roles, dict):
        return
    for location, block in _entries(raw, "requirements"):
        for i, name in _texts(block, "roles"):
            if name not in roles:
                yield Problem(
                    (*location, "roles", i), f"There is no role {name}.", _near(name, roles)
                )


def _case_numbers(raw: dict[str, Any]) -> Iterator[Problem]:
    case = raw.get("case")
    if not isinstance(case, dict) or not isinstance(case.get("number_pattern"), str):
        return
    try:
        pattern = re.compile(case["number_pattern"])
    except re.error as error:
        yield Problem(
            ("case", "number_pattern"),
            f"The pattern of case numbers does not compile: {error.msg} at character "
            f"{(error.pos or 0) + 1}.",
            r"Two digits, a hyphen, five digits is '\d{2}-\d{5}'.",
        )
        return
    example = case.get("example")
    if isinstance(example, str) and pattern.fullmatch(example) is None:
        yield Problem(
            ("case", "example"),
            "The example does not match the pattern of case numbers.",
            "Correct whichever of the two is wrong.",
        )


def _zone(raw: dict[str, Any]) -> Iterator[Problem]:
    agency = raw.get("agency")
    name = agency.get("timezone") if isinstance(agency, dict) else None
    if not isinstance(name, str) or not name:
        return
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        yield Problem(
            ("agency", "timezone"),
            "There is no such time zone.",
            "Give an IANA name, such as America/Los_Angeles or America/Denver.",
        )


def _retention(raw: dict[str, Any]) -> Iterator[Problem]:
    block = raw.get("retention")
    if not isinstance(block, dict):
        return
    spans = {}
    for key in ("reads_min", "reads_max"):
        try:
            spans[key] = Period.model_validate(block.get(key)).days
        except ValueError:
            return
    if spans["reads_min"] > spans["reads_max"]:
        yield Problem(
            ("retention", "reads_min"),
            "Reads would have to be kept longer than they may be.",
            "Correct reads_min or reads_max.",
        )


def _purges(raw: dict[str, Any]) -> Iterator[Problem]:
    """See that unrelated reads go before the others, and that no approval is named twice."""
    block = raw.get("retention")
    if not isinstance(block, dict):
        return
    unrelated = block.get("unrelated")
    if isinstance(unrelated, dict):
        try:
            early, last = (
                Period.model_validate(each).days
                for each in (unrelated.get("after"), block.get("reads_max"))
            )
        except ValueError:
            return
        if early >= last:
            yield Problem(
                ("retention", "unrelated", "after"),
                "Unrelated reads would be kept as long as all others, or longer.",
                "Shorten it, or leave retention.unrelated out.",
            )
    seen: set[str] = set()
    for location, approval in _entries(raw, "retention", "purging", "approvals"):
        name = str(approval.get("id"))
        if name in seen:
            yield Problem((*location, "id"), f"The approval {name} is listed twice.", "Rename one.")
        seen.add(name)


def _topics(raw: dict[str, Any]) -> Iterator[Problem]:
    for location, block in _entries(raw, "reason", "topics"):
        name = block.get("id")
        if isinstance(name, str) and name not in topics():
            yield Problem((*location, "id"), f"There is no topic {name}.", _near(name, topics()))


def _bases(raw: dict[str, Any]) -> Iterator[Problem]:
    """Every block with figures says what it rests on."""
    blocks: list[tuple[Location, dict[str, Any]]] = [
        ((key,), raw[key]) for key in _FIGURES if isinstance(raw.get(key), dict)
    ]
    blocks += _entries(raw, "requirements") + _entries(raw, "retention")
    blocks += _entries(raw, "retention", "classes")
    blocks += _entries(raw, "retention", "purging", "approvals")
    for location, block in blocks:
        if not (block.get("clause") or block.get("citation") or block.get("procedure")):
            yield Problem(
                location,
                f"{'.'.join(str(step) for step in location)} does not say what it rests on.",
                "Add clause (a number of the text), citation (a statute or standard), or "
                "procedure: true where the agency set its own.",
            )


_FIGURES = ("case", "reason", "limits", "accounts", "retention", "access_record", "audits")


def _hit_steps(raw: dict[str, Any]) -> Iterator[Problem]:
    """See that a misread is ruled out first, and nothing announced that was not broadcast and confirmed."""
    roles = raw.get("roles")
    names = roles if isinstance(roles, dict) else {}
    for path in ("fixed", "mobile"):
        steps = _entries(raw, "hits", path)
        order = [block.get("step") for _, block in steps]
        for location, block in steps:
            for i, name in _texts(block, "roles"):
                if name not in names:
                    yield Problem(
                        (*location, "roles", i), f"There is no role {name}.", _near(name, names)
                    )
        if not steps:
            continue
        if order[0] != "rule-out" or "confirm" not in order or len(set(order)) < len(order):
            yield Problem(
                ("hits", path),
                f"The steps of hits.{path} do not begin with rule-out, lack confirm, or repeat one.",
                "Write each once: rule-out first, and confirm after it.",
            )
        elif "announce" in order and not (
            "broadcast" in order and order.index("announce") > order.index("confirm")
        ):
            yield Problem(
                ("hits", path),
                f"The steps of hits.{path} announce what was not broadcast or not confirmed.",
                "Put broadcast and confirm before announce.",
            )


def _attestations(raw: dict[str, Any]) -> Iterator[Problem]:
    """See that a clause that wants a statement says whose, and a statement names such a clause."""
    wanted = {
        block.get("number"): location
        for location, block in _entries(raw, "clauses")
        if "attestations" in [name for _, name in _texts(block, "controls")]
    }
    given = {block.get("clause"): location for location, block in _entries(raw, "attestations")}
    for number in sorted(set(wanted) - set(given), key=str):
        yield Problem(
            wanted[number],
            f"The clause {number} wants a statement, and attestations do not say whose.",
            "Add it to attestations: clause, by (a title), every (such as 1 year).",
        )
    for number in sorted(set(given) - set(wanted), key=str):
        yield Problem(
            given[number],
            f"The clause {number} does not name the control attestations.",
            "Name it among the clause's controls, or take the statement out.",
        )


_CHECKS: tuple[Callable[[dict[str, Any]], Iterable[Problem]], ...] = (
    _doubles,
    _clause_references,
    _controls,
    _actions,
    _role_names,
    _case_numbers,
    _zone,
    _retention,
    _purges,
    _topics,
    _bases,
    _hit_steps,
    _attestations,
)
