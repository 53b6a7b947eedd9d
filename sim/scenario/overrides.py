"""Changes from the command line or a program: ``key=value``, the value written in YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from sim.errors import InputError, Problem, nearest
from sim.scenario.changes import Change
from sim.scenario.demand import DEMAND_FIELDS
from sim.scenario.faults import faults, written
from sim.scenario.migrate import CURRENT_VERSION
from sim.scenario.schema import PERIOD_FIELDS, ScenarioFile
from sim.scenario.values import EARLIEST, LATEST
from sim.scenario.yamlfile import parse_yaml

#: Settings of a scenario, other than parameters, that the command line may change.
HEADER_KEYS = (
    "title",
    "question",
    "primary_kpi",
    "replications",
    "seed",
    *(f"period.{name}" for name in PERIOD_FIELDS),
    *(f"demand.{name}" for name in DEMAND_FIELDS),
)


#: What stands before the id of an intervention, or the name of a range, where it is given as a key.
USES, RANGES = "interventions.", "ranges."
#: Where a range stands as a whole, in words.
LEVELS = ("low", "base", "high")


@dataclass(frozen=True)
class Use:
    """An intervention that is there (True), is not (False), or holds from a day; ``file`` cites who says so."""

    id: str
    holds: bool | date
    file: str


@dataclass(frozen=True)
class Level:
    """Where a range stands: a probability within its distribution (0 lowest, 1 highest), or one of ``LEVELS``."""

    name: str
    at: float | str
    file: str


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


def read_override(text: str) -> Change | ScenarioFile | Use | Level:
    """Read one ``key=value``: a change of a parameter, a scenario that holds one setting and nothing else, an
    intervention on, off or from a day (``interventions.ID``), or where a range stands (``ranges.NAME``).

    Raises ``InputError`` that cites the override.
    """
    key, equals, written = text.partition("=")
    key, cited = key.strip(), f"--set {text}"
    if not equals or not key:
        colon = re.fullmatch(r"\s*([\w.]+)\s*:\s*(\S.*)", text)
        form = f"{colon[1]}={colon[2]}" if colon else "key=value"
        raise InputError([Problem(f"write {form}", cited)])
    if key not in HEADER_KEYS and ("." not in key or key.startswith(("period.", "demand."))):
        allowed = f"a parameter key table.id.field, or {', '.join(HEADER_KEYS)}"
        raise InputError([Problem(f"unknown setting {key!r}; allowed: {allowed}{nearest(key, HEADER_KEYS)}", cited)])
    try:
        value = parse_yaml(written.strip(), cited).value
    except InputError as error:
        raise InputError(Problem(p.message, cited) for p in error.problems) from None
    if key in HEADER_KEYS:
        return _setting(key, value, cited)
    if key.startswith(USES):
        return _use(key, value, cited)
    if key.startswith(RANGES):
        return _level(key, value, cited)
    return Change(key, "set", value, since=None, until=None, file=cited, line=None, label="--set")


def _use(key: str, value: Any, cited: str) -> Use:
    known = {"on": True, "off": False, True: True, False: False}
    holds = value if isinstance(value, date) else known.get(value) if isinstance(value, (str, bool)) else None
    if holds is None:
        raise InputError([Problem(f"{key}: {written(value)} is not allowed; allowed: on, off, a date", cited)])
    if isinstance(holds, date) and not EARLIEST <= holds <= LATEST:
        raise InputError([Problem(f"{key}: {holds} is out of range; allowed: {EARLIEST} to {LATEST}", cited)])
    return Use(key.removeprefix(USES), holds, cited)


def _level(key: str, value: Any, cited: str) -> Level:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
    if not number and value not in LEVELS:
        allowed = f"0 (its lowest) to 1 (its highest), or {', '.join(LEVELS)}"
        raise InputError([Problem(f"{key}: {written(value)} is not allowed; allowed: {allowed}", cited)])
    return Level(key.removeprefix(RANGES), value, cited)


def _setting(key: str, value: Any, cited: str) -> ScenarioFile:
    if value is None:
        raise InputError([Problem(f"{key}: a value is missing", cited)])
    first, _, second = key.partition(".")
    raw = {"schema_version": CURRENT_VERSION, first: {second: value} if second else value}
    try:
        return ScenarioFile.model_validate(raw)
    except ValidationError as error:
        raise InputError(faults(error, ScenarioFile, raw, "", lambda _: (cited, None))) from None
