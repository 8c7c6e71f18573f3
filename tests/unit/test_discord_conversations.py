"""The name of a conversation's thread on Discord tells it from others."""

from types import SimpleNamespace
from typing import Any

from bot.discord.conversations import is_conversation
from reunite.language import LANGUAGES, sentence
from tests.support.tables import for_each


@for_each("language", LANGUAGES)
def test_a_conversation_is_known_in_every_language(language: str) -> None:
    name = sentence("pair_name", language)
    for thread in (f"{name}: Ada, Ben #a1b2c3d4", f"{name} #a1b2c3d4"):
        assert is_conversation(named(thread))


def test_a_report_whose_words_end_like_a_conversations_name_is_none() -> None:
    assert not is_conversation(named("Lost: a router #a1b2c3d4"))


def named(name: str) -> Any:
    return SimpleNamespace(name=name)
