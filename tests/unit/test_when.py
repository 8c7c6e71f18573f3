from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.errors import TellUserError
from reunite.when import parse_when

NOW = datetime(2026, 5, 14, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # a Thursday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-05-14T00:00"),
        ("Yesterday", "2026-05-13T00:00"),
        ("yesterday 14:30", "2026-05-13T14:30"),
        ("yesterday at 14:30", "2026-05-13T14:30"),
        ("9:05", "2026-05-14T09:05"),
        ("at 9:05", "2026-05-14T09:05"),
        ("18:00", "2026-05-13T18:00"),
        ("thursday", "2026-05-14T00:00"),
        ("on Monday", "2026-05-11T00:00"),
        ("last friday, 08:15", "2026-05-08T08:15"),
        ("fri", "2026-05-08T00:00"),
        (" 2026-05-01 ", "2026-05-01T00:00"),
        ("2026-05-01 23:59", "2026-05-01T23:59"),
        ("2026-05-01T23:59:30", "2026-05-01T23:59"),
    ],
)
def test_the_usual_ways_to_say_when_are_understood(text: str, expected: str) -> None:
    assert parse_when(text, NOW) == datetime.fromisoformat(expected).replace(tzinfo=NOW.tzinfo)


def test_no_words_mean_no_time() -> None:
    assert parse_when("  ", NOW) is None


def test_now_is_now() -> None:
    assert parse_when("just now", NOW) == NOW


@pytest.mark.parametrize("text", ["around noon", "25:00", "12:75", "2026-13-01", "mondayish", "14", "-", "t", "last"])
def test_other_words_are_told_kindly(text: str) -> None:
    with pytest.raises(TellUserError, match="when_not_understood"):
        parse_when(text, NOW)


@pytest.mark.parametrize("text", ["2026-05-15", "today 12:01", "thursday at 23:00", "9999-12-31"])
def test_a_time_to_come_is_told_kindly(text: str) -> None:
    with pytest.raises(TellUserError, match="when_to_come"):
        parse_when(text, NOW)


@given(st.text(max_size=30))
def test_any_text_is_a_past_moment_or_a_sentence(text: str) -> None:
    try:
        moment = parse_when(text, NOW)
    except TellUserError:
        return
    assert moment is None or moment <= NOW


@given(st.integers(0, 6 * 24 * 60))
def test_a_weekday_and_a_time_name_a_moment_of_the_last_week(minutes: int) -> None:
    moment = NOW.replace(tzinfo=None) - timedelta(minutes=minutes)
    assert parse_when(f"{moment:%A %H:%M}", NOW) == moment.replace(tzinfo=NOW.tzinfo)
