"""An appraisal as a page: the answer in a sentence, the benefit of a year by its parts, and what each term does to the answer."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.estimate import with_margin
from sim.report.page import Page, Section, Table
from sim.report.texttable import number
from sim.studies.appraise.result import Appraisal, Worth
from sim.studies.appraise.terms import Terms

_PARTS = {
    "shippers": "gain of shippers whose demand answers (log-sum)",
    "charges": "charges saved",
    "time": "time saved, at the tariffs' values of time",
    "reliability": "less spread of transit times",
    "carbon": "carbon not emitted",
}


def page(found: Appraisal) -> Page:
    """What the scheme earns and costs."""
    return Page(
        f"What {found.scheme_title} earns",
        [sentence(found), *_lead(found)],
        [*_sections(found)],
        [*_notes(found)],
    )


def sentence(found: Appraisal) -> str:
    """The answer in one sentence."""
    worth = found.worth
    rate = "no rate of return" if worth.eirr is None else f"a rate of return of {100 * worth.eirr:.1f} %"
    return (
        f"{found.scheme_title}: a benefit of {with_margin(found.benefit)} million USD a year against "
        f"{_cost(found.terms)} million USD; present value {with_margin(worth.npv_musd)} million USD at "
        f"{100 * found.terms.discount:g} %, {rate}: {_verdict(found)}"
    )


def finding(found: Appraisal) -> str:
    """The answer as the title of a picture."""
    return f"{found.scheme_title}: present value {with_margin(found.worth.npv_musd)} million USD, {_verdict(found)}"


def _verdict(found: Appraisal) -> str:
    return found.worth.better_than(found.terms.discount)


def _cost(terms: Terms) -> str:
    low, high = number(terms.cost_low_musd), number(terms.cost_high_musd)
    return low if low == high else f"{low} to {high}"


def _lead(found: Appraisal) -> Iterator[str]:
    yield (
        f"with every term at its worse end the present value is {number(found.worst.npv_musd.mean)}, at its better end "
        f"{number(found.best.npv_musd.mean)} million USD"
    )
    yield f"{found.scheme} against {found.base}, {found.period}, {found.replications} replications with common random numbers"


def _sections(found: Appraisal) -> Iterator[Section]:
    rows = [(_PARTS[part.part], with_margin(part.musd_per_year)) for part in found.parts]
    rows.append(("all", with_margin(found.benefit)))
    yield Section("Benefit of a year, million USD", table=Table(("part", "million USD a year"), rows))
    swings = [(one.words, *_worth(one.low), *_worth(one.high)) for one in found.swings]
    head = ("term", "lowest", "present value", "rate", "highest", "present value", "rate")
    yield Section("One term at a time, million USD", table=Table(head, swings))
    terms = found.terms
    yield Section(
        "Terms",
        [
            f"investment {_cost(terms)} million USD, spread evenly over {terms.build_years} years of building",
            f"{terms.years} years of benefits, growing by {100 * terms.growth:g} % a year; "
            f"upkeep {100 * terms.upkeep:g} % of the investment a year",
            f"discount rate {100 * terms.discount:g} % a year; values are of the first year of building",
            f"value of time as in the tariffs, times {terms.time_scale:g}; "
            f"reliability ratio {terms.reliability_ratio:g}; carbon {terms.carbon_usd_per_t:g} USD/t",
        ],
    )


def _worth(one: Worth) -> tuple[str, str, str]:
    return one.words, with_margin(one.npv_musd), "-" if one.eirr is None else f"{100 * one.eirr:.1f} %"


def _notes(found: Appraisal) -> Iterator[str]:
    yield (
        "benefit: for each flow half the sum of its shipments in both runs, times what one of them costs less (rule of "
        "half); costs are charges, value of time, and value of the standard deviation of time"
    )
    if found.of_markets:
        yield (
            f"where demand answers ({', '.join(found.of_markets)}) the benefit is the change of the log-sum, with the values of "
            "time of the markets: it has charges, time and spread in it, and these flows are in no other part but carbon; the "
            "terms of time do not scale it"
        )
    yield "+- is the 95 % interval over replications: random variation alone. What inputs that are not known do is not in it"
    yield "who pays and who gains are not told apart: charges saved are income lost to a railway or a port"
    yield f"{100 * found.assumed_share:.0f} % of all costs rest on rates that are assumed"
    if found.costed:
        yield f"investment: published costs of {', '.join(found.costed)}, in prices of their own years"
    if found.left_out:
        yield f"left out, since one of the runs lacks them: {', '.join(found.left_out)}"
    if any(found.unfinished):
        yield (
            f"not counted, since they had not arrived when the runs stopped: {found.unfinished[0]} shipments of the base, "
            f"{found.unfinished[1]} of the scheme"
        )
