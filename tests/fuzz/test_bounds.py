"""The bounds that the fields themselves declare, edges and both sides of them: what is let in runs on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.network.tables import TABLES
from tests.fuzz import mutants
from tests.fuzz.harness import judged

#: So many of those that are let in run, spread evenly; the others are checked and built.
RUNS = 10
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def bounds(schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[float]:
    """Every bound that a field's schema names, in whichever form of its value."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
    yield from (float(schema[name]) for name in _BOUNDS if name in schema)
    for branch in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(branch, []):
            yield from bounds(one, definitions)


def edges() -> Iterator[tuple[str, float | int]]:
    """(key, value) at each bound of each number that the tutorial's rows give, and on both sides of it."""
    for file, content in mutants.tables().items():
        table = file.split(".")[0]
        if not file.endswith(".yaml") or table not in TABLES or table == "barriers":
            continue
        schema = TABLES[table].model_json_schema()
        for row, fields in content.items():
            for field, value in fields.items():
                if isinstance(value, bool) or not isinstance(value, int | float):
                    continue
                whole = isinstance(value, int)
                for bound in dict.fromkeys(bounds(schema["properties"].get(field, {}), schema.get("$defs", {}))):
                    step = 1 if whole else max(abs(bound), 1.0) * 1e-6
                    for near in (bound - step, bound, bound + step):
                        yield f"{table}.{row}.{field}", int(near) if whole else near


EDGES = list(dict.fromkeys(edges()))


def test_there_are_bounds_to_try() -> None:
    assert len({key for key, _ in EDGES}) > 10


@pytest.fixture(scope="module")
def judgements(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, float | int], tuple[str, str]]:
    path = tmp_path_factory.mktemp("bounds") / "s.yaml"
    return {edge: judged(written(path, *edge), run=False) for edge in EDGES}


def written(path: Path, key: str, value: float | int) -> Path:
    path.write_text(mutants.written(mutants.HEAD | {"set": {key: value}}))
    return path


def test_each_edge_is_let_in_or_refused_with_its_place(judgements) -> None:
    assert {edge: found for edge, found in judgements.items() if found[0] not in ("accepted", "refused")} == {}
    assert {kind for kind, _ in judgements.values()} == {"accepted", "refused"}


def test_what_is_let_in_at_an_edge_runs_on_both_engines(judgements, tmp_path) -> None:
    let_in = [edge for edge, (kind, _) in judgements.items() if kind == "accepted"]
    some = let_in[:: max(len(let_in) // RUNS, 1)][:RUNS]
    assert len(some) == RUNS
    for edge in some:
        assert judged(written(tmp_path / "s.yaml", *edge), run=True)[0] == "ran", edge
