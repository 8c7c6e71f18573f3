"""A command sent again has the key of the first, until that is answered or too long ago."""

from bot.unanswered import Unanswered


def test_the_same_command_has_the_same_key_for_two_minutes() -> None:
    seconds = 0.0
    unanswered = Unanswered(lambda: seconds)
    assert unanswered.key(("ada", "a hat"), "1") == "1"
    assert unanswered.key(("ada", "a cap"), "2") == "2"
    assert unanswered.key(("ada", "a hat"), "3") == "1"
    seconds = 100.0
    assert unanswered.key(("ada", "a hat"), "4") == "1"
    seconds = 121.0
    assert unanswered.key(("ada", "a hat"), "5") == "5"


def test_the_same_words_after_an_answer_are_another_command() -> None:
    unanswered = Unanswered()
    assert unanswered.key("a hat", "1") == "1"
    unanswered.answered("a hat")
    assert unanswered.key("a hat", "2") == "2"
    unanswered.answered("a cap")
