"""Which fields of a world something reads: what has read no field that changes need not be done again.

A function of a world that reads the same values gives the same result. So a rule that has been held against one world
holds of another that differs only in fields which the rule never read; that is noted while it runs, not declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from pydantic import BaseModel

from sim.network.tables import TABLES
from sim.network.world import World
from sim.scenario.values import Dated, Draw

#: (table, row, dotted path of a field); ``*`` at the path's end stands for all that is below, a table that is none
#: for another part of the world.
Place = tuple[str, str, str]
#: (table, row) -> paths that were read.
Reads = Mapping[tuple[str, str], frozenset[str]]
#: What of a world, and of a scenario, differs whenever any change is made. Where a value comes from matters to messages
#: alone: ``where`` is no read.
_ALWAYS = frozenset({"lineage", "notes", "notes_of_parent", "sources", "tables"})
_OF_SCENARIO = frozenset({"changes", "notes", "notes_of_parent", "interventions", "base_year", "seed", "replications"})


class Watched:
    """A world like another whose reads are noted.

    Ids of rows, and how many parts a field has, are no reads: they are the same in a patched world, or the whole field
    is said to change.
    """

    def __init__(self, world: World) -> None:
        self._read: set[Place] = set()
        tables = {table: self._rows(table, getattr(world, table)) for table in TABLES}
        values = {field.name: getattr(world, field.name) for field in fields(World)} | tables
        parts = {"scenario": self._part(world.scenario), "raw": self._part(world.raw)}
        self.world: World = object.__new__(_watching_world())
        self.world.__dict__.update(values | parts, _note=self._read.add)

    def by(self, function: Callable[[World], Any]) -> tuple[Any, Reads]:
        """What a function of the world returns, and what it has read of it."""
        self._read.clear()
        found = function(self.world)
        read: dict[tuple[str, str], set[str]] = {}
        for table, row, path in self._read:
            read.setdefault((table, row), set()).add(path)
        return found, {place: frozenset(paths) for place, paths in read.items()}

    def _part(self, part: Any) -> Any:
        watched = object.__new__(_watching_part(type(part)))
        watched.__dict__.update(part.__dict__, _note=self._read.add)
        return watched

    def _rows(self, table: str, rows: dict[str, Any]) -> dict[str, Any]:
        if table == "barriers":
            return {
                kind: {place: self._record(row, (table, f"{kind}.{place}", "")) for place, row in of_kind.items()}
                for kind, of_kind in rows.items()
            }
        return {id_: self._record(row, (table, id_, "")) for id_, row in rows.items()}

    def _record(self, record: Any, at: Place) -> Any:
        fields_of = type(record).model_fields
        values = {
            name: self._value(value, _below(at, fields_of[name].alias or name))
            for name, value in record.__dict__.items()
        }
        return _like(record, _watching_record(type(record)), values | {"_note": (self._read.add, at)})

    def _value(self, value: Any, at: Place) -> Any:
        """A value with the records in it watched; a dated one, or a distribution, is read as a whole."""
        if isinstance(value, BaseModel) and not isinstance(value, (Dated, Draw)):
            return self._record(value, at)
        if isinstance(value, tuple) and any(isinstance(entry, BaseModel) for entry in value):
            return tuple(self._value(entry, _below(at, str(k))) for k, entry in enumerate(value))
        if isinstance(value, dict) and any(isinstance(entry, BaseModel) for entry in value.values()):
            return {key: self._value(entry, _below(at, str(key))) for key, entry in value.items()}
        return value


def touches(read: Reads, changed: Place) -> bool:
    """Whether something that has read these places has read one that changed, or what differs with every change."""
    if ("", "") in read:
        return True
    table, row, path = changed
    paths = read.get((table, row), frozenset())
    parts = path.split(".")
    above = [".".join([*parts[:n], "*"]) for n in range(len(parts) + 1)]
    return path in paths or any(one in paths for one in above) or any(one.startswith(f"{path}.") for one in paths)


def _below(at: Place, name: str) -> Place:
    table, row, path = at
    return table, row, f"{path}.{name}" if path else name


def _like(record: Any, kind: type[Any], values: dict[str, Any]) -> Any:
    """A record of another class with those values, not validated."""
    found = object.__new__(kind)
    for name in BaseModel.__slots__:
        if name != "__dict__":
            object.__setattr__(found, name, object.__getattribute__(record, name))
    object.__setattr__(found, "__dict__", values)
    return found


#: Classes of records -> those that note what is read of them.
_known: dict[type[Any], type[Any]] = {}


def _watching_record(record: type[Any]) -> type[Any]:
    if record not in _known:
        _known[record] = _make_watching_record(record)
    return _known[record]


def _make_watching_record(record: Any) -> type[Any]:
    names = {name: info.alias or name for name, info in record.model_fields.items()}

    class WatchedRecord(record):  # type: ignore[misc]
        def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Any:
            # a copy with other values reads nothing: what is read of the copy is noted as of the record
            return _like(self, type(self), {**super().__getattribute__("__dict__"), **(update or {})})

        def __getattribute__(self, name: str) -> Any:
            # what else is asked of it (properties, comparisons, ...) comes to one of these by itself
            if name in names or name == "__dict__" or (name.startswith("model_") and name != "model_copy"):
                note, at = super().__getattribute__("__dict__")["_note"]
                note(_below(at, names.get(name, "*")))
            return super().__getattribute__(name)

    return WatchedRecord


def _watching_part(part: Any) -> type[Any]:
    """A class of which it is noted when an attribute is read that differs whenever any change is made."""

    class WatchedPart(part):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            if name in _OF_SCENARIO or name in _ALWAYS:
                super().__getattribute__("_note")(("", "", name))
            return super().__getattribute__(name)

    return WatchedPart


@cache
def _watching_world() -> type[World]:
    class WatchedWorld(World):
        def __getattribute__(self, name: str) -> Any:
            if name in _ALWAYS:
                super().__getattribute__("_note")(("", "", name))
            return super().__getattribute__(name)

        def where(self, table: str, id: str, field: str | None = None) -> tuple[str, int | None]:
            return "", None

    return WatchedWorld
