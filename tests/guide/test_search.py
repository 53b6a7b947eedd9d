"""A search finds by title and key, and says what to do where it finds nothing."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.guide.entries import Entry
from sim.guide.listing import found_text
from sim.guide.search import search

ENTRIES = [
    Entry("parameter", "processes.alat_documents.duration", "Alat documents, time", "1 h", "", "A047", "assumption"),
    Entry("parameter", "facilities.alat_cranes.capacity", "Cranes at Alat: capacity", "4", "cranes", "P1", "published"),
    Entry("parameter", "observed.O1.value", "Documents at Alat, value", "3", "h", "https://www.x.org/a/b", "published"),
    Entry("place", "alat", "Port of Baku at Alat", "port", "AZ"),
    Entry("place", "goerlitz", "Görlitz", "border", "DE"),
    Entry("flow", "F03", "Xi'an - Poti", "containers", more="xian poti_port"),
]


def keys(*words: str, kind: str = "") -> list[str]:
    return [entry.key for entry in search(ENTRIES, words, kind).entries]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["documents", "alat"], ["processes.alat_documents.duration", "observed.O1.value"]),
        (["ALAT documents"], ["processes.alat_documents.duration", "observed.O1.value"]),
        (["document", "at", "Alat"], ["processes.alat_documents.duration", "observed.O1.value"]),
        (["crane"], ["facilities.alat_cranes.capacity"]),
        (["gorlitz"], ["goerlitz"]),
        (["xian"], ["F03"]),
        (["Xi'an", "Poti"], ["F03"]),
        (["xi’an"], ["F03"]),
        (["processes.alat_documents.duration"], ["processes.alat_documents.duration"]),
        (["containers"], ["F03"]),
    ],
)
def test_every_word_fits_and_levers_come_before_outcomes(words: list[str], expected: list[str]) -> None:
    assert keys(*words) == expected


def test_a_place_stands_before_parameters_and_a_kind_narrows() -> None:
    assert keys("alat")[0] == "alat"
    assert keys("alat", kind="parameters") == keys("alat", kind="parameter")
    assert "alat" not in keys("alat", kind="parameters")


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (["alatt"], "", "nothing is called 'alatt'; nearest: 'alat'"),
        (["cranes", "documents"], "", "'cranes' alone in 1, 'documents' alone in 2; leave one out"),
        ([""], "", "no word to look for"),
        (["?!"], "", "no word to look for"),
        (["сranes"], "", "Cyrillic letter"),
        (["alat"], "place s", "'place s' is not a kind; allowed: places, .*nearest: 'places'"),
        (["x" * 1000], "", "too much to look for"),
        ([f"w{k}" for k in range(30)], "", "too much to look for"),
    ],
)
def test_what_finds_nothing_says_what_to_do(words: list[str], kind: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        search(ENTRIES, words, kind)


def test_what_is_left_out_is_named_with_the_command_that_shows_it() -> None:
    text = found_text(search(ENTRIES, ["alat"]), 80, 1)
    assert "Places (1)\n  alat  Port of Baku at Alat: port AZ" in text
    assert "and 2 more: corridor find alat --kind parameters --most 3" in text
    assert "(published, x.org)" in found_text(search(ENTRIES, ["alat"]), 200, 9)
