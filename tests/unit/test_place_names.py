import pytest

from reunite.matching.circumstances import place_similarity, place_words, rule_out_each_other
from reunite.text.content import content_of
from reunite.text.place_names import base_form, named_alone
from reunite.text.places import locate
from tests.support.tables import for_each


@for_each(
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
        ("cafe", "кафе"),
        ("classroom", "강의실"),
        ("reading room", "阅览室"),
        ("waiting room", "sala de espera"),
        ("hallway", "Flur"),
        ("train", "treno"),
        ("airport", "lotnisku"),
        ("hospital", "病院"),
        ("library", "Bib"),
        ("train to Leeds", "treno to Leeds"),
        ("lab", "laboratorio"),
        ("cloakroom", "гардероба"),
        ("reception", "portaria"),
        ("cable car", "téléphérique"),
        ("火车站", "train station"),
        ("高铁站", "station"),
        ("地铁站", "metro station"),
        ("カフェテリア", "食堂"),
        ("academia de ginástica", "gym"),
    ],
)
def test_places_agree_across_languages(place: str, other: str) -> None:
    assert (place_similarity(place_words(place), place_words(other)) or 0) >= 0.9


@for_each(
    ("place", "other"),
    [
        *(("library", "canteen"), ("Mensa", "図書館"), ("lecture hall A", "gym"), ("Subway", "metro")),
        *(("underground car park", "metro"), ("TGV", "RER"), ("ski lift", "elevator"), ("labor ward", "lab")),
        *(("Intercity Hotel", "train"), ("Concierge Hotel", "reception"), ("Venice gondola", "cable car")),
        *(("academia de inglés", "gym"), ("Academia Sinica", "gimnasio"), ("地铁站", "火车站")),
        *(("Costa Coffee", "library"), ("Kings Cross", "Euston"), ("Notting Hill", "gym"), ("Boots", "library")),
        *(("Charing Cross", "Waterloo"), ("Red Cross", "library"), ("Baby Gap", "Zara"), ("Barrio Chino", "playa")),
    ],
)
def test_other_places_do_not(place: str, other: str) -> None:
    assert (place_similarity(place_words(place), place_words(other)) or 0) < 0.4


@pytest.mark.parametrize(
    ("place", "other"),
    [
        *(("chair", "gym"), ("radiator", "Mensa"), ("row 3", "cinema"), ("table 4", "room 9")),
        *(
            ("squat racks", "gym"),
            ("bench", "gym"),
            ("coach B", "ICE nach Hamburg"),
            ("Wagen 23", "RE 5 nach Köln"),
        ),
    ],
)
def test_furniture_may_be_in_any_place(place: str, other: str) -> None:
    assert place_similarity(place_words(place), place_words(other)) is None
    assert place_similarity(place_words(other), place_words(place)) is None


@for_each(
    ("place", "other"),
    [
        *(("table 4", "table 9"), ("gate B12", "gate C3"), ("room 204", "room 310"), ("line 2", "line 5")),
        *(("Tisch 4", "table 9"), ("Reihe 3", "Reihe 12"), ("ligne A", "ligne B"), ("mesa 4", "mesa 9")),
        *(("linia 2", "linia 5"), ("2号线", "5号线"), ("3番線", "5番線"), ("bus 38", "bus 12"), ("ward 3", "ward 7")),
        *(("class 3B", "class 5A"), ("lecture hall A", "Hörsaal B"), ("seat 12A", "seat 14C")),
        *(("concert", "training"), ("ward 3", "canteen")),
    ],
)
def test_other_numbers_are_other_places(place: str, other: str) -> None:
    assert place_similarity(place_words(place), place_words(other)) == 0
    assert rule_out_each_other(place_words(place), place_words(other)) or "concert" in place or "canteen" in other


@pytest.mark.parametrize(
    ("place", "other"),
    [
        ("library table 4", "library table 9"),
        ("room 204", "2nd floor, room 204"),
        ("bus 38", "bus"),
        ("row 4", "row 4 seat 9"),
    ],
)
def test_a_number_within_a_place_or_of_one_alone_says_nothing_against_it(place: str, other: str) -> None:
    assert (place_similarity(place_words(place), place_words(other)) or 0) >= 0.6


@pytest.mark.parametrize(("place", "other"), [("자전거보관소", "gym"), ("парник", "library"), ("屋上庭園", "Mensa")])
def test_words_of_another_script_say_nothing_against_a_place(place: str, other: str) -> None:
    assert place_similarity(place_words(place), place_words(other)) is None
    assert place_similarity(place_words(place), place_words(place)) == 1


@pytest.mark.parametrize(("text"), ["Trouvé près du bar : clé de voiture Renault", "clé de voiture Peugeot"])
def test_a_car_is_no_carriage_of_that_name(text: str) -> None:
    assert not any("voiture" in place for place in locate(text).places)


@pytest.mark.parametrize(
    ("place", "other"), [("concert", "library"), ("yoga class", "gym"), ("allenamento", "palestra")]
)
def test_an_event_may_be_in_any_place(place: str, other: str) -> None:
    assert place_similarity(place_words(place), place_words(other)) is None


def test_the_polish_l_is_read_like_any_other() -> None:
    assert place_words("stołówka") == place_words("canteen")
    assert content_of("leżało na podłodze").place == "podłodze"
    assert content_of("w linii 2 zgubiłem szalik").place == "linii 2"


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Schwarze Mütze im dritten Stock gefunden", "im dritten Stock"),
        ("mütze, lag in der dritten etage", "in der dritten etage"),
        ("Rucksack in unserem kleinen Park", "in unserem kleinen Park"),
        ("im 3. Stock gefunden: Schal", "3. Stock"),
        ("Schlüssel in der Mensa", "Mensa"),
        ("czapka w bibliotece", "biblioteka"),
        ("plecak znaleziony w małej sali", "w małej sali"),
        ("black hat in the upper hall", "upper hall"),
        ("chapeau trouvé au troisième étage", "troisième étage"),
    ],
)
def test_a_place_is_named_as_one_says_it(text: str, said: str) -> None:
    [place] = locate(text).places
    assert base_form(place, text) == said
