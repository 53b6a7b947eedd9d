"""The records of a geodata folder: one class for each table, one field for each parameter.

Every row carries ``source`` and ``grade``; ``evidence`` names a better source, another grade or a
range for single fields. A source is a link, plain words, or the id of a fact in ``sources.csv``.
The files: ``nodes.geojson``, ``links.geojson`` (one feature a line) and one YAML file a table; published outcomes
may also stand in ``observations_roles.csv``.
"""

from __future__ import annotations

from sim.network.tables.ban import Ban
from sim.network.tables.facility import Closure, Facility, Hours, Outages, Resets, Water
from sim.network.tables.flow import LOAD_UNITS, Cargo, Choice, Flow, Way
from sim.network.tables.market import Market, MarketRival, Rival
from sim.network.tables.observation import QUANTITIES, Observation, ObservedRole
from sim.network.tables.place import LAND_MODES, SEA_MODES, Link, Mode, Node
from sim.network.tables.process import Barrier, JointOperator, Operator, Process, RiskLane
from sim.network.tables.rate import Emission, Rate, Tariff
from sim.network.tables.row import Evidence, Row, Weights
from sim.network.tables.service import Call, Departure, Draught, Fleet, Service
from sim.network.tables.weather import LocalStorms, Weather

__all__ = [
    "LAND_MODES",
    "LOAD_UNITS",
    "QUANTITIES",
    "SEA_MODES",
    "TABLES",
    "Ban",
    "Barrier",
    "Call",
    "Cargo",
    "Choice",
    "Closure",
    "Departure",
    "Draught",
    "Emission",
    "Evidence",
    "Facility",
    "Fleet",
    "Flow",
    "Hours",
    "JointOperator",
    "Link",
    "LocalStorms",
    "Market",
    "MarketRival",
    "Mode",
    "Node",
    "Observation",
    "ObservedRole",
    "Operator",
    "Outages",
    "Process",
    "Rate",
    "Resets",
    "RiskLane",
    "Rival",
    "Row",
    "Service",
    "Tariff",
    "Water",
    "Way",
    "Weather",
    "Weights",
]

#: Table name -> record class, in the order in which the tables depend on each other.
TABLES: dict[str, type[Row]] = {
    "nodes": Node,
    "links": Link,
    "cargo": Cargo,
    "water": Water,
    "facilities": Facility,
    "barriers": Barrier,
    "operators": Operator,
    "joint_operators": JointOperator,
    "processes": Process,
    "services": Service,
    "fleets": Fleet,
    "weather": Weather,
    "flows": Flow,
    "bans": Ban,
    "rivals": Rival,
    "markets": Market,
    "observed": Observation,
    "tariffs": Tariff,
    "emissions": Emission,
}
