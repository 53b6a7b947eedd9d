"""Walk the record classes: which fields stand under a key, and which type a field has.

The same walk serves the hints for misspelt fields and the check of dotted keys such as
``services.feeder.rotation.0.cranes_per_vessel``.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from sim.clock import exact_duration, parse_duration
from sim.scenario.values import Dated, Draw

#: Fields of one entry of a dated list, as written.
STEP_FIELDS = ("from", "value")


def alternatives(annotation: Any) -> list[Any]:
    """The plain types that an annotation allows: unions opened, ``Annotated`` and None dropped."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return alternatives(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [plain for part in get_args(annotation) for plain in alternatives(part)]
    return [] if annotation is type(None) else [annotation]


def dated_type(annotation: Any) -> Any | None:
    """``T`` of a ``Dated[T]`` among the alternatives, or None if the value cannot change on dates."""
    for plain in alternatives(annotation):
        if _is_model(plain) and issubclass(plain, Dated):
            step = get_args(plain.model_fields["steps"].annotation)[0]
            return step.model_fields["value"].annotation
    return None


def is_dated_list(raw: Any) -> bool:
    """True for a value written as ``[{value: 3}, {from: 2025-01-01, value: 4}]``."""
    return isinstance(raw, list) and bool(raw) and all(isinstance(s, dict) and "value" in s for s in raw)


def field_names(annotation: Any) -> list[str]:
    """Names, as written in a file, of the fields that a value of this type may have."""
    inner = dated_type(annotation)
    names: list[str] = []
    for plain in alternatives(annotation) if inner is None else alternatives(inner):
        if _is_model(plain):
            names += [info.alias or name for name, info in plain.model_fields.items()]
        elif get_origin(plain) is dict:
            keys = alternatives(get_args(plain)[0])
            names += [str(k) for key in keys if get_origin(key) is Literal for k in get_args(key)]
    return names


def step_into(annotation: Any, part: str | int) -> Any | None:
    """Type of the field, entry or item ``part`` of a value of this type; None if there is no such part.

    A dated type is passed through: ``mean`` of a dated distribution is the distribution's mean.
    """
    inner = dated_type(annotation)
    for plain in alternatives(annotation) if inner is None else alternatives(inner):
        if _is_model(plain):
            for name, info in plain.model_fields.items():
                if part == (info.alias or name):
                    return info.annotation
        elif get_origin(plain) is dict:
            names = field_names(plain)
            if isinstance(part, str) and (not names or part in names):
                return get_args(plain)[1]
        elif get_origin(plain) in (tuple, list) and str(part).isdigit():
            items = get_args(plain)
            if len(items) == 1 or items[1] is Ellipsis:
                return items[0]
            return items[int(part)] if int(part) < len(items) else None
    return None


def type_at(annotation: Any, path: tuple[str | int, ...]) -> Any | None:
    """Type at the end of ``path``, or None."""
    for part in path:
        if annotation is None:
            return None
        annotation = step_into(annotation, part)
    return annotation


def field_at(annotation: Any, path: tuple[str | int, ...]) -> FieldInfo | None:
    """The declaration of the field that ``path`` leads to, or of the nearest field above it; None for no field."""
    for end in range(len(path), 0, -1):
        above = type_at(annotation, path[: end - 1])
        inner = dated_type(above)
        for plain in alternatives(above if inner is None else inner):
            for name, info in plain.model_fields.items() if _is_model(plain) else ():
                if path[end - 1] == (info.alias or name):
                    return info
    return None


def said_of(info: FieldInfo | None, what: str) -> str | None:
    """What a field declares besides its meaning: its ``unit``, or its ``words``; None if it says nothing."""
    extra = info.json_schema_extra if info is not None else None
    return str(extra[what]) if isinstance(extra, dict) and what in extra else None


def default_of(annotation: Any, path: tuple[str | int, ...]) -> Any | None:
    """Default, as it would be written in a file, of the field at ``path``; None if it has none."""
    for plain in alternatives(type_at(annotation, path[:-1])):
        for name, info in plain.model_fields.items() if _is_model(plain) else ():
            if path[-1] == (info.alias or name) and not info.is_required():
                checks = [m.func for m in info.metadata if isinstance(m, BeforeValidator)]
                return _as_written(info.get_default(call_default_factory=True), is_duration=parse_duration in checks)
    return None


def _as_written(value: Any, is_duration: bool = False) -> Any:
    if isinstance(value, Dated):
        steps = [{"from": s.since, "value": _as_written(s.value)} for s in value.steps]
        return steps[0]["value"] if len(steps) == 1 else steps
    if isinstance(value, Draw):
        return exact_duration(value.value or 0)  # all defaults are fixed lengths
    return exact_duration(value) if is_duration else value


def _is_model(plain: Any) -> bool:
    return isinstance(plain, type) and issubclass(plain, BaseModel)
