"""A function that takes more than eight things is hard to call and harder to read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.runs.options import How, HowToRun, Options, options_of

ROOT = Path(__file__).parents[1]
MOST = 8
#: Functions that may take more, and why.
MORE = {
    "sim.studies.rank.run.rank": "public: keeps its keyword arguments, of which seven are the question",
    "sim.studies.promise.run.promise": "public: keeps its keyword arguments, of which eight are the question",
    "sim.analysis.pieces.Pieces.make": "one column each of the table that it makes",
    "sim.engine.compiled.calls.claim_step": "Numba compiles functions of arrays, not of objects",
    "sim.engine.reference.facility.Work.__init__": "one argument each field of what waits at a facility",
}


def public_functions() -> Iterator[tuple[str, int]]:
    """Dotted name and number of parameters of every public function and method but the commands of Typer."""
    for path in sorted((ROOT / "sim").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not module.startswith("sim.cli."):
            yield from of_body(module, ast.parse(path.read_text(encoding="utf-8")).body)


def of_body(prefix: str, body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from of_body(f"{prefix}.{node.name}", node.body)
        elif isinstance(node, ast.FunctionDef) and (node.name == "__init__" or not node.name.startswith("_")):
            own = node.args
            names = [a.arg for a in (*own.posonlyargs, *own.args, *own.kwonlyargs) if a.arg not in ("self", "cls")]
            yield f"{prefix}.{node.name}", len(names) + (own.vararg is not None) + (own.kwarg is not None)


def test_no_public_function_takes_more_than_eight_things() -> None:
    assert {name: count for name, count in public_functions() if count > MOST and name not in MORE} == {}


def test_the_list_of_exceptions_is_current() -> None:
    counts = dict(public_functions())
    assert [name for name in MORE if counts.get(name, 0) <= MOST] == []


def test_options_are_checked_where_they_are_made() -> None:
    with pytest.raises(InputError, match="unknown engine 'referense'"):
        Options(engine="referense")
    with pytest.raises(InputError, match="'sampeld' is not known"):
        Options(inputs="sampeld")
    with pytest.raises(TypeError, match=r"unexpected keyword argument .replication.; allowed: .*replications"):
        options_of({"replication": 3})
    with pytest.raises(TypeError, match="unexpected keyword argument 'force'"):
        options_of({"force": True}, How)
    assert options_of({"force": True, "seed": 3}, HowToRun) == Options(force=True, seed=3)


def test_options_hold_every_name_that_callers_may_give() -> None:
    assert set(HowToRun.__annotations__) == set(Options.__dataclass_fields__)
