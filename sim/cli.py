"""The ``corridor`` command: parse, call, print one summary, give an exit code. No logic lives here.

Exit codes: 0 done, 1 a check did not hold, 2 invalid input, 3 the run failed, 130 interrupted.
Everything but typer is imported inside the commands, so that ``corridor --help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.errors import CorridorError

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Simulate freight on the Middle Corridor, from China over the Caspian to Europe.",
)  # fmt: skip

Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="a scenario's name ('corridor list') or path")]
Set = Annotated[list[str] | None, typer.Option(
    "--set", metavar="KEY=VALUE", help="change one parameter; may be given again and again")]  # fmt: skip
Seed = Annotated[int | None, typer.Option(min=0, help="seed of the random streams (default: the scenario's)")]
Replications = Annotated[int | None, typer.Option(min=1, max=10_000, help="number (default: the scenario's)")]
Engine = Annotated[str, typer.Option(help="engine that simulates")]
Workers = Annotated[int | None, typer.Option(min=1, help="processes at a time (default: all processors)")]
Out = Annotated[Path, typer.Option(help="folder of results")]
Json = Annotated[bool, typer.Option("--json", help="print JSON, and nothing else, on stdout")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="print errors only")]
Force = Annotated[bool, typer.Option("--force", help="repeat runs that are already there")]
Check = Annotated[bool, typer.Option("--check", help="check the invariants of every replication (slow)")]
KeepOperations = Annotated[bool, typer.Option("--keep-operations", help="store every operation too (large)")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="draw no figures")]


@app.command()
def run(
    scenario: Name, set_: Set = None, seed: Seed = None, replications: Replications = None,
    engine: Engine = "reference", workers: Workers = None, out: Out = Path("results"), json_: Json = False,
    quiet: Quiet = False, force: Force = False, check: Check = False, no_figures: NoFigures = False,
    keep_operations: KeepOperations = False,
) -> None:  # fmt: skip
    """Simulate a scenario, print its summary, and draw its figures."""
    with _plain_errors():
        from sim.analysis.summary import summarise, summary_text
        from sim.experiment.replicate import run_scenario

        with _progress(quiet or json_) as progress:
            done = run_scenario(
                scenario, overrides=set_ or (), replications=replications, seed=seed, engine=engine,
                workers=workers, out=out, force=force, check=check, keep_operations=keep_operations,
                figures=not no_figures, progress=progress)  # fmt: skip
        summary = summarise(done)
        if json_:
            _print_json(_described(done) | {"summary": summary})
        elif not quiet:
            if done.hit:
                print("This run was already there; --force repeats it.\n")
            print(summary_text(summary))
            print(f"\nTables: {done.path}" + ("" if no_figures else f"\nFigures: {done.path / 'figures'}"))


@app.command()
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="run folder, scenario name or scenario file")],
    second: Annotated[str, typer.Argument(metavar="B", help="what is compared with A on the same luck")],
    set_: Set = None, seed: Seed = None, replications: Replications = None, engine: Engine = "reference",
    workers: Workers = None, out: Out = Path("results"), json_: Json = False, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Compare two scenarios replication by replication; runs what has not been run."""
    with _plain_errors():
        from sim.analysis import compare as analysis
        from sim.experiment.replicate import open_or_run

        runs = []
        with _progress(quiet or json_) as progress:
            for name in (first, second):
                runs.append(open_or_run(
                    name, overrides=set_ or (), replications=replications, seed=seed, engine=engine,
                    workers=workers, out=out, figures=False, progress=progress))  # fmt: skip
        result = analysis.compare(*runs)
        if json_:
            _print_json({"a": _described(runs[0]), "b": _described(runs[1]), "comparison": result})
        elif not quiet:
            print(analysis.compare_text(result))


@app.command()
def sweep(
    file: Annotated[str, typer.Argument(metavar="SWEEP", help="name or path of a sweep file")],
    replications: Replications = None, seed: Seed = None, engine: Engine = "reference",
    workers: Workers = None, out: Out = Path("results"), json_: Json = False, quiet: Quiet = False,
    force: Force = False, no_figures: NoFigures = False,
) -> None:  # fmt: skip
    """Run a scenario at every point of a grid of parameters, and draw the surface."""
    with _plain_errors():
        from sim.experiment.sweep import points_text, run_sweep

        with _progress(quiet or json_) as progress:
            done = run_sweep(
                file, replications=replications, seed=seed, engine=engine, workers=workers, out=out,
                force=force, figures=not no_figures, progress=progress)  # fmt: skip
        if json_:
            points = done.points.to_dict("records")
            figures = [str(f) for f in done.figures]
            _print_json({"path": str(done.path), "id": done.sweep_id, "points": points, "figures": figures})
        elif not quiet:
            print(points_text(done))
            print(f"\nResults: {done.path}")


@app.command()
def plot(
    name: Annotated[str, typer.Argument(metavar="RUN", help="run folder, or scenario name (newest run)")],
    out: Out = Path("results"),
    svg: Annotated[bool, typer.Option("--svg", help="write SVG files too")] = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw the figures of a finished run again."""
    with _plain_errors():
        from sim.experiment.replicate import find_finished
        from sim.plots.figures import draw_figures

        figures = draw_figures(find_finished(name, out), svg=svg)
        if json_:
            _print_json({"figures": [str(f) for f in figures]})
        elif not quiet:
            print("\n".join(str(f) for f in figures))


@app.command()
def check(scenario: Name, set_: Set = None, json_: Json = False, quiet: Quiet = False) -> None:
    """Check a scenario and its geodata without simulating; print every problem at once."""
    with _plain_errors():
        from sim.experiment.prepare import prepare
        from sim.model.build import build
        from sim.model.feasibility import refuse_impossible
        from sim.network.tables import TABLES

        world = prepare(scenario, set_ or ())
        refuse_impossible(build(world))  # what only shows when the flows' operations are laid out
        counts = {table: len(getattr(world, table)) for table in TABLES}
        if json_:
            _print_json({"ok": True, "scenario": world.scenario.name, "rows": counts})
        elif not quiet:
            print("ok: " + ", ".join(f"{count} {table}" for table, count in counts.items() if count))
            for note in world.notes:
                print(f"note: {note}")


@app.command()
def explain(
    key: Annotated[str, typer.Argument(metavar="KEY", help="such as facilities.aktau_cranes.capacity")],
    scenario: Annotated[str, typer.Option(help="scenario in which the parameter stands")] = "baseline_2024",
    set_: Set = None,
) -> None:  # fmt: skip
    """Say where a parameter's value comes from: file, line, changes, source and grade."""
    with _plain_errors():
        from sim.network.world import explain as lineage
        from sim.network.world import resolve
        from sim.scenario.load import load_scenario

        print(lineage(resolve(load_scenario(scenario, tuple(set_ or ()))), key))


@app.command("list")
def list_(json_: Json = False) -> None:
    """List the scenarios with their titles and questions."""
    with _plain_errors():
        from sim.scenario.library import list_scenarios

        found = list_scenarios()
        if json_:
            fields = ("name", "title", "question", "path")
            _print_json([{field: str(getattr(entry, field)) for field in fields} for entry in found])
        else:
            width = max((len(s.name) for s in found), default=0)
            for entry in found:
                print(f"{entry.name:<{width}}  {entry.title}\n{'':<{width}}  {entry.question}")


@app.command()
def schema() -> None:
    """Print the JSON schema of scenario files, for editors."""
    with _plain_errors():
        from sim.scenario.jsonschema import scenario_schema

        _print_json(scenario_schema())


def main() -> None:
    """Entry point of the ``corridor`` command."""
    try:
        app()
    except KeyboardInterrupt:  # outside of a command's own work, e.g. while it starts
        _say("interrupted")
        sys.exit(130)
    except Exception:
        import traceback

        traceback.print_exc()
        _say("This is a fault of the program, not of your input; please report it with the lines above.")
        sys.exit(3)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn errors that a user can meet into plain lines on stderr and the exit code."""
    try:
        yield
    except CorridorError as error:
        _say(str(error))
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        _say("interrupted; the same command goes on where it stopped")
        raise typer.Exit(130) from None
    except MemoryError:
        _say("not enough memory; fewer --workers need less, and finished replications are kept")
        raise typer.Exit(3) from None
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        raise typer.Exit(0) from None


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_json(value: Any) -> None:
    import json

    print(json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False, default=str))


def _finite(value: Any) -> Any:
    """JSON knows no infinity: an unfinished shipment's transit time becomes null."""
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def _described(done: Any) -> dict[str, Any]:
    return {"run_id": done.run_id, "path": str(done.path), "hit": done.hit,
            "figures": sorted(str(f) for f in (done.path / "figures").glob("*.png"))}  # fmt: skip


@contextmanager
def _progress(silent: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """A bar on stderr while work goes on; nothing where nobody would see it."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("preparing", total=None)
        yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what)


if __name__ == "__main__":
    main()
