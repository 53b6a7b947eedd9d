"""One replication of the tutorial, simulated once."""

from __future__ import annotations

import pytest

from tests.analysis.simulated import Simulated, simulated


@pytest.fixture(scope="session")
def tutorial() -> Simulated:
    return simulated("tutorial")
