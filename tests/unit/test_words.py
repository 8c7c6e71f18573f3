import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.text import words


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


def test_numbers_and_codes_are_looked_up_first() -> None:
    looked_up = words.rare_candidates("my Reebok bag, tag AB-1234, size 8, room 2.14")
    assert set(looked_up[:3]) == {"ab-1234", "8", "2.14"}
    assert "reebok" in looked_up


@given(st.text())
def test_any_text_gives_plain_words_each_looked_up_once(text: str) -> None:
    assert all(word == words.plain(word).strip() for word in words.tokens(text))
    looked_up = words.rare_candidates(text)
    assert len(set(looked_up)) == len(looked_up) <= 24


def test_plurals_and_accents_do_not_part_words() -> None:
    assert words.shared_words(["black", "gloves"], ["glove", "black"]) == ("black", "gloves")
    assert words.tokens("clé") == words.tokens("CLE")


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("strawberry sun hat for a child", "hat"),
        ("I lost my red rucksack, it has badges", "rucksack"),
        ("unopened can of IPA", "can"),
        ("stuffed animal with long arms", "animal"),
        ("pair of skis", None),
        ("on the floor near the door", None),
        ("whose is this?", None),
    ],
)
def test_the_head_is_what_the_words_are_about(text: str, noun: str | None) -> None:
    assert words.head_noun(text) == noun
