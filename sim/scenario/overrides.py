"""Changes from the command line or a program: ``key=value``, the value written in YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
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
    "title",
    "question",
    "primary_kpi",
    "replications",
    "seed",
    *(f"period.{name}" for name in PERIOD_FIELDS),
)


#: What a program may give: ``{key: value}``, ``["key=value", ...]``, or one such text.
Overrides = Mapping[str, Any] | Sequence[str] | str


def override_texts(overrides: Overrides | None) -> tuple[str, ...]:
    """Overrides as ``key=value`` texts. Raises ``InputError`` for anything but a mapping or texts."""
    form = "write {'fleets.feeders.count': 3} or ['fleets.feeders.count=3']"
    if overrides is None:
        return ()
    if isinstance(overrides, str):
        return (overrides,)
    if isinstance(overrides, Mapping):
        return tuple(f"{key}={_in_yaml(value)}" for key, value in overrides.items())
    try:
        texts = tuple(overrides)
    except TypeError:
        raise InputError([Problem(f"overrides: {overrides!r} is neither a mapping nor a list; {form}")]) from None
    wrong = next((text for text in texts if not isinstance(text, str)), None)
    if wrong is not None:
        raise InputError([Problem(f"overrides: {wrong!r} is not a text; {form}")])
    return texts


def _in_yaml(value: Any) -> str:
    """A value on one line of YAML; texts in quotes, so that they are read as they are."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_in_yaml(str(key))}: {_in_yaml(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_in_yaml, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return json.dumps(value, ensure_ascii=False)
    return str(value.item() if hasattr(value, "item") else value)  # numbers, those of NumPy too


def read_override(text: str) -> Change | ScenarioFile:
    """Read one ``key=value``: a change of a parameter, or a scenario that holds one setting and nothing else.

    Raises ``InputError`` that cites the override.
    """
    key, equals, written = text.partition("=")
    key, cited = key.strip(), f"--set {text}"
    if not equals or not key:
        colon = re.fullmatch(r"\s*([\w.]+)\s*:\s*(\S.*)", text)
        form = f"{colon[1]}={colon[2]}" if colon else "key=value"
        raise InputError([Problem(f"write {form}", cited)])
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
