"""Read a profile's YAML, and say of every problem where it stands and how it is mended."""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workbench.errors import BadProfile
from workbench.policy.checks import Problem, cross_check
from workbench.policy.profile import Profile

__all__ = ["plain", "problems", "read"]

Location = tuple[str | int, ...]

_MENDS = {
    "string_type": "Write text; put it in quotes if it looks like a number: '462.4'.",
    "int_type": "Write a whole number without quotes.",
    "int_from_float": "Write a whole number.",
    "float_type": "Write a number without quotes.",
    "bool_type": "Write true or false without quotes.",
    "tuple_type": "Write a list: one '- …' per line, or [a, b].",
    "list_type": "Write a list: one '- …' per line, or [a, b].",
    "dict_type": "Write a block of 'key: value' lines.",
    "model_type": "Write a block of 'key: value' lines.",
    "model_attributes_type": "Write a block of 'key: value' lines.",
    "date_type": "Write a date as 2026-11-21.",
    "date_from_datetime_parsing": "Write a date as 2026-11-21.",
    "date_parsing": "Write a date as 2026-11-21.",
    "string_too_short": "Fill it in.",
    "too_short": "Add an entry.",
}
_PATTERN_MENDS = {
    "(day|week|month|year)": "Write a span such as 1 year, 9 months or 30 days.",
    "[A-Z]{2}": "Write two capital letters, such as CA.",
    "[0-9a-f]{64}": "Write the 64 hexadecimal digits that sha256sum prints.",
    "[a-z0-9]": "Write lower-case words joined by hyphens, such as stolen-vehicle.",
}


@dataclass(frozen=True, slots=True)
class _Placed:
    line: int
    problem: Problem


def read(path: Path) -> Profile:
    """Read one profile file.

    Raises
    ------
    BadProfile
        With every problem found, each with its line and its mend.
    """
    tree = _tree(path)
    raw = plain(tree)
    found = problems(raw)
    if found:
        raise _bad(path, tree, found)
    return Profile.model_validate_json(json.dumps(raw), strict=True)


def problems(raw: Any) -> list[Problem]:
    """Return every problem of a profile given as plain data."""
    found: list[Problem] = []
    try:
        Profile.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError as error:
        found = [_explain(each) for each in error.errors(include_url=False)]
    broken = {problem.location for problem in found}
    found += [each for each in cross_check(raw) if each.location not in broken]
    return found


def plain(node: Any) -> Any:
    """Return a YAML tree as plain data: dicts with text keys, lists, and scalars."""
    if isinstance(node, Mapping):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [plain(value) for value in node]
    if node is None or isinstance(node, bool):
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return str(node)


def _tree(path: Path) -> Any:
    yaml = YAML(typ="rt", pure=True)
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = " ".join(str(error.problem or error.context or "cannot be read as YAML").split())
        raise BadProfile(
            f"{path}: line {line}: {what}.",
            "Mend the YAML there: check indents, quotes, and that no key stands twice.",
        ) from None
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise BadProfile(
            f"{path}: cannot be read ({type(error).__name__}).", "Save it as YAML in UTF-8."
        ) from None
    if not isinstance(tree, CommentedMap):
        raise BadProfile(
            f"{path}: line 1: this is not a profile.",
            "Start from a shipped one: workbench policy show NAME --yaml.",
        )
    return tree


def _bad(path: Path, tree: Any, found: list[Problem]) -> BadProfile:
    placed = sorted(
        (_Placed(_line(tree, problem.location), problem) for problem in found),
        key=lambda each: each.line,
    )
    lines = [f"{path}: line {p.line}: {p.problem.what} {p.problem.mend}".rstrip() for p in placed]
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    return BadProfile(
        f"The policy profile does not hold ({count}):\n" + "\n".join(lines) + "\n",
        "Mend the lines named, then run: workbench policy check FILE",
    )


def _line(tree: Any, location: Location) -> int:
    """Return the line, counted from 1, of the deepest part of a location that exists."""
    line, node = 1, tree
    for step in location:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0] + 1
        else:
            break
        node = node[step]
    return line


def _explain(error: ErrorDetails) -> Problem:
    location: Location = tuple(error["loc"])
    where = _words(location)
    kind = error["type"]
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(location)
    if kind == "missing":
        return Problem(location, f"{where} is missing.", _description(location))
    if kind == "literal_error":
        return _not_one_of(location, str(context.get("expected", "")), error["input"])
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern", ""))
        mend = next((text for part, text in _PATTERN_MENDS.items() if part in pattern), "")
        return Problem(location, f"{where} is not in the right form.", mend)
    if kind in _MENDS:
        return Problem(location, f"{where} has the wrong type or is empty.", _MENDS[kind])
    return Problem(location, f"{where}: {error['msg']}.", "")


def _unknown_key(location: Location) -> Problem:
    key = str(location[-1])
    model = _model_at(location[:-1])
    known = sorted(model.model_fields) if model else []
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    mend = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(known)}."
    return Problem(location, f"{_words(location)} is not a key that is known here.", mend)


def _not_one_of(location: Location, expected: str, given: Any) -> Problem:
    choices = [part.strip(" '\"") for part in expected.replace(" or ", ", ").split(",")]
    near = difflib.get_close_matches(str(given), choices, n=1, cutoff=0.6)
    mend = f"Did you mean {near[0]}?" if near else ""
    return Problem(
        location,
        f"{_words(location)} is not one of: {', '.join(choices)}.",
        mend,
    )


def _description(location: Location) -> str:
    model = _model_at(location[:-1])
    info = model.model_fields.get(str(location[-1])) if model else None
    return info.description or "Add it." if info else "Add it."


def _words(location: Location) -> str:
    text = ""
    for step in location:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "The file"


def _model_at(location: Location) -> type[BaseModel] | None:
    annotation: Any = Profile
    for step in location:
        annotation = _step(annotation, step)
    return next((each for each in _models(annotation)), None)


def _step(annotation: Any, step: str | int) -> Any:
    for model in _models(annotation):
        info = model.model_fields.get(str(step))
        if info is not None:
            return info.annotation
    for each in _options(annotation):
        arguments = get_args(each)
        if get_origin(each) is dict:
            return arguments[1]
        if get_origin(each) is tuple:
            return arguments[0]
    return None


def _options(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from _options(each)
    elif annotation is not None:
        yield annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for each in _options(annotation):
        if isinstance(each, type) and issubclass(each, BaseModel):
            yield each
