import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.text.content import significant_words
from reunite.text.normalise import normalise
from tests.support.tables import for_each


@for_each(
    ("typed", "meant"),
    [
        ("my bagpack and hodie", "my backpack and hoodie"),
        ("Samsnug phone", "samsung phone"),
        ("an addidas jaket", "an adidas jacket"),
        ("EAST PAK bagpack", "eastpak backpack"),
        ("lost my sun glasses", "lost my sunglasses"),
        ("gery umbrela", "grey umbrella"),
        ("teddybear", "teddy bear"),
        ("blue waterbottle", "blue water bottle"),
        ("pink waterbotle", "pink water bottle"),
        ("silver necklas, hairclip", "silver necklace, hair clip"),
        ("bunch of kyes", "bunch of keys"),
        ("gymbag, bikehelmet", "gym bag, bike helmet"),
        ("neckless with a heart", "necklace with a heart"),
        ("rubber duck", "rubber duck"),
        ("Plüschjacke rosa", "plush jacket pink"),
        ("Mütze aus Plüsch", "woolly hat of plush"),
        ("Plüsch-Hase", "soft toy-rabbit"),
        ("Plüschi", "soft toy"),
        ("bottle green v-neck", "bottle green v-neck"),
        ("Bottle-green school jumper", "dark green school jumper"),
    ],
)
def test_typing_errors_and_compounds_are_read(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["carpet", "password", "a bookcase", "my headband", "keyring", "basketball", "handsome", "earring", "a raincoat"],
)
def test_other_words_stay_whole(text: str) -> None:
    assert normalise(text) == text


def test_a_brand_is_one_word_however_it_is_typed() -> None:
    assert significant_words("addidas bag") == significant_words("Adidas bag") == ("adidas", "bag")


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(normalise(text), str)
