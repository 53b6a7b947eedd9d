"""Mistakes of people at the keyboard: each is named, with what to write in its place."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.mistakes import number_advice
from sim.scenario.load import load_scenario
from sim.scenario.yamlfile import parse_yaml

HEAD = "schema_version: 1\n"


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "f.yaml")
    return [str(p) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set:\n\ta.b.c: 1\n", "f.yaml:2: a tab; indent with spaces"),
        ("set:\n  a.b.c: 1\n \td.e.f: 1\n", "f.yaml:3: a tab; indent with spaces"),
        ("set:\n  a.b.c:\n    -\tfrom: x\n\t  value: 2\n", "f.yaml:3: a tab; indent with spaces"),
        ("title: Ships: a third one\n",
         'f.yaml:1: a colon inside a text; put the text in quotes: title: "Ships: a third one"'),
        ('title: The "third": why\n',
         "f.yaml:1: a colon inside a text; put the text in quotes: title: 'The \"third\": why'"),
        ("title: x\n  set: {}\n",
         "f.yaml:2: is indented more than the line before, which is complete already; align it "
         "with its neighbours"),
        ("a: 1\ntitle:Ships\nb: 2\n", "f.yaml:2: a space is missing after the colon: title: Ships"),
        ("a: 1\nb=2\nc: 3\n", "f.yaml:2: write a colon and a space: b: 2"),
        ("a: 1\nset\nc: 3\n", "f.yaml:2: a colon is missing after 'set'"),
        ('title: "open\nx: 1\n', "f.yaml:2: a quotation mark is not closed"),
        ("set:\n\u00a0\u00a0a.b.c: 1\n", "f.yaml:2: a non-breaking space in the key 'a.b.c'; type ordinary spaces"),
        ("set:\n  x.y.z: 1\n\u3000 a.b.c: 1\n", "f.yaml:3: an invisible character (ideographic space) in the key "
         "'a.b.c'; type ordinary spaces"),
        ("a\u200b: 1\n", "f.yaml:1: an invisible character (zero width space) in the key 'a'; type ordinary spaces"),
        ("extends: “tutorial”\n", 'f.yaml:1: “ and ” are typographic quotation marks; write straight ones: "tutorial"'),
        ("title: ‘Ships’\n", 'f.yaml:1: ‘ and ’ are typographic quotation marks; write straight ones: "Ships"'),
        ("set: {a.b.c: 0,5}\n", "f.yaml:1: the decimal sign is a point: write 0.5"),
        ("title: @home\n", 'f.yaml:1: a text that begins with @ needs quotes: title: "@home"'),
    ],
)  # fmt: skip
def test_what_yaml_cannot_read(text, expected):
    assert problems(text)[0] == expected


@pytest.mark.parametrize("text", ["title: “Ships” or “berths”?\n", "title: «Порт»\n", "title: it’s\n", "x: [0, 5]\n"])
def test_ordinary_texts_are_left_alone(text):
    parse_yaml(text, "f.yaml")


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("0,5", "", "; the decimal sign is a point: write 0.5"),
        ("-1,25", "", "; the decimal sign is a point: write -1.25"),
        ("0,125", "", "; the decimal sign is a point: write 0.125"),
        ("1,500", "", "; a comma may not stand in a number: write 1500, or 1.500 for a decimal fraction"),
        ("40%", "", "; per cent are written as a share: 0.4"),
        ("12,5 %", "", "; per cent are written as a share: 0.125"),
        ("40 per cent", "", "; per cent are written as a share: 0.4"),
        ("2 thousand", "", "; write the digits alone: 2000"),
        ("1.5 million", "", "; write the digits alone: 1500000"),
        ("5k", "", "; write the digits alone: 5000"),
        ("1 000", "", "; write the digits alone: 1000"),
        ("1\u00a0000\u202f000", "", "; write the digits alone: 1000000"),
        ("1'000", "", "; write the digits alone: 1000"),
        ("1.234.567,5", "", "; write the digits alone: 1234567.5"),
        ("292 km", "length_km", "; write the number alone: 292; its unit stands in the name of the field or in "
         "docs/parameters.md"),
        ("7 m", "depth_m", "; write the number alone: 7; its unit stands in the name of the field or in "
         "docs/parameters.md"),
        ("−5", "", "; write -5, with an ordinary minus sign"),
        ("٣", "", "; write it in the digits 0 to 9"),
        ("3", "", "; write it without quotes"),
        ("1/2", "", "; write 0.5"),
        ("many", "", ""),
    ],
)  # fmt: skip
def test_numbers_in_words(text, field, expected):
    assert number_advice(text, field) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set: {fleets.feeders.сount: 3}", "'с' at place 16 is a Cyrillic letter: write the Latin letter"),
        ("set: {fleets.feeders.cοunt: 3}", "'ο' at place 17 is a Greek letter: write the Latin letter"),
        ("tіtle: x", "'і' at place 2 is a Cyrillic letter: write the Latin letter"),
        ("“title”: x", "“ at place 1 is a typographic quotation mark, write ' or \" or none"),
        ("extends: «tutorial»", "« at place 1 is a typographic quotation mark, write ' or \" or none"),
    ],
)  # fmt: skip
def test_letters_that_only_look_right(tmp_path, text, expected):
    (tmp_path / "s.yaml").write_text(f"{HEAD}{text}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(tmp_path / "s.yaml")
    assert expected in str(caught.value)
