"""What people type short in chat is read as if it were written out."""

import pytest

from reunite.text.data import read_toml
from reunite.text.lexicon import is_translated
from reunite.text.written_out import written_out
from tests.support.tables import for_each


@for_each(
    ("typed", "meant"),
    [
        ("rucksack w/ laptop, w/o strap", "rucksack with laptop, without strap"),
        ("llaves c/ llavero", "llaves with llavero"),
        ("copo s/ tampa", "copo without tampa"),
        ("Blk bag nr the lifts", "black bag near the lifts"),
        ("aufm Parkplatz in so nem Etui", "auf dem Parkplatz in einem Etui"),
        ("qqn a vu mon tel ?", "quelqu'un a vu mon téléphone ?"),
        ("すいとう忘れました、あおいやつ", "水筒忘れました、青いやつ"),
        ("だれかのきいろいかさ", "だれかの黄色いかさ"),
        ("とけいをおとした", "時計をおとした"),
        ("1) keys 2) hat", "keys\nhat"),
        ("pluszowego słonia", "pluszak słonia"),
    ],
)
def test_what_is_short_is_written_out(typed: str, meant: str) -> None:
    assert written_out(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "coat, size S/M",
        "C/ Mayor 3",
        "and/or",
        "おもしろいもの",
        "はさみました",
        "ほどけいた",
        "mon télescope",
        "pluszowa czapka",
        "みどりちゃんのぼうし",
    ],
)
def test_what_only_looks_short_stays(text: str) -> None:
    assert written_out(text) == text


def test_each_word_in_hiragana_becomes_one_that_is_known() -> None:
    kana = read_toml("written_out.toml")["kana"]
    assert [word for table in kana.values() for word in table if not is_translated(word)] == []
