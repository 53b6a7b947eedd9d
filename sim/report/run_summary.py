"""What a run comes to, as records: estimates over its replications by scope, place, pool and cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.model.effects import Effect
from sim.record import INLINE, OPTIONAL, Record
from sim.report.bands import IndicatorBands
from sim.report.estimate import Estimate
from sim.report.markets import DemandTold
from sim.report.published_line import PublishedLine


@dataclass(frozen=True, slots=True)
class VolumeRow(Record):
    """What arrived of one scope in one calendar year: ``lots``, ``teu``, ``tonnes`` and so on."""

    scope: str
    title: str
    year: int
    values: Mapping[str, Estimate] = field(metadata=INLINE)  #: indicator without ``volume_`` -> in its unit


@dataclass(frozen=True, slots=True)
class ScopeRow(Record):
    """Indicators of one scope or place."""

    scope: str
    title: str
    values: Mapping[str, Estimate] = field(
        metadata=INLINE
    )  #: indicator (transit times without ``transit_``) -> in its unit


@dataclass(frozen=True, slots=True)
class FacilityRow(Record):
    """Waiting and use of one facility."""

    facility: str
    title: str
    values: Mapping[str, Estimate] = field(metadata=INLINE)  #: indicator -> in its unit


@dataclass(frozen=True, slots=True)
class BarrierRow(Record):
    """Time at one barrier, everywhere or at one node."""

    barrier: str
    node: str | None  #: None: everywhere
    title: str  #: of the node; empty: everywhere
    hours: Estimate  #: h of a shipment
    share: float | None  #: of all barrier time; None: there is none


@dataclass(frozen=True, slots=True)
class CostRow(Record):
    """Money and carbon of one scope."""

    scope: str
    title: str
    values: Mapping[str, Estimate] = field(metadata=INLINE)  #: indicator -> in its unit


@dataclass(frozen=True, slots=True)
class PoolRow(Record):
    """A pool of returnable equipment: how many, where, how much of their way loaded, how often."""

    pool: str
    title: str
    values: Mapping[str, Estimate] = field(metadata=INLINE)  #: indicator without ``asset_`` -> in its unit


@dataclass(frozen=True, slots=True)
class RunSummary(Record):
    """A run in one page. The header is as the run's manifest has it, None where it has none."""

    run_id: str | None
    scenario: str | None
    title: str | None
    question: str | None
    seed: int | None
    replications: int | None
    engine: str | None
    period: Mapping[str, Any] | None  #: start and end, as the resolved world has them
    volumes: tuple[VolumeRow, ...]
    transit: tuple[ScopeRow, ...]  #: cargo by cargo, then all shipments together, then flow by flow
    bottlenecks: tuple[FacilityRow, ...]  #: the longest total waiting first
    time_by_cause: Mapping[str, Mapping[str, Estimate]]  #: scope -> cause -> h of a shipment
    titles: Mapping[str, str]  #: of scopes that are no single flow
    barriers: tuple[BarrierRow, ...]  #: the longest first
    balance: Mapping[str, Mapping[str, Estimate]]  #: line -> quantity, of the corridor's total
    balance_all: Mapping[str, Mapping[str, Estimate]]  #: the same of all flows that are followed
    costs: tuple[CostRow, ...]
    costs_by_flow: tuple[CostRow, ...]
    assets: tuple[PoolRow, ...]
    delayed_for_assets: Estimate  #: shipments of the corridor that waited for equipment
    places: Mapping[str, tuple[ScopeRow, ...]]  #: family of indicators -> its places
    observed: tuple[PublishedLine, ...]  #: published figures beside the run's
    demand: DemandTold | None = field(default=None, metadata=OPTIONAL)  #: where demand answers
    until: Mapping[str, Any] | None = field(
        default=None, metadata=OPTIONAL
    )  #: rule of the replications, what it reached
    bands: tuple[IndicatorBands, ...] | None = field(default=None, metadata=OPTIONAL)  #: with sampled inputs
    effects: tuple[Effect, ...] = ()  #: what the scenario's own changes come to
    warnings: tuple[str, ...] = ()
    notes_of_parent: tuple[str, ...] = ()
