"""Bring a sweep file of an older version up to the present one; lines of moved keys move with them."""

from __future__ import annotations

from sim.errors import InputError
from sim.scenario.yamlfile import Document

CURRENT_VERSION = 2


def migrate(document: Document) -> Document:
    """Return the document in the present version. Raises InputError for a version that is not known.

    Version 1 knew grids alone: ``grid`` became ``factors`` with the design ``grid``.
    """
    if not isinstance(document.value, dict):
        return document
    version = document.value.get("schema_version")
    if isinstance(version, int) and not isinstance(version, bool) and version > CURRENT_VERSION:
        newest = f"newer than this program reads (up to {CURRENT_VERSION}); update the program"
        raise InputError([document.problem(("schema_version",), f"schema_version: {version} is {newest}")])
    if version == 2 and "grid" in document.value:
        told = "grid: is of version 1; write 'factors' in its place, and 'design: grid'"
        raise InputError([document.problem(("grid",), told)])
    if version != 1 or isinstance(version, bool):
        return document
    value = {("factors" if key == "grid" else key): entry for key, entry in document.value.items()}
    lines = {(("factors", *path[1:]) if path[:1] == ("grid",) else path): line for path, line in document.lines.items()}
    return Document(document.file, value | {"schema_version": CURRENT_VERSION}, lines)
