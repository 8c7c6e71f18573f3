"""The lexicon's Chinese, Portuguese, Italian, Polish and Dutch words."""

import pytest

from reunite.text.colour_words import named_colours
from reunite.text.data import read_text
from reunite.text.heads import head_of
from reunite.text.lexicon import to_english
from reunite.text.normalise import normalise
from tests.support.tables import for_each


@for_each(
    ("text", "head", "colours"),
    [
        ("我丢了一个黑色的钱包", "wallet", ["black"]),
        ("捡到一把蓝色雨伞", "umbrella", ["blue"]),
        ("红色背包，里面有课本", "backpack", ["red"]),
        ("寻找我的白色耳机", "headphones", ["white"]),
        ("在图书馆丢了一副眼镜", "glasses", []),
        ("遺失黑色手機", "phone", ["black"]),
        ("粉色水杯", "bottle", ["pink"]),
        ("灰色围巾", "scarf", ["grey"]),
        ("捡到蓝色学生卡", "card", ["blue"]),
        ("Perdi a minha mochila preta", "backpack", ["black"]),
        ("encontrei um guarda-chuva azul", "umbrella", ["blue"]),
        ("carteira de couro castanha", "wallet", ["brown"]),
        ("óculos de sol pretos", "sunglasses", ["black"]),
        ("óculos de sol", "sunglasses", []),
        ("chapéu de chuva preto", "umbrella", ["black"]),
        ("garrafa de água verde", "bottle", ["green"]),
        ("cachecol cinzento de lã", "scarf", ["grey"]),
        ("luvas vermelhas", "glove", ["red"]),
        ("relógio dourado", "watch", ["yellow"]),
        ("Ho perso il mio zaino nero", "backpack", ["black"]),
        ("ombrello rosso con manico di legno", "umbrella", ["red"]),
        ("trovata sciarpa grigia di lana", "scarf", ["grey"]),
        ("occhiali da sole marroni", "sunglasses", ["brown"]),
        ("le chiavi della macchina", "key", []),
        ("borraccia blu", "bottle", ["blue"]),
        ("guanti neri", "glove", ["black"]),
        ("portafoglio di pelle marrone", "wallet", ["brown"]),
        ("Zgubiłem czarny plecak", "backpack", ["black"]),
        ("znaleziono niebieski parasol", "umbrella", ["blue"]),
        ("Zgubilam czerwona czapke", "hat", ["red"]),
        ("klucze z brelokiem", "key", []),
        ("szary szalik z wełny", "scarf", ["grey"]),
        ("okulary przeciwsłoneczne", "sunglasses", []),
        ("zielona butelka na wodę", "bottle", ["green"]),
        ("brązowy portfel", "wallet", ["brown"]),
    ],
)
def test_things_and_colours_are_read(text: str, head: str, colours: list[str]) -> None:
    assert head_of(text) == head
    assert list(named_colours(normalise(text))) == colours


@pytest.mark.parametrize(
    "text",
    [
        "una mochila roja con parches",
        "un sac a dos rouge",
        "rote Tasche",
        "赤いリュックサック",
        "reebok zip up, no case, per item",
    ],
)
def test_texts_in_the_first_languages_are_read_by_those(text: str) -> None:
    expected = {
        "una mochila roja con parches": "backpack red with badge",
        "un sac a dos rouge": "backpack red",
        "rote Tasche": "red bag",
        "赤いリュックサック": "red backpack",
    }
    assert to_english(text) == expected.get(text, text)


def test_every_row_has_a_cell_for_every_language() -> None:
    header, *rows = read_text("lexicon.tsv").splitlines()
    languages = ["de", "es", "fr", "ja", "zh", "pt", "it", "pl", "nl", "ru", "ko"]
    assert header.split("\t") == ["english", *languages]
    assert {row.count("\t") for row in rows} == {len(languages)}
    for column in range(5, 12):
        assert sum(bool(row.split("\t")[column]) for row in rows) > 150
