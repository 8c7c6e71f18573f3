"""The words of places, from places.toml, and where in a sequence of words they are."""

import re
from collections.abc import Sequence
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import by_last_letter, listed, listed_endings
from reunite.text.remembered import remembered
from reunite.text.words import plain, without_strokes

_TABLES: Final = read_toml("places.toml")

Phrases = frozenset[tuple[str, ...]]


def _phrases(*cells: str) -> Phrases:
    return frozenset(tuple(without_strokes(phrase).split()) for phrase in listed(*cells))


def _words(key: str) -> frozenset[str]:
    return frozenset(listed(_TABLES[key]))


_NOUNS: Final[dict[str, str]] = _TABLES["nouns"]
_INFLECTED: Final = _phrases(*map(plain, _TABLES["alone"].values()))
"""Polish forms after a preposition: no other noun follows in their phrase."""
PLACES: Final = _INFLECTED | _phrases(*(_NOUNS[key] for key in ("en", "de", "es", "fr", "nl", "pl", "ru", "other")))
_WITHIN_PLACES: Final = _phrases(
    *(_NOUNS[key] for key in ("en_after", "de_after", "es_after", "fr_after", "nl_after", "other_after"))
)
_EVENTS: Final = _phrases(_NOUNS["events_after"])
AFTER_A_PREPOSITION: Final = PLACES | _WITHIN_PLACES | _EVENTS | _phrases(_NOUNS["sites_after"])
SHOPS: Final = AFTER_A_PREPOSITION | _phrases(_NOUNS["shops_after"])
"""Chains too, which are also what a thing comes from."""
NAMES_OF_PLACES: Final = frozenset(phrase[0] for phrase in PLACES if len(phrase) == 1)
FURNITURE: Final = frozenset(word for phrase in _WITHIN_PLACES - PLACES for word in phrase) - NAMES_OF_PLACES
"""Words of tables, windows and hooks, which are in many places."""
EVENTS: Final = frozenset(word for phrase in _EVENTS for word in phrase)
"""Words of lessons and concerts, which take place somewhere."""
SITES: Final = (
    frozenset(word for phrase in (*PLACES, *_phrases(*_TABLES["english"])) for word in phrase) - FURNITURE - EVENTS
)
"""Words of places that lie apart."""
FIRM, LOOSE = _phrases(_TABLES["firm"]), _phrases(_TABLES["loose"])
HEADINGS: Final = _phrases(_TABLES["headings"])
HEADINGS_ANYWHERE: Final = _words("headings_anywhere")
MAKERS: Final = frozenset(
    plain(name).split()[0]
    for table in read_toml("brands.toml").values()
    for maker in table["makers"].split(";")
    for name in listed(maker)
)
"""The first words of brands' names, after "by"."""
NEVER_ANYTHING, WITHIN = _phrases(_TABLES["never_anything"]), _phrases(_TABLES["within"])
DETERMINERS, JOINERS = _words("determiners"), _words("joiners")
ENDERS, LATER_ENDERS = _words("enders"), _words("later_enders")
ORIGINS, VEHICLES, TOWARDS = map(_words, ("origins", "vehicles", "towards"))
HEDGES: Final = _phrases(_TABLES["hedges"])
STREETS: Final = _words("streets")
_ANYWHERE: Final = frozenset(map(without_strokes, _words("anywhere")))
IN_ANY_PLACE: Final = FURNITURE | _ANYWHERE
"""Words of tables, hooks and benches."""
CARRIAGES: Final = _words("carriages")
"""Parts of any train, which have numbers."""
ELISION: Final = frozenset("'’")
OF_A_PLACE, WHOSE = _words("of_a_place"), _words("whose")
VERBS, NO_PLACES, NOT_ALONE = _words("verbs"), _words("no_places"), _words("not_alone")
VERBS_APART: Final = VERBS | _words("verbs_apart")
OF_THE_THING: Final = _words("of_the_thing")
ORDINALS, NUMBERED, _NUMBER_SIGNS = _words("ordinals"), _words("numbered"), _words("number_signs")

_BEFORE_ADJECTIVES: Final = _phrases(
    *(_NOUNS[key] for key in ("es", "es_after", "fr", "fr_after", "other", "other_after"))
) - _phrases(*(_NOUNS[key] for key in ("en", "en_after", "de", "de_after")))
"""Nouns of languages in which an adjective follows: "parque canino", but not "bus driver"."""

_ARTICLES: Final = frozenset(("la", "l", "le", "les", "los", "las", "el", "il", "the", *ELISION))
MAX_PHRASE: Final = 4
"""Words of a listed phrase."""
_WITH_ADJECTIVE: Final = 2
_BETWEEN: Final = frozenset(("between", "zwischen", "entre", "tra", "fra", "tussen", "miedzy", "pomiedzy"))
AND: Final = frozenset(("and", "und", "et", "y", "e", "en", "i", "&"))
_ENDS_A_SIDE: Final = ENDERS | LATER_ENDERS | AND
_MAX_SIDE: Final = 3
"""Words of each of the two places that something is between."""
_OPENS, _ADMITS, _ADMITTED_TO = map(_words, ("opens", "admits", "admitted_to"))
_ACCUSATIVE: Final = re.compile("(?:[бвгджзклмнпрстфхцчшщ]|[иу]ю|школу)$")
_MIN_COMPOUND: Final = 8
_ENDS_OF_COMPOUNDS: Final = (
    *(noun for noun in listed(_NOUNS["de"]) if len(noun) > 4),  # noqa: PLR2004 - shorter nouns end other words
    *("raum", "saal", "haus", "hof", "bahn", "park", "kita", "klo"),
    *("lokaal", "terrein", "plein", "ruimte", "kamer", "zaal", "straat"),  # Dutch
)
_WITH_CASES: Final = frozenset(phrase[0] for phrase in _phrases(_NOUNS["pl"], _NOUNS["ru"]) if len(phrase) == 1)
_CASE_ENDINGS: Final = by_last_letter(listed_endings(_TABLES["case_endings"]))
_MIN_STEM: Final = 2
_NUMBER: Final = re.compile(
    r"\d{1,4}[a-z]?|[a-z]\d{0,4}|\d{1,3}[./-]\d{1,4}|[a-z]{1,2}[-.]\d{1,4}|\d{1,2}(?:st|nd|rd|th|er|e|o|a|\.)"
)


def lead_length(words: Sequence[str], first: int) -> int:
    """Return how many words the preposition here has; 0 if there is none."""
    for length in range(min(MAX_PHRASE, len(words) - first), 0, -1):
        phrase = tuple(words[first : first + length])
        if phrase in FIRM or phrase in LOOSE:
            return length
    return 0


def says_what_for(words: Sequence[str], first: int) -> bool:
    """Whether a preposition says what a thing opens, or admits to: "ключи от гаража", "kaartje voor de trein".

    In Russian, what it admits to is in the accusative; "билет в театре" was in the theatre.
    """
    if not 0 < first < len(words) - 1:
        return False
    if words[first] == "voor":
        return words[first - 1] in _ADMITS and not _ADMITTED_TO.isdisjoint(words[first + 1 : first + 3])
    opens = words[first] == "от" and words[first - 1] in _OPENS
    admits = words[first] in {"в", "на", "во"} and words[first - 1] in _ADMITS
    return opens or (admits and _ACCUSATIVE.search(words[first + 1]) is not None)


def two_places(words: Sequence[str], first: int) -> tuple[int, int] | None:
    """Return where "between the dorms and the library" begins and ends, if either of the two is known as a place."""
    if words[first] not in _BETWEEN:
        return None
    start, end = _side(words, first + 1)
    if start == end or end >= len(words) or words[end] not in AND:
        return None
    other, other_end = _side(words, end + 1)
    last = last_of_place(words, other, other_end, AFTER_A_PREPOSITION)
    is_known = last is not None or last_of_place(words, start, end, AFTER_A_PREPOSITION) is not None
    if last is None and other_end == other + 1:
        last = other  # of more words, some may be about the thing: "between gym and class blue hat"
    return (start, last) if is_known and last is not None else None


def _side(words: Sequence[str], start: int) -> tuple[int, int]:
    """Return where one of the two places begins and ends that something is between."""
    while start < len(words) and (words[start] in DETERMINERS or words[start] in ELISION):
        start += 1
    end = start
    while end < min(start + _MAX_SIDE, len(words)) and _goes_on(words, start, end):
        end += 1
    return start, end


def _goes_on(words: Sequence[str], start: int, position: int) -> bool:
    word = words[position]
    is_word = word[0].isalpha() or (position > start and word[0].isdigit())
    return is_word and word not in _ENDS_A_SIDE and not lead_length(words, position)


def noun_length(words: Sequence[str], first: int, end: int, nouns: Phrases) -> int:
    """Return how many words the place noun here has; 0 if there is none."""
    for length in range(min(MAX_PHRASE, end - first), 0, -1):
        if tuple(words[first : first + length]) in nouns:
            return length
    word = words[first]
    if "-" in word and tuple(word.split("-")) in nouns:
        return 1
    return int(
        (len(word) >= _MIN_COMPOUND and word not in MAKERS and word.endswith(_ENDS_OF_COMPOUNDS))
        or (nouns is not PLACES and has_case_ending(word))
    )


@remembered(4_096)
def has_case_ending(word: str) -> bool:
    """Whether a word is a form of a Polish or Russian place after a preposition: "przy fontannie", "в библиотеке"."""
    return any(
        len(word) - len(ending) >= _MIN_STEM and word.removesuffix(ending) + instead in _WITH_CASES
        for ending, instead in _CASE_ENDINGS.get(word[-1:], ())
        if word.endswith(ending)
    )


def numbers_end(words: Sequence[str], position: int, end: int) -> int:
    """Return where the number or letter of a place ends, if there is one: "room no. 2.14", "hall B"."""
    sign = position
    while sign < end and (words[sign] in _NUMBER_SIGNS or words[sign] in {".", "#"}):
        sign += 1
    is_elided = sign + 1 < len(words) and words[sign + 1] in ELISION  # "salle d'attente" has no letter
    return sign + 1 if sign < end and _NUMBER.fullmatch(words[sign]) and not is_elided else position


def last_of_place(words: Sequence[str], start: int, end: int, nouns: Phrases) -> int | None:
    """Return the last word of the place in a noun phrase: of its last place noun, with its number or letter.

    A place noun before another noun only describes that one: "gym bag", "library card".
    """
    last = None
    position = start
    while position < end:
        length = noun_length(words, position, end, nouns)
        after = numbers_end(words, position + length, end) if length else position + 1
        inflected = tuple(words[position : position + length]) in _INFLECTED or has_case_ending(words[position])
        if length and (inflected or after >= end or words[after] in JOINERS or not words[after][0].isalnum()):
            last = after - 1
        position = after
    return last


def before_an_adjective(words: Sequence[str], start: int, end: int) -> int | None:
    """Return the last word of a place that another word describes: "parque canino"."""
    is_place = end - start == _WITH_ADJECTIVE and (words[start],) in _BEFORE_ADJECTIVES
    return end - 1 if is_place and words[end - 1].isalpha() else None


def complement_end(words: Sequence[str], last: int) -> int:
    """Return where a place ends with the words that tell it from others: "sala de espera", "train to Leeds".

    `last` is the last word of its noun.
    """
    link = words[last + 1] if last + 1 < len(words) else ""
    if link not in OF_A_PLACE and not (link in TOWARDS and words[last] in VEHICLES):
        return last
    named = last + 2
    while named < len(words) and words[named] in _ARTICLES:
        named += 1
    if named >= len(words) or not words[named][0].isalnum() or words[named] in ENDERS | LATER_ENDERS | NO_PLACES:
        return last
    if any(tuple(words[named : named + length]) in FIRM for length in range(2, MAX_PHRASE + 1)):
        return last  # "show de (ontem) perto do palco", but "terminal del sur"
    return numbers_end(words, named + 1, min(named + 3, len(words))) - 1


def only_place(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a phrase is a place, apart from an ordinal ("2nd floor toilets"), and not likely something else."""
    if end - start == 1 and words[start] in NOT_ALONE:
        return False
    first = start
    while first < end and (words[first] in ORDINALS or _NUMBER.fullmatch(words[first])):
        first += 1
    begins = first < end and noun_length(words, first, end, PLACES) > 0
    if not begins:
        return False
    if end - first > 1 and words[end - 1] in WHOSE:
        end -= 1
    last = last_of_place(words, start, end, PLACES)
    return last == end - 1 or (last is not None and complement_end(words, last) == end - 1)
