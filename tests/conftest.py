"""What holds for all tests."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def compiled_kernel() -> None:
    """Compile the kernel before the first test, so that no test meets the line that says so, or waits for another."""
    from sim.engine.compiled.compilation import load_kernel

    load_kernel()
