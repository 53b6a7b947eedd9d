"""One file that can be handed on: question, answer, numbers, pictures, changes, evidence and how to make it again, as HTML.

It opens from a disk and asks for nothing: its Content-Security-Policy allows no source but itself. The one style
element and the one script, that of the moving map, are allowed by their hashes, so that no other can be put in; pictures
are SVG inside the file, shown as images: their own styles and names stay theirs, and no script in them would run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.errors import RunError
from sim.handout.again import again_points, compare_command, run_command
from sim.handout.answer import answer_of_run, primary_of
from sim.handout.changes import HEAD, changes_sheet
from sim.handout.movie_section import MovingMap, moving_map
from sim.handout.rests import rests_section
from sim.handout.stored import read_comparison, sentence, study_file
from sim.handout.target import target_path, write_target
from sim.indicators import INDICATORS
from sim.language.shown import shown
from sim.language.words import language, mark, tr
from sim.model.effects import Effect
from sim.report import observed_page
from sim.report.estimate import Estimate, with_margin
from sim.report.kpi_values import Values
from sim.report.page import Page, Section, Table
from sim.report.page_html import points_html, section_html, table_html, with_signs
from sim.report.page_markdown import page_of
from sim.report.run_summary import RunSummary
from sim.report.summary import summarise
from sim.report.summary_page import OWN_CHANGES, summary_page
from sim.report.texttable import counted
from sim.results.manifest import STUDY, changed_files, read_manifest
from sim.results.store import Run, find_folder, open_run
from sim.studies.compare.comparison import PairedComparison
from sim.studies.compare.run import figures_of as figures_of_comparison

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HERE = Path(__file__).parent
#: Name of a report in the folder of what it is about.
REPORT = "report.html"
#: A larger drawing is shown as a picture of dots: a browser would be slow with it.
LARGEST_SVG_BYTES = 3_000_000
#: Studies whose page begins with what is compared, and has its answer in its tables.
_WITHOUT_ANSWER = ("decompose",)
#: Columns of changes that stand in the first one, or name a file of the author's own disk.
_NOT_SHOWN = ("key", "written in")
_WARNINGS, _CHANGES, _AGAIN = mark("Warnings"), mark("What was changed"), mark("How to make it again")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a page holds it: words for who does not see it, and itself as an address of data."""

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Named:
    """A section with the name that links to it lead to."""

    name: str
    title: str
    html: Markup


@dataclass(frozen=True)
class Report:
    """What a report shows, from above."""

    kind: str
    page: Page  #: title, and the sections below the pictures
    question: str = ""
    answers: Sequence[str] = ()
    numbers: Table | None = None
    warnings: Sequence[str] = ()
    facts: str = ""
    pictures: Sequence[Picture] = field(default_factory=tuple)
    inside: Mapping[str, Picture] = field(default_factory=dict)  #: those of sections, by the paths of their drawings
    moving: MovingMap | None = None


def write_report(
    name: str,
    target: str = "",
    *,
    out: str = "results",
    figures: bool = True,
    movie: bool = True,
    force: bool = False,
) -> Path:
    """Write the report of a run, a comparison or another study; returns its path.

    Args:
        name: folder, id, or name of a scenario (newest run) or study (its newest).
        target: a file that ends in .html; empty: ``report.html`` in the folder of what it is about, anew.
        out: the folder of results.
        figures: draw pictures.
        movie: simulate one replication again and show it as a moving map; with figures only.
        force: write over a target that is there.

    Raises:
        InputError: nothing of that name, or the target cannot be, or is there already.
        RunError: a file of the run or study has changed, or the disk is full or not writable.
    """
    path = target_path(target, (".html", ".htm"), force) if target else None
    folder = find_folder(name, out, studies=True)
    html = report_html(_report(folder, figures, movie and figures))
    if path is None:
        path = folder / REPORT
        write_target(path, html.encode(), force=True)
    else:
        write_target(path, html.encode(), force)
    return path


def report_html(report: Report) -> str:
    """The report as one HTML file."""
    moving = report.moving or MovingMap("")
    style = (HERE / "report.css").read_text(encoding="utf-8") + moving.style
    rules = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if moving.script:
        rules.insert(1, f"script-src {_hash(moving.script)}")
    page = report.page.in_language()
    inside = {path: picture.source for path, picture in report.inside.items()}
    sections = [
        Named(f"part-{k}", section.title, section_html(section, 2, f"part-{k}", inside))
        for k, section in enumerate(page.all_sections(), start=1)
    ]
    told = {
        "kind": report.kind,
        "title": page.title,
        "question": shown(report.question),
        "answers": list(map(shown, report.answers)),
        "numbers": table_html(report.numbers.in_language()) if report.numbers else "",
        "warnings": points_html(list(map(shown, report.warnings))),
        "facts": shown(report.facts),
        "language": language().code,
        "pictures": report.pictures,
        "moving": {"data": Markup(moving.text), "script": Markup(moving.script), "missing": moving.missing},
        "sections": sections,
        "version": _version(),
    }
    template = _environment().get_template("report.html.jinja")
    return template.render(report=told, policy="; ".join(rules), style=Markup(style))


def _hash(content: str) -> str:
    """What allows one element in a policy: the digest of what stands in it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _report(folder: Path, figures: bool, movie: bool) -> Report:
    if not (folder / STUDY).is_file():
        return report_of_run(open_run(folder), figures, movie)
    facts = read_manifest(folder, STUDY) or {}
    if facts.get("study") == "compare":
        return report_of_comparison(folder, figures, movie)
    return report_of_study(folder, facts, figures)


def report_of_run(run: Run, figures: bool = True, movie: bool = False) -> Report:
    """The report of a run, with a moving map if asked for. Raises RunError if one of its tables has changed."""
    summary, values, manifest = summarise(run), Values(run.kpis), run.manifest
    page = summary_page(summary)
    own = [_changes(summary.effects, manifest.get("changes") or ()), rests_section(run, values)]
    again = Section(tr(_AGAIN), again_points(run_command(manifest), [manifest]))
    published = [section for section in page.sections if section.title == tr(observed_page.TITLE)]
    skipped = set(map(tr, (_WARNINGS, observed_page.TITLE, OWN_CHANGES)))
    rest = [section for section in page.sections if section.title not in skipped]
    return Report(
        tr("Report of a simulation run"),
        Page(page.title, sections=[*own, *published, *rest, again], notes=page.notes),
        summary.question or "",
        [answer_of_run(manifest, values)],
        _numbers(summary, values, manifest),
        summary.warnings,
        _facts_of(summary),
        list(_drawn(_figures_of_run(run))) if figures else (),
        moving=moving_map([run]) if movie else None,
    )


def report_of_comparison(folder: Path, figures: bool = True, movie: bool = False) -> Report:
    """The report of a stored comparison, with A and the first B on a moving map. Raises RunError if it is damaged."""
    stored = read_comparison(folder)
    page = page_of(study_file(folder, "summary.md"))
    runs = [stored.run(facts) for facts in (stored.pairs[0].a, *(pair.b for pair in stored.pairs))]
    several = len(stored.pairs) > 1
    own = []
    for pair, run in zip(stored.pairs, runs[1:], strict=True):
        end = f": {pair.b.title or pair.b.scenario}" if several else ""
        changed = _changes(pair.effects, run.manifest.get("changes") or () if run else ())
        own.append(replace(changed, title=changed.title + end))
        if run is not None:
            rests = rests_section(run, Values(run.kpis))
            own.append(replace(rests, title=rests.title + (end or f", {tr(pair.b.title or pair.b.scenario)}")))
    there = [run for run in runs if run is not None]
    command = compare_command(
        [stored.pairs[0].a.scenario, *(pair.b.scenario for pair in stored.pairs)], [run.manifest for run in there]
    )
    again = Section(tr(_AGAIN), again_points(command, [run.manifest for run in there]))
    skipped = ("The answer", "What B changes: in A -> in B, and what it comes to in the run")
    rest = [section for section in page.sections if section.title not in skipped]
    return Report(
        tr("Report of a comparison with common random numbers"),
        Page(page.title if several else _title(stored.pairs[0]), sections=[*own, *rest, again], notes=page.notes),
        " ".join(dict.fromkeys(pair.b.question for pair in stored.pairs if pair.b.question)),
        [sentence(pair) for pair in stored.pairs],
        _pair_numbers(stored.pairs),
        list(dict.fromkeys(note for pair in stored.pairs for note in pair.notes)),
        tr(
            "Comparison {study_id}: A is run {run_a}, B {run_b}",
            study_id=stored.study_id,
            run_a=stored.pairs[0].a.run_id,
            run_b=", ".join(tr("run {run_id}", run_id=p.b.run_id) for p in stored.pairs),
        ),
        list(
            _drawn(_figures_of_pairs(stored.pairs, runs, stored.study_id))
            if len(there) == len(runs)
            else _stored(folder)
        )
        if figures
        else (),
        moving=moving_map(there[:2]) if movie and len(there) == len(runs) else None,
    )


def report_of_study(folder: Path, facts: Mapping[str, Any], figures: bool = True) -> Report:
    """The report of any other study: its page, with the pictures that it drew. Raises RunError if it is damaged."""
    wrong = changed_files(folder, facts)
    if wrong:
        raise RunError(f"{folder}: {'; '.join(wrong)}; the same command makes it anew")
    try:
        page = page_of(study_file(folder, "summary.md"))
    except ValueError as error:
        raise RunError(f"{folder / 'summary.md'} is no page of this program: {error}") from None
    lead = [getattr(point, "words", str(point)) for point in page.lead]
    question = lead.pop(0) if lead and lead[0].endswith("?") else ""
    answers = [] if facts["study"] in _WITHOUT_ANSWER else lead[:1]
    told = [Section(tr("In short"), lead[len(answers) :])] if lead[len(answers) :] else []
    again = Section(
        tr(_AGAIN), [tr("corridor {study} with the same arguments; study {id}", study=facts["study"], id=facts["id"])]
    )
    return Report(
        tr("Report of a study: {study}", study=facts["study"]),
        Page(page.title, sections=[*told, *page.sections, again], notes=page.notes),
        question,
        answers,
        facts=tr("Study {id}", id=facts["id"]),
        pictures=list(_stored(folder)) if figures else (),
    )


def _changes(effects: Sequence[Effect], changes: Sequence[Mapping[str, Any]]) -> Section:
    """Own changes with before, after, effective and source; those of the parents behind."""
    found = [
        dict(zip(HEAD, (str(cell or "") for cell in row), strict=True)) for row in changes_sheet(effects, changes).rows
    ]
    head = [name for name in HEAD if name not in _NOT_SHOWN and (name == HEAD[0] or any(row[name] for row in found))]
    for row in found:
        row["parameter"] = f"{row['parameter']} ({row['key']})" if row["parameter"] else row["key"]
    told = () if found else (tr("Nothing is changed against the geodata."),)
    return Section(tr(_CHANGES), told, Table(head, [[row[name] for name in head] for row in found]))


def _numbers(summary: RunSummary, values: Values, manifest: Mapping[str, Any]) -> Table:
    """The few numbers that stand beside the answer."""
    asked = primary_of(manifest, values)
    rows = []
    for row in summary.transit:
        if row.scope.startswith("cargo "):
            times = [f"{with_margin(row.values[kpi])} {tr('d')}" for kpi in ("p50", "p90", "p95")]
            rows.append((tr("{title}: transit time", title=row.title), *times))
    head = ("", "P50", "P90", "P95")
    if not rows and asked is not None:
        return Table(("", tr("value")), [(str(asked), with_margin(values.estimate(*asked)))])
    return Table(head, rows)


def _pair_numbers(pairs: Sequence[PairedComparison]) -> Table:
    rows = []
    for pair in pairs:
        line = pair.answer
        words = tr(
            "{indicator} of {scope}, {unit}",
            indicator=INDICATORS[line.kpi].words,
            scope=pair.title_of(line),
            unit=line.unit,
        )
        sides: tuple[Estimate, ...] = (line.a, line.b, line.difference)
        rows.append((pair.b.title or pair.b.scenario, words, *map(with_margin, sides), line.verdict))
    return Table(("B", tr("indicator"), "A", "B", "B - A", tr("verdict")), rows)


def _title(pair: PairedComparison) -> str:
    return tr(
        "{b} (B) against {a} (A)",
        b=pair.b.title or pair.b.scenario,
        a=pair.a.title or pair.a.scenario,
    )


def _facts_of(summary: RunSummary) -> str:
    period = summary.period or {}
    return tr(
        "Run {run_id} of scenario {scenario}, {start} to {end}, {count}, seed {seed}. +- is the 95 % "
        "half-width over the replications; P50, P90, P95: half, nine in ten, nineteen in twenty "
        "shipments arrive within.",
        run_id=summary.run_id,
        scenario=summary.scenario,
        start=period.get("start"),
        end=period.get("end"),
        count=counted(summary.replications or 0, "replication"),
        seed=summary.seed,
    )


def _figures_of_run(run: Run) -> Iterator[tuple[str, Figure]]:
    from sim.plots.figures import figures_of

    yield from figures_of(run)


def _figures_of_pairs(
    pairs: Sequence[PairedComparison], runs: Sequence[Run | None], study_id: str
) -> Iterator[tuple[str, Figure]]:
    """Those of the comparison, then the map of the last scenario."""
    there = [run for run in runs if run is not None]
    yield from figures_of_comparison(pairs, there, study_id).items()
    yield next(_figures_of_run(there[-1]))


def drawn(figure: Figure) -> Picture:
    """A figure as a page holds it: as SVG, or in dots where that is large."""
    from sim.plots.figures import png_of, svg_of

    words = " ".join(text.get_text() for text in figure.texts[:2]).replace("\n", " ").strip()
    drawing = svg_of(figure)
    if len(drawing) <= LARGEST_SVG_BYTES:
        return Picture(words, _data("image/svg+xml", drawing))
    return Picture(words, _data("image/png", png_of(figure)))


def _drawn(figures: Iterator[tuple[str, Figure]]) -> Iterator[Picture]:
    for _, figure in figures:
        yield drawn(figure)


def _stored(folder: Path) -> Iterator[Picture]:
    """The pictures that a study drew when it was made."""
    for path in sorted((folder / "figures").glob("*.png")):
        yield Picture(path.stem.replace("_", " "), _data("image/png", path.read_bytes()))


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _environment() -> Environment:
    """Templates of this folder: everything that is put into one is escaped, and a name that is missing is an error."""
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["with_signs"] = with_signs
    made.globals["tr"] = tr
    return made


def _version() -> str:
    try:
        return version("middle-corridor")
    except PackageNotFoundError:
        return tr("from source")
