"""The catalogue of interventions and its use by scenarios."""

from __future__ import annotations

from datetime import date

import pytest

from sim.errors import InputError
from sim.scenario.load import load_scenario

CHILD = "schema_version: 1\nextends: base\n"


def problems(library, text):
    (library / "mine.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        load_scenario("mine")
    return [str(p) for p in caught.value.problems]


def test_an_intervention_moves_with_its_end(library):
    (library / "mine.yaml").write_text(CHILD + "interventions: [{id: BAR-01, at: 2026-07-01}]\n")
    change = load_scenario("mine").changes[-1]
    assert (change.since, change.until) == (date(2026, 7, 1), date(2026, 10, 1))


def test_a_child_moves_an_intervention_of_its_parent(library):
    (library / "parent.yaml").write_text(CHILD + "interventions: [CAP-01, BAR-01]\n")
    (library / "mine.yaml").write_text(
        "schema_version: 1\nextends: parent\ninterventions: [{id: CAP-01, at: 2027-01-01}]\n"
    )
    changes = [(c.label, c.since) for c in load_scenario("mine").changes]
    assert changes == [("set", None), ("BAR-01", date(2025, 7, 1)), ("CAP-01", date(2027, 1, 1))]
    assert problems(library, "schema_version: 1\nextends: parent\ninterventions: [CAP-01]\n") == [
        "scenarios/mine.yaml:3: interventions: 'CAP-01' is part of the parent already; give 'at' to move it"
    ]


def test_two_sets_of_one_parameter_on_one_date_contradict(library):
    assert problems(library, CHILD + "interventions: [CAP-01, CAP-02]\n") == [
        "scenarios/interventions.yaml:25: CAP-02 and CAP-01 (line 8) both set links.a_b.trains_per_day from 2025-09-30; "
        "keep one of them or move it with 'at'"
    ]
    (library / "mine.yaml").write_text(CHILD + "interventions: [CAP-01, {id: CAP-02, at: 2026-01-01}]\n")
    assert len(load_scenario("mine").changes) == 4


def test_slippage_onto_the_date_of_another_is_found(library):
    text = (
        (library / "interventions.yaml")
        .read_text()
        .replace("from: 2025-09-30\n  source: a blog", "from: 2025-01-01\n  source: x")
    )
    (library / "interventions.yaml").write_text(text)
    (library / "mine.yaml").write_text(CHILD + "interventions: [CAP-01, CAP-02]\n")
    load_scenario("mine")
    assert (
        "both set links.a_b.trains_per_day"
        in problems(library, CHILD + "interventions: [CAP-01, {id: CAP-02, at: 2025-09-30}]\n")[0]
    )


def test_a_folder_of_its_own_may_add_to_the_catalogue(library, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "interventions.yaml").write_text(
        "CAP-09:\n  title: Hub\n  kind: capacity\n  from: 2026-01-01\n  source: me\n  grade: assumption\n"
        "  changes: [{key: facilities.crane.capacity, add: 1}]\n"
    )
    (own / "mine.yaml").write_text(CHILD + "interventions: [CAP-09, CAP-01]\n")
    assert [(c.label, c.file) for c in load_scenario(own / "mine.yaml").changes[1:]] == [
        ("CAP-01", "scenarios/interventions.yaml"),
        ("CAP-09", "own/interventions.yaml"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "set: 60",
            "set: 60, add: 2",
            "8: CAP-01.changes.0: exactly one of set, add and scale is allowed; given: set, add",
        ),
        (", set: 60", "", "8: CAP-01.changes.0: exactly one of set, add and scale is allowed; given: none"),
        ("scale: 0.0625", "scale: -1", "16: BAR-01.changes.0.scale: -1 should be greater than or equal to 0"),
        (
            "to: 2025-10-01",
            "to: 2025-06-01",
            "9: BAR-01: barriers.documents.kz.scale: 'to' 2025-06-01 must lie after 'from' 2025-07-01",
        ),
        (
            "kind: barrier",
            "kind: barier",
            "11: BAR-01.kind: 'barier' is not allowed; allowed: 'capacity', 'barrier', 'service', 'demand' or 'disruption'; "
            "nearest: 'barrier'",
        ),
        (
            "grade: estimate",
            "grad: estimate",
            "22: CAP-02: unknown field 'grad'; allowed: title, kind, from, talk, source, grade, published, note, cost_musd, "
            "cost_year, excludes, ramp_up, works, changes, in_base, outcome, not_modelled; "
            "nearest: 'grade'",
        ),
    ],
)
def test_faults_of_the_catalogue(library, old, new, expected):
    catalogue = library / "interventions.yaml"
    catalogue.write_text(catalogue.read_text().replace(old, new))
    assert f"scenarios/interventions.yaml:{expected}" in problems(library, CHILD + "interventions: [CAP-01]\n")
