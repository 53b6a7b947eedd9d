"""A study of sensitivity as a page."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.page import Page, Section, Table
from sim.report.texttable import capital, number, with_unit
from sim.studies.sensitivity.result import OnIndicator, SensitivityResult, Share

#: Rows of a table of effects; those that are not shown beyond them are counted.
MOST_ROWS = 15


def page(result: SensitivityResult) -> Page:
    """What rules each indicator, the largest share first."""
    sections = [section for on in result.found for section in _sections(result, on)]
    return Page(result.title, list(_lead(result)), sections, list(_notes(result)))


def _share_words(share: Share) -> str:
    """A total index with its half-width; what lies above the whole, by chance, is said to be all of it."""
    assert share.total is not None
    half = "" if share.total_half_width is None else f" +- {share.total_half_width:.0%}"
    return f"{min(share.total, 1.0):.0%}{half}"


def finding(result: SensitivityResult, on: OnIndicator) -> str:
    """What rules an indicator, in a sentence."""
    words = capital(on.words)
    known = [share for share in on.variance.shares if share.is_shown] if on.variance is not None else []
    if known:
        told = [f"{result.title_of(share.name)} accounts for {_share_words(share)}" for share in known[:2]]
        return f"{words}: of what the inputs move, {', and '.join(told)}"
    unknown = "; no share of the variance is shown: more base points are needed" if on.variance is not None else ""
    if on.screening is not None:
        shown = [one for one in on.screening.effects if one.shown]
        if not shown:
            return f"{words}: no input is shown to move it beyond random variation{unknown}"
        return (
            f"{words}: {result.title_of(shown[0].name)} moves it most, by "
            f"{with_unit(number(shown[0].size, 2), on.unit)} over its range; {len(shown)} of "
            f"{len(on.screening.effects)} inputs are shown to move it{unknown}"
        )
    if unknown:
        return f"{words}{unknown.replace(';', ':', 1)}"
    return f"{words}: {on.why or 'nothing was found'}"


def _lead(result: SensitivityResult) -> Iterator[str]:
    yield result.question
    for on in result.found:
        yield finding(result, on)
    given = f"; set at every point: {', '.join(result.given)}" if result.given else ""
    yield f"scenario: {result.scenario_title}{given}"
    designs = []
    if result.trajectories:
        designs.append(f"screened by {result.trajectories} trajectories over {len(result.inputs)} inputs")
    if result.base_points:
        designs.append(f"shares of variance by {result.base_points} base points over {len(result.kept)}")
    yield f"{'; '.join(designs)}; {result.replications} replications of each point, seed {result.seed}"
    if result.groups > len(result.inputs):
        kept = len(result.inputs) - 1
        yield (
            f"{result.groups} groups of inputs rest on one fact or source each; the {kept} that move an indicator most "
            "when moved alone (one replication, both ends of the range) stand by themselves, all others move together"
        )
    if result.failed:
        yield f"{result.failed} points have no outcome: {'; '.join(result.reasons)}"


def _sections(result: SensitivityResult, on: OnIndicator) -> Iterator[Section]:
    name = capital(on.words)
    if on.variance is not None:
        head = ["input", "alone", "with others"]
        cells = [
            [
                result.words_of(one.name),
                _share(one.first, one.first_half_width),
                _share(one.total, one.total_half_width),
            ]
            for one in on.variance.shares
        ]
        told = (
            f"spread over the inputs {with_unit(number(on.variance.sd_inputs), on.unit)} (standard deviation); random variation adds "
            f"{with_unit(number(on.variance.sd_noise, 2), on.unit)} to a point's mean and is taken off"
        )
        yield Section(
            f"{name}: shares of variance",
            [told, *_lost(on.variance.used, on.variance.base_points, "base points")],
            Table(head, cells),
        )
    if on.screening is not None:
        unit = f", {on.unit}" if on.unit else ""
        head = [
            "input",
            f"effect{unit}",
            f"with its sign{unit}",
            f"spread{unit}",
            f"random variation alone{unit}",
            "shown",
        ]
        some = on.screening.effects[:MOST_ROWS]
        rows = [
            [
                result.words_of(one.name),
                f"{number(one.size)} +- {number(one.half_width, 2)}",
                number(one.mean),
                number(one.spread),
                number(one.noise, 2),
                "yes" if one.shown else "no",
            ]
            for one in some
        ]
        rest = on.screening.effects[MOST_ROWS:]
        more = (
            [f"{len(rest)} more with smaller effects, {sum(one.shown for one in rest)} of them shown"] if rest else []
        )
        lost = _lost(on.screening.used, on.screening.trajectories, "trajectories")
        yield Section(f"{name}: effects over the whole range", [*more, *lost], Table(head, rows))
    if on.why:
        yield Section(f"{name}: not found", [on.why])


def _lost(used: int, whole: int, what: str) -> list[str]:
    return [f"{whole - used} of {whole} {what} are left out: a point of theirs has no outcome"] if used < whole else []


def _share(value: float | None, half: float | None) -> str:
    return "-" if value is None else f"{value:.2f}" + (f" +- {half:.2f}" if half else "")


def _notes(result: SensitivityResult) -> Iterator[str]:
    if result.trajectories:
        yield (
            "effect: mean absolute change of the indicator as the input goes from one end of its range to the other, at "
            "many places of the others (Morris); a spread as large as the effect says that it bends or acts with others"
        )
        yield (
            "shown: larger than what random variation alone would show; of a study in which no input does anything, one in twenty "
            "shows one or more"
        )
    if result.base_points:
        yield (
            "alone: share of the indicator's variance that goes if the input were known (first-order Sobol index); with "
            "others: share that would stay if all others were known (total index); +- is the 95 % bootstrap half-width"
        )
    yield "ranges are judgements, uniform or triangular as ranges.yaml and the rows say: the shares are of that ignorance"
    for k, plan in enumerate(result.plans, 1):
        whole = sum(plan.rebuilt.values())
        yield f"stage {k}: {plan.points} points, {plan.patched} patched from the scenario's model, {whole} built as a whole"
