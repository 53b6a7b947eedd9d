"""Arguments and options that several commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from sim.cli import completion
from sim.runs.engines import DEFAULT_ENGINE
from sim.terminal import declare_memory

if TYPE_CHECKING:
    from sim.runs.options import How
    from sim.runs.progress import Progress

Name = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="a scenario's name ('corridor list') or path", autocompletion=completion.scenarios
    ),
]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change one parameter; repeatable")]
Seed = Annotated[int | None, typer.Option(min=0, help="seed of random numbers (default: the scenario's)")]
Replications = Annotated[int | None, typer.Option(min=1, max=10_000, help="number (default: the scenario's)")]
Engine = Annotated[str, typer.Option(help="compiled, or reference (the same, slower)")]
Inputs = Annotated[str, typer.Option(help="fixed, sampled within ranges, or accepted")]
Workers = Annotated[int | None, typer.Option(min=1, help="replications at a time (default: processors)")]
Cluster = Annotated[str, typer.Option(metavar="ADDRESS", help="dask cluster: tcp://HOST:PORT, or local")]
Out = Annotated[str, typer.Option(metavar="<path>", help="folder of results")]
Json = Annotated[bool, typer.Option("--json", help="print JSON, and nothing else, on stdout")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="print errors only")]
Force = Annotated[bool, typer.Option("--force", help="repeat runs that are already there")]
Memory = Annotated[
    str,
    typer.Option(
        "--memory",
        callback=declare_memory,
        metavar="SIZE",
        envvar="CORRIDOR_MEMORY",
        help="refuse runs that need more, e.g. 16GB",
    ),
]
Check = Annotated[bool, typer.Option("--check", help="check the invariants of every replication (slow)")]
KeepOperations = Annotated[bool, typer.Option("--keep-operations", help="store every operation too (large)")]
Until = Annotated[
    str, typer.Option(metavar="'KPI of SCOPE within 2%'", help="replications until that is known well enough")
]
Most = Annotated[int | None, typer.Option(min=2, max=10_000, help="replications at most, with --until (default: 200)")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="draw no figures")]


@dataclass(frozen=True)
class Repeating:
    """What every command takes that runs replications: which chance, on what, where to, and what is shown of it."""

    seed: Seed = None
    replications: Replications = None
    engine: Engine = DEFAULT_ENGINE
    workers: Workers = None
    cluster: Cluster = ""
    out: Out = "results"
    memory: Memory = "8GB"
    json_: Json = False
    quiet: Quiet = False

    def asked(self, told: Progress | None = None) -> How:
        """What a study is called with; memory is declared where it is read, the rest is of the terminal."""
        return {
            "progress": told,
            "seed": self.seed,
            "replications": self.replications,
            "engine": self.engine,
            "workers": self.workers,
            "cluster": self.cluster,
            "out": self.out,
        }


@dataclass(frozen=True)
class Simulating(Repeating):
    """The same of a scenario whose parameters may be changed."""

    set_: Set = None

    def asked(self, told: Progress | None = None) -> How:
        """What a study is called with."""
        return {**super().asked(told), "overrides": self.set_ or ()}


@dataclass(frozen=True)
class Drawing(Simulating):
    """The same of a study with figures."""

    no_figures: NoFigures = False

    def asked(self, told: Progress | None = None) -> How:
        """What a study is called with."""
        return {**super().asked(told), "figures": not self.no_figures}


#: Defaults of a parameter whose options the command line fills in.
REPEATING, SIMULATING, DRAWING = Repeating(), Simulating(), Drawing()


def with_shared_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the fields of its dataclass parameter as options of its own, where the parameter stands.

    Typer reads a command's signature; this gives it one in which the dataclass is spread out.
    """
    parameters = inspect.signature(command, eval_str=True).parameters
    [shared] = [p for p in parameters.values() if is_dataclass(p.annotation)]
    hints = get_type_hints(shared.annotation, include_extras=True)
    # what is changed stands before how it is run
    own = sorted(fields(shared.annotation), key=lambda field: field.name != "set_")
    spread = []
    for parameter in parameters.values():
        if parameter is shared:
            for field in own:
                spread.append(parameter.replace(name=field.name, default=field.default, annotation=hints[field.name]))
        else:
            spread.append(parameter)

    @wraps(command)
    def spread_out(**given: Any) -> None:
        options = shared.annotation(**{field.name: given.pop(field.name) for field in own})
        command(**given, **{shared.name: options})

    del spread_out.__dict__["__wrapped__"]  # its signature is another
    spread_out.__annotations__ = {p.name: p.annotation for p in spread}
    spread_out.__dict__["__signature__"] = inspect.Signature(spread)
    return spread_out
