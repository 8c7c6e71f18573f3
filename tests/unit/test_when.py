from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.errors import TellUserError
from reunite.language import LANGUAGES, moment_words, weekday
from reunite.text.when import parse_when

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14 May", "2026-05-14T00:00"),
        ("May 2nd, 9:15 pm", "2026-05-02T21:15"),
        ("Dec 24", "2025-12-24T00:00"),
        ("the day before yesterday", "2026-05-12T00:00"),
        ("yesterday 12 am", "2026-05-13T00:00"),
        ("heute 8 Uhr", "2026-05-14T08:00"),
        ("gestern um 14:30 Uhr", "2026-05-13T14:30"),
        ("vorgestern", "2026-05-12T00:00"),
        ("letzten Mittwoch gegen 7:05", "2026-05-13T07:05"),
        ("Mi", "2026-05-13T00:00"),
        ("12. März", "2026-03-12T00:00"),
        ("am 3.5. um 18 Uhr 30", "2026-05-03T18:30"),
        ("01.12.2025", "2025-12-01T00:00"),
        ("Donnerstag, 7. Mai, 12:00 Uhr", "2026-05-07T12:00"),
        ("dzisiaj o 9:00", "2026-05-14T09:00"),
        ("wczoraj około godz. 14:30", "2026-05-13T14:30"),
        ("przedwczoraj", "2026-05-12T00:00"),
        ("w środę", "2026-05-13T00:00"),
        ("w zeszła niedziele", "2026-05-10T00:00"),
        ("poniedzialek", "2026-05-11T00:00"),
        ("7 lutego", "2026-02-07T00:00"),
        ("21 października 2025 r.", "2025-10-21T00:00"),
        ("hoy", "2026-05-14T00:00"),
        ("ayer a las 14:30", "2026-05-13T14:30"),
        ("anteayer", "2026-05-12T00:00"),
        ("el miércoles pasado", "2026-05-13T00:00"),
        ("sabado 9:00", "2026-05-09T09:00"),
        ("el 2 de mayo de 2026", "2026-05-02T00:00"),
        ("21 de diciembre", "2025-12-21T00:00"),
        ("aujourd’hui à 9h", "2026-05-14T09:00"),
        ("hier 14h30", "2026-05-13T14:30"),
        ("avant-hier", "2026-05-12T00:00"),
        ("mercredi dernier vers 18 h 15", "2026-05-13T18:15"),
        ("le 1er mai à 20:00", "2026-05-01T20:00"),
        ("21 août", "2025-08-21T00:00"),
        ("昨日 14:30", "2026-05-13T14:30"),
        ("今日の9時頃", "2026-05-14T09:00"),
        ("昨日の午後3時半ごろ", "2026-05-13T15:30"),
        ("一昨日", "2026-05-12T00:00"),
        ("水曜日の14時5分", "2026-05-13T14:05"),
        ("火曜", "2026-05-12T00:00"),
        ("5月2日", "2026-05-02T00:00"),
        ("2025年12月21日 18時", "2025-12-21T18:00"),
        ("5月７日 １２：００", "2026-05-07T12:00"),
    ],
)
def test_when_is_understood_in_each_language(text: str, expected: str) -> None:
    assert parse_when(text, NOW) == datetime.fromisoformat(expected).replace(tzinfo=NOW.tzinfo)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_we_say_of_a_moment_is_understood_again(language: str) -> None:
    for days in range(365):
        moment = datetime(2026, 5, 14, 11, 59, tzinfo=NOW.tzinfo) - timedelta(days=days)
        assert parse_when(moment_words(moment, language), NOW) == moment
        if days < 7:
            assert parse_when(f"{weekday(moment, language)} 11:59", NOW) == moment


@pytest.mark.parametrize("text", ["jetzt", "ahora mismo", "à l'instant", "さっき"])
def test_just_now_is_understood_in_each_language(text: str) -> None:
    assert parse_when(text, NOW) == NOW


def test_no_words_mean_no_time() -> None:
    assert parse_when("  ", NOW) is None


def test_now_is_now() -> None:
    assert parse_when("just now", NOW) == NOW


@pytest.mark.parametrize(
    "text",
    [
        "around noon",
        "25:00",
        "12:75",
        "2026-13-01",
        "mondayish",
        "14",
        "-",
        "t",
        "last",
        "3 h ago",
        "hier soir",
        "30 febrero",
        "14/5/2026",
        "25時",
        "31. Juni",
    ],
)
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
