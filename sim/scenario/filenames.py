"""Names that become folders of results: those of scenarios and sweeps, which are the names of their files."""

from __future__ import annotations

import re

#: Names that one system or another keeps for devices, whatever follows a dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
#: The most that file systems allow.
_LONGEST_BYTES = 255


def folder_fault(name: str) -> str:
    """Why a name cannot be that of a folder, on any system; empty if it can.

    Results never leave the folder that was named for them, so ``..`` and whatever has a separator are refused.
    """
    if not name or name.startswith("."):
        return "it begins with a dot" if name else "it is empty"
    if any(letter in "/\\" or not letter.isprintable() for letter in name):
        return "it has a separator of folders or a letter that cannot be printed"
    if name[-1] in ". ":
        return "it ends with a dot or a space"
    if _DEVICES.fullmatch(name):
        return "some systems keep this name for a device"
    if len(name.encode("utf-8", "replace")) > _LONGEST_BYTES:
        return f"it is longer than {_LONGEST_BYTES} bytes"
    return ""
