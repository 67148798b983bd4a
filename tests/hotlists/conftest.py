"""Towns with hot lists: ``town`` on SQLite and then PostgreSQL, ``town_of`` one for a profile on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hotlist_town import Town

from workbench.records.database import Database


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path / "home", database=database)
    yield made
    made.service.close()


@pytest.fixture
def town_of(tmp_path: Path) -> Iterator[Callable[[str], Town]]:
    made: list[Town] = []

    def of(profile: str = "clovis-ca") -> Town:
        made.append(Town(tmp_path / profile / "home", profile=profile))
        return made[-1]

    yield of
    for each in made:
        each.service.close()
