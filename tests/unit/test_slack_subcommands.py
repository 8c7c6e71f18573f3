"""What follows `/lost` on Slack is a subcommand in the languages of the person and their workspace, or a thing."""

from collections.abc import Mapping
from typing import Final

from bot.slack.manifest import SUBCOMMANDS, command_names, typed_name
from bot.slack.subcommands import subcommand_of
from reunite.language import LANGUAGES, command
from tests.support.tables import for_each

NOTICES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "Searching for a black bag",
        "searchlight",
        "Search-and-rescue vest",
        "searched everywhere: my keys",
        "search and rescue vest",
        "Search & Rescue cap",
    ),
    "de": (
        "Suche schwarzen Rucksack, gestern in der Mensa liegen gelassen",
        "Suche Besitzer von schwarzem Rucksack",
        "Suche: blauer Schal",
        "Suchen unseren Kinderwagen, Linie 5",
    ),
    "es": (
        "Busco mi mochila negra",
        "busca pendiente de oro",
        "Buscamos un paraguas azul",
        "Búsqueda: gafas de sol",
        "cerca de la biblioteca, una mochila",
    ),
    "fr": (
        "cherche le propriétaire de ce portefeuille",
        "Recherche portefeuille noir perdu hier",
        "Je cherche mes clés",
        "Cherchons un doudou lapin",
    ),
    "it": (
        "cerca proprietario di portafoglio",
        "cerca metalli Garrett",
        "Cerco il mio zaino nero",
        "Cercasi gatto grigio di peluche",
    ),
    "ja": ("探すのを手伝って。黒い財布", "検索用タブレット", "探しています：黒い傘", "検索端末 黒"),
    "nl": ("zoek eigenaar van fiets", "zoek mijn sleutels", "Zoeken onze blauwe step", "Zoek: zwarte tas"),
    "pl": ("Szukam czarnego plecaka", "szukaj właściciela portfela", "Szukamy misia", "Poszukiwane: klucze"),
    "pt": ("Procuro minha mochila", "procura-se guarda-chuva preto", "Busco meu celular", "Procurando: óculos"),
    "zh": ("查找失主：黑色钱包", "搜索救援队徽章", "寻找黑色雨伞", "搜索犬的牵引绳"),
}


@for_each("language", LANGUAGES)
def test_a_notice_that_begins_like_a_search_stays_a_report(language: str) -> None:
    taken = [notice for notice in NOTICES[language] if subcommand_of(notice, [language], of_lost=True)]
    assert taken == []


@for_each("language", LANGUAGES)
def test_every_subcommand_is_understood_as_it_is_advised_in_the_language(language: str) -> None:
    for key in SUBCOMMANDS:
        typed = typed_name(key, language)
        assert subcommand_of(typed.upper(), [language], of_lost=key != "sealed") == (key, "")
    advised = f"{command_names(language):search}".removeprefix("/lost ")
    for typed in (f"{advised} iPad <@U1>", f"{advised}: iPad <@U1>"):
        assert subcommand_of(typed, [language], of_lost=True) == ("search", "iPad <@U1>")
        assert subcommand_of(typed, [language], of_lost=False) is None


@for_each("language", LANGUAGES)
def test_what_older_posts_advise_alone_is_understood_by_everyone(language: str) -> None:
    for key in ("sealed", "search"):
        assert subcommand_of(command(key, language).name, ["en"], of_lost=False) == (key, "")


@for_each(
    ("typed", "language", "key", "rest"),
    [
        ("search  a red bag", "de", "search", "a red bag"),
        ("Search:a red bag", "de", "search", "a red bag"),
        ("search e reader", "de", "search", "e reader"),
        ("search Y necklace", "en", "search", "Y necklace"),
        ("szukac parasol", "pl", "search", "parasol"),
        ("搜索：黑色雨伞", "zh", "search", "黑色雨伞"),
        ("検索　黒い傘", "ja", "search", "黒い傘"),
        ("mis avisos", "es", "mine", ""),
        ("reglages", "fr", "setup", ""),
        ("MASQUÉ", "fr", "sealed", ""),
        ("masque\N{COMBINING ACUTE ACCENT}", "de", "sealed", ""),
        ("verbinden K7QPM2XWAB", "de", "link", "K7QPM2XWAB"),
        ("timezone Berlin", "de", "timezone", "Berlin"),
    ],
)
def test_a_subcommand_is_read_as_people_type_it(typed: str, language: str, key: str, rest: str) -> None:
    assert subcommand_of(typed, [language], of_lost=True) == (key, rest)


@for_each(
    ("typed", "language", "rest"),
    [
        ("sealed brown wallet with the ID of Anna", "en", "brown wallet with the ID of Anna"),
        ("sealed: passport", "de", "passport"),
        ("masqué portefeuille d'Anna", "fr", "portefeuille d'Anna"),
        ("masque de ski noir", "fr", None),
    ],
)
def test_what_is_to_be_sealed_may_follow_found_but_not_lost(typed: str, language: str, rest: str | None) -> None:
    assert subcommand_of(typed, [language], of_lost=False) == (rest and ("sealed", rest))
    assert subcommand_of(typed, [language], of_lost=True) is None


@for_each(
    ("typed", "language"),
    [
        ("", "en"),
        ("mine detector", "en"),
        ("link bracelet", "en"),
        ("meine schwarze Tasche", "de"),
        ("Zahlen", "de"),
        ("moje klucze", "pl"),
        ("fuseau noir", "fr"),
        ("fuseau", "fr"),
        ("Masque", "fr"),
        ("chiffres", "fr"),
        ("collega", "it"),
        ("conectar", "es"),
        ("conectar cable USB", "pt"),
        ("fuso", "pt"),
        ("自分の財布", "ja"),
    ],
)
def test_a_thing_stays_a_thing(typed: str, language: str) -> None:
    assert subcommand_of(typed, [language], of_lost=True) is None
