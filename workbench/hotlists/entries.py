"""What stands on a hot list: one entry, and the words of its fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from workbench.errors import BadInput

__all__ = ["FIELDS", "LABELS", "Entry", "identity", "text"]

LABELS: dict[str, str] = {
    "plate": "plate",
    "state": "state",
    "category": "category",
    "plate_type": "plate type",
    "plate_year": "plate year",
    "make": "make",
    "model": "model",
    "color": "color",
    "body": "vehicle type",
    "year": "model year",
    "vin": "VIN",
    "reference": "reference",
    "case": "case",
    "agency": "agency",
    "source": "source",
    "requester": "requester",
    "contact": "contact",
    "effective": "effective",
    "expires": "expires",
    "note": "note",
}
"""Every field of an entry with its label. All but the plate are kept encrypted."""

FIELDS = tuple(LABELS)
_TIMES = ("effective", "expires")


@dataclass(frozen=True, slots=True)
class Entry:
    """A vehicle that is looked for.

    Parameters
    ----------
    plate : str
        Normalized.
    state : str
        Two letters; empty where the list gives none.
    effective, expires : datetime or None
        Aware; None where the list gives none.
    other : mapping of str to str
        Columns of the source that no field is for, under their own names.

    The others are text as the source has it, empty where it gives none.
    """

    plate: str
    state: str = ""
    category: str = ""
    plate_type: str = ""
    plate_year: str = ""
    make: str = ""
    model: str = ""
    color: str = ""
    body: str = ""
    year: str = ""
    vin: str = ""
    reference: str = ""
    case: str = ""
    agency: str = ""
    source: str = ""
    requester: str = ""
    contact: str = ""
    effective: dt.datetime | None = None
    expires: dt.datetime | None = None
    note: str = ""
    other: Mapping[str, str] = field(default_factory=dict)

    def in_effect(self, at: dt.datetime) -> bool:
        """Say whether the entry is to be looked for at a moment."""
        begun = self.effective is None or self.effective <= at
        return begun and not self.expired(at)

    def expired(self, at: dt.datetime) -> bool:
        """Say whether the entry's time is over."""
        return self.expires is not None and self.expires <= at

    def sealed(self) -> dict[str, Any]:
        """Return every field but the plate, as plain JSON; those that are empty are left out."""
        plain: dict[str, Any] = {}
        for name in FIELDS[1:]:
            value = getattr(self, name)
            if value:
                plain[name] = value.isoformat() if isinstance(value, dt.datetime) else value
        if self.other:
            plain["other"] = dict(self.other)
        return plain

    @classmethod
    def of(cls, plate: str, plain: Mapping[str, Any]) -> Entry:
        """Return the entry that :meth:`sealed` made plain."""
        known = {each.name for each in fields(cls)}
        values = {name: value for name, value in plain.items() if name in known}
        for name in _TIMES:
            if name in values:
                values[name] = dt.datetime.fromisoformat(values[name])
        return cls(plate=plate, **values)

    def plain(self) -> dict[str, Any]:
        """Return every field that is given, the plate among them, as plain JSON."""
        return {"plate": self.plate, **self.sealed()}

    @property
    def vehicle(self) -> str:
        """The vehicle in words, as far as the list tells."""
        return " ".join(
            part for part in (self.color, self.year, self.make, self.model, self.body) if part
        )


def identity(entry: Entry) -> tuple[str, ...]:
    """Return what makes two entries the same listing: plate, state, category, reference and case."""
    return (entry.plate, entry.state, entry.category, entry.reference, entry.case)


def text(value: object, *, most: int = 400) -> str:
    """Return a field's text without control characters.

    Raises
    ------
    BadInput
        It is too long.
    """
    found = "".join(c if c.isprintable() else " " for c in str(value or "")).strip()
    if len(found) > most:
        raise BadInput(f"A field is longer than {most} characters.", "Shorten it.")
    return found
