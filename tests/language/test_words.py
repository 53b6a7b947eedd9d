"""Which language is spoken, how it counts and writes numbers, and what of stored English is told in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.language.forms import day_words, in_form, percent
from sim.language.languages import LANGUAGES, chosen_language, language_of
from sim.language.shown import shown
from sim.language.words import for_reader, in_english, in_language, language, plural, tr, use
from sim.report.texttable import counted, number, number_within, plain_number


@pytest.mark.parametrize(
    ("option", "environment", "code"),
    [
        (None, {}, "en"),
        ("ru", {}, "ru"),
        ("RU", {"CORRIDOR_LANGUAGE": "bg"}, "ru"),
        ("ru_RU.UTF-8", {}, "ru"),
        ("zh-CN", {}, "zh"),
        (None, {"CORRIDOR_LANGUAGE": "bg", "LANG": "ru_RU.UTF-8"}, "bg"),
        (None, {"CORRIDOR_LANGUAGE": " ", "LANG": "ru_RU.UTF-8"}, "ru"),
        (None, {"LANG": "ru_RU.UTF-8"}, "ru"),
        (None, {"LANG": "ru_RU.UTF-8", "LC_ALL": "bg_BG"}, "bg"),
        (None, {"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        (None, {"LANG": "sr_RS@latin"}, "sr"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LANG": "C"}, "en"),
        ("en", {"CORRIDOR_LANGUAGE": "ru"}, "en"),
    ],
)
def test_the_language_is_the_options_else_the_variables_else_the_locales(
    option: str | None, environment: dict[str, str], code: str
) -> None:
    assert chosen_language(option, environment).code == code


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("rus", "nearest: 'ru'"),
        ("russian", "Russian is ru"),
        ("Български", "Bulgarian is bg"),
        ("", "there are: en (English), ru (Russian)"),
        ("../../etc", "no language '../../etc'"),
        ("x" * 5000, "there are"),
    ],
)
def test_another_language_is_refused_with_the_nearest_and_what_there_is(name: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        language_of(name)
    assert told in str(caught.value)
    assert "zh (Chinese)" in str(caught.value)


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(InputError, match=r"^CORRIDOR_LANGUAGE: no language 'klingon'"):
        chosen_language(None, {"CORRIDOR_LANGUAGE": "klingon"})


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 отправок"),
        (1, "1 отправка"),
        (2, "2 отправки"),
        (5, "5 отправок"),
        (11, "11 отправок"),
        (12, "12 отправок"),
        (21, "21 отправка"),
        (24, "24 отправки"),
        (111, "111 отправок"),
        (0.5, "0,500 отправки"),
        (1234, "1\u00a0234 отправки"),
    ],
)
def test_russian_counts_as_russians_do(count: float, words: str) -> None:
    with in_language("ru"):
        assert counted(count, "shipment") == words


@pytest.mark.parametrize(("count", "words"), [(1, "1 пратка"), (2, "2 пратки"), (21, "21 пратки"), (0, "0 пратки")])
def test_bulgarian_counts_as_bulgarians_do(count: float, words: str) -> None:
    with in_language("bg"):
        assert counted(count, "shipment") == words


def test_english_is_as_it_was() -> None:
    assert counted(1, "shipment") == "1 shipment"
    assert counted(0.5, "shipment") == "0.500 shipments"
    assert plural("{count} fish", "{count} fishes", -1, count=-1) == "-1 fish"


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (1234567.0, "1,234,567", "1\u00a0234\u00a0567"),
        (12.34, "12.3", "12,3"),
        (0.01234, "0.0123", "0,0123"),
        (-0.5, "-0.500", "-0,500"),
        (float("inf"), "not reached", "не достигнуто"),
        (None, "-", "-"),
    ],
)
def test_a_number_has_the_form_of_the_language(value: float | None, english: str, russian: str) -> None:
    assert number(value) == english
    with in_language("ru"):
        assert number(value) == russian
        assert plain_number(value) == english


def test_a_number_as_precise_as_its_half_width_is_so_in_every_language() -> None:
    told = {}
    for code in ("en", "ru", "tr", "zh"):
        with in_language(code):
            told[code] = (
                number_within(1234.5678, 0.012),
                percent(0.591, 1),
                percent(-0.05, sign=True),
                in_form("1,234.5"),
            )
    assert told["en"] == told["zh"] == ("1,234.57", "59.1%", "-5%", "1,234.5")
    assert told["ru"] == ("1\u00a0234,57", "59,1\u00a0%", "-5\u00a0%", "1\u00a0234,5")
    assert told["tr"] == ("1.234,57", "%59,1", "-%5", "1.234,5")


def test_dates_have_months_as_a_date_has_them() -> None:
    assert day_words(date(2024, 5, 3)) == "3 May 2024"
    with in_language("ru"):
        assert day_words(date(2024, 5, 3)) == "3 мая 2024"
        assert tr("May") == "май"


def test_values_that_are_words_are_translated_and_names_stay() -> None:
    with in_language("ru"):
        told = tr(
            "{share} of all waiting is at {name}, mostly {cause}", share="5 %", name="Zz", cause="waiting for a vessel"
        )
    assert told == "5 % всего ожидания — Zz, в основном ожидание судна"


def test_braces_of_a_value_are_no_fields() -> None:
    for code in ("en", "ru"):
        with in_language(code):
            assert "{hours}" in tr("{title}: transit time", title="{hours}")


def test_a_prepared_language_is_english_where_it_has_no_word() -> None:
    with in_language("kk"):
        assert tr("no such words in any catalogue, {n}", n=3) == "no such words in any catalogue, 3"
        assert language().code == "kk"


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        ("not reached: 3 of 1,234 shipments have not arrived", "не достигнуто: не прибыло 3 из 1\u00a0234 отправок"),
        ("few shipments: 3 a replication; one replication: no interval", None),
        ("Warnings", "Предупреждения"),
        ("Aktau to Baku", None),
        ("anything that a user wrote himself", "anything that a user wrote himself"),
        ("12.5", "12.5"),
        ("", ""),
    ],
)
def test_stored_english_is_told_again(english: str, russian: str | None) -> None:
    with in_language("ru"):
        if russian is not None:
            assert shown(english) == russian
        assert shown(shown(english)) == shown(english)
    assert shown(english) == english


def test_what_is_stored_is_made_in_english_and_pictures_for_who_asked() -> None:
    with in_language("ru"):
        with in_english():
            assert tr("Warnings") == "Warnings"
            with for_reader():
                assert tr("Warnings") == "Предупреждения"
            with in_english(), for_reader():
                assert tr("Warnings") == "Предупреждения"
        assert tr("Warnings") == "Предупреждения"


def test_the_language_of_the_process_is_that_of_its_threads_and_a_block_is_not() -> None:
    with ThreadPoolExecutor(1) as pool:
        try:
            use("bg")
            assert pool.submit(lambda: language().code).result() == "bg"
            with in_language("ru"):
                assert pool.submit(lambda: language().code).result() == "bg"
        finally:
            use("en")


def test_every_language_has_a_folder_and_the_other_way_round() -> None:
    from sim.language.words import LOCALES

    assert {path.name for path in Path(LOCALES).iterdir() if path.is_dir()} == set(LANGUAGES) - {"en"}
