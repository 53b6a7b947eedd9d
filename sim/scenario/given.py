"""Find the file that a user means, and say what it is where it is no scenario."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem, nearest
from sim.mistakes import without_space
from sim.scenario.library import CATALOGUE_FILE, find_scenario, scenario_paths

_MOST_NAMED = 5
_OFFICE = {
    ".xlsx": "an Excel file",
    ".xls": "an Excel file",
    ".ods": "a spreadsheet",
    ".csv": "a table",
    ".docx": "a Word file",
    ".doc": "a Word file",
    ".odt": "a text document",
    ".pdf": "a PDF",
}


def locate(name_or_path: str) -> Path:
    """Path of a scenario of the library, or of the file given by its path. Raises ``InputError``."""
    path = Path(name_or_path)
    if path.suffix.lower() in _OFFICE:
        what = f"is {_OFFICE[path.suffix.lower()]}; a scenario is a text file in YAML, see docs/tutorial.md"
        raise InputError([Problem(what, name_or_path)])
    if name_or_path in (".", "..") or (not _is_plain(name_or_path) and path.is_dir()):
        raise InputError([Problem(_folder_words(path), name_or_path)])
    if not _is_plain(name_or_path):
        if not path.exists():
            raise InputError([Problem(f"no such file{_alike(path)}", name_or_path)])
        return path
    known = scenario_paths()
    if name_or_path not in known:
        beside = next((p for p in (path, Path(f"{path}.yaml"), Path(f"{path}.yml")) if p.is_file()), None)
        if beside is not None:
            raise InputError([Problem(f"no scenario named {name_or_path!r}; for the file here write ./{beside}")])
    return find_scenario(name_or_path)


def not_a_scenario(value: Any, file: str) -> str:
    """What a file holds that is no scenario, and what to do with it; empty for anything that may be one."""
    if isinstance(value, str):
        return f"is not a mapping (key: value){without_space(value)}"
    if not isinstance(value, dict):
        return ""
    if {"grid", "scenario"} <= value.keys():
        return f"is a sweep; run it with: corridor sweep {file}"
    if {"run_id", "files"} <= value.keys():
        folder = str(Path(file).parent)
        return (
            f"is the manifest of a finished run, not a scenario; draw the run with: corridor plot {folder}; "
            f"compare it with: corridor compare {folder} OTHER"
        )
    if Path(file).name == CATALOGUE_FILE or _rows_have(value, {"kind", "from"}):
        return "is a catalogue of interventions; a scenario beside it names their ids under 'interventions'"
    if "schema_version" not in value and _rows_have(value, {"title", "statements"}, some=True):
        return "is the list of talks; run them with: corridor talks"
    if value.get("type") == "FeatureCollection" or _rows_have(value, {"source", "grade"}):
        return "is a table of geodata; a scenario names its folder under 'geodata'"
    return ""


def same_name(name: str) -> str:
    """A name in one form of Unicode: file systems differ in how they write letters with marks."""
    return unicodedata.normalize("NFC", name)


def _is_plain(text: str) -> bool:
    """Whether it is the name of a scenario of the library and not a path."""
    return "/" not in text and "\\" not in text and not text.endswith((".yaml", ".yml", ".json"))


def _folder_words(folder: Path) -> str:
    files = sorted(p.name for p in folder.glob("*.y*ml"))[: _MOST_NAMED + 1]
    more = " ..." if len(files) > _MOST_NAMED else ""
    listed = f": {', '.join(files[:_MOST_NAMED])}{more}" if files else " (this one holds none)"
    return f"is a folder; give a scenario file in it{listed}"


def _alike(path: Path) -> str:
    """The scenario of the library that may be meant, or files beside with nearly that name."""
    known = scenario_paths()
    if path.stem in known:
        return f"; for the scenario of the library write {path.stem}"
    beside = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    return nearest(path.name, beside) or nearest(path.stem, known)


def _rows_have(value: Mapping[str, Any], fields: set[str], some: bool = False) -> bool:
    """Whether all rows of a table, or some of them, have these fields."""
    rows = [fields <= row.keys() for row in value.values() if isinstance(row, dict)]
    return bool(rows) and "schema_version" not in value and (any(rows) if some else all(rows))
