"""The published JSON Schema: it is current, and agrees with the program on good and bad files."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from sim.scenario.jsonschema import SCHEMA_FILE, scenario_schema, schema_text
from sim.scenario.library import scenario_paths, scenarios_dir
from sim.scenario.schema import ScenarioFile
from sim.scenario.yamlfile import parse_yaml

GOOD = """\
schema_version: 1
title: T
extends: base
period: {start: 2024-01-01, end: 2024-12-31, warm_up: 1.5 d}
interventions: [CAP-01, {id: CAP-05, at: 2027-12-01}]
set:
  facilities.berth.capacity: [{value: 3}, {from: 2025-01-01, value: 4}]
  processes.papers.duration: {dist: lognormal, mean: 4 h, cv: 0.5}
  flows.F01.monthly_profile: [1, 1, 2]
"""


def as_json(text: str) -> dict:
    """A YAML file as an editor's schema check sees it: dates are text."""
    return json.loads(json.dumps(parse_yaml(text, "f").value, default=str))


def test_the_committed_schema_is_current():
    committed = (scenarios_dir() / SCHEMA_FILE).read_text(encoding="utf-8")
    assert committed == schema_text(), "write it again: sim.scenario.jsonschema.write_schema(Path('scenarios'))"


def test_every_setting_is_described():
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    parts = [part for d in schema["$defs"].values() for part in d.get("anyOf", [d]) if "properties" in part]
    for fields in (schema["properties"], *(part["properties"] for part in parts)):
        assert [name for name, field in fields.items() if not field.get("description")] == []


def test_a_good_file_passes_both():
    jsonschema.validate(as_json(GOOD), scenario_schema())
    ScenarioFile.model_validate(parse_yaml(GOOD, "f").value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: T", "titel: T"),
        ("warm_up: 1.5 d", "warm_up: 36"),
        ("warm_up: 1.5 d", "warm_up: 36 y"),
        ("extends: base", "extends: ../base"),
        ("schema_version: 1", "schema_version: 2"),
        ("{id: CAP-05, at", "{id: CAP-05, on"),
        ("title: T", "seed: -1"),
        ("title: T", "replications: 0"),
    ],
)
def test_a_bad_file_fails_both(old, new):
    text = GOOD.replace(old, new)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json(text), scenario_schema())
    with pytest.raises(ValidationError):
        ScenarioFile.model_validate(parse_yaml(text, "f").value)


@pytest.mark.parametrize("path", scenario_paths().values(), ids=lambda p: Path(p).stem)
def test_the_library_fits_the_schema(path):
    jsonschema.validate(as_json(path.read_text(encoding="utf-8")), scenario_schema())
