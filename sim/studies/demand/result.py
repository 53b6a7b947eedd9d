"""What a scenario's demand comes to where shippers weigh otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.record import Record


@dataclass(frozen=True, slots=True)
class Variant(Record):
    """A demand that has settled: what was changed, and what comes."""

    name: str  #: in words; ``as it is`` first
    overrides: tuple[str, ...]
    offered_t: float  #: t in the period, of all markets
    part: Mapping[str, float]  #: market that answers -> part of what would come as in the base year
    gain_usd: float  #: of shippers, in the period, beside the base year's corridor
    iterations: int


@dataclass(frozen=True, slots=True)
class DemandStudy(Record):
    """The demand of a scenario as it is, and where values of time, scale, reliability and elasticity are others."""

    scenario: str
    title: str
    seed: int
    replications: int
    planned_t: float  #: t in the period that would come as in the base year
    titles: Mapping[str, str]  #: market -> title
    variants: tuple[Variant, ...]
    failed: Mapping[str, str]  #: variant -> why it has no value
