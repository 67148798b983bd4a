"""One small simulated city for the tests of this folder."""

from __future__ import annotations

import pytest
from small_city import SMALL

from workbench.training import Delivery, simulate


@pytest.fixture(scope="session")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    return simulate(tmp_path_factory.mktemp("city"), **SMALL)
