"""Loading scenarios: parents, merge order, overrides, and every error with its file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario.library import find_scenario
from sim.scenario.listing import list_scenarios
from sim.scenario.load import load_scenario

HEAD = "schema_version: 1\ntitle: T\nperiod: {start: 2024-01-01, end: 2024-12-31}\n"


def problems(library: Path, text: str | None = None, *overrides: str) -> list[str]:
    if text is not None:
        (library / "mine.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        load_scenario("mine", overrides)
    return [str(p) for p in caught.value.problems]


def test_settings_and_defaults(library):
    (library / "mine.yaml").write_text(HEAD)
    scenario = load_scenario("mine")
    assert (scenario.name, scenario.title, scenario.question) == ("mine", "T", "")
    assert (scenario.warm_up_s, scenario.run_out_s) == (60 * 86_400, 120 * 86_400)
    assert (scenario.replications, scenario.seed, scenario.changes) == (10, 1, ())
    assert scenario.clock.origin == date(2023, 11, 2)
    assert scenario.geodata_dir == library.parent / "geodata"


def test_a_child_overrides_its_parent_field_by_field(library):
    (library / "mine.yaml").write_text(
        "schema_version: 1\nextends: base\nperiod: {end: 2025-06-30, warm_up: 36 h}\nseed: 6\n"
        "set: {facilities.crane.capacity: 3}\n"
    )
    scenario = load_scenario("mine")
    assert (scenario.title, scenario.replications, scenario.seed) == ("Base", 3, 6)
    assert (scenario.period_start, scenario.period_end) == (date(2024, 1, 1), date(2025, 6, 30))
    assert (scenario.warm_up_s, scenario.clock.origin) == (36 * 3600, date(2023, 12, 30))
    assert [c.value for c in scenario.changes] == [2, 3]
    assert [p.name for p in scenario.chain] == ["mine.yaml", "base.yaml"]


def test_order_parent_then_interventions_by_date_then_set_then_command_line(library):
    (library / "mine.yaml").write_text(
        "schema_version: 1\nextends: base\ninterventions: [CAP-01, BAR-01]\nset:\n  links.a_b.tracks: 2\n"
    )
    scenario = load_scenario("mine", ["links.a_b.tracks=1", "seed=9", "period.end=2024-02-29"])
    assert [(c.label, c.key, c.action, c.since, c.line) for c in scenario.changes] == [
        ("set", "facilities.crane.capacity", "set", None, 8),
        ("BAR-01", "barriers.documents.kz.scale", "scale", date(2025, 7, 1), 16),
        ("CAP-01", "links.a_b.trains_per_day", "set", date(2025, 9, 30), 8),
        ("set", "links.a_b.tracks", "set", None, 5),
        ("--set", "links.a_b.tracks", "set", None, None),
    ]
    assert scenario.changes[1].until == date(2025, 10, 1)
    assert (scenario.changes[1].source, scenario.changes[1].grade) == ("a minister", "claimed")
    assert (scenario.seed, scenario.period_end) == (9, date(2024, 2, 29))


def test_a_parent_beside_the_file_comes_before_the_library(library, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "base.yaml").write_text(HEAD.replace("title: T", "title: My base"))
    (folder / "child.yaml").write_text("schema_version: 1\nextends: base\n")
    assert load_scenario(folder / "child.yaml").title == "My base"


def test_geodata_beside_the_file(library):
    (library / "small").mkdir()
    (library / "mine.yaml").write_text(HEAD + "geodata: small\n")
    assert load_scenario("mine").geodata_dir == library / "small"


def test_all_faults_of_a_file_at_once(library):
    assert problems(
        library, "schema_version: 1\ntitel: x\nperiod: {start: 2024-01-01, end: 2023-12-31}\nseed: -1\n"
    ) == [
        "scenarios/mine.yaml:2: unknown field 'titel'; allowed: schema_version, title, question, primary_kpi, "
        "extends, geodata, period, replications, seed, base_year, demand, comparator, interventions, packages, without, "
        "interventions_from, delay, budget_musd, set; nearest: 'title'",
        "scenarios/mine.yaml:3: period: end 2023-12-31 is before start 2024-01-01",
        "scenarios/mine.yaml:4: seed: -1 should be greater than or equal to 0",
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("replications: 0", "replications: 0 should be greater than or equal to 1"),
        ("replications: 10001", "replications: 10001 should be less than or equal to 10000"),
        ("replications: 2.5", "replications: 2.5 should be a valid integer"),
        ("seed: true", "seed: true should be a valid integer"),
        (
            "extends: ../base",
            "extends: '../base' is not the name of a scenario; allowed: the name of a file "
            "without its ending, without a folder or '..'",
        ),
        ("extends: bse", "extends: no scenario named 'bse'; nearest: 'base'"),
        (
            "geodata: ../geodata",
            "geodata: '../geodata' is not a folder below this file's own; allowed: a relative path without '..'",
        ),
        ("geodata: gone", "geodata: no folder 'gone' beside this file"),
        ("interventions: [CAP-1]", "interventions: 'CAP-1' is not in interventions.yaml; nearest: 'CAP-01'"),
        ("interventions: [CAP-01, CAP-01]", "interventions: 'CAP-01' is listed twice"),
        (
            "interventions: [{id: CAP-01, on: 2025-01-01}]",
            "interventions.0: unknown field 'on'; allowed: id, at, delay",
        ),
        (
            "set: {capacity: 3}",
            "set: 'capacity' is not a parameter key; write table.id.field, such as links.aktau_kuryk.length_km",
        ),
        ("set: 3", "set: 3 should be a mapping (field: value)"),
    ],
)
def test_one_fault(library, line, expected):
    assert problems(library, HEAD + line + "\n")[0] == f"scenarios/mine.yaml:4: {expected}"


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (
            "{start: 2024-01-01, end: 2024-12-31, warm_up: 60}",
            "period.warm_up: 60 is not a duration; write a number and a unit, such as '4 h' (s, min, h, d, w)",
        ),
        (
            "{start: 2024-01-01, end: 2024-12-31, warm_up: 2 y}",
            "period.warm_up: unknown unit 'y' in '2 y'; allowed: s, min, h, d, w; or minutes, hours, days, weeks",
        ),
        ("{start: 0, end: 2024-12-31}", "period.start: 0 is not a date; write it as 2024-01-31"),
        (
            "{start: 1492-10-12, end: 2024-12-31}",
            "period.start: 1492-10-12 is out of range; allowed: 1900-01-01 to 2200-01-01",
        ),
        (
            "{start: 1950-01-01, end: 2060-01-01}",
            "period: the run would last 110 years with warm-up and run-out; allowed: 100 years",
        ),
        ("{start: 2024-01-01}", "missing: period.end, here and in the parents"),
        ("{start: 2024-01-01, end: soon}", "period.end: 'soon' is not a date; write it as 2024-01-31"),
    ],
)
def test_faults_of_the_period(library, period, expected):
    text = f"schema_version: 1\ntitle: T\nperiod: {period}\n"
    assert problems(library, text) == [f"scenarios/mine.yaml:3: {expected}"]


def test_parents_may_not_form_a_circle(library):
    (library / "other.yaml").write_text("schema_version: 1\nextends: mine\n")
    assert problems(library, "schema_version: 1\ntitle: T\nextends: other\n") == [
        "scenarios/other.yaml:2: extends: a scenario cannot be its own parent: mine -> other -> mine"
    ]


def test_faults_of_parents_are_reported_with_those_of_the_child(library):
    (library / "other.yaml").write_text("schema_version: 1\nextends: base\nseed: x\n")
    assert problems(library, "schema_version: 1\nextends: other\nseed: y\n") == [
        "scenarios/mine.yaml:3: seed: 'y' should be a valid integer",
        "scenarios/other.yaml:3: seed: 'x' should be a valid integer",
    ]


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("facilities.crane.capacity", "write key=value"),
        (
            "sed=3",
            "unknown setting 'sed'; allowed: a parameter key table.id.field, or title, question, primary_kpi, "
            "replications, seed, period.start, period.end, period.warm_up, period.run_out, demand.rule, demand.size, "
            "demand.induced, demand.unsourced, demand.reference, demand.damping, demand.tolerance, demand.iterations; "
            "nearest: 'seed'",
        ),
        (
            "period.stat=2024-01-01",
            "unknown setting 'period.stat'; allowed: a parameter key table.id.field, or title, "
            "question, primary_kpi, replications, seed, period.start, period.end, period.warm_up, period.run_out, "
            "demand.rule, demand.size, demand.induced, demand.unsourced, demand.reference, demand.damping, "
            "demand.tolerance, demand.iterations; nearest: 'period.start'",
        ),
        (
            "primary_kpi=transit_p05",
            "primary_kpi: 'transit_p05' is not an indicator of a run; nearest: "
            "'transit_p95', 'transit_p90', 'transit_p50'; 'corridor list --indicators' shows all",
        ),
        ("seed=two", "seed: 'two' should be a valid integer"),
        ("seed=", "seed: a value is missing"),
        ("period.end=2024-02-30", "2024-02-30 is not a date of the calendar"),
        ("links.a_b.length_km=[1", "a bracket is not closed, or a comma is missing, here or above"),
    ],
)
def test_faulty_overrides_are_cited(library, override, expected):
    assert problems(library, HEAD, override) == [f"--set {override}: {expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: T\n", "scenarios/mine.yaml:1: missing: schema_version; write schema_version: 1"),
        (
            "title: T\nschema_version: 2\n",
            "scenarios/mine.yaml:2: schema_version: 2 is newer than this program reads (up to 1); update the program",
        ),
        ("schema_version: 0\n", "scenarios/mine.yaml:1: schema_version: 0 is not known; allowed: 1"),
        ("schema_version: one\n", "scenarios/mine.yaml:1: schema_version: 'one' should be a whole number; now: 1"),
        ("", "scenarios/mine.yaml: is empty; a scenario has schema_version, title, period ..."),
        (
            "- 1\n",
            "scenarios/mine.yaml: is not a mapping (key: value); a scenario has schema_version, title, period ...",
        ),
    ],
)
def test_version_and_shape(library, text, expected):
    assert problems(library, text) == [expected]


def test_an_older_version_is_migrated(library, monkeypatch):
    def rename_runs(document):
        document.value["replications"] = document.value.pop("runs")
        document.lines[("replications",)] = document.lines.pop(("runs",))
        return document

    monkeypatch.setitem(__import__("sim.scenario.migrate", fromlist=["STEPS"]).STEPS, 0, rename_runs)
    (library / "mine.yaml").write_text(HEAD.replace("schema_version: 1", "schema_version: 0") + "runs: 4\n")
    assert load_scenario("mine").replications == 4
    assert problems(library, HEAD.replace("schema_version: 1", "schema_version: 0") + "runs: 0\n") == [
        "scenarios/mine.yaml:4: replications: 0 should be greater than or equal to 1"
    ]


def test_the_library_lists_scenarios_of_sub_folders_but_no_other_files(library):
    for name in ("lesson/tutorial.yaml", "sweeps/ships.yaml", "lesson/geodata/facilities.yaml"):
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text(HEAD)
    (library / "lesson/geodata/nodes.geojson").write_text("{}")
    assert [(e.name, e.title, e.question, e.path.name) for e in list_scenarios()] == [
        ("base", "Base", "What if nothing changes?", "base.yaml"),
        ("tutorial", "T", "", "tutorial.yaml"),
    ]


def test_unknown_and_ambiguous_names(library):
    with pytest.raises(InputError) as caught:
        find_scenario("bace")
    assert str(caught.value) == (
        "no scenario named 'bace'; `corridor list` shows the names; a file is given with its path (./bace.yaml)"
        "; nearest: 'base'"
    )
    (library / "again").mkdir()
    (library / "again/base.yaml").write_text(HEAD)
    with pytest.raises(InputError) as caught:
        find_scenario("base")
    assert str(caught.value) == "scenarios/base.yaml: scenario name 'base' is taken by again/base.yaml already"


def test_an_installed_program_finds_its_data_inside_the_package(library, tmp_path, monkeypatch):
    package = tmp_path / "site-packages/sim"
    (package / "_data").mkdir(parents=True)
    monkeypatch.setattr("sim.scenario.library._PACKAGE", package)
    with pytest.raises(InputError, match=r"^the program's own scenarios folder is missing; install the program again$"):
        find_scenario("base")
    library.rename(package / "_data/scenarios")
    assert find_scenario("base") == package / "_data/scenarios/base.yaml"
