"""One small simulated city for the tests of this folder: eight days around the end of daylight saving time."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.training import Delivery, simulate

SMALL = {"seed": 5, "reads": 4_000, "days": 8, "end": dt.date(2026, 11, 5), "searches": 150}


@pytest.fixture(scope="session")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    return simulate(tmp_path_factory.mktemp("city"), **SMALL)
