"""How scenarios use the catalogue: dates, delays, ramps, works, packages, budgets, and what is refused."""

# ruff: noqa: E501 (messages are quoted whole)

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario.load import Scenario, load_scenario

CHILD = "schema_version: 1\nextends: base\n"
MORE = """
CAP-03:
  title: Yard in two stages
  kind: capacity
  from: 2025-01-01
  source: a plan
  grade: assumption
  cost_musd: 30
  ramp_up: [{share: 0.25}, {after: 90 d, share: 1}]
  changes:
    - {key: facilities.yard.capacity, add: 800, range: [400, 1200]}
    - {key: processes.papers.duration, add: -2 h}
    - {key: barriers.documents.kz.scale, scale: 0.2}
CAP-04:
  title: Rebuilt line
  kind: capacity
  from: 2026-01-01
  source: a plan
  grade: claimed
  cost_musd: 200
  works: {from: 2024-07-01, share: 0.6, keys: [links.c_d.trains_per_day]}
  changes:
    - {key: links.c_d.trains_per_day, scale: 3}
CAP-05:
  title: The rival of CAP-04
  kind: capacity
  from: 2026-01-01
  source: a plan
  grade: claimed
  excludes: [CAP-04]
  changes:
    - {keys: [links.c_d.speed_kmh, links.d_e.speed_kmh], set: 60}
    - {key: links.c_d.speed_kmh, set: 80, after: 31 d}
DIS-01:
  title: A storm
  kind: disruption
  from: 2024-05-05
  source: a log
  grade: measured
  changes:
    - {key: facilities.entry.capacity, set: 0, to: 2024-05-10}
SRV-01:
  title: A company
  kind: service
  from: 2023-01-01
  source: a paper
  grade: claimed
  in_base: the times are those since then
SRV-02:
  title: Days saved
  kind: service
  from: 2023-01-01
  source: a paper
  grade: claimed
  outcome: an aim
SRV-03:
  title: A port far away
  kind: service
  from: 2023-01-01
  source: a paper
  grade: claimed
  not_modelled: it is not in the network
"""


@pytest.fixture
def scenarios(library: Path) -> Path:
    with (library / "interventions.yaml").open("a") as catalogue:
        catalogue.write(MORE)
    return library


def loaded(folder: Path, text: str, name: str = "mine") -> Scenario:
    (folder / f"{name}.yaml").write_text(text)
    return load_scenario(name)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        loaded(folder, text)
    return [str(p) for p in caught.value.problems]


def effects(scenario: Scenario, *labels: str) -> list[tuple]:
    return [
        (c.key.split(".")[1], c.action, c.value, str(c.since), str(c.until))
        for c in scenario.changes
        if c.label in labels
    ]


def test_a_ramp_grows_to_the_whole_effect(scenarios):
    assert effects(loaded(scenarios, CHILD + "interventions: [CAP-03]\n"), "CAP-03") == [
        ("yard", "add", 200.0, "2025-01-01", "2025-04-01"),
        ("papers", "add", "-1800 s", "2025-01-01", "2025-04-01"),
        ("documents", "scale", 0.8, "2025-01-01", "2025-04-01"),
        ("yard", "add", 800, "2025-04-01", "None"),
        ("papers", "add", "-7200 s", "2025-04-01", "None"),
        ("documents", "scale", pytest.approx(0.2), "2025-04-01", "None"),
    ]


def test_works_begin_on_time_and_last_until_a_late_opening(scenarios):
    on_time = effects(loaded(scenarios, CHILD + "interventions: [CAP-04]\n"), "CAP-04")
    assert on_time == [("c_d", "scale", 0.6, "2024-07-01", "2026-01-01"), ("c_d", "scale", 3.0, "2026-01-01", "None")]
    late = effects(loaded(scenarios, CHILD + "interventions: [{id: CAP-04, delay: 365 d}]\n"), "CAP-04")
    assert late == [("c_d", "scale", 0.6, "2024-07-01", "2027-01-01"), ("c_d", "scale", 3.0, "2027-01-01", "None")]
    early = effects(loaded(scenarios, CHILD + "interventions: [{id: CAP-04, at: 2024-06-01}]\n"), "CAP-04")
    assert early[0] == ("c_d", "scale", 0.6, "2022-11-30", "2024-06-01")  # the works keep their length


def test_several_keys_and_later_values(scenarios):
    assert effects(loaded(scenarios, CHILD + "interventions: [{id: CAP-05, at: 2026-02-01}]\n"), "CAP-05") == [
        ("c_d", "set", 60, "2026-02-01", "None"),
        ("d_e", "set", 60, "2026-02-01", "None"),
        ("c_d", "set", 80, "2026-03-04", "None"),
    ]


def test_what_if_all_had_been_there_by_then(scenarios):
    text = CHILD + "interventions_from: 2023-07-01\ninterventions: [BAR-01, {id: CAP-04, at: 2024-01-01}, DIS-01]\n"
    uses = {use.id: use.since for use in loaded(scenarios, text).interventions}
    assert uses == {"BAR-01": date(2023, 7, 1), "CAP-04": date(2024, 1, 1), "DIS-01": date(2024, 5, 5)}


def test_a_common_delay_spares_those_with_their_own_and_disruptions(scenarios):
    text = CHILD + "delay: 100 d\ninterventions: [CAP-01, {id: BAR-01, delay: 10 d}, DIS-01]\n"
    uses = {use.id: use.since for use in loaded(scenarios, text).interventions}
    assert uses == {"CAP-01": date(2026, 1, 8), "BAR-01": date(2025, 7, 11), "DIS-01": date(2024, 5, 5)}


def test_packages_are_interventions_with_a_name(scenarios):
    scenario = loaded(scenarios, CHILD + "interventions: [CAP-01]\npackages:\n  papers: [BAR-01]\n  steel: [CAP-03]\n")
    assert [(use.id, use.package) for use in scenario.interventions] == [
        ("CAP-01", ""),
        ("BAR-01", "papers"),
        ("CAP-03", "steel"),
    ]
    assert problems(scenarios, CHILD + "interventions: [CAP-01]\npackages: {steel: [CAP-01]}\n") == [
        "scenarios/mine.yaml:4: packages: 'CAP-01' is listed twice"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "interventions: [CAP-11]",
            "scenarios/mine.yaml:3: interventions: 'CAP-11' is not in interventions.yaml; nearest: 'CAP-01'",
        ),
        (
            "interventions: [SRV-02]",
            "scenarios/mine.yaml:3: interventions: 'SRV-02' is an outcome to compare a result with, not an input: an aim",
        ),
        (
            "interventions: [SRV-03]",
            "scenarios/mine.yaml:3: interventions: 'SRV-03' cannot be simulated: it is not in the network",
        ),
        (
            "interventions:\n  - CAP-05\n  - CAP-04",
            "scenarios/mine.yaml:4: CAP-05 and CAP-04 say the same in two ways; keep one of them",
        ),
        (
            "budget_musd: 100\ninterventions: [CAP-03, CAP-04]",
            "scenarios/mine.yaml:3: budget_musd: the interventions cost 230 million USD, over the budget of 100: CAP-04 200, CAP-03 30",
        ),
        (
            "delay: {dist: weibull_min, scale: 9 d, shape: {c: 2.0}}\ninterventions: [CAP-01]",
            "scenarios/mine.yaml:4: interventions: 'CAP-01' has a delay: give 'weibull_min' by 'mean' and 'cv'",
        ),
        (
            "interventions: [{id: CAP-01, delay: 2 y}]",
            "scenarios/mine.yaml:3: interventions.0.delay: unknown unit 'y' in '2 y'; allowed: s, min, h, d, w; or minutes, hours, days, weeks",
        ),
        ("comparator: [{text: A, source: B, value: 3}]", "scenarios/mine.yaml:3: comparator.0: figures need a 'unit'"),
        (
            "comparator: [{text: A, source: B, kpi: transit_p5}]",
            "scenarios/mine.yaml:3: comparator.0.kpi: 'transit_p5' is not an indicator of a run; nearest: "
            "'transit_p95', 'transit_p50', 'transit_p90'; 'corridor list --indicators' shows all",
        ),
    ],
)
def test_what_is_refused(scenarios, text, expected):
    assert problems(scenarios, CHILD + text + "\n") == [expected]


def test_a_parents_set_on_the_same_date_contradicts_too(scenarios):
    (scenarios / "parent.yaml").write_text(CHILD + "interventions: [CAP-01]\n")
    assert problems(scenarios, "schema_version: 1\nextends: parent\ninterventions: [CAP-02]\n") == [
        "scenarios/interventions.yaml:25: CAP-02 and CAP-01 (line 8) both set links.a_b.trains_per_day from 2025-09-30; "
        "keep one of them or move it with 'at'"
    ]


def test_a_budget_counts_what_parents_use(scenarios):
    (scenarios / "parent.yaml").write_text(CHILD + "interventions: [CAP-04]\n")
    child = "schema_version: 1\nextends: parent\nbudget_musd: {}\ninterventions: [CAP-03, BAR-01]\n"
    assert "cost 230 million USD, over the budget of 229.5" in problems(scenarios, child.format(229.5))[0]
    notes = loaded(scenarios, child.format(230)).notes
    assert notes == ("the budget covers published costs only; none is published for BAR-01",)


def test_what_must_be_said(scenarios):
    assert loaded(scenarios, CHILD + "title: Another name\n").notes == (
        "changes nothing: it is base under another name",
    )
    assert loaded(scenarios, CHILD + "seed: 9\n").notes == ()
    assert loaded(scenarios, CHILD + "interventions: [SRV-01]\n").notes == (
        "SRV-01: no change, the geodata have it: the times are those since then",
        "changes nothing: it is base under another name",
    )
    assert loaded(scenarios, CHILD + "packages: {papers: []}\n").notes == (
        "changes nothing: it is base under another name",
    )
    assert loaded(scenarios, CHILD + "interventions: [SRV-01, CAP-01]\n").notes == (
        "SRV-01: no change, the geodata have it: the times are those since then",
    )
    drawn = loaded(scenarios, CHILD + "interventions: [{id: CAP-01, delay: {dist: uniform, low: 0 d, high: 100 d}}]\n")
    assert drawn.notes == ("CAP-01: each replication draws how late it is; dates are shown with the expected 50 d",)
    assert drawn.interventions[0].since == date(2025, 11, 19)


def test_comparators_come_from_the_nearest_file_that_has_any(scenarios):
    (scenarios / "parent.yaml").write_text(CHILD + "comparator: [{text: Nine days, value: 9, unit: d, source: S}]\n")
    inherited = loaded(scenarios, "schema_version: 1\nextends: parent\nseed: 2\n").comparators
    assert [(c.text, c.value, c.unit) for c in inherited] == [("Nine days", 9, "d")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("add: 800, range", "add: 1800, range", "add 1800.0 must lie within its range, 400.0 to 1200.0"),
        ("{share: 0.25}", "{share: 1}", "CAP-03.ramp_up: steps must follow each other with rising shares"),
        ("after: 90 d, share: 1", "after: 90 d, share: 0.9", "CAP-03.ramp_up: the last step must have share 1"),
        (
            "scale: 0.2}",
            "set: 0.2}",
            "CAP-03: barriers.documents.kz.scale: a ramp-up needs add or scale; several values are several sets with 'after'",
        ),
        (
            "works: {from: 2024-07-01",
            "works: {from: 2026-07-01",
            "CAP-04: works: 'from' 2026-07-01 must lie before the opening on 2026-01-01",
        ),
        (
            "  outcome: an aim",
            "  outcome: an aim\n  in_base: so",
            "SRV-02: exactly one of changes, in_base, outcome, not_modelled is needed; given: in_base, outcome",
        ),
        (
            "{keys: [links.c_d.speed_kmh, links.d_e.speed_kmh], set",
            "{set",
            "give 'key', or 'keys' for several that change alike",
        ),
    ],
)
def test_faults_of_an_entry(scenarios, old, new, expected):
    catalogue = scenarios / "interventions.yaml"
    text = catalogue.read_text()
    assert old in text
    catalogue.write_text(text.replace(old, new))
    assert any(problem.endswith(expected) for problem in problems(scenarios, CHILD + "interventions: [CAP-01]\n"))
