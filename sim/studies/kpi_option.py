"""The indicators that a command asks for with ``--kpi``: read, and looked for in what was run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem, nearest
from sim.indicators import INDICATORS, measure

if TYPE_CHECKING:
    from sim.indicators import Measure


def asked_for(text: str) -> Measure:
    """Read ``KPI of SCOPE``. Raises InputError if there is no such indicator."""
    try:
        return measure(text)
    except ValueError as error:
        raise InputError([Problem(str(error), "--kpi")]) from None


def one_to_rank_by(text: str) -> Measure:
    """The same of an indicator that has a good direction; InputError if neither more nor less of it is better."""
    found = asked_for(text)
    if INDICATORS[found.kpi].good == "neutral":
        message = f"{found.kpi}: neither more nor less of it is better, so it cannot rank; such as 'transit_p90'"
        raise InputError([Problem(message, "--kpi")])
    return found


def not_in_runs(wanted: Measure, known: Iterable[Measure]) -> Problem:
    """What to say of an indicator that the runs do not have: the nearest scopes in which they have it."""
    scopes = sorted(m.scope for m in known if m.kpi == wanted.kpi)
    return Problem(f"the runs have no {wanted}{nearest(wanted.scope, scopes, 3)}", "--kpi")
