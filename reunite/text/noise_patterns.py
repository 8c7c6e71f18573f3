"""Patterns of noise.

They take linear time: what they repeat is bounded, possessive or atomic.
"""

import re
from enum import StrEnum
from functools import cache
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed, listed_in


class Noise(StrEnum):
    """What a piece of a text is, if it's no evidence of the thing."""

    LINK = "link"
    FILE = "file"
    POSITION = "position"
    EMAIL = "e-mail address"
    MENTION = "mention"
    CHANNEL = "channel"
    ID = "id"
    TIMESTAMP = "timestamp"
    EMOJI = "emoji"
    HASHTAG = "hashtag"
    CONTACT = "contact"
    PHONE = "phone number"
    DATE = "date"
    TIME = "time"
    GREETING = "greeting"
    THANKS = "thanks"
    HEADING = "heading"


Patterns = tuple[tuple[Noise, re.Pattern[str]], ...]

_LISTS: Final = read_toml("noise.toml")
_DATES: Final = _LISTS["dates"]
_LABELS: Final = _LISTS["phone_labels"]

_HOST: Final = r"(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,5}"
_PLAIN_DOMAIN, _AMBIGUOUS_DOMAIN = ("|".join(listed(_LISTS["domains"][key])) for key in ("plain", "ambiguous"))
_LINE_START: Final = r"(?:^|(?<=[\n.;!?|•·*]))[ \t>*_•·-]{0,6}"
_HEADING_START: Final = rf"(?:{_LINE_START}|(?<=[\s,/(\"'{{]))"
_MARKED: Final = r"[ \t*_\"']{0,4}"
"""Between a heading and its sign, in Markdown and JSON."""
_NUMBER: Final = r"[+(]{0,2}\d[\d ()/.-]{3,20}\d(?!\d)"
_MONTH: Final = any_of(listed(_DATES["months"]))
_DAY: Final = r"(?<![\w.-])\d{1,2}(?:st|nd|rd|th|er|\.)?"
_EMOJI_RANGES: Final = (
    r"\U0001f000-\U0001fbff\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff"
    r"\u3030\u303d\u3297\u3299\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f"
)
_ONE_DAY: Final = rf"(?:\d{{1,2}}(?:st|nd|rd|th|\.)?|{any_of(listed(_DATES['weekdays'], _DATES['in_nights']))})"
_NIGHT_LEAD: Final = r"\b(?:in der|in the|en la|dans la|w|nella|na)"
_BETWEEN_DAYS: Final = (
    r"[ ](?:vom|von|of|between|from|del|de|du|z|ze|tra|da|dal|do)[ ](?:the |dem |el |le )?"
    rf"{_ONE_DAY}[ ](?:auf den|auf|zum|to the|to|and|al|a|à|au|na|ao|para|e)[ ](?:the |el |le )?{_ONE_DAY}(?!\w)"
)
"""A night is between two days: "in der Nacht von Samstag auf Sonntag", "w nocy z 12 na 13"."""
_AFTER_DAY: Final = (
    r"(?=[ \t]{0,3}(?:$|[\n.,;:!?)/&–-]|\d|(?:at|in|on(?! it\b)|outside|morning|afternoon|evening|night)\b))"
)
"""After "Sat", "Sun" and "Mon", which may also be in the name of a thing: "Garmin Sat Nav"."""
_NAMED_AFTER_TIMES: Final = (
    rf"(?:evening|morning|afternoon)[ ]{any_of(listed(_LISTS['names']['after_times']))}"
    r"|midnight[ ](?:blue|green|purple)"
)
_WEEKDAY: Final = any_of(listed(_DATES["weekdays"]))
_DAY_NAMED: Final = any_of(listed(_DATES["weekdays"], _DATES["relative"], _DATES["unspaced"]))
_PART_OF_DAY: Final = rf"(?:[ ]{any_of(listed(_DATES['after_days']))})?"
"""After a day: "ieri mattina", "samedi soir"."""
_HOUR_EN: Final = rf"(?:\d{{1,2}}|{any_of(listed(_DATES['hours_en']))})(?![\w:.])"
_OWN: Final = r"(?=[ ](?:an?|my|our|his|her|the|some)\b)"
"""Before the thing: "at 9 a scarf". Elsewhere "at 9" may be a place."""
_CLOCK_EN: Final = (
    rf"\b(?:half|quarter|five|ten|twenty(?:[ -]five)?)[ ](?:past|to|till)[ ]{_HOUR_EN}"
    rf"|\bbetween[ ]{_HOUR_EN}[ ]and[ ]{_HOUR_EN}(?:{_OWN}|(?=[ ]{{0,3}}(?:$|[\n.,;!?)])))"
    rf"|(?:(?<=\bat )|(?<=\bby ))(?:(?:about|around)[ ])?{_HOUR_EN}{_OWN}"
    rf"|(?:(?<=\baround )|(?<=\bbefore )|(?<=\bafter )|(?<=\babout )){_HOUR_EN}{_OWN}"
)
_CLOCK_ROMANCE: Final = (
    rf"(?<!\w)(?:las?|às|as|alle|à)[ ]{any_of(listed(_DATES['hours_romance']))}(?:[ ]heures?)?"
    r"[ ](?:y|e|et)[ ](?:media|meia|mezza|mezzo|demie?|cuarto|quart|un[ ]quarto)(?!\w)"
)
"""Not "media" or "meia", which are socks too: "a las nueve y media"."""
_CLOCK: Final = r"(?<![\w:.])\d{1,2}"
_TO_THE_HOUR: Final = r"(?::\d\d|(?:\.\d\d)?[ ]?(?:uhr|h)\b)"
"""What follows an hour, and no year."""
_EMPTY: Final = rf"(?:[ \t]{{0,3}}{any_of(listed(_LISTS['empty']['all']))}(?=[ \t]{{0,3}}(?:$|[\n.;|])))?"
"""What a form's line says if there's nothing to say."""
_NUMBER_ALONE: Final = r"(?:[A-Z]{1,8}-?)?\d[\w-]{0,20}(?=[ \t]{0,3}(?:$|[\n|]))"
_PHONE_END: Final = r"\d(?![\d-])"
_REACHED: Final = r"(?:(?<=\bat )|(?<=\bon )|(?<=\bcall )|(?<=\bdial )|(?<=\bdesk )|(?<=\bphone )|(?<=\bring ))"
"""Before an extension. Elsewhere "X100" is more likely the name of a camera."""
_APART: Final = r"(?:^|(?<=[,;:(/\n])|(?<=[,;:(/–-][ ])|(?<=\d[ ]))"

_FILE_TYPES: Final = "jpe?g|png|heic|heif|gif|webp|mp4|mov|pdf"
_CAMERA: Final = r"(?-i:IMG|MVIMG|DSC[FN]?|PXL|VID|GOPR|DJI|PANO)"
"""How cameras and phones begin the names of photos."""
_OPEN_LOCATION: Final = r"(?-i:[2-9CFGHJMPQRVWX]{4,8}\+[2-9CFGHJMPQRVWX]{2,3})"
"""A plus code: https://github.com/google/open-location-code."""
_HOURS: Final = r"\d{1,2}(?:[:.]\d\d)?"
_HOUR_SIGN: Final = r"[ ]?(?:[ap]\.?m\.?|uhr|h)"
_ZONE: Final = r"(?-i:[CEMP][SD]T|CES?T|MES?Z|WES?T|EES?T|BST|GMT|UTC|JST|KST|IST|AE[SD]T|NZ[SD]T)(?![\w-])"
_AT: Final = "(?:at|around|about|before|after|um|gegen|à|vers|a las|alle|om)"
_ZONED: Final = (
    rf"(?<![\w:.-])(?:\b{_AT}[ ]\d{{1,2}}(?:[:.]\d\d)?(?:[ ]?[ap]\.?m\.?)?"
    rf"|\d{{1,2}}(?:[:.]\d\d)?[ ]?[ap]\.?m\.?|\d{{1,2}}[:.]\d\d)[ ]?{_ZONE}"
)
"""A time with its zone: "5pm CST", "at 5 CST"."""
_SIGNED: Final = _LISTS["signed"]
_DEVICE: Final = any_of(listed(_SIGNED["device"]))
_MODEL: Final = r"(?:\w{0,9}\d\w{0,9}|pro|max|plus|ultra|mini|air|lite|smartphone)"
_DEVICES: Final = rf"{_DEVICE}(?:[ ]{_DEVICE}){{0,2}}(?:[ ]{_MODEL}(?!\w)){{0,2}}"
_HOUR_NL: Final = rf"(?:\d{{1,2}}|{any_of(listed(_DATES['hours_nl']))})(?![\w:.])"
_AT_NL: Final = r"\b(?:om|rond|omstreeks|tegen)[ ]"
_CLOCK_NL: Final = (
    rf"(?:{_AT_NL})?{_CLOCK}(?:[:.]\d\d)?[ ]?uur\b|{_AT_NL}{_CLOCK}:\d\d(?!\w)"
    rf"|{_AT_NL}(?:half|(?:vijf|tien)[ ](?:voor|over))[ ]{_HOUR_NL}"
    rf"|(?:{_AT_NL})?\bkwart[ ](?:voor|over)[ ]{_HOUR_NL}"
)
_DAYS_AGO_NL: Final = (
    r"\b(?:\d{1,2}|een|twee|drie|vier|(?:een[ ])?paar)[ ](?:dag|dagen|week|weken|uur|minuten|maanden?)[ ]geleden\b"
)
_HAN_DIGITS: Final = "一二两兩三四五六七八九十"
_HAN_NUMBER: Final = f"[{_HAN_DIGITS}]{{1,3}}"
_NO_CLOCK: Final = "(?!点|點|图|圖|花|式|装饰|裝飾|水(?![杯壶壺瓶樽]))"
"""After 三点, which then means three dots, or is part of a name: 五点图案, 一点点, 三点式."""
_UNSPACED_DEVICE: Final = f"(?:{'|'.join(listed(_SIGNED['unspaced_device']))})"
_SENT_FROM: Final = (
    rf"{_LINE_START}(?:{any_of(listed(_SIGNED['sent_from']))}[ ]{_DEVICES}|von meinem[ ]{_DEVICES}[ ]gesendet"
    rf"|(?:发自|来自)我的[ ]?{_UNSPACED_DEVICE}|(?:私の|自分の)?{_UNSPACED_DEVICE}から送信"
    r"|get outlook for (?:ios|android))"
    r"[.]?(?=[ \t]{0,3}(?:$|\n))"
)
"""What a mail app adds at the end: "Sent from my iPhone"."""

_BEFORE_SERIALS: Final = (
    (Noise.CONTACT, r"(?<=\n)--[ ]?(?:\n[^\n]{1,120}){1,6}\n?\Z"),  # an e-mail's signature (RFC 3676)
    (Noise.TIMESTAMP, r"<t:-?\d{1,14}(?::[a-z])?>"),
    (Noise.TIMESTAMP, r"<!date\^[^>]{1,300}>"),
    (Noise.TIMESTAMP, r"(?<!\d)\d{10}\.\d{6}(?!\d)"),
    (Noise.TIMESTAMP, r"(?<!\d)\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d)"),
    (Noise.EMOJI, r"<a?:\w{1,40}:\d{1,22}>"),
    (Noise.MENTION, r"<[@!][^>]{1,160}>"),
    (Noise.CHANNEL, r"<(?:#|id:)[^>]{1,80}>"),
    (Noise.LINK, r"<[a-z][a-z0-9+.-]{1,15}:[^>]{1,2300}>"),
    (Noise.LINK, r"(?<!\w)[a-z][a-z0-9+.-]{1,15}://\S++"),
    (Noise.LINK, r"(?<!\w)(?:mailto:|tel:|geo:|www\.)\S++"),
    (Noise.FILE, rf"(?<![\w.-])[\w-]{{1,80}}(?:\.[\w-]{{1,20}}){{0,3}}\.(?:{_FILE_TYPES})(?!\w)"),
    (Noise.FILE, rf"(?<![\w-]){_CAMERA}[_-]?\d{{4,14}}(?:[_-]\w{{1,14}}){{0,3}}(?![\w-])"),
    (Noise.POSITION, rf"(?:(?<!\w)plus[- ]?code:? )?(?<!\w){_OPEN_LOCATION}(?!\w)"),
    (Noise.POSITION, r"(?<!\S)///\w{1,30}\.\w{1,30}\.\w{1,30}"),
    (Noise.POSITION, r"(?<![\w.])-?\d{1,3}\.\d{3,15}°?[NS]?,[ ]?-?\d{1,3}\.\d{3,15}°?[EWO]?(?!\w)"),
    (Noise.TIME, rf"(?<![\w:.-]){_HOURS}(?:{_HOUR_SIGN})?[ ]?[-–—][ ]?{_HOURS}{_HOUR_SIGN}(?!\w)"),
    (Noise.TIME, r"(?<![\w:.-])\d{1,2}h\d{0,2}[ ]?[-–—][ ]?\d{1,2}h\d{0,2}(?!\w)"),
    (Noise.TIME, rf"(?:{_AT_NL})?(?<![\w:.-])(?:[01]?\d|2[0-3])u[0-5]\d(?!\w)"),
    (Noise.EMAIL, r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    (Noise.LINK, rf"{_HOST}(?:{_PLAIN_DOMAIN})(?![\w-])(?::\d{{1,5}})?(?:[/?]\S*+)?"),
    (Noise.LINK, rf"{_HOST}(?:{_AMBIGUOUS_DOMAIN})/\S*+"),
    (
        Noise.LINK,
        (
            r"(?<![\w@.-])(?:(?=[a-z]{0,62}[\d-])[a-z0-9-]{2,63}\.|(?:[a-z0-9-]{2,63}\.){2,5})[a-z]{2,20}"
            r"/[\w/.-]{0,120}\?\w{1,30}=\S*+"
        ),
    ),
    (Noise.ID, r"(?<![\w-])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\w-])"),  # a UUID (RFC 9562)
    (Noise.ID, r"(?<![\w-])[\da-f]{32}(?:[\da-f]{8}|[\da-f]{32})?(?![\w-])"),  # a hash
    (Noise.CONTACT, _SENT_FROM),
    (Noise.MENTION, r"(?<![\w@])@\w[\w.-]{0,39}"),
    (Noise.EMOJI, r"(?<!\w):(?=[\w+'-]{0,50}[^\W\d])[\w+'-]{1,50}:(?!\w)(?::skin-tone-\d:)?"),
    (Noise.EMOJI, f"[{_EMOJI_RANGES}]++"),
    (Noise.CONTACT, rf"{_LINE_START}{any_of(listed_in(_LISTS['contact_headings']))}[ \t*_]{{0,4}}[:：|][^\n|]*+"),
    (
        Noise.ID,
        (
            rf"{_APART}{any_of(listed_in(_LISTS['numbered_tickets']))}[ ]{{0,2}}(?:id|no|nr|number)?[ .:#]{{0,3}}"
            r"(?:[A-Z]{1,8}[-_]?)?\d[\w/-]{2,20}"
        ),
    ),
    (
        Noise.CONTACT,
        rf"{_LINE_START}{any_of(listed_in(_LISTS['numbered_headings']))}[ \t]{{0,3}}[:：][ \t#]{{0,4}}{_NUMBER_ALONE}",
    ),
    (Noise.PHONE, rf"{any_of(listed(_LABELS['all']))}[\s.:：#]{{0,4}}{_NUMBER}"),
    (
        Noise.PHONE,
        (
            rf"(?:\b(?:ring|call|dial|phone)[ ])?{any_of(listed(_LABELS['extension']))}"
            r"[\s.:：#-]{0,4}[\d-]{1,15}(?!\d)"
        ),
    ),
    (Noise.PHONE, rf"{any_of(listed(_LABELS['unspaced']))}[\s.:：は]{{0,4}}[\d-]{{1,15}}(?!\d)"),
    (Noise.PHONE, rf"{_REACHED}x-?\d{{3,5}}(?!\w)"),
    (Noise.PHONE, rf"{_APART}(?-i:x)(?:\d{{3,5}}|-\d{{4,5}})(?!\w)"),
    (Noise.PHONE, r"(?<!\w)(?-i:x)(?!\d{1,3}00(?!\d))-?\d{4,5}(?!\w)"),
)
_AFTER_SERIALS: Final = (
    (Noise.ID, r"(?<!\w)\d{17,20}(?!\w)"),
    (Noise.ID, r"(?<!\w)[UCDGTWB]0[A-Z0-9]{7,9}(?!\w)"),
    (Noise.ID, r"(?<!\d)\d{1,5}号(?:室|棟)"),
    (Noise.DATE, r"(?<![\w.])\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"),
    (
        Noise.DATE,  # "3.5. 18 Uhr" and "3.5.18:30" have no year
        rf"(?<![\w.])\d{{1,2}}([./-])[ ]?\d{{1,2}}\1[ ]?(?:\d{{4}}|\d{{2}}(?!{_TO_THE_HOUR}))(?!\d)",
    ),
    (Noise.DATE, rf"(?<![\w.])\d{{1,2}}\.[ ]?\d{{1,2}}\.(?!\d(?!\d?{_TO_THE_HOUR}))"),
    (Noise.DATE, r"(?<![\w./])\d{1,2}/\d{1,2}(?![\d/])"),
    (Noise.DATE, r"(?:\d{4}년[ ]?)?(?<!\d)\d{1,2}월[ ]?\d{1,2}일(?:에|경|쯤)?"),
    (Noise.DATE, r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号])?|(?<!\d)\d{1,2}日"),
    (Noise.DATE, _DAYS_AGO_NL),
    (
        Noise.DATE,
        rf"(?:\b(?:op|sinds)[ ])?{_DAY}[ \t]{{0,2}}(?:(?:of|de|di)[ ])?{_MONTH}\.?(?:,?[ ](?:de[ ])?\d{{4}})?(?!\d)",
    ),
    (Noise.DATE, rf"{_MONTH}\.?[ ]\d{{1,2}}(?:st|nd|rd|th)?(?:,?[ ]\d{{4}})?(?!\w)"),
    (Noise.DATE, rf"(?:{_NIGHT_LEAD}[ ])?(?<!\w)(?:nacht|night|noche|nuit|nocy|notte|noite){_BETWEEN_DAYS}"),
    (Noise.DATE, rf"(?<=[\w,;(][ ])(?-i:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?![\w'’-]){_AFTER_DAY}"),
    (
        Noise.DATE,
        rf"(?<![\w'’-])(?:on|am|el|le|il|em|w|we|op|sinds|afgelopen|vorige)[ ]{_WEEKDAY}{_PART_OF_DAY}",
    ),
    (
        Noise.DATE,
        rf"(?!{_NAMED_AFTER_TIMES}){_DAY_NAMED}{_PART_OF_DAY}",
    ),
    (Noise.DATE, "[琴噚]日|尋日(?![本記用])"),
    (Noise.TIME, _CLOCK_NL),
    (Noise.TIME, _CLOCK_EN),
    (Noise.TIME, _CLOCK_ROMANCE),
    (Noise.TIME, _ZONED),
    (Noise.TIME, rf"{_CLOCK}[:.]\d\d(?::\d\d)?[ ]?(?:[ap]\.?m\b\.?|uhr\b|h\b)"),
    (Noise.TIME, rf"{_CLOCK}:\d\d(?::\d\d)?(?![\w:])"),
    (Noise.TIME, rf"{_CLOCK}[ ]?(?:[ap]\.?m\b\.?|uhr\b|o['’]clock\b|h(?:\d\d)?(?!\w))"),
    (Noise.TIME, rf"\b(?:halb|viertel (?:vor|nach)) {any_of(listed(_DATES['hours']))}"),
    (Noise.TIME, r"(?<!\d)\d{1,2}[時时点](?:\d{1,2}分|半)?(?:頃|ごろ|ころ)?"),
    (
        Noise.TIME,
        (
            rf"(?:\b(?:в|к|с|до|около|после)[ ])?{_CLOCK}(?:[:.]\d\d)?"
            r"(?:[ ]?(?:час(?:а|ов|ам|у)?|ч)\b\.?(?:[ ](?:вечера|утра|дня|ночи)\b)?|[ ](?:вечера|утра|дня|ночи)\b)"
        ),
    ),
    (Noise.TIME, r"\bчасов[ ]в[ ]\d{1,2}(?!\d)"),
    (Noise.TIME, r"(?:오[전후][ ]?)?(?<!\d)\d{1,2}시(?:[ ]?(?:\d{1,2}분|반))?(?:쯤|경|정도)?에?(?![가-힣])"),
    (
        Noise.TIME,
        (
            rf"(?<![有{_HAN_DIGITS}])(?:\d{{1,2}}|{_HAN_NUMBER})[点點]{_NO_CLOCK}"
            rf"(?:[一三]刻|\d{{1,2}}分?|{_HAN_NUMBER}分?|半|[钟鐘](?!花))?(?:左右|多)?"
        ),
    ),
    (Noise.PHONE, r"(?<![\w.])\+\d{1,3}[ ()/.-]{0,2}\d[\d ()/.-]{5,18}\d(?!\d)"),
    (Noise.PHONE, r"(?<![\w.-])\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{3,4}(?![\w-])"),
    (Noise.PHONE, rf"(?<![\w.-])\(?0\d{{1,5}}\)?[ /.-]{{0,3}}\d[\d /.-]{{4,16}}{_PHONE_END}"),
    (Noise.HASHTAG, r"(?<![\w#&])[#＃]\w[\w-]{0,60}"),
    (
        Noise.GREETING,
        rf"{any_of(listed_in(_LISTS['greetings']))}(?![ -]{any_of(listed(_LISTS['names']['after_greetings']))})",
    ),
    (Noise.THANKS, any_of(listed_in(_LISTS["thanks"]))),
    (Noise.GREETING, any_of(listed(_LISTS["weather"]["all"]))),
    (Noise.THANKS, r"\brécompense à la cl(?:é|ef)(?=[ \t]{0,3}(?:$|[\n.,;:!?)]|pour\b))"),
    (Noise.THANKS, r"(?:^|(?<=[\n.,;!]))[ \t]{0,3}(?:bump(?:ing)?|boost)(?=[ \t]{0,3}(?:$|[\n.,;!]))"),
    (Noise.HEADING, rf"{_HEADING_START}{any_of(listed_in(_LISTS['headings']))}{_MARKED}[:：]{_EMPTY}"),
    (Noise.HEADING, rf"(?:^|(?<=\n))[ \t]{{0,3}}{any_of(listed(_LISTS['dashed_headings']))}[ ][-–—][ ]"),
    (Noise.HEADING, rf"(?:^|(?<=[\n|]))[ \t*_]{{0,4}}{any_of(listed_in(_LISTS['headings']))}[ \t*_]{{0,4}}\|"),
)


def _compiled(patterns: tuple[tuple[Noise, str], ...]) -> Patterns:
    return tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in patterns)


# Compiled for the first text: most commands start, and end, without reading one.


@cache
def before_serials() -> Patterns:
    """Return those in which numbers are no serials."""
    return _compiled(_BEFORE_SERIALS)


@cache
def after_serials() -> Patterns:
    """Return those for what is left around the serials."""
    return _compiled(_AFTER_SERIALS)
