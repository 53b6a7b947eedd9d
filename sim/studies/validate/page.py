"""The validation page: the score by role on one line, then misses, near ones, hits, and what is no test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.report.observed_page import MONTHS
from sim.report.page import Page, Section, Table
from sim.report.texttable import number, with_margin
from sim.report.verdicts import HIT, MISS, NEAR, NOT_COMPARABLE
from sim.studies.validate.result import Judged, Score, Validation

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
        Section(f"{title}: {len(rows)}", table=Table(_HEAD, [*map(_cells, rows)]))
        for verdict, title in _TITLES.items()
        if (rows := found.of(verdict))
    ]
    open_rows = found.of(NOT_COMPARABLE)
    if open_rows:
        head = ("published outcome", "when", "published", "model", "why no verdict")
        cells = [(row.title, when(row), published(row), _model(row), row.why) for row in open_rows]
        sections.append(Section(f"Not comparable: {len(open_rows)}", table=Table(head, cells)))
    return Page("The base beside what was published", [*_lead(found)], sections, _NOTES)


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


def when(row: Judged) -> str:
    """Year and months."""
    if row.months is None:
        return str(row.year)
    first, last = row.months
    return f"{MONTHS[first - 1]}{'' if first == last else f' to {MONTHS[last - 1]}'} {row.year}"


def published(row: Judged) -> str:
    """The published figure or its range, with the unit."""
    if row.low is None and row.high is None:
        return f"{number(row.value)} {row.unit}"
    if row.low is None or row.high is None:
        bound, end = ("at most", row.high) if row.low is None else ("at least", row.low)
        return f"{bound} {number(end)} {row.unit}"
    return f"{number(row.low)} to {number(row.high)} {row.unit}"


def _model(row: Judged) -> str:
    if row.model is None:
        return row.why or "-"
    return with_margin({"mean": row.model, "half_width": row.half_width})


def _cells(row: Judged) -> Sequence[str]:
    deviation = "-" if row.deviation is None else f"{row.deviation:+.0%}"
    what = ", ".join(filter(None, (row.train_class, row.cargo if row.cargo != "all" else "")))
    return (row.title, when(row), published(row), _model(row), deviation, what, row.role, row.rests_on or row.counted)


_NOTES = (
    "hit: the model's mean lies in the published range, or within 10 % where none is printed; near: within 20 % of the "
    "value or of the nearer end of the range; missed: otherwise. Inputs and fitted figures are never counted",
    "role: input, a value of the run cites the figure; fitted, an assumption was chosen with it in view; out of sample, "
    "neither, and of 2025 or later, after the years on which the base is built; independent, neither, and earlier",
    "times between places and stays are means over shipments; volumes are what arrives in the months; handled at "
    "a port is discharged and loaded there by ships of the network; waiting is the highest day of the months",
)
