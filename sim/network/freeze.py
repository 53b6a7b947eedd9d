"""The network and the rules of one day, for good: what changes on dates keeps the value that it has then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sim.network.dated import as_steps, in_force
from sim.network.world import World
from sim.scenario.changes import Change
from sim.scenario.faults import dotted
from sim.scenario.shapes import is_dated_list
from sim.scenario.values import EARLIEST, LATEST
from sim.scenario.yamlfile import KeyPath

#: Longer than any run: a closing that lasts so long before and after the day holds for good.
FOR_GOOD = timedelta(days=20 * 365)


def frozen(world: World, day: date) -> tuple[Change, ...]:
    """The changes, to be applied after all others, that make the world of ``day`` last.

    Every dated parameter gets the value in force on ``day``. A dated closing or a loading ban that holds on ``day`` holds
    for good, the others never do. Opening hours with their holidays, seasons, storms and breakdowns stay as they are.
    """
    label, layer = f"frozen at {day}", len(world.scenario.chain)
    found = []
    for table, rows in sorted(world.raw.tables.items()):
        for id_, row in sorted(rows.items()):
            values = _ban_on(day, row.value) if table == "bans" else _values_on(day, row.value)
            for path, value in values:
                found.append(
                    Change(dotted(table, id_, *path), "set", value, None, None, label, None, "--set", layer=layer)
                )
    return tuple(found)


def _values_on(day: date, raw: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Path and value on ``day`` of everything in a row that has dates."""
    if is_dated_list(raw):
        yield path, in_force(as_steps(raw), day)
    elif path == ("closures",):
        always = {"from_day": max(day - FOR_GOOD, EARLIEST), "to_day": min(day + FOR_GOOD, LATEST)}
        yield path, [{**c, **always} for c in raw if _holds(c, day)]
    elif isinstance(raw, dict):
        for key, value in raw.items():
            yield from _values_on(day, value, (*path, key))
    elif isinstance(raw, list):
        for place, value in enumerate(raw):
            yield from _values_on(day, value, (*path, place))


def _ban_on(day: date, row: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """A ban of the day from long before to long after it; another refuses nothing from then on."""
    if row.get("share", 1) == 0:
        return
    if _holds({"from_day": row["from"], "to_day": row["to"]}, day):
        yield ("from",), max(day - FOR_GOOD, EARLIEST)
        yield ("to",), min(day + FOR_GOOD, LATEST)
    else:
        yield ("share",), 0


def _holds(closure: Mapping[str, Any], day: date) -> bool:
    first, after = (
        value if isinstance(value, date) else date.fromisoformat(value)
        for value in (closure["from_day"], closure["to_day"])
    )
    return first <= day < after
