"""The calibration record as a page: what is left, what is identified, which targets exclude each other."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence

from sim.report.page import Page, Section, Table
from sim.report.texttable import number
from sim.studies.calibrate.headlines import Headline
from sim.studies.calibrate.record import MOVES, CalibrationRecord, FreeRange, Held

_NOTES = (
    "implausibility: distance from the published figure in standard deviations of all that is not known of it: the figure "
    "itself, the random variation of one year, the emulator and what the model misses at its best",
    "a point is ruled out when the {rank} largest implausibility over the targets exceeds {cutoff:g}; what is not ruled out is not "
    "thereby likely, and accepted sets are no sample of a probability",
    "range of the accepted sets: the middle nine tenths; base: the values as they stand, eight replications",
    "targets are used up: on accepted sets they test nothing. Tests of the same years, and all of 2025 and 2026, still do",
)
#: If more of the space is left, it is said that little was ruled out.
MOST_LEFT = 0.5
_RANKS = {1: "", 2: "second", 3: "third"}


def page(found: CalibrationRecord) -> Page:
    """Everything that a calibration found."""
    notes = [note.format(rank=_RANKS.get(found.rank, f"{found.rank}th"), cutoff=found.cutoff) for note in _NOTES]
    sections = [
        *(
            [
                Section(
                    "Answers over the accepted sets",
                    table=_headlines(found.headlines),
                    notes=[*_HEADLINES, *_not_run(found)],
                )
            ]
            if found.headlines
            else []
        ),
        Section("What is left of the free parameters", table=_free(found.free), notes=[*_apart(found.free)]),
        Section("Targets", table=_held([h for h in found.held if h.role == "target"])),
        *_tests(found),
        Section(
            "Tests of the same years that are no targets", table=_held([h for h in found.held if h.role == "test"])
        ),
        *([Section("What the targets can tell apart", points=[*_seen(found)])] if found.seen else []),
        Section("How much hangs on the stated discrepancy", table=_sharper(found), notes=(_SHARPER,)),
        Section("Targets that exclude each other", points=[*_excluding(found)]),
        Section("Which candidates move a target at all", table=_screened(found), notes=[_SCREENED]),
        Section("Candidates that move a target and stay as they are", points=[*_fixed(found)]),
        Section("Waves", table=_waves(found)),
        *([Section("Does the method find a set that is hidden?", points=[_hidden(found)])] if found.hidden else []),
    ]
    return Page(f"Calibration: {found.title}", [*_lead(found)], sections, notes)


def _lead(found: CalibrationRecord) -> Iterator[str]:
    targets = sum(held.role == "target" for held in found.held)
    yield (
        f"{targets} published figures of {', '.join(found.scenarios)} against {len(found.free)} free parameters; seed of the "
        f"designs {found.seed}"
    )
    points = sum(wave.points for wave in found.waves)
    if found.accepted_sets:
        yield (
            f"{found.accepted_sets} sets of inputs are accepted, each run by the model itself; {points} points were run in "
            f"{len(found.waves)} waves, and {found.left:.1%} of the space is not ruled out"
        )
    else:
        yield (
            f"no set of inputs is accepted: of {points} points in {len(found.waves)} waves none comes within the cutoff. What is "
            "shown below are the twenty of least implausibility; nothing is stored as accepted"
        )
    if found.accepted_sets and found.left > MOST_LEFT:
        yield (
            "so the evidence stands nearly as it was: within what the figures and the model may be off, they test the model more "
            "than they narrow its inputs"
        )
    if found.model:
        yield f"model of the accepted sets: {found.model} (what the engine receives for these years; another one refuses the table)"


def headlines_page(found: Sequence[Headline]) -> Page:
    """The answers over the accepted sets alone."""
    counts = [sum(one.verdict == word for one in found) for word in ("holds", "flips", "open")]
    lead = (
        f"{len(found)} answers over the accepted sets: the sign of {counts[0]} holds in all of them, that of {counts[1]} flips with "
        f"the inputs, {counts[2]} are open"
    )
    return Page("Answers over the accepted sets", [lead], [Section("Answers", table=_headlines(found))], _HEADLINES)


_HEADLINES = (
    "random variation: nine in ten years of one set, around the mean; with inputs: nine in ten of all years of all sets; both of "
    "scenario less base, with the same set and common random numbers",
    "the sign holds in so many accepted sets, each with the mean of its own replications; by chance: in so many it would if inputs "
    "did nothing. holds: in all; flips: in fewer than random variation makes (95 %); open: in no fewer, so that more replications "
    "or a larger effect would have to tell",
)


def _headlines(found: Sequence[Headline]) -> Table:
    head = (
        "asked",
        "difference",
        "random variation",
        "with inputs",
        "sets from",
        "the sign holds in",
        "inputs' part of the variance",
    )
    rows = [
        (
            f"{one.asks} ({one.scenario} less {one.base}, {one.kpi})",
            f"{_signed(one.mean)} {one.unit}",
            _span(one.luck),
            _span(one.inputs),
            _span(one.of_sets),
            f"{one.holds} of {one.sets}, by chance {one.sets - one.others_by_chance:.0f}: {one.verdict}",
            f"{one.inputs_share:.0%}",
        )
        for one in found
    ]
    return Table(head, rows)


def _not_run(found: CalibrationRecord) -> list[str]:
    return [f"asked in the file and not run yet: {' '.join(found.not_run)}"] if found.not_run else []


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number(value)}"


def _span(ends: tuple[float, float]) -> str:
    return f"{_signed(ends[0])} to {_signed(ends[1])}"


def _tests(found: CalibrationRecord) -> Iterator[Section]:
    """Scores before and after, and the rows whose verdict changes."""
    if not found.tallies:
        return
    head = ("tests", "as they stand: hit, near, missed", "over accepted sets: hit, near, missed")
    rows = [(one.what, *(", ".join(map(str, some)) for some in (one.before, one.after))) for one in found.tallies]
    changed = [
        f"{one.observation} ({one.year}): {one.base_verdict} to {one.accepted_verdict}; {one.sets_that_hit:.0%} of the sets hit it"
        for one in found.tested
        if one.base_verdict != one.accepted_verdict and not one.target
    ]
    yield Section(
        "The score before and after",
        points=changed or ["no verdict on a test changes"],
        table=Table(head, rows),
        notes=(
            "verdicts as in validate, on the mean: of eight replications as the years stand, of twenty-four accepted sets after; "
            "targets are left out on both sides",
        ),
    )


def _fixed(found: CalibrationRecord) -> Iterator[str]:
    for name, why in found.held_fixed.items():
        yield f"{name}: {why}"
    if not found.held_fixed:
        yield "none"


def _free(free: Sequence[FreeRange]) -> Table:
    head = ("free parameter", "factor, before", "accepted", "middle", "moves")
    rows = [
        (
            one.words,
            f"{one.low:g} to {one.high:g}",
            "-" if one.accepted_low is None else f"{one.accepted_low:.2f} to {one.accepted_high:.2f}",
            "-" if one.accepted_middle is None else f"{one.accepted_middle:.2f}",
            ", ".join(one.moves),
        )
        for one in free
    ]
    return Table(head, rows)


def _apart(free: Sequence[FreeRange]) -> Iterator[str]:
    for one in free:
        if one.reason:
            yield f"{one.words}: {one.reason}"


def month_words(months: tuple[int, int]) -> str:
    """Months of a year, as ``May to Aug``."""
    first, last = (calendar.month_abbr[month] for month in months)
    return first if first == last else f"{first} to {last}"


def _held(rows: Sequence[Held]) -> Table:
    head = ("published outcome", "when", "published", "may be off", "base", "accepted", "middle", "why")
    cells = []
    for one in rows:
        when = f"{month_words(one.months)} {one.year}" if one.months else str(one.year)
        figure = f"{number(one.published)} {one.unit}"
        if one.low is not None and one.high is not None:
            figure = f"{number(one.low)} to {number(one.high)} {one.unit}"
        off = ""
        if one.observed_sd is not None and one.discrepancy_sd is not None:
            off = f"{number((one.observed_sd**2 + one.discrepancy_sd**2 + one.luck_sd**2) ** 0.5)}"
        accepted = middle = "-"
        if one.accepted_low is not None and one.accepted_high is not None and one.accepted_middle is not None:
            accepted, middle = f"{number(one.accepted_low)} to {number(one.accepted_high)}", number(one.accepted_middle)
        cells.append(
            (f"{one.title} ({one.observation})", when, figure, off, number(one.base), accepted, middle, one.reason)
        )
    return Table(head, cells)


def _seen(found: CalibrationRecord) -> Iterator[str]:
    seen = [one for one in found.seen if one.is_seen]
    yield (
        f"{len(seen)} of {len(found.seen)} directions move the targets by more than a standard deviation from end to end; the "
        "figures say nothing of the others, along which the accepted sets spread as far as the evidence allows"
    )
    for k, one in enumerate(found.seen, start=1):
        said = "told apart" if one.is_seen else "not told apart"
        yield f"{k}. {said} ({one.strength:.1f} standard deviations): {one.words}"


_SHARPER = (
    "the discrepancy is a judgement made before the first point was run. A model that misses less at its best would have more "
    "ruled out by the same figures; with none, what is left is what the figures' own precision and random variation leave"
)


def _sharper(found: CalibrationRecord) -> Table:
    head = ("part of the stated discrepancy", "space not ruled out", "points that the model itself leaves")
    return Table(head, [(f"{one.part:g}", f"{one.left:.1%}", f"{one.points} of {one.of}") for one in found.sharper])


def _excluding(found: CalibrationRecord) -> Iterator[str]:
    titles = {held.observation: f"{held.title} ({held.observation})" for held in found.held}
    for one in found.excluding:
        yield (
            f"{titles[one.one]} is met at {one.meets_one:.0%} of all points, {titles[one.other]} at {one.meets_other:.0%}, both "
            f"at {one.meets_both:.0%}"
        )
    if not found.excluding:
        yield "none: no two targets are met together at less than half as many points as chance would give"


_SCREENED = (
    "size: mean change of the target that is moved most, over the whole evidence of the candidate, in standard deviations of "
    "that target without random variation (Morris); alike: candidates that move the targets in the same proportion, which "
    "the targets cannot part"
)


def _screened(found: CalibrationRecord) -> Table:
    head = ("candidate", "size", "moves most", "alike", "free parameter")
    titles = {held.observation: held.title for held in found.held}
    rows = [
        (
            one.name,
            f"{one.size:.1f}" + ("" if one.size >= MOVES else " (little)"),
            f"{titles[one.target]} ({one.target})",
            ", ".join(one.alike) or "-",
            one.free or "-",
        )
        for one in found.screened
    ]
    return Table(head, rows)


def _waves(found: CalibrationRecord) -> Table:
    head = ("wave", "points", "replications", "space left before it", "accepted by the model itself")
    rows = [
        (
            str(one.wave),
            str(one.points),
            str(one.replications),
            f"{one.left_before:.1%}" + (", too little to draw from" if one.least_implausible_taken else ""),
            str(one.acceptable),
        )
        for one in found.waves
    ]
    return Table(head, rows)


def _hidden(found: CalibrationRecord) -> str:
    return (
        f"{found.found} of {found.hidden} sets that were hidden in turn, their own outcome taken for what was published, are not "
        f"ruled out; {found.hidden_left:.0%} of the space is left on average beside them, without a discrepancy, since the "
        "model misses nothing of itself"
    )
