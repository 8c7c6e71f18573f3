"""Who is asked whether to look for what a post without photos names."""

from datetime import timedelta

from reunite.entities import ReportKind
from reunite.messages.offers import is_offered
from reunite.rules import MAX_TEXT

LOST, FOUND = ReportKind.LOST, ReportKind.FOUND
WORDS = "I lost my black umbrella"


def test_only_a_new_post_of_a_reports_length_that_names_a_thing_and_answers_nobody_gets_an_offer() -> None:
    assert is_offered(WORDS, timedelta(), LOST, is_reply=False)
    assert is_offered(WORDS.ljust(MAX_TEXT), timedelta(minutes=9), LOST, is_reply=False)
    assert not is_offered("thanks everyone", timedelta(), LOST, is_reply=False)
    assert not is_offered(WORDS, timedelta(), LOST, is_reply=True)
    assert not is_offered(WORDS, timedelta(minutes=10), LOST, is_reply=False), "it has been discussed already"
    assert not is_offered(WORDS.ljust(MAX_TEXT + 1), timedelta(), LOST, is_reply=False), "it can't become a report"


def test_among_the_found_things_only_a_find_gets_an_offer() -> None:
    assert not is_offered(WORDS, timedelta(), FOUND, is_reply=False)
    assert is_offered("found a black umbrella", timedelta(), FOUND, is_reply=False)
    assert not is_offered("found a black umbrella", timedelta(), FOUND, is_reply=True)
