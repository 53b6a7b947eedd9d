"""Grammar-aware mutants: a scenario or a geodata folder that is sound, with one to three things changed.

A mutant is a function of its kind and number alone. Values come from a list of what files of people and of strangers
hold (edges of numbers, dates, durations, distributions, wrong shapes), from near the value that stands there, or from
elsewhere in the same file; keys and rows are dropped, doubled, renamed and exchanged.
"""

from __future__ import annotations

import copy
import json
import random
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sim.scenario.yamlfile import read_yaml

TUTORIAL = Path(__file__).parents[2] / "scenarios" / "tutorial" / "geodata"
HEAD = {
    "schema_version": 1,
    "title": "t",
    "extends": "tutorial",
    "replications": 1,
    "period": {"end": "2024-01-31", "warm_up": "1 d", "run_out": "30 d"},
}
LARGE, SMALL = 10**15, 1e-300
VALUES: list[Any] = [
    0,
    1,
    -1,
    2,
    3,
    0.5,
    -0.5,
    1.5,
    1e308,
    -1e308,
    SMALL,
    LARGE,
    2**31 - 1,
    2**31,
    2**53 + 1,
    10**6,
    30_000,
    0.97,
    100,
    "",
    " ",
    None,
    True,
    False,
    [],
    {},
    [[]],
    [{}],
    [None],
    {"steps": []},
    {"": ""},
    "a" * 5_000,
    "\u202eabc",
    "Ł",
    "$x^{2$",
    "\x1b[31m",
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "{0.__class__}",
    "null",
    "4",
    "1,5",
    "40%",
    "nan",
    "inf",
    "2024-02-30",
    "2024-01-15",
    "0001-01-01",
    "9999-12-31",
    "2200-01-02",
    "08:30",
    "24:00",
    "8:30",
    "UTC",
    "Asia",
    "Mars/Base",
    "0 s",
    "1 s",
    "1 min",
    "4 h",
    "60 d",
    "-4 h",
    "36500 d",
    "25000 d",
    "1e9 d",
    "4h",
    "1 fortnight",
    "0.0000001 s",
    {"dist": "exponential", "mean": "4 h"},
    {"dist": "exponential", "mean": "0 s"},
    {"dist": "exponential", "mean": "30000 d"},
    {"dist": "lognormal", "mean": "4 h", "cv": 0},
    {"dist": "lognormal", "mean": "4 h", "cv": 90},
    {"dist": "gamma", "mean": "4 h", "cv": 0},
    {"dist": "gamma", "mean": "0 s", "cv": 100},
    {"dist": "norm", "mean": "4 h", "cv": 9},
    {"dist": "weibull_min", "mean": "4 h", "cv": 90},
    {"dist": "weibull_min", "scale": "4 h", "shape": {"c": 0.15}},
    {"dist": "pareto", "scale": "1 h", "shape": {"b": 0.5}},
    {"dist": "cauchy", "scale": "1 h"},
    {"dist": "bootstrap", "scale": "1 h"},
    {"dist": "empirical", "values": []},
    {"dist": "empirical", "values": ["1 h", "2 h"], "weights": [-1, 3]},
    {"dist": "uniform", "low": "9 h", "high": "1 h"},
    [{"value": 1}, {"from": "2024-01-10", "value": 0}],
    [{"value": 0}, {"from": "2024-01-10", "value": 5}],
    [{"from": "2024-01-10", "value": 5}],
    [{"value": 1}, {"value": 2}],
    [{"from": "soon", "value": 1}],
    [{"value": []}],
    {"up": "1 s", "down": "1 s"},
    {"up": "2 h", "down": "2 h"},
    {"up": "0 s", "down": "5 d"},
    {"up": "1 min", "down": "1 min"},
    {"at": "06:00", "zone": "UTC"},
    {"open": "08:00", "close": "07:59", "zone": "Asia/Almaty"},
    {"open": "08:00", "close": 2, "zone": "UTC"},
    {"rule": "timetable"},
    {"rule": "timetable", "every": "1 s"},
    {"rule": "full", "fill": 0, "longest_wait": "0 s"},
    [{"from_day": "2024-02-01", "to_day": "2024-01-10", "cause": "x"}],
    [{"from_day": "2024-01-05", "to_day": "2199-12-31", "cause": "x"}],
    "stock",
    "quota",
    "yard",
    "lane",
    "berth",
    "each",
    "teu",
    "wagon",
    "lot",
    "train",
    "load",
    "acquire",
    "release",
    "gather",
    "reform",
    "suspend",
    "restart",
    "not_started",
    "priority",
    "timetable",
    "full",
    "poisson",
    "even",
    "regular",
    "rail",
    "road",
    "TEU",
    "W1",
    "E1",
    "inland",
    "border",
    "east_port",
    "west_port",
    "market",
    "east_yard",
    "ferry",
    "feeders",
    "storms",
]


def tables() -> dict[str, Any]:
    """The tutorial's geodata as plain values: table -> content of its file."""
    found = {path.name: read_yaml(path).value for path in sorted(TUTORIAL.glob("*.yaml"))}
    return found | {path.name: json.loads(path.read_text()) for path in sorted(TUTORIAL.glob("*.geojson"))}


def scenario(number: int, base: dict[str, Any]) -> dict[str, Any]:
    """A scenario on the tutorial that sets one to three of its parameters, or has a wrong head."""
    rng = random.Random(f"scenario {number}")
    content = copy.deepcopy(HEAD)
    if rng.random() < 0.12:
        return mutated(content | {"set": {"fleets.feeders.count": 3}}, rng)
    keys = [
        (name.split(".")[0], path)
        for name, table in base.items()
        if name.endswith(".yaml") and name != "ranges.yaml"
        for path in paths(table)
        if len(path) > 1
    ]
    content["set"] = {}
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        table, path = rng.choice(keys)
        path = path[: rng.randint(2, max(2, len(path)))]
        old = at(base[f"{table}.yaml"], path)
        key = ".".join(map(str, (table, *path)))
        content["set"][_misspelt(key, rng) if rng.random() < 0.05 else key] = new_value(old, rng)
    return content


def geodata(number: int, base: dict[str, Any]) -> dict[str, Any]:
    """The tutorial's tables with one to three changes anywhere."""
    rng = random.Random(f"geodata {number}")
    content = copy.deepcopy(base)
    for _ in range(rng.choice([1, 1, 2, 3])):
        name = rng.choice(sorted(content))
        content[name] = mutated(content[name], rng)
        if rng.random() < 0.02:
            del content[name]
    return content


def mutated(value: Any, rng: random.Random) -> Any:
    """The same tree with one node changed, dropped, doubled, renamed or exchanged with another."""
    every = [path for path in paths(value) if path]
    if not every:
        return rng.choice(VALUES)
    path = rng.choice(every)
    holder, last, how = at(value, path[:-1]), path[-1], rng.random()
    if how < 0.65:
        holder[last] = new_value(holder[last], rng)
    elif how < 0.75:
        del holder[last]
    elif how < 0.82 and isinstance(holder, dict):
        holder[_misspelt(str(last), rng)] = holder.pop(last)
    elif how < 0.9 and isinstance(holder, list):
        holder.insert(last, copy.deepcopy(holder[last]))
    else:
        holder[last] = copy.deepcopy(at(value, rng.choice(every)))
    return value


def new_value(old: Any, rng: random.Random) -> Any:
    """A value near ``old`` or any of ``VALUES``."""
    if isinstance(old, (int, float)) and not isinstance(old, bool) and rng.random() < 0.5:
        return rng.choice([0, -old, old * 10, old * 1_000, old + 1, old - 1, old / 3, str(old), float(old), old * 1e-6])
    if isinstance(old, str) and rng.random() < 0.3:
        return rng.choice([old.upper(), old + " ", f"{old}x", [old], old[:-1], old.replace(" ", "")])
    if isinstance(old, list) and old and rng.random() < 0.3:
        return rng.choice([old[:-1], old + old[-1:], old[::-1], old[0]])
    return copy.deepcopy(rng.choice(VALUES))


def paths(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in a tree of mappings and lists."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(path for key, part in list(inner) for path in paths(part, (*above, key)))]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """The part of a tree at a path."""
    for key in path:
        value = value[key]
    return value


def written(value: Any) -> str:
    """JSON, which is YAML too; dates as text without quotes are what people write, so half of them lose theirs."""
    return json.dumps(
        value, ensure_ascii=False, default=lambda x: x.isoformat() if isinstance(x, (date, datetime)) else str(x)
    )


def _misspelt(name: str, rng: random.Random) -> str:
    place = rng.randrange(len(name)) if name else 0
    return rng.choice(
        [name[:place] + name[place + 1 :], name + "x", name.upper(), name + ".0", name[:place] + "с" + name[place:]]
    )
