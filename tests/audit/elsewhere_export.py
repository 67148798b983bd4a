"""An audit export of another system, line by line."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

TITLES = (
    "ID", "Name", "Org Name", "Total Networks Searched", "Time Frame", "License Plate", "Reason", "Case #", "Filters",
    "Search Time", "Search Type", "Text Prompt", "Moderation",
)  # fmt: skip
AGENCY = "Santa Lucera Police Department"
REASON = "Burglary on Cedar, van seen leaving westbound"


def moment(text: str) -> str:
    """Return a time of 2026 in the export's own form: ``10-05 17:30`` (UTC)."""
    return dt.datetime.fromisoformat(f"2026-{text}").strftime("%m/%d/%Y, %I:%M:%S %p UTC")


def row(number: int, at: str = "10-05 17:30", **given: Any) -> dict[str, str]:
    """Return one search; a column is given by its title in lower case with underscores, ``case`` for ``Case #``."""
    cells = {
        "ID": f"00000000-0000-4000-8000-{number:012d}", "Name": "Dana Okafor", "Org Name": AGENCY,
        "Total Networks Searched": "12", "Time Frame": f"{moment('10-01 07:00')}\n{moment('10-05 07:00')}",
        "License Plate": "7ABX123", "Reason": REASON, "Case #": "26-00417", "Filters": "", "Search Time": moment(at),
        "Search Type": "search", "Text Prompt": "", "Moderation": "",
    }  # fmt: skip
    for name, value in given.items():
        title = {"case": "Case #", "id": "ID"}.get(name, name.replace("_", " ").title())
        assert title in cells, title
        cells[title] = value
    return cells


def text(*rows: dict[str, str], bom: bool = True) -> str:
    """Return the rows as the file's text."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, TITLES)
    writer.writeheader()
    writer.writerows(rows)
    return ("\ufeff" if bom else "") + out.getvalue()


def write(path: Path, *rows: dict[str, str], bom: bool = True) -> Path:
    """Write the rows as a file."""
    path.write_bytes(text(*rows, bom=bom).encode())
    return path
