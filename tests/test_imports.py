"""Imports run one way, and starting the command stays light."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).parents[1]
#: Earlier layers know nothing of later ones. ``results`` follows ``report``: what is stored is what these computed.
LAYERS = (
    "errors",
    "clock",
    "mistakes",
    "language",
    "record",
    "statistics",
    "indicators",
    "contract",
    "scenario",
    "network",
    "model",
    "engine",
    "analysis",
    "report",
    "results",
    "plots",
    "runs",
    "guide",
    "studies",
    "handout",
    "serve",
    "translation",
    "terminal",
    "cli",
    "reference",
)
#: Layers that see even less than what lies before them: layer -> modules it may import.
NARROW = {
    "errors": (),
    "clock": ("sim.errors",),
    "language": ("sim.errors", "sim.language"),
    "statistics": ("sim.statistics",),
    "contract": ("sim.errors", "sim.clock", "sim.contract"),
    "scenario": ("sim.errors", "sim.clock", "sim.mistakes", "sim.indicators", "sim.language", "sim.scenario"),
    "engine": ("sim.errors", "sim.clock", "sim.engine", "sim.contract"),
    "plots": (
        "sim.errors",
        "sim.language",
        "sim.clock",
        "sim.statistics",
        "sim.indicators",
        "sim.contract",
        "sim.plots",
        "sim.results",
        "sim.analysis",
        "sim.report",
        "sim.network",
        "sim.scenario",
    ),
}
HEAVY = (
    "pandas",
    "numpy",
    "geopandas",
    "matplotlib",
    "scipy",
    "networkx",
    "pydantic",
    "pyarrow",
    "simpy",
    "rich",
    "ruamel",
    "jinja2",
    "xlsxwriter",
    "SALib",
    "sklearn",
    "starlette",
    "uvicorn",
)
#: Modules of the project that may be imported inside a function, anywhere, and why.
LAZY_TARGETS = {
    "sim.plots": "Matplotlib takes half a second, and --no-figures needs none",
    "figure": "the same, of the picture of a study",
    "bars": "the same, of the pictures of the talks",
}
#: Files with imports of the project inside functions, and why.
LAZY_FILES = {
    "sim.cli.calibrate": "corridor --help answers at once",
    "sim.cli.comparing": "the same",
    "sim.cli.evidence": "the same",
    "sim.cli.finding": "the same",
    "sim.cli.futures": "the same",
    "sim.cli.handing_on": "the same",
    "sim.cli.route": "the same",
    "sim.cli.running": "the same",
    "sim.cli.completion": "the same",
    "sim.cli.serve": "the same",
    "sim.plots.inputs": "names of places are read only where a picture shows them",
    "sim.plots.from_run": "the library is asked only for the map of a run",
    "sim.plots.figures": "Matplotlib takes half a second, and the list of figures is asked for without it",
    "sim.engine.compiled.simulation": "the reference engine says in words where the compiled one stopped",
    "sim.engine.compiled.compilation": "Numba compiles what is imported here",
    "sim.runs.cluster": "the function that asks a worker which program it has travels to it as it is",
    "sim.scenario.library": "reading a scenario looks into the library, and the library reads heads of scenarios",
}
MODULES = sorted(p for p in (ROOT / "sim").rglob("*.py") if p.parent.name != "sim" or p.name != "__init__.py")


def imported(path: Path) -> set[str]:
    """Names of the project's modules imported anywhere in a file, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            inner = {f"{module}.{alias.name}" for alias in node.names}
            names |= {name for name in inner if is_module(name)} or {module}
    return {name for name in names if name == "sim" or name.startswith("sim.")}


def is_module(dotted: str) -> bool:
    path = ROOT / Path(*dotted.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def layer(dotted: str) -> str:
    return dotted.split(".")[1]


def dotted_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_a_module_imports_earlier_layers_only(path: Path) -> None:
    own = layer(dotted_name(path))
    later = LAYERS[LAYERS.index(own) + 1 :]
    for name in imported(path):
        assert name != "sim", f"{path}: import the module that is meant, not the package"
        assert layer(name) not in later, f"{dotted_name(path)} imports {name}, which lies after it"
        if own in NARROW and name != dotted_name(path):
            assert name.startswith(NARROW[own]), f"{dotted_name(path)} imports {name}; allowed: {NARROW[own]}"


def test_every_module_belongs_to_a_layer() -> None:
    assert {layer(dotted_name(path)) for path in MODULES} <= set(LAYERS)


def inner_imports(path: Path) -> set[str]:
    """Names of the project's modules imported inside functions."""
    functions = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    ]
    found = [inner for function in functions for inner in ast.walk(function) if isinstance(inner, ast.ImportFrom)]
    return {node.module or "" for node in found if (node.module or "").startswith("sim.")}


@pytest.mark.parametrize("path", [p for p in MODULES if dotted_name(p) not in LAZY_FILES], ids=dotted_name)
def test_imports_stand_at_the_top_of_a_module(path: Path) -> None:
    lazy = {
        name
        for name in inner_imports(path)
        if not name.startswith("sim.plots") and name.rsplit(".")[-1] not in LAZY_TARGETS
    }
    assert not lazy, f"{dotted_name(path)} imports {', '.join(sorted(lazy))} inside a function"


def test_the_list_of_lazy_files_is_current() -> None:
    known = {dotted_name(path): path for path in MODULES}
    assert [name for name in LAZY_FILES if name not in known or not inner_imports(known[name])] == []


def test_the_command_starts_without_heavy_imports() -> None:
    code = f"import sys, sim, sim.cli, sim.errors, sim.clock; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_help_answers_at_once() -> None:
    best = min(_time_of_help() for _ in range(3))
    assert best < 0.4, f"`corridor --help` took {best:.2f} s"


def _time_of_help() -> float:
    """Seconds of the processor: those on the clock depend on what else the machine does."""
    before = os.times()
    subprocess.run([sys.executable, "-m", "sim.cli", "--help"], capture_output=True, check=True, cwd=ROOT)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_the_public_names_are_those_listed() -> None:
    import sim

    assert sim.__all__ == dir(sim)
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'simulate_everything'"):
        sim.simulate_everything  # noqa: B018


def test_the_compiled_engine_needs_no_simpy() -> None:
    code = "import sys, sim.engine.compiled.simulation; print('simpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_no_files_import_each_other_in_a_circle() -> None:
    """Whatever the import is for: at the top, inside a function or for type checkers alone."""
    graph = nx.DiGraph()
    for path in MODULES:
        graph.add_edges_from((dotted_name(path), name) for name in imported(path) if name != dotted_name(path))
    circles = [sorted(group) for group in nx.strongly_connected_components(graph) if len(group) > 1]
    assert circles == []
