"""A text about several things is read thing by thing, and one about one thing stays whole."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.entities import ReportKind
from reunite.matching import colours
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.matching.features import extract
from reunite.matching.measurement import measure
from reunite.matching.weights import COLOUR
from reunite.text.parts import MAX_PARTS, parts
from tests.support.tables import for_each


@for_each(
    ("text", "expected"),
    [
        ("lost my keys and a red umbrella", ("lost my keys", "a red umbrella")),
        ("I lost my wallet, phone and keys", ("I lost my wallet", "phone", "keys")),
        ("keys, phone and a bag with books inside", ("keys", "phone", "a bag with books inside")),
        ("I lost my hat, scarf and gloves inside", ("I lost my hat", "scarf and gloves inside")),
        ("keys, phone and wallet inside", ("keys", "phone and wallet inside")),
        ("bag, hat and scarf left inside", ("bag", "hat and scarf left inside")),
        ("Mütze, Schal und Jacke noch drin", ("woolly hat", "scarf and jacket noch drin")),
        ("ombrello, cappello e guanti dentro", ("umbrella", "hat and glove dentro")),
        ("keys with a red tag, also my blue water bottle", ("keys with a red tag", "my blue water bottle")),
        (
            "red umbrella and a blue bag with a laptop and charger",
            ("red umbrella", "a blue bag with a laptop and charger"),
        ),
        ("meine Schlüssel und einen roten Regenschirm", ("key", "red umbrella")),
        ("perdí mi cartera y un paraguas rojo", ("lost wallet", "umbrella red")),
        ("j'ai perdu mes clés et un parapluie rouge", ("lost key", "umbrella red")),
        ("ho perso chiavi e portafoglio", ("lost key", "wallet")),
        ("perdi minhas chaves e a carteira", ("lost key", "wallet")),
        ("財布と鍵", ("wallet", "key")),
        ("財布、鍵、傘", ("wallet", "key", "umbrella")),
        ("钥匙、钱包", ("key", "wallet")),
        ("1) keys 2) wallet 3) blue scarf", ("keys", "wallet", "blue scarf")),
        ("lost: - airpods - charger", ("lost:\nairpods", "charger")),
        ("keys / wallet / id card", ("keys", "wallet", "id card")),
        ("keys/wallet", ("keys", "wallet")),
        ("• gloves • hat", ("gloves", "hat")),
        ("hair clips, a bracelet and a tooth", ("hair clips", "a bracelet", "a tooth")),
        ("a) Geldbeutel b) roter Schal", ("wallet", "red scarf")),
        ("①钱包 ②黑色耳机", ("wallet", "black headphones")),
        ("・手袋 ・帽子（赤）", ("glove", "hat （ red ）")),
    ],
)
def test_each_thing_has_its_own_words(text: str, expected: tuple[str, ...]) -> None:
    assert parts(text) == expected


@for_each(
    "text",
    [
        "",
        "black and white cap",
        "umbrella, black with a wooden handle",
        "black backpack with a laptop and a charger",
        "black bag, ID and keys inside",
        "sac bleu, clés et téléphone dedans",
        "Tasche, Buch und Stifte darin",
        "wallet, cards and ID inside",
        "suitcase, clothes and shoes inside",
        "mochila, libros y cuadernos dentro",
        "black backpack, laptop inside, library 2nd floor",
        "bag, black, brand Eastpak, has my keys and wallet in it",
        "parka, keys in the pocket",
        "corduroy jacket, short",
        "a dress with short sleeves and a bow",
        "coat, size S/M",
        "black/white cap",
        "red / white scarf",
        "1/2 litre bottle",
        "rucksack w/ laptop and charger",
        "scarf/shawl",
        "bag / backpack, black",
        "phone, an iPhone 12, black",
        "phone, iPhone 12, blue case",
        "llaves, traen un llavero rojo",
        "my phone, an iPhone 12 in a red case",
        "wallet, brown, with my ID card",
        "cartera marrón, con mi DNI",
        "1) blue",
        "mug, left after book club",
        "mug, ring the bell at the office",
        "bag, a pin on it",
        "Item: calculator",
        "ring found 1. July",
        "鍵、青いタグ付き",
        "鍵、青いキーホルダー付き",
        "水筒、カバンの中に入れてた",
        "黑色背包，里面有电脑",
        "rucksack, blue, no laptop",
        "grüne Trinkflasche, ohne Deckel, ohne Tasche",
        "lunettes de soleil, sans étui",
        "guitarra negra, sin funda",
        "Fernglas, Tasche war nicht dabei",
        "Rucksack gefunden, drin eine Brille und Schlüssel",
        "cartable bleu, dedans : trousse et calculatrice",
        "bunch of keys, 6 keys",
        "钥匙，红色挂绳",
        "杯子，没有盖子",
    ],
)
def test_what_a_thing_has_or_holds_stays_with_it(text: str) -> None:
    assert parts(text) == ()


@given(st.text() | st.lists(st.sampled_from(["key", "and", "a", "hat", ",", "with", "red", "in"])).map(" ".join))
def test_there_are_no_parts_or_a_few_of_some_words_each(text: str) -> None:
    found = parts(text)
    assert len(found) != 1
    assert len(found) <= MAX_PARTS
    assert all(part.strip() for part in found)


def test_no_word_of_a_long_list_is_lost() -> None:
    found = parts("hat, scarf, gloves, keys, wallet, phone, watch and umbrella")
    assert found == ("hat", "scarf", "gloves", "keys", "wallet", "phone, watch and umbrella")
    assert len(found) == MAX_PARTS


def test_each_things_colour_is_looked_for_by_itself() -> None:
    red, green = (tuple(float(name == seen) for name in colours.NAMES) for seen in ("red", "green"))
    at = datetime(2026, 1, 1, tzinfo=UTC)

    def colour(text: str, seen: tuple[float, ...]) -> float:
        lost = Item(UUID(int=1), ReportKind.LOST, text, "", at, time_is_stated=False)
        found = Item(UUID(int=2), ReportKind.FOUND, "", "", at, time_is_stated=False, colours=(seen,))
        candidate = Candidate(found, {PairKind.TEXT_PHOTO: 0.1})
        return measure(Search(lost, (candidate,)), extract(lost), extract(found), candidate, for_encoder("concept"))[
            COLOUR
        ]

    assert colour("a red hat and a green bag", red) == colour("a red hat", red) > 0
    assert colour("a red hat and a green bag", green) == colour("a green bag", green) > 0
    assert colour("my keys and a red hat", green) == 0 > colour("a red hat", green)


@for_each(
    ("text", "things"),
    [
        ("a red bag, a blue backpack", ("a red bag", "a blue backpack")),
        ("a hat, a black cap", ("a hat", "a black cap")),
        ("black jacket, blue raincoat", ("black jacket", "blue raincoat")),
        ("keys, car key, wallet", ("keys", "car key", "wallet")),
        ("card, bus pass, keys", ("card", "bus pass", "keys")),
        ("library card, bank card", ("library card", "bank card")),
        ("a torch and a navy sleeping bag", ("a torch", "a navy sleeping bag")),
        ("Ladekabel und Powerbank", ("charger", "power bank")),
        ("passport, id, wallet", ("passport", "id", "wallet")),
        ("Handy, Hülle, Ladekabel", ("phone", "case", "charger")),
        ("móvil, funda, cargador", ("phone", "case", "charger")),
        ("telefon, etui, ładowarka", ("phone", "case", "charger")),
        ("celular, capinha, carregador", ("phone", "case", "charger")),
        ("Uhr, Armband, Ring", ("watch", "bracelet", "ring")),
        ("bag and scarf, the scarf is red", ("bag", "scarf, the scarf is red")),
        ("Mantel, Regenmantel und Schirm", ("coat", "raincoat", "umbrella")),
    ],
)
def test_a_kind_of_the_thing_before_may_be_another_thing(text: str, things: tuple[str, ...]) -> None:
    assert tuple(part.strip() for part in parts(text)) == things


@pytest.mark.parametrize("text", ["car keys, red lanyard", "phone, phone case transparent"])
def test_what_is_on_a_thing_after_a_comma_is_no_other_thing(text: str) -> None:
    assert not parts(text)
