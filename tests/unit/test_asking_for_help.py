"""Who asks how it works, instead of describing a thing."""

from reunite.language import LANGUAGES, command
from reunite.text.help import asks_for_help
from tests.support.tables import for_each


@for_each(
    "text",
    [
        "help",
        "Help me!",
        "?",
        "??",
        "¡Ayúdame!",
        "à l'aide",
        "使い方は？",
        "Pomóż mi",
        "怎么用？",
        "Hilfe!!",
        "help me please",
        "pls help",
        "I need help",
        "what can you do",
        "how to use",
        "Was muss ich tun?",
        "Hilfe bitte",
        "ayuda por favor",
        "¿cómo se usa?",
        "aide stp",
        "à l'aide, s'il vous plaît",
        "aiuto per favore",
        "come si usa?",
        "使い方を教えてください",
        "どうやって使うの?",
        "hoe gebruik ik dit?",
        "help me aub",
        "jak tego używać?",
        "pomocy proszę",
        "ajuda por favor",
        "como usar?",
        "怎么使用",
        "请帮忙",
    ],
)
def test_asking_for_help_is_recognised(text: str) -> None:
    assert asks_for_help(text)


@for_each(
    "text",
    [
        "",
        "help me find my black backpack",
        "help book",
        "hilfe mein rucksack",
        "!",
        "my keys?",
        "please",
        "手伝ってください、財布が",
        "instruction manual",
        "help, a please",
    ],
)
def test_a_description_is_no_question_for_help(text: str) -> None:
    assert not asks_for_help(text)


def test_each_languages_command_for_help_is_among_them() -> None:
    assert [code for code in LANGUAGES if not asks_for_help(command("help", code).name)] == []
