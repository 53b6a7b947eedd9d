"""Records of what was found: frozen dataclasses that become JSON, and rows of tables, by one rule.

A record is read by its attributes. JSON has its fields in their order; a field says itself, by its metadata, where it
is written otherwise (``OPTIONAL``, ``INLINE``, ``named``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Self, cast

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_HOW, _KEY = "json", "key"
#: Metadata of a field that JSON has only where it says something: left out where it has its default or, where there is
#: none, where it is an empty text.
OPTIONAL: Mapping[str, str] = {_HOW: "optional"}
#: Of a mapping or a record, or nothing, whose own keys stand in the object, at the place of the field.
INLINE: Mapping[str, str] = {_HOW: "inline"}


def named(key: str) -> Mapping[str, str]:
    """Metadata of a field that JSON has under another key, which was given out before its words changed."""
    return {_KEY: key}


class Record:
    """Base of frozen dataclasses that JSON can hold."""

    __slots__ = ()

    def as_json(self) -> dict[str, object]:
        """The record as JSON has it: objects, lists, texts, numbers and null, the keys in the order of the fields."""
        found: dict[str, object] = {}
        for one in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, one.name)
            how = one.metadata.get(_HOW)
            if how == "inline":
                found |= plain(value) or {}
            elif how != "optional" or value != ("" if one.default is MISSING else one.default):
                found[one.metadata.get(_KEY, one.name)] = plain(value)
        return found

    @classmethod
    def from_json(cls, found: object) -> Self:
        """The record that a JSON object was made of; keys that it does not know are passed over.

        Not for records with ``INLINE`` or ``named`` fields, which nobody reads back.

        Raises:
            ValueError: a key that has no default is missing, or a value has another type than its field.
        """
        from pydantic import ValidationError

        try:
            return cast(Self, _reader(cls).validate_python(found))  # type: ignore[arg-type]  # a class is hashable
        except ValidationError as error:
            first, *others = error.errors()
            more = f"; and {len(others)} more" if others else ""
            raise ValueError(f"{'.'.join(map(str, first['loc'])) or 'all of it'}: {first['msg']}{more}") from None


def fields_of(record: Record) -> dict[str, Any]:
    """The fields of a record by name, as they are: to make a record that has these and more."""
    return {one.name: getattr(record, one.name) for one in fields(record)}  # type: ignore[arg-type]


@cache
def _reader(record: type[Record]) -> TypeAdapter[Record]:
    from pydantic import TypeAdapter

    return TypeAdapter(record)


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers that are infinite or none at all as null, days and paths as text."""
    if isinstance(value, Record):
        return value.as_json()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if value is None or isinstance(value, (str, int)) else str(value)
