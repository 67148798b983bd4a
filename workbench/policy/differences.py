"""What differs between two profiles, in words: what whoever approves a change of policy reads first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.policy.profile import Profile

__all__ = ["differences"]

_KEYS = ("number", "id", "name", "step")  # what the entries of a list are told apart by
_LONGEST = 80


def differences(old: Profile, new: Profile) -> tuple[str, ...]:
    """Return every difference between two profiles, one in a line, in the order of the file.

    Examples
    --------
    >>> from workbench.policy import load
    >>> clovis = load("clovis-ca")
    >>> shorter = clovis.limits.model_copy(update={"max_rows": 100})
    >>> differences(clovis, clovis.model_copy(update={"limits": shorter, "version": "2027.1"}))
    ('version: from 2026.1 to 2027.1', 'limits.max_rows: from 50000 to 100')
    """
    found = tuple(_compare("", old.model_dump(mode="json"), new.model_dump(mode="json")))
    if found and (old.id, old.version) == (new.id, new.version):
        return (
            f"version: the number is {new.version} in both, though the text is another one; give it a new number",
            *found,
        )
    return found


def _compare(where: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _mappings(where, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        before, after = _keyed(old), _keyed(new)
        if before is not None and after is not None:
            yield from _mappings(where, before, after)
        else:
            yield from _lists(where, old, new)
    else:
        yield f"{where}: from {_said(old)} to {_said(new)}"


def _mappings(where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        path = f"{where}.{key}" if where else key
        if key not in new:
            yield f"{path}: removed{_what(old[key])}"
        elif key not in old:
            yield f"{path}: added{_what(new[key])}"
        else:
            yield from _compare(path, old[key], new[key])


def _lists(where: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    gone = [each for each in old if each not in new]
    come = [each for each in new if each not in old]
    if gone:
        yield f"{where}: removed {_said(gone)}"
    if come:
        yield f"{where}: added {_said(come)}"
    if not gone and not come:
        yield f"{where}: in another order, or repeated: {_said(new)}"


def _keyed(entries: list[Any]) -> dict[str, Any] | None:
    """Return entries by what tells them apart, or None where nothing does."""
    for key in _KEYS:
        names = [each.get(key) if isinstance(each, dict) else None for each in entries]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return {str(name): each for name, each in zip(names, entries, strict=True)}
    return None


def _what(value: Any) -> str:
    """Return what an entry that came or went says, in short."""
    if isinstance(value, dict):
        for key in ("summary", "label", "what", "title"):
            if isinstance(value.get(key), str):
                return f" ({_said(value[key])})"
        return ""
    return f" ({_said(value)})"


def _said(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "nothing"
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} {_said(each)}" for key, each in value.items() if each)
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
