import pytest

from reunite.text.sealing import category_of


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("Found a passport near the gate", "id"),
        ("student ID card, blue lanyard", "id"),
        ("Personalausweis gefunden!", "id"),
        ("encontré un DNI", "id"),
        ("j'ai trouvé une carte d'identité", "id"),
        ("学生証を拾いました", "id"),
        ("someone's credit card", "card"),
        ("EC-Karte", "card"),
        ("a bunch of keys with a red ribbon", "keys"),
        ("Schlüsselbund", "keys"),
        ("unas llaves", "keys"),
        ("un trousseau de clés", "keys"),
        ("駅で鍵を見つけました", "keys"),
        ("iPhone 13, cracked", "phone"),
        ("Handy am Brunnen", "phone"),
        ("スマホ", "phone"),
        ("捡到一张校园卡", "id"),
        ("撿到身分證", "id"),
        ("谁的银行卡", "card"),
        ("操场捡到一串钥匙", "keys"),
        ("撿到一支手機", "phone"),
        ("手机壳一个", None),
        ("黑色鍵盤", None),
        ("znaleziono dowód osobisty", "id"),
        ("legitymacja studencka", "id"),
        ("ktoś zgubił kartę płatniczą", "card"),
        ("pęk kluczy z czerwoną wstążką", "keys"),
        ("telefon na ławce", "phone"),
        ("breloczek z kluczami", "keys"),
        ("znaleziono telefon: Samsung", "phone"),
        ("kluczowe pytanie", None),
        ("klucz francuski", None),
        ("klucze nastawne", None),
        ("Znaleziono rękawiczki. Telefon kontaktowy: 600 123 456", None),
        ("rękawiczki, telefon: 600 123 456", None),
        ("rękawiczki, proszę o telefon", None),
        ("a red umbrella", None),
        ("keyboard and a monkey", None),
        ("a deck of cards", None),
        ("headphones", None),
        ("", None),
    ],
)
def test_reports_that_should_be_sealed_are_recognised_by_their_words(words: str, category: str | None) -> None:
    assert category_of(words) == category
