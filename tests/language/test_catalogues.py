"""The catalogues: whole where they are said to be, in step with the words, and with the same fields as these."""

from __future__ import annotations

import gettext
import re
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from sim import translation
from sim.language.languages import ENGLISH, LANGUAGES
from sim.language.words import DOMAIN

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

CODES = [code for code in LANGUAGES if code != ENGLISH.code]
WHOLE = [code for code in CODES if LANGUAGES[code].whole]
pytest.importorskip("babel")


@pytest.fixture(scope="module")
def words() -> dict[translation.Word, list[str]]:
    return translation.words()


@pytest.fixture(scope="module")
def catalogues() -> dict[str, Catalog]:
    return {code: translation.read(code) for code in CODES}


def texts_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def key_of(message: Message) -> translation.Word:
    one, many = (message.id, "") if isinstance(message.id, str) else message.id
    return translation.Word(one, many, message.context or "")


def test_there_are_words(words: dict[translation.Word, list[str]]) -> None:
    assert len(words) > 1500
    assert translation.Word("Where most waiting is (all traffic)") in words  # of the code
    assert translation.Word("waiting for a vessel") in words  # of a register
    assert translation.Word("Aktau quay cranes") in words  # of the data
    assert translation.Word("Before you cite a number") in words  # of a template
    assert translation.Word("{count} shipment", "{count} shipments") in words
    assert translation.Word("draw no figures") in words  # of the help


@pytest.mark.parametrize("code", CODES)
def test_a_catalogue_has_the_words_that_are_said_and_no_others(
    code: str, words: dict[translation.Word, list[str]], catalogues: dict[str, Catalog]
) -> None:
    has = {key_of(message) for message in catalogues[code] if message.id}
    assert sorted(has - set(words)) == [], "no longer said; `make language` takes them out"
    assert sorted(set(words) - has) == [], "not in the catalogue; `make language` puts them in"


@pytest.mark.parametrize("code", WHOLE)
def test_a_whole_language_lacks_no_word(code: str, catalogues: dict[str, Catalog]) -> None:
    assert [message.id for message in translation.missing(catalogues[code])] == []


@pytest.mark.parametrize("code", CODES)
def test_a_translation_has_the_fields_of_its_message(code: str, catalogues: dict[str, Catalog]) -> None:
    wrong = []
    for message in catalogues[code]:
        key = key_of(message)
        for text in filter(None, texts_of(message) if key.text else []):
            if fields(text) not in {fields(key.text), fields(key.many or key.text)}:
                wrong.append((key.text, text))
    assert wrong == []


def fields(text: str) -> tuple[str, ...]:
    """Names in braces, with their forms; of words in which braces stand for themselves, none."""
    try:
        return tuple(sorted({f"{name}:{form}" for _, name, form, _ in Formatter().parse(text) if name is not None}))
    except ValueError:
        return ()


@pytest.mark.parametrize("code", CODES)
def test_spaces_at_the_ends_are_kept(code: str, catalogues: dict[str, Catalog]) -> None:
    for message in catalogues[code]:
        key = key_of(message)
        for text in filter(None, texts_of(message) if key.text else []):
            ends = [(part[:1].isspace(), part[-1:].isspace()) for part in (key.text, text)]
            assert ends[0] == ends[1], (key.text, text)


@pytest.mark.parametrize("code", CODES)
def test_what_is_compiled_is_what_is_written(code: str, catalogues: dict[str, Catalog]) -> None:
    with translation.po_path(code).with_suffix(".mo").open("rb") as handle:
        compiled = gettext.GNUTranslations(handle)
    for message in catalogues[code]:
        key, told = key_of(message), texts_of(message)
        if not key.text or not all(told):
            continue
        if key.many:
            forms = {compiled.ngettext(key.text, key.many, n) for n in range(200)}
            assert forms == set(told)
        elif key.context:
            assert compiled.pgettext(key.context, key.text) == told[0]
        else:
            assert compiled.gettext(key.text) == told[0]


@pytest.mark.parametrize("code", CODES)
def test_a_catalogue_knows_its_plural_forms(code: str, catalogues: dict[str, Catalog]) -> None:
    with translation.po_path(code).with_suffix(".mo").open("rb") as handle:
        told = gettext.GNUTranslations(handle).info()
    assert told["language"] == code
    assert re.match(r"nplurals=\d; plural=", told["plural-forms"])


@pytest.mark.parametrize("code", WHOLE)
def test_a_whole_language_is_in_its_own_letters(code: str, catalogues: dict[str, Catalog]) -> None:
    """Most words have letters of the language: a catalogue is not filled with English."""
    own = [m for m in catalogues[code] if m.id and any(re.search("[а-яА-Я]", text) for text in texts_of(m))]
    same = [key_of(m).text for m in catalogues[code] if m.id and key_of(m).text in texts_of(m)]
    assert len(own) > 0.97 * len([m for m in catalogues[code] if m.id])
    assert [text for text in same if len(re.findall(r"[A-Za-z]{3,}", re.sub(r"\{[^}]*\}", "", text))) > 3] == [
        "flows, fleets, facilities, tariffs, ..."
    ]


def test_the_domain_is_one() -> None:
    assert {path.name for path in translation.LOCALES.rglob("*.?o")} == {f"{DOMAIN}.po", f"{DOMAIN}.mo"}
