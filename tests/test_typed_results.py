"""What is found has a shape that a reader sees: records, not dictionaries whose keys must be guessed."""

from __future__ import annotations

import re
from pathlib import Path

SIM = Path(__file__).parents[1] / "sim"
#: Dictionaries of anything that may stand in the whole program: raw YAML and JSON, schemas, keywords of Matplotlib.
MOST = 40
_ANYTHING = re.compile(r"\b[dD]ict\[str, Any\]")


def found(folder: Path) -> list[str]:
    """Where a dictionary of anything is written, once for each."""
    return [
        f"{path.relative_to(SIM).as_posix()}:{number}"
        for path in sorted(folder.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for _ in _ANYTHING.findall(line)
    ]


def test_no_study_gives_a_dictionary_of_anything() -> None:
    assert found(SIM / "studies") == []


def test_dictionaries_of_anything_are_few() -> None:
    assert len(found(SIM)) < MOST, found(SIM)
