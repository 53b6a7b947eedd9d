"""What the page of the talks does not tell: answers that are withdrawn, times of runs that jam, claims beside another thing.

A jammed run is one whose demand does not get through: its times are the length of the run, not of the journey. The rule
is stated on the page: of some cargo more than ``JAM_UNFINISHED`` of the shipments are unfinished when the run stops,
or half of them take longer than ``JAM_MEDIAN_D``, in the scenario or in its base.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Protocol

import pandas as pd

from sim.language.forms import in_form, percent
from sim.language.words import tr
from sim.record import fields_of
from sim.report.verdicts import NOT_COMPARABLE, judge_interval
from sim.studies.talks.summary import NOT_STORED, Answer, AnsweringLine, Jam, TalkSummary, ToldClaim

#: More than this share of a cargo's shipments unfinished, or a longer median (days), and the run jams.
JAM_UNFINISHED, JAM_MEDIAN_D = 0.05, 45.0
#: Units of lines that a jam makes meaningless, besides shares of what is on time.
_TIMES = ("d", "h")
#: What stands beside a claim in place of a verdict.
NOT_COMPARED, WITHDRAWN = "not compared", "withdrawn"


class HasKpis(Protocol):
    """A run with its table of indicators."""

    @property
    def kpis(self) -> pd.DataFrame:
        """Columns replication, kpi, scope, year, value, unit."""


def jam_of(run: HasKpis) -> Jam | None:
    """Where a run jams: scope, share unfinished and median in days of its worst cargo; None where it does not.

    Means over replications; a median that is not reached before the run ends is None.
    """
    whole = run.kpis[(run.kpis["year"] == 0) & run.kpis["scope"].astype(str).str.startswith("cargo ")]
    wanted = whole[whole["kpi"].isin(("transit_lots", "transit_unfinished", "transit_p50"))]
    mean = wanted.astype({"kpi": str, "scope": str}).groupby(["scope", "kpi"])["value"].mean().unstack()
    worst: Jam | None = None
    for scope, row in mean.iterrows():
        lots, median = row.get("transit_lots", 0.0), row.get("transit_p50", float("nan"))
        share = row.get("transit_unfinished", 0.0) / lots if lots else 0.0
        if (share > JAM_UNFINISHED or median > JAM_MEDIAN_D) and (worst is None or share > worst.unfinished):
            worst = Jam(str(scope), float(share), float(median) if isfinite(median) else None)
    return worst


def jams(answer: Answer) -> bool:
    """Whether the answer's run or its base jams; of an answer stored without that, as far as its lines show it."""
    if answer.jam != NOT_STORED:
        return answer.jam is not None
    times = [
        (line, side.mean)
        for line in (answer.primary, *answer.shown)
        for side in (line.a, line.b)
        if line.kpi.startswith("transit_p")
    ]
    return any(mean is None or (line.kpi == "transit_p50" and mean > JAM_MEDIAN_D) for line, mean in times)


def is_time(kpi: str, unit: str) -> bool:
    """Whether an indicator tells of time, or of what is on time."""
    return unit in _TIMES or kpi == "on_time"


def lines_told(answer: Answer) -> list[AnsweringLine]:
    """The lines of an answer that the page may tell: none of a withdrawn one, no times where a run jams."""
    if answer.withdrawn:
        return []
    lines = [answer.primary, *answer.shown]
    return [line for line in lines if not is_time(line.kpi, line.unit)] if jams(answer) else lines


def withdrawn_reasons(answers: Sequence[Answer]) -> list[str]:
    """The reasons for which answers are withdrawn, each once."""
    return list(dict.fromkeys(answer.withdrawn for answer in answers if answer.withdrawn))


def claims_as_told(talk: TalkSummary) -> list[ToldClaim]:
    """The claims of a talk, with those marked whose answer is not told, or not in times."""
    answers: dict[str, list[Answer]] = {}
    for asked in talk.comparisons:
        for answer in asked.answers:
            answers.setdefault(answer.scenario, []).append(answer)
    marked = []
    for claim in talk.claims:
        own = answers.get(claim.scenario, [])
        kept = [answer for answer in own if not answer.withdrawn]
        marked.append(ToldClaim(**fields_of(claim), withdrawn=bool(own) and not kept, jam=any(map(jams, kept))))
    return marked


def verdict_on(claim: ToldClaim) -> str:
    """How the model's interval stands to what was published: as ``judge_interval`` says, or why it is not held against it.

    A level is held against a run of its own year and base only, a change against a change.
    """
    of, model = claim.published, claim.model
    if claim.withdrawn:
        return f"{WITHDRAWN} with the answer"
    if model is None or model.mean is None or of.unit != claim.model_unit:
        return NOT_COMPARED
    if claim.jam and claim.model_unit in _TIMES:
        return f"{NOT_COMPARABLE}: the run or its base jams"
    if of.role in ("input", "fitted"):
        return f"{NOT_COMPARABLE}: {of.role}, no test"
    if claim.of == "level" and (of.year is None or of.year != claim.base_year):
        level = "a level" if of.year is None else f"the level of {of.year}"
        return f"{NOT_COMPARABLE}: {level} beside a what-if"
    return judge_interval(of, model, claim.kpi)


def jam_rule() -> str:
    """When a run jams, in words."""
    return tr(
        "Where a run jams there are no times, amounts only: of some cargo more than {share} of the shipments "
        "are unfinished when the run stops, or half take longer than {days} days, in the scenario or its base.",
        share=percent(JAM_UNFINISHED),
        days=in_form(f"{JAM_MEDIAN_D:.0f}"),
    )


NO_TIMES = "the run or its base jams, so no times are shown"
