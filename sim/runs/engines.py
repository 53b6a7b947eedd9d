"""The engines by name. Each is ``simulate(plan, draws) -> Trace``, and all give the same trace."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem, nearest
from sim.runs.notices import notice

if TYPE_CHECKING:
    from sim.contract.draws import Draws
    from sim.contract.plan import Plan
    from sim.contract.trace import Trace

#: Name -> "module:function".
ENGINES = {
    "reference": "sim.engine.reference.simulation:simulate",
    "compiled": "sim.engine.compiled.simulation:simulate",
}
#: What runs unless another is named.
DEFAULT_ENGINE = "compiled"
#: What runs in place of an engine that cannot: without Numba, or without a folder for what it compiles.
INSTEAD = {"compiled": "reference"}
#: Engines that let other threads run meanwhile.
THREADED = frozenset({"compiled"})


def find_engine(name: str) -> Callable[[Plan, Draws], Trace]:
    """Return the engine called ``name``, ready to run; raises InputError with the names there are.

    An engine that must be compiled first, or that cannot run here and has another in its place, says so in one
    line on stderr.
    """
    module_name, function = ENGINES[engine_that_runs(name)].split(":")
    return getattr(import_module(module_name), function)


def engine_that_runs(name: str) -> str:
    """Name of the engine that runs where ``name`` is asked for: itself, or what stands in for it here."""
    check_engine(name)
    if name in _cannot_run:
        return engine_that_runs(INSTEAD[name])
    try:
        module = import_module(ENGINES[name].split(":")[0])
        if hasattr(module, "prepare"):
            module.prepare(notice)
    except (ImportError, OSError, SystemError) as error:  # the last is what a broken installation of Numba raises
        if name not in INSTEAD:
            raise
        _cannot_run.add(name)
        notice(f"engine {name}: {error}; the {INSTEAD[name]} engine runs instead: slower, with the same results")
        return engine_that_runs(INSTEAD[name])
    return name


def check_engine(name: str) -> None:
    """Raise InputError if there is no engine ``name``, without importing any."""
    if name not in ENGINES:
        hint = f"allowed: {', '.join(ENGINES)}{nearest(name, ENGINES)}"
        raise InputError([Problem(f"unknown engine {name!r}; {hint}", "--engine")])


def runs_on_threads(name: str) -> bool:
    """Whether replications gain from threads: the engine releases the interpreter's lock while it works."""
    return name in THREADED


#: Engines that were found unable to run; another trial could cost minutes of compiling.
_cannot_run: set[str] = set()
