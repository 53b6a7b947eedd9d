"""A sweep as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sim.report.page import Page, Section, Table
from sim.report.texttable import number, with_margin


def page(result: Mapping[str, Any]) -> Page:
    """The sweep: what came out, every point, and those that failed."""
    found = [Section("Points", table=Table(_head(result), _cells(result)))]
    if result["failed"]:
        failed = [point for point in result["points"] if point["failed"]]
        heading = f"{len(failed)} of {len(result['points'])} points failed"
        found.append(Section(heading, [f"{point_name(result, point)}: {point['failed']}" for point in failed]))
    return Page(result["title"], list(_lead(result)), found, _notes(result))


def point_name(result: Mapping[str, Any], point: Mapping[str, Any]) -> str:
    """A point by its parameters: ``ships = 2, berths = 1``."""
    return ", ".join(f"{axis['words']} = {_value(point[axis['key']])}" for axis in result["axes"])


def with_value(words: str, value: Any) -> str:
    """``3 feeder vessels`` for a number of things; ``warm-up: 10 d`` for what is none, or has a colon already."""
    value = value.item() if hasattr(value, "item") else value
    is_count = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_count and not any(mark in words for mark in ":."):
        return f"{_value(value)} {words}"
    return f"{words} {_value(value)}" if ":" in words else f"{words}: {_value(value)}"


def finding(result: Mapping[str, Any]) -> str:
    """What came out, in a sentence."""
    known = [point for point in result["points"] if not point["failed"]]
    what, unit = result["outcome"]["words"], result["unit"]
    if not known:
        return f"{what}: no point has a value"
    lower = result["outcome"]["good"] == "lower"
    ordered = sorted(known, key=lambda point: point["value"] if lower else -point["value"])
    best, worst = ordered[0], ordered[-1]
    if not result["shown"]:
        low, high = sorted((best["value"], worst["value"]))
        return f"{what}: {number(low)} to {number(high)} {unit}, no difference shown between the points"
    where = " and ".join(with_value(axis["words"], best[axis["key"]]) for axis in result["axes"])
    return f"{what}: from {number(worst['value'])} to {number(best['value'])} {unit}, best with {where}"


def _lead(result: Mapping[str, Any]) -> Iterator[str]:
    yield result["question"]
    yield finding(result)
    better = {"lower": "less is better", "higher": "more is better"}[result["outcome"]["good"]]
    asked = result["outcome"]
    year = f" in {asked['year']}" if asked["year"] else ""
    yield f"indicator: {asked['kpi']} of {asked['scope']}{year}, {result['unit']}; {better}"
    given = f"; set at every point: {', '.join(result['set'])}" if result["set"] else ""
    yield f"scenario: {result['scenario_title']}{given}"
    counts = sorted({point["replications"] for point in result["points"]})
    each = " to ".join(map(str, dict.fromkeys((counts[0], counts[-1]))))
    failed = f"; {result['failed']} of {len(result['points'])} points failed" if result["failed"] else ""
    yield f"{len(result['points'])} points, {each} replications each; seed {result['seed']}{failed}"


def _head(result: Mapping[str, Any]) -> list[str]:
    sampled = ["with fixed inputs"] if result["inputs"] == "sampled" else []
    return [*(axis["words"] for axis in result["axes"]), result["unit"] or "value", *sampled]


def _cells(result: Mapping[str, Any]) -> list[list[str]]:
    found = []
    for point in result["points"]:
        cells = [_value(point[axis["key"]]) for axis in result["axes"]]
        cells.append("failed" if point["failed"] else with_margin({"mean": point["value"], **_half(point)}))
        if result["inputs"] == "sampled":
            cells.append(with_margin({"mean": point.get("luck_value"), "half_width": point.get("luck_half_width")}))
        found.append(cells)
    return found


def _half(point: Mapping[str, Any]) -> dict[str, Any]:
    return {"half_width": point["half_width"]}


def _notes(result: Mapping[str, Any]) -> list[str]:
    notes = ["+- is the 95 % half-width over replications"]
    if any(point["replications"] == 1 for point in result["points"]):
        notes.append("one replication has no interval")
    return notes


def _value(value: Any) -> str:
    """A value as it is written in the file."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,.10g}" if isinstance(value, (int, float)) else str(value)
