"""A stand-in for the client: the town's frames behind the calls that notebooks make."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import reporting_audit
import reporting_town as town

HERE = Path(__file__).parent


class Bench:
    """What a notebook holds, without a database."""

    def __init__(self, *, streets: bool = True) -> None:
        self.settings = SimpleNamespace(agency="Santa Lucera Police Department", timezone=town.ZONE)
        self.profile = town.profile()
        self.member = SimpleNamespace(name="Dana Okafor", username="dokafor")
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.failed: list[tuple[str, str]] = []
        self._streets = streets

    def case(self, number: str, **grounds: str) -> Case:
        return Case(number, grounds)

    def layer(self, name: str) -> Any:
        if not self._streets:
            return None
        return town.streets() if name == "streets" else town.areas()

    def cameras(self) -> Any:
        return town.cameras()

    def chain_head(self) -> dict[str, Any]:
        return {"seq": 4823, "hash": "9f3a5c7e" * 8}

    def audit_review(self, **asked: Any) -> Any:
        return reporting_audit.review()

    def report_made(self, report: str, elements: dict[str, Any]) -> int:
        self.made.append((report, dict(elements)))
        return 4900 + len(self.made)

    def report_failed(self, report: str, case: str) -> int:
        self.failed.append((report, case))
        return 4900


class Case:
    def __init__(self, number: str, grounds: dict[str, str]) -> None:
        self.number = number

    def canvass(self, **asked: Any) -> Any:
        return town.canvass_reads()

    def partial(self, pattern: str, **asked: Any) -> Any:
        ranked = town.candidates(near=asked.get("near") is not None)
        ranked.attrs["query"] |= {"at": asked["at"]} if asked.get("at") else {}
        return ranked

    def history(self, plate: str, **asked: Any) -> Any:
        return town.history_reads(plate)


def with_stand_in(notebook: Any) -> Any:
    """Return a notebook whose ``workbench.connect()`` gives the stand-in."""
    import nbformat

    lines = (
        "import sys",
        f"sys.path.insert(0, {str(HERE)!r})",
        "import workbench",
        "import reporting_bench",
        "workbench.connect = reporting_bench.Bench",
    )
    notebook.cells.insert(0, nbformat.v4.new_code_cell("\n".join(lines)))
    return notebook
