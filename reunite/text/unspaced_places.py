"""Places in Japanese and Chinese, which are written without spaces."""

import re
from typing import Final

from reunite.text.data import read_toml
from reunite.text.lexicon import CHINESE_THINGS, simplified
from reunite.text.phrases import UNSPACED, listed, one_of

_TABLES: Final = read_toml("places.toml")
_AROUND: Final = re.compile(r"^(?:(?:我们?|我們)的?)?在?|(?:にて|で|に|から|の)$")


def _pattern() -> re.Pattern[str]:
    nouns = f"{one_of(map(simplified, listed(_TABLES['nouns']['unspaced'])))}|(?<!号)室"
    sides = "|".join(map(re.escape, listed(_TABLES["nouns"]["unspaced_relative"])))
    level = r"(?:(?:[\d０-９]{1,2}|[一二三四五六七八九十]{1,2})(?:階|[楼樓層层]))"
    name = r"(?:(?![在喺从掉丢落忘捡于知]|放(?!送|课))[一-鿿々ァ-ヶーA-Za-z0-9０-９・]){1,8}"
    side = rf"(?:の?(?:{sides})){{0,2}}(?:[内前横裏側里裡边邊旁上])?"
    number = r"[A-ZＡ-Ｚ]座?\d{0,4}(?![A-Za-z])|\d{1,4}[A-Z]?(?=[でにへ了，。、\s落捡忘丢]|$)|\d{1,2}号线"
    things = "カギ|かぎ|カード|切符|タオル|ロゴ|やつ|もの|タンブラー|ボトル|カップ|マグ|制服|ジャージ|バッグ|ぬいぐるみ"
    no_building = "师练育材案会寺授具科员官导辅程养徒改"
    before_a_thing = rf"の(?![鍵本傘物袋]|{things})"
    ends = r"[、。，,\s)）】」\]:：？?！!落忘捡撿丢丟找拾遗遺或和]|$"
    chinese = "那[边里儿]|[发看][现到见]|有(?=[一两几]?[条把个件只双本副串顶辆张台部支根瓶])|有人|不见|[放拿]"
    then = rf"了|にて|[でにへ]|から|{before_a_thing}|を出|かも|だと思|です|らへん|附近|旁边|旁邊|{chinese}|{ends}"
    pattern = (
        rf"(?:(?:{level}の?)?(?:{name}の?)?(?<!知)(?<!玩具)(?<!玩具小)(?!家に帰)(?:{nouns}|コート(?=[\dA-D]))(?:{level}|{number})?|{level}){side}(?:\d{{1,3}}番?)?(?:附近|旁边)?(?={then})(?:にて|[でに]|から|の)?"
        r"|在(?:(?![掉丢落忘捡找到了])[\u3400-\u9fff]){1,8}?(?:里|裡|上|外(?![套衣])|前|附近|门口|門口|旁边|旁邊|(?=[掉丢落忘了捡拾找遗发]))"
        r"|(?<=[能该概许])在[\u3400-\u9fff]{1,14}(?=[，。！\s]|$)"
        r"|(?<=[在于到])[A-Z]{1,4}\d{0,4}(?=[了，。！\s]|$)"
        rf"|[一二三四五六七八九东西南北]教(?:楼)?(?:\d{{3,4}})?(?![{no_building}]|研室|[一-鿿]{{0,2}}书)"
        r"|(?<![^，。！？\s])(?!有)[\u3400-\u9fff]{1,6}(?:旁边|附近|门口|对面)(?=[，。！\s捡有]|$)"
    )
    return re.compile(simplified(pattern))


_PLACE: Final = _pattern()
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_SIDE, _IS_THERE = re.compile("附近|旁边|旁|对面"), re.compile("有(?!人|没)")
_HEADING: Final = re.compile(rf"(?:{'|'.join(listed(_TABLES['headings_unspaced']))})[ ]?[:：]([^\n、。,;；]++)")


def take_places(text: str) -> tuple[str, list[str]]:
    """Return a text without its Japanese and Chinese places, and those places."""
    if not UNSPACED.search(text):
        return text, []
    found = [match[1].strip() for match in _HEADING.finditer(text)]
    text = _HEADING.sub(" ", text)
    folded = simplified(text)
    rest, end = "", 0
    for match in _PLACE.finditer(folded):
        start = _start(folded, match)
        if start < match.end():
            rest += text[end:start] + " "
            end = match.end()
            found.append(_AROUND.sub("", text[start:end]))
    return rest + text[end:], found


def _start(text: str, found: re.Match[str]) -> int:
    """Return where a place begins that may follow its thing: 书包食堂门口. At its end if it's only the thing's side."""
    if _KANA.search(text):
        return found.start()
    start = found.start() + CHINESE_THINGS.before_place(found[0])
    if start == found.start() or not _SIDE.fullmatch(text, start, found.end()):
        return start
    return found.start() if _IS_THERE.match(text, found.end()) else found.end()
