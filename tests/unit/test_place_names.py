import pytest

from reunite.matching.circumstances import place_similarity, place_words
from reunite.text.place_names import named_alone


@pytest.mark.parametrize(
    ("place", "other"),
    [
        ("canteen", "Mensa"),
        ("canteen", "食堂"),
        ("dining hall", "cantine"),
        ("library", "図書館"),
        ("gym", "Turnhalle"),
        ("sports hall", "gymnase"),
        ("restroom", "baño"),
        ("toilets on the 2nd floor", "Toiletten 2nd floor"),
        ("pool", "Schwimmbad"),
        ("changing rooms", "vestiaires"),
        ("bus stop", "parada de autobús"),
        ("lecture hall B", "Hörsaal B"),
        ("car park", "Parkplatz"),
        ("playground", "Spielplatz"),
        ("kitchen", "kuchnia"),
    ],
)
def test_places_agree_across_languages(place: str, other: str) -> None:
    assert (place_similarity(place_words(place), place_words(other)) or 0) >= 0.9


@pytest.mark.parametrize(("place", "other"), [("library", "canteen"), ("Mensa", "図書館"), ("lecture hall A", "gym")])
def test_other_places_do_not(place: str, other: str) -> None:
    assert (place_similarity(place_words(place), place_words(other)) or 0) < 0.4


@pytest.mark.parametrize(
    ("place", "other"), [("chair", "gym"), ("radiator", "Mensa"), ("row 3", "cinema"), ("table 4", "room 9")]
)
def test_furniture_may_be_in_any_place(place: str, other: str) -> None:
    assert place_similarity(place_words(place), place_words(other)) is None
    assert place_similarity(place_words(other), place_words(place)) is None


@pytest.mark.parametrize(("place", "other"), [("chair", "chairs"), ("row 3", "row 3, cinema")])
def test_furniture_agrees_with_furniture(place: str, other: str) -> None:
    assert (place_similarity(place_words(place), place_words(other)) or 0) >= 0.6


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("bibliotece", "biblioteka"),
        ("Szkole", "Szkoła"),
        ("sali 12", "sala 12"),
        ("sali gimnastycznej", "sala gimnastyczna"),
        ("przystanku", "przystanek"),
        ("bibliotece głównej", "bibliotece głównej"),
        ("gym", "gym"),
        ("図書館", "図書館"),
    ],
)
def test_a_polish_place_is_named_as_it_stands_alone(place: str, name: str) -> None:
    assert named_alone(place) == name
