"""What the numbers tell of the last weeks."""

import pytest

from reunite.entities import ReportWords, Statistics, Trends
from reunite.language import LANGUAGES, plural, words_in
from reunite.messages import notices, trending
from reunite.trends import places_of, places_of_both, things_lost

LOST = (
    *(ReportWords(f"my {colour} backpack", "Library") for colour in ("blue", "red", "black")),
    ReportWords("Rucksack, schwarz", "library "),
    *(ReportWords(f"{what} with a red tag", "") for what in ("keys", "key", "keys")),
    ReportWords("an umbrella", "gym"),
    ReportWords("", "Gym"),
)


def test_what_is_lost_most_is_counted_in_every_language() -> None:
    assert things_lost(LOST) == [("backpack", 4), ("keys", 3)]


def test_a_place_is_counted_however_it_is_written_and_shown_as_most_write_it() -> None:
    assert places_of(LOST) == [("Library", 4)]


def test_places_named_in_words_count_in_any_language() -> None:
    lost = [ReportWords("blue mug, lost in the canteen", ""), ReportWords("Schlüssel in der Mensa verloren", "")]
    found = [
        ReportWords("found this in the canteen", ""),
        ReportWords("a mug in the canteen", "Gym"),
        ReportWords("a mug", ""),
    ]
    assert places_of_both(lost, found, 10) == [("canteen", 2, 1), ("Gym", 0, 1)]
    assert places_of_both(lost, found, 1) == [("canteen", 2, 1)]
    assert places_of([*lost, *found]) == [("canteen", 3)]


def test_one_report_names_a_place_once() -> None:
    report = ReportWords("keys lost at the gym, near the gym or behind the gym", "")
    assert places_of_both([report], [], 10) == [("gym", 1, 0)]


def test_members_read_only_what_three_people_named() -> None:
    reports = [ReportWords("my keys", "Gym", author) for author in ("ada", "ada", "ben", "ben")]
    assert places_of(reports) == things_lost(reports) == []
    reports.append(ReportWords("keys", "gym", "cleo"))
    assert (places_of(reports), things_lost(reports)) == ([("Gym", 3)], [("keys", 3)])


@pytest.mark.parametrize(
    "place", ["Elm Street 12", "Hauptstraße 5", "Main Street 12", "Rue des Lilas 12", "Tom's house", "Kerkstraat 5"]
)
def test_members_never_read_where_someone_lives(place: str) -> None:
    for report in (ReportWords("", place), ReportWords(f"keys lost at {place}", "")):
        assert places_of([report] * 3) == []
        assert places_of_both([report], [], 10) != []


def test_members_read_no_names_out_of_a_text() -> None:
    assert places_of([ReportWords("perdu chez Marie", "")] * 3) == []
    assert places_of([ReportWords("lost in room 204", "")] * 3) == [("room 204", 3)]
    assert places_of([ReportWords("図書館で鍵をなくした", "")] * 3) == [("図書館", 3)]


def test_things_named_by_fewer_than_three_people_are_not_listed() -> None:
    assert things_lost(LOST[-2:]) == places_of(LOST[-2:]) == []


@pytest.mark.parametrize(
    ("numbers", "bars"),
    [((0, 0, 1), "▁▁█"), ((1, 2, 4, 8), "▂▃▅█"), ((0,), "▁"), ((100, 1), "█▂"), ((7, 0, 7), "█▁█")],
)
def test_bars_show_every_number_above_none(numbers: tuple[int, ...], bars: str) -> None:
    assert trending.bars(numbers) == bars


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_show_returns_over_time_how_soon_and_what_is_lost_where(language: str) -> None:
    trends = Trends((0,) * 10 + (2, 4), 1.25, LOST)
    text = notices.statistics(Statistics(1, 2, 6, 9, 6, 1), language, trends).text()
    assert "▁▁▁▁▁▁▁▁▁▁▅█" in text
    for part in (plural("hours", 30, language), f"(4){words_in(language).comma}", "Library (4)", "(6"):
        assert part in text.replace("計6", "(6").replace("共 6", "(6").replace("łącznie 6", "(6").replace(
            "insgesamt 6", "(6"
        ), part


@pytest.mark.parametrize(("days", "words"), [(0.0, "1 min"), (0.02, "29 min"), (0.5, "12 h"), (9.4, "9 days")])
def test_how_soon_things_are_back_is_said_in_words(days: float, words: str) -> None:
    [text] = trending.lines(Trends(days=days), "en")
    assert text == f"Half of what was returned was back within {words}"


def test_the_days_to_a_return_are_in_the_right_case_in_german() -> None:
    [text] = trending.lines(Trends(days=9.4), "de")
    assert text == "Bei der Hälfte des Zurückgegebenen dauerte es höchstens 9 Tage"


def test_german_nouns_have_a_capital() -> None:
    [things, _] = trending.lines(Trends(lost=LOST), "de")
    assert things == "Am häufigsten verloren: Rucksack (4), Schlüssel (3)"


def test_a_young_community_reads_of_no_trend() -> None:
    assert list(trending.lines(Trends(), "en")) == []
