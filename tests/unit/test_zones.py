from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from reunite.errors import TellUserError
from reunite.language import LANGUAGES, command
from reunite.text.data import read_toml
from reunite.text.zones import _ABBREVIATIONS, _LOCALES, likely_zone, zone_named, zone_of_locale
from tests.support.tables import for_each


@for_each(
    ("text", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/berlin ", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("buenos aires", "America/Buenos_Aires"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Zürich", "Europe/Zurich"),
        ("Montréal", "America/Montreal"),
        ("Beijing", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("Rotterdam", "Europe/Amsterdam"),
        ("San Francisco", "America/Los_Angeles"),
        ("München", "Europe/Berlin"),
        ("København", "Europe/Copenhagen"),
        ("PST", "America/Los_Angeles"),
        ("EST", "America/New_York"),
        ("UTC", "UTC"),
        ("UTC+2", "Etc/GMT-2"),
        ("gmt - 03:00", "Etc/GMT+3"),
        ("GMT-2", "Etc/GMT+2"),
        ("UTC−3", "Etc/GMT+3"),
        ("UTC–4", "Etc/GMT+4"),
        ("MST", "America/Denver"),
        ("Etc/GMT-2", "Etc/GMT-2"),
        ("utc+0", "UTC"),
        ("", ""),
    ],
)
def test_a_zone_is_known_by_what_people_call_it(text: str, name: str) -> None:
    assert zone_named(text) == name
    assert zone_named(name) == name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_large_city_is_known_by_its_name_in_each_language(language: str) -> None:
    listed = read_toml("cities.toml")
    known = {zone: named["city"] for zone, named in Locale(language).time_zones.items() if "city" in named}
    plain_names = {zone: city.split(" (")[0] for zone, city in known.items() if zone in listed}
    now = datetime(2026, 5, 14)  # noqa: DTZ001 - the same by each zone's clock
    for zone, city in plain_names.items():
        assert ZoneInfo(zone_named(city)).utcoffset(now) == ZoneInfo(zone).utcoffset(now), city


PROPOSED = {
    "en": ("Berlin", "New York"),
    "de": ("Berlin", "New York"),
    "es": ("Madrid", "Nueva York"),
    "fr": ("Paris", "Montréal"),
    "it": ("Roma", "New York"),
    "ja": ("東京", "ニューヨーク"),
    "nl": ("Amsterdam", "New York"),
    "pl": ("Warszawa", "Nowy Jork"),
    "pt": ("São Paulo", "Manaus"),
    "zh": ("上海", "纽约"),
}


@for_each("language", LANGUAGES)
def test_the_cities_that_are_proposed_are_known_by_the_names_that_they_have_in_the_language(language: str) -> None:
    for city in PROPOSED[language]:
        assert city in command("timezone_zone", language).description
        assert zone_named(city)


def test_each_large_city_is_in_a_zone_and_listed_once() -> None:
    listed = read_toml("cities.toml")
    cities = [city for named in listed.values() for city in named]
    assert len(cities) == len(set(cities))
    assert [zone_named(zone) for zone in listed] == list(listed)


@pytest.mark.parametrize(
    "text", ["Atlantis", "UTC+15", "UTC-13", "UTC+2:30", "UTC02", "utc10", "utc/3", "12", "../etc/passwd"]
)
def test_an_unknown_zone_is_refused(text: str) -> None:
    with pytest.raises(TellUserError, match="zone_unknown"):
        zone_named(text)


def test_a_locale_suggests_the_zone_of_most_who_use_it() -> None:
    assert (zone_of_locale("de"), zone_of_locale("pt-BR"), zone_of_locale("xx")) == (
        "Europe/Berlin",
        "America/Sao_Paulo",
        "",
    )


def test_a_locale_of_many_zones_suggests_none_to_read_times_in() -> None:
    assert [likely_zone(locale) for locale in ("de", "ja", "en-US", "es_ES", "fr", "xx")] == [
        "Europe/Berlin",
        "Asia/Tokyo",
        "",
        "",
        "",
        "",
    ]


@for_each("name", sorted({*_ABBREVIATIONS.values(), *_LOCALES.values()}))
def test_every_zone_that_we_name_exists(name: str) -> None:
    assert ZoneInfo(name).key == name
