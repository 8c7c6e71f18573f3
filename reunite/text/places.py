"""Places that a text names: "found at the library", "backpack (gym)", "in der Mensa", "図書館で"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reunite.text import korean_places, unspaced_places
from reunite.text.colour_words import COLOURS_AND_SHADES
from reunite.text.data import read_toml
from reunite.text.lexicon import to_english
from reunite.text.place_words import (
    AFTER_A_PREPOSITION,
    DETERMINERS,
    ELISION,
    ENDERS,
    FIRM,
    HEADINGS,
    HEADINGS_ANYWHERE,
    HEDGES,
    JOINERS,
    LATER_ENDERS,
    MAKERS,
    MAX_PHRASE,
    NEVER_ANYTHING,
    NO_PLACES,
    NUMBERED,
    OF_THE_THING,
    ORIGINS,
    SHOPS,
    VERBS,
    VERBS_APART,
    WITHIN,
    before_an_adjective,
    complement_end,
    last_of_place,
    lead_length,
    numbers_end,
    only_place,
    says_what_for,
    two_places,
)
from reunite.text.streets import street_end
from reunite.text.word_lists import THINGS
from reunite.text.words import plain, stem, without_strokes

_MAX_DETERMINERS, _MAX_PLACE, _MAX_VERB = 4, 7, 10
"""Words before a place, of a place, and between a verb and its preposition."""
_MAX_UNKNOWN: Final = 3
"""Words of a place that no list knows."""
_TOKEN: Final = re.compile(
    r"\d{1,2}\.(?=[ ]?(?:stock|etage|og|ug|obergeschoss|untergeschoss)\b)|[^\W_]+(?:[-.][^\W_]+)*|\n|[^\w\s]",
    re.IGNORECASE,
)
_NEVER_WITHIN: Final = COLOURS_AND_SHADES.union(map(stem, read_toml("heads.toml")["parts"].split()))
"""Words that end no unknown place: "a hole in the sleeve", "lost in the pink one"."""
_ROOMS: Final = ("raum", "saal", "zimmer")
_ROOM_NUMBER: Final = re.compile(r"\d{3}[a-z]?|[a-z]\d{2,3}")
_LINE: Final = re.compile(r"[us]\d{1,2}")
"""Of an underground or a city railway: "in der U6"."""
_KEEPS: Final = frozenset(("has", "have", "got"))
_LINE_ENDS: Final = frozenset("\n,;|.")
_EMPTY_BRACKETS: Final = re.compile(r"[(\[（【][\s,.]{0,8}[)\]）】]")
_UNSPACED_WHERE: Final = re.compile(
    r"[ぁ-んァ-ヶ一-龠](?:で(?!す|し)|に|近く|のそば|付近|の前|の上|の下|在)|[가-힣]에(?:서|다)?(?![가-힣])"
)
_LEFT_OVER: Final = " \t\n,;:：–—-"
_SPACES: Final = re.compile(r"[ \t]{2,}")
_Found = tuple[int, int, int]
"""The first and last token of a phrase, and the token where the place itself begins."""


@dataclass(frozen=True, slots=True)
class Located:
    """A text without the places it names, and those places as they are written."""

    rest: str
    places: tuple[str, ...]


def locate(text: str) -> Located:
    """Find the places that a text names, and return them and the rest of the text."""
    text, found = unspaced_places.take_places(text)
    text, korean = korean_places.take_places(text)
    found += korean
    tokens = list(_TOKEN.finditer(text))
    words = _plain_words(tokens)
    rest, end = "", 0
    for first, last, shown in _places(words):
        rest += text[end : tokens[first].start()] + " "
        end = tokens[last].end()
        found.append(text[tokens[shown].start() : end])
    rest = _SPACES.sub(" ", rest + text[end:]).strip()
    return Located(_EMPTY_BRACKETS.sub("", rest).strip(_LEFT_OVER) if found else rest, tuple(found))


def may_say_where(text: str) -> bool:
    """Whether a text has anything that could say where, understood or not."""
    words = _plain_words([*_TOKEN.finditer(text)])
    return bool(_UNSPACED_WHERE.search(text)) or any(lead_length(words, first) for first in range(len(words)))


def _plain_words(tokens: Sequence[re.Match[str]]) -> list[str]:
    """Return all tokens in plain form, and the French "à" as such before an article, however it is typed.

    The name of a room stands for its number: "meeting room Ada".
    """
    words = [_plain(token[0]) for token in tokens]
    for position, word in enumerate(words):
        article = words[position + 1 : position + 3]
        if _is_a_rooms_name(tokens, words, position):
            words[position] = "x1"
        if word == "a" and (article[:1] == ["la"] or article in (["l", "'"], ["l", "’"])):
            words[position] = "à"
    return words


def _is_a_rooms_name(tokens: Sequence[re.Match[str]], words: Sequence[str], position: int) -> bool:
    if not position or not tokens[position][0].istitle() or not _is_sign(words, position + 1):
        return False
    room, name = words[position - 1], words[position]
    is_room = room in NUMBERED or (room.endswith(_ROOMS) and len(room) > len(_ROOMS[0]))
    return (
        is_room
        and name.isalpha()
        and name not in ENDERS | LATER_ENDERS | NO_PLACES | MAKERS
        and not _names_a_thing([name])
    )


def _plain(token: str) -> str:
    """Signs stay, and words that without their accent are an English article, or the Italian for "and"."""
    return without_strokes(plain(token)) if token[0].isalnum() and token.lower() not in {"à", "è"} else token.lower()


def _places(words: Sequence[str]) -> Iterator[_Found]:
    position, end_of_place = 0, -1
    while position < len(words):
        found = (
            _heading(words, position)
            or _alone(words, position)
            or _led(words, position, follows_a_place=position == end_of_place)
            or _numbered(words, position)
            or _street(words, position)
        )
        if found:
            found = (found[0], _with_complement(words, found[1]), found[2])
            end_of_place = found[1] + 1
            yield found
        position = found[1] + 1 if found else position + 1


def _with_complement(words: Sequence[str], last: int) -> int:
    """Return where a place ends, with the words after its noun that tell it from others, unless they name a thing."""
    end = complement_end(words, last)
    return last if end > last and _names_a_thing(words[last + 2 : end + 1]) else end


def _is_sign(words: Sequence[str], position: int) -> bool:
    """Whether a phrase ends here: at a sign that is not part of a name, or at the end of the text."""
    if not 0 <= position < len(words):
        return True
    return not words[position][0].isalnum() and words[position] not in {"'", "’", "@", "&"}


def _heading(words: Sequence[str], first: int) -> _Found | None:
    """A heading, its colon, and the rest of the line up to a comma."""
    if not _is_sign(words, first - 1) and words[first] not in HEADINGS_ANYWHERE:
        return None
    for length in range(MAX_PHRASE, 0, -1):
        colon = first + length
        if colon < len(words) and words[colon] in ":：" and tuple(words[first:colon]) in HEADINGS:
            last = colon
            while last + 1 < len(words) and words[last + 1] not in _LINE_ENDS:
                last += 1
            return (first, last, colon + 1) if last > colon else None
    return None


def _alone(words: Sequence[str], first: int) -> _Found | None:
    """A whole phrase between signs that is nothing but a place: "backpack (gym)", "library: backpack"."""
    if not _is_sign(words, first - 1) or _is_sign(words, first) or _follows_an_initial(words, first):
        return None
    end = first
    while not _is_sign(words, end) and end - first <= _MAX_PLACE and not _says_more(words, first, end):
        end += 1
    start = first + _hedge_length(words, first, end)
    while start < end and words[start] in DETERMINERS:
        start += 1
    is_whole_text = first == 0 and end == len(words)
    if is_whole_text or end - first > _MAX_PLACE or not only_place(words, start, end):
        return None
    return first, end - 1, start


def _hedge_length(words: Sequence[str], first: int, end: int) -> int:
    """Return how many words say that a place isn't sure: "probably soft play"."""
    return next(
        (length for length in (2, 1) if first + length < end and tuple(words[first : first + length]) in HEDGES), 0
    )


def _says_more(words: Sequence[str], first: int, position: int) -> bool:
    """Whether what follows a place says where that is, or who keeps the thing: "gym at the uni", "reception has it"."""
    return position > first and (words[position] in _KEEPS or tuple(words[position : position + 1]) in FIRM)


def _follows_an_initial(words: Sequence[str], first: int) -> bool:
    """Whether the word is a surname: "M. Keller"."""
    match words[max(first - 3, 0) : first]:
        case [*noun, initial, "."] if len(initial) == 1 and initial.isalpha():
            return tuple(noun) not in AFTER_A_PREPOSITION  # not "hall B. Gym:"
        case _:
            return False


def _led(words: Sequence[str], first: int, *, follows_a_place: bool) -> _Found | None:
    """A preposition and the place after it."""
    if says_what_for(words, first):
        return None
    length = lead_length(words, first)
    if (two := two_places(words, first)) and not _names_a_thing(words[two[0] : two[1] + 1]):
        return first, two[1], two[0]
    start = first + length
    most = min(start + _MAX_DETERMINERS, len(words))
    while start < most and (words[start] in DETERMINERS or words[start] in ELISION):
        start += 1
    end = start
    while length and end < len(words) and end - start < _MAX_PLACE and _continues(words, start, end):
        end += 1
    if end == start:
        return None
    nouns = AFTER_A_PREPOSITION if words[first] in ORIGINS else SHOPS
    last = last_of_place(words, start, end, nouns)
    if end == start + 1 == first + 2 and _ROOM_NUMBER.fullmatch(words[start]) and words[first] in ("in", "im", "en"):
        last = start  # "a kindle in 512"
    if words[first : first + 2] in (["in", "der"], ["aus", "der"]) and _LINE.fullmatch(words[start]):
        last = start
    if last is None and not _names_a_thing(words[start:end]):
        last = before_an_adjective(words, start, end)
    if last is None and _takes_anything(words, first, start, end, follows_a_place=follows_a_place):
        last = end - 1
    return None if last is None else (first, last, start)


def _continues(words: Sequence[str], start: int, position: int) -> bool:
    word = words[position]
    if not word[0].isalnum():
        return position > start and word in {"'", "’", "&"}
    if word in ENDERS or (word in LATER_ENDERS and position > start):
        return False
    is_number = numbers_end(words, position, min(position + 2, len(words))) > position + 1  # "nr 5", not near anything
    return position == start or word in JOINERS or is_number or not lead_length(words, position)


def _takes_anything(words: Sequence[str], first: int, start: int, end: int, *, follows_a_place: bool) -> bool:
    """Whether any noun after this preposition is a place: "found at Zarquon's", "left in the Haribo"."""
    is_between = end < len(words) and words[end] in DETERMINERS
    if first and words[first - 1] in VERBS and is_between and words[start] not in NO_PLACES:
        return True  # "found next to my car a mitten"
    if words[first] == "by" and words[start] in MAKERS:
        return False  # "found a bag by Gucci"
    if _is_within(words, first, start, end):
        return True  # "left my bag in the Zarquon"
    lead = tuple(words[first : first + lead_length(words, first)])
    is_name = start > first and words[start - 1] == "the" and end - start > 1  # "at the Red Lion"
    if lead in NEVER_ANYTHING or (words[start] in NO_PLACES and not is_name) or _names_a_thing(words[start:end]):
        return False
    if (first and words[first - 1] in VERBS) or (follows_a_place and lead in FIRM):
        return True
    before = range(first - 1, max(-1, first - 1 - _MAX_VERB), -1)
    sentence_start = next((position for position in before if words[position] in ".!?\n:"), before.stop)
    nearby = [*range(sentence_start + 1, first), *range(end, min(end + 1, len(words)))]
    return lead in FIRM and any(words[position] in VERBS_APART for position in nearby)


def _is_within(words: Sequence[str], first: int, start: int, end: int) -> bool:
    """Whether a phrase ends with where something was lost or found, and not with what the thing has."""
    lead = next(
        (words[first : first + length] for length in (2, 1) if tuple(words[first : first + length]) in WITHIN), []
    )
    place = words[start:end]
    if not lead or len(place) > _MAX_UNKNOWN or not place[-1].isalpha() or not NO_PLACES.isdisjoint(place):
        return False
    position, verb = first - 1, ""
    while position >= max(0, first - _MAX_VERB) and not _is_sign(words, position):
        if words[position] in OF_THE_THING:
            return False
        verb = verb or words[position] * (words[position] in VERBS_APART)
        position -= 1
    says_more = stem(place[-1]) in _NEVER_WITHIN or _names_a_thing(place)
    return not says_more and bool(verb or VERBS_APART.intersection(words[end : end + 1]))


def _names_a_thing(words: Sequence[str]) -> bool:
    english = to_english(" ".join(words)).split()
    return any(word in THINGS or stem(word) in THINGS for word in english)


def _street(words: Sequence[str], first: int) -> _Found | None:
    last = street_end(words, first)
    return None if last is None or _names_a_thing(words[first : last + 1]) else (first, last, first)


def _numbered(words: Sequence[str], first: int) -> _Found | None:
    """A room with its number, without any preposition."""
    if words[first] not in NUMBERED or says_what_for(words, first - 1):
        return None
    end = numbers_end(words, first + 1, min(first + 4, len(words)))
    return (first, end - 1, first) if end > first + 1 else None
