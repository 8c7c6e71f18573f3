"""The page says nothing but what the language files have, and uses all of it."""

import re
from pathlib import Path

import bot.web
from bot.web import sample_finds
from bot.web.texts import names_of_commands
from reunite.language import LANGUAGES, command, words_in

STATIC = Path(bot.web.__file__).parent / "static"
_USED = re.compile(r"""data-(?:text|hint|label|group)="(\w+)"|\btext\(\s*"(\w+)\"""")
_CHOSEN = re.compile(r"""text\([\w.]+ \? "(\w+)" : "(\w+)"\)|text\([\w.]+ === "\w+" \? "(\w+)" : \w+\)""")
_WORDS = re.compile(r">\s*([^<>{}\s][^<>{}]*[A-Za-z]{3}[^<>{}]*)<")
_OWN = {"Reunite", "Reunite: lost and found", "Connecting…", "Ada", "Ben", "Chiyo"}
"""Names, and what is there before the words have come."""


def used() -> set[str]:
    sources = "\n".join(file.read_text("utf-8") for file in STATIC.glob("*") if file.suffix in {".js", ".html"})
    found = [key for pattern in (_USED, _CHOSEN) for match in pattern.finditer(sources) for key in match.groups()]
    finds = {f"sample_{thing}" for thing in sample_finds.FINDS}
    return {*filter(None, found), *finds, "found", "lost", "language_name"}


def test_every_word_of_the_page_is_in_the_language_files_and_none_is_left_over() -> None:
    assert used() == set(words_in("en").page)


def test_the_page_has_no_words_of_its_own() -> None:
    shown = {words.strip() for words in _WORDS.findall((STATIC / "index.html").read_text("utf-8"))}
    assert shown - _OWN == {"This page needs JavaScript. Please switch it on and reload the page."}


def test_what_is_told_to_assistive_software_is_set_as_attributes() -> None:
    for file in STATIC.glob("*.js"):
        assert not re.search(r"\.aria[A-Z]", file.read_text("utf-8")), file.name  # not every browser reflects them


def test_the_page_begins_with_what_it_says_without_javascript() -> None:
    page = (STATIC / "index.html").read_text("utf-8")
    assert page.index("<noscript>") < page.index("<header")


def test_each_language_calls_itself_by_its_own_name() -> None:
    assert len({words_in(language).page["language_name"] for language in LANGUAGES}) == len(LANGUAGES)


def test_the_name_of_a_command_in_the_pages_language_comes_last_which_is_the_one_shown() -> None:
    for language in LANGUAGES:
        names = names_of_commands(language)
        assert {key: typed[-1] for key, typed in names.items()} == {key: command(key, language).name for key in names}
        assert all(key in typed for key, typed in names.items())
    assert "names.at(-1)" in (STATIC / "texts.js").read_text("utf-8")
