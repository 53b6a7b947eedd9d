"""An open discrete-event simulator of the Middle Corridor, from China over the Caspian to Europe.

From Python::

    import sim
    run = sim.run("tutorial")
    print(run.summary())
    run.kpis          # a pandas DataFrame; so are run.shipments, run.delays, run.facilities, ...
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Public name -> module and name there. Nothing is imported before it is asked for.
_PUBLIC = {
    "run": ("sim.runs.replicate", "run_scenario"),
    "sweep": ("sim.studies.sweep.run", "run_sweep"),
    "discover": ("sim.studies.discovery.run", "discover"),
    "sensitivity": ("sim.studies.sensitivity.run", "sensitivity"),
    "prepare": ("sim.runs.prepare", "prepare"),
    "open_run": ("sim.results.store", "open_run"),
    "compare": ("sim.studies.compare.result", "compare"),
    "compare_scenarios": ("sim.studies.compare.run", "compare_scenarios"),
    "decompose": ("sim.studies.decompose.run", "decompose"),
    "bottleneck": ("sim.studies.bottleneck.run", "bottleneck"),
    "capacity": ("sim.studies.capacity.run", "capacity"),
    "appraise": ("sim.studies.appraise.run", "appraise"),
    "promise": ("sim.studies.promise.run", "promise"),
    "export": ("sim.handout.export", "export"),
    "write_report": ("sim.handout.report", "write_report"),
    "demand": ("sim.studies.demand.run", "demand"),
    "rank": ("sim.studies.rank.run", "rank"),
    "validate": ("sim.studies.validate.run", "validate"),
    "draw_figures": ("sim.plots.figures", "draw_figures"),
    "list_scenarios": ("sim.scenario.listing", "list_scenarios"),
    "explain": ("sim.network.explain", "explain"),
    "CorridorError": ("sim.errors", "CorridorError"),
    "InputError": ("sim.errors", "InputError"),
}

__all__ = sorted([*_PUBLIC, "__version__"])


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("middle-corridor")
        except PackageNotFoundError:  # a source tree that was never installed
            return "0+source"
    if name not in _PUBLIC:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return __all__
