"""What multiplies, divides or shifts a parameter between its row and the simulation.

A time is multiplied by the strengths of its barrier, a quota's passes are divided by them, demand is spread over
months, a capacity is narrowed by works, a depth moves with the level of its sea. A planner who sets one of
these parameters gets what the mechanism makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sim.model.border import is_pass
from sim.network.tables import Process
from sim.network.world import World
from sim.scenario.values import Dated

#: Fields of a process that hold a length of time on which its barrier's strength acts.
_TIMES = ("duration", "risk_lanes")


@dataclass(frozen=True)
class Multiplier:
    """One mechanism: ``sign`` is x, / or +; ``factor`` gives its number by day; ``only`` is for whom, empty for all."""

    sign: str
    key: str
    factor: Dated[Any]
    by: str
    only: str = ""

    def on(self, day: date) -> float:
        """The number in force on a day."""
        return float(self.factor.at(day))


def multipliers(world: World, table: str, row: str, path: tuple[str | int, ...]) -> list[Multiplier]:
    """The mechanisms that act on a numeric parameter of ``world``; empty where its value is used as it is."""
    find: Callable[..., Iterator[Multiplier]] | None = {
        "processes": _on_process,
        "facilities": _on_facility,
        "barriers": _on_barrier,
        "flows": _on_flow,
        "weather": _on_weather,
    }.get(table)
    return list(find(world, row, path)) if find and path else []


def without_effect(world: World, table: str, row: str, path: tuple[str | int, ...], first: date, last: date) -> str:
    """Why a parameter acts on nothing in a run from ``first`` to ``last``; empty if it may act."""
    field = path[0] if path else ""
    record: Any = getattr(world, table).get(row) if table != "barriers" else None
    if table == "processes":
        if field != "in_force" and _never(record.in_force, first, last):
            return "the step is not in force in this run"
        if record.risk_lanes and field in ("duration", "share"):
            return "the step has risk lanes, which stand in place of its time and share"
        if field in _TIMES and record.share is not None and _never(record.share, first, last):
            return "its share is 0: nobody undergoes the step in this run"
    if table == "links" and field != "in_service" and _never(record.in_service, first, last):
        return "the link is not in service in this run"
    if table == "links" and field == "capacity_mt_per_year" and record.trains_per_day is not None:
        return "trains_per_day is given and goes before it"
    if table == "flows" and field in ("quantity_per_year", "monthly_profile") and record.woken_by:
        return "the flow is empty repositioning and has no demand of its own"
    if table == "flows" and field == "monthly_profile" and _never(record.quantity_per_year, first, last):
        return "the flow has no demand in this run"
    if table == "barriers":
        kind, place = row.split(".")
        if not any(row.barrier == kind and place in _keys(world, row) for row in world.processes.values()):
            return "no step of this barrier is there"
    return ""


def _on_process(world: World, row: str, path: tuple[str | int, ...]) -> Iterator[Multiplier]:
    step = world.processes[row]
    if path[0] not in _TIMES or "share" in path or step.barrier is None or is_pass(world, step):
        return
    rows = world.barriers.get(step.barrier, {})
    country, place, *goods = _keys(world, step)
    for key in (country, place):
        if key in rows:
            yield _strength(world, step.barrier, key)
    for key in goods:
        if key in rows:
            yield _strength(world, step.barrier, key, only=key.replace("_", " "))
    for id_, joint in sorted(world.joint_operators.items()):
        if step.between and set(step.between) <= set(joint.members):
            off = [{"from": s.since, "value": 0.0 if s.value else 1.0} for s in joint.in_force.steps]
            key = f"joint_operators.{id_}"
            yield Multiplier("x", key, Dated[float].model_validate(off), _by(world, f"{key}.in_force"))


def _on_facility(world: World, row: str, path: tuple[str | int, ...]) -> Iterator[Multiplier]:
    facility = world.facilities[row]
    if path[0] == "capacity":
        step = next((p for p in world.processes.values() if p.facility == row and is_pass(world, p)), None)
        if step is not None and step.barrier is not None:
            country, place = _keys(world, step)[:2]
            for key in (country, place, *(step.goods if len(step.goods) == 1 else ())):
                if key in world.barriers[step.barrier]:
                    yield _strength(world, step.barrier, key, sign="/")
        for closure in facility.closures:
            steps = [
                {"value": 1.0},
                {"from": closure.from_day, "value": closure.share_open},
                {"from": closure.to_day, "value": 1.0},
            ]
            if closure.from_day < closure.to_day:
                key = f"facilities.{row}.closures"
                yield Multiplier("x", key, Dated[float].model_validate(steps), closure.cause)
    if path[0] == "depth_m" and facility.water:
        sea = world.water[facility.water]
        steps = [{"from": step.since, "value": step.value - sea.datum_m} for step in sea.level_m.steps]
        key = f"water.{facility.water}.level_m"
        yield Multiplier("+", key, Dated[float].model_validate(steps), _by(world, key))


def _on_barrier(world: World, row: str, path: tuple[str | int, ...]) -> Iterator[Multiplier]:
    """The strengths of one step are multiplied: those of its country, its place and its goods."""
    kind, place = row.split(".")
    found: dict[str, bool] = {}
    steps = [step for step in world.processes.values() if step.barrier == kind and place in _keys(world, step)]
    for step in steps:
        for key in _keys(world, step):
            if key != place and key in world.barriers[kind]:
                found[key] = all(key in _keys(world, other) for other in steps)
    for key, everywhere in found.items():
        everywhere = everywhere and key not in {flow.goods for flow in world.flows.values()}
        yield _strength(world, kind, key, only="" if everywhere else _place(world, key))


def _on_flow(world: World, row: str, path: tuple[str | int, ...]) -> Iterator[Multiplier]:
    profile = world.flows[row].monthly_profile
    if path[0] == "quantity_per_year" and profile is not None:
        for weights, month in _extremes(profile.steps[-1].value):
            share = weights[month - 1] * len(weights) / sum(weights)
            yield Multiplier(
                "x",
                f"flows.{row}.monthly_profile",
                Dated[float].model_validate(share),
                "monthly profile",
                only=f"{date(2001, month, 1):%B}",
            )


def _on_weather(world: World, row: str, path: tuple[str | int, ...]) -> Iterator[Multiplier]:
    weather = world.weather[row]
    if path[0] == "closed_share_by_month":
        yield Multiplier("x", f"weather.{row}.scale", weather.scale, _by(world, f"weather.{row}.scale"))
    if path[0] == "scale":
        mean = sum(weather.closed_share_by_month) / 12
        yield Multiplier(
            "x",
            f"weather.{row}.closed_share_by_month",
            Dated[float].model_validate(mean),
            "share of the year that is closed",
        )


def _strength(world: World, kind: str, key: str, sign: str = "x", only: str = "") -> Multiplier:
    name = f"barriers.{kind}.{key}"
    return Multiplier(sign, name, world.barriers[kind][key].scale, _by(world, f"{name}.scale"), only)


def _keys(world: World, step: Process) -> tuple[str, ...]:
    """Country, place and classes of goods whose strengths act on a step."""
    country = (step.barrier_country or world.nodes[step.node].country).lower()
    classes = sorted({flow.goods for flow in world.flows.values() if flow.goods})
    goods = [name for name in classes if not step.goods or name in step.goods]
    return (country, step.node, *goods)


def _by(world: World, key: str) -> str:
    """Who changed a key last; empty where it is as in the geodata."""
    entries = world.lineage.get(key, [])
    return entries[-1].change.label if entries else ""


def _place(world: World, key: str) -> str:
    return world.nodes[key].name if key in world.nodes else key.upper() if len(key) == 2 else key.replace("_", " ")


def _extremes(weights: tuple[float, ...]) -> list[tuple[tuple[float, ...], int]]:
    """The months of least and of most demand, unless all are alike."""
    if not sum(weights) or min(weights) == max(weights):
        return []
    return [(weights, weights.index(extreme(weights)) + 1) for extreme in (min, max)]


def _never(value: Dated[Any], first: date, last: date) -> bool:
    return not any(value.at(day) for day in (first, *(d for d in value.dates if first < d <= last)))
