from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.language import LANGUAGES, moment_words, weekday
from reunite.text.when import UNKNOWN_ZONE, When, read_when
from tests.support.tables import for_each

NOW = datetime(2026, 5, 14, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # a Thursday
ZONES = ("Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Tokyo", "Asia/Kolkata", "Pacific/Auckland")
SPOKEN = [
    line.split("\t")
    for line in Path(__file__).parents[1].joinpath("data/spoken_times.tsv").read_text("utf-8").splitlines()
]


def read(text: str, now: datetime = NOW) -> datetime | None:
    found = read_when(text, now)
    assert found.problem is None, (text, found)
    return found.moment


@pytest.mark.parametrize("zone", ZONES)
@for_each("language", sorted({row[0] for row in SPOKEN}))
def test_spoken_times_are_understood(language: str, zone: str) -> None:
    now = NOW.replace(tzinfo=ZoneInfo(zone))
    spoken = {text: expected for spoken_in, text, expected in SPOKEN if spoken_in == language}
    understood = {text: read_when(text, now).moment for text in spoken}
    assert understood == {
        text: datetime.fromisoformat(expected).replace(tzinfo=now.tzinfo) for text, expected in spoken.items()
    }


def test_what_has_begun_in_a_zone_is_not_to_come_and_not_last_years() -> None:
    berlin = datetime(2026, 7, 1, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert read("today 9:30", berlin) == berlin.replace(hour=9, minute=30)
    tokyo = datetime(2026, 7, 1, 1, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert read("7月1日", tokyo) == tokyo.replace(hour=0)
    assert read_when("today 23:30", tokyo).problem == "when_to_come"


def test_each_language_has_a_hundred_spoken_times() -> None:
    counts = {language: sum(row[0] == language for row in SPOKEN) for language in LANGUAGES}
    assert min(counts.values()) >= 100


@for_each(
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
    assert read(text) == datetime.fromisoformat(expected).replace(tzinfo=NOW.tzinfo)


@for_each(
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
        ("yesterday half 3", "2026-05-13T15:30"),
        ("gisteren half 3", "2026-05-13T14:30"),
        ("over two hours ago", "2026-05-14T10:00"),
        ("the day of the open day, 12 May", "2026-05-12T00:00"),
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
        ("ieri alle 14:30", "2026-05-13T14:30"),
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
    assert read(text) == datetime.fromisoformat(expected).replace(tzinfo=NOW.tzinfo)


@for_each("language", LANGUAGES)
def test_a_moment_that_we_render_can_be_read_again(language: str) -> None:
    for days in range(365):
        moment = datetime(2026, 5, 14, 11, 59, tzinfo=NOW.tzinfo) - timedelta(days=days)
        assert read(moment_words(moment, language)) == moment
        if days < 7:
            assert read(f"{weekday(moment, language)} 11:59") == moment


@for_each(
    ("text", "expected"),
    [
        ("Saturday 9 o'clock", "2026-05-09T09:00"),
        ("Saturday 11 in the morning", "2026-05-09T11:00"),
        ("Saturday 9 in the evening", "2026-05-09T21:00"),
        ("vendredi 8 heures", "2026-05-08T08:00"),
        ("vendredi 8 heures et demie", "2026-05-08T08:30"),
        ("viernes 8 de la mañana", "2026-05-08T08:00"),
        ("sábado 9 y media", "2026-05-09T09:30"),
        ("Samstag 9 abends", "2026-05-09T21:00"),
        ("w sobotę 9 rano", "2026-05-09T09:00"),
        ("Monday 4", "2026-05-04T00:00"),
        ("Saturday 9 at 10 o'clock", "2026-05-09T10:00"),
        ("Samstag 9 halb zehn", "2026-05-09T09:30"),
        ("samedi 9 après-midi", "2026-05-09T13:00"),
        ("Saturday 2 noon", "2026-05-02T12:00"),
    ],
)
def test_a_number_after_a_weekday_is_an_hour_if_it_reads_as_one(text: str, expected: str) -> None:
    assert read(text) == datetime.fromisoformat(expected).replace(tzinfo=NOW.tzinfo)


@pytest.mark.parametrize("text", ["jetzt", "ahora mismo", "à l'instant", "adesso", "さっき"])
def test_just_now_is_understood_in_each_language(text: str) -> None:
    assert read(text) == NOW


def test_no_words_mean_no_time() -> None:
    assert read("  ") is None


def test_just_now_is_the_present_moment() -> None:
    assert read("just now") == NOW


@for_each(
    "text",
    [
        "25:00",
        "12:75",
        "2026-13-01",
        "mondayish",
        "14",
        "-",
        "t",
        "last",
        "30 febrero",
        "25時",
        "31. Juni",
        "13 pm",
        "I lost it with my mum",
        "room 14",
        "yesterday 14",
        "9999999999",
        "10.000",
        "die Tasche mit Henkel",
        "mi mochila",
        "vor zwei Jahren",
        "0019-11-20",
        "20.11.1750",
        "vor einem Jahr",
        "vor einer Weile",
        "vor etwa zwei Jahren",
        "il y a un an",
        "hace un año",
        "hace dos años",
        "30-2 May",
        "at half an hour",
        "вчера в 15:30",
        "어제 15:30",
    ],
)
def test_a_time_that_isnt_understood_is_reported(text: str) -> None:
    assert read_when(text, NOW) == When(problem="when_not_understood")


@for_each(
    "text",
    ["martens", "Marten", "domino", "sundae", "montage", "mourning", "worek", "moaning", "black nachos", "según Ana"],
)
def test_a_word_like_a_day_is_not_a_day(text: str) -> None:
    assert read_when(text, NOW) == When(problem="when_not_understood")
    assert read(f"yesterday, {text}") == NOW.replace(day=13, hour=0)


@pytest.mark.parametrize(
    "text",
    ["2026-05-16", "today 18:01", "heute 18 Uhr", "9999-12-31", "tomorrow", "morgen um 9", "mañana", "明日の9時"],
)
def test_a_time_in_the_future_is_reported(text: str) -> None:
    assert read_when(text, NOW) == When(problem="when_to_come")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yesterday after class", "2026-05-13T00:00"),
        ("after lunch on Tuesday", "2026-05-12T12:00"),
        ("yesterday at gate 14", "2026-05-13T00:00"),
        ("im vorletzten Wagen am Freitag", "2026-05-08T00:00"),
        ("gestern nach dem Sport gegen 17 Uhr", "2026-05-13T17:00"),
        ("lundi dans le bus, vers 8h", "2026-05-11T08:00"),
    ],
)
def test_other_words_with_a_time_do_no_harm(text: str, expected: str) -> None:
    assert read(text) == datetime.fromisoformat(expected).replace(tzinfo=NOW.tzinfo)


def test_the_day_is_the_members_own() -> None:
    berlin = datetime(2026, 5, 14, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert read("today 9:30", berlin) == berlin - timedelta(minutes=30)
    tokyo = datetime(2026, 7, 1, 7, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert read("7月1日", tokyo) == datetime(2026, 7, 1, tzinfo=tokyo.tzinfo)


@for_each(
    ("text", "day"),
    [("昨日", 30), ("today", 1), ("1 July", 1), ("2 days ago", 29), ("yesterday 9:30", None), ("this morning", None)],
)
def test_what_names_no_time_is_a_day_as_the_member_counts_them(text: str, day: int | None) -> None:
    for now in (datetime(2026, 7, 1, 8, 0, tzinfo=ZoneInfo(zone)) for zone in ("Asia/Tokyo", "America/New_York")):
        found = read_when(text, now).day
        assert (found and found.day) == day


def test_a_date_that_has_begun_in_the_east_stays_the_day_that_was_said_unless_the_zone_is_known() -> None:
    utc = datetime(2026, 6, 30, 22, 0, tzinfo=ZoneInfo("UTC"))
    assert read_when("1 July", utc, zone_error=UNKNOWN_ZONE).day == date(2026, 7, 1)
    assert read_when("1 July", utc).day == date(2026, 6, 30)


@for_each(
    ("text", "expected"),
    [
        *((text, "2026-05-11") for text in ("3日くらい前", "3日ほど前", "około trzech dni temu")),
        *((text, "2026-05-07") for text in ("einen Tag vor Freitag", "la veille de vendredi", "金曜日の前の日")),
        ("przed piątkiem", "2026-05-08"),
    ],
)
def test_about_three_days_ago_and_the_day_before_another_are_their_days(text: str, expected: str) -> None:
    assert read(text) == datetime.fromisoformat(expected).replace(tzinfo=NOW.tzinfo)


@for_each(
    "said",
    [
        "last month|last week|weekend|a few days ago|Monday or Tuesday|28 to 30 November|before Friday",
        "a day or two ago|a couple of days ago|a week ago|since Monday|2-3 days ago|about 5 November|early November 10",
        "since the class on 28 and 29 November|after the Monday class or Tuesday|seit dem Montag|seit letztem Freitag",
        "letzten Monat|letzte Woche|vor ein paar Tagen|Montag oder Dienstag|10.-12. November|vor Freitag|seit Montag",
        "el mes pasado|la semana pasada|hace unos días|lunes o martes|antes del viernes|desde ayer|ayer o anteayer",
        "le mois dernier|la semaine dernière|il y a quelques jours|lundi ou mardi|avant vendredi|depuis hier",
        "il mese scorso|la settimana scorsa|qualche giorno fa|lunedì o martedì|prima di venerdì|dopo lunedì",
        "vorige maand|vorige week|een paar dagen geleden|maandag of dinsdag|voor vrijdag|sinds gisteren",
        "w zeszłym miesiącu|w zeszłym tygodniu|kilka dni temu|poniedziałek albo wtorek|przed piątkiem|od wczoraj",
        "mês passado|semana passada|há alguns dias|segunda ou terça|antes de sexta|desde ontem|uns dias atrás",
        "先月|先週|数日前|月曜日か火曜日|金曜日の前|月曜日から|昨日以降",
        "上个月|上周|几天前|星期一或星期二|星期五之前|从昨天|昨天左右",
        "antes desta segunda|bis einschließlich Montag|desde a aula de segunda",
        "since that awful Monday|after the previous Monday|since class yesterday|gone since breakfast on Monday",
        "seit diesem Montag|seit vergangenem Montag|seit dem Sport am Montag|bis einschließlich Montag",
        "desde aquel lunes|desde la clase del lunes|après ce fameux lundi|depuis le cours de lundi|da quel lunedì",
        "sinds die vreselijke maandag|od tego poniedziałku|od zeszłej soboty|desde o treino de terça",
        "Monday or later|yesterday or even before|last seen Monday, gone since|noticed yesterday, lost days before",
        "Freitag oder davor|el lunes o antes|lundi ou avant|lunedì o prima|maandag of eerder|segunda ou até antes",
        "w piątek lub nawet wcześniej|金曜日かその前|昨日の授業から|周五或者更早|周二训练以来|自从那个周二",
        "3 days ago or so|vor drei Tagen oder so|hace unos tres días|il y a trois jours environ|tre giorni fa circa",
        "drie dagen geleden ongeveer|około trzech dni temu|há três dias mais ou menos|3日前くらい|3日前から|三天前左右",
        "the day before Monday|einen Tag vor Freitag|le lendemain de lundi|金曜日の前の日|月曜日の翌日|月曜日より前",
        "at the latest Monday|spätestens Montag|a partir del lunes|dès lundi|przed zeszłym piątkiem",
    ],
)
def test_what_names_no_single_day_is_no_day(said: str) -> None:
    now = datetime(2026, 11, 30, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert {text: found.day for text in said.split("|") if (found := read_when(text, now)).day} == {}
    assert [text for text in said.split("|") if read_when(text, now).moment]


@for_each(
    ("said", "day"),
    [
        ("yesterday|gestern|ayer|hier|ieri|昨日|gisteren|wczoraj|ontem|昨天", 29),
        ("2 days ago|vor zwei Tagen|hace 2 días|il y a deux jours|due giorni fa|2日前|twee dagen geleden", 28),
        ("dwa dni temu|há dois dias|2天前|28 November|am 28.11.|Saturday, 28 November|on Saturday|el sábado", 28),
        ("yesterday at the pool|gestern im Pool|last Sunday|on the 29th", 29),
        ("yesterday after class|before class yesterday|gestern nach dem Sport|gestern vor der Prüfung", 29),
        (
            "ayer después de clase|hier après le cours|hier avant l'examen|ieri dopo la lezione|ieri prima dell'esame",
            29,
        ),
        ("gisteren na de les|gisteren voor het examen|wczoraj po zajęciach|wczoraj przed egzaminem", 29),
        ("ontem depois da aula|ontem antes da prova|昨日の試験の前|昨日、授業から帰る途中", 29),
        ("昨天考试前|昨天从图书馆回家|not Saturday but yesterday|nicht am Samstag, gestern|昨日、学校から帰る時", 29),
        (
            "the day before yesterday|avant-hier|não ontem, mas sábado|昨日ではなく土曜日|不是昨天，是周六",
            28,
        ),
        ("na sexta|before rehearsal on Friday|not yesterday but Friday|nie wczoraj, tylko w piątek", 27),
        ("hier à l'avant du bus, pas vendredi|stolen from my locker yesterday|klucze od domu, wczoraj", 29),
    ],
)
def test_what_names_one_day_is_that_day(said: str, day: int) -> None:
    now = datetime(2026, 11, 30, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    read_days = {text: read_when(text, now).day for text in said.split("|")}
    assert read_days == dict.fromkeys(read_days, date(2026, 11, day))


@pytest.mark.parametrize("text", ["7月1日", "1 July", "July 1st", "1.7.", "2026-07-01"])
def test_a_date_that_has_begun_in_the_east_is_not_last_years(text: str) -> None:
    utc = datetime(2026, 6, 30, 22, 0, tzinfo=ZoneInfo("UTC"))  # 7:00 on 1 July in Tokyo
    assert read(text, utc) == utc


def test_where_the_zone_is_not_known_a_little_ahead_is_now() -> None:
    utc = datetime(2026, 5, 14, 8, 0, tzinfo=ZoneInfo("UTC"))  # 10:00 in Berlin
    assert read_when("today 9:30", utc, zone_error=timedelta(hours=14)) == When(utc)
    assert read_when("today 9:30", utc) == When(problem="when_to_come")


@pytest.mark.parametrize(
    "text",
    [
        *("tomorrow", "tomorrow morning", "morgen um 9", "mañana", "明日", "demain", "domani", "jutro", "amanhã"),
        *("morgenochtend", "明早", "后天", "大后天"),
    ],
)
def test_tomorrow_is_to_come_wherever_the_member_is(text: str) -> None:
    utc = datetime(2026, 5, 14, 20, 0, tzinfo=ZoneInfo("UTC"))
    assert read_when(text, utc, zone_error=UNKNOWN_ZONE) == When(problem="when_to_come")


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("5/6/2026", "Europe/Berlin", "2026-06-05"),
        ("5/6/2026", "America/New_York", "2026-05-06"),
        ("13/5", "America/New_York", "2026-05-13"),
        ("5/13", "Europe/Berlin", "2026-05-13"),
        ("5/12/2026", "Europe/Berlin", "2026-05-12"),  # the fifth of December is in the future
    ],
)
def test_slashes_are_read_as_the_zone_writes_them(text: str, zone: str, expected: str) -> None:
    now = datetime(2026, 6, 10, 12, 0, tzinfo=ZoneInfo(zone))
    assert read(text, now) == datetime.fromisoformat(expected).replace(tzinfo=now.tzinfo)


@given(st.text(max_size=60))
def test_any_text_is_a_past_moment_or_a_problem(text: str) -> None:
    found = read_when(text, NOW)
    assert found.moment is None or (found.problem is None and found.moment <= NOW)


WORDS = st.sampled_from(
    [*(row[1] for row in SPOKEN), "ago", "vor", "hace", "前", "12", "at", "um", "31", "half past", "2h"]
)


@given(st.lists(WORDS, max_size=6).map(" ".join))
def test_any_mixture_of_words_for_time_is_a_past_moment_or_a_problem(text: str) -> None:
    found = read_when(text, NOW)
    assert found.moment is None or (found.problem is None and found.moment <= NOW)


@given(st.integers(0, 6 * 24 * 60))
def test_a_weekday_and_a_time_name_a_moment_of_the_last_week(minutes: int) -> None:
    moment = NOW.replace(tzinfo=None) - timedelta(minutes=minutes)
    assert read(f"{moment:%A %H:%M}") == moment.replace(tzinfo=NOW.tzinfo)
