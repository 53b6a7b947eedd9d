"""Programs that only some machines have: a test that needs one is skipped by its name, or fails where it must be there."""

from __future__ import annotations

import os
import shutil

import pytest

#: Set where all tools are installed, as by continuous integration: what is missing then is a failure.
REQUIRED = "CORRIDOR_TEST_TOOLS"


def tool(*names: str) -> str:
    """The path of the first of these programs that there is."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        told = f"this machine has no {' or '.join(names)}"
        if os.environ.get(REQUIRED):
            pytest.fail(told)
        pytest.skip(told)
    return found


def browser() -> str:
    """Path of a Chromium."""
    return tool("chromium", "chromium-browser", "google-chrome")


def office() -> str:
    """Path of a LibreOffice."""
    return tool("soffice", "libreoffice")
