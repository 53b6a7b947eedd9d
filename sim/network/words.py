"""Words for a parameter and its values: the title of its row, the field's name, values with their units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sim.clock import DAY_S, HOUR_S, MINUTE_S, parse_duration
from sim.network.apply import find
from sim.network.dated import DRAW_TIMES, DatedSteps
from sim.network.tables import TABLES
from sim.network.titles import fleet_title
from sim.scenario.described import AS_WRITTEN, NO_UNIT
from sim.scenario.faults import show
from sim.scenario.overrides import RANGES, USES
from sim.scenario.shapes import field_at, said_of

if TYPE_CHECKING:
    from sim.network.geofolder import RawGeodata

#: Words for the measures of facilities and loads.
UNITS = {"teu": "TEU", "wagon": "wagons", "truck": "trucks", "lane_m": "m of lane", "t": "t"}
#: What one unit of a facility is that holds one train, ship or shipment, or grants one slot.
_EACH = {"quota": "slots a day", "stock": "units", "entry": "places", "terminal": "places", "store": "places"}
#: Units as they are declared -> as a picture writes them; what is no unit has none.
_WRITTEN = dict.fromkeys((AS_WRITTEN, NO_UNIT, "ratio", "weights", "of the field", "of the facility"), "") | UNITS
#: Settings of a scenario that are no field of a row.
_SETTINGS = {
    "period.start": "Start of the period",
    "period.end": "End of the period",
    "period.warm_up": "Warm-up",
    "period.run_out": "Run-out",
}
#: What is no parameter but moves some: how its key begins -> its words.
_HEADS = {USES: "Intervention {}", RANGES: "Range {}, 0 lowest to 1 highest"}


@dataclass(frozen=True)
class Quantity:
    """What a parameter is called on an axis: ``Berths of the east port: capacity`` in ``berths``.

    ``unit`` is empty for what has none, or carries it in each value (``10 d``).
    """

    words: str
    unit: str = ""

    @property
    def counts(self) -> bool:
        """Whether the unit is things: ships, berths."""
        return self.unit.isalpha() and self.unit.endswith("s") and self.unit != "knots"


def quantity(raw: RawGeodata, key: str) -> Quantity:
    """Words and unit of the parameter, or setting of a scenario, that a key names."""
    for head, words in _HEADS.items():
        if key.startswith(head):
            return Quantity(words.format(key.removeprefix(head)))
    try:
        address = find(raw, key)
    except ValueError:  # no field of a row
        return Quantity(_SETTINGS.get(key) or key.rpartition(".")[2].replace("_", " ").capitalize())
    table, row, path = address.table, address.row, address.path
    unit = _unit_words(raw, table, row, path)
    parts = [_part_words(table, path[: k + 1]) for k in range(len(path))]
    declared = said_of(field_at(TABLES[table], path), "unit")
    parts = [part.removesuffix(f", {declared}").removesuffix(f", {unit}") for part in parts]
    title = _row_words(raw, table, row)
    what = ", ".join(part for part in parts if not unit.startswith(part))
    return Quantity(f"{title}: {what}" if what else title, unit)


def _unit_words(raw: RawGeodata, table: str, row: str, path: tuple[str | int, ...]) -> str:
    """The unit that a field declares, in words, with what the row says filled in."""
    value = raw.tables[table][row].value if row in raw.tables[table] else {}
    unit = said_of(field_at(TABLES[table], path), "unit") or ""
    if unit == "by key":
        unit = str(path[-1])
    if unit == "share":
        return "share, 0 to 1"
    if unit == "{unit}" and value.get("unit", "each") == "each":
        kind = str(value.get("kind", ""))
        return _EACH.get(kind) or f"{kind}s"
    unit, slash, rest = unit.format_map(value).partition("/")
    unit = _WRITTEN.get(unit, unit)
    return (
        f"{unit} a {'year' if rest == 'yr' else rest}" if slash and rest[:3] in ("yr", "day") else unit + slash + rest
    )


def parameter_words(raw: RawGeodata, table: str, row: str, path: tuple[str | int, ...]) -> str:
    """What a parameter is called in a sentence: ``Kuryk port export documents, time``."""
    return ", ".join([_row_words(raw, table, row), *(_part_words(table, path[: k + 1]) for k in range(len(path)))])


def _row_words(raw: RawGeodata, table: str, row: str) -> str:
    """The title of a row; a fleet has that of its service, and its own name where others sail there too."""
    value = raw.tables[table][row].value if row in raw.tables[table] else {}
    if table == "barriers":
        kind, place = row.split(".")
        place_row = raw.tables["nodes"].get(place)
        where = place.upper() if len(place) == 2 else place_row.value["name"] if place_row else place.replace("_", " ")
        return f"Barrier {kind}, {where}"
    if table == "flows" and "origin" in value:
        return f"{row} {_node(raw, value['origin'])} - {_node(raw, value['destination'])}"
    if table == "links" and "from_node" in value:
        return f"{_node(raw, value['from_node'])} - {_node(raw, value['to_node'])} ({value['mode'].replace('_', ' ')})"
    if table == "fleets" and value.get("service") in raw.tables["services"]:
        sails = {name: str(fleet.value.get("service")) for name, fleet in raw.tables["fleets"].items()}
        return fleet_title(row, sails, str(raw.tables["services"][value["service"]].value["title"]))
    return str(value.get("title") or value.get("name") or row.replace("_", " ").capitalize())


def _part_words(table: str, path: tuple[str | int, ...]) -> str:
    """The words that a field declares, else its name; of an entry of a list or mapping what it is called there."""
    plain = str(path[-1]).replace("_", " ")
    named = field_at(TABLES[table], path)
    return plain if named is field_at(TABLES[table], path[:-1]) else said_of(named, "words") or plain


def value_words(value: Any) -> str:
    """One value as a person reads it: ``30 min``, ``1,500``, ``uniform, 1 h to 6 h``."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "not given"}[value]
    if isinstance(value, (int, float)):
        return number_words(value)
    if isinstance(value, str):
        try:
            return time_words(parse_duration(value))
        except ValueError:
            return value
    if isinstance(value, dict) and any(name in value for name in DRAW_TIMES):
        dist = value.get("dist", "fixed")
        if {"low", "high"} <= value.keys():
            return f"{dist}, {value_words(value['low'])} to {value_words(value['high'])}"
        if "mean" in value:
            return f"{dist}, mean {value_words(value['mean'])}"
        if dist == "fixed" and "value" in value:
            return value_words(value["value"])
    return show(value)


def steps_words(steps: DatedSteps, first: date, last: date) -> str:
    """A dated value over a run: what holds on its first day, then each change; those after the run as idle."""
    before = [value for since, value in steps if since is None or since <= first]
    later = [(since, value) for since, value in steps if since is not None and since > first]
    words = [value_words(before[-1])] if before else []
    words += [
        f"{value_words(value)} from {since}" + (" (after the run: idle)" if since > last else "")
        for since, value in later
    ]
    return "; ".join(words)


def time_words(seconds: float) -> str:
    """A length of time in its most natural unit, three digits: ``6.4 min``."""
    for unit, size, beyond in (("d", DAY_S, 2 * DAY_S), ("h", HOUR_S, 2 * HOUR_S), ("min", MINUTE_S, MINUTE_S)):
        if seconds >= beyond or (seconds and seconds % size == 0):
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def number_words(value: float) -> str:
    """A number with its thousands marked and no more digits than needed."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _node(raw: RawGeodata, id_: str) -> str:
    row = raw.tables["nodes"].get(id_)
    return str(row.value["name"]) if row else id_
