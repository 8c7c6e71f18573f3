"""What a reporter reads as soon as their report is stored."""

from dataclasses import replace

from reunite.language import sentence
from reunite.messages.confirmation import confirmation
from tests.support.marked_reports import FOUND, LOST


def test_a_confirmation_says_what_happens_and_where() -> None:
    assert confirmation(LOST, "#lost", "en", is_new=True) == [sentence("looking_in", channel="#lost")]
    assert confirmation(FOUND, "#found", "de", is_new=True) == [sentence("answering_in", "de", channel="#found")]
    assert confirmation(LOST, "", "en", is_new=True) == [sentence("answering_directly")]
    assert confirmation(replace(LOST, private=True), "", "en", is_new=True) == [sentence("looking_privately")]
    sealed = replace(FOUND, sealed=True)
    assert confirmation(sealed, "#found", "en", is_new=True) == [sentence("sealed_kept")]


def test_a_report_that_was_sent_before_is_said_to_be_first() -> None:
    before, now = confirmation(LOST, "#lost", "en", is_new=False)
    assert (before, now) == (sentence("sent_before"), sentence("looking_in", channel="#lost"))
