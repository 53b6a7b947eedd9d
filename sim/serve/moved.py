"""What the page asks to change: held against the controls before anything is made of it, which bounds the work too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem
from sim.network.apply import find
from sim.scenario.load import load_scenario
from sim.scenario.overrides import USES
from sim.serve.control import Control, Value

if TYPE_CHECKING:
    from sim.network.world import World

#: Letters of a key that is looked up; longer ones are no key.
_LONGEST_KEY = 200


@dataclass(frozen=True)
class Moved:
    """Controls that stand elsewhere than in the scenario: key -> value."""

    values: Mapping[str, Value]
    texts: tuple[str, ...]  #: the same as overrides, ``key=value``: interventions first

    @property
    def uses(self) -> dict[str, str]:
        """Interventions: id -> on, off or a day."""
        return {key.removeprefix(USES): str(v) for key, v in self.values.items() if key.startswith(USES)}

    @property
    def settings(self) -> dict[str, str]:
        """Parameters: key -> value as a file writes it."""
        parted = (text.partition("=") for text in self.texts if not text.startswith(USES))
        return {key: value for key, _, value in parted}


def moved(world: World, known: Mapping[str, Control], asked: Mapping[str, object]) -> Moved:
    """What the page asks to change. Raises InputError with every fault, as ``--set`` would have it."""
    problems: list[Problem] = []
    values: dict[str, Value] = {}
    for key, value in asked.items():
        if key not in known:
            problems += _unknown(world, key)
            continue
        try:
            read = known[key].read(value)
        except ValueError as error:
            problems.append(Problem(f"{key}: {error}"))
            continue
        if read != known[key].at:
            values[key] = read
    if problems:
        raise InputError(problems)
    order = [key for key in known if key in values]
    order.sort(key=lambda key: not key.startswith(USES))
    return Moved({key: values[key] for key in order}, tuple(_text(world, known[key], values[key]) for key in order))


def _unknown(world: World, key: str) -> list[Problem]:
    """Why a key that has no control is refused: what the door says of it, or that the page does not move it."""
    shown = key if len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]}..."
    if key.startswith(USES):
        try:
            load_scenario(world.scenario.path, [f"{shown}=on"])
        except InputError as error:
            return [Problem(problem.message) for problem in error.problems]
    else:
        try:
            find(world.raw, shown)
        except ValueError as error:
            return [Problem(f"{shown}: {error}")]
    return [Problem(f"{shown} has no slider on this page; write it in a scenario file")]


def _text(world: World, one: Control, value: Value) -> str:
    """A value as an override."""
    if one.kind == "more":
        return f"{one.key}={{add: {value}}}"
    if one.kind != "times":
        return f"{one.key}={value}"
    address = find(world.raw, one.key)
    if address.table != "weather":
        return f"{one.key}={{scale: {value}}}"
    shares = world.raw.tables[address.table][address.row].value[str(address.path[0])]
    return f"{one.key}={json.dumps([min(1.0, round(share * float(value), 6)) for share in shares])}"
