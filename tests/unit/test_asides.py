"""What a post says apart from its thing: names, doubts, laughter, what it lacks, and whose it isn't."""

import pytest

from reunite.text.content import significant_words
from tests.support.features import features_of
from tests.support.tables import for_each


@for_each(
    ("text", "colours"),
    [
        ("carpeta roja, apellido Blanco", ["red"]),
        ("zaino blu, cognome Bianchi", ["blue"]),
        ("Mütze, Familie Braun", []),
        ("blue lunch box, belongs to Mr Green", ["blue"]),
        ("umbrella, name White inside", []),
        ("a white umbrella, name Carter inside", ["white"]),
        ("钥匙，金士顿U盘", []),
        ("工牌，红色挂绳", []),
        ("杯子，白色，红盖子", ["white"]),
        ("Rote Mütze gefunden mit Name", ["red"]),
        ("Blanca mochila encontrada, lleva mi nombre", ["white"]),
        ("Jacke ohne Name. Schwarz, Größe M", ["black"]),
        ("Sac sans nom. Noir", ["black"]),
        ("Item name: Blue Umbrella", ["blue"]),
        ("Name: Red backpack", ["red"]),
    ],
)
def test_neither_a_surname_nor_a_part_gives_a_thing_its_colour(text: str, colours: list[str]) -> None:
    assert [colour.name for thing in features_of(text).things for colour in thing.colours] == colours


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("not my jacket but it's been on the fence for days", "jacket"),
        ("not mine but there is a football under the hedge", "football"),
        ("no es mío pero hay un paraguas", "umbrella"),
        ("pushchair rain cover", "pushchair raincover"),
        ("protection pluie pour poussette", "raincover"),
        ("捡到卡西欧计算器", "calculator"),
        ("Regenschutz vom Kinderwagen", "raincover"),
        ("Not my phone but my keys are lost", "keys"),
    ],
)
def test_a_post_about_a_thing_of_somebody_else_names_it(text: str, noun: str) -> None:
    assert [thing.noun for thing in features_of(text).things] == [noun]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slt, écharpe merciiii", ("echarpe",)),
        ("hiiii scarf pleaseeee", ("scarf",)),
        ("bufanda jajaja", ("bufanda",)),
        ("raga sciarpa grazieee", ("sciarpa",)),
        ("galera cachecol kkkk", ("cachecol",)),
        ("AAA battery", ("aaa", "battery")),
        ("Canon mkIII", ("canon", "mkiii")),
    ],
)
def test_greetings_and_laughter_say_nothing_however_drawn_out(text: str, words: tuple[str, ...]) -> None:
    assert significant_words(text) == words


@pytest.mark.parametrize(
    ("text", "nouns"),
    [
        ("雨伞和不锈钢水杯在教室丢了", 2),
        ("財布と無線イヤホン", 2),
        ("Lost my keys. No sign of my wallet either", 2),
        ("Lost gold watch, silver bracelet", 2),
        ("watch, red strap", 1),
        ("keys, no lanyard", 1),
    ],
)
def test_only_what_a_thing_lacks_or_has_is_no_thing_of_its_own(text: str, nouns: int) -> None:
    assert len(features_of(text).things) == nouns


@pytest.mark.parametrize(
    ("text", "brands"),
    [("key for a Toyota", {"toyota"}), ("white charger for MacBook", set()), ("strap for Apple Watch", set())],
)
def test_what_a_thing_fits_is_its_brand_only_for_cars(text: str, brands: set[str]) -> None:
    assert {brand.casefold() for brand in features_of(text).brands.own} == brands
