"""The answers to the talks for a reader with five minutes: a table of questions, then a page a talk.

``talks_page`` is made from the summary and nothing else, so that one summary always gives one page; the terminal, the
Markdown in ``docs`` and the HTML report show the same. What disputes an answer needs stands on the page of the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sim.indicators import INDICATORS
from sim.language.forms import in_form, percent
from sim.language.languages import ENGLISH
from sim.language.shown import shown
from sim.language.words import language, mark, tr
from sim.report.estimate import Estimate
from sim.report.page import Drawing, Page, Point, Section, Table
from sim.report.published import HIT_WITHIN
from sim.report.texttable import counted
from sim.studies.compare.tested import BETTER, NO_DIFFERENCE, UNCHANGED
from sim.studies.talks.judged import (
    MUCH_ASSUMED,
    NEAR_HALF_WIDTHS,
    NO,
    OPEN,
    PARTLY,
    WITHDRAWN,
    YES,
    JudgedCriterion,
    answer_word,
    assumed,
    bound_of,
    doubts,
    how_sure,
    judged,
)
from sim.studies.talks.limits import jam_rule, jams, lines_told, withdrawn_reasons
from sim.studies.talks.summary import Answer, AnsweredQuestion, AnsweringLine, Made, TalksSummary, TalkSummary
from sim.studies.talks.words import amount, indicator_words, scope_shown, signed, span

TITLE = mark("The talks: what was promised, and what the model finds")
#: File of the page with the tables, and what a talk's picture is called, from where the page lies.
TABLES, PICTURES = "talks_tables.md", "img/talks_{}.png"
HEAD = (mark("Question"), mark("Answer"), mark("Number"), mark("How sure"))
#: Names of scenarios and places in a point, at most.
_FEW = 3
#: What replications differ in besides random numbers, by how the runs took their inputs.
INPUTS = {
    "fixed": "",
    "sampled": mark(", each with inputs drawn within their ranges"),
    "accepted": mark(", each with one of the sets of inputs that calibration accepted"),
}
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def picture_path(talk: str) -> str:
    """The picture of a talk in the language, from where the page lies."""
    return PICTURES.format(talk if language() is ENGLISH else f"{talk}_{language().code}")


def talks_page(summary: TalksSummary) -> Page:
    """The whole page."""
    notice = [_LINK.sub(r"\1", tr(summary.notice)).rstrip(".") + "."] if summary.notice else []
    short = Section(tr("In short"), table=short_table(summary), notes=notice)
    return Page(TITLE, sections=[short, *map(_talk, summary.talks)], notes=list(_how_to_read(summary.made)))


def talks_markdown(summary: TalksSummary) -> str:
    """The page as Markdown."""
    return talks_page(summary).markdown()


def short_table(summary: TalksSummary) -> Table:
    """A row a question: asked, answered, the number, and how sure."""
    rows = []
    for question in asked_questions(summary.talks):
        criteria = judged(question)
        word = answer_word(criteria)
        number = "–" if word == WITHDRAWN else number_words(criteria[0])
        rows.append((question.asks, word, number, how_sure(question, criteria)))
    return Table(HEAD, rows)


def asked_questions(talks: Sequence[TalkSummary]) -> list[AnsweredQuestion]:
    """The questions that have a row in the first table, in the order of the talks."""
    return [question for talk in talks for question in talk.comparisons if question.asks]


def number_words(one: JudgedCriterion) -> str:
    """The number that a criterion is on: a level, or a difference with its sign; a dash where none may be shown."""
    found, unit = one.number
    if found.mean is None:
        return "–"
    return amount(found, unit) if one.criterion.of == "level" else signed(found, unit)


def sentence(question: AnsweredQuestion) -> str:
    """The answer in one sentence; of one that is withdrawn the reason."""
    criteria = judged(question)
    word = answer_word(criteria)
    if word == WITHDRAWN:
        return f"{tr(word)}: {shown(withdrawn_reasons(question.answers)[0]).rstrip('.')}."
    first = criteria[0]
    if first.number[0].mean is None:
        return tr("{word}: the run jams, so that no times are shown.", word=word)
    bound = bound_of(first.criterion)
    limit = "" if bound is None else amount(Estimate(bound, None, 0), first.number[1], margin=False)
    words = tr(question.sentence) or f"{indicator_words(first.criterion.kpi)}: {{found}}"
    said = words.format(found=number_words(first), today=amount(first.today, first.unit, margin=False), bound=limit)
    return f"{tr(word)}: {said.rstrip('.')}."


def leading(talk: TalkSummary) -> AnsweredQuestion | None:
    """The question whose answer heads a talk: the one said to, else the first that is answered, else the first."""
    asked = asked_questions([talk])
    given = [question for question in asked if answer_word(judged(question)) not in (WITHDRAWN, OPEN)]
    chosen = [question for question in asked if question.leads and question in given]
    return next(iter([*chosen, *given, *asked]), None)


def _talk(talk: TalkSummary) -> Section:
    question = leading(talk)
    drawing = Drawing(picture_path(talk.id), tr("{title}: today, promised and found", title=talk.title))
    tables = Point(tr("What was said, every number with its sources, and the runs"), link=TABLES)
    if question is None:
        return Section(tr(talk.title), notes=[tables])
    return Section(
        tr(talk.title),
        sentence=sentence(question),
        drawing=drawing,
        notes=[*_bullets(talk), *_sure(talk, question), tables],
    )


def _bullets(talk: TalkSummary) -> Iterator[str]:
    """What helps most, what does nothing, where cargo waits next."""
    told = [(answer, answer.primary) for answer in _given(talk) if answer.primary in lines_told(answer)]
    better = [(answer, line) for answer, line in told if line.verdict == BETTER]
    if better:
        answer, line = max(better, key=lambda found: abs(found[1].relative or 0.0))
        yield tr(
            "Helps most: {title}: {what} {difference}.",
            title=answer.title,
            what=_what(line),
            difference=signed(line.difference, line.unit),
        )
    else:
        yield tr("Helps most: nothing of what is answered is shown to help.")
    without = [(answer, line) for answer, line in told if line.verdict in (NO_DIFFERENCE, UNCHANGED)]
    if without:
        yield tr("No effect shown: {answers}.", answers=_several([_named(answer, line) for answer, line in without]))
    else:
        yield tr("No effect shown: none; all that is answered has an effect.")
    waits = list(_waits(_given(talk)))
    if waits:
        yield tr("Cargo waits next: {places}.", places=_several(waits))


def _given(talk: TalkSummary) -> list[Answer]:
    """The answers of a talk that are not withdrawn, each scenario once."""
    every = [answer for question in talk.comparisons for answer in question.answers if not answer.withdrawn]
    return list({answer.scenario: answer for answer in reversed(every)}.values())[::-1]


def _named(answer: Answer, line: AnsweringLine) -> str:
    moved = tr("unchanged") if line.verdict == UNCHANGED else signed(line.difference, line.unit)
    return f"{tr(answer.title)} ({moved})"


def _what(line: AnsweringLine) -> str:
    return tr("{indicator} of {scope}", indicator=indicator_words(line.kpi), scope=scope_shown(line.scope_words))


def _waits(answers: Sequence[Answer]) -> Iterator[str]:
    """Places by their titles, each once, with the cause and, where nothing jams, the hours."""
    seen = set()
    for answer in answers:
        place = answer.stands_longest
        if place is not None and (place.cause, place.place) not in seen:
            seen.add((place.cause, place.place))
            where = shown(answer.waits_at or place.place.replace("_", " "))
            cause = tr(INDICATORS[f"time_{place.cause}"].words)
            hours = tr("the run jams") if jams(answer) else tr("{hours} a shipment", hours=amount(place.b, "h"))
            yield f"{where} ({cause}, {hours})"


def _several(names: Sequence[str]) -> str:
    more = len(names) - _FEW
    return "; ".join(names[:_FEW]) + (f"; {tr('and {count} more', count=more)}" if more > 0 else "")


def _sure(talk: TalkSummary, question: AnsweredQuestion) -> Iterator[str]:
    """How sure the talk's first answer is, and how much rests on assumptions."""
    criteria = judged(question)
    if answer_word(criteria) == WITHDRAWN:
        yield tr("How sure: no answer of this talk is given.")
    else:
        why = "; ".join(doubts(question, criteria))
        yield tr("How sure: {word}", word=how_sure(question, criteria)) + (f" ({why})." if why else ".")
    share = assumed(question)
    changing = [row for row in talk.interventions if row.effect == "changes"]
    sized = sum(row.grade == "assumption" for row in changing)
    if share is None:
        yield tr(
            "Rests on assumptions: {assumed} of {measures} have no published size.",
            assumed=sized,
            measures=counted(len(changing), "measure"),
        )
    else:
        yield tr(
            "Rests on assumptions: {share} of the time of its shipments hangs on assumed numbers; {assumed} of {measures} "
            "have no published size.",
            share=percent(share),
            assumed=sized,
            measures=counted(len(changing), "measure"),
        )


def _how_to_read(made: Made) -> Iterator[str]:
    many = made.replications
    runs = tr("{count} replications of a year", count=span(many[0], many[-1])) + tr(INPUTS[made.inputs])
    yield (
        tr(
            "{yes}, {no}: by a rule from the numbers, which scenarios/talks.yaml declares; a bound holds "
            "or fails where the whole 95 % interval over {runs} lies on one side of it (about: within "
            "{within}). {partly}: some of what is asked holds. {open}: the interval does not decide. "
            "{withdrawn}: the base cannot answer, with the reason on the page of the tables.",
            yes=YES,
            no=NO,
            runs=runs,
            within=percent(HIT_WITHIN),
            partly=PARTLY,
            open=OPEN,
            withdrawn=WITHDRAWN,
        )
    )
    yield (
        tr(
            "How sure: high without a doubt, medium with one, low with more. Doubts are a number within "
            "{near} half-widths of its bound, and more than {much} of the shipments' "
            "time at places whose deciding number is an assumption.",
            near=in_form(f"{NEAR_HALF_WIDTHS:.0f}"),
            much=percent(MUCH_ASSUMED),
        )
    )
    yield jam_rule()
    yield tr("Not a forecast: demand is what a scenario says.")
