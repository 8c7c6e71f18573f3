"""When moderators hear that answers take too long: once, and once when it's over."""

from datetime import UTC, datetime, timedelta

import pytest

from reunite.language import LANGUAGES, plural, sentence
from reunite.messages import slowness as messages
from reunite.slowness import PAUSE, Unanswered
from tests.support.tables import for_each

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LIMIT = timedelta(minutes=10)


def unanswered(
    minutes: float | None, *, slow: bool = False, over: timedelta | None = None, number: int = 1
) -> Unanswered:
    oldest = None if minutes is None else NOW - timedelta(minutes=minutes)
    return Unanswered(number, oldest, NOW - timedelta(hours=1) if slow else None, NOW - over if over else None)


@pytest.mark.parametrize(
    ("waiting", "change"),
    [
        (unanswered(None), None),
        (unanswered(9.9), None),
        (unanswered(10), "began"),
        (unanswered(600, slow=True), None),
        (unanswered(5, slow=True), None),
        (unanswered(4.9, slow=True), "ended"),
        (unanswered(None, slow=True), "ended"),
        (unanswered(11, over=PAUSE - timedelta(minutes=1)), None),
        (unanswered(11, over=PAUSE), "began"),
    ],
)
def test_moderators_are_notified_of_changes_only(waiting: Unanswered, change: str | None) -> None:
    assert waiting.change(NOW, LIMIT) == change


def test_waits_around_the_limit_are_announced_at_most_twice_an_hour() -> None:
    since = until = None
    seen = []
    for minute in range(24 * 60):
        now = NOW + timedelta(minutes=minute)
        waited = timedelta(minutes=11 if minute % 2 else 1)
        change = Unanswered(1, now - waited, since, until).change(now, LIMIT)
        if change:
            seen.append(change)
            since, until = (now, until) if change == "began" else (None, now)
    assert seen.count("began") <= 24 * 2
    assert seen[:4] == ["began", "ended"] * 2


@for_each("language", LANGUAGES)
def test_the_words_say_how_many_wait_and_whether_a_worker_runs(language: str) -> None:
    text = messages.began(3, 12, language, has_worker=True).text()
    assert plural("slow_waiting", 3, language) in text
    assert "12" in text
    assert sentence("slow_no_worker", language) not in text
    assert sentence("slow_no_worker", language) in messages.began(3, 12, language, has_worker=False).text()
    assert messages.ended(language).text() == sentence("slow_ended", language).replace("**", "")
