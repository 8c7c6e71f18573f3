"""Chinese times in the form in which times of all languages are read: 上週五下午兩點一刻 as 上周 周五下午2点15."""

import re
from typing import Final

from reunite.text.lexicon import simplified

_DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER: Final = "[零〇一二两三四五六七八九十]{1,4}"
_COUNTED: Final = re.compile(
    rf"{_NUMBER}(?=个|點|点|时|分|刻|月|号|日(?![中本])|天|周(?![一二三四五六日])|星期(?![一二三四五六日天])|小时|钟头)"
    rf"|(?<=[点时]){_NUMBER}(?!分之)"
)
_FROM_TO: Final = re.compile("[一二两三四五六七八九]{2}")
_ROUGH: Final = re.compile(r"([二三四五六七八九]?十|[1-9]0)([几来多余])(?=个|天|日|分|小时|钟头|年|周|星期|礼拜)")
"""十几 and 二十来, which people count by as by a number."""
_WEEKDAY: Final = re.compile(r"((?:上|大)?上个?)?(?:周|星期|礼拜)([一二三四五六日天])(?![天个点])")
_DAY_OF_MONTH: Final = re.compile(r"(?<=\d)号(?![楼线门厅桌机馆车])")
_QUARTERS: Final = re.compile(r"(?<=\d点)([13])刻")
_ZERO_BEFORE_MINUTES: Final = re.compile(r"(?<=\d点)[过零](?=\d)")
_SHORT_PART: Final = re.compile(r"(?:(?<=[天日一二三四五六])|(?=.\d))([早晚])(?![上间饭餐晨朝\u3040-\u30ff])")
"""The morning or the evening by one character: 周五晚, 早8点, but not Japanese 昨日早く."""


def unified(text: str) -> str:
    """Return a text with simplified characters, digits for numbers that count a time, and 周五 for every Friday."""
    text = _WEEKDAY.sub(_weekday, simplified(text))
    text = _COUNTED.sub(_digits, _ROUGH.sub(_roughly, text))
    text = _ZERO_BEFORE_MINUTES.sub("", _DAY_OF_MONTH.sub("日", text))
    text = _QUARTERS.sub(lambda quarters: str(15 * int(quarters[1])), text)
    return _SHORT_PART.sub(r"\1上", text)


def _weekday(name: re.Match[str]) -> str:
    week = "" if not name[1] else "上周" if name[1][:2] in {"上", "上个"} else "上上周"
    return f"{week} 周{name[2].replace('天', '日')}"


def _roughly(number: re.Match[str]) -> str:
    """Read 十几 and 10几 as fifteen, and 十来 and 十多 as ten."""
    if number[2] != "几":
        return number[1]
    return f"{number[1]}五" if number[1].endswith("十") else f"{number[1][0]}5"


def _digits(number: re.Match[str]) -> str:
    """Read 九, 十, 二十三, 零五, and 两三 as "2-3"."""
    if _FROM_TO.fullmatch(number[0]):
        return "-".join(str(_DIGITS[sign]) for sign in number[0])
    tens, has_tens, ones = number[0].rpartition("十")
    value = 10 * _DIGITS.get(tens, 1) if has_tens else 0
    return str(value + sum(_DIGITS[sign] for sign in ones))
