"""Turn what pydantic found wrong into problems that say where, what is allowed and what is near.

``loc`` of a pydantic error speaks of the record classes; a reader knows the file. So each location
is brought back to the path of the value as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.errors import Problem, nearest
from sim.mistakes import number_advice, odd_letters
from sim.scenario.shapes import STEP_FIELDS, field_at, field_names, is_dated_list, said_of, type_at
from sim.scenario.yamlfile import KeyPath

Locate = Callable[[KeyPath], tuple[str, int | None]]
_LONGEST_SHOWN = 60
_NOT_ALLOWED = " is not allowed; allowed: "
#: What the patterns of fields ask for, in words.
_FORMS = {
    "^[A-Z]{2}$": "should be the two capital letters of a country, such as KZ",
    "^[a-z][a-z0-9_]*$": "should be small letters, digits and _, such as grain",
    "^https?://": "should be an address on the web, https://...",
}
#: ``key = value``, where YAML has ``key: value``.
_ASSIGNED = r"([\w.]+)\s*=\s*(\S.*)"
#: Faults of one record that are told; a list of as many wrong values is one mistake.
_MOST_TOLD = 200


def faults(error: ValidationError, record: Any, raw: Any, name: str, locate: Locate) -> list[Problem]:
    """Return one problem for each faulty value of ``raw``, which did not fit the class ``record``.

    ``name`` is the dotted key of ``raw`` itself ("" for a whole file); ``locate`` gives file and
    line of a path inside it. Where a value may be a word or a mapping and a mapping was written,
    only the faults inside the mapping are told.
    """
    found: dict[tuple[KeyPath, str], list[str]] = {}
    lacking: dict[KeyPath, list[str]] = {}
    every = [detail for detail in error.errors(include_url=False) if not _is_long_enough(detail)]
    details = [(detail, *_written_path(detail["loc"], raw)) for detail in every[:_MOST_TOLD]]
    inside = {
        path[:n] for detail, path, rest in details if not _is_mapping(detail) for n in range(len(path) + bool(rest))
    }
    for detail, path, rest in details:
        if detail["type"] == "missing":
            lacking.setdefault(path, []).append(str(rest[0] if rest else detail["loc"][-1]))
        elif not (_is_mapping(detail) and path in inside):
            subject, message = _say(detail, path, record, name)
            messages = found.setdefault((path, subject), [])
            if message not in messages:
                messages.append(message)
    for path, names in lacking.items():
        found[path, dotted(name, *path)] = [f"missing: {', '.join(dict.fromkeys(names))}"]
    problems = [
        Problem((f"{subject}: " if subject else "") + _one_sentence(messages), *locate(path))
        for (path, subject), messages in found.items()
    ]
    if not problems:  # never an empty message
        problems = [Problem(f"{name}: {_plain_english(every[0]['msg'])}".removeprefix(": "), *locate(()))]
    if len(every) > _MOST_TOLD:
        problems.append(Problem(f"{name}: and {len(every) - _MOST_TOLD:,} more faults".removeprefix(": "), *locate(())))
    return sorted(problems, key=lambda problem: problem.line or 0)


def _one_sentence(messages: list[str]) -> str:
    """What each form of a value asks for, as one sentence: of further forms only what they allow."""
    first, *more = sorted(messages, key=lambda message: _NOT_ALLOWED in message)
    return " or ".join([first, *(message.split(_NOT_ALLOWED)[-1] for message in more)])


def _is_mapping(detail: ErrorDetails) -> bool:
    """Whether a mapping was written where something else may be; of several such nothing more is known."""
    return isinstance(detail["input"], dict) and detail["type"].endswith("_type")


def _is_long_enough(detail: ErrorDetails) -> bool:
    """Whether a list is called too short only because faulty entries, told by themselves, are not counted."""
    least = int(detail.get("ctx", {}).get("min_length", 0))
    return detail["type"] == "too_short" and isinstance(detail["input"], list) and len(detail["input"]) >= least


def written(value: Any) -> str:
    """A value on one line, the way it would stand in a YAML file."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(written(entry) for entry in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return f"{value:.12g}"
    return value.isoformat() if isinstance(value, date) else str(value)


def show(value: Any) -> str:
    """A value as quoted in a message: text in quotes, and never long."""
    text = repr(value) if isinstance(value, str) else written(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."


def dotted(*parts: str | int) -> str:
    """Join parts of a key by dots, leaving out empty ones."""
    return ".".join(str(p) for p in parts if p != "")


def _written_path(loc: tuple[str | int, ...], raw: Any) -> tuple[KeyPath, KeyPath]:
    """Split a location into the part that exists in ``raw`` and the part after it that does not."""
    path: list[str | int] = []
    for place, part in enumerate(loc):
        inside = isinstance(raw, dict) and part in raw
        if inside or (isinstance(raw, (list, tuple)) and isinstance(part, int) and part < len(raw)):
            raw = raw[part]
            path.append(part)
        elif part == "steps" and not is_dated_list(raw):  # a plain value, read as one step: steps, 0, value
            deeper, rest = _written_path(loc[place + 3 :], raw)
            return (*path, *deeper), rest
        elif place == len(loc) - 1:
            return tuple(path), (part,)
    return tuple(path), ()


def _say(detail: ErrorDetails, path: KeyPath, record: Any, name: str) -> tuple[str, str]:
    """Subject (dotted key) and message for one error."""
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        step = detail["loc"][-3:-2] == ("steps",)
        allowed = list(STEP_FIELDS) if step else field_names(type_at(record, path[:-1]))
        listing = f"; allowed: {', '.join(allowed)}" if allowed else ""
        hint = odd_letters(str(path[-1])) or nearest(str(path[-1]), allowed)
        message = f"unknown field {str(path[-1])!r}{listing}{hint}"
        return dotted(name, *path[:-1]), message
    subject = dotted(name, *path)
    if kind == "value_error":
        return subject, detail["msg"].removeprefix("Value error, ")
    if isinstance(value, list) and any(isinstance(v, dict) and "from" in v for v in value):
        return subject, f"{show(value)} is not a dated list; each entry is {{from: DATE, value: X}}"
    if kind in ("literal_error", "enum"):
        expected = detail["ctx"]["expected"]
        hint = odd_letters(str(value)) or nearest(str(value), re.findall(r"'([^']*)'", expected))
        return subject, f"{show(value)}{_NOT_ALLOWED}{expected}{hint}"
    if value == "":
        return subject, "is empty; write a value, or leave the key out where there is none"
    advice = ""
    if kind.startswith(("int_", "float_")):
        advice = number_advice(value, said_of(field_at(record, path), "unit") or "") if isinstance(value, str) else ""
        if isinstance(value, float) and value.is_integer():
            return subject, f"{value!r} should be a whole number; write {int(value)}, without a point or an exponent"
    elif kind == "tuple_type" and isinstance(value, str) and value:
        advice = f"; write [{value}]" if re.fullmatch(r"[\w-]+", value) else ""
    elif kind == "string_type" and isinstance(value, (int, float, date)):
        advice = f'; put it in quotes: "{written(value)}"'
    elif kind.startswith("date") and isinstance(value, str):
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return subject, f"{show(value)} is not a date: there is no such day"
        return subject, f"{show(value)} is not a date; write it as 2024-01-31{odd_letters(value)}"
    elif kind.startswith(("dict_", "model_")) and isinstance(value, str) and re.fullmatch(_ASSIGNED, value):
        advice = "; write a colon and a space: " + re.sub(_ASSIGNED, r"\1: \2", value)
    elif isinstance(value, str):
        advice = odd_letters(value)
    return subject, f"{show(value)} {_plain_english(detail['msg'])}{advice}"


def _plain_english(message: str) -> str:
    """A pydantic message in a planner's words."""
    if re.match(r"(Input|Value) should be a valid dictionary", message):
        return "should be a mapping (field: value)"
    message = re.sub(r"^(Input|String|Value) should ", "should ", message)
    if found := re.match(r"should match pattern '(.*)'", message):
        return _FORMS.get(found[1], message)
    message = re.sub(r"should be a valid boolean.*", "should be true or false", message)
    message = re.sub(r"^Tuple should have (.*) after validation, not (\d+)$", r"should have \1, not \2", message)
    return message.replace("a valid tuple", "a list")
