"""Chinese is spaced and punctuated in one way in all that Reunite says, and read as people post it."""

import re
from datetime import UTC, datetime

import pytest

from reunite.language import words_in
from reunite.text.colour_words import named_colours
from reunite.text.content import content_of
from reunite.text.heads import name_of_thing
from reunite.text.normalise import normalise
from reunite.text.when import read_when
from tests.support.catalogues import everything
from tests.support.tables import for_each, rows_of

POSTS = rows_of("chinese_posts.tsv")
HAN = r"[\u3400-\u9fff]"
FULL = r"[，。！？：；（）“”、]"
LATIN = r"[A-Za-z0-9{}`]"
DATES = {"date", "of_year", "moment"}
"""Dates like 12月21日 have no spaces."""
TEXTS = {
    key: text.replace("** ", "").replace("**", "").replace("{sentence}", "")
    for key, text in everything("zh")
    if key not in DATES
}
"""Without bold marks, each with the space after it, and without a whole sentence of ours."""


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("a space stands between characters and anything else", rf"{HAN}{LATIN}|{LATIN}{HAN}"),
        ("no space stands between characters", rf"{HAN} {HAN}"),
        ("no space stands at a full-width mark", rf" {FULL}|{FULL} "),
        ("marks are full-width", rf"{HAN}[,.!?:;()\"']|[,!?;]{HAN}|\.\.\.|……"),
        ("you are 你", "您"),
    ],
)
def test_all_texts_follow_one_rule(rule: str, broken: str) -> None:
    assert {key: text for key, text in TEXTS.items() if re.search(broken, text)} == {}, rule


def test_a_count_in_words_has_no_plural() -> None:
    assert all(isinstance(text, str) or set(text) == {"other"} for text in words_in("zh").sentences.values())


@for_each(
    ("text", "place"),
    [
        ("捡到白色充电宝一个，在教学楼B座204", "教学楼B座204"),
        ("蓝色雨伞落在3号教学楼门口了", "3号教学楼门口"),
        ("在3号楼楼梯间捡到项链", "3号楼楼梯间"),
        ("操场边上捡到一串钥匙", "操场边上"),
        ("充电器忘在A302了", "A302"),
        ("昨天下午两点半在二教302落下一个黑色笔袋", "二教302"),
        ("撿到一個紫色水壺，放在警衛室", "警衛室"),
        ("飯盒漏咗喺課室，藍色", "課室"),
        ("捡到饭盒，粉红色，微波炉旁边", "微波炉旁边"),
        ("我的工牌不知道丢哪了", ""),
    ],
)
def test_places_are_read(text: str, place: str) -> None:
    assert content_of(text).place == place


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("粉色羽绒服，小号", "pink down jacket ， small"),
        ("我的小号丢了", "trumpet lost"),
        ("一本护照", "passport"),
        ("灰色书包一个，内有电脑", "grey backpack ， with laptop"),
        ("執到一個銀包，啡色", "found wallet ， brown"),
        ("饭卡丢了", "meal card lost"),
        ("杯子有十二点花纹", "mug 十二点 patterned"),
        ("五点图案雨伞", "五点 patterned umbrella"),
        ("三点式泳衣", "三点式 swimsuit"),
        ("一点点的杯子", "一点点 of mug"),
        ("昨天下午两点一刻捡到伞", "found umbrella"),
        ("昨天三点钟捡到伞", "found umbrella"),
        ("三点水杯丢了", "water bottle lost"),
        ("无线耳机", "earphones"),
        ("包没有拉链", "bag"),
    ],
)
def test_words_mean_what_they_do_in_chinese(text: str, english: str) -> None:
    assert normalise(content_of(text).thing) == english


@pytest.mark.parametrize("kind", sorted({post["kind"] for post in POSTS}))
def test_the_thing_its_colours_and_its_place_are_read(kind: str) -> None:
    wrong = []
    for post in (post for post in POSTS if post["kind"] == kind):
        content = content_of(post["post"])
        english = normalise(content.thing)
        read = (name_of_thing(english) or "", ", ".join(named_colours(english)), content.place)
        if read != (post["thing"], post["colours"], post["place"]):
            wrong.append((post["post"], *read))
    assert wrong == []


@pytest.mark.parametrize("said", ["尋日", "琴日"])
def test_yesterday_is_said_in_cantonese_too(said: str) -> None:
    now = datetime(2026, 5, 14, 12, tzinfo=UTC)
    assert read_when(f"{said}下午三点", now).moment == datetime(2026, 5, 13, 15, tzinfo=UTC)
