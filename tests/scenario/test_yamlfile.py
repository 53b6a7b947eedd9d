"""Reading YAML: plain values with their lines, and nothing that could surprise."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.scenario.yamlfile import LARGEST_FILE_BYTES, parse_yaml, read_yaml


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "f.yaml")
    return [str(p) for p in caught.value.problems]


def test_values_and_their_lines():
    document = parse_yaml("a: 1\nb:\n  - x: 2024-02-29\n    y: '1'\n  - [1, 2.5]\nc: {d: no, e: true, f: }\n", "f.yaml")
    assert document.value == {
        "a": 1,
        "b": [{"x": date(2024, 2, 29), "y": "1"}, [1, 2.5]],
        "c": {"d": "no", "e": True, "f": None},
    }
    assert document.lines[("b", 0, "y")] == 4
    assert document.line(("b", 1, 1)) == 5
    assert document.line(("c", "e", "beyond")) == 6


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("True", "True"),
        ("~", None),
        ("null", None),
        ("-3", -3),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("007", "007"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("08:30", "08:30"),
        ("4 h", "4 h"),
        (".inf", ".inf"),
        ("2024-1-1", "2024-1-1"),
        ("'2024-01-01'", "2024-01-01"),
        ("''", ""),
        ('"null"', "null"),
    ],
)
def test_only_the_plain_scalars_are_converted(text, value):
    found = parse_yaml(f"k: {text}", "f.yaml").value["k"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: duplicate key 'a', already given on line 1"),
        ("a: 2024-02-30\n", "f.yaml:1: 2024-02-30 is not a date of the calendar"),
        ("a: 1e999\n", "f.yaml:1: number out of range: 1e999"),
        ("a: 12345678901234567890123\n", "f.yaml:1: number out of range: 123456789012345678..."),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "f.yaml:1: tags are not allowed: tag:yaml.org,2002:python/object/apply:os.system",
        ),
        ("---\na: 1\n---\nb: 2\n", "f.yaml:3: only one document is allowed in a file"),
        ("a: " + "[" * 41, "f.yaml:1: nested more than 40 levels deep"),
        ("? [1, 2]\n: 3\n", "f.yaml:1: a key must be plain text"),
        ("a: [1,\nb: 2", "f.yaml:2: a bracket is not closed, or a comma is missing, here or above"),
        ("a: b: c", 'f.yaml:1: a colon inside a text; put the text in quotes: a: "b: c"'),
    ],
)
def test_faults_name_file_and_line(text, expected):
    assert problems(text)[0] == expected


def test_aliases_are_refused_all_at_once():
    assert problems("a: &x [1]\nb: *x\nc: *x\n") == [
        "f.yaml:1: aliases are not allowed: &x",
        "f.yaml:2: aliases are not allowed: *x",
        "f.yaml:3: aliases are not allowed: *x",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: 1\nb: \xff\xfe\n", "f.yaml:2: is not UTF-8 text; save it with the encoding UTF-8"),
        (b"a: 1\nb: \x00\n", "f.yaml:2: is not text: it contains a zero byte"),
        (b"# \n" * (LARGEST_FILE_BYTES // 3 + 1), "f.yaml: is larger than 5 MB"),
    ],
)
def test_files_that_are_not_text(tmp_path: Path, content, expected):
    (tmp_path / "f.yaml").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_yaml(tmp_path / "f.yaml", "f.yaml")
    assert str(caught.value) == expected


def test_no_file_and_a_folder(tmp_path: Path):
    with pytest.raises(InputError, match=r"^gone: no such file$"):
        read_yaml(tmp_path / "gone", "gone")
    with pytest.raises(InputError, match=r"^f: is a folder, not a file$"):
        read_yaml(tmp_path, "f")


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path):
    (tmp_path / "f.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(tmp_path / "f.yaml").value == {"a": 1}


def test_an_empty_file_has_no_value():
    assert parse_yaml("# nothing\n", "f.yaml").value is None


@given(
    st.one_of(
        st.integers().map(str),
        st.floats(allow_nan=False).map(repr),
        st.from_regex(r"[-+]?[0-9.eE]{1,20}", fullmatch=True),
    )
)
def test_a_number_alone_is_what_it_is_in_a_file(text):
    try:
        expected = parse_yaml(f"a: {text}", "f").value["a"]
    except InputError:
        with pytest.raises(InputError):
            parse_yaml(text, "f")
        return
    found = parse_yaml(text, "f")
    assert (found.value, type(found.value)) == (expected, type(expected))
    assert found.line(()) == 1
