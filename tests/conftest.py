"""What holds for all tests."""

import pytest
from hypothesis import HealthCheck, settings

# a busy machine is slow at drawing inputs, which says nothing of what is tested
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def compiled_kernel() -> None:
    """Compile the kernel before the first test, so that no test meets the line that says so, or waits for another."""
    from sim.engine.compiled.compilation import load_kernel

    load_kernel()
