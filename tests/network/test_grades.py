"""What says that it is published comes from a source that prints it, or carries its derivation, written out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sim.clock import parse_duration
from sim.network.fact_ids import facts_in
from sim.network.sources import SourceFact
from sim.network.tables import TABLES
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario
from sim.scenario.values import Draw

CLAIMS_A_SOURCE = ("measured", "published", "claimed")
#: Where something may be read: an address, a named page of a site, a fact of the tables, or a definition.
SOMEWHERE = re.compile(r"https?://\S+|\b[\w-]+\.[a-z]{2,}\b|^definition$")
#: The field that the row's own source is about, by table; other fields have their evidence.
MAIN_FIELD = {"facilities": "capacity", "processes": "duration", "tariffs": "value", "emissions": "value"}
SECONDS = {"h": 3600, "min": 60, "d": 86400, "day": 86400, "s": 1}
COUNTS = ("trains/day", "pairs/day", "berths", "TEU", "USD/TEU", "g CO2e/tkm")
NUMBER = r"([\d.,]+)( thousand| Mt)?"
#: A derivation says a number, in figures or words.
FIGURE = re.compile(r"\d|\b(?:two|three|four)\b")
SCALE = {"": 1.0, " thousand": 1e3, " Mt": 1e6}


@pytest.fixture(scope="module")
def world() -> World:
    return resolve(load_scenario("baseline_2024"))


def claims(world: World) -> Iterator[tuple[str, str, str, Any]]:
    """Name, field ('' of the row itself), source and record of all that has one of the better grades."""
    for table in TABLES:
        rows = getattr(world, table)
        if table == "barriers":
            rows = {f"{kind}.{place}": row for kind, of in rows.items() for place, row in of.items()}
        for id_, row in rows.items():
            for path, cited in (("", row), *row.evidence.items()):
                if cited.grade in CLAIMS_A_SOURCE:
                    yield f"{table}.{id_}", path, cited.source, row


def test_what_is_published_can_be_read_somewhere(world: World) -> None:
    nowhere = [
        f"{name} {path}: {source}"
        for name, path, source, _ in claims(world)
        if not SOMEWHERE.search(source) and not (set(facts_in(source)) & {*world.sources, *world.observed})
    ]
    assert nowhere == []


def test_a_published_fact_names_its_page(world: World) -> None:
    facts = [fact for fact in world.sources.values() if fact.grade in CLAIMS_A_SOURCE]
    assert [fact.id for fact in facts if not fact.source.startswith("http")] == []
    assert len(facts) > 200


def spread(unit: str, fact: SourceFact) -> tuple[float, float] | None:
    """Lowest and highest printed value, in seconds where it is a time; None where the unit tells nothing of a value."""
    word = unit.split(" ")[0]
    factor = SECONDS.get(word) or (1 if unit.startswith(COUNTS) else None)
    numbers = [float(x) for x in (fact.low, fact.value, fact.high) if x]
    return (min(numbers) * factor, max(numbers) * factor) if factor and numbers else None


def held(row: Any, path: str) -> list[float]:
    """All values that a field has over time, as numbers; the mean, the mode or both ends of what is drawn."""
    value = getattr(row, path, None)
    steps = [step.value for step in value.steps] if hasattr(value, "steps") else [value]
    found: list[float] = []
    for step in steps:
        if isinstance(step, Draw):
            drawn = step.mode if step.mode is not None else step.mean if step.mean is not None else step.value
            ends = (step.low, step.high) if step.dist == "uniform" else (drawn,)
            found += [_number(x) for x in ends if x is not None]
        elif isinstance(step, (int, float, str)) and not isinstance(step, bool):
            found.append(_number(step) * (SECONDS["d"] if path.endswith("_days") else 1))
    return [x for x in found if x]


def said(row: Any, path: str) -> str:
    """The note that goes with a source: the field's own, or the row's."""
    return str(row.evidence[path].note if path else row.note)


def _number(value: Any) -> float:
    return float(parse_duration(value)) if isinstance(value, str) else float(value)


def test_a_value_is_one_that_its_source_prints(world: World) -> None:
    """Of rows that cite a published fact in a unit of their own: within its range, a twentieth allowed for rounding.

    What is taken in another unit, or from part of the fact, has a note or evidence of its own that says how.
    """
    wrong, seen = [], 0
    for name, path, source, row in claims(world):
        table = name.split(".")[0]
        field = path or MAIN_FIELD.get(table, "")
        if source.startswith("http") or not field or (not path and field in row.evidence):
            continue
        printed = [world.sources[id_] for id_ in facts_in(source) if id_ in world.sources]
        ranges = [found for fact in printed if (found := spread(fact.unit, fact))]
        values = held(row, field)
        if not ranges and printed and values:
            wrong += [] if FIGURE.search(said(row, path)) else [f"{name} {field}: {source} is in another unit"]
            continue
        for value in values if ranges else ():
            seen += 1
            if not any(low * 0.95 <= value <= high * 1.05 for low, high in ranges):
                wrong += [] if FIGURE.search(said(row, path)) else [f"{name} {field} = {value:g}: not in {source}"]
    assert not wrong, "\n".join(wrong)
    assert seen > 20


def amount(number: str, unit: str | None) -> float:
    return float(number.strip(".,").replace(",", "")) * SCALE[unit or ""]


def worked_out(note: str) -> float | None:
    """What a derivation in words comes to: 'a over b', 'a less b', 'a % of b', 'a of 2023 are b % more'; None: none."""
    if found := re.search(rf"{NUMBER} (?:TEU|wagons|trucks)? ?over {NUMBER}", note):
        return amount(found[1], found[2]) / amount(found[3], found[4])
    if found := re.search(rf"{NUMBER} of [^;]*? are ([+\d.]+) %( more| less)?", note):
        factor = 1 + float(found[3]) / 100 * (-1 if found[4] == " less" else 1)
        return amount(found[1], found[2]) / factor
    if found := re.search(rf"^{NUMBER} % of {NUMBER}", note):
        return amount(found[1], found[2]) / 100 * amount(found[3], found[4])
    if found := re.search(rf"^{NUMBER} (?:of the half-year \(O057\) |kt )?less {NUMBER}", note):
        last = SCALE[found[4] or ""]
        return amount(found[1], found[2] or found[4]) - float(found[3].replace(",", "")) * last
    return None


def test_derivations_come_to_the_value(world: World) -> None:
    """Of observations and facts whose note works the value out."""
    known = [(id_, row.note, float(row.value)) for id_, row in world.observed.items()]
    known += [(id_, f.note, float(f.value)) for id_, f in world.sources.items() if "derived" in f.note and f.value]
    worked = [(id_, found, value) for id_, note, value in known if (found := worked_out(note)) is not None]
    assert [(id_, found, value) for id_, found, value in worked if abs(found / value - 1) > 0.03] == []
    assert {"O252", "O270", "O343", "O344", "kuryk_2022", "N003_hole", "P108", "P109"} <= {id_ for id_, *_ in worked}


@pytest.mark.parametrize(
    ("note", "value"),
    [
        ("derived: 43.9 thousand of 2023 are 16 % less", 52262),
        ("derived: 56.5 thousand of 2024 are +176 %", 20471),
        ("37.9 % of 36.9 thousand", 13985),
        ("70.0 less 38.6 thousand", 31400),
        ("13,800 wagons over 480 calls, both directions, derived", 28.75),
        ("second ship", None),
    ],
)
def test_a_derivation_is_read(note: str, value: float | None) -> None:
    assert worked_out(note) == (None if value is None else pytest.approx(value, abs=1))


def test_derived_observations_write_it_out(world: World) -> None:
    said = {id_: row.note for id_, row in world.observed.items() if row.note.startswith("derived")}
    assert [id_ for id_, note in said.items() if worked_out(note) is None] == []
    assert len(said) >= 5
