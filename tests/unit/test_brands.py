"""Brands that a text names, and what follows where two reports name different ones."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from reunite.edits import still_true
from reunite.entities import ReportKind, Why
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.matching.features import extract
from reunite.matching.scoring import ScoredCandidate, score
from reunite.matching.weights import NAMED_BRANDS
from reunite.messages.wording import why_words
from reunite.text.brands import brands_in
from reunite.text.content import content_of
from reunite.text.words import plain, tokens
from tests.support.brands import NAMES, ruled_out
from tests.support.features import features_of
from tests.support.tables import for_each

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def odds(scored: ScoredCandidate) -> float:
    return scored.probability / (1 - scored.probability)


def compared(lost: str, found: str) -> ScoredCandidate:
    query = Item(UUID(int=0), ReportKind.LOST, lost, "", NOON, time_is_stated=False)
    other = Item(UUID(int=1), ReportKind.FOUND, found, "", NOON, time_is_stated=False)
    [scored] = score(Search(query, (Candidate(other, {PairKind.TEXT_TEXT: 0.7}),), {}, 1), for_encoder("concept"))
    return scored


@pytest.mark.parametrize(
    "words", ["black {} backpack", "lost my {}", "Rucksack von {}", "perdí mi mochila {}", "{}のバッグ"]
)
def test_each_listed_name_is_read_in_any_language(words: str) -> None:
    unread = {name for name, brand in NAMES if brand not in brands_in(content_of(words.format(name)).thing)}
    assert not unread


def test_no_listed_name_is_read_by_a_part_of_it_alone() -> None:
    assert not {name for name, _ in NAMES if letters("".join(tokens(name))) != letters(plain(name.removesuffix("'s")))}


@for_each(
    ("lost", "found", "expected"),
    [
        ("red american tourister backpack", "Columbia backpack (gym)", "American Tourister"),
        ("my iphone 13", "a samsung galaxy phone", "Apple"),
        ("lost phone, iPhone 13", "found: Samsung phone", "Apple"),
        ("airpods", "Galaxy Buds, white", "Apple"),
        ("ナイキの靴", "adidas shoes", "Nike"),
        ("addidas shoes", "Puma shoe", "Adidas"),
        ("my hoodie, grey nike one", "adidas hoodie", "Nike"),
        ("蓝色书包，耐克的", "Eastpak backpack", "Nike"),
        ("索尼耳机", "JBL headphones", "Sony"),
        ("fones pretos, da JBL", "Sony headphones", "JBL"),
        ("black backpack, Eastpak", "schwarzer Rucksack von Nike", "Eastpak"),
        ("Volkswagen Schlüssel", "Honda car key", "Volkswagen"),
        ("gafas de sol Oakley", "Ray-Ban sunglasses", "Oakley"),
        ("plecak Nike", "sac à dos Eastpak", "Nike"),
        ("Lader van mijn laptop vergeten, Lenovo", "Dell laptop charger", "Lenovo"),
        ("chargeur d'ordinateur portable Lenovo", "chargeur de PC Dell", "Lenovo"),
        ("ノートパソコンの充電器、レノボです", "Dellの充電器", "Lenovo"),
        ("Otterbox Handyhülle", "Spigen phone case", "OtterBox"),
        ("Apple Pencil", "Samsung S pen", "Apple"),
        ("Lenovo laptop charger", "charger, Thinkpad", None),
        ("Nike shoes", "Jordan sneakers", None),
        ("iPhone in an OtterBox case", "apple phone", None),
        ("Volkswagen Schlüssel", "VW key", None),
        ("not an Eastpak bag", "Herschel bag", None),
        ("Dell laptop", "Eastpak bag", None),
        ("a bag", "Eastpak bag", None),
    ],
)
def test_a_brand_rules_out_others_that_make_the_same(lost: str, found: str, expected: str | None) -> None:
    assert ruled_out(lost, found) == expected


@for_each(
    ("lost", "found"),
    [
        ("red JanSport backpack", "red backpack, guess it belongs to a kid"),
        ("iPhone negro con funda roja", "móvil negro un poco roto, funda roja"),
        ("Samsung", "perdí mi móvil, vivo en el segundo piso"),
        ("Nike gloves, red", "ecco guanti rossi"),
        ("Hydro Flask bottle", "blue bottle, well used, hope all is well"),
        ("Stanley bottle", "bottle from the open air festival"),
        ("Ray-Ban glasses", "black specs found"),
        ("gants Nike", "un gant noir"),
        ("Uvex Helm", "Helm, Bern"),
        ("Samsung phone", "iPhone? no idea, black phone with a galaxy print"),
        ("JanSport backpack", "looks like a Kipling but no label, backpack"),
        ("Hydro Flask bottle", "blue bottle next to the Starbucks"),
        ("Nike backpack", "backpack, name tag says Jordan, ask for Mercedes"),
        ("black Eastpak backpack with Nike shoes inside", "black backpack, Nike shoes inside"),
        ("black Eastpak backpack", "black backpack, Nike shoes in it"),
        ("backpack with my adidas shoes", "Nike backpack"),
        ("Rucksack mit Adidas Schuhen", "Nike Rucksack"),
        ("mochila con zapatillas adidas", "mochila Nike"),
        ("backpack, my MacBook is inside", "Dell backpack"),
        ("wallet inside my Herschel backpack", "Fossil wallet"),
        ("jacket, in the pocket Nike gloves", "Adidas jacket"),
        ("mouse for my Dell laptop", "Logitech mouse"),
        ("sac à dos, dedans mes chaussures Nike", "sac à dos Eastpak"),
        ("sac à dos, il contient mes Nike", "sac à dos Eastpak"),
        ("Rucksack. Inhalt: Nike Schuhe", "Eastpak Rucksack"),
        ("plecak, w środku buty Nike", "plecak Eastpak"),
        ("黒いリュック、中にナイキの靴", "Eastpak backpack"),
        ("ナイキの靴が入ったリュック", "Eastpak backpack"),
        ("headphones, Garmin maybe", "Sony headphones"),
    ],
)
def test_other_words_and_what_a_thing_holds_rule_out_nothing(lost: str, found: str) -> None:
    assert ruled_out(lost, found) is None
    assert ruled_out(found, lost) is None


@pytest.mark.parametrize(
    ("text", "noun", "brands"),
    [
        ("casque bose", "headphones", {"Bose"}),
        ("casque JBL noir oublié au gymnase", "headphones", {"JBL"}),
        ("casque uvex", "helmet", {"Uvex"}),
        ("casque vélo", "bicycle helmet", set()),
        ("casque gris", "helmet", set()),
    ],
)
def test_a_brand_says_which_of_two_things_a_word_means(text: str, noun: str, brands: set[str]) -> None:
    read = features_of(text)
    assert [thing.noun for thing in read.things] == [noun]
    assert set(read.brands.own) == brands


@pytest.mark.parametrize(
    "text", ["orologio casio e un braccialetto", "Casio watch and a bracelet", "bracelet, keys and a Casio watch"]
)
def test_a_brand_of_one_of_several_things_counts(text: str) -> None:
    assert set(features_of(text).brands.own) == {"Casio"}


def test_a_brand_of_another_thing_does_not() -> None:
    assert [thing.noun for thing in features_of("mon casque de vélo et des écouteurs bose").things] == [
        "helmet",
        "headphones",
    ]


def test_another_brand_counts_against_a_match_and_is_told() -> None:
    same, silent, other = (
        compared("red Columbia backpack", f"red {text}backpack") for text in ("Columbia ", "", "Kipling ")
    )
    assert NAMED_BRANDS not in {**same.evidence, **silent.evidence}
    assert odds(other) < odds(silent) / 10
    assert Why("brand", "Columbia", "differs") in other.why
    assert not {why for scored in (same, silent) for why in scored.why if why.aspect == "brand"}


def test_no_line_of_the_table_ends_within_a_name() -> None:
    assert [name for name, _ in NAMES if "\n" in name] == []


def test_brands_are_not_translated() -> None:
    assert why_words((Why("brand", "Apple", "differs"),), "de") == "Apple ✗"


def test_a_brand_that_an_edit_takes_away_is_no_longer_told() -> None:
    why = (Why("brand", "Apple", "differs"),)
    assert still_true(why, "my iPhone", "my iPhone, black") == why
    assert not still_true(why, "my iPhone", "my phone")
    assert still_true(why, "a Galaxy", "a phone") == why
    assert not still_true(why, "a Galaxy", "an iPhone, sorry")


@for_each(
    ("text", "brand"),
    [
        ("On a trouvé une montre Swatch avec un bracelet transparent", "Swatch"),
        ("camera lost, Canon IXY", "Canon"),
        ("grey hoodie with a hood, Nike", "Nike"),
        ("ładowarka do laptopa Dell", "Dell"),
        ("灰色行李箱，新秀麗", "Samsonite"),
        ("相机和镜头盖，索尼", "Sony"),
        ("a bag with a camera, Canon", None),
        ("found a macbook charger", "Apple"),
        ("pink headset, razer", "Razer"),
        ("white bike helmet, Giro", "Giro"),
        ("lost my recorder (yamaha)", "Yamaha"),
        ("headphone case, Bose", "Bose"),
        ("étui à lunettes Oakley", "Oakley"),
        ("key for a Mazda", "Mazda"),
        ("llave para un Peugeot, con llavero", "Peugeot"),
        ("a charger for my Dell laptop", None),
        ("bag for my Nintendo", None),
        ("Casio watch strap broken", "Casio"),
        ("montre Tissot bracelet cuir", "Tissot"),
        ("chiave dell'ufficio", None),
        ("丰田车钥匙", "Toyota"),
    ],
)
def test_a_brand_is_read_beside_models_and_parts_but_not_contents(text: str, brand: str | None) -> None:
    item = Item(UUID(int=1), ReportKind.FOUND, text, "", NOON, time_is_stated=False)
    assert [*extract(item).brands.own] == ([brand] if brand else [])
