"""The published JSON Schema of scenario files, made from the same classes that read them.

Editors use it to check and complete a file while it is written; durations are text and parameters
are values or dated lists there, as in the file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.scenario.schema import ScenarioFile

SCHEMA_FILE = "scenario.schema.json"


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of the Middle Corridor simulator",
    } | tidy(ScenarioFile.model_json_schema())


def write_schema(folder: Path) -> Path:
    """Write the schema into ``folder`` as ``scenario.schema.json`` and return its path."""
    path = folder / SCHEMA_FILE
    path.write_text(schema_text(), encoding="utf-8")
    return path


def schema_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"


def tidy(schema: Any) -> Any:
    """Drop what only the reading classes need: generated titles, and null as the mark of "not given"."""
    if isinstance(schema, list):
        return [tidy(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        k: tidy(v)
        for k, v in schema.items()
        if not (k == "title" and isinstance(v, str)) and (k, v) != ("default", None)
    }
    options = [option for option in kept.get("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1 < len(kept.get("anyOf", [])):
        del kept["anyOf"]
        kept |= options[0]
    return kept
