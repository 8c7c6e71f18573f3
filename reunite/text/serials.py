"""Numbers that identify one thing: serial numbers, engravings, inventory tags."""

import re
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed

_CODE: Final = r"[A-Za-z0-9]{1,30}(?:[-./][A-Za-z0-9]{1,30}){0,5}"
_GROUP: Final = r"(?-i:[A-Z]{1,3}(?=[ ][A-Z]{0,6}\d|[.,;:)'\"\n]|$)|[A-Z]{0,6}\d[A-Z\d]{0,14})(?![\w'’-])"
"""A further group of a code: "JX 4471 B"."""
_OWN_NUMBER: Final = r"[\s.:#]{0,3}(?:\d{5}|(?=[A-Za-z-]{0,9}\d)(?=[\d-]{0,9}[A-Za-z]))"
"""After "n.º serie", which also counts the issues of a series."""
_STRONG: Final = (
    r"serial(?:[ -](?:number|no|nr|num|code))?|s/n|sn|imei|iccid|barcode|frame (?:number|no)"
    r"|asset(?: (?:tag|number|no|id))?|inventory(?: (?:number|no))?|engrav(?:ed|ing)"
    r"|seriennummer|serien-?nr|fahrgestellnummer|rahmen-?(?:nummer|nr)|inventar-?(?:nummer|nr)|grav(?:iert|ur|ierung)"
    rf"|(?:num[ée]ro|n[úu]mero|n\.?[°ºo]?\.?) ?de s[ée]rie|(?:n[°º]|n\.[ºo]|no\.|n[úu]m\.) ?s[ée]rie(?={_OWN_NUMBER})"
    r"|grabad[oa]|gravure|grav[ée]e?|serienummer"
    r"|numero di serie|inciso|gravado|(?:numer|nr\.?) seryjny|grawer"
)
_OF_STUDENTS: Final = (
    r"matr[íi]cula|matricola|matricule|matrikel-?(?:nummer|nr)|num[ée]ro (?:d['’])?[ée]tudiant"
    r"|n(?:r|umer) (?:albumu|indeksu)"
)
_WEAK: Final = (
    rf"{_OF_STUDENTS}|tag|nr|no|num|number|nummer|n[úu]m|n[úu]mero|num[ée]ro|numer|id|label|etikett|sticker|code|marked"
)
_UNSPACED: Final = r"シリアル(?:番号|ナンバー)?|製造番号|製番|刻印|管理番号|序列号|编号"
_PHONE: Final = r"[はがを:：]?[ 　]?(?:0\d{1,4}-\d{1,4}-\d{3,4}|\d{10,11})(?!\d)"
_UNSPACED_WEAK: Final = rf"(?:学籍|学生|社員)番号|(?<![^、。\s])番号(?!{_PHONE})|学号|學號|학번|사번"
_SIGNS: Final = r"[\s.:：=#\"'“”‘’«»(]"
_BETWEEN: Final = (
    rf"{_SIGNS}{{0,4}}(?:(?:is|with|on it|on|says|number|no|nr|reads|mit|ist|con|avec)\b{_SIGNS}{{1,4}}){{0,2}}"
)
_NAMED: Final = re.compile(
    rf"(?:(?<!\w)(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK}))\b|(?P<unspaced>{_UNSPACED})|(?:{_UNSPACED_WEAK})[は는은]?|[nN][°º]|№)"
    rf"{_BETWEEN}(?P<code>(?(strong)[A-Za-z0-9]{{1,7}}(?:[ ]{_GROUP}){{1,5}}|(?!))|{_CODE})"
    r"(?:(?![\w-])|(?=[\u3040-\u30ff\u3400-\u9fff]))",
    re.IGNORECASE,
)
_CALLED_ONE: Final = re.compile(rf"(?<!\w)(?:{_STRONG})\b{_BETWEEN}$", re.IGNORECASE)
_OTHERS: Final = read_toml("noise.toml")["numbers"]
_BESIDE: Final = r"[\s.:#-]{0,3}"
_OF_ANOTHER: Final = re.compile(rf"{any_of(listed(_OTHERS['before']))}{_BESIDE}$", re.IGNORECASE)
_OF_PAPERS: Final = re.compile(rf"{any_of(listed(_OTHERS['papers']))}{_BESIDE}$", re.IGNORECASE)
_ANOTHER_FOLLOWS: Final = re.compile(rf"{_BESIDE}{any_of(listed(_OTHERS['after']))}", re.IGNORECASE)
_LONGEST: Final = 24
"""Characters before a number that are looked at."""
_SIGN: Final = re.compile(r"[-./]")
_LOOSE: Final = re.compile(rf"(?<![\w@#./:-]){_CODE}(?![\w@-])")
_MEASURE: Final = re.compile(
    r"\d{1,6}(?:[.,]\d{1,4})?(?:st|nd|rd|th|er|e|s|am|pm|h|uhr|cm|mm|m|km|kg|g|mg|l|ml|cl|gb|tb|mb|mah|wh|w|v|hz|k|mp|px|inch|in"
    r"|ft|oz|x|eu|us|uk|yo|yr|yrs|eur|usd|euro|euros|p|min)(?:\d{0,2})",
    re.IGNORECASE,
)
_NAME_WITH_NUMBER: Final = re.compile(r"[a-z]{4,30}[-.]?\d{1,3}", re.IGNORECASE)
"""iphone13, room204."""
_SLACK_ID: Final = re.compile(r"[UCDGTWB]0[A-Z0-9]{7,9}")
_CLOCK: Final = re.compile(r"\d{1,2}h\d{0,2}|\d{1,2}x\d{1,2}", re.IGNORECASE)
_MIN_WEAK, _MIN_STRONG, _MIN_LOOSE, _MIN_DIGITS = 3, 2, 5, 12
"""Letters and digits of a named code, of a loose one, and of one of digits alone (an IMEI has 15)."""
_MAX_DIGITS: Final = 16
"""Longer numbers are ids of messages."""


def spans(text: str) -> list[tuple[int, int]]:
    """Return where a text's serials are, in order."""
    named = [match.span("code") for match in _NAMED.finditer(text) if _is_named(match)]
    loose = [
        match.span() for match in _LOOSE.finditer(text) if looks_like_a_serial(match[0]) and not _is_of_another(match)
    ]
    found: list[tuple[int, int]] = []
    for start, end in sorted({*named, *loose}):
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return found


def named(text: str) -> list[str]:
    """Return the codes that a text calls a serial number or the like; a mere "no." or "ID" names many other numbers."""
    return [
        match["code"] for match in _NAMED.finditer(text) if (match["strong"] or match["unspaced"]) and _is_named(match)
    ]


def is_called_one(match: re.Match[str]) -> bool:
    """Whether the words before a match call it a serial number: "serial: 4C4C4544-0046-..."."""
    return _follows(_CALLED_ONE, match)


def looks_like_a_serial(code: str) -> bool:
    """Whether a word looks like a serial: letters and digits mixed, not a measure, a time or a model's year."""
    plain = _SIGN.sub("", code)
    digits = sum(char.isdigit() for char in plain)
    if digits == len(plain):
        return plain == code and _MIN_DIGITS <= digits <= _MAX_DIGITS
    if digits < 2 or len(plain) < _MIN_LOOSE:  # noqa: PLR2004 - one digit is a version
        return False
    return not any(form.fullmatch(code) for form in (_MEASURE, _NAME_WITH_NUMBER, _CLOCK, _SLACK_ID)) and not _is_words(
        code
    )


def _is_words(code: str) -> bool:
    """Whether each part is a word or a short number: "24-karat", "Halle.12"."""
    parts = _SIGN.split(code)
    return len(parts) > 1 and any(len(part) > 3 and part.isalpha() for part in parts)  # noqa: PLR2004 - codes are shorter


def _is_named(match: re.Match[str]) -> bool:
    code = match["code"]
    if not any(char.isdigit() for char in code):
        return False
    if match["strong"] or match["unspaced"]:
        return len(code) >= _MIN_STRONG
    return len(code) >= _MIN_WEAK and not _is_of_another(match) and not _follows(_OF_PAPERS, match)


def _is_of_another(match: re.Match[str]) -> bool:
    """Whether a number is that of a room, a flight or a lecture."""
    return _follows(_OF_ANOTHER, match) or bool(_ANOTHER_FOLLOWS.match(match.string, match.end()))


def _follows(before: re.Pattern[str], match: re.Match[str]) -> bool:
    return bool(before.search(match.string, max(0, match.start() - _LONGEST), match.start()))
