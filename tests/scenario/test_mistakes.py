"""Mistakes of people at the keyboard: each is named, with what to write in its place."""

from __future__ import annotations

import pytest

from sim.errors import InputError, nearest
from sim.mistakes import key_advice, near_name, number_advice
from sim.network.world import resolve
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
        (
            "title: Ships: a third one\n",
            'f.yaml:1: a colon inside a text; put the text in quotes: title: "Ships: a third one"',
        ),
        (
            'title: The "third": why\n',
            "f.yaml:1: a colon inside a text; put the text in quotes: title: 'The \"third\": why'",
        ),
        (
            "title: x\n  set: {}\n",
            "f.yaml:2: is indented more than the line before, which is complete already; align it with its neighbours",
        ),
        ("a: 1\ntitle:Ships\nb: 2\n", "f.yaml:2: a space is missing after the colon: title: Ships"),
        ("a: 1\nb=2\nc: 3\n", "f.yaml:2: write a colon and a space: b: 2"),
        ("a: 1\nset\nc: 3\n", "f.yaml:2: a colon is missing after 'set'"),
        ('title: "open\nx: 1\n', "f.yaml:2: a quotation mark is not closed"),
        ("set:\n\u00a0\u00a0a.b.c: 1\n", "f.yaml:2: a non-breaking space in the key 'a.b.c'; type ordinary spaces"),
        (
            "set:\n  x.y.z: 1\n\u3000 a.b.c: 1\n",
            "f.yaml:3: an invisible character (ideographic space) in the key 'a.b.c'; type ordinary spaces",
        ),
        ("a\u200b: 1\n", "f.yaml:1: an invisible character (zero width space) in the key 'a'; type ordinary spaces"),
        ("extends: “tutorial”\n", 'f.yaml:1: “ and ” are typographic quotation marks; write straight ones: "tutorial"'),
        ("title: ‘Ships’\n", 'f.yaml:1: ‘ and ’ are typographic quotation marks; write straight ones: "Ships"'),
        ("set: {a.b.c: 0,5}\n", "f.yaml:1: the decimal sign is a point: write 0.5"),
        ("yard:{node: a, unit: b}\nb: 1\n", "f.yaml:1: a space is missing after the colon: yard: {node: a, unit: b}"),
        ("a: 1\nb:\u00a0x\nc:\n", "f.yaml:2: a non-breaking space after the colon; type an ordinary space"),
        (
            "a: 1\n- b: 2\n",
            "f.yaml:2: an entry of a list (-) stands among fields; give it a name, or indent it below one",
        ),
        ("a: {b: 1\n", "f.yaml:1: a bracket is not closed, or a comma is missing, here or above"),
        ("title: @home\n", 'f.yaml:1: a text that begins with @ needs quotes: title: "@home"'),
    ],
)
def test_what_yaml_cannot_read(text, expected):
    assert problems(text)[0] == expected


@pytest.mark.parametrize("text", ["title: “Ships” or “berths”?\n", "title: «Порт»\n", "title: it’s\n", "x: [0, 5]\n"])
def test_ordinary_texts_are_left_alone(text):
    parse_yaml(text, "f.yaml")


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
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
        ("292 km", "km", "; write the number alone: 292; it is in km"),
        ("7 m", "m", "; write the number alone: 7; it is in m"),
        ("7 m", "t", "; write the digits alone: 7000000"),
        ("3 cranes", "cranes", "; write the number alone: 3; its unit is in docs/geodata_fields.md"),
        ("−5", "", "; write -5, with an ordinary minus sign"),
        ("٣", "", "; write it in the digits 0 to 9"),
        ("3", "", "; write it without quotes"),
        ("1/2", "", "; write 0.5"),
        ("many", "", ""),
    ],
)
def test_numbers_in_words(text, unit, expected):
    assert number_advice(text, unit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set: {fleets.feeders.сount: 3}", "'с' at place 16 is a Cyrillic letter: write the Latin letter"),
        ("set: {fleets.feeders.cοunt: 3}", "'ο' at place 17 is a Greek letter: write the Latin letter"),
        ("tіtle: x", "'і' at place 2 is a Cyrillic letter: write the Latin letter"),
        ("“title”: x", "“ at place 1 is a typographic quotation mark, write ' or \" or none"),
        ("extends: «tutorial»", "« at place 1 is a typographic quotation mark, write ' or \" or none"),
    ],
)
def test_letters_that_only_look_right(tmp_path, text, expected):
    (tmp_path / "s.yaml").write_text(f"{HEAD}{text}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(tmp_path / "s.yaml")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("292 km", "knots", "; the number is in knots, not in km"),
        ("300 EUR", "million USD", "; the number is in million USD, not in EUR"),
        ("300 mln USD", "million USD", "; write the number alone: 300; it is in million USD"),
        ("12 kn", "knots", "; write the number alone: 12; it is in knots"),
        ("9 d", "d", "; write the number alone: 9; it is in days"),
        ("9 h", "d", "; the number is in days, not in h"),
        ("5 Mt", "Mt/yr", "; write the number alone: 5; it is in Mt/yr"),
    ],
)
def test_a_number_in_another_unit_is_not_taken_over(text, unit, expected):
    assert number_advice(text, unit) == expected


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("Fleets.feeders.count", 3, "; write fleets.feeders.count"),
        ("fleets/feeders/count", 3, "; write fleets.feeders.count"),
        ("fleets", {"feeders": {"count": 3}}, "; write fleets.feeders.count"),
        ("fleets.feeders.сount", 3, "; 'с' at place 16 is a Cyrillic letter: write the Latin letter"),
        ("fleets", 3, ""),
    ],
)
def test_keys_of_another_form(key, value, expected):
    assert key_advice(key, value) == expected


def test_names_that_differ_in_capitals_or_in_one_letter_of_another_script():
    assert nearest("TEU", ["each", "teu"]) == "; nearest: 'teu'"
    assert nearest("cap-10", ["SRV-10", "CAP-10"]) == "; nearest: 'CAP-10'"
    assert near_name("tutоrial", ["tutorial"]) == (
        "; 'о' at place 4 is a Cyrillic letter: write the Latin letter; nearest: 'tutorial'"
    )
    assert near_name("сценарий2", ["сценарий1"]) == "; nearest: 'сценарий1'"


def told(*sets: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        resolve(load_scenario("tutorial", sets))
    return [p.message for p in caught.value.problems]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "fleets.feeders.count=[{form: 2024-02-01, value: 3}]",
            "fleets.feeders.count: unknown field 'form' of a dated value; allowed: from, value; nearest: 'from'",
        ),
        (
            "fleets.feeders.count=[{value: 2}, {from: 2024-02-01, value: 3, until: 2024-03-01}]",
            "fleets.feeders.count: unknown field 'until' of a dated value; allowed: from, value",
        ),
        (
            "flows.W1.quantity_per_year=[{form: 2024-02-01, value: 3}]",
            "flows.W1.quantity_per_year: unknown field 'form' of a dated value; allowed: from, value; nearest: 'from'",
        ),
        (
            "processes.east_dwell.duration={dist: lognormal, mean: 1 d, sd: 3 h}",
            "processes.east_dwell.duration: unknown field 'sd'; allowed: dist, value, low, mode, high, mean, cv, scale, "
            "loc, shape, values, weights",
        ),
        (
            "processes.east_dwell.duration=[{value: {dist: lognormal, mean: 1 d, sd: 3 h}}]",
            "processes.east_dwell.duration: unknown field 'sd'; allowed: dist, value, low, mode, high, mean, cv, scale, "
            "loc, shape, values, weights",
        ),
        ("flows.W1.modes=rail", "flows.W1.modes: 'rail' should be a list; write [rail]"),
        (
            "nodes.market.country=Azerbaijan",
            "nodes.market.country: 'Azerbaijan' should be the two capital letters of a country, such as KZ",
        ),
        ("replications=1e1", "replications: 10.0 should be a whole number; write 10, without a point or an exponent"),
        ("period.end=31.03.2024", "period.end: '31.03.2024' is not a date; write it as 2024-01-31"),
        ("title=2024", 'title: 2024 should be a valid string; put it in quotes: "2024"'),
        ("fleets.feeders.count: 3", "write fleets.feeders.count=3"),
    ],
)
def test_values_of_another_form(change, expected):
    assert told(change) == [expected]


def test_a_file_without_a_version_tells_its_other_faults_too(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("extends: tutorial\ntitel: x\nset: fleets.feeders.count = 3\n", "utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    version, title, settings = [p.message for p in caught.value.problems]
    assert version == "missing: schema_version; write schema_version: 1"
    assert title.startswith("unknown field 'titel'")
    assert title.endswith("nearest: 'title'")
    assert settings.endswith("should be a mapping (field: value); write a colon and a space: fleets.feeders.count: 3")


def test_the_list_of_talks_is_no_scenario():
    with pytest.raises(InputError, match="is the list of talks; run them with: corridor talks"):
        load_scenario("scenarios/talks.yaml")
