import pytest

from bot.discord.command_names import in_words_of
from reunite.language import LANGUAGES, command, sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["only_owner", "sealed_how", "look_nothing_found", "zone_not_known"])
def test_a_command_is_named_as_its_reader_sees_it(language: str, key: str) -> None:
    named = "timezone" if key == "zone_not_known" else "lost"
    said = in_words_of(language, sentence(key, language))
    assert f"/{command(named, language).name}" in said
    assert said == sentence(key, language).replace(f"/{named}", f"/{command(named, language).name}")


@pytest.mark.parametrize("said", ["> I use /lost here", "/lost link", "and/lost", "https://x.example/lost", "/losthat"])
def test_nothing_else_is_taken_for_a_command(said: str) -> None:
    assert in_words_of("de", said) == said
