"""The answer to the talks: run or open each scenario and its base, compare them, write the pages.

``docs/talks.md`` and ``docs/talks_tables.md`` are generated whole or not at all, with their pictures and ``talks.json``,
the summary that they are written from. What was said, and what is compared, stands in ``scenarios/talks.yaml``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from sim.errors import InputError, Problem
from sim.language.languages import ENGLISH
from sim.language.words import in_english, language, tr
from sim.results.files import plain_json, write_whole
from sim.results.store import MANIFEST, is_complete, open_run
from sim.runs.options import HowToRun, Options, options_of
from sim.runs.prepare import header_overrides, prepare
from sim.runs.replicate import run_world
from sim.scenario.interventions import read_catalogue
from sim.scenario.library import TALKS_FILE, list_not_carried, scenario_paths, scenarios_dir
from sim.scenario.load import load_scenario
from sim.scenario.talks import read_notice, read_talks
from sim.studies.compare.run import compare_scenarios
from sim.studies.compare.tested import judged_by_themselves
from sim.studies.talks.drawn import draw, forest_path
from sim.studies.talks.facts import answer, criteria, held_against, intervention, promise, shown_lines
from sim.studies.talks.page import TABLES, TITLE, talks_markdown
from sim.studies.talks.summary import (
    AnsweredQuestion,
    BaseOfAnswers,
    Made,
    NotCarriedProgram,
    Said,
    TalksSummary,
    TalkSummary,
)
from sim.studies.talks.tables import tables_markdown

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.results.store import Run
    from sim.scenario.interventions import CatalogueEntry
    from sim.scenario.schema import Comparator
    from sim.scenario.talks import Asked, Claim, Talk
    from sim.studies.compare.comparison import PairedComparison
    from sim.studies.talks.summary import ToldIntervention

PAGE, SUMMARY, PICTURE = "talks.md", "talks.json", "img/talks.png"


@dataclass(frozen=True)
class TalksPage:
    """The files written, and the summary that the page is written from."""

    page: Path
    files: tuple[Path, ...]
    summary: TalksSummary


def write_talks(
    *,
    talks_file: str | Path | None = None,
    docs: str | Path = "docs",
    from_results: bool = False,
    from_summary: bool = False,
    **how: Unpack[HowToRun],
) -> TalksPage:
    """Write the pages of the talks, their pictures and their summary.

    In another language than English the page is a file of its own, ``talks_ru.md``, with its own pictures, beside those in
    English; with ``from_summary`` it alone is written.

    Args:
        talks_file: default: ``talks.yaml`` of the library.
        replications, seed: for every scenario; default: each scenario's own, and the seed of the first base.
        engine, workers, out, progress, inputs: as in ``run_scenario``; overrides are refused.
        docs: folder of the page; the picture goes to its ``img/``.
        from_results: simulate nothing; take of each scenario as it stands now the stored run with most replications.
        from_summary: simulate nothing and open no run; take numbers from ``talks.json`` beside the page, and what is
            written by hand (withdrawals, caveats, years of claims) from ``talks.yaml`` as it is today.
        figures: draw the figures of each comparison too; the page's own picture is always drawn.

    Raises:
        InputError: a fault of the talks' file or of a scenario; with ``from_results``, every run that is missing.
        RunError: a run could not be finished; those that are finished are kept.
    """
    options = options_of(how, HowToRun)
    if options.overrides:
        raise InputError([Problem("the talks run their scenarios as these are; overrides are not taken")])
    if from_results and from_summary:
        raise InputError([Problem("--from-results and --from-summary exclude each other; choose one")])
    folder = Path(docs)
    if from_summary:
        summary = words_of_today(_stored_summary(folder / SUMMARY), Path(talks_file) if talks_file else None)
    else:
        inputs = None if options.inputs == "fixed" else options.inputs
        told = {"--replications": options.replications, "--seed": options.seed, "--inputs": inputs}
        command = " ".join(["corridor talks", *(f"{key} {value}" for key, value in told.items() if value is not None)])
        with in_english():  # what is stored
            summary = talks_summary(Path(talks_file) if talks_file else None, options, from_results, command)
    written: list[Path] = []
    if language() is ENGLISH or not from_summary:
        with in_english():
            written += _write_english(summary, folder)
    if language() is not ENGLISH:
        page = folder / page_name()
        drawn = draw(summary, folder)
        # its tables are in no other language, so that the picture of all answers stands here
        write_whole(page, f"{talks_markdown(summary)}\n![{tr(TITLE)}]({forest_path(summary)})\n")
        written = [page, *written, *drawn]
    return TalksPage(written[0], tuple(written), summary)


def page_name() -> str:
    """The file of the page in the language: ``talks.md``, ``talks_ru.md``."""
    return PAGE if language() is ENGLISH else f"{Path(PAGE).stem}_{language().code}.md"


def _write_english(summary: TalksSummary, folder: Path) -> list[Path]:
    """The pages with the tables, the summary and the pictures: what a page in another language is made from."""
    texts = {PAGE: talks_markdown(summary), TABLES: tables_markdown(summary)}
    drawn = draw(summary, folder)
    write_whole(folder / SUMMARY, plain_json(summary))
    for name, text in texts.items():
        write_whole(folder / name, text)
    return [folder / PAGE, folder / TABLES, folder / SUMMARY, *drawn]


def talks_summary(
    talks_file: Path | None, options: Options, from_results: bool = False, command: str = ""
) -> TalksSummary:
    """Everything that the page says; arguments as in ``write_talks``."""
    talks = read_talks(talks_file)
    folder = talks_file.parent if talks_file else scenarios_dir()
    paths = scenario_paths() | scenario_paths(folder)
    names = list(dict.fromkeys(name for talk in talks.values() for name in talk.scenarios()))
    shared = load_scenario(paths[names[0]]).seed if options.seed is None else options.seed
    worlds = _worlds({name: paths[name] for name in names}, talks, options.replications, shared)
    if from_results:
        runs = _stored_runs(worlds, options.out, options.inputs)
    else:
        runs = {name: run_world(world, options.nth(k, len(names))) for k, (name, world) in enumerate(worlds.items())}
    catalogue = read_catalogue(folder)
    carried = (
        NotCarriedProgram(name, item.title, item.question, item.reason, item.source, item.instead)
        for name, item in list_not_carried().items()
    )
    return TalksSummary(
        talks=tuple(_talk(id_, talk, runs, paths, catalogue, options) for id_, talk in talks.items()),
        not_carried=tuple(carried),
        made=_made(runs.values(), shared, command, options.inputs),
        notice=read_notice(talks_file),
        picture=PICTURE,
    )


def _talk(
    id_: str,
    talk: Talk,
    runs: Mapping[str, Run],
    paths: Mapping[str, Path],
    catalogue: Mapping[str, CatalogueEntry],
    options: Options,
) -> TalkSummary:
    compared, claims = [], []
    for asked in talk.comparisons:
        found, pairs = _compared(asked, runs, paths, options)
        compared.append(found)
        for name, pair in pairs.items():
            published: list[Claim | Comparator] = [claim for claim in talk.claims if claim.scenario == name]
            published += [given for given in load_scenario(paths[name]).own_comparators if given.has_figures]
            claims += [held_against(given, name, runs[name], pair) for given in published]
    used = [use["id"] for name in talk.scenarios() for use in runs[name].manifest["interventions"]]
    tagged = [key for key, entry in catalogue.items() if id_ in entry.intervention.talk]
    wanted = {*talk.interventions(), *used, *tagged}
    return TalkSummary(
        id=id_,
        title=talk.title,
        statements=tuple(Said(s.said, s.source, s.interventions, s.scenarios) for s in talk.statements),
        comparisons=tuple(compared),
        claims=tuple(claims),
        caveats=tuple(talk.caveats),
        interventions=tuple(intervention(key, entry) for key, entry in catalogue.items() if key in wanted),
    )


def _compared(
    asked: Asked, runs: Mapping[str, Run], paths: Mapping[str, Path], options: Options
) -> tuple[AnsweredQuestion, dict[str, PairedComparison]]:
    """One comparison as the page tells it, and its pairs by scenario."""
    primaries = [asked.primary_kpi or load_scenario(paths[name]).primary_kpi for name in asked.scenarios]
    folders = [str(runs[name].path) for name in (asked.base, *asked.scenarios)]
    done = compare_scenarios(folders, primaries=primaries, out=options.out, figures=options.figures)
    pairs = dict(zip(asked.scenarios, done.result.comparisons, strict=True))
    shown = {name: shown_lines(asked, pair) for name, pair in pairs.items()}
    judged = iter(judged_by_themselves([line for lines in shown.values() for line in lines]))
    answers = tuple(
        answer(asked, runs[asked.base], runs[name], pair, list(islice(judged, len(shown[name]))))
        for name, pair in pairs.items()
    )
    base = runs[asked.base].manifest
    first = BaseOfAnswers(base["scenario"], base["title"], base["run_id"])
    return _with_words(AnsweredQuestion(asked.asks, done.study_id, answers, first), asked), pairs


def _with_words(question: AnsweredQuestion, asked: Asked) -> AnsweredQuestion:
    """The question with what is written by hand: how it is asked, judged and said."""
    return replace(
        question,
        asks=asked.asks,
        judged=criteria(asked),
        sentence=asked.sentence,
        promised=promise(asked),
        leads=asked.leads,
    )


def _worlds(
    paths: Mapping[str, Path], talks: Mapping[str, Talk], replications: int | None, seed: int
) -> dict[str, World]:
    """Every scenario, resolved and checked: what can be wrong is told before the first is run.

    Raises InputError with the faults of all scenarios, and every comparison over different periods.
    """
    worlds: dict[str, World] = {}
    problems: list[Problem] = []
    for name, path in paths.items():
        try:
            worlds[name] = prepare(str(path), header_overrides((), replications, seed))
        except InputError as error:
            problems += error.problems
    pairs = [(asked.base, name) for talk in talks.values() for asked in talk.comparisons for name in asked.scenarios]
    for pair in pairs:
        first, second = (worlds[name].canonical()["period"] if name in worlds else None for name in pair)
        if first and second and first != second:
            problems.append(Problem(f"{' and '.join(pair)} cover different periods and cannot be compared", TALKS_FILE))
    if problems:
        raise InputError(dict.fromkeys(problems))
    return worlds


def _stored_runs(worlds: Mapping[str, World], out: str | Path, inputs: str) -> dict[str, Run]:
    """Of each scenario as it stands now, the finished run with most replications whose inputs were taken so.

    Raises InputError with every scenario that has none.
    """
    found: dict[str, Run] = {}
    problems = []
    for name, world in worlds.items():
        seed, resolved = world.scenario.seed, json.loads(json.dumps(world.canonical(), default=str))
        stored = [open_run(m.parent) for m in sorted((Path(out) / name).glob(f"*/{MANIFEST}")) if is_complete(m.parent)]
        alike = [run for run in stored if run.manifest.get("inputs", "fixed") == inputs]
        fitting = [run for run in alike if run.manifest["seed"] == seed and run.manifest["resolved"] == resolved]
        if fitting:
            found[name] = max(fitting, key=lambda run: (run.replications, run.manifest["finished_utc"]))
        else:
            others = f"; {len(stored)} stored of other data, inputs or another seed" if stored else ""
            told = f"no stored run of {name} as it stands now with seed {seed}{others}"
            problems.append(Problem(f"{told}; 'corridor talks' runs what is missing", str(Path(out) / name)))
    if problems:
        raise InputError(problems)
    return found


def _stored_summary(path: Path) -> TalksSummary:
    try:
        return TalksSummary.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError([Problem(f"cannot be read ({error}); 'corridor talks' writes it", str(path))]) from None


def words_of_today(summary: TalksSummary, talks_file: Path | None) -> TalksSummary:
    """The summary with what is written by hand as ``talks.yaml`` has it today: notice, withdrawals, caveats, years.

    Talks, comparisons and claims that the file does not have stay as they are.
    """
    talks = read_talks(talks_file)
    catalogue = read_catalogue(talks_file.parent if talks_file else scenarios_dir())
    if not {talk.id for talk in summary.talks} & set(talks):
        return summary  # a page of other talks than the file's
    told = tuple(
        _talk_of_today(talk, talks[talk.id], catalogue) if talk.id in talks else talk for talk in summary.talks
    )
    return replace(summary, talks=told, notice=read_notice(talks_file))


def _talk_of_today(told: TalkSummary, talk: Talk, catalogue: Mapping[str, CatalogueEntry]) -> TalkSummary:
    today = {(asked.base, *asked.scenarios): asked for asked in talk.comparisons}
    years = {(claim.scenario, claim.text): claim.year for claim in talk.claims}
    return replace(
        told,
        caveats=tuple(talk.caveats),
        comparisons=tuple(_asked_today(compared, today) for compared in told.comparisons),
        interventions=tuple(_why_today(row, catalogue) for row in told.interventions),
        claims=tuple(replace(c, year=years.get((c.scenario, c.text), c.year)) for c in told.claims),
    )


def _asked_today(compared: AnsweredQuestion, today: Mapping[tuple[str, ...], Asked]) -> AnsweredQuestion:
    asked = today.get((compared.base.scenario, *(one.scenario for one in compared.answers)))
    if asked is None:
        return compared
    answers = (replace(one, withdrawn=asked.withdrawn.get(one.scenario, "")) for one in compared.answers)
    return _with_words(replace(compared, answers=tuple(answers)), asked)


def _why_today(row: ToldIntervention, catalogue: Mapping[str, CatalogueEntry]) -> ToldIntervention:
    """Why one is left out is written by hand; its figures are those of the runs."""
    item = catalogue[row.id].intervention if row.id in catalogue else None
    if item is None or item.effect != row.effect or item.effect == "changes":
        return row
    return replace(row, why=getattr(item, item.effect))


def _made(runs: Iterable[Run], seed: int, command: str, inputs: str) -> Made:
    told = [run.manifest for run in runs]
    packages = told[0]["versions"]
    return Made(
        command=command,
        version=packages.get("middle-corridor", "from its source tree"),
        seed=seed,
        replications=tuple(sorted({m["replications"] for m in told})),
        engines=tuple(sorted({m["engine"] for m in told})),
        code=tuple(sorted({m["code_digest"] for m in told})),
        geodata=tuple(sorted({m["geodata_digest"] for m in told})),
        packages={name: packages[name] for name in ("numpy", "pandas", "scipy") if name in packages},
        inputs=inputs,
    )
