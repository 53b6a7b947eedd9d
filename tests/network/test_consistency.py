"""Each rule fires on the fault it is for, with the exact place and words, and on nothing else."""

from pathlib import Path

import pytest
from small_world import KNOWN, TABLES, link, small_world
from test_ban_rules import BAN_FAULTS
from test_market_rules import MARKET_FAULTS
from test_pairs import PAIR_FAULTS

from sim.network.consistency import NETWORK_RULES, ROUTE_RULES, ROW_RULES, check
from sim.network.geography import great_circle_km
from sim.network.route_rules import routes_of

FACILITY = TABLES["facilities"]
GAP_PASSES = {
    "node": "gap",
    "title": "passes",
    "kind": "quota",
    "capacity": 3,
    "resets": {"at": "00:00", "zone": "Asia/Almaty"},
    **KNOWN,
}
RAILWAYS = {"cr": {"title": "one", "country": "CN", **KNOWN}, "ktz": {"title": "another", "country": "KZ", **KNOWN}}

#: Every rule by its name, as a function of the world alone.
RULES = {rule.__name__: rule for rule in (*ROW_RULES, *NETWORK_RULES)}
RULES |= {rule.__name__: lambda world, rule=rule: rule(world, routes_of(world)) for rule in ROUTE_RULES}

#: rule, what is broken, and all that the rule says of it
FAULTS = [
    (
        "links_end_at_nodes",
        {"links.gap_dock.to": "dok"},
        ["links.geojson:3: links.gap_dock.to_node: 'dok' is not a node; nearest: 'dock'"],
    ),
    (
        "facilities_stand_at_nodes",
        {"facilities.quay_cranes.node": "key"},
        ["facilities.yaml:3: facilities.quay_cranes.node: 'key' is not a node"],
    ),
    (
        "processes_refer",
        {"processes.gap_papers.node": "gab"},
        ["processes.yaml:1: processes.gap_papers.node: 'gab' is not a node; nearest: 'gap'"],
    ),
    (
        "processes_refer",
        {"processes.dock_yard_in.facility": "dock_yards"},
        ["processes.yaml:2: processes.dock_yard_in.facility: 'dock_yards' is not a facility; nearest: 'dock_yard'"],
    ),
    (
        "processes_refer",
        {"processes.dock_yard_in.cargo": ["FEU"]},
        ["processes.yaml:2: processes.dock_yard_in.cargo: 'FEU' is not a cargo; nearest: 'TEU'"],
    ),
    (
        "processes_refer",
        {"processes.dock_yard_in.arrive": ["train"], "processes.dock_yard_in.leave": ["ship"]},
        [
            "processes.yaml:2: processes.dock_yard_in.arrive: 'train' is not a mode; nearest: 'rail'",
            "processes.yaml:2: processes.dock_yard_in.leave: 'ship' is not a mode",
        ],
    ),
    (
        "processes_refer",
        {"processes.dock_yard_in.arrive_from": ["gab"], "processes.dock_yard_in.leave_to": ["dogk"]},
        [
            "processes.yaml:2: processes.dock_yard_in.arrive_from: 'gab' is not a node; nearest: 'gap'",
            "processes.yaml:2: processes.dock_yard_in.leave_to: 'dogk' is not a node; nearest: 'dock'",
        ],
    ),
    (
        "processes_refer",
        {"processes.gap_papers.barrier": "document"},
        ["processes.yaml:1: processes.gap_papers.barrier: 'document' is not a barrier; nearest: 'documents'"],
    ),
    (
        "processes_refer",
        {"processes.gap_papers.node": "west"},
        [
            "processes.yaml:1: processes.gap_papers.barrier: barrier 'documents' has no row for 'az', the country of"
            " 'west'; it has kz"
        ],
    ),
    (
        "processes_refer",
        {"processes.gap_papers.action": "release"},
        ["processes.yaml:1: processes.gap_papers.action: 'release' needs a facility"],
    ),
    (
        "processes_refer",
        {
            "processes.gap_papers.goods": ["grains"],
            "flows.F1.goods": "grain",
            "processes.gap_papers.action": "reform",
            "processes.gap_papers.units": "load",
        },
        ["processes.yaml:1: processes.gap_papers.goods: 'grains' is not a class of goods; nearest: 'grain'"],
    ),
    (
        "barriers_refer",
        {"barriers.documents.gab": {"scale": 0, "source": "a report", "grade": "estimate"}},
        [
            "barriers.yaml:1: barriers.documents.gab: 'gab' is no country of a node, node or class of goods;"
            " nearest: 'gap'"
        ],
    ),
    (
        "flows_are_no_totals",
        {"flows.corridor": TABLES["flows"]["F1"], "flows.west_to_east": TABLES["flows"]["F1"]},
        [
            f"flows.yaml:{line}: flows.{name}: '{name}' names the sum of several flows; allowed: any other name than"
            " corridor, all, east_to_west, west_to_east"
            for line, name in ((2, "corridor"), (3, "west_to_east"))
        ],
    ),
    (
        "nodes_are_no_countries",
        {"nodes.kz": TABLES["nodes"]["gap"]},
        [
            "nodes.geojson:7: nodes.kz: 'kz' is a country too, and barriers have a strength for it; give the node another"
            " name"
        ],
    ),
    (
        "pools_are_no_other_stocks",
        {
            "facilities.cans": {**FACILITY["dock_yard"], "kind": "stock", "pool": "cans"},
            "facilities.tins": {**FACILITY["dock_yard"], "kind": "stock", "pool": "cans"},
        },
        [
            f"facilities.yaml:{line}: facilities.{name}.pool: 'cans' is a depot too; give the pool another name"
            for line, name in ((5, "cans"), (6, "tins"))
        ],
    ),
    (
        "pools_are_no_other_stocks",
        {"facilities.cans": {**FACILITY["dock_yard"], "kind": "stock", "pool": "cans east_to_west"}},
        ["facilities.yaml:5: facilities.cans.pool: 'cans east_to_west' is not a name; allowed: [a-z][a-z0-9_]*"],
    ),
    (
        "processes_refer",
        {"operators": RAILWAYS, "processes.gap_papers.between": ["cr", "ktzh"]},
        ["processes.yaml:1: processes.gap_papers.between: 'ktzh' is not an operator; nearest: 'ktz'"],
    ),
    (
        "processes_refer",
        {"processes.dock_yard_in.barrier_country": "KZ"},
        ["processes.yaml:2: processes.dock_yard_in.barrier_country: belongs to a barrier; name it in 'barrier'"],
    ),
    (
        "processes_refer",
        {"processes.gap_papers.barrier_country": "CN"},
        [
            "processes.yaml:1: processes.gap_papers.barrier: barrier 'documents' has no row for 'cn', its"
            " 'barrier_country'; it has kz"
        ],
    ),
    (
        "joint_operators_refer",
        {
            "operators": RAILWAYS,
            "joint_operators": {"jv": {"title": "jv", "members": ["ktz", "gr"], "in_force": True, **KNOWN}},
        },
        ["joint_operators.yaml:1: joint_operators.jv.members: 'gr' is not an operator; nearest: 'cr'"],
    ),
    (
        "risk_lanes_share_out_the_movers",
        {
            "processes.gap_papers.risk_lanes": {
                "green": {"share": 0.9, "duration": "1 h"},
                "red": {"share": [{"value": 0.1}, {"from": "2024-03-01", "value": 0.2}], "duration": "1 d"},
            }
        },
        [
            "processes.yaml:1: processes.gap_papers.duration: stands in the risk lanes; give it there alone",
            "processes.yaml:1: processes.gap_papers.risk_lanes: make up 1.1 of all, more than 1",
        ],
    ),
    (
        "passes_stand_for_one_barrier",
        {
            "facilities.gap_passes": GAP_PASSES,
            "processes.gap_papers.facility": "gap_passes",
            "processes.dock_pass": {"node": "dock", "facility": "gap_passes", "barrier": "documents", **KNOWN},
        },
        [
            "processes.yaml:1: processes.gap_papers.barrier: 'gap_passes' stands for the barrier of 'dock_pass': barrier,"
            " country and node must agree"
        ],
    ),
    (
        "passes_stand_for_one_barrier",
        {
            "facilities.gap_passes": GAP_PASSES,
            "processes.gap_papers.facility": "gap_passes",
            "processes.gap_papers.goods": ["grain", "oilseeds"],
            "flows.F1.goods": "grain",
            "flows.F2": {**TABLES["flows"]["F1"], "goods": "oilseeds"},
            "barriers.documents.grain": {"scale": 0.5, **KNOWN},
        },
        [
            "processes.yaml:1: processes.gap_papers.goods: shares its slots with others, so barriers.documents.grain cannot"
            " scale them"
        ],
    ),
    (
        "barriers_refer",
        {"flows.F1.goods": "gap"},
        ["flows.yaml:1: flows.F1.goods: 'gap' is a node or a country too; barriers could not tell them apart"],
    ),
    (
        "services_refer",
        {"services.feeder.rotation.1.cranes": "quay_crane"},
        ["services.yaml:1: services.feeder.rotation.1.cranes: 'quay_crane' is not a facility; nearest: 'quay_cranes'"],
    ),
    (
        "services_refer",
        {"services.feeder.cargo": ["TEUs"], "services.feeder.mode": "rail"},
        [
            "services.yaml:1: services.feeder.cargo: 'TEUs' is not a cargo; nearest: 'TEU'",
            "services.yaml:1: services.feeder.mode: 'rail' is not a sea mode",
            "services.yaml:1: services.feeder.rotation.0.port: no link of mode rail from 'dock' to 'quay'",
            "services.yaml:1: services.feeder.rotation.1.port: no link of mode rail from 'quay' to 'dock'",
        ],
    ),
    (
        "services_refer",
        {"services.feeder.rotation.1.berth": "dock_berth"},
        ["services.yaml:1: services.feeder.rotation.1.berth: 'dock_berth' is at 'dock', the call is at 'quay'"],
    ),
    (
        "services_refer",
        {"services.feeder.rotation.1.berth": "quay_cranes"},
        ["services.yaml:1: services.feeder.rotation.1.berth: 'quay_cranes' is a crane, not a berth"],
    ),
    (
        "services_refer",
        {"facilities.quay_berth.takes": ["sea_tanker"]},
        ["services.yaml:1: services.feeder.rotation.1.berth: 'quay_berth' takes sea_tanker, not sea_container"],
    ),
    (
        "services_refer",
        {"services.feeder.rotation.1.port": "west"},
        [
            "services.yaml:1: services.feeder.rotation.0.port: no link of mode sea_container from 'dock' to 'west'",
            "services.yaml:1: services.feeder.rotation.1.berth: 'quay_berth' is at 'quay', the call is at 'west'",
            "services.yaml:1: services.feeder.rotation.1.cranes: 'quay_cranes' is at 'quay', the call is at 'west'",
            "services.yaml:1: services.feeder.rotation.1.port: no link of mode sea_container from 'west' to 'dock'",
        ],
    ),
    (
        "fleets_refer",
        {"fleets.ships.service": "feader"},
        ["fleets.yaml:1: fleets.ships.service: 'feader' is not a service; nearest: 'feeder'"],
    ),
    (
        "fleets_refer",
        {"fleets.ships.first_port": 2},
        ["fleets.yaml:1: fleets.ships.first_port: 2 is not a call of service 'feeder'; allowed: 0 to 1"],
    ),
    (
        "weather_refers",
        {"weather.storms.closes": {"dock_entry": 0.2}},
        ["weather.yaml:1: weather.storms.closes: 'dock_entry' is not a facility; nearest: 'dock_berth'"],
    ),
    (
        "flows_refer",
        {"flows.F1.destination": "west", "flows.F1.origin": "west"},
        ["flows.yaml:1: flows.F1.destination: starts and ends at 'west': there is no journey"],
    ),
    (
        "flows_refer",
        {"flows.F1.via": ["gapp"], "flows.F1.cargo": "box"},
        [
            "flows.yaml:1: flows.F1.via: 'gapp' is not a node; nearest: 'gap'",
            "flows.yaml:1: flows.F1.cargo: 'box' is not a cargo",
        ],
    ),
    (
        "observations_refer",
        {"observed.O1.to_node": None, "observed.O1.flows": ["F2"]},
        [
            "observed.yaml:1: observed.O1: a transit time needs 'to_node'",
            "observed.yaml:1: observed.O1.flows: 'F2' is not a flow; nearest: 'F1'",
        ],
    ),
    (
        "rates_refer",
        {
            "tariffs": {
                "freight": {
                    **KNOWN,
                    "component": "sea",
                    "value": 9,
                    "unit": "USD/TEU",
                    "cargo": ["teu"],
                    "services": ["feeders"],
                }
            },
            "emissions": {
                "diesel": {**KNOWN, "component": "rail", "value": 25, "unit": "g CO2e/t-km", "countries": ["KS"]}
            },
        },
        [
            "tariffs.yaml:1: tariffs.freight.cargo: 'teu' is not in the geodata; nearest: 'TEU'",
            "tariffs.yaml:1: tariffs.freight.services: 'feeders' is not in the geodata; nearest: 'feeder'",
            "emissions.yaml:1: emissions.diesel.countries: 'KS' is not in the geodata; nearest: 'KZ'",
        ],
    ),
    (
        "rates_fit_their_units",
        {
            "tariffs": {
                "a": {**KNOWN, "component": "rail", "value": -1, "unit": "USD/TEU"},
                "b": {**KNOWN, "component": "time", "value": 1, "unit": "USD/TEU-day", "cargo": ["t"]},
            }
        },
        [
            "tariffs.yaml:1: tariffs.a.value: must not be negative; lower the price that it would reduce",
            "tariffs.yaml:1: tariffs.a.unit: rail is charged per km, not in USD/TEU",
            "tariffs.yaml:2: tariffs.b.unit: t is not counted in TEU",
        ],
    ),
    (
        "sources_given",
        {"barriers.documents.kz.source": " "},
        [
            "barriers.yaml:1: barriers.documents.kz.source: names no source; write a link, plain words or the id of a fact"
        ],
    ),
    (
        "sources_given",
        {"flows.F1.evidence": {"lot": {**KNOWN, "source": ""}}},
        ["flows.yaml:1: flows.F1.evidence.lot.source: names no source; write a link, plain words or the id of a fact"],
    ),
    (
        "rail_capacities_are_usable",
        {"links.east_gap.capacity_mt_per_year": 5},
        [
            "links.geojson:2: links.east_gap.capacity_mt_per_year: give 'trains_per_day' or 'capacity_mt_per_year', not both",
            "links.geojson:2: links.east_gap.capacity_mt_per_year: needs 'net_tonnes_per_train' to become train paths",
        ],
    ),
    (
        "stocks_know_where_things_go",
        {
            "facilities.dock_yard.pool": "boxes",
            "facilities.flats": {**FACILITY["dock_yard"], "kind": "stock", "pool": "flats", "idle_wait": "2 d"},
        },
        [
            "facilities.yaml:4: facilities.dock_yard.pool: only a depot (kind: stock) has it, this is a yard",
            "facilities.yaml:5: facilities.flats.idle_wait: needs a flow that repositions idle units: 'woken_by: flats'",
        ],
    ),
    (
        "stocks_know_where_things_go",
        {
            "facilities.dock_yard.owner": "Rail",
            "facilities.flats": {**FACILITY["dock_yard"], "kind": "stock", "pool": "platforms", "gauge_mm": 1520},
            "facilities.other": {**FACILITY["dock_yard"], "kind": "stock", "pool": "platforms"},
        },
        [
            "facilities.yaml:4: facilities.dock_yard.owner: only a depot (kind: stock) has it, this is a yard",
            "facilities.yaml:6: facilities.other.gauge_mm: is not given, but 1520 mm at 'flats' of the same pool",
        ],
    ),
    (
        "stocks_know_where_things_go",
        {
            "facilities.flats": {**FACILITY["dock_yard"], "kind": "stock", "pool": "flats", "unit": "wagon"},
            "flows.F1.woken_by": "flats",
        },
        [
            "flows.yaml:1: flows.F1.woken_by: 'flats' has no 'idle_wait': nothing leaves it",
            "flows.yaml:1: flows.F1.origin: must be 'dock', where 'flats' stands",
            "flows.yaml:1: flows.F1.woken_by: the quantity of empty repositioning is 0: how much travels is what stood idle",
            "flows.yaml:1: flows.F1.cargo: one unit must be one wagon, as 'flats' counts",
        ],
    ),
    (
        "ways_are_chosen",
        {"flows.F1.choice": {"rule": "share"}},
        ["flows.yaml:1: flows.F1.choice: 'ways' and 'choice' come together"],
    ),
    (
        "ways_are_chosen",
        {"flows.F1.choice": {"rule": "share"}, "flows.F1.ways": [{"name": "one", "share": 1}, {"name": "other"}]},
        ["flows.yaml:1: flows.F1.ways: choice by share: give each way a 'share', not all 0"],
    ),
    (
        "flows_refer",
        {"flows.F1.woken_by": "flat", "flows.F1.ways": [{"name": "one", "via": ["gab"]}]},
        [
            "flows.yaml:1: flows.F1.woken_by: 'flat' is not a stock",
            "flows.yaml:1: flows.F1.ways.0.via: 'gab' is not a node; nearest: 'gap'",
        ],
    ),
    (
        "lengths_fit_the_map",
        {"links.quay_west.length_km": [{"value": 120}, {"from": "2025-01-01", "value": 100}]},
        [
            "links.geojson:5: links.quay_west.length_km: 100 km is shorter than the great circle between its ends, 111 km"
        ],
    ),
    (
        "lengths_fit_the_map",
        {"links.quay_west.line": [[51, 0], [50.5, 0.5], [50, 0]]},
        ["links.geojson:5: links.quay_west.length_km: 120 km is shorter than its drawn line, 157 km"],
    ),
    (
        "ships_sail_one_length",
        {"links.dock_quay.length_km": [{"value": 120}, {"from": "2024-07-01", "value": 240}]},
        [
            "links.geojson:4: links.dock_quay.length_km: changes on 2024-07-01, within the run; ships sail one length all the"
            " time: give one value"
        ],
    ),
    (
        "ships_sail_one_length",
        {"links.dock_round_quay": link("quay", "dock", "sea_container", length_km=900)},
        [
            "links.geojson:6: links.dock_round_quay: joins the same ports by sea_container as 'dock_quay', over which the"
            " ships go; keep one of them"
        ],
    ),
    (
        "lines_join_their_nodes",
        {"links.quay_west.line": [[51, 0], [50, 0.1]]},
        ["links.geojson:5: links.quay_west: the drawn line is 11 km off at its end 'west'"],
    ),
    (
        "needed_facilities_have_capacity",
        {"facilities.quay_cranes.capacity": [{"value": 0}, {"from": "2024-05-01", "value": 1}]},
        ["services.yaml:1: services.feeder.rotation.1.cranes: needs 2 of 'quay_cranes', which has 1 at most"],
    ),
    (
        "needed_facilities_have_capacity",
        {"facilities.dock_yard.capacity": 0},
        [
            "processes.yaml:2: processes.dock_yard_in.facility: needs 1 of 'dock_yard', which never has capacity",
            "services.yaml:1: services.feeder.rotation.0.yard: needs 1 of 'dock_yard', which never has capacity",
        ],
    ),
    (
        "flows_are_reachable",
        {"links.gap_dock.in_service": [{"value": True}, {"from": "2024-03-01", "value": False}]},
        ["flows.yaml:1: flows.F1: no way from 'east' to 'west' by rail, sea_container on 2024-03-01"],
    ),
    (
        "gauge_changes_where_possible",
        {"nodes.gap.kind": "station"},
        [
            "flows.yaml:1: flows.F1: route changes gauge from 1435 to 1520 mm before 'gap_dock', no node of kind"
            " 'gauge_break' or 'port' between"
        ],
    ),
    (
        "flows_refer",
        {"flows.F1.promise_from": "gab"},
        [
            "flows.yaml:1: flows.F1.promise_from: 'gab' is not a node; nearest: 'gap'",
            "flows.yaml:1: flows.F1.promise_from: comes with 'promise_days'",
        ],
    ),
    (
        "sea_legs_have_ships",
        {"services.feeder.cargo": ["t"], "fleets.ships.count": 0},
        [
            "services.yaml:1: services.feeder.cargo: does not take TEU, but flow 'F1' goes over 'dock_quay'",
            "services.yaml:1: services.feeder: has no ships, but flow 'F1' goes over 'dock_quay'",
        ],
    ),
    (
        "sea_legs_have_ships",
        {"services.feeder": None, "fleets.ships": None},
        [
            "links.geojson:4: links.dock_quay: no service of mode sea_container between 'dock' and 'quay'; a sea link needs"
            " exactly one"
        ],
    ),
    (
        "lots_fit_vessels",
        {"fleets.ships.limits.teu": 49},
        ["flows.yaml:1: flows.F1.lot: a shipment of 50 TEU fits no vessel of service 'feeder'"],
    ),
    (
        "lots_fit_vessels",
        {"flows.F1.tonnes_per_unit": 18.02},
        ["flows.yaml:1: flows.F1.lot: a shipment of 50 TEU fits no vessel of service 'feeder'"],
    ),
    (
        "stores_hold_what_is_taken",
        {"facilities.dock_yard.capacity": 99},
        [
            "facilities.yaml:4: facilities.dock_yard.capacity: 99 teu cannot hold the 100 of flow 'F1' (process"
            " 'dock_yard_in')"
        ],
    ),
    (
        "stores_hold_what_is_taken",
        {
            "facilities.quay_yard": {**FACILITY["dock_yard"], "node": "quay", "capacity": 40},
            "services.feeder.rotation.1.yard": "quay_yard",
        },
        [
            "facilities.yaml:5: facilities.quay_yard.capacity: 40 teu cannot hold the 50 of flow 'F1' (discharge at"
            " 'quay')"
        ],
    ),
]


def said(problems, folder: Path) -> list[str]:
    """The problems as text, with files named from the geodata folder on; each once, as ``check`` does."""
    return [str(p).replace(f"{folder}/geodata/", "") for p in dict.fromkeys(problems)]


def test_the_small_world_passes_every_rule(tmp_path):
    assert check(small_world(tmp_path)) == []


@pytest.mark.parametrize(("rule", "broken", "expected"), FAULTS, ids=[f"{k:02d}-{f[0]}" for k, f in enumerate(FAULTS)])
def test_a_rule_says_what_is_wrong_and_where(tmp_path, rule, broken, expected):
    world = small_world(tmp_path, broken)
    assert said(RULES[rule](world), tmp_path) == expected
    assert set(expected) <= set(said(check(world), tmp_path))


def test_every_rule_has_a_fault_that_it_finds():
    assert {rule for rule, *_ in (*FAULTS, *PAIR_FAULTS, *BAN_FAULTS, *MARKET_FAULTS)} | {
        "sea_links_keep_off_land",
        "primary_kpi_has_a_scope",
        "changes_come_after_openings",
    } == set(RULES)
    assert all(rule.__doc__ for rule in (*ROW_RULES, *NETWORK_RULES, *ROUTE_RULES))


def test_all_faulty_rows_are_reported_at_once(tmp_path):
    world = small_world(
        tmp_path,
        {
            "links.gap_dock.to": "dok",
            "fleets.ships.service": "x",
            "flows.F1.cargo": "box",
            "facilities.dock_yard.takes": ["rail"],
        },
    )
    assert said(check(world), tmp_path) == [
        "links.geojson:3: links.gap_dock.to_node: 'dok' is not a node; nearest: 'dock'",
        "fleets.yaml:1: fleets.ships.service: 'x' is not a service",
        "flows.yaml:1: flows.F1.cargo: 'box' is not a cargo",
        "facilities.yaml:4: facilities.dock_yard.takes: only a berth has it, this is a yard",
    ]
    for rule in ROW_RULES:
        list(rule(world))  # none of them stumbles over the others' faults


def test_a_demand_of_nothing_needs_no_way(tmp_path):
    """A closed line is no fault for a flow that begins when it opens."""
    opened = [{"value": False}, {"from": "2024-05-20", "value": True}]
    later = [{"value": 0}, {"from": "2024-05-20", "value": 900}]
    assert (
        check(small_world(tmp_path, {"links.gap_dock.in_service": opened, "flows.F1.quantity_per_year": later})) == []
    )
    profile = [0] * 5 + [1] * 7
    world = small_world(tmp_path, {"links.gap_dock.in_service": opened, "flows.F1.monthly_profile": profile})
    assert [p.message for p in check(world)] == [
        "flows.F1: no way from 'east' to 'west' by rail, sea_container on 2023-11-02"
    ]  # the warm-up's December has demand, the line is closed


def test_a_sea_link_may_change_before_the_run_and_after_it(tmp_path):
    dated = [{"value": 120}, {"from": "2020-01-01", "value": 130}, {"from": "2040-01-01", "value": 140}]
    assert check(small_world(tmp_path, {"links.dock_quay.length_km": dated})) == []


def test_gauge_may_change_at_any_node_between_two_known_gauges(tmp_path):
    """A border link with both gauges joins links of one gauge each."""
    border = link("gap", "border", gauge_mm=None, length_km=60)
    node = {**TABLES["nodes"]["gap"], "kind": "border", "lon": 52.6}
    changes = {"nodes.border": node, "links.gap_border": border, "links.gap_dock.from": "border"}
    assert check(small_world(tmp_path, changes)) == []
    world = small_world(tmp_path, {**changes, "nodes.gap.kind": "border"})
    assert ["border_dock" in str(p) or "gap_dock" in str(p) for p in check(world)] == [True]


def test_sea_links_must_not_cross_land(tmp_path):
    """An island of one degree between the ports: the lane through it is refused, one around it is not."""
    world = small_world(tmp_path)
    (tmp_path / "geodata" / "basemap").mkdir()
    countries = tmp_path / "geodata" / "basemap" / "countries.geojson"

    def island(south: float, north: float) -> None:
        ring = [[51.3, south], [51.7, south], [51.7, north], [51.3, north], [51.3, south]]
        countries.write_text(
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "Isle"},'
            f' "geometry": {{"type": "Polygon", "coordinates": [{ring}]}}}}]}}'
        )

    island(-0.2, 0.2)
    assert said(RULES["sea_links_keep_off_land"](world), tmp_path) == [
        "links.geojson:4: links.dock_quay: sea link crosses land (Isle) near 0.00 N 51.64 E"
    ]
    island(0.01, 0.4)  # the lane passes south of it
    assert list(RULES["sea_links_keep_off_land"](world)) == []
    island(-0.02, 0.4)  # 2 km inside a coast line is within the tolerance
    assert list(RULES["sea_links_keep_off_land"](world)) == []
    countries.unlink()
    assert list(RULES["sea_links_keep_off_land"](world)) == []  # no base map, nothing to check


def test_great_circle_against_known_distances():
    assert great_circle_km((0, 0), (1, 0)) == pytest.approx(111.195, abs=0.001)  # a degree of the equator
    assert great_circle_km((0, 90), (77, -90)) == pytest.approx(20015.1, abs=0.1)  # pole to pole
    assert great_circle_km((-0.4543, 51.4706), (-73.7781, 40.6413)) == pytest.approx(5540, abs=5)  # London - New York


def test_rules_run_in_two_stages_without_overlap():
    assert len(RULES) == len(ROW_RULES) + len(NETWORK_RULES) + len(ROUTE_RULES)
