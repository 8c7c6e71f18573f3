"""Places in Japanese and Chinese, which are written without spaces."""

import re
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import listed

_TABLES: Final = read_toml("places.toml")
_SCRIPT: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_AROUND: Final = re.compile(r"^(?:我们?|我們)?在?|(?:にて|で|に|から|の)$")


def _pattern() -> re.Pattern[str]:
    nouns = "|".join(map(re.escape, listed(_TABLES["nouns"]["unspaced"])))
    sides = "|".join(map(re.escape, listed(_TABLES["nouns"]["unspaced_relative"])))
    level = r"(?:[\d０-９]{1,2}|[一二三四五六七八九十]{1,2})階"
    name = r"(?:(?![在掉丢落忘捡于])[一-鿿々ァ-ヶーA-Za-z0-9０-９・]){1,8}"
    side = rf"(?:の(?:{sides})){{0,2}}(?:[内前横裏側里裡])?"
    before_a_thing = r"の(?![鍵本傘]|カギ|かぎ|カード|切符|タオル|ロゴ)"
    then = rf"にて|[でにへ]|から|{before_a_thing}|を出|[、。，,\s)）】」\]:：落忘捡丢找]|$"
    return re.compile(
        rf"(?:(?:{level}の?|{name}の?)?(?:{nouns})(?:{level})?|{level}){side}(?:\d{{1,3}}番?)?(?={then})(?:にて|[でに]|から|の)?"
        r"|在(?:(?![掉丢落忘捡找到了])[\u3400-\u9fff]){1,8}?(?:里|裡|上|外(?![套衣])|前|附近|门口|門口|旁边|旁邊|(?=[掉丢落忘了]))"
    )


_PLACE: Final = _pattern()
_HEADING: Final = re.compile(rf"(?:{'|'.join(listed(_TABLES['headings_unspaced']))})[ ]?[:：]([^\n、。,;；]++)")


def take_places(text: str) -> tuple[str, list[str]]:
    """Return a text without its Japanese and Chinese places, and those places."""
    found: list[str] = []
    if not _SCRIPT.search(text):
        return text, found

    def heading(match: re.Match[str]) -> str:
        found.append(match[1].strip())
        return " "

    def place(match: re.Match[str]) -> str:
        found.append(_AROUND.sub("", match[0]))
        return " "

    return _PLACE.sub(place, _HEADING.sub(heading, text)), found
