"""Run or open scenarios, compare each with the first on the same luck, and store what was found.

Results lie in ``out/compare/<id>/``: ``summary.md``, ``compare.json``, ``compare.csv`` and ``figures/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from sim.errors import InputError, Problem
from sim.indicators import CORRIDOR, INDICATORS, Measure, of_families, unit_words
from sim.language.words import in_english
from sim.model.effects import Effect, effects
from sim.report.bands import difference_bands
from sim.report.estimate import Estimate, columns, with_margin
from sim.report.scopes import cargo_words, is_of_shipments
from sim.report.texttable import number
from sim.results.identity import short_id
from sim.results.store import MANIFEST, open_run
from sim.runs.options import HowToRun, Options, options_of
from sim.runs.prepare import prepare
from sim.runs.replicate import open_or_run
from sim.scenario.load import load_scenario
from sim.studies.compare.comparison import Comparisons, PairedComparison, PairedIndicator, RunFacts
from sim.studies.compare.page import main_scope, page
from sim.studies.compare.recovery import check_disruption_end
from sim.studies.compare.result import compare_all
from sim.studies.study import Study, publish

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.network.world import World
    from sim.results.store import Run

#: Indicators drawn in the forest: times of containers, amounts of the corridor; the primary one comes first.
FOREST = (
    *(kpi for kpi in of_families("transit", shown=("headline", "detail")) if INDICATORS[kpi].kind != "count"),
    *of_families("on_time", "volume", "cost", "carbon"),
)


@dataclass(frozen=True, repr=False)
class Comparison(Study[Comparisons]):
    """A finished comparison."""

    runs: tuple[Run, ...]


@in_english()
def compare_scenarios(
    names: Sequence[str],
    *,
    disruption_end: date | None = None,
    primaries: Sequence[str] = (),
    **how: Unpack[HowToRun],
) -> Comparison:
    """Compare scenarios (names, files) and stored runs (folders); the first is the base.

    Scenarios are run with the seed of the base, unless one is given, so that all share their luck; a stored
    run keeps its own.

    Args:
        disruption_end: first day after the disruption whose recovery is measured; see ``analysis.recovery``.
        primaries: ``KPI of SCOPE`` of each later run, in place of the scenarios' own.
        how: as in ``run_scenario``; overrides hold for every scenario. With sampled inputs
            each comparison has ``bands`` too, as ``analysis.bands.difference_bands`` returns them.

    Raises:
        InputError: fewer than two names; periods or seeds that differ; faults of a scenario.
    """
    if len(names) < 2:
        raise InputError([Problem("compare needs two or more runs or scenarios; the first is the base")])
    options = options_of(how, HowToRun)
    worlds = _refuse_before_running(names, options.header, disruption_end)
    runs: list[Run] = []
    for k, name in enumerate(names):
        shared = int(runs[0].manifest["seed"]) if runs and options.seed is None else options.seed
        own = replace(options.nth(k, len(names)), seed=shared, figures=False)
        runs.append(open_or_run(name, own))
    if len({run.manifest.get("inputs", "fixed") for run in runs}) > 1:
        raise InputError(
            [Problem("some runs take their inputs otherwise than others (--inputs); compare like with like")]
        )
    primaries = primaries or [_primary(name, options) for name in names[1:]]
    found = compare_all(runs, primaries, disruption_end)
    pairs = tuple(
        replace(
            pair,
            effects=_effects(world, worlds[0], run),
            bands=tuple(difference_bands(runs[0], run, pair.primary)),
        )
        for run, pair, world in zip(runs[1:], found.comparisons, worlds[1:], strict=True)
    )
    study_id = _id(runs, pairs, disruption_end)
    done = publish(
        "compare",
        Path(options.out) / "compare",
        study_id,
        Comparisons(pairs),
        _csv_rows(pairs),
        page(pairs),
        partial(_draw, pairs, runs, study_id) if options.figures else None,
    )
    return Comparison(**vars(done), runs=tuple(runs))


def _effects(world: World | None, base: World | None, run: Run) -> tuple[Effect, ...]:
    """What a scenario changes against the base; of a stored run, what its manifest says it changes of its parent."""
    if world is None or base is None:
        return tuple(map(Effect.from_json, run.manifest.get("effects") or ()))
    return effects(world, base)


def _refuse_before_running(
    names: Sequence[str], overrides: Sequence[str], disruption_end: date | None
) -> list[World | None]:
    """The worlds of the scenarios, None for a stored run.

    Raises InputError with the faults of all scenarios, each that covers another period than the base, and a day
    after a disruption that is not in it.
    """
    problems: list[Problem] = []
    base: Mapping[str, Any] | None = None
    worlds: list[World | None] = []
    for name in names:
        world: World | None = None
        if (Path(name) / MANIFEST).is_file():
            period, file = open_run(name).manifest["resolved"]["period"], ""
        else:
            try:
                world = prepare(name, overrides)
            except InputError as error:
                problems += error.problems
                continue
            period, file = world.canonical()["period"], str(world.scenario.path)
        worlds.append(world)
        base = base or period
        if period != base:
            spans = f"{period['start']} to {period['end']}, the base {base['start']} to {base['end']}"
            same_days = (period["start"], period["end"]) == (base["start"], base["end"])
            more = "; warm-up or run-out differ" if same_days else ""
            told = f"{name} covers another period ({spans}{more}); give both one, as with --set period.start=..."
            problems.append(Problem(told, file))
    if disruption_end and base:
        try:
            check_disruption_end(disruption_end, base)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return worlds


def _primary(name: str, options: Options) -> str:
    """What the scenario's file says today; a run folder speaks for itself."""
    return "" if (Path(name) / MANIFEST).is_file() else load_scenario(name, options.overrides).primary_kpi


def _id(runs: Sequence[Run], pairs: Sequence[PairedComparison], disruption_end: date | None) -> str:
    """A hash of what determines the comparison."""
    return short_id([[run.run_id for run in runs], [pair.primary for pair in pairs], str(disruption_end)])


def _csv_rows(pairs: Sequence[PairedComparison]) -> Iterator[Mapping[str, object]]:
    for pair in pairs:
        for line in (*pair.lines, *pair.by_year):
            yield {"a": pair.a.scenario, "b": pair.b.scenario} | columns(line)


def _draw(pairs: Sequence[PairedComparison], runs: Sequence[Run], study_id: str, folder: Path) -> list[Path]:
    from sim.plots.figures import save

    figures = figures_of(pairs, runs, study_id)
    return [path for stem, figure in figures.items() for path in save(figure, folder / stem)]


def figures_of(pairs: Sequence[PairedComparison], runs: Sequence[Run], study_id: str) -> dict[str, Figure]:
    """The figures of a comparison, each with the stem of its file; ``runs`` are those compared, the base first."""
    from sim.plots.forest import forest
    from sim.plots.from_run import label_of
    from sim.studies.compare.figure import figure

    names = " and ".join(run.manifest["scenario"] for run in runs)
    label = replace(
        label_of(runs[0].manifest),
        scenario=names,
        run_id=f"comparison {study_id}",
        replications=min(run.replications for run in runs),
    )
    causes = _causes(pairs, label, runs[0].manifest["resolved"])
    return {"1_forest": forest(_forest(pairs, label)), "2_delay_by_cause": figure(causes)}


def _forest(pairs: Sequence[PairedComparison], label: Any) -> Any:
    from sim.plots.forest import Difference, Forest

    found = []
    for pair in pairs:
        lines = [pair.answer]
        scope = main_scope(pair.lines)
        for kpi in FOREST:  # a primary indicator is not drawn twice
            wanted = Measure(kpi, scope if is_of_shipments(kpi) else CORRIDOR)
            lines += [x for x in pair.lines if x.measure == wanted and not x.primary]
        for x in lines:
            half, base = x.difference.half_width, x.a.mean
            if x.relative is not None and half is not None and base is not None:
                found.append(
                    Difference(
                        f"{INDICATORS[x.kpi].words} of {_titled(pair, x)}",
                        _title(pair.b),
                        x.relative,
                        abs(half / base),
                        x.verdict,
                        f"{_signed(x.difference)} {unit_words(x.unit)} on {number(base)}",
                        x.primary,
                    )
                )
    finding = _finding(pairs[:2]) + (f"; and {len(pairs) - 2} more" if pairs[2:] else "")
    return Forest(_title(pairs[0].a), finding, found, label)


def _causes(pairs: Sequence[PairedComparison], label: Any, world: Mapping[str, Any]) -> Any:
    from sim.plots.from_run import place_words
    from sim.studies.compare.figure import CauseBars

    bars: list[tuple[str, dict[str, float]]] = []
    for pair in pairs:
        name, same = _title(pair.a), pair.flows == pairs[0].flows
        if not bars or not same:  # other common flows, other lots of the base
            in_a = {row.cause: _days(row.a) for row in pair.moved.causes}
            bars.append((name if same else f"{name}\n(flows of {_title(pair.b)})", in_a))
        bars.append((_title(pair.b), {row.cause: _days(row.b) for row in pair.moved.causes}))
    where = pairs[0].moved.next_bottleneck
    finding = (
        "Shipments wait for nothing"
        if where is None
        else f'In "{_title(pairs[0].b)}" a shipment stands longest at {place_words(where.place, world)} '
        f"({_days(where.b):.1f} days)"
    )
    return CauseBars(finding, bars, label)


def _days(hours: Estimate) -> float:
    return (hours.mean or 0.0) / 24


def _finding(pairs: Sequence[PairedComparison]) -> str:
    """The answers to the questions of some scenarios: ``transit time P50 of containers: third -0.20 ± 0.17 days (better)``."""
    told: dict[str, list[str]] = {}
    for pair in pairs:
        line = pair.answer
        verdict = line.verdict.removesuffix(" at this precision")
        words = f"{INDICATORS[line.kpi].words} of {_titled(pair, line)}"
        amount = f"{_signed(line.difference)} {unit_words(line.unit)}"
        told.setdefault(words, []).append(f"{_title(pair.b)} {amount} ({verdict})")
    return "; ".join(f"{words}: {', '.join(answers)}" for words, answers in told.items())


def _title(facts: RunFacts) -> str:
    """A scenario as pictures name it: by its title, or by its name where no font has the title's letters."""
    from sim.plots.fonts import drawable

    return drawable(facts.title or "", facts.scenario)


def _titled(pair: PairedComparison, line: PairedIndicator) -> str:
    """The scope of a line by its title, without numbers."""
    known = pair.scopes.get(line.scope)
    if known is None:
        return cargo_words(line.scope)
    return known.short if is_of_shipments(line.kpi) else known.amount


def _signed(found: Estimate) -> str:
    return ("+" if (found.mean or 0) > 0 else "") + with_margin(found).replace("+-", "±").replace("-", "−")
