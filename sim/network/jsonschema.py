"""The JSON Schema of the tables of a geodata folder, made from the classes that read them.

A row is described as it is written: lengths of time as text, a dated value as one value or the list of its steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from sim.clock import exact_duration
from sim.network.geofolder import GEOJSON_TABLES, file_name
from sim.network.tables import TABLES
from sim.scenario.jsonschema import tidy
from sim.scenario.values import Dated, Draw

#: Beginnings of the names that pydantic gives to dated values and their steps.
_GENERIC = ("Dated_", "Step_")


class _AsWritten(GenerateJsonSchema):
    """Defaults in the form of a file, not in that of a record."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        if "default" in found:
            found["default"] = _as_written(schema["default"], isinstance(found["default"], int) and _is_text(found))
        return found


def geodata_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of all tables: table -> id -> row, in ``barriers`` kind -> place or goods -> row.

    Of the two GeoJSON files it describes what the program makes of a feature: its properties and its geometry.
    """
    _, made = models_json_schema([(row, "validation") for row in TABLES.values()], schema_generator=_AsWritten)
    tables: dict[str, Any] = {}
    for table, row in TABLES.items():
        rows: dict[str, Any] = {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{row.__name__}"}}
        if table == "barriers":
            rows = {"type": "object", "additionalProperties": rows}
        features = "features of " if table in GEOJSON_TABLES else ""
        tables[table] = {"description": f"Rows by id, {features}{file_name(table)}."} | rows
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Geodata of the Middle Corridor simulator",
        "type": "object",
        "properties": tables,
        "additionalProperties": False,
        "$defs": {
            name: tidy(_inlined(part, made["$defs"]))
            for name, part in made["$defs"].items()
            if not name.startswith(_GENERIC)
        },
    }


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema in which dated values stand where they are used: their generated names say nothing."""
    if isinstance(schema, list):
        return [_inlined(entry, definitions) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    if name.startswith(_GENERIC):
        schema = definitions[name] | {key: value for key, value in schema.items() if key != "$ref"}
    return {key: _inlined(value, definitions) for key, value in schema.items()}


def _as_written(value: Any, is_duration: bool) -> Any:
    if isinstance(value, Dated):
        return _as_written(value.steps[0].value, is_duration)  # all defaults hold for good
    if isinstance(value, Draw):
        return exact_duration(value.value or 0)  # all defaults are fixed lengths
    return exact_duration(value) if is_duration else list(value) if isinstance(value, tuple) else value


def _is_text(schema: JsonSchemaValue) -> bool:
    options = schema.get("anyOf", [schema])
    return any(option.get("type") == "string" for option in options)
