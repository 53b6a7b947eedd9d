"""Endless loops in words: what begins again and again within one second, so that the clock never advances.

Both engines count the steps of a ship and the questions of a depot within one second since cargo was last
moved; beyond ``MOST_AT_ONE_SECOND`` they raise what stands here. A shipment cannot loop: its program ends.
"""

from __future__ import annotations

from sim.clock import format_duration
from sim.contract.plan import Plan
from sim.engine.rules import MOST_AT_ONE_SECOND
from sim.errors import EndlessLoopError


def vessel_loops(plan: Plan, vessel: int, now_s: int) -> EndlessLoopError:
    """The error of a ship that sails round its ports without any time passing."""
    service = plan.services.name[plan.vessels.service[vessel]]
    return _loop(
        now_s,
        f"vessel {plan.vessels.name[vessel]} began {MOST_AT_ONE_SECOND:,} steps within one second without loading"
        f" or discharging anything: the whole round of service '{service}' takes no time; look at the lengths of its"
        " sea links, the speed of its fleet, 'mooring', 'entry_time' and 'departure'",
    )


def stock_loops(plan: Plan, facility: int, now_s: int) -> EndlessLoopError:
    """The error of a depot that looks again and again in one second whether its units may travel on."""
    name = plan.facilities.name[facility]
    return _loop(
        now_s,
        f"depot {name} looked {MOST_AT_ONE_SECOND:,} times within one second for where its units are needed:"
        f" they wait no time before they are looked at again; look at facilities.{name}.idle_wait",
    )


def _loop(now_s: int, what: str) -> EndlessLoopError:
    return EndlessLoopError(f"endless loop {format_duration(now_s)} after the start of the run (warm-up): {what}")
