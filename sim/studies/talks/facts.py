"""What the page of the talks says of runs and interventions: answers, levels, published figures.

Scopes carry words for readers who do not know a flow's id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.indicators import CORRIDOR, measure
from sim.network.titles import short_name, title, titles_of
from sim.record import fields_of
from sim.report.common_flows import groups
from sim.report.estimate import Estimate
from sim.report.evidence import assumed_share
from sim.report.kpi_values import Values
from sim.scenario.talks import Claim
from sim.studies.compare.moved_time import moved_time
from sim.studies.talks.limits import jam_of
from sim.studies.talks.summary import (
    Answer,
    AnsweringLine,
    Criterion,
    HeldClaim,
    Level,
    MissingLine,
    Promise,
    ToldIntervention,
)
from sim.studies.talks.words import scope_words

if TYPE_CHECKING:
    from sim.results.store import Run
    from sim.scenario.interventions import CatalogueEntry
    from sim.scenario.schema import Comparator
    from sim.scenario.talks import Asked
    from sim.studies.compare.comparison import PairedComparison, PairedIndicator


def shown_lines(asked: Asked, pair: PairedComparison) -> list[PairedIndicator]:
    """The lines that a question's table shows besides the primary one, as far as the runs have them.

    What it shows, and what its criteria are on.
    """
    lines = {str(line.measure): line for line in pair.lines}
    wanted = dict.fromkeys((*asked.show, *(one.kpi for one in asked.judged if one.of != "level")))
    return [lines[m] for m in wanted if m != pair.primary and m in lines]


def criteria(asked: Asked) -> tuple[Criterion, ...]:
    """What must hold for Yes, as the page has it."""
    found = []
    for one in asked.judged:
        kpi, scope = measure(one.kpi)
        scenario = one.scenario or asked.scenarios[0]
        given = one.model_dump(exclude={"kpi", "scenario", "must"})
        found.append(Criterion(kpi=kpi, scope=scope, scenario=scenario, must=one.must or "", **given))
    return tuple(found)


def promise(asked: Asked) -> Promise | None:
    """The published figure that is drawn beside it."""
    return None if asked.promised is None else Promise(**asked.promised.model_dump())


def answer(asked: Asked, base: Run, run: Run, pair: PairedComparison, shown: Sequence[PairedIndicator]) -> Answer:
    """What one comparison says of one scenario; ``shown`` are its ``shown_lines``, judged as a family of their own."""
    words = _Words(run.manifest["resolved"])
    known = {str(line.measure) for line in pair.lines}
    level = _level(asked.level, base, run, words) if asked.level else None
    lacking = [m for m in asked.show if m != pair.primary and m not in known]
    lacking += [asked.level] if asked.level and level is None else []
    asked_levels = {one.kpi for one in asked.judged if one.of == "level"} - {asked.level}
    levels = [_level(text, base, run, words) for text in sorted(asked_levels)]
    flows = _counted_flows(run, pair)
    longest = moved_time(base, run, flows, range(min(base.replications, run.replications))).next_bottleneck
    return Answer(
        scenario=run.manifest["scenario"],
        title=run.manifest["title"],
        question=run.manifest["question"],
        run_id=run.manifest["run_id"],
        notes=pair.notes,
        recovery=pair.recovery,
        primary=words.line(pair.answer),
        shown=tuple(map(words.line, shown)),
        not_shown=tuple(MissingLine(m.kpi, m.scope, words.of(m.scope)) for m in map(measure, lacking)),
        level=level,
        stands_longest=longest,
        withdrawn=asked.withdrawn.get(run.manifest["scenario"], ""),
        levels=tuple(level for level in levels if level is not None),
        waits_at=title(titles_of(run.manifest["resolved"]), longest.place) if longest else "",
        assumed=assumed_share(run.delays, run.manifest["resolved"], flows),
        jam=jam_of(run) or jam_of(base),
    )


def _counted_flows(run: Run, pair: PairedComparison) -> Sequence[str]:
    """The flows whose shipments the primary indicator counts; of what is no flow's all that are compared."""
    scope = measure(pair.primary).scope
    own = groups(run.manifest["resolved"], pair.flows.common)
    return [scope] if scope in pair.flows.common else own.get(scope) or own[CORRIDOR]


def _level(text: str, base: Run, run: Run, words: _Words) -> Level | None:
    """An indicator in both runs, all flows counted, whether or not demand is the same."""
    kpi, scope = measure(text)
    a, b = (_value(one, text) for one in (base, run))
    if a is None or b is None:
        return None
    return Level(kpi, scope, words.of(scope), a[0], b[0], b[1])


def _value(run: Run, text: str) -> tuple[Estimate, str] | None:
    """Mean and interval of an indicator over a run's whole period (or its first year), and its unit."""
    kpi, scope = measure(text)
    rows = run.kpis[(run.kpis["kpi"] == kpi) & (run.kpis["scope"] == scope)]
    years = (0, int(str(run.manifest["resolved"]["period"]["start"])[:4]))
    year = next((y for y in years if (rows["year"] == y).any()), None)
    if year is None:
        return None
    return Values(rows).estimate(kpi, scope, year), str(rows["unit"].iloc[0])


def held_against(given: Claim | Comparator, scenario: str, run: Run, pair: PairedComparison) -> HeldClaim:
    """A published figure with the model's beside it; ``model`` is None where the model has none.

    A comparator is a level; a claim says of what it is.
    """
    standings = run.manifest.get("standings") or {}
    kpi, scope, found = "", "", None
    of, observation = given.of if isinstance(given, Claim) else "level", given.observation or ""
    if given.kpi:
        kpi, scope = measure(given.kpi)
        if of == "level":
            found = _value(run, given.kpi)
        else:
            line = next((x for x in pair.lines if (x.kpi, x.scope) == (kpi, scope)), None)
            found = None if line is None else _change(line, of)
    model, unit = found or (None, "")
    return HeldClaim(
        text=given.text,
        scenario=scenario,
        kpi=kpi,
        of=of,
        year=given.year,
        observation=observation,
        low=given.low,
        high=given.high,
        value=given.value,
        unit=given.unit or "",
        source=given.source,
        scope=scope,
        scope_words=_Words(run.manifest["resolved"]).of(scope) if scope else "",
        model=model,
        model_unit=unit,
        base_year=run.manifest.get("base_year"),
        role=standings.get(observation, {}).get("role", ""),
    )


def _change(line: PairedIndicator, of: str) -> tuple[Estimate, str] | None:
    """The difference from the base, in the indicator's unit or in per cent."""
    moved, base = line.difference, line.a.mean
    if of == "difference":
        return moved, line.unit
    if not base or moved.mean is None:
        return None
    half = moved.half_width
    return replace(moved, mean=100 * moved.mean / base, half_width=half and abs(100 * half / base)), "%"


def intervention(id_: str, entry: CatalogueEntry) -> ToldIntervention:
    """An entry of the catalogue as the page tells it: figures published, ranges assumed, or why it changes nothing."""
    item = entry.intervention
    published = item.published
    figures = [_plain(x) for x in ((published.before, published.after) if published else ()) if x is not None]
    ranges = [
        f"{change.action} {_plain(getattr(change, change.action))} ({' to '.join(map(_plain, change.range))})"
        for change in item.changes
        if change.range
    ]
    assumed = "; ".join(dict.fromkeys(ranges))
    if not assumed and item.changes and item.grade == "assumption":
        assumed = "the whole effect; no size is published"
    return ToldIntervention(
        id=id_,
        title=item.title,
        kind=item.kind,
        since=item.since.isoformat(),
        grade=item.grade,
        source=item.source,
        cost_musd=item.cost_musd,
        effect=item.effect,
        published=f"{' to '.join(figures)} {published.unit}".strip() if published and figures else "",
        assumed=assumed,
        why="" if item.effect == "changes" else getattr(item, item.effect),
    )


def _plain(value: Any) -> str:
    """A figure without a needless point: 60, 0.25, ``8 h``."""
    return f"{value:,.10g}" if isinstance(value, (int, float)) else str(value)


class _Words:
    """Scopes in words for readers who do not know a flow's id."""

    def __init__(self, world: Mapping[str, Any]) -> None:
        self._flows, self._nodes = world["flows"] or {}, world["nodes"] or {}

    def of(self, scope: str) -> str:
        if scope not in self._flows:
            return scope_words(scope)
        flow = self._flows[scope]
        ends = " to ".join(short_name(self._nodes[flow[end]]["name"]) for end in ("origin", "destination"))
        return f"{scope} ({ends})"

    def line(self, line: PairedIndicator) -> AnsweringLine:
        """A line of a comparison with its scope in words."""
        return AnsweringLine(**fields_of(line), scope_words=self.of(line.scope))
