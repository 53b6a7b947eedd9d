"""The engines by name. Each is ``simulate(plan, luck) -> Trace``, and all give the same trace."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from sim.engine.trace import Trace
    from sim.model.arrays import Luck, Plan

#: Name -> "module:function".
ENGINES = {"reference": "sim.engine.reference:simulate"}


def find_engine(name: str) -> Callable[[Plan, Luck], Trace]:
    """Return the engine called ``name``; raises InputError with the names there are."""
    check_engine(name)
    module, function = ENGINES[name].split(":")
    return getattr(import_module(module), function)


def check_engine(name: str) -> None:
    """Raise InputError if there is no engine ``name``, without importing any."""
    if name not in ENGINES:
        hint = f"allowed: {', '.join(ENGINES)}{nearest(name, ENGINES)}"
        raise InputError([Problem(f"unknown engine {name!r}; {hint}", "--engine")])
