"""The words of a report: which of them say something, and which are rare enough to look up."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_ENGLISH: Final = """
a about after all also am an and any anybody anyone are as ask at away back be been behind belong belongs bit but by
contact could did do does done down dm for found from get give got had hand handed has have hello help her here hey hi
him his how i if im in into is isnt it its ive just kind know leave left like lost looking looks maybe me message mine
missing morning my near no not of off on one or our out over owner picked please pls probably put really saw says see
seen she he so some somebody someone something somewhere still sure thank thanks that the their them then there these
they thing think this those to today tonight up us very was we were what when where which who whose why will with within
without would yesterday you your yours
"""
_GERMAN: Final = """
aber ab als am auch auf aus bei bin bitte da danke das dass dem den der des diese dieser dies ein eine einem einen einer
eines er es für gefunden gehört gestern habe hatte hallo heute ich ihm ihr ihre im irgendwo ist ja jemand jemandem kein
keine mein meine meinen meiner melden mich mir mit nach nicht noch oder sehr seit sich sie sind suche um und uns
verloren vergessen vermisse vom von vor vorne wem wer wie wir wo wurde zu zum zur
"""
_SPANISH: Final = """
a al alguien algún alguna ayer buenas con cual cuando de del desde donde el ella en era es esa ese esta está este ha hay
he hola hoy la las le lo los me mi mis muy no o para perdí perdida perdido encontrado encontré por favor porque que
quien se si sin sobre su sus también tengo tiene un una unas unos visto y yo
"""
_FRENCH: Final = """
à a ai as au aujourd aux avec bonjour c ce cet cette chez d dans de des du elle en est et hier hui il ils j je l la le
les leur lui ma mais mes moi mon n ne nous on ou où par pas perdu perdue pour près qu que quel quelqu quelque qui s sa
salut se ses si sont sur trouvé trouve trouvée très tu un une vous vu y
"""
_JAPANESE: Final = """
の は が を に で と も や へ から まで です ます ました した ない ある いる この その あの ください お願い します
見つけ 見つけました 落とし 落としました 失くし なくし 忘れ 探して 探しています 拾い 拾いました 付き
"""
_STOP_WORDS: Final = f"{_ENGLISH} {_GERMAN} {_SPANISH} {_FRENCH} {_JAPANESE}".split()
"""Words of lost-and-found chat that tell no thing from another; not those that are an English thing ("hat", "die")."""

_MIN_LENGTH: Final = 3
_MAX_RARE: Final = 24
_RARE_REPORTS: Final = 3
_RARE_SHARE: Final = 0.02

_WORD: Final = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
_SCRIPTS: Final = re.compile(r"[぀-ゟ]+|[゠-ヿー]+|[㐀-鿿豈-﫿々]+|[가-힯]+|[^぀-ヿ㐀-鿿豈-﫿々가-힯]+")


def plain(text: str) -> str:
    """Return the text casefolded, with compatibility forms unified and accents of Latin letters stripped."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    stripped = "".join(mark for mark in folded if not "̀" <= mark <= "ͯ")
    return unicodedata.normalize("NFC", stripped).replace("'", " ").replace("’", " ")


_PLAIN_STOP_WORDS: Final = frozenset(plain(word) for word in _STOP_WORDS)


def tokens(text: str) -> list[str]:
    """Return the words that may tell a thing from others, in order; Japanese is cut where its script changes."""
    pieces = [piece for word in _WORD.findall(plain(text)) for piece in _SCRIPTS.findall(word)]
    return [
        piece
        for piece in pieces
        if piece not in _PLAIN_STOP_WORDS and (len(piece) > 1 or piece.isdigit() or not piece.isascii())
    ]


def place_tokens(place: str) -> list[str]:
    """Return a place's words; unlike `tokens` it keeps single letters and numbers, which tell halls and rooms apart."""
    words = _WORD.findall(plain(place))
    return [word for word in words if word not in _PLAIN_STOP_WORDS or len(word) == 1]


def is_code(token: str) -> bool:
    """Whether a word holds a digit: a number, a serial, a size, a room."""
    return any(mark.isdigit() for mark in token)


def rare_candidates(text: str) -> tuple[str, ...]:
    """Return the words worth looking up, codes first, each once, at most 24; the database knows how rare they are."""
    unique = dict.fromkeys(
        token for token in tokens(text) if is_code(token) or len(token) >= _MIN_LENGTH or not token.isascii()
    )
    return tuple(sorted(unique, key=lambda token: not is_code(token))[:_MAX_RARE])


def is_rare(holders: int, open_count: int) -> bool:
    """Whether a word that so many of the open reports hold is rare among them: in few, or in a small share."""
    return holders <= max(_RARE_REPORTS, _RARE_SHARE * open_count)


def stem(token: str) -> str:
    """Return an English word without its plural's s; other words as they are."""
    if len(token) > _MIN_LENGTH and token.isascii() and token.endswith("s") and not token.endswith(("ss", "us", "is")):
        return token[:-3] + "y" if token.endswith("ies") else token[:-1]
    return token


def shared(ours: Sequence[str], theirs: Sequence[str]) -> tuple[str, ...]:
    """Return those of our words that the others have too, as singular or plural, each once."""
    stems = {stem(word) for word in theirs}
    return tuple(dict.fromkeys(word for word in ours if stem(word) in stems))


_QUANTITIES: Final = frozenset(["pair", "bunch", "set", "piece", "bit", "lot", "couple", "kind", "one", "two", "three"])
_PHRASE_END: Final = re.compile(r"[,.;:!?()/\n]")
_BEFORE_PLACES: Final = re.compile(
    r"\b(?:with|without|for|of|in|on|at|to|near|from|by|after|behind|under|next|somewhere|around|inside|that|which|who|and)\b"
)


def head(text: str) -> str | None:
    """Return the noun that an English description is likely about: the last telling word before any preposition."""
    for phrase in _PHRASE_END.split(plain(text)):
        before = _BEFORE_PLACES.split(phrase, maxsplit=1)[0]
        telling = [token for token in tokens(before) if token.isalpha() and token not in _QUANTITIES]
        if telling:
            return telling[-1]
    return None
