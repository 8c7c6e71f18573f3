"""Russian and Korean posts, which are read though Reunite doesn't speak these languages."""

import re
import unicodedata

import pytest

from reunite.text.colour_words import named_colours
from reunite.text.content import content_of, rare_candidates
from reunite.text.data import read_text
from reunite.text.frequency import Frequency, frequency
from reunite.text.heads import name_of_thing
from reunite.text.informative import is_informative
from reunite.text.lexicon import to_english
from reunite.text.normalise import normalise
from reunite.text.other_scripts import CYRILLIC, HANGUL
from reunite.text.phrases import listed_in_order
from reunite.text.place_names import base_form, english_place
from reunite.text.reading import is_readable
from tests.support.tables import for_each, rows_of

_POSTS = rows_of("other_scripts.tsv")


@pytest.mark.parametrize("language", ["ru", "ko"])
def test_the_thing_its_colour_and_its_place_are_read(language: str) -> None:
    wrong = []
    for post in (post for post in _POSTS if post["language"] == language):
        content = content_of(post["post"])
        english = normalise(content.thing)
        read = (name_of_thing(english) or "", ", ".join(named_colours(english)), content.place)
        if read != (post["thing"], post["colours"], post["place"]) or not is_readable(post["post"]):
            wrong.append((post["post"], *read))
    assert wrong == []


@for_each(
    ("text", "english"),
    [
        ("солнечных очков в чёрном футляре", "sunglasses in black case"),
        ("со связкой ключей", "with key"),
        ("чёрно-белый кот", "black-white cat"),
        (unicodedata.normalize("NFD", "зелёный чайник"), "green kettle"),
        ("синя парасолька, чорний гаманець", "blue umbrella, black wallet"),
        ("моя USB-флешка и iPhone", "USB-USB stick and iPhone"),
        ("검은가방을", "black bag"),
        ("자전거 헬멧이에요", "helmet"),
        ("모자와 장갑", "hat and glove"),
        ("USB를 잃어버렸는데요", "USB lost"),
        ("공룡뷁", "공룡뷁"),
        ("серого кошелька и синего платья", "grey wallet and blue dress"),
        ("без чехла, с розовым чехлом", "without case, with pink case"),
        ("мужскими часами", "men's watch"),
        ("пару часов назад", ""),
        ("коричневого гаманця", "brown wallet"),
        ("책을 책은 책이에요 책임지고", "book book book"),
        ("금일 공고 금고", "금고"),
    ],
)
def test_forms_phrases_and_particles_are_known(text: str, english: str) -> None:
    assert to_english(text) == english


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("ищу рюкзак, не чёрный, а зелёный", ["green"]),
        ("검은색 말고 파란색 가방", ["blue"]),
        ("후드 없는 회색 자켓", ["grey"]),
        ("рюкзак серый, не капюшон и не синяя куртка", ["grey"]),
    ],
)
def test_what_it_is_not_is_left_out(text: str, english: list[str]) -> None:
    assert list(named_colours(normalise(text))) == english
    assert "hood" not in normalise(text)


@pytest.mark.parametrize(
    "text",
    [
        "Всем привет! Нашли вчера вечером, верните пожалуйста хозяину, спасибо",
        "чьё это? лежит на вахте у охранника",
        "Уважаемые соседи, кто потерял? Отдам владельцу, пишите в личку",
        "안녕하세요 어제 주웠습니다 연락주세요 감사합니다",
        "혹시 이거 누구 거예요? 주인분 댓글 남겨주세요",
    ],
)
def test_talk_tells_nothing(text: str) -> None:
    assert not is_informative(content_of(text).thing)
    assert [word for word in rare_candidates(text) if frequency(word) is Frequency.UNUSUAL] == []


def test_talk_is_common_and_a_thing_is_an_everyday_word() -> None:
    common, everyday = ("пожалуйста", "потеряла", "감사합니다", "잃어버렸어요"), ("зонтиком", "우산을")
    assert {frequency(word) for word in common} == {Frequency.COMMON}
    assert {frequency(word) for word in everyday} == {Frequency.EVERYDAY}
    assert frequency("шмондрик") is frequency("뷁쉣") is Frequency.UNUSUAL


def test_places_are_compared_in_english_and_shown_with_their_preposition() -> None:
    assert {english_place(place).strip() for place in ("столовой", "학생식당")} == {"canteen"}
    assert base_form("библиотеке", "забыла в библиотеке") == "в библиотеке"


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("никто не видел мой рюкзак?", "backpack?"),
        ("не знаю чей, зелёный шарф", ", green scarf"),
        ("зонт, не складной", "umbrella,"),
        ("не дамская сумка, а рюкзак", ", а backpack"),
        ("지갑 말고 가방", "bag"),
        ("가방은 아니고 지갑", "wallet"),
        ("지갑뿐만 아니라 가방도", "wallet 아니라 bag"),
    ],
)
def test_only_the_word_beside_a_negation_is_left_out(text: str, english: str) -> None:
    assert to_english(text) == english


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ключи от гаража", ""),
        ("билет в театр", ""),
        ("билет потерян в театре", "театре"),
        ("нашла билет в театре", "театре"),
        ("самокат пропал от подъезда", "подъезда"),
        ("шарф нашла около 5 часов вечера", ""),
        ("шарф Место: столовая", "столовая"),
        ("강남역 화장실에서 지갑", "강남역 화장실"),
    ],
)
def test_a_place_is_where_something_was(text: str, place: str) -> None:
    assert content_of(text).place == place


@pytest.mark.parametrize(("column", "own"), [("ru", CYRILLIC), ("ko", HANGUL)])
def test_every_listed_word_is_in_its_own_script(column: str, own: re.Pattern[str]) -> None:
    header, *lines = [line.split("\t") for line in read_text("lexicon.tsv").splitlines()]
    cells = [listed_in_order(line[header.index(column)]) for line in lines]
    assert all(own.search(word) for cell in cells for word in cell)
