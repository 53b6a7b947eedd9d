"""A comparison as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sim.indicators import CAUSES, CORRIDOR, INDICATORS, PLACE_TABLES, of_families
from sim.report import bands_page, observed_page
from sim.report.effects_page import effects_sentences
from sim.report.estimate import with_margin
from sim.report.page import Page, Section, Table
from sim.report.scopes import cargo_words, is_of_shipments
from sim.report.texttable import number
from sim.report.verdicts import NOT_COMPARABLE
from sim.statistics.intervals import NOT_REACHED
from sim.studies.compare.comparison import PairedComparison, PairedIndicator
from sim.studies.compare.left_out import ScopeTitles
from sim.studies.compare.moved_time import MovedTime, PairedTime
from sim.studies.compare.recovery import Recovery, UnseenRecovery

#: What the page shows of each scope; the data hold all.
_SHOWN = of_families("volume", "transit", "on_time", shown=("headline", "detail"))
_YEARLY = of_families("volume", "transit")
_COSTS = of_families("cost", "carbon")
_PLACES_SHOWN = 5
_OTHERS_SHOWN = 12
_HEAD = ("", "A", "B", "B - A", "%", "unit", "p, Holm", "verdict")


def page(comparisons: Sequence[PairedComparison]) -> Page:
    """All comparisons with one base."""
    pages = [page_of_pair(pair) for pair in comparisons]
    if len(pages) == 1:
        return pages[0]
    names = " and ".join(pair.b.scenario for pair in comparisons)
    title = f"{names} against {comparisons[0].a.scenario}"
    return Page(title, sections=[one.as_section() for one in pages])


def page_of_pair(result: PairedComparison) -> Page:
    """One comparison: what is compared, the answer, then what is behind it."""
    a, b = result.a, result.b
    title = f"{b.scenario} (B) against {a.scenario} (A)"
    main = [x for x in result.lines if x.kpi in _SHOWN and x.difference.n]
    return Page(title, _lead(result), list(_sections(result, main)), _notes(result, main))


def _sections(result: PairedComparison, main: Sequence[PairedIndicator]) -> Iterator[Section]:
    if result.effects:
        title = "What B changes: in A -> in B, and what it comes to in the run"
        yield Section(title, effects_sentences(result.effects))
    yield Section("The answer", [_answer(result)])
    lines = result.lines
    titles = result.scopes
    shown = _notable(main)
    yield Section("Transit times, promises and volumes", _said(shown, titles), _table(shown, titles))
    of_year = [x for x in result.by_year if x.kpi in _YEARLY and _is_headline(x)]
    if of_year:
        rows = [
            (f"{x.year} {_row(x, titles)[0]}", *_row(x, titles)[1:6]) for x in sorted(of_year, key=lambda x: x.year)
        ]
        yield Section("Year by year: intervals of each line alone, not tested", table=Table(_HEAD[:6], rows))
    money = [x for x in lines if x.scope == "corridor" and x.kpi in _COSTS]
    if money:
        yield Section("Money and carbon", table=_table(money, titles))
    for family, title in PLACE_TABLES.items():
        of_places = [x for x in lines if x.kpi in of_families(family)]
        if of_places:
            yield Section(title, _said(of_places, titles), _table(of_places, titles))
    scope = main_scope(lines)
    causes = [x for x in lines if x.scope == scope and x.kpi in of_families("time")]
    yield Section("Where the time went: hours of a shipment by cause", table=_table(causes, titles))
    yield _queues(result.moved, result.places)
    if result.bands:
        yield Section(
            f"B - A: {bands_page.TITLE}",
            [bands_page.FOOTNOTE],
            Table(bands_page.DIFFERENCE_HEAD, bands_page.rows(result.bands)),
        )
    if result.recovery:
        yield Section("Recovery", [recovery_words(result.recovery)])
    seen = [line for line in result.observed if line.verdict != NOT_COMPARABLE]
    if seen:
        yield Section(
            f"{result.a.scenario} (A): {observed_page.TITLE}",
            observed_page.footnotes(seen),
            Table(observed_page.HEAD, observed_page.rows(seen)),
        )


def main_scope(lines: Sequence[PairedIndicator]) -> str:
    """Whose transit times stand first: containers, then wagons, then whatever there is."""
    there = {x.scope for x in lines if x.kpi == "transit_p50"}
    return next((s for s in ("cargo TEU", "cargo wagon") if s in there), CORRIDOR)


def recovery_words(found: Recovery | UnseenRecovery) -> str:
    """The time to recovery in a sentence."""
    if isinstance(found, UnseenRecovery):
        return found.note
    rule = f"within {found.tolerance:.0%} of the run without for {found.weeks} weeks"
    end, n = found.end, found.replications
    if found.days.mean is None:
        late = n - found.recovered
        return f"after {end} journeys are not {rule} in {late} of {n} replications by the period's end"
    worst = found.worst_excess.mean
    peak = "" if worst is None else f"; the worst week is {worst:.0%} longer"
    return f"{with_margin(found.days)} days after {end} journeys are {rule}{peak}"


def _lead(result: PairedComparison) -> list[str]:
    runs = [
        f"{letter}  {run.title or run.scenario} (run {run.run_id})"
        for letter, run in (("A", result.a), ("B", result.b))
    ]
    asked = [f"Question: {result.b.question}"] if result.b.question else []
    changes = [f"B changes: {_listed(result.changes)}"] if result.changes and not result.effects else []
    return [*runs, *asked, *changes, *(f"note: {note}" for note in result.notes)]


def _answer(result: PairedComparison) -> str:
    line = result.answer
    words, unit = INDICATORS[line.kpi].words, line.unit
    whose = result.title_of(line)
    p = "" if line.p_adjusted is None else f" (p = {_p(line.p_adjusted)})"
    return (
        f"{words} of {whose}: {number(line.a.mean)} {unit} in A, {number(line.b.mean)} {unit} "
        f"in B; difference {with_margin(line.difference)} {unit}: {line.verdict}{p}"
    )


def _queues(moved: MovedTime, titles: Mapping[str, str]) -> Section:
    places, longest, grown = moved.places, moved.next_bottleneck, moved.grew_most
    sentences = []
    if longest is not None:
        sentences.append(f"Next bottleneck: {_spot(longest, titles)}, {with_margin(longest.b)} h of a shipment in B.")
    if grown is not None:
        sentences.append(f"Grew most: {_spot(grown, titles)}, {with_margin(grown.difference)} h more.")
    elif longest is not None:
        sentences.append("No place is shown to hold shipments for longer than in A.")
    changed = [row for row in places if row.difference.mean]
    ends = changed if len(changed) <= 2 * _PLACES_SHOWN else changed[:_PLACES_SHOWN] + changed[-_PLACES_SHOWN:]
    rows = [(_spot(row, titles), number(row.a.mean), number(row.b.mean), with_margin(row.difference)) for row in ends]
    table = Table(("", "A", "B", "B - A"), rows)
    return Section("Where the queue moved to: hours of a shipment by place", sentences, table)


def _notes(result: PairedComparison, main: Sequence[PairedIndicator]) -> list[str]:
    notes = [
        "B - A over replications with common random numbers, +- the 95 % half-width (of each line alone)",
        f"the primary indicator is tested alone, the other {result.tests} with Holm's correction at 5 % together; "
        "'no difference shown' is at this precision: more replications may show one",
    ]
    ratios = [x.variance_ratio for x in main if x.variance_ratio is not None]
    if ratios:
        median = number(float(np.median(ratios)))
        notes.append(f"independent random numbers would need {median} times the replications (variance ratio, median)")
    return notes


def _notable(lines: Sequence[PairedIndicator]) -> list[PairedIndicator]:
    """Each cargo, the corridor's amounts and the primary always; of other scopes the largest shown differences."""
    shown = [x for x in lines if not _is_headline(x) and x.verdict in ("better", "worse")]
    shown = sorted(shown, key=lambda x: -abs(x.relative or 0.0))[:_OTHERS_SHOWN]
    kept = [x for x in lines if _is_headline(x) or x.primary or any(x is y for y in shown)]
    scopes = sorted(dict.fromkeys(x.scope for x in kept), key=lambda s: (not s.startswith("cargo "), s != CORRIDOR))
    return [x for scope in scopes for x in kept if x.scope == scope]


def _is_headline(line: PairedIndicator) -> bool:
    """Cargo by cargo, and what is counted in containers and tonnes: all shipments together are mostly the smallest."""
    return line.scope.startswith("cargo ") or (line.scope == CORRIDOR and not is_of_shipments(line.kpi))


def _scope(line: PairedIndicator, titles: Mapping[str, ScopeTitles]) -> str:
    known = titles.get(line.scope)
    return cargo_words(line.scope) if known is None else known.of(line.kpi)


def _said(lines: Sequence[PairedIndicator], titles: Mapping[str, ScopeTitles]) -> list[str]:
    """What must be said beside the numbers of those lines: few shipments, or some that have not arrived."""
    said: dict[str, list[str]] = {}
    for line in lines:
        for side, found in (("A", line.a), ("B", line.b)):
            for note in filter(None, found.note.split("; ")):
                if found.half_width is not None or found.mean is None:
                    said.setdefault(f"{_scope(line, titles)}, {side}: {note}", []).append(line.kpi)
    return list(said)


def _table(lines: Sequence[PairedIndicator], titles: Mapping[str, ScopeTitles]) -> Table:
    return Table(_HEAD, [_row(line, titles) for line in lines])


def _row(line: PairedIndicator, titles: Mapping[str, ScopeTitles]) -> tuple[str, ...]:
    return (
        f"{'* ' if line.primary else ''}{_scope(line, titles)}: {INDICATORS[line.kpi].words}",
        *(number(side.mean) if side.is_reached else NOT_REACHED for side in (line.a, line.b)),
        with_margin(line.difference),
        "-" if line.relative is None else f"{line.relative:+.1%}",
        line.unit,
        "-" if line.p_adjusted is None else _p(line.p_adjusted),
        line.verdict.removesuffix(" at this precision").removesuffix(" in every replication"),
    )


def _spot(row: PairedTime, titles: Mapping[str, str]) -> str:
    return f"{titles[row.place]} ({CAUSES[row.cause]})"


def _listed(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"
