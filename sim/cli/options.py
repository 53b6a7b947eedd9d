"""Arguments and options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli import completion
from sim.terminal import declare_memory

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
Most = Annotated[int, typer.Option(min=2, max=10_000, help="replications at most, with --until")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="draw no figures")]
