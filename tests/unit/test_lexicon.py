import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.text.data import read_text, read_toml
from reunite.text.lexicon import from_english, to_english
from tests.support.tables import for_each


@for_each(
    ("text", "english"),
    [
        ("blauer Regenschirm mit Holzgriff", "blue umbrella with wooden handle"),
        ("Ich habe meine schwarzen Handschuhe verloren!", "black glove lost!"),
        ("GRUENE TASCHE", "green bag"),
        ("grüne Tasche", "green bag"),
        ("una cartera marrón de piel", "wallet brown of leather"),
        ("las llaves, con llavero rojo", "key, with keyring red"),
        ("gafas de sol negras", "sunglasses black"),
        ("une écharpe grise en laine", "scarf grey in wool"),
        ("l'étui à lunettes noir", "glasses case black"),
        ("黒い財布", "black wallet"),
        ("青い傘をなくしました", "blue umbrella lost"),
        ("私のAirPods見なかった？", "私の AirPods 見なかった？"),
        ("Klarinette", "clarinet"),
        ("青いカラビナに鍵2本", "blue carabiner key 2"),
        ("公交车上的伞", "bus 上 of umbrella"),
        ("guantes frente al café", "glove frente coffee shop"),
        ("mochila café", "backpack brown"),
        ("luz de bici", "bike light"),
        ("un carnet de croquis noir", "sketchbook black"),
        ("chinelo e corda de pular", "slipper and skipping-rope"),
    ],
)
def test_everyday_words_of_four_languages_become_english(text: str, english: str) -> None:
    assert to_english(text) == english


@pytest.mark.parametrize(
    ("inflected", "english"),
    [
        ("kubku", "mug"),
        ("walizce", "suitcase"),
        ("parasolach", "umbrella"),
        ("aparacie", "camera"),
        ("pokrowcem", "case"),
        ("breloczków", "keyring"),
        ("sznurówkom", "lace"),
    ],
)
def test_polish_cases_that_change_the_stem_are_read(inflected: str, english: str) -> None:
    assert to_english(f"czarny {inflected}") == f"black {english}"


@pytest.mark.parametrize("written", ["Fußballschuhe", "fussballschuh", "Fussballschuhen"])
def test_german_compounds_are_read_by_their_parts(written: str) -> None:
    assert to_english(written) == "football shoe"


@for_each(
    ("text", "english"),
    [
        ("graues Mützchen", "grey woolly hat"),
        ("ein rotes Täschli", "red bag"),
        ("unas llavecitas rojas", "key red"),
        ("una mochilita azul", "backpack blue"),
        ("lentecitos negros", "glasses black"),
        ("uno zainetto blu", "backpack blue"),
        ("due ombrelli rossi", "two umbrella red"),
        ("um colarzinho vermelho", "necklace red"),
        ("dois casaquinhos pretos", "two jacket black"),
        ("zielony sweterek", "green sweater"),
        ("niebieskie butki", "blue shoe"),
        ("torebka z czarnej skóry", "handbag with black leather"),
        ("plecak czerwono-czarny", "backpack red-black"),
    ],
)
def test_inflections_and_diminutives_are_read(text: str, english: str) -> None:
    assert to_english(text) == english


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("デジカメを落としました", "camera lost"),
        ("カメのぬいぐるみ", "turtle soft toy"),
        ("青いはさみ", "blue scissors"),
        ("シルバーです", "silver です"),
        ("定期券なくした", "commuter pass lost"),
        ("黑色雨傘", "black umbrella"),
        ("紅色錢包", "red wallet"),
        ("红色钱包", "red wallet"),
        ("テニスコートで拾った傘", "tennis court found umbrella"),
    ],
)
def test_japanese_and_chinese_words_are_found_whole(text: str, english: str) -> None:
    assert to_english(text) == english


def test_german_evening_dresses_and_shades_are_read() -> None:
    assert to_english("Abendkleid, bodenlang, smaragdgrün") == "evening dress, bodenlang, green"


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("tazza, chiedere al bidello", "mug, chiedere al bidello"),
        ("kule ortopedyczne", "crutch"),
        ("Kinderlaufrad", "bicycle"),
        ("nibieski kubek", "blue mug"),
        ("Tasse gefunden, i.A. Wutschke", "mug found, i.A. Wutschke"),
    ],
)
def test_a_language_is_known_by_the_thing_it_names(text: str, english: str) -> None:
    assert to_english(text) == english


@pytest.mark.parametrize(
    "text", ["Volkswagen", "vorgestern", "ten minutes ago", "Havaianas", "airpods", "laptop C02XK1"]
)
def test_names_and_times_are_no_things_in_another_language(text: str) -> None:
    assert to_english(text) == text


@pytest.mark.parametrize("text", ["die bare Wand", "in der Bar", "bare feet"])
def test_a_bar_is_no_bear(text: str) -> None:
    assert "bear" not in to_english(text)
    assert to_english("ein brauner Bär") == "brown bear"


def test_a_compound_with_an_unknown_first_part_keeps_it() -> None:
    assert to_english("rote Vereinsjacke") == "red vereins jacket"


@pytest.mark.parametrize(
    "english",
    [
        "I lost my red rucksack, it has round badges",
        "black garden hose near the rock",
        "body warmer with a brief pocket",
        "hearing aid",
        "orange cap",
        "pull-on boots, rose gold, size 7",
        "wearing an engagement ring",
        "",
        "QX-4411 / 0x1f",
    ],
)
def test_english_stays_as_it_is(english: str) -> None:
    assert to_english(english) == english


def test_what_is_not_known_stays_among_the_known() -> None:
    assert to_english("schwarzer Rucksack von Zarquon, Raum 204") == "black backpack from Zarquon, Raum 204"


@given(st.lists(st.sampled_from(["Tasche", "sac à dos", "negro", "黒い", "my", "42", "A7", "'", "-"])), st.text())
def test_translation_keeps_all_digits(words: list[str], more: str) -> None:
    text = " ".join([*words, more])
    assert re.findall("[0-9]", to_english(text)) == re.findall("[0-9]", text)


def test_french_and_italian_are_shown_with_their_apostrophes() -> None:
    assert [from_english("ID card", language) for language in ("fr", "it")] == ["carte d’identité", "carta d’identità"]
    assert [from_english(word, "ja") for word in ("black", "brown", "small")] == ["黒", "茶色", "小さい"]


def test_no_cell_lists_a_word_twice() -> None:
    cells = [cell.split(", ") for line in read_text("lexicon.tsv").splitlines() for cell in line.split("\t")]
    assert not [cell for cell in cells if len(set(cell)) < len(cell)]


def test_a_table_of_which_several_modules_take_parts_is_read_once() -> None:
    assert read_toml("places.toml") is read_toml("places.toml")
