"""Where a range of the geodata stands: the changes by which all its parameters move together.

A name is that of an entry of ``ranges.yaml``, of a parameter that is uncertain by itself, or of a fact: then all
parameters move whose range cites it. They change the geodata first; a scenario's own changes are applied to that,
as where inputs are sampled.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from sim.errors import Problem, nearest
from sim.network.fact_ids import facts_listed
from sim.network.uncertain import Uncertain
from sim.scenario.changes import Change
from sim.scenario.overrides import RANGES, Level


def quantile(u: float, low: float, high: float, dist: str = "triangular", mode: float = 1.0) -> float:
    """The value at probability ``u`` of a distribution on [low, high]; ``mode`` is for a triangular one.

    Inverse transforms as in Law, Simulation Modeling and Analysis, 5th ed., section 8.3.
    """
    if dist == "uniform":
        return low + u * (high - low)
    if dist == "loguniform":
        return low * (high / low) ** u
    mode, width = min(max(mode, low), high), high - low
    if width == 0:
        return low
    if u * width < mode - low:
        return low + math.sqrt(u * width * (mode - low))
    return high - math.sqrt((1 - u) * width * (high - mode))


def six_digits(value: float) -> float:
    """What the table of drawn inputs shows is what was used."""
    return float(f"{value:.6g}")


def at_level(one: Uncertain, at: float | str) -> float:
    """The factor, or what is added, of a parameter whose range stands at a probability, or at its low or high end.

    ``base`` leaves the value as it stands: factor 1, or 0 added.
    """
    stands = 0.0 if one.action == "add" else 1.0
    if at == "base":
        return stands
    u = {"low": 0.0, "high": 1.0}[at] if isinstance(at, str) else float(at)
    return six_digits(quantile(u, one.low, one.high, one.dist, mode=stands))


def moved(one: Uncertain, amount: float, label: str, cited: str = "") -> Change:
    """A factor of a parameter, or what is added to it, as a change from the beginning on.

    ``cited`` says who moves it; by default the line that gives the range.
    """
    file, line = (cited, None) if cited else (one.file, one.line)
    return Change(one.key, one.action, amount, None, None, file, line, label=label, layer=-1)


def range_names(ranges: Iterable[Uncertain]) -> dict[str, list[Uncertain]]:
    """Every name that ``ranges.NAME`` may have -> the parameters that move; names of entries come before facts."""
    found: dict[str, list[Uncertain]] = {}
    by_fact: dict[str, list[Uncertain]] = {}
    for one in ranges:
        found.setdefault(one.stream, []).append(one)
        for fact in facts_listed(one.source):
            by_fact.setdefault(fact, []).append(one)
    return by_fact | found


def level_changes(ranges: Sequence[Uncertain], levels: Sequence[Level]) -> tuple[tuple[Change, ...], list[Problem]]:
    """The changes of levels, of one name the last that is given, and what is wrong with them."""
    last = {level.name: level for level in levels}
    if not last:
        return (), []
    known, by = range_names(ranges), dict[str, str]()
    changes, problems = list[Change](), list[Problem]()
    for name, level in last.items():
        if name not in known:
            message = f"{RANGES}{name}: no parameter has a range of that name{nearest(name, known)}"
            problems.append(Problem(message, level.file))
        for one in known.get(name, ()):
            if one.key in by:
                message = f"{RANGES}{name}: {one.key} is moved by {RANGES}{by[one.key]} already; give one of them"
                problems.append(Problem(message, level.file))
            by[one.key] = name
            changes.append(moved(one, at_level(one, level.at), f"{RANGES}{name}", level.file))
    return tuple(changes), problems
