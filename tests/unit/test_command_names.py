import pytest

from bot.discord.command_names import in_words_of, in_words_of_all
from bot.discord.markup import escape
from reunite.language import LANGUAGES, command, sentence

MEMBERS = ["> I use /lost here", "/lost link", "and/lost", "https://x.example/lost", "/losthat", "Report it with /lost"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["only_owner", "sealed_how", "look_nothing_found", "zone_not_known"])
def test_a_command_is_named_as_its_reader_sees_it(language: str, key: str) -> None:
    named = "timezone" if key == "zone_not_known" else "lost"
    text = in_words_of(language, sentence(key, language))
    assert f"/{command(named, language).name}" in text
    assert text == sentence(key, language).replace(f"/{named}", f"/{command(named, language).name}")
    escaped = escape(sentence(key, language))
    assert in_words_of(language, escaped) == escaped.replace(f"/{named}", f"/{command(named, language).name}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_several_people_read_it_a_command_has_both_names(language: str) -> None:
    name = command("lost", language).name
    both = "/lost" if name == "lost" else f"/{name} (/lost)"
    sealed = escape(sentence("sealed_how", language))
    assert in_words_of_all(sealed) == sealed.replace("/lost", both)


def test_between_slots_too_and_never_in_what_fills_them() -> None:
    text = sentence("when_without_zone", "de", when="/lost um 3, oder /timezone", zone="Europe/Berlin")
    assert in_words_of("de", text) == text.replace("einmal mit /timezone", "einmal mit /zeitzone")


@pytest.mark.parametrize("text", MEMBERS)
def test_nothing_else_is_taken_for_a_command(text: str) -> None:
    assert in_words_of("de", text) == text
    assert in_words_of_all(text) == text
