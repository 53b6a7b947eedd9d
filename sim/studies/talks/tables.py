"""The tables behind the answers to the talks, as a Markdown page: for who disputes an answer.

``tables_markdown`` takes what ``sim.studies.talks.run`` gathers (and stores as JSON), so that one summary always gives
one text, with sources, run ids and caveats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sim.indicators import INDICATORS
from sim.report.estimate import Estimate
from sim.report.published import HIT_WITHIN
from sim.report.texttable import capital
from sim.report.verdicts import AGREES, CONTRADICTS, NOT_COMPARABLE, OPEN
from sim.studies.compare.page import recovery_words
from sim.studies.compare.tested import BETTER, NO_DIFFERENCE, UNCHANGED, WORSE
from sim.studies.talks.judged import WITHDRAWN as WITHDRAWN_ANSWER
from sim.studies.talks.judged import JudgedCriterion, answer_word, bound_of, judged
from sim.studies.talks.limits import (
    NO_TIMES,
    WITHDRAWN,
    claims_as_told,
    is_time,
    jam_rule,
    jams,
    lines_told,
    verdict_on,
    withdrawn_reasons,
)
from sim.studies.talks.page import INPUTS, number_words
from sim.studies.talks.summary import (
    Answer,
    AnsweredQuestion,
    AnsweringLine,
    HeldClaim,
    Level,
    Made,
    MissingLine,
    NotCarriedProgram,
    TalksSummary,
    TalkSummary,
    ToldClaim,
    ToldIntervention,
)
from sim.studies.talks.words import (
    amount,
    indicator_words,
    signed,
)

#: What the interval says of doubtful inputs.
_OF_INPUTS = {
    "fixed": "; it says nothing of doubtful inputs",
    "sampled": " and over doubtful inputs",
    "accepted": " and over what calibration leaves open",
}
_EFFECTS = {
    "in_base": "Already in the base",
    "outcome": "An outcome to compare with; changes nothing in a run",
    "not_modelled": "Not modelled",
}


def tables_markdown(summary: TalksSummary) -> str:
    """The whole page."""
    talks = summary.talks
    blocks = ["# The talks: the tables"]
    blocks += [f"**{notice.rstrip('.')}.**"] if (notice := summary.notice) else []
    blocks += ["The answers in short: [the talks](talks.md)."]
    blocks += _opening(summary)
    blocks += [f"![Each scenario's main indicator against its base]({summary.picture})", *_how_to_read(summary)]
    for talk in talks:
        blocks += [f"## {talk.title}", *_talk(talk)]
    blocks += ["## Asked for, and not carried", *_not_carried(summary.not_carried)]
    blocks += ["## How this page was made", *_made(summary.made)]
    return "\n\n".join(blocks) + "\n"


def finding(answer: Answer) -> str:
    """The answer of one scenario: its amount if there is one, then the difference with interval and verdict.

    Of a withdrawn one the reason and no number; of a run that jams no times.
    """
    if answer.withdrawn:
        return f"**Withdrawn**: {answer.withdrawn.rstrip('.')}."
    line = answer.primary
    if line not in lines_told(answer):
        return f"{_level(answer)}{NO_TIMES[0].upper()}{NO_TIMES[1:]}."
    what, unit, moved = _what(line), line.unit, line.difference
    a, b = (amount(side, unit, margin=False) for side in (line.a, line.b))
    if moved.mean is None:
        a, b = ("without end" if side.mean is None else text for side, text in ((line.a, a), (line.b, b)))
        text = f"**Too little arrives before the run ends**: {_lower(what)} is {a} in the base, {b} here"
        text += f" ({line.verdict})"
    elif moved.mean == 0 and not moved.half_width:
        text = f"{what} is {UNCHANGED}, {a}"
    elif line.verdict == NO_DIFFERENCE:
        text = f"No difference shown: {_lower(what)} moves by {signed(moved, unit)} on {a}"
    else:
        way = "rises" if moved.mean > 0 else "falls"
        size = signed(replace(moved, mean=abs(moved.mean)), unit).removeprefix("+")
        judged = f": **{line.verdict}**" if line.verdict in (BETTER, WORSE) else f" ({line.verdict})"
        text = f"{what} {way} by **{size}**, from {a} to {b}{judged}"
    return f"{_level(answer)}{text}."


def _opening(summary: TalksSummary) -> Iterator[str]:
    rows = [
        (_short(talk.title), asked.asks, _answered(asked))
        for talk in summary.talks
        for asked in talk.comparisons
        if asked.asks
    ]
    yield _table(("Talk", "Question", "What the model finds"), rows)
    claims = [(talk, claim, verdict_on(claim)) for talk in summary.talks for claim in claims_as_told(talk)]
    compared = [(talk, claim, word) for talk, claim, word in claims if word.startswith((AGREES, CONTRADICTS, OPEN))]
    counted = {word: sum(found.startswith(word) for *_, found in compared) for word in (AGREES, CONTRADICTS, OPEN)}
    figures = ", ".join(f"{count} {word}" for word, count in counted.items())
    beside = len(claims) - len(compared)
    yield (
        f"**Published figures held against the model: {len(compared)}** ({figures}). {beside} more are not judged: "
        "levels beside a what-if, withdrawn answers, figures without an indicator."
    )
    if not any(word.startswith(CONTRADICTS) for *_, word in compared):
        return
    yield "Inconsistent with the model:"
    against = [
        f"- {claim.text} ({_published(claim)}): the model has {_modelled(claim)} in `{claim.scenario}`; "
        f"{word.partition(': ')[2]}."
        for _, claim, word in sorted(compared, key=lambda found: found[2].endswith("better"))
        if word.startswith(CONTRADICTS)
    ]
    yield "\n".join(dict.fromkeys(against))


def _short(title: str) -> str:
    """Who met, and the year: titles read ``A and B, place, day month year``."""
    return f"{title.split(',')[0]}, {title.rsplit(maxsplit=1)[-1]}"


def _answered(asked: AnsweredQuestion) -> str:
    """The first scenario's answer, then in short what the others do to the same indicator, or theirs."""
    first, *others = asked.answers
    if all(answer.withdrawn for answer in asked.answers):
        return " ".join(f"**Withdrawn**: {reason.rstrip('.')}." for reason in withdrawn_reasons(asked.answers))
    text = f"{finding(first)}{_queue(first)} (`{first.scenario}` against `{asked.base.scenario}`.)"
    for other in others:
        line = other.primary
        if line not in lines_told(other):
            text += f" `{other.scenario}`: {'withdrawn, see below.' if other.withdrawn else finding(other)}"
            continue
        same = line.measure == first.primary.measure
        verdict = line.verdict.removesuffix(" at this precision")
        short = f"{signed(line.difference, line.unit)}, {verdict}."
        text += f" `{other.scenario}`: {short if same else finding(other)}"
    return text


def _how_to_read(summary: TalksSummary) -> Iterator[str]:
    made = summary.made
    many = made.replications
    span = " to ".join(str(n) for n in dict.fromkeys((many[0], many[-1])))
    counted = f"{span} replication{'' if many[-1] == 1 else 's'}"
    yield "## How to read this"
    yield "\n".join(
        (
            f"- Each number is the mean of {counted} of a year{INPUTS[made.inputs]}. ± is the 95 % interval of the mean over "
            f"their random variation (storms, breakdowns, arrivals){_OF_INPUTS[made.inputs]}. Where ± is missing "
            "there is one replication, or no spread.",
            "- A scenario and its base are run with common random numbers, so differences are surer than levels "
            "([comparing](concepts/comparing.md)). A verdict needs p ≤ 0.05 after Holm's correction, "
            "once among the main indicators of a question and once among the others that its table shows; "
            "'no difference shown' may be none, or one that more replications would show.",
            "- A published figure is *consistent* with the model where the whole interval lies within the published range "
            f"(a single figure: within {HIT_WITHIN:.0%} of it), *inconsistent* where all of it lies outside; that may be the "
            "claim's fault or the model's. Like is compared with like: a change with a change, a level with a run of its "
            "own year and base, so that no level is held against a what-if.",
            f"- {jam_rule()}",
            "- What the base is built on and what was fitted: [observations](concepts/observations.md).",
            "- Not a forecast: demand is what a scenario says, and no cargo stays away because the way is slow or dear.",
        )
    )


def _talk(talk: TalkSummary) -> Iterator[str]:
    yield "### What was said"
    said = [
        (
            str(k),
            f"{s.said} ([source]({s.source}))",
            ", ".join(s.interventions) or "–",
            ", ".join(f"`{name}`" for name in s.scenarios) or "–",
        )
        for k, s in enumerate(talk.statements, start=1)
    ]
    yield _table(("", "Said (paraphrased)", "Interventions", "Scenarios"), said)
    yield "### What the model finds"
    for asked in talk.comparisons:
        yield from _comparison(asked)
    if talk.claims:
        yield "### Against what was published"
        rows = [
            (f"{c.text} ({_link(c.source)})", _published(c), _beside(c), f"`{c.scenario}`", _word(c))
            for c in claims_as_told(talk)
        ]
        yield _table(("Published", "Figure", "Model", "Scenario", "Verdict"), rows)
    yield "### Keep in mind"
    yield "\n".join(f"- {text}" for text in talk.caveats)
    yield "### Interventions"
    yield from _interventions(talk.interventions)


def _comparison(asked: AnsweredQuestion) -> Iterator[str]:
    base = asked.base
    names = " and ".join(f"`{answer.scenario}`" for answer in asked.answers)
    yield f"**{asked.asks or names + ' against `' + base.scenario + '`'}**"
    yield "\n".join(
        f"- *{answer.title}.* {finding(answer)}{_queue(answer)}{_recovery(answer)}" for answer in asked.answers
    )
    rows = []
    for answer in asked.answers:
        for line in lines_told(answer):
            rows.append(
                (
                    f"`{answer.scenario}`",
                    _what(line),
                    amount(line.a, line.unit, margin=False),
                    amount(line.b, line.unit, margin=False),
                    signed(line.difference, line.unit),
                    line.verdict.removesuffix(" at this precision"),
                )
            )
        rows += [
            (f"`{answer.scenario}`", _what(m), "–", "–", "–", "not comparable: demand differs, or no such flow")
            for m in answer.not_shown
            if not answer.withdrawn
        ]
    if rows:
        yield _table(("Scenario", "Indicator", "Base", "Scenario's", "Difference", "Verdict"), rows)
    if asked.asks:
        criteria = judged(asked)
        yield f"Answered by this rule: **{answer_word(criteria)}**."
        yield _table(("Must hold", "Model", "Holds", "Why this bound"), [_criterion(one) for one in criteria])
    runs = ", ".join(f"{answer.scenario} {answer.run_id}" for answer in asked.answers)
    yield f"Runs: {base.scenario} {base.run_id} (base), {runs}. Comparison {asked.compare_id}."
    notes = dict.fromkeys(f"- {a.scenario}: {note}." for a in asked.answers if not a.withdrawn for note in a.notes)
    if notes:
        yield "\n".join(notes)


def _criterion(one: JudgedCriterion) -> tuple[str, str, str, str]:
    """A criterion as a row: what must hold, the model's number, whether it does, and why the bound is this one."""
    of = one.criterion
    unit = one.number[1] or one.unit
    bound = bound_of(of)
    sign = next(
        sign
        for given, sign in ((of.at_least, "≥"), (of.at_most, "≤"), (of.about, "about"), (0, ""))
        if given is not None
    )
    limit = f"must {of.must}" if bound is None else f"{sign} {amount(Estimate(bound, None, 0), unit, margin=False)}"
    what = f"{capital(indicator_words(of.kpi))} of {of.scope}" + ("" if of.of == "level" else ": change")
    than = f", less that of `{of.than}`" if of.than else ""
    told = "–" if one.word == WITHDRAWN_ANSWER else number_words(one)
    return f"{what} in `{of.scenario}`{than}: {limit}", told, one.word, _link(of.source) if of.source else of.why or "–"


def _interventions(rows: Sequence[ToldIntervention]) -> Iterator[str]:
    modelled = [
        (
            r.id,
            r.title,
            r.since,
            r.published or "–",
            r.assumed or "–",
            r.grade,
            _link(r.source),
        )
        for r in rows
        if r.effect == "changes"
    ]
    if modelled:
        yield _table(("Id", "Intervention", "From", "Published", "Assumed, and its range", "Grade", "Source"), modelled)
    for effect, words in _EFFECTS.items():
        found = [f"- {r.id} {r.title}: {r.why}." for r in rows if r.effect == effect]
        if found:
            yield "\n".join((f"{words}:", "", *found))


def _not_carried(rows: Sequence[NotCarriedProgram]) -> Iterator[str]:
    yield (
        "The list for programs is [scenarios/not_carried.yaml](../scenarios/not_carried.yaml); what each talk names "
        "and the model has no part for stands with the talk."
    )
    yield "\n".join(
        f"- **{r.title}** (`{r.name}`). {r.question} Not carried: {r.reason.rstrip('.')}. "
        + (f"A part of the answer: {', '.join(f'`{n}`' for n in r.instead)}. " if r.instead else "")
        + f"([source]({r.source}))"
        for r in rows
    )


def _made(made: Made) -> Iterator[str]:
    yield "By this command, from the runs named above; by hand are only the words of the talks and the caveats."
    yield f"```text\n{made.command}\n```"
    yield "\n".join(
        (
            f"- Program {made.version}, engine {' and '.join(made.engines)}, seed {made.seed}, "
            f"replications {', '.join(map(str, made.replications))}; {_versions(made.packages)}.",
            f"- Digest of the program's sources: {', '.join(d[:12] for d in made.code)}; of the geodata: "
            f"{', '.join(d[:12] for d in made.geodata)}.",
            "- `corridor talks --from-results` writes the page again from stored runs, without simulating; "
            "`corridor talks --from-summary` from [talks.json](talks.json) beside this page.",
        )
    )


def _what(line: AnsweringLine | MissingLine | Level | HeldClaim) -> str:
    """The indicator in words: ``Transit time P50 of containers``."""
    text = f"{indicator_words(line.kpi)} of {line.scope_words}"
    return text[0].upper() + text[1:]


def _lower(text: str) -> str:
    """Not the first letter of a sentence any more; TEU and the like stay."""
    return text if text[:2].isupper() else text[0].lower() + text[1:]


def _level(answer: Answer) -> str:
    level = answer.level
    if level is None or (jams(answer) and is_time(level.kpi, level.unit)):
        return ""
    unit = level.unit
    return f"{_what(level)}: **{amount(level.b, unit)}**, in the base {amount(level.a, unit)}. "


def _queue(answer: Answer) -> str:
    place = answer.stands_longest
    if place is None or answer.withdrawn or jams(answer):
        return ""
    hours = amount(place.b, "h")
    cause = INDICATORS[f"time_{place.cause}"].words
    return f" Longest wait: {answer.waits_at or place.place.replace('_', ' ')} ({cause}, {hours})."


def _recovery(answer: Answer) -> str:
    found = None if answer.withdrawn or jams(answer) else answer.recovery
    return "" if found is None else f" Recovery: {recovery_words(found).replace('+-', '±')}."


def _published(claim: ToldClaim) -> str:
    of = claim.published
    low, high, value = (
        None if x is None else amount(Estimate(x, None, 0), of.unit) for x in (of.low, of.high, of.value)
    )
    if not of.is_range:
        figure = value or ""
    elif low is not None and high is not None:
        figure = f"{low} to {high}"
    else:
        figure = f"at least {low}" if high is None else f"at most {high}"
    return figure + _changed(claim)


def _modelled(claim: ToldClaim) -> str:
    if not claim.kpi:
        return "no indicator says the same"
    if claim.model is None:
        return f"the run has no {claim.kpi} of {claim.scope}"
    return f"{amount(claim.model, claim.model_unit)}{_changed(claim)} ({_lower(_what(claim))})"


def _beside(claim: ToldClaim) -> str:
    """The model's figure, unless it would stand beside another quantity, or its answer is not told."""
    word = verdict_on(claim)
    return "–" if word.startswith((NOT_COMPARABLE, WITHDRAWN)) else _modelled(claim)


def _link(source: str) -> str:
    return f"[source]({source})" if "://" in source else source


def _changed(claim: ToldClaim) -> str:
    return "" if claim.of == "level" else " of change"


def _word(claim: ToldClaim) -> str:
    word = verdict_on(claim)
    return f"**{word}**" if word.startswith(CONTRADICTS) else word


def _versions(packages: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in packages.items())


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    plain = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in (head, *rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (plain[0], ["---"] * len(head), *plain[1:]))
