"""The validation page: the score by role on one line, then misses, near ones, hits, and what is no test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.report.estimate import with_margin
from sim.report.observed_page import figure_words, months_words
from sim.report.page import Page, Section, Table
from sim.report.published import Published
from sim.report.verdicts import HIT, MISS, NEAR, NOT_COMPARABLE
from sim.studies.validate.responses import Response
from sim.studies.validate.result import Judged, Score, Validation
from sim.studies.validate.volumes import JudgedVolume

_HEAD = ("published outcome", "when", "published", "model", "deviation", "class of train, cargo", "role", "rests on")
_TITLES = {
    MISS: "Missed",
    NEAR: "Near",
    HIT: "Hit",
    "fitted": "No test: chosen with the figure in view",
    "input": "No test: the base is built on it",
}


def page(found: Validation) -> Page:
    """Everything that was judged, misses first."""
    sections = [
        Section(f"{title}: {len(rows)}", table=Table(_HEAD, [*map(_cells, rows)]), sections=_reasons(verdict, rows))
        for verdict, title in _TITLES.items()
        if (rows := found.of(verdict))
    ]
    if found.responses:
        sections.append(_responses(found.responses))
    if found.volumes:
        sections.append(_volumes(found.volumes))
    open_rows = found.of(NOT_COMPARABLE)
    if open_rows:
        head = ("published outcome", "when", "published", "model", "why no verdict")
        cells = [(*_published(row.published), _model(row), row.why) for row in open_rows]
        sections.append(Section(f"Not comparable: {len(open_rows)}", table=Table(head, cells)))
    return Page("The base beside what was published", [*_lead(found)], sections, _NOTES)


def _responses(found: Sequence[Response]) -> Section:
    """Whether a jam forms and clears as it did."""
    head = ("event", "published", "trains waiting before", "at the most", "a month after", "forms", "clears", "verdict")
    rows = [
        (
            one.title,
            one.published,
            f"{one.before_trains:.1f}",
            f"{one.most_trains:.1f}",
            f"{one.after_trains:.1f}",
            f"{one.formed} of {one.replications}",
            f"{one.cleared} of {one.formed}",
            one.verdict,
        )
        for one in found
    ]
    notes = [f"{one.title}: {one.note}" for one in found if one.note]
    return Section("Responses to events, never tuned to", table=Table(head, rows), notes=notes)


def _volumes(found: Sequence[JudgedVolume]) -> Section:
    """Published volumes beside what comes, misses first; these are no part of the score above."""
    head = ("published", "when", "figure", "model", "deviation", "run", "role", "verdict")
    rows = [
        (
            *_published(row.published),
            "-" if row.model.mean is None else with_margin(row.model),
            "-" if row.deviation is None else f"{row.deviation:+.0%}",
            f"{row.scenario} over {row.over}" if row.over else row.scenario or "-",
            row.published.role,
            row.verdict,
        )
        for row in found
    ]
    points = [f"{row.published.title}: {why}" for row in found for why in _why(row)]
    notes = [f"{row.published.title}: {row.note}" for row in found if row.note]
    return Section("Volumes where demand answers", table=Table(head, rows), points=points, notes=notes)


def _why(row: JudgedVolume) -> Iterator[str]:
    if row.verdict == MISS and row.why_missed:
        yield f"missed: {row.why_missed}"
    elif row.why:
        yield row.why
    elif row.published.role_why:
        yield f"{row.verdict}, no test: {row.published.role_why}"


def _reasons(verdict: str, rows: Sequence[Judged]) -> Sequence[Section]:
    """Of what is missed: why, and what data would decide it, as the register says."""
    told = [f"{row.published.title}, {when(row.published)}: {row.why_missed}" for row in rows if row.why_missed]
    return [Section("Why, and what would decide it", points=told)] if told and verdict == MISS else []


def _lead(found: Validation) -> Iterator[str]:
    total = Score("in all", *(sum(getattr(s, f) for s in found.scores) for f in list(Score.__dataclass_fields__)[1:]))
    for score in (total, *found.scores):
        yield f"{score.role}: {score.hit} hit, {score.near} near, {score.miss} missed{_before(score)}"
    yield (
        f"no test: {len(found.of('input'))} inputs, {len(found.of('fitted'))} fitted; "
        f"not comparable: {len(found.of(NOT_COMPARABLE))}"
    )
    yield f"runs: {', '.join(found.scenarios)}; replications of each: {found.replications}, seed {found.seed}"


def _before(score: Score) -> str:
    earlier = (score.earlier_hit, score.earlier_near, score.earlier_miss)
    if not any(earlier):
        return ""
    return f" (the base before, on the same roles: {earlier[0]} hit, {earlier[1]} near, {earlier[2]} missed)"


def when(of: Published) -> str:
    """Year and months."""
    return f"{months_words(of)} {of.year}".lstrip()


def _model(row: Judged) -> str:
    return row.why or "-" if row.model.mean is None else with_margin(row.model)


def _cells(row: Judged) -> Sequence[str]:
    deviation = "-" if row.deviation is None else f"{row.deviation:+.0%}"
    what = ", ".join(filter(None, (row.train_class, row.cargo if row.cargo != "all" else "")))
    of = row.published
    return (*_published(of), _model(row), deviation, what, of.role, of.role_why or row.counted)


def _published(of: Published) -> Sequence[str]:
    return of.title, when(of), figure_words(of)


_NOTES = (
    "hit: the model's mean lies in the published range, or within 10 % where none is printed; near: within 20 % of the "
    "value or of the nearer end of the range; missed: otherwise. Inputs and fitted figures are never counted",
    "role: input, a value of the run cites the figure; fitted, an assumption was chosen with it in view; out of sample, "
    "neither, and of 2025 or later, after the years on which the base is built; independent, neither, and earlier",
    "times between places and stays are means over shipments; volumes are what arrives in the months; handled at "
    "a port is discharged and loaded there by ships of the network; waiting is the highest day of the months",
)
