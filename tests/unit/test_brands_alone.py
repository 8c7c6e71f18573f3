"""Names of brands that stand for a thing without any noun, and those that don't."""

import pytest

from reunite.text.data import read_toml
from reunite.text.kinds import relation
from reunite.text.phrases import listed
from tests.support.brands import NAMES, ruled_out
from tests.support.features import features_of
from tests.support.tables import for_each

TABLES = read_toml("brands.toml")


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("lost my Owala", "bottle"), ("lavender Owala, left on the bus", "bottle"), ("my Tangle Teezer", "hairbrush"),
        ("Meine Ray-Ban ist weg", "glasses"), ("found RayBans", "glasses"), ("perdu mon Kanken", "backpack"),
        ("G-Shock gefunden", "watch"), ("Owala lid", "lid"), ("found a Leatherman", "multitool"),
        ("trouvé un opinel", "knife"), ("white Hokas, size 40", "shoe"), ("a teezer, no tangle", "teezer"),
    ],
)  # fmt: skip
def test_a_name_that_stands_alone_says_what_a_thing_is(text: str, noun: str) -> None:
    assert features_of(text).nouns == (noun,)


@for_each(
    "text",
    [
        "Lost my Stanley, pink", "my Yeti", "lost a Starbucks", "my Bellroy", "perdí mi Polaroid rosa", "my Nike",
        "a Polaroid of two girls", "Victorinox gefunden, rot", "mon Dior", "my Fjällräven", "lost my Denman",
        "found a silver cross", "polar azul", "mon polar", "weißes Laken", "kleiner Leuchtturm aus Holz",
        "small sparrow found, super friendly", "ho perso il chicco", "found a swatch",
        "Has anyone seen Stanley? grey tabby", "seen Pandora?", "wer hat Alfi gesehen?", "our Tiffany has gone missing",
    ],
)  # fmt: skip
def test_other_brands_people_and_words_name_no_other_thing(text: str) -> None:
    assert {"other", "near"}.isdisjoint(
        relation(noun, thing)
        for noun in features_of(text).nouns
        for table in TABLES.values()
        for thing in listed(table["things"])
    )


def test_a_name_stands_alone_if_its_maker_makes_nothing_else_or_it_is_one_product() -> None:
    not_alike = {
        (name, noun)
        for table in TABLES.values()
        for noun, names in table.get("alone", {}).items()
        for name in listed(names)
        if any(relation(noun, thing) == "other" for thing in listed(table["things"]))
    }
    assert not_alike == {
        ("Owala", "bottle"), ("Nalgene", "bottle"), ("Kånken", "backpack"), ("Tangle Teezer", "hairbrush"),
        ("JanSport", "backpack"),
    }  # fmt: skip


def test_each_name_that_stands_alone_is_a_makers() -> None:
    alone = {name for table in TABLES.values() for names in table.get("alone", {}).values() for name in listed(names)}
    assert alone <= {name for name, _ in NAMES}


@pytest.mark.parametrize(
    ("lost", "found"),
    [
        ("Yeti bottle", "blue bottle, name Stanley written"),
        ("Yeti bottle", "blue bottle, Stanley from accounts had it"),
        ("Eastpak Tasche", "Tasche, blau, Frau Wenger"),
        ("Casio Uhr", "Uhr gefunden, Frau Junghans anrufen"),
        ("sac Kipling", "sac bleu, parfois ouvert"),
    ],
)
def test_a_name_in_another_phrase_is_no_brand_of_the_thing(lost: str, found: str) -> None:
    assert ruled_out(lost, found) is None
    assert ruled_out(found, lost) is None
