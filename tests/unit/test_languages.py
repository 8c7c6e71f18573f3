"""The language files say the same, completely, and within what the platforms can show."""

import re
from datetime import datetime
from pathlib import Path
from string import Formatter
from unicodedata import east_asian_width

import pytest

import reunite
from reunite.entities import Label
from reunite.language import (
    LANGUAGES,
    command,
    date_words,
    language_of,
    listed,
    menu,
    moment_words,
    preferred_language,
    sentence,
    shortened,
    weekday,
    words_in,
)
from reunite.messages.wording import label_word
from reunite.text.when_words import MEANINGS
from tests.support.catalogues import everything, texts
from tests.support.tables import for_each

OTHERS = [language for language in LANGUAGES if language != "en"]
ENGLISH = words_in("en")
SOURCES = Path(reunite.__file__).parents[1]
ALIKE = {
    "de": {"board", "certainty", "thanks_then", "link_code"},
    "es": {"certainty", "thanks_then", "minutes", "hours"},
    "fr": {"certainty", "thanks_then", "minutes", "hours", "form_photos", "link_code"}
    | {"lost_description", "lost_photo", "found_description", "found_photo", "page_menu"}
    | {"search_photo", "page_photo", "page_photos", "board_photos"},
    "it": {"certainty", "certainty_percent", "thanks_then", "minutes"} | {"privacy", "page_menu"},
    "ja": {"certainty", "thanks_then"},
    "nl": {"certainty", "certainty_percent", "thanks_then", "minutes", "link_code", "privacy"}
    | {"page_menu", "page_moderators", "page_is_moderator", "page_for_moderators"}
    | {"board_menu_matches", "board_menu_claims", "board_state_open", "board_label"},
    "pl": {"certainty", "certainty_percent", "thanks_then", "minutes"} | {"page_menu"},
    "pt": {"certainty", "certainty_percent", "thanks_then", "minutes", "hours"} | {"page_menu"},
    "zh": {"certainty", "thanks_then"},
}
"""What is rightly the same as in English."""
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
MAX_DESCRIPTION = 100
MAX_MENU = 32
MAX_BUTTON = 24
"""Signs; Chinese characters count as two."""
MAX_SENTENCE = 600
"""Characters of our own words, so that a reply with quotes in it stays far below either platform's limit."""


def slots(text: str) -> set[str]:
    return {f"{name}:{spec}" if spec else name for _, name, spec, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_each_language_says_all_that_english_says_and_no_more(language: str) -> None:
    words = words_in(language)
    for ours, english in (
        (words.sentences, ENGLISH.sentences),
        (words.commands, ENGLISH.commands),
        (words.menus, ENGLISH.menus),
        (words.dates, ENGLISH.dates),
        (words.page, ENGLISH.page),
        (words.board, ENGLISH.board),
    ):
        assert list(ours) == list(english)
    assert {"today", "yesterday", "now", "morning", "ago", "day", "aside"} <= set(words.when)
    assert all(key in MEANINGS or key.isdecimal() or key == "weekdays" for key in words.when)


@for_each("language", LANGUAGES)
def test_nothing_is_empty_or_half_set_off(language: str) -> None:
    words = words_in(language)
    assert (len(words.weekdays), len(words.months)) == (7, 12)
    assert all(words.when.values())
    for key, text in everything(language):
        assert text == text.strip(), key
        assert text, key
        assert text.count("**") % 2 == 0, key


@for_each("language", LANGUAGES)
def test_each_message_has_the_slots_that_it_needs(language: str) -> None:
    for key, english in ENGLISH.sentences.items():
        needed = slots(texts(english)[-1])
        ours = [slots(text) for text in texts(words_in(language).sentences[key])]
        assert set().union(*ours) == needed, key
        assert all(needed - our <= {"number"} for our in ours), key  # "one more try" needs no digit


QUOTES = {"en nl pt zh": "“”", "es fr it": "«»", "de": "„“", "pl": "„”", "ja": "「」"}


@for_each("language", LANGUAGES)
def test_quotes_are_those_of_the_language(language: str) -> None:
    used = {mark for _, text in everything(language) for mark in text if mark in '"“”„«»「」『』'}
    assert used == {mark for languages, marks in QUOTES.items() for mark in marks if language in languages.split()}


@pytest.mark.parametrize(("language", "row"), [("en", "#found, #lost"), ("ja", "#found、#lost")])
def test_a_list_is_separated_as_the_language_does_it(language: str, row: str) -> None:
    assert listed(("#found", "#lost"), language) == row


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_is_left_over(language: str) -> None:
    english = {text for _, text in everything("en")} - set(ENGLISH.dates.values())
    assert {key for key, text in everything(language) if text in english} == ALIKE[language]


@for_each("language", LANGUAGES)
def test_commands_are_called_as_discord_allows(language: str) -> None:
    for key, words in words_in(language).commands.items():
        assert COMMAND_NAME.fullmatch(words.name), key
        assert words.name == words.name.lower(), key
        assert len(words.description) <= MAX_DESCRIPTION, key
    assert all(len(name) <= MAX_MENU for name in words_in(language).menus.values())


@for_each("language", LANGUAGES)
def test_no_two_commands_or_options_of_one_command_share_a_name(language: str) -> None:
    commands = words_in(language).commands
    heads = [key for key in commands if "_" not in key]
    for siblings in (heads, *([key for key in commands if key.startswith(f"{head}_")] for head in heads)):
        names = [commands[key].name for key in siblings]
        assert len(set(names)) == len(names)
    assert len(set(words_in(language).menus.values())) == len(words_in(language).menus)


@for_each("language", LANGUAGES)
def test_our_own_words_stay_few(language: str) -> None:
    assert all(len(text) <= MAX_SENTENCE for _, text in everything(language))


@for_each("language", LANGUAGES)
def test_no_finder_is_said_to_have_accepted_an_answer(language: str) -> None:
    """A moderator may have; and who listed an item isn't here."""
    finder = sentence("the_finder", language).casefold()
    for key in ("card_promised", "claim_accepted_before"):
        assert finder not in sentence(key, language).casefold(), key


@for_each("language", LANGUAGES)
def test_no_hint_of_a_form_is_cut_off(language: str) -> None:
    hints = {key: text for key, text in everything(language) if key.endswith("_hint")}
    assert {key for key, text in hints.items() if len(text) > MAX_DESCRIPTION} == set()  # of a label on Discord


@for_each("language", LANGUAGES)
def test_no_button_is_wider_than_a_phone_shows(language: str) -> None:
    buttons = {key: text for key, text in everything(language) if key.startswith("button_")}
    widths = {key: sum(1 + (east_asian_width(sign) in "WF") for sign in text) for key, text in buttons.items()}
    assert {key for key, width in widths.items() if width > MAX_BUTTON} == set()


def code() -> str:
    rooms = ("reunite", "db", "workers", "bot", "cli")
    return "\n".join(path.read_text("utf-8") for room in rooms for path in sorted((SOURCES / room).rglob("*.py")))


def test_every_sentence_that_the_code_names_is_there() -> None:
    keys = set(re.findall(r'(?:sentence|plural|line|problem|Error)\(\s*"(\w+)"', code()))
    assert len(keys) > 100  # so the pattern still finds them
    assert keys <= set(ENGLISH.sentences)


def test_no_sentence_is_kept_that_the_code_does_not_name() -> None:
    written = code()
    whole = set(re.findall(r'"(\w+)"', written))
    parts = re.findall(r'f"(\w+_)\{[^}"]+\}(\w*)"', written)
    composed = re.compile("|".join(rf"{start}\w+{end}" for start, end in set(parts)))
    assert {key for key in ENGLISH.sentences if key not in whole and not composed.fullmatch(key)} == set()


def test_the_labels_in_english_are_those_of_rankings_in_files() -> None:
    assert [label_word(label) for label in (Label.HIGH, Label.POSSIBLE)] == ["High confidence", "Possible match"]


@for_each(
    ("locale", "language"),
    [
        ("en-GB", "en"), ("de", "de"), ("de-AT", "de"), ("de_CH", "de"), ("es-ES", "es"), ("es-419", "es"),
        ("FR-ca", "fr"), ("ja", "ja"), ("ja-JP", "ja"), ("pt-BR", "pt"), ("den", "en"), ("", "en"), (None, "en"),
        ("it", "it"), ("it-IT", "it"), ("pl", "pl"), ("pl-PL", "pl"), ("pt", "pt"), ("nl", "nl"), ("nl-BE", "nl"),
        ("zh", "zh"), ("zh-CN", "zh"), ("zh-TW", "zh"), ("zh_Hant_HK", "zh"), ("sv", "en"),
    ],
)  # fmt: skip
def test_a_platforms_locale_leads_to_a_language(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


@for_each(
    ("language", "day", "date", "moment"),
    [
        ("en", "Monday", "21 December", "Monday 21 December, 09:05"),
        ("de", "Montag", "21. Dezember", "Montag, 21. Dezember, 09:05 Uhr"),
        ("es", "lunes", "21 de diciembre", "lunes, 21 de diciembre, 09:05"),
        ("fr", "lundi", "21 décembre", "lundi 21 décembre à 09:05"),
        ("it", "lunedì", "21 dicembre", "lunedì 21 dicembre, 09:05"),
        ("ja", "月曜日", "12月21日", "12月21日 月曜日 09:05"),
        ("nl", "maandag", "21 december", "maandag 21 december, 09:05"),
        ("pl", "poniedziałek", "21 grudnia", "poniedziałek, 21 grudnia, 09:05"),
        ("pt", "segunda-feira", "21 de dezembro", "segunda-feira, 21 de dezembro, às 09:05"),
        ("zh", "星期一", "12月21日", "12月21日 星期一 09:05"),
    ],
)
def test_dates_are_said_in_the_languages_own_order(language: str, day: str, date: str, moment: str) -> None:
    then = datetime(2026, 12, 21, 9, 5)  # noqa: DTZ001 - its words are the same in each zone
    assert (weekday(then, language), date_words(then, language), moment_words(then, language)) == (day, date, moment)


def test_the_first_of_a_month_is_said_as_the_language_has_it() -> None:
    first = datetime(2026, 3, 1)  # noqa: DTZ001
    lines = [date_words(first, language) for language in LANGUAGES]
    assert lines == [
        "1 March",
        "1. März",
        "1 de marzo",
        "1er mars",
        "1º marzo",
        "3月1日",
        "1 maart",
        "1 marca",
        "1º de março",
        "3月1日",
    ]


def test_a_language_that_we_dont_speak_is_answered_in_english() -> None:
    assert sentence("not_sure", "sv") == sentence("not_sure")
    assert (command("lost", "de").name, menu("lost", "fr")) == ("verloren", "J’ai perdu ça")


@for_each("language", LANGUAGES)
def test_no_line_begins_with_a_mark_that_has_a_space_before_it(language: str) -> None:
    words = words_in(language)
    told = [*map(str, words.sentences.values()), *words.page.values(), *words.board.values()]
    assert [text for text in told if re.search(r" [?!:;»%]|« ", text)] == []


@for_each(
    ("text", "limit", "shown"),
    [
        ("black rucksack", 14, "black rucksack"),
        ("black rucksack with", 15, "black rucksack…"),
        ("black rucksack with", 12, "black…"),
        ("at Donaudampfschifffahrt", 12, "at Donaudam…"),
        ("黑色背包里有电脑", 5, "黑色背包…"),
        ("umbrella\nblue", 11, "umbrella…"),
    ],
)
def test_a_text_is_shortened_between_words_if_enough_is_left(text: str, limit: int, shown: str) -> None:
    assert shortened(text, limit) == shown


def test_a_page_begins_in_the_first_language_of_the_browser_that_we_speak() -> None:
    for accepted, language in {
        "de-AT,de;q=0.9,en;q=0.8": "de",
        "sv, fr-CH; q=0.8, en;q=0.5": "fr",
        "en;q=0.2,ja;q=0.9": "ja",
        "pl;q=0, nl;q=0.1": "nl",
        "sv": "en",
        "*": "en",
        "": "en",
        "it;q=a lot, es": "it",
    }.items():
        assert preferred_language(accepted) == language, accepted
