"""Who asks how it works, instead of describing a thing."""

from reunite.language import LANGUAGES, command
from reunite.text.help import asks_for_help
from tests.support.tables import for_each


@for_each(
    "text", ["help", "Help me!", "?", "??", "¡Ayúdame!", "à l'aide", "使い方は？", "Pomóż mi", "怎么用？", "Hilfe!!"]
)
def test_asking_for_help_is_recognised(text: str) -> None:
    assert asks_for_help(text)


@for_each("text", ["", "help me find my black backpack", "help book", "hilfe mein rucksack", "!", "my keys?"])
def test_a_description_is_no_question_for_help(text: str) -> None:
    assert not asks_for_help(text)


def test_each_languages_command_for_help_is_among_them() -> None:
    assert [code for code in LANGUAGES if not asks_for_help(command("help", code).name)] == []
