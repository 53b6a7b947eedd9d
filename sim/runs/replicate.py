"""Run a scenario: its replications one beside the other, each stored when it is done, merged at the end.

A run that is already there is opened, not repeated; an interrupted one goes on at the first
replication that is missing.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.language.languages import LANGUAGES
from sim.language.words import for_reader, in_english
from sim.model.effects import effects
from sim.network.roles import standings
from sim.results.files import sweep_drafts
from sim.results.locking import one_at_a_time
from sim.results.pictures import figures_folder
from sim.results.store import MANIFEST, RunWriter, code_digest, open_run, run_folder, stored_run
from sim.results.writing import retell
from sim.runs.accepted_inputs import told_of_sets
from sim.runs.demand.settle import settled
from sim.runs.executors import replicate_all
from sim.runs.identify import identify
from sim.runs.notices import notice
from sim.runs.options import HowToRun, Options, options_of
from sim.runs.prepare import prepare
from sim.runs.sampled_inputs import refuse_unfit_inputs
from sim.runs.series import Series
from sim.runs.until import Until, grown, id_of, read_rule, refuse_unfit_rule
from sim.runs.worker import Job, refuse_in_a_starting_worker
from sim.scenario.library import CATALOGUE_FILE, scenario_paths

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.results.store import Run


def run_scenario(name_or_path: str | Path, **how: Unpack[HowToRun]) -> Run:
    """Simulate a scenario and return the stored run, which lies in ``out/<scenario>/<run id>/``.

    Args:
        name_or_path: a scenario's name (see ``corridor list``) or the path of its file.
        how: overrides, replications, seed, engine, workers, out, force, check, keep_operations, figures, inputs,
            progress, until and most, as ``sim.runs.options.Options`` says. With sampled or accepted inputs the run with
            fixed ones is made too, and ``Run.fixed_inputs`` opens it.

    Raises:
        InputError: the scenario or its geodata is not valid; carries every problem.
        CheckFailed: an invariant does not hold.
        RunError: the run could not be finished; finished replications are kept.
    """
    return run_named(name_or_path, options_of(how, HowToRun))


@in_english()
def run_named(name_or_path: str | Path, options: Options) -> Run:
    """As ``run_scenario``, for callers that have their options."""
    world = prepare(name_or_path, options.header)
    if options.until:
        return _with_figures(run_until(world, read_rule(options.until, options.cap), options), options)
    beside = ""
    if options.inputs != "fixed":
        refuse_unfit_inputs(world.scenario, options.inputs, options.out)
        beside = run_world(world, replace(options, inputs="fixed", keep_operations=False)).run_id
    run = run_world(world, options, luck_run_id=beside)
    return _with_figures(run, options)


@for_reader()
def _with_figures(run: Run, options: Options) -> Run:
    if options.figures:
        from sim.plots.figures import draw_figures, figures_for

        drawn = {path.stem for path in figures_folder(run.path).glob("*.png")}
        if not run.hit or not set(figures_for(run)) <= drawn:
            if options.progress:
                options.progress(run.replications, run.replications, "drawing figures")
            draw_figures(run)
    return run


@in_english()
def run_world(world: World, options: Options, luck_run_id: str = "") -> Run:
    """Simulate a resolved and checked world; its own seed and number of replications count, and no figures are drawn.

    ``luck_run_id`` is the run with fixed inputs that stands beside one with others.

    Raises InputError, CheckFailed and RunError as ``run_scenario`` does.
    """
    refuse_in_a_starting_worker()
    world = settled(world, options)
    engine, inputs = options.engine, options.inputs
    name, replications = world.scenario.name, world.scenario.replications
    if not luck_run_id:
        refuse_unfit_inputs(world.scenario, inputs, options.out)
    run_id = identify(world, engine, inputs)
    folder = run_folder(options.out, name, run_id)
    with one_at_a_time(folder):
        for inner in (folder, folder / "figures", *(folder / "figures" / code for code in LANGUAGES)):
            sweep_drafts(inner)
        writer, repeat = RunWriter(folder, run_id), options.force or options.check
        stored, damage = stored_run(folder)
        if damage:
            notice(f"{damage}; the run is repeated")
        if stored and not repeat and not (options.keep_operations and "operations" not in stored.tables):
            writer.forget_parts()  # of a repetition that was broken off
            # the result is the stored one, the question is today's
            run = open_run(folder) if retell(folder, stored.manifest, asked(world)) else stored
            run.hit = True
            return run
        # a repeated run replaces the old files only when it is done: until then they are whole
        have = set() if repeat or options.keep_operations else writer.take_up(notice)
        missing = [k for k in range(replications) if k not in have]
        job = Job(
            world.scenario, world.geodata_digest, engine, folder, run_id, options.check, options.keep_operations, inputs
        )
        say = options.progress or (lambda done, total, what: None)
        say(replications - len(missing), replications, name)
        begin = partial(say, replications - len(missing), replications, name)
        for done, _ in enumerate(replicate_all(job, world, missing, options.workers, begin, options.cluster), start=1):
            say(replications - len(missing) + done, replications, name)
        own: dict[str, object] = {"inputs": inputs, "luck_run_id": luck_run_id or None}
        own |= {"accepted_sets": told_of_sets(world.scenario)} if inputs == "accepted" else {}
        writer.finish(replications, facts_of(world, engine) | own)
        return open_run(folder)


@in_english()
def run_until(world: World, rule: Until, options: Options) -> Run:
    """Simulate a resolved and checked world until a rule says that it is enough; no figures are drawn.

    Replications that the scenario has under other rules are taken up. With other than fixed inputs the run with fixed
    ones has as many.

    Raises InputError for a rule that does not fit; else InputError and RunError as ``run_scenario`` does.
    """
    refuse_in_a_starting_worker()
    refuse_unfit_rule(world, rule, options)
    refuse_unfit_inputs(world.scenario, options.inputs, options.out)
    run_id = id_of(Series(world, options).series_id, rule)
    folder = run_folder(options.out, world.scenario.name, run_id)
    with one_at_a_time(folder):
        for inner in (folder, folder / "figures", *(folder / "figures" / code for code in LANGUAGES)):
            sweep_drafts(inner)
        stored, damage = stored_run(folder)
        if damage:
            notice(f"{damage}; the run is repeated")
        if stored and not options.force:
            run = open_run(folder) if retell(folder, stored.manifest, asked(settled(world, options))) else stored
            run.hit = True
            return run
        found = grown(world, rule, options)
        beside = run_world(found.world, replace(options, inputs="fixed")).run_id if options.inputs != "fixed" else None
        facts = facts_of(settled(found.world, options), options.engine)
        more: dict[str, object] = {"inputs": options.inputs, "luck_run_id": beside, "until": found.told}
        RunWriter(folder, run_id).finish(found.told["replications"], facts | more, found.parts)
        return open_run(folder)


def asked(world: World) -> dict[str, object]:
    """What is asked and in which words: nothing of it decides a result, so a stored run is shown with today's."""
    scenario = world.scenario
    told = ("key", "action", "value", "label", "since", "until", "source", "grade")
    changes = [{field: getattr(change, field) for field in told} for change in scenario.changes]
    described = ("id", "title", "kind", "package")
    used = [{field: getattr(use, field) for field in described} for use in scenario.interventions]
    return {
        "title": scenario.title,
        "question": scenario.question,
        "primary_kpi": scenario.primary_kpi,
        "changes": changes,
        "interventions": used,
        "effects": [effect.as_json() for effect in effects(world)],
        "chain": chain_of(world),
        "notes": list(world.notes),
        "notes_of_parent": list(world.notes_of_parent),
    } | told_of_observations(world)


def chain_of(world: World) -> list[dict[str, str]]:
    """The scenario's file and its parents, the nearest first, so that the run can be made again from its manifest.

    Of a file that is not of the library its text; ``geodata`` is the folder that such a file names; a catalogue of
    interventions beside them comes last.
    """
    library = {path.resolve() for path in scenario_paths().values()}
    found: list[dict[str, str]] = []
    own = [path for path in world.scenario.chain if path.resolve() not in library]
    for path in world.scenario.chain:
        file = {"name": path.name}
        if path in own:
            file["text"] = path.read_text(encoding="utf-8-sig")
            if world.scenario.geodata_dir.parent.resolve() == path.parent.resolve() and _names_geodata(file["text"]):
                file["geodata"] = world.scenario.geodata_dir.name
        found.append(file)
    for folder in dict.fromkeys(path.parent for path in own):
        if (folder / CATALOGUE_FILE).is_file():
            found.append({"name": CATALOGUE_FILE, "text": (folder / CATALOGUE_FILE).read_text(encoding="utf-8-sig")})
    return found


def _names_geodata(text: str) -> bool:
    return any(line.startswith("geodata:") for line in text.splitlines())


def facts_of(world: World, engine: str) -> dict[str, object]:
    """What the manifest says of a run: the question, how it was run, and the resolved scenario."""
    scenario = world.scenario
    return asked(world) | {
        "scenario": scenario.name,
        "engine": engine,
        "seed": scenario.seed,
        "geodata_digest": world.geodata_digest,
        "code_digest": code_digest(),
        "resolved": world.canonical(),
        "demand": demand_of(world),
        "basemap": (scenario.geodata_dir / "basemap").is_dir(),
    }


def demand_of(world: World) -> dict[str, object] | None:
    """How the demand came about, where it answers: the gaps of all iterations (none where shipments decide during the run),
    the fitted constants, and the days that shippers knew of in each month."""
    found = world.scenario.settled
    if found is None:
        return None
    known: dict[str, list[float]] = {}
    for month in found.months:
        known.setdefault(month.market, []).append(month.mean_d)
    return {
        "gaps": list(found.gaps),
        "constants": {name: dict(of_way) for name, of_way in found.constants.items()},
        "answers": sorted(found.gain_usd),
        "known_days": {name: known[name] for name in found.gain_usd},
    }


def told_of_observations(world: World) -> dict[str, object]:
    """For which year a run stands as it ran, what each published figure is worth as a test of it, and its own."""
    return {
        "base_year": world.scenario.base_year,
        "comparators": [given.model_dump(mode="json") for given in world.scenario.own_comparators],
        "standings": {name: asdict(found) for name, found in standings(world).items()},
    }


def open_or_run(name: str, options: Options) -> Run:
    """Open a run folder, or run a scenario given by name or file (a hit if it has been run)."""
    return open_run(name) if (Path(name) / MANIFEST).is_file() else run_named(name, options)
