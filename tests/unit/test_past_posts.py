"""Which past messages become reports, and what is said about the others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli.history.backfilling import _REASONS
from reunite.entities import ReportState
from reunite.language import LANGUAGES, listed
from reunite.messages.past_posts import Summary, begun, counts, ended, progress
from reunite.past_posts import IN_FLIGHT, KnownBefore, PastPost, Skipped, Span, Tally, span_of, why_skipped
from tests.support.tables import for_each

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OLDEST = NOW - timedelta(days=60)
POST = PastPost("1", NOW - timedelta(days=1), "1", by_member=True, has_files=True, settled=False)
LOUD = KnownBefore(NOW, quiet=False, state=ReportState.OPEN)
QUIET = KnownBefore(NOW, quiet=True, state=ReportState.OPEN)


@pytest.mark.parametrize(
    ("post", "known", "reason"),
    [
        (POST, None, None),
        (replace(POST, by_member=False, has_files=False), None, Skipped.NOT_A_MEMBERS),
        (replace(POST, has_files=False, settled=True), None, Skipped.NO_PHOTO),
        (replace(POST, settled=True), None, Skipped.SETTLED),
        (replace(POST, settled=True), LOUD, Skipped.KNOWN),
        (replace(POST, posted_at=OLDEST - timedelta(seconds=1)), None, Skipped.TOO_OLD),
        (replace(POST, answers_photo=True), None, Skipped.REPLY),
        (POST, LOUD, Skipped.KNOWN),
        (POST, QUIET, Skipped.KNOWN),
    ],
)
def test_why_a_message_is_skipped(post: PastPost, known: KnownBefore | None, reason: Skipped | None) -> None:
    assert why_skipped(post, known, oldest=OLDEST, answers=False) == reason


def test_what_was_read_quietly_is_read_again_for_an_answer() -> None:
    assert why_skipped(POST, QUIET, oldest=OLDEST, answers=True) is None
    assert why_skipped(POST, LOUD, oldest=OLDEST, answers=True) is Skipped.KNOWN


@pytest.mark.parametrize("state", [ReportState.RETURNED, ReportState.WITHDRAWN, ReportState.EXPIRED])
def test_what_has_ended_is_not_answered(state: ReportState) -> None:
    ended_before = replace(QUIET, state=state)
    assert why_skipped(POST, ended_before, oldest=OLDEST, answers=True) is Skipped.KNOWN


@pytest.mark.parametrize(
    ("since", "begins"),
    [
        (None, OLDEST),
        (NOW - timedelta(days=90), OLDEST),
        (NOW - timedelta(days=2), NOW - timedelta(days=2)),
        (NOW + timedelta(days=1), NOW - IN_FLIGHT),
    ],
)
def test_the_span_ends_where_live_events_begin_and_keeps_no_expired_posts(
    since: datetime | None, begins: datetime
) -> None:
    assert span_of(NOW, 60, since) == Span(begins, NOW - IN_FLIGHT)


@pytest.mark.parametrize(("days", "share"), [(0, 0.0), (15, 0.25), (60, 1.0), (99, 1.0), (-1, 0.0)])
def test_the_share_that_is_read_is_between_0_and_1(days: int, share: float) -> None:
    assert Span(OLDEST, NOW).share(NOW - timedelta(days=days)) == share


def test_an_empty_span_counts_as_read() -> None:
    assert Span(NOW, NOW).share(NOW) == 1.0


def tally() -> Tally:
    counted = Tally()
    for outcome in (2, 1, Skipped.NO_PHOTO, Skipped.NO_PHOTO, Skipped.KNOWN):
        counted.note(outcome)
    return counted


def test_each_message_is_counted() -> None:
    both = Tally.of([tally(), tally()])
    assert (both.messages, both.reports, both.photos) == (10, 4, 6)
    assert both.skipped == {Skipped.NO_PHOTO: 4, Skipped.KNOWN: 2}


@for_each("language", LANGUAGES)
def test_moderators_read_which_channels_how_many_and_why_others_were_skipped(language: str) -> None:
    summary = Summary(("found", "lost"), OLDEST, tally(), closed=("lost",))
    for reply in (begun(summary, language), ended(summary, language)):
        assert listed(("#found", "#lost"), language) in reply.text()
    assert begun(summary, language) != begun(replace(summary, answers=True), language)
    assert ended(summary, language) != ended(replace(summary, closed=()), language)
    assert "40" in progress(0.409, tally(), language)
    assert len(counts(tally(), language)) == 2
    assert len(counts(Tally(), language)) == 1


def test_the_command_says_why_any_post_was_skipped() -> None:
    assert set(_REASONS) == set(Skipped)
