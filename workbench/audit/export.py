"""Tables on their way out of the workbench: CSV that no spreadsheet runs, lines that no terminal obeys."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["one_line", "to_csv", "write_csv"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def one_line(value: Any) -> str:
    """Return a value as one line without control or direction characters, as a terminal may show it."""
    text = (
        json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping | list) else str(value)
    )
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character)[0] == "C" else character
        for character in " ".join(text.split())
    )


def to_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV in which no cell can run as a formula.

    A text that a spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-``, ``@``, a tab or a line
    break, spaces aside) gets an apostrophe before it; ``elements`` are JSON; times are ISO 8601
    with their offset; truth is yes or no.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False, name=None):
        writer.writerow([_cell(value) for value in row])
    return stream.getvalue()


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write :func:`to_csv` to a file that its owner alone can read; UTF-8 with the mark that spreadsheets look for."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        Path(path).chmod(0o600)
        file.write(to_csv(frame))


def _cell(value: Any) -> str:
    """Return what stands in a cell; only text can be taken for a formula, numbers and times cannot."""
    import pandas as pd

    if isinstance(value, str):
        return _safe(value)
    if isinstance(value, Mapping):
        return _safe(json.dumps(value, ensure_ascii=False, sort_keys=True) if value else "")
    if value is None or pd.isna(value):
        return ""
    if pd.api.types.is_bool(value):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) else _safe(str(value))


def _safe(text: str) -> str:
    return (
        f"'{text}" if text.startswith(_FORMULA) or text.lstrip(" \0").startswith(_FORMULA) else text
    )
