"""Time zones: by the names that people use, and by what the language of a server suggests."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from reunite.errors import TellUserError
from reunite.text.data import read_toml
from reunite.text.words import plain

_ABBREVIATIONS: Final[Mapping[str, str]] = {
    "cest": "Europe/Berlin", "mez": "Europe/Berlin", "mesz": "Europe/Berlin", "bst": "Europe/London",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "mst": "America/Denver", "mdt": "America/Denver", "mt": "America/Denver", "cst": "America/Chicago",
    "cdt": "America/Chicago", "ct": "America/Chicago", "edt": "America/New_York", "et": "America/New_York",
    "est": "America/New_York", "ist": "Asia/Kolkata", "jst": "Asia/Tokyo", "kst": "Asia/Seoul",
    "aest": "Australia/Sydney", "aedt": "Australia/Sydney", "nzst": "Pacific/Auckland", "nzdt": "Pacific/Auckland",
}  # fmt: skip
"""What the database lacks, or means without summer time."""
_LOCALES: Final[Mapping[str, str]] = {
    "bg": "Europe/Sofia", "cs": "Europe/Prague", "da": "Europe/Copenhagen", "de": "Europe/Berlin",
    "el": "Europe/Athens", "en-gb": "Europe/London", "en-us": "America/New_York", "es-es": "Europe/Madrid",
    "es-419": "America/Mexico_City", "fi": "Europe/Helsinki", "fr": "Europe/Paris", "hi": "Asia/Kolkata",
    "hr": "Europe/Zagreb", "hu": "Europe/Budapest", "it": "Europe/Rome", "ja": "Asia/Tokyo", "ko": "Asia/Seoul",
    "lt": "Europe/Vilnius", "nl": "Europe/Amsterdam", "no": "Europe/Oslo", "pl": "Europe/Warsaw",
    "pt-br": "America/Sao_Paulo", "ro": "Europe/Bucharest", "ru": "Europe/Moscow", "sv-se": "Europe/Stockholm",
    "th": "Asia/Bangkok", "tr": "Europe/Istanbul", "uk": "Europe/Kyiv", "vi": "Asia/Ho_Chi_Minh",
    "zh-cn": "Asia/Shanghai", "zh-tw": "Asia/Taipei",
}  # fmt: skip
"""The zone in which most people live who use a locale. It's a proposal: moderators see it before it counts."""
_EVERYWHERE: Final = frozenset(("en-us", "en-gb", "es-es", "es-419", "fr", "ru"))
"""Locales that say little about the zone: people use them in many, and en-US is what a new server has."""
_OFFSET: Final = re.compile(r"(?:utc|gmt)\s*([+\-−–])\s*(\d{1,2})(?::?00)?")
_MAX_EAST, _MAX_WEST = 14, 12


def zone_named(name: str) -> str:
    """Return the database's name for what a person calls a zone ("São Paulo"); empty for an empty one.

    That may be the name itself, a city, an abbreviation or "UTC+2". Raises TellUserError for an unknown one.
    """
    typed = " ".join(plain(name).split())
    if not typed:
        return ""
    named = _names().get(typed.replace(" ", "_")) or _cities().get(typed)
    found = _ABBREVIATIONS.get(typed) or _with_offset(typed) or named
    if not found:
        raise TellUserError("zone_unknown", zone=name.strip())
    return found


def zone_of_locale(locale: str) -> str:
    """Return the zone that a platform's locale suggests; empty if it suggests none."""
    return _LOCALES.get(locale.replace("_", "-").casefold(), "")


def likely_zone(locale: str) -> str:
    """Return the zone of nearly all people who use a locale; empty if they live in many."""
    return "" if locale.replace("_", "-").casefold() in _EVERYWHERE else zone_of_locale(locale)


@cache
def _names() -> Mapping[str, str]:
    """Return all names of zones, and their cities, by what people write."""
    zones = sorted(available_timezones())
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in zones if "/" in zone and not zone.startswith("Etc/")}
    return {**cities, **{zone.casefold(): zone for zone in zones}}


@cache
def _cities() -> Mapping[str, str]:
    """Return the zones of large cities, by the cities' names in our languages."""
    return {plain(city): zone for zone, cities in read_toml("cities.toml").items() for city in cities}


def _with_offset(typed: str) -> str:
    """Return the zone of "UTC+2", which the database calls Etc/GMT-2."""
    found = _OFFSET.fullmatch(typed)
    if not found:
        return ""
    hours, is_east = int(found[2]), found[1] == "+"
    if hours > (_MAX_EAST if is_east else _MAX_WEST):
        return ""
    return f"Etc/GMT{'-' if is_east else '+'}{hours}" if hours else "UTC"
