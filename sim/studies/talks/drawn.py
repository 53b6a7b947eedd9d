"""The pictures of the talks, from the summary: a bar picture a talk, and the forest of all answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sim.indicators import INDICATORS
from sim.report.estimate import Estimate
from sim.report.texttable import capital
from sim.studies.talks.judged import WITHDRAWN, answer_word, judged
from sim.studies.talks.limits import lines_told, withdrawn_reasons
from sim.studies.talks.page import PICTURES, asked_questions, leading, sentence
from sim.studies.talks.summary import AnsweredQuestion, Made, TalksSummary
from sim.studies.talks.words import amount, indicator_words, scope_words, signed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.studies.talks.bars import Group


def bar_figures(summary: TalksSummary) -> Iterator[tuple[str, Figure]]:
    """The path of each talk's picture, from where the page lies, and the picture."""
    from sim.studies.talks.bars import bars

    for talk in summary.talks:
        first = leading(talk)
        if first is not None:
            groups = [_group(question) for question in asked_questions([talk])]
            foot = f"{talk.title} · {_foot(summary.made)}"
            yield PICTURES.format(talk.id), bars(sentence(first).rstrip("."), groups, foot)


def forest_figure(summary: TalksSummary) -> Figure:
    """Every answer's main indicator against its base."""
    from sim.studies.talks.figure import TalkRow, TalksForest, figure

    rows, ids = [], []
    for talk in summary.talks:
        for asked in talk.comparisons:
            for one in asked.answers:
                line = one.primary
                if line not in lines_told(one):
                    continue
                ids.append(asked.compare_id)
                moved, base = line.difference, line.a.mean
                share = line.relative
                half = abs((moved.half_width or 0.0) / base) if share is not None and base else 0.0
                words = f"{INDICATORS[line.kpi].words} of {line.scope_words.split(' (')[0]}"
                rows.append(
                    TalkRow(
                        talk.title,
                        one.title,
                        asked.base.title,
                        words,
                        share,
                        half,
                        line.verdict,
                        signed(moved, line.unit),
                    )
                )
    better, worse = (sum(row.verdict == word for row in rows) for word in ("better", "worse"))
    others = len(rows) - better - worse
    counts = f"{better} better, {worse} worse, {others} with no difference shown"
    finding = f"{len(rows)} {'answer' if len(rows) == 1 else 'answers'} of the talks: {counts}"
    return figure(TalksForest(finding, rows, ids, f"run ids: talks_tables.md · {_foot(summary.made)}"))


def draw(summary: TalksSummary, docs: Path) -> list[Path]:
    """Write all pictures below ``docs``; returns their paths."""
    from sim.plots.figures import save

    written = []
    for path, figure in [(summary.picture, forest_figure(summary)), *bar_figures(summary)]:
        written += save(figure, (docs / path).with_suffix(""))
    return written


def _group(question: AnsweredQuestion) -> Group:
    from sim.studies.talks.bars import Bar, Group

    criteria = judged(question)
    word, first = answer_word(criteria), criteria[0]
    if word == WITHDRAWN:
        return Group(question.asks, word, capital(withdrawn_reasons(question.answers)[0]), ())
    if first.found.mean is None or first.today.mean is None:
        return Group(question.asks, word, "The run jams, so that no times are shown.", ())
    told = [f"{capital(indicator_words(first.criterion.kpi))} of {_scope_words(question, first.criterion.scope)}"]
    promised = question.promised
    value = first.bound if first.criterion.source else promised.value if promised else None
    rows = [("today", first.today), ("found", first.found)]
    if value is not None:
        rows.insert(1, ("promised", Estimate(value, None, 0)))
    if value is None:
        told.append("No figure was promised")
    elif not first.criterion.source and promised:
        told.append(f"Promised, and not judged: {promised.text}")
    bars = [Bar(kind, found, amount(found, first.unit)) for kind, found in rows]
    return Group(question.asks, word, "\n".join(told), bars)


def _scope_words(question: AnsweredQuestion, scope: str) -> str:
    """The words of a scope as the runs have them."""
    lines = (x for a in question.answers for x in (a.primary, *a.shown, a.level, *a.levels) if x is not None)
    return next((x.scope_words for x in lines if x.scope == scope), scope_words(scope))


def _foot(made: Made) -> str:
    counted = " to ".join(str(n) for n in dict.fromkeys((made.replications[0], made.replications[-1])))
    return f"seed {made.seed} · {counted} replications · program {made.version}"
