"""Whatever stands in a file, reading it ends well or with an InputError."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.scenario.load import load_scenario
from sim.scenario.yamlfile import parse_yaml

FUZZ = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

WORDS = st.sampled_from(
    """schema_version title extends period start end warm_up set interventions id at CAP-01 base 1 -3 2.5 60 d
    2024-01-01 2024-02-30 true null links.a_b.tracks [ ] { } : , - & * ! | > ' " # ? @ % --- ...""".split()  # noqa: SIM905
)
YAMLISH = st.lists(st.tuples(WORDS, st.sampled_from(["", " ", "\n", ": ", "\n  ", "\n- "]))).map(
    lambda parts: "".join(a + b for a, b in parts)
)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cn", "Co"]), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | TEXT
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)
FIELDS = st.sampled_from(["title", "extends", "period", "seed", "replications", "interventions", "set", "geodata", "x"])


@FUZZ
@given(raw=st.binary(max_size=200) | YAMLISH.map(str.encode))
def test_random_files(library: Path, raw: bytes):
    path = library / "fuzz.yaml"
    path.write_bytes(raw)
    with contextlib.suppress(InputError):
        load_scenario(path)


@FUZZ
@given(content=st.dictionaries(FIELDS, VALUES, max_size=5))
def test_random_settings(library: Path, content: dict):
    lines = ["schema_version: 1", *(f"{key}: {flow(value)}" for key, value in content.items())]
    path = library / "fuzz.yaml"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with contextlib.suppress(InputError):
        load_scenario(path)


@FUZZ
@given(text=YAMLISH)
def test_random_overrides(library: Path, text: str):
    with contextlib.suppress(InputError):
        load_scenario("base", [text])


@FUZZ
@given(value=VALUES)
def test_plain_values_survive_a_round_trip(value):
    try:
        found = parse_yaml(flow(value), "f").value
    except InputError:
        return  # a whole number out of range, or a byte order mark
    assert same(found, value)


def flow(value) -> str:
    """A value in YAML's flow style, all text quoted."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"? {flow(k)} : {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(v) for v in value) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def same(found, value) -> bool:
    if isinstance(value, dict):
        return found.keys() == value.keys() and all(same(found[k], v) for k, v in value.items())
    if isinstance(value, list):
        return len(found) == len(value) and all(same(a, b) for a, b in zip(found, value, strict=True))
    if isinstance(value, float) and not math.isfinite(value):
        return found == str(value)
    return found == value
