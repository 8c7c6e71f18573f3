"""Everyday words of lost things, colours and materials in eleven languages, turned into English.

lexicon.tsv has a line for each English word or phrase, with a column for each language and commas in it. A line
without English lists words to leave out; a line with English only, words that identify an English text.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

from reunite.text.chinese_things import ChineseThings
from reunite.text.data import read_text, read_toml
from reunite.text.other_scripts import CYRILLIC, HANGUL, OTHER_SCRIPT, Cyrillic, Hangul
from reunite.text.phrases import Endings, by_last_letter, listed, listed_endings, listed_in_order
from reunite.text.remembered import remembered
from reunite.text.unicode_forms import decomposed
from reunite.text.word_lists import THINGS

_MAX_PHRASE_WORDS: Final = 4
_MAX_NAMES: Final = 4
"""Names of one person, of which any may be called like a colour."""
_MAX_COMPOUND: Final = 40
"""Letters. Anything longer isn't a word, and would take long to split."""
_MIN_STEM: Final = 3
"""Letters that a word must keep without its ending, and each part of a German compound must have."""
_MIN_HEAD: Final = 5
"""Letters that a compound's last part must have if the first part is unknown, unless it's one of these colours."""
_PARTICIPLE: Final = re.compile("(?:ab|an|auf|aus|ein|um|vor|zu|aan|af|in|om|op|uit|voor)ge")
"""Begins verbs rather than compounds: Dutch "opgeschort" is suspended, and no apron."""
_COLOUR_HEADS: Final = frozenset(("grau", "blau", "gelb", "grun", "gruen", "rood", "geel", "roze"))

_ENDINGS: Final = {code: listed_endings(cell) for code, cell in read_toml("endings.toml").items()}
"""By language; of those that explain a text equally well, the first is used."""
_OTHER_SCRIPTS: Final = ("ru", "ko")
_LINKS: Final = (("s", ""), ("n", ""), ("es", ""), ("en", ""), ("e", ""), ("", "e"))
"""Letters that German adds between the parts of a compound, or drops."""

_COLOURS: Final = read_toml("colour_words.toml")
_COLOUR_NAMES: Final = frozenset[str]().union(*map(str.split, _COLOURS["words"].values()))
_NAMES: Final = THINGS | _COLOUR_NAMES
_BEFORE_NAMES: Final = frozenset(listed(_COLOURS["others"]["before_names"]))
_ABBREVIATED: Final = frozenset(listed(_COLOURS["others"]["abbreviated_titles"]))
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WORD: Final = re.compile(r"(?<![^\W_])[^\W\d_]++(?!\d)")
"""Not the letters of a serial."""
_GAPS: Final = re.compile(r" {2,}")
_AND: Final = "と"
"""A particle too, unless a word that is known follows."""
_SPACES: Final = re.compile(r"\s{2,}")
_SHORT_KATAKANA: Final = re.compile(r"(?!キー|ペン|ピン|バス)[ァ-ヶー]{2}|インコ|レンチ")
"""The excluded ones also end the names of things: スペアキー. The longer ones end other words: フレンチ."""
_BESIDE_UNSPACED: Final = re.compile(
    r"(?<=[A-Za-z]{2})(?=[\u3040-\u30ff\u3400-\u9fff])|(?<=[\u3040-\u30ff\u3400-\u9fff])(?=[A-Za-z]{2})"
)
_COUNTER: Final = re.compile(r"(?<=[0-9０-９])本(?![子棚])|(?<=[一二三四五六七八九十])本(?=[のをがはも])")
"""Counts what is long, such as "鍵2本"; elsewhere it's a book."""
_OF_LATIN: Final = re.compile(r"(?<=[A-Za-z])的(?=[ ]?[A-Za-z])")
"""Between words that are English already: "blue的water bottle"."""
_NOT_BEFORE: Final = {
    "遮": "(?![阳光断热挡住蔽盖瑕雨])",
    "手机套": "(?![着了])",
    "被套": "(?![着了在上住走进到过])",
    "左耳": "(?![环環钉坠墜罩机機朵塞栓夹挂暖包饰飾])",
    "右耳": "(?![环環钉坠墜罩机機朵塞栓夹挂暖包饰飾])",
    "色子": "(?![母弹])",
    "假发": "(?![票现])",
    "护齿": "(?!牙)",
    "トラ": "(?![ァ-ヶー])",
}
"""What isn't after a word: 遮 is an umbrella in Cantonese, and begins many words; 手机套着 is a phone in something;
被套在 is what is put on something; 右耳环 is an earring; トラック is a lorry."""
_NOT_AFTER: Final = {
    "器": "(?<![\u3400-\u9fff])",
    "肉色": "(?<![牛猪羊鸡鱼烤鲜])",
    "色子": "(?<![颜彩双单各深浅纯])",
    "被套": "(?<![匙证卡机包伞杯笔帽鞋它他她经扣链牌])",
}
"""The same before a word: 器 is a bowl, and ends the names of devices, such as 注射器; 双色子 isn't about dice."""
_KANA, _HAN = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, eq=False)
class _Language:
    endings: Mapping[str, Endings]
    """By their last letter."""
    compounds: bool = False
    words: dict[str, str] = field(default_factory=dict)
    """English by plain form (see `_plain`)."""

    def listed(self, phrase: str) -> str | None:
        """Look up a plain word or phrase, with or without its ending."""
        if phrase in self.words:
            return self.words[phrase]
        return self._without_ending(phrase, self.endings.get(phrase[-1:], ()))

    def compound(self, phrase: str) -> tuple[str, str, bool] | None:
        """Split a compound ("Leder|jacke"): both parts in English, and whether the first is known (else it is kept)."""
        if not self.compounds or " " in phrase or len(phrase) > _MAX_COMPOUND:
            return None
        for start in range(_MIN_STEM, len(phrase) - _MIN_STEM + 1):
            second = self.listed(phrase[start:])
            first = self.words.get(phrase[:start]) or self._without_ending(phrase[:start], _LINKS)
            head_is_enough = len(phrase) - start >= _MIN_HEAD and not _PARTICIPLE.fullmatch(phrase[:start])
            if second and (first or head_is_enough or phrase[start:] in _COLOUR_HEADS):
                return first or phrase[:start], second, bool(first)
        return None

    @remembered(65_536)
    def knows(self, word: str) -> bool:
        """Whether the word is known, including all parts of a compound."""
        if self.listed(word) is not None:
            return True
        parts = self.compound(word)
        return parts is not None and parts[2]

    def explains(self, words: Sequence[str]) -> int:
        """Count the words that are known, alone or as part of a phrase."""
        explained = {position for position, word in enumerate(words) if self.knows(word)}
        beginnings = self._beginnings
        for first in (position for position, word in enumerate(words) if word in beginnings):
            for last in range(first + 2, min(first + _MAX_PHRASE_WORDS, len(words)) + 1):
                if " ".join(words[first:last]) in self.words:
                    explained.update(range(first, last))
        return len(explained)

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """First words of phrases."""
        return frozenset(phrase.partition(" ")[0] for phrase in self.words if " " in phrase)

    def names(self, words: Sequence[str]) -> int:
        """Count the words for things and colours, rather than those that many languages have: "a", "al"."""
        known = (self.listed(word) for word in words if len(word) >= _MIN_STEM)
        return sum(english.rpartition(" ")[2] in _NAMES for english in known if english)

    def english(self, phrase: str) -> str | None:
        """Translate a plain word or phrase; None if it is unknown."""
        whole = self.listed(phrase)
        parts = None if whole is not None else self.compound(phrase)
        return whole if parts is None else f"{parts[0]} {parts[1]}"

    def _without_ending(self, phrase: str, endings: Endings) -> str | None:
        for ending, instead in endings:
            if phrase.endswith(ending):
                stem = phrase.removesuffix(ending)
                if len(stem) >= _MIN_STEM and self.words.get(stem + instead):
                    return self.words[stem + instead]
        return None


def to_english(text: str) -> str:
    """Translate the lexicon's words to English; everything else is kept.

    Of the European languages only the one that explains most words is used, so English texts stay intact.
    """
    if not text.isascii() and CYRILLIC.search(text):
        text = _RUSSIAN_WORDS.to_english(text)
    if not text.isascii() and HANGUL.search(text):
        text = _KOREAN_WORDS.to_english(text)
    text = _COUNTER.sub(" ", text)
    if _KANA.search(text):
        text = _JAPANESE_WORDS.to_english(text)
    elif _HAN.search(text):
        text = _CHINESE_WORDS.to_english(CHINESE_THINGS.plainly(_OF_LATIN.sub(" ", text)))
    text = _BESIDE_UNSPACED.sub(" ", text)
    words = list(_WORD.finditer(text))
    plain = [_plain(word[0]) for word in words]
    explained = {name: language.explains(plain) for name, language in _LANGUAGES.items()}
    most = max(explained.values())
    likely = [name for name, count in explained.items() if count == most]
    best = likely[0] if len(likely) == 1 else _most_telling(likely, plain)
    return text if best == "en" else _replace(text, words, plain, _LANGUAGES[best])


def _most_telling(languages: Sequence[str], words: Sequence[str]) -> str:
    """Return which of the languages that explain equally many words a text is in: one that names its things."""
    if "en" in languages and any(len(word) >= _MIN_STEM and _LANGUAGES["en"].knows(word) for word in words):
        return "en"
    return max(languages, key=lambda name: (_LANGUAGES[name].names(words), name == "en"))


def is_translated(text: str) -> bool:
    """Whether the lexicon translates any of a text."""
    return to_english(text) != text


def meanings(word: str) -> frozenset[str]:
    """Return what a single word means in each of the European languages that list it, in English."""
    return frozenset(filter(None, (language.listed(_plain(word)) for language in _LANGUAGES.values())))


def from_english(word: str, language: str) -> str:
    """Translate an English word or phrase of the lexicon; any other word is kept."""
    known = _first_words(language) if language in _HEADER else {}
    plain = word.casefold()
    translation = known.get(plain) or known.get(plain.removesuffix("s")) or known.get(f"{plain}s") or word
    return translation.replace(" d ", " d’") if language in {"fr", "it"} else translation  # plain forms lack it


def is_known(word: str) -> bool:
    """Whether a single word is known in any European language or Korean."""
    if OTHER_SCRIPT.match(word):
        return to_english(word) not in {"", word}
    plain = _plain(word)
    return any(language.knows(plain) for language in _LANGUAGES.values())


def _replace(text: str, words: Sequence[re.Match[str]], plain: Sequence[str], language: _Language) -> str:
    """Replace the longest phrases that the language knows by English."""
    out, end, first = "", 0, 0
    while first < len(words):
        for last in range(min(first + _MAX_PHRASE_WORDS, len(words)), first, -1):
            english = language.english(" ".join(plain[first:last]))
            if english is not None and not (english in _COLOUR_NAMES and _is_surname(text, words, plain, first)):
                out += text[end : words[first].start()] + english
                end, first = words[last - 1].end(), last
                end += not english and text.startswith(("'", "’"), end)  # the apostrophe of an elided article
                break
        else:
            first += 1
    return _SPACES.sub(_one_space, out + text[end:]).strip()


def _is_surname(text: str, words: Sequence[re.Match[str]], plain: Sequence[str], at: int) -> bool:
    """Return whether a word is a name that is called like a colour: "apellido Blanco", "nombre Rosa Blanco".

    In "sin nombre. Negra" it isn't.
    """
    for word in range(at, max(at - _MAX_NAMES, 0), -1):
        if not words[word][0].istitle():
            return False
        if plain[word - 1] in _BEFORE_NAMES:
            between = text[words[word - 1].end() : words[word].start()]
            return between == " " or (between == ". " and plain[word - 1] in _ABBREVIATED)
    return False


def _one_space(spaces: re.Match[str]) -> str:
    return "\n" if "\n" in spaces[0] else " "


def _plain(text: str) -> str:
    """Lower case, no accents, single spaces. A German bear isn't a bar."""
    letters = text.casefold()
    if not letters.isascii():
        letters = decomposed(letters.replace("œ", "oe").replace("ł", "l").replace("bär", "baer"))
        letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_WORD.findall(letters))


def _row(header: Sequence[str], line: str) -> dict[str, str]:
    return dict(zip(header, line.split("\t"), strict=True))


_CHINESE: Final = read_toml("chinese.toml")
_SIMPLIFIED: Final = str.maketrans(dict(pair.split() for pair in listed(_CHINESE["simplified"])))
"""Traditional characters of things, colours and places, and their simplified ones."""


def simplified(text: str) -> str:
    """Return a text, of the same length, in simplified Chinese characters where we know them."""
    return text.translate(_SIMPLIFIED)


_FIRST_LINE, *_LINES = read_text("lexicon.tsv").splitlines()
_HEADER: Final = _FIRST_LINE.split("\t")
_ROWS: Final = [_row(_HEADER, line) for line in _LINES]


def _spaced_language(code: str, endings: Endings) -> _Language:
    language = _Language(by_last_letter(endings), compounds=code in {"de", "nl"})
    for row in sorted(_ROWS, key=lambda row: row["english"] == "and"):  # last: "e" is also left out
        spellings = (row[code], row[code].translate(_UMLAUTS)) if code == "de" else (row[code],)
        for cell in spellings:
            language.words.update({_plain(phrase): row["english"] for phrase in listed_in_order(cell)})
    return language


def _listed_words(code: str, form: Callable[[str], str]) -> dict[str, str]:
    return {form(phrase): row["english"] for row in _ROWS for phrase in listed_in_order(row[code])}


def _english() -> _Language:
    words = {_plain(word): word for row in _ROWS for word in _WORD.findall(row["english"])}
    return _Language({"s": (("s", ""), ("es", ""))}, words=words)


@cache
def _first_words(code: str) -> dict[str, str]:
    """Map English to the first of a language's words for it: in Japanese a noun (黒), not its adjective (黒い)."""
    words: dict[str, str] = {}
    for row in _ROWS:
        if row["english"] and (phrases := listed_in_order(row[code])):
            noun = phrases[0].removesuffix("い")
            words.setdefault(row["english"].casefold(), noun if noun in phrases else phrases[0])
    return words


class _Unspaced:
    """Languages written without spaces: their words are found anywhere, the longest first."""

    def __init__(self, codes: Sequence[str], particles: str, *, is_chinese: bool = False) -> None:
        """Read the words of these languages; the last of them wins. Chinese is read in both kinds of characters."""
        self._folded = _SIMPLIFIED if is_chinese else {}
        self._english = {
            phrase.casefold().translate(self._folded): row["english"]
            for code in codes
            for row in _ROWS
            for phrase in listed_in_order(row[code])
        }
        self._particles = particles

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Compiled for the first text in such a language: that takes longer than importing the rest."""
        words = "|".join(map(_where_it_may_be, sorted(self._english, key=len, reverse=True)))
        return re.compile(f"({words})(?:(?!{words})(?:{self._particles}|{_AND}))?", re.IGNORECASE)

    def to_english(self, text: str) -> str:
        out, end = "", 0
        folded = text.translate(self._folded)
        for match in self._pattern.finditer(folded):
            out += f"{text[end : match.start()]} {self._english[match[1].casefold()]} "
            end = match.end()
        return _GAPS.sub(" ", out + text[end:]).strip()


def _where_it_may_be(word: str) -> str:
    """Return a pattern for a word; of katakana, a short one isn't found at the end of another: カメ in デジカメ."""
    before = r"(?<![ァ-ヶー])" if _SHORT_KATAKANA.fullmatch(word) else ""
    return f"{before}{_NOT_AFTER.get(word, '')}{re.escape(word)}{_NOT_BEFORE.get(word, '')}"


_LANGUAGES: Final[Mapping[str, _Language]] = {
    "en": _english(),
    **{code: _spaced_language(code, endings) for code, endings in _ENDINGS.items() if code not in _OTHER_SCRIPTS},
}
ENGLISH_WORDS: Final = frozenset(
    _plain(word) for row in _ROWS if any(list(row.values())[1:]) for word in _WORD.findall(row["english"])
)
"""English words that have a translation."""
_JAPANESE_WORDS: Final = _Unspaced(("ja",), "[のをがはにも]|な(?!い|く)|で(?!す|し[たょ])")
_CHINESE_WORDS: Final = _Unspaced(("zh", "ja"), "的", is_chinese=True)
"""Of a text without kana, which may still be Japanese."""
CHINESE_THINGS: Final = ChineseThings(
    _listed_words("zh", simplified), simplified, _COLOUR_NAMES, {"", *listed(_CHINESE["no_things"])}
)
_RUSSIAN_WORDS: Final = Cyrillic(_listed_words("ru", _plain), by_last_letter(_ENDINGS["ru"]), _plain)
_KOREAN_WORDS: Final = Hangul(_listed_words("ko", str), [ending for ending, _ in _ENDINGS["ko"]])
