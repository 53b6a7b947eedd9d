"""Bring a scenario written for an older version of the format up to the present one.

A migration takes a document of version n and returns it as version n + 1; lines of moved keys
move with them. There is one version so far, so ``STEPS`` has no entry yet.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.errors import InputError, Problem
from sim.scenario.yamlfile import Document

CURRENT_VERSION = 1
STEPS: dict[int, Callable[[Document], Document]] = {}


def migrate(document: Document) -> Document:
    """Return the document in the present version; one without a version is left as it is.

    Raises ``InputError`` for a version without a way here.
    """
    version = document.value.get("schema_version")
    if version is None:
        return document
    if isinstance(version, bool) or not isinstance(version, int):
        raise _refusal(document, f"schema_version: {version!r} should be a whole number; now: {CURRENT_VERSION}")
    if version > CURRENT_VERSION:
        newest = f"newer than this program reads (up to {CURRENT_VERSION})"
        raise _refusal(document, f"schema_version: {version} is {newest}; update the program")
    while version < CURRENT_VERSION:
        if version not in STEPS:
            known = ", ".join(str(v) for v in [*sorted(STEPS), CURRENT_VERSION])
            raise _refusal(document, f"schema_version: {version} is not known; allowed: {known}")
        document = STEPS[version](document)
        version += 1
        document.value["schema_version"] = version
    return document


def without_version(document: Document) -> list[Problem]:
    """The fault of a document without a version, which is read as the present one so that its other faults show."""
    if document.value.get("schema_version") is not None:
        return []
    document.value["schema_version"] = CURRENT_VERSION
    return [document.problem(("schema_version",), f"missing: schema_version; write schema_version: {CURRENT_VERSION}")]


def _refusal(document: Document, message: str) -> InputError:
    return InputError([document.problem(("schema_version",), message)])
