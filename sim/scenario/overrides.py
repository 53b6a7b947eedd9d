"""Changes from the command line: ``--set key=value``, the value written in YAML."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from sim.errors import InputError, Problem, nearest
from sim.scenario.changes import Change
from sim.scenario.faults import faults
from sim.scenario.migrate import CURRENT_VERSION
from sim.scenario.schema import PERIOD_FIELDS, ScenarioFile
from sim.scenario.yamlfile import parse_yaml

#: Settings of a scenario, other than parameters, that the command line may change.
HEADER_KEYS = (
    "title", "question", "primary_kpi", "replications", "seed", *(f"period.{name}" for name in PERIOD_FIELDS)
)  # fmt: skip


def read_override(text: str) -> Change | ScenarioFile:
    """Read one ``key=value``: a change of a parameter, or a scenario that holds one setting and nothing else.

    Raises ``InputError`` that cites the override.
    """
    key, equals, written = text.partition("=")
    key, cited = key.strip(), f"--set {text}"
    if not equals or not key:
        raise InputError([Problem("write key=value", cited)])
    if key not in HEADER_KEYS and ("." not in key or key.startswith("period.")):
        allowed = f"a parameter key table.id.field, or {', '.join(HEADER_KEYS)}"
        raise InputError([Problem(f"unknown setting {key!r}; allowed: {allowed}{nearest(key, HEADER_KEYS)}", cited)])
    try:
        value = parse_yaml(written.strip(), cited).value
    except InputError as error:
        raise InputError(Problem(p.message, cited) for p in error.problems) from None
    if key in HEADER_KEYS:
        return _setting(key, value, cited)
    return Change(key, "set", value, since=None, until=None, file=cited, line=None, label="--set")


def _setting(key: str, value: Any, cited: str) -> ScenarioFile:
    if value is None:
        raise InputError([Problem(f"{key}: a value is missing", cited)])
    first, _, second = key.partition(".")
    raw = {"schema_version": CURRENT_VERSION, first: {second: value} if second else value}
    try:
        return ScenarioFile.model_validate(raw)
    except ValidationError as error:
        raise InputError(faults(error, ScenarioFile, raw, "", lambda _: (cited, None))) from None
