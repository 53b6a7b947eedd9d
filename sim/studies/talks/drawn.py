"""The pictures of the talks, from the summary: a bar picture a talk, and the forest of all answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sim.indicators import INDICATORS
from sim.language.words import language, plural, tr
from sim.report.estimate import Estimate
from sim.report.texttable import capital
from sim.studies.talks.judged import WITHDRAWN, answer_word, judged
from sim.studies.talks.limits import lines_told, withdrawn_reasons
from sim.studies.talks.page import asked_questions, leading, picture_path, sentence
from sim.studies.talks.summary import AnsweredQuestion, Made, TalksSummary
from sim.studies.talks.words import amount, indicator_words, scope_shown, scope_words, signed, span

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
            foot = f"{tr(talk.title)} · {_foot(summary.made)}"
            yield picture_path(talk.id), bars(sentence(first).rstrip("."), groups, foot)


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
                words = tr(
                    "{indicator} of {scope}",
                    indicator=INDICATORS[line.kpi].words,
                    scope=line.scope_words.split(" (")[0],
                )
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
    counts = tr(
        "{better} better, {worse} worse, {others} with no difference shown", better=better, worse=worse, others=others
    )
    finding = plural(
        "{count} answer of the talks: {counts}",
        "{count} answers of the talks: {counts}",
        len(rows),
        count=len(rows),
        counts=counts,
    )
    return figure(TalksForest(finding, rows, ids, tr("run ids: talks_tables.md · {foot}", foot=_foot(summary.made))))


def forest_path(summary: TalksSummary) -> str:
    """The picture of all answers in the language, from where the page lies."""
    plain = Path(summary.picture)
    code = language().code
    return summary.picture if code == "en" else plain.with_stem(f"{plain.stem}_{code}").as_posix()


def draw(summary: TalksSummary, docs: Path) -> list[Path]:
    """Write all pictures below ``docs``; returns their paths."""
    from sim.plots.figures import save

    written = []
    for path, figure in [(forest_path(summary), forest_figure(summary)), *bar_figures(summary)]:
        written += save(figure, (docs / path).with_suffix(""))
    return written


def _group(question: AnsweredQuestion) -> Group:
    from sim.studies.talks.bars import Bar, Group

    criteria = judged(question)
    word, first = answer_word(criteria), criteria[0]
    if word == WITHDRAWN:
        return Group(tr(question.asks), tr(word), capital(tr(withdrawn_reasons(question.answers)[0])), ())
    if first.found.mean is None or first.today.mean is None:
        return Group(tr(question.asks), tr(word), tr("The run jams, so that no times are shown."), ())
    told = [
        tr(
            "{indicator} of {scope}",
            indicator=capital(indicator_words(first.criterion.kpi)),
            scope=scope_shown(_scope_words(question, first.criterion.scope)),
        )
    ]
    promised = question.promised
    value = first.bound if first.criterion.source else promised.value if promised else None
    rows = [("today", first.today), ("found", first.found)]
    if value is not None:
        rows.insert(1, ("promised", Estimate(value, None, 0)))
    if value is None:
        told.append(tr("No figure was promised"))
    elif not first.criterion.source and promised:
        told.append(tr("Promised, and not judged: {text}", text=promised.text))
    bars = [Bar(kind, found, amount(found, first.unit)) for kind, found in rows]
    return Group(tr(question.asks), tr(word), "\n".join(told), bars)


def _scope_words(question: AnsweredQuestion, scope: str) -> str:
    """The words of a scope as the runs have them."""
    lines = (x for a in question.answers for x in (a.primary, *a.shown, a.level, *a.levels) if x is not None)
    return next((x.scope_words for x in lines if x.scope == scope), scope_words(scope))


def _foot(made: Made) -> str:
    return tr(
        "seed {seed} · {count} replications · program {version}",
        seed=made.seed,
        count=span(made.replications[0], made.replications[-1]),
        version=made.version,
    )
