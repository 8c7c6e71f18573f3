"""What follows `/lost` on Slack is a subcommand in the languages of the person and their workspace, or a thing."""

from bot.slack.manifest import SUBCOMMANDS
from bot.slack.subcommands import subcommand_of
from reunite.language import LANGUAGES, command
from tests.support.tables import for_each


@for_each("language", LANGUAGES)
def test_every_subcommand_is_understood_by_its_name_in_the_language(language: str) -> None:
    for key in SUBCOMMANDS:
        assert subcommand_of(command(key, language).name.upper(), [language]) == (key, "")
    for name in (command("search", language).name, *command("search", language).also):
        assert subcommand_of(f"{name} iPad <@U1>", [language]) == ("search", "iPad <@U1>")


@for_each(
    ("typed", "language", "key", "rest"),
    [
        ("search  a red bag", "de", "search", "a red bag"),
        ("szukac parasol", "pl", "search", "parasol"),
        ("搜索黑色雨伞", "zh", "search", "黑色雨伞"),
        ("検索　黒い傘", "ja", "search", "黒い傘"),
        ("mis avisos", "es", "mine", ""),
        ("reglages", "fr", "setup", ""),
        ("verbinden K7QPM2XW", "de", "link", "K7QPM2XW"),
        ("timezone Berlin", "de", "timezone", "Berlin"),
    ],
)
def test_a_subcommand_is_read_as_people_type_it(typed: str, language: str, key: str, rest: str) -> None:
    assert subcommand_of(typed, [language]) == (key, rest)


@for_each(
    ("typed", "language"),
    [
        ("", "en"),
        ("mine detector", "en"),
        ("link bracelet", "en"),
        ("searchlight", "en"),
        ("meine schwarze Tasche", "de"),
        ("moje klucze", "pl"),
        ("fuseau noir", "fr"),
        ("cerca de la biblioteca, una mochila", "es"),
        ("conectar cable USB", "es"),
        ("自分の財布", "ja"),
    ],
)
def test_a_thing_stays_a_thing(typed: str, language: str) -> None:
    assert subcommand_of(typed, [language]) is None
